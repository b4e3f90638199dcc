package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestLayouts: without an edit nothing is wrong with what is made up.
func TestLayouts(t *testing.T) {
	for i := range uint64(5) {
		dir := t.TempDir()
		files := layout(rand.New(rand.NewPCG(1, i)))
		marks(files)
		require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o755))
		for name, text := range files {
			path := filepath.Join(dir, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		}
		found, err := folderFindings(dir)
		require.NoError(t, err)
		for _, f := range found {
			require.Less(t, f.Severity, finding.Warning, "%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Message)
		}
	}
}
