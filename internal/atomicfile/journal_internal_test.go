package atomicfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWriteAllRecoversFromAKill: whatever a run had replaced when it was killed,
// the next one finds everything as it was before; what somebody wrote since stays.
func TestWriteAllRecoversFromAKill(t *testing.T) {
	names := []string{"a", "b", "c"}
	for replacedBefore := range len(names) + 1 {
		for _, edited := range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "with[odd]*name")
			require.NoError(t, os.Mkdir(dir, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("old a"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "c"), []byte("old c"), 0o600))
			stage := filepath.Join(dir, stagePrefix+"1")
			require.NoError(t, os.Mkdir(stage, 0o700))
			var files []replaced
			for _, name := range names {
				f := replaced{path: filepath.Join(dir, name), fresh: filepath.Join(stage, "new-"+name), old: filepath.Join(stage, "old-"+name)}
				require.NoError(t, os.WriteFile(f.fresh, []byte("new "+name), 0o600))
				files = append(files, f)
			}
			require.NoError(t, writeJournal(stage, files))
			for i := range replacedBefore {
				require.NoError(t, files[i].replace())
			}
			want := map[string]string{"a": "old a", "c": "old c"}
			if edited {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("mine"), 0o600))
				want["a"] = "mine"
			}
			require.NoError(t, WriteAll(dir, map[string][]byte{"d": []byte("d")}, 0o644))
			want["d"] = "d"
			got := map[string]string{}
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			for _, e := range entries {
				content, err := os.ReadFile(filepath.Join(dir, e.Name()))
				require.NoError(t, err)
				got[e.Name()] = string(content)
			}
			assert.Equal(t, want, got, "killed after %d, edited: %v", replacedBefore, edited)
		}
	}
}

// TestWriteAllRecoversBeforeTheJournal: files that were only made ready are
// removed.
func TestWriteAllRecoversBeforeTheJournal(t *testing.T) {
	dir := t.TempDir()
	stage := filepath.Join(dir, stagePrefix+"1")
	require.NoError(t, os.Mkdir(stage, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(stage, "new-0"), []byte("new"), 0o600))
	require.NoError(t, WriteAll(dir, map[string][]byte{"d": []byte("d")}, 0o644))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

// TestMovesRecoverFromAKill: whatever a move had done when it was killed, the next
// run finds everything where it was.
func TestMovesRecoverFromAKill(t *testing.T) {
	for done := range 5 {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("a"), 0o600))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "old"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "old", "b"), []byte("b"), 0o644))
		stage := filepath.Join(dir, stagePrefix+"1")
		require.NoError(t, os.Mkdir(stage, 0o700))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "new"), 0o755))
		files := []replaced{
			{path: filepath.Join(dir, "a"), old: filepath.Join(stage, "old-0")},
			{path: filepath.Join(dir, "new", "a"), fresh: filepath.Join(stage, "new-1"), old: filepath.Join(stage, "old-1")},
			{path: filepath.Join(dir, "new", "b"), fresh: filepath.Join(stage, "new-2"), old: filepath.Join(stage, "old-2")},
			{path: filepath.Join(dir, "old", "b"), old: filepath.Join(stage, "old-3")},
		}
		for i := range files {
			if files[i].fresh != "" {
				require.NoError(t, os.WriteFile(files[i].fresh, []byte("moved"), 0o600))
			}
		}
		require.NoError(t, writeJournal(stage, files))
		for i := range done {
			require.NoError(t, files[i].replace())
		}
		if done == 4 {
			removeEmpty(dir, filepath.Join(dir, "old"))
		}
		require.NoError(t, Recover(dir))
		for name, want := range map[string]string{"a": "a", "old/b": "b"} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err, "killed after %d", done)
			assert.Equal(t, want, string(content))
		}
		for _, name := range []string{"new/a", "new/b", stagePrefix + "1"} {
			assert.NoFileExists(t, filepath.Join(dir, name))
		}
	}
}
