package check_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// fluxRepository has an application with the variables of a Flux Kustomization.
func fluxRepository(post string) map[string]string {
	return map[string]string{
		"clusters/prod/apps.yaml":      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  interval: 10m\n  prune: true\n  path: ./apps/prod\n  sourceRef: {kind: GitRepository, name: flux-system}\n  postBuild:\n" + post,
		"clusters/prod/vars.yaml":      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {database: shop-database, replicas: '3'}\n",
		"apps/prod/kustomization.yaml": "resources: [web.yaml]\n",
		"apps/prod/web.yaml": `apiVersion: v1
kind: Service
metadata: {name: shop-database, namespace: shop}
spec: {ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas:=2}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1.0.0
        resources: {limits: {memory: 64Mi}}
        env:
        - {name: DATABASE_HOST, value: "${database:=shop-database}"}
`,
	}
}

func messages(t *testing.T, files map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput()
	require.NoError(t, err, "%s", out)
	trees, err := check.Find([]string{filepath.Join(dir, "apps", "prod")}, check.FindOptions{})
	require.NoError(t, err)
	rep := check.Run(t.Context(), trees, check.Options{})
	require.Empty(t, rep.Unread)
	var all []string
	for _, f := range rep.Findings {
		all = append(all, f.Sentence())
	}
	return all
}

// What Flux puts in is what is checked.
func TestFluxValues(t *testing.T) {
	const typo = `host "shop-databse": there is no Service "shop-databse" in namespace "shop"; did you mean "shop-database"?`
	const number = "replicas"
	for name, c := range map[string]struct{ post, want string }{
		"a right value":                {"    substitute: {database: shop-database}\n", ""},
		"a wrong value":                {"    substitute: {database: shop-databse}\n", typo},
		"of a ConfigMap":               {"    substituteFrom: [{kind: ConfigMap, name: vars}]\n", ""},
		"substitute comes last":        {"    substitute: {database: shop-databse}\n    substituteFrom: [{kind: ConfigMap, name: vars}]\n", typo},
		"a default":                    {"    substitute: {other: x}\n", ""},
		"no number":                    {"    substitute: {replicas: many}\n", number},
		"a Secret that is not here":    {"    substituteFrom: [{kind: Secret, name: gone}]\n", ""},
		"a value of the one who plans": {"    substitute: {database: '${ENV}-databse'}\n", ""},
	} {
		got := messages(t, fluxRepository(c.post))
		if c.want == "" {
			assert.Empty(t, got, name)
			continue
		}
		require.Len(t, got, 1, name)
		assert.Contains(t, got[0], c.want, name)
	}
}

// What becomes the value of a Secret is printed nowhere.
func TestFluxValuesOfSecrets(t *testing.T) {
	files := fluxRepository("    substitute: {database: shop-databse}\n")
	files["apps/prod/web.yaml"] += "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop, namespace: shop}\nstringData: {password: \"${database}\"}\n"
	got := messages(t, files)
	require.Len(t, got, 1)
	assert.NotContains(t, got[0], "databse")
}

// Two clusters with two values: nobody knows which.
func TestFluxValuesOfTwoClusters(t *testing.T) {
	files := fluxRepository("    substitute: {database: shop-databse}\n")
	other := fluxRepository("    substitute: {database: shop-database}\n")
	maps.Copy(files, map[string]string{"clusters/dev/apps.yaml": other["clusters/prod/apps.yaml"]})
	assert.Empty(t, messages(t, files))
}
