package rules

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// schemaRules are about what the API server takes. One walk over each resource
// finds what is wrong (fn/apischema); a rule reports its part of that.
func schemaRules() []*Rule {
	rules := []*Rule{unknownKind, apiRemoved, kindMissing}
	for i := range schemaTable {
		rules = append(rules, schemaTable[i].rule())
	}
	return rules
}

const apiConventions = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"

// schemaRule is a rule about problems that the walk finds under its name.
type schemaRule struct{ name, doc, url string }

var schemaTable = []schemaRule{
	{
		name: apischema.UnknownField,
		url:  apiConventions,
		doc: "A resource has a field that its kind does not have. " +
			"kubectl apply refuses it; where validation is off, or the client is another, the field is dropped without a word and the default takes its place. " +
			"The message names the field that was probably meant, or the level that the field belongs to. " +
			"Fields of custom resources are known where the CustomResourceDefinition is part of the build.",
	},
	{
		name: apischema.WrongType,
		url:  apiConventions,
		doc: "A field has a value of another type than its kind says: a number where text is expected, text where a number is, a mapping where a list is. " +
			"The API server refuses the resource. " +
			"kubectl reads YAML 1.1, in which yes, no, on, off, y and n without quotes are true and false. " +
			"Placeholders that something fills in later are left alone.",
	},
	{
		name: apischema.UnsupportedValue,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc: "A field that allows a few values has another one, such as Forbidden for Forbid, or the right one in the wrong case. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.RequiredField,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc: "A field is missing without which the API server refuses the resource, such as a container's image or a Deployment's selector. " +
			"Files that look like patches are left alone.",
	},
	{
		name: apischema.DuplicateEntry,
		url:  "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
		doc: "Two entries of a list have the same values in the fields that tell its entries apart, such as two ports of a Service with one number and protocol. " +
			"The API server refuses that, or takes it and confuses the two in the next change. " +
			"It is a warning where the API server takes it. Containers, volumes, mounts and variables have rules of their own.",
	},
	{
		name: apischema.ValueInvalid,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc:  "A field has a value that its kind does not allow: a number out of bounds, a text that is too long or of another form. The API server refuses the resource.",
	},
}

func (r *schemaRule) rule() *Rule {
	return &Rule{Name: r.name, Doc: r.doc, URL: r.url, Severity: finding.Error, Run: func(p *Pass) error {
		for _, found := range problems.Of(p.Build) {
			if found.Rule == r.name {
				p.reportProblem(found)
			}
		}
		return nil
	}}
}

func (p *Pass) reportProblem(found problem) {
	opts := []Option{DidYouMean(found.Suggestions...), Help("%s", found.Help)}
	if found.Warning {
		opts = append(opts, AtMost(finding.Warning))
	}
	p.Report(found.object, found.Node, found.Message, opts...)
}

// problem is what the walk found in one resource.
type problem struct {
	object *inventory.Object
	apischema.Problem
}

// problems are what is wrong with the resources of a build by their schemas.
var problems = NewFact(func(b *Build) []problem {
	inv := b.Inventory
	var all []problem
	schemas := map[*inventory.Type]*apischema.Schema{}
	for _, o := range inv.Objects() {
		if o.Removed || o.Local || o.Node == nil || yamlnode.Get(o.Node, "sops") != nil {
			continue
		}
		s, known := schemas[o.Type]
		if !known {
			s = schemaOf(inv, o.Type)
			schemas[o.Type] = s
		}
		if s == nil {
			continue
		}
		secret := o.GroupKind == inventory.GroupKind{Kind: "Secret"}
		for _, found := range apischema.Walk(o.Node, s, secret) {
			all = append(all, problem{o, found})
		}
	}
	return all
})

// schemaOf returns the schema of a kind: Kubernetes' own, or that of a
// CustomResourceDefinition in the build.
func schemaOf(inv *inventory.Inventory, t *inventory.Type) *apischema.Schema {
	if t.Kind == "" {
		return nil
	}
	if k := apischema.Kubernetes().Lookup(gvk(t)); k != nil {
		return k.Schema
	}
	if n := crdSchema(inv, t); n != nil {
		return apischema.FromCRD(n)
	}
	return nil
}

func gvk(t *inventory.Type) apischema.GroupVersionKind {
	return apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: t.Kind}
}

// crdSchema returns the schema that a CustomResourceDefinition of the build has
// of a kind, or nil.
func crdSchema(inv *inventory.Inventory, t *inventory.Type) *yaml.Node {
	for _, crd := range inv.OfKind(crdKind) {
		if crd.Node == nil || crd.Removed || yamlnode.GetString(crd.Node, "spec", "group") != t.Group || yamlnode.GetString(crd.Node, "spec", "names", "kind") != t.Kind {
			continue
		}
		for _, v := range yamlnode.Elements(crd.Get("spec", "versions")) {
			if yamlnode.GetString(v, "name") == t.Version {
				return yamlnode.Path(v, "schema", "openAPIV3Schema")
			}
		}
	}
	return nil
}

var crdKind = inventory.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
