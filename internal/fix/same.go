package fix

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Built is a tree as it was built.
type Built struct {
	Name      string
	Resources []*yaml.Node
}

// OnlyMended reports whether what was built differs in nothing but the fields that
// findings are about, and in the hashes of generated names. Trees that could not be
// built before may be anything, and so may those whose kustomization or function
// configuration is mended: what these do is the point.
func OnlyMended(before, after []Built, mended []finding.Finding) bool {
	if len(after) < len(before) {
		return false
	}
	m := mending{fields: map[[2]string]bool{}}
	free := map[string]bool{}
	for i := range mended {
		f := &mended[i]
		field := [2]string{f.Resource.Kind, anyElement(f.Field)}
		m.fields[field] = m.fields[field] || f.Key
		if f.Resource.Kind == "Kustomization" || f.Resource.Kind == config.Kind {
			for _, name := range append(slices.Clone(f.Trees), f.Tree) {
				free[name] = true
			}
		}
	}
	was := map[string][][]*yaml.Node{} // trees may share a name
	for _, b := range before {
		was[b.Name] = append(was[b.Name], b.Resources)
	}
	for _, a := range after {
		trees := was[a.Name]
		if len(trees) == 0 {
			continue
		}
		was[a.Name] = trees[1:]
		if free[a.Name] {
			continue
		}
		if len(trees[0]) != len(a.Resources) {
			return false
		}
		for _, p := range pairs(trees[0], a.Resources) {
			if !m.resource(p[0], p[1]) {
				return false
			}
		}
	}
	return true
}

// pairs are the resources before and after, as many of each. kustomize sorts by
// version too, so they may have another order; what is called otherwise now is one of
// those that are left, in their order.
func pairs(before, after []*yaml.Node) [][2]*yaml.Node {
	type name struct{ kind, namespace, name string }
	nameOf := func(n *yaml.Node) name {
		return name{yamlnode.GetString(n, "kind"), yamlnode.GetString(n, "metadata", "namespace"), yamlnode.GetString(n, "metadata", "name")}
	}
	named := map[name][]*yaml.Node{}
	for _, n := range after {
		named[nameOf(n)] = append(named[nameOf(n)], n)
	}
	all := make([][2]*yaml.Node, len(before))
	taken := map[*yaml.Node]bool{}
	for i, n := range before {
		all[i][0] = n
		if same := named[nameOf(n)]; len(same) > 0 {
			all[i][1], named[nameOf(n)] = same[0], same[1:]
			taken[same[0]] = true
		}
	}
	left := slices.DeleteFunc(slices.Clone(after), func(n *yaml.Node) bool { return taken[n] })
	for i := range all {
		if all[i][1] == nil {
			all[i][1], left = left[0], left[1:]
		}
	}
	return all
}

// mending compares one resource.
type mending struct {
	// fields are those that mended findings are about, by the kind of their resource,
	// and whether one is about the key.
	fields map[[2]string]bool
	kind   string
}

// resource compares resources. What kustomize does to one depends on its type.
func (m *mending) resource(a, b *yaml.Node) bool {
	m.kind = yamlnode.GetString(a, "kind")
	for _, key := range [...]string{"apiVersion", "kind"} {
		if yamlnode.GetString(a, key) != yamlnode.GetString(b, key) {
			return m.about(key, false) || m.about(key, true)
		}
	}
	return m.same(nil, a, b)
}

// generated is a name that ends in the hash of a generator.
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go
var generated = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`-[2-9bcdfghkmt]{10}$`) })

func (m *mending) same(path []byte, a, b *yaml.Node) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if a == nil || b == nil || a.Kind != b.Kind {
		return a == b
	}
	switch a.Kind {
	case yaml.ScalarNode:
		if a.Value == b.Value && a.ShortTag() == b.ShortTag() {
			return true
		}
		stem, hash := generated().FindString(a.Value), generated().FindString(b.Value)
		if stem != "" && hash != "" && strings.TrimSuffix(a.Value, stem) == strings.TrimSuffix(b.Value, hash) {
			return true
		}
		return m.about(fieldpath.Trim(path), false)
	case yaml.SequenceNode:
		if len(a.Content) != len(b.Content) {
			return false
		}
		for i := range a.Content {
			if !m.same(fieldpath.AppendIndex(slices.Clip(path), i), a.Content[i], b.Content[i]) {
				return false
			}
		}
	case yaml.MappingNode:
		return m.mappings(path, a, b)
	}
	return true
}

// mappings compares mappings, in which keys may be mended.
func (m *mending) mappings(path []byte, a, b *yaml.Node) bool {
	if len(a.Content) != len(b.Content) {
		return false
	}
	var come []*yaml.Node // the values of keys that are new
	for i := 0; i < len(b.Content); i += 2 {
		if value(a, i, b.Content[i].Value) == nil {
			come = append(come, b.Content[i+1])
		}
	}
	for i := 0; i < len(a.Content); i += 2 {
		below := fieldpath.AppendKey(slices.Clip(path), a.Content[i].Value)
		other := value(b, i, a.Content[i].Value)
		if other == nil {
			if len(come) == 0 || !m.about(fieldpath.Trim(below), true) {
				return false
			}
			other, come = come[0], come[1:]
		}
		if !m.same(below, a.Content[i+1], other) {
			return false
		}
	}
	return len(come) == 0
}

// value is that of a key, which is at a place if it is there: keys may be twice.
func value(n *yaml.Node, at int, key string) *yaml.Node {
	if n.Content[at].Value == key {
		return n.Content[at+1]
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// about reports whether a mended finding is about a field of such a resource.
func (m *mending) about(field string, key bool) bool {
	ofKey, ok := m.fields[[2]string{m.kind, anyElement(field)}]
	return ok && (ofKey || !key)
}

// anyElement is a field whatever the element of a list: another tree may have the
// element elsewhere.
func anyElement(field string) string { return listIndex().ReplaceAllString(field, "[]") }

var listIndex = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\d+\]`) })
