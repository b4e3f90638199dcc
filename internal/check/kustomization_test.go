package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

var (
	fileComment = regexp.MustCompile(`^# (\S+\.(?:yaml|env|md|sh|gitignore|gitmodules|example))$|^# (\.gitignore|\.gitmodules|Makefile)$`)
	wantComment = regexp.MustCompile(`# want "(.*)"$`)
)

// TestKustomizationRules builds the fixtures of the rules about kustomizations:
// files in one, each behind a comment with its path.
func TestKustomizationRules(t *testing.T) {
	for _, rule := range rules.All() {
		if !rule.Kustomization {
			continue
		}
		fixtures, err := filepath.Glob("../../fn/rules/testdata/" + rule.Name + "/*.yaml")
		require.NoError(t, err)
		for _, fixture := range fixtures {
			t.Run(rule.Name+"/"+filepath.Base(fixture), func(t *testing.T) { checkFixture(t, rule.Name, fixture) })
		}
	}
}

func checkFixture(t *testing.T, rule, fixture string) {
	text, err := os.ReadFile(fixture)
	require.NoError(t, err)
	dir := t.TempDir()
	type place struct {
		file string
		line int
	}
	wants := map[place]string{}
	var at place
	files := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if m := fileComment.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			at = place{file: m[1] + m[2]}
			continue
		}
		at.line++
		files[at.file] += line
		if m := wantComment.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			wants[at] = m[1]
		}
	}
	delete(files, "") // what is before the first
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	if filepath.Base(fixture) == "bad.yaml" {
		require.NotEmpty(t, wants)
	}
	trees := []check.Tree{{Name: dir, Root: dir, Named: true}}
	if rule == check.BuildFails || rule == check.FileOutsideRoot || rule == check.YAMLInvalid { // of what is found in a folder
		trees, err = check.Find([]string{dir}, check.FindOptions{})
		require.NoError(t, err)
	}
	rep := check.Run(t.Context(), trees, check.Options{})
	if rule != check.BuildFails {
		require.Empty(t, rep.Unread)
	}
	for _, f := range rep.Findings {
		if f.Rule != rule {
			continue
		}
		file, err := filepath.Abs(filepath.FromSlash(f.File))
		require.NoError(t, err)
		rel, err := filepath.Rel(dir, file)
		require.NoError(t, err)
		p := place{filepath.ToSlash(rel), f.Line}
		want, ok := wants[p]
		if !ok {
			t.Errorf("%v: unexpected: %s: %s", p, f.Severity, f.Sentence())
			continue
		}
		assert.Regexp(t, want, f.Severity.String()+": "+f.Sentence())
		delete(wants, p)
	}
	assert.Empty(t, wants, "not found")
}
