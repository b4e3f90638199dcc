package apischema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// besideOf returns a field that an object has and that an unknown one of its is
// close to, or "".
func besideOf(n *yaml.Node, name string, s *Schema) string {
	for k := range yamlnode.Fields(n) {
		if k.Value != name && s.Field(k.Value) != nil && suggest.Close(name, k.Value) {
			return k.Value
		}
	}
	return ""
}

// unknownField reports a key of n that is no field of s, and returns the field
// that was probably meant, or "".
func (w *walker) unknownField(n, key, v *yaml.Node, s *Schema) string {
	p := Problem{Rule: UnknownField, Node: key, Value: v}
	p.Message = fmt.Sprintf("%s has no field %q", w.describe(), key.Value)
	if w.guesses++; w.guesses > maxGuesses || len(n.Content) > 2*maxGuesses {
		w.add(p)
		return ""
	}
	if old := formerFields[s.Name][key.Value]; old != nil {
		return w.formerField(n, key, v, old, p)
	}
	free := w.free(n, s)
	meant, other := "", w.elsewhere(n, key.Value, v, s)
	names := near(key.Value, free)
	if len(names) > 0 {
		meant = names[0]
	}
	if beside := besideOf(n, key.Value, s); beside != "" && meant != "" && suggest.Distance(key.Value, beside) < suggest.Distance(key.Value, meant) {
		// An overlay that misspells a field adds one: a farther field is not meant.
		p.Help = beside + " is there as well"
		w.add(p)
		return ""
	}
	if meant == "" && v.Kind == yaml.ScalarNode && strings.HasSuffix(strings.ToLower(key.Value), "name") {
		if field := nameField(s); slices.Contains(free, field) {
			meant = field // secretName where it is name
		}
	}
	sure := meant != "" && strings.EqualFold(meant, key.Value)
	if meant != "" && other.text != "" && v.Kind == yaml.ScalarNode && s.Field(meant).object() != nil {
		meant = "" // secretName is not secret
	}
	if !sure && other.text == "" && (meant == "" || !takesShape(v, s.Field(meant).Schema)) {
		if shaped := byShape(key.Value, v, s, free); shaped != "" {
			meant = shaped
		}
	}
	if meant == "" && other.text == "" && s.Name == "" {
		meant = lackingOf(key.Value, v, s, free)
	}
	if s.Name == "" && meant != "" && !sure && v.Kind == yaml.ScalarNode && !w.fits(v, s.Field(meant).Schema) {
		meant, names = "", nil // what it may not have speaks against it
	}
	switch {
	case meant != "" && (sure || other.text == "" || !other.sure && takesShape(v, s.Field(meant).Schema)):
		field := s.Field(meant)
		p.Suggestions = []string{meant}
		if len(names) > 1 && meant == names[0] {
			p.Suggestions = names
		}
		if takesShape(v, field.Schema) {
			p.fix = &fix{in: n, key: key, name: meant}
		}
		if field.Type == Object && v.Kind == yaml.SequenceNode && p.fix != nil {
			// secretRefs: [{name: a}], which is one finding
			p.Help = meant + " is a mapping, not a list; write an entry around it for each"
			p.fix.then, p.fix.node = w.reading(v, field.Schema), v
		}
		if inner := nameField(field.Schema); field.Type == Object && v.Kind == yaml.ScalarNode && !sure && inner != "" {
			// serviceName, which is service.name
			p.Suggestions, p.What = nil, Elsewhere
			p.Message += fmt.Sprintf("; write %s: {%s: …}", meant, inner)
			p.fix.then, p.fix.node = w.reading(v, field.Schema), v
		}
	case other.text != "":
		if w.joins(n, key, &other) {
			return ""
		}
		p.What = Elsewhere
		p.Message += "; it belongs " + other.text
		p.moved = &moved{place: other.text, of: w.describe()}
		meant = ""
		switch {
		case other.list != "":
			p.fix = &fix{in: n, list: other.list, into: other.into}
		case other.into != nil:
			p.fix = &fix{in: n, key: key, into: other.into, under: other.under}
		}
		if s.Name == "" && len(v.Content) > 0 {
			p.fix = nil // definitions have many fields of a name, and another one may be meant
		}
	default:
		p.Help = "the API server refuses it; where validation is off it is dropped without a word"
		p.Warning = isNull(v) // which loses nothing
	}
	switch {
	case p.fix == nil && len(v.Content) > 0:
		p.Help = unread
	case p.fix == nil && other.text != "" && v.Kind == yaml.ScalarNode && typeOf(v) == "!!str":
		p.Help = "what it names is not checked"
	}
	w.add(p)
	return meant
}

// fits reports whether a scalar is one that a field takes.
func (w *walker) fits(v *yaml.Node, s *Schema) bool {
	alone := walker{secret: w.secret, built: w.built}
	alone.value(v, nil, s)
	return len(alone.problems) == 0
}

// former is a field of a version of the API that is not served any more.
type former struct {
	// name is what it is called, and under the fields that it is in now. Both are
	// empty where it is not known what becomes of it.
	name  string
	under []string
	// meant is the field that it is a part of now, and say what has become of it.
	meant, say string
}

const inVersions = "in v1 each entry of versions has them"

// formerFields are the fields of earlier versions that people keep when they write a
// new apiVersion above them, by type and name:
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var formerFields = map[string]map[string]*former{
	"networking.v1.IngressBackend": {
		"serviceName": {name: "name", under: []string{"service"}, meant: "service", say: "in v1 it is service: {name: …, port: {number: …}}, and each path needs a pathType"},
		"servicePort": {name: "number", under: []string{"service", "port"}, meant: "service", say: "in v1 it is service: {name: …, port: {number: …}}, and each path needs a pathType"},
	},
	"networking.v1.IngressSpec": {
		"backend": {name: "defaultBackend", meant: "defaultBackend", say: "in v1 it is defaultBackend"},
	},
	"apiextensions.v1.CustomResourceDefinitionSpec": {
		"version": {meant: "versions", say: inVersions}, "validation": {meant: "versions", say: inVersions},
		"subresources": {meant: "versions", say: inVersions}, "additionalPrinterColumns": {meant: "versions", say: inVersions},
	},
}

// formerField reports a field of an earlier version of the API. Those of one object
// that became one field are one mistake.
func (w *walker) formerField(n, key, v *yaml.Node, old *former, p Problem) string {
	if old.name != "" {
		f := &fix{in: n, key: key, name: old.name, into: n, under: old.under}
		if old.name == "number" && v.Kind == yaml.ScalarNode && typeOf(v) != "!!int" {
			f.name = "name"
		}
		if len(old.under) == 0 {
			f.into = nil
		} else if len(w.above) > 1 {
			f.lacks = w.above[len(w.above)-2].node
		}
		p.fix = f
	} else if len(v.Content) > 0 {
		p.Help = unread
	}
	const between = 100 // problems in what other fields of the object hold
	for i := len(w.problems) - 1; i >= max(0, len(w.problems)-between); i-- {
		first := &w.problems[i]
		m := first.moved
		if first.Rule != UnknownField || m == nil || m.place != old.say || m.in != n {
			continue
		}
		if m.more = append(m.more, key); p.fix != nil {
			first.fix.also = append(first.fix.also, p.fix)
		}
		names := []string{strconv.Quote(first.Node.Value)}
		for _, k := range m.more {
			names = append(names, strconv.Quote(k.Value))
		}
		first.Message = fmt.Sprintf("%s has no fields %s; %s", m.of, and(names), old.say)
		return old.meant
	}
	p.moved = &moved{place: old.say, of: w.describe(), in: n}
	p.What = Elsewhere
	p.Message += "; " + strings.Replace(old.say, "has them", "has it", 1)
	w.add(p)
	return old.meant
}

// maxGuesses bounds the fields of a resource for which what was meant is looked
// for: nobody makes a thousand mistakes in one.
const maxGuesses = 1000

// joins adds a key to the problem that another key of the same object has, if
// both belong in one place: whoever forgets to indent does so for several lines.
func (w *walker) joins(n, key *yaml.Node, other *place) bool {
	if other.into == nil || other.list != "" {
		return false
	}
	for i := len(w.problems) - 1; i >= 0 && w.problems[i].Rule == UnknownField; i-- {
		p := &w.problems[i]
		if p.moved == nil || p.moved.place != other.text || p.fix == nil || p.fix.in != n {
			continue
		}
		p.moved.more = append(p.moved.more, key)
		names := []string{strconv.Quote(p.Node.Value)}
		for _, k := range p.moved.more {
			names = append(names, strconv.Quote(k.Value))
		}
		p.Message = fmt.Sprintf("%s has no fields %s; they belong %s", p.moved.of, and(names), other.text)
		p.fix.more = append(p.fix.more, key)
		return true
	}
	return false
}

// and is a list of words with "and" before the last.
func and(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// unread is what is said of values that nobody knows how to read.
const unread = "what is under it is not checked"

// lackingOf returns the required field of a custom resource that alone, of those that
// lack, has a key's words at its beginning or end, or is at those of the key: address,
// where it has become gateAddress.
func lackingOf(key string, v *yaml.Node, s *Schema, free []string) string {
	meant, is := "", words(key)
	for _, name := range free {
		f := s.Field(name)
		if !f.Required || !takesShape(v, f.Schema) {
			continue
		}
		long, short := words(name), is
		if len(long) < len(short) {
			long, short = short, long
		}
		if !slices.Equal(long[:len(short)], short) && !slices.Equal(long[len(long)-len(short):], short) {
			continue
		}
		if meant != "" {
			return ""
		}
		meant = name
	}
	return meant
}

// free returns the fields of s that n does not have.
func (w *walker) free(n *yaml.Node, s *Schema) []string {
	return slices.DeleteFunc(fieldNames(s), func(name string) bool {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return true
			}
		}
		return false
	})
}

// place is where else a field would be right.
type place struct {
	text string
	// into is the mapping that it belongs in, below the fields under. It is nil if
	// there are several, or no room.
	into  *yaml.Node
	under []string
	// list is the list of into that the whole entry belongs in.
	list string
	// sure says that the indentation shows it.
	sure bool
}

// elsewhere says where a field of this name and value would be right: in an
// object around this one, or in one of its fields.
func (w *walker) elsewhere(n *yaml.Node, name string, v *yaml.Node, s *Schema) place {
	fits := func(o *Schema) bool {
		f := o.Field(name)
		return f != nil && takesShape(v, f.Schema)
	}
	if under := amountUnder[s.Name+"."+name]; len(under) > 0 && v.Kind == yaml.ScalarNode {
		levels := "one level down"
		if len(under) > 1 {
			levels = fmt.Sprintf("%d levels down", len(under))
		}
		return place{text: levels + ", under " + strings.Join(under, "."), into: n, under: under, sure: true}
	}
	// A field without a value beside it: it should be indented.
	for _, f := range s.Fields() {
		if f.Type == Map && isNullAt(n, f.Name) && (f.Elem.Type == Any || takesShape(v, f.Elem)) {
			return place{text: "one level down, under " + f.Name, into: n, under: []string{f.Name}, sure: true}
		}
		if o := f.object(); o != nil && f.Type == Object && fits(o) && isNullAt(n, f.Name) {
			return place{text: "one level down, under " + f.Name, into: n, under: []string{f.Name}, sure: true}
		}
	}
	if p := w.otherList(n, s); p.text != "" {
		return p
	}
	if p := w.higher(name, fits, false); p.text != "" {
		return p
	}
	if p := w.below(n, name, s, fits); p.text != "" {
		return p
	}
	if p := w.higher(name, fits, true); p.text != "" {
		return p
	}
	// The securityContext of a container and that of its pod have different fields.
	if len(w.above) > 1 {
		own, up := w.above[len(w.above)-1], w.above[len(w.above)-2]
		for _, f := range up.schema.Fields() {
			o := f.object()
			if o == nil || o == s {
				continue
			}
			if twin := o.Field(own.key); twin != nil && own.key != "" && twin.object() != nil && twin.object().Field(name) != nil {
				return place{text: fmt.Sprintf("under %s of %s", own.key, f.Name)}
			}
		}
	}
	return place{}
}

// amountUnder are names of resources where a field is expected, and the maps below
// it that amounts are in.
var amountUnder = map[string][]string{
	"core.v1.PersistentVolumeClaimSpec.storage":  {"resources", "requests"},
	"core.v1.VolumeResourceRequirements.storage": {"requests"},
	"core.v1.PersistentVolumeSpec.storage":       {"capacity"},
}

// higher looks for a field in the objects around this one, the nearest first:
// in those that do not have it, or in those that do.
func (w *walker) higher(name string, fits func(*Schema) bool, taken bool) place {
	for i := len(w.above) - 2; i >= 0; i-- {
		up := w.above[i]
		if !fits(up.schema) || yamlnode.IsNull(yamlnode.Get(up.node, name)) == taken || name == "name" && taken || i == 0 && (name == "name" || name == "namespace") {
			continue
		}
		levels := len(w.above) - 1 - i
		where := ""
		if i == 0 {
			where = "at the top of the resource"
		} else if up.key != "" {
			where = "under " + up.key
		} else {
			sub := walker{above: w.above[:i+1], secret: w.secret, built: w.built}
			where = "in " + sub.describe()
		}
		p := place{text: fmt.Sprintf("%d levels up, %s", levels, where)}
		if levels == 1 {
			p.text = "one level up, " + where
		}
		if !taken {
			p.into = up.node
		}
		return p
	}
	return place{}
}

// otherList says which list beside the one that n is an entry of takes it: a
// secretRef under env belongs under envFrom.
func (w *walker) otherList(n *yaml.Node, s *Schema) place {
	if len(w.above) < 2 || w.above[len(w.above)-1].key != "" {
		return place{}
	}
	up, in := w.above[len(w.above)-2], w.holder()
	found := ""
	for _, f := range up.schema.Fields() {
		if f.Name == in || f.Type != List || f.Elem.Type != Object || f.Elem == s || !known(n, f.Elem) {
			continue
		}
		if found != "" {
			return place{}
		}
		found = f.Name
	}
	if found == "" || in == "" {
		return place{}
	}
	return place{text: fmt.Sprintf("under %s, not %s", found, in), into: up.node, list: found, sure: true}
}

func isNullAt(n *yaml.Node, field string) bool {
	v := yamlnode.Get(n, field)
	return v != nil && isNull(v)
}

// maxBelow is how many levels down a field is looked for: containers is three
// below the top of a Deployment's spec.
const maxBelow = 3

// below looks for a field in what the fields of s hold, the nearest level first.
func (w *walker) below(n *yaml.Node, name string, s *Schema, fits func(*Schema) bool) place {
	type branch struct {
		path   []string
		schema *Schema
	}
	level := []branch{{nil, s}}
	for depth := 1; depth <= maxBelow; depth++ {
		var next []branch
		var found [][]string
		for _, b := range level {
			for _, f := range b.schema.Fields() {
				o := f.object()
				if o == nil || f.Type == Map || f.Name == "status" || o == s {
					continue
				}
				if f.Name == "metadata" && (depth > 1 || !slices.Contains([]string{"labels", "annotations", "namespace", "name"}, name)) {
					continue
				}
				path := append(slices.Clone(b.path), f.Name)
				if fits(o) {
					found = append(found, path)
				}
				if f.Type == Object && f.Name != "metadata" {
					next = append(next, branch{path, o})
				}
			}
		}
		if len(found) > 0 {
			return placeBelow(n, name, found, depth)
		}
		level = next
		if depth > 1 && len(level) > 60 {
			break
		}
	}
	return place{}
}

// placeBelow chooses among the places below n where a field would be right: one
// that is there, or one whose name the field's begins with.
func placeBelow(n *yaml.Node, name string, found [][]string, depth int) place {
	only := func(keep func([]string) bool) {
		if some := slices.DeleteFunc(slices.Clone(found), func(p []string) bool { return !keep(p) }); len(some) > 0 {
			found = some
		}
	}
	only(func(p []string) bool { return yamlnode.Get(n, p[0]) != nil })
	only(func(p []string) bool { return strings.HasPrefix(name, p[len(p)-1]) })
	if depth > 1 && len(found) > 1 || len(found) > 3 {
		return place{}
	}
	var names []string
	for _, p := range found {
		names = append(names, strings.Join(p, "."))
	}
	p := place{text: "one level down, under " + oneOf(names)}
	if depth > 1 {
		p.text = fmt.Sprintf("%d levels down, under %s", depth, names[0])
	}
	if len(found) == 1 {
		p.into, p.under = n, found[0]
	}
	return p
}
