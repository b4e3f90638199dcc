package rules

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var policyPortNotServed = &Rule{
	Name:     "policy-port-not-served",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-range-of-ports",
	Doc: "A NetworkPolicy opens a port that the pods behind it do not have: the port of their Service instead of the pods' own, or a name that no container port has. " +
		"Policies are applied behind the Service, where the port is the pods' targetPort, so the traffic that was to be let through is dropped; that is so for ingress to the pods that the policy selects and for egress to those that its peers select. " +
		"A number is reported only where it is a port of a Service whose pods are these and have another, and, as a warning, where it is one digit away from the only port like it that they declare; whatever else listens is left alone, and where the pods declare no ports it is a warning, and a note where the same rule opens the pods' own port too. " +
		"A name is a note in the policy of a chart, which lets in what other values switch on. Egress is judged where all its peers are pods of the build. CiliumNetworkPolicies are read too.",
	Run: func(p *Pass) error {
		for _, row := range policyPorts {
			for _, o := range p.Inventory.OfKind(row.kind) {
				if o.Node == nil {
					continue
				}
				var pods []*podGroup
				for _, selector := range fieldpath.Of(row.subject).Nodes(o.Node) {
					pods = append(pods, p.podsOfSelector(o.Namespace, selector))
				}
				for _, rule := range yamlnode.Elements(o.Get("spec", "ingress")) {
					p.checkPolicyPorts(o, rule, row.ports, pods, ownPods)
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

// ownPods is how a message calls the pods that a policy is for.
const ownPods = "this policy selects"

// policyPort says where a kind of policy has its ports. Paths are those of the
// policy, or of one of its rules.
type policyPort struct {
	kind    inventory.GroupKind
	subject string // of the policy: the selector of its pods
	ports   string // of a rule
	// destinations are the pods that a rule of egress leads to, as far as they are
	// known.
	destinations func(p *Pass, o *inventory.Object, rule *yaml.Node) ([]*podGroup, bool)
}

var policyPorts = []policyPort{
	// https://kubernetes.io/docs/concepts/services-networking/network-policies/
	{gk("networking.k8s.io/NetworkPolicy"), "spec.podSelector", "ports[]", func(p *Pass, o *inventory.Object, rule *yaml.Node) (pods []*podGroup, ok bool) {
		for _, peer := range yamlnode.Elements(yamlnode.Get(rule, "to")) {
			selector, namespace := yamlnode.Get(peer, "podSelector"), peerNamespace(o, peer)
			some := p.podsOfSelector(namespace, selector)
			if selector == nil || namespace == "" && o.Namespace != "" || len(some.pods) == 0 {
				return nil, false // an address, or pods of another build
			}
			pods = append(pods, some)
		}
		return pods, len(pods) > 0
	}},
	// https://docs.cilium.io/en/stable/security/policy/language/
	{gk("cilium.io/CiliumNetworkPolicy"), "spec.endpointSelector", "toPorts[].ports[]", func(p *Pass, o *inventory.Object, rule *yaml.Node) (pods []*podGroup, ok bool) {
		for k := range yamlnode.Fields(rule) {
			if k.Value != "toEndpoints" && k.Value != "toPorts" {
				return nil, false
			}
		}
		for _, selector := range yamlnode.Elements(yamlnode.Get(rule, "toEndpoints")) {
			some := p.podsOfSelector(o.Namespace, selector)
			if !plainLabels(yamlnode.Get(selector, "matchLabels")) || len(some.pods) == 0 {
				return nil, false
			}
			pods = append(pods, some)
		}
		return pods, len(pods) > 0
	}},
}

// podGroup is the pods that one selector selects, with what policies ask of them.
type podGroup struct {
	pods       []*inventory.Pod
	partial    bool
	undeclared bool // whether one declares no ports
	ports      *choice
	named      func() *choice // the ports with names, sorted, each once
	// listened are the ports at which Services send them requests.
	listened func() map[string]bool
	// served are the ports of Services in front of them, with where those lead to.
	served func() map[string][]servedPort
}

// servedPort is a port of a Service.
type servedPort struct {
	service *inventory.Object
	target  string
}

func newPodGroup(b *Build, pods []*inventory.Pod) *podGroup {
	g := &podGroup{pods: pods}
	var names []string
	for _, pod := range pods {
		ports := containerPorts(pod)
		g.partial = g.partial || pod.Partial
		g.undeclared = g.undeclared || len(ports) == 0
		names = append(names, ports...)
	}
	g.ports = choose(names)
	g.named = sync.OnceValue(func() *choice {
		named := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" || isNumber(s) })
		slices.Sort(named)
		return choose(slices.Compact(named))
	})
	eachPort := func(f func(*inventory.Object, ServicePort)) {
		seen := map[*inventory.Object]bool{}
		for _, pod := range pods {
			for _, svc := range servicesOf.Of(b)[pod] {
				if seen[svc] {
					continue
				}
				seen[svc] = true
				for _, port := range ServicePorts(svc) {
					f(svc, port)
				}
			}
		}
	}
	g.listened = sync.OnceValue(func() map[string]bool {
		at := map[string]bool{}
		eachPort(func(_ *inventory.Object, port ServicePort) {
			if port.TargetPort != "" {
				at[port.TargetPort] = true
			} else {
				at[port.Port] = true
			}
		})
		return at
	})
	g.served = sync.OnceValue(func() map[string][]servedPort {
		by := map[string][]servedPort{}
		eachPort(func(svc *inventory.Object, port ServicePort) {
			if !slices.ContainsFunc(by[port.Port], func(s servedPort) bool { return s.target == port.TargetPort }) {
				by[port.Port] = append(by[port.Port], servedPort{svc, port.TargetPort})
			}
		})
		return by
	})
	return g
}

// podGroups are those that selectors of a namespace select: many policies have one
// selector, all pods above all.
var podGroups = NewFact(func(*Build) *Memo[string, *podGroup] { return &Memo[string, *podGroup]{} })

func (p *Pass) podsOfSelector(namespace string, selector *yaml.Node) *podGroup {
	if selector == nil {
		return &podGroup{}
	}
	key := namespace
	for k, v := range yamlnode.Fields(yamlnode.Get(selector, "matchLabels")) {
		key += fmt.Sprintf(" %q=%q", k.Value, yamlnode.String(v))
	}
	for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
		key += fmt.Sprintf(" %q %q", yamlnode.GetString(e, "operator"), yamlnode.GetString(e, "key"))
		for _, v := range yamlnode.Elements(yamlnode.Get(e, "values")) {
			key += fmt.Sprintf(" %q", yamlnode.String(v))
		}
	}
	return podGroups.Of(p.Build).Get(key, func() *podGroup {
		return newPodGroup(p.Build, slices.Collect(p.eachOfSelector(namespace, selector)))
	})
}

// checkPolicyPorts judges the ports of a rule; which says of which pods they are.
func (p *Pass) checkPolicyPorts(o *inventory.Object, rule *yaml.Node, path string, pods []*podGroup, which string) {
	pods = slices.DeleteFunc(slices.Clone(pods), func(g *podGroup) bool { return len(g.pods) == 0 })
	if len(pods) == 0 || slices.ContainsFunc(pods, func(g *podGroup) bool { return g.partial }) {
		return
	}
	entries := fieldpath.Of(path).Nodes(rule)
	opened := map[string]bool{}
	for _, port := range entries {
		opened[yamlnode.GetString(port, "port")] = true
	}
	for _, port := range entries {
		if yamlnode.Get(port, "endPort") == nil {
			p.checkPolicyPort(o, yamlnode.Get(port, "port"), pods, which, opened)
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

// numberOf is the number of the port of a pod that has a name, "" if none has it.
func numberOf(pod *inventory.Pod, name string) string {
	for _, c := range pod.Containers {
		for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
			if yamlnode.GetString(n, "name") == name {
				return yamlnode.GetString(n, "containerPort")
			}
		}
	}
	return ""
}

// checkPolicyPort judges a port of a rule that opens the ports given.
func (p *Pass) checkPolicyPort(o *inventory.Object, n *yaml.Node, pods []*podGroup, which string, opened map[string]bool) {
	want := yamlnode.String(n)
	if want == "" || reference.IsPlaceholder(want) {
		return
	}
	var ports choices
	undeclared := false
	for _, g := range pods {
		ports = append(ports, g.ports)
		undeclared = undeclared || g.undeclared
	}
	if ports.has(want) {
		return
	}
	if !isNumber(want) {
		if undeclared {
			return
		}
		var names choices
		for _, g := range pods {
			names = append(names, g.named())
		}
		severity := finding.Error
		if o.Label("helm.sh/chart") != "" {
			severity = finding.Note // a chart lets in what other values switch on
		}
		more := func(*finding.Finding) {}
		if selector := cmp.Or(o.Get("spec", "podSelector"), o.Get("spec", "endpointSelector")); which == ownPods && !hasExpressions(selector) {
			var found []*inventory.Pod
			for _, g := range pods {
				found = append(found, g.pods...)
			}
			more = lacksPods(yamlnode.Get(selector, "matchLabels"), want, found)
		}
		p.Report(o, n, fmt.Sprintf("no container of the pods that %s has a port named %q", which, want), DidYouMean(names.nearest(want)...), more, AtMost(severity),
			Help("the policy lets nobody in by it; the named ports there are: %s", names.listOrNone()))
		return
	}
	for _, g := range pods {
		if g.listened()[want] {
			return // they do listen on it
		}
	}
	for _, g := range pods {
		for _, port := range g.served()[want] {
			if !ports.has(port.target) && !(undeclared && isNumber(port.target)) {
				continue
			}
			opts := []Option{DidYouMeanAs("%s", port.target)}
			if undeclared {
				opts = append(opts, AtMost(finding.Warning), Help("it is assumed that the pods listen where the Service sends them requests"))
			}
			if opened[port.target] || slices.ContainsFunc(g.pods, func(pod *inventory.Pod) bool { return opened[numberOf(pod, port.target)] }) {
				opts = append(opts, AtMost(finding.Note), Help("the rule opens that too, so nothing is dropped"))
			}
			p.Report(o, n, fmt.Sprintf("%s is the port of Service %q, and policies see the pods' own: its targetPort is %s", want, port.service.Name, port.target), opts...)
			return
		}
	}
	near := ports.oneEditAway(want)
	if near == "" || undeclared || opened[near] { // one more port than those that are declared
		return
	}
	for _, g := range pods {
		if slices.ContainsFunc(g.pods, func(pod *inventory.Pod) bool { return mentions(pod.Spec, want, nil, 0) || p.configures(pod, want, nil) }) {
			return
		}
	}
	p.Report(o, n, fmt.Sprintf("no container of the pods that %s declares port %s", which, want), AtMost(finding.Warning), DidYouMeanAs("%s", near),
		Help("if something does listen on %s, declare it under the container's ports", want))
}

// oneEditAway returns the number that is one digit from another, "" unless it is the only
// one.
func (c choices) oneEditAway(number string) string {
	found := ""
	for _, one := range c {
		for _, name := range one.names {
			if !isNumber(name) || name == found || suggest.Distance(number, name) != 1 {
				continue
			}
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}

func (c choices) listOrNone() string {
	names := c[0].names
	if len(c) > 1 {
		names = nil
		for _, one := range c {
			names = append(names, one.names...)
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
	switch more := len(names) - mostListed; {
	case len(names) == 0:
		return "none"
	case more > 0:
		return fmt.Sprintf("%v and %d more", names[:mostListed], more)
	}
	return fmt.Sprint(names)
}
