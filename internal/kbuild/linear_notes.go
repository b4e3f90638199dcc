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
// transformers that a resource went through, whenever origins are asked for:
// patches and functions can see it. kustomize parses the list and writes it anew
// for each resource and each transformer. Text that it has written before need
// not be parsed, and one more entry is one more text.
type transformationNotes struct {
	origins map[string]bool // texts that are origins
	lists   map[string]bool // texts that are lists of transformers
	// longer are the lists with the transformer that is being noted, by the lists
	// so far: most resources have the same one.
	longer map[string]string
}

// add notes a transformer on all resources.
func (n *transformationNotes) add(m *indexed, by *resource.Origin) error {
	if n.lists == nil {
		n.origins, n.lists = map[string]bool{}, map[string]bool{"": true}
	}
	n.longer = map[string]string{}
	entry, err := (&resource.Transformations{by}).String()
	if err != nil {
		return err
	}
	m.lendAll()
	for _, e := range m.list {
		if n.extend(e.res, entry) {
			continue
		}
		if err := n.addTo(e.res, by); err != nil {
			return err
		}
	}
	return nil
}

// extend adds an entry to the list of a resource whose annotations are all known.
func (n *transformationNotes) extend(r *resource.Resource, entry string) bool {
	notes := stringAnnotations(r)
	origin, list := yamlnode.Get(notes, originAnnotation), yamlnode.Get(notes, transformsAnnotation)
	so := yamlnode.String(list)
	if origin == nil || !n.origins[origin.Value] || !n.lists[so] {
		return false
	}
	longer, ok := n.longer[so]
	if !ok {
		longer = so + entry
		n.longer[so], n.lists[longer] = longer, true
	}
	yamlnode.Set(notes, transformsAnnotation, yamlnode.NewString(longer))
	return true
}

// addTo notes a transformer on a resource as kustomize does.
func (n *transformationNotes) addTo(r *resource.Resource, by *resource.Origin) error {
	origin, err := r.GetOrigin()
	if err != nil {
		return err
	}
	if origin == nil {
		return r.SetOrigin(by)
	}
	n.origins[r.GetAnnotations()[originAnnotation]] = true
	return r.AddTransformation(by)
}

// stringAnnotations returns the annotations of a resource if they are strings
// with different keys: kustomize makes them so whenever it sets one.
func stringAnnotations(r *resource.Resource) *yaml.Node {
	notes := yamlnode.Get(yamlnode.Get(r.YNode(), "metadata"), "annotations")
	if notes == nil || notes.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(notes.Content); i += 2 {
		key, value := notes.Content[i], notes.Content[i+1]
		if key.Kind != yaml.ScalarNode || !isWord(key.Value) || value.Kind != yaml.ScalarNode || value.Tag != kyaml.NodeTagString {
			return nil
		}
		for j := 0; j < i; j += 2 {
			if notes.Content[j].Value == key.Value {
				return nil
			}
		}
	}
	return notes
}

// isWord reports whether a text is a string without quotes and tags.
func isWord(text string) bool {
	plain := yaml.Node{Kind: yaml.ScalarNode, Value: text}
	return plain.ShortTag() == kyaml.NodeTagString
}
