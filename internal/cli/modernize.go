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
	warned := map[string]bool{}
	for _, w := range before.Warnings {
		warned[resolved(w.File)] = true
	}
	paths := slices.Sorted(maps.Keys(warned))
	texts := m.texts(before, edits) // to read in place of those of files
	builds := map[int][]byte{}      // of trees, which conversions do not change
	readers := map[string][]int{}   // the trees that are built from a file
	var broken []check.Tree
	for _, i := range check.Affected(m.trees, paths, nil) {
		if m.trees[i].Root == "" {
			continue
		}
		text, read := m.build(i, texts)
		if text == nil {
			broken = append(broken, m.trees[i])
			continue
		}
		builds[i] = text
		for path := range read {
			if warned[path] {
				readers[path] = append(readers[path], i)
			}
		}
	}
	for _, path := range paths {
		file := shownName(path)
		if m.text(before, file) == nil || len(readers[path]) == 0 || len(broken) > 0 && len(check.Affected(broken, []string{path}, nil)) > 0 {
			continue
		}
		text := m.edited(before, edits, file)
		read := func(name string) ([]byte, error) {
			return limits.ReadRegular(filepath.Join(filepath.Dir(path), filepath.FromSlash(name)))
		}
		differs := func(i int) bool {
			now, _ := m.build(i, texts)
			return !bytes.Equal(builds[i], now)
		}
		try := func(wanted ...fix.Conversion) bool {
			modern, done := fix.Modernize(text, func(field string) bool {
				return slices.ContainsFunc(wanted, func(c fix.Conversion) bool { return c.Old == field })
			}, read)
			if len(done) == 0 {
				return false
			}
			texts[path] = modern
			if slices.ContainsFunc(readers[path], differs) {
				texts[path] = text
				return false
			}
			text, m.modern[file] = modern, modern
			m.conversions[file] = append(m.conversions[file], wanted...)
			return true
		}
		// All fields at once, or each that goes by itself.
		_, all := fix.Modernize(text, func(string) bool { return true }, read)
		if !try(all...) && len(all) > 1 {
			for _, c := range all {
				try(c)
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

// build is what a tree builds to with other texts in some files, nil where it does
// not, and the files that were read for it.
func (m *mender) build(tree int, texts map[string][]byte) (text []byte, read map[string]bool) {
	opts := m.options
	opts.Edited = texts
	text, read, err := check.Build(&m.trees[tree], opts)
	if err != nil {
		return nil, nil
	}
	return append([]byte{}, text...), read
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
