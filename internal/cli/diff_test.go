package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	for name, args := range map[string][]string{
		"environments.txt":  {"diff", filepath.Join(repo, "overlays", "dev"), filepath.Join(repo, "overlays", "prod")},
		"environments.md":   {"diff", "-o", "markdown", filepath.Join(repo, "overlays", "dev"), filepath.Join(repo, "overlays", "prod")},
		"what-lock-does.md": {"diff", "-o", "markdown", filepath.Join(repo, "overlays", "prod", "source"), filepath.Join(repo, "overlays", "prod")},
	} {
		code, stdout, stderr := run(t, args...)
		assert.Equal(t, ExitFindings, code, stderr)
		golden(t, "diff/"+name, stdout)
	}
	code, stdout, _ := run(t, "diff", filepath.Join(repo, "overlays", "prod"), filepath.Join(repo, "overlays", "prod", "pipeline"))
	assert.Equal(t, ExitOK, code, "the lock is what the pipeline makes")
	assert.Empty(t, stdout)
}

func TestDiffAgainst(t *testing.T) {
	files := map[string]string{
		"base/kustomization.yaml": "resources: [pod.yaml]\nconfigMapGenerator: [{name: settings, files: [app.conf]}]\nsecretGenerator: [{name: db, literals: [PASSWORD=hunter2]}]\n",
		"base/app.conf":           "a = 1\nb = 2\nc = 3\n",
		"base/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: side, image: 'example.com/side:1'}\n  - {name: web, image: 'example.com/web:1', envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: db}}]}\n",
		"one/kustomization.yaml":  "resources: [../base]\nnamePrefix: one-\n",
		"two/kustomization.yaml":  "resources: [cm.yaml]\n",
		"two/cm.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
	}
	repository(t, files)
	code, stdout, stderr := run(t, "diff", "--against", "main", ".")
	assert.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, "nothing that is applied changes (0 of 2 trees were built twice)\n", stdout)

	// The hashes change, and the names in the pod with them: neither is told.
	write(t, ".", map[string]string{
		"base/app.conf":           "a = 1\nb = 20\nc = 3\n",
		"base/kustomization.yaml": strings.Replace(files["base/kustomization.yaml"], "hunter2", "hunter3", 1),
		"base/pod.yaml":           strings.Replace(files["base/pod.yaml"], "  - {name: side, image: 'example.com/side:1'}\n", "", 1),
	})
	code, stdout, stderr = run(t, "diff", "--against", "main", ".")
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Regexp(t, `^== one
~ ConfigMap one-settings-\S+ \(was ConfigMap one-settings-\S+\)
      data\["app\.conf"\]:
    -   b = 2
    \+   b = 20
~ Secret one-db-\S+ \(was Secret one-db-\S+\)
    - data\.PASSWORD: \*\*\*
    \+ data\.PASSWORD: \*\*\* \(another value\)
~ Pod one-web
    - spec\.containers\[side\]\.name: side
    - spec\.containers\[side\]\.image: example\.com/side:1
$`, stdout)
	assert.NotContains(t, stdout, "two")

	// A comment changes a file, and nothing that is applied.
	gitRun(t, "checkout", "-q", ".")
	write(t, ".", map[string]string{"two/cm.yaml": "# x\n" + files["two/cm.yaml"]})
	code, stdout, _ = run(t, "diff", "--against", "main", ".")
	assert.Equal(t, ExitOK, code)
	assert.Equal(t, "nothing that is applied changes (1 of 2 trees were built twice)\n", stdout)

	// A tree that is new.
	write(t, ".", map[string]string{"three/kustomization.yaml": "resources: [../two]\n"})
	code, stdout, _ = run(t, "diff", "--against", "main", "three")
	assert.Equal(t, ExitFindings, code)
	assert.Equal(t, "== three\n+ ConfigMap x\n", stdout)

	// A tree that is gone.
	require.NoError(t, os.RemoveAll("two"))
	require.NoError(t, os.RemoveAll("three"))
	code, stdout, stderr = run(t, "diff", "--against", "main", ".")
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Equal(t, "== two\n- ConfigMap x\n", stdout)
	_, stdout, stderr = run(t, "diff", "--against", "main", "[a-z]*")
	assert.Equal(t, "== two\n- ConfigMap x\n", stdout, stderr)

	for want, args := range map[string][]string{
		`--against=gone: there is no commit "gone"`: {"diff", "--against", "gone", "."},
		"requires at least 1 arg":                   {"diff", "--against", "main"},
		"accepts 2 arg(s), received 1":              {"diff", "one"},
		"Error: gone: no such file":                 {"diff", "gone", "one"},
		"stdin can be one of the two only":          {"diff", "-", "-"},
		"--output=json: expected text or markdown":  {"diff", "-o", "json", "one", "two"},
	} {
		code, stdout, stderr := run(t, args...)
		assert.Equal(t, ExitFailure, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, want)
	}
}

// An overlay whose folder has another name is compared with what it was.
func TestDiffAgainstRenamed(t *testing.T) {
	files := fleet()
	repository(t, files)
	gitRun(t, "mv", "overlays/o3", "overlays/other")
	code, stdout, _ := run(t, "diff", "--against", "main", "overlays")
	assert.Equal(t, ExitOK, code)
	assert.Contains(t, stdout, "nothing that is applied changes")
	write(t, ".", map[string]string{"overlays/other/kustomization.yaml": files["overlays/o3/kustomization.yaml"] + "commonAnnotations: {a: b}\n"})
	code, stdout, _ = run(t, "diff", "--against", "main", "overlays")
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "== overlays/other, which was overlays/o3\n~ Pod ")
	assert.NotContains(t, stdout, "\n- ")
}
