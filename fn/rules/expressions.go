package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func affinityRules() []*Rule { return []*Rule{affinitySelectsNothing} }

var affinitySelectsNothing = &Rule{
	Name:     "affinity-selects-nothing",
	Severity: finding.Error,
	Doc: "A pod's affinity, anti-affinity or topology spread constraint selects no pod, by a label that is almost one that a pod of the namespace has. " +
		"Required affinity leaves the pod Pending; anti-affinity and spreading silently do nothing, and all replicas may be on one node. " +
		"Selectors without a near miss are left alone: pods may come from another build.",
	URL: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity",
	Run: func(p *Pass) error {
		for _, pod := range p.Pods("") {
			if yamlnode.Get(pod.Spec, "affinity") == nil && yamlnode.Get(pod.Spec, "topologySpreadConstraints") == nil {
				continue
			}
			for _, path := range affinityTerms {
				for _, term := range fieldpath.Of(path).Nodes(pod.Spec) {
					if yamlnode.Get(term, "namespaces") == nil && yamlnode.Get(term, "namespaceSelector") == nil {
						p.checkPodSelector(pod.Owner, yamlnode.Get(term, "labelSelector"), pod.Namespace(), true)
					}
				}
			}
		}
		return nil
	},
}

// affinityTerms are the places of selectors of other pods in a pod spec.
var affinityTerms = []string{
	"affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]",
	"affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
	"affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]",
	"affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
	"topologySpreadConstraints[]",
}

func hasExpressions(selector *yaml.Node) bool {
	return len(yamlnode.Elements(yamlnode.Get(selector, "matchExpressions"))) > 0
}

// checkExpressionSelector reports a metav1.LabelSelector with matchExpressions
// that no pod of the namespace (any if empty) matches, when one pod fails a
// single expression and that by what looks like a typing error.
func (p *Pass) checkExpressionSelector(o *inventory.Object, selector *yaml.Node, namespace string) {
	for range p.eachOfSelector(namespace, selector) {
		return
	}
	labels := yamlnode.Get(selector, "matchLabels")
	key := namespace + " " + selectorText(labels)
	for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
		key += " " + yamlnode.GetString(e, "operator") + " " + expressionText(e)
	}
	if _, far := distant.Of(p.Build).Load(key); far {
		return
	}
	some := p.podsLabelled(namespace, labels)
	var candidates []*inventory.Pod
	if len(some[0])+len(some[1]) <= fewPods {
		for _, pod := range slices.Concat(some[0], some[1]) {
			if inventory.SameNamespace(pod.Namespace(), namespace) {
				candidates = append(candidates, pod)
			}
		}
	} else {
		var near []label
		for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
			for _, v := range yamlnode.Elements(yamlnode.Get(e, "values")) {
				near = append(near, label{yamlnode.GetString(e, "key"), yamlnode.String(v)})
			}
		}
		candidates = labelled.Of(p.Build).like(near, func(ns string) bool { return inventory.SameNamespace(ns, namespace) })
	}
	if !p.reportExpressionMiss(o, "pod", selector, candidates) {
		distant.Of(p.Build).Store(key, true)
	}
}

// eachOfSelector calls yield for the pods of a namespace, any if empty, that a
// metav1.LabelSelector selects. It finds them by an index: by the labels, or by the
// values of the first expression with some.
func (p *Pass) eachOfSelector(namespace string, selector *yaml.Node) func(yield func(*inventory.Pod) bool) {
	return func(yield func(*inventory.Pod) bool) {
		each := func(some [2][]*inventory.Pod) bool {
			for _, pods := range some {
				for _, pod := range pods {
					if inventory.SameNamespace(pod.Namespace(), namespace) && LabelSelector(pod.Labels(), selector) && !yield(pod) {
						return false
					}
				}
			}
			return true
		}
		if labels := yamlnode.Get(selector, "matchLabels"); labels != nil && len(labels.Content) > 0 {
			each(p.podsLabelled(namespace, labels))
			return
		}
		for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
			key := yamlnode.GetString(e, "key")
			if key == "" || yamlnode.GetString(e, "operator") != "In" {
				continue
			}
			for _, v := range yamlnode.Elements(yamlnode.Get(e, "values")) {
				if !each(p.podsLabelled(namespace, yamlnode.NewMapping(yamlnode.NewString(key), v))) {
					return
				}
			}
			return
		}
		each(p.podsLabelled(namespace, nil))
	}
}

// reportExpressionMiss reports whether there was something to report.
func (p *Pass) reportExpressionMiss(o *inventory.Object, what string, selector *yaml.Node, candidates []*inventory.Pod) bool {
	for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
		if key := yamlnode.GetString(e, "key"); key == "" || runtimeLabel(key) || reference.IsPlaceholder(key) {
			return false
		}
	}
	var best *expressionMiss
	for _, pod := range candidates {
		if LabelSelector(pod.Labels(), selector) {
			return false
		}
		if m := missOfExpressions(pod, selector); m != nil && (best == nil || m.nearer(&best.nearMiss)) {
			best = m
		}
	}
	if best != nil {
		p.Report(o, best.node, fmt.Sprintf("no %s has %s; %s has %s",
			what, expressionText(best.expression), podOwners([]*inventory.Pod{best.pod}), best.describe()), DidYouMean(best.have))
	}
	return best != nil
}

// expressionMiss is a pod that fails one expression of a selector.
type expressionMiss struct {
	nearMiss
	expression, node *yaml.Node
}

func missOfExpressions(pod *inventory.Pod, selector *yaml.Node) *expressionMiss {
	labels := pod.Labels()
	if !matches(pod, yamlnode.Get(selector, "matchLabels")) {
		return nil
	}
	var failed *yaml.Node
	for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
		if matchesExpression(labels, e) {
			continue
		}
		if failed != nil {
			return nil
		}
		failed = yamlnode.Resolve(e)
	}
	operator := yamlnode.GetString(failed, "operator")
	key := yamlnode.Get(failed, "key")
	if yamlnode.String(key) == "" || operator != "In" && operator != "Exists" {
		return nil
	}
	values := yamlnode.Elements(yamlnode.Get(failed, "values"))
	if have := yamlnode.String(yamlnode.Get(labels, key.Value)); have != "" {
		for _, v := range values {
			if want := yamlnode.String(v); !reference.IsPlaceholder(want) && suggest.Close(want, have) {
				return &expressionMiss{nearMiss{pod: pod, key: key.Value, have: have, score: suggest.Distance(want, have)}, failed, v}
			}
		}
		return nil
	}
	for k, v := range yamlnode.Fields(labels) {
		fits := operator == "Exists" || slices.ContainsFunc(values, func(want *yaml.Node) bool { return yamlnode.String(want) == yamlnode.String(v) })
		if fits && suggest.Close(key.Value, k.Value) {
			return &expressionMiss{nearMiss{pod: pod, have: k.Value, score: suggest.Distance(key.Value, k.Value)}, failed, key}
		}
	}
	return nil
}

// expressionText is as people say it: app in (web, api).
func expressionText(e *yaml.Node) string {
	key := yamlnode.GetString(e, "key")
	if yamlnode.GetString(e, "operator") == "Exists" {
		return "a label " + key
	}
	var values []string
	for _, v := range yamlnode.Elements(yamlnode.Get(e, "values")) {
		values = append(values, yamlnode.String(v))
	}
	return fmt.Sprintf("%s in (%s)", key, strings.Join(values, ", "))
}
