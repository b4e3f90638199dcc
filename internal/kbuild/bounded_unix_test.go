//go:build unix

package kbuild_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// TestOnlyFilesAreRead: a pipe would wait for ever, a device never ends.
func TestOnlyFilesAreRead(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"pipe":           func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"link to device": func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		for _, file := range []string{"x.yaml", "kustomization.yaml", "text.txt"} {
			t.Run(name+" "+file, func(t *testing.T) {
				dir := t.TempDir()
				if file != "kustomization.yaml" {
					text := "resources: [x.yaml]\nconfigMapGenerator: [{name: a, files: [text.txt]}]\n"
					require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600))
				}
				if file == "text.txt" {
					require.NoError(t, os.WriteFile(filepath.Join(dir, "x.yaml"), []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"), 0o600))
				}
				require.NoError(t, make(filepath.Join(dir, file)))
				_, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
				require.Error(t, err)
				_, err = kbuild.Stock(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
				require.Error(t, err)
			})
		}
	}
}
