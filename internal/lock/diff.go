package lock

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// op is one operation of a JSON patch (RFC 6902).
type op struct {
	Op    string
	Path  string
	Value any // unused by remove
}

func test(path string, value any) op { return op{"test", path, value} }

// pointer appends a step to a JSON pointer (RFC 6901).
func pointer(path, step string) string {
	return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
}

func at(path string, i int) string { return path + "/" + strconv.Itoa(i) }

// diff returns the operations that turn a into b, each after the tests that
// say that it meets what it was made for. The operations work on any
// kustomize: they need no schema, and lists keep their order.
func diff(path string, a, b any) []op {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			return diffMaps(path, a, b)
		}
	case []any:
		if b, ok := b.([]any); ok {
			return diffLists(path, a, b)
		}
	}
	if equal(a, b) {
		return nil
	}
	return []op{test(path, a), {"replace", path, b}}
}

func diffMaps(path string, a, b map[string]any) []op {
	var ops []op
	for _, k := range keys(a, b) {
		va, ina := a[k]
		vb, inb := b[k]
		p := pointer(path, k)
		switch {
		case !inb:
			ops = append(ops, test(p, va), op{Op: "remove", Path: p})
		case !ina:
			// A value of the source's own that came later must not be
			// replaced unseen.
			ops = append(ops, test(p, nil), op{"add", p, vb})
		default:
			ops = append(ops, diff(p, va, vb)...)
		}
	}
	return ops
}

// diffLists edits lists whose elements have names element by element, and
// replaces others whole: only a name says that an element is still the one it
// was.
func diffLists(path string, a, b []any) []op {
	if equal(a, b) {
		return nil
	}
	key := elementKey(a, b)
	if key == "" || len(a)*len(b) > 1<<20 {
		return []op{test(path, a), {"replace", path, b}}
	}
	name := func(e any) any { return lookup(e, key) }
	var ops []op
	i := 0 // where the next element is in the list as edited so far
	for _, s := range align(a, b, name) {
		switch {
		case s.b < 0:
			ops = append(ops, test(pointer(at(path, i), key), name(a[s.a])), op{Op: "remove", Path: at(path, i)})
		case s.a < 0 && s.last:
			ops = append(ops, op{"add", path + "/-", b[s.b]})
			i++
		case s.a < 0:
			// In front of the element that it was put in front of.
			ops = append(ops, test(pointer(at(path, i), key), name(a[s.next])), op{"add", at(path, i), b[s.b]})
			i++
		default:
			if edit := diff(at(path, i), a[s.a], b[s.b]); edit != nil {
				ops = append(ops, test(pointer(at(path, i), key), name(a[s.a])))
				ops = append(ops, edit...)
			}
			i++
		}
	}
	return ops
}

// elementKeys are the fields that name the elements of Kubernetes' lists.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
var elementKeys = []string{"name", "key", "mountPath", "devicePath", "containerPort", "port", "ip", "topologyKey", "type", "host", "id"}

// elementKey is a field that every element of both lists has and that tells
// the elements of each apart, or "".
func elementKey(lists ...[]any) string {
candidates:
	for _, key := range elementKeys {
		for _, list := range lists {
			seen := map[any]bool{}
			for _, e := range list {
				v := lookup(e, key)
				switch v.(type) {
				case string, json.Number:
				default:
					continue candidates
				}
				if seen[v] {
					continue candidates
				}
				seen[v] = true
			}
		}
		return key
	}
	return ""
}

// step is one step of an alignment: indexes into the lists, -1 for none. An
// insertion is either behind all of a (last) or in front of a[next].
type step struct {
	a, b int
	next int
	last bool
}

// align is a longest common subsequence of the elements' names.
func align(a, b []any, name func(any) any) []step {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if name(a[i]) == name(b[j]) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var steps []step
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && name(a[i]) == name(b[j]):
			steps = append(steps, step{a: i, b: j})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			steps = append(steps, step{a: i, b: -1})
			i++
		default:
			steps = append(steps, step{a: -1, b: j, next: i, last: i == len(a)})
			j++
		}
	}
	return steps
}

func keys(maps ...map[string]any) []string {
	var all []string
	for _, m := range maps {
		for k := range m {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }
