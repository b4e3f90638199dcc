package rules

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var policyPortNotServed = &Rule{
	Name:     "policy-port-not-served",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-range-of-ports",
	Doc: "A NetworkPolicy opens a port that the pods behind it do not have: the port of their Service instead of the pods' own, or a name that no container port has. " +
		"Policies are applied behind the Service, where the port is the pods' targetPort, so the traffic that was to be let through is dropped; that is so for ingress to the pods that the policy selects and for egress to those that its peers select. " +
		"A number is reported only where it is a port of a Service whose pods are these and have another; whatever else listens is left alone, and where the pods declare no ports it is a warning. " +
		"Egress is judged where all its peers are pods of the build. CiliumNetworkPolicies are read too.",
	Run: func(p *Pass) error {
		for _, row := range policyPorts {
			for _, o := range p.Inventory.OfKind(row.kind) {
				if o.Node == nil {
					continue
				}
				var pods []*inventory.Pod
				for _, selector := range fieldpath.Of(row.subject).Nodes(o.Node) {
					pods = append(pods, p.podsOfSelector(o.Namespace, selector)...)
				}
				for _, rule := range yamlnode.Elements(o.Get("spec", "ingress")) {
					p.checkPolicyPorts(o, rule, row.ports, pods, "this policy selects")
				}
				for _, rule := range yamlnode.Elements(o.Get("spec", "egress")) {
					if pods, ok := row.destinations(p, o, rule); ok {
						p.checkPolicyPorts(o, rule, row.ports, pods, "this rule lets traffic to")
					}
				}
			}
		}
		return nil
	},
}

// policyPort says where a kind of policy has its ports. Paths are those of the
// policy, or of one of its rules.
type policyPort struct {
	kind    inventory.GroupKind
	subject string // of the policy: the selector of its pods
	ports   string // of a rule
	// destinations are the pods that a rule of egress leads to, as far as they are
	// known.
	destinations func(p *Pass, o *inventory.Object, rule *yaml.Node) ([]*inventory.Pod, bool)
}

var policyPorts = []policyPort{
	// https://kubernetes.io/docs/concepts/services-networking/network-policies/
	{gk("networking.k8s.io/NetworkPolicy"), "spec.podSelector", "ports[]", func(p *Pass, o *inventory.Object, rule *yaml.Node) (pods []*inventory.Pod, ok bool) {
		for _, peer := range yamlnode.Elements(yamlnode.Get(rule, "to")) {
			selector, namespace := yamlnode.Get(peer, "podSelector"), peerNamespace(o, peer)
			some := p.podsOfSelector(namespace, selector)
			if selector == nil || namespace == "" && o.Namespace != "" || len(some) == 0 {
				return nil, false // an address, or pods of another build
			}
			pods = append(pods, some...)
		}
		return pods, len(pods) > 0
	}},
	// https://docs.cilium.io/en/stable/security/policy/language/
	{gk("cilium.io/CiliumNetworkPolicy"), "spec.endpointSelector", "toPorts[].ports[]", func(p *Pass, o *inventory.Object, rule *yaml.Node) (pods []*inventory.Pod, ok bool) {
		for k := range yamlnode.Fields(rule) {
			if k.Value != "toEndpoints" && k.Value != "toPorts" {
				return nil, false
			}
		}
		for _, selector := range yamlnode.Elements(yamlnode.Get(rule, "toEndpoints")) {
			some := p.podsOfSelector(o.Namespace, selector)
			if !plainLabels(yamlnode.Get(selector, "matchLabels")) || len(some) == 0 {
				return nil, false
			}
			pods = append(pods, some...)
		}
		return pods, len(pods) > 0
	}},
}

func (p *Pass) podsOfSelector(namespace string, selector *yaml.Node) []*inventory.Pod {
	var pods []*inventory.Pod
	if selector == nil {
		return nil
	}
	for _, pod := range p.podsWith(namespace, selector) {
		if LabelSelector(pod.Labels(), selector) {
			pods = append(pods, pod)
		}
	}
	return pods
}

// checkPolicyPorts judges the ports of a rule; which says of which pods they are.
func (p *Pass) checkPolicyPorts(o *inventory.Object, rule *yaml.Node, path string, pods []*inventory.Pod, which string) {
	if len(pods) == 0 || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return pod.Partial }) {
		return
	}
	for _, port := range fieldpath.Of(path).Nodes(rule) {
		if yamlnode.Get(port, "endPort") == nil {
			p.checkPolicyPort(o, yamlnode.Get(port, "port"), pods, which)
		}
	}
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

func (p *Pass) checkPolicyPort(o *inventory.Object, n *yaml.Node, pods []*inventory.Pod, which string) {
	want := yamlnode.String(n)
	if want == "" || reference.IsPlaceholder(want) {
		return
	}
	var names []string
	undeclared := false
	for _, pod := range pods {
		ports := containerPorts(pod)
		if slices.Contains(ports, want) {
			return
		}
		undeclared = undeclared || len(ports) == 0
		names = append(names, ports...)
	}
	if !isNumber(want) {
		if undeclared {
			return
		}
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" || isNumber(s) })
		p.Report(o, n, fmt.Sprintf("no container of the pods that %s has a port named %q", which, want), DidYouMean(nearest(want, names)...),
			Help("the policy lets nobody in by it; the named ports there are: %s", listOrNone(names)))
		return
	}
	var at *inventory.Object
	target := ""
	for _, pod := range pods {
		for _, svc := range servicesOf.Of(p.Build)[pod] {
			for _, port := range ServicePorts(svc) {
				switch {
				case port.TargetPort == want || port.TargetPort == "" && port.Port == want:
					return // they do listen on it
				case port.Port == want && (slices.Contains(names, port.TargetPort) || undeclared && isNumber(port.TargetPort)) && at == nil:
					at, target = svc, port.TargetPort
				}
			}
		}
	}
	if at == nil {
		return
	}
	opts := []Option{DidYouMeanAs("%s", target)}
	if undeclared {
		opts = append(opts, AtMost(finding.Warning), Help("it is assumed that the pods listen where the Service sends them requests"))
	}
	p.Report(o, n, fmt.Sprintf("%s is the port of Service %q, and policies see the pods' own: its targetPort is %s", want, at.Name, target), opts...)
}

func listOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return fmt.Sprint(slices.Compact(names))
}
