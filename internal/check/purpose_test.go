package check_test

import (
	"fmt"
	"path/filepath"
	"slices"
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
		"api.yaml":                         finding.Error,
		"k8s/attestation/api.yaml":         finding.Error, // no test
		"k8s/failover/api.yaml":            finding.Error,
		"k8s/badger/api.yaml":              finding.Error,
		"k8s/test-api.yaml":                finding.Error,
		"test/api.yaml":                    finding.Warning,
		"internal/e2e/manifests/api.yaml":  finding.Warning,
		"hack/conformance-tests/api.yaml":  finding.Warning,
		"k8s/overlays/test/api.yaml":       finding.Error, // an environment
		"stages/testing/api.yaml":          finding.Error,
		"integrationtests/api.yaml":        finding.Warning,
		"pkg/testutils/inputs/api.yaml":    finding.Warning,
		"k8s/loadtest/api.yaml":            finding.Error, // a program
		"k8s/contest/api.yaml":             finding.Error,
		"cmd/_testdata/api.yaml":           finding.Note, // no cluster reads it,
		"evidence/release/api.yaml":        finding.Note, // what was recorded,
		"pkg/testsuite/api.yaml":           finding.Warning,
		"web/__mocks__/api.yaml":           finding.Note,
		"deprecated/api.yaml":              finding.Warning,
		"k8s/_archive/api.yaml":            finding.Warning,
		"docs/snippets/api.yaml":           finding.Warning,
		"pruning/images-pre-4.6/api.yaml":  finding.Warning,
		"k8s/api.template.yaml":            finding.Warning,
		"k8s/api.example.yaml":             finding.Warning, // to be copied
		"backups/api_20251226_100032.yaml": finding.Note,
		"backups/api-2024-02-03.yaml":      finding.Error, // no time of a day
		"k8s/api_20240299.yaml":            finding.Error,
		"k8s/example-api.yaml":             finding.Error,
		"hack/skeleton/api.yaml":           finding.Warning,
		"apps/template/api.yaml":           finding.Error, // an app of that name, or a chart's
		"k8s/prefetch-4.6/api.yaml":        finding.Error,
		"cases/invalid/api.yaml":           finding.Note,
		"cases/bad-service.yaml":           finding.Note,
		"cases/invalidPort.yaml":           finding.Note,
		"cases/badservice01.yaml":          finding.Note,
		"policy/tests/reject-port.yaml":    finding.Note,
		"image_pull_backoff/api.yaml":      finding.Note,
		"demos/CrashLoopBackOff/api.yaml":  finding.Note,
		"examples/shop/faults/api.yaml":    finding.Note,
		"demos/oomkilled/api.yaml":         finding.Note,
		"k8s/backoffice/api.yaml":          finding.Error,
	} {
		dir := tree(t, map[string]string{path: text})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), path)
		assert.Equal(t, finding.Error, severityOf(t, "unknown-field", filepath.Join(dir, path)), "%s by itself", path)
	}
	const budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: api}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: api}}}\n"
	for folder, want := range map[string]finding.Severity{"openshift3.11": finding.Note, "config/ocp311": finding.Note, "openshift4": finding.Error} {
		assert.Equal(t, want, severityOf(t, "api-removed", tree(t, map[string]string{folder + "/api.yaml": budget})), folder)
	}
	for later, want := range map[string]finding.Severity{"api_k8s_1.25.yaml": finding.Note, "api-1.24.yaml": finding.Error, "api2.yaml": finding.Error} {
		assert.Equal(t, want, severityOf(t, "api-removed", tree(t, map[string]string{"k8s/api.yaml": budget, "k8s/" + later: text})), later)
	}
	for old, want := range map[string]finding.Severity{"api.old": finding.Note, "api-OLD": finding.Note, "web.old": finding.Warning, "apiold": finding.Note} {
		assert.Equal(t, want, severityOf(t, "unknown-field", tree(t, map[string]string{old + "/api.yaml": text, "api/web.yaml": strings.ReplaceAll(text, "selectr", "selector")})), old)
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
	// What the tests of policies are about.
	for test, want := range map[string]finding.Severity{
		"policy/kyverno-test.yaml\nkind: Test\nresources: [api.yaml]\n":              finding.Warning,
		"policy/kyverno-test.yaml\nkind: Test\nresources: [other.yaml]\n":            finding.Error,
		"suite.yaml\nkind: Suite\ntests: [{cases: [{object: ./policy/api.yaml}]}]\n": finding.Warning,
		"suite.yaml\nkind: Suite\ntests: [{cases: [{object: policy/other.yaml}]}]\n": finding.Error,
		"suite.yaml\nsuites: [policy/api.yaml]\n":                                    finding.Error,
		"policy/kyverno-test.yaml\nresources: {a: 1}\n":                              finding.Error,
	} {
		name, content, _ := strings.Cut(test, "\n")
		dir := tree(t, map[string]string{"policy/api.yaml": text, name: content})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), test)
	}
	// A folder for staging may be of something else.
	dir := tree(t, map[string]string{"test/api.yaml": text, "test/integration/run.sh": "", "staging/notes.md": ""})
	assert.Equal(t, finding.Warning, severityOf(t, "unknown-field", dir))
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
		"catalog/1.2.0/api.yaml":  {"catalog/1.10.0/b.txt": finding.Note, "catalog/1.1.9/b.txt": finding.Error, "catalog/next/b.txt": finding.Error},
		"catalog/v0.9/api.yaml":   {"catalog/v1.0/b.txt": finding.Note, "catalog/v0.8/b.txt": finding.Error},
		"deploy/api-1.2.yaml":     {"deploy/api-1.3.yaml": finding.Warning, "deploy/web-1.3.yaml": finding.Error},
		"catalog/1.2.0-rc1/a.yml": {"catalog/1.2.0/b.txt": finding.Note, "catalog/1.2.0-debian/b.txt": finding.Note, "catalog/1.1.0/b.txt": finding.Error},
		"catalog/1.2.0-el8/a.yml": {"catalog/1.2.0/b.txt": finding.Error},
		"apps/v1/api.yaml":        {"apps/v2/b.txt": finding.Error},          // both may be there to stay
		"overlays/v1.28/api.yaml": {"overlays/v1.29/b.txt": finding.Warning}, // which may be that of a cluster
		"clusters/eu-1/api.yaml":  {"clusters/eu-2/b.txt": finding.Error},
		"k8s/kafka-2.8/api.yaml":  {"k8s/redis-7.0/b.txt": finding.Error},
		"k8s/crds-v1.2.3/api.yml": {"k8s/crds-v1.2.4/b.txt": finding.Warning},
	} {
		for other, want := range others {
			assert.Equal(t, want, severityOf(t, "unknown-field", tree(t, map[string]string{path: text, other: ""})), "%s beside %s", path, other)
		}
	}
}

// TestReplacedBundles: a catalog keeps the bundles of all releases as they went out.
func TestReplacedBundles(t *testing.T) {
	bundle := func(dir, version string) map[string]string {
		return map[string]string{
			dir + "/broker.csv.yaml":         "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: {name: broker." + version + "}\nspec: {version: " + version + "}\n",
			dir + "/api" + version + ".yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n",
		}
	}
	for name, c := range map[string]struct {
		old, latest [2]string
		want        []finding.Severity
	}{
		"a later one":   {[2]string{"catalog/first", "v1.9.0"}, [2]string{"bundle", "v1.10.0"}, []finding.Severity{finding.Note, finding.Error}},
		"a preview":     {[2]string{"catalog/first", "v2.0.0-rc.1"}, [2]string{"bundle", "v2.0.0"}, []finding.Severity{finding.Note, finding.Error}},
		"the same":      {[2]string{"catalog/first", "v2.0.0"}, [2]string{"bundle", "v2.0.0"}, []finding.Severity{finding.Error, finding.Error}},
		"in one folder": {[2]string{"bundle", "v1.9.0"}, [2]string{"bundle", "v1.10.0"}, []finding.Severity{finding.Warning, finding.Error}},
	} {
		files := bundle(c.latest[0], c.latest[1])
		for file, text := range bundle(c.old[0], c.old[1]) {
			files[file] = text
		}
		var got []finding.Severity
		for _, f := range run(t, check.Options{}, tree(t, files)).Findings {
			if f.Rule == "unknown-field" {
				got = append(got, f.Severity)
			}
		}
		slices.Sort(got)
		assert.Equal(t, c.want, got, name)
	}
	files := bundle("deploy", "v1.9.0")
	for file, text := range bundle("bundle", "v1.10.0") {
		files[file] = text
	}
	files["deploy/operator.yaml"] = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: broker}\nspec:\n  selector: {matchLabels: {app: broker}}\n  template:\n    metadata: {labels: {app: broker}}\n    spec: {containers: [{name: a, image: \"broker:1.9.0\"}]}\n"
	found := above(run(t, check.Options{}, tree(t, files)), finding.Warning)
	assert.Equal(t, []string{"error unknown-field", "error unknown-field"}, found, "beside what is applied")
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
		{"k8s/ingress-v1beta1.yaml", "k8s/ingress.yaml", ingress("networking.k8s.io/v1", "shop"), finding.Note},
		{"deploy/k8s-1.18/ingress.yaml", "notes.md", "", finding.Warning},
		{"deploy/1.21/ingress.yaml", "notes.md", "", finding.Warning},
		{"deploy/1.25/ingress.yaml", "notes.md", "", finding.Error},
		{"releases/v0.17.0/ingress.yaml", "releases/v0.18.0/notes.md", "", finding.Note},
		{"k8s/_archive/ingress.yaml", "notes.md", "", finding.Note},
		{"k8s/legacy-shop/ingress.yaml", "notes.md", "", finding.Warning}, // which may well run
		{"k8s/shop-archive/ingress.yaml", "notes.md", "", finding.Warning},
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

// TestFakes: folders that are for tests by their whole name.
func TestFakes(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	for path, want := range map[string]finding.Severity{
		"injector/fake/data/api.yaml":       finding.Note,
		"pkg/mocks/api.yaml":                finding.Note,
		"render/golden/api.yaml":            finding.Note,
		"sdk/src/it/crds/api.yaml":          finding.Warning,
		"versioned_docs/version-1/api.yaml": finding.Warning,
		"apps/mock-payments/api.yaml":       finding.Error, // a program
		"apps/fake-smtp/api.yaml":           finding.Error,
		"clusters/it/api.yaml":              finding.Error,
		"apps/mock.yaml":                    finding.Error,
		"lessons/quota/illegal-pod.yaml":    finding.Note,
		"lessons/quota/legal/illegals.yaml": finding.Error,
	} {
		dir := tree(t, map[string]string{path: text})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), path)
	}
}

// TestTestCases: what a folder with a test has is read by it.
func TestTestCases(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	for name, want := range map[string]finding.Severity{
		"policies/require-labels/chainsaw-test.yml": finding.Note,
		"policies/require-labels/00-assert.yaml":    finding.Note,
		"policies/chainsaw-test.yaml":               finding.Note,
		"policies/other/chainsaw-test.yaml":         finding.Error,
		"chainsaw-test.yaml":                        finding.Error, // of everything there is
		"policies/require-labels/assert.yaml":       finding.Error,
	} {
		dir := tree(t, map[string]string{"policies/require-labels/api.yaml": text, name: "name: test\n"})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), name)
	}
}

// TestVerdicts: files of tests that are called after how a program is to judge them are for
// that program, and so are those beside them.
func TestVerdicts(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n"
	for path, want := range map[string]finding.Severity{
		"test/checks/ports/success.yaml":   finding.Note,
		"test/checks/ports/mutated.yaml":   finding.Note,
		"test/checks/ports/pass.api.yaml":  finding.Note,
		"test/checks/failure/success.yaml": finding.Warning, // nothing is beside it
		"test/checks/api.yaml":             finding.Warning,
		"apps/ports/success.yaml":          finding.Error,
		"apps/ports/pass-through.yaml":     finding.Error,
	} {
		dir := tree(t, map[string]string{
			path: text, "test/checks/ports/failure.yaml": "a: b\n", "test/checks/ports/passing.yaml": "a: b\n", "apps/ports/failure.yaml": "a: b\n", "test/checks/successes.yaml": "a: b\n",
		})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), path)
	}
}

// TestOverlaid: what ytt reads beside its templates is not applied as it is.
func TestOverlaid(t *testing.T) {
	const old = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: shop}\nspec: {rules: [{host: a.example.com}]}\n"
	const overlay = "#@ load(\"@ytt:overlay\", \"overlay\")\n#@overlay/match by=overlay.all\n---\nmetadata:\n  name: x\n"
	for path, want := range map[string]finding.Severity{"demo/in.yaml": finding.Warning, "other/in.yaml": finding.Error, "demo/deploy/in.yaml": finding.Error} {
		dir := tree(t, map[string]string{path: old, "demo/overlay.yaml": overlay})
		assert.Equal(t, want, severityOf(t, "api-removed", dir), path)
	}
	dir := tree(t, map[string]string{"demo/in.yaml": old, "demo/overlay.yaml": overlay, "demo/kustomization.yaml": kustomization + "- in.yaml\n"})
	assert.Equal(t, finding.Error, severityOf(t, "api-removed", dir), "a kustomization applies it")
}

// TestQuotasOfFolders: files beside each other need not be applied at once.
func TestQuotasOfFolders(t *testing.T) {
	const pods = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\nspec: {hard: {pods: 1}}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a, image: a:1}]}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: shop}\nspec: {containers: [{name: a, image: a:1}]}\n"
	dir := tree(t, map[string]string{"shop/all.yaml": pods})
	assert.Equal(t, finding.Warning, severityOf(t, "quota-exceeded", dir))
	assert.Equal(t, finding.Error, severityOf(t, "quota-exceeded", filepath.Join(dir, "shop/all.yaml")), "named by itself")
	documents := strings.Split(pods, "---\n")
	for path, want := range map[string]finding.Severity{
		"shop/app/b.yaml": finding.Warning, "examples/b.yaml": finding.Off, "shop/b-template.yaml": finding.Off, "shop/samples/b/pod.yaml": finding.Off,
	} {
		dir := tree(t, map[string]string{"shop/quota.yaml": documents[0] + "---\n" + documents[1], path: strings.Replace(strings.Replace(documents[2], "v1\nkind: Pod", "apps/v1\nkind: Deployment", 1),
			"spec: {", "spec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {", 1) + "}}"})
		assert.Equal(t, want, severityOf(t, "quota-exceeded", dir), path)
	}
	lessons := tree(t, map[string]string{"shop/quota.yaml": documents[0], "shop/taken.yaml": documents[1], "shop/refused.yaml": documents[2]})
	assert.Equal(t, finding.Note, severityOf(t, "quota-exceeded", lessons), "Pods that are tried one by one")
	dir = tree(t, map[string]string{"shop/all.yaml": pods, "shop/kustomization.yaml": kustomization + "- all.yaml\n"})
	assert.Equal(t, finding.Error, severityOf(t, "quota-exceeded", dir))
}

// TestLimitsOfFolders: the LimitRange beside a workload need not be that of its namespace.
func TestLimitsOfFolders(t *testing.T) {
	files := map[string]string{
		"shop/limits.yaml": "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: shop}\nspec: {limits: [{type: Container, max: {cpu: 1}}]}\n",
		"shop/pod.yaml":    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a, image: a:1, resources: {limits: {cpu: 8}}}]}\n",
	}
	assert.Equal(t, finding.Warning, severityOf(t, "limit-range-violated", tree(t, files)))
	assert.Equal(t, finding.Note, severityOf(t, "limit-range-violated", tree(t, map[string]string{"examples/shop/faults/limits.yaml": files["shop/limits.yaml"], "examples/shop/faults/pod.yaml": files["shop/pod.yaml"]})), "each is tried by itself")
	files["shop/kustomization.yaml"] = kustomization + "- pod.yaml\n- limits.yaml\n"
	assert.Equal(t, finding.Error, severityOf(t, "limit-range-violated", tree(t, files)))
}

// TestForeignKinds: other programs have Services and Namespaces too.
func TestForeignKinds(t *testing.T) {
	const own = "apiVersion: v1\nkind: Namespace\nmetadata: {name: z}\n"
	const route = "kind: Service\nmetadata: {name: web}\nspec: {title: Web, public: true, mode: HTTP, port: 80}\n"
	const pod = "kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: a:1}]}\n"
	for text, want := range map[string][]string{
		route: {},
		route + "---\nkind: Namespace\nmetadata: {name: ci}\nspec: {}\n":            {},
		"kind: Job\nmetadata: {name: nightly}\nspec: {script: [a], when: always}\n": {},
		"kind: Namespace\nmetadata: {name: ci}\n":                                   {"kind-missing"},
		pod:                      {"kind-missing"},
		pod + "---\n" + own:      {"kind-missing"},
		"apiversion: v1\n" + pod: {"kind-missing"},
		"kind: Service\nmetadata: {name: web}\nspec: {selectr: {app: a}, ports: [{port: 80}]}\n": {"kind-missing", "unknown-field"},
	} {
		dir := tree(t, map[string]string{"a.yaml": text, "b/other.yaml": own})
		assert.ElementsMatch(t, want, rulesOf(run(t, check.Options{}, dir).Findings), text)
	}
}

// TestNamelessForms: whoever reads a file whose name is "" gives it one.
func TestNamelessForms(t *testing.T) {
	text := func(name string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec: {containers: [{name: a, image: a:1}], volumes: [{name: v, configMap: {name: \"\"}}]}\n"
	}
	for name, want := range map[string]finding.Severity{`""`: finding.Warning, "api": finding.Error} {
		dir := tree(t, map[string]string{"k8s/api.yaml": text(name)})
		assert.Equal(t, want, severityOf(t, "volume-invalid", dir), name)
	}
}

// TestPartsOfWorkloads: what has neither a selector nor labels is merged into what has.
func TestPartsOfWorkloads(t *testing.T) {
	workload := func(metadata string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {" + metadata + "spec: {containers: [{name: a, image: a:1}]}}}\n"
	}
	for metadata, want := range map[string]finding.Severity{"": finding.Warning, "metadata: {labels: {app: web}}, ": finding.Error} {
		dir := tree(t, map[string]string{"k8s/extension.yaml": workload(metadata)})
		assert.Equal(t, want, severityOf(t, "required-field-missing", dir), metadata)
		assert.Equal(t, finding.Error, severityOf(t, "required-field-missing", filepath.Join(dir, "k8s/extension.yaml")), metadata)
	}
}

// TestPartsToMerge: what a script merges into a workload has neither its name nor its
// image, and somebody who forgot one of them wrote the other.
func TestPartsToMerge(t *testing.T) {
	part := func(metadata, container string) string {
		return "apiVersion: apps/v1\nkind: Deployment\n" + metadata + "spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a" + container + "}]}}}\n"
	}
	for text, want := range map[string]finding.Severity{
		part("", ""):                      finding.Note,
		part("", ", image: a:1"):          finding.Warning,
		part("metadata: {name: a}\n", ""): finding.Warning,
	} {
		dir := tree(t, map[string]string{"k8s/debug.yaml": text})
		assert.Equal(t, want, severityOf(t, "required-field-missing", dir), text)
	}
}

// TestForExisting: labels alone are applied to what is there already.
func TestForExisting(t *testing.T) {
	for text, want := range map[string]finding.Severity{
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, labels: {backup: \"no\"}}\n":                 finding.Note,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, annotations: {backup: \"no\"}}\n":            finding.Note,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs}\n":                                           finding.Warning,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, labels: {}}\n":                               finding.Warning,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, labels: {a: b}}\nspec: {resources: {}}\n":    finding.Warning,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, labels: {a: b}}\nspec: {accessModes: [x]}\n": finding.Error,
		"kind: PersistentVolumeClaim\nmetadata: {name: logs, labels: {a: 'b c'}}\n":                       finding.Error,
		"kind: Namespace\nmetadata: {name: The_Shop, labels: {a: b}}\n":                                   finding.Error,
	} {
		dir := tree(t, map[string]string{"k8s/logs.yaml": "apiVersion: v1\n" + text})
		var worst finding.Severity
		for _, f := range run(t, check.Options{}, dir).Findings {
			worst = max(worst, f.Severity)
		}
		assert.Equal(t, want, worst, text)
	}
}

// TestCompletedByPrograms: a program that reads a workload gives it its labels and its
// images, and the volumes that it mounts.
func TestCompletedByPrograms(t *testing.T) {
	workload := func(selector, image string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: " + selector + "template: {" +
			"spec: {containers: [{name: a, image: " + image + ", volumeMounts: [{name: keys, mountPath: /keys}]}], volumes: [{name: shared, emptyDir: {}}]}}}\n"
	}
	for text, want := range map[string]finding.Severity{
		workload("{}, ", `""`):                      finding.Note,
		workload("{}, ", "a:1"):                     finding.Error,
		workload("{matchLabels: {app: a}}, ", `""`): finding.Warning,
	} {
		dir := tree(t, map[string]string{"definitions/web.yaml": text})
		assert.Equal(t, want, severityOf(t, "volume-not-found", dir), text)
	}
}

// TestCompleted: what a definition wants and a webhook may add.
func TestCompleted(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: shops.stable.example.com}\nspec:\n  group: stable.example.com\n" +
		"  names: {kind: Shop, plural: shops}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [size], properties: {size: {type: integer, minimum: 1}, color: {type: string}}}}}}\n"
	const shop = "apiVersion: stable.example.com/v1\nkind: Shop\nmetadata: {name: a}\nspec: {color: red}\n"
	hook := func(webhook string) string {
		return "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: hooks}\nwebhooks:\n- " + webhook + "\n"
	}
	const rest = ", sideEffects: None, admissionReviewVersions: [v1], clientConfig: {url: 'https://hooks.example.com/'}"
	for webhook, want := range map[string]finding.Severity{
		"{name: mshop.example.com" + rest + ", rules: [{apiGroups: [stable.example.com], apiVersions: [v1], operations: [CREATE], resources: [shops]}]}": finding.Warning,
		"{name: webhook.stable.example.com" + rest + "}": finding.Warning,
		"{name: mpod.example.com" + rest + ", rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}": finding.Error,
	} {
		dir := tree(t, map[string]string{"crds/shop.yaml": crd, "samples/shop.yaml": shop, "webhook/hooks.yaml": hook(webhook)})
		assert.Equal(t, want, severityOf(t, "required-field-missing", dir), webhook)
		dir = tree(t, map[string]string{"config/kustomization.yaml": kustomization + "- shop.yaml\n- crd.yaml\n", "config/shop.yaml": shop, "config/crd.yaml": crd, "webhook/hooks.yaml": hook(webhook)})
		assert.Equal(t, want, severityOf(t, "required-field-missing", dir), webhook)
	}
}

// TestPublished: a definition that somebody keeps may be older than what is written.
func TestPublished(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: issuers.cert-manager.io}\nspec:\n  group: cert-manager.io\n" +
		"  names: {kind: Issuer, plural: issuers}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {ca: {type: object, properties: {secretName: {type: string}}}}}}}}\n"
	issuer := func(field string) string {
		return "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: a}\nspec: {" + field + "}\n"
	}
	for field, want := range map[string]finding.Severity{"selfSigned: {}": finding.Warning, "selfSignedCA: {}": finding.Error} {
		dir := tree(t, map[string]string{"old/crd.yaml": crd, "issuers/a.yaml": issuer(field)})
		assert.Equal(t, want, severityOf(t, "unknown-field", dir), field)
		dir = tree(t, map[string]string{"crd.yaml": crd, "a.yaml": issuer(field), "kustomization.yaml": kustomization + "- a.yaml\n- crd.yaml\n"})
		assert.Equal(t, finding.Error, severityOf(t, "unknown-field", dir), field)
	}
}

// TestSetSeveritiesOfAbsentObjects stay, though another tree has the object.
func TestSetSeveritiesOfAbsentObjects(t *testing.T) {
	files := map[string]string{
		"a/kustomization.yaml": kustomization + "- pod.yaml\n", "a/pod.yaml": pod,
		"b/kustomization.yaml": kustomization + "- secret.yaml\n", "b/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret, namespace: shop}\n",
	}
	assert.Equal(t, finding.Note, severityOf(t, "secret-not-found", tree(t, files)))
	cfg := &config.ConfigPipeline{Spec: config.Spec{Validate: &config.Validate{Rules: map[string]finding.Severity{"secret-not-found": finding.Error}}}}
	found := run(t, check.Options{Config: cfg}, tree(t, files)).Findings
	require.Equal(t, []string{"secret-not-found"}, rulesOf(found))
	assert.Contains(t, found[0].Message, "it is in ")
}

// TestBundles: of the bindings that a bundle is made of, only the names count.
func TestBundles(t *testing.T) {
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: default}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n"
	const version = "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: {name: shop.v0.0.0, namespace: placeholder}\nspec: {displayName: Shop, install: {strategy: ''}}\n"
	for text, want := range map[string]finding.Severity{"": finding.Error, "- csv.yaml\n": finding.Note} {
		dir := tree(t, map[string]string{"config/kustomization.yaml": kustomization + "- rbac.yaml\n" + text, "config/rbac.yaml": binding, "config/csv.yaml": version})
		assert.Equal(t, want, severityOf(t, "access-invalid", dir), text)
	}
}

// TestUnplaced: where an account has no namespace, or nothing has one, a kustomization
// is a part of others, unless it is named.
func TestUnplaced(t *testing.T) {
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: shop}]\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n"
	const hook = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: shop}\nwebhooks:\n- name: a.shop.example.com\n  sideEffects: None\n  admissionReviewVersions: [v1]\n  clientConfig: {service: {name: hook}}\n"
	files := map[string]string{
		"rbac/kustomization.yaml": kustomization + "- rbac.yaml\n", "rbac/rbac.yaml": binding,
		"hook/kustomization.yaml": kustomization + "- hook.yaml\n", "hook/hook.yaml": hook,
	}
	dir := tree(t, files)
	assert.Equal(t, finding.Warning, severityOf(t, "access-invalid", dir))
	assert.Equal(t, finding.Warning, severityOf(t, "required-field-missing", dir))
	assert.Equal(t, finding.Error, severityOf(t, "access-invalid", dir+"/rbac"))
	assert.Equal(t, finding.Error, severityOf(t, "required-field-missing", dir+"/hook"))
	base := tree(t, map[string]string{"shop/base/kustomization.yaml": files["rbac/kustomization.yaml"], "shop/base/rbac.yaml": binding})
	assert.Equal(t, finding.Note, severityOf(t, "access-invalid", base), "overlays of others say where it goes")
	files["rbac/kustomization.yaml"] += "- config.yaml\n"
	files["rbac/config.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"
	assert.Equal(t, finding.Warning, severityOf(t, "access-invalid", tree(t, files)), "the account has no namespace")
	for of, account := range map[string]string{"the account has a namespace": "kind: ServiceAccount\nmetadata: {name: shop, namespace: shop}", "something else has": "kind: ServiceAccount\nmetadata: {name: other}"} {
		files["rbac/rbac.yaml"] = strings.Replace(binding, "kind: ServiceAccount\nmetadata: {name: shop}", account, 1)
		assert.Equal(t, finding.Error, severityOf(t, "access-invalid", tree(t, files)), of)
	}
}

// TestFoldersOfPatches: what a folder of patches has is merged into what is elsewhere.
func TestFoldersOfPatches(t *testing.T) {
	const part = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {tier: a}}, spec: {containers: [{name: a, image: 'a:1', volumeMounts: [{name: keys, mountPath: /keys}]}]}}}\n"
	for file, want := range map[string]finding.Severity{"web/patches/web.yaml": finding.Note, "web/patched/web.yaml": finding.Error} {
		for _, rule := range []string{"volume-not-found", "selector-mismatch"} {
			assert.Equal(t, want, severityOf(t, rule, tree(t, map[string]string{file: part})), file+" "+rule)
		}
	}
}

// TestJSONOfJsonnet: what Jsonnet imports nobody applies.
func TestJSONOfJsonnet(t *testing.T) {
	const service = `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"name": "http"}], "selector": {"app": "web"}}}`
	for beside, want := range map[string]finding.Severity{"lib/web.libsonnet": finding.Note, "lib/web.yaml.txt": finding.Error} {
		assert.Equal(t, want, severityOf(t, "required-field-missing", tree(t, map[string]string{"lib/generated/web.json": service, beside: "{}\n"})), beside)
	}
}

// TestBlankToFill: readers and scripts fill in what is in angle brackets.
func TestBlankToFill(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: '%s/shop:1.0'}]}\n"
	for image, want := range map[string]finding.Severity{"<your-registry>": finding.Warning, "REPLACE_ME": finding.Error} {
		dir := tree(t, map[string]string{"shop/pod.yaml": fmt.Sprintf(text, image)})
		assert.Equal(t, want, severityOf(t, "placeholder-left", dir), image)
		assert.Equal(t, finding.Error, severityOf(t, "placeholder-left", dir+"/shop/pod.yaml"), image)
		built := tree(t, map[string]string{"shop/pod.yaml": fmt.Sprintf(text, image), "shop/kustomization.yaml": kustomization + "- pod.yaml\n"})
		assert.Equal(t, want, severityOf(t, "placeholder-left", built), image)
		assert.Equal(t, finding.Error, severityOf(t, "placeholder-left", built+"/shop"), image)
	}
}

// TestScaffolds: what operator-sdk and kubebuilder write as a sample has yet to be
// written.
func TestScaffolds(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: shops.stable.example.com}\nspec:\n  group: stable.example.com\n" +
		"  names: {kind: Shop, plural: shops}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [size], properties: {size: {type: integer}, color: {type: string}}}}}}\n"
	for spec, want := range map[string]struct{ lacks, unknown finding.Severity }{
		"{}":                   {finding.Warning, 0},
		"":                     {0, 0},
		"{foo: bar}":           {finding.Warning, finding.Warning},
		"{color: red}":         {finding.Error, 0},
		"{foo: baz}":           {finding.Error, finding.Error},
		"{size: 1, foo: bar}":  {0, finding.Error},
		"{size: 1, color: ''}": {0, 0},
		"\nsize: 1":            {0, finding.Error}, // it is only not indented
	} {
		dir := tree(t, map[string]string{"crds/shop.yaml": crd, "samples/shop.yaml": "apiVersion: stable.example.com/v1\nkind: Shop\nmetadata: {name: a}\nspec: " + spec + "\n"})
		assert.Equal(t, want.lacks, severityOf(t, "required-field-missing", dir), spec)
		assert.Equal(t, want.unknown, severityOf(t, "unknown-field", dir), spec)
	}
	// What is to be filled in is its spec: that it is there twice is a mistake.
	const sample = "apiVersion: stable.example.com/v1\nkind: Shop\nmetadata: {name: a}\nspec: {foo: bar}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{"crds/shop.yaml": crd, "samples/shop.yaml": sample + "---\n" + sample}))
	toFillIn := map[string]bool{}
	for _, f := range rep.Findings {
		toFillIn[f.Rule] = f.ToFillIn
	}
	assert.Equal(t, map[string]bool{"required-field-missing": true, "unknown-field": true, "duplicate-object": false}, toFillIn)
}
