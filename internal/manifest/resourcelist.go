package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// ResourceList is the input and output of a KRM function:
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
type ResourceList struct {
	// Items are the resources, mappings all.
	Items []*yaml.Node
	// FunctionConfig is the function's configuration, nil if there is none.
	FunctionConfig *yaml.Node
	// Results is what the function found; it replaces what came in.
	Results *yaml.Node

	fields []field
	text   []lineSpan // the text of each item as it came; nil if it was not block style
	indent string     // in front of an item's dash
}

// field is a top-level field with its text.
type field struct {
	key  string
	text []byte
}

type lineSpan []byte

// ReadResourceList parses a ResourceList. One in block style, as every
// orchestrator writes it, is parsed on all processors.
func ReadResourceList(data []byte) (*ResourceList, error) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if docs := split(nil, "stdin", data); len(docs) == 1 && utf8.Valid(data) {
		if rl, root, ok := parseList(docs[0].Text); ok && yamlnode.GetString(root, "kind") == "ResourceList" {
			rl.FunctionConfig = yamlnode.Get(root, "functionConfig")
			return rl, nil
		}
	}
	return readWhole(data)
}

// readWhole parses a ResourceList of any style.
func readWhole(data []byte) (*ResourceList, error) {
	docs, err := Read("stdin", data)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, errors.New("stdin is empty: expected a ResourceList; see krm-validate --help for the commands to run by hand")
	}
	root := docs[0].Node
	if kind := yamlnode.GetString(root, "kind"); len(docs) > 1 || kind != "ResourceList" {
		return nil, fmt.Errorf("stdin: expected one ResourceList, got %d document(s), the first of kind %q; to check plain resources run: krm-validate check -", len(docs), kind)
	}
	rl := &ResourceList{FunctionConfig: yamlnode.Get(root, "functionConfig")}
	items := yamlnode.Get(root, "items")
	if !yamlnode.IsNull(items) && items.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("stdin:%d: items of the ResourceList: expected a list", items.Line)
	}
	for i, item := range yamlnode.Elements(items) {
		if item.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("stdin:%d: items[%d] of the ResourceList: expected a resource", item.Line, i)
		}
		rl.Items = append(rl.Items, item)
	}
	rl.keepText(root, items, &docs[0])
	return rl, nil
}

// keepText cuts the input into the texts of its top-level fields and items.
// Where the input is not in block style throughout, nothing is kept and
// everything is encoded anew.
func (rl *ResourceList) keepText(root, items *yaml.Node, doc *Document) {
	if root.Style&yaml.FlowStyle != 0 || root.Column != 1 || oddBreaks(doc.Text) {
		return
	}
	lines := splitLines(doc.Text)
	for i := 0; i+1 < len(root.Content); i += 2 {
		k := root.Content[i]
		end := len(lines)
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		if k.Line < 1 || k.Line-1 > end || end > len(lines) {
			rl.fields = nil
			return
		}
		rl.fields = append(rl.fields, field{key: k.Value, text: bytes.Join(lines[k.Line-1:end], nil)})
		if k.Value != "items" {
			continue
		}
		rl.keepItems(items, lines, end)
	}
}

func (rl *ResourceList) keepItems(items *yaml.Node, lines [][]byte, end int) {
	if items == nil || items.Kind != yaml.SequenceNode || items.Style&yaml.FlowStyle != 0 || len(items.Content) == 0 {
		return
	}
	indent := max(items.Column-1, 0)
	begins := make([]int, len(items.Content)+1)
	begins[len(items.Content)] = end
	for i, item := range items.Content {
		begin := item.Line - 1
		if begin < 0 || begin >= end || leadingSpaces(lines[begin]) != indent || !bytes.HasPrefix(lines[begin][indent:], dash) {
			return
		}
		deepest := indent
		if i == 0 {
			deepest = maxIndent // nothing is above that it could be text of
		}
		for begin > 0 && isCommentAt(lines[begin-1], deepest) {
			begin-- // a comment above an item is the item's
		}
		begins[i] = begin
	}
	texts := make([]lineSpan, len(items.Content))
	for i, item := range items.Content {
		if begins[i] >= begins[i+1] {
			return
		}
		texts[i] = bytes.Join(lines[begins[i]:begins[i+1]], nil)
		// Parsed by itself an item has its own comments only, not its
		// neighbour's.
		doc := Document{Text: texts[i]}
		if doc.parse(&blockyaml.Parser{}, begins[i]+1) != nil || doc.Node == nil || doc.Node.Kind != yaml.SequenceNode || len(doc.Node.Content) != 1 || doc.Node.Content[0].Kind != yaml.MappingNode {
			return
		}
		own := doc.Node.Content[0]
		own.HeadComment = ""
		if len(own.Content) > 0 && item.Line-1 > begins[i] {
			own.Content[0].HeadComment = ""
		}
		items.Content[i] = own
	}
	rl.indent = string(bytes.Repeat([]byte(" "), indent))
	rl.text = texts
	rl.Items = items.Content
}

const maxIndent = math.MaxInt

// isCommentAt reports whether a line is a comment at an indentation or to the
// left of it. Deeper ones may be text.
func isCommentAt(line []byte, indent int) bool {
	n := leadingSpaces(line)
	return n <= indent && n < len(line) && line[n] == '#'
}

// commentAbove returns the comment lines that an item's text starts with.
func commentAbove(text lineSpan) []byte {
	n := 0
	for line := range bytes.Lines(text) {
		if !isCommentAt(line, maxIndent) {
			break
		}
		n += len(line)
	}
	return text[:n]
}

func splitLines(text []byte) [][]byte { return bytes.SplitAfter(text, []byte("\n")) }

// Output says what to write of a ResourceList.
type Output struct {
	// Changed reports whether Items[i] must be encoded anew; Dropped whether it
	// is left out. Both get the index of the item as it was read.
	Changed, Dropped func(i int) bool
	// Added are further items.
	Added []*yaml.Node
}

// Write writes the list: items that are not changed byte for byte as they came.
func (rl *ResourceList) Write(w io.Writer, out Output) error {
	size := 1 << 10
	for _, text := range rl.text {
		size += len(text)
	}
	var b bytes.Buffer
	b.Grow(size)
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:")
	if len(rl.Items)+len(out.Added) == 0 {
		b.WriteString(" []")
	}
	b.WriteString("\n")
	for i, item := range rl.Items {
		switch {
		case out.Dropped(i):
		case rl.text != nil && !out.Changed(i):
			b.Write(rl.text[i])
			if !bytes.HasSuffix(rl.text[i], []byte("\n")) {
				b.WriteByte('\n')
			}
		default:
			if rl.text != nil {
				b.Write(commentAbove(rl.text[i]))
			}
			if err := writeItem(&b, item, rl.indent); err != nil {
				return err
			}
		}
	}
	for _, item := range out.Added {
		if err := writeItem(&b, item, rl.indent); err != nil {
			return err
		}
	}
	if err := rl.writeField(&b, "functionConfig", rl.FunctionConfig); err != nil {
		return err
	}
	if rl.Results != nil && len(rl.Results.Content) > 0 {
		rl.fields = nil
		if err := rl.writeField(&b, "results", rl.Results); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (rl *ResourceList) writeField(b *bytes.Buffer, key string, n *yaml.Node) error {
	if n == nil {
		return nil
	}
	for _, f := range rl.fields {
		if f.key == key {
			b.Write(f.text)
			if !bytes.HasSuffix(f.text, []byte("\n")) {
				b.WriteByte('\n')
			}
			return nil
		}
	}
	text, err := Encode(yamlnode.NewMapping(yamlnode.NewString(key), n))
	if err != nil {
		return err
	}
	b.Write(text)
	return nil
}

func writeItem(b *bytes.Buffer, item *yaml.Node, indent string) error {
	text, err := Encode(item)
	if err != nil {
		return err
	}
	first := true
	for line := range bytes.Lines(text) {
		switch {
		case first && line[0] == '#':
			b.WriteString(indent)
		case first && len(bytes.TrimSpace(line)) > 0:
			b.WriteString(indent + "- ")
			first = false
		case len(line) > 1:
			b.WriteString(indent + "  ")
		}
		b.Write(line)
	}
	return nil
}
