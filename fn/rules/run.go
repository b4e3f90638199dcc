package rules

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
)

// run is one execution of all rules.
type run struct {
	groups      [][]*Rule
	rules       []*Rule // sorted by name
	resolver    *reference.Resolver
	resolutions []atomic.Pointer[reference.Resolution] // by the index of the reference
	externals   *externals
	ignores     []config.Ignore
	ignoreHits  []int
	annotated   []*annotated
	findings    []finding.Finding

	// What the rules of one topic share. See host_judge.go, base64.go and
	// wiring.go.
	hosts       *hostJudge
	secrets     []secretValue
	environment map[*inventory.Object]map[string]bool
	wiring      *wiring
	typed       []*typedText

	// What rules of several topics ask for is found once. See selectors.go.
	problems    func() []problem // see schema.go
	workloads   func() []*inventory.Pod
	pods        func() podsByNamespace
	podIndex    func() map[label][]*inventory.Pod
	remembering sync.Mutex // of what follows
	selected    map[*inventory.Object][]*inventory.Pod
	distant     map[string]bool // selectors that nothing is near to
}

// IgnoreAnnotation silences findings on one resource: a comma-separated list
// of rules, then ":" and the reason.
const IgnoreAnnotation = "wealist.io/ignore"

// Run extracts and judges everything in the inventory and returns the
// findings, sorted. Producers must have been applied (reference.Produce).
// Findings of earlier steps go through the same severities and ignores.
func Run(inv *inventory.Inventory, spec *config.Spec, earlier ...finding.Finding) []finding.Finding {
	if spec == nil {
		spec = &config.Spec{}
	}
	v := spec.Validate
	ext := newExternals(v.GetExternals())
	r := &run{
		groups:    groups(),
		resolver:  reference.NewResolver(inv, ext),
		externals: ext,
		ignores:   v.GetIgnore(),
		workloads: sync.OnceValue(func() []*inventory.Pod { return workloads(inv) }),
		problems:  sync.OnceValue(func() []problem { return judge(inv) }),
	}
	r.pods = sync.OnceValue(func() podsByNamespace { return byNamespace(r.workloads()) })
	r.podIndex = sync.OnceValue(func() map[label][]*inventory.Pod { return byLabel(r.pods().all) })
	r.rules = sorted(r.groups)
	r.ignoreHits = make([]int, len(r.ignores))
	table := reference.NewTable(append(userRows(v), reference.RowsOf(inv)...))
	refs := table.Extract(inv)
	r.resolutions = make([]atomic.Pointer[reference.Resolution], len(refs.All))
	passOf := func(rule *Rule, after bool) *Pass {
		severity := v.SeverityOf(rule.Name, rule.Severity)
		if severity == finding.Off || rule.Run == nil || rule.after != after {
			return nil
		}
		return &Pass{Inventory: inv, Refs: refs, Config: spec, rule: rule, run: r, severity: severity}
	}
	passes := map[*Rule]*Pass{}
	for _, rule := range r.rules {
		if p := passOf(rule, false); p != nil {
			p.report = func(f finding.Finding) { p.found = append(p.found, f) }
			passes[rule] = p
		}
	}
	r.topics(inv, passes)
	all := len(earlier)
	for _, p := range passes {
		all += len(p.found)
	}
	r.findings = make([]finding.Finding, 0, all)
	for _, rule := range r.rules {
		if p := passes[rule]; p != nil {
			for i := range p.found {
				r.report(p.found[i])
			}
			p.found = nil
		}
	}
	for _, f := range earlier {
		f.Severity = v.SeverityOf(f.Rule, f.Severity)
		r.report(f)
	}
	r.dropAnnotated(inv)
	for _, rule := range r.rules {
		if p := passOf(rule, true); p != nil {
			p.report = r.report
			rule.Run(p)
		}
	}
	finding.Sort(r.findings)
	return r.findings
}

// topics runs the passes: those of one topic one after the other, and the topics
// on all processors. What a rule finds does not depend on the order.
func (r *run) topics(inv *inventory.Inventory, passes map[*Rule]*Pass) {
	var next atomic.Int32
	work := func() {
		for i := next.Add(1) - 1; int(i) < len(r.groups); i = next.Add(1) - 1 {
			for _, rule := range r.groups[i] {
				if p := passes[rule]; p != nil {
					rule.Run(p)
				}
			}
		}
	}
	const few = 100 // resources are checked before another processor wakes up
	if len(inv.Objects()) > few {
		var wg sync.WaitGroup
		defer wg.Wait()
		for range runtime.GOMAXPROCS(0) - 1 {
			wg.Go(work)
		}
	}
	work()
}

func (r *run) resolve(ref *reference.Ref) *reference.Resolution {
	known := &r.resolutions[ref.Index]
	if res := known.Load(); res != nil {
		return res
	}
	res := r.resolver.Resolve(ref)
	if res.External >= 0 {
		r.externals.hits[res.External].Store(true)
	}
	known.CompareAndSwap(nil, &res)
	return known.Load()
}

// resolveName judges a name that no table knows of, such as one in a text.
func (r *run) resolveName(gk inventory.GroupKind, namespace, name string) reference.Resolution {
	res := r.resolver.ResolveName(gk, namespace, name)
	if res.External >= 0 {
		r.externals.hits[res.External].Store(true)
	}
	return res
}

// provided returns the index of the entry of externals that provides an object,
// or -1. The entry counts as used.
func (r *run) provided(kind, namespace, name string) int {
	i := r.externals.Provides(kind, namespace, name)
	if i >= 0 {
		r.externals.hits[i].Store(true)
	}
	return i
}

func (r *run) report(f finding.Finding) {
	if f.Severity == finding.Off {
		return
	}
	for i := range r.ignores {
		if ignores(&r.ignores[i], &f) {
			r.ignoreHits[i]++
			return
		}
	}
	r.findings = append(r.findings, f)
}

func ignores(i *config.Ignore, f *finding.Finding) bool {
	match := func(glob, s string) bool { return glob == "" || inventory.Match(glob, s) }
	return match(i.Rule, f.Rule) && match(i.Kind, f.Resource.Kind) && match(i.Name, f.Resource.Name) &&
		match(i.Namespace, f.Resource.Namespace) && match(i.Field, f.Field)
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
