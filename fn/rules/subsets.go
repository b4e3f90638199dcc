package rules

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func subsetRules() []*Rule { return []*Rule{subsetNotFound, subsetMatchesNothing} }

const destinationRuleKind = "networking.istio.io/DestinationRule"

var subsetNotFound = &Rule{
	Name:     "subset-not-found",
	Severity: finding.Error,
	Doc: "A VirtualService sends requests to a subset that no DestinationRule of that host defines. " +
		"Envoy has no such cluster, and answers 503. " +
		"Hosts without any DestinationRule in the build are a note: the rule may be in another one.",
	URL: "https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule",
	Run: func(p *Pass) error {
		rules := p.destinationRules()
		for _, r := range p.refs.To(gk("Service")) {
			subset := yamlnode.Get(r.Parent, "subset")
			name := yamlnode.String(subset)
			if r.From.Group != "networking.istio.io" || name == "" || reference.IsPlaceholder(name) {
				continue
			}
			own := rules[hostKey{r.Name, r.Namespace}]
			var names []string
			for _, dr := range own {
				for _, s := range yamlnode.Elements(dr.Get("spec", "subsets")) {
					names = append(names, yamlnode.GetString(s, "name"))
				}
			}
			switch {
			case slices.Contains(names, name):
			case len(own) == 0:
				p.Report(r.From, subset, fmt.Sprintf("no DestinationRule for host %q is in this build; subset %q needs one", r.Node.Value, name),
					AtMost(finding.Note))
			default:
				near := nearest(name, names)
				message := fmt.Sprintf("%s has no subset %q", own[0], name)
				p.Report(r.From, subset, message, DidYouMean(near...), Help("%s", listOf("its subsets", names)))
			}
		}
		return nil
	},
}

type hostKey struct{ name, namespace string }

// destinationRules are the DestinationRules by the Service that they are for.
func (p *Pass) destinationRules() map[hostKey][]*inventory.Object {
	m := map[hostKey][]*inventory.Object{}
	for _, o := range p.Inventory.OfKind(gk(destinationRuleKind)) {
		for _, r := range p.refs.From(o) {
			if r.Row.Path == "spec.host" {
				key := hostKey{r.Name, r.Namespace}
				m[key] = append(m[key], o)
			}
		}
	}
	return m
}

var subsetMatchesNothing = &Rule{
	Name:     "subset-matches-nothing",
	Severity: finding.Error,
	Doc: "A subset's labels match none of the pods of its host's Service. " +
		"Requests that are routed to the subset are answered with 503, no healthy upstream. " +
		"It is an error when the Service has pods in the build and one of them has almost those labels, or a VirtualService of the same build or file sends all requests there; a warning where it sends a part of them, and else a note.",
	URL: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk(destinationRuleKind)) {
			svc := p.hostService(o)
			if svc == nil {
				continue
			}
			pods := p.SelectedPods(svc)
			if len(pods) == 0 || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return pod.Partial }) {
				continue
			}
			for _, s := range yamlnode.Elements(o.Get("spec", "subsets")) {
				p.checkSubset(o, s, svc, pods)
			}
		}
		return nil
	},
}

// hostService is the Service of the build that a DestinationRule is for.
func (p *Pass) hostService(o *inventory.Object) *inventory.Object {
	for _, r := range p.refs.From(o) {
		if r.Row.Path != "spec.host" {
			continue
		}
		if res := p.resolve(r); res.Status == reference.Found && res.Target != nil && res.Target.Kind == "Service" && res.Target.Node != nil {
			return res.Target
		}
	}
	return nil
}

func (p *Pass) checkSubset(o *inventory.Object, subset *yaml.Node, svc *inventory.Object, pods []*inventory.Pod) {
	labels := yamlnode.Get(subset, "labels")
	if !plainLabels(labels) || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return matches(pod, labels) }) {
		return
	}
	var best *nearMiss
	for _, pod := range pods {
		if m := missOf(pod, labels); m != nil && (best == nil || m.nearer(best)) {
			best = m
		}
	}
	message := fmt.Sprintf("subset %q: no pod of %s has the labels %s", yamlnode.GetString(subset, "name"), svc, selectorText(labels))
	if best != nil && best.close {
		p.Report(o, best.value, fmt.Sprintf("%s; %s has %s", message, podOwners([]*inventory.Pod{best.pod}), best.describe()), DidYouMean(best.have))
		return
	}
	severity := finding.Warning
	switch most, routed := p.subsetWeight(o, yamlnode.GetString(subset, "name")); {
	case !p.Inventory.Finished && p.labelledElsewhere(svc, labels):
		severity = finding.Note // of files that are applied one after another
	case !routed, most == 0:
		severity = finding.Note // nothing is sent there yet
	case most == 100:
		if p.Inventory.Finished || o.File == svc.File {
			severity = finding.Error // in folders of files others may be applied before
		}
		message += ", and a VirtualService sends all requests there"
	}
	p.Report(o, labels, message, AtMost(severity))
}

// labelledElsewhere reports whether a pod with some labels, and those that a Service
// selects by, is in a file that says no namespace, or the Service is.
func (p *Pass) labelledElsewhere(svc *inventory.Object, labels *yaml.Node) bool {
	return slices.ContainsFunc(workloads.Of(p.Build), func(pod *inventory.Pod) bool {
		return (pod.Owner.Namespace == "" || svc.Namespace == "") && matches(pod, labels) && matches(pod, svc.Get("spec", "selector"))
	})
}

// subsetWeight returns the highest weight, in percent, that a route of the build
// gives to a subset of a DestinationRule's host, and whether there is a route.
func (p *Pass) subsetWeight(rule *inventory.Object, name string) (most int, routed bool) {
	svc := p.hostService(rule)
	for _, o := range p.Inventory.OfKind(gk("networking.istio.io/VirtualService")) {
		if o.Node == nil {
			continue
		}
		for _, protocol := range [...]string{"http", "tcp", "tls"} {
			for _, r := range yamlnode.Elements(o.Get("spec", protocol)) {
				routes := yamlnode.Elements(yamlnode.Get(r, "route"))
				for _, route := range routes {
					service, namespace := p.splitService(yamlnode.GetString(route, "destination", "host"), o.Namespace)
					if yamlnode.GetString(route, "destination", "subset") != name || svc == nil || service != svc.Name || !inventory.SameNamespace(namespace, svc.Namespace) {
						continue
					}
					routed = true
					weight, err := strconv.Atoi(yamlnode.GetString(route, "weight"))
					if err != nil && len(routes) == 1 {
						weight = 100
					}
					most = max(most, weight)
				}
			}
		}
	}
	return most, routed
}
