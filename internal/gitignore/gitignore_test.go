package gitignore_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/gitignore"
)

var patterns = []string{
	"*.yaml", "/*.yaml", "build/", "build", "/build", "a/b", "a/**", "**/b", "a/**/c.yaml", "!keep.yaml", "*.y?ml", "[abc].yaml", "[!abc].yaml",
	"[a-c]*", "#x", `\#x`, `\!x`, "x ", `x\ `, "**", "a/", "a/*", "/a/*/c.yaml", "***", "a**b", "", "/", "[", "[]]", "*/b", "b/**/", "éé.yaml", ".*",
}

var paths = []string{
	"a.yaml", "x.yaml", "keep.yaml", "éé.yaml", "#x", "!x", "x", "x ", "]", ".env", "build/out.yaml", "a/b/c.yaml", "a/c.yaml", "a/b/d/c.yaml",
	"b/x.yaml", "d/b/x.yaml", "d/build/x", "axxb", "a.yml", "d/a/b/c.yaml", "d/keep.yaml",
}

// TestAsGit compares with git itself: with each pattern alone, with pairs, and
// in a folder below the top.
func TestAsGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git to compare with")
	}
	dir := t.TempDir()
	for _, p := range paths {
		file := filepath.Join(dir, p)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, nil, 0o644))
	}
	run := func(stdin string, args ...string) string {
		c := exec.Command(git, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		c.Stdin = strings.NewReader(stdin)
		var out, errs bytes.Buffer
		c.Stdout, c.Stderr = &out, &errs
		if err := c.Run(); err != nil && c.ProcessState.ExitCode() != 1 {
			t.Fatal(err, errs.String())
		}
		return out.String()
	}
	run("", "init", "-q")
	files := map[string]string{}
	for i, p := range patterns {
		files[p] = p
		q := patterns[(i+7)%len(patterns)]
		files[p+"\n"+q] = p + "\n" + q
		files["*\n!"+p] = "*\n!" + p
	}
	for _, at := range []string{"", "d"} {
		for _, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, at, ".gitignore"), []byte(text+"\n"), 0o644))
			ignored := run(strings.Join(paths, "\x00")+"\x00", "check-ignore", "-z", "--no-index", "--stdin")
			want := map[string]bool{}
			for _, p := range strings.Split(ignored, "\x00") {
				want[p] = true
			}
			got := gitignore.Patterns{}.Add(at, text)
			for _, p := range paths {
				if ignores(got, p) != want[p] {
					t.Errorf("%q in %q: %q ignored: %v, git says %v", text, at, p, !want[p], want[p])
				}
			}
		}
		require.NoError(t, os.Remove(filepath.Join(dir, at, ".gitignore")))
	}
}

// ignores is about a file, and the folders that it is in.
func ignores(p gitignore.Patterns, path string) bool {
	for i := range path {
		if path[i] == '/' && p.Ignores(path[:i], true) {
			return true
		}
	}
	return p.Ignores(path, false)
}
