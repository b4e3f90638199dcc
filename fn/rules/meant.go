package rules

import (
	"runtime"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// problem is what the API server has against one resource.
type problem struct {
	object *inventory.Object
	apischema.Problem
}

// verdict is what is known of a resource before the rules run.
type verdict struct {
	problems []apischema.Problem
	// meant is the resource as it was meant, nil if that is how it is written;
	// written are the nodes that those of meant were copied from.
	meant   *yaml.Node
	written map[*yaml.Node]*yaml.Node
}

// asWritten is a resource that rules see as it was meant.
type asWritten struct {
	node  *yaml.Node
	of    *inventory.Type
	nodes map[*yaml.Node]*yaml.Node // by those that rules see
}

// kindOf is what is known of the resources of one type.
type kindOf struct {
	schema *apischema.Schema // nil if nobody has one
	meant  apischema.GroupVersionKind
	// unknown and suggestion are for the rule unknown-kind.
	unknown, suggestion string
}

// judge compares the resources with the schemas of their kinds. Where a mistake
// hides what is below it from the rules, misspelt fields above all, they see the
// resource as it was meant, until restore is called.
func (b *Build) judge() (restore func()) {
	inv := b.Inventory
	objects := inv.Objects()
	kinds := map[*inventory.Type]*kindOf{}
	for _, o := range objects {
		if kinds[o.Type] == nil {
			kinds[o.Type] = newKind(inv, o)
		}
	}
	verdicts := make([]verdict, len(objects))
	const run = 256 // resources at a time
	var next atomic.Int64
	work := func() {
		for end := int(next.Add(run)); end-run < len(objects); end = int(next.Add(run)) {
			for i := end - run; i < min(end, len(objects)); i++ {
				o := objects[i]
				if !o.Local && o.Node != nil && yamlnode.Get(o.Node, "sops") == nil {
					verdicts[i] = judge(inv, o, kinds[o.Type])
				}
			}
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(objects)/run) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()

	b.kinds, b.written = kinds, map[*inventory.Object]*asWritten{}
	var restores []func()
	for i := range verdicts {
		v, o := &verdicts[i], objects[i]
		for _, p := range v.problems {
			b.problems = append(b.problems, problem{o, p})
		}
		if v.meant != nil {
			b.written[o] = &asWritten{o.Node, o.Type, v.written}
			restores = append(restores, inv.Recast(o, v.meant))
			reference.ProduceFor(inv, o)
		}
	}
	return func() {
		for i := len(restores) - 1; i >= 0; i-- {
			restores[i]()
		}
	}
}

// newKind says what is known of the kind of a resource.
func newKind(inv *inventory.Inventory, o *inventory.Object) *kindOf {
	k := &kindOf{}
	if o.Kind == "" || o.Node == nil {
		return k
	}
	if o.Version == "" {
		if versions := apischema.Kubernetes().Versions(o.Kind); len(versions) > 0 {
			k.meant = versions[0].GroupVersionKind
		}
	} else if k.schema = schemaOf(inv, o.Type); k.schema == nil && !notForClusters(o.Type) && !reference.IsPlaceholder(o.Kind) && !reference.IsPlaceholder(o.APIVersion()) {
		k.unknown, k.suggestion, k.meant = unknownKindOf(inv, o.Type)
	}
	if meant := apischema.Kubernetes().Lookup(k.meant); meant != nil {
		k.schema = meant.Schema
	}
	return k
}

func judge(inv *inventory.Inventory, o *inventory.Object, k *kindOf) (v verdict) {
	if o.Kind == "" || o.Version == "" {
		// The keys themselves may be misspelt.
		if meant := apischema.Kubernetes().Lookup(apischema.Heading(o.Node)); meant != nil {
			k = &kindOf{schema: meant.Schema, meant: meant.GroupVersionKind}
		}
	}
	if k.schema == nil {
		return v
	}
	secret := o.GroupKind == inventory.GroupKind{Kind: "Secret"} || k.meant.Kind == "Secret"
	n, kind := o.Node, o.Kind
	if k.meant != (apischema.GroupVersionKind{}) {
		v.meant, v.written = apischema.Typed(n, k.meant)
		n, kind = v.meant, k.meant.Kind
	}
	j := apischema.Judge(n, k.schema, secret)
	if j.Meant != nil {
		v.written = through(v.written, j.Written)
		v.meant = j.Meant
		n = j.Meant
	}
	if part := partOf(inv, o, n, k); part != apischema.Whole {
		j.Problems = ofPart(j.Problems, part)
	}
	gk := inventory.GroupKind{Group: o.Group, Kind: kind}
	v.problems = append(apischema.Metadata(n, kind, !inventory.IsClusterScoped(gk)), j.Problems...)
	for i := range v.problems {
		if w := v.written[v.problems[i].Node]; w != nil {
			v.problems[i].Node = w
		}
	}
	return v
}

// partOf says whether a resource may be a part of one. Only files that are read as
// they are hold parts: what is built is whole, and so is a stream.
func partOf(inv *inventory.Inventory, o *inventory.Object, n *yaml.Node, k *kindOf) apischema.Part {
	switch {
	case o.Patch:
		return apischema.Likely
	case o.Line == 0 || o.File == "stdin":
		return apischema.Whole
	}
	t := k.meant
	if t.Kind == "" {
		t = gvk(o.Type)
	}
	part := apischema.PartOf(n, t)
	if part == apischema.Perhaps {
		for _, other := range inv.Find(o.GroupKind, o.Name) {
			if other != o && other.File != o.File && other.Node != nil && inventory.SameNamespace(other.Namespace, o.Namespace) &&
				apischema.PartOf(other.Node, t) == apischema.Whole {
				return apischema.Likely
			}
		}
	}
	return part
}

// ofPart leaves out what only whole resources need, or makes it less of a problem.
func ofPart(all []apischema.Problem, part apischema.Part) []apischema.Problem {
	var kept []apischema.Problem
	for _, p := range all {
		if p.Absent {
			if part == apischema.Likely {
				continue
			}
			p.Warning, p.Help = true, "the API server refuses it, unless this is a patch that is merged into a whole one"
		}
		kept = append(kept, p)
	}
	return kept
}

// through follows two copies back to the first original.
func through(first, second map[*yaml.Node]*yaml.Node) map[*yaml.Node]*yaml.Node {
	if first == nil {
		return second
	}
	for n, w := range second {
		if origin := first[w]; origin != nil {
			second[n] = origin
		}
	}
	return second
}
