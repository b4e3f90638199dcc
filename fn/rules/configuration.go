package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/suggest"
)

// configurationRules are about what is said to this program: the ConfigPipeline
// and the annotations for it. They run after all others.
func configurationRules() []*Rule {
	return []*Rule{ruleMistyped, unusedExternal, unusedIgnore, ignoreWithoutReason}
}

// reportConfig reports a finding about a field of the configuration.
func (p *Pass) reportConfig(field, message string, opts ...Option) {
	f := finding.Finding{
		Rule: p.rule.Name, Severity: p.severity, Message: message, Field: field,
		Resource: finding.Resource{APIVersion: config.APIVersion, Kind: config.Kind},
	}
	for _, opt := range opts {
		opt(&f)
	}
	p.run.report(f)
}

var unusedExternal = &Rule{
	Name:     "unused-external",
	Severity: finding.Warning,
	after:    true,
	Doc: "An entry under validate.externals matches no reference that needs it. " +
		"It is out of date, or has a mistake in kind, name or namespace; a list that says more than it must hides the next missing object. " +
		"Objects that are in the build need no entry.",
	Run: func(p *Pass) {
		for i, hits := range p.run.externals.hits {
			if e := p.run.externals.entries[i]; hits == 0 {
				p.reportConfig("spec.validate.externals["+strconv.Itoa(i)+"]", fmt.Sprintf("external %s %q matches no reference", e.Kind, e.Name),
					Help("remove it, or correct its kind, name or namespace"))
			}
		}
	},
}

var unusedIgnore = &Rule{
	Name:     "unused-ignore",
	Severity: finding.Warning,
	after:    true,
	Doc: "An entry under validate.ignore, or an annotation wealist.io/ignore, matches no finding. " +
		"What it silenced is gone, and it would silence the next finding of its kind unseen. " +
		"Entries for rules that are switched off are left alone.",
	Run: func(p *Pass) {
		for i, hits := range p.run.ignoreHits {
			ignore := &p.run.ignores[i]
			if hits > 0 || p.Config.Validate.SeverityOf(ignore.Rule, finding.Error) == finding.Off {
				continue
			}
			p.reportConfig("spec.validate.ignore["+strconv.Itoa(i)+"]", fmt.Sprintf("ignore of %q matches no finding", ignore.Rule), p.unusedHelp(ignore.Rule))
		}
		for _, a := range p.run.annotated {
			for _, name := range slices.Sorted(maps.Keys(a.rules)) {
				if a.rules[name] || p.Config.Validate.SeverityOf(name, finding.Error) == finding.Off {
					continue
				}
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation),
					fmt.Sprintf("annotation %s: there is no finding of %q here", IgnoreAnnotation, name), p.unusedHelp(name))
			}
		}
	},
}

// unusedHelp says why an entry for a rule may have no effect.
func (p *Pass) unusedHelp(rule string) Option {
	if meant := p.closestRule(rule); meant != "" {
		return func(f *finding.Finding) {
			Suggest(meant)(f)
			Help("there is no rule %q; did you mean %q?", rule, meant)(f)
		}
	}
	return Help("remove it: what it silenced is gone")
}

var ignoreWithoutReason = &Rule{
	Name:     "ignore-without-reason",
	Severity: finding.Warning,
	after:    true,
	Doc: "An annotation wealist.io/ignore gives no reason, and has no effect. " +
		"The reason stands behind a colon: it is what tells the next reader whether the exception still holds.",
	Run: func(p *Pass) {
		for _, a := range p.run.annotated {
			if a.rules == nil {
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation), fmt.Sprintf("annotation %s gives no reason", IgnoreAnnotation),
					Help(`write it as "rule, rule: why this is acceptable"`))
			}
		}
	},
}

var ruleMistyped = &Rule{
	Name:     "rule-mistyped",
	Severity: finding.Warning,
	after:    true,
	Doc: "The configuration sets the severity of a rule that does not exist, and that is called almost like one that does. " +
		"The setting has no effect.",
	Run: func(p *Pass) {
		if p.Config.Validate == nil {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(p.Config.Validate.Rules)) {
			if meant := p.closestRule(name); meant != "" {
				p.reportConfig("spec.validate.rules."+name, fmt.Sprintf("there is no rule %q; did you mean %q?", name, meant), Suggest(meant))
			}
		}
	},
}

// closestRule returns the rule that is probably meant, "" if name is that of a
// rule or close to none.
func (p *Pass) closestRule(name string) string {
	if strings.ContainsAny(name, "*?[") {
		return ""
	}
	var names []string
	for _, r := range p.run.rules {
		if r.Name == name {
			return ""
		}
		names = append(names, r.Name)
	}
	if near := nearest(name, names); len(near) > 0 && suggest.Close(name, near[0]) {
		return near[0]
	}
	return ""
}

// annotated is a resource with an ignore annotation.
type annotated struct {
	object *inventory.Object
	// rules are the rules it names, and whether they had findings. It is nil
	// where the annotation has no reason.
	rules map[string]bool
}

// dropAnnotated removes the findings that annotations of their own resource
// ignore.
func (r *run) dropAnnotated(inv *inventory.Inventory) {
	byResource := map[finding.Resource]*annotated{}
	for _, o := range inv.Objects() {
		text := o.Annotation(IgnoreAnnotation)
		if text == "" {
			continue
		}
		a := &annotated{object: o}
		r.annotated = append(r.annotated, a)
		names, reason, _ := strings.Cut(text, ":")
		if strings.TrimSpace(reason) == "" {
			continue
		}
		a.rules = map[string]bool{}
		for name := range strings.SplitSeq(names, ",") {
			a.rules[strings.TrimSpace(name)] = false
		}
		byResource[o.Resource()] = a
	}
	if len(byResource) == 0 {
		return
	}
	r.findings = slices.DeleteFunc(r.findings, func(f finding.Finding) bool {
		a := byResource[f.Resource]
		if a == nil {
			return false
		}
		_, named := a.rules[f.Rule]
		if named {
			a.rules[f.Rule] = true
		}
		return named
	})
}
