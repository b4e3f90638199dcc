package function

import (
	"iter"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Annotations of those who run functions: kustomize numbers the resources; kpt
// and kustomize fn say which file each is from, and which document in it, and
// write what comes back there.
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
const (
	annoKustomizeID   = "kustomize.config.k8s.io/id"
	annoPath          = "config.kubernetes.io/path"
	annoPathInternal  = "internal.config.kubernetes.io/path"
	annoIndex         = "config.kubernetes.io/index"
	annoIndexInternal = "internal.config.kubernetes.io/index"
)

// results are findings in the shape of the function protocol, with the indexes of
// the items; see above. Of many, more makes those behind the first ones: each is some
// 20 nodes.
func results(fs []finding.Finding, indexes map[finding.Resource]int) (list *yaml.Node, more iter.Seq[*yaml.Node]) {
	const many = 1000
	list = yamlnode.NewSequence()
	if len(fs) == 0 {
		return list, nil
	}
	first := fs[:min(many, len(fs))]
	for i := range first {
		list.Content = append(list.Content, resultOf(&first[i], indexes))
	}
	if rest := fs[len(first):]; len(rest) > 0 {
		more = func(yield func(*yaml.Node) bool) {
			for i := range rest {
				if !yield(resultOf(&rest[i], indexes)) {
					return
				}
			}
		}
	}
	return list, more
}

func resultOf(f *finding.Finding, indexes map[finding.Resource]int) *yaml.Node {
	str := yamlnode.NewString
	severity := map[finding.Severity]string{finding.Error: "error", finding.Warning: "warning"}[f.Severity]
	if severity == "" {
		severity = "info"
	}
	message := redact.Escape(f.Sentence())
	if f.Help != "" {
		message += " (" + redact.Escape(f.Help) + ")"
	}
	ref := yamlnode.NewMapping(str("apiVersion"), str(f.Resource.APIVersion), str("kind"), str(f.Resource.Kind), str("name"), str(f.Resource.Name))
	if f.Resource.Namespace != "" {
		yamlnode.Set(ref, "namespace", str(f.Resource.Namespace))
	}
	r := yamlnode.NewMapping(str("message"), str(message), str("severity"), str(severity), str("resourceRef"), ref)
	if f.Field != "" {
		yamlnode.Set(r, "field", yamlnode.NewMapping(str("path"), str(f.Field)))
	}
	if f.File != "" {
		file := yamlnode.NewMapping(str("path"), str(f.File))
		if index, ok := indexes[f.Resource]; ok {
			yamlnode.Set(file, "index", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(index)})
		}
		yamlnode.Set(r, "file", file)
	}
	yamlnode.Set(r, "tags", yamlnode.NewMapping(str("rule"), str(f.Rule)))
	return r
}

// indexesOf are the numbers of the items' documents in their files, as their
// annotations say them.
func indexesOf(items []*yaml.Node) map[finding.Resource]int {
	indexes := map[finding.Resource]int{}
	for _, n := range items {
		for _, key := range [...]string{annoIndex, annoIndexInternal} {
			if i, err := strconv.Atoi(yamlnode.GetString(n, "metadata", "annotations", key)); err == nil && i >= 0 {
				indexes[resourceOf(n)] = i
			}
		}
	}
	return indexes
}

func resourceOf(n *yaml.Node) finding.Resource {
	return finding.Resource{
		APIVersion: yamlnode.GetString(n, "apiVersion"), Kind: yamlnode.GetString(n, "kind"),
		Namespace: yamlnode.GetString(n, "metadata", "namespace"), Name: yamlnode.GetString(n, "metadata", "name"),
	}
}
