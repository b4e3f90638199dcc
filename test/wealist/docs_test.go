package wealist_test

import (
	"os"
	"path/filepath"
	"regexp"
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
