package manifest

import (
	"bytes"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// listText is a ResourceList in block style, cut by lines: the text of each
// item, and what stands around them.
//
//	apiVersion: …            head
//	items:
//	- apiVersion: v1         items[0]
//	  …
//	- apiVersion: v1         items[1]
//	  …
//	functionConfig:          tail
//	  …
type listText struct {
	head, tail []byte
	items      []itemText
	indent     int // of an item's dash
	tailLine   int // line of the tail, from 0
}

type itemText struct {
	text []byte
	line int // from 0
}

var (
	itemsLine = []byte("items:\n")
	dash      = []byte("- ")
)

// cutList cuts a document at the items of its list. It looks at the indentation
// of lines only, so what it returns is a guess that parseList verifies: parts
// of one YAML construct that was cut apart (a quoted string, a flow collection,
// an alias and its anchor) do not parse. ok is false where the guess would not
// be good.
func cutList(text []byte) (list listText, ok bool) {
	if bytes.IndexByte(text, '\r') >= 0 || oddBreaks(text) {
		return list, false
	}
	start := 0
	if !bytes.HasPrefix(text, itemsLine) {
		if start = bytes.Index(text, []byte("\nitems:\n")) + 1; start == 0 {
			return list, false
		}
	}
	list.head = text[:start]
	pos := start + len(itemsLine)
	line := bytes.Count(list.head, []byte("\n")) + 1
	list.indent = leadingSpaces(text[pos:])
	begin := -1
	for pos < len(text) {
		end := bytes.IndexByte(text[pos:], '\n') + 1
		if end == 0 {
			return list, false // the last line has no end
		}
		l := text[pos : pos+end]
		switch n := leadingSpaces(l); {
		case n == len(l)-1 || n > list.indent:
			if begin < 0 {
				return list, false
			}
		case n == list.indent && bytes.HasPrefix(l[n:], dash) && len(bytes.TrimSpace(l[n:])) > 1:
			if begin >= 0 && !list.add(text[begin:pos]) {
				return list, false
			}
			begin = pos
			list.items = append(list.items, itemText{line: line})
		case n > 0 || l[0] == '#' || l[0] == '-' || l[0] == '.' || begin < 0:
			return list, false
		default:
			list.tail, list.tailLine = text[pos:], line
			return list, list.add(text[begin:pos])
		}
		pos += end
		line++
	}
	list.tailLine = line
	return list, begin >= 0 && list.add(text[begin:])
}

// add sets the text of the last item. It refuses texts whose comments could
// belong to a neighbour.
func (list *listText) add(text []byte) bool {
	list.items[len(list.items)-1].text = text
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.IndexByte(first, '#') >= 0 {
		return false
	}
	last := bytes.TrimRight(text, " \n")
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	return bytes.IndexByte(last, '#') < 0
}

// oddBreaks reports whether a text has line breaks that are one to YAML 1.1 but
// not to anybody who counts \n: https://yaml.org/spec/1.1/#id871136
func oddBreaks(text []byte) bool {
	for _, b := range [...]string{"\u0085", "\u2028", "\u2029"} {
		if bytes.Contains(text, []byte(b)) {
			return true
		}
	}
	return bytes.Count(text, []byte("\r")) != bytes.Count(text, []byte("\r\n"))
}

func leadingSpaces(line []byte) int {
	for i, c := range line {
		if c != ' ' {
			return i
		}
	}
	return len(line)
}

// parseList parses a ResourceList with its items side by side, on all
// processors. ok is false when the text is not what it looked like: parse the
// document as a whole then. Otherwise the nodes are those of the whole.
func (r *reading) parseList(text []byte, edits func(functionConfig *yaml.Node) bool) (rl *ResourceList, root *yaml.Node, ok bool) {
	list, ok := cutList(text)
	if !ok {
		return nil, nil, false
	}
	around := &Document{Text: bytes.Join([][]byte{list.head, itemsLine, list.tail}, nil)}
	if several, err := r.parse(around, &blockyaml.Parser{}, 1); err != nil || several != nil || !isListAround(around.Node, &list) {
		return nil, nil, false
	}
	rl = &ResourceList{Items: make([]*yaml.Node, len(list.items))}
	pieces := make([]piece, len(list.items))
	var failed atomic.Bool
	like := blockyaml.Parser{}
	if !edits(yamlnode.Get(around.Node, "functionConfig")) {
		like = blockyaml.Parser{Share: true, DropComments: true}
	}
	parallel(len(list.items), like, func(p *blockyaml.Parser, i int) {
		if failed.Load() {
			return
		}
		item := &list.items[i]
		doc, line := Document{Text: item.text}, item.line+1
		if p.Share {
			line = 1 // so that items are alike
		}
		if several, err := r.parse(&doc, p, line); err != nil || several != nil || !isItem(doc.Node, list.indent) {
			failed.Store(true)
			return
		}
		rl.Items[i] = doc.Node.Content[0]
		pieces[i] = piece{body: item.text}
	})
	if failed.Load() {
		return nil, nil, false
	}
	for i := range pieces {
		pieces[i].cutBlanks(rl.Items[i])
	}
	moveBehind(around.Node, &list)
	rl.cut = &cut{text: text, indent: list.indent, items: pieces}
	if !rl.cut.fieldsOf(around.Node) {
		return nil, nil, false
	}
	rl.root = around.Node
	return rl, around.Node, true
}

// isListAround reports whether root, which was parsed without the items, is a
// mapping in block style with one field items, where the items were.
func isListAround(root *yaml.Node, list *listText) bool {
	if root == nil || root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 || root.Column != 1 || yamlnode.Repeats(root) {
		return false
	}
	found := 0
	for k, v := range yamlnode.Fields(root) {
		if k.Value != "items" {
			continue
		}
		if found++; !yamlnode.IsNull(v) || k.Line != bytes.Count(list.head, []byte("\n"))+1 {
			return false
		}
	}
	return found == 1
}

// isItem reports whether n is a list with one resource, at the right place.
func isItem(n *yaml.Node, indent int) bool {
	return n != nil && n.Kind == yaml.SequenceNode && n.Style&yaml.FlowStyle == 0 && n.Column == indent+1 &&
		len(n.Content) == 1 && n.Content[0].Kind == yaml.MappingNode && n.HeadComment == "" && n.FootComment == ""
}

// moveBehind moves the nodes behind the items to the lines they have in the
// whole.
func moveBehind(root *yaml.Node, list *listText) {
	lines := bytes.Count(list.head, []byte("\n")) + 1 // of head and items:
	for _, n := range root.Content {
		if n.Line > lines {
			moveDown(n, list.tailLine-lines)
		}
	}
}

// moveDown adds to the lines of a tree.
func moveDown(n *yaml.Node, lines int) {
	if lines == 0 {
		return
	}
	n.Line += lines
	for _, c := range n.Content {
		moveDown(c, lines)
	}
}
