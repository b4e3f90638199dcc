// Package compare says how two builds differ, by resource and field. It sees
// through what differs by nature: hashes of generated names, and the namespaces
// and prefixes of two environments.
package compare

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Change is a resource that differs. One of Old and New is nil where it is there
// on one side only.
type Change struct {
	Old, New *finding.Resource
	Fields   []Field
}

// Field is a value that differs. Old or New is nil where it is not there.
type Field struct {
	// Path is the field's; elements of lists are named where their names differ:
	// spec.template.spec.containers[app].image.
	Path     string
	Old, New *string
	// Secret is set for what is not to be shown.
	Secret bool
}

// Builds compares two builds. Data of Secrets counts as what it decodes to.
// Changes are in the order of the new build; what it does not have any more comes
// last.
func Builds(before, after *inventory.Inventory) []Change {
	pairs := pair(before.Objects(), after.Objects())
	same := map[string]string{} // generated names, by what they were
	for _, p := range pairs {
		if p.old != nil && p.new != nil && p.old.Name != p.new.Name && stem(p.old) != "" && stem(p.old) == stem(p.new) {
			same[p.old.Name] = p.new.Name
		}
	}
	var changes []Change
	for _, p := range pairs {
		c := Change{}
		var a, b *yaml.Node
		secret := false
		if p.old != nil {
			r := p.old.Resource()
			c.Old, a = &r, p.old.Node
			secret = strings.EqualFold(r.Kind, "Secret")
		}
		if p.new != nil {
			r := p.new.Resource()
			c.New, b = &r, p.new.Node
			secret = secret || strings.EqualFold(r.Kind, "Secret")
		}
		if a != nil && b != nil {
			if secret && c.Old.Kind == "Secret" && c.New.Kind == "Secret" && c.Old.APIVersion == "v1" {
				a, b = Secret(a), Secret(b)
			}
			d := differ{same: same, secret: secret}
			d.values("", a, b)
			if c.Fields = d.fields; len(c.Fields) == 0 {
				continue
			}
		}
		changes = append(changes, c)
	}
	return changes
}

type couple struct{ old, new *inventory.Object }

// pair finds which resource is which: by identity, then by the names they had
// before hashes, prefixes and namespaces, as far as that is unique.
func pair(before, after []*inventory.Object) []couple {
	match := map[*inventory.Object]*inventory.Object{}
	taken := map[*inventory.Object]bool{}
	for _, key := range []func(*inventory.Object) string{
		func(o *inventory.Object) string {
			return o.Group + "\x00" + o.Kind + "\x00" + o.Namespace + "\x00" + o.Name
		},
		func(o *inventory.Object) string {
			return o.Group + "\x00" + o.Kind + "\x00" + o.Namespace + "\x00" + cmp.Or(stem(o), o.Name)
		},
		func(o *inventory.Object) string { return o.Group + "\x00" + o.Kind + "\x00" + cmp.Or(stem(o), o.Name) },
		func(o *inventory.Object) string { return o.Group + "\x00" + o.Kind + "\x00" + o.BaseName() },
	} {
		olds, news := map[string][]*inventory.Object{}, map[string][]*inventory.Object{}
		for _, o := range before {
			if !taken[o] {
				olds[key(o)] = append(olds[key(o)], o)
			}
		}
		for _, o := range after {
			if match[o] == nil {
				news[key(o)] = append(news[key(o)], o)
			}
		}
		for k, list := range news {
			if len(list) == 1 && len(olds[k]) == 1 {
				match[list[0]] = olds[k][0]
				taken[olds[k][0]] = true
			}
		}
	}
	var pairs []couple
	for _, o := range after {
		pairs = append(pairs, couple{match[o], o})
	}
	for _, o := range before {
		if !taken[o] {
			pairs = append(pairs, couple{o, nil})
		}
	}
	return pairs
}

// hashed is a name with the hash of a generator: ten letters and digits without
// those that could be read as a word.
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go
var hashed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)-[2-9bcdfghkmt]{10}$`) })

// stem is the name of a ConfigMap or Secret without its hash, "" if it has none.
func stem(o *inventory.Object) string {
	if o.Kind != "ConfigMap" && o.Kind != "Secret" {
		return ""
	}
	if m := hashed().FindStringSubmatch(o.Name); m != nil {
		return m[1]
	}
	return ""
}

type differ struct {
	same   map[string]string
	secret bool
	fields []Field
}

// tracking are annotations that kustomize keeps for itself.
var tracking = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^metadata\.annotations\["internal\.config\.kubernetes\.io/|^metadata\.annotations\["config\.kubernetes\.io/origin`)
})

func (d *differ) values(path string, a, b *yaml.Node) {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	switch {
	case a != nil && b != nil && a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode:
		if a.Value == b.Value && a.ShortTag() == b.ShortTag() || d.same[a.Value] == b.Value && b.Value != "" {
			return
		}
		d.add(path, &a.Value, &b.Value)
	case kind(a) == yaml.MappingNode && kind(b) != yaml.ScalarNode && kind(b) != yaml.SequenceNode,
		kind(b) == yaml.MappingNode && kind(a) != yaml.ScalarNode && kind(a) != yaml.SequenceNode:
		d.mappings(path, a, b)
	case kind(a) == yaml.SequenceNode && kind(b) != yaml.ScalarNode && kind(b) != yaml.MappingNode,
		kind(b) == yaml.SequenceNode && kind(a) != yaml.ScalarNode && kind(a) != yaml.MappingNode:
		d.sequences(path, a, b)
	default:
		d.leaves(path, a, true)
		d.leaves(path, b, false)
	}
}

func kind(n *yaml.Node) yaml.Kind {
	if n == nil {
		return 0
	}
	return n.Kind
}

func (d *differ) mappings(path string, a, b *yaml.Node) {
	if size(a)+size(b) == 0 {
		if a == nil || b == nil { // an empty one
			d.leaves(path, a, true)
			d.leaves(path, b, false)
		}
		return
	}
	for k, v := range yamlnode.Fields(b) {
		d.values(join(path, k.Value), yamlnode.Get(a, k.Value), v)
	}
	for k, v := range yamlnode.Fields(a) {
		if yamlnode.Get(b, k.Value) == nil {
			d.values(join(path, k.Value), v, nil)
		}
	}
}

func size(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return len(n.Content)
}

func join(path, key string) string {
	return fieldpath.Trim(fieldpath.AppendKey([]byte(path), key))
}

// sequences compares lists by the names of their elements if they have such, and
// by position otherwise.
func (d *differ) sequences(path string, a, b *yaml.Node) {
	x, y := yamlnode.Elements(a), yamlnode.Elements(b)
	if len(x)+len(y) == 0 && (a == nil || b == nil) {
		d.leaves(path, a, true)
		d.leaves(path, b, false)
		return
	}
	byName, ok := named(x)
	others, ok2 := named(y)
	if ok && ok2 {
		for _, n := range y {
			name := yamlnode.GetString(n, "name")
			d.values(path+"["+name+"]", byName[name], n)
		}
		for _, n := range x {
			if name := yamlnode.GetString(n, "name"); others[name] == nil {
				d.values(path+"["+name+"]", n, nil)
			}
		}
		return
	}
	for i := range max(len(x), len(y)) {
		var m, n *yaml.Node
		if i < len(x) {
			m = x[i]
		}
		if i < len(y) {
			n = y[i]
		}
		d.values(path+"["+strconv.Itoa(i)+"]", m, n)
	}
}

func named(list []*yaml.Node) (map[string]*yaml.Node, bool) {
	byName := map[string]*yaml.Node{}
	for _, n := range list {
		name := yamlnode.GetString(n, "name")
		if name == "" || byName[name] != nil {
			return nil, false
		}
		byName[name] = n
	}
	return byName, true
}

// leaves adds all values below a node that is on one side only.
func (d *differ) leaves(path string, n *yaml.Node, old bool) {
	if n == nil {
		return
	}
	if n.Kind != yaml.ScalarNode && len(n.Content) > 0 {
		if old {
			d.values(path, n, nil)
		} else {
			d.values(path, nil, n)
		}
		return
	}
	text := n.Value
	switch n.Kind {
	case yaml.MappingNode:
		text = "{}"
	case yaml.SequenceNode:
		text = "[]"
	}
	if old {
		d.add(path, &text, nil)
	} else {
		d.add(path, nil, &text)
	}
}

func (d *differ) add(path string, a, b *string) {
	if tracking().MatchString(path) {
		return
	}
	// A patch of a value to another type is one change.
	if n := len(d.fields); n > 0 && d.fields[n-1].Path == path && d.fields[n-1].New == nil && a == nil {
		d.fields[n-1].New = b
		return
	}
	d.fields = append(d.fields, Field{Path: path, Old: a, New: b, Secret: d.secret && !redact.IsPublicField(path)})
}
