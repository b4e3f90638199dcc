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
