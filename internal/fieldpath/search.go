package fieldpath

import "go.yaml.in/yaml/v3"

// To returns the path from root to the node n, as in spec.containers[0].image,
// or "" if n is not below root. It is for findings only: it searches.
func To(root, n *yaml.Node) string {
	if root == nil || n == nil {
		return ""
	}
	var buffer [16]pathStep
	steps, found := findPath(root, n, buffer[:0], true)
	if !found {
		steps, found = findPath(root, n, buffer[:0], false)
	}
	if !found {
		return ""
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
	return Trim(text)
}

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
func findPath(at, n *yaml.Node, steps []pathStep, ordered bool) (_ []pathStep, found bool) {
	if at == n {
		return steps, true
	}
	if at == nil || len(steps) > maxPath {
		return steps, false
	}
	// mayHold reports whether n may be below c, which next follows.
	mayHold := func(c *yaml.Node, next int) bool {
		return c.Kind != yaml.ScalarNode && !(ordered && next < len(at.Content) && !precedes(n, at.Content[next]))
	}
	switch at.Kind {
	case yaml.AliasNode:
		return findPath(at.Alias, n, steps, ordered)
	case yaml.DocumentNode:
		for _, c := range at.Content {
			if way, ok := findPath(c, n, steps, ordered); ok {
				return way, true
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(at.Content); i += 2 {
			key, v := at.Content[i], at.Content[i+1]
			if key == n || v == n {
				return append(steps, pathStep{key: key}), true
			}
			if mayHold(v, i+2) {
				if way, ok := findPath(v, n, append(steps, pathStep{key: key}), ordered); ok {
					return way, true
				}
			}
		}
	case yaml.SequenceNode:
		for i, c := range at.Content {
			if c == n || mayHold(c, i+1) {
				if way, ok := findPath(c, n, append(steps, pathStep{index: i}), ordered); ok {
					return way, true
				}
			}
		}
	}
	return steps, false
}

// precedes reports whether a stands before b in their file.
func precedes(a, b *yaml.Node) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}
