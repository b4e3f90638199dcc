package rules

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// kept is a finding while rules run, when there is the least memory: neighbours
// share what they have in common. A pass may have a hundred thousand.
type kept struct {
	object         *inventory.Object // that it is about, nil if it is not said by one
	advice         *advice           // nil where there is none
	rare           *rare             // nil where there is nothing
	absent         *finding.Resource // what is missing or wanted, nil if that is nothing
	field, message string
	sum            uint64
	line, column   int32
	severity       int8
	key, secret    bool
	wanted         bool // absent is wanted
}

// advice is what to do.
type advice struct {
	suggestions []string
	meant, help string
}

// rare is what few findings have.
type rare struct {
	rule, file, tree    string
	resource            finding.Resource
	position            finding.Position
	consequences, trees []string
	also                []finding.Place
	wanted              *finding.Resource // where something is missing too
}

// pack packs a finding of the pass about an object. The one before it may be nil.
func (p *Pass) pack(f *finding.Finding, o *inventory.Object, before *kept) kept {
	k := kept{
		object: o, field: f.Field, message: f.Message, sum: f.Sum,
		line: int32(f.Line), column: int32(f.Column), severity: int8(f.Severity), key: f.Key, secret: f.Secret,
	}
	var second *finding.Resource
	switch {
	case f.Missing != nil:
		k.absent, second = f.Missing, f.Wanted
	case f.Wanted != nil:
		k.absent, k.wanted = f.Wanted, true
	}
	if o == nil || f.Rule != p.rule.Name || f.File != o.File || f.Resource != o.Resource() || f.Position != (finding.Position{}) ||
		f.Tree != "" || f.Consequences != nil || f.Trees != nil || f.Also != nil || second != nil {
		k.object = nil
		k.rare = &rare{f.Rule, f.File, f.Tree, f.Resource, f.Position, f.Consequences, f.Trees, f.Also, second}
	}
	if before != nil && before.field == k.field {
		k.field = before.field // one text for both
	}
	a := advice{f.Suggestions, f.Meant, f.Help}
	switch {
	case a.same(&advice{}):
	case before != nil && before.advice != nil && a.same(before.advice):
		k.advice = before.advice
	default:
		if before != nil && before.advice != nil && before.advice.help == a.help {
			a.help = before.advice.help // one text for both
		}
		k.advice = &a
	}
	return k
}

func (a *advice) same(as *advice) bool {
	return a.meant == as.meant && a.help == as.help && slices.Equal(a.suggestions, as.suggestions)
}

// unpack returns a finding of the pass.
func (p *Pass) unpack(k *kept) finding.Finding {
	f := finding.Finding{
		Rule: p.rule.Name, Severity: finding.Severity(k.severity), Field: k.field, Message: k.message,
		Line: int(k.line), Column: int(k.column), Sum: k.sum, Key: k.key, Secret: k.secret,
	}
	if k.object != nil {
		f.Resource, f.File = k.object.Resource(), k.object.File
	}
	if a := k.advice; a != nil {
		f.Suggestions, f.Meant, f.Help = a.suggestions, a.meant, a.help
	}
	if k.wanted {
		f.Wanted = k.absent
	} else {
		f.Missing = k.absent
	}
	if r := k.rare; r != nil {
		f.Rule, f.File, f.Tree, f.Resource, f.Position = r.rule, r.file, r.tree, r.resource, r.position
		f.Consequences, f.Trees, f.Also = r.consequences, r.trees, r.also
		if r.wanted != nil {
			f.Wanted = r.wanted
		}
	}
	return f
}
