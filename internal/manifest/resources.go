package manifest

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// ErrNoResource is wrapped by errors about documents that hold no resource:
// values files, a line that a program printed.
var ErrNoResource = errors.New("not a Kubernetes resource")

// Resources returns the resources that a document stands for: itself, or the
// items of a List, of a list of one kind such as PodList, or of a ResourceList,
// and of the lists among them.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#collections
func (d *Document) Resources() ([]*yaml.Node, error) {
	x := unwrapped{}
	if err := x.expand(d.Node, "", 0); err != nil {
		return nil, &Error{File: d.File, Line: d.Line + err.line - 1, Err: err.err}
	}
	return x.resources, nil
}

// ItemResources returns the resources that an item of a ResourceList stands for:
// itself, or the items of a list. Items of a list of one kind get their apiVersion
// and kind in the list too.
func ItemResources(item *yaml.Node) ([]*yaml.Node, error) {
	if _, isList := listItems(item, yamlnode.GetString(item, "kind")); !isList {
		return []*yaml.Node{item}, nil
	}
	x := unwrapped{write: true}
	if err := x.expand(item, "", 0); err != nil {
		return nil, fmt.Errorf("line %d: %w", err.line, err.err)
	}
	return x.resources, nil
}

// resourceError is about a node.
type resourceError struct {
	line int // of the document, from 1
	err  error
}

// unwrapped are the resources in lists.
type unwrapped struct {
	resources []*yaml.Node
	// write says that items without a kind get it in their list.
	write bool
}

// expand appends the resources that a node at a path stands for.
func (x *unwrapped) expand(n *yaml.Node, path string, depth int) *resourceError {
	fail := func(at *yaml.Node, path, format string, args ...any) *resourceError {
		err := fmt.Errorf(format, args...)
		if path != "" {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return &resourceError{max(at.Line, 1), err}
	}
	switch n.Kind {
	case yaml.MappingNode:
	case yaml.SequenceNode:
		return fail(n, path, "%w but a list: kubectl and kustomize take resources one by one, or as the items of a List", ErrNoResource)
	default:
		return fail(n, path, "%w but text", ErrNoResource)
	}
	kind := yamlnode.GetString(n, "kind")
	if kind == "" {
		return fail(n, path, "%w: it has no kind", ErrNoResource)
	}
	items, isList := listItems(n, kind)
	if !isList {
		x.resources = append(x.resources, n)
		return nil
	}
	if kind == "List" && items == nil && yamlnode.GetString(n, "apiVersion") == "v1" {
		for k := range yamlnode.Fields(n) {
			if k.Value != "apiVersion" && k.Value != "kind" && k.Value != "metadata" {
				return fail(n, path, "a List without items: it has the field %s, which nobody reads", k.Value)
			}
		}
	}
	if again := repeated(n, "items"); again != nil {
		return fail(again, path, "a %s with two fields items: readers take one of them and lose the other", kind)
	}
	if again := repeated(n, "functionConfig"); again != nil {
		return fail(again, path, "a %s with two fields functionConfig: readers take one of them and lose the other", kind)
	}
	if !yamlnode.IsNull(items) && items.Kind != yaml.SequenceNode {
		return fail(items, path, "items of the %s: expected a list", kind)
	}
	if depth >= limits.Current().Depth {
		return fail(n, path, "%w", limits.TooDeep())
	}
	for i, item := range yamlnode.Elements(items) {
		at := strings.TrimPrefix(fmt.Sprintf("%s.items[%d]", path, i), ".")
		if item.Kind != yaml.MappingNode {
			return fail(item, at, "expected a resource")
		}
		own := typed(item, n, kind)
		if x.write {
			items.Content[i] = own
		}
		if err := x.expand(own, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// listItems returns the items of a list of resources, as the API server and
// kustomize know them: by a kind that ends in List, and items. One with a name is
// a list to both as well.
func listItems(n *yaml.Node, kind string) (items *yaml.Node, isList bool) {
	if !strings.HasSuffix(kind, "List") {
		return nil, false
	}
	items = yamlnode.Get(n, "items")
	if kind == "List" || kind == "ResourceList" {
		return items, true
	}
	return items, items != nil && items.Kind == yaml.SequenceNode
}

// typed returns an item of a list of one kind with its apiVersion and kind:
// within such a list the API leaves them out.
func typed(item, list *yaml.Node, kind string) *yaml.Node {
	of := strings.TrimSuffix(kind, "List")
	if of == "" || kind == "ResourceList" || yamlnode.GetString(item, "kind") != "" {
		return item
	}
	c := *item // the parser may share it
	c.Content = nil
	if apiVersion := yamlnode.GetString(list, "apiVersion"); apiVersion != "" && yamlnode.Get(item, "apiVersion") == nil {
		c.Content = append(c.Content, yamlnode.NewString("apiVersion"), yamlnode.NewString(apiVersion))
	}
	c.Content = append(c.Content, yamlnode.NewString("kind"), yamlnode.NewString(of))
	for i := 0; i+1 < len(item.Content); i += 2 {
		if item.Content[i].Value != "kind" {
			c.Content = append(c.Content, item.Content[i], item.Content[i+1])
		}
	}
	return &c
}

// repeated returns the second key of that name in a mapping, or nil.
func repeated(n *yaml.Node, key string) *yaml.Node {
	seen := false
	for k, v := range yamlnode.Fields(n) {
		if k.Value != key {
			continue
		}
		if seen {
			own := *k
			own.Line, own.Column = yamlnode.KeyLine(k, v), yamlnode.KeyColumn(k, v)
			return &own
		}
		seen = true
	}
	return nil
}
