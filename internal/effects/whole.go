package effects

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// additive are the fields that people add to, one key or one element at a time.
var additive = []string{"annotations", "labels", "env", "volumes", "volumeMounts"}

// addedWhole reports operations of a JSON patch that add a mapping or a list where there
// is one: RFC 6902 has that replaced, and what was in it is lost.
// https://datatracker.ietf.org/doc/html/rfc6902#section-4.1
func (r *Recorder) addedWhole(s *kbuild.Step, patches []types.Patch) {
	i, ok := index(s.Entry)
	if !ok || i >= len(patches) || patches[i].Target == nil {
		return
	}
	text, entry := []byte(patches[i].Patch), "patch"
	if patches[i].Path != "" {
		text, _ = s.Read(filepath.Join(filepath.Dir(s.File), patches[i].Path))
		entry = "path"
	}
	if !slices.ContainsFunc(additive, func(field string) bool { return strings.Contains(string(text), "/"+field) }) {
		return
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return
	}
	removed := map[string]bool{} // by operations before
	for _, op := range yamlnode.Elements(&doc) {
		pointer := yamlnode.GetString(op, "path")
		path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		value := yamlnode.Get(op, "value")
		if yamlnode.GetString(op, "op") == "remove" {
			removed[pointer] = true
		}
		if removed[pointer] {
			continue // that is what it is for
		}
		if yamlnode.GetString(op, "op") != "add" || value == nil || !slices.Contains(additive, path[len(path)-1]) {
			continue
		}
		selected, err := s.Select(*patches[i].Target)
		if err != nil {
			return
		}
		for _, res := range selected {
			lost := lostOf(at(res.YNode(), path), value)
			if len(lost) == 0 {
				continue
			}
			field := strings.Join(path, ".")
			r.report(PatchReplacesAll, finding.Warning, s.File, append(slices.Clone(s.Entry), entry),
				fmt.Sprintf("the operation add replaces all of %s of %s %s, which loses %s", field, res.GetKind(), res.GetName(), few(lost)),
				help(fmt.Sprintf("add each by itself: path: /%s/%s", strings.Join(path, "/"), addressOf(value))))
			break
		}
	}
}

// at returns what a JSON pointer leads to, nil if there is nothing.
func at(n *yaml.Node, path []string) *yaml.Node {
	for _, key := range path {
		n = yamlnode.Resolve(n)
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.SequenceNode:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(n.Content) {
				return nil
			}
			n = n.Content[i]
		default:
			n = yamlnode.Get(n, strings.NewReplacer("~1", "/", "~0", "~").Replace(key))
		}
	}
	return yamlnode.Resolve(n)
}

// lostOf returns the keys, or the names of elements, that one value has and the one which
// takes its place has not.
func lostOf(had, has *yaml.Node) (lost []string) {
	if had == nil || had.Kind != has.Kind {
		return nil
	}
	now := namesIn(has)
	for _, name := range namesIn(had) {
		own := strings.HasPrefix(name, "internal.config.kubernetes.io/") || strings.HasPrefix(name, "config.kubernetes.io/") // kustomize's, during a build
		if !own && !slices.Contains(now, name) {
			lost = append(lost, name)
		}
	}
	return lost
}

func namesIn(n *yaml.Node) (names []string) {
	if n.Kind == yaml.MappingNode {
		for k := range yamlnode.Fields(n) {
			names = append(names, k.Value)
		}
		return names
	}
	for _, e := range yamlnode.Elements(n) {
		if name := yamlnode.GetString(e, "name"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// addressOf is how a JSON pointer goes on to the first thing in a value: a key, or a place
// at the end of a list.
func addressOf(value *yaml.Node) string {
	if names := namesIn(value); value.Kind == yaml.MappingNode && len(names) > 0 {
		return strings.NewReplacer("~", "~0", "/", "~1").Replace(names[0])
	}
	return "-"
}

func few(names []string) string {
	const most = 3
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}
