package rules

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// overlapRules are about selectors that reach the wrong pods or ports.
func overlapRules() []*Rule { return []*Rule{selectorsOverlap, policyPortNotServed} }

// controllers make pods and find them by their selector.
var controllers = []inventory.GroupKind{
	{Group: "apps", Kind: "Deployment"}, {Group: "apps", Kind: "StatefulSet"}, {Group: "apps", Kind: "DaemonSet"}, {Group: "apps", Kind: "ReplicaSet"},
}

var selectorsOverlap = &Rule{
	Name:     "selectors-overlap",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
	Doc: "Two workloads of one namespace have selectors that match each other's pods. " +
		"Kubernetes does not stop it, and warns that such controllers may fight; a Service or autoscaler for the one counts the pods of the other. " +
		"It is reported where each selects the other's pods, in one build or one file: files beside each other may be alternatives. Variants of one base, and a selector that is only wider than another, as that of a canary's base, are left alone.",
	Run: func(p *Pass) error {
		bySelector := map[string][]*inventory.Object{}
		for _, kind := range controllers {
			for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(kind)), compareObjects) {
				labels := o.Get("spec", "selector", "matchLabels")
				if o.Node == nil || o.Local || labels == nil || len(labels.Content) == 0 || hasExpressions(o.Get("spec", "selector")) || !plainLabels(labels) {
					continue
				}
				key := o.Namespace + " " + selectorText(labels)
				bySelector[key] = append(bySelector[key], o)
				if all := bySelector[key]; len(all) > 1 && all[0].Name != o.Name && (p.Inventory.Finished || all[0].File == o.File) && !variants(all[0], o) && p.selectsPodsOf(all[0], o) && p.selectsPodsOf(o, all[0]) {
					p.Report(o, labels, fmt.Sprintf("%s %s and %s %s select each other's pods: both have %s", o.Kind, o.Name, all[0].Kind, all[0].Name, selectorText(labels)),
						Help("give each a label of its own, such as app.kubernetes.io/name, in its selector and its pods"))
				}
			}
		}
		return nil
	},
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

func (p *Pass) selectsPodsOf(o, other *inventory.Object) bool {
	labels := o.Get("spec", "selector", "matchLabels")
	return slices.ContainsFunc(other.Pods(), func(pod *inventory.Pod) bool { return matches(pod, labels) })
}

var policyPortNotServed = &Rule{
	Name:     "policy-port-not-served",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-range-of-ports",
	Doc: "A NetworkPolicy opens a port that the pods it selects do not have: the port of their Service instead of the pods' own, or a name that no container port has. " +
		"Policies are applied behind the Service, where the port is the pods' targetPort, so the traffic that was to be let in is dropped. " +
		"A number is reported only where it is a port of a Service whose pods are these and have another; whatever else listens is left alone.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("networking.k8s.io/NetworkPolicy")) {
			if o.Node == nil {
				continue
			}
			selector := o.Get("spec", "podSelector")
			var pods []*inventory.Pod
			for _, pod := range p.Pods(o.Namespace) {
				if LabelSelector(pod.Labels(), selector) {
					pods = append(pods, pod)
				}
			}
			if len(pods) == 0 || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return pod.Partial || len(containerPorts(pod)) == 0 }) {
				continue
			}
			for _, rule := range yamlnode.Elements(o.Get("spec", "ingress")) {
				for _, port := range yamlnode.Elements(yamlnode.Get(rule, "ports")) {
					if yamlnode.Get(port, "endPort") == nil {
						p.checkPolicyPort(o, yamlnode.Get(port, "port"), pods)
					}
				}
			}
		}
		return nil
	},
}

// containerPorts are the ports that a pod declares, names and numbers.
func containerPorts(pod *inventory.Pod) []string {
	var ports []string
	for _, c := range pod.Containers {
		for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
			ports = append(ports, yamlnode.GetString(n, "containerPort"), yamlnode.GetString(n, "name"))
		}
	}
	return ports
}

func (p *Pass) checkPolicyPort(o *inventory.Object, n *yaml.Node, pods []*inventory.Pod) {
	want := yamlnode.String(n)
	if want == "" || reference.IsPlaceholder(want) {
		return
	}
	var names []string
	for _, pod := range pods {
		ports := containerPorts(pod)
		if slices.Contains(ports, want) {
			return
		}
		names = append(names, ports...)
	}
	if !isNumber(want) {
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" || isNumber(s) })
		p.Report(o, n, fmt.Sprintf("no container of the pods that this policy selects has a port named %q", want), DidYouMean(nearest(want, names)...),
			Help("the policy lets nobody in by it; the named ports there are: %s", listOrNone(names)))
		return
	}
	for _, pod := range pods {
		for _, svc := range servicesOf.Of(p.Build)[pod] {
			for _, port := range ServicePorts(svc) {
				if port.Port == want && port.TargetPort != want && port.TargetPort != "" && slices.Contains(names, port.TargetPort) {
					p.Report(o, n, fmt.Sprintf("%s is the port of Service %q, and policies see the pods' own: its targetPort is %s", want, svc.Name, port.TargetPort), DidYouMeanAs("%s", port.TargetPort))
					return
				}
			}
		}
	}
}

func listOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return fmt.Sprint(slices.Compact(names))
}
