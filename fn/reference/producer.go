package reference

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Producer says that resources of a kind make other objects at run time.
type Producer struct {
	// From are the kinds that produce, as group/Kind, separated by commas.
	From string
	// Makes is the kind of what is made.
	Makes string
	// Name is the made object's name: a pattern in which {path} stands for the
	// scalar at that path of the producer, and {name} for its metadata.name.
	// A {path} with [] makes one object for each element. When a path is absent
	// the next of Name, Or applies.
	Name string
	// Or is the pattern to use when a path of Name is absent.
	Or string
	// Namespace is a pattern like Name; the producer's own namespace if empty.
	Namespace string
	// Keys are the keys of a made ConfigMap or Secret, where they are always the same.
	Keys []string
	// KeysOf finds the keys in the producer; open says that there may be more.
	// With neither Keys nor KeysOf the keys are not known.
	KeysOf func(producer *yaml.Node) (keys []string, open bool)
	// When is a condition on a field of the producer, as in "spec.crd=true"; a
	// bare path means that the field is there.
	When string
}

var producersByKind = sync.OnceValue(func() map[inventory.GroupKind][]*Producer {
	m := map[inventory.GroupKind][]*Producer{}
	for _, rows := range builtinProducers() {
		for i := range rows {
			for from := range strings.SplitSeq(rows[i].From, ",") {
				gk := inventory.ParseGroupKind(strings.TrimSpace(from))
				m[gk] = append(m[gk], &rows[i])
			}
		}
	}
	return m
})

// anyKind is the From of producers that work through annotations of every kind.
var anyKind = inventory.GroupKind{Kind: "*"}

// Produce adds to the inventory what its resources make at run time.
func Produce(inv *inventory.Inventory) {
	table := producersByKind()
	for _, o := range inv.Objects() {
		if o.Removed || o.Local {
			continue
		}
		for _, p := range table[o.GroupKind] {
			p.apply(inv, o)
		}
		if yamlnode.Path(o.Node, "metadata", "annotations") != nil {
			for _, p := range table[anyKind] {
				p.apply(inv, o)
			}
		}
	}
}

func (p *Producer) apply(inv *inventory.Inventory, o *inventory.Object) {
	if p.When != "" {
		path, want, compare := strings.Cut(p.When, "=")
		nodes := nodesAtPath(o.Node, path)
		if len(nodes) == 0 || compare && yamlnode.String(nodes[0]) != want {
			return
		}
	}
	names := expand(p.Name, o)
	if len(names) == 0 && p.Or != "" {
		names = expand(p.Or, o)
	}
	namespace := o.Namespace
	if p.Namespace != "" {
		if ns := expand(p.Namespace, o); len(ns) > 0 {
			namespace = ns[0]
		}
	}
	content := inventory.Content{Open: true}
	switch {
	case p.Keys != nil:
		content = inventory.Content{Keys: p.Keys}
	case p.KeysOf != nil:
		content.Keys, content.Open = p.KeysOf(o.Node)
	}
	for _, name := range names {
		if name == "" || IsPlaceholder(name) {
			continue
		}
		inv.AddMade(o, inventory.ParseGroupKind(p.Makes), namespace, name, content)
	}
}

// expand replaces every {path} of a pattern. With a list in a path there are
// several results; with a path that is absent there are none.
func expand(pattern string, o *inventory.Object) []string {
	results := []string{""}
	for pattern != "" {
		open := strings.IndexByte(pattern, '{')
		if open < 0 {
			open = len(pattern)
		}
		for i := range results {
			results[i] += pattern[:open]
		}
		if open == len(pattern) {
			break
		}
		end := strings.IndexByte(pattern[open:], '}') + open
		path := pattern[open+1 : end]
		pattern = pattern[end+1:]
		var values []string
		if path == "name" {
			values = []string{o.Name}
		} else {
			for _, n := range nodesAtPath(o.Node, path) {
				if s := yamlnode.String(n); s != "" {
					values = append(values, s)
				}
			}
		}
		var next []string
		for _, r := range results {
			for _, v := range values {
				next = append(next, r+v)
			}
		}
		results = next
	}
	return results
}

// nodesAtPath is nodesAt with \. for dots inside keys.
func nodesAtPath(n *yaml.Node, path string) []*yaml.Node {
	nodes := []*yaml.Node{n}
	for path != "" {
		var key string
		key, path = cutStep(path)
		key, list := strings.CutSuffix(key, "[]")
		var next []*yaml.Node
		for _, n := range nodes {
			child := yamlnode.Get(n, key)
			if list {
				for _, e := range yamlnode.Elements(child) {
					next = append(next, yamlnode.Resolve(e))
				}
			} else if !yamlnode.IsNull(child) {
				next = append(next, child)
			}
		}
		nodes = next
	}
	return nodes
}

// keysAt returns a KeysOf that reads scalars or the keys of a map at paths.
func keysAt(paths ...string) func(*yaml.Node) ([]string, bool) {
	return func(n *yaml.Node) (keys []string, open bool) {
		for _, path := range paths {
			for _, at := range nodesAtPath(n, path) {
				switch at.Kind {
				case yaml.ScalarNode:
					keys = append(keys, at.Value)
				case yaml.MappingNode:
					for k := range yamlnode.Fields(at) {
						keys = append(keys, k.Value)
					}
				}
			}
		}
		return keys, len(keys) == 0
	}
}
