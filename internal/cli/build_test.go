package cli

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

const repo = "../.."

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Main(args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
}

// kustomize runs the real kustomize with this program on its PATH.
func kustomize(t *testing.T, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "krm-validate")))
	cmd := exec.Command(kustomizebin.Path(t), args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.Output()
	return string(out), err
}

// kustomizations are the directories of the repository that kustomize can build.
func kustomizations(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, top := range []string{"base", "overlays", "testdata"} {
		err := filepath.WalkDir(filepath.Join(repo, top), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "kustomization.yaml" {
				dirs = append(dirs, filepath.Dir(path))
			}
			return err
		})
		if !os.IsNotExist(err) {
			require.NoError(t, err)
		}
	}
	require.NotEmpty(t, dirs)
	return dirs
}

func TestBuildEqualsKustomizeOnEveryTreeOfTheRepository(t *testing.T) {
	for _, dir := range kustomizations(t) {
		t.Run(strings.TrimPrefix(filepath.ToSlash(dir), repo+"/"), func(t *testing.T) {
			want, kustomizeErr := kustomize(t, "build", "--enable-alpha-plugins", "--enable-exec", dir)
			code, got, stderr := run(t, "build", dir)
			if kustomizeErr != nil {
				assert.NotEqual(t, ExitOK, code)
				assert.Empty(t, got)
				return
			}
			require.Equal(t, ExitOK, code, stderr)
			assert.Equal(t, want, got)
		})
	}
}

var tree = map[string]string{
	"kustomization.yaml": "resources: [all.yaml]\n",
	"all.yaml": `apiVersion: v1
kind: Namespace
metadata: {name: A}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: A}
data: {k: v}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: b}
data: {k: "on"}
`,
}

func TestBuildOutput(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, tree)
	_, want, _ := run(t, "build", dir)
	require.NotEmpty(t, want)

	file := filepath.Join(dir, "out.yaml")
	code, out, stderr := run(t, "build", dir, "-o", file)
	require.Equal(t, ExitOK, code, stderr)
	assert.Empty(t, out)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, want, string(got))

	mine, theirs := t.TempDir(), t.TempDir()
	_, err = kustomize(t, "build", dir, "-o", theirs)
	require.NoError(t, err)
	code, _, stderr = run(t, "build", dir, "-o", mine)
	require.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, contents(t, theirs), contents(t, mine))
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(content)
		return err
	}))
	return all
}

func TestBuildFailureWritesNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"kustomization.yaml": "resources: [missing.yaml]\n", "out.yaml": "before\n"})
	code, _, stderr := run(t, "build", dir, "-o", filepath.Join(dir, "out.yaml"))
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "missing.yaml")
	assert.Equal(t, "before\n", contents(t, dir)["out.yaml"])
}

func TestBuildIntoDirectoryStaysInIt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"kustomization.yaml": "resources: [x.yaml]\n",
		"x.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: /../../../escaped}\n",
		"out/keep":           "",
	})
	code, _, stderr := run(t, "build", dir, "-o", filepath.Join(dir, "out"))
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "no file name")
	assert.Equal(t, map[string]string{"keep": ""}, contents(t, filepath.Join(dir, "out")))
}

func TestBuildUsage(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"build", "a", "b"}, "at most 1 arg"},
		{[]string{"build", "nowhere"}, "nowhere: no such directory"},
		{[]string{"build", ".", "--load-restrictor", "x"}, "expected LoadRestrictionsRootOnly or LoadRestrictionsNone"},
	} {
		code, _, stderr := run(t, tc.args...)
		assert.Equal(t, ExitFailure, code)
		assert.Contains(t, stderr, tc.want)
	}
}
