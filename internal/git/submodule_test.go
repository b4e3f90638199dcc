package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
)

// What a commit names of a submodule is exported too, and not what is checked out.
func TestExportSubmodules(t *testing.T) {
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+name+"_NAME", "test")
		t.Setenv("GIT_"+name+"_EMAIL", "test@example.com")
	}
	for _, name := range []string{"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"} {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	in := func(folder string, args ...string) {
		cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always"}, args...)...)
		cmd.Dir = filepath.Join(dir, folder)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	put := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	put("sub/x", "one")
	in("sub", "init", "-q", "-b", "main")
	in("sub", "add", "-A")
	in("sub", "commit", "-q", "-m", "x")
	put("top/y", "y")
	in("top", "init", "-q", "-b", "main")
	in("top", "submodule", "--quiet", "add", "../sub", "deep/er")
	in("top", "add", "-A")
	in("top", "commit", "-q", "-m", "x")
	put("top/deep/er/x", "two")

	repo, err := git.Open(filepath.Join(dir, "top"))
	require.NoError(t, err)
	commit, err := repo.Base("main")
	require.NoError(t, err)
	to := t.TempDir()
	require.NoError(t, repo.Export(commit, to))
	text, err := os.ReadFile(filepath.Join(to, "deep", "er", "x"))
	require.NoError(t, err)
	assert.Equal(t, "one", string(text))
	changes, err := repo.Changes(commit)
	require.NoError(t, err)
	assert.Equal(t, []string{"deep/er"}, changes.Files)

	// A hook of git is told where the repository is, which is not that of the submodule.
	t.Setenv("GIT_DIR", filepath.Join(dir, "top", ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(dir, "top", ".git", "index"))
	to = t.TempDir()
	require.NoError(t, repo.Export(commit, to))
	text, err = os.ReadFile(filepath.Join(to, "deep", "er", "x"))
	require.NoError(t, err)
	assert.Equal(t, "one", string(text))
}
