package provenance

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// separator is what kustomize splits a stream at. The line break that it starts
// with still belongs to the document before it.
var separator = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\n---.*\n`) })

// Documents splits a text into its documents, as kustomize does, without those
// that hold nothing but comments.
func (t *Text) Documents() []*Text {
	var docs []*Text
	add := func(from, to int) {
		if !isComment(t.Value[from:to]) {
			docs = append(docs, t.slice(from, to))
		}
	}
	from := 0
	for _, loc := range separator().FindAllStringIndex(t.Value, -1) {
		if from <= loc[0] {
			add(from, loc[0]+1)
		}
		from = loc[1]
	}
	add(from, len(t.Value))
	return docs
}

func isComment(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line != "---" && line != "..." {
			return false
		}
	}
	return true
}

// Parse reads the text as one YAML document. Positions are those in the text.
func (t *Text) Parse() *yaml.Node {
	var doc yaml.Node
	if err := yaml.NewDecoder(strings.NewReader(t.Value)).Decode(&doc); err != nil || len(doc.Content) != 1 {
		return nil
	}
	return doc.Content[0]
}

// MarkFile marks the resources that kustomize read from a file, in its order.
func (t *Trace) MarkFile(f *File, roots []*yaml.Node) {
	lists := bytes.Contains(f.Text, []byte("items")) && bytes.Contains(f.Text, []byte("List"))
	docs := f.documents()
	if lists || len(docs) != len(roots) {
		t.markExpanded(f, roots)
		return
	}
	for i, root := range roots {
		m := marker{trace: t, via: Resource, scalar: docs[i].scalar, node: docs[i].node}
		m.mark(root)
	}
}

// section is a document of a file: the lines from one on.
type section struct {
	file *File
	from int // lines before it
}

func (s section) scalar(n *yaml.Node, line, column int) Place {
	return s.file.scalar(n, s.from+line, column)
}

func (s section) node(line, column int) Place {
	return Place{File: s.file.Path, Line: s.from + line, Column: column}
}

// documents are the sections of a file, split as Text.Documents does.
func (f *File) documents() []section {
	var docs []section
	text := string(f.Text)
	from, line := 0, 0
	add := func(to int) {
		if !isComment(text[from:to]) {
			docs = append(docs, section{f, line})
		}
	}
	for _, loc := range separator().FindAllStringIndex(text, -1) {
		if from <= loc[0] {
			add(loc[0])
		}
		line += strings.Count(text[from:loc[1]], "\n")
		from = loc[1]
	}
	add(len(text))
	return docs
}

// markExpanded marks resources of a file with lists of others in it. kustomize
// takes them out, and writes and reads some anew.
func (t *Trace) markExpanded(f *File, roots []*yaml.Node) {
	var queue, found []*yaml.Node
	for _, s := range f.documents() {
		start := f.lines[s.from]
		d := yaml.NewDecoder(bytes.NewReader(f.Text[start:]))
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) || len(doc.Content) != 1 {
			return
		}
		shift(&doc, s.from)
		queue = append(queue, doc.Content[0])
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		kind, items := field(n, "kind"), field(n, "items")
		if kind == nil || !strings.HasSuffix(kind.Value, "List") || items == nil {
			found = append(found, n)
			continue
		}
		for _, e := range items.Content {
			queue = append(queue, resolve(e))
		}
	}
	if len(found) != len(roots) {
		return
	}
	for i, root := range roots {
		own := section{file: f}
		m := marker{trace: t, via: Resource, scalar: own.scalar, node: own.node}
		m.like(root, found[i])
	}
}

func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, c := range n.Content {
		shift(c, lines)
	}
}

// field returns the value of a field of a mapping, also one that it gets from
// another one that is merged into it.
func field(n *yaml.Node, key string) *yaml.Node {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		from := resolve(n.Content[i+1])
		if from == nil {
			continue
		}
		if from.Kind == yaml.SequenceNode {
			for _, e := range from.Content {
				if v := field(e, key); v != nil {
					return v
				}
			}
			continue
		}
		if v := field(from, key); v != nil {
			return v
		}
	}
	return nil
}

func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// marker marks nodes with places.
type marker struct {
	trace  *Trace
	via    Via
	scalar func(n *yaml.Node, line, column int) Place
	node   func(line, column int) Place
}

// mark marks a tree by the positions that its nodes have.
func (m *marker) mark(n *yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		m.set(n, m.scalar(n, n.Line, n.Column))
		return
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			m.structure(n.Content[i])
			m.mark(n.Content[i+1])
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			m.mark(e)
		}
	default:
		return
	}
	m.structure(n)
}

func (m *marker) set(n *yaml.Node, p Place) {
	r := Record{Place: p, Via: m.via}
	if !p.Known() {
		r.Via = UnknownOrigin
	}
	m.trace.set(n, r)
}

// structure marks what is no value.
func (m *marker) structure(n *yaml.Node) {
	if n.Line >= mark {
		return
	}
	p := Place{}
	if n.Line > 0 {
		p = m.node(n.Line, n.Column)
	}
	if n.Line = 0; p.Known() {
		n.Line = mark + int(m.trace.Add(Record{Place: p, Via: structure, Value: n.Value}))
	}
}

// like marks a tree by the positions of another with the same content.
func (m *marker) like(n, from *yaml.Node) {
	from = resolve(from)
	n.Line = 0
	if from == nil || from.Kind != n.Kind {
		m.unknown(n)
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		p := Place{}
		if sameScalar(n, from) {
			p = m.scalar(from, from.Line, from.Column)
		}
		m.set(n, p)
		return
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			key.Line = 0
			for j := 0; j+1 < len(from.Content); j += 2 {
				if from.Content[j].Value == key.Value {
					key.Line, key.Column = from.Content[j].Line, from.Content[j].Column
					m.structure(key)
					break
				}
			}
			m.like(n.Content[i+1], field(from, key.Value))
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			if len(n.Content) == len(from.Content) {
				m.like(e, from.Content[i])
			} else {
				m.unknown(e)
			}
		}
	}
	n.Line, n.Column = from.Line, from.Column
	m.structure(n)
}

// unknown marks a tree that nothing is known about.
func (m *marker) unknown(n *yaml.Node) {
	n.Line = 0
	if n.Kind == yaml.ScalarNode {
		m.set(n, Place{})
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			c.Line = 0
			continue
		}
		m.unknown(c)
	}
}

// sameScalar reports whether a scalar is another one, written by somebody else.
func sameScalar(a, b *yaml.Node) bool {
	if a.Value == b.Value {
		return true
	}
	x, errX := strconv.ParseFloat(a.Value, 64)
	y, errY := strconv.ParseFloat(b.Value, 64)
	numbers := []string{"!!int", "!!float"}
	if errX == nil && errY == nil && x == y && slices.Contains(numbers, a.ShortTag()) && slices.Contains(numbers, b.ShortTag()) {
		return true
	}
	i, errI := strconv.ParseInt(a.Value, 0, 64) // 0400 is 256
	j, errJ := strconv.ParseInt(b.Value, 0, 64)
	if errI == nil && errJ == nil && i == j && a.ShortTag() == "!!int" && b.ShortTag() == "!!int" {
		return true
	}
	return a.ShortTag() == b.ShortTag() && (a.ShortTag() == "!!null" || a.ShortTag() == "!!bool" && strings.EqualFold(a.Value, b.Value))
}

// MarkLike marks a tree by the positions of another with the same content, which
// was read from a text.
func (t *Trace) MarkLike(n, from *yaml.Node, text *Text, via Via) {
	m := marker{trace: t, via: via, scalar: text.scalar, node: text.node}
	m.like(n, from)
}
