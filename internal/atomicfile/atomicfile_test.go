package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	require.NoError(t, atomicfile.Write(file, []byte("1"), 0o600))
	require.NoError(t, atomicfile.Write(file, []byte("2"), 0o644))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "2", string(content))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "an existing file keeps its permissions")

	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("a", link))
	require.NoError(t, atomicfile.Write(link, []byte("3"), 0o644))
	content, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "3", string(content))

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "no temporary file stays")
}

func TestWriteFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	require.Error(t, atomicfile.Write(filepath.Join(dir, "missing", "a"), []byte("1"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	require.Error(t, atomicfile.Write(filepath.Join(dir, "d"), []byte("1"), 0o644))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestWriteToDevice(t *testing.T) {
	require.NoError(t, atomicfile.Write(os.DevNull, []byte("1"), 0o644))
	info, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeDevice, "the device is still one")
}

func TestWriteAllOrNothing(t *testing.T) {
	for what, prepare := range map[string]func(t *testing.T, dir string){
		"a directory in the place of a file": func(t *testing.T, dir string) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, "c"), 0o755))
		},
		"a read-only file": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "c"), []byte("mine"), 0o444))
		},
		"a pipe's place": func(t *testing.T, dir string) {
			require.NoError(t, os.Symlink(os.DevNull, filepath.Join(dir, "c")))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o600))
			prepare(t, dir)
			require.Error(t, atomicfile.WriteAll(dir, map[string][]byte{"a": []byte("new"), "b": []byte("new"), "c": []byte("new"), "d": []byte("new")}, 0o644))
			content, err := os.ReadFile(filepath.Join(dir, "a"))
			require.NoError(t, err)
			assert.Equal(t, "old", string(content))
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 2)
		})
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o600))
	require.NoError(t, atomicfile.WriteAll(dir, map[string][]byte{"a": []byte("new"), "b": []byte("new")}, 0o644))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2)
	info, err := os.Stat(filepath.Join(dir, "a"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "an existing file keeps its permissions")
}

func TestReadOnlyFilesStay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o444))
	require.Error(t, atomicfile.Write(file, []byte("new"), 0o644))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(content))
}

func TestCreateOverwritesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a")
	require.NoError(t, atomicfile.Create(file, []byte("1"), 0o644))
	require.ErrorIs(t, atomicfile.Create(file, []byte("2"), 0o644), os.ErrExist)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "1", string(content))
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestWriteTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, atomicfile.WriteTree(dir, map[string]atomicfile.File{"a/b/c.yaml": {[]byte("c\n"), 0o644}, "a/secret.env": {[]byte("s\n"), 0o600}}))
	got, err := os.ReadFile(filepath.Join(dir, "a", "b", "c.yaml"))
	require.NoError(t, err)
	assert.Equal(t, "c\n", string(got))
	info, err := os.Stat(filepath.Join(dir, "a", "secret.env"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	assert.Error(t, atomicfile.WriteTree(dir, map[string]atomicfile.File{"../x": {nil, 0o644}}))
	// A file in the way of a folder: nothing is left behind.
	assert.Error(t, atomicfile.WriteTree(dir, map[string]atomicfile.File{"n/m/x": {nil, 0o644}, "a/secret.env/x": {nil, 0o644}}))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
	assert.Equal(t, "a", left[0].Name())
}

// TestWriteTreeMoves: what is to go is gone with the rest, or stays with the rest.
func TestWriteTreeMoves(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "b", "c"), []byte("c"), 0o444))
	require.Error(t, atomicfile.WriteTree(dir, map[string]atomicfile.File{"d": {[]byte("d"), 0o644}}, "a/b/c", "e"))
	assert.FileExists(t, filepath.Join(dir, "a", "b", "c"))
	assert.NoFileExists(t, filepath.Join(dir, "d"))
	require.NoError(t, atomicfile.WriteTree(dir, map[string]atomicfile.File{"d/c": {[]byte("c"), 0o644}}, "a/b/c"))
	assert.NoDirExists(t, filepath.Join(dir, "a"))
	assert.FileExists(t, filepath.Join(dir, "d", "c"))
}
