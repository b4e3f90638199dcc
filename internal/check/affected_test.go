package check

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a tree is made of is affected; what only stands beside it is not.
func TestAffected(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"base/kustomization.yaml":    "resources: [a.yaml, sub]\nconfigMapGenerator: [{name: c, files: [app.conf, key=other.conf], envs: [x.env]}]\n",
		"base/a.yaml":                "kind: X\n",
		"base/app.conf":              "x",
		"base/other.conf":            "x",
		"base/x.env":                 "x",
		"base/README.md":             "x",
		"base/sub/kustomization.yml": "resources: []\n",
		"part/kustomization.yaml":    "kind: Component\npatches:\n- path: patch.yaml\n- target: {kind: X}\n  path: json.json\n",
		"part/patch.yaml":            "kind: X\n",
		"part/json.json":             "[]",
		"one/kustomization.yaml":     "resources: [../base]\ncomponents: [../part]\ntransformers: [fn.yaml]\ngenerators: [gen.yaml]\n",
		"one/fn.yaml":                "kind: Fn\n",
		"one/gen.yaml":               "kind: ChartRenderer\nmetadata: {name: x}\n---\nkind: Y\nvaluesFile: values/a.yaml\nargsOneLiner: --config deep/b.txt\n",
		"one/values/a.yaml":          "x",
		"one/deep/b.txt":             "x",
		"two/kustomization.yaml":     "helmCharts: [{name: shop, valuesFile: v.yaml}]\n",
		"two/v.yaml":                 "x",
		"two/charts/shop/Chart.yaml": "x",
		"two/charts/shop/x.tpl":      "x",
		"three/kustomization.yaml":   "resources: [../base/sub]\npatchesStrategicMerge:\n- |-\n  kind: X\nreplacements: [{path: r.yaml}, {source: {kind: X, options: {delimiter: /}}}]\nconfigurations: [c.yaml]\ncrds: [d.json]\nopenapi: {path: o.json}\n",
		"three/r.yaml":               "x", "three/c.yaml": "x", "three/d.json": "{}", "three/o.json": "{}",
		"plain/a.yaml": "kind: X\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	trees := []Tree{{Name: "one", Root: "one"}, {Name: "two", Root: "two"}, {Name: "three", Root: "three"}, {Name: "plain", Files: []string{"plain/a.yaml"}}}
	for file, want := range map[string][]string{
		"base/kustomization.yaml": {"one"}, "base/a.yaml": {"one"}, "base/app.conf": {"one"}, "base/other.conf": {"one"}, "base/x.env": {"one"},
		"base/README.md": nil, "base/sub/kustomization.yml": {"one", "three"}, "base/sub/notes.txt": nil,
		"base/sub/kustomization.yaml": {"one", "three"}, // one that is gone, and counted before the other
		"part/patch.yaml":             {"one"}, "part/json.json": {"one"}, "part/kustomization.yaml": {"one"},
		"one/fn.yaml": {"one"}, "one/gen.yaml": {"one"}, "one/values/a.yaml": {"one"}, "one/deep/b.txt": {"one"}, "one/deep/c.txt": nil,
		"two/v.yaml": {"two"}, "two/charts/shop/Chart.yaml": {"two"}, "two/charts/shop/x.tpl": {"two"}, "two/charts/shop/gone.tpl": {"two"}, "two/x.yaml": nil,
		"three/r.yaml": {"three"}, "three/c.yaml": {"three"}, "three/d.json": {"three"}, "three/o.json": {"three"},
		"plain/a.yaml": {"plain"}, "plain/gone.yaml": {"plain"}, "plain/gone.txt": nil, "elsewhere/x.yaml": nil,
	} {
		path, err := filepath.Abs(filepath.FromSlash(file))
		require.NoError(t, err)
		var got []string
		for _, tree := range Affected(trees, []string{path}, nil) {
			got = append(got, trees[tree].Name)
		}
		assert.Equal(t, want, got, file)
	}

	// A folder that is referred to and gone, and one that cannot be read.
	gone, err := filepath.Abs(filepath.Join("base", "a.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll("base"))
	assert.Len(t, Affected(trees[:1], []string{gone}, nil), 1)
	require.NoError(t, os.WriteFile(filepath.Join("two", "kustomization.yaml"), []byte("a: [\n"), 0o644))
	assert.Len(t, Affected(trees[1:2], []string{gone}, nil), 1)
}

// A release that comes or goes beside others, and an environment, say what the folders
// there are for; files in a submodule, of which git names the folder, are files like
// others.
func TestAffectedBesideAndBelow(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"deploy/1.2/kustomization.yaml": "resources: [a.yaml]\n", "deploy/1.2/a.yaml": "kind: X\n", "deploy/1.3/a.yaml": "kind: X\n", "deploy/1.3/b.yaml": "kind: X\n",
		"envs/test/kustomization.yaml": "resources: [../../vendored/base]\n", "vendored/base/kustomization.yaml": "resources: [a.yaml]\n", "vendored/base/a.yaml": "kind: X\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	trees := []Tree{{Name: "1.2", Root: "deploy/1.2"}, {Name: "test", Root: "envs/test"}}
	affected := func(files []string, was ...string) []string {
		var paths, old []string
		for _, f := range files {
			path, err := filepath.Abs(filepath.FromSlash(f))
			require.NoError(t, err)
			paths = append(paths, path)
		}
		for _, f := range was {
			path, err := filepath.Abs(filepath.FromSlash(f))
			require.NoError(t, err)
			old = append(old, path)
		}
		var got []string
		for _, i := range Affected(trees, paths, func(file string) []byte {
			if slices.Contains(old, file) {
				return []byte("x")
			}
			return nil
		}) {
			got = append(got, trees[i].Name)
		}
		return got
	}
	both := []string{"1.2", "test"}
	assert.Equal(t, both, affected([]string{"deploy/1.3/a.yaml", "deploy/1.3/b.yaml"}), "a release is new")
	assert.Empty(t, affected([]string{"deploy/1.3/a.yaml"}, "deploy/1.3/a.yaml"), "it was there")
	assert.Empty(t, affected([]string{"deploy/1.3/a.yaml"}), "a file of it is new")
	assert.Equal(t, both, affected([]string{"deploy/1.1/a.yaml"}, "deploy/1.1/a.yaml"), "a release is gone")
	assert.Equal(t, both, affected([]string{"envs/staging/a.yaml"}, "envs/staging/a.yaml"), "an environment is gone")
	assert.Equal(t, []string{"test"}, affected([]string{"vendored"}, "vendored"), "a submodule")
}

// What Flux adds to a kustomization is a part of it.
func TestAffectedByAddedComponents(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		".git/HEAD": "ref: refs/heads/main\n", "app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": "kind: X\n",
		"other/kustomization.yaml": "resources: [a.yaml]\n", "other/a.yaml": "kind: X\n",
		"parts/login/kustomization.yaml": "kind: Component\nresources: [a.yaml]\n", "parts/login/a.yaml": "kind: X\n",
		"flux/app.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./app, components: [../parts/login, ../parts/gone]}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	trees := []Tree{{Name: "app", Root: "app"}, {Name: "other", Root: "other"}}
	for file, want := range map[string][]int{"parts/login/a.yaml": {0}, "parts/gone/kustomization.yaml": {0}, "parts/b.yaml": nil, "other/a.yaml": {1}} {
		path, err := filepath.Abs(filepath.FromSlash(file))
		require.NoError(t, err)
		assert.Equal(t, want, Affected(trees, []string{path}, nil), file)
	}
}
