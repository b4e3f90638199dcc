package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTracked compares the index with what git says of it, in each of its versions.
func TestTracked(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	for _, format := range []string{"sha1", "sha256"} {
		for _, version := range []string{"2", "3", "4"} {
			t.Run(format+" "+version, func(t *testing.T) {
				dir := t.TempDir()
				run := func(args ...string) string {
					cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
					out, err := cmd.CombinedOutput()
					require.NoError(t, err, string(out))
					return string(out)
				}
				run("init", "-q", "--object-format="+format)
				assert.Empty(t, Tracked(dir), "nothing is tracked yet")
				names := []string{"a.yaml", "ab.yaml", "b/ignored.yaml", "b/c/deep.yaml", "b/c/deeper/ä ö.yaml", strings.Repeat("long/", 60) + "x.yaml", "z"}
				for _, name := range append(names, "untracked.yaml") {
					require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("a: 1\n"), 0o644))
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("b/\n"), 0o644))
				run(append([]string{"add", "-f", "--"}, names...)...)
				run("commit", "-qm", "all") // with an extension for the trees
				run("add", "-N", ".gitignore")
				run("update-index", "--index-version="+version)
				want := strings.Split(strings.TrimSuffix(run("ls-files", "-z"), "\x00"), "\x00")
				assert.Equal(t, want, Tracked(dir))

				work := filepath.Join(t.TempDir(), "work")
				run("worktree", "add", "-q", "--detach", work)
				assert.ElementsMatch(t, names, Tracked(work))

				index, err := os.ReadFile(filepath.Join(dir, ".git", "index"))
				require.NoError(t, err)
				for n := range index {
					_, ok := readIndex(index[:n])
					assert.False(t, ok, n)
				}
			})
		}
	}
	assert.Empty(t, Tracked(t.TempDir()))
}
