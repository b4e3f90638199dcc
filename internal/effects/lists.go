package effects

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// namedList is a list whose elements have names.
type namedList struct {
	path string
	keys map[string][]string // of the elements, by name
}

// patchedLists watches the lists of custom resources: kustomize does not know
// how to merge them, and a strategic-merge patch replaces them as a whole.
func (r *Recorder) patchedLists(s *kbuild.Step) (done func()) {
	before := map[*resource.Resource][]namedList{}
	s.Each(func(res *resource.Resource) {
		if !inventory.ByKubernetes(res.GetGvk().Group) {
			before[res] = namedLists(nil, res.YNode(), "", 0)
		}
	})
	if len(before) == 0 {
		return nil
	}
	return func() {
		s.Each(func(res *resource.Resource) {
			lists, ok := before[res]
			if !ok {
				return
			}
			after := namedLists(nil, res.YNode(), "", 0)
			for i := range lists {
				for j := range after {
					if after[j].path == lists[i].path {
						r.compareLists(s, res, &lists[i], &after[j])
					}
				}
			}
		})
	}
}

func namedLists(lists []namedList, n *yaml.Node, path string, depth int) []namedList {
	if n == nil || depth > 30 {
		return lists
	}
	switch n.Kind {
	case yaml.MappingNode:
		for k, v := range yamlnode.Fields(n) {
			lists = namedLists(lists, v, strings.TrimPrefix(path+"."+k.Value, "."), depth+1)
		}
	case yaml.SequenceNode:
		l := namedList{path: path, keys: map[string][]string{}}
		for _, e := range n.Content {
			name := yamlnode.GetString(e, "name")
			if name == "" {
				return lists
			}
			var keys []string
			for k := range yamlnode.Fields(e) {
				keys = append(keys, k.Value)
			}
			l.keys[name] = keys
		}
		if len(l.keys) > 0 {
			lists = append(lists, l)
		}
	}
	return lists
}

// insteadOf are fields that take the place of each other.
var insteadOf = map[string][]string{
	"value": {"valueFrom", "secretKeyRef", "configMapKeyRef", "envRef"}, "valueFrom": {"value"},
	"secretKeyRef": {"value"}, "configMapKeyRef": {"value"}, "envRef": {"value"}, // a Component of Dapr
}

// compareLists reports an element that is there by name before and after, and has
// lost fields while it was given others: somebody meant to add to it.
func (r *Recorder) compareLists(s *kbuild.Step, res *resource.Resource, before, after *namedList) {
	for _, name := range slices.Sorted(maps.Keys(before.keys)) {
		had := before.keys[name]
		has, ok := after.keys[name]
		if !ok {
			continue
		}
		var lost []string
		for _, key := range had {
			if !slices.Contains(has, key) && !slices.ContainsFunc(insteadOf[key], func(other string) bool { return slices.Contains(has, other) }) {
				lost = append(lost, key)
			}
		}
		added := slices.ContainsFunc(has, func(key string) bool { return !slices.Contains(had, key) })
		if len(lost) == 0 || !added && !slices.Contains(lost, "image") {
			continue
		}
		entry := s.Entry
		if len(entry) == 0 {
			entry = []any{"patchesStrategicMerge"}
		}
		severity := finding.Warning
		if slices.Contains(lost, "image") {
			severity = finding.Error
		}
		r.report(PatchReplacesList, severity, s.File, entry,
			fmt.Sprintf("the patch replaces the list %s of %s %s as a whole: %q loses %s", before.path, res.GetKind(), res.GetName(), name, strings.Join(lost, ", ")),
			help("kustomize knows no merge keys for custom resources; use a JSON patch, or give it the schema under openapi"))
		return
	}
}
