package manifest

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// mergeTag is that of the key <<: https://yaml.org/type/merge.html
const mergeTag = "!!merge"

// expand replaces aliases by copies of what they stand for, and merge keys by
// the fields they bring in. It refuses cycles, and what is beyond the limits.
func (r *reading) expand(n *yaml.Node) (*yaml.Node, error) {
	if err := r.weigh(n); err != nil || !shorthand(n) {
		return n, err
	}
	return expanded(n)
}

// weigh reports what expand refuses, without doing any of it.
func (r *reading) weigh(n *yaml.Node) error {
	w := weigher{open: map[*yaml.Node]bool{}, known: map[*yaml.Node]weight{}}
	whole, err := w.of(n)
	most := limits.Current()
	switch {
	case err != nil:
		return err
	case whole.levels > most.Depth:
		return limits.TooDeep()
	case whole.aliased > 0 && r.aliased.Add(whole.aliased) > int64(most.Aliases):
		return limits.TooManyAliases()
	}
	return nil
}

// weight is how much a node is once its aliases are expanded.
type weight struct {
	nodes, aliased int64 // all, and those that aliases stand for
	levels         int   // of mappings and lists below it
}

// heavy is beyond any limit, and far from the end of the numbers.
const heavy = 1 << 40

type weigher struct {
	open  map[*yaml.Node]bool   // anchored nodes around the present one
	known map[*yaml.Node]weight // of anchored nodes
}

func (w *weigher) of(n *yaml.Node) (weight, error) {
	if n.Kind == yaml.AliasNode {
		if n.Alias == nil {
			return weight{}, fmt.Errorf("line %d: alias *%s has no anchor", n.Line, n.Value)
		}
		if w.open[n.Alias] {
			return weight{}, fmt.Errorf("anchor &%s contains itself", n.Value)
		}
		x, err := w.of(n.Alias)
		x.aliased = x.nodes
		return x, err
	}
	if n.Anchor != "" {
		if x, ok := w.known[n]; ok {
			return x, nil
		}
		w.open[n] = true
		defer delete(w.open, n)
	}
	sum := weight{nodes: 1}
	for _, c := range n.Content {
		if c.Kind == yaml.ScalarNode {
			sum.nodes++
			continue
		}
		x, err := w.of(c)
		if err != nil {
			return weight{}, err
		}
		sum.nodes = min(sum.nodes+x.nodes, heavy)
		sum.aliased = min(sum.aliased+x.aliased, heavy)
		sum.levels = max(sum.levels, x.levels+1)
	}
	if n.Anchor != "" {
		w.known[n] = sum
	}
	return sum, nil
}

// shorthand reports whether there is anything to expand: anchors, aliases, merge
// keys.
func shorthand(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == mergeTag {
		return true
	}
	for _, c := range n.Content {
		if (c.Kind != yaml.ScalarNode || c.Anchor != "" || c.Tag == mergeTag) && shorthand(c) {
			return true
		}
	}
	return false
}

// expanded copies a tree without its aliases. It has been weighed.
func expanded(n *yaml.Node) (*yaml.Node, error) {
	if n.Kind == yaml.AliasNode {
		return expanded(n.Alias)
	}
	c := *n
	c.Anchor = ""
	if len(n.Content) == 0 {
		return &c, nil
	}
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		var err error
		if c.Content[i], err = expanded(child); err != nil {
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
		if k.Tag != mergeTag {
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
