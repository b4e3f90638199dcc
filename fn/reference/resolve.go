package reference

import (
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/suggest"
)

// Status is the answer to whether a reference resolves.
type Status int

// A reference that does not resolve is one of several things, and each has
// its own remedy.
const (
	// Found: the object is in the build, made at run time, built in, or
	// declared external.
	Found Status = iota
	// Typo: it is not, but something called almost the same is.
	Typo
	// WrongNamespace: it is, but in another namespace.
	WrongNamespace
	// NotRewritten: it is there under a new name, and kustomize rewrites no
	// reference in this field.
	NotRewritten
	// Absent: it is simply not in this build.
	Absent
)

// Resolution is what became of a reference.
type Resolution struct {
	Status Status
	// Target is the object found; for WrongNamespace and NotRewritten the one
	// that was probably meant. Nil for built-in and external objects.
	Target *inventory.Object
	// External is the index of the externals entry that provides the object, or -1.
	External int
	// Suggestions are names that would resolve, best first.
	Suggestions []string
}

// Resolver judges references against one inventory. Several goroutines may use
// it at once.
type Resolver struct {
	inv       *inventory.Inventory
	externals Externals

	mu    sync.Mutex // of the maps
	names map[nameSet]*nameIndex
	near  map[nearKey][]string
}

// nameIndex is made when it is first asked for.
type nameIndex struct {
	once sync.Once
	*suggest.Index
}

// Externals tells which objects something else provides.
type Externals interface {
	// Provides returns the index of the entry that provides the object, or -1.
	Provides(kind, namespace, name string) int
}

type nameSet struct {
	gk        inventory.GroupKind
	namespace string
}

type nearKey struct {
	index *nameIndex
	name  string
}

// NewResolver returns a resolver. externals may be nil.
func NewResolver(inv *inventory.Inventory, externals Externals) *Resolver {
	return &Resolver{inv: inv, externals: externals, names: map[nameSet]*nameIndex{}, near: map[nearKey][]string{}}
}

// Resolve judges one reference.
func (v *Resolver) Resolve(r *Ref) Resolution {
	for _, gk := range r.To {
		if o := v.inv.Lookup(gk, v.namespaceFor(r, gk), r.Name, r.Repaired, r.From); o != nil {
			if o.NeedsHash && !r.Repaired && o.Name == r.Name {
				return Resolution{Status: NotRewritten, Target: o, External: -1}
			}
			return Resolution{Target: o, External: -1}
		}
	}
	for _, gk := range r.To {
		if builtinNamed(gk, r.Namespace, r.Name) {
			return Resolution{External: -1}
		}
		if v.externals != nil {
			if i := v.externals.Provides(gk.Kind, r.Namespace, r.Name); i >= 0 {
				return Resolution{External: i}
			}
		}
	}
	return v.explain(r)
}

// explain says why a reference does not resolve. What is certain comes first:
// the name itself under other circumstances, then names that are close.
func (v *Resolver) explain(r *Ref) Resolution {
	res := Resolution{External: -1}
	for _, gk := range r.To {
		if r.Repaired {
			break
		}
		if o := v.inv.Lookup(gk, v.namespaceFor(r, gk), r.Name, true, r.From); o != nil {
			res.Status, res.Target, res.Suggestions = NotRewritten, o, []string{o.Name}
			return res
		}
	}
	for _, gk := range r.To {
		if o := v.elsewhere(gk, r.Name); o != nil {
			res.Status, res.Target = WrongNamespace, o
			return res
		}
	}
	for _, gk := range r.To {
		near := v.nearest(gk, v.namespaceFor(r, gk), r.Name)
		meant := len(near) > 0 && (suggest.Close(r.Name, near[0]) ||
			suggest.Slip(r.Name, near[0]) && v.index(nameSet{gk, ""}).Alone(near[0]))
		if meant {
			if res.Status != Typo {
				res.Suggestions = nil
			}
			res.Status = Typo
		}
		if meant || res.Status != Typo {
			res.Suggestions = append(res.Suggestions, near...)
		}
	}
	res.Suggestions = res.Suggestions[:min(3, len(res.Suggestions))]
	if res.Status == Typo {
		return res
	}
	for _, gk := range r.To {
		if builtinLike(gk, r.Namespace, r.Name) {
			return Resolution{External: -1}
		}
	}
	res.Status = Absent
	return res
}

func (v *Resolver) namespaceFor(r *Ref, gk inventory.GroupKind) string {
	if inventory.IsClusterScoped(gk) {
		return ""
	}
	return r.Namespace
}

// elsewhere returns an object of that name in any namespace, or nil.
func (v *Resolver) elsewhere(gk inventory.GroupKind, name string) *inventory.Object {
	for _, found := range [...][]*inventory.Object{v.inv.Find(gk, name), v.inv.FindPrevious(gk, name)} {
		for _, o := range found {
			if !o.Removed && !o.Likely {
				return o
			}
		}
	}
	return nil
}

// nearest returns the closest names of a kind in a namespace. It remembers the
// answers: the same mistake is often in many places.
func (v *Resolver) nearest(gk inventory.GroupKind, namespace, name string) []string {
	key := nearKey{v.index(nameSet{gk, namespace}), name}
	v.mu.Lock()
	near, ok := v.near[key]
	v.mu.Unlock()
	if !ok {
		near = key.index.Nearest(name, 3)
		v.mu.Lock()
		v.near[key] = near
		v.mu.Unlock()
	}
	return near
}

// index returns the names of a kind in a namespace, in all if it is empty.
func (v *Resolver) index(set nameSet) *nameIndex {
	v.mu.Lock()
	index := v.names[set]
	if index == nil {
		index = &nameIndex{}
		v.names[set] = index
	}
	v.mu.Unlock()
	index.once.Do(func() { index.Index = suggest.NewIndex(v.namesIn(set)) })
	return index
}

func (v *Resolver) namesIn(set nameSet) []string {
	var names []string
	for _, o := range v.inv.OfKind(set.gk) {
		if o.Removed || o.Likely || !inventory.SameNamespace(o.Namespace, set.namespace) {
			continue
		}
		names = append(names, o.Name)
		if base := o.BaseName(); base != o.Name {
			names = append(names, base)
		}
	}
	return append(names, builtinNames(set.gk, set.namespace)...)
}

// KeyMissing returns the keys of r that are certainly not there: not in the
// target's content nor, for a target outside of the build (nil), among known.
func KeyMissing(r *Ref, target *inventory.Object, known []string) []Key {
	var missing []Key
	for _, k := range r.Keys {
		if target != nil && !target.Content().Has(k.Name) ||
			target == nil && len(known) > 0 && !slices.Contains(known, k.Name) {
			missing = append(missing, k)
		}
	}
	return missing
}
