package lock_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
)

// Environments whose sources bring schemas of their own get the same locks side by
// side as one after the other. The race detector sees more.
func TestSchemasSideBySide(t *testing.T) {
	const custom = "---\napiVersion: x.io/v1\nkind: A\nmetadata: {name: one}\nspec: {list: [{name: a, v: 1}]}\n---\napiVersion: x.io/v1\nkind: B\nmetadata: {name: one}\n"
	schema := func(kind, plural string) string {
		gvk := `{"group": "x.io", "kind": "` + kind + `", "version": "v1"}`
		return `{"definitions": {"v1.` + kind + `": {"type": "object", "x-kubernetes-group-version-kind": [` + gvk + `]}}, "paths": {"/apis/x.io/v1/` + plural +
			`/{name}": {"get": {"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": ` + gvk + `}}}}`
	}
	source := func(openapi string) string {
		return shop["source/kustomization.yaml"] + openapi
	}
	run := edits(object{"object": "Deployment api", "env": object{"name": "LEVEL2", "value": "x"}}, object{"object": "ConfigMap settings", "data": object{"A": "2"}})
	tree := shop.with(run).with(files{"source/all.yaml": shop["source/all.yaml"] + custom})
	dirs := []string{
		tree.with(files{"source/kustomization.yaml": source("openapi: {path: s.json}\n"), "source/s.json": schema("A", "as")}).write(t),
		tree.with(files{"source/kustomization.yaml": source("openapi: {path: s.json}\n"), "source/s.json": schema("B", "bs")}).write(t),
		tree.write(t),
		tree.write(t),
	}
	texts := func(dir string) (string, error) {
		e, err := lock.Open(dir)
		if err != nil {
			return "", err
		}
		l, err := lock.Make(e, lock.Options{})
		if err != nil {
			return "", err
		}
		var all []string
		for _, name := range slices.Sorted(maps.Keys(l.Files())) {
			all = append(all, strings.TrimPrefix(name, dir)+"\n"+string(l.Files()[name]))
		}
		return strings.Join(all, "\n"), nil
	}
	want := make([]string, len(dirs))
	for i, dir := range dirs {
		var err error
		want[i], err = texts(dir)
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for i, dir := range dirs {
		wg.Go(func() {
			for range 2 {
				got, err := texts(dir)
				assert.NoError(t, err)
				assert.Equal(t, want[i], got)
			}
		})
	}
	wg.Wait()
}
