package kbuild

import (
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// built is what came out of one way to build a tree.
type built struct {
	yaml string
	seen []string // what the function saw, with kustomize's annotations
	err  error
}

// buildBy builds a directory in one way, with a function in this process.
func buildBy(t testing.TB, fsys filesys.FileSystem, dir string, way func(*tree) (resmap.ResMap, error)) built {
	t.Helper()
	rep := newReport(io.Discard)
	defer rep.close()
	var b built
	tr := &tree{FileSystem: fsys, root: dir, command: []string{"/nonexistent"}, report: rep}
	tr.opts.InProcess = func(items []*yaml.Node, _ *yaml.Node, _ io.Writer) (manifest.Output, int) {
		for _, item := range items {
			text, err := manifest.Encode(item)
			require.NoError(t, err)
			b.seen = append(b.seen, string(text))
		}
		return markAll(items), 0
	}
	m, err := way(tr)
	if err == nil {
		err = tr.restore(m)
	}
	if b.err = err; err == nil {
		text, err := m.AsYaml()
		require.NoError(t, err)
		b.yaml = string(text)
	}
	return b
}

// markAll is a function that changes some resources, drops some and adds one.
func markAll(items []*yaml.Node) manifest.Output {
	for i, item := range items {
		if i%2 == 0 {
			yamlnode.Set(yamlnode.Ensure(item, "metadata", "annotations"), "marked", yamlnode.NewString("yes"))
		}
	}
	str := yamlnode.NewString
	return manifest.Output{
		Changed: func(i int) bool { return i%2 == 0 },
		Dropped: func(i int) bool {
			return strings.Contains(yamlnode.GetString(items[i], "metadata", "name"), "gamma")
		},
		Added: []*yaml.Node{yamlnode.NewMapping(str("apiVersion"), str("v1"), str("kind"), str("ConfigMap"),
			str("metadata"), yamlnode.NewMapping(str("name"), str("added")))},
	}
}

func linearWay(t *tree) (resmap.ResMap, error) { return t.linear() }

func krustyWay(t *tree) (resmap.ResMap, error) {
	defer t.enlist()()
	return krustyRun(t, t.root, t.options())
}

// sameAsKustomize asserts that a linear build gives what kustomize gives, or
// nothing. It returns why there is nothing, which is fine where kustomize fails.
func sameAsKustomize(t testing.TB, fsys filesys.FileSystem, dir string) (declined, failed error) {
	t.Helper()
	want := buildBy(t, fsys, dir, krustyWay)
	got := buildBy(t, fsys, dir, linearWay)
	if want.err != nil {
		require.Error(t, got.err, "kustomize says: %v", want.err)
		return nil, want.err
	}
	if got.err != nil {
		return got.err, nil
	}
	require.Equal(t, want.yaml, got.yaml)
	require.Equal(t, want.seen, got.seen)
	return nil, nil
}

// inMemory writes files into a file system in memory.
func inMemory(t testing.TB, files map[string]string) filesys.FileSystem {
	t.Helper()
	fsys := filesys.MakeFsInMemory()
	for name, text := range files {
		require.NoError(t, fsys.WriteFile(filepath.Join("/", name), []byte(text)))
	}
	return fsys
}

// FuzzLinear builds kustomizations made at random, from everything that a
// linear build covers: none is left to kustomize unless it fails there too.
func FuzzLinear(f *testing.F) {
	const seeds = 100
	for seed := range uint64(seeds) {
		f.Add(seed)
	}
	ran, built := 0, 0
	f.Fuzz(func(t *testing.T, seed uint64) {
		files := randomTree(seed)
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(files)
			}
		})
		declined, failed := sameAsKustomize(t, inMemory(t, files), "/top")
		require.NoError(t, declined)
		ran++
		if failed == nil {
			built++
		}
	})
	if ran == seeds && built < seeds/2 {
		f.Errorf("%d trees of %d build: the others say nothing about results", built, ran)
	}
}

// Every kustomization of the repository.
func TestLinearEqualsKustomizeOnTheRepository(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	taken := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isKustomization(path) {
			return err
		}
		dir := filepath.Dir(path)
		t.Run(strings.TrimPrefix(dir, root), func(t *testing.T) {
			declined, failed := sameAsKustomize(t, filesys.MakeFsOnDisk(), dir)
			if declined != nil {
				t.Log("left to kustomize:", declined)
			} else if failed == nil {
				taken++
			}
		})
		return nil
	}))
	require.Greater(t, taken, 20)
}

// Trees in which kustomize renames things, made for the function.
func TestLinearEqualsKustomizeOnIdentities(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/identity/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, file := range archives {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			declined, failed := sameAsKustomize(t, inMemory(t, files), "/")
			require.NoError(t, failed)
			if declined != nil {
				t.Log("left to kustomize:", declined)
			}
		})
	}
}
