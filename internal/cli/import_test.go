package cli

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copies are the manifests of two environments.
var copies = map[string]string{
	"k8s-dev/web.yaml":  "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: dev}\nspec: {type: NodePort}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: dev}\nstringData: {TOKEN: for-dev-only}\n",
	"k8s-prod/web.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: prod}\nspec: {type: LoadBalancer}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: prod}\nstringData: {TOKEN: for-prod-only}\n",
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, copies)
	write(t, dir, map[string]string{".gitignore": "*.log"})
	t.Chdir(dir)
	args := []string{"import", "--env", "dev=k8s-dev", "--env", "prod=k8s-prod"}

	code, stdout, stderr := run(t, append(args, "--dry-run")...)
	require.Equal(t, ExitOK, code, stderr)
	assert.Contains(t, stdout, "--- overlays/prod/kustomization.yaml\n")
	assert.Contains(t, stdout, "--- overlays/prod/secrets/web.env\n(not shown; it has TOKEN)\n")
	assert.NotContains(t, stdout, "-only")
	assert.NoDirExists(t, "base")

	code, stdout, stderr = run(t, args...)
	require.Equal(t, ExitOK, code, stderr)
	assert.Contains(t, stdout, "overlays/dev builds to the 2 objects of dev, 1 of them from the base; kustomize v5.8.2 says the same\n")
	assert.Contains(t, stdout, "secret, and ignored by git: overlays/dev/secrets/web.env (TOKEN)\n")
	assert.Equal(t, "TOKEN=for-prod-only\n", readFile(t, "overlays/prod/secrets/web.env"))
	assert.Equal(t, "*.log\n/overlays/**/secrets/\n", readFile(t, ".gitignore"))
	info, err := os.Stat("overlays/prod/secrets/web.env")
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// Once more: nothing to do.
	code, stdout, stderr = run(t, args...)
	require.Equal(t, ExitOK, code, stderr)
	assert.Contains(t, stdout, "files are there already\n")

	// What is there is not replaced without a word.
	write(t, dir, map[string]string{"base/service.yaml": "mine\n", "base/other.yaml": "mine too\n"})
	code, _, stderr = run(t, args...)
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stderr, "nothing is written: base/service.yaml, base/other.yaml\n")
	assert.Equal(t, "mine\n", readFile(t, "base/service.yaml"))
	code, _, stderr = run(t, append(args, "--force")...)
	require.Equal(t, ExitOK, code, stderr)
	assert.Contains(t, readFile(t, "base/service.yaml"), "kind: Service")
}

func TestImportStdin(t *testing.T) {
	t.Chdir(t.TempDir())
	stdout, stderr := piped(t, copies["k8s-prod/web.yaml"], "import", "-e", "prod=-", "--new-env", "dev", "--secrets", "external-secret", "-o", "deploy")
	require.Empty(t, stderr)
	assert.Contains(t, stdout, "dev: made of prod")
	assert.Contains(t, readFile(t, "deploy/overlays/dev/web-external-secret.yaml"), "key: dev/web\n")
	assert.Contains(t, readFile(t, "deploy/overlays/dev/kustomization.yaml"), "namespace: dev\n")
	assert.NoFileExists(t, "deploy/.gitignore")
}

// TestImportRefuses says what is wrong, and writes nothing.
func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, copies)
	write(t, dir, map[string]string{
		"kustomized/kustomization.yaml": "resources: []\n", "chart/Chart.yaml": "name: x\n", "empty/readme.txt": "",
		"broken/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata: {a: b}\nspec: [\n",
		// kustomize would repair the reference, and so change it
		"ref-dev/a.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a-dev}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p-dev}\nspec: {containers: [{name: c, envFrom: [{configMapRef: {name: a}}]}]}\n",
		"ref-prod/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a-prod}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p-prod}\nspec: {containers: [{name: c, envFrom: [{configMapRef: {name: a}}]}]}\n",
	})
	t.Chdir(dir)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, ExitFailure, "which environments are there?"},
		{[]string{"--env", "dev"}, ExitFailure, "where are its manifests?"},
		{[]string{"--env", "dev="}, ExitFailure, "there is no path behind ="},
		{[]string{"--env", "Dev=k8s-dev"}, ExitFailure, "is no name for an environment"},
		{[]string{"--env", "dev=k8s-dev", "k8s-prod"}, ExitFailure, "every environment has a path of its own"},
		{[]string{"--env", "dev=-", "--env", "prod=-"}, ExitFailure, "stdin can be one environment only"},
		{[]string{"--env", "dev=k8s-dev", "--new-env", "dev"}, ExitFailure, "there is one of that name already"},
		{[]string{"--env", "dev=k8s-dev", "--secrets", "vault"}, ExitFailure, "external-secret"},
		{[]string{"--env", "dev=gone"}, ExitFailure, "gone"},
		{[]string{"--env", "dev=empty"}, ExitFailure, "no Kubernetes objects in empty"},
		{[]string{"--env", "dev=kustomized"}, ExitFailure, "krm-validate init"},
		{[]string{"--env", "dev=chart"}, ExitFailure, "helm template"},
		{[]string{"--env", "dev=broken"}, ExitFailure, "broken/a.yaml:"},
		{[]string{"--env", "dev=ref-dev", "--env", "prod=ref-prod"}, ExitFindings, "nothing is written"},
	} {
		code, stdout, stderr := run(t, append([]string{"import"}, c.args...)...)
		assert.Equal(t, c.code, code, "%s", c.args)
		assert.Contains(t, stderr, c.want, "%s", c.args)
		if c.code == ExitFindings {
			assert.Contains(t, stdout, "configMapRef.name: a\n")
		}
		assert.NoDirExists(t, "base")
		assert.NoDirExists(t, "overlays")
		left, err := filepath.Glob(".krm-validate-*")
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

// TestImportKilled: after whichever file a run was killed, the next one ends as if
// there had been none.
func TestImportKilled(t *testing.T) {
	type step struct { // of the journal of package atomicfile
		Path, Fresh, Old, Sum string
	}
	t.Chdir(t.TempDir())
	write(t, ".", copies)
	args := []string{"import", "--env", "dev=k8s-dev", "--env", "prod=k8s-prod"}
	code, _, stderr := run(t, args...)
	require.Equal(t, ExitOK, code, stderr)
	want := allFiles(t, ".")
	var journal []step
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if copies[name] == "" {
			journal = append(journal, step{name, fmt.Sprint("new-", len(journal)), fmt.Sprint("old-", len(journal)), fmt.Sprintf("%x", sha256.Sum256([]byte(want[name])))})
		}
	}
	require.Greater(t, len(journal), 5)
	text, err := json.Marshal(map[string][]step{"Steps": journal})
	require.NoError(t, err)
	for written := range len(journal) + 1 {
		t.Chdir(t.TempDir())
		write(t, ".", copies)
		write(t, ".", map[string]string{".krm-validate-killed/journal": string(text)})
		for i, s := range journal {
			name := s.Path
			if i >= written {
				name = ".krm-validate-killed/" + s.Fresh
			}
			write(t, ".", map[string]string{name: want[s.Path]})
		}
		code, _, stderr := run(t, args...)
		require.Equal(t, ExitOK, code, stderr)
		assert.Equal(t, want, allFiles(t, "."), "killed after %d files", written)
	}
}
