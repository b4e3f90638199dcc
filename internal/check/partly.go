package check

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// checkPartly checks a kustomization that does not build without the entries that it
// cannot be built with: charts where helm may not run, a base that cannot be had, a file
// that is not there. Other trees have what is in the rest, and of that a finding stays
// which nothing that is lost could mend. It returns what it was given if there is no rest,
// and what the build would have failed for next.
func (rep *Report) checkPartly(ctx context.Context, files *kbuild.Snapshot, t *Tree, opts Options, b built, err error) (built, []*kbuild.Failure, error) {
	var lost []kbuild.Loss
	var each []kbuild.Loss
	var reasons []error
	opts.Build.Cache = nil // what it keeps is whole
	opts.Build.Lost = func(l kbuild.Loss, reason error) {
		each, reasons = append(each, l), append(reasons, reason)
		if !slices.Contains(lost, l) {
			lost = append(lost, l)
		}
	}
	c, failed := rep.buildAndCheck(ctx, files, *t, opts)
	opts.Build.Lost = nil
	var more []*kbuild.Failure
	for i, reason := range reasons {
		if f := kbuild.Explain(files, t.Root, reason, opts.Build); f != nil && (f.OfFile() || !slices.ContainsFunc(each[:i], each[i].MayNeed)) {
			more = append(more, f)
		}
	}
	if failed != nil || c.function || len(lost) == 0 || len(c.resources) == 0 {
		return b, more, err
	}
	t.lost = lost
	reason := oneLine(err)
	rep.Unread = append(rep.Unread, Unread{Name: t.Name, Err: fmt.Errorf("%w; the rest is checked without %s", reason, called(lost, reason.Error())), Named: t.Named, Partly: true})
	rep.about = nil
	changed := false
	var makers []maker
	for _, l := range lost {
		what := "what " + t.Name + " cannot be built with"
		if l.Chart {
			what = "a chart of " + t.Name
		}
		makers = append(makers, maker{what: what, namespace: l.Namespace, fills: l.Chart || l.Namespace != ""})
		changed = changed || !l.Resources
	}
	t.changed = t.changed || changed
	c.findings = spareLost(c.findings, t.changed)
	c.findings = slices.DeleteFunc(c.findings, func(f finding.Finding) bool {
		name, key, ok := rules.KeyAsked(&f)
		return ok && slices.ContainsFunc(lost, func(l kbuild.Loss) bool { return l.MayGive(name, key) })
	})
	c.around.lose(makers)
	return c, more, nil
}

// called says what is lost: what the reason is about, and the rest by name.
func called(lost []kbuild.Loss, reason string) string {
	const most = 3
	var names []string
	unnamed, about, charts := 0, false, false
	for _, l := range lost {
		switch {
		case l.Chart:
			charts = true
		case l.Entry != "" && strings.Contains(reason, l.Entry):
			about = true
		case l.Entry == "" || strings.Contains(l.Entry, "://"):
			unnamed++
		default:
			names = append(names, l.Entry)
		}
	}
	words := []string{"it"}
	switch {
	case charts && about:
		names = append([]string{"the charts"}, names...)
	case charts:
		words[0] = "the charts"
	case !about && unnamed > 0:
		unnamed--
	}
	words = append(words, names[:min(len(names), most)]...)
	if more := unnamed + len(names) - min(len(names), most); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return words[0]
}

// lose says that a part of the tree is not known, which may be what it lacks.
func (s *surroundings) lose(makers []maker) {
	if s != nil {
		s.Absences, s.makers = rules.Absences{}, append(s.makers, makers...)
	}
}

// spareLost are the findings in a tree that something is lost of which nothing that it
// adds could mend, nor, where it may change what is there, anything that it does.
func spareLost(findings []finding.Finding, changed bool) []finding.Finding {
	if changed {
		return certain(findings)
	}
	return slices.DeleteFunc(findings, mayBeMended)
}

// mayBeMended reports whether resources that nobody knows may put right what was found.
func mayBeMended(f finding.Finding) bool {
	if f.Missing != nil && sharedKinds[f.Missing.Kind] {
		return f.Severity > finding.Note // else another tree may have it
	}
	return f.Severity < finding.Warning || f.Missing != nil || f.Wanted != nil || asksWhole[f.Rule]
}

// asksWhole are the rules about what labels lead to, and about what nothing in a tree
// asks for or changes: either may be lost.
var asksWhole = map[string]bool{
	"affinity-selects-nothing": true, "aggregation-selects-nothing": true, "monitor-selects-nothing": true, "policy-selects-nothing": true, "namespace-not-labelled": true, "egress-without-dns": true,
	"selector-matches-nothing": true, "subset-matches-nothing": true,
	"component-without-effect": true, "config-not-used": true, "credentials-elsewhere": true, "images-entry-unused": true, "monitor-not-selected": true,
	"patch-target-missing": true, "service-spans-applications": true, "unused-external": true, "unused-ignore": true, "var-unused": true,
}

// below are trees of what kustomizations that could not be read at all refer to, or
// that others were built without, as far as no tree that was read has it: each
// kustomization by itself, and the files that they list as resources.
// of says which of the trees each comes from.
func (rep *Report) below(trees []Tree, failed []int) (rest []Tree, of []int) {
	for i := range trees {
		if !slices.Contains(failed, i) {
			trees[i].builtOf(rep.shared.known)
		}
	}
	known := rep.shared.read
	loose := map[string]int{} // by folder that was named, in rest
	for i := range trees {
		t := &trees[i]
		for _, dir := range t.unread(slices.Contains(failed, i)) {
			k := t.walked.kustomizations[dir]
			if k == nil || !rep.shared.known(dir) {
				continue
			}
			for _, file := range k.resources {
				if !isManifestFile(file) || !rep.shared.known(file) {
					continue
				}
				at, ok := loose[t.Within]
				if !ok {
					at, rest, of = len(rest), append(rest, Tree{Name: t.Within, Within: t.Within, alone: true}), append(of, i)
					loose[t.Within] = at
				}
				rest[at].Files = append(rest[at].Files, file)
			}
			for _, d := range k.dirs {
				if below := t.walked.kustomizations[d]; below != nil && !below.component && !known[d] {
					b := t.walked.tree(d)
					b.torn, b.changed = true, t.changed || k.changes
					rest, of = append(rest, b), append(of, i)
				}
			}
		}
	}
	return rest, of
}

// spareSound drops what is found in the files of trees that were built whole where another
// one may have lost what mends it there: of those nothing is wrong.
func spareSound(trees []Tree, failed []int, outcomes []outcome) {
	var sound map[string]bool
	for i := range outcomes {
		o := &outcomes[i]
		if !o.tree.changed || len(o.tree.lost) == 0 || len(o.findings) == 0 {
			continue
		}
		if sound == nil {
			sound = map[string]bool{}
			for j := range trees {
				if len(trees[j].lost) == 0 && !slices.Contains(failed, j) {
					trees[j].builtOf(func(path string) bool { sound[absolute(path)] = true; return true })
				}
			}
		}
		o.findings = slices.DeleteFunc(o.findings, func(f finding.Finding) bool { return sound[absolute(filepath.FromSlash(f.File))] })
	}
}

// known notes that a tree was built of a kustomization or a file, and reports whether
// nobody knew.
func (s *shared) known(path string) bool {
	if s.read == nil {
		s.read = map[string]bool{}
	}
	before := s.read[path]
	s.read[path] = true
	return !before
}

// builtOf calls note with the kustomizations and the files of resources that a tree was
// built of.
func (t *Tree) builtOf(note func(path string) bool) {
	if t.walked == nil {
		return
	}
	for dir, k := range t.walked.below(filepath.Clean(t.Root), t.unread(false)) {
		note(dir)
		for _, file := range k.resources {
			note(file)
		}
	}
}

// unread are the folders of the kustomizations that could not be read as they are: that
// of the tree, or those that it was built without.
func (t *Tree) unread(failed bool) (dirs []string) {
	switch {
	case t.walked == nil:
	case failed:
		return []string{filepath.Clean(t.Root)}
	case len(t.lost) > 0:
		for _, dir := range t.Folders {
			abs := absolute(dir)
			for _, l := range t.lost {
				if l.Entry != "" && filepath.Join(l.Dir, l.Entry) == abs {
					dirs = append(dirs, dir)
				}
			}
		}
	}
	return dirs
}
