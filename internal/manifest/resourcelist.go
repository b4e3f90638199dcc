package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

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
	if docs := split("stdin", data); len(docs) == 1 && utf8.Valid(data) {
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
	rl.indent = string(bytes.Repeat([]byte(" "), max(items.Column-1, 0)))
	texts := make([]lineSpan, 0, len(items.Content))
	for i, item := range items.Content {
		until := end
		if i+1 < len(items.Content) {
			until = items.Content[i+1].Line - 1
		}
		if item.Line < 1 || item.Line-1 >= until || !bytes.HasPrefix(lines[item.Line-1], []byte(rl.indent+"- ")) {
			return
		}
		texts = append(texts, bytes.Join(lines[item.Line-1:until], nil))
	}
	rl.text = texts
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
	var b bytes.Buffer
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
		case first && len(bytes.TrimSpace(line)) > 0 && line[0] != '#':
			b.WriteString(indent + "- ")
			first = false
		case len(line) > 1:
			b.WriteString(indent + "  ")
		}
		b.Write(line)
	}
	return nil
}
