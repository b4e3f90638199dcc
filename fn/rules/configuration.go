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
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
)

// configurationRules are about what is said to this program: the ConfigPipeline
// and the annotations for it. They run after all others.
func configurationRules() []*Rule {
	return []*Rule{unknownRule, unusedExternal, unusedIgnore, ignoreWithoutReason}
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
	p.report(f)
}

var unusedExternal = &Rule{
	Name:     "unused-external",
	Severity: finding.Warning,
	after:    true,
	Doc: "An entry under validate.externals matches no reference that needs it. " +
		"It is out of date, or has a mistake in kind, name or namespace; a list that says more than it must hides the next missing object. " +
		"Objects that are in the build need no entry.",
	Run: func(p *Pass) {
		for i, e := range p.run.externals.entries {
			if !p.run.externals.hits[i].Load() {
				p.reportConfig("spec.validate.externals["+strconv.Itoa(i)+"]", fmt.Sprintf("external %s %q: no reference needs it", e.Kind, e.Name),
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
		"Entries for rules that are switched off are left alone; names that are no rule are reported by unknown-rule.",
	Run: func(p *Pass) {
		unusedHelp := Help("remove it: what it silenced is gone")
		for i, hits := range p.run.ignoreHits {
			ignore := &p.run.ignores[i]
			if hits > 0 || !isGlob(ignore.Rule) && !p.isRule(ignore.Rule) || p.Config.Validate.SeverityOf(ignore.Rule, finding.Error) == finding.Off {
				continue
			}
			p.reportConfig("spec.validate.ignore["+strconv.Itoa(i)+"]", fmt.Sprintf("this entry ignores %q, and there is no such finding", ignore.Rule), unusedHelp)
		}
		for _, a := range p.run.annotated {
			for _, name := range slices.Sorted(maps.Keys(a.rules)) {
				if a.rules[name] || !p.isRule(name) || p.Config.Validate.SeverityOf(name, finding.Error) == finding.Off {
					continue
				}
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation),
					fmt.Sprintf("annotation %s: there is no finding of %q here", IgnoreAnnotation, name), unusedHelp)
			}
		}
	},
}

var ignoreWithoutReason = &Rule{
	Name:     "ignore-without-reason",
	Severity: finding.Warning,
	after:    true,
	Doc: "An annotation wealist.io/ignore gives no reason, and has no effect. " +
		"Write the reason after a colon: it tells the next reader whether the exception still holds.",
	Run: func(p *Pass) {
		for _, a := range p.run.annotated {
			if a.rules == nil {
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation), fmt.Sprintf("annotation %s gives no reason", IgnoreAnnotation),
					Help(`write it as "rule, rule: why this is acceptable"`))
			}
		}
	},
}

var unknownRule = &Rule{
	Name:     "unknown-rule",
	Severity: finding.Error,
	after:    true,
	Doc: "The configuration or an annotation wealist.io/ignore names a rule that does not exist. " +
		"It has no effect: the rule that was meant keeps its severity, and its findings stay. " +
		"krm-validate rules lists all rules; globs under validate.ignore are left alone.",
	Run: func(p *Pass) {
		v := p.Config.Validate
		if v == nil {
			v = &config.Validate{}
		}
		for _, name := range slices.Sorted(maps.Keys(v.Rules)) {
			if !p.isRule(name) {
				p.reportConfig("spec.validate.rules"+reference.PathStep(name), p.noRule(name), p.meant(name))
			}
		}
		for i := range v.Ignore {
			if name := v.Ignore[i].Rule; !isGlob(name) && !p.isRule(name) {
				p.reportConfig("spec.validate.ignore["+strconv.Itoa(i)+"].rule", p.noRule(name), p.meant(name))
			}
		}
		for _, a := range p.run.annotated {
			for _, name := range slices.Sorted(maps.Keys(a.rules)) {
				if !p.isRule(name) {
					p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation),
						fmt.Sprintf("annotation %s: %s", IgnoreAnnotation, p.noRule(name)), p.meant(name))
				}
			}
		}
	},
}

func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

func (p *Pass) isRule(name string) bool {
	return slices.ContainsFunc(p.run.rules, func(r *Rule) bool { return r.Name == name })
}

func (p *Pass) noRule(name string) string {
	message := fmt.Sprintf("there is no rule %q", name)
	if near := p.closestRules(name); len(near) > 0 {
		message += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return message
}

// meant suggests the rules that are probably meant.
func (p *Pass) meant(name string) Option {
	if near := p.closestRules(name); len(near) > 0 {
		return Suggest(near...)
	}
	return Help("krm-validate rules lists them all")
}

func (p *Pass) closestRules(name string) []string {
	names := make([]string, len(p.run.rules))
	for i, r := range p.run.rules {
		names[i] = r.Name
	}
	return nearest(name, names)
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
			if name = strings.TrimSpace(name); name != "" {
				a.rules[name] = false
			}
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
