package normalize

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(&Normalizer{
	Name: "env",
	Doc: "Drops an environment variable that a container defines again with the same value. " +
		"Server-side apply refuses lists with two entries of one name. " +
		"Definitions that differ, or whose value refers to other variables, are left for the rule duplicate-env to report.",
	Default: true,
	Apply: func(p *Pass, o *inventory.Object) {
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				p.dropDuplicates(o, c)
			}
		}
	},
})

func (p *Pass) dropDuplicates(o *inventory.Object, c *inventory.Container) {
	list := yamlnode.Get(c.Node, "env")
	first := map[string]int{}
	differs := map[string]bool{}
	again := false
	entries := yamlnode.Elements(list)
	for i, e := range entries {
		name := yamlnode.GetString(e, "name")
		j, ok := first[name]
		switch {
		case !ok:
			first[name] = i
		case !equal(e, entries[j]) || strings.Contains(yamlnode.GetString(e, "value"), "$("):
			// $(VAR) means what was defined so far: two of them can differ.
			differs[name] = true
		default:
			again = true
		}
	}
	if !again {
		return
	}
	var kept []*yaml.Node
	for i, e := range entries {
		name := yamlnode.GetString(e, "name")
		if j := first[name]; i == j || name == "" || differs[name] {
			kept = append(kept, e)
			continue
		}
		p.record(o, c.Path+".env["+strconv.Itoa(i)+"]", "a second "+name, "", "spec.normalize.env")
	}
	list.Content = kept
}

// equal compares two nodes by content: comments, style and the order of keys
// mean nothing.
func equal(a, b *yaml.Node) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if a == nil || b == nil || a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return a == b
	}
	switch a.Kind {
	case yaml.MappingNode:
		for k, v := range yamlnode.Fields(a) {
			w := yamlnode.Get(b, k.Value)
			if w == nil || !equal(v, w) {
				return false
			}
		}
		return true
	case yaml.SequenceNode:
		for i := range a.Content {
			if !equal(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	}
	return a.Value == b.Value && a.Tag == b.Tag
}
