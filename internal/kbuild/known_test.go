package kbuild_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// A folded scalar with more indented lines comes out as from kustomize, in
// annotations and elsewhere.
func TestFoldedScalars(t *testing.T) {
	folded := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    fold: >\n      first\n\n        more\n\n      last\ndata:\n  x: >-\n    one\n      two\n    three\n"
	for name, k := range map[string]string{
		"plain":    "",
		"prefix":   "namePrefix: x-\ncommonAnnotations: {note: why}\n",
		"patch":    "patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {u: w}}}'}]\n",
		"metadata": "buildMetadata: [originAnnotations]\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := files{"kustomization.yaml": "resources: [a.yaml]\n" + k, "a.yaml": folded}.write(t)
			want, err := realBuild(t, dir)
			require.NoError(t, err)
			got, _, err := build(t, dir, kbuild.Options{})
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	dir := files{"kustomization.yaml": "resources: [a.yaml]\ntransformers: [fn.yaml]\n", "a.yaml": folded, "fn.yaml": pipeline(execSpec)}.write(t)
	want, err := realBuild(t, dir, "--enable-alpha-plugins", "--enable-exec")
	require.NoError(t, err)
	got, _, err := build(t, dir, kbuild.Options{InProcess: kbuild.StampNodes})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// What kustomize refuses is refused.
func TestRefusedAsByKustomize(t *testing.T) {
	for name, tree := range map[string]files{
		"own ancestor":         {"kustomization.yaml": "resources: [run]\n", "run/kustomization.yaml": "resources: [..]\n"},
		"ancestor of pipeline": {"kustomization.yaml": "resources: [run]\n" + deleteReceipt, "run/kustomization.yaml": "resources: [../../own]\ntransformers: [fn.yaml]\n", "run/fn.yaml": pipeline(execSpec)},
		"itself":               {"kustomization.yaml": "resources: [.]\n"},
		"nothing":              {"kustomization.yaml": "resources:\n"},
		"empty":                {"kustomization.yaml": ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(tree.write(t), "..", "own")
			dir = filepath.Clean(dir)
			require.NoError(t, os.RemoveAll(dir))
			require.NoError(t, os.Rename(tree.write(t), dir))
			_, want := realBuild(t, dir, "--enable-alpha-plugins", "--enable-exec")
			require.Error(t, want)
			_, _, err := build(t, dir, kbuild.Options{InProcess: kbuild.StampNodes})
			require.Error(t, err)
		})
	}
}

// What is deprecated is said once, with the file that it stands in.
func TestWarningsNameTheFile(t *testing.T) {
	dir := files{
		"kustomization.yaml":   "resources: [a, b]\ncommonLabels: {l: m}\n",
		"a/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n", "b/kustomization.yaml": "resources: [../base]\nnamePrefix: b-\n",
		"base/kustomization.yaml": "resources: [cm.yaml]\npatchesStrategicMerge: [cm.yaml]\n", "base/cm.yaml": configMap,
	}.write(t)
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
	require.NoError(t, err)
	require.Len(t, result.Warnings, 2)
	assert.Equal(t, filepath.Join(dir, "kustomization.yaml"), result.Warnings[0].File)
	assert.Equal(t, filepath.Join(dir, "base", "kustomization.yaml"), result.Warnings[1].File)
	assert.Contains(t, result.Warnings[1].Text, "patchesStrategicMerge")
}

// Vars without use are a warning, unless somebody observes: they get to know more.
func TestUnusedVarsAreSaidOnce(t *testing.T) {
	dir := files{
		"kustomization.yaml": "resources: [cm.yaml]\nvars:\n- name: A\n  objref: {kind: ConfigMap, name: app, apiVersion: v1}\n", "cm.yaml": configMap,
	}.write(t)
	var opts kbuild.Options
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, opts)
	require.NoError(t, err)
	said := len(result.Warnings)
	require.Contains(t, result.Warnings[said-1].Text, "vars that are never used: A")
	var observed []string
	opts.Observe = func(s *kbuild.Step) func() {
		observed = append(observed, s.Names...)
		return nil
	}
	result, err = kbuild.Build(filesys.MakeFsOnDisk(), dir, opts)
	require.NoError(t, err)
	assert.Equal(t, []string{"A"}, observed)
	assert.Len(t, result.Warnings, said-1)
}

// A schema that one build brings is not there for the next one.
func TestSchemasOfBuildsAreApart(t *testing.T) {
	widget := "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {list: [{ref: a}, {ref: b}]}\n"
	patch := "patches: [{patch: '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {list: [{ref: a, more: x}]}}'}]\n"
	plain := files{"kustomization.yaml": "resources: [w.yaml]\n" + patch, "w.yaml": widget}
	own := plain.with(files{
		"kustomization.yaml": "openapi: {path: o.json}\nresources: [w.yaml]\n" + patch,
		"o.json":             `{"definitions": {"com.example.v1.Widget": {"properties": {"spec": {"properties": {"list": {"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": "ref", "x-kubernetes-patch-strategy": "merge"}}}}, "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Widget", "version": "v1"}]}}}`,
	})
	for _, other := range []files{own, {"kustomization.yaml": "resources: [w.yaml]\nopenapi: {version: none}\n", "w.yaml": widget}} {
		before, _, err := build(t, plain.write(t), kbuild.Options{})
		require.NoError(t, err)
		_, _, _ = build(t, other.write(t), kbuild.Options{})
		after, _, err := build(t, plain.write(t), kbuild.Options{})
		require.NoError(t, err)
		assert.Equal(t, before, after)
	}
}
