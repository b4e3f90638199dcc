package function

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/silence"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// unsilenced leaves out what comments in a ResourceList silence. kpt hands comments
// on to functions, kustomize does not.
func unsilenced(list []byte, fs []finding.Finding) []finding.Finding {
	if len(fs) == 0 || !bytes.Contains(list, []byte(silence.Mark)) {
		return fs
	}
	comments := silence.In(list)
	var doc yaml.Node
	if len(comments) == 0 || yaml.Unmarshal(list, &doc) != nil {
		return fs
	}
	items := map[finding.Resource]*yaml.Node{}
	for _, n := range yamlnode.Elements(yamlnode.Get(yamlnode.Resolve(&doc), "items")) {
		items[resourceOf(n)] = n
	}
	return slices.DeleteFunc(fs, func(f finding.Finding) bool {
		line := lineOf(items[f.Resource], &f)
		return slices.ContainsFunc(comments, func(c *silence.Comment) bool { return c.Silences(f.Rule, line) })
	})
}

// lineOf is the line of what a finding in a resource is about, 0 if it is not there.
func lineOf(n *yaml.Node, f *finding.Finding) int {
	path := fieldpath.Parse(f.Field)
	if n == nil || len(path) == 0 {
		return 0
	}
	in, found := path[:len(path)-1].Follow(n)
	if !found || in == nil {
		return 0
	}
	for i := 0; in.Kind == yaml.MappingNode && i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value != path[len(path)-1].Key {
			continue
		}
		if v := in.Content[i+1]; !f.Key && v.Kind == yaml.ScalarNode {
			if f.Position.Line > 0 && v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				return v.Line + f.Position.Line
			}
			return v.Line
		}
		return in.Content[i].Line
	}
	if at, found := path.Follow(n); found && at != nil {
		return at.Line
	}
	return 0
}
