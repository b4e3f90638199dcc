package check

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// ofCharts makes notes of selectors that select nothing in their tree, and whose labels
// say that it is of a chart which another tree installs.
func (rep *Report) ofCharts(outcomes []outcome) {
	releases := map[string][]install{}
	for i := range outcomes {
		if s := outcomes[i].around; s != nil {
			for _, m := range s.makers {
				if m.fills {
					releases[m.name] = append(releases[m.name], install{i, m.namespace, m.what})
				}
			}
		}
	}
	if len(releases) == 0 {
		return
	}
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note {
				continue
			}
			if f.Rule == apischema.RequiredField && inventory.ByKubernetes(groupOf(f)) {
				if what := releasedAs(releases, f); what != "" {
					f.Severity = finding.Note
					f.Help = what + " may make the object, which this changes a part of"
				}
				continue
			}
			if f.Severity != finding.Warning {
				continue
			}
			for _, name := range rules.LabelsSelected(f) {
				if k := slices.IndexFunc(releases[name], func(r install) bool { return r.tree != i && inventory.SameNamespace(r.namespace, f.Resource.Namespace) }); k >= 0 {
					f.Severity = finding.Note
					f.Help = releases[name][k].what + " may make what is selected"
					break
				}
			}
		}
	}
}

// install is what a tree has a chart installed by.
type install struct {
	tree            int
	namespace, what string
}

// releasedAs says what installs a chart that makes the object of a finding: its name is
// that of the release and more, in the namespace of the release. What is applied over it
// by the server has only what it changes.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
func releasedAs(releases map[string][]install, f *finding.Finding) string {
	name := f.Resource.Name
	for i := 1; i <= len(name); i++ {
		if i < len(name) && name[i] != '-' {
			continue
		}
		for _, r := range releases[name[:i]] {
			if r.namespace != "" && r.namespace == f.Resource.Namespace {
				return r.what
			}
		}
	}
	return ""
}
