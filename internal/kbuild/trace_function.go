package kbuild

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// function tells a trace what the function saw and wrote: items are views of the
// resources in m that it has worked on. What it returns is to be called when a
// resource has become its item, and for those that were added: the i-th.
func (t *tracer) function(m *indexed, items []*yaml.Node, config *yaml.Node, out manifest.Output) (became func(i int), added func(i int, r *resource.Resource)) {
	if t == nil {
		return func(int) {}, func(int, *resource.Resource) {}
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
	became = func(i int) {
		t.wrote(resources[i], before[i], asked[i], config)
		seen.Items[i] = provenance.Clone(items[i]) // what follows edits the item
	}
	return became, func(i int, r *resource.Resource) { t.wrote(r, nil, asked[len(items)+i], config) }
}

// wrote finds out what the function wrote into a resource. asked has the fields
// of its configuration that asked for values, by their paths.
func (t *tracer) wrote(r *resource.Resource, before *yaml.Node, asked map[string]string, config *yaml.Node) {
	t.Keep(r.YNode())
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

// markHeld marks the configurations that an entry of the kustomization holds.
// Those that are named are read as resources are, and marked.
func (v *level) markHeld(configs []*resource.Resource, field string, i int) {
	if v.trace == nil {
		return
	}
	text := v.text.scalar(field, i)
	if text == nil {
		return
	}
	docs := text.Documents()
	if len(docs) != len(configs) {
		return
	}
	for i, d := range docs {
		if root := d.Parse(); root != nil {
			v.trace.MarkLike(configs[i].YNode(), root, d, provenance.Resource)
		}
	}
}
