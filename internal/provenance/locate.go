package provenance

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Seen is what the function was given and what it made of it.
type Seen struct {
	Items  []*yaml.Node
	Config *yaml.Node
}

// Locate returns the record of the scalar at a field. Where the field is a
// mapping or a list it is that of its key, and where there is no such field that
// of the nearest thing above it; whole is set where the field is there. A field
// that is there and not followed has an empty record.
func (t *Trace) Locate(root *yaml.Node, field string) (r Record, n *yaml.Node, whole bool) {
	field, _, _ = Inner(field)
	for end := len(field); ; end = parent(field, end) {
		path := field[:end]
		at, found := yamlnode.Follow(root, path)
		if !found || at == nil {
			if end == 0 {
				return Record{}, nil, false
			}
			continue
		}
		if at.Kind == yaml.ScalarNode {
			if end == len(field) {
				return t.Record(t.Of(at)), at, true
			}
			if r := t.Record(t.Of(at)); r.Known() {
				return r, at, false
			}
			continue
		}
		if r := t.Record(Marked(keyOf(root, path, parent(field, end), at))); r.Known() {
			return r, at, end == len(field)
		}
		if r := t.Record(Marked(at)); r.Known() {
			return r, at, end == len(field)
		}
		if end == 0 {
			return Record{}, at, false
		}
	}
}

// keyOf returns the key of a mapping or a list in another mapping, nil for an
// element of a list.
func keyOf(root *yaml.Node, path string, end int, value *yaml.Node) *yaml.Node {
	if end >= len(path) || path == "" {
		return nil
	}
	in, found := yamlnode.Follow(root, path[:end])
	if !found || in.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i+1] == value {
			return in.Content[i]
		}
	}
	return nil
}

// parent returns where the path of the parent of field[:end] ends.
func parent(field string, end int) int {
	if end == 0 {
		return 0
	}
	starts := []int{0}
	for i := 0; i < end; {
		switch {
		case field[i] == '[':
			if i > 0 {
				starts = append(starts, i)
			}
			if quoted, err := strconv.QuotedPrefix(field[i+1:]); err == nil {
				i += len(quoted) + 2
				continue
			}
			for i < end && field[i] != ']' {
				i++
			}
			i++
		case field[i] == '.':
			starts = append(starts, i)
			i++
		default:
			i++
		}
	}
	return starts[len(starts)-1]
}

// Inner splits the place of a text in a value off a path, as in
// data["nginx.conf"]:3:8.
func Inner(field string) (path string, line, column int) {
	rest, c, ok := cutLast(field)
	if !ok {
		return field, 0, 0
	}
	path, l, ok := cutLast(rest)
	if !ok || strings.HasSuffix(path, `"`) {
		return field, 0, 0
	}
	return path, l, c
}

func cutLast(text string) (rest string, number int, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i <= 0 {
		return text, 0, false
	}
	number, err := strconv.Atoi(text[i+1:])
	return text[:i], number, err == nil && number > 0
}

// Within returns the place of a line and column of a value, given the text of
// the file that the value was written in. It is empty where lines of the value
// are no lines of the file.
func (r Record) Within(file []byte, line, column int) Place {
	f := NewFile(r.File, file)
	if r.Via == GeneratorFile {
		if f.offset(line, column) < 0 {
			return Place{}
		}
		return Place{File: r.File, Line: line, Column: column}
	}
	at := f.offset(r.Line, r.Column)
	if at < 0 || at >= len(file) {
		return Place{}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: r.Value, Line: r.Line, Column: r.Column}
	switch file[at] {
	case '|':
		n.Style = yaml.LiteralStyle
	case '>':
		n.Style = yaml.FoldedStyle
	case '"':
		n.Style = yaml.DoubleQuotedStyle
	case '\'':
		n.Style = yaml.SingleQuotedStyle
	}
	text := ScalarText(f, n)
	if offset := text.self.offset(line, column); offset >= 0 && offset < len(text.Value) {
		return text.place(offset)
	}
	return Place{}
}

// Base returns the nearest value before a record that was written elsewhere.
func (t *Trace) Base(r Record) Record {
	for r.Parent != noRecord {
		p := t.Record(r.Parent)
		if p.Known() && p.Place != r.Place {
			return p
		}
		p.Place = r.Place
		r = p
	}
	return Record{}
}
