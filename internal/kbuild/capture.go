package kbuild

import (
	"errors"

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
	var c Captured
	b := newBuilder(fsys, opts)
	b.captured = &c
	if _, err := b.run(dir); err != nil {
		return nil, err
	}
	return &c, nil
}

// resourceList is what a function would be given, as kustomize would write it.
func (m *indexed) resourceList() ([]byte, error) {
	if len(m.list) == 0 {
		return nil, errors.New("no resources")
	}
	items := make([]*yaml.Node, len(m.list))
	for i, e := range m.list {
		item, ok := view(e.res.YNode())
		if !ok || isEmbedded(item) {
			return nil, errUnusual
		}
		items[i] = item
	}
	return manifest.Encode(yamlnode.NewMapping(
		yamlnode.NewString("apiVersion"), yamlnode.NewString("config.kubernetes.io/v1"),
		yamlnode.NewString("kind"), yamlnode.NewString("ResourceList"),
		yamlnode.NewString("items"), yamlnode.NewSequence(items...)))
}
