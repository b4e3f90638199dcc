package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"strings"
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

// TestJournalsOfOthers: a stage that comes with a tree changes nothing outside of
// it, nor what git would run.
func TestJournalsOfOthers(t *testing.T) {
	known := sum([]byte("known"))
	for name, c := range map[string]struct{ journal, prepare string }{
		"a hook of git":           {journal: `{"Steps": [{"Path": ".git/hooks/pre-commit", "Old": "old", "Gone": true}]}`},
		"a hook, spelt oddly":     {journal: `{"Steps": [{"Path": "a/../.GIT/hooks/pre-commit", "Old": "old", "Gone": true}]}`},
		"a hook of a submodule":   {journal: `{"Steps": [{"Path": "sub/.git/hooks/x", "Old": "old", "Gone": true}]}`},
		"outside":                 {journal: `{"Steps": [{"Path": "../outside/made", "Old": "old", "Gone": true}]}`},
		"absolute":                {journal: `{"Steps": [{"Path": "/OUTSIDE/made", "Old": "old", "Gone": true}]}`},
		"through a link":          {journal: `{"Steps": [{"Path": "link/made", "Old": "old", "Gone": true}]}`},
		"replaces outside":        {journal: `{"Steps": [{"Path": "../outside/known", "Fresh": "new", "Old": "old", "Had": true, "Sum": "` + known + `"}]}`},
		"replaces through a link": {journal: `{"Steps": [{"Path": "link/known", "Fresh": "new", "Old": "old", "Had": true, "Sum": "` + known + `"}]}`},
		"removes outside":         {journal: `{"Steps": [{"Path": "../outside/known", "Fresh": "new", "Old": "old", "Sum": "` + known + `"}]}`},
		"takes from outside":      {journal: `{"Steps": [{"Path": "taken", "Old": "../../outside/known", "Gone": true}]}`},
		"takes from the tree":     {journal: `{"Steps": [{"Path": "taken", "Old": "..", "Gone": true}]}`},
		"takes all":               {journal: `{"Steps": [{"Path": "taken", "Old": ".", "Gone": true}]}`},
		"removes folders":         {journal: `{"Folders": ["../outside/empty", "/OUTSIDE/empty", "link/empty", ".git/hooks"]}`},
		"a stage that is a link":  {prepare: "link"},
		"an endless journal":      {prepare: "endless"},
		"no journal":              {journal: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			dir, outside := filepath.Join(top, "dir"), filepath.Join(top, "outside")
			stage := filepath.Join(dir, stagePrefix+"1")
			for _, d := range []string{stage, filepath.Join(outside, "empty"), filepath.Join(dir, ".git", "hooks")} {
				require.NoError(t, os.MkdirAll(d, 0o700))
			}
			require.NoError(t, os.WriteFile(filepath.Join(outside, "known"), []byte("known"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "kept"), []byte("kept"), 0o600))
			require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link")))
			require.NoError(t, os.WriteFile(filepath.Join(stage, "old"), []byte("evil"), 0o755))
			switch file := filepath.Join(stage, journal); c.prepare {
			case "link":
				require.NoError(t, os.RemoveAll(stage))
				require.NoError(t, os.WriteFile(filepath.Join(outside, journal), []byte("[]"), 0o600))
				require.NoError(t, os.Symlink(outside, stage))
			case "endless":
				require.NoError(t, os.Symlink("/dev/zero", file))
			default:
				require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(c.journal, "/OUTSIDE", outside)), 0o600))
			}
			require.NoError(t, Recover(dir))
			require.NoError(t, WriteAll(dir, map[string][]byte{"new": []byte("new")}, 0o600))
			for file, want := range map[string]string{"outside/known": "known", "dir/kept": "kept", "dir/new": "new"} {
				got, err := os.ReadFile(filepath.Join(top, file))
				require.NoError(t, err)
				assert.Equal(t, want, string(got), file)
			}
			assert.NoFileExists(t, filepath.Join(outside, "made"))
			assert.DirExists(t, filepath.Join(outside, "empty"))
			assert.NoFileExists(t, filepath.Join(dir, "taken"))
			hooks, err := os.ReadDir(filepath.Join(dir, ".git", "hooks"))
			require.NoError(t, err)
			assert.Empty(t, hooks)
			assert.NoDirExists(t, filepath.Join(dir, "sub"))
		})
	}
}

// A directory that is reached through a link is recovered like any other.
func TestRecoverThroughALink(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "dir")
	stage := filepath.Join(dir, stagePrefix+"1")
	require.NoError(t, os.MkdirAll(stage, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o600))
	files := []replaced{{path: filepath.Join(dir, "a"), fresh: filepath.Join(stage, "new-0"), old: filepath.Join(stage, "old-0")}}
	require.NoError(t, WriteNew(files[0].fresh, []byte("new"), 0o600))
	require.NoError(t, writeJournal(stage, nil, files))
	require.NoError(t, files[0].replace())
	link := filepath.Join(top, "link")
	require.NoError(t, os.Symlink(dir, link))
	require.NoError(t, Recover(link))
	got, err := os.ReadFile(filepath.Join(dir, "a"))
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	require.NoError(t, WriteAll(link, map[string][]byte{"a": []byte("new")}, 0o600))
	assert.NoDirExists(t, stage)
}

// An edit that somebody makes while the files wait survives, and so does what is in
// the others.
func TestAnEditDuringTheRunSurvives(t *testing.T) {
	for _, at := range []string{"journal", "replace"} {
		for _, edited := range []string{"a", "b", "new", "gone"} {
			dir := t.TempDir()
			for _, name := range []string{"a", "b", "gone"} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
			}
			once := false
			reached = func(step string) {
				if step != at || once {
					return
				}
				once = true
				f, err := os.OpenFile(filepath.Join(dir, edited), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
				require.NoError(t, err)
				_, err = f.WriteString(" by hand")
				require.NoError(t, err)
				require.NoError(t, f.Close())
			}
			err := WriteTree(dir, map[string]File{"a": {[]byte("1"), 0o644}, "b": {[]byte("2"), 0o644}, "new": {[]byte("3"), 0o644}}, "gone")
			reached = func(string) {}
			require.ErrorContains(t, err, "changed during the run", "%s at %s", edited, at)
			for _, name := range []string{"a", "b", "gone"} {
				want := name
				if name == edited {
					want += " by hand"
				}
				got, err := os.ReadFile(filepath.Join(dir, name))
				require.NoError(t, err)
				require.Equal(t, want, string(got))
			}
			left, err := filepath.Glob(filepath.Join(dir, ".*"))
			require.NoError(t, err)
			require.Empty(t, left)
		}
	}
}
