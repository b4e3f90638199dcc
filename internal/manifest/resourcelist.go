package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
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
	// More are further results, too many to be nodes all at once.
	More iter.Seq[*yaml.Node]

	raw  []byte     // as it came
	root *yaml.Node // its items may be missing
	cut  *cut       // nil if the list is not in block style
	// spill writes what there is much of already, while results are written; pass
	// writes a text as it came.
	spill func() error
	pass  func(text []byte) error
	// head and foot are comments around the root.
	head, foot string
}

// ReadResourceList parses a ResourceList. One in block style, as every
// orchestrator writes it, is parsed on all processors.
func ReadResourceList(data []byte) (*ResourceList, error) {
	return ReadResourceListFor(data, func(*yaml.Node) bool { return true })
}

// ReadResourceListFor is ReadResourceList for those who edit items only with some
// configurations. Without, items share what they have in common, as in [ReadOnly].
func ReadResourceListFor(data []byte, edits func(functionConfig *yaml.Node) bool) (*ResourceList, error) {
	text := bytes.TrimPrefix(data, byteOrderMark)
	if docs := split(nil, "stdin", text); len(docs) == 1 && utf8.Valid(text) && int64(len(data)) <= limits.Current().Size {
		r := &reading{}
		if rl, root, ok := r.parseList(docs[0].Text, edits); ok && yamlnode.GetString(root, "kind") == "ResourceList" {
			rl.FunctionConfig = yamlnode.Get(root, "functionConfig")
			rl.Results = yamlnode.Get(root, "results")
			rl.raw = data
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
	for k := range yamlnode.Fields(root) {
		if again := repeated(root, k.Value); again != nil {
			return nil, fmt.Errorf("stdin:%d: a second field %s of the ResourceList: readers take one of them and lose the other", again.Line, k.Value)
		}
	}
	rl := &ResourceList{FunctionConfig: yamlnode.Get(root, "functionConfig"), Results: yamlnode.Get(root, "results"), raw: data, root: root, head: docs[0].head, foot: docs[0].foot}
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
	rl.keepText(items, &docs[0])
	return rl, nil
}

// cut is the text of a ResourceList in block style, in pieces.
type cut struct {
	text   []byte
	fields []fieldText
	items  []piece // of the field items
	indent int     // of an item's dash
	// open says that the end of the text is that of a scalar, which the end of its
	// line would be part of.
	open bool
	// users are the items, by index, that have aliases of anchors in other items;
	// the fields are one more index behind the items.
	users map[int][]int
}

// fieldText is a top-level field.
type fieldText struct {
	key        string
	begin, end int // in the text; end is where the next field begins
}

// piece is the text of an item: comments above its dash, the item, and blank
// lines and comments behind it.
type piece struct{ lead, body, tail []byte }

// cutBlanks moves the blank lines at the end of the body to the tail, unless they
// are text of the item that is in it: |+
func (p *piece) cutBlanks(item *yaml.Node) {
	end := len(bytes.TrimRight(p.body, " \t\r\n"))
	i := bytes.IndexByte(p.body[end:], '\n')
	if i < 0 || end+i+1 == len(p.body) {
		return
	}
	body := p.body[:end+i+1]
	if last(item).Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		without := Document{Text: body}
		several, err := (&reading{}).parse(&without, &blockyaml.Parser{DropComments: true}, 1)
		if err != nil || several != nil || without.Node == nil || len(without.Node.Content) != 1 || !sameContent(without.Node.Content[0], item) {
			return
		}
	}
	p.body, p.tail = body, p.body[len(body):]
}

// fieldsOf finds the top-level fields in the text. It reports whether they are
// where the nodes are: a key may be below its question mark.
func (c *cut) fieldsOf(root *yaml.Node) bool {
	offset, line := 0, 1
	for i := 0; i+1 < len(root.Content); i += 2 {
		k := root.Content[i]
		for ; line < k.Line; line++ {
			end := bytes.IndexByte(c.text[offset:], '\n')
			if end < 0 {
				return false
			}
			offset += end + 1
		}
		if k.Line != line || offset < len(c.text) && c.text[offset] == ' ' || i > 0 && c.fields[len(c.fields)-1].begin == offset {
			return false
		}
		if i > 0 {
			c.fields[len(c.fields)-1].end = offset
		}
		c.fields = append(c.fields, fieldText{key: k.Value, begin: offset, end: len(c.text)})
	}
	return len(c.fields) > 0
}

// keepText cuts a list that was parsed as a whole. Where it is not in block
// style throughout, nothing is kept, and what is written anew is all of it.
func (rl *ResourceList) keepText(items *yaml.Node, doc *Document) {
	if rl.root.Style&yaml.FlowStyle != 0 || rl.root.Column != 1 || oddBreaks(doc.Text) {
		return
	}
	c := &cut{text: doc.Text}
	if !bytes.HasSuffix(doc.Text, []byte("\n")) {
		ended := Document{Text: append(bytes.Clone(doc.Text), '\n')}
		_, err := (&reading{}).parse(&ended, &blockyaml.Parser{}, 1)
		c.open = err != nil || !sameContent(ended.Node, doc.Node)
	}
	if !c.fieldsOf(rl.root) {
		return
	}
	if len(rl.Items) > 0 && !rl.cutItems(c, items, doc) {
		return
	}
	rl.cut = c
}

// cutItems cuts the field items at the dashes, and parses each piece for itself:
// so it has its own comments only, not its neighbour's.
func (rl *ResourceList) cutItems(c *cut, items *yaml.Node, doc *Document) bool {
	if items.Style&yaml.FlowStyle != 0 {
		return false
	}
	c.indent = max(items.Column-1, 0)
	var field fieldText
	for _, f := range c.fields {
		if f.key == "items" {
			field = f
		}
	}
	text := c.text[field.begin:field.end]
	lines := bytes.SplitAfter(text, []byte("\n"))
	first := bytes.Count(c.text[:field.begin], []byte("\n")) + 1 // number of lines[0]
	begins, dashes := make([]int, 0, len(rl.Items)), make([]int, 0, len(rl.Items))
	next := 0 // the item whose dash is looked for
	for i := 1; i < len(lines) && next < len(rl.Items); i++ {
		if first+i > rl.Items[next].Line {
			return false // its dash is behind it
		}
		// Between this item's first node and the one before, there is one dash at
		// the list's indentation.
		if !isDashAt(lines[i], c.indent) || next > 0 && first+i <= lastLine(rl.Items[next-1]) {
			continue
		}
		begin := i
		for begin > 1 && isCommentAt(lines[begin-1], c.indent) {
			begin--
		}
		if next == 0 {
			for begin > 1 && isCommentAt(lines[begin-1], len(lines[begin-1])) {
				begin-- // nothing is above that it could be text of
			}
		}
		begins, dashes = append(begins, begin), append(dashes, i)
		next++
	}
	if next < len(rl.Items) {
		return false
	}
	offsets := make([]int, len(lines)+1)
	for i, l := range lines {
		offsets[i+1] = offsets[i] + len(l)
	}
	join := func(from, to int) []byte { return text[offsets[from]:offsets[to]] }
	c.items = make([]piece, len(rl.Items))
	own := make([]*yaml.Node, len(rl.Items))
	for i := range rl.Items {
		end := len(lines)
		if i+1 < len(begins) {
			end = begins[i+1]
		}
		p := &c.items[i]
		p.lead, p.body = join(begins[i], dashes[i]), join(dashes[i], end)
		// What is behind the last line that is neither blank nor a comment is not
		// the item's, unless it is text that looks like a comment.
		last := end
		for last > dashes[i]+1 && isBlankOrComment(lines[last-1]) {
			last--
		}
		blank := last // blank lines may be the text's: |+
		for blank < end && len(bytes.TrimSpace(lines[blank])) == 0 {
			blank++
		}
		for _, to := range []int{last, blank, end} {
			// The library counts a comment's \r\n as two ends of a line.
			body := Document{Text: bytes.ReplaceAll(join(dashes[i], to), []byte("\r\n"), []byte("\n"))}
			if several, err := (&reading{}).parse(&body, &blockyaml.Parser{}, first+dashes[i]); err == nil && several == nil &&
				isItem(body.Node, c.indent) && sameContent(body.Node.Content[0], rl.Items[i]) {
				p.body, p.tail = join(dashes[i], to), join(to, end)
				own[i] = body.Node.Content[0]
				break
			}
		}
		if own[i] == nil && doc.anchored == nil {
			return false
		}
	}
	if doc.anchored != nil {
		c.users = usersOf(yamlnode.Get(doc.anchored, "items"), doc.anchored)
	}
	for i, n := range own {
		if n != nil {
			rl.Items[i] = n
		}
	}
	return true
}

// usersOf finds the aliases among the items of a list, and the fields around
// them, whose anchors are elsewhere.
func usersOf(items, root *yaml.Node) map[int][]int {
	elements := yamlnode.Elements(items)
	parts := make([][]*yaml.Node, len(elements)+1)
	for i, e := range elements {
		parts[i] = []*yaml.Node{e}
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "items" {
			parts[len(elements)] = append(parts[len(elements)], root.Content[i+1])
		}
	}
	home := map[*yaml.Node]int{}
	var walk func(n *yaml.Node, visit func(*yaml.Node))
	walk = func(n *yaml.Node, visit func(*yaml.Node)) {
		visit(n)
		for _, c := range n.Content {
			walk(c, visit)
		}
	}
	for i, part := range parts {
		for _, n := range part {
			walk(n, func(n *yaml.Node) {
				if n.Anchor != "" {
					home[n] = i
				}
			})
		}
	}
	users := map[int][]int{}
	for i, part := range parts {
		for _, n := range part {
			walk(n, func(n *yaml.Node) {
				if n.Kind != yaml.AliasNode {
					return
				}
				if j, ok := home[n.Alias]; !ok || j != i {
					users[j] = append(users[j], i)
				}
			})
		}
	}
	return users
}

// lastLine is the last line that a node of a tree starts on. Where there is no text
// for a value, the library has it start with what follows.
func lastLine(n *yaml.Node) int {
	line := n.Line
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode || c.Value != "" {
			line = max(line, lastLine(c))
		}
	}
	return line
}

// last is the node of a tree that ends it.
func last(n *yaml.Node) *yaml.Node {
	for len(n.Content) > 0 {
		n = n.Content[len(n.Content)-1]
	}
	return n
}

// sameContent compares trees by what they say, not by how it is written.
func sameContent(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameContent(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// isDashAt reports whether an item of a list starts on a line, at an
// indentation.
func isDashAt(line []byte, indent int) bool {
	if leadingSpaces(line) != indent || line[indent] != '-' {
		return false
	}
	return len(line) == indent+1 || bytes.IndexByte([]byte(" \t\r\n"), line[indent+1]) >= 0
}

// isCommentAt reports whether a line is a comment at an indentation or to the
// left of it. Deeper ones may be text.
func isCommentAt(line []byte, indent int) bool {
	n := leadingSpaces(line)
	return n <= indent && n < len(line) && line[n] == '#'
}

func isBlankOrComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

// Output says what to write of a ResourceList.
type Output struct {
	// Changed reports whether Items[i] must be encoded anew.
	Changed func(i int) bool
	// Added are further items.
	Added []*yaml.Node
	// Wrote says of each value that was written where it is, and which field of
	// the configuration asked for it. The field "" is the whole item; added ones
	// count on from the others. It may be nil.
	Wrote func(yield func(item int, field, cause string))
}

// nothing reports whether the items stay as they are.
func (out *Output) nothing(items int) bool {
	for i := range items {
		if out.Changed(i) {
			return false
		}
	}
	return len(out.Added) == 0
}
