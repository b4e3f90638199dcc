package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

// configurationRules are about what is said to this program: the ConfigPipeline
// and the annotations for it. No annotation silences them.
func configurationRules() []*Rule {
	return []*Rule{unknownRule, unusedExternal, unusedIgnore, ignoreWithoutReason, ReasonMissing}
}

// reportConfig reports a finding about a field of the configuration.
func (p *Pass) reportConfig(field, message string, opts ...Option) {
	resource := finding.Resource{APIVersion: config.APIVersion, Kind: config.Kind}
	f := finding.Finding{Rule: p.rule.Name, Severity: p.severity, Message: message, Field: field, Resource: resource}
	for _, opt := range opts {
		opt(&f)
	}
	p.keep(&f, nil)
}

var unusedExternal = &Rule{
	Name:     "unused-external",
	Severity: finding.Warning,
	Doc: "An entry under validate.externals matches no reference that needs it. " +
		"It is out of date, or has a mistake in kind, name or namespace; a list that says more than it must hides the next missing object. " +
		"Objects that are in the build need no entry.",
}

// reportUnusedExternals tells what no rule has needed.
func (p *Pass) reportUnusedExternals() {
	for i, e := range p.externals.entries {
		if !p.externals.hits[i].Load() {
			p.reportConfig("spec.validate.externals["+strconv.Itoa(i)+"]", fmt.Sprintf("external %s %q: no reference needs it", e.Kind, e.Name),
				Help("remove it, or correct its kind, name or namespace"))
		}
	}
}

var unusedIgnore = &Rule{
	Name:     "unused-ignore",
	Severity: finding.Warning,
	Doc: "An entry under validate.ignore, or an annotation wealist.io/ignore, matches no finding. " +
		"What it silenced is gone, and it would silence the next finding of its kind unseen. " +
		"Entries for rules that are switched off are left alone; names that are no rule are reported by unknown-rule.",
}

var ignoreWithoutReason = &Rule{
	Name:     "ignore-without-reason",
	Severity: finding.Warning,
	Doc: "An annotation wealist.io/ignore gives no reason, and has no effect. " +
		"Write the reason after a colon: it tells the next reader whether the exception still holds.",
	Run: func(p *Pass) error {
		for _, a := range ignoreAnnotations.Of(p.Build) {
			if a.rules == nil {
				p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation), fmt.Sprintf("annotation %s gives no reason", IgnoreAnnotation),
					Help(`write it as "rule, rule: why this is acceptable"`))
			}
		}
		return nil
	},
}

// ReasonMissing is about reasons that are still to be filled in. Check makes an
// error of it.
var ReasonMissing = &Rule{
	Name:     "reason-missing",
	Severity: finding.Warning,
	Doc: "An entry under validate.externals or validate.ignore has TODO for a reason. " +
		"krm-validate init writes it where it cannot know who provides an object, or whether a finding is acceptable: somebody who knows has to say so, or mend what is wrong. " +
		"Builds and locks go on with a warning, so that an environment can be set up first; for krm-validate check it is an error.",
	Run: func(p *Pass) error {
		v := p.Config.Validate
		if v == nil {
			return nil
		}
		for i := range v.Externals {
			if e := &v.Externals[i]; config.IsTodo(e.Reason) {
				p.reportConfig(fmt.Sprintf("spec.validate.externals[%d].reason", i), fmt.Sprintf("external %s %q: the reason is still to be filled in", e.Kind, e.Name),
					Help("say who provides it, or add it to the build and remove the entry"))
			}
		}
		for i := range v.Ignore {
			if g := &v.Ignore[i]; config.IsTodo(g.Reason) {
				p.reportConfig(fmt.Sprintf("spec.validate.ignore[%d].reason", i), fmt.Sprintf("ignored rule %s: the reason is still to be filled in", g.Rule),
					Help("take the entry out to see what it silences; mend that, or say why it is acceptable"))
			}
		}
		return nil
	},
}

var unknownRule = &Rule{
	Name:     "unknown-rule",
	Severity: finding.Error,
	Doc: "The configuration or an annotation wealist.io/ignore names a rule that does not exist. " +
		"It has no effect: the rule that was meant keeps its severity, and its findings stay. " +
		"krm-validate rules lists all rules; globs under validate.ignore are left alone.",
	Run: func(p *Pass) error {
		v := p.Config.Validate
		if v == nil {
			v = &config.Validate{}
		}
		for _, name := range slices.Sorted(maps.Keys(v.Rules)) {
			if !p.isRule(name) {
				p.reportConfig("spec.validate.rules"+fieldpath.ToKey(name), noRule(name), p.meant(name))
			}
		}
		for i := range v.Ignore {
			if name := v.Ignore[i].Rule; !isGlob(name) && !p.isRule(name) {
				p.reportConfig("spec.validate.ignore["+strconv.Itoa(i)+"].rule", noRule(name), p.meant(name))
			}
		}
		for _, a := range ignoreAnnotations.Of(p.Build) {
			for _, name := range a.rules {
				if !p.isRule(name) {
					p.Report(a.object, a.object.Get("metadata", "annotations", IgnoreAnnotation),
						fmt.Sprintf("annotation %s: %s", IgnoreAnnotation, noRule(name)), p.meant(name))
				}
			}
		}
		return nil
	},
}

func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

func (p *Pass) isRule(name string) bool {
	return slices.ContainsFunc(p.rules, func(r *Rule) bool { return r.Name == name })
}

func noRule(name string) string { return fmt.Sprintf("there is no rule %q", name) }

// meant suggests the rules that are probably meant.
func (p *Pass) meant(name string) Option {
	names := make([]string, len(p.rules))
	for i, r := range p.rules {
		names[i] = r.Name
	}
	if near := nearest(name, names); len(near) > 0 {
		return DidYouMean(near...)
	}
	return Help("krm-validate rules lists them all")
}
