package kbuild

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/kio"
)

// slice parses a file of resources as f.SliceFromBytes does. That looks for merge
// keys by copying each mapping with all that is below it, which is most of the time
// of a CustomResourceDefinition: where a file has no anchors it is left out. Lists,
// and what is refused, are SliceFromBytes' own.
func slice(f *resource.Factory, content []byte) ([]*resource.Resource, error) {
	nodes, err := (&kio.ByteReader{OmitReaderAnnotations: true, Reader: bytes.NewReader(content)}).Read()
	if err != nil {
		return f.SliceFromBytes(content)
	}
	good := nodes[:0]
	for _, n := range nodes {
		if n.IsNilOrEmpty() {
			continue
		}
		_, err := n.GetValidatedMetadata()
		if nilEntry, _ := n.HasNilEntryInList(); err != nil || nilEntry || strings.HasSuffix(n.GetKind(), "List") || hasAnchors(n.YNode()) {
			return f.SliceFromBytes(content)
		}
		good = append(good, n)
	}
	all := *f
	all.IncludeLocalConfigs = true // whoever comes next leaves them out, as after SliceFromBytes
	return all.ResourcesFromRNodes(good)
}

// hasAnchors reports whether something below n is an anchor, an alias or a merge
// key, or is called as one.
func hasAnchors(n *yaml.Node) bool {
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Tag == "!!merge" {
		return true
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && (c.Value == "<<" || c.Kind != yaml.ScalarNode) || hasAnchors(c) {
			return true
		}
	}
	return false
}
