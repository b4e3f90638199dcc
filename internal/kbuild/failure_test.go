package kbuild_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// TestFailuresHaveAPlace builds trees with one mistake each: the error says what
// is wrong on one line, and where that is written.
func TestFailuresHaveAPlace(t *testing.T) {
	const config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
	const head = "resources:\n- a.yaml\n"
	for name, c := range map[string]struct {
		files map[string]string
		where string
		what  string
	}{
		"not YAML": {map[string]string{"kustomization.yaml": "resources:\n- a.yaml\n- b.yaml\n", "b.yaml": config + "---\nkind: A\n b: c\n"},
			"b.yaml:9:2", "not YAML: mapping values are not allowed in this context"},
		"a file that is missing": {map[string]string{"kustomization.yaml": head + "- gone.yaml\n"},
			"kustomization.yaml:3:3", "there is no file or directory gone.yaml"},
		"a field that does not exist": {map[string]string{"kustomization.yaml": head + "resource: [b]\n"},
			"kustomization.yaml:3:1", `did you mean "resources"?`},
		"a patch file without a target": {map[string]string{"kustomization.yaml": head + "patches:\n- path: p.yaml\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: gone\n"},
			"p.yaml:4:9", "no resource matches the patch of ConfigMap gone"},
		"an inline patch without a target": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: gone}\n"},
			"kustomization.yaml:7:22", "no resource matches the patch of ConfigMap gone"},
		"an operation on nothing": {map[string]string{"kustomization.yaml": head + "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - {op: replace, path: /data/none/x, value: 1}\n"},
			"kustomization.yaml:6:27", "nothing at /data/none/x"},
		"a receipt that is missing": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    apiVersion: wealist.io/v1alpha1\n    kind: FunctionRan\n    metadata: {name: shop}\n    $patch: delete\n"},
			"kustomization.yaml:7:22", "the function did not run"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := filesys.MakeFsInMemory()
			c.files["a.yaml"] = config
			for file, text := range c.files {
				require.NoError(t, fsys.WriteFile(filepath.Join("/tree", file), []byte(text)))
			}
			_, err := kbuild.Build(fsys, "/tree", kbuild.Options{})
			var failure *kbuild.Failure
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, failure.Error(), c.what)
			assert.Equal(t, c.where, fmt.Sprintf("%s:%d:%d", filepath.Base(failure.File), failure.Line, failure.Column))
			assert.Equal(t, name != "not YAML", failure.Text != "", "no line may be shown in which nobody can tell what is a secret")
			require.Error(t, errors.Unwrap(err), "what kustomize says")
		})
	}
}
