package kbuild

import (
	"errors"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
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
	b := newBuilder(fsys, opts)
	b.capture = filepath.Join(tmp, "resources.yaml")
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

// captureTo writes what a function would be given, as kustomize would write it.
func (m *indexed) captureTo(file string) error {
	if len(m.list) == 0 {
		return errors.New("no resources")
	}
	items := make([]*yaml.Node, len(m.list))
	for i, e := range m.list {
		item, ok := view(e.res.YNode())
		if !ok || isEmbedded(item) {
			return errUnusual
		}
		items[i] = item
	}
	text, err := manifest.Encode(yamlnode.NewMapping(
		yamlnode.NewString("apiVersion"), yamlnode.NewString("config.kubernetes.io/v1"),
		yamlnode.NewString("kind"), yamlnode.NewString("ResourceList"),
		yamlnode.NewString("items"), yamlnode.NewSequence(items...)))
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
