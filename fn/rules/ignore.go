package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

// IgnoreAnnotation silences findings on one resource: a comma-separated list
// of rules, then ":" and the reason.
const IgnoreAnnotation = "wealist.io/ignore"

// annotated is a resource with an ignore annotation.
type annotated struct {
	object *inventory.Object
	// rules are the rules it names, sorted. It is nil where the annotation has no
	// reason.
	rules []string
}

// ignoreAnnotations are those of a build, in its order.
var ignoreAnnotations = NewFact(func(b *Build) []*annotated {
	var found []*annotated
	for _, o := range b.Inventory.Objects() {
		text := o.Annotation(IgnoreAnnotation)
		if text == "" {
			continue
		}
		a := &annotated{object: o}
		found = append(found, a)
		names, reason, _ := strings.Cut(text, ":")
		if strings.TrimSpace(reason) == "" {
			continue
		}
		a.rules = []string{}
		for name := range strings.SplitSeq(names, ",") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(a.rules, name) {
				a.rules = append(a.rules, name)
			}
		}
		slices.Sort(a.rules)
	}
	return found
})

// results are the findings of a run that nothing silences.
type results struct {
	Found
	ignores   []config.Ignore
	hits      []int // by index of ignores
	annotated []*annotated
	silenced  map[silence]bool
}

// silence is a rule that an annotation has silenced.
type silence struct {
	*annotated
	rule string
}

// silences reports whether the configuration silences a finding.
func (r *results) silences(f *finding.Finding) bool {
	if f.Severity == finding.Off {
		return true
	}
	for i := range r.ignores {
		if ignores(&r.ignores[i], f) {
			r.hits[i]++
			return true
		}
	}
	return false
}

func ignores(i *config.Ignore, f *finding.Finding) bool {
	match := func(glob, s string) bool { return glob == "" || inventory.Match(glob, s) }
	return match(i.Rule, f.Rule) && match(i.Kind, f.Resource.Kind) && match(i.Name, f.Resource.Name) &&
		match(i.Namespace, f.Resource.Namespace) &&
		(i.Field == "" || fieldpath.Match(i.Field, f.Field) || fieldpath.Match(i.Field, f.Place()))
}

// Settle gives findings about kustomizations the severities that a configuration
// gives their rules, and leaves out those that it ignores.
func Settle(fs []finding.Finding, v *config.Validate) []finding.Finding {
	r := &results{ignores: v.GetIgnore()}
	r.hits = make([]int, len(r.ignores))
	var left []finding.Finding
	for _, f := range fs {
		if f.Severity = v.SeverityOf(f.Rule, f.Severity); !r.silences(&f) {
			left = append(left, f)
		}
	}
	return left
}

// dropAnnotated removes the findings that annotations of their own resource
// ignore.
func (r *results) dropAnnotated() {
	byResource := map[finding.Resource]*annotated{}
	for _, a := range r.annotated {
		if a.rules != nil {
			byResource[a.object.Resource()] = a
		}
	}
	if len(byResource) == 0 {
		return
	}
	about := map[string]bool{}
	for _, rule := range configurationRules() {
		about[rule.Name] = true
	}
	r.silenced = map[silence]bool{}
	r.drop(func(f *finding.Finding) bool {
		a := byResource[f.Resource]
		if a == nil || about[f.Rule] || !slices.Contains(a.rules, f.Rule) {
			return false
		}
		r.silenced[silence{a, f.Rule}] = true
		return true
	})
}

// addUnused adds what is known when all else is done: what the configuration
// says without effect.
func (r *results) addUnused(b *Build) {
	v := b.Config.Validate
	report := func(rule *Rule, tell func(*Pass)) {
		p := &Pass{Build: b, rule: rule, severity: v.SeverityOf(rule.Name, rule.Severity)}
		if p.severity != finding.Off && p.isRule(rule.Name) {
			tell(p)
			r.take(p)
		}
	}
	report(unusedExternal, (*Pass).reportUnusedExternals)
	report(unusedIgnore, r.reportUnusedIgnores)
}

// take adds what a pass has found.
func (r *results) take(p *Pass) {
	r.add(group{p.rule.Name, p.found})
	p.found = nil
}

func (r *results) add(g group) {
	g.drop(r.silences)
	r.groups = append(r.groups, g)
}

// aboutKustomizations reports whether a rule, or all that a glob matches, are
// about kustomizations, whose findings do not come here.
func (p *Pass) aboutKustomizations(glob string) bool {
	found := false
	for _, r := range p.rules {
		if glob != "" && inventory.Match(glob, r.Name) {
			if found = true; !r.Kustomization && !r.Live {
				return false
			}
		}
	}
	return found
}

func (r *results) reportUnusedIgnores(p *Pass) {
	off := func(rule string) bool { return p.Config.Validate.SeverityOf(rule, finding.Error) == finding.Off }
	help := Help("remove it: what it silenced is gone")
	for i := range r.ignores {
		rule := r.ignores[i].Rule
		if r.hits[i] > 0 || !isGlob(rule) && !p.isRule(rule) || off(rule) || p.aboutKustomizations(rule) {
			continue
		}
		p.reportConfig("spec.validate.ignore["+strconv.Itoa(i)+"]", fmt.Sprintf("this entry ignores %q, and there is no such finding", rule), help)
		r.take(p) // the next entry may ignore this
	}
	for _, a := range r.annotated {
		for _, rule := range a.rules {
			if !r.silenced[silence{a, rule}] && p.isRule(rule) && !off(rule) {
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation),
					fmt.Sprintf("annotation %s: there is no finding of %q here", IgnoreAnnotation, rule), help)
			}
		}
	}
}
