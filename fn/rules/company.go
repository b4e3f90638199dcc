package rules

import (
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Absences are what a build lacks, and how it stands with what is like it: whether
// something that lacks was forgotten depends on whether the rest is there.
type Absences struct {
	// Objects are what lacks, each once.
	Objects map[finding.Resource]bool
	// Company counts by kind and namespace what the build itself defines of the kinds
	// that something lacks of, and references resolve to.
	Company map[finding.Resource]int
}

// mostAbsences are as many objects as anybody looks into: of a build that lacks more,
// Absences are empty.
const mostAbsences = 10_000

// absences looks at what the passes have found. It has to be called before facts that
// it asks for are dropped.
func absences(b *Build, passes []*Pass) Absences {
	a := Absences{Objects: map[finding.Resource]bool{}, Company: map[finding.Resource]int{}}
	kinds := map[string]bool{}
	for _, p := range passes {
		for _, piece := range p.found {
			for i := range piece {
				if k := &piece[i]; k.absent != nil && !k.wanted && k.severity > int8(finding.Note) {
					a.Objects[*k.absent], kinds[k.absent.Kind] = true, true
				}
				if len(a.Objects) > mostAbsences {
					return Absences{}
				}
			}
		}
	}
	if len(kinds) == 0 {
		return a
	}
	counted := map[*inventory.Object]bool{}
	count := func(o *inventory.Object) {
		if o != nil && o.Node != nil && !o.Local && !counted[o] {
			counted[o] = true
			a.Company[finding.Resource{Kind: o.Kind, Namespace: o.Namespace}]++
		}
	}
	for _, r := range b.refs.All {
		if r.Row.Guess || len(r.To) == 0 || !kinds[r.To[0].Kind] {
			continue
		}
		if res := b.resolve(r); res.Status == reference.Found && res.Target != r.From {
			count(res.Target)
		}
	}
	if kinds[serviceKind.Kind] {
		for _, u := range b.hostUses() {
			if u.judgement.verdict == hostFound {
				count(u.judgement.target)
			}
		}
	}
	return a
}
