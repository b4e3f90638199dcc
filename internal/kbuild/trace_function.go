package kbuild

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// function tells a trace what the function saw and wrote: items are views of the
// resources in m that it has worked on. What it returns is to be called when a
// resource has become its item.
func (t *tracer) function(m *indexed, items []*yaml.Node, config *yaml.Node, out manifest.Output) func(i int) {
	if t == nil {
		return func(int) {}
	}
	seen := provenance.Seen{Items: slices.Clone(items), Config: config}
	resources := make([]*resource.Resource, len(items))
	before := make([]*yaml.Node, len(items))
	for i, e := range m.list {
		resources[i], before[i] = e.res, e.res.YNode()
	}
	asked := map[int]map[string]string{}
	if out.Wrote != nil {
		out.Wrote(func(item int, field, cause string) {
			if asked[item] == nil {
				asked[item] = map[string]string{}
			}
			asked[item][field] = cause
		})
	}
	t.Functions = append(t.Functions, seen)
	return func(i int) {
		t.wrote(resources[i], before[i], asked[i], config)
		seen.Items[i] = provenance.Clone(items[i]) // what follows edits the item
	}
}

// wrote finds out what the function wrote into a resource. asked has the fields
// of its configuration that asked for values, by their paths.
func (t *tracer) wrote(r *resource.Resource, before *yaml.Node, asked map[string]string, config *yaml.Node) {
	causes := map[*yaml.Node]string{}
	for field, n := range provenance.Scalars(r.YNode()) {
		for path, cause := range asked {
			if provenance.Below(field, path) {
				causes[n] = cause
			}
		}
	}
	// What nobody asked for by name comes with a connection: other names of
	// variables, where they are read from.
	connection := ""
	for _, cause := range asked {
		switch {
		case !strings.HasPrefix(cause, "spec.connections"):
		case connection != "" && connection != cause:
			connection = "?" // not to be told from another
		default:
			connection = cause
		}
	}
	if connection == "?" {
		connection = ""
	}
	t.Settle(r, r.YNode(), &provenance.Step{
		Via: provenance.Function, Before: before,
		Write: func(w *provenance.Write) (provenance.Record, bool) {
			cause, ok := causes[w.Node]
			if !ok {
				cause = connection
			}
			if cause == "" || w.Rewritten {
				return provenance.Record{}, false
			}
			at, _, _ := t.Locate(config, cause)
			return provenance.Record{Place: at.Place}, at.Known()
		},
	})
}

// markHeld marks a configuration that the kustomization holds in transformers:.
// One that is named is read as resources are, and marked.
func (v *level) markHeld(config *yaml.Node) {
	if v.trace == nil || provenance.Marked(config) != 0 {
		return
	}
	for _, n := range yamlnode.Elements(v.text.node("transformers")) {
		if n = yamlnode.Resolve(n); n == nil || n.Kind != yaml.ScalarNode {
			continue
		}
		for _, d := range provenance.ScalarText(v.text.file, n).Documents() {
			root := d.Parse()
			if root != nil && yamlnode.GetString(root, "kind") == yamlnode.GetString(config, "kind") &&
				yamlnode.GetString(root, "metadata", "name") == yamlnode.GetString(config, "metadata", "name") {
				v.trace.MarkLike(config, root, d, provenance.Resource)
				return
			}
		}
	}
}
