package rules

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Run runs a set of rules, such as All(), over everything in the inventory and
// returns the findings, sorted. Findings of earlier steps get the severities of
// their rules and go through the same ignores. The error joins those of the
// rules that could not finish; what the others found is returned all the same.
// A context that is done keeps further rules from starting.
func Run(ctx context.Context, rules []*Rule, inv *inventory.Inventory, spec *config.Spec, earlier ...finding.Finding) ([]finding.Finding, error) {
	found, err := Find(ctx, rules, inv, spec, earlier...)
	return found.Findings(), err
}

// Find is Run for those who are done with the inventory before they look at the
// findings: of large builds both together take much memory.
func Find(ctx context.Context, rules []*Rule, inv *inventory.Inventory, spec *config.Spec, earlier ...finding.Finding) (*Found, error) {
	if spec == nil {
		spec = &config.Spec{}
	}
	v := spec.Validate
	reference.Produce(inv)
	b := newBuild(inv, spec, rules)
	defer b.restore()
	var passes []*Pass
	for _, rule := range rules {
		if severity := v.SeverityOf(rule.Name, rule.Severity); severity != finding.Off && rule.Run != nil {
			passes = append(passes, &Pass{Build: b, rule: rule, severity: severity})
		}
	}
	err := runAll(ctx, passes, func(topic int) {
		if topic == urlMalformed.topic { // no other one asks for it
			b.facts.Delete(typedTexts)
		}
	})
	b.problems = nil
	missing := absences(b, passes)
	for _, fact := range [...]any{wired, containerEnvs, typedTexts, hosts} { // which are large
		b.facts.Delete(fact)
	}

	r := &results{Found: Found{Absences: missing}, ignores: v.GetIgnore(), annotated: ignoreAnnotations.Of(b)}
	r.hits = make([]int, len(r.ignores))
	for _, p := range passes {
		r.take(p)
	}
	var before []kept
	for _, f := range earlier {
		def := finding.Error
		if i := slices.IndexFunc(rules, func(r *Rule) bool { return r.Name == f.Rule }); i >= 0 {
			def = rules[i].Severity
		}
		f.Severity = v.SeverityOf(f.Rule, def)
		before = append(before, pack("", &f, nil, nil))
	}
	r.add(group{pieces: [][]kept{before}})
	r.dropDoubted()
	r.dropAnnotated()
	r.addUnused(b)
	addConsequences(b, &r.Found)
	r.detach()
	return &r.Found, err
}

// judge runs the rule. A rule that panics keeps no other from its work.
func (p *Pass) judge() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it gave up, which is a mistake of its own: %v", r)
		}
	}()
	return p.rule.Run(p)
}

// runAll runs the passes on all processors: those of one topic one after the
// other, because they mostly wait for the same facts. It calls done with each topic
// that is.
func runAll(ctx context.Context, passes []*Pass, done func(topic int)) error {
	var topics [][]*Pass
	index := map[int]int{}
	for _, p := range passes {
		i, ok := index[p.rule.topic]
		if !ok {
			i = len(topics)
			index[p.rule.topic] = i
			topics = append(topics, nil)
		}
		topics[i] = append(topics[i], p)
	}
	slices.SortStableFunc(topics, func(a, b []*Pass) int { return a[0].rule.topic - b[0].rule.topic })
	errs := make([]error, len(topics))
	var next atomic.Int32
	work := func() {
		for i := next.Add(1) - 1; int(i) < len(topics); i = next.Add(1) - 1 {
			for _, p := range topics[i] {
				err := ctx.Err()
				if err != nil {
					errs[i] = err
					return
				}
				if err = p.judge(); err != nil {
					errs[i] = errors.Join(errs[i], fmt.Errorf("rule %s: %w", p.rule.Name, err))
				}
			}
			done(topics[i][0].rule.topic)
		}
	}
	const few = 100 // resources are checked before another processor wakes up
	var wg sync.WaitGroup
	if len(passes) > 0 && len(passes[0].Inventory.Objects()) > few {
		for range runtime.GOMAXPROCS(0) - 1 {
			wg.Go(work)
		}
	}
	work()
	wg.Wait()
	return errors.Join(errs...)
}
