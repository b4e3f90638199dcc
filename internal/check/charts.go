package check

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
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
			if _, set := o.set[f.Rule]; set || f.Severity != finding.Warning {
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
