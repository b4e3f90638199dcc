package kbuild

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// TestShareOfKustomize measures which share of the kustomizations that build at
// all only kustomize can build, of the repository or of what is below the
// folders in KUSTOMIZATIONS. Where ours builds one, the bytes are the same, and it
// builds none that kustomize does not.
func TestShareOfKustomize(t *testing.T) {
	roots := []string{"../.."}
	if others := os.Getenv("KUSTOMIZATIONS"); others != "" {
		roots = filepath.SplitList(others)
	}
	for _, root := range roots {
		root, err := filepath.Abs(root)
		require.NoError(t, err)
		all, left, failed := 0, 0, 0
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isKustomization(path) {
				return err
			}
			dir := filepath.Dir(path)
			want, err := buildBy(t, filesys.MakeFsOnDisk(), dir, Options{}, stockWay)
			got, declined := buildBy(t, filesys.MakeFsOnDisk(), dir, Options{}, linearWay)
			if err != nil {
				failed++
				assert.Error(t, declined, "%s: kustomize fails: %v", dir, err)
				return nil
			}
			all++
			if declined != nil {
				left++
				t.Logf("%s: %v", dir, declined)
				return nil
			}
			assert.Equal(t, want, got, dir)
			return nil
		}))
		t.Logf("%s: %d build, %d of them by kustomize alone; %d do not", root, all, left, failed)
		require.Positive(t, all)
		assert.LessOrEqual(t, 100*left, all, "more than 1 %% of %d", all)
	}
}
