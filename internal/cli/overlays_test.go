package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copyOverlays copies what overlays are made of into a new directory.
func copyOverlays(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, top := range []string{"base", "overlays"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, top), os.DirFS(filepath.Join(repo, top))))
	}
	return dir
}

func TestOverlaysAreLocked(t *testing.T) {
	for _, env := range []string{"dev", "prod"} {
		dir := filepath.Join(repo, "overlays", env)
		code, out, stderr := run(t, "lock", "--check", dir)
		assert.Equal(t, ExitOK, code, out, stderr)
		_, want, _ := run(t, "build", filepath.Join(dir, "pipeline"))
		got, err := stock(dir)
		require.NoError(t, err)
		assert.Equal(t, want, got, "stock kustomize builds what the pipeline builds")
	}
}

// Each change makes prod's lock stale. Stock kustomize must fail, or build what
// the pipeline builds; it must never apply an old value to a new source.
func TestStaleOverlaysFail(t *testing.T) {
	patch := func(kind, name, ops string) string {
		return "\n- target: {kind: " + kind + ", name: " + name + "}\n  patch: |\n    " + ops
	}
	for name, tc := range map[string]struct{ patches, fails string }{
		"the Service is renamed":       {patch("Service", "postgres-service", "- {op: replace, path: /metadata/name, value: database}"), "metadata/name"},
		"its port changes":             {patch("Service", "postgres-service", "- {op: replace, path: /spec/ports/0/port, value: 6432}"), "/spec/ports/0/port"},
		"the container is renamed":     {patch("Deployment", "board-api", "- {op: replace, path: /spec/template/spec/containers/0/name, value: api}"), "/spec/template/spec/containers/0/name"},
		"the namespace moves":          {patch("Service", "postgres-service", "- {op: replace, path: /metadata/namespace, value: databases}"), "metadata/namespace"},
		"the workload is removed":      {"\n- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: board-api, namespace: board-api-prod}, $patch: delete}'", "no matches for Id Deployment"},
		"the Service is removed":       {"\n- patch: '{apiVersion: v1, kind: Service, metadata: {name: postgres-service, namespace: postgresql-prod}, $patch: delete}'", "no matches for Id Service"},
		"another profile":              {patch("Deployment", "board-api", "- {op: replace, path: /metadata/annotations/wealist.io~1resource-profile, value: static}"), "resource-profile"},
		"the source sets the variable": {patch("Deployment", "frontend", "- {op: add, path: /spec/template/spec/containers/0/imagePullPolicy, value: Always}"), "imagePullPolicy"},
		"replicas change":              {patch("Deployment", "board-api", "- {op: replace, path: /spec/replicas, value: 7}"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOverlays(t)
			prod := filepath.Join(dir, "overlays", "prod")
			// A kustomization around the source as it was: a change that comes last.
			require.NoError(t, os.Rename(filepath.Join(prod, "source"), filepath.Join(prod, "source-before")))
			write(t, prod, map[string]string{"source/kustomization.yaml": "resources: [../source-before]\npatches:" + tc.patches + "\n"})
			got, err := stock(prod)
			if tc.fails != "" {
				require.ErrorContains(t, err, tc.fails)
				return
			}
			require.NoError(t, err)
			code, want, stderr := run(t, "build", filepath.Join(prod, "pipeline"))
			require.Equal(t, ExitOK, code, stderr)
			assert.Equal(t, want, got)
		})
	}
}
