package check_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFluxQuotes: quotes around a variable are no remedy where its value is a number.
func TestFluxQuotes(t *testing.T) {
	files := fluxRepository("    substitute: {database: '5432'}\n")
	files[".git/config"] = ""
	dir := tree(t, files)
	rep := run(t, check.Options{}, filepath.Join(dir, "apps", "prod"))
	var help []string
	for _, f := range rep.Findings {
		if f.Rule == "wrong-type" {
			help = append(help, f.Help)
		}
	}
	require.Len(t, help, 1)
	assert.Contains(t, help[0], "${quote}${NAME}${quote}")
}

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
		"what SOPS has encrypted":      {"    substitute: {database: 'ENC[AES256_GCM,data:Gx==,type:str]'}\n", ""},
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

// Of a folder with a kustomization Flux takes that, and nothing further down: what is
// there is built by itself, with values or without.
func TestFluxReaches(t *testing.T) {
	scripts := configMap("scripts") + "data:\n  clean.sh: |\n    #!/bin/sh\n    dir=$1\n    rm -rf ${dir}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"below a kustomization": {map[string]string{"apps/shop/kustomization.yaml": "resources: [web.yaml]\n", "apps/shop/web.yaml": configMap("web"), "apps/shop/tools/kustomization.yaml": "resources: [scripts.yaml]\n", "apps/shop/tools/scripts.yaml": scripts}, false},
		"the first one":         {map[string]string{"apps/shop/kustomization.yaml": "resources: [scripts.yaml]\n", "apps/shop/scripts.yaml": scripts}, true},
		"without one":           {map[string]string{"apps/shop/tools/scripts.yaml": scripts}, true},
		"listed":                {map[string]string{"apps/shop/kustomization.yaml": "resources: [tools]\n", "apps/shop/tools/kustomization.yaml": "resources: [scripts.yaml]\n", "apps/shop/tools/scripts.yaml": scripts}, true},
	} {
		c.files["clusters/apps.yaml"] = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  interval: 10m\n  prune: true\n  path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n  postBuild:\n    substitute: {domain: example.com}\n"
		dir := tree(t, c.files)
		out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Equal(t, c.want, slices.Contains(rulesOf(run(t, check.Options{}, dir).Findings), "script-variable-substituted"), name)
	}
}

// What is in the same file comes before what another one says of a namespace, if it has
// what is asked for.
func TestKeysOfTheSameFile(t *testing.T) {
	secret := func(namespace, key string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: cloud" + namespace + "}\nstringData: {" + key + ": x}\n---\n"
	}
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - name: web\n    image: registry.example.com/web:1.0.0\n    resources: {limits: {memory: 64Mi}}\n    env:\n    - name: ID\n      valueFrom: {secretKeyRef: {name: cloud, key: access-id}}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"its own":    {map[string]string{"keys.yaml": secret("", "access-id") + pod, "roles.yaml": secret(", namespace: shop", "role")}, false},
		"neither":    {map[string]string{"keys.yaml": secret("", "acces-id") + pod, "roles.yaml": secret(", namespace: shop", "acess-id")}, true},
		"the other":  {map[string]string{"keys.yaml": secret("", "role") + pod, "roles.yaml": secret(", namespace: shop", "access-id")}, false},
		"both in it": {map[string]string{"keys.yaml": secret("", "access-id") + secret(", namespace: shop", "role") + pod}, true},
	} {
		dir := tree(t, c.files)
		assert.Equal(t, c.want, slices.Contains(rulesOf(run(t, check.Options{}, dir).Findings), "key-not-found"), name)
	}
}
