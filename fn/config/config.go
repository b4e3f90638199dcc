// Package config holds the types of the function's configuration, a
// ConfigPipeline, and reads them strictly.
//
// Lists that environments patch are maps here: a strategic-merge patch merges
// maps key by key without a schema, while it replaces lists whole.
//
// This package is promised to programs that run the function, or write its
// configuration: names, fields and their meaning stay.
package config

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

// Identity of the configuration resource.
const (
	APIVersion = "wealist.io/v1alpha1"
	Kind       = "ConfigPipeline"
)

// Is reports whether an apiVersion and a kind are those of the configuration resource.
func Is(apiVersion, kind string) bool { return apiVersion == APIVersion && kind == Kind }

// ConfigPipeline configures krm-validate. Every part of its spec is optional:
// a pipeline without connections injects nothing, one without normalize
// changes nothing, one without validate runs every rule at its default
// severity.
type ConfigPipeline struct {
	// APIVersion is wealist.io/v1alpha1.
	APIVersion string `yaml:"apiVersion" json:"apiVersion" jsonschema:"enum=wealist.io/v1alpha1"`
	// Kind is ConfigPipeline.
	Kind     string   `yaml:"kind" json:"kind" jsonschema:"enum=ConfigPipeline"`
	Metadata Metadata `yaml:"metadata" json:"metadata"`
	Spec     Spec     `yaml:"spec" json:"spec"`

	// File and Line (of its first line, from 1) say where the configuration was
	// read, for messages. Line is 0 when lines mean nothing to a reader.
	File string `yaml:"-" json:"-"`
	Line int    `yaml:"-" json:"-"`

	node *yaml.Node
}

// Locate returns the line and column of a field, as in
// spec.connections.database.service.name, in File: those of what contains it
// where the field is not there, and zeros where Line is not known.
func (c *ConfigPipeline) Locate(field string) (line, column int) {
	n, _ := fieldpath.Parse(field).Follow(c.node)
	if c.Line == 0 || n == nil || n.Line == 0 {
		return 0, 0
	}
	return c.Line + n.Line - 1, n.Column
}

// Metadata is the part of a Kubernetes object's metadata that a function's
// configuration may carry.
type Metadata struct {
	// Name is that of the configuration, which findings about it name.
	Name string `yaml:"name" json:"name"`
	// Namespace is shown with findings about the configuration, which is never
	// applied.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
	// Labels have no effect.
	Labels map[string]string `yaml:"labels,omitempty" json:"labels,omitempty"`
	// Annotations tell kustomize and others how to run the function, such as
	// config.kubernetes.io/function.
	Annotations map[string]string `yaml:"annotations,omitempty" json:"annotations,omitempty"`
}

// Spec says what the pipeline does, in the order in which it does it.
type Spec struct {
	// ClusterDomain is the DNS domain of the cluster, cluster.local unless set.
	ClusterDomain string `yaml:"clusterDomain,omitempty" json:"clusterDomain,omitempty"`
	// KubernetesVersion is the release of the cluster, such as 1.33: API versions
	// that it does not serve are errors. Unset, it is the newest one known.
	KubernetesVersion string `yaml:"kubernetesVersion,omitempty" json:"kubernetesVersion,omitempty"`

	// Receipt adds a resource of kind FunctionRan. An outer kustomization
	// deletes it with a patch, which fails when the function was skipped.
	Receipt bool `yaml:"receipt,omitempty" json:"receipt,omitempty"`

	// Connections are the connection URLs to compute, by a name of your choice.
	Connections map[string]Connection `yaml:"connections,omitempty" json:"connections,omitempty"`

	// Normalize brings resources into a uniform shape.
	Normalize *Normalize `yaml:"normalize,omitempty" json:"normalize,omitempty"`

	// Validate tunes the rules.
	Validate *Validate `yaml:"validate,omitempty" json:"validate,omitempty"`
}

// Validate tunes the rules. All rules run at their default severities unless
// it says otherwise.
type Validate struct {
	// Rules sets the severity of rules by name: off, note, warning or error.
	Rules map[string]finding.Severity `yaml:"rules,omitempty" json:"rules,omitempty"`

	// Unresolved is the severity of references to objects that are simply not
	// in this build: error for a build that is complete, so that what clusters
	// bring along has to be declared too, warning or ignore. Unless set it
	// depends on the kind. References that are wrong in themselves (typos, wrong
	// namespaces, missing keys) are not affected.
	Unresolved string `yaml:"unresolved,omitempty" json:"unresolved,omitempty" jsonschema:"enum=error,enum=warning,enum=ignore"`

	// Externals are objects that something other than this build provides.
	Externals []External `yaml:"externals,omitempty" json:"externals,omitempty"`

	// Ignore silences findings, each with a reason.
	Ignore []Ignore `yaml:"ignore,omitempty" json:"ignore,omitempty"`

	// NameReference adds references of your own kinds, in the shape of
	// kustomize's nameReference configuration.
	NameReference []NameReference `yaml:"nameReference,omitempty" json:"nameReference,omitempty"`
}

// Todo is a reason that is still to be filled in.
const Todo = "TODO"

// IsTodo reports whether a reason is still to be filled in: it is TODO, or begins
// with it.
func IsTodo(reason string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(reason), Todo)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], " :.,"))
}

// External names objects that exist although this build does not make them.
// Kind, Name and Namespace are globs as in path.Match; an empty Namespace
// means any.
type External struct {
	// Kind is that of the object, such as Secret, or a glob.
	Kind string `yaml:"kind" json:"kind"`
	// Name is the object's name, as resources refer to it, or a glob.
	Name string `yaml:"name" json:"name"`
	// Namespace is the object's, or a glob; any one unless set.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
	// Keys, when given, are all the keys that the ConfigMap or Secret has.
	Keys []string `yaml:"keys,omitempty" json:"keys,omitempty"`
	// Reason says who provides it.
	Reason string `yaml:"reason" json:"reason"`
}

// Ignore silences the findings of a rule on matching resources. Rule, Kind,
// Name and Namespace are globs as in path.Match, Field is one in which only *
// and ? are special; empty means any.
type Ignore struct {
	// Rule is the rule's name, such as key-not-found, or a glob.
	Rule string `yaml:"rule" json:"rule"`
	// Kind is a glob for the kind of the resource.
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Name is a glob for the name of the resource.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Namespace is a glob for the namespace of the resource.
	Namespace string `yaml:"namespace,omitempty" json:"namespace,omitempty"`
	// Field is the path of the field; [] stands for any element of a list, as in
	// spec.*.env[].value.
	Field string `yaml:"field,omitempty" json:"field,omitempty"`
	// Reason says why the finding is acceptable.
	Reason string `yaml:"reason" json:"reason"`
}

// NameReference says which fields hold the names of objects of one kind. It
// has the shape of kustomize's nameReference entries:
// https://github.com/kubernetes-sigs/kustomize/tree/master/examples/transformerconfigs
type NameReference struct {
	// Group is the API group of the objects that are named, empty for the core one.
	Group string `yaml:"group,omitempty" json:"group,omitempty"`
	// Version is accepted for compatibility with kustomize and has no effect.
	Version string `yaml:"version,omitempty" json:"version,omitempty"`
	// Kind is that of the objects.
	Kind string `yaml:"kind" json:"kind"`
	// FieldSpecs are the fields that hold their names.
	FieldSpecs []FieldSpec `yaml:"fieldSpecs" json:"fieldSpecs"`
}

// FieldSpec is one field of one kind that holds a name.
type FieldSpec struct {
	// Group is the API group of the resources with the field, empty for the core
	// one.
	Group string `yaml:"group,omitempty" json:"group,omitempty"`
	// Version is accepted for compatibility with kustomize and has no effect.
	Version string `yaml:"version,omitempty" json:"version,omitempty"`
	// Kind is that of the resources.
	Kind string `yaml:"kind,omitempty" json:"kind,omitempty"`
	// Path is the field's path with slashes, as in spec/secretRef/name. A
	// sequence in the way is searched whole.
	Path string `yaml:"path" json:"path"`
	// Create is accepted for compatibility with kustomize and has no effect.
	Create bool `yaml:"create,omitempty" json:"create,omitempty"`
}
