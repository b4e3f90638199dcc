package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
			require.NoError(t, writeJournal(stage, nil, files))
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

// killAt names the variable that says before which step a run of the test program
// is killed, and undo the one that has it recover instead of writing.
const (
	killAt = "KRM_VALIDATE_TEST_KILL_AT"
	inDir  = "KRM_VALIDATE_TEST_DIR"
	undo   = "KRM_VALIDATE_TEST_UNDO"
)

// killed is the exit code of a run that was killed.
const killed = 9

func TestMain(m *testing.M) {
	dir := os.Getenv(inDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		panic(err)
	}
	reached = func(string) {
		if at--; at < 0 {
			os.Exit(killed) // nothing that was deferred runs
		}
	}
	if os.Getenv(undo) != "" {
		err = Recover(dir)
	} else {
		err = rewrite(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// rewrite writes files into folders that are there and that are not, one as it is
// already, and moves others.
func rewrite(dir string) error {
	return WriteTree(dir, map[string]File{
		"kept":         {Content: []byte("kept"), Perm: 0o644},
		"changed":      {Content: []byte("new"), Perm: 0o644},
		"new/deep/one": {Content: []byte("one"), Perm: 0o644},
		"new/two":      {Content: []byte("two"), Perm: 0o644},
		"moved/here":   {Content: []byte("moved"), Perm: 0o600},
	}, "from/a/there", "other")
}

// treeOf is every file and folder of a directory, with what is in it.
func treeOf(t *testing.T, dir string) map[string]string {
	tree := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || d.IsDir() {
			tree[rel] = "a folder"
			return err
		}
		content, err := os.ReadFile(path)
		tree[rel] = string(content)
		return err
	}))
	return tree
}

// TestKilledAnywhere: before whatever step a run is killed, the next one finds
// everything as it was before or as it was to be, folders included, and so it is
// where the recovery is killed too.
func TestKilledAnywhere(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	start := func(t *testing.T) string {
		dir := t.TempDir()
		for name, text := range map[string]string{"kept": "kept", "changed": "old", "from/a/there": "moved", "other": "other"} {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		return dir
	}
	run := func(t *testing.T, dir string, at int, recovery bool) (wasKilled bool) {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), inDir+"="+dir, killAt+"="+strconv.Itoa(at))
		if recovery {
			cmd.Env = append(cmd.Env, undo+"=1")
		}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() == killed {
			return true
		}
		require.NoError(t, err, string(out))
		return false
	}
	before, done := treeOf(t, start(t)), start(t)
	require.NoError(t, rewrite(done))
	after := treeOf(t, done)
	require.NotContains(t, after, "from")
	undone, finished := 0, 0
	for at := 0; ; at++ {
		dir := start(t)
		if !run(t, dir, at, false) {
			require.Equal(t, after, treeOf(t, dir))
			break
		}
		left := t.TempDir()
		require.NoError(t, os.CopyFS(left, os.DirFS(dir)))
		require.NoError(t, Recover(dir))
		switch now := treeOf(t, dir); {
		case assert.ObjectsAreEqual(before, now):
			undone++
		case assert.ObjectsAreEqual(after, now):
			finished++
		default:
			require.Equal(t, before, now, "killed before step %d", at)
		}
		for again := 0; ; again++ {
			twice := t.TempDir()
			require.NoError(t, os.CopyFS(twice, os.DirFS(left)))
			more := run(t, twice, again, true)
			require.NoError(t, Recover(twice))
			require.Equal(t, treeOf(t, dir), treeOf(t, twice), "killed before step %d, and again before %d of the recovery", at, again)
			if !more {
				break
			}
		}
	}
	assert.Greater(t, undone, 8)
	assert.Positive(t, finished)
}
