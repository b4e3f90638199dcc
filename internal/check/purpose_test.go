package check_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestWhatPathsSay: an error is a mistake in what somebody applies.
func TestWhatPathsSay(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	for path, want := range map[string]finding.Severity{
		"api.yaml":                        finding.Error,
		"k8s/attestation/api.yaml":        finding.Error, // no test
		"k8s/failover/api.yaml":           finding.Error,
		"k8s/badger/api.yaml":             finding.Error,
		"k8s/test-api.yaml":               finding.Error,
		"test/api.yaml":                   finding.Warning,
		"internal/e2e/manifests/api.yaml": finding.Warning,
		"hack/conformance-tests/api.yaml": finding.Warning,
		"k8s/overlays/test/api.yaml":      finding.Error, // an environment
		"stages/testing/api.yaml":         finding.Error,
		"deprecated/api.yaml":             finding.Warning,
		"k8s/_archive/api.yaml":           finding.Warning,
		"docs/snippets/api.yaml":          finding.Warning,
		"pruning/images-pre-4.6/api.yaml": finding.Warning,
		"k8s/api.template.yaml":           finding.Warning,
		"hack/skeleton/api.yaml":          finding.Warning,
		"apps/template/api.yaml":          finding.Error, // an app of that name, or a chart's
		"k8s/prefetch-4.6/api.yaml":       finding.Error,
		"cases/invalid/api.yaml":          finding.Note,
		"cases/bad-service.yaml":          finding.Note,
		"cases/invalidPort.yaml":          finding.Note,
		"cases/badservice01.yaml":         finding.Note,
	} {
		dir := tree(t, map[string]string{path: text})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), path)
		assert.Equal(t, finding.Error, severityOf(t, "unknown-field", filepath.Join(dir, path)), "%s by itself", path)
	}
	for sibling, want := range map[string]finding.Severity{
		"test/notes.md":            finding.Warning,
		"prod/kustomization.yaml":  finding.Error,
		"staging/notes.md":         finding.Error,
		"production/other/file.md": finding.Error,
	} {
		dir := tree(t, map[string]string{"test/api.yaml": text, sibling: ""})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), sibling)
	}
}

// TestWhatPathsSayOfKustomizations: what one reaches that is applied is applied too.
func TestWhatPathsSayOfKustomizations(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	const old = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: shop}\nspec: {rules: [{host: a.example.com}]}\n"
	for _, c := range []struct {
		root, file string
		want, gone finding.Severity
	}{
		{"overlays/prod", "legacy/api.yaml", finding.Error, finding.Error},
		{"overlays/prod", "base/bad-gateway/api.yaml", finding.Error, finding.Error},
		{"overlays/prod", "test/api.yaml", finding.Error, finding.Error},
		{"overlays/test", "base/old/api.yaml", finding.Error, finding.Error}, // an environment
		{"overlays/prod", "base/1.18/ingress-v1beta1.yaml", finding.Error, finding.Error},
		{"deploy/k8s-1.18", "base/api.yaml", finding.Error, finding.Warning},
		{"e2e/broken", "base/api.yaml", finding.Error, finding.Error},
		{"e2e/setup", "e2e/api.yaml", finding.Warning, finding.Warning},
		{"cases/invalid", "cases/invalid/api.yaml", finding.Note, finding.Note},
	} {
		up, err := filepath.Rel(c.root, c.file)
		require.NoError(t, err)
		dir := tree(t, map[string]string{c.root + "/kustomization.yaml": kustomization + "- " + filepath.ToSlash(up) + "\n", c.file: text + "---\n" + old})
		assert.Equal(t, c.want, severityOf(t, "unknown-field", dir), "%s with %s", c.root, c.file)
		assert.Equal(t, c.gone, severityOf(t, "api-removed", dir), "%s with %s", c.root, c.file)
	}
	named := tree(t, map[string]string{"kustomization.yaml": kustomization + "- legacy/api.yaml\n", "legacy/api.yaml": text})
	assert.Equal(t, finding.Error, severityOf(t, "unknown-field", named), "named by itself")
	stages := tree(t, map[string]string{
		"overlays/dev/kustomization.yaml": kustomization + "- api.yaml\n", "overlays/dev/api.yaml": strings.Replace(old, "v1beta1", "v1", 1),
		"overlays/prod/kustomization.yaml": kustomization + "- api.yaml\n", "overlays/prod/api.yaml": old,
	})
	assert.Equal(t, finding.Error, severityOf(t, "api-removed", stages), "another stage has it")
}

// TestSetSeveritiesStay, whatever a path says.
func TestSetSeveritiesStay(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	cfg := &config.ConfigPipeline{Spec: config.Spec{Validate: &config.Validate{Rules: map[string]finding.Severity{"unknown-field": finding.Error}}}}
	for _, files := range []map[string]string{
		{"invalid/api.yaml": text},
		{"invalid/api.yaml": text, "invalid/kustomization.yaml": kustomization + "- api.yaml\n"},
	} {
		dir := tree(t, files)
		assert.Equal(t, finding.Note, severityOf(t, "unknown-field", dir))
		assert.Equal(t, 1, finding.Count(run(t, check.Options{Config: cfg}, dir).Findings, finding.Error))
	}
}

// TestBlanks: who writes a field without a value leaves it for others to fill in.
func TestBlanks(t *testing.T) {
	container := func(image string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{" + image + ", image: a:1}]}\n"
	}
	for text, want := range map[string]finding.Severity{container("name: "): finding.Warning, container("command: [a]"): finding.Error} {
		dir := tree(t, map[string]string{"api.yaml": text})
		assert.Equal(t, want, severityOf(t, "required-field-missing", dir), text)
		assert.Equal(t, finding.Error, severityOf(t, "required-field-missing", filepath.Join(dir, "api.yaml")), text)
	}
}

// TestReplacedReleases are kept as they were.
func TestReplacedReleases(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	for path, others := range map[string]map[string]finding.Severity{
		"catalog/1.2.0/api.yaml":  {"catalog/1.10.0/b.txt": finding.Warning, "catalog/1.1.9/b.txt": finding.Error, "catalog/next/b.txt": finding.Error},
		"catalog/v0.9/api.yaml":   {"catalog/v1.0/b.txt": finding.Warning, "catalog/v0.8/b.txt": finding.Error},
		"deploy/api-1.2.yaml":     {"deploy/api-1.3.yaml": finding.Warning, "deploy/web-1.3.yaml": finding.Error},
		"apps/v1/api.yaml":        {"apps/v2/b.txt": finding.Error}, // both may be there to stay
		"clusters/eu-1/api.yaml":  {"clusters/eu-2/b.txt": finding.Error},
		"k8s/kafka-2.8/api.yaml":  {"k8s/redis-7.0/b.txt": finding.Error},
		"k8s/crds-v1.2.3/api.yml": {"k8s/crds-v1.2.4/b.txt": finding.Warning},
	} {
		for other, want := range others {
			assert.Equal(t, want, severityOf(t, "unknown-field", tree(t, map[string]string{path: text, other: ""})), "%s beside %s", path, other)
		}
	}
}

// TestAPIsForOldClusters: who keeps a file for an older release, or has the same
// object for a newer one too, has made no mistake.
func TestAPIsForOldClusters(t *testing.T) {
	ingress := func(apiVersion, name string) string {
		return "apiVersion: " + apiVersion + "\nkind: Ingress\nmetadata: {name: " + name + "}\nspec: {rules: [{host: a.example.com}]}\n"
	}
	old := ingress("networking.k8s.io/v1beta1", "shop")
	for _, c := range []struct {
		path, other, text string
		want              finding.Severity
	}{
		{"k8s/ingress.yaml", "k8s/other.yaml", ingress("networking.k8s.io/v1", "board"), finding.Error},
		{"k8s/ingress.yaml", "k8s/other.yaml", ingress("networking.k8s.io/v1", "shop"), finding.Warning},
		{"k8s/ingress.yaml", "new/kustomization.yaml", "resources: [ingress.yaml]\n", finding.Warning},
		{"k8s/ingress-v1beta1.yaml", "notes.md", "", finding.Warning},
		{"deploy/k8s-1.18/ingress.yaml", "notes.md", "", finding.Warning},
		{"deploy/1.21/ingress.yaml", "notes.md", "", finding.Warning},
		{"deploy/1.25/ingress.yaml", "notes.md", "", finding.Error},
		{"k8s/app-1.0.3/ingress.yaml", "notes.md", "", finding.Error},
	} {
		files := map[string]string{c.path: old, c.other: c.text}
		if c.other == "new/kustomization.yaml" {
			files["new/ingress.yaml"] = ingress("networking.k8s.io/v1", "shop")
		}
		assert.Equal(t, c.want, severityOf(t, "api-removed", tree(t, files)), "%s beside %s", c.path, c.other)
	}
}

// TestTemplatesOfScripts: the values in what a script completes are not there yet;
// its fields are.
func TestTemplatesOfScripts(t *testing.T) {
	secret := func(name string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {name: \"" + name + "\"}\ndata: {key: \"vault:eu:abc\"}\ndate: {}\n"
	}
	for name, want := range map[string]finding.Severity{
		"{{{APPLICATION}}}-config": finding.Warning, "%NAME%-config": finding.Warning, "@name@": finding.Warning, "__name__": finding.Warning,
		"<your-app>": finding.Warning, "app": finding.Error, "${APP}": finding.Error,
	} {
		for _, files := range []map[string]string{
			{"secret.yaml": secret(name)},
			{"base/secret.yaml": secret(name), "base/kustomization.yaml": kustomization + "- secret.yaml\n"},
		} {
			dir := tree(t, files)
			assert.Equal(t, want, severityOf(t, "data-not-base64", dir), name)
			assert.Equal(t, finding.Error, severityOf(t, "unknown-field", dir), name)
		}
	}
}

// severityOf is the severity of the worst finding of a rule.
func severityOf(t *testing.T, rule, path string) (worst finding.Severity) {
	t.Helper()
	for _, f := range run(t, check.Options{}, path).Findings {
		if f.Rule == rule {
			worst = max(worst, f.Severity)
		}
	}
	return worst
}
