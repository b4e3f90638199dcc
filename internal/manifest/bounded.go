package manifest

import (
	"bytes"
	"errors"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// Bounded reports text that is YAML and beyond the limits, or that contains
// itself: other readers would run out of memory or stack. What is no YAML is left
// to them. texts says that scalars may be YAML too, as inline patches are.
func Bounded(data []byte, texts bool) error {
	return (&reading{}).bounded(data, texts, 0)
}

func (r *reading) bounded(data []byte, texts bool, level int) error {
	const levels = 4 // of texts in texts
	if level > levels || !suspicious(data, limits.Current().Depth) {
		return nil
	}
	for _, d := range split(nil, "", bytes.TrimPrefix(data, byteOrderMark)) {
		dec := yaml.NewDecoder(bytes.NewReader(d.Text))
		for {
			var doc yaml.Node
			if err := dec.Decode(&doc); err != nil {
				if l := (*limits.Error)(nil); errors.As(d.locate(err), &l) {
					return l
				}
				break
			}
			if len(doc.Content) == 0 {
				continue
			}
			if err := r.weigh(doc.Content[0]); err != nil {
				return err
			}
			if texts {
				if err := r.boundedTexts(doc.Content[0], level); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *reading) boundedTexts(n *yaml.Node, level int) error {
	if n.Kind == yaml.ScalarNode {
		return r.bounded([]byte(n.Value), true, level+1)
	}
	for _, c := range n.Content {
		if err := r.boundedTexts(c, level); err != nil {
			return err
		}
	}
	return nil
}

// suspicious is a cheap test: text has aliases, or is nested deeper than depth,
// only if this is true.
func suspicious(data []byte, depth int) bool {
	if bytes.IndexByte(data, '&') >= 0 && bytes.IndexByte(data, '*') >= 0 {
		return true
	}
	open, lead, leading := 0, 0, true
	for _, c := range data {
		switch c {
		case '[', '{':
			if open++; open > depth {
				return true
			}
			leading = false
		case ']', '}':
			open = max(open-1, 0)
			leading = false
		case '\n':
			lead, leading = 0, true
		case ' ', '-', '?', ':':
			// Each level of block style is at least one character of the margin.
			if leading {
				if lead++; lead > depth {
					return true
				}
			}
		default:
			leading = false
		}
	}
	return false
}
