package manifest

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// expand replaces aliases by copies of what they stand for, and merge keys by
// the fields they bring in. It refuses cycles, and what is beyond the limits.
func (r *reading) expand(n *yaml.Node) (*yaml.Node, error) {
	if !hasAlias(n) {
		if tooDeep(n, limits.Current().Depth) {
			return nil, limits.TooDeep()
		}
		return n, nil
	}
	x := expander{reading: r, limits: limits.Current(), open: map[*yaml.Node]bool{}}
	return x.copy(n, 0, false)
}

// tooDeep reports whether a tree without aliases has more levels than most.
func tooDeep(n *yaml.Node, most int) bool {
	if most < 0 {
		return true
	}
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode && tooDeep(c, most-1) {
			return true
		}
	}
	return false
}

func hasAlias(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return true
	}
	for _, c := range n.Content {
		if (c.Kind != yaml.ScalarNode || c.Anchor != "") && hasAlias(c) {
			return true
		}
	}
	return false
}

type expander struct {
	*reading
	limits limits.Limits
	open   map[*yaml.Node]bool
}

// copy copies a node at a depth. aliased says that it is one more of the same.
func (x *expander) copy(n *yaml.Node, depth int, aliased bool) (*yaml.Node, error) {
	if n.Kind == yaml.AliasNode {
		if n.Alias == nil {
			return nil, fmt.Errorf("line %d: alias *%s has no anchor", n.Line, n.Value)
		}
		if x.open[n.Alias] {
			return nil, fmt.Errorf("anchor &%s contains itself", n.Value)
		}
		return x.copy(n.Alias, depth, true)
	}
	if depth > x.limits.Depth {
		return nil, limits.TooDeep()
	}
	if aliased && x.aliased.Add(1) > int64(x.limits.Aliases) {
		return nil, limits.TooManyAliases()
	}
	c := *n
	c.Anchor = ""
	if len(n.Content) == 0 {
		return &c, nil
	}
	x.open[n] = true
	defer delete(x.open, n)
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		var err error
		if c.Content[i], err = x.copy(child, depth+1, aliased); err != nil {
			return nil, err
		}
	}
	if n.Kind == yaml.MappingNode {
		return &c, mergeKeys(&c)
	}
	return &c, nil
}

// mergeKeys resolves << as https://yaml.org/type/merge.html says: fields that
// are there win over merged ones, and earlier merged ones over later.
func mergeKeys(n *yaml.Node) error {
	var merged []*yaml.Node
	kept := make([]*yaml.Node, 0, len(n.Content))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Tag != "!!merge" {
			kept = append(kept, k, v)
			continue
		}
		switch v.Kind {
		case yaml.MappingNode:
			merged = append(merged, v.Content...)
		case yaml.SequenceNode:
			for _, e := range v.Content {
				if e.Kind != yaml.MappingNode {
					return errors.New("merge key << needs a mapping, or a list of mappings")
				}
				merged = append(merged, e.Content...)
			}
		default:
			return errors.New("merge key << needs a mapping, or a list of mappings")
		}
	}
	if merged == nil {
		return nil
	}
	have := map[string]bool{}
	for i := 0; i+1 < len(kept); i += 2 {
		have[kept[i].Value] = true
	}
	for i := 0; i+1 < len(merged); i += 2 {
		if !have[merged[i].Value] {
			have[merged[i].Value] = true
			kept = append(kept, merged[i], merged[i+1])
		}
	}
	n.Content = kept
	return nil
}
