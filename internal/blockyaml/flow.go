package blockyaml

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// flow parses a flow collection, [ … ] or { … }, and moves behind it.
func (p *Parser) flow() *yaml.Node {
	if !p.enter() {
		return nil
	}
	line, column := p.line+1, p.column(p.pos)
	kind, end := yaml.SequenceNode, byte(']')
	if p.src[p.pos] == '{' {
		kind, end = yaml.MappingNode, '}'
	}
	base := len(p.stack)
	var alike map[string]*yaml.Node // of a long list
	p.pos++
	for first := true; ; first = false {
		c, ok := p.flowNext()
		if !ok {
			return nil
		}
		if c == end && first {
			break
		}
		var k keyText
		if kind == yaml.MappingNode {
			if k, ok = p.flowKey(); !ok {
				return nil
			}
		}
		v := p.flowValue()
		if v == nil {
			return nil
		}
		if kind == yaml.MappingNode {
			p.stack = append(p.stack, p.keyNode(&k, v))
		}
		if kind == yaml.SequenceNode && v.Kind == yaml.ScalarNode && len(p.stack)-base >= LongList {
			if alike == nil {
				alike = map[string]*yaml.Node{}
			}
			v = p.alike(alike, v)
		}
		p.stack = append(p.stack, v)
		if c, ok = p.flowNext(); !ok || c != ',' && c != end {
			return nil
		}
		if c == end {
			break
		}
		p.pos++
	}
	p.pos++
	p.depth--
	return p.collection(kind, yaml.FlowStyle, line, column, base)
}

// LongList is how many elements a list in flow style has before scalars of one
// text become one node there: a list of 30 MB may have ten million. Such a node
// has no place, and [yamlnode.Everywhere] for its column.
const LongList = 10_000

// alike returns the node of a long list that stands for all scalars like n,
// which was made last.
func (p *Parser) alike(known map[string]*yaml.Node, n *yaml.Node) *yaml.Node {
	const some = 1000 // lists with more different scalars gain nothing
	same := known[n.Value]
	switch {
	case same != nil && same.Style == n.Style && same.Tag == n.Tag:
		p.takeBack(n)
		return same
	case same != nil || len(known) >= some:
		return n
	}
	own := *n
	own.Line, own.Column = 0, yamlnode.Everywhere
	known[n.Value] = &own
	p.takeBack(n)
	return &own
}

// flowNext moves over blanks and line breaks to the next character.
func (p *Parser) flowNext() (c byte, ok bool) {
	for p.pos < len(p.src) {
		switch c = p.src[p.pos]; c {
		case '\n':
			p.pos++
			p.line++
			p.bol = p.pos
			if p.atMarker(p.pos) {
				return 0, false
			}
		case ' ', '\t':
			p.pos++
		case '#':
			return 0, false
		default:
			return c, true
		}
	}
	return 0, false
}

// flowKey reads a key and its colon, and moves to the value.
func (p *Parser) flowKey() (k keyText, ok bool) {
	start := p.pos
	k = keyText{tag: strTag, line: p.line + 1, column: p.column(p.pos), flow: true}
	switch c := p.src[p.pos]; c {
	case '"', '\'':
		if k.text, ok = p.quotedText(c); !ok || p.line+1 != k.line {
			return k, false
		}
		k.style = quotedStyle(c)
	default:
		if k.text, ok = p.flowPlain(); !ok {
			return k, false
		}
		if k.tag = tagOf(k.text); k.tag == mergeTag {
			return k, false
		}
	}
	for p.pos < len(p.src) && p.src[p.pos] == ' ' {
		p.pos++
	}
	if p.pos == len(p.src) || p.src[p.pos] != ':' || p.pos-start > maxKey {
		return k, false
	}
	p.pos++
	_, ok = p.flowNext()
	return k, ok
}

// flowValue parses a value in a flow collection.
func (p *Parser) flowValue() *yaml.Node {
	switch c := p.src[p.pos]; c {
	case '{', '[':
		return p.flow()
	case '"', '\'':
		return p.quoted(c)
	}
	line, column := p.line+1, p.column(p.pos)
	text, ok := p.flowPlain()
	if !ok {
		return nil
	}
	return p.scalar(0, tagOf(text), text, line, column)
}

// flowPlain reads a plain scalar in a flow collection. It declines those whose
// end is a matter of opinion.
func (p *Parser) flowPlain() (string, bool) {
	if !p.startsPlain() || p.src[p.pos] == '-' && classes[p.next(p.pos)]&flowStop != 0 {
		return "", false
	}
	start, end := p.pos, p.pos
	for i := p.pos; i < len(p.src); {
		c := p.src[i]
		if classes[c]&flowStop == 0 {
			i++
			end = i
			continue
		}
		switch c {
		case ' ':
			i++
			continue
		case ':':
			if p.blankAt(i + 1) {
				break
			}
			if classes[p.next(i)]&flowStop != 0 {
				return "", false
			}
			i++
			end = i
			continue
		case ',', ']', '}':
		case '\n':
			if !p.endsFlowPlain(i) {
				return "", false
			}
		default:
			return "", false
		}
		p.pos = i
		return p.src[start:end], true
	}
	return "", false
}

// endsFlowPlain reports whether no line behind the line break at i continues
// the scalar in front of it.
func (p *Parser) endsFlowPlain(i int) bool {
	for ; i < len(p.src); i++ {
		switch p.src[i] {
		case ' ', '\n':
		default:
			return p.src[i] == ',' || p.src[i] == ']' || p.src[i] == '}'
		}
	}
	return false
}

// next returns the byte behind i, or a line break at the end.
func (p *Parser) next(i int) byte {
	if i+1 < len(p.src) {
		return p.src[i+1]
	}
	return '\n'
}
