package blockyaml

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const (
	nullTag  = "!!null"
	boolTag  = "!!bool"
	strTag   = "!!str"
	mergeTag = "!!merge"
	intTag   = "!!int"
)

// tagOf returns the tag that a plain scalar resolves to.
func tagOf(s string) string {
	switch s[0] {
	case 't', 'T', 'f', 'F', 'n', 'N', '~':
		switch s {
		case "true", "True", "TRUE", "false", "False", "FALSE":
			return boolTag
		case "null", "Null", "NULL", "~":
			return nullTag
		}
		return strTag
	case '<':
		if s == "<<" {
			return mergeTag
		}
		return strTag
	case '.':
	case '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if len(s) > 1 && s[1] == '.' {
			break // -.inf
		}
		digits := true
		for i := 0; i < len(s); i++ {
			if classes[s[i]]&textual != 0 && !isDate(s) {
				return strTag
			}
			digits = digits && s[i] >= '0' && s[i] <= '9'
		}
		if digits && len(s) < 18 && (s[0] != '0' || len(s) == 1) {
			return intTag
		}
	default:
		return strTag
	}
	return (&yaml.Node{Kind: yaml.ScalarNode, Value: s}).ShortTag()
}

// isDate reports whether a scalar starts as dates do.
func isDate(s string) bool {
	if len(s) < 5 || s[4] != '-' {
		return false
	}
	for i := range 4 {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// null returns the node of a value that is not there.
func (p *Parser) null(line, column int) *yaml.Node {
	return p.scalar(0, nullTag, "", line, column)
}

// keyText is a key whose node is made when its value is known.
type keyText struct {
	style        yaml.Style
	tag, text    string
	line, column int
	flow         bool // in a flow collection
}

// keyAt reads the key between here and end.
func (p *Parser) keyAt(end int) (k keyText, ok bool) {
	k = keyText{tag: strTag, text: p.src[p.pos:end], line: p.line + 1, column: p.column(p.pos)}
	switch c := k.text[0]; c {
	case '"', '\'':
		if k.text, ok = p.quotedText(c); !ok || p.pos != end {
			return k, false
		}
		k.style = quotedStyle(c)
	default:
		k.tag = tagOf(k.text)
	}
	return k, k.tag != mergeTag // the fields that it brings in are for others to find
}

// keyNode makes the node of a key. If nodes may be shared it is one with all in
// its column whose values are where one expects them, and in flow style with all
// as far in front of their values: see [yamlnode.Beside] and [yamlnode.KeyColumn].
func (p *Parser) keyNode(k *keyText, v *yaml.Node) *yaml.Node {
	line := k.line
	if p.Share && (v.Line == line || v.Line == line+1) && (v.Line > line) == yamlnode.BelowKey(v) {
		line = yamlnode.Beside
		if k.flow && v.Line == k.line && v.Column > k.column {
			return p.scalar(k.style, k.tag, k.text, line, k.column-v.Column)
		}
	}
	return p.scalar(k.style, k.tag, k.text, line, k.column)
}

// plain parses a plain scalar and the rest of its last line. Lines deeper than
// parent continue it.
func (p *Parser) plain(parent int) *yaml.Node {
	line, column := p.line+1, p.column(p.pos)
	start := p.pos
	end, at, stop := p.plainLine(p.pos)
	if stop == ':' {
		return nil
	}
	text := p.src[start:end]
	p.pos = at
	if stop == '\n' {
		p.pos++
		p.line++
		if p.continues(parent) {
			var ok bool
			if text, ok = p.plainLines(text, parent); !ok {
				return nil
			}
		} else if !p.lineStart() {
			return nil
		}
	} else {
		if stop == '#' && !p.comment() || !p.endLine() {
			return nil
		}
	}
	return p.scalar(0, tagOf(text), text, line, column)
}

// continues reports whether the next line with content belongs to a plain
// scalar. pos is at the beginning of a line.
func (p *Parser) continues(parent int) bool {
	bol := p.pos
	for i := p.pos; i < len(p.src); i++ {
		switch p.src[i] {
		case ' ':
		case '\n':
			bol = i + 1
		default:
			return i-bol > parent && p.src[i] != '#'
		}
	}
	return false
}

// plainLines folds the lines that continue a plain scalar, from the beginning
// of the second, and moves to the content behind it.
func (p *Parser) plainLines(first string, parent int) (string, bool) {
	b := p.text(len(first))
	b = append(b, first...)
	for p.continues(parent) {
		breaks := 0
		for {
			p.bol = p.pos
			for p.src[p.pos] == ' ' {
				p.pos++
			}
			if p.src[p.pos] != '\n' {
				break
			}
			p.pos++
			p.line++
			breaks++
		}
		if p.src[p.pos] == '\t' {
			return "", false
		}
		end, at, stop := p.plainLine(p.pos)
		if stop == ':' || end == p.pos {
			return "", false
		}
		b = fold(b, breaks)
		b = append(b, p.src[p.pos:end]...)
		p.pos = at
		if stop != '\n' {
			s := p.keep(b)
			return s, (stop != '#' || p.comment()) && p.endLine()
		}
		p.pos++
		p.line++
	}
	return p.keep(b), p.lineStart()
}

// fold appends what a line break and further ones behind it fold to.
func fold(b []byte, further int) []byte {
	if further == 0 {
		return append(b, ' ')
	}
	for range further {
		b = append(b, '\n')
	}
	return b
}

func quotedStyle(quote byte) yaml.Style {
	if quote == '"' {
		return yaml.DoubleQuotedStyle
	}
	return yaml.SingleQuotedStyle
}

// quotedEnd returns the place behind a quoted scalar that starts here and ends
// on the same line, -1 if there is none.
func (p *Parser) quotedEnd(quote byte) int {
	for i := p.pos + 1; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == '\n':
			return -1
		case c == '\\' && quote == '"':
			i++
			if i < len(p.src) && p.src[i] == '\n' {
				return -1
			}
		case c != quote:
		case quote == '\'' && i+1 < len(p.src) && p.src[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return -1
}

// quoted parses a quoted scalar.
func (p *Parser) quoted(quote byte) *yaml.Node {
	line, column := p.line+1, p.column(p.pos)
	text, ok := p.quotedText(quote)
	if !ok {
		return nil
	}
	return p.scalar(quotedStyle(quote), strTag, text, line, column)
}

// quotedText reads a quoted scalar and moves behind it.
func (p *Parser) quotedText(quote byte) (string, bool) {
	start := p.pos + 1
	if quote == '\'' {
		// Most have no quotes and no line breaks inside.
		i := strings.IndexByte(p.src[start:], '\'')
		if i < 0 {
			return "", false
		}
		text := p.src[start : start+i]
		if end := start + i + 1; (end == len(p.src) || p.src[end] != '\'') && strings.IndexByte(text, '\n') < 0 {
			p.pos = end
			return text, true
		}
	} else {
		for i := start; ; i++ {
			for i < len(p.src) && classes[p.src[i]]&quotedStop == 0 {
				i++
			}
			if i == len(p.src) {
				return "", false
			}
			if c := p.src[i]; c == '"' {
				p.pos = i + 1
				return p.src[start:i], true
			} else if c == '\\' || c == '\n' {
				break
			}
		}
	}
	p.pos = start
	return p.unquote(quote)
}

// unquote reads a quoted scalar with escapes or several lines, from the place
// behind its quote.
func (p *Parser) unquote(quote byte) (string, bool) {
	b := p.text(64)
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == quote:
			if quote == '"' || p.pos+1 == len(p.src) || p.src[p.pos+1] != '\'' {
				p.pos++
				return p.keep(b), true
			}
			b = append(b, '\'')
			p.pos += 2
		case c == '\\' && quote == '"':
			if p.pos+1 < len(p.src) && p.src[p.pos+1] == '\n' {
				p.pos++
				further, ok := p.breaks()
				if !ok {
					return "", false
				}
				for range further {
					b = append(b, '\n')
				}
				continue
			}
			var ok bool
			if b, ok = p.escape(b); !ok {
				return "", false
			}
		case c == '\n', c == ' ', c == '\t':
			i := p.pos
			for i < len(p.src) && (p.src[i] == ' ' || p.src[i] == '\t') {
				i++
			}
			if i == len(p.src) || p.src[i] != '\n' {
				b = append(b, p.src[p.pos:i]...)
				p.pos = i
				continue
			}
			p.pos = i
			further, ok := p.breaks()
			if !ok {
				return "", false
			}
			b = fold(b, further)
		default:
			i := p.pos + 1
			for i < len(p.src) && classes[p.src[i]]&quotedStop == 0 && p.src[i] != quote {
				i++
			}
			b = append(b, p.src[p.pos:i]...)
			p.pos = i
		}
	}
	return "", false
}

// breaks moves from a line break over blank lines to the next text, and returns
// how many further breaks there were.
func (p *Parser) breaks() (further int, ok bool) {
	further = -1
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case '\n':
			p.pos++
			p.line++
			p.bol = p.pos
			further++
			if p.atMarker(p.pos) {
				return 0, false
			}
		case ' ', '\t':
			p.pos++
		default:
			return further, true
		}
	}
	return 0, false
}

// escapes are the characters that stand for themselves behind a backslash, and
// those that stand for others.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '\'': "'", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape reads an escape sequence and appends what it stands for.
func (p *Parser) escape(b []byte) ([]byte, bool) {
	if p.pos+1 >= len(p.src) {
		return nil, false
	}
	c := p.src[p.pos+1]
	p.pos += 2
	digits := 0
	switch c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		text, ok := escapes[c]
		return append(b, text...), ok
	}
	if p.pos+digits > len(p.src) {
		return nil, false
	}
	r, ok := hex(p.src[p.pos : p.pos+digits])
	p.pos += digits
	if !ok || r >= 0xd800 && r <= 0xdfff || r > 0x10ffff {
		return nil, false
	}
	return append(b, string(r)...), true
}

func hex(s string) (r rune, ok bool) {
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		if r > 0x10ffff {
			return 0, false
		}
		r = r<<4 + rune(c)
	}
	return r, true
}

// blockScalar parses a literal or folded scalar in a collection of column
// parent, and moves to the content behind it.
func (p *Parser) blockScalar(parent int) *yaml.Node {
	line, column := p.line+1, p.column(p.pos)
	folded := p.src[p.pos] == '>'
	p.pos++
	var chomp byte
	indent := 0
	for ; p.pos < len(p.src); p.pos++ {
		c := p.src[p.pos]
		if (c == '+' || c == '-') && chomp == 0 {
			chomp = c
		} else if c >= '1' && c <= '9' && indent == 0 {
			indent = max(parent, 0) + int(c-'0')
		} else {
			break
		}
	}
	if !p.blankLine() {
		return nil
	}
	start := p.pos
	// Blank lines in front of the text may set its indentation.
	breaks, deepest := 0, 0
	for {
		n := p.indentation(indent)
		deepest = max(deepest, n)
		if p.pos+n == len(p.src) || p.src[p.pos+n] != '\n' {
			break
		}
		p.pos += n + 1
		p.line++
		breaks++
	}
	if indent == 0 {
		if n := p.indentation(0); p.pos+n < len(p.src) && p.src[p.pos+n] == '\t' {
			return nil
		}
		indent = max(deepest, parent+1, 1)
	}
	b := p.text(len(p.src[start:p.blockEnd(indent)]))
	var lead, blank bool
	first := true
	for p.pos < len(p.src) && p.indentation(indent) == indent && p.pos+indent < len(p.src) {
		text := p.src[p.pos+indent:]
		end := strings.IndexByte(text, '\n')
		broken := end >= 0
		if !broken {
			end = len(text)
		}
		blank = end > 0 && (text[0] == ' ' || text[0] == '\t')
		switch {
		case first:
		case folded && !lead && !blank:
			if breaks == 0 {
				b = append(b, ' ')
			}
		default:
			b = append(b, '\n')
		}
		for range breaks {
			b = append(b, '\n')
		}
		b = append(b, text[:end]...)
		lead, first, breaks = blank, false, 0
		p.pos += indent + end
		if !broken {
			break
		}
		p.pos++
		p.line++
		for p.pos < len(p.src) {
			n := p.indentation(indent)
			if p.pos+n == len(p.src) || p.src[p.pos+n] != '\n' {
				break
			}
			p.pos += n + 1
			p.line++
			breaks++
		}
	}
	if p.pos < len(p.src) && p.tabbed(indent) {
		return nil
	}
	if chomp != '-' && !first && p.src[p.pos-1] == '\n' {
		b = append(b, '\n')
	}
	if chomp == '+' {
		for range breaks {
			b = append(b, '\n')
		}
	}
	if !p.lineStart() {
		return nil
	}
	style := yaml.LiteralStyle
	if folded {
		style = yaml.FoldedStyle
	}
	return p.scalar(style, strTag, p.keep(b), line, column)
}

// indentation counts the spaces that the present line starts with, up to limit
// unless that is 0. pos is at the beginning of a line.
func (p *Parser) indentation(limit int) int {
	n := 0
	for p.pos+n < len(p.src) && p.src[p.pos+n] == ' ' && (limit == 0 || n < limit) {
		n++
	}
	return n
}

// tabbed reports whether a tab stands in the indentation of the present line.
func (p *Parser) tabbed(indent int) bool {
	n := p.indentation(indent)
	return n < indent && p.pos+n < len(p.src) && p.src[p.pos+n] == '\t'
}

// blockEnd returns about where the text of a block scalar ends, for the size of
// its copy.
func (p *Parser) blockEnd(indent int) int {
	for i := p.pos; i < len(p.src); {
		n := 0
		for i+n < len(p.src) && p.src[i+n] == ' ' {
			n++
		}
		if i+n < len(p.src) && p.src[i+n] != '\n' && n < indent {
			return i
		}
		end := strings.IndexByte(p.src[i:], '\n')
		if end < 0 {
			break
		}
		i += end + 1
	}
	return len(p.src)
}
