package kbuild

import (
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/filters/annotations"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// annotateOrigin makes resources say which file they come from.
func annotateOrigin(rs []*resource.Resource, origin *resource.Origin) error {
	text, err := origin.String()
	if err != nil {
		return err
	}
	nodes := make([]*kyaml.RNode, len(rs))
	for i, r := range rs {
		nodes[i] = &r.RNode
	}
	_, err = annotations.Filter{
		Annotations: map[string]string{originAnnotation: text},
		FsSlice:     types.FsSlice{{Path: "metadata/annotations", CreateIfNotPresent: true}},
	}.Filter(nodes)
	return err
}

// transformationNotes keep the annotation in which kustomize lists the
// transformers that a resource went through, whenever origins are asked for. It
// parses the list and writes it anew for each resource and transformer. Most
// resources have the same list, so each is extended once.
type transformationNotes struct {
	origins map[string]bool   // texts that are origins
	longer  map[string]string // the list with the current transformer, by the list so far
}

// add notes a transformer on all resources.
func (n *transformationNotes) add(m *indexed, by *resource.Origin) error {
	n.longer = map[string]string{}
	if n.origins == nil {
		n.origins = map[string]bool{}
	}
	m.lendAll()
	for _, e := range m.list {
		if err := n.addTo(e.res, by); err != nil {
			return err
		}
	}
	return nil
}

func (n *transformationNotes) addTo(r *resource.Resource, by *resource.Origin) error {
	notes := stringAnnotations(r)
	origin, list := yamlnode.Get(notes, originAnnotation), yamlnode.Get(notes, transformsAnnotation)
	if origin != nil && n.origins[origin.Value] {
		before := yamlnode.String(list)
		if after, ok := n.longer[before]; ok {
			yamlnode.Set(notes, transformsAnnotation, yamlnode.NewString(after))
			return nil
		}
	}
	before := r.GetAnnotations()
	found, err := r.GetOrigin()
	if err != nil {
		return err
	}
	if found == nil {
		return r.SetOrigin(by)
	}
	if err := r.AddTransformation(by); err != nil {
		return err
	}
	n.origins[before[originAnnotation]] = true
	n.longer[before[transformsAnnotation]] = r.GetAnnotations()[transformsAnnotation]
	return nil
}

// stringAnnotations returns the annotations of a resource if they are strings
// with different keys: kustomize makes them so whenever it sets one.
func stringAnnotations(r *resource.Resource) *yaml.Node {
	notes := yamlnode.Get(yamlnode.Get(r.YNode(), "metadata"), "annotations")
	if notes == nil || notes.Kind != yaml.MappingNode {
		return nil
	}
	seen := make(map[string]bool, len(notes.Content)/2)
	for i, n := range notes.Content {
		if n.Kind != yaml.ScalarNode || n.Tag != kyaml.NodeTagString {
			return nil
		}
		if i%2 == 0 {
			if seen[n.Value] {
				return nil
			}
			seen[n.Value] = true
		}
	}
	return notes
}
