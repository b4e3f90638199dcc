package provenance

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
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
	path := fieldpath.Parse(field)
	for end := len(path); ; end-- {
		at, found := path[:end].Follow(root)
		switch {
		case !found || at == nil:
		case at.Kind == yaml.ScalarNode:
			r := t.Record(t.Of(at))
			if end == len(path) || r.Known() {
				return r, at, end == len(path)
			}
		default:
			if r := t.Record(Marked(keyOf(root, path[:end], at))); r.Known() {
				return r, at, end == len(path)
			}
			if r := t.Record(Marked(at)); r.Known() {
				return r, at, end == len(path)
			}
		}
		if end == 0 {
			return Record{}, at, false
		}
	}
}

// Key returns the record of the key at a field, an empty one if it has none.
func (t *Trace) Key(root *yaml.Node, field string) Record {
	path := fieldpath.Parse(field)
	at, found := path.Follow(root)
	if !found || at == nil {
		return Record{}
	}
	return t.Record(Marked(keyOf(root, path, at)))
}

// keyOf returns the key of a mapping or a list in another mapping, nil for an
// element of a list.
func keyOf(root *yaml.Node, path fieldpath.Path, value *yaml.Node) *yaml.Node {
	if len(path) == 0 {
		return nil
	}
	in, found := path[:len(path)-1].Follow(root)
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
	text := r.Text(f)
	if text == nil {
		return Place{}
	}
	if offset := text.self.offset(line, column); offset >= 0 && offset < len(text.Value) {
		return text.place(offset)
	}
	return Place{}
}

// Text is the text of a scalar that was written in a file, nil where the file has
// no such place.
func (r Record) Text(f *File) *Text {
	at := f.offset(r.Line, r.Column)
	if at < 0 || at >= len(f.Text) {
		return nil
	}
	return ScalarText(f, &yaml.Node{Kind: yaml.ScalarNode, Value: r.Value, Style: styleAt(f.Text[at]), Line: r.Line, Column: r.Column})
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
