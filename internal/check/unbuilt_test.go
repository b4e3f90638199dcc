package check_test

import (
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
