package check

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// moreReplicas makes notes of budgets that allow no eviction of a workload that another
// environment gives more pods: the budget is meant for that one, whose kustomization
// may not even build here.
var moreReplicas = saying[string]{
	asks:  func(_ *outcome, f *finding.Finding) (workload string, ok bool) { return rules.EvictionBlocked(f) },
	wants: isYAML,
	most:  mostScripts,
	says: func(file string, text []byte) func(string) string {
		if !manyReplicas().Match(text) {
			return nil
		}
		var documents [][]byte
		for doc := range bytes.SplitSeq(text, []byte("\n---")) {
			if manyReplicas().Match(doc) {
				documents = append(documents, doc)
			}
		}
		return func(workload string) string {
			if slices.ContainsFunc(documents, func(doc []byte) bool { return hasWord(doc, workload) }) {
				return file + " gives it more"
			}
			return ""
		}
	},
}

// manyReplicas are more than one replica, in a patch, in a JSON patch and in a
// kustomization's list.
var manyReplicas = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[\s-]*replicas: *(?:[2-9]|[1-9]\d+)\b|/spec/replicas["']?\s+value: *(?:[2-9]|[1-9]\d+)\b|^[\s-]*count: *(?:[2-9]|[1-9]\d+)\b`)
})

// isYAML reports whether a file has the name of one in YAML.
func isYAML(file string) bool {
	ext := path.Ext(file)
	return ext == ".yaml" || ext == ".yml" || isKustomizationFile(file)
}
