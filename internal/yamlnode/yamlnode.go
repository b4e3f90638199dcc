// Package yamlnode reads and edits yaml.Node trees: the few operations that
// everything else is written with. All readers accept nil and nodes of the
// wrong kind and then answer with the zero value, so that hostile input needs
// no special cases at the callers.
package yamlnode

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Everywhere is the column of a node that stands for several scalars of a long
// list, and has no place itself.
const Everywhere = -1

// Beside is the line of a key that stands for several of one text in one column:
// nobody asks where nearly all of them are. [KeyLine] says it of each.
const Beside = -1

// KeyColumn returns the column of a key whose value v is, 0 if it has none. One that
// is shared in flow style is so many characters in front of its value.
func KeyColumn(key, v *yaml.Node) int {
	switch {
	case key.Column >= 0:
		return key.Column
	case v == nil || v.Column <= -key.Column:
		return 0
	}
	return v.Column + key.Column
}

// KeyLine returns the line of a key whose value v is, 0 if it has none.
func KeyLine(key, v *yaml.Node) int {
	switch {
	case key.Line != Beside:
		return Line(key)
	case BelowKey(v):
		return v.Line - 1
	}
	return v.Line
}

// BelowKey reports whether a value begins on the line below that of its key, if
// it begins as soon as it can.
func BelowKey(v *yaml.Node) bool {
	return v.Kind != yaml.ScalarNode && v.Style&yaml.FlowStyle == 0
}

// Resolve follows documents and aliases to the node that holds content.
func Resolve(n *yaml.Node) *yaml.Node {
	for n != nil {
		switch {
		case n.Kind == yaml.DocumentNode && len(n.Content) == 1:
			n = n.Content[0]
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		default:
			return n
		}
	}
	return nil
}

// Get returns the value of key in a mapping, or nil.
func Get(n *yaml.Node, key string) *yaml.Node {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return Resolve(n.Content[i+1])
		}
	}
	return nil
}

// Path is Get, repeated.
func Path(n *yaml.Node, keys ...string) *yaml.Node {
	for _, k := range keys {
		if n = Get(n, k); n == nil {
			return nil
		}
	}
	return Resolve(n)
}

// IsNull reports whether n is missing or an explicit null.
func IsNull(n *yaml.Node) bool {
	n = Resolve(n)
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// String returns the text of a scalar of any type, "" for null and non-scalars.
func String(n *yaml.Node) string {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// GetString is String(Path(n, keys...)).
func GetString(n *yaml.Node, keys ...string) string { return String(Path(n, keys...)) }

// Bool reports whether n is the boolean true.
func Bool(n *yaml.Node) bool {
	n = Resolve(n)
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!bool" && strings.EqualFold(n.Value, "true")
}

// Elements returns the elements of a sequence, or nil. They may be aliases.
func Elements(n *yaml.Node) []*yaml.Node {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// Fields calls yield for every key and (resolved) value of a mapping until it
// returns false. It has the shape of iter.Seq2 once n is bound:
//
//	for k, v := range yamlnode.Fields(n) { … }
func Fields(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		n := Resolve(n)
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], Resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

// Repeats reports whether a mapping has a key twice.
func Repeats(n *yaml.Node) bool {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return false
	}
	const few = 16
	if len(n.Content) > 2*few {
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			if seen[n.Content[i].Value] {
				return true
			}
			seen[n.Content[i].Value] = true
		}
		return false
	}
	for i := 0; i < len(n.Content); i += 2 {
		for j := i + 2; j < len(n.Content); j += 2 {
			if n.Content[i].Value == n.Content[j].Value {
				return true
			}
		}
	}
	return false
}

// Set makes value the value of key in the mapping n: in place when the key is
// there, else as the last field.
func Set(n *yaml.Node, key string, value *yaml.Node) {
	n = Resolve(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			old := n.Content[i+1]
			value.LineComment, value.HeadComment, value.FootComment = old.LineComment, old.HeadComment, old.FootComment
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, NewString(key), value)
	if len(n.Content) == 2 && n.Style&yaml.FlowStyle != 0 {
		n.Style &^= yaml.FlowStyle // `{}` grows into block style
	}
}

// Delete removes key from the mapping n and reports whether it was there.
func Delete(n *yaml.Node, key string) bool {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
			return true
		}
	}
	return false
}

// Ensure returns the mapping at keys below n, made where it is missing or null.
// It returns nil when something of another kind is in the way.
func Ensure(n *yaml.Node, keys ...string) *yaml.Node {
	return ensure(n, yaml.MappingNode, keys)
}

// EnsureSequence is Ensure for a sequence.
func EnsureSequence(n *yaml.Node, keys ...string) *yaml.Node {
	if len(keys) == 0 {
		return nil
	}
	return ensure(n, yaml.SequenceNode, keys)
}

func ensure(n *yaml.Node, last yaml.Kind, keys []string) *yaml.Node {
	n = Resolve(n)
	for i, k := range keys {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		child := Get(n, k)
		if IsNull(child) {
			child = NewMapping()
			if i == len(keys)-1 && last == yaml.SequenceNode {
				child = NewSequence()
			}
			Set(n, k, child)
		}
		n = child
	}
	want := last
	if len(keys) == 0 {
		want = yaml.MappingNode
	}
	if n == nil || n.Kind != want {
		return nil
	}
	return n
}

// NewMapping returns a block mapping of the given key, value, key, value… nodes.
func NewMapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
}

// NewSequence returns a block sequence.
func NewSequence(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: content}
}

// NewString returns a string scalar. The encoder quotes it where a reader
// could take it for another type ("true", "8080", "null", "0x1F", "1_000").
func NewString(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// Marked is what lines start from that are none: package provenance keeps its
// own numbers in the Line of nodes.
const Marked = 1 << 30

// Line returns the line of a node, 0 if it has none.
func Line(n *yaml.Node) int {
	if n.Line >= Marked || n.Line < 0 {
		return 0
	}
	return n.Line
}
