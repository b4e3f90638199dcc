package normalize

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The recommended labels that can be told from a workload:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
const (
	labelName    = "app.kubernetes.io/name"
	labelVersion = "app.kubernetes.io/version"
)

var _ = register(&Normalizer{
	Name: "labels",
	Doc: "Adds labels to resources and, when told to, to pod templates. " +
		"Selectors are never changed, and a label that some selector in the build asks for is added to workloads only: " +
		"anywhere else it could make the selector match what it did not match before.",
	Apply: func(p *Pass, o *inventory.Object) {
		cfg := p.Config.Labels
		if cfg == nil || o.Kind == "List" || yamlnode.Get(o.Node, "metadata") == nil {
			return
		}
		want := wantedLabels(cfg, o)
		pods := o.Pods()
		isWorkload := len(pods) > 0 && pods[0].Template != o.Node
		p.addLabels(o, o.Node, "metadata.labels", want, isWorkload)
		if !cfg.Templates {
			return
		}
		for key, l := range want { // pods are labelled like their workload
			if own := o.Label(key); own != "" && config.IsLabelValue(own) {
				want[key] = label{own, l.cause}
			}
		}
		for _, pod := range pods {
			if pod.Template == o.Node || pod.Template == pod.Spec || pod.Partial {
				continue
			}
			at := pod.Path[:len(pod.Path)-len("spec")] + "metadata.labels"
			p.addLabels(o, pod.Template, at, want, false)
		}
	},
})

// label is a value, and the part of the configuration that asks for it.
type label struct{ value, cause string }

func wantedLabels(cfg *config.Labels, o *inventory.Object) map[string]label {
	want := map[string]label{}
	if cfg.Recommended && len(o.Pods()) > 0 {
		const cause = "spec.normalize.labels.recommended"
		if name := o.BaseName(); name != "" && config.IsLabelValue(name) {
			want[labelName] = label{name, cause}
		}
		if version := version(o.Pods()); version != "" {
			want[labelVersion] = label{version, cause}
		}
	}
	for key, value := range cfg.Set {
		want[key] = label{value, "spec.normalize.labels.set." + key}
	}
	return want
}

// version is the tag of the image that a workload is about, "" where that says
// nothing.
func version(pods []*inventory.Pod) string {
	c := DefaultContainer(pods[0])
	if c == nil || len(pods) > 1 {
		return ""
	}
	img, ok := ParseImage(yamlnode.GetString(c.Node, "image"))
	if !ok || img.Tag == "latest" || !config.IsLabelValue(img.Tag) {
		return ""
	}
	return img.Tag
}

func (p *Pass) addLabels(o *inventory.Object, holder *yaml.Node, at string, want map[string]label, evenSelected bool) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		old := yamlnode.Path(holder, "metadata", "labels", key)
		if old != nil && (!p.Config.Labels.Enforce || yamlnode.String(old) == want[key].value) {
			continue
		}
		if !evenSelected && p.selected()[key] {
			continue
		}
		n := yamlnode.Ensure(holder, "metadata", "labels")
		if n == nil {
			return // something other than a mapping is in the way
		}
		yamlnode.Set(n, key, yamlnode.NewString(want[key].value))
		p.record(o, at+"."+key, yamlnode.String(old), want[key].value, want[key].cause)
	}
}

// selectedLabels are the keys of all labels that a selector in the build asks
// for, whatever it selects.
func selectedLabels(inv *inventory.Inventory) map[string]bool {
	keys := map[string]bool{}
	for _, o := range inv.Objects() {
		collectSelectors(o.Node, keys, 0)
	}
	return keys
}

func collectSelectors(n *yaml.Node, keys map[string]bool, depth int) {
	const deepest = 100 // real resources stay far above
	n = yamlnode.Resolve(n)
	if n == nil || depth > deepest {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			collectSelectors(e, keys, depth+1)
		}
		return
	}
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "matchLabels", "selector", "nodeSelector", "podSelector", "namespaceSelector":
			for key, value := range yamlnode.Fields(v) {
				if value != nil && value.Kind == yaml.ScalarNode {
					keys[key.Value] = true
				}
			}
		case "matchExpressions":
			for _, e := range yamlnode.Elements(v) {
				keys[yamlnode.GetString(e, "key")] = true
			}
		}
		if v != nil && v.Kind != yaml.ScalarNode {
			collectSelectors(v, keys, depth+1)
		}
	}
}
