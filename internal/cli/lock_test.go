package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// environment is an application and its database, with the function in its
// pipeline as real ones have it.
var environment = map[string]string{
	"source/kustomization.yaml": "namespace: shop\nresources: [all.yaml]\nsecretGenerator:\n- name: db\n  literals: [user=shop, password=lock-sentinel]\n",
	"source/all.yaml": `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - {name: api, image: example.com/api:v1}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres}
spec:
  serviceName: postgres
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec:
      containers:
      - {name: postgres, image: "postgres:16", ports: [{name: sql, containerPort: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: postgres}
spec: {selector: {app: postgres}, ports: [{name: sql, port: 5432}]}
`,
	"pipeline/kustomization.yaml": `resources: [run]
patches:
- patch: |
    apiVersion: wealist.io/v1alpha1
    kind: FunctionRan
    metadata: {name: shop}
    $patch: delete
`,
	"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [fn.yaml]\n",
	"pipeline/run/fn.yaml": `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: shop
  annotations:
    config.kubernetes.io/function: "exec: {path: krm-validate}"
spec:
  receipt: true
  connections:
    database:
      engine: postgresql
      service: {name: postgres}
      database: shop
      credentials: {secret: db, usernameKey: user, passwordKey: password}
      into:
      - workload: {kind: Deployment, name: api}
        variables: {DATABASE_URL: url}
`,
}

// edit replaces text in a file of a tree.
func edit(t *testing.T, file, old, new string) {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(content), old)
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(content), old, new)), 0o644))
}

func stock(dir string) (string, error) {
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified
	m, err := krusty.MakeKustomizer(o).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return "", err
	}
	text, err := m.AsYaml()
	return string(text), err
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, environment)

	code, out, stderr := run(t, "lock", "--check", dir)
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Contains(t, out, "krm-validate lock "+dir)
	assert.NoDirExists(t, filepath.Join(dir, "lock"))

	code, out, stderr = run(t, "lock", dir)
	require.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, dir+": lock written\n", out)
	code, out, _ = run(t, "lock", "--check", dir)
	assert.Equal(t, ExitOK, code)
	assert.Equal(t, dir+": lock is up to date\n", out)
	_, out, _ = run(t, "lock", dir)
	assert.Equal(t, dir+": lock is up to date\n", out)

	_, want, _ := run(t, "build", filepath.Join(dir, "pipeline"))
	got, err := stock(dir)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Contains(t, got, "@postgres.shop.svc.cluster.local:5432/shop")
	for name, text := range contents(t, filepath.Join(dir, "lock")) {
		assert.NotContains(t, text, "lock-sentinel", name)
	}
}

// A source that needs a flag of kustomize build is locked with that flag.
func TestLockTakesTheFlagsOfBuilds(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, environment)
	require.NoError(t, os.Rename(filepath.Join(dir, "source", "all.yaml"), filepath.Join(dir, "all.yaml")))
	edit(t, filepath.Join(dir, "source", "kustomization.yaml"), "all.yaml", "../all.yaml")

	code, _, stderr := run(t, "lock", dir)
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "../all.yaml is outside the directory")
	code, _, stderr = run(t, "lock", "--load-restrictor=LoadRestrictionsNone", dir)
	require.Equal(t, ExitOK, code, stderr)
	code, _, stderr = run(t, "lock", "--check", "--load-restrictor=LoadRestrictionsNone", dir)
	require.Equal(t, ExitOK, code, stderr)
}

// What the function computed values from is guarded, also where it does not
// show in them.
func TestLockGuardsWhatTheFunctionRead(t *testing.T) {
	for _, tc := range []struct{ file, old, new, fails string }{
		{"source/all.yaml", "port: 5432", "port: 5433", "/spec/ports/0/port"},
		{"source/all.yaml", "name: sql, port", "name: admin, port", "/spec/ports/0/name"},
		{"source/all.yaml", "kind: Service\nmetadata: {name: postgres}", "kind: Service\nmetadata: {name: db}", "no matches for Id Service"},
		{"source/all.yaml", "name: api, image", "name: web, image", "/spec/template/spec/containers/0/name"},
		{"source/kustomization.yaml", "name: db", "name: credentials", "no matches for Id Secret"},
	} {
		t.Run(tc.new, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, environment)
			code, _, stderr := run(t, "lock", dir)
			require.Equal(t, ExitOK, code, stderr)
			edit(t, filepath.Join(dir, filepath.FromSlash(tc.file)), tc.old, tc.new)
			_, err := stock(dir)
			require.ErrorContains(t, err, tc.fails)
			code, _, _ = run(t, "lock", "--check", dir)
			assert.NotEqual(t, ExitOK, code)
		})
	}
}

func TestLockKeepsItsHandsOff(t *testing.T) {
	t.Run("findings", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, environment)
		edit(t, filepath.Join(dir, "pipeline", "run", "fn.yaml"), "service: {name: postgres}", "service: {name: postgress}")
		code, _, stderr := run(t, "lock", dir)
		assert.Equal(t, ExitFindings, code)
		assert.Contains(t, stderr, "postgress")
		assert.Contains(t, stderr, "its lock stays as it is")
		assert.NoDirExists(t, filepath.Join(dir, "lock"))
	})
	t.Run("edited", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, environment)
		code, _, _ := run(t, "lock", dir)
		require.Equal(t, ExitOK, code)
		edit(t, filepath.Join(dir, "lock", "kustomization.yaml"), "5432", "6543")
		code, out, _ := run(t, "lock", "--check", dir)
		assert.Equal(t, ExitFindings, code)
		assert.Contains(t, out, "edited by hand")
		assert.Contains(t, out, "krm-validate lock --force "+dir)
		code, _, stderr := run(t, "lock", dir)
		assert.Equal(t, ExitFailure, code)
		assert.Contains(t, stderr, "--force")
		code, _, _ = run(t, "lock", "--force", dir)
		assert.Equal(t, ExitOK, code)
		code, _, _ = run(t, "lock", "--check", dir)
		assert.Equal(t, ExitOK, code)
	})
	t.Run("one of two fails", func(t *testing.T) {
		dir := t.TempDir()
		good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
		write(t, good, environment)
		write(t, bad, environment)
		edit(t, filepath.Join(bad, "source", "kustomization.yaml"), "all.yaml", "missing.yaml")
		code, out, stderr := run(t, "lock", bad, good)
		assert.Equal(t, ExitFailure, code)
		assert.Contains(t, stderr, "missing.yaml")
		assert.Equal(t, good+": lock written\n", out)
		assert.NoDirExists(t, filepath.Join(bad, "lock"))
	})
}

func TestLockFindsEnvironments(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	code, _, stderr := run(t, "lock", "--check")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "no environment in or below this directory")

	write(t, filepath.Join(dir, "overlays", "dev"), environment)
	write(t, filepath.Join(dir, "overlays", "prod"), environment)
	code, out, stderr := run(t, "lock")
	require.Equal(t, ExitOK, code, stderr)
	assert.Equal(t, filepath.Join("overlays", "dev")+": lock written\n"+filepath.Join("overlays", "prod")+": lock written\n", out)
}
