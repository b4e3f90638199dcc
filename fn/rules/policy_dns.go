package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var egressWithoutDNS = &Rule{
	Name:     "egress-without-dns",
	Severity: finding.Warning,
	Doc: "The NetworkPolicies that select a pod let it reach others and not the cluster's DNS, and it has the name of a Service: it cannot look that up, so nothing of what is let through is reached. " +
		"All policies of the build that select the pod are taken together; where one lets out port 53, or everything, nothing is said, nor of pods that may reach nothing at all or are in the network of the node, or where the build has policies of Cilium, Calico or a cluster's administrator, which may let through more. A note where another file of the repository has a policy for all pods of a namespace that lets out port 53.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-egress-traffic",
	Run: func(p *Pass) error {
		policies := p.Inventory.OfKind(gk("networking.k8s.io/NetworkPolicy"))
		if len(policies) == 0 || p.hasOtherPolicies() {
			return nil
		}
		out := map[*inventory.Pod]*egress{}
		var pods []*inventory.Pod
		for _, o := range policies {
			if o.Node == nil || o.Namespace == "kube-system" || !restrictsEgress(o) {
				continue
			}
			rules := yamlnode.Elements(o.Get("spec", "egress"))
			dns := slices.ContainsFunc(rules, reachesDNS)
			for _, pod := range p.podsOfSelector(o.Namespace, o.Get("spec", "podSelector")).pods {
				e := out[pod]
				if e == nil {
					e = &egress{}
					out[pod] = e
					pods = append(pods, pod)
				}
				e.dns = e.dns || dns
				if len(rules) > 0 && e.by == nil {
					e.by = o
				}
			}
		}
		said := map[*inventory.Object]bool{}
		for _, pod := range pods {
			e := out[pod]
			if e.dns || e.by == nil || said[e.by] || pod.Partial || yamlnode.Bool(yamlnode.Get(pod.Spec, "hostNetwork")) { // which policies do not reach
				continue
			}
			name := namesLookedUp.Of(p.Build)[pod]
			if name == "" {
				continue
			}
			said[e.by] = true
			p.Report(e.by, e.by.Get("spec", "egress"), fmt.Sprintf("the pods of %s cannot look up %q: no policy that selects them lets them reach port 53 of the DNS", shortName(pod.Owner, e.by), name),
				Help("add a rule of egress for port 53, over UDP and TCP, to kubernetes.io/metadata.name: kube-system"))
		}
		return nil
	},
}

// egress is what the policies that select a pod let it reach.
type egress struct {
	dns bool
	by  *inventory.Object // the first that lets it reach something
}

// hasOtherPolicies reports whether the build has policies that are taken together with
// Kubernetes' own.
func (p *Pass) hasOtherPolicies() bool {
	return slices.ContainsFunc(gks("cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy",
		"crd.projectcalico.org/NetworkPolicy", "crd.projectcalico.org/GlobalNetworkPolicy", "projectcalico.org/NetworkPolicy", "projectcalico.org/GlobalNetworkPolicy",
		"policy.networking.k8s.io/AdminNetworkPolicy", "policy.networking.k8s.io/BaselineAdminNetworkPolicy", "policy.networking.k8s.io/ClusterNetworkPolicy"),
		func(kind inventory.GroupKind) bool { return len(p.Inventory.OfKind(kind)) > 0 })
}

func restrictsEgress(o *inventory.Object) bool {
	types := yamlnode.Elements(o.Get("spec", "policyTypes"))
	if len(types) == 0 {
		return len(yamlnode.Elements(o.Get("spec", "egress"))) > 0
	}
	return slices.ContainsFunc(types, func(n *yaml.Node) bool { return yamlnode.String(n) == "Egress" })
}

// reachesDNS reports whether a rule of egress may lead to the DNS. OpenShift's listens on
// 5353, and an address may be that of a cache on the node.
func reachesDNS(rule *yaml.Node) bool {
	ports := yamlnode.Elements(yamlnode.Get(rule, "ports"))
	if len(ports) > 0 {
		return slices.ContainsFunc(ports, func(port *yaml.Node) bool {
			from := yamlnode.GetString(port, "port")
			if from == "53" || from == "5353" || from == "" || !isNumber(from) {
				return true
			}
			first, _ := strconv.Atoi(from)
			last, _ := strconv.Atoi(yamlnode.GetString(port, "endPort"))
			return first <= 53 && last >= 53
		})
	}
	peers := yamlnode.Elements(yamlnode.Get(rule, "to"))
	return len(peers) == 0 || slices.ContainsFunc(peers, func(peer *yaml.Node) bool {
		if yamlnode.Get(peer, "namespaceSelector") == nil {
			return yamlnode.Get(peer, "ipBlock") != nil
		}
		labels := yamlnode.Path(peer, "podSelector", "matchLabels")
		if labels == nil || len(labels.Content) == 0 {
			return true
		}
		for k, v := range yamlnode.Fields(labels) {
			if k.Value == "k8s-app" || strings.Contains(k.Value+yamlnode.String(v), "dns") {
				return true
			}
		}
		return false
	})
}

// namesLookedUp are the names of Services that pods have, one for each.
var namesLookedUp = NewFact(func(b *Build) map[*inventory.Pod]string {
	names := map[*inventory.Pod]string{}
	for _, u := range b.hostUses() {
		found := u.judgement.verdict == hostFound
		if u.own != nil || u.lenient || !found && (u.judgement.verdict != hostAbsent || !hosts.Of(b).evident(u)) { // as a password that looks like host:port
			continue
		}
		readers := configReaders.Of(b)[u.from]
		if u.pod != nil {
			readers = []*inventory.Pod{u.pod}
		}
		for _, pod := range readers {
			if names[pod] == "" {
				names[pod] = u.Host
			}
		}
	}
	return names
})

// DNSForAll reports whether a policy for all pods of a namespace lets them reach the DNS. A
// policy that does not say its namespace may be for any.
func DNSForAll(policy *yaml.Node, namespace string) bool {
	if own := yamlnode.GetString(policy, "metadata", "namespace"); yamlnode.GetString(policy, "kind") != "NetworkPolicy" || own != "" && own != namespace {
		return false
	}
	selector := yamlnode.Path(policy, "spec", "podSelector")
	return selector != nil && len(selector.Content) == 0 && slices.ContainsFunc(fieldpath.Of("spec.egress[]").Nodes(policy), reachesDNS)
}
