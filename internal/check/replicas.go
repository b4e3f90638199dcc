package check

import (
	"bytes"
	"path"
	"regexp"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// moreReplicas makes notes of budgets that allow no eviction of a workload that another
// environment gives more pods: the budget is meant for that one, whose kustomization
// may not even build here.
func moreReplicas(outcomes []outcome, readers textReaders) {
	asked := map[string]map[string][]*finding.Finding{} // by the top of the repository and the workload
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			workload, ok := rules.EvictionBlocked(f)
			if _, set := o.set[f.Rule]; !ok || set || f.Severity != finding.Warning {
				continue
			}
			if top := o.tree.top(); top != "" {
				if asked[top] == nil {
					asked[top] = map[string][]*finding.Finding{}
				}
				asked[top][workload] = append(asked[top][workload], f)
			}
		}
	}
	for top, workloads := range asked {
		readers[top] = append(readers[top], replicaReader(workloads))
	}
}

// manyReplicas are more than one replica, in a patch, in a JSON patch and in a
// kustomization's list.
var manyReplicas = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[\s-]*replicas: *(?:[2-9]|[1-9]\d+)\b|/spec/replicas["']?\s+value: *(?:[2-9]|[1-9]\d+)\b|^[\s-]*count: *(?:[2-9]|[1-9]\d+)\b`)
})

// replicaReader looks for documents that give workloads more replicas than one.
func replicaReader(workloads map[string][]*finding.Finding) *textReader {
	wants := func(file string) bool {
		ext := path.Ext(file)
		return ext == ".yaml" || ext == ".yml" || isKustomizationFile(file)
	}
	return &textReader{most: mostScripts, wants: wants, read: func(file string, text []byte) (more bool) {
		if !manyReplicas().Match(text) {
			return true
		}
		for doc := range bytes.SplitSeq(text, []byte("\n---")) {
			if !manyReplicas().Match(doc) {
				continue
			}
			for workload, findings := range workloads {
				if !hasWord(doc, workload) {
					continue
				}
				for _, f := range findings {
					f.Severity = finding.Note
					f.Help += "; " + file + " gives it more"
				}
				delete(workloads, workload)
			}
		}
		return len(workloads) > 0
	}}
}
