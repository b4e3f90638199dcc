package check

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// outsideOfFolder reports whether a kustomization could not be built because it
// refers to a file that is not below its own folder.
func outsideOfFolder(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), "is not in or below") {
			return true
		}
	}
	return false
}

// within is a file system of which only what is below one folder is read.
type within struct {
	filesys.FileSystem
	dir string
}

func (w within) ReadFile(path string) ([]byte, error) {
	if !w.holds(path) {
		return nil, fmt.Errorf("security; file '%s' is not in or below '%s'", path, w.dir)
	}
	return w.FileSystem.ReadFile(path)
}

// holds reports whether a file, with its symbolic links followed, is below the
// folder or in the directory for temporary files, where clones are.
func (w within) holds(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return true // it cannot be read at all
	}
	for _, dir := range [...]string{w.dir, os.TempDir()} {
		top, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		if top, err = filepath.EvalSymlinks(top); err != nil {
			continue
		}
		rel, err := filepath.Rel(top, real)
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			continue
		}
		if dir == w.dir || strings.HasPrefix(rel, "kustomize-") {
			return true
		}
	}
	return false
}
