package kbuild

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/kio"
)

var (
	inFile      = regexp.MustCompile(`configuredIn: [^\\]*`)
	inTemporary = regexp.MustCompile(`krm-validate-[0-9]+`)
)

// capturedBy returns the resources that one way to build a directory captures.
func capturedBy(t testing.TB, fsys filesys.FileSystem, dir string, way way) (resources []string, failed error) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	var c Captured
	b := newBuilder(fsys, Options{Command: []string{exe, ChildCommand}})
	b.captured = &c
	_, failed = way(b, dir)
	if failed != nil {
		return nil, failed
	}
	list, err := c.List()
	require.NoError(t, err)
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(list), OmitReaderAnnotations: true}).Read()
	require.NoError(t, err)
	for _, n := range nodes {
		// kustomize numbers and names what it hands to a function.
		annotations := n.GetAnnotations()
		for _, name := range []string{
			"config.kubernetes.io/index", "internal.config.kubernetes.io/index",
			"internal.config.kubernetes.io/annotations-migration-resource-id", "kustomize.config.k8s.io/id",
			"config.k8s.io/id", "internal.config.kubernetes.io/id",
		} {
			delete(annotations, name)
		}
		require.NoError(t, n.SetAnnotations(annotations))
		text, err := n.MarshalJSON()
		require.NoError(t, err)
		// Where a plugin was configured is put right at the end of a build.
		resources = append(resources, inFile.ReplaceAllString(string(text), ""))
	}
	return resources, nil
}

// A linear build captures what a function of kustomize's would be given, or
// leaves it to kustomize.
func TestLinearCaptures(t *testing.T) {
	captured := 0
	for name, files := range covered() {
		t.Run(name, func(t *testing.T) {
			dir, disk := t.TempDir(), filesys.MakeFsOnDisk()
			for file, text := range files {
				path := filepath.Join(dir, filepath.FromSlash(file))
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
			}
			root, err := filepath.EvalSymlinks(filepath.Join(dir, "top"))
			require.NoError(t, err)
			got, err := capturedBy(t, disk, root, linearWay)
			if err != nil {
				require.Empty(t, got)
				return // such as one with our function, which needs this process
			}
			captured++
			want, err := capturedBy(t, disk, root, stockWay)
			require.NoError(t, err)
			require.NotEmpty(t, want)
			require.Equal(t, want, got)
		})
	}
	require.Greater(t, captured, len(covered())*4/5)
}

// A build captures on its way what separate builds do, of itself and of each
// kustomization in it.
func TestCapturedOnTheWay(t *testing.T) {
	encoded := func(c *Captured) string {
		text, err := c.List()
		require.NoError(t, err)
		return inTemporary.ReplaceAllString(inFile.ReplaceAllString(string(text), ""), "")
	}
	once, sources := 0, 0
	check := func(t *testing.T, files map[string]string) {
		root, err := filepath.EvalSymlinks(onDisk(t, files))
		require.NoError(t, err)
		top := filepath.Join(root, "top")
		exe, err := os.Executable()
		require.NoError(t, err)
		opts := Options{Command: []string{exe, ChildCommand}, InProcess: StampNodes, Cache: &known}
		disk := filesys.MakeFsOnDisk()
		want, err := Build(disk, top, opts)
		if err != nil {
			return
		}
		after, err := Capture(disk, top, opts)
		require.NoError(t, err)
		for name := range files {
			source := filepath.Join(root, filepath.Dir(filepath.FromSlash(name)))
			if !isKustomization(name) || source == top {
				continue
			}
			before, err := Capture(disk, source, opts)
			if err != nil {
				continue // a component, or one that builds with others alone
			}
			b := newBuilder(disk, opts)
			b.passing = &passing{source: source}
			_, err = b.run(top)
			require.NoError(t, err)
			if sources++; b.passing.before != nil {
				once++
			}
			result, gotBefore, gotAfter, err := BuildCaptured(disk, top, source, opts)
			require.NoError(t, err)
			require.Equal(t, encoded(before), encoded(gotBefore), source)
			require.Equal(t, encoded(after), encoded(gotAfter))
			require.Equal(t, after.Configs, gotAfter.Configs)
			wantText, err := YAML(want.Resources)
			require.NoError(t, err)
			text, err := YAML(result.Resources)
			require.NoError(t, err)
			require.Equal(t, string(wantText), string(text))
		}
	}
	for name, files := range covered() {
		t.Run(name, func(t *testing.T) { check(t, files) })
	}
	for seed := range uint64(40) {
		check(t, randomTree(seed))
	}
	require.Greater(t, once, sources/3, "of %d sources", sources)
}
