package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// overlapRules are about selectors that reach the wrong pods or ports.
func overlapRules() []*Rule {
	return []*Rule{selectorsOverlap, policyPortNotServed, serviceSpansApplications}
}

// controllers make pods and find them by their selector.
var controllers = []inventory.GroupKind{
	{Group: "apps", Kind: "Deployment"}, {Group: "apps", Kind: "StatefulSet"}, {Group: "apps", Kind: "DaemonSet"}, {Group: "apps", Kind: "ReplicaSet"},
}

var selectorsOverlap = &Rule{
	Name:     "selectors-overlap",
	Severity: finding.Warning,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
	Doc: "Two workloads of one namespace have selectors that match each other's pods. " +
		"Kubernetes does not stop it, and warns that such controllers may fight; a Service or autoscaler for the one counts the pods of the other: where the build has neither, it is a note for Deployments. " +
		"It is reported where each selects the other's pods, in one build or one file: files beside each other may be alternatives. Variants of one base, and a selector that is only wider than another, as that of a canary's base, are left alone.",
	Run: func(p *Pass) error {
		bySelector := map[string][]*inventory.Object{}
		var keys []string
		for _, kind := range controllers {
			for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(kind)), compareObjects) {
				labels := o.Get("spec", "selector", "matchLabels")
				if o.Node == nil || o.Local || labels == nil || len(labels.Content) == 0 || hasExpressions(o.Get("spec", "selector")) || !plainLabels(labels) {
					continue
				}
				key := o.Namespace + " " + selectorText(labels)
				if bySelector[key] == nil {
					keys = append(keys, key)
				}
				bySelector[key] = append(bySelector[key], o)
			}
		}
		for _, key := range keys {
			first := bySelector[key][0]
			var others []*inventory.Object
			for _, o := range bySelector[key][1:] {
				if first.Name != o.Name && (p.Inventory.Finished || first.File == o.File) && !variants(first, o) && !onOtherNodes(first, o) && p.selectsPodsOf(first, o) && p.selectsPodsOf(o, first) {
					others = append(others, o)
				}
			}
			if len(others) > 0 {
				p.reportOverlap(first, others)
			}
		}
		return nil
	},
}

// reportOverlap reports workloads that have one selector, once.
func (p *Pass) reportOverlap(first *inventory.Object, others []*inventory.Object) {
	const most = 4
	names := make([]string, 0, most)
	for _, o := range others[:min(most, len(others))] {
		names = append(names, o.Kind+" "+o.Name)
	}
	names = append(names, first.Kind+" "+first.Name)
	and := " and "
	if more := len(others) - most; more > 0 {
		and = fmt.Sprintf(", %d more and ", more)
	}
	level := finding.Note // ReplicaSets of Deployments add a label of their own
	counted := map[*inventory.Object]int{}
	for _, workload := range append([]*inventory.Object{first}, others...) {
		if workload.Kind != "Deployment" || scaledWorkloads.Of(p.Build)[workload] {
			level = finding.Warning
		}
		for _, by := range countedBy.Of(p.Build)[workload] {
			if counted[by]++; counted[by] > 1 {
				level = finding.Warning
			}
		}
	}
	o, last := others[0], len(names)-1
	labels := o.Get("spec", "selector", "matchLabels")
	p.Report(o, labels, fmt.Sprintf("%s%s%s select each other's pods: all have %s", strings.Join(names[:last], ", "), and, names[last], selectorText(labels)), AtMost(level),
		Help("give each a label of its own, such as app.kubernetes.io/name, in its selector and its pods"))
}

// countedBy are the Services that send requests to the pods of a workload, or would if
// these had the port, where no label tells them from those of others; and the budgets for
// them.
var countedBy = NewFact(func(b *Build) map[*inventory.Object][]*inventory.Object {
	by := map[*inventory.Object][]*inventory.Object{}
	for _, svc := range b.Inventory.OfKind(serviceKind) {
		for _, pod := range b.SelectedPods(svc) {
			if serves(pod, svc) || !toldApart(pod) {
				by[pod.Owner] = append(by[pod.Owner], svc)
			}
		}
	}
	for _, budget := range b.Inventory.OfKind(gk("policy/PodDisruptionBudget")) {
		if labels := budget.Get("spec", "selector", "matchLabels"); labels != nil && len(labels.Content) > 0 {
			for _, pod := range b.matching(budget.Namespace, labels) {
				by[pod.Owner] = append(by[pod.Owner], budget)
			}
		}
	}
	return by
})

// toldApart reports whether a pod has a label besides those that its workload selects.
func toldApart(pod *inventory.Pod) bool {
	selected := yamlnode.Path(pod.Owner.Node, "spec", "selector", "matchLabels")
	for key := range yamlnode.Fields(pod.Labels()) {
		if yamlnode.Get(selected, key.Value) == nil {
			return true
		}
	}
	return false
}

// serves reports whether a pod has one of the ports that a Service leads to: a number, or
// one of that name.
func serves(pod *inventory.Pod, svc *inventory.Object) bool {
	ports := ServicePorts(svc)
	return len(ports) == 0 || slices.ContainsFunc(ports, func(port ServicePort) bool {
		return port.TargetPort == "" || isNumber(port.TargetPort) || slices.ContainsFunc(pod.Containers, func(c *inventory.Container) bool {
			return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "ports")), func(n *yaml.Node) bool { return yamlnode.GetString(n, "name") == port.TargetPort })
		})
	})
}

// variants reports whether two workloads are one of a base, which kustomize has
// given different names.
func variants(a, b *inventory.Object) bool {
	for _, before := range a.Previous {
		if b.WasCalled(before.Name) {
			return true
		}
	}
	return false
}

// onOtherNodes reports whether two workloads are DaemonSets that choose their nodes
// differently, one for each architecture for example: a DaemonSet looks at the pods
// of a node alone, and takes none that has an owner.
func onOtherNodes(a, b *inventory.Object) bool {
	podA, podB := a.Get("spec", "template", "spec"), b.Get("spec", "template", "spec")
	return a.Kind == "DaemonSet" && b.Kind == "DaemonSet" &&
		(!sameYAML(yamlnode.Get(podA, "nodeSelector"), yamlnode.Get(podB, "nodeSelector"), 0) ||
			!sameYAML(yamlnode.Path(podA, "affinity", "nodeAffinity"), yamlnode.Path(podB, "affinity", "nodeAffinity"), 0))
}

func (p *Pass) selectsPodsOf(o, other *inventory.Object) bool {
	labels := o.Get("spec", "selector", "matchLabels")
	return slices.ContainsFunc(other.Pods(), func(pod *inventory.Pod) bool { return matches(pod, labels) })
}
