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
	before, written := o.identity(), o.Resource()
	o.Node, o.Previous, o.Namespace, o.Name, o.affixes = node, nil, "", "", ""
	o.readIdentity(inv)
	inv.become(o, before, o.identity())
	o.written = &written
	return func() {
		inv.become(o, o.identity(), before)
		o.written = nil
	}
}

// become gives a resource, which is in the index as before, another identity.
func (inv *Inventory) become(o *Object, before, after identity) {
	o.reset()
	if after.indexed(&before) {
		o.take(after)
		return
	}
	o.take(before)
	inv.unindex(o)
	o.take(after)
	inv.index(o)
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

func (o *Object) identity() identity {
	return identity{o.Type, o.Namespace, o.Name, o.Previous, o.Node, o.affixes, o.File, o.NeedsHash, o.Local, o.annotated}
}

func (o *Object) take(i identity) {
	o.Type, o.Namespace, o.Name, o.Previous, o.Node, o.affixes = i.Type, i.Namespace, i.Name, i.Previous, i.Node, i.affixes
	o.File, o.NeedsHash, o.Local, o.annotated = i.File, i.NeedsHash, i.Local, i.annotated
}

// indexed reports whether the index has both at the same places.
func (i *identity) indexed(other *identity) bool {
	return i.Type == other.Type && i.Namespace == other.Namespace && i.Name == other.Name && i.Local == other.Local && slices.Equal(i.Previous, other.Previous)
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
