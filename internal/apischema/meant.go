package apischema

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Judgement is what there is to say about a resource.
type Judgement struct {
	Problems []Problem
	// Meant is the resource as it was probably meant, nil if that is how it is
	// written: misspelt fields have their right names, fields on the wrong level
	// are where they belong, values of another shape have the right one. It is a
	// copy, which has in common with the resource what is as it was meant.
	Meant *yaml.Node
	// Written are the nodes of the resource that those of Meant were copied from,
	// where they are others.
	Written map[*yaml.Node]*yaml.Node
}

// maxRounds bounds how often a resource is read again after a mistake in it was
// put right. What is misspelt below what is misspelt is a level each.
const maxRounds = 12

// Judge compares a resource with its schema, and reads on where a mistake hides
// what is below it: one mistake is one problem, and what is wrong under a
// misspelt field is found too. secret says that its values must not be shown, built
// that kustomize has made it, in which yes and no are text.
func Judge(n *yaml.Node, s *Schema, secret, built bool) Judgement {
	return judge(n, s, walker{secret: secret, built: built})
}

func judge(n *yaml.Node, s *Schema, how walker) Judgement {
	n = yamlnode.Resolve(n)
	mended := 0
	walk := func(n *yaml.Node) []Problem {
		w := how
		w.guesses = mended
		w.value(n, nil, s)
		return w.problems
	}
	problems := walk(n)
	if !slices.ContainsFunc(problems, func(p Problem) bool { return p.fix != nil }) {
		return Judgement{Problems: problems}
	}
	c := copier{written: map[*yaml.Node]*yaml.Node{}, short: map[*yaml.Node]bool{}, made: map[*yaml.Node]bool{}}
	j := Judgement{Meant: n, Written: c.written}
	if hasAliases(n) {
		j.Meant = c.copy(n, map[*yaml.Node]*yaml.Node{})
		problems = walk(j.Meant)
	}
	type place struct {
		rule string
		node *yaml.Node
	}
	reported := map[place]bool{}
	add := func(p Problem) {
		if p.Absent && c.short[p.Node] {
			return // which is said already
		}
		if c.made[p.Node] {
			return // nobody has written it
		}
		if w := c.written[p.Node]; w != nil {
			p.Node = w
		}
		if w := c.written[p.Value]; w != nil {
			p.Value = w
		}
		if p.fix != nil {
			at := place{p.Rule, p.Node}
			if p.Node != nil && p.Node.Line == yamlnode.Beside {
				at.node = p.Value
			}
			if reported[at] {
				return
			}
			reported[at] = true
		}
		j.Problems = append(j.Problems, p)
	}
	for round := range maxRounds {
		if round > 0 {
			problems = walk(j.Meant)
		}
		var more bool
		if j.Meant, more = c.own(j.Meant, problems); more {
			problems = walk(j.Meant)
		}
		before := mended
		for _, p := range problems {
			if p.fix != nil && p.fix.apply(&c) {
				mended++
				add(p)
			}
		}
		if mended == before {
			break
		}
	}
	j.Problems = slices.Grow(j.Problems, len(problems))
	for _, p := range problems {
		add(p)
	}
	for i := range j.Problems {
		j.Problems[i].fix, j.Problems[i].moved = nil, nil // they are applied
	}
	return j
}

// copier copies nodes and remembers what they were copied from.
type copier struct {
	written map[*yaml.Node]*yaml.Node
	// short are mappings of which it is said that they lack something.
	short map[*yaml.Node]bool
	// made are mappings that a field was moved into, and that were not there.
	made map[*yaml.Node]bool
}

// hasAliases reports whether what is changed in one place may change another one.
func hasAliases(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAliases)
}

// copy returns a copy of n without aliases: what an anchor names is copied once.
// Scalars stay as they are.
func (c *copier) copy(n *yaml.Node, copies map[*yaml.Node]*yaml.Node) *yaml.Node {
	n = yamlnode.Resolve(n)
	if n == nil || n.Kind == yaml.ScalarNode {
		return n
	}
	if known := copies[n]; known != nil {
		return known
	}
	at := c.shallow(n)
	copies[n] = at
	for i, child := range n.Content {
		at.Content[i] = c.copy(child, copies)
	}
	return at
}

// shallow returns a copy of n with the same content.
func (c *copier) shallow(n *yaml.Node) *yaml.Node {
	made := *n
	made.Anchor, made.Content = "", slices.Clone(n.Content)
	c.written[&made] = n
	return &made
}

// owns reports whether a node is a copy, which may be changed.
func (c *copier) owns(n *yaml.Node) bool { return c.written[n] != nil }

// own copies the nodes below root that fixes are going to change, and those above
// them. It returns the new root, and whether anything was copied: the problems are then
// about nodes that are not there any more.
func (c *copier) own(root *yaml.Node, problems []Problem) (_ *yaml.Node, more bool) {
	wanted := map[*yaml.Node]bool{}
	for i := range problems {
		if f := problems[i].fix; f != nil {
			f.changes(func(n *yaml.Node) {
				if !c.owns(n) {
					wanted[n] = true
				}
			})
		}
	}
	if len(wanted) == 0 {
		return root, false
	}
	copies := map[*yaml.Node]*yaml.Node{} // nodes may be in several places
	var own func(n *yaml.Node) *yaml.Node
	own = func(n *yaml.Node) *yaml.Node {
		if made := copies[n]; made != nil {
			return made
		}
		at := n
		take := func() {
			if !c.owns(at) {
				at = c.shallow(n)
				copies[n] = at
			}
		}
		if wanted[n] {
			take()
		}
		for i, child := range n.Content {
			if made := own(child); made != child {
				take()
				at.Content[i] = made
			}
		}
		return at
	}
	return own(root), true
}

// ownField is own for the value of a field of a copy, which is nil if there is none.
func (c *copier) ownField(parent *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(parent.Content); i += 2 {
		if parent.Content[i].Value == name {
			return c.ownAt(parent, i+1)
		}
	}
	return nil
}

// ownAt is own for one child of a copy.
func (c *copier) ownAt(parent *yaml.Node, i int) *yaml.Node {
	if child := parent.Content[i]; !c.owns(child) {
		parent.Content[i] = c.shallow(child)
	}
	return parent.Content[i]
}

// stands makes a new node stand for one of the resource.
func (c *copier) stands(made, instead *yaml.Node) *yaml.Node {
	made.Line, made.Column = instead.Line, instead.Column
	if written := c.written[instead]; written != nil {
		instead = written
	}
	c.written[made] = instead
	return made
}

// fix puts one mistake right in a copy of the resource.
type fix struct {
	in  *yaml.Node // the mapping with the field
	key *yaml.Node
	// name is what the field is called, "" if that is right.
	name string
	// into is the mapping that the field belongs in, below the fields under; nil
	// if it is where it belongs.
	into  *yaml.Node
	under []string
	more  []*yaml.Node // keys beside it that belong there too
	// then gives node, the value of a renamed field, another shape.
	then func(*copier) bool
	// list is the list of into that in, an entry of another one, belongs in.
	list string
	// reshape makes node, a value, what its field takes, in place; it reports
	// whether it could.
	reshape func(*copier) bool
	node    *yaml.Node
	also    []*fix     // of the same mistake
	lacks   *yaml.Node // what needs a field for the same reason
}

// changes yields the nodes that it changes, but for those that are below them.
func (f *fix) changes(yield func(*yaml.Node)) {
	for _, n := range [...]*yaml.Node{f.in, f.into, f.node, f.lacks} {
		if n != nil {
			yield(n)
		}
	}
	for _, other := range f.also {
		other.changes(yield)
	}
}

func (f *fix) apply(c *copier) bool {
	if f.reshape != nil {
		return f.reshape(c)
	}
	if f.list != "" {
		return f.moveEntry(c)
	}
	ok := f.move(c, f.key)
	for _, key := range f.more {
		ok = f.move(c, key) || ok
	}
	for _, other := range f.also {
		ok = other.apply(c) || ok
	}
	if f.lacks != nil {
		c.short[f.lacks] = true
	}
	return ok
}

// move renames a field, or takes it to where it belongs.
func (f *fix) move(c *copier, key *yaml.Node) bool {
	at := slices.Index(f.in.Content, key)
	if at < 0 || at%2 != 0 {
		return false
	}
	value := f.in.Content[at+1]
	if f.name != "" {
		if len(f.under) == 0 && yamlnode.Get(f.in, f.name) != nil {
			return false
		}
		key = c.stands(yamlnode.NewString(f.name), key)
		f.in.Content[at] = key
		if f.then != nil {
			f.then(c)
		}
	}
	if f.into == nil {
		return true
	}
	into := f.into
	for _, name := range f.under {
		next := yamlnode.Get(into, name)
		switch {
		case next == nil || isNull(next):
			next = c.ownField(into, name)
			made := c.stands(yamlnode.NewMapping(), key)
			if next != nil {
				*next = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: next.Line, Column: next.Column}
				made = next
			} else {
				into.Content = append(into.Content, c.stands(yamlnode.NewString(name), key), made)
			}
			c.made[made] = true
			into = made
		case next.Kind == yaml.SequenceNode && len(next.Content) > 0 && next.Content[0].Kind == yaml.MappingNode:
			next = c.ownField(into, name)
			into = c.ownAt(next, 0)
		case next.Kind == yaml.MappingNode:
			into = c.ownField(into, name)
		default:
			return false
		}
	}
	if have := yamlnode.Get(into, key.Value); have != nil && !isNull(have) {
		return false
	}
	f.in.Content = slices.Delete(f.in.Content, at, at+2)
	yamlnode.Delete(into, key.Value)
	into.Content = append(into.Content, key, value)
	return true
}

// moveEntry takes an entry out of its list and adds it to another.
func (f *fix) moveEntry(c *copier) bool {
	to := yamlnode.Get(f.into, f.list)
	if to == nil {
		to = c.stands(yamlnode.NewSequence(), f.in)
		f.into.Content = append(f.into.Content, c.stands(yamlnode.NewString(f.list), f.in), to)
	}
	if to.Kind != yaml.SequenceNode {
		return false
	}
	to = c.ownField(f.into, f.list)
	for _, v := range yamlnode.Fields(f.into) {
		if i := slices.Index(v.Content, f.in); i >= 0 && v.Kind == yaml.SequenceNode && v != to {
			v.Content = slices.Delete(slices.Clone(v.Content), i, i+1)
			to.Content = append(to.Content, f.in)
			return true
		}
	}
	return false
}

// reading is how a value that is not of the type of its field may be meant: how
// surely, and how to make it so. It is nil if nobody knows.
func (w *walker) reading(n *yaml.Node, s *Schema) func(*copier) bool {
	if templated(n) {
		return nil
	}
	switch {
	case s.Type == List && s.Elem.Type == Object && n.Kind == yaml.MappingNode && len(n.Content) > 0:
		if known(n, s.Elem) {
			return wrap(n)
		}
		return byName(n, s.Elem)
	case s.Type == List && s.Elem.Type == Object && n.Kind == yaml.ScalarNode && typeOf(n) == "!!str" && nameField(s.Elem) != "":
		return wrap(n)
	case s.Type == Object && n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		return merge(n, s)
	case s.Type == Object && n.Kind == yaml.ScalarNode && typeOf(n) == "!!str" && n.Value != "":
		if name, value, ok := strings.Cut(n.Value, "="); ok && s.Name == "core.v1.EnvVar" && !strings.ContainsAny(name, " :/") {
			return func(c *copier) bool {
				text := c.stands(yamlnode.NewString(value), n)
				replace(n, c.stands(yamlnode.NewString("name"), n), c.stands(yamlnode.NewString(name), n), c.stands(yamlnode.NewString("value"), n), text)
				return true
			}
		}
		if field := nameField(s); field != "" {
			return func(c *copier) bool {
				inner := *n
				c.short[n] = true
				replace(n, c.stands(yamlnode.NewString(field), n), c.stands(&inner, n))
				return true
			}
		}
	}
	return nil
}

// replace makes n a mapping of the keys and values.
func replace(n *yaml.Node, content ...*yaml.Node) {
	*n = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Column: n.Column, Content: content}
}

// known reports whether a mapping has fields of an object, and no others.
func known(n *yaml.Node, s *Schema) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if s.Field(n.Content[i].Value) == nil {
			return false
		}
	}
	return len(n.Content) > 0
}

// nameField is the field of an object that a name alone would mean, or "".
func nameField(s *Schema) string {
	for _, f := range [...]string{"name", "secretName", "claimName"} {
		if field := s.Field(f); field != nil && field.Type == String {
			return f
		}
	}
	return ""
}

// wrap makes a value the only element of a list: its dash is missing.
func wrap(n *yaml.Node) func(*copier) bool {
	return func(c *copier) bool {
		inner := *n
		*n = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line, Column: n.Column, Content: []*yaml.Node{c.stands(&inner, n)}}
		return true
	}
}

// byName makes a mapping whose keys are names, as Docker Compose has it, a list of
// elements with names.
func byName(n *yaml.Node, elem *Schema) func(*copier) bool {
	if elem.Field("name") == nil {
		return nil
	}
	value, from := elem.Field("value"), elem.Field("valueFrom")
	for i := 0; i+1 < len(n.Content); i += 2 {
		v := yamlnode.Resolve(n.Content[i+1])
		switch {
		case v.Kind == yaml.ScalarNode && value != nil:
		case v.Kind == yaml.MappingNode && (known(v, elem) || from != nil && known(v, from.Schema)):
		default:
			return nil
		}
	}
	return func(c *copier) bool {
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line, Column: n.Column}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, v := n.Content[i], n.Content[i+1]
			e := c.stands(yamlnode.NewMapping(c.stands(yamlnode.NewString("name"), key), key), key)
			switch {
			case v.Kind == yaml.ScalarNode:
				text := *v
				text.Tag, text.Style = "!!str", yaml.DoubleQuotedStyle
				e.Content = append(e.Content, c.stands(yamlnode.NewString("value"), key), c.stands(&text, v))
			case known(v, elem):
				e.Content = append(e.Content, v.Content...)
			default:
				e.Content = append(e.Content, c.stands(yamlnode.NewString("valueFrom"), key), v)
			}
			list.Content = append(list.Content, e)
		}
		*n = *list
		return true
	}
}

// merge makes a list of mappings the one mapping that its field takes.
func merge(n *yaml.Node, s *Schema) func(*copier) bool {
	seen := map[string]bool{}
	for _, e := range n.Content {
		e = yamlnode.Resolve(e)
		if e.Kind != yaml.MappingNode || !known(e, s) {
			return nil
		}
		for k := range yamlnode.Fields(e) {
			if seen[k.Value] {
				return nil // several objects, where there can be one
			}
			seen[k.Value] = true
		}
	}
	return func(c *copier) bool {
		var content []*yaml.Node
		for _, e := range n.Content {
			content = append(content, e.Content...)
		}
		replace(n, content...)
		return true
	}
}

// takesShape reports whether a value may be one of a field: a mapping where the
// field is an object with some of its keys, a list where it is a list.
func takesShape(n *yaml.Node, s *Schema) bool {
	switch n.Kind {
	case yaml.MappingNode:
		o := s.object()
		switch {
		case s.Type == Map || s.Type == Raw || s.Type == Any:
			return true
		case o == nil || len(n.Content) == 0:
			return o != nil
		}
		for k := range yamlnode.Fields(n) {
			if o.Field(k.Value) != nil || len(near(k.Value, fieldNames(o))) > 0 {
				return true
			}
		}
		return s.Type == List && byName(n, o) != nil
	case yaml.SequenceNode:
		if s.Type != List {
			return s.Type == Object && merge(n, s) != nil
		}
		for _, e := range n.Content {
			if e = yamlnode.Resolve(e); e.Kind == yaml.MappingNode && !takesShape(e, s.Elem) {
				return false
			}
		}
		return true
	}
	switch s.Type {
	case Object:
		return isNull(n) || nameField(s) != ""
	case List:
		return isNull(n) || s.Elem.Type == String || s.Elem.Type == Object && nameField(s.Elem) != ""
	case Map, Raw:
		return isNull(n)
	}
	return s.takes(n) || templated(n)
}

func fieldNames(s *Schema) []string {
	names := make([]string, 0, len(s.Fields()))
	for _, f := range s.Fields() {
		names = append(names, f.Name)
	}
	return names
}

// byShape returns the field among free that alone takes a value with exactly
// these keys, or of several the one whose name has most words of the key's.
func byShape(key string, v *yaml.Node, s *Schema, free []string) string {
	best, most, several := "", 0, false
	for _, name := range free {
		f := s.Field(name)
		if name == "metadata" || name == "status" || !exactly(v, f.Schema) {
			continue
		}
		common := 1
		for _, word := range words(name) {
			if slices.Contains(words(key), word) {
				common++
			}
		}
		switch {
		case common > most:
			best, most, several = name, common, false
		case common == most:
			several = true
		}
	}
	if several {
		return ""
	}
	return best
}

// exactly reports whether a mapping, or each element of a list, has fields of an
// object and no others.
func exactly(v *yaml.Node, s *Schema) bool {
	o := s.object()
	switch {
	case o == nil || s.Type == Map:
		return false
	case v.Kind == yaml.MappingNode && s.Type == Object:
		return known(v, o)
	case v.Kind == yaml.MappingNode:
		return len(v.Content) > 0 && byName(v, o) != nil
	case v.Kind == yaml.SequenceNode && s.Type == List:
		return len(v.Content) > 0 && !slices.ContainsFunc(v.Content, func(e *yaml.Node) bool {
			e = yamlnode.Resolve(e)
			return e.Kind != yaml.MappingNode || !known(e, o)
		})
	}
	return false
}

// words are those of a name in camel case, in lower case.
func words(name string) []string {
	var all []string
	begin := 0
	for i := 1; i <= len(name); i++ {
		if i == len(name) || name[i] >= 'A' && name[i] <= 'Z' || name[i] == '_' || name[i] == '-' {
			all = append(all, strings.ToLower(strings.Trim(name[begin:i], "_-")))
			begin = i
		}
	}
	return all
}

// Typed returns a copy of a resource with an apiVersion and a kind, and which of
// its nodes were copied from which.
func Typed(n *yaml.Node, k GroupVersionKind) (typed *yaml.Node, written map[*yaml.Node]*yaml.Node) {
	top := *n
	top.Content = slices.Clone(n.Content)
	written = map[*yaml.Node]*yaml.Node{&top: n}
	stand := func(value string, instead *yaml.Node) *yaml.Node {
		made := yamlnode.NewString(value)
		made.Line, made.Column = instead.Line, instead.Column
		written[made] = instead
		return made
	}
	for _, heading := range [...][2]string{{"apiVersion", k.APIVersion()}, {"kind", k.Kind}} {
		name, value := heading[0], heading[1]
		key := HeadingKey(n, name)
		if key == nil {
			top.Content = append(top.Content, stand(name, n), stand(value, n))
			continue
		}
		i := slices.Index(n.Content, key)
		top.Content[i], top.Content[i+1] = stand(name, key), stand(value, n.Content[i+1])
	}
	return &top, written
}

// HeadingKey returns the key of apiVersion or kind in a resource, also where it
// is misspelt, or nil.
func HeadingKey(n *yaml.Node, name string) *yaml.Node {
	var meant *yaml.Node
	for k, v := range yamlnode.Fields(n) {
		switch {
		case k.Value == name:
			return k
		case v.Kind == yaml.ScalarNode && (strings.EqualFold(k.Value, name) || suggest.Close(k.Value, name) || slices.Equal(words(k.Value), words(name))):
			meant = k
		}
	}
	return meant
}

// Heading returns what a resource says that it is, also where the keys are
// misspelt.
func Heading(n *yaml.Node) GroupVersionKind {
	text := func(name string) string {
		key := HeadingKey(n, name)
		for k, v := range yamlnode.Fields(n) {
			if k == key {
				return yamlnode.String(v)
			}
		}
		return ""
	}
	group, version, ok := strings.Cut(text("apiVersion"), "/")
	if !ok {
		group, version = "", group
	}
	return GroupVersionKind{group, version, text("kind")}
}
