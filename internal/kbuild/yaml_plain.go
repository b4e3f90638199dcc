package kbuild

import (
	"encoding/json"
	"slices"
	"strconv"

	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// asYAML returns what r.AsYAML does. That writes the resource as YAML, reads
// it, writes JSON, reads that, and writes YAML again. Nearly all resources come
// out the same if only the last is done.
func asYAML(r *resource.Resource) ([]byte, error) {
	if v, ok := plainValue(r.YNode(), plainScalar); ok {
		return yamlv2.Marshal(v)
	}
	return r.AsYAML()
}

// JSON returns what a resource's MarshalJSON makes of a node, decoded with
// [json.Decoder.UseNumber]. ok is false where that could be something else than
// what the node says.
func JSON(n *yaml.Node) (v any, ok bool) {
	return plainValue(n, func(n *yaml.Node) (any, bool) {
		v, ok := plainScalar(n)
		switch v.(type) {
		case int, float64:
			return json.Number(n.Value), ok
		}
		return v, ok
	})
}

// Same reports whether two builds are certain to be written alike, but for the
// order of their resources.
func Same(a, b resmap.ResMap) bool {
	if a.Size() != b.Size() {
		return false
	}
	others := make(map[resid.ResId]*yaml.Node, b.Size())
	for _, r := range b.Resources() {
		others[r.CurId()] = r.YNode()
	}
	for _, r := range a.Resources() {
		if other := others[r.CurId()]; other == nil || !same(r.YNode(), other) {
			return false
		}
	}
	return len(others) == a.Size()
}

// same reports whether plainValue gives the same for two nodes.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) || a.Anchor != "" || b.Anchor != "" {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		v, ok := plainScalar(a)
		w, also := plainScalar(b)
		return ok && also && v == w
	case yaml.SequenceNode:
		for i, e := range a.Content {
			if !same(e, b.Content[i]) {
				return false
			}
		}
		return a.ShortTag() == "!!seq" && b.ShortTag() == "!!seq"
	case yaml.MappingNode:
		for i := 0; i+1 < len(a.Content); i += 2 {
			k := a.Content[i]
			if !plainKey(k) {
				return false
			}
			at := i
			if b.Content[at].Value != k.Value {
				at = 0
				for at < len(b.Content) && b.Content[at].Value != k.Value {
					at += 2
				}
			}
			if at >= len(b.Content) || !plainKey(b.Content[at]) || !same(a.Content[i+1], b.Content[at+1]) {
				return false
			}
		}
		return a.ShortTag() == "!!map" && b.ShortTag() == "!!map" && !yamlnode.Repeats(a) && !yamlnode.Repeats(b)
	}
	return false
}

func plainKey(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Anchor == "" && k.ShortTag() == "!!str" && len(k.Value) <= maxKey && plainText(k.Value)
}

// plainValue returns what a node decodes to, with its scalars as scalar gives them.
// ok is false where YAML or JSON on the way could make it something else.
func plainValue(n *yaml.Node, scalar func(*yaml.Node) (any, bool)) (v any, ok bool) {
	if n == nil || n.Anchor != "" {
		return nil, false
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return scalar(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			if list[i], ok = plainValue(e, scalar); !ok {
				return nil, false
			}
		}
		return list, n.ShortTag() == "!!seq"
	case yaml.MappingNode:
		fields := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if !plainKey(k) {
				return nil, false
			}
			if fields[k.Value], ok = plainValue(n.Content[i+1], scalar); !ok {
				return nil, false
			}
		}
		return fields, n.ShortTag() == "!!map" && 2*len(fields) == len(n.Content)
	}
	return nil, false
}

func plainScalar(n *yaml.Node) (v any, ok bool) {
	c := yaml.Node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value}
	if !canonical(&c) || changesWhenWritten(n) {
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
			if !plainKey(k) || !plain(n.Content[i+1]) {
				return false
			}
		}
		return n.ShortTag() == "!!map" && !yamlnode.Repeats(n)
	}
	return false
}
