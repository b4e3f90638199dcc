package manifest

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Encode writes the document anew, with the comments around its content.
func (d *Document) Encode() ([]byte, error) {
	text, err := Encode(d.Node)
	if d.head != "" {
		text = append([]byte(d.head+"\n\n"), text...) // the blank line keeps it the document's
	}
	if d.foot != "" {
		text = append(text, "\n"+d.foot+"\n"...)
	}
	return text, err
}

// Encode writes a node the way kustomize and kubectl do: two spaces, lists not
// indented below their key unless the node came that way.
func Encode(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if !wideLists(n) {
		e.CompactSeqIndent()
	}
	if err := e.Encode(n); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	return b.Bytes(), nil
}

// wideLists reports whether the first block list of n was indented below its key.
func wideLists(n *yaml.Node) bool {
	wide, _ := firstList(n)
	return wide
}

func firstList(n *yaml.Node) (wide, found bool) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			if v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle == 0 && v.Column > 0 && k.Column > 0 && len(v.Content) > 0 {
				return v.Column > k.Column, true
			}
			if wide, found = firstList(v); found {
				return wide, true
			}
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if wide, found = firstList(c); found {
				return wide, true
			}
		}
	}
	return false, false
}
