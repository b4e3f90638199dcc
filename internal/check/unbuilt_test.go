package check_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFilesThatComeLater: nothing is found of builds that fail for files which git ignores,
// or which are in another repository, and of trees that were named.
func TestFilesThatComeLater(t *testing.T) {
	files := map[string]string{
		".gitignore":                    "local.yaml\n/gen/\n",
		".gitmodules":                   "[submodule \"kits\"]\n\tpath = vendored/kits\n",
		"ignored/kustomization.yaml":    kustomization + "- local.yaml\n- ../gen/all\n",
		"submodule/kustomization.yaml":  kustomization + "- ../vendored/kits/deploy\n",
		"vendored/kits/deploy/.gitkeep": "",
	}
	rep := run(t, check.Options{}, tree(t, files))
	assert.Empty(t, rep.Findings)
	assert.Len(t, rep.Unread, 2)

	rep = run(t, check.Options{}, tree(t, map[string]string{"kustomization.yaml": kustomization + "- gone.yaml\n"}))
	assert.Empty(t, rep.Findings)
	assert.Len(t, rep.Unread, 1)
}

// TestTemplatesDoNotBuild: what a folder to be copied lacks is a note.
func TestTemplatesDoNotBuild(t *testing.T) {
	for dir, want := range map[string][]string{"_app_templates": nil, "templates_app": {"error build-fails"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{dir + "/kustomization.yaml": kustomization + "- namespace.yaml\n", ".git/config": ""}))
		assert.Equal(t, want, above(rep, finding.Note), dir)
	}
}

// TestNamesThatSayNothing: a word in the name of what lacks says nothing of why it does.
func TestNamesThatSayNothing(t *testing.T) {
	const cm = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"a/kustomization.yaml": kustomization + "- shop.yaml\n- helm-release.yaml\n", "a/shop.yaml": cm,
		"b/kustomization.yaml": kustomization + "- shop.yaml\n- ../git/plugin\n", "b/shop.yaml": cm,
		"c/kustomization.yaml": kustomization + "- shop.yaml\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: git-sync}\n    data: {a: b}\n", "c/shop.yaml": cm,
	}))
	assert.Len(t, above(rep, finding.Warning), 3)
}

// TestNamedBesideFound: who has named a tree is told that it was not checked, also where
// another tree has it as a finding.
func TestNamedBesideFound(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- gone.yaml\n",
		"dev/kustomization.yaml":  kustomization + "- ../base\n",
		"prod/kustomization.yaml": kustomization + "- ../base\n",
	})
	rep := run(t, check.Options{}, filepath.Join(dir, "prod"), dir)
	assert.Len(t, above(rep, finding.Warning), 1)
	for _, u := range rep.Unread {
		assert.Equal(t, !u.Named, u.Found, u.Name)
	}
}
