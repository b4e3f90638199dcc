package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func policyRules() []*Rule {
	return []*Rule{policySelectsNothing, namespaceNotLabelled, egressWithoutDNS}
}

var policySelectsNothing = &Rule{
	Name:     "policy-selects-nothing",
	Severity: finding.Error,
	Doc: "A policy selects no pod of the build, and a pod has almost the label that it asks for. " +
		"A NetworkPolicy or AuthorizationPolicy that selects nothing protects nothing, and nobody is told. " +
		"It is a warning where a workload of that name has other labels, pods have a part of them, or are in another namespace. Where nothing is near it is a note at most: operators make pods too, and gateways run elsewhere.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
	Run: func(p *Pass) error {
		for _, s := range podSelectors {
			for _, kind := range s.kinds {
				for _, o := range p.Inventory.OfKind(kind) {
					if o.Node == nil {
						continue
					}
					for _, sel := range fieldpath.Of(s.path).Nodes(o.Node) {
						p.checkPodSelector(o, sel, s.namespace(o), s.quiet)
					}
				}
			}
		}
		for _, o := range p.Inventory.OfKind(gk("networking.k8s.io/NetworkPolicy")) {
			if o.Node == nil {
				continue
			}
			for _, peers := range []string{"spec.ingress[].from[]", "spec.egress[].to[]"} {
				for _, peer := range fieldpath.Of(peers).Nodes(o.Node) {
					p.checkPodSelector(o, yamlnode.Get(peer, "podSelector"), peerNamespace(o, peer), true)
				}
			}
		}
		return nil
	},
}

// podSelector is a field with a selector of pods. A new one is a row.
type podSelector struct {
	kinds []inventory.GroupKind
	path  string
	// everywhere selectors reach pods of all namespaces.
	everywhere bool
	// quiet selectors are reported for near misses only.
	quiet bool
}

var podSelectors = []podSelector{
	{kinds: gks("networking.k8s.io/NetworkPolicy"), path: "spec.podSelector"},
	{kinds: gks("security.istio.io/AuthorizationPolicy", "security.istio.io/PeerAuthentication", "security.istio.io/RequestAuthentication",
		"telemetry.istio.io/Telemetry", "extensions.istio.io/WasmPlugin"), path: "spec.selector"},
	{kinds: gks("networking.istio.io/Sidecar", "networking.istio.io/EnvoyFilter", "networking.istio.io/ServiceEntry", "networking.istio.io/DestinationRule"), path: "spec.workloadSelector"},
	{kinds: gks("networking.istio.io/Gateway"), path: "spec.selector", everywhere: true, quiet: true},
	{kinds: gks("policy.linkerd.io/Server"), path: "spec.podSelector"},
	{kinds: gks("cilium.io/CiliumNetworkPolicy"), path: "spec.endpointSelector"},
	{kinds: gks("cilium.io/CiliumNetworkPolicy"), path: "spec.ingress[].fromEndpoints[]", quiet: true},
	{kinds: gks("cilium.io/CiliumNetworkPolicy"), path: "spec.egress[].toEndpoints[]", quiet: true},
	{kinds: gks("vpcresources.k8s.aws/SecurityGroupPolicy"), path: "spec.podSelector"},
}

// namespace is the one whose pods the selector reaches; the policies of
// Istio's root namespace reach all.
func (s *podSelector) namespace(o *inventory.Object) string {
	if s.everywhere || o.Namespace == "istio-system" {
		return ""
	}
	return o.Namespace
}

// peerNamespace is the namespace that a NetworkPolicy's peer is in, "" for any.
func peerNamespace(o *inventory.Object, peer *yaml.Node) string {
	selector := yamlnode.Get(peer, "namespaceSelector")
	if selector == nil {
		return o.Namespace
	}
	return yamlnode.GetString(selector, "matchLabels", "kubernetes.io/metadata.name")
}

// checkPodSelector reports a selector that no pod of the namespace (any if
// empty) matches. It takes both spellings, matchLabels and bare labels.
func (p *Pass) checkPodSelector(o *inventory.Object, selector *yaml.Node, namespace string, quiet bool) {
	if selector == nil || selector.Kind != yaml.MappingNode || len(selector.Content) == 0 {
		return
	}
	if hasExpressions(selector) {
		p.checkExpressionSelector(o, selector, namespace)
		return
	}
	labels := selector
	for _, field := range []string{"matchLabels", "labels"} {
		if m := yamlnode.Get(selector, field); m != nil && m.Kind == yaml.MappingNode {
			labels = m
		}
	}
	if !plainLabels(labels) {
		return
	}
	if p.matchesAny(namespace, labels) {
		return
	}
	text, peer := selectorText(labels), quiet
	key := namespace + " " + text
	if _, far := distant.Of(p.Build).Load(key); quiet && far {
		return
	}
	if n, partial := p.countPods(namespace); n == 0 || partial {
		quiet = true
	}
	var best *nearMiss
	for _, pod := range p.likelyPods(namespace, labels) {
		if m := missOf(pod, labels); m != nil && (best == nil || m.nearer(best)) {
			best = m
		}
	}
	if best == nil || !best.close {
		distant.Of(p.Build).Store(key, true)
	}
	meant := ""
	if best == nil || !best.close {
		own := o.Name
		if peer {
			own = ""
		}
		meant = p.meantPods(own, labels, namespace)
	}
	switch {
	case meant != "":
		p.Report(o, labels, fmt.Sprintf("no pod%s has the labels %s%s", inNamespace(namespace), text, meant), AtMost(finding.Warning), selects(labels))
	case best != nil && best.close:
		p.Report(o, best.value, fmt.Sprintf("no pod has the labels %s; %s has %s",
			text, podOwners([]*inventory.Pod{best.pod}), best.describe()), DidYouMean(best.have), lacksPods(labels, "", nil))
	case !quiet:
		p.Report(o, labels, fmt.Sprintf("no pod of this build has the labels %s", text), AtMost(finding.Note),
			Help("if an operator makes these pods, nothing is wrong"))
	}
}

// plainLabels reports whether all labels of a selector are ones that pod
// templates carry, with values that are known.
func plainLabels(labels *yaml.Node) bool {
	plain := 0
	for k, v := range yamlnode.Fields(labels) {
		if v.Kind != yaml.ScalarNode || reference.IsPlaceholder(v.Value) || strings.Contains(k.Value, ":") ||
			strings.HasPrefix(k.Value, "io.kubernetes.pod.") || strings.HasPrefix(k.Value, "io.cilium.") {
			return false
		}
		plain++
	}
	return plain > 0
}

var namespaceNotLabelled = &Rule{
	Name:     "namespace-not-labelled",
	Severity: finding.Warning,
	Doc: "A peer of a NetworkPolicy selects a namespace by a label with its name that it does not have: " +
		"every namespace has kubernetes.io/metadata.name, and none has name by itself. The traffic that the policy is to let through is dropped, that to the DNS of kube-system first of all. " +
		"It is said of a cluster's own namespaces, and of those of the build that have other labels; what Helm creates has the label name. A note where a script, a document or another file of the repository labels the namespace.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-namespace-by-its-name",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("networking.k8s.io/NetworkPolicy")) {
			if o.Node == nil {
				continue
			}
			for _, peers := range []string{"spec.ingress[].from[]", "spec.egress[].to[]"} {
				for _, peer := range fieldpath.Of(peers).Nodes(o.Node) {
					p.checkNamespaceLabels(o, yamlnode.Path(peer, "namespaceSelector", "matchLabels"))
				}
			}
		}
		return nil
	},
}

// nameKeys are the keys of labels that namespaces are given for their names.
var nameKeys = []string{"name", "namespace", "ns", "kubernetes.io/name"}

// ownNameLabel is the label that the API server gives each namespace.
// https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
const ownNameLabel = "kubernetes.io/metadata.name"

func (p *Pass) checkNamespaceLabels(o *inventory.Object, labels *yaml.Node) {
	for k, v := range yamlnode.Fields(labels) {
		name := yamlnode.String(v)
		if !slices.Contains(nameKeys, k.Value) || name == "" || reference.IsPlaceholder(name) {
			continue
		}
		of := namespacesOf.Of(p.Build)
		own, here := of.named[name]
		if of.labels[label{k.Value, name}] || !here && !reference.BuiltinNamed(gk("Namespace"), "", name) || here && k.Value == "name" && of.released[name] {
			continue
		}
		what := name
		if own != nil {
			what = own.String()
		}
		p.Report(o, v, fmt.Sprintf("no namespace has the label %s=%s, so that this selects none: %s has %s=%s", k.Value, name, what, ownNameLabel, name),
			Help("write %s: %s, which every namespace has, or label the namespace", ownNameLabel, name),
			Says(finding.About{What: namespaceLabel, Name: name, Of: k.Value}))
	}
}

const namespaceLabel = "namespace-label"

// NamespaceLabel returns the label and the namespace that a finding says does not have it.
func NamespaceLabel(f *finding.Finding) (key, namespace string, ok bool) {
	said := f.Said()
	return said.Of, said.Name, said.What == namespaceLabel
}

type namespacesBy struct {
	named  map[string]*inventory.Object
	labels map[label]bool
	// released are those that Helm may have created, with a label name:
	// https://github.com/helm/helm/blob/main/pkg/action/install.go
	released map[string]bool
}

var namespacesOf = NewFact(func(b *Build) *namespacesBy {
	by := &namespacesBy{named: map[string]*inventory.Object{}, labels: map[label]bool{}, released: map[string]bool{}}
	for _, ns := range b.Inventory.OfKind(gk("Namespace")) {
		if ns.Node == nil {
			continue
		}
		by.named[ns.Name] = ns
		for k, v := range yamlnode.Fields(ns.Get("metadata", "labels")) {
			by.labels[label{k.Value, yamlnode.String(v)}] = true
		}
	}
	for _, kind := range gks("helm.toolkit.fluxcd.io/HelmRelease", "helm.cattle.io/HelmChart") {
		for _, r := range b.Inventory.OfKind(kind) {
			by.released[cmp.Or(yamlnode.String(r.Get("spec", "targetNamespace")), r.Namespace)] = true
		}
	}
	return by
})
