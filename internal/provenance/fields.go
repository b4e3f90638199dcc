package provenance

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

// Scalars calls yield with each scalar of a resource and its path, in the form
// that findings have it: spec.ports[0].port, data["nginx.conf"].
func Scalars(root *yaml.Node) func(yield func(field string, n *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		walkScalars(root, nil, yield)
	}
}

func walkScalars(n *yaml.Node, path []byte, yield func(string, *yaml.Node) bool) bool {
	switch n.Kind {
	case yaml.ScalarNode:
		return yield(fieldpath.Trim(path), n)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !walkScalars(n.Content[i+1], fieldpath.AppendKey(path, n.Content[i].Value), yield) {
				return false
			}
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			if !walkScalars(e, fieldpath.AppendIndex(path, i), yield) {
				return false
			}
		}
	}
	return true
}

// Below reports whether a field is another one, or in it. All are in "".
func Below(field, path string) bool {
	rest, ok := strings.CutPrefix(field, path)
	return ok && (rest == "" || path == "" || rest[0] == '.' || rest[0] == '[')
}
