package rules

import (
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Build is what there is to know about one build. Rules and facts only read it,
// several at once.
type Build struct {
	Inventory *inventory.Inventory
	Config    *config.Spec

	refs        *reference.Set
	rules       []*Rule
	kinds       map[*inventory.Type]*kindOf
	problems    map[string][]problems // by rule, what the API server does not take
	written     map[*inventory.Object]*asWritten
	restore     func() // takes back that rules see resources as they were meant
	resolver    *reference.Resolver
	resolutions []atomic.Pointer[reference.Resolution] // by the index of the reference
	newest      atomic.Pointer[reference.Resolution]   // neighbours that are alike share it
	externals   *externals
	facts       sync.Map // by *Fact: func() T
}

func newBuild(inv *inventory.Inventory, spec *config.Spec, rules []*Rule) *Build {
	v := spec.Validate
	b := &Build{Inventory: inv, Config: spec, rules: rules, externals: newExternals(v.GetExternals())}
	b.restore = b.judge()
	table := reference.NewTable(append(userRows(v), reference.RowsOf(inv)...))
	b.refs = table.Extract(inv, spec.GetClusterDomain())
	b.resolver = reference.NewResolver(inv, b.externals)
	b.resolutions = make([]atomic.Pointer[reference.Resolution], len(b.refs.All))
	return b
}

// A Fact is something about a build that takes work to find out and that several
// rules ask for, like what go/analysis calls the result of another pass. It is a
// package variable made by NewFact; whoever asks first, of rules and other
// facts, has it made.
type Fact[T any] struct{ find func(*Build) T }

// NewFact returns a fact with its constructor, which must not ask for the fact
// itself. What it returns is read by several rules at once: nothing in it may
// change afterwards, or it must be guarded, as a [Memo] is.
func NewFact[T any](find func(*Build) T) *Fact[T] { return &Fact[T]{find} }

// Of returns the fact about a build.
func (f *Fact[T]) Of(b *Build) T {
	known, ok := b.facts.Load(f)
	if !ok {
		known, _ = b.facts.LoadOrStore(f, sync.OnceValue(func() T { return f.find(b) }))
	}
	return known.(func() T)()
}

// Memo remembers answers, for several rules at once. The zero value is empty.
type Memo[K comparable, V any] struct{ known sync.Map }

// Get returns the answer for a key. Where it is not known, find finds it; two
// rules that ask at the same moment may both do so.
func (m *Memo[K, V]) Get(key K, find func() V) V {
	if known, ok := m.known.Load(key); ok {
		return known.(V)
	}
	v := find()
	m.known.Store(key, v)
	return v
}

// ClusterDomain is the DNS domain of the cluster.
func (b *Build) ClusterDomain() string { return b.Config.GetClusterDomain() }

// resolve judges a reference, once for all rules. The answer is theirs to read.
func (b *Build) resolve(ref *reference.Ref) *reference.Resolution {
	known := &b.resolutions[ref.Index]
	if res := known.Load(); res != nil {
		return res
	}
	res := b.resolver.Resolve(ref)
	if res.External >= 0 {
		b.externals.hits[res.External].Store(true)
	}
	at := b.newest.Load()
	if at == nil || !at.Is(&res) {
		at = new(reference.Resolution)
		*at = res
		b.newest.Store(at)
	}
	known.CompareAndSwap(nil, at)
	return known.Load()
}

// resolveName judges a name that no table knows of, such as one in a text.
func (b *Build) resolveName(from *inventory.Object, gk inventory.GroupKind, namespace, name string, serves func(*inventory.Object) bool) reference.Resolution {
	res := b.resolver.ResolveNear(from, gk, namespace, name, serves)
	if res.External >= 0 {
		b.externals.hits[res.External].Store(true)
	}
	return res
}

// provided returns the index of the entry of externals that provides an object,
// or -1. The entry counts as used.
func (b *Build) provided(kind, namespace, name string) int {
	i := b.externals.Provides(kind, namespace, name)
	if i >= 0 {
		b.externals.hits[i].Store(true)
	}
	return i
}

// externals implements reference.Externals over the configuration.
type externals struct {
	entries []config.External
	hits    []atomic.Bool // whether something needs the entry
}

func newExternals(entries []config.External) *externals {
	return &externals{entries: entries, hits: make([]atomic.Bool, len(entries))}
}

func (x *externals) Provides(kind, namespace, name string) int {
	for i := range x.entries {
		e := &x.entries[i]
		if inventory.Match(e.Kind, kind) && inventory.Match(e.Name, name) &&
			(e.Namespace == "" || namespace == "" || inventory.Match(e.Namespace, namespace)) {
			return i
		}
	}
	return -1
}

// spot is a node of one resource. Resources may share nodes that are equal, so a
// node alone does not say where it is.
type spot struct {
	object *inventory.Object
	node   *yaml.Node
}
