package provenance

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
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
		return yield(strings.TrimPrefix(string(path), "."), n)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !walkScalars(n.Content[i+1], appendKey(path, n.Content[i].Value), yield) {
				return false
			}
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			if !walkScalars(e, append(strconv.AppendInt(append(path, '['), int64(i), 10), ']'), yield) {
				return false
			}
		}
	}
	return true
}

// appendKey is reference.PathStep: this package knows nothing of references.
func appendKey(path []byte, key string) []byte {
	if key == "" || strings.ContainsAny(key, `.[]"' `) {
		return append(strconv.AppendQuote(append(path, '['), key), ']')
	}
	return append(append(path, '.'), key...)
}

// Below reports whether a field is another one, or in it.
func Below(field, path string) bool {
	rest, ok := strings.CutPrefix(field, path)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
