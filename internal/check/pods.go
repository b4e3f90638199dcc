package check

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// podsOfFiles makes notes of pods that a Service or a policy does not find in its tree, and that
// a file of another one has: somebody applies that beside it.
var podsOfFiles = saying[podsAsked]{
	asks: func(o *outcome, f *finding.Finding) (q podsAsked, ok bool) {
		lack, ok := rules.PodsLacking(f)
		if !ok || o.around == nil || f.File == "" {
			return podsAsked{}, false
		}
		q = podsAsked{labels: lack.Labels, port: lack.Port, own: lack.Own}
		if lack.Port != "" {
			rel, err := filepath.Rel(o.tree.top(), absolute(filepath.Dir(filepath.FromSlash(f.File))))
			if err != nil {
				return podsAsked{}, false
			}
			q.near = filepath.ToSlash(rel)
		}
		return q, true
	},
	wants: isYAML,
	says: func(file string, text []byte) func(podsAsked) string {
		if !bytes.Contains(text, []byte("containers:")) || bytes.Contains(text, []byte("{{")) {
			return nil
		}
		var seen []*inventory.Pod
		return func(q podsAsked) string {
			if q.near != "" && !isBelow(path.Dir(file), q.near) && !isBelow(q.near, path.Dir(file)) || !q.isIn(text) {
				return ""
			}
			if seen == nil {
				seen = podsIn(text)
			}
			if slices.ContainsFunc(seen, q.means) {
				return file + " has such pods"
			}
			return ""
		}
	},
}

// podsAsked are pods with labels, and a named port if that is not empty: not those of the
// workloads that a tree has itself, of which another file may be a copy.
type podsAsked struct {
	labels, port string
	own          string // names of workloads, each between spaces
	near         string // the folder, from the top, that theirs is to be above, below or the same as; "" is any
}

// isIn reports whether a text has the words that the question is about.
func (q *podsAsked) isIn(text []byte) bool {
	for pair := range strings.SplitSeq(q.labels, ",") {
		if _, value, _ := strings.Cut(pair, "="); !bytes.Contains(text, []byte(value)) {
			return false
		}
	}
	return bytes.Contains(text, []byte(q.port))
}

// sharesLabel reports whether a text has a value that one of the labels has.
func (q *podsAsked) sharesLabel(text []byte) bool {
	for pair := range strings.SplitSeq(q.labels, ",") {
		if _, value, _ := strings.Cut(pair, "="); value != "" && bytes.Contains(text, []byte(value)) {
			return true
		}
	}
	return false
}

func (q *podsAsked) means(pod *inventory.Pod) bool {
	if strings.Contains(q.own, " "+pod.Owner.Name+" ") {
		return false
	}
	labels := yamlnode.Path(pod.Template, "metadata", "labels")
	for pair := range strings.SplitSeq(q.labels, ",") {
		if key, value, _ := strings.Cut(pair, "="); yamlnode.GetString(labels, key) != value {
			return false
		}
	}
	return q.port == "" || slices.ContainsFunc(pod.Containers, func(c *inventory.Container) bool {
		return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "ports")), func(n *yaml.Node) bool { return yamlnode.GetString(n, "name") == q.port })
	})
}

// podsIn are the pods of a file.
func podsIn(text []byte) []*inventory.Pod {
	pods := []*inventory.Pod{}
	var inv inventory.Inventory
	for _, doc := range documentsOf(text) {
		if doc != nil && doc.Kind == yaml.MappingNode {
			pods = append(pods, inv.Add(doc, inventory.Source{}).Pods()...)
		}
	}
	return pods
}
