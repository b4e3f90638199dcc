package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestGeneratedDefinitions: what controller-gen writes is meant where a repository has copies
// of a definition too, for a chart or an earlier release.
func TestGeneratedDefinitions(t *testing.T) {
	definition := func(fields ...string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ovens.bakery.example}\nspec:\n  group: bakery.example\n  scope: Namespaced\n" +
			"  names: {kind: Oven, plural: ovens}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {" +
			strings.Join(fields, ": {type: string}, ") + ": {type: string}}}}}}\n"
	}
	const oven = "apiVersion: bakery.example/v1\nkind: Oven\nmetadata: {name: deck}\nspec: {stones: two}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a copy is older": {map[string]string{"config/crd/bases/o.yaml": definition("heat", "stones"), "config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat")}, nil},
		"a copy is newer": {map[string]string{"config/crd/bases/o.yaml": definition("heat"), "config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat", "stones")}, []string{"unknown-field"}},
		"in a Template": {map[string]string{"config/crd/bases/o.yaml": definition("heat", "stones"), "config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "bundle/crd.yaml": definition("heat"),
			"samples/oven.yaml": "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: ovens}\nobjects:\n- apiVersion: bakery.example/v1\n  kind: Oven\n  metadata: {name: deck}\n  spec: {stones: two, steam: little}\n"}, []string{"unknown-field"}},
		"in a module":          {map[string]string{"oven/config/crd/bases/o.yaml": definition("heat", "stones"), "oven/config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat")}, nil},
		"several are":          {map[string]string{"a/config/crd/bases/o.yaml": definition("heat"), "b/config/crd/bases/o.yaml": definition("heat", "stones"), "other/kustomization.yaml": "resources: [a.yaml]\n", "other/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "deploy/crd.yaml": definition("heat")}, nil},
		"there is a copy only": {map[string]string{"config/rbac/kustomization.yaml": "resources: [a.yaml]\n", "config/rbac/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "deploy/crd.yaml": definition("heat")}, []string{"unknown-field"}},
	} {
		if c.files["samples/oven.yaml"] == "" {
			c.files["samples/oven.yaml"] = oven
		}
		var got []string
		for _, f := range run(t, check.Options{}, tree(t, c.files)).Findings {
			if f.Rule == "unknown-field" {
				got = append(got, f.Rule)
			}
		}
		assert.Equal(t, c.want, got, name)
	}
}

// TestUnlistedPatches: a patch that nothing lists is no object, and needs no kind where a script
// has a program merge it.
func TestUnlistedPatches(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"of an earlier version": {"base/hook_patch.yaml", "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingWebhookConfiguration\nmetadata: {name: hook, annotations: {a: b}}\n", nil},
		"an object":             {"base/hook.yaml", "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingWebhookConfiguration\nmetadata: {name: hook, annotations: {a: b}}\n", []string{"warning api-removed"}},
		"without a kind":        {"scripts/oven-patch.yaml", "apiVersion: bakery.example/v1\nmetadata: {annotations: {a: b}}\nspec: {heat: low}\n", nil},
		"an object without one": {"scripts/oven.yaml", "apiVersion: bakery.example/v1\nmetadata: {annotations: {a: b}}\nspec: {heat: low}\n", []string{"error kind-missing"}},
	} {
		dir := tree(t, map[string]string{"base/kustomization.yaml": kustomization + "- space.yaml\n", "base/space.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", c.file: c.text})
		assert.Equal(t, c.want, above(run(t, check.Options{}, dir), finding.Note), name)
	}
}

// TestProgramsAddVolumes: what loads a workload may give its pods what they mount.
func TestProgramsAddVolumes(t *testing.T) {
	const workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: oven}\nspec:\n  selector: {matchLabels: {app: oven}}\n  template:\n    metadata: {labels: {app: oven}}\n" +
		"    spec: {containers: [{name: a, image: 'bakery/oven:1.2', volumeMounts: [{name: trays, mountPath: /trays}]}]}\n"
	for text, want := range map[string][]string{
		"deployment = load(Ovens.class.getResourceAsStream(\"/k8s/oven.yaml\")).edit().addNewVolume().withName(\"trays\")": nil,
		"deployment = load(Ovens.class.getResourceAsStream(\"/k8s/oven.yaml\")).edit().addEnv(env)":                        {"warning volume-not-found"},
		"deployment = load(Ovens.class.getResourceAsStream(\"/k8s/other.yaml\"))":                                          {"error volume-not-found"},
	} {
		dir := tree(t, map[string]string{"src/main/resources/k8s/oven.yaml": workload, "src/main/java/Ovens.java": text})
		assert.Equal(t, want, above(run(t, check.Options{}, dir), finding.Note), text)
	}
}

// TestScriptsOfPackages: what npm and Nx run may fill in a placeholder.
func TestScriptsOfPackages(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: \"registry.example.com/PROJECT_ID/web:1.2\"}]\n"
	const command = "{\"scripts\": {\"deploy\": \"sed -i s/PROJECT_ID/$PROJECT/ k8s/web.yaml && kubectl apply -f k8s\"}}\n"
	for file, want := range map[string]finding.Severity{"package.json": finding.Note, "apps/web/project.json": finding.Note, "tsconfig.json": finding.Warning} {
		dir := tree(t, map[string]string{"k8s/web.yaml": pod, file: command})
		assert.Equal(t, want, min(severityOf(t, "placeholder-left", dir), finding.Warning), file)
	}
}
