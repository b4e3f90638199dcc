package provenance

import (
	"go.yaml.in/yaml/v3"
)

// Step is what a step of a build can write, as [Trace.Settle] needs to know it.
type Step struct {
	// Via is what values that have a position in Text came through.
	Via Via
	// Text is what the step merged into resources: nodes with positions are its.
	Text *Text
	// Identity reports whether a value of Text is there only to say what it is
	// merged into: the value is the one that was there before.
	Identity func(w *Write) bool
	// Write says who wrote a value, if that is known. It may be nil.
	Write func(w *Write) (Record, bool)
	// Before is the resource as it was before the step, if that is known.
	Before *yaml.Node
}

// Write is a value that a step wrote.
type Write struct {
	Node *yaml.Node
	// Root is the resource it is in, Path the way to it.
	Root *yaml.Node
	Path []Element
	// Old is the record of the value that was there before.
	Old ID
	// Rewritten is set for labels and annotations that are what they were before.
	// kustomize often writes all of them when it changes one.
	Rewritten bool
	trace     *Trace
}

// Element is a step of a path: a key, or an index where Key is nil.
type Element struct {
	Key   *yaml.Node
	Index int
	// In is the node that the element leads out of.
	In *yaml.Node
}

// Key returns the last key of the path, "" for an element of a list.
func (w *Write) Key() string {
	if last := w.Path[len(w.Path)-1]; last.Key != nil {
		return last.Key.Value
	}
	return ""
}

// Is reports whether the path is one of keys alone, these. The key * is any.
func (w *Write) Is(keys ...string) bool {
	if len(keys) != len(w.Path) {
		return false
	}
	for i, k := range keys {
		if w.Path[i].Key == nil || k != "*" && w.Path[i].Key.Value != k {
			return false
		}
	}
	return true
}

// In returns what stands at the path in another version of the resource.
func (w *Write) In(root *yaml.Node) *yaml.Node { return same(root, w.Path) }

// Before is the value that was there before.
func (w *Write) Before() Record { return w.trace.Record(w.Old) }

// Settle finds out what a step wrote into a resource, and who that was. owner
// stands for the resource as long as the build takes.
func (t *Trace) Settle(owner any, root *yaml.Node, s *Step) {
	w := settling{trace: t, step: s, owner: owner, write: Write{Root: root, trace: t}}
	w.node(root)
	w.remember(root)
}

type settling struct {
	trace *Trace
	step  *Step
	owner any
	write Write
}

func (w *settling) node(n *yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		if id := n.Line - mark; id > 0 && id < len(w.trace.records) && sameText(n.Value, w.trace.records[id].Value) {
			return
		}
		w.scalar(n)
		return
	case yaml.MappingNode:
		at := len(w.write.Path)
		w.write.Path = append(w.write.Path, Element{In: n})
		for i := 0; i+1 < len(n.Content); i += 2 {
			w.structure(n.Content[i])
			w.write.Path[at].Key = n.Content[i]
			w.node(n.Content[i+1])
		}
		w.write.Path = w.write.Path[:at]
	case yaml.SequenceNode:
		at := len(w.write.Path)
		w.write.Path = append(w.write.Path, Element{In: n})
		for i, e := range n.Content {
			w.write.Path[at].Index = i
			w.node(e)
		}
		w.write.Path = w.write.Path[:at]
	}
	w.structure(n)
}

// structure translates the position of what is no value.
func (w *settling) structure(n *yaml.Node) {
	if n.Line == 0 || n.Line >= mark {
		return
	}
	p := Place{}
	if w.step.Text != nil {
		p = w.step.Text.node(n.Line, n.Column)
	}
	if n.Line = 0; p.Known() {
		n.Line = mark + int(w.trace.Add(Record{Place: p, Via: structure, Value: n.Value}))
	}
}

func (w *settling) scalar(n *yaml.Node) {
	t, s := w.trace, w.step
	c := &w.write
	if len(c.Path) == 0 {
		return // no resource
	}
	c.Node, c.Rewritten = n, false
	inPlace := n.Line > mark
	if c.Old = Marked(n); c.Old == noRecord {
		c.Old = t.nodes[n]
	}
	if isNote := c.Is("metadata", "annotations", "*") || c.Is("metadata", "labels", "*"); isNote && !inPlace {
		if id := t.metadata[w.owner][noteKey(c.Path)]; id != noRecord {
			c.Old = id
			c.Rewritten = t.Record(id).Value == n.Value
		}
	}
	own := c.Old != noRecord // the node's, not that of one that it has replaced
	if !own && s.Before != nil {
		c.Old = Marked(same(s.Before, c.Path))
	}
	positioned := n.Line > 0 && n.Line < mark && s.Text != nil
	if (positioned || !inPlace) && own && t.records[c.Old].Value == n.Value && s.Identity != nil && s.Identity(c) {
		t.keep(n, c.Old)
		return
	}
	if positioned {
		if p := s.Text.scalar(n, n.Line, n.Column); p.Known() {
			t.set(n, Record{Place: p, Via: s.Via, Parent: c.Old})
			return
		}
	} else if s.Write != nil {
		if r, ok := s.Write(c); ok {
			if r.Parent == noRecord {
				r.Parent = c.Old
			}
			if r.Via == "" {
				r.Via = s.Via
			}
			t.set(n, r)
			return
		}
	}
	if !positioned && !inPlace && c.Old != noRecord && t.records[c.Old].Value == n.Value {
		t.keep(n, c.Old)
		return
	}
	t.set(n, Record{Via: UnknownOrigin, Parent: c.Old})
}

func noteKey(path []Element) string { return path[1].Key.Value + "/" + path[2].Key.Value }

// remember keeps the records of a resource's labels and annotations.
func (w *settling) remember(root *yaml.Node) {
	metadata := field(root, "metadata")
	var notes map[string]ID
	for _, name := range []string{"labels", "annotations"} {
		m := field(metadata, name)
		if m == nil || m.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			if v := m.Content[i+1]; v.Kind == yaml.ScalarNode {
				if notes == nil {
					notes = make(map[string]ID, len(m.Content)/2)
				}
				notes[name+"/"+m.Content[i].Value] = Marked(v)
			}
		}
	}
	if w.trace.metadata == nil {
		w.trace.metadata = map[any]map[string]ID{}
	}
	if notes == nil {
		delete(w.trace.metadata, w.owner)
		return
	}
	w.trace.metadata[w.owner] = notes
}

// same returns what stands at a path of another version of a resource. Elements
// of lists are the same if they have the same name; without names they are
// where they were if the list is as long.
func same(n *yaml.Node, path []Element) *yaml.Node {
	for _, e := range path {
		if n == nil {
			return nil
		}
		if e.Key != nil {
			n = field(n, e.Key.Value)
			continue
		}
		if n.Kind != yaml.SequenceNode {
			return nil
		}
		own := e.In.Content[e.Index]
		if name := field(own, "name"); name != nil {
			var found *yaml.Node
			for _, c := range n.Content {
				if other := field(c, "name"); other != nil && other.Value == name.Value {
					found = c
					break
				}
			}
			n = found
			continue
		}
		if len(n.Content) != len(e.In.Content) {
			return nil
		}
		n = n.Content[e.Index]
	}
	return n
}

// Clone returns a copy of a tree, marks included.
func Clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, e := range n.Content {
		c.Content[i] = Clone(e)
	}
	return &c
}
