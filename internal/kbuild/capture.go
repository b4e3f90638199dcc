package kbuild

import (
	"errors"
	"os"
	"path/filepath"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Captured is a build stopped where a component would be applied to it.
type Captured struct {
	// Resources is a ResourceList. Its resources carry kustomize's internal
	// annotations; names have prefixes but no hashes, and references are as
	// they were written. A tree without resources has one that is marked with
	// config.kubernetes.io/local-config.
	Resources []byte
	// Configs are the configurations of our function that ran, in YAML.
	Configs []string
}

// Capture builds the kustomization in dir up to the point where kustomize adds
// hashes to names and repairs references.
func Capture(fsys filesys.FileSystem, dir string, opts Options) (*Captured, error) {
	tmp, err := os.MkdirTemp("", "krm-validate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	b := &builder{fsys: fsys, opts: opts, capture: filepath.Join(tmp, "resources.yaml")}
	_, err = b.run(dir)
	content, readErr := os.ReadFile(b.capture)
	switch {
	case errors.Is(readErr, os.ErrNotExist) && err != nil:
		return nil, err
	case readErr != nil:
		return nil, readErr
	}
	return &Captured{Resources: content, Configs: b.configs}, nil
}
