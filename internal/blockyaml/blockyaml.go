// Package blockyaml parses the YAML that Kubernetes resources are written in:
// block mappings and lists, scalars of every style, flow collections. It makes
// the nodes that go.yaml.in/yaml/v3 makes, to the line and column, several
// times as fast and with a fraction of the memory.
//
// It parses what it is certain of and declines everything else: anchors,
// aliases, tags, complex keys, directives, carriage returns, tabs outside of
// text, and whatever is not YAML. Callers hand that to yaml.v3, which also
// knows how to say what is wrong. Tests hold the two against each other.
//
// The rules are those of https://yaml.org/spec/1.1/, as yaml.v3 reads them.
package blockyaml

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"go.yaml.in/yaml/v3"
)

// Parser parses documents one after another. The zero value is ready to use;
// it must not be used by several goroutines at once.
type Parser struct {
	// DropComments leaves comments out. Without it, documents with comments are
	// declined.
	DropComments bool
	// Share makes parts of documents one node where they are equal in text, style
	// and place: keys, values and whole collections. Documents that come from one
	// template are mostly equal. Keys share a node also where only their lines
	// differ: see [yamlnode.Beside]. Shared nodes must not be edited.
	Share bool

	src   string
	pos   int // the next byte
	line  int // of pos, from 0
	bol   int // where that line begins
	ascii bool
	depth int

	// Outside ASCII a column is a count: that of the characters between bol and
	// counted, kept so that long lines are not counted for every node.
	counted, chars int

	// col is the column, from 0, of a line that has been reached and not yet
	// read: pos is at its first character. It is -1 at the end.
	col int

	slab
	stack []*yaml.Node // children of the collections that are open
}

// Limits above which a document is declined.
const (
	maxDepth = 200
	// yaml.v3 takes no key of more than 1,024 characters.
	maxKey = 1000
)

// Parse parses one document without its separator. firstLine is the line, from
// 1, that nodes of the first line get. The root is nil for a document without
// content. ok is false when the parser declines.
//
// The nodes refer to the bytes of text, which must not change afterwards.
func (p *Parser) Parse(text []byte, firstLine int) (root *yaml.Node, ok bool) {
	p.src = unsafe.String(unsafe.SliceData(text), len(text))
	p.pos, p.bol, p.line, p.depth, p.counted = 0, 0, firstLine-1, 0, -1
	p.stack = p.stack[:0]
	if p.ascii, ok = vet(p.src); !ok {
		return nil, false
	}
	if !p.lineStart() {
		return nil, false
	}
	if p.col < 0 {
		return nil, true
	}
	switch {
	case p.atDash():
		root = p.sequence(p.col)
	case p.atKey():
		root = p.mapping(p.col)
	case p.src[p.pos] == '{' || p.src[p.pos] == '[':
		if root = p.flow(); root == nil || !p.endLine() {
			return nil, false
		}
	}
	if root == nil || p.col >= 0 {
		return nil, false
	}
	return root, true
}

// vet reports whether a text is made of characters that need no thought: no
// control characters, no carriage returns, none of the line breaks that YAML 1.1
// knows besides \n. ascii reports whether columns are bytes.
func vet(s string) (ascii, ok bool) {
	var seen byte
	for i := 0; i < len(s); i++ {
		seen |= classes[s[i]]
	}
	if seen&control != 0 {
		return false, false
	}
	if seen&wide == 0 {
		return true, true
	}
	for _, r := range s {
		switch {
		case r < 0x80:
		case r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0xfffd && r <= 0xffff:
			return false, false
		}
	}
	return false, utf8.ValidString(s)
}

// Classes of bytes.
const (
	control    = 1 << iota // neither text nor \n nor \t
	wide                   // part of a character outside ASCII
	plainStop              // may end a plain scalar, or its line
	flowStop               // may end a plain scalar in a flow collection
	notFirst               // starts no plain scalar, or one to leave to yaml.v3
	quotedStop             // needs a look in a double-quoted scalar
	textual                // makes a word that starts as a number does a string
)

var classes = func() (c [256]byte) {
	for i := range c {
		switch {
		case i < ' ' && i != '\n' && i != '\t' || i == 0x7f:
			c[i] |= control
		case i >= 0x80:
			c[i] |= wide
		}
		if !strings.ContainsRune("0123456789abcdefABCDEFxXoO_.+-", rune(i)) {
			c[i] |= textual
		}
	}
	for class, chars := range map[byte]string{
		plainStop:  "\n:# \t",
		flowStop:   "\n:# \t,[]{}?",
		notFirst:   "\n \t,[]{}#&*!|>'\"%@`?:",
		quotedStop: "\n \t\"\\",
	} {
		for i := range chars {
			c[chars[i]] |= class
		}
	}
	return c
}()

// lineStart moves from the beginning of a line to the first character of the
// next line that has content, and sets col. It returns false to decline.
func (p *Parser) lineStart() bool {
	for {
		p.bol = p.pos
		for p.pos < len(p.src) && p.src[p.pos] == ' ' {
			p.pos++
		}
		if p.pos == len(p.src) {
			p.col = -1
			return true
		}
		p.col = p.pos - p.bol
		switch c := p.src[p.pos]; {
		case c == '\n':
			p.pos++
			p.line++
			continue
		case c == '#':
			if !p.comment() {
				return false
			}
			if p.pos < len(p.src) {
				p.pos++
				p.line++
			}
			continue
		case c == '\t', p.col == 0 && (c == '%' || p.atMarker(p.pos)):
			return false
		}
		return true
	}
}

// atMarker reports whether ... or --- stands at i, the beginning of a line.
func (p *Parser) atMarker(i int) bool {
	return strings.HasPrefix(p.src[i:], "---") || strings.HasPrefix(p.src[i:], "...")
}

// comment moves to the end of the line.
func (p *Parser) comment() bool {
	if !p.DropComments {
		return false
	}
	if i := strings.IndexByte(p.src[p.pos:], '\n'); i >= 0 {
		p.pos += i
	} else {
		p.pos = len(p.src)
	}
	return true
}

// endLine moves over the rest of a line, on which only a comment may follow, to
// the content of the next one.
func (p *Parser) endLine() bool {
	return p.blankLine() && p.lineStart()
}

// blankLine moves over the rest of a line to the beginning of the next one.
func (p *Parser) blankLine() bool {
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] == ' ' {
		p.pos++
	}
	switch {
	case p.pos == len(p.src):
		return true
	case p.src[p.pos] == '#' && p.pos > start:
		if !p.comment() {
			return false
		}
		if p.pos == len(p.src) {
			return true
		}
	case p.src[p.pos] != '\n':
		return false
	}
	p.pos++
	p.line++
	return true
}

// column is the column of a place in the present line, in characters from 1.
func (p *Parser) column(pos int) int {
	if p.ascii {
		return pos - p.bol + 1
	}
	if p.counted < p.bol || p.counted > pos {
		p.counted, p.chars = p.bol, 0
	}
	p.chars += utf8.RuneCountInString(p.src[p.counted:pos])
	p.counted = pos
	return p.chars + 1
}

// blankAt reports whether a place is blank or the end.
func (p *Parser) blankAt(i int) bool {
	return i >= len(p.src) || p.src[i] == ' ' || p.src[i] == '\n' || p.src[i] == '\t'
}

// atDash reports whether an item of a list starts here.
func (p *Parser) atDash() bool { return p.src[p.pos] == '-' && p.blankAt(p.pos+1) }

// atKey reports whether a key and its colon are here.
func (p *Parser) atKey() bool {
	end, _ := p.key()
	return end >= 0
}

// key finds the key that starts here: end is where it ends, -1 if there is
// none, and colon the place behind its colon.
func (p *Parser) key() (end, colon int) {
	switch c := p.src[p.pos]; {
	case c == '"' || c == '\'':
		end = p.quotedEnd(c)
		if end < 0 {
			return -1, -1
		}
		colon = end
		for colon < len(p.src) && p.src[colon] == ' ' {
			colon++
		}
		if colon == len(p.src) || p.src[colon] != ':' || !p.blankAt(colon+1) {
			return -1, -1
		}
	case !p.startsPlain():
		return -1, -1
	default:
		var stop byte
		if end, colon, stop = p.plainLine(p.pos); stop != ':' {
			return -1, -1
		}
	}
	if colon-p.pos > maxKey {
		return -1, -1
	}
	return end, colon + 1
}

// startsPlain reports whether a plain scalar starts here that this package reads.
func (p *Parser) startsPlain() bool {
	return classes[p.src[p.pos]]&notFirst == 0 && !p.atDash()
}

// plainLine finds the end of the part of a plain scalar that stands in one
// line. stop is what ended it, at the place at: a colon, a comment, the end of
// the line ('\n'), or of the text (0).
func (p *Parser) plainLine(i int) (end, at int, stop byte) {
	start := i
	for {
		for i < len(p.src) && classes[p.src[i]]&plainStop == 0 {
			i++
		}
		if i == len(p.src) {
			return i, i, 0
		}
		switch c := p.src[i]; c {
		case ':':
			if p.blankAt(i + 1) {
				return i, i, ':'
			}
			i++
		case '#':
			i++
		case '\n':
			return i, i, '\n'
		default: // blank: the end, unless more text follows
			end = i
			for i < len(p.src) && (p.src[i] == ' ' || p.src[i] == '\t') {
				i++
			}
			switch {
			case i == len(p.src):
				return end, i, 0
			case p.src[i] == '\n':
				return end, i, '\n'
			case p.src[i] == '#':
				return end, i, '#'
			case p.src[i] == ':' && p.blankAt(i+1):
				if end == start {
					return end, i, '#' // nothing in front of the colon
				}
				return end, i, ':'
			}
		}
	}
}

// enter counts a level of nesting.
func (p *Parser) enter() bool {
	p.depth++
	return p.depth < maxDepth
}

// mapping parses a block mapping whose keys are in column col, the first of
// them here. It ends at the content of the line behind it.
func (p *Parser) mapping(col int) *yaml.Node {
	if !p.enter() {
		return nil
	}
	line, column := p.line+1, p.column(p.pos)
	base := len(p.stack)
	for {
		end, colon := p.key()
		if end < 0 {
			return nil
		}
		k, ok := p.keyAt(end)
		if !ok {
			return nil
		}
		p.pos = colon
		v := p.value(col)
		if v == nil {
			return nil
		}
		p.stack = append(p.stack, p.keyNode(&k, v), v)
		if p.col != col {
			break
		}
	}
	if p.col > col {
		return nil
	}
	p.depth--
	return p.collection(yaml.MappingNode, 0, line, column, base)
}

// value parses what stands behind the colon of a mapping in column col.
func (p *Parser) value(col int) *yaml.Node {
	colonLine, colonColumn := p.line+1, 0
	i := p.pos
	for i < len(p.src) && p.src[i] == ' ' {
		i++
	}
	if i < len(p.src) && p.src[i] != '\n' && p.src[i] != '#' {
		p.pos = i
		return p.inline(col)
	}
	colonColumn = p.column(p.pos)
	if !p.endLine() {
		return nil
	}
	switch {
	case p.col > col:
		return p.block(col)
	case p.col == col && p.atDash():
		return p.sequence(col)
	}
	return p.null(colonLine, colonColumn)
}

// block parses a node that starts on a line of its own, deeper than parent.
func (p *Parser) block(parent int) *yaml.Node {
	switch {
	case p.atDash():
		return p.sequence(p.col)
	case p.atKey():
		return p.mapping(p.col)
	}
	return p.inline(parent)
}

// inline parses a node that is no block collection, and the rest of its line.
// parent is the column of the collection it is in.
func (p *Parser) inline(parent int) *yaml.Node {
	var n *yaml.Node
	switch c := p.src[p.pos]; {
	case c == '|' || c == '>':
		return p.blockScalar(parent)
	case c == '"' || c == '\'':
		n = p.quoted(c)
	case c == '{' || c == '[':
		n = p.flow()
	case p.startsPlain():
		return p.plain(parent)
	}
	if n == nil || !p.endLine() {
		return nil
	}
	return n
}

// sequence parses a block list whose dashes are in column col, the first of
// them here. It ends at the content of the line behind it.
func (p *Parser) sequence(col int) *yaml.Node {
	if !p.enter() {
		return nil
	}
	line, column := p.line+1, p.column(p.pos)
	base := len(p.stack)
	for {
		p.pos++
		v := p.item(col)
		if v == nil {
			return nil
		}
		p.stack = append(p.stack, v)
		if p.col != col || !p.atDash() {
			break
		}
	}
	if p.col > col {
		return nil
	}
	p.depth--
	return p.collection(yaml.SequenceNode, 0, line, column, base)
}

// item parses what stands behind the dash of a list in column col.
func (p *Parser) item(col int) *yaml.Node {
	line, dash := p.line+1, p.pos
	i := p.pos
	for i < len(p.src) && p.src[i] == ' ' {
		i++
	}
	if i == len(p.src) || p.src[i] == '\n' || p.src[i] == '#' {
		column := p.column(dash)
		if !p.endLine() {
			return nil
		}
		if p.col > col {
			return p.block(col)
		}
		return p.null(line, column)
	}
	p.pos = i
	switch {
	case p.src[i] == '\t':
		return nil
	case p.atDash():
		return p.sequence(p.pos - p.bol)
	case p.atKey():
		return p.mapping(p.pos - p.bol)
	}
	return p.inline(col)
}
