package effects

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// selectorLabels notes the labels that a kustomization adds to selectors.
func (r *Recorder) selectorLabels(s *kbuild.Step) {
	switch {
	case len(s.Entry) == 1 && s.Entry[0] == "commonLabels":
		if labels := s.Kustomization.CommonLabels; len(labels) > 0 { //nolint:staticcheck // deprecated, and in use
			r.addsLabels(s, addedLabels{s.File, s.Entry, labels})
		}
	case len(s.Entry) > 1:
		if i, ok := index(s.Entry); ok && i < len(s.Kustomization.Labels) && s.Kustomization.Labels[i].IncludeSelectors {
			r.addsLabels(s, addedLabels{s.File, s.Entry[:2], s.Kustomization.Labels[i].Pairs})
		}
	}
}

func (r *Recorder) addsLabels(s *kbuild.Step, added addedLabels) {
	r.labels = append(r.labels, added)
	r.overwrites(s, added)
}

// brokenSelectors reports selectors that select nothing because of labels which
// a kustomization has added to them, and not to the pods that were meant.
func (r *Recorder) brokenSelectors(inv *inventory.Inventory) {
	if len(r.labels) == 0 {
		return
	}
	var pods []*inventory.Pod
	for _, o := range inv.Objects() {
		if o.Node != nil {
			pods = append(pods, o.Pods()...)
		}
	}
	for _, o := range inv.Objects() {
		if o.Node == nil {
			continue
		}
		switch {
		case o.Kind == "Service" && o.Group == "":
			r.brokenSelector(o, o.Get("spec", "selector"), "the selector", pods)
		case o.Kind == "NetworkPolicy" && o.Group == "networking.k8s.io":
			for _, direction := range [...][2]string{{"ingress", "from"}, {"egress", "to"}} {
				for _, rule := range yamlnode.Elements(o.Get("spec", direction[0])) {
					for _, peer := range yamlnode.Elements(yamlnode.Get(rule, direction[1])) {
						if yamlnode.Get(peer, "namespaceSelector") == nil {
							r.brokenSelector(o, yamlnode.Path(peer, "podSelector", "matchLabels"), "a peer under "+direction[0], pods)
						}
					}
				}
			}
		}
	}
}

func (r *Recorder) brokenSelector(o *inventory.Object, selector *yaml.Node, what string, pods []*inventory.Pod) {
	want := map[string]string{}
	for k, v := range yamlnode.Fields(selector) {
		want[k.Value] = yamlnode.String(v)
	}
	if len(want) == 0 || selected(o, want, pods) != nil {
		return
	}
	for _, l := range r.labels {
		rest := maps.Clone(want)
		var added []string
		for k, v := range l.pairs {
			if rest[k] == v {
				delete(rest, k)
				added = append(added, k+"="+v)
			}
		}
		if len(added) == 0 || len(rest) == 0 {
			continue
		}
		pod := selected(o, rest, pods)
		if pod == nil {
			continue
		}
		slices.Sort(added)
		r.report(LabelsBreakSelector, finding.Error, l.file, l.entry,
			fmt.Sprintf("%s adds %s to %s of %s, and the pods of %s, which it selected, do not get it: it selects nothing", l.entry[0], strings.Join(added, ", "), what, o, pod.Owner),
			help("add labels without selectors (labels: with pairs:, without includeSelectors), or put what belongs together under one kustomization"),
			says(finding.About{What: broken, Name: o.Name, Of: o.Kind}))
		return
	}
}

// broken is what is said of the object whose selector no longer selects anything.
const broken = "broken"

// Broken returns the kind and the name of the object whose selector a finding says labels
// have broken, "" if it is about something else.
func Broken(f *finding.Finding) (kind, name string) {
	if said := f.Said(); f.Rule == LabelsBreakSelector && said.What == broken {
		return said.Of, said.Name
	}
	return "", ""
}

// selected returns a pod that has the labels.
func selected(o *inventory.Object, want map[string]string, pods []*inventory.Pod) *inventory.Pod {
	for _, pod := range pods {
		if !inventory.SameNamespace(o.Namespace, pod.Namespace()) {
			continue
		}
		labels := pod.Labels()
		fits := true
		for k, v := range want {
			fits = fits && yamlnode.String(yamlnode.Get(labels, k)) == v
		}
		if fits {
			return pod
		}
	}
	return nil
}
