package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

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
		"a copy is older":      {map[string]string{"config/crd/bases/o.yaml": definition("heat", "stones"), "config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat")}, nil},
		"a copy is newer":      {map[string]string{"config/crd/bases/o.yaml": definition("heat"), "config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat", "stones")}, []string{"unknown-field"}},
		"in a module":          {map[string]string{"oven/config/crd/bases/o.yaml": definition("heat", "stones"), "oven/config/crd/kustomization.yaml": "resources: [bases/o.yaml]\n", "deploy/crd.yaml": definition("heat")}, nil},
		"several are":          {map[string]string{"a/config/crd/bases/o.yaml": definition("heat"), "b/config/crd/bases/o.yaml": definition("heat", "stones"), "other/kustomization.yaml": "resources: [a.yaml]\n", "other/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "deploy/crd.yaml": definition("heat")}, nil},
		"there is a copy only": {map[string]string{"config/rbac/kustomization.yaml": "resources: [a.yaml]\n", "config/rbac/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "deploy/crd.yaml": definition("heat")}, []string{"unknown-field"}},
	} {
		c.files["samples/oven.yaml"] = oven
		var got []string
		for _, f := range run(t, check.Options{}, tree(t, c.files)).Findings {
			if f.Rule == "unknown-field" {
				got = append(got, f.Rule)
			}
		}
		assert.Equal(t, c.want, got, name)
	}
}
