package check

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// defineNear gives an inventory the definitions that the repository has of the custom
// resources in it, of kinds that nothing else defines: a project keeps them in another
// tree than the samples. One tree alone is judged by itself, since what its resources
// are completed by is in the others too.
func (rep *Report) defineNear(t *Tree, inv *inventory.Inventory) {
	top := t.top()
	if !rep.several || top == "" {
		return
	}
	defs := &inventory.Inventory{}
	known := map[crdKey]bool{}
	more := false
	places := paths{below: top}
	for _, own := range [...][]*inventory.Object{inv.CustomResourceDefinitions(), inv.CompositeResourceDefinitions()} {
		for _, o := range own {
			if o.Node != nil {
				if key := crdKeyOf(o.Node); !known[key] && isPublished(key) && places.of(o.File) != applied {
					more = true // tests have what they need of the definitions of others
					continue
				}
				known[crdKeyOf(o.Node)] = true
				defs.Add(o.Node, inventory.Source{File: o.File, Line: o.Line})
			}
		}
	}
	for is := range custom(inv) {
		key := crdKey{is.Group, is.Kind}
		if known[key] || apischema.Operators().Lookup(apischema.GroupVersionKind{Group: is.Group, Version: is.Version, Kind: is.Kind}) != nil {
			continue
		}
		known[key] = true
		if n := rep.shared.definitions(top)()[key]; n != nil {
			defs.Add(n, inventory.Source{})
			more = true
		}
	}
	if more {
		inv.Definitions = defs
	}
}

// isPublished reports whether a kind is one of an operator that is known.
func isPublished(key crdKey) bool {
	return slices.ContainsFunc(apischema.Operators().Versions(key.kind), func(k *apischema.Kind) bool { return k.Group == key.group })
}

// definitions returns what reads the definitions of a repository, once.
func (s *shared) definitions(top string) func() map[crdKey]*yaml.Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.defined == nil {
		s.defined = map[string]func() map[crdKey]*yaml.Node{}
	}
	if s.defined[top] == nil {
		s.defined[top] = sync.OnceValue(func() map[crdKey]*yaml.Node { return readDefinitions(os.DirFS(top)) })
	}
	return s.defined[top]
}

// readDefinitions returns the CustomResourceDefinitions in the files of a repository that
// have a schema, and only the names where two have different ones: nobody knows which is
// meant.
func readDefinitions(repository fs.FS) map[crdKey]*yaml.Node {
	const most = 256 << 20 // bytes
	found := map[crdKey]*yaml.Node{}
	read := 0
	eachDocument(repository, func(text []byte) bool {
		read += len(text)
		return read <= most && bytes.Contains(text, []byte(definition))
	}, func(n *yaml.Node) {
		if yamlnode.GetString(n, "kind") != definition || !hasSchema(n) {
			return
		}
		key := crdKeyOf(n)
		if first, seen := found[key]; !seen {
			found[key] = n
		} else if !same(yamlnode.Path(first, "spec", "versions"), yamlnode.Path(n, "spec", "versions")) {
			found[key] = namesOnly(first, n)
		}
	})
	return found
}

// namesOnly is a definition that says what a kind is called and which versions of it there
// are, of two.
func namesOnly(a, b *yaml.Node) *yaml.Node {
	scalar := func(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text} }
	mapping := func(content ...*yaml.Node) *yaml.Node {
		return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
	}
	versions := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	seen := map[string]bool{}
	for _, crd := range [...]*yaml.Node{a, b} {
		for _, v := range yamlnode.Elements(yamlnode.Path(crd, "spec", "versions")) {
			if name := yamlnode.GetString(v, "name"); name != "" && !seen[name] {
				seen[name] = true
				versions.Content = append(versions.Content, mapping(scalar("name"), scalar(name)))
			}
		}
	}
	return mapping(scalar("apiVersion"), yamlnode.Get(a, "apiVersion"), scalar("kind"), yamlnode.Get(a, "kind"), scalar("metadata"), yamlnode.Get(a, "metadata"), scalar("spec"),
		mapping(scalar("group"), yamlnode.Path(a, "spec", "group"), scalar("names"), yamlnode.Path(a, "spec", "names"), scalar("versions"), versions))
}

const definition = "CustomResourceDefinition"

// hasSchema reports whether a definition says what is in its resources; patches of
// definitions do not.
func hasSchema(crd *yaml.Node) bool {
	for _, v := range yamlnode.Elements(yamlnode.Path(crd, "spec", "versions")) {
		if yamlnode.Path(v, "schema", "openAPIV3Schema", "properties") != nil {
			return true
		}
	}
	return false
}

func crdKeyOf(crd *yaml.Node) crdKey {
	return crdKey{yamlnode.GetString(crd, "spec", "group"), yamlnode.GetString(crd, "spec", "names", "kind")}
}
