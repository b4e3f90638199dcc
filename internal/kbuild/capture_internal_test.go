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

var inFile = regexp.MustCompile(`configuredIn: [^\\]*`)

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
	list := c.Resources
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
