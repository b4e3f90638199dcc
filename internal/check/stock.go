package check

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// Stock is what trees have that findings of others depend on. The stock of the trees
// that a change affects, before it and after it, tells what else it affects.
type Stock struct {
	have    map[held]presence
	lack    map[held]bool
	company map[held]int // as in surroundings, by a kind and namespace
	makers  map[madeBy]bool
	defined map[crdKey][]*yaml.Node
	mutated map[crdKey]bool // as in Report
	used    map[usedComment]bool
	unread  bool
}

// held is an object in a tree, or in a part of one.
type held struct {
	tree   string
	object finding.Resource
}

// madeBy is what makes objects that are not in its tree, as far as levels of absences
// depend on it: see evidence.
type madeBy struct{ tree, what, name, namespace, names string }

// usedComment is a comment in a file that silences a rule.
type usedComment struct {
	file string
	line int
	rule string
}

// TakeStock checks trees, for what they have.
func TakeStock(ctx context.Context, trees []Tree, opts Options) *Stock {
	rep, outcomes := lookAt(ctx, trees, opts, func(int) bool { return true })
	s := &Stock{have: map[held]presence{}, lack: map[held]bool{}, company: map[held]int{}, makers: map[madeBy]bool{}, defined: rep.defined, mutated: rep.mutated, used: map[usedComment]bool{}, unread: len(rep.Unread) > 0}
	all := slices.Clone(rep.spared)
	for i := range outcomes {
		for object, is := range outcomes[i].have {
			s.have[held{outcomes[i].tree.Name, object}] = is
		}
		if around := outcomes[i].around; around != nil {
			for object := range around.Objects {
				s.lack[held{outcomes[i].tree.Name, object}] = true
			}
			for group, n := range around.Company {
				s.company[held{outcomes[i].tree.Name, group}] = n
			}
			for _, m := range around.makers {
				s.makers[madeBy{outcomes[i].tree.Name, m.what, m.name, m.namespace, fmt.Sprint(m.fills, m.named, m.within, m.names)}] = true
			}
			if around.certManager {
				s.makers[madeBy{what: "cert-manager"}] = true
			}
			if around.certificate {
				s.makers[madeBy{what: "certificates"}] = true
			}
		}
		all = append(all, outcomes[i].findings...)
	}
	cs := commentsOf(rep.Texts())
	for _, f := range all {
		cs.silenced(f)
	}
	for _, c := range cs.all {
		for rule := range c.used {
			s.used[usedComment{c.file, c.Line, rule}] = true
		}
	}
	return s
}

// lookAt checks trees of which others have something to say, and reports nothing.
func lookAt(ctx context.Context, trees []Tree, opts Options, chosen func(i int) bool) (*Report, []outcome) {
	opts.Progress, opts.Keep, opts.Chosen = nil, false, nil
	opts.Build.Secrets = &redact.Secrets{} // the files are none of the check to come
	if opts.Build.Cache == nil && len(trees) > 1 {
		opts.Build.Cache = &kbuild.Cache{}
	}
	rep := &Report{Sources: map[string][]byte{}, WithoutSchema: map[string]int{}, secrets: opts.Build.Secrets, shared: &shared{}, several: true}
	return rep, rep.trees(ctx, trees, opts, chosen)
}

// Movement is how one stock differs from another.
type Movement struct {
	objects map[finding.Resource]bool
	named   map[finding.Resource]bool // the same by kind and name, or nearly that name, and what trees lack
	groups  map[finding.Resource]bool // by kind and namespace: there are more of them, or fewer, or more or fewer lack
	secrets bool                      // likewise of Secrets, and there were none, at most one lacked, or little else was there
	makers  bool
	defined map[crdKey]bool
	mutated map[crdKey]bool
	// Comments are the files with comments that silence something in one of the two
	// only.
	Comments []string
	// Unread is set where all could be read in one of the two only: a comment without
	// effect is reported when all could.
	Unread bool
}

// Since says how a stock differs from the one before.
func (s *Stock) Since(before *Stock) *Movement {
	m := &Movement{objects: map[finding.Resource]bool{}, named: map[finding.Resource]bool{}, groups: map[finding.Resource]bool{}, defined: map[crdKey]bool{}, mutated: map[crdKey]bool{}, Unread: s.unread != before.unread}
	for _, h := range changed(s.have, before.have, func(a, b presence) bool { return a == b }) {
		m.objects[h.object] = true
		m.groups[groupedWith(&h.object)] = true
		for _, name := range append(nearly(h.object.Name), h.object.Name) {
			m.named[finding.Resource{Kind: h.object.Kind, Name: name}] = true
		}
	}
	for _, h := range changed(s.lack, before.lack, func(a, b bool) bool { return a == b }) {
		m.named[byName(&h.object)] = true
		m.groups[groupedWith(&h.object)] = true
	}
	for _, h := range changed(s.company, before.company, func(a, b int) bool { return a == b }) {
		m.groups[h.object] = true
	}
	m.secrets = s.keepsSecrets() != before.keepsSecrets() || s.hasMuch() != before.hasMuch() || !maps.Equal(s.secretsLacking(), before.secretsLacking()) && min(len(s.secretsLacking()), len(before.secretsLacking())) < 2
	m.makers = len(changed(s.makers, before.makers, func(a, b bool) bool { return a == b })) > 0
	for _, key := range changed(s.defined, before.defined, sameOnes) {
		m.defined[key] = true
	}
	for _, resource := range changed(s.mutated, before.mutated, func(a, b bool) bool { return a == b }) {
		m.mutated[resource] = true
	}
	for _, c := range changed(s.used, before.used, func(a, b bool) bool { return a == b }) {
		if !slices.Contains(m.Comments, c.file) {
			m.Comments = append(m.Comments, c.file)
		}
	}
	return m
}

// keepsSecrets, hasMuch and secretsLacking are what the level of a Secret that lacks depends on: see
// noSecrets of absence.
func (s *Stock) keepsSecrets() bool {
	for h, is := range s.have {
		if isKept(&h.object, is) {
			return true
		}
	}
	return false
}

func (s *Stock) hasMuch() bool {
	objects := map[finding.Resource]bool{}
	for h := range s.have {
		if objects[h.object] = true; len(objects) >= enoughObjects {
			return true
		}
	}
	return false
}

func (s *Stock) secretsLacking() map[string]bool {
	names := map[string]bool{}
	for h := range s.lack {
		if h.object.Kind == "Secret" {
			names[h.object.Name] = true
		}
	}
	return names
}

// groupedWith is what stands for all objects of a kind in a namespace.
func groupedWith(r *finding.Resource) finding.Resource {
	return finding.Resource{Kind: r.Kind, Namespace: r.Namespace}
}

func byName(r *finding.Resource) finding.Resource {
	return finding.Resource{Kind: r.Kind, Name: r.Name}
}

// changed returns the keys that one of two maps lacks, or that have other values.
func changed[K comparable, V any](a, b map[K]V, equal func(a, b V) bool) []K {
	var keys []K
	for key, v := range a {
		if w, ok := b[key]; !ok || !equal(v, w) {
			keys = append(keys, key)
		}
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// Any reports whether findings of trees that have neither may depend on it.
func (m *Movement) Any() bool {
	return m.makers || m.secrets || len(m.groups)+len(m.named)+len(m.defined)+len(m.mutated) > 0
}

// Follow returns the indexes of those of the trees, of the ones that are asked for,
// whose findings depend on what has moved: they miss an object, say, and it is in
// another tree now, or was there before.
func (m *Movement) Follow(ctx context.Context, trees []Tree, opts Options, asked func(i int) bool) []int {
	_, outcomes := lookAt(ctx, trees, opts, asked)
	var out []int
	for i := range outcomes {
		o := &outcomes[i]
		if slices.ContainsFunc(o.findings, func(f finding.Finding) bool { return m.decides(o, &f) }) && !slices.Contains(out, o.at) {
			out = append(out, o.at)
		}
	}
	return out
}

// near reports whether what is missing has moved, or something with a name near to its
// own: see misspelt.
func (m *Movement) near(missing *finding.Resource) bool {
	for object := range m.objects {
		if object.Kind == missing.Kind && (object.Name == missing.Name || suggest.Close(missing.Name, object.Name)) {
			return true
		}
	}
	return false
}

// decides reports whether what has moved has a part in a finding.
func (m *Movement) decides(o *outcome, f *finding.Finding) bool {
	if group := groupOf(f); f.Severity > finding.Note && schemaRules[f.Rule] &&
		(m.defined[crdKey{group, f.Resource.Kind}] || f.Rule == apischema.RequiredField && mutates(m.mutated, f)) {
		return true
	}
	if o.around != nil && f.Missing != nil && f.Severity > finding.Note && (m.makers || m.secrets && f.Missing.Kind == "Secret" || m.groups[groupedWith(f.Missing)] || m.groups[finding.Resource{Kind: f.Missing.Kind}] ||
		m.named[byName(&f.Resource)] || slices.ContainsFunc(append(nearly(f.Missing.Name), f.Missing.Name), func(name string) bool {
		return m.named[finding.Resource{Kind: f.Missing.Kind, Name: name}]
	})) {
		return true
	}
	if o.around != nil && f.Missing != nil && f.Missing.Kind == "Service" && f.Severity > finding.Note && slices.ContainsFunc(deploymentsOf(f.Missing.Name), func(name string) bool {
		return m.named[finding.Resource{Kind: "Deployment", Name: name}]
	}) {
		return true
	}
	if o.around != nil && isGrantedElsewhere(f) {
		for group := range m.groups {
			if group.Namespace == f.Wanted.Namespace {
				return true
			}
		}
	}
	if m.makers && (o.around != nil && isApart(f) || f.Severity == finding.Warning && rules.LabelsSelected(f) != nil) {
		return true
	}
	if o.notes(f) && m.near(f.Missing) {
		return true
	}
	if !o.asksOthers(f) {
		return false
	}
	for _, r := range [...]*finding.Resource{{Kind: f.Resource.Kind, Namespace: f.Resource.Namespace, Name: f.Resource.Name}, f.Missing, f.Wanted} {
		if r != nil && (m.objects[*r] || m.objects[finding.Resource{Kind: r.Kind, Name: r.Name}]) {
			return true
		}
	}
	return false
}

// sameOnes reports whether two lists have the same nodes, in any order: that of the trees
// they are in says nothing.
func sameOnes(a, b []*yaml.Node) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(n *yaml.Node) bool {
		return !slices.ContainsFunc(b, func(other *yaml.Node) bool { return same(n, other) })
	})
}
