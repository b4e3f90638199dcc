package kbuild

import (
	"slices"
	"strconv"

	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// asYAML returns what r.AsYAML does. That writes the resource as YAML, reads
// it, writes JSON, reads that, and writes YAML again. Nearly all resources come
// out the same if only the last is done.
func asYAML(r *resource.Resource) ([]byte, error) {
	if v, ok := plainValue(r.YNode()); ok {
		return yamlv2.Marshal(v)
	}
	return r.AsYAML()
}

// plainValue returns what a node decodes to. ok is false where YAML or JSON on
// the way could make it something else.
func plainValue(n *yaml.Node) (v any, ok bool) {
	if n == nil || n.Anchor != "" {
		return nil, false
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return plainScalar(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			if list[i], ok = plainValue(e); !ok {
				return nil, false
			}
		}
		return list, n.ShortTag() == "!!seq"
	case yaml.MappingNode:
		fields := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || k.Anchor != "" || k.ShortTag() != "!!str" || len(k.Value) > maxKey || !plainText(k.Value) {
				return nil, false
			}
			if fields[k.Value], ok = plainValue(n.Content[i+1]); !ok {
				return nil, false
			}
		}
		return fields, n.ShortTag() == "!!map" && 2*len(fields) == len(n.Content)
	}
	return nil, false
}

func plainScalar(n *yaml.Node) (v any, ok bool) {
	c := yaml.Node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value}
	if !canonical(&c) || n.Style&yaml.FoldedStyle != 0 { // writing one may add a line
		return nil, false
	}
	switch c.Tag {
	case "!!bool":
		return c.Value == "true", true
	case "!!int":
		i, err := strconv.Atoi(c.Value)
		return i, err == nil
	case "!!float":
		f, err := strconv.ParseFloat(c.Value, 64)
		return f, err == nil
	case "!!null":
		return nil, true
	case "!!str":
		return c.Value, true
	}
	return nil, false
}

// plain reports whether plainValue gives a value.
func plain(n *yaml.Node) bool {
	if n == nil || n.Anchor != "" {
		return false
	}
	switch n.Kind {
	case yaml.ScalarNode:
		_, ok := plainScalar(n)
		return ok
	case yaml.SequenceNode:
		return n.ShortTag() == "!!seq" && !slices.ContainsFunc(n.Content, func(e *yaml.Node) bool { return !plain(e) })
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || k.Anchor != "" || k.ShortTag() != "!!str" || len(k.Value) > maxKey || !plainText(k.Value) || !plain(n.Content[i+1]) {
				return false
			}
		}
		return n.ShortTag() == "!!map" && !yamlnode.Repeats(n)
	}
	return false
}
