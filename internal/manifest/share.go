package manifest

import (
	"runtime"
	"slices"

	"go.yaml.in/yaml/v3"
)

// ReadShared is Read for those who change nothing: documents share the nodes of
// equal keys at equal places (kind in line 2, name in line 4, …), which halves
// the memory of large streams.
func ReadShared(file string, data []byte) ([]Document, error) {
	// One table for each processor, so that none waits for another.
	tables := make(chan *sharer, runtime.GOMAXPROCS(0))
	for range cap(tables) {
		tables <- &sharer{keys: map[place]*yaml.Node{}}
	}
	return read(file, data, func(d *Document) {
		s := <-tables
		s.share(d.Node)
		tables <- s
	})
}

// sharer knows the keys seen so far.
type sharer struct{ keys map[place]*yaml.Node }

type place struct {
	text         string
	line, column int
	style        yaml.Style
	tag          string
}

// maxShared bounds the table: what is in more places than that is rarely equal.
const maxShared = 1 << 16

func (s *sharer) share(n *yaml.Node) {
	if cap(n.Content) > len(n.Content) {
		n.Content = slices.Clone(n.Content)[:len(n.Content):len(n.Content)]
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			n.Content[i] = s.key(c)
		} else if len(c.Content) > 0 {
			s.share(c)
		}
	}
}

func (s *sharer) key(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.ScalarNode || n.HeadComment != "" || n.LineComment != "" || n.FootComment != "" {
		return n
	}
	at := place{n.Value, n.Line, n.Column, n.Style, n.Tag}
	known := s.keys[at]
	if known == nil && len(s.keys) < maxShared {
		s.keys[at] = n
	}
	if known != nil {
		return known
	}
	return n
}
