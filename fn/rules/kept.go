package rules

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// kept is a finding until somebody looks at it: neighbours share what they have in
// common. A pass may have a hundred thousand, when there is the least memory.
type kept struct {
	object         *inventory.Object // that it is about, nil if it is not said by one
	subject        *subject          // takes its place when the rules are done
	advice         *advice           // nil where there is none
	rare           *rare             // nil where there is nothing
	absent         *finding.Resource // what is missing or wanted, nil if that is nothing
	about          *finding.About
	field, message string
	sum            uint64
	line, column   int32
	severity       int8
	key, secret    bool
	wanted         bool // absent is wanted
	toFillIn       bool
}

// subject is what a finding says of the object that it is about.
type subject struct {
	resource finding.Resource
	file     string
}

// advice is what to do, and what follows.
type advice struct {
	suggestions, consequences []string
	meant, help               string
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

// pack packs a finding of a rule about an object, or nil. The one before it may be nil.
func pack(rule string, f *finding.Finding, o *inventory.Object, before *kept) kept {
	k := kept{
		object: o, field: f.Field, message: f.Message, sum: f.Sum, about: f.About,
		line: int32(f.Line), column: int32(f.Column), severity: int8(f.Severity), key: f.Key, secret: f.Secret, toFillIn: f.ToFillIn,
	}
	var second *finding.Resource
	switch {
	case f.Missing != nil:
		k.absent, second = f.Missing, f.Wanted
	case f.Wanted != nil:
		k.absent, k.wanted = f.Wanted, true
	}
	if o == nil || f.Rule != rule || f.File != o.File || f.Resource != o.Resource() || f.Position != (finding.Position{}) ||
		f.Tree != "" || f.Consequences != nil || f.Trees != nil || f.Also != nil || second != nil {
		k.rare = &rare{f.Rule, f.File, f.Tree, f.Resource, f.Position, f.Consequences, f.Trees, f.Also, second}
	}
	if before != nil && before.field == k.field {
		k.field = before.field // one text for both
	}
	if before != nil && before.about != nil && k.about != nil && *before.about == *k.about {
		k.about = before.about
	}
	a := advice{suggestions: f.Suggestions, meant: f.Meant, help: f.Help}
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

// finding is what was packed, of a rule.
func (k *kept) finding(rule string) finding.Finding {
	f := finding.Finding{
		Rule: rule, Severity: finding.Severity(k.severity), Field: k.field, Message: k.message, About: k.about,
		Line: int(k.line), Column: int(k.column), Sum: k.sum, Key: k.key, Secret: k.secret, ToFillIn: k.toFillIn,
	}
	switch {
	case k.subject != nil:
		f.Resource, f.File = k.subject.resource, k.subject.file
	case k.object != nil:
		f.Resource, f.File = k.object.Resource(), k.object.File
	}
	if a := k.advice; a != nil {
		f.Suggestions, f.Meant, f.Help, f.Consequences = a.suggestions, a.meant, a.help, a.consequences
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

// Found are findings of rules, kept in less memory than they take as
// [finding.Finding]. They do not hold on to the build that they are about.
type Found struct {
	// Absences are what the findings say is not in the build.
	Absences Absences

	groups []group
}

// group are the findings of one rule.
type group struct {
	rule   string
	pieces [][]kept // which are not copied to grow
}

// Len is how many there are.
func (f *Found) Len() int {
	n := 0
	for i := range f.groups {
		for _, piece := range f.groups[i].pieces {
			n += len(piece)
		}
	}
	return n
}

// Findings returns the findings, sorted. Found is empty afterwards.
func (f *Found) Findings() []finding.Finding {
	findings := make([]finding.Finding, 0, f.Len())
	for i := range f.groups {
		g := &f.groups[i]
		for j, piece := range g.pieces {
			for k := range piece {
				findings = append(findings, piece[k].finding(g.rule))
			}
			g.pieces[j] = nil
		}
	}
	f.groups = nil
	finding.Sort(findings)
	return findings
}

// each yields the findings in turn, which are not to be kept.
func (f *Found) each(yield func(*finding.Finding)) {
	var at finding.Finding
	f.kept(func(rule string, k *kept) {
		at = k.finding(rule)
		yield(&at)
	})
}

func (f *Found) kept(yield func(rule string, k *kept)) {
	for i := range f.groups {
		g := &f.groups[i]
		for _, piece := range g.pieces {
			for k := range piece {
				yield(g.rule, &piece[k])
			}
		}
	}
}

// drop leaves out the findings of which gone says so.
func (f *Found) drop(gone func(*finding.Finding) bool) {
	for i := range f.groups {
		f.groups[i].drop(gone)
	}
}

func (g *group) drop(gone func(*finding.Finding) bool) {
	var at finding.Finding
	for i, piece := range g.pieces {
		left := piece[:0]
		for k := range piece {
			if at = piece[k].finding(g.rule); !gone(&at) {
				left = append(left, piece[k])
			}
		}
		clear(piece[len(left):])
		g.pieces[i] = left
	}
}

// detach lets go of the objects that findings are about.
func (f *Found) detach() {
	var last *inventory.Object
	var subjectOf *subject
	f.kept(func(_ string, k *kept) {
		if k.rare == nil && k.object != nil {
			if k.object != last {
				last, subjectOf = k.object, &subject{k.object.Resource(), k.object.File}
			}
			k.subject = subjectOf
		}
		k.object = nil
	})
}
