package apiserver

import (
	"fmt"
	"math/rand"
	"strings"

	"go.yaml.in/yaml/v3"
)

type mutant struct {
	what string
	node *yaml.Node
}

// mutants returns copies of an object, each with one thing changed.
func mutants(n *yaml.Node, rnd *rand.Rand) []mutant {
	var all []mutant
	kind := ""
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "kind" {
			kind = n.Content[i+1].Value
		}
	}
	// change makes a copy, finds the node at the same place in it and edits it.
	change := func(place []int, what, path string, edit func(at *yaml.Node) bool) {
		c := clone(n)
		at := c
		for _, i := range place {
			at = at.Content[i]
		}
		if edit(at) {
			all = append(all, mutant{kind + " " + path + " " + what, c})
		}
	}
	var visit func(at *yaml.Node, place []int, path string)
	visit = func(at *yaml.Node, place []int, path string) {
		here := append([]int(nil), place...)
		switch at.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(at.Content); i += 2 {
				key := at.Content[i].Value
				p := path + "." + key
				change(here, "dropped", p, func(m *yaml.Node) bool {
					m.Content = append(m.Content[:i], m.Content[i+2:]...)
					return true
				})
				change(here, "renamed", p, func(m *yaml.Node) bool {
					m.Content[i].Value = misspell(key, rnd)
					return len(key) > 2
				})
				change(here, "null", p, func(m *yaml.Node) bool {
					m.Content[i+1] = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
					return true
				})
				for j := 0; j+1 < len(at.Content); j += 2 {
					if j != i && at.Content[j+1].Kind == yaml.MappingNode {
						change(here, "moved into "+at.Content[j].Value, p, func(m *yaml.Node) bool {
							k, v := m.Content[i], m.Content[i+1]
							into := m.Content[j+1]
							into.Content = append(into.Content, k, v)
							m.Content = append(m.Content[:i], m.Content[i+2:]...)
							return true
						})
						break
					}
				}
				if at.Content[i+1].Kind == yaml.MappingNode && len(at.Content[i+1].Content) > 0 {
					change(here, "a field of it moved up", p, func(m *yaml.Node) bool {
						v := m.Content[i+1]
						for k := 0; k < len(m.Content); k += 2 {
							if m.Content[k].Value == v.Content[0].Value {
								return false
							}
						}
						m.Content = append(m.Content, v.Content[0], v.Content[1])
						v.Content = v.Content[2:]
						return true
					})
				}
				visit(at.Content[i+1], append(here, i+1), p)
			}
			if path == "" {
				break
			}
			change(here, "a list", path, func(m *yaml.Node) bool {
				*m = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{clone(m)}}
				return true
			})
			change(here, "empty", path, func(m *yaml.Node) bool { m.Content = nil; m.Style = yaml.FlowStyle; return true })
			change(here, "text", path, func(m *yaml.Node) bool { *m = scalar("text"); return true })
		case yaml.SequenceNode:
			for i := range at.Content {
				visit(at.Content[i], append(here, i), fmt.Sprintf("%s[%d]", path, i))
			}
			change(here, "empty", path, func(m *yaml.Node) bool { m.Content = nil; m.Style = yaml.FlowStyle; return true })
			change(here, "its first entry", path, func(m *yaml.Node) bool {
				if len(m.Content) == 0 {
					return false
				}
				first := m.Content[0]
				*m = *clone(first)
				return true
			})
			change(here, "its first entry twice", path, func(m *yaml.Node) bool {
				if len(m.Content) == 0 {
					return false
				}
				m.Content = append(m.Content, clone(m.Content[0]))
				return true
			})
		case yaml.ScalarNode:
			for _, v := range values(at) {
				change(here, "is "+v.what, path, func(m *yaml.Node) bool { *m = v.node; return true })
			}
		}
	}
	visit(n, nil, "")
	return all
}

type replacement struct {
	what string
	node yaml.Node
}

func values(n *yaml.Node) []replacement {
	plain := func(v, tag string) yaml.Node { return yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v} }
	r := []replacement{
		{"true", plain("true", "!!bool")}, {"7", plain("7", "!!int")}, {"1.5", plain("1.5", "!!float")}, {"yes", plain("yes", "!!str")},
		{"empty text", yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle}},
		{"a mapping", yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "a"}, {Kind: yaml.ScalarNode, Tag: "!!str", Value: "b"}}}},
	}
	switch n.Tag {
	case "!!int":
		for _, v := range []string{"-1", "0", "1", "70000", "3000000000"} {
			r = append(r, replacement{v, plain(v, "!!int")})
		}
		r = append(r, replacement{"quoted", scalar(n.Value)})
	case "!!str":
		r = append(r,
			replacement{"other case", scalar(swapCase(n.Value))}, replacement{"with a blank", scalar(n.Value + " x")},
			replacement{"with _", scalar(n.Value + "_b")}, replacement{"with -", scalar("-" + n.Value)}, replacement{"with !", scalar(n.Value + "!")},
			replacement{"with /", scalar(n.Value + "/x")}, replacement{"long", scalar(n.Value + strings.Repeat("abcdefghi", 34))}, replacement{"64 long", scalar((n.Value + strings.Repeat("abcdefghi", 8))[:64])},
			replacement{"misspelt", scalar(n.Value[:len(n.Value)/2] + "q" + n.Value[len(n.Value)/2:])},
		)
	}
	return r
}

func scalar(s string) yaml.Node {
	return yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

func swapCase(s string) string {
	if u := strings.ToUpper(s); u != s {
		return u
	}
	return strings.ToLower(s)
}

func misspell(s string, rnd *rand.Rand) string {
	if len(s) < 3 {
		return s
	}
	i := 1 + rnd.Intn(len(s)-2)
	return s[:i] + s[i+1:]
}

func clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i := range n.Content {
		c.Content[i] = clone(n.Content[i])
	}
	return &c
}
