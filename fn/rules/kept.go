package rules

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// kept is a finding while rules run, when there is the least memory: neighbours
// share what they have in common. A pass may have a hundred thousand.
type kept struct {
	about          *about
	more           *more // nil where there is no more
	field, message string
	sum            uint64
	line, column   int32
	position       [2]int32 // line and column
	severity       finding.Severity
}

// about is what a finding is about.
type about struct {
	rule, file  string
	resource    finding.Resource
	key, secret bool
}

// more is what few findings have, or many have in common.
type more struct {
	suggestions, consequences []string
	meant, help, tree         string
	also                      []finding.Place
	trees                     []string
	missing, wanted           *finding.Resource
}

// keep packs a finding. The one before it may be nil.
func keep(f *finding.Finding, before *kept) kept {
	k := kept{
		field: f.Field, message: f.Message, sum: f.Sum, severity: f.Severity,
		line: int32(f.Line), column: int32(f.Column), position: [2]int32{int32(f.Position.Line), int32(f.Position.Column)},
	}
	a := about{f.Rule, f.File, f.Resource, f.Key, f.Secret}
	if before != nil && *before.about == a {
		k.about = before.about
	} else {
		k.about = &a
	}
	m := more{f.Suggestions, f.Consequences, f.Meant, f.Help, f.Tree, f.Also, f.Trees, f.Missing, f.Wanted}
	switch {
	case m.same(&more{}):
	case before != nil && before.more != nil && m.same(before.more):
		k.more = before.more
	default:
		k.more = &m
	}
	return k
}

func (m *more) same(as *more) bool {
	return m.meant == as.meant && m.help == as.help && m.tree == as.tree && slices.Equal(m.suggestions, as.suggestions) &&
		slices.Equal(m.consequences, as.consequences) && slices.Equal(m.also, as.also) && slices.Equal(m.trees, as.trees) &&
		sameResource(m.missing, as.missing) && sameResource(m.wanted, as.wanted)
}

func sameResource(a, b *finding.Resource) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// finding unpacks it.
func (k *kept) finding() finding.Finding {
	f := finding.Finding{
		Rule: k.about.rule, Severity: k.severity, Resource: k.about.resource, Field: k.field, Message: k.message,
		Position: finding.Position{Line: int(k.position[0]), Column: int(k.position[1])},
		File:     k.about.file, Line: int(k.line), Column: int(k.column), Sum: k.sum, Key: k.about.key, Secret: k.about.secret,
	}
	if m := k.more; m != nil {
		f.Suggestions, f.Consequences, f.Meant, f.Help, f.Tree = m.suggestions, m.consequences, m.meant, m.help, m.tree
		f.Also, f.Trees, f.Missing, f.Wanted = m.also, m.trees, m.missing, m.wanted
	}
	return f
}
