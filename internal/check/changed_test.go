package check_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestRunNoticesInputsThatChanged: what is found in files that somebody edits
// meanwhile is of no state that they were in.
func TestRunNoticesInputsThatChanged(t *testing.T) {
	for what, change := range map[string]struct {
		then    func(t *testing.T, dir string)
		changed string
	}{
		"nothing": {func(*testing.T, string) {}, ""},
		"a file of a kustomization": {func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "x.yaml"), []byte("# other\n"), 0o600))
		}, "x.yaml changed during the run"},
		"a file that goes away": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "a", "x.yaml")))
		}, "x.yaml changed during the run"},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			x := "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: a, image: 'a:1', envFrom: [{secretRef: {name: s}}]}\n"
			for file, text := range map[string]string{
				"a/kustomization.yaml": "resources: [x.yaml]\n", "a/x.yaml": x,
				"z/kustomization.yaml": "resources: [x.yaml]\n", "z/x.yaml": x,
			} {
				path := filepath.Join(dir, file)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			trees, err := check.Find([]string{filepath.Join(dir, "a"), filepath.Join(dir, "z")}, check.FindOptions{})
			require.NoError(t, err)
			require.Len(t, trees, 2)
			rep := check.Run(t.Context(), trees, check.Options{Jobs: 1, Progress: func(done, _ int, _ string) {
				if done == 1 {
					change.then(t, dir)
				}
			}})
			if change.changed == "" {
				assert.Empty(t, rep.Unread)
				return
			}
			require.Len(t, rep.Unread, 1)
			assert.True(t, rep.Unread[0].Named)
			assert.Contains(t, rep.Unread[0].Error(), change.changed)
		})
	}
}

// meanwhile is a stream that does something when it is read.
type meanwhile func()

func (m meanwhile) Read([]byte) (int, error) {
	m()
	return 0, io.EOF
}

// TestRunNoticesFilesThatChanged is the same for files that are named.
func TestRunNoticesFilesThatChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(file, []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"), 0o600))
	trees, err := check.Find([]string{file, "-"}, check.FindOptions{})
	require.NoError(t, err)
	for _, change := range []bool{false, true} {
		rep := check.Run(t.Context(), trees, check.Options{Stdin: meanwhile(func() {
			if change {
				require.NoError(t, os.WriteFile(file, []byte("# other"), 0o600))
			}
		})})
		if !change {
			assert.Empty(t, rep.Unread)
			continue
		}
		require.Len(t, rep.Unread, 1)
		assert.Contains(t, rep.Unread[0].Error(), "x.yaml changed during the run")
	}
}
