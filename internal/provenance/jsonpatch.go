package provenance

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Replay applies the operations of a JSON patch to a marked copy of a resource,
// for [Trace.Transfer]: kustomize writes the resource as JSON and reads it
// again, and no node survives that. What goes wrong ends it; the nodes that do
// not fit are then unknown.
//
// https://datatracker.ietf.org/doc/html/rfc6902
func (t *Trace) Replay(root *yaml.Node, patch *Text) *yaml.Node {
	ops := patch.Parse()
	if ops == nil || ops.Kind != yaml.SequenceNode {
		return root
	}
	for _, op := range ops.Content {
		if !t.apply(root, op, patch) {
			break
		}
	}
	return root
}

func (t *Trace) apply(root, op *yaml.Node, patch *Text) bool {
	text := func(key string) string {
		if n := field(op, key); n != nil {
			return n.Value
		}
		return ""
	}
	switch text("op") {
	case "test":
		return true
	case "remove":
		return remove(root, pointer(text("path"))) != nil
	case "add", "replace":
		value := field(op, "value")
		if value == nil {
			return false
		}
		fresh := Clone(resolveAll(value))
		m := marker{
			trace: t, via: JSONPatch,
			scalar: patch.scalar, node: patch.node,
		}
		m.mark(fresh)
		path := pointer(text("path"))
		if at := lookup(root, path); at != nil && at.Kind == yaml.ScalarNode && fresh.Kind == yaml.ScalarNode && (text("op") == "replace" || !inList(root, path)) {
			t.records[Marked(fresh)].Parent = Marked(at)
		}
		return put(root, path, fresh, text("op") == "replace")
	case "move":
		from := pointer(text("from"))
		n := remove(root, from)
		return n != nil && put(root, pointer(text("path")), n, false)
	case "copy":
		n := lookup(root, pointer(text("from")))
		return n != nil && put(root, pointer(text("path")), Clone(n), false)
	}
	return false
}

// resolveAll returns a tree without aliases.
func resolveAll(n *yaml.Node) *yaml.Node {
	n = resolve(n)
	c := *n
	c.Anchor = ""
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, e := range n.Content {
		c.Content[i] = resolveAll(e)
	}
	return &c
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func pointer(text string) []string {
	parts := strings.Split(text, "/")
	for i, p := range parts {
		parts[i] = unescape.Replace(p)
	}
	return parts[1:]
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		if i, ok := index(n, key); ok {
			return n.Content[i]
		}
		return nil
	}
	return field(n, key)
}

// index returns which element a key means. Negative ones count from the end.
func index(n *yaml.Node, key string) (int, bool) {
	i, err := strconv.Atoi(key)
	if err != nil {
		return 0, false
	}
	if i < 0 {
		i += len(n.Content)
	}
	return i, i >= 0 && i < len(n.Content)
}

func lookup(n *yaml.Node, path []string) *yaml.Node {
	for _, p := range path {
		if n = child(n, p); n == nil {
			return nil
		}
	}
	return n
}

func inList(n *yaml.Node, path []string) bool {
	in := lookup(n, path[:max(len(path)-1, 0)])
	return in != nil && in.Kind == yaml.SequenceNode
}

func remove(root *yaml.Node, path []string) *yaml.Node {
	if len(path) == 0 {
		return nil
	}
	last := path[len(path)-1]
	in := lookup(root, path[:len(path)-1])
	if in == nil {
		return nil
	}
	if in.Kind == yaml.SequenceNode {
		i, ok := index(in, last)
		if !ok {
			return nil
		}
		n := in.Content[i]
		in.Content = append(in.Content[:i:i], in.Content[i+1:]...)
		return n
	}
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value == last {
			n := in.Content[i+1]
			in.Content = append(in.Content[:i:i], in.Content[i+2:]...)
			return n
		}
	}
	return nil
}

func put(root *yaml.Node, path []string, value *yaml.Node, replace bool) bool {
	if len(path) == 0 {
		*root = *value
		return true
	}
	last := path[len(path)-1]
	in := lookup(root, path[:len(path)-1])
	switch {
	case in == nil:
		return false
	case in.Kind == yaml.SequenceNode:
		if last == "-" {
			in.Content = append(in.Content, value)
			return true
		}
		i, ok := index(in, last)
		switch {
		case replace && ok:
			in.Content[i] = value
		case replace:
			return false
		case ok:
			in.Content = append(in.Content[:i:i], append([]*yaml.Node{value}, in.Content[i:]...)...)
		default:
			n, err := strconv.Atoi(last)
			if err != nil || n != len(in.Content) {
				return false
			}
			in.Content = append(in.Content, value)
		}
		return true
	case in.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(in.Content); i += 2 {
			if in.Content[i].Value == last {
				in.Content[i+1] = value
				return true
			}
		}
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: last, Line: value.Line, Column: value.Column}
		if value.Kind == yaml.ScalarNode {
			key.Line = 0
		}
		in.Content = append(in.Content, key, value)
		return true
	}
	return false
}

// Transfer moves marks from a tree to another with the same content.
func (t *Trace) Transfer(n, from *yaml.Node) {
	n.Line = 0
	if from == nil || from.Kind != n.Kind {
		for _, c := range n.Content {
			t.Transfer(c, nil)
		}
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if !sameScalar(n, from) {
			return
		}
		id := t.Of(from)
		switch {
		case id == noRecord:
		case n.Value == from.Value:
			t.keep(n, id)
		default: // the same number, written in another way
			r := t.records[id]
			t.set(n, Record{Place: r.Place, Via: r.Via, Parent: r.Parent, Others: r.Others})
		}
		return
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			key.Line = 0
			for j := 0; j+1 < len(from.Content); j += 2 {
				if from.Content[j].Value == key.Value {
					key.Line = Mark(from.Content[j])
					t.Transfer(n.Content[i+1], from.Content[j+1])
					break
				}
			}
			if key.Line == 0 && field(from, key.Value) == nil {
				t.Transfer(n.Content[i+1], nil)
			}
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			if len(n.Content) == len(from.Content) {
				t.Transfer(e, from.Content[i])
			} else {
				t.Transfer(e, nil)
			}
		}
	}
	n.Line = Mark(from)
}
