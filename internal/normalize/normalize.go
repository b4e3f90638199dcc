// Package normalize brings resources into a uniform shape, as the normalize
// part of the configuration says: requests and limits that fit the program,
// images that can be pulled, quantities in one spelling.
//
// A Normalizer is a value in a table. Each looks at one resource at a time and
// changes only what the resource leaves unset, unless it is told to enforce.
// Running them again changes nothing.
package normalize

//go:generate go run -C ../../tools -mod=mod ./docs -normalizers ../docs/normalize.md

import (
	"cmp"
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
)

// Normalizer is one way to make resources uniform.
type Normalizer struct {
	// Name is the normalizer's field under spec.normalize.
	Name string
	// Doc is one paragraph: what is changed, and what is left alone.
	Doc string
	// Default says that it runs wherever the configuration normalizes at all.
	// The others run when they are named.
	Default bool
	// Apply normalizes one resource.
	Apply func(*Pass, *inventory.Object)
}

// registered are the normalizers of the files of this package, by name.
var registered = map[string]*Normalizer{}

func register(n *Normalizer) *Normalizer {
	registered[n.Name] = n
	return n
}

// Enabled reports whether the normalizer runs with a configuration.
func (n *Normalizer) Enabled(cfg *config.Normalize) bool {
	if cfg == nil {
		return false
	}
	named, enabled := cfg.Names(n.Name)
	if enabled != nil {
		return *enabled
	}
	return n.Default || named
}

// All returns the normalizers in the order in which they run.
func All() []*Normalizer {
	var all []*Normalizer
	for _, name := range config.Normalizers() {
		all = append(all, registered[name])
	}
	return all
}

// Pass is what a normalizer works with.
type Pass struct {
	Inventory *inventory.Inventory
	Config    *config.Normalize

	normalizer *Normalizer
	changes    []result.Change
	digests    func() map[string]listed
	selected   func() map[string]bool
	profiles   map[string]map[string]pair
}

// Apply runs the normalizers that cfg enables over inv, whose resources it
// edits in place, and returns what it changed in the order of the resources.
// Edited resources are Modified. A nil cfg changes nothing.
func Apply(inv *inventory.Inventory, cfg *config.Normalize) []result.Change {
	p := &Pass{Inventory: inv, Config: cfg}
	p.digests = sync.OnceValue(func() map[string]listed { return listedDigests(cfg.Images) })
	p.selected = sync.OnceValue(func() map[string]bool { return selectedLabels(inv) })
	var enabled []*Normalizer
	for _, n := range All() {
		if n.Enabled(cfg) {
			enabled = append(enabled, n)
		}
	}
	if enabled == nil {
		return nil
	}
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Local {
			continue
		}
		start := len(p.changes)
		for _, p.normalizer = range enabled {
			p.normalizer.Apply(p, o)
		}
		slices.SortStableFunc(p.changes[start:], func(a, b result.Change) int { return cmp.Compare(a.Field, b.Field) })
	}
	return p.changes
}

// record notes a change that was made to o.
func (p *Pass) record(o *inventory.Object, field, old, value, cause string) {
	o.Edited()
	p.changes = append(p.changes, result.Change{
		Resource: o.Resource(), Field: field, Normalizer: p.normalizer.Name,
		Old: old, New: value, Cause: cause,
	})
}

// recordHidden is record for a value that may be a secret.
func (p *Pass) recordHidden(o *inventory.Object, field, cause string) {
	p.record(o, field, "", "", cause)
	p.changes[len(p.changes)-1].Hidden = true
}
