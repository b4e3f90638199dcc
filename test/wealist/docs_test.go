package wealist_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// TestDocsRules compares the rules that the guides list with those that exist.
func TestDocsRules(t *testing.T) {
	severities := map[string]string{}
	for _, r := range rules.All() {
		severities[r.Name] = r.Severity.String()
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\| (error|warning|note) \\|")
	guides, err := filepath.Glob(absolute(t, "docs/*.md"))
	require.NoError(t, err)
	listed := 0
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		require.NoError(t, err)
		for _, m := range row.FindAllStringSubmatch(string(text), -1) {
			listed++
			assert.Equal(t, severities[m[1]], m[2], "%s: the default severity of %s", filepath.Base(guide), m[1])
		}
	}
	assert.NotZero(t, listed)
}

// TestDocsLinks follows the links between the documents.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):#]+)(?:#([^)]*))?\)`)
	var documents []string
	for _, glob := range []string{"*.md", "docs/*.md", "docs/rules/README.md"} {
		found, err := filepath.Glob(absolute(t, glob))
		require.NoError(t, err)
		documents = append(documents, found...)
	}
	links := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			links++
			target := filepath.Join(filepath.Dir(document), filepath.FromSlash(m[1]))
			_, err := os.Stat(target)
			if assert.NoError(t, err, "%s: %s", filepath.Base(document), m[0]) && m[2] != "" {
				assert.Contains(t, anchors(t, target), m[2], "%s: %s", filepath.Base(document), m[0])
			}
		}
	}
	assert.NotZero(t, links)
}

// anchors are the headings of a document as GitHub spells them in links.
func anchors(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		heading := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(heading, " ", "-"))
	}
	return all
}

// TestSecurityNamesTests holds SECURITY.md to its word: every line of its tables
// names a test, or a target of make, and every one that is named is there.
func TestSecurityNamesTests(t *testing.T) {
	text, err := os.ReadFile(absolute(t, "SECURITY.md"))
	require.NoError(t, err)
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	root := absolute(t, ".")
	require.NoError(t, filepath.WalkDir(root, func(file string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		code, err := os.ReadFile(file)
		for _, m := range declared.FindAllSubmatch(code, -1) {
			tests[string(m[1])] = true
		}
		return err
	}))
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`").FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		assert.True(t, tests[m[1]], "SECURITY.md names %s, which does not exist", m[1])
	}
	makefile, err := os.ReadFile(absolute(t, "Makefile"))
	require.NoError(t, err)
	shown := regexp.MustCompile("^`((?:Test|Fuzz)[A-Z]\\w+|make ([a-z-]+))`$")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 5 || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[1]) == "through" {
			continue
		}
		rows++
		for by := range strings.SplitSeq(cells[len(cells)-2], ",") {
			m := shown.FindStringSubmatch(strings.TrimSpace(by))
			if assert.NotNil(t, m, "SECURITY.md shows a line by %q, which is no test: %s", by, line) && m[2] != "" {
				assert.Contains(t, string(makefile), "\n"+m[2]+":", line)
			}
		}
	}
	assert.Greater(t, rows, 40)
}
