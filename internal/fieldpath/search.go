package fieldpath

import (
	"sort"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// To returns the path from root to the node n, as in spec.containers[0].image,
// or "" if n is not below root. It is for findings only: it searches.
func To(root, n *yaml.Node) string {
	path, _ := Find(root, n)
	return path
}

// Find is To, and says whether n is a key there: the path is that of its value.
func Find(root, n *yaml.Node) (field string, isKey bool) {
	if root == nil || n == nil {
		return "", false
	}
	var buffer [16]pathStep
	steps, found := buffer[:0], false
	for _, how := range [...]order{sorted, ordered, unordered} {
		if steps, found = findPath(root, n, buffer[:0], how); found {
			break
		}
	}
	if !found {
		return "", false
	}
	if last := len(steps) - 1; last >= 0 && steps[last].key == nil && n.Column == yamlnode.Everywhere {
		steps = steps[:last] // it is the list that is known
	}
	var path [256]byte
	text := path[:0]
	for _, s := range steps {
		if s.key == nil {
			text = AppendIndex(text, s.index)
		} else {
			text = AppendKey(text, s.key.Value)
		}
	}
	last := len(steps) - 1
	return Trim(text), last >= 0 && steps[last].key == n
}

// order is what findPath takes for granted.
type order uint8

const (
	unordered order = iota
	ordered         // fields that end before n do not hold it
	sorted          // nor do those of long collections that start behind it
)

// long is how many elements are worth a search by halves.
const long = 32

// pathStep is the way from a node to one below it: the key of a mapping or the
// index of a list.
type pathStep struct {
	key   *yaml.Node
	index int
}

// maxPath bounds the search; no field is nearly as deep.
const maxPath = 200

// findPath appends the steps from at to n. If nodes are in the order of their
// places it passes over fields that end before n; not all nodes are, for some
// may be made or moved.
func findPath(at, n *yaml.Node, steps []pathStep, how order) (_ []pathStep, found bool) {
	if at == n {
		return steps, true
	}
	if at == nil || len(steps) > maxPath {
		return steps, false
	}
	// mayHold reports whether n may be below c, which next follows.
	mayHold := func(c *yaml.Node, next int) bool {
		return c.Kind != yaml.ScalarNode && !(how >= ordered && next < len(at.Content) && !precedes(n, placed(at.Content, next)))
	}
	switch at.Kind {
	case yaml.AliasNode:
		return findPath(at.Alias, n, steps, how)
	case yaml.DocumentNode:
		for _, c := range at.Content {
			if way, ok := findPath(c, n, steps, how); ok {
				return way, true
			}
		}
	case yaml.MappingNode:
		for i := 2 * from(at.Content, 2, n, how); i+1 < len(at.Content); i += 2 {
			key, v := at.Content[i], at.Content[i+1]
			if key == n || v == n {
				return append(steps, pathStep{key: key}), true
			}
			if mayHold(v, i+2) {
				if way, ok := findPath(v, n, append(steps, pathStep{key: key}), how); ok {
					return way, true
				}
			}
		}
	case yaml.SequenceNode:
		for i := from(at.Content, 1, n, how); i < len(at.Content); i++ {
			c := at.Content[i]
			if c == n || mayHold(c, i+1) {
				if way, ok := findPath(c, n, append(steps, pathStep{index: i}), how); ok {
					return way, true
				}
			}
		}
	}
	return steps, false
}

// from is the first of the fields, of width nodes each, that may hold n. Where
// they are sorted it is the last that does not start behind n.
func from(content []*yaml.Node, width int, n *yaml.Node, how order) int {
	if how < sorted || len(content) < long*width {
		return 0
	}
	behind := sort.Search(len(content)/width, func(i int) bool { return precedes(n, placed(content, i*width)) })
	return max(0, behind-1)
}

// placed is the node that begins at an index of a mapping or list, or the value
// of one that is a key without a place of its own.
func placed(content []*yaml.Node, i int) *yaml.Node {
	if n := content[i]; n.Line != yamlnode.Beside || i+1 == len(content) {
		return n
	}
	return content[i+1]
}

// precedes reports whether a stands before b in their file.
func precedes(a, b *yaml.Node) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}
