package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	knownSecret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret, namespace: shop}\nstringData: {PASSWORD: example}\n"
	knownPod    = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - name: web\n    image: example.com/web:1.0\n    envFrom:\n    - secretRef:\n        name: db-secrt\n"
)

// repository makes a git repository of files, and goes there.
func repository(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, files)
	repositoryHere(t)
}

// repositoryHere makes the working directory a repository, with one commit.
func repositoryHere(t *testing.T) {
	t.Helper()
	for _, env := range []string{"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"} {
		t.Setenv(env, "")
		require.NoError(t, os.Unsetenv(env))
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	gitRun(t, "init", "-q", "-b", "main")
	gitRun(t, "config", "user.email", "test@example.com")
	gitRun(t, "config", "user.name", "test")
	commitAll(t)
}

func commitAll(t *testing.T) {
	t.Helper()
	gitRun(t, "add", "-A")
	gitRun(t, "commit", "-q", "-m", "x")
}

func gitRun(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
}

func TestBaseline(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"a.yaml": knownSecret + "---\n" + knownPod})
	code, stdout, stderr := run(t, "check", "--write-baseline", "known.json", "a.yaml")
	assert.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, "known.json: 1 error, not reported from now on with --baseline known.json\n", stdout)

	// Known, also after lines have moved; and by another name of the file.
	write(t, ".", map[string]string{"a.yaml": "# a comment\n---\n" + knownPod + "---\n" + knownSecret})
	abs, err := filepath.Abs("a.yaml")
	require.NoError(t, err)
	for _, file := range []string{"a.yaml", "./a.yaml", abs} {
		code, stdout, stderr = run(t, "check", "--baseline", "known.json", file)
		assert.Equal(t, ExitOK, code, stdout+stderr)
		assert.Equal(t, "no new findings (1 known before not shown)\n", stdout)
		assert.Empty(t, stderr)
	}

	// One more is new, and only that is reported.
	write(t, ".", map[string]string{"a.yaml": knownSecret + "---\n" + knownPod + "    - secretRef:\n        name: db-secre\n"})
	code, stdout, _ = run(t, "check", "--baseline", "known.json", "a.yaml")
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, `"db-secre"`)
	assert.NotContains(t, stdout, `"db-secrt"`)
	assert.Contains(t, stdout, "1 error (1 known before not shown)\n")
	_, stdout, _ = run(t, "check", "-o", "json", "--baseline", "known.json", "a.yaml")
	assert.Contains(t, stdout, `"known": 1`)

	// Mended, so the entry is stale.
	write(t, ".", map[string]string{"a.yaml": knownSecret + "---\n" + strings.Replace(knownPod, "secrt", "secret", 1)})
	code, _, stderr = run(t, "check", "--baseline", "known.json", "a.yaml")
	assert.Equal(t, ExitOK, code)
	assert.Equal(t, "known.json: 1 of its entries match no finding any more; --write-baseline known.json leaves them out:\n  secret-not-found: Pod shop/web  a.yaml\n", stderr)
}

func TestBaselinesThatCannotBeUsed(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{
		"a.yaml": knownPod, "newer.json": `{"version": 2, "findings": [{"print": 1}]}`, "other.json": `{"rules": []}`, "text.json": "a: b\n",
		"list.json": `{"version": 1, "findings": {"a": "b"}}`, "empty.json": "", "blank.json": `{"version": 1, "findings": [{"rule": "x"}]}`,
		"more.json": `{"version": 1, "findings": []} {}`, "broken.yaml": "a: [\n",
	})
	for _, c := range []struct {
		want string
		args []string
	}{
		{"newer.json: a baseline of version 2, which a newer krm-validate wrote: this one reads version 1", []string{"--baseline", "newer.json"}},
		{"other.json: not a baseline: expected version: 1", []string{"--baseline", "other.json"}},
		{"text.json: not a baseline, which check --write-baseline writes: invalid character", []string{"--baseline", "text.json"}},
		{"list.json: not a baseline, which check --write-baseline writes: findings: expected another type than object", []string{"--baseline", "list.json"}},
		{"empty.json: not a baseline", []string{"--baseline", "empty.json"}},
		{"blank.json: findings[0] has no fingerprint", []string{"--baseline", "blank.json"}},
		{"more.json: not a baseline: there is more behind its end", []string{"--baseline", "more.json"}},
		{"gone.json: no such file or directory", []string{"--baseline", "gone.json"}},
		{"--write-baseline=gone/b.json: gone/b.json: there is no folder gone", []string{"--write-baseline", "gone/b.json"}},
		{"baseline write-baseline", []string{"--write-baseline", "b.json", "--baseline", "b.json"}},
	} {
		code, stdout, stderr := run(t, append([]string{"check", "a.yaml"}, c.args...)...)
		assert.Equal(t, ExitFailure, code, c.args)
		assert.Empty(t, stdout, c.args)
		assert.Contains(t, stderr, c.want)
		assert.Regexp(t, `^Error: [^\n]*\n$`, stderr)
	}

	// What could not be read has findings that nobody knows.
	code, _, stderr := run(t, "check", "--write-baseline", "b.json", "a.yaml", "broken.yaml")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "b.json is not written, because not everything could be checked")
	assert.NoFileExists(t, "b.json")
}

func TestNewFrom(t *testing.T) {
	repository(t, map[string]string{
		"base/kustomization.yaml": "resources: [pod.yaml, secret.yaml]\n", "base/pod.yaml": knownPod, "base/secret.yaml": knownSecret,
		"prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\n",
	})
	gitRun(t, "checkout", "-q", "-b", "change")
	code, stdout, stderr := run(t, "check", "--new-from", "main", ".")
	assert.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, "no new findings (1 known before not shown)\n", stdout)

	// Lines that nobody touched break when a name changes elsewhere.
	write(t, ".", map[string]string{
		"base/pod.yaml": "# a comment\n" + strings.Replace(knownPod, "    envFrom:", "    envFrom:\n    - secretRef: {name: db-secret}", 1), "base/secret.yaml": knownSecret,
	})
	code, stdout, _ = run(t, "check", "--new-from", "main", ".")
	assert.Equal(t, ExitOK, code, stdout)
	write(t, ".", map[string]string{"base/secret.yaml": strings.Replace(knownSecret, "db-secret", "database-secret", 1)})
	code, stdout, _ = run(t, "check", "--new-from", "main", "--unresolved=error", "prod")
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "base/pod.yaml:10:")
	assert.Contains(t, stdout, "1 error (1 known before not shown)")

	// A commit of the change, and what has happened on main since.
	commitAll(t)
	code, stdout, _ = run(t, "check", "--new-from", "HEAD", ".")
	assert.Equal(t, ExitOK, code, stdout)
	gitRun(t, "checkout", "-q", "main")
	write(t, ".", map[string]string{"base/pod.yaml": strings.Replace(knownPod, "secrt", "secret", 1)})
	commitAll(t)
	gitRun(t, "checkout", "-q", "change")
	_, stdout, _ = run(t, "check", "--new-from", "main", "--unresolved=error", ".")
	assert.Contains(t, stdout, "1 error (1 known before not shown)", "mended on main is not new here")

	// From a folder, and with a folder that has another name now.
	gitRun(t, "mv", "prod", "production")
	for _, args := range [][]string{{"production"}, {"."}} {
		code, stdout, stderr = run(t, append([]string{"check", "--new-from", "HEAD"}, args...)...)
		assert.Equal(t, ExitOK, code, stdout+stderr)
	}
	top, err := os.Getwd()
	require.NoError(t, err)
	t.Chdir("base")
	for _, args := range [][]string{{"."}, {"../production"}, {filepath.Join(top, "production")}} {
		code, stdout, stderr = run(t, append([]string{"check", "--new-from", "HEAD"}, args...)...)
		assert.Equal(t, ExitOK, code, stdout+stderr)
		assert.Contains(t, stdout, "known before")
	}
}

// What git tracks and ignores was there before, and so was a chart beside the
// kustomization, in the same repository.
func TestNewFromKnowsTheRepository(t *testing.T) {
	repository(t, map[string]string{
		"helm":                "#!/bin/sh\nif [ $1 = version ]; then echo v3.20.0; exit; fi\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: x}\\n'\n",
		"charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "k/v.yaml": "a: 1\n",
		"k/kustomization.yaml": "helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: c, valuesFile: v.yaml}]\nresources: [pod.yaml]\n",
		"k/pod.yaml":           knownPod, "d/ignored.yaml": knownPod, "d/secret.yaml": knownSecret,
	})
	require.NoError(t, os.Chmod("helm", 0o755))
	write(t, ".", map[string]string{".gitignore": "ignored.yaml\n"})
	commitAll(t)
	top, err := os.Getwd()
	require.NoError(t, err)
	for _, dir := range []string{"k", "d"} {
		code, stdout, stderr := run(t, "check", "--enable-helm", "--helm-command", filepath.Join(top, "helm"), "--new-from", "HEAD", dir)
		assert.Equal(t, ExitOK, code, stdout+stderr)
		assert.Contains(t, stdout, "known before", dir)
	}
}

// Comments in files of the commit are no comments of what is checked.
func TestNewFromWithIgnores(t *testing.T) {
	ignored := strings.Replace(knownPod, "        name: db-secrt", "        name: db-secrt # krm-validate:ignore secret-not-found: made by hand", 1)
	repository(t, map[string]string{"kustomization.yaml": "resources: [pod.yaml, secret.yaml]\n", "pod.yaml": ignored, "secret.yaml": knownSecret})
	for range 2 {
		code, stdout, stderr := run(t, "check", "--new-from", "HEAD", ".")
		assert.Equal(t, ExitOK, code, stderr)
		assert.Equal(t, "no findings in 2 resources\n", stdout)
		write(t, ".", map[string]string{"pod.yaml": "# a comment\n" + ignored})
	}
}

func TestNewFromOfNoCommit(t *testing.T) {
	repository(t, map[string]string{"a.yaml": knownPod})
	write(t, ".", map[string]string{"a.yaml": knownSecret})
	commitAll(t)
	top, err := os.Getwd()
	require.NoError(t, err)
	clone := filepath.Join(t.TempDir(), "clone")
	gitRun(t, "clone", "-q", "--depth=1", "file://"+top, clone)
	elsewhere := t.TempDir()
	for _, c := range []struct {
		dir, ref, path, want string
	}{
		{top, "gone", "a.yaml", `there is no commit "gone" in this repository: git fetch brings those of others`},
		{top, "--output=x", "a.yaml", `"--output=x" is no name of a commit`},
		{top, "HEAD:a.yaml", "a.yaml", `there is no commit "HEAD:a.yaml"`},
		{top, "main", "-", "what comes from stdin has no history"},
		{clone, "HEAD~1", "a.yaml", "in this clone, which is shallow: fetch all of it"},
		{clone, "origin/gone", "a.yaml", "in this clone, which is shallow: fetch all of it"},
		{elsewhere, "main", filepath.Join(top, "a.yaml"), "is not in a git repository"},
		{top, "main", clone, "is not in the repository"},
	} {
		t.Chdir(c.dir)
		code, stdout, stderr := run(t, "check", "--new-from="+c.ref, c.path)
		assert.Equal(t, ExitFailure, code, c.ref)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, c.want)
		assert.Regexp(t, `^Error: --new-from=[^\n]*\n$`, stderr)
	}
	t.Chdir(top)
	out, err := exec.Command("git", "status", "--porcelain").CombinedOutput()
	require.NoError(t, err)
	assert.Empty(t, string(out), "the repository is as it was")
}
