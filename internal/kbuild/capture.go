package kbuild

import (
	"errors"
	"os"
	"path/filepath"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Capture builds the kustomization in dir up to the point where kustomize adds
// hashes to names and repairs references, and returns the resources there as a
// ResourceList. They carry kustomize's internal annotations: this is what a
// component that is applied to dir sees. It is empty for a tree without
// resources.
func Capture(fsys filesys.FileSystem, dir string, opts Options) ([]byte, error) {
	tmp, err := os.MkdirTemp("", "krm-validate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, "resources.yaml")
	_, err = run(fsys, dir, opts, file)
	content, readErr := os.ReadFile(file)
	switch {
	case readErr == nil:
		return content, nil
	case !errors.Is(readErr, os.ErrNotExist):
		return nil, readErr
	case err != nil:
		return nil, err
	}
	return nil, nil // kyaml does not call functions without resources
}
