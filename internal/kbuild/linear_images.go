package kbuild

import (
	"errors"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/filters/imagetag"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// imageValues are the values of the fields that can hold images, by resource.
// Entries of one kustomization share them.
type imageValues map[*entry][]string

// setImage does what kustomize's ImageTagTransformer does, which looks through
// all of every resource for each image. What it does to resources without that
// image (fields made lists, errors) is the same for any image, so the first one
// of a kustomization sees all resources, the others those that may have it.
type setImage struct {
	image  types.Image
	fields types.FsSlice
	values imageValues
	first  bool
}

// Transform implements [resmap.Transformer].
func (s *setImage) Transform(rm resmap.ResMap) error {
	m, ok := rm.(*indexed)
	if !ok {
		return errors.New("not an indexed map")
	}
	m.lendAll()
	entries := m.list
	// kustomize takes names for regular expressions, which have to match from the
	// start.
	if name, err := regexp.Compile("^" + s.image.Name); err == nil && !s.first {
		entries = nil
		for _, e := range m.list {
			if slices.ContainsFunc(s.values[e], name.MatchString) {
				entries = append(entries, e)
			}
		}
	}
	nodes := make([]*kyaml.RNode, len(entries))
	for i, e := range entries {
		nodes[i] = &e.res.RNode
	}
	if _, err := (imagetag.LegacyFilter{ImageTag: s.image}).Filter(nodes); err != nil {
		return err
	}
	if _, err := (imagetag.Filter{ImageTag: s.image, FsSlice: s.fields}).Filter(nodes); err != nil {
		return err
	}
	keys := s.keys()
	for _, e := range entries {
		s.values[e] = valuesOf(nil, e.res.YNode(), keys)
	}
	return nil
}

// keys are the names of fields that can hold an image.
func (s *setImage) keys() map[string]bool {
	keys := map[string]bool{"image": true}
	for _, f := range s.fields {
		path := utils.PathSplitter(f.Path, "/")
		keys[path[len(path)-1]] = true
	}
	return keys
}

// valuesOf appends the scalars that stand at keys anywhere in a node.
func valuesOf(values []string, n *yaml.Node, keys map[string]bool) []string {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && c.Kind == yaml.ScalarNode && keys[n.Content[i-1].Value] {
			values = append(values, c.Value)
		}
		values = valuesOf(values, c, keys)
	}
	return values
}
