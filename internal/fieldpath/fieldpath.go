// Package fieldpath is the language in which this program says where a field
// is: in findings, in the tables of references and producers, and in what a
// configuration ignores.
//
//	spec.ports[0].port    a field of one resource
//	data["nginx.conf"]    a key that is no plain word; data.nginx\.conf too
//
// Tables speak of many fields at once:
//
//	spec.ports[].port     in every element of a list
//	spec.storages{}.name  in every value of a mapping
//	spec.users{key}       every key of a mapping
//	spec.**.secretName    in any mapping below, however deep
//	spec.**.*Ref.name     in a key that ends in Ref
package fieldpath

import (
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Kind says what a step goes to.
type Kind uint8

// The steps of a path.
const (
	Key    Kind = iota // the value of one key
	Index              // one element
	Each               // [] every element
	Values             // {} every value
	Keys               // {key} every key
	Deep               // ** the mapping itself, and every one below it
	Suffix             // *x the values of keys that end in x, with something before it
)

// Step is one step of a Path.
type Step struct {
	Kind  Kind
	Key   string // of Key, and the ending of Suffix
	Index int    // of Index
}

// Path is the way from a resource to a field, or to several.
type Path []Step

// Parse reads a path. What is no path, such as an index without its end, is read
// as a key: it leads nowhere.
func Parse(text string) Path {
	var p Path
	for text != "" {
		var s Step
		s, text = next(text, len(p) == 0)
		p = append(p, s)
	}
	return p
}

// Of is Parse for the paths of tables, each of which it parses once.
func Of(text string) Path {
	if known, ok := parsed.Load(text); ok {
		return known.(Path)
	}
	p := Parse(text)
	parsed.Store(text, p)
	return p
}

var parsed sync.Map

// next cuts the first step off a path.
func next(text string, first bool) (s Step, rest string) {
	switch {
	case strings.HasPrefix(text, "[]"):
		return Step{Kind: Each}, text[2:]
	case strings.HasPrefix(text, "{}"):
		return Step{Kind: Values}, text[2:]
	case strings.HasPrefix(text, "{key}"):
		return Step{Kind: Keys}, text[5:]
	case text[0] == '[':
		if quoted, err := strconv.QuotedPrefix(text[1:]); err == nil && strings.HasPrefix(text[1+len(quoted):], "]") {
			key, _ := strconv.Unquote(quoted)
			return Step{Key: key}, text[len(quoted)+2:]
		}
		if number, after, ok := strings.Cut(text[1:], "]"); ok {
			if i, err := strconv.Atoi(number); err == nil && i >= 0 {
				return Step{Kind: Index, Index: i}, after
			}
		}
	case text[0] == '.' && !first:
		text = text[1:]
	}
	key, rest := cutKey(text)
	switch {
	case key == "**":
		return Step{Kind: Deep}, rest
	case len(key) > 1 && key[0] == '*':
		return Step{Kind: Suffix, Key: key[1:]}, rest
	}
	return Step{Key: key}, rest
}

// cutKey cuts a key off a path. A backslash takes what follows it into the key.
func cutKey(text string) (key, rest string) {
	end := strings.IndexAny(text, `.[{\`)
	if end < 0 {
		return text, ""
	}
	if text[end] != '\\' && end > 0 {
		return text[:end], text[end:]
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case c == '.', (c == '[' || c == '{') && i > 0:
			return b.String(), text[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// String is the path as Parse reads it.
func (p Path) String() string {
	var text []byte
	for _, s := range p {
		switch s.Kind {
		case Key:
			text = AppendKey(text, s.Key)
		case Index:
			text = AppendIndex(text, s.Index)
		case Each:
			text = append(text, "[]"...)
		case Values:
			text = append(text, "{}"...)
		case Keys:
			text = append(text, "{key}"...)
		case Deep:
			text = append(text, ".**"...)
		case Suffix:
			text = append(append(text, ".*"...), strings.NewReplacer(`.`, `\.`, `[`, `\[`, `{`, `\{`, `\`, `\\`).Replace(s.Key)...)
		}
	}
	return Trim(text)
}

// AppendKey appends the step to a key: .key, or ["a.b/c"] for keys that are not
// plain words. Trim makes a path of the steps.
func AppendKey(text []byte, key string) []byte {
	if key == "" || strings.ContainsAny(key, `.[]{}*\"' `) {
		return append(strconv.AppendQuote(append(text, '['), key), ']')
	}
	return append(append(text, '.'), key...)
}

// AppendIndex appends the step to an element.
func AppendIndex(text []byte, index int) []byte {
	return append(strconv.AppendInt(append(text, '['), int64(index), 10), ']')
}

// Trim is the path of steps that were appended to nothing.
func Trim(text []byte) string { return strings.TrimPrefix(string(text), ".") }

// ToKey is the step to a key, to append to a path.
func ToKey(key string) string { return string(AppendKey(nil, key)) }

// Pointer is the path as a JSON pointer (RFC 6901). Only paths of one field have
// one.
func (p Path) Pointer() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteByte('/')
		if s.Kind == Index {
			b.WriteString(strconv.Itoa(s.Index))
		} else {
			b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(s.Key))
		}
	}
	return b.String()
}

// Follow returns the node at the path of one field. Where it leads nowhere it
// returns the last node on the way, and false.
func (p Path) Follow(n *yaml.Node) (at *yaml.Node, whole bool) {
	n = yamlnode.Resolve(n)
	for _, s := range p {
		var next *yaml.Node
		switch {
		case s.Kind == Key:
			next = yamlnode.Get(n, s.Key)
		case s.Kind == Index && s.Index < len(yamlnode.Elements(n)):
			next = yamlnode.Resolve(yamlnode.Elements(n)[s.Index])
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, n != nil
}

// MaxDepth bounds how deep Deep steps go; no resource is nearly as deep.
const MaxDepth = 100

// Nodes returns the nodes at a path, without null values. Deep steps stay out
// of whole objects, such as the templates of a List.
func (p Path) Nodes(n *yaml.Node) []*yaml.Node {
	i := 0
	for ; i < len(p) && p[i].Kind == Key; i++ { // mostly all the way
		if n = yamlnode.Get(n, p[i].Key); yamlnode.IsNull(n) {
			return nil
		}
	}
	if yamlnode.IsNull(n) {
		return nil
	}
	nodes := []*yaml.Node{n}
	for ; i < len(p); i++ {
		var next []*yaml.Node
		for _, n := range nodes {
			p[i].each(n, func(_ int, _, v *yaml.Node) { next = append(next, v) })
		}
		nodes = next
	}
	return nodes
}

// each calls yield for what a step leads to from n, with the index or the key.
func (s *Step) each(n *yaml.Node, yield func(index int, key, v *yaml.Node)) {
	switch s.Kind {
	case Key:
		if v := yamlnode.Get(n, s.Key); !yamlnode.IsNull(v) {
			yield(0, nil, v)
		}
	case Index:
		if list := yamlnode.Elements(n); s.Index < len(list) {
			yield(s.Index, nil, yamlnode.Resolve(list[s.Index]))
		}
	case Each:
		for i, v := range yamlnode.Elements(n) {
			yield(i, nil, yamlnode.Resolve(v))
		}
	case Values:
		for k, v := range yamlnode.Fields(n) {
			yield(0, k, v)
		}
	case Suffix:
		for k, v := range yamlnode.Fields(n) {
			if len(k.Value) > len(s.Key) && strings.HasSuffix(k.Value, s.Key) {
				yield(0, k, v)
			}
		}
	case Keys:
		for k := range yamlnode.Fields(n) {
			yield(0, k, k)
		}
	case Deep:
		descend(n, 0, func(v *yaml.Node) { yield(0, nil, v) })
	}
}

// descend calls yield for the mappings at and below n, without whole objects.
func descend(n *yaml.Node, depth int, yield func(*yaml.Node)) {
	n = yamlnode.Resolve(n)
	if n == nil || depth > MaxDepth || depth > 0 && IsObject(n) {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		yield(n)
		for _, v := range yamlnode.Fields(n) {
			descend(v, depth+1, yield)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			descend(e, depth+1, yield)
		}
	}
}

// IsObject reports whether a mapping is a resource of its own.
func IsObject(n *yaml.Node) bool {
	return yamlnode.Get(n, "kind") != nil && yamlnode.Get(n, "apiVersion") != nil && yamlnode.Get(n, "metadata") != nil
}

// Walk calls yield with the nodes at a path and the path of each. Deep and
// Suffix steps have no place in it.
func (p Path) Walk(n *yaml.Node, yield func(at string, n *yaml.Node)) {
	p.walk(n, nil, yield)
}

func (p Path) walk(n *yaml.Node, at []byte, yield func(string, *yaml.Node)) {
	if n = yamlnode.Resolve(n); n == nil {
		return
	}
	if len(p) == 0 {
		yield(Trim(at), n)
		return
	}
	s := &p[0]
	s.each(n, func(index int, key, v *yaml.Node) {
		at := at[:len(at):len(at)]
		switch {
		case key != nil:
			at = AppendKey(at, key.Value)
		case s.Kind == Key:
			at = AppendKey(at, s.Key)
		default:
			at = AppendIndex(at, index)
		}
		p[1:].walk(v, at, yield)
	})
}
