//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder writes a program that says how it was called, and with what on stdin,
// and ends with a code; make e2e has kubectl itself.
func recorder(t *testing.T, code string) (file, log string) {
	t.Helper()
	dir := t.TempDir()
	file, log = filepath.Join(dir, "kubectl"), filepath.Join(dir, "log")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n{ printf '%s\\n' \"$*\"; cat; } > '"+log+"'\necho done; exit "+code+"\n"), 0o755))
	return file, log
}

func shop(t *testing.T, secret string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"kustomization.yaml": "resources: [a.yaml]\n",
		"a.yaml":             "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-database}\nstringData: {p: sentinel-4711}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: example.com/api:1, resources: {limits: {memory: 1Gi}}, envFrom: [{secretRef: {name: " + secret + "}}]}]}\n",
	})
	return dir
}

func TestApplyHandsOver(t *testing.T) {
	dir := shop(t, "shop-database")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"plain":     {[]string{"apply", "-k", dir}, "apply --server-side=true -f - --field-manager=kubectl"},
		"elsewhere": {[]string{"apply", "-k", dir, "--context", "prod", "--kubeconfig", "x", "-n", "shop", "--force-conflicts"}, "apply --server-side=true -f - --field-manager=kubectl --force-conflicts --namespace=shop --context=prod --kubeconfig=x"},
		"more":      {[]string{"apply", "-k", dir, "--dry-run=server", "--", "--prune", "-l", "a=b"}, "apply --server-side=true -f - --field-manager=kubectl --dry-run=server --prune -l a=b"},
		"last":      {[]string{"apply", "-k", dir, "--context", "prod", "-n", "shop", "--", "--selector"}, "apply --server-side=true -f - --field-manager=kubectl --namespace=shop --context=prod --selector"},
		"client":    {[]string{"apply", "-k", dir, "--dry-run=client"}, "apply -f - --dry-run=client"},
		"diff":      {[]string{"diff", "-k", dir, "--", "--show-managed-fields"}, "diff --server-side=true -f - --show-managed-fields"},
	} {
		kubectl, log := recorder(t, "0")
		code, stdout, stderr := run(t, append([]string{c.args[0], "--kubectl", kubectl}, c.args[1:]...)...)
		require.Equal(t, ExitOK, code, name+stderr)
		assert.Equal(t, "done\n", stdout, name)
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		call, stdin, _ := strings.Cut(string(text), "\n")
		assert.Equal(t, c.want, call, name)
		_, built, _ := run(t, "build", "-k", dir)
		assert.Equal(t, built, stdin, name)
	}
}

func TestApplyCallsNobodyWhenSomethingIsWrong(t *testing.T) {
	dir := shop(t, "shop-databse")
	for _, command := range []string{"apply", "diff"} {
		kubectl, log := recorder(t, "0")
		code, stdout, stderr := run(t, command, "-k", dir, "--kubectl", kubectl)
		assert.Equal(t, ExitFindings, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, `did you mean "shop-database"?`)
		assert.NoFileExists(t, log)
	}
	for want, args := range map[string][]string{
		"kubectl-gone cannot be run":                     {"apply", "-k", dir, "--kubectl", "kubectl-gone"},
		"no such file":                                   {"apply", "-k", filepath.Join(dir, "gone"), "--kubectl", "sh"},
		"is no directory":                                {"apply", "-k", filepath.Join(dir, "a.yaml"), "--kubectl", "sh"},
		"no kustomization and no .yaml":                  {"apply", "-k", t.TempDir(), "--kubectl", "sh"},
		"the kustomization is named with -k":             {"apply", "-k", dir, dir},
		`required flag(s) "kustomize" not set`:           {"apply"},
		"--dry-run=yes: expected none, server or client": {"apply", "-k", dir, "--dry-run", "yes"},
		"one of the two":                                 {"build", "-k", dir, dir},
		"--context: it is for -k":                        {"diff", dir, dir, "--context", "prod"},
	} {
		code, _, stderr := run(t, args...)
		assert.Equal(t, ExitFailure, code, want)
		assert.Contains(t, stderr, want)
		assert.LessOrEqual(t, strings.Count(stderr, "\n"), 2, stderr)
	}
}

func TestApplyHasKubectlsFailures(t *testing.T) {
	dir := shop(t, "shop-database")
	for _, c := range []struct {
		command, code string
		want          int
		stderr        string
	}{
		{"apply", "1", ExitFailure, "kubectl apply ended with exit code 1"},
		{"diff", "1", ExitFindings, ""}, // differences
		{"diff", "2", ExitFailure, "kubectl diff ended with exit code 2"},
	} {
		kubectl, _ := recorder(t, c.code)
		code, _, stderr := run(t, c.command, "-k", dir, "--kubectl", kubectl)
		assert.Equal(t, c.want, code)
		assert.Contains(t, stderr, c.stderr)
	}
}

func TestCalledAs(t *testing.T) {
	for name, want := range map[string][]string{
		"/usr/bin/krm-validate":                  {"x"},
		"krm-validate-post-renderer":             {"post-render", "x"},
		"./krm-validate-post-renderer.exe":       {"post-render", "x"},
		"/opt/krew/bin/kubectl-krm_validate":     {"x"},
		"/usr/bin/kubectl_complete-krm_validate": {"__complete", "x"},
	} {
		assert.Equal(t, want, calledAs([]string{name, "x"}), name)
	}
}

func TestArgoCD(t *testing.T) {
	t.Setenv(kubeVersion, "v1.33.2+k3s1")
	for name, c := range map[string]struct {
		dir, discovered, stdout string
		code                    int
		stderr                  string
	}{
		"a pipeline": {filepath.Join(repo, "overlays", "prod", "pipeline"), "krm-validate\n", "\nkind: Ingress\n", ExitOK, ""},
		"a lock":     {filepath.Join(repo, "overlays", "prod"), "", "\nkind: Ingress\n", ExitOK, ""},
		"incident 4": {filepath.Join(repo, "testdata", "incidents", "4-database-unreachable"), "krm-validate\n", "", ExitFindings, `kustomization.yaml:13: host "postgress-service.postgresql-dev.svc.cluster.local": there is no Service`},
		"a secret":   {shop(t, "shop-databse"), "", "", ExitFindings, `did you mean "shop-database"? [secret-not-found]` + "\n"},
		"no build":   {t.TempDir(), "", "", ExitFailure, "no kustomization and no .yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(c.dir)
			code, stdout, stderr := run(t, "argocd", "discover")
			assert.Equal(t, ExitOK, code, stderr)
			assert.Equal(t, c.discovered, stdout)
			code, stdout, stderr = run(t, "argocd", "generate")
			assert.Equal(t, c.code, code, stderr)
			assert.Contains(t, stdout, c.stdout)
			assert.Contains(t, stderr, c.stderr)
			assert.LessOrEqual(t, strings.Count(stderr, "\n"), 3, stderr)
			assert.NotContains(t, stderr, "sentinel-4711")
			if code != ExitOK {
				assert.Empty(t, stdout)
			}
		})
	}
}

func TestReleaseOf(t *testing.T) {
	for version, want := range map[string]string{"v1.33.2+k3s1": "1.33", "1.33+": "1.33", "v1.33.4-eks-abcdef0": "1.33", "1.33": "1.33", "": "", "newest": ""} {
		assert.Equal(t, want, releaseOf(version), version)
	}
}

func TestArgoCDParameters(t *testing.T) {
	t.Chdir(shop(t, "elsewhere"))
	t.Setenv(paramUnresolved, "warning")
	code, _, stderr := run(t, "argocd", "generate")
	assert.Equal(t, ExitOK, code, stderr)
	t.Setenv(paramUnresolved, "no")
	_, _, stderr = run(t, "argocd", "generate")
	assert.Contains(t, stderr, "--unresolved=no: expected error, warning or ignore")
	t.Setenv(paramUnresolved, "")
	t.Setenv(paramVersion, "new")
	_, _, stderr = run(t, "argocd", "generate")
	assert.Contains(t, stderr, `parameter kubernetes-version "new": expected a release of Kubernetes`)
}
