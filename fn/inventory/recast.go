package inventory

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// Recast has a resource read as if another node stood in its place: one in which
// a misspelt field is spelt as it was meant. Resource answers as before. restore
// takes it back.
func (inv *Inventory) Recast(o *Object, node *yaml.Node) (restore func()) {
	before := identity{o.Type, o.Namespace, o.Name, o.Previous, o.Node, o.affixes, o.File, o.NeedsHash, o.Local, o.annotated}
	written := o.Resource()
	inv.unindex(o)
	o.Node, o.Previous, o.Namespace, o.Name, o.affixes = node, nil, "", "", ""
	o.readIdentity(inv)
	o.reset()
	inv.index(o)
	o.written = &written
	return func() {
		inv.unindex(o)
		o.Type, o.Namespace, o.Name, o.Previous, o.Node, o.affixes = before.Type, before.Namespace, before.Name, before.Previous, before.Node, before.affixes
		o.File, o.NeedsHash, o.Local, o.annotated = before.File, before.NeedsHash, before.Local, before.annotated
		o.written = nil
		o.reset()
		inv.index(o)
	}
}

// identity is what Recast changes.
type identity struct {
	Type            *Type
	Namespace, Name string
	Previous        []Identity
	Node            *yaml.Node
	affixes         string
	File            string
	NeedsHash       bool
	Local           bool
	annotated       bool
}

// reset forgets what was read of the node.
func (o *Object) reset() {
	o.content.Store(nil)
	o.pods.Store(nil)
}

// unindex takes a resource out of the index. Others keep their order.
func (inv *Inventory) unindex(o *Object) {
	k := o.index
	if k == nil || o.Kind == "" || o.Local {
		return
	}
	without := func(list []*Object) []*Object {
		return slices.DeleteFunc(slices.Clone(list), func(other *Object) bool { return other == o })
	}
	k.objects = without(k.objects)
	if o.Namespace != "" {
		inv.byNS[o.Namespace]--
	}
	if o.Name != "" {
		k.byName[o.Name] = without(k.byName[o.Name])
	}
	for _, p := range o.Previous {
		if k.byPrev[p.Name] != nil {
			k.byPrev[p.Name] = without(k.byPrev[p.Name])
		}
	}
	inv.anyKind = nil
}

// Resource names o in findings: as it is written.
func (o *Object) Resource() finding.Resource {
	if o.written != nil {
		return *o.written
	}
	return finding.Resource{APIVersion: o.APIVersion(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
}
