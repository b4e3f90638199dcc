package kbuild

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const (
	deployed = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: old, image: old}]}}}\n"
	patched  = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: new, image: new}]}}}\n"
	patching = "resources: [r.yaml]\npatches: [{path: p.yaml}]\n"
)

// A schema that does not know Deployments is the whole one, whatever was built
// before: lists of theirs have no keys to be merged by.
func TestOwnSchemaIsTheWholeSchema(t *testing.T) {
	other := filepath.Join(onDisk(t, map[string]string{"top/kustomization.yaml": patching, "top/r.yaml": deployed, "top/p.yaml": patched}), "top")
	own := filepath.Join(onDisk(t, map[string]string{
		"top/kustomization.yaml": patching + "openapi: {path: schema.json}\n", "top/r.yaml": deployed, "top/p.yaml": patched,
		"top/schema.json": `{"definitions": {"v1.A": {"x-kubernetes-group-version-kind": [{"group": "x.io", "kind": "A", "version": "v1"}]}}}`,
	}), "top")
	plain := func(b *builder, dir string) (resmap.ResMap, error) { return Stock(b.fsys, dir, Options{}) }
	for _, way := range []way{linearWay, stockWay, plain} {
		for _, dir := range []string{other, own, other} {
			text, err := buildBy(t, filesys.MakeFsOnDisk(), dir, Options{}, way)
			require.NoError(t, err)
			assert.Contains(t, text, "name: new")
			assert.Equal(t, dir == other, strings.Contains(text, "name: old"), text)
		}
	}
}

// Builds side by side do not find the schema half full: for the race detector.
func TestSchemaIsReadSideBySide(t *testing.T) {
	schema.Lock()
	resetSchema()
	schema.Unlock()
	unknown := filepath.Join(onDisk(t, map[string]string{"top/kustomization.yaml": "resources: [r.yaml]\nnamePrefix: x-\n", "top/r.yaml": "apiVersion: x.io/v1\nkind: A\nmetadata: {name: a}\n"}), "top")
	known := filepath.Join(onDisk(t, map[string]string{"top/kustomization.yaml": patching, "top/r.yaml": deployed, "top/p.yaml": patched}), "top")
	var cache Cache
	var wg sync.WaitGroup
	for _, dir := range []string{unknown, known, unknown, known} {
		wg.Go(func() {
			for range 50 {
				_, err := linearWay(newBuilder(filesys.MakeFsOnDisk(), Options{Cache: &cache}), dir)
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
}
