package rules

import (
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
)

// run is one execution of all rules.
type run struct {
	rules       []*Rule
	resolver    *reference.Resolver
	resolutions []resolution // by the index of the reference
	externals   *externals
	ignores     []config.Ignore
	ignoreHits  []int
	annotated   []*annotated
	findings    []finding.Finding

	// See host_judge.go and base64.go.
	hosts       *hostJudge
	environment map[*inventory.Object]map[string]bool
	wiring      *wiring // see wiring.go

	// What several rules ask for is found once. See selectors.go.
	pods          map[string][]*inventory.Pod
	podNamespaces []string
	podIndex      map[label][]*inventory.Pod
	selected      map[*inventory.Object][]*inventory.Pod
	distant       map[string]bool // selectors that nothing is near to
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
		rules:     All(),
		resolver:  reference.NewResolver(inv, ext),
		externals: ext,
		ignores:   v.GetIgnore(),
	}
	r.ignoreHits = make([]int, len(r.ignores))
	table := reference.NewTable(append(userRows(v), reference.RowsOf(inv)...))
	refs := table.Extract(inv)
	r.resolutions = make([]resolution, len(refs.All))
	each := func(after bool) {
		for _, rule := range r.rules {
			severity := v.SeverityOf(rule.Name, rule.Severity)
			if severity == finding.Off || rule.Run == nil || rule.after != after {
				continue
			}
			rule.Run(&Pass{Inventory: inv, Refs: refs, Config: spec, rule: rule, run: r, severity: severity})
		}
	}
	each(false)
	for _, f := range earlier {
		f.Severity = v.SeverityOf(f.Rule, f.Severity)
		r.report(f)
	}
	r.dropAnnotated(inv)
	each(true)
	finding.Sort(r.findings)
	return r.findings
}

// resolution is what became of a reference, once that is known.
type resolution struct {
	known bool
	reference.Resolution
}

func (r *run) resolve(ref *reference.Ref) reference.Resolution {
	res := &r.resolutions[ref.Index]
	if !res.known {
		*res = resolution{true, r.resolver.Resolve(ref)}
		if res.External >= 0 {
			r.externals.hits[res.External]++
		}
	}
	return res.Resolution
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
	hits    []int
}

func newExternals(entries []config.External) *externals {
	return &externals{entries: entries, hits: make([]int, len(entries))}
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
