package reference

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Set holds all references of an inventory.
type Set struct {
	All    []*Ref
	byKind map[inventory.GroupKind][]*Ref
	byFrom map[*inventory.Object][]*Ref
	byTo   map[*inventory.Object][]*Ref
}

// To returns the references that may point to the kind.
func (s *Set) To(gk inventory.GroupKind) []*Ref { return s.byKind[gk] }

// From returns the references in a resource.
func (s *Set) From(o *inventory.Object) []*Ref { return s.byFrom[o] }

// Table is a compiled set of rows: a tree of path steps for each kind, so that
// a resource is walked once however many rows there are for it.
type Table struct {
	kinds map[inventory.GroupKind]*step
	pod   *step
}

type step struct {
	fields map[string]*step
	each   *step // elements of a list
	values *step // values of a map
	rows   []*compiledRow
}

type compiledRow struct {
	*Row
	to                  []inventory.GroupKind
	whenPath, whenValue string
	whenNot             bool
}

var defaultTable = sync.OnceValue(func() *Table { return compile(nil) })

// NewTable compiles the built-in rows and the given ones besides.
func NewTable(extra []Row) *Table {
	if len(extra) == 0 {
		return defaultTable()
	}
	return compile(extra)
}

func compile(extra []Row) *Table {
	t := &Table{kinds: map[inventory.GroupKind]*step{}, pod: &step{}}
	for _, rows := range append(builtinRows(), extra) {
		for i := range rows {
			t.add(&rows[i])
		}
	}
	return t
}

func (t *Table) add(r *Row) {
	c := &compiledRow{Row: r}
	for to := range strings.SplitSeq(r.To, ",") {
		c.to = append(c.to, inventory.ParseGroupKind(strings.TrimSpace(to)))
	}
	if path, value, ok := strings.Cut(r.When, "!="); ok {
		c.whenPath, c.whenValue, c.whenNot = path, value, true
	} else if path, value, ok := strings.Cut(r.When, "="); ok {
		c.whenPath, c.whenValue = path, value
	}
	for from := range strings.SplitSeq(r.From, ",") {
		from = strings.TrimSpace(from)
		if from == "Pod" {
			if rest, ok := strings.CutPrefix(r.Path, "container."); ok {
				for _, list := range []string{"containers[]", "initContainers[]", "ephemeralContainers[]", "container", "script", "sidecars[]"} {
					t.pod.insert(list+"."+rest, c)
				}
			} else {
				t.pod.insert(r.Path, c)
			}
			continue
		}
		gk := inventory.ParseGroupKind(from)
		root := t.kinds[gk]
		if root == nil {
			root = &step{}
			t.kinds[gk] = root
		}
		root.insert(r.Path, c)
	}
}

// insert adds a row below s. A backslash keeps the dot after it in the key.
func (s *step) insert(path string, row *compiledRow) {
	for path != "" {
		var key string
		key, path = cutStep(path)
		list := strings.HasSuffix(key, "[]")
		values := strings.HasSuffix(key, "{}")
		if list || values {
			key = key[:len(key)-2]
		}
		if key != "" {
			if s.fields == nil {
				s.fields = map[string]*step{}
			}
			next := s.fields[key]
			if next == nil {
				next = &step{}
				s.fields[key] = next
			}
			s = next
		}
		if list {
			if s.each == nil {
				s.each = &step{}
			}
			s = s.each
		}
		if values {
			if s.values == nil {
				s.values = &step{}
			}
			s = s.values
		}
	}
	s.rows = append(s.rows, row)
}

func cutStep(path string) (key, rest string) {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			b.WriteByte(path[i])
		case path[i] == '.':
			return b.String(), path[i+1:]
		default:
			b.WriteByte(path[i])
		}
	}
	return b.String(), ""
}

// Extract finds the references in all resources of inv.
func (t *Table) Extract(inv *inventory.Inventory) *Set {
	set := &Set{
		byKind: map[inventory.GroupKind][]*Ref{},
		byFrom: map[*inventory.Object][]*Ref{},
	}
	for _, o := range inv.Objects() {
		if o.Removed || o.Local {
			continue
		}
		x := extractor{set: set, obj: o}
		if root := t.kinds[o.GroupKind]; root != nil {
			x.walk(o.Node, root, nil, nil, 0)
		}
		for _, p := range o.Pods() {
			x.pod = p
			x.walk(p.Spec, t.pod, nil, nil, 0)
		}
		if len(x.refs) > 0 {
			set.byFrom[o] = x.refs
		}
	}
	return set
}

type extractor struct {
	set  *Set
	obj  *inventory.Object
	pod  *inventory.Pod
	refs []*Ref
}

// maxDepth bounds the walk through user-defined paths over cyclic aliases; no
// Kubernetes field is nearly as deep.
const maxDepth = 100

// walk follows the resource and the table in parallel. parent is the mapping
// around n, outer the one around that.
func (x *extractor) walk(n *yaml.Node, s *step, parent, outer *yaml.Node, depth int) {
	n = yamlnode.Resolve(n)
	if n == nil || depth > maxDepth {
		return
	}
	for _, row := range s.rows {
		x.add(row, n, parent, outer)
	}
	switch n.Kind {
	case yaml.MappingNode:
		if s.fields == nil && s.values == nil {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if next := s.fields[n.Content[i].Value]; next != nil {
				x.walk(n.Content[i+1], next, n, parent, depth+1)
			}
			if s.values != nil {
				x.walk(n.Content[i+1], s.values, n, parent, depth+1)
			}
		}
	case yaml.SequenceNode:
		next := s.each
		if next == nil {
			next = s // kustomize's own paths do not mark lists
		}
		for _, e := range n.Content {
			// A list does not count as a level for companion fields.
			x.walk(e, next, parent, outer, depth+1)
		}
	}
}

func (x *extractor) add(row *compiledRow, n, parent, outer *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		return
	}
	if row.whenPath != "" && (companionString(parent, outer, row.whenPath) == row.whenValue) == row.whenNot {
		return
	}
	switch row.Parse {
	case NameList:
		for part := range strings.SplitSeq(n.Value, ",") {
			x.addName(row, n, parent, outer, strings.TrimSpace(part))
		}
	default:
		x.addName(row, n, parent, outer, n.Value)
	}
}

func (x *extractor) addName(row *compiledRow, n, parent, outer *yaml.Node, name string) {
	r := &Ref{
		Row: row.Row, From: x.obj, Pod: x.pod, Node: n, Parent: parent,
		To: row.to, Name: name, Namespace: x.obj.Namespace,
	}
	if row.InNamespace != "" {
		r.Namespace = row.InNamespace
	}
	if row.Namespace != "" {
		if ns := companionString(parent, outer, row.Namespace); ns != "" {
			r.Namespace = ns
		} else if row.InNamespace == "" && inventory.IsClusterScoped(x.obj.GroupKind) {
			r.Namespace = ""
		}
	}
	if row.Parse != Plain {
		if ns, rest, ok := strings.Cut(name, "/"); ok {
			r.Namespace, r.Name = ns, rest
		}
	}
	if r.Name == "" || IsPlaceholder(r.Name) || IsPlaceholder(r.Namespace) {
		return
	}
	if row.Kind != "" && !r.chooseKind(row, parent, outer) {
		return
	}
	if row.Optional != "" {
		for _, o := range companion(parent, outer, row.Optional) {
			r.Optional = r.Optional || yamlnode.Bool(o)
		}
	}
	if row.Key != "" {
		for _, k := range companion(parent, outer, row.Key) {
			if key := yamlnode.String(k); key != "" && !IsPlaceholder(key) {
				r.Keys = append(r.Keys, Key{Name: key, Node: k})
			}
		}
	}
	if len(r.Keys) == 0 && row.DefaultKey != "" {
		r.Keys = append(r.Keys, Key{Name: row.DefaultKey, Node: n})
	}
	if row.Port != "" {
		for _, p := range companion(parent, outer, row.Port) {
			if p.Kind == yaml.ScalarNode && !IsPlaceholder(p.Value) {
				r.Port = p
			}
			break
		}
	}
	r.Repaired = repairs(x.obj, x.pod, row.Row)
	x.refs = append(x.refs, r)
	x.set.All = append(x.set.All, r)
	for _, gk := range r.To {
		x.set.byKind[gk] = append(x.set.byKind[gk], r)
	}
}

// chooseKind narrows To by the companion fields kind and group, and reports
// whether the reference is one that can be judged.
func (r *Ref) chooseKind(row *compiledRow, parent, outer *yaml.Node) bool {
	kind := companionString(parent, outer, row.Kind)
	if kind == "" {
		r.To = row.to[:1]
		return true
	}
	group, hasGroup := "", false
	if row.Group != "" {
		if nodes := companion(parent, outer, row.Group); len(nodes) > 0 {
			hasGroup = true
			group = yamlnode.String(nodes[0])
			if g, _, ok := strings.Cut(group, "/"); ok {
				group = g
			} else if group == "v1" {
				group = ""
			}
		}
	}
	var match []inventory.GroupKind
	for _, gk := range row.to {
		if gk.Kind == kind && (!hasGroup || gk.Group == group) {
			match = append(match, gk)
		}
	}
	if len(match) > 0 {
		r.To = match
		return true
	}
	if hasGroup && group != "" {
		r.To = []inventory.GroupKind{{Group: group, Kind: kind}}
		return true
	}
	return false
}
