package wealist_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPolicy shows what is an error in prod and not in dev.
func TestPolicy(t *testing.T) {
	const postgres = "base/postgresql/statefulset.yaml"
	for _, change := range []struct {
		name, file, old, new string
		// prod is what the build of prod fails with; dev builds, and says dev.
		prod, dev string
	}{
		{
			name: "latest of weAlist's own images", file: "overlays/prod/source/images/kustomization.yaml",
			old: "newTag: 1.4.0", new: "newTag: latest",
			prod: `error[image-tag-latest]: image "docker.io/wealist/wealist-board-api:latest"`,
		},
		{
			name: "latest of another image", file: postgres, old: "postgres:16-alpine", new: "postgres:latest",
			prod: `error[image-tag-latest]: image "postgres:latest"`,
			dev:  `warning[image-tag-latest]: image "postgres:latest"`,
		},
		{
			name: "another registry", file: postgres, old: "postgres:16-alpine", new: "quay.io/postgres:16-alpine",
			prod: `error[registry-not-allowed]: image "quay.io/postgres:16-alpine" comes from quay.io,`,
		},
		{
			name: "somebody else's images on Docker Hub", file: postgres, old: "postgres:16-alpine", new: "wealst/postgres:16-alpine",
			prod: `error[registry-not-allowed]: image "wealst/postgres:16-alpine" comes from docker.io/wealst, which is not an allowed registry; did you mean "docker.io/wealist"?`,
		},
	} {
		t.Run(change.name, func(t *testing.T) {
			dir := tree(t)
			edit(t, filepath.Join(dir, filepath.FromSlash(change.file)), change.old, change.new)

			stdout, stderr, err := run(t, binary(t), "build", filepath.Join(dir, "overlays", "prod", "pipeline"))
			require.Error(t, err)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, change.prod)

			_, stderr, err = run(t, binary(t), "build", filepath.Join(dir, "overlays", "dev", "pipeline"))
			require.NoError(t, err, stderr)
			if change.dev == "" {
				assert.Empty(t, stderr)
			} else {
				assert.Contains(t, stderr, change.dev)
			}
		})
	}
}

// tree is a copy of base and overlays, to change.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, top := range []string{"base", "overlays"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, top), os.DirFS(absolute(t, top))))
	}
	return dir
}

func edit(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	write(t, file, []byte(strings.ReplaceAll(string(text), old, new)))
}
