package reference

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Status is the answer to whether a reference resolves.
type Status int

// A reference that does not resolve is one of several things, and each has
// its own remedy.
const (
	// Found: the object is in the build, made at run time, built in, or
	// declared external.
	Found Status = iota
	// NotRewritten: it is there under a new name, and kustomize rewrites no
	// reference in this field.
	NotRewritten
	// WrongNamespace: it is there, but in another namespace.
	WrongNamespace
	// Typo: it is not, but something called almost the same is.
	Typo
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
	// Elsewhere are all objects of the name, for WrongNamespace, to read.
	Elsewhere []*inventory.Object
	// Suggestions are names that would resolve, best first.
	Suggestions []string
	// Likely says that clusters tend to have such an object.
	Likely bool
	// Release is what installs a Helm chart there under a name that the absent
	// object's begins with, or nil: charts call what they make so.
	Release *inventory.Object
	// Affixed is the object that is called as the absent one, but for a prefix
	// that most of what is in its namespace has: somebody renamed it.
	Affixed *inventory.Object
}

// Is reports whether two resolutions say the same.
func (r *Resolution) Is(other *Resolution) bool {
	return r.Status == other.Status && r.Target == other.Target && r.External == other.External && r.Likely == other.Likely &&
		r.Release == other.Release && r.Affixed == other.Affixed &&
		slices.Equal(r.Elsewhere, other.Elsewhere) && slices.Equal(r.Suggestions, other.Suggestions)
}

// Resolver judges references against one inventory. Several goroutines may use
// it at once.
type Resolver struct {
	inv       *inventory.Inventory
	externals Externals

	mu        sync.Mutex // of the maps
	names     map[nameSet]*nameIndex
	near      map[nearKey][]string
	elsewhere map[elsewhereKey][]*inventory.Object

	releases func() map[string][]release // by namespace
	released func() map[string]bool      // their names
	ends     map[inventory.GroupKind]map[string][]*inventory.Object
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

type elsewhereKey struct {
	gk    inventory.GroupKind
	name  string
	tests bool
}

// NewResolver returns a resolver. externals may be nil.
func NewResolver(inv *inventory.Inventory, externals Externals) *Resolver {
	releases := sync.OnceValue(func() map[string][]release { return releasesOf(inv) })
	return &Resolver{
		inv: inv, externals: externals, names: map[nameSet]*nameIndex{}, near: map[nearKey][]string{},
		elsewhere: map[elsewhereKey][]*inventory.Object{},
		ends:      map[inventory.GroupKind]map[string][]*inventory.Object{},
		releases:  releases,
		released:  sync.OnceValue(func() map[string]bool { return releasedNames(releases()) }),
	}
}

// Resolve judges one reference. Of the kinds that satisfy it, the one about
// which most is known decides: an object, then what is certain of the name
// itself, then names that are close.
func (v *Resolver) Resolve(r *Ref) Resolution {
	best := Resolution{Status: Absent, External: -1}
	for i, gk := range r.To {
		res := v.resolve(&query{gk, r.Namespace, r.Name, r.Repaired, r.From, r.servedBy()})
		switch {
		case i == 0 || res.rank() < best.rank():
			best = res
		case res.Status == best.Status && (res.Status == Typo || res.Status == Absent):
			best.Suggestions = append(slices.Clip(best.Suggestions), res.Suggestions...)
		}
	}
	best.Suggestions = best.Suggestions[:min(3, len(best.Suggestions))]
	return best
}

// ResolveName judges the name of an object where kustomize rewrites nothing,
// so that only the final one will do. An empty namespace may become any.
func (v *Resolver) ResolveName(gk inventory.GroupKind, namespace, name string) Resolution {
	return v.resolve(&query{gk: gk, namespace: namespace, name: name})
}

// ResolveNear is ResolveName for a name that stands in from: of several objects
// the nearest counts, and of equally near ones that for which serves holds.
func (v *Resolver) ResolveNear(from *inventory.Object, gk inventory.GroupKind, namespace, name string, serves func(*inventory.Object) bool) Resolution {
	return v.resolve(&query{gk: gk, namespace: namespace, name: name, from: from, serves: serves})
}

// query is a question for one object.
type query struct {
	gk              inventory.GroupKind
	namespace, name string
	repaired        bool
	from            *inventory.Object            // nil if nobody asks
	serves          func(*inventory.Object) bool // whether one of several is right; may be nil
}

// rank orders resolutions by how much is known.
func (r *Resolution) rank() int {
	if r.Status == Found && r.Target == nil {
		if r.Likely {
			return 2*int(Absent) - 1
		}
		return 1
	}
	return 2 * int(r.Status)
}

func (v *Resolver) resolve(q *query) Resolution {
	if inventory.IsClusterScoped(q.gk) {
		q.namespace = ""
	}
	if o := v.inv.LookupOf(q.gk, q.namespace, q.name, q.repaired, q.from, q.serves); o != nil {
		if (o.Name != q.name || o.NeedsHash) && !v.rewritten(q, o) {
			return Resolution{Status: NotRewritten, Target: o, External: -1}
		}
		return Resolution{Target: o, External: -1}
	}
	for _, o := range v.inv.Find(q.gk, q.name) {
		if IsPlaceholderName(o.Namespace) { // it may be any
			return Resolution{Target: o, External: -1}
		}
	}
	if BuiltinNamed(q.gk, q.namespace, q.name) {
		return Resolution{External: -1}
	}
	if v.externals != nil {
		if i := v.externals.Provides(q.gk.Kind, q.namespace, q.name); i >= 0 {
			return Resolution{External: i}
		}
	}
	return v.explain(q)
}

// rewritten reports whether kustomize will write the final name of o into the
// field that was asked about. Besides the field, the namespaces have to agree:
// https://github.com/kubernetes-sigs/kustomize/issues/5047
func (v *Resolver) rewritten(q *query, o *inventory.Object) bool {
	if !q.repaired {
		return false
	}
	if q.from == nil || q.from.Node == nil || inventory.IsClusterScoped(q.gk) || inventory.IsClusterScoped(q.from.GroupKind) || q.namespace != q.from.Namespace {
		return true // or the field says the namespace
	}
	return effective(o.Namespace) == effective(q.from.Namespace)
}

// effective is the namespace that kustomize compares.
func effective(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

// explain says why a name does not resolve. What is certain comes first: the
// name itself under other circumstances, then names that are close.
func (v *Resolver) explain(q *query) Resolution {
	res := Resolution{External: -1, Likely: builtinLike(q.gk, q.namespace, q.name)}
	if !q.repaired || v.inv.Finished {
		if o := v.renamed(q); o != nil {
			res.Status, res.Target, res.Suggestions = NotRewritten, o, []string{o.Name}
			return res
		}
	}
	if res.Elsewhere = v.findElsewhere(q.gk, q.name, q.from); len(res.Elsewhere) > 0 {
		res.Status, res.Target = WrongNamespace, res.Elsewhere[0]
		return res
	}
	if v.Installs(q.namespace, q.name) {
		if !res.Likely {
			res.Status, res.Release = Absent, v.ReleaseOf(q.namespace, q.name)
		}
		return res
	}
	near := v.nearest(q.gk, q.namespace, q.name)
	if q.from != nil && q.from.GroupKind == q.gk && q.from.Namespace == q.namespace {
		near = slices.DeleteFunc(slices.Clone(near), func(name string) bool { return name == q.from.Name }) // nothing refers to itself
	}
	switch {
	case len(near) > 0 && (suggest.Close(q.name, near[0]) ||
		suggest.Slip(q.name, near[0]) && v.index(nameSet{q.gk, ""}).Alone(near[0])) && v.serves(q, near[0]) && v.placed(q, near[0]):
		res.Status, res.Suggestions = Typo, near
	case !res.Likely:
		res.Status, res.Suggestions = Absent, near
		res.Release = v.ReleaseOf(q.namespace, q.name)
		if res.Affixed = v.affixed(q); res.Affixed != nil {
			res.Suggestions = []string{res.Affixed.Name}
		}
	}
	return res
}

// placed reports whether an object of a close name may be in the namespace that a
// reference spells out: one of another folder without a namespace goes wherever those
// who apply that folder say.
func (v *Resolver) placed(q *query, name string) bool {
	o := v.inv.Lookup(q.gk, q.namespace, name, q.repaired, q.from)
	if o == nil || o.Namespace != "" || q.namespace == "" || q.from == nil || inventory.IsClusterScoped(q.gk) {
		return true
	}
	return filepath.Dir(o.File) == filepath.Dir(q.from.File)
}

// serves reports whether an object of a close name may be what was meant: it has
// the port that is asked for, as far as is known.
func (v *Resolver) serves(q *query, name string) bool {
	o := v.inv.Lookup(q.gk, q.namespace, name, q.repaired, q.from)
	return q.serves == nil || o == nil || len(yamlnode.Elements(o.Get("spec", "ports"))) == 0 || q.serves(o)
}

// renamed returns the object that had the name, and is or was in the namespace.
func (v *Resolver) renamed(q *query) *inventory.Object {
	for _, o := range v.inv.FindPrevious(q.gk, q.name) {
		if inventory.SameNamespace(o.Namespace, q.namespace) {
			return o
		}
	}
	for _, o := range v.inv.FindPrevious(q.gk, q.name) {
		if slices.ContainsFunc(o.Previous, func(before inventory.Identity) bool {
			return before.Name == q.name && before.Namespace == q.namespace
		}) {
			return o
		}
	}
	return nil
}

// findElsewhere returns the objects of that name in any namespace, of those that
// are called so now if there are any, by namespace. What tests bring along is no
// evidence about what they test.
func (v *Resolver) findElsewhere(gk inventory.GroupKind, name string, from *inventory.Object) []*inventory.Object {
	key := elsewhereKey{gk, name, from == nil || ofTests(from)}
	const few = 16
	if len(v.inv.Find(gk, name))+len(v.inv.FindPrevious(gk, name)) <= few {
		return besides(from, v.inAnyNamespace(gk, name, key.tests))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	found, ok := v.elsewhere[key]
	if !ok {
		found = v.inAnyNamespace(gk, name, key.tests)
		v.elsewhere[key] = found
	}
	return besides(from, found)
}

// besides leaves out the object that asks, which does not mean itself.
func besides(from *inventory.Object, found []*inventory.Object) []*inventory.Object {
	if i := slices.Index(found, from); i >= 0 {
		return slices.Concat(found[:i], found[i+1:])
	}
	return found
}

func (v *Resolver) inAnyNamespace(gk inventory.GroupKind, name string, tests bool) []*inventory.Object {
	for _, found := range [...][]*inventory.Object{v.inv.Find(gk, name), v.inv.FindPrevious(gk, name)} {
		var here []*inventory.Object
		for _, o := range found {
			if !o.Likely && (tests || !ofTests(o)) {
				here = append(here, o)
			}
		}
		if len(here) > 0 {
			slices.SortStableFunc(here, func(a, b *inventory.Object) int { return strings.Compare(a.Namespace, b.Namespace) })
			return here
		}
	}
	return nil
}

// affixed returns the one object whose name is a prefix and the name asked for,
// where most of the objects in its namespace have that prefix: a rendered tree
// has lost what kustomize knew of earlier names.
func (v *Resolver) affixed(q *query) *inventory.Object {
	v.mu.Lock()
	ends := v.ends[q.gk]
	if ends == nil {
		ends = map[string][]*inventory.Object{}
		for _, o := range v.inv.OfKind(q.gk) {
			if o.Node == nil {
				continue
			}
			for i := range o.Name {
				if o.Name[i] == '-' && i > 0 {
					ends[o.Name[i+1:]] = append(ends[o.Name[i+1:]], o)
				}
			}
		}
		v.ends[q.gk] = ends
	}
	v.mu.Unlock()
	found := ends[q.name]
	if len(found) != 1 {
		return nil
	}
	o := found[0]
	prefix := strings.TrimSuffix(o.Name, q.name)
	with, without := 0, 0
	for _, other := range v.inv.Objects() {
		switch {
		case other.Namespace != o.Namespace || other.Local || other.Name == "" || other.Kind == "Namespace":
		case strings.HasPrefix(other.Name, prefix):
			with++
		default:
			without++
		}
	}
	if with < 3 || with < 4*without {
		return nil
	}
	return o
}

// ReleaseOf returns what installs a chart in the namespace that the name may be
// of, nil if nothing does. What has no namespace gets one from whoever applies it,
// which may be that of any release.
func (v *Resolver) ReleaseOf(namespace, name string) *inventory.Object {
	releases := v.releases()
	spaces := []string{namespace, ""}
	if namespace == "" {
		spaces = slices.Sorted(maps.Keys(releases))
	}
	for _, ns := range spaces {
		for _, r := range releases[ns] {
			if rest, ok := strings.CutPrefix(name, r.name); ok && (rest == "" || rest[0] == '-') {
				return r.from
			}
		}
	}
	return nil
}

// Installs reports whether a Helm release in the namespace, or its chart, has exactly
// the name: what is called so is its own, and nothing that is nearly called so was
// meant.
func (v *Resolver) Installs(namespace, name string) bool {
	return slices.ContainsFunc(v.releases()[namespace], func(r release) bool { return r.name == name })
}

// IsRelease reports whether a Helm release of the build, in whatever namespace, has
// the name.
func (v *Resolver) IsRelease(name string) bool { return v.released()[name] }

func releasedNames(by map[string][]release) map[string]bool {
	names := map[string]bool{}
	for _, in := range by {
		for _, r := range in {
			names[r.name] = true
		}
	}
	return names
}

// nearest returns the closest names of a kind in a namespace. It remembers the
// last thousands of answers: the same mistake is often in many places.
func (v *Resolver) nearest(gk inventory.GroupKind, namespace, name string) []string {
	key := nearKey{v.index(nameSet{gk, namespace}), name}
	v.mu.Lock()
	near, ok := v.near[key]
	v.mu.Unlock()
	if !ok {
		near = key.index.Nearest(name, 3)
		const many = 1 << 14
		v.mu.Lock()
		if len(v.near) == many {
			v.near = map[nearKey][]string{}
		}
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
		if o.Likely || !inventory.SameNamespace(o.Namespace, set.namespace) {
			continue
		}
		names = append(names, o.Name)
		if base := o.BaseName(); base != o.Name {
			names = append(names, base)
		}
	}
	return append(names, builtinNames(set.gk, set.namespace)...)
}

// servedBy says of several objects of one name which one has the keys and the
// port of the reference. It is nil for references that ask for neither.
func (r *Ref) servedBy() func(*inventory.Object) bool {
	if len(r.Keys) == 0 && r.Port == nil {
		return nil
	}
	return func(o *inventory.Object) bool {
		if len(r.Keys) > 0 && len(KeyMissing(r, o, nil)) > 0 {
			return false
		}
		return r.Port == nil || slices.ContainsFunc(yamlnode.Elements(o.Get("spec", "ports")), func(p *yaml.Node) bool {
			return yamlnode.GetString(p, "name") == r.Port.Value || yamlnode.GetString(p, "port") == r.Port.Value
		})
	}
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
