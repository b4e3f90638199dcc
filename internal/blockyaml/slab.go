package blockyaml

import (
	"hash/maphash"
	"unsafe"

	"go.yaml.in/yaml/v3"
)

// slab hands out nodes, lists of nodes and text in pieces of large blocks, and
// knows the nodes that may be shared.
type slab struct {
	nodes []yaml.Node
	last  *yaml.Node // the newest node
	free  *yaml.Node // the newest node, if it was taken back
	lists []*yaml.Node
	bytes []byte

	seed  maphash.Seed
	known []*yaml.Node // by the low bits of their hash; the newest stays
}

const (
	nodeBlock  = 215 // as fit into 32 KB, the largest small size of the allocator
	listBlock  = 512
	textBlock  = 16 << 10
	knownNodes = 1 << 15
)

func (s *slab) newNode() *yaml.Node {
	if n := s.free; n != nil {
		s.free = nil
		return n
	}
	if len(s.nodes) == 0 {
		s.nodes = make([]yaml.Node, nodeBlock)
	}
	n := &s.nodes[0]
	s.nodes = s.nodes[1:]
	s.last = n
	return n
}

// takeBack takes back a node that nobody has, if it was the last one made.
func (s *slab) takeBack(n *yaml.Node) {
	if s.last == n {
		*n = yaml.Node{}
		s.free = n
	}
}

// list returns a copy of nodes.
func (s *slab) list(nodes []*yaml.Node) []*yaml.Node {
	n := len(nodes)
	if n == 0 {
		return nil
	}
	if n > len(s.lists) {
		s.lists = make([]*yaml.Node, max(listBlock, n))
	}
	l := s.lists[:n:n]
	s.lists = s.lists[n:]
	copy(l, nodes)
	return l
}

// text returns an empty buffer with room for about n bytes. What is appended to
// it becomes a string with keep, before the next call of text.
func (s *slab) text(n int) []byte {
	if cap(s.bytes)-len(s.bytes) < n {
		s.bytes = make([]byte, 0, max(textBlock, n))
	}
	return s.bytes[len(s.bytes):]
}

func (s *slab) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if room := s.bytes[len(s.bytes):cap(s.bytes)]; len(room) >= len(b) && &room[0] == &b[0] {
		s.bytes = s.bytes[:len(s.bytes)+len(b)]
	}
	return unsafe.String(&b[0], len(b))
}

// place returns the place of a hash in known.
func (s *slab) place(hash uint64) **yaml.Node {
	if s.known == nil {
		s.known = make([]*yaml.Node, knownNodes)
		s.seed = maphash.MakeSeed()
	}
	return &s.known[(hash^hash>>32)%knownNodes]
}

func mix(hash uint64, v int) uint64 {
	hash = (hash ^ uint64(v)) * 0x9e3779b97f4a7c15
	return hash ^ hash>>29
}

// scalar makes a scalar.
func (p *Parser) scalar(style yaml.Style, tag, value string, line, column int) *yaml.Node {
	var at **yaml.Node
	if p.Share {
		if p.known == nil {
			p.place(0)
		}
		at = p.place(mix(mix(maphash.String(p.seed, value), line), column<<16|int(style)))
		if n := *at; n != nil && n.Kind == yaml.ScalarNode && n.Line == line && n.Column == column && n.Style == style && n.Tag == tag && n.Value == value {
			return n
		}
	}
	n := p.newNode()
	n.Kind, n.Style, n.Tag, n.Value, n.Line, n.Column = yaml.ScalarNode, style, tag, value, line, column
	if at != nil {
		*at = n
	}
	return n
}

// collection makes a collection of the nodes on the stack from base on.
func (p *Parser) collection(kind yaml.Kind, style yaml.Style, line, column, base int) *yaml.Node {
	content := p.stack[base:]
	p.stack = p.stack[:base]
	var at **yaml.Node
	if p.Share {
		hash := mix(uint64(kind), column<<32|line)
		for _, c := range content {
			hash = mix(hash, int(uintptr(unsafe.Pointer(c))))
		}
		at = p.place(hash)
		if n := *at; n != nil && n.Kind == kind && n.Line == line && n.Column == column && n.Style == style && sameNodes(n.Content, content) {
			return n
		}
	}
	n := p.newNode()
	n.Kind, n.Style, n.Tag, n.Line, n.Column = kind, style, "!!map", line, column
	if kind == yaml.SequenceNode {
		n.Tag = "!!seq"
	}
	n.Content = p.list(content)
	if at != nil {
		*at = n
	}
	return n
}

func sameNodes(a, b []*yaml.Node) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Adopt makes a tree from elsewhere share what it has in common with documents
// parsed before, if the parser shares anything, and returns its root. Nodes with
// comments, anchors or aliases stay as they are, but for comments that the parser
// drops.
func (p *Parser) Adopt(n *yaml.Node) *yaml.Node {
	if n == nil || !p.Share {
		return n
	}
	if p.DropComments {
		n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	}
	for i, c := range n.Content {
		n.Content[i] = p.Adopt(c)
	}
	switch {
	case n.Anchor != "" || n.HeadComment != "" || n.LineComment != "" || n.FootComment != "" || n.Style&yaml.TaggedStyle != 0:
	case n.Kind == yaml.ScalarNode:
		return p.scalar(n.Style, n.Tag, n.Value, n.Line, n.Column)
	case n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode:
		base := len(p.stack)
		p.stack = append(p.stack, n.Content...)
		return p.collection(n.Kind, n.Style, n.Line, n.Column, base)
	}
	return n
}
