package check

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// part are the resources of a folder's files that are applied together.
type part struct {
	name string // a folder
	inv  *inventory.Inventory
}

// split takes apart what no one applies together: folders that define one object
// differently are alternatives, such as the lessons of a course, the examples of a
// manual and the fixtures of tests. What one of them says is no evidence about
// another. So are files in a folder of samples, each of which is tried by itself. Folders
// without such an object stay together.
//
// top is the top of the repository.
func split(top, dir string, inv *inventory.Inventory) []part {
	s := splitter{inv: inv, samples: foldersBelow{top: top, names: samples}}
	s.rivals = s.findRivals()
	if len(s.rivals) == 0 {
		return []part{{dir, inv}}
	}
	s.split(filepath.Clean(dir), inv.Objects())
	if len(s.parts) == 1 {
		return []part{{dir, inv}}
	}
	return s.parts
}

type splitter struct {
	inv     *inventory.Inventory
	rivals  map[*inventory.Object]int // the number of the object that several define
	parts   []part
	samples foldersBelow
}

// split adds the parts of the objects, whose files are all below dir.
func (s *splitter) split(dir string, objects []*inventory.Object) {
	children := map[string][]*inventory.Object{}
	var order []string
	for _, o := range objects {
		child := s.childOf(dir, o.File)
		if _, ok := children[child]; !ok {
			order = append(order, child)
		}
		children[child] = append(children[child], o)
	}
	// Children that define something differently, each or among themselves.
	in := map[int]string{}
	apart := map[string]bool{}
	for _, child := range order {
		for _, o := range children[child] {
			id, ok := s.rivals[o]
			if !ok {
				continue
			}
			first, seen := in[id]
			switch {
			case !seen:
				in[id] = child
			case first != child || child != "":
				apart[first], apart[child] = true, true
			}
		}
	}
	var together []*inventory.Object
	for _, child := range order {
		if child == "" || !apart[child] {
			together = append(together, children[child]...)
		}
	}
	if len(together) > 0 {
		slices.SortFunc(together, func(a, b *inventory.Object) int { return a.Index - b.Index })
		s.add(dir, together)
	}
	for _, child := range order {
		if child != "" && apart[child] {
			s.split(filepath.Join(dir, child), children[child])
		}
	}
}

func (s *splitter) add(dir string, objects []*inventory.Object) {
	inv := &inventory.Inventory{Finished: s.inv.Finished, Definitions: cmp.Or(s.inv.Definitions, s.inv), Repository: s.inv.Repository, Substituted: s.inv.Substituted}
	for _, o := range objects {
		inv.Add(o.Node, inventory.Source{File: o.File, Line: o.Line})
	}
	s.parts = append(s.parts, part{dir, inv})
}

// childOf is the folder in dir that the file is below, "" for files in dir itself, or
// their names where they are samples.
func (s *splitter) childOf(dir, file string) string {
	rel, err := filepath.Rel(dir, filepath.Dir(file))
	switch {
	case err != nil || filepath.Clean(dir) == filepath.Clean(file):
		return ""
	case rel == "." && s.samples.has(file):
		return filepath.Base(file)
	case rel == ".":
		return ""
	}
	child, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	return child
}

// findRivals numbers the objects that files in several folders, or several samples, define
// differently.
// Namespaces and definitions of kinds are commonly repeated, and mean the same.
func (s *splitter) findRivals() map[*inventory.Object]int {
	inv := s.inv
	type identity struct {
		inventory.GroupKind
		namespace, name string
	}
	by := map[identity][]*inventory.Object{}
	for _, o := range inv.Objects() {
		if o.Name == "" || o.Local || o.Kind == "Namespace" || o.Kind == "CustomResourceDefinition" {
			continue
		}
		id := identity{o.GroupKind, o.Namespace, o.Name}
		by[id] = append(by[id], o)
	}
	numbers := map[*inventory.Object]int{}
	n := 0
	for _, o := range inv.Objects() {
		all := by[identity{o.GroupKind, o.Namespace, o.Name}]
		if len(all) < 2 || all[0] != o || !slices.ContainsFunc(all[1:], func(other *inventory.Object) bool {
			return (filepath.Dir(other.File) != filepath.Dir(o.File) || other.File != o.File && s.samples.has(o.File)) && !same(o.Node, other.Node)
		}) {
			continue
		}
		for _, rival := range all {
			numbers[rival] = n
		}
		n++
	}
	return numbers
}

// same reports whether two resources say the same, comments aside.
func same(a, b *yaml.Node) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if a == b {
		return true
	}
	if a == nil || b == nil || a.Kind != b.Kind || a.Value != b.Value || a.Tag != b.Tag || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
