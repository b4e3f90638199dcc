package lock

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

func put(t *testing.T, dir string, f files) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for name, content := range f {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
}

// entries are the names in a directory.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

var first, second = files{"kustomization.yaml": []byte("1\n")}, files{"kustomization.yaml": []byte("2\n"), "added.yaml": []byte("x\n")}

func TestExchangeIsWhole(t *testing.T) {
	e := &Environment{Name: "env", Dir: t.TempDir()}
	require.NoError(t, e.replaceLock(nil, first))
	require.NoError(t, e.replaceLock(first, second))
	now, err := e.current()
	require.NoError(t, err)
	assert.True(t, now.same(second))
	assert.Equal(t, []string{"lock"}, entries(t, e.Dir))
}

// Somebody edits the lock between the moment it is looked at and the exchange.
func TestExchangeKeepsWhatSomebodyWroteMeanwhile(t *testing.T) {
	e := &Environment{Name: "env", Dir: t.TempDir()}
	edited := files{"kustomization.yaml": []byte("by hand\n")}
	put(t, e.lock(), edited)
	require.ErrorIs(t, e.replaceLock(first, second), errMeanwhile)
	now, err := e.current()
	require.NoError(t, err)
	assert.True(t, now.same(edited))
	assert.Equal(t, []string{"lock"}, entries(t, e.Dir))

	other := &Environment{Name: "env", Dir: t.TempDir()}
	put(t, other.lock(), edited)
	require.Error(t, other.replaceLock(nil, first), "a lock that was not there")
	now, err = other.current()
	require.NoError(t, err)
	assert.True(t, now.same(edited))
}

// A run was killed between the two renames that systems without an exchange
// need.
func TestRecoverFromAKill(t *testing.T) {
	e := &Environment{Name: "env", Dir: t.TempDir()}
	put(t, filepath.Join(e.Dir, ".lock-1", "old"), first)
	put(t, filepath.Join(e.Dir, ".lock-1", "new"), second)
	put(t, filepath.Join(e.Dir, ".lock-2", "new"), second) // before it got there
	require.NoError(t, e.recover())
	now, err := e.current()
	require.NoError(t, err)
	assert.True(t, now.same(first))
	assert.Equal(t, []string{"lock"}, entries(t, e.Dir))

	put(t, filepath.Join(e.Dir, ".lock-3", "old"), second) // and after it was done
	require.NoError(t, e.recover())
	now, err = e.current()
	require.NoError(t, err)
	assert.True(t, now.same(first))
	assert.Equal(t, []string{"lock"}, entries(t, e.Dir))
}

func TestWriteNoticesInputsThatChanged(t *testing.T) {
	for what, change := range map[string]func(dir string) error{
		"a file":      func(dir string) error { return os.WriteFile(filepath.Join(dir, "in.yaml"), []byte("b"), 0o644) },
		"a file gone": func(dir string) error { return os.Remove(filepath.Join(dir, "in.yaml")) },
		"one that is another": func(dir string) error {
			return os.Rename(filepath.Join(dir, "other.yaml"), filepath.Join(dir, "in.yaml"))
		},
		"a link": func(dir string) error {
			_ = os.Remove(filepath.Join(dir, "link"))
			return os.Symlink("other.yaml", filepath.Join(dir, "link"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, files{"in.yaml": []byte("a"), "other.yaml": []byte("b")})
			require.NoError(t, os.Symlink("in.yaml", filepath.Join(dir, "link")))
			seen := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
			for _, name := range []string{"in.yaml", "link"} {
				path, file, err := seen.CleanedAbs(filepath.Join(dir, name))
				require.NoError(t, err)
				_, err = seen.ReadFile(path.Join(file))
				require.NoError(t, err)
			}
			l := &Lock{env: &Environment{Name: "env", Dir: dir}, files: first, inputs: seen}
			require.NoError(t, l.inputs.Unchanged())
			require.NoError(t, change(dir))
			_, err := l.Write(true)
			var changed *kbuild.ChangedError
			require.ErrorAs(t, err, &changed)
			assert.NoDirExists(t, l.env.lock())
		})
	}
}
