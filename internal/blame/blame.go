// Package blame says of each value of a build where it was written: as YAML
// with a margin, as the story of one value, and as JSON.
package blame

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Value is a scalar of a build, and where it was written.
type Value struct {
	Resource finding.Resource `json:"resource"`
	// Field is its path, as in spec.template.spec.containers[0].image.
	Field string `json:"field"`
	Step
	// History is what the value was before, and what else it was made of, oldest
	// first. The last one is the value itself.
	History []Step `json:"history"`
}

// Step is one thing that wrote a value.
type Step struct {
	// Value is what was written, nil where it may not be shown.
	Value *string `json:"value,omitempty"`
	// File is relative to the working directory. Line and Column, from 1, are of
	// the text that decides the value. They are left out where that is not known.
	File   string         `json:"file,omitempty"`
	Line   int            `json:"line,omitempty"`
	Column int            `json:"column,omitempty"`
	Via    provenance.Via `json:"via"`
	// Component is the directory of the component that did it, if one did.
	Component string `json:"component,omitempty"`
}

// Selection says which values are asked for. The zero value selects all.
type Selection struct {
	// Kind is a kind, its plural or its short name; Name is that of a resource,
	// with or without what kustomize added to it.
	Kind, Name string
	// Namespace is the one resources have to be in, if it is set.
	Namespace string
	// Field is a path. Elements of lists can be named: containers[app].image.
	Field string
}

// Blame is a build with the places of its values.
type Blame struct {
	resources []*resource.Resource
	trace     *provenance.Trace
	// Mask masks secrets in a text. It may be nil.
	Mask func(string) string
}

// New returns the blame of a build.
func New(m resmap.ResMap, trace *provenance.Trace) *Blame {
	return &Blame{resources: m.Resources(), trace: trace}
}

// Select returns the blame of some of the resources, or an error that says what
// there is.
func (b *Blame) Select(s Selection) (*Blame, error) {
	if s.Kind == "" && s.Namespace == "" {
		return b, nil
	}
	some := &Blame{trace: b.trace, Mask: b.Mask}
	var kinds, names []string
	for _, r := range b.resources {
		if s.Namespace != "" && r.GetNamespace() != s.Namespace {
			continue
		}
		kinds = append(kinds, r.GetKind())
		if s.Kind != "" && !IsKind(r.GetKind(), s.Kind) {
			continue
		}
		names = append(names, r.GetName())
		if s.Name == "" || r.GetName() == s.Name {
			some.resources = append(some.resources, r)
		}
	}
	if len(some.resources) == 0 && s.Name != "" {
		for _, r := range b.resources {
			if IsKind(r.GetKind(), s.Kind) && (s.Namespace == "" || r.GetNamespace() == s.Namespace) && slices.Contains(b.names(r), s.Name) {
				some.resources = append(some.resources, r)
			}
		}
	}
	if len(some.resources) > 0 {
		return some, nil
	}
	if len(names) > 0 {
		return nil, notFound(fmt.Sprintf("there is no %s %q in this build", s.Kind, s.Name), s.Name, names)
	}
	what := "there is no resource"
	if s.Kind != "" {
		what = fmt.Sprintf("there is no resource of kind %q", s.Kind)
	}
	if s.Namespace != "" {
		what += fmt.Sprintf(" in namespace %q", s.Namespace)
	}
	return nil, notFound(what+" in this build", s.Kind, kinds)
}

func notFound(message, name string, among []string) error {
	slices.Sort(among)
	among = slices.Compact(among)
	if near := suggest.Nearest(name, among, 1); len(near) > 0 {
		return fmt.Errorf("%s; did you mean %q?", message, near[0])
	}
	const most = 10
	switch {
	case len(among) > most:
		return fmt.Errorf("%s; there are %s and %d more", message, strings.Join(among[:most], ", "), len(among)-most)
	case len(among) > 0:
		return fmt.Errorf("%s; there are %s", message, strings.Join(among, ", "))
	}
	return fmt.Errorf("%s", message)
}

// names are those that a resource has had.
func (b *Blame) names(r *resource.Resource) []string {
	var names []string
	n := yamlnode.Path(r.YNode(), "metadata", "name")
	for _, rec := range b.trace.History(b.trace.Of(n)) {
		names = append(names, rec.Value)
	}
	return names
}

// shortNames are those that people type most.
var shortNames = map[string]string{
	"cm": "configmap", "deploy": "deployment", "ds": "daemonset", "hpa": "horizontalpodautoscaler", "ing": "ingress", "netpol": "networkpolicy",
	"ns": "namespace", "pdb": "poddisruptionbudget", "po": "pod", "pvc": "persistentvolumeclaim", "pv": "persistentvolume", "rs": "replicaset",
	"sa": "serviceaccount", "sc": "storageclass", "sts": "statefulset", "svc": "service", "crd": "customresourcedefinition", "cj": "cronjob",
	"es": "externalsecret", "gw": "gateway",
}

// IsKind reports whether a kind is what somebody asked for, in small letters, as
// the plural, or by the short name, as kubectl takes them.
func IsKind(kind, asked string) bool {
	kind, asked = strings.ToLower(kind), strings.ToLower(asked)
	if long, ok := shortNames[asked]; ok {
		asked = long
	}
	plural := kind + "s"
	switch {
	case strings.HasSuffix(kind, "s"), strings.HasSuffix(kind, "x"):
		plural = kind + "es"
	case strings.HasSuffix(kind, "y") && !strings.HasSuffix(kind, "ay"):
		plural = strings.TrimSuffix(kind, "y") + "ies"
	}
	return asked == kind || asked == plural
}

// Values returns all values, in the order of the build.
func (b *Blame) Values() []Value {
	values := []Value{}
	for _, r := range b.resources {
		values = b.append(values, r, func(string, *yaml.Node) bool { return true })
	}
	return values
}

func (b *Blame) append(values []Value, r *resource.Resource, wanted func(field string, n *yaml.Node) bool) []Value {
	// A replacement may have put a Secret's value there too.
	id := finding.Resource{
		APIVersion: b.masked(r.GetApiVersion()), Kind: b.masked(r.GetKind()), Namespace: b.masked(r.GetNamespace()), Name: b.masked(r.GetName()),
	}
	for field, n := range provenance.Scalars(r.YNode()) {
		if !wanted(field, n) {
			continue
		}
		v := Value{Resource: id, Field: b.masked(field), History: []Step{}}
		secret := isSecret(id, field)
		rec := b.trace.Of(n)
		v.Step = b.step(b.trace.Record(rec), secret)
		v.Value = b.shown(n.Value, secret)
		for _, h := range b.trace.History(rec) {
			if s := b.step(h, secret); s.Line > 0 {
				v.History = append(v.History, s)
			}
		}
		values = append(values, v)
	}
	return values
}

func (b *Blame) step(r provenance.Record, secret bool) Step {
	s := Step{Value: b.shown(r.Value, secret), File: r.File, Line: r.Line, Column: r.Column, Via: r.Via, Component: r.Component}
	if !r.Known() {
		return Step{Value: s.Value, Via: provenance.UnknownOrigin}
	}
	return s
}

func (b *Blame) shown(value string, secret bool) *string {
	if secret {
		return nil
	}
	value = b.masked(value)
	return &value
}

func (b *Blame) masked(text string) string {
	if b.Mask == nil {
		return text
	}
	return b.Mask(text)
}

// isSecret reports whether a field holds what nobody should see.
func isSecret(r finding.Resource, field string) bool {
	return strings.EqualFold(r.Kind, "Secret") &&
		(strings.HasPrefix(field, "data") || strings.HasPrefix(field, "stringData") || strings.Contains(field, "last-applied-configuration"))
}

// JSON writes values as one JSON array, one value a line.
func JSON(w io.Writer, values []Value) error {
	var out strings.Builder
	out.WriteString("[")
	for i, v := range values {
		var line strings.Builder
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return err
		}
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n" + strings.TrimSuffix(line.String(), "\n"))
	}
	out.WriteString("\n]\n")
	_, err := w.Write(redact.JSON([]byte(out.String())))
	return err
}
