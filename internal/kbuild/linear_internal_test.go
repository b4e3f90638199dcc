package kbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// way is one of the two ways to build a tree.
type way func(b *builder, root string) (resmap.ResMap, error)

func linearWay(b *builder, root string) (resmap.ResMap, error) {
	defer b.remotes.begin()()
	result, err := b.ours(root)
	return result.Resources, err
}

func stockWay(b *builder, root string) (resmap.ResMap, error) {
	result, err := b.stock(root)
	if result == nil {
		return nil, err
	}
	return result.Resources, err
}

// buildBy builds a directory in one way.
func buildBy(t testing.TB, fsys filesys.FileSystem, dir string, opts Options, way way) (text string, err error) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	opts.Command, opts.InProcess = []string{exe, ChildCommand}, StampNodes
	m, err := way(newBuilder(fsys, opts), dir)
	if err != nil {
		return "", err
	}
	yaml, err := m.AsYaml()
	require.NoError(t, err)
	return string(yaml), nil
}

// sameAsKustomize asserts that a linear build gives what kustomize gives, or
// nothing. It returns why there is nothing, which is fine where kustomize fails.
func sameAsKustomize(t testing.TB, fsys filesys.FileSystem, dir string) (declined, failed error) {
	t.Helper()
	want, err := buildBy(t, fsys, dir, Options{}, stockWay)
	got, declined := buildBy(t, fsys, dir, Options{}, linearWay)
	if err != nil {
		require.Error(t, declined, "kustomize says: %v", err)
		return nil, err
	}
	if declined != nil {
		return declined, nil
	}
	require.Equal(t, want, got)
	for range 3 { // what is kept is kept when it comes again
		got, err := buildBy(t, fsys, dir, Options{Cache: &known}, linearWay)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	return nil, nil
}

// known is what the trees of all tests have in common.
var known Cache

// written writes files where both ways can build them: a function runs in a
// directory that there is.
func written(t *testing.T, files map[string]string) (fsys filesys.FileSystem, dir string) {
	t.Helper()
	for _, text := range files {
		if strings.Contains(text, "kind: ConfigPipeline") {
			return filesys.MakeFsOnDisk(), onDisk(t, files)
		}
	}
	return inMemory(t, files), "/"
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
		fsys, dir := written(t, files)
		declined, failed := sameAsKustomize(t, fsys, filepath.Join(dir, "top"))
		if !errors.Is(declined, errUnusual) { // that depends on what is in the resources
			require.NoError(t, declined)
		}
		ran++
		if failed == nil {
			built++
		}
	})
	if ran == seeds && len(known.kustomized.values) == 0 {
		f.Error("nothing was built once for several builds")
	}
	if ran == seeds && built < seeds*2/5 {
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
			fsys, dir := written(t, files)
			declined, failed := sameAsKustomize(t, fsys, dir)
			require.NoError(t, failed)
			if declined != nil {
				t.Log("left to kustomize:", declined)
			}
		})
	}
}
