package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestVarsElsewhere: what a base declares is for all that build on it.
func TestVarsElsewhere(t *testing.T) {
	const base = kustomization + "- map.yaml\nvars:\n- name: ZONE\n  objref: {kind: ConfigMap, name: place, apiVersion: v1}\n  fieldref: {fieldpath: data.zone}\n"
	const place = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: place}\ndata: {zone: a}\n"
	for text, want := range map[string][]string{"$(ZONE)": nil, "$(ZONES)": {"warning variable-not-expanded", "warning var-unused"}, "$ZONE": {"warning var-unused"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"base/kustomization.yaml": base, "base/map.yaml": place,
			"site/kustomization.yaml": kustomization + "- ../base\n- pod.yaml\n",
			"site/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'example.com/a:1', args: ['" + text + "']}]}\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), text)
	}
}

// TestReadByPrograms: what a program has the name of is read by it, or for the pods it makes.
func TestReadByPrograms(t *testing.T) {
	const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-config}\ndata: {LEVEL: info}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: 'example.com/a:1'}]}\n"
	for file, want := range map[string][]string{
		"sync.py": nil, "README.md": {"error config-not-used"}, "sync_test.go": {"error config-not-used"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": text, file: "name = \"shop-config\"\n"}))
		assert.Equal(t, want, above(rep, finding.Note), file)
	}
}
