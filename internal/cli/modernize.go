package cli

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fix"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// modernize writes the deprecated fields of kustomizations as their successors, where
// every tree with one of the files builds to the same bytes before and after, and
// nothing else is found. after is what is found with the edits made.
func (m *mender) modernize(ctx context.Context, before, after *check.Report, edits []fix.Edit) {
	m.modern, m.conversions = map[string][]byte{}, map[string][]fix.Conversion{}
	builds := map[int][]byte{}
	warned := map[string]bool{}
	for _, w := range before.Warnings {
		warned[w.File] = true
	}
	for _, path := range slices.Sorted(maps.Keys(warned)) {
		file := shownName(path)
		if m.text(before, file) == nil {
			continue
		}
		text := m.edited(before, edits, file)
		trees := check.Affected(m.trees, []string{resolved(path)}, nil)
		for _, i := range trees {
			if _, built := builds[i]; !built {
				builds[i] = m.build(before, edits, i) // which conversions do not change
			}
		}
		trees = slices.DeleteFunc(trees, func(i int) bool { return m.trees[i].Root == "" })
		if len(trees) == 0 || slices.ContainsFunc(trees, func(i int) bool { return builds[i] == nil }) {
			continue
		}
		read := func(name string) ([]byte, error) {
			return limits.ReadRegular(filepath.Join(filepath.Dir(path), filepath.FromSlash(name)))
		}
		// All fields at once, or each that goes by itself.
		same := func(want func(field string) bool) bool {
			modern, conversions := fix.Modernize(text, want, read)
			if len(conversions) == 0 {
				return false
			}
			m.modern[file] = modern
			if slices.ContainsFunc(trees, func(i int) bool { return !bytes.Equal(builds[i], m.build(before, edits, i)) }) {
				delete(m.modern, file)
				return false
			}
			m.conversions[file] = append(m.conversions[file], conversions...)
			return true
		}
		if same(func(string) bool { return true }) {
			continue
		}
		_, all := fix.Modernize(text, func(string) bool { return true }, read)
		for _, c := range all {
			if same(func(field string) bool { return field == c.Old }) {
				text = m.modern[file]
			} else if len(m.conversions[file]) > 0 {
				m.modern[file] = text
			}
		}
	}
	if len(m.modern) > 0 && newFindings(after, m.check(ctx, before, edits)) {
		clear(m.modern)
		clear(m.conversions)
	}
}

// shownName is how findings name a file.
func shownName(path string) string {
	if cwd, err := filepath.Abs("."); err == nil {
		if real, err := filepath.EvalSymlinks(cwd); err == nil {
			cwd = real
		}
		if rel, err := filepath.Rel(cwd, resolved(path)); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// build is what a tree builds to, nil where it does not.
func (m *mender) build(before *check.Report, edits []fix.Edit, tree int) []byte {
	if m.trees[tree].Root == "" {
		return nil
	}
	opts := m.options
	opts.Edited = m.texts(before, edits)
	text, err := check.Build(&m.trees[tree], opts)
	if err != nil {
		return nil
	}
	return append([]byte{}, text...)
}

// newFindings reports whether a warning or an error is in the second report only,
// wherever it stands: lines have moved.
func newFindings(before, after *check.Report) bool {
	type kind struct {
		rule     string
		severity finding.Severity
		resource finding.Resource
		message  string
	}
	count := map[kind]int{}
	of := func(f *finding.Finding) kind { return kind{f.Rule, f.Severity, f.Resource, f.Message} }
	for i := range before.Findings {
		count[of(&before.Findings[i])]++
	}
	return slices.ContainsFunc(after.Findings, func(f finding.Finding) bool {
		count[of(&f)]--
		return f.Severity > finding.Note && count[of(&f)] < 0
	}) || len(after.Unread) > len(before.Unread)
}
