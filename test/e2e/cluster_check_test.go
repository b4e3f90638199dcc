package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// as runs one of our programs with a kubeconfig and the others on its PATH, and
// returns its exit code.
func as(t *testing.T, kubeconfig, program string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(control.bin, program), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "PATH="+control.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

const shop = `apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: look}
data: {A: b}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: look}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1.0.0
        resources: {limits: {memory: 64Mi}, requests: {memory: 64Mi}}
        envFrom:
        - configMapRef: {name: web}
        - secretRef: {name: web-made-by-hand}
        - secretRef: {name: web-nowhere}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: look}
spec: {}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: web, namespace: look}
`

func tree(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("resources: [shop.yaml]\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "shop.yaml"), []byte(text), 0o600))
	return dir
}

// TestCheckCluster looks things up as somebody who may do what docs/gitops.md says
// suffices, and nothing else.
func TestCheckCluster(t *testing.T) {
	admin := client{t, filepath.Join(control.bin, "kubectl")}
	admin.must("apply", "-f", "testdata/externalsecret-crd.yaml")
	admin.must("wait", "--for=condition=Established", "--timeout=60s", "crd/externalsecrets.external-secrets.io")
	admin.must("create", "namespace", "look")
	t.Cleanup(func() { admin.run(nil, "delete", "namespace", "look", "--wait=false") })
	const password = "sentinel-4711"
	admin.must("create", "secret", "generic", "web-made-by-hand", "-n", "look", "--from-literal=p="+password)
	admin.must("apply", "-f", filepath.Join(repository, "integrations", "cluster", "reader.yaml"))
	admin.must("create", "serviceaccount", "reader", "-n", "look")
	admin.must("create", "serviceaccount", "nobody", "-n", "look")
	admin.must("create", "clusterrolebinding", "reader-look", "--clusterrole=krm-validate-reader", "--serviceaccount=look:reader")
	t.Cleanup(func() { admin.run(nil, "delete", "clusterrolebinding", "reader-look") })

	require.Eventually(t, func() bool { // the server has read the binding
		code, _ := admin.run(nil, "auth", "can-i", "get", "secrets", "-n", "look", "--as=system:serviceaccount:look:reader")
		return code == 0
	}, time.Minute, 100*time.Millisecond)

	dir := tree(t, shop)
	kubeconfig := func(account string) string {
		file := filepath.Join(t.TempDir(), "kubeconfig")
		text, err := os.ReadFile(control.kubeconfig)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, text, 0o600))
		token := admin.must("create", "token", account, "-n", "look")
		c := exec.Command(admin.file, "config", "set-credentials", "admin", "--token="+token)
		c.Env = append(os.Environ(), "KUBECONFIG="+file)
		require.NoError(t, c.Run())
		return file
	}
	for _, account := range []string{"admin", "reader"} {
		file := control.kubeconfig
		if account != "admin" {
			file = kubeconfig(account)
		}
		code, out, errs := as(t, file, "krm-validate", "check", "--cluster", "--context", "e2e", dir)
		assert.Equal(t, 1, code, account)
		assert.NotContains(t, out, "web-made-by-hand", account)
		assert.Contains(t, out, `Secret "web-nowhere" in namespace "look" is not in this build, and not in cluster e2e`, account)
		assert.Contains(t, out, "cluster e2e does not serve example.com/v1 Widget", account)
		assert.NotContains(t, out, "does not serve external-secrets.io", account)
		assert.Contains(t, errs, "Of what is not in the trees cluster e2e has 1, and does not have 1", account)
		assert.NotContains(t, errs, "Not looked up", account)
		assert.NotContains(t, out+errs, password)
	}

	// Who may not look is told so, and gets what check says without a cluster.
	code, out, errs := as(t, kubeconfig("nobody"), "krm-validate", "check", "--cluster", dir)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, `Secret "web-made-by-hand" in namespace "look" is not in this build`)
	assert.Contains(t, errs, `secrets "web-made-by-hand" is forbidden`)
	assert.Contains(t, errs, "docs/gitops.md has the ClusterRole that suffices")

	code, _, errs = as(t, control.kubeconfig, "krm-validate", "check", "--cluster", "--context", "gone", dir)
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, `context gone`)
}

// TestApply applies through the plugin of kubectl, and refuses what is wrong.
func TestApply(t *testing.T) {
	plugin := filepath.Join(control.bin, "kubectl-krm_validate")
	_ = os.Remove(plugin)
	require.NoError(t, os.Symlink("krm-validate", plugin))
	admin := client{t, filepath.Join(control.bin, "kubectl")}
	admin.must("create", "namespace", "look-apply")
	t.Cleanup(func() { admin.run(nil, "delete", "namespace", "look-apply", "--wait=false") })
	call := func(args ...string) (int, string, string) {
		t.Helper()
		return as(t, control.kubeconfig, "kubectl", append([]string{"krm-validate"}, args...)...)
	}
	const sound = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config, namespace: look-apply}\ndata: {A: b}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: look-apply}\nspec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'registry.example.com/web:1.0.0', resources: {limits: {memory: 64Mi}}, envFrom: [{configMapRef: {name: web-config}}]}]}}}\n"
	dir := tree(t, sound)

	code, out, errs := call("diff", "-k", dir)
	assert.Equal(t, 1, code, errs)
	assert.Contains(t, out, "+  A: b")
	code, out, errs = call("apply", "-k", dir, "--dry-run=server")
	require.Zero(t, code, errs)
	assert.Contains(t, out, "configmap/web-config serverside-applied (server dry run)")
	code, out, errs = call("apply", "-k", dir)
	require.Zero(t, code, errs)
	assert.Contains(t, out, "deployment.apps/web serverside-applied")
	code, out, errs = call("diff", "-k", dir)
	assert.Zero(t, code, out+errs)

	broken := tree(t, string(bytes.ReplaceAll([]byte(sound), []byte("configMapRef: {name: web-config}"), []byte("configMapRef: {name: web-confg}"))))
	code, out, errs = call("apply", "-k", broken)
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, `did you mean "web-config"?`)
}
