package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func selectorRules() []*Rule { return []*Rule{selectorMismatch, selectorMatchesNothing} }

// Pods returns the pods of all workloads in a namespace.
func (b *Build) Pods(namespace string) []*inventory.Pod {
	pods := podsByNamespace.Of(b)
	switch {
	case namespace == "":
		return pods.all
	case len(pods.in[""]) == 0:
		return pods.in[namespace]
	}
	return slices.Concat(pods.in[namespace], pods.in[""])
}

// workloads are the pods of a build in the order of the resources.
var workloads = NewFact(func(b *Build) []*inventory.Pod {
	var pods []*inventory.Pod
	for _, o := range b.Inventory.Objects() {
		if !o.Local {
			pods = append(pods, o.Pods()...)
		}
	}
	return pods
})

// countPods returns how many pods Pods returns, and whether something is yet to be
// filled into one.
func (b *Build) countPods(namespace string) (n int, partial bool) {
	pods := podsByNamespace.Of(b)
	if namespace == "" {
		return len(pods.all), len(pods.partial) > 0
	}
	return len(pods.in[namespace]) + len(pods.in[""]), pods.partial[namespace] || pods.partial[""]
}

// namespacedPods are the pods of all workloads by namespace; all of them, too,
// are in the order of the namespaces.
type namespacedPods struct {
	in      map[string][]*inventory.Pod
	all     []*inventory.Pod
	partial map[string]bool // the namespaces with a Partial one
}

var podsByNamespace = NewFact(func(b *Build) namespacedPods {
	by := namespacedPods{in: map[string][]*inventory.Pod{}, partial: map[string]bool{}}
	for _, pod := range workloads.Of(b) {
		by.in[pod.Namespace()] = append(by.in[pod.Namespace()], pod)
		if pod.Partial {
			by.partial[pod.Namespace()] = true
		}
	}
	for _, ns := range slices.Sorted(maps.Keys(by.in)) {
		by.all = append(by.all, by.in[ns]...)
	}
	return by
})

var podsByLabel = NewFact(func(b *Build) map[label][]*inventory.Pod {
	index := map[label][]*inventory.Pod{}
	for _, pod := range podsByNamespace.Of(b).all {
		for k, v := range yamlnode.Fields(pod.Labels()) {
			l := label{k.Value, yamlnode.String(v)}
			index[l] = append(index[l], pod)
		}
	}
	return index
})

// namespacedLabel is a label of the pods of a namespace.
type namespacedLabel struct {
	namespace string
	label
}

// podsByNamespacedLabel is podsByLabel for labels of very many pods.
var podsByNamespacedLabel = NewFact(func(b *Build) map[namespacedLabel][]*inventory.Pod {
	index := map[namespacedLabel][]*inventory.Pod{}
	for l, pods := range podsByLabel.Of(b) {
		if len(pods) <= fewPods {
			continue
		}
		for _, pod := range pods {
			at := namespacedLabel{pod.Namespace(), l}
			index[at] = append(index[at], pod)
		}
	}
	return index
})

// SelectedPods returns the pods that a Service selects; none if it has no
// selector. The answer is remembered. Of the build only the inventory is needed.
func (b *Build) SelectedPods(svc *inventory.Object) []*inventory.Pod {
	return selectedPods.Of(b).Get(svc, func() []*inventory.Pod {
		if sel := svc.Get("spec", "selector"); sel != nil && len(sel.Content) > 0 && yamlnode.GetString(svc.Node, "spec", "type") != "ExternalName" {
			return b.matching(svc.Namespace, sel)
		}
		return nil
	})
}

var selectedPods = NewFact(func(*Build) *Memo[*inventory.Object, []*inventory.Pod] {
	return &Memo[*inventory.Object, []*inventory.Pod]{}
})

// servicesOf are the Services of this build that select a pod.
var servicesOf = NewFact(func(b *Build) map[*inventory.Pod][]*inventory.Object {
	by := map[*inventory.Pod][]*inventory.Object{}
	for _, svc := range b.Inventory.OfKind(serviceKind) {
		if svc.Node == nil {
			continue
		}
		for _, pod := range b.SelectedPods(svc) {
			by[pod] = append(by[pod], svc)
		}
	}
	return by
})

// distant are the selectors that nothing is near to: the same one is often in
// many pods.
var distant = NewFact(func(*Build) *sync.Map { return &sync.Map{} })

// matching returns the pods with all labels of a selector map.
func (b *Build) matching(namespace string, selector *yaml.Node) []*inventory.Pod {
	var pods []*inventory.Pod
	for pod := range b.eachMatching(namespace, selector) {
		pods = append(pods, pod)
	}
	return pods
}

// matchesAny reports whether matching returns any.
func (b *Build) matchesAny(namespace string, selector *yaml.Node) bool {
	for range b.eachMatching(namespace, selector) {
		return true
	}
	return false
}

// eachMatching calls yield for what matching returns.
func (b *Build) eachMatching(namespace string, selector *yaml.Node) func(yield func(*inventory.Pod) bool) {
	return func(yield func(*inventory.Pod) bool) {
		for _, pods := range b.podsLabelled(namespace, selector) {
			for _, pod := range pods {
				if inventory.SameNamespace(pod.Namespace(), namespace) && matches(pod, selector) && !yield(pod) {
					return
				}
			}
		}
	}
}

// podsLabelled narrows the pods of a namespace to those that carry the rarest
// label of the selector, by index: trees have as many Services as workloads. A few
// of other namespaces may be among them.
func (b *Build) podsLabelled(namespace string, selector *yaml.Node) (some [2][]*inventory.Pod) {
	var rarest []*inventory.Pod
	var by label
	any := false
	for k, v := range yamlnode.Fields(selector) {
		if runtimeLabel(k.Value) {
			continue
		}
		l := label{k.Value, yamlnode.String(v)}
		if with := podsByLabel.Of(b)[l]; !any || len(with) < len(rarest) {
			rarest, by, any = with, l, true
		}
	}
	switch pods := podsByNamespace.Of(b); {
	case any && (namespace == "" || len(rarest) <= fewPods):
		some[0] = rarest
	case any:
		index := podsByNamespacedLabel.Of(b)
		some[0], some[1] = index[namespacedLabel{"", by}], index[namespacedLabel{namespace, by}]
	case namespace == "":
		some[0] = pods.all
	default:
		some[0], some[1] = pods.in[namespace], pods.in[""]
	}
	return some
}

type label struct{ key, value string }

func matches(pod *inventory.Pod, selector *yaml.Node) bool {
	labels := pod.Labels()
	for k, v := range yamlnode.Fields(selector) {
		if runtimeLabel(k.Value) {
			if name := podName(pod, k.Value, yamlnode.String(v)); name != "" && name != yamlnode.String(v) || !mayGet(pod, k.Value) {
				return false
			}
			continue
		}
		have := yamlnode.Get(labels, k.Value)
		if have == nil || yamlnode.String(have) != yamlnode.String(v) {
			return false
		}
	}
	return true
}

// podName returns the name that the pod with the ordinal of want has, for the
// label that StatefulSets put it in; "" for other labels and other workloads.
func podName(pod *inventory.Pod, label, want string) string {
	if label != "statefulset.kubernetes.io/pod-name" || pod.Owner.Kind != "StatefulSet" {
		return ""
	}
	ordinal := want[strings.LastIndexByte(want, '-')+1:]
	if !isNumber(ordinal) {
		ordinal = "0"
	}
	return pod.Owner.Name + "-" + ordinal
}

// mayGet reports whether the controller of a workload may set a label on its pods.
// Those of StatefulSets are set for other kinds by their operators, which nobody
// knows all of; Kubernetes' own others do not.
func mayGet(pod *inventory.Pod, label string) bool {
	switch kind := pod.Owner.Kind; label {
	case "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index":
		return kind != "Deployment" && kind != "DaemonSet" && kind != "ReplicaSet" && kind != "ReplicationController" && kind != "Job" && kind != "CronJob"
	}
	return true
}

// runtimeLabel reports whether controllers set a label on pods, so that no
// template has it.
func runtimeLabel(key string) bool {
	switch key {
	case "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "pod-template-hash",
		"controller-revision-hash", "controller-uid", "batch.kubernetes.io/controller-uid",
		"job-name", "batch.kubernetes.io/job-name", "rollouts-pod-template-hash":
		return true
	}
	return false
}

var selectorMismatch = &Rule{
	Name:     "selector-mismatch",
	Severity: finding.Error,
	Doc: "A workload's selector does not match the labels of its own pod template. " +
		"The API server rejects the workload, or it would make pods for ever without counting them.",
	URL: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if o.Local {
				continue
			}
			pods := o.Pods()
			if len(pods) != 1 || pods[0].Partial {
				continue
			}
			selector := o.Get("spec", "selector")
			if m := yamlnode.Get(selector, "matchLabels"); m != nil || yamlnode.Get(selector, "matchExpressions") != nil {
				p.checkExpressions(o, pods[0], yamlnode.Get(selector, "matchExpressions"))
				selector = m
			} else if o.Kind != "ReplicationController" && o.Kind != "DeploymentConfig" {
				continue
			}
			p.checkTemplateLabels(o, pods[0], selector)
		}
		return nil
	},
}

func (p *Pass) checkTemplateLabels(o *inventory.Object, pod *inventory.Pod, selector *yaml.Node) {
	labels := pod.Labels()
	for k, v := range yamlnode.Fields(selector) {
		if runtimeLabel(k.Value) || reference.IsPlaceholder(k.Value) || reference.IsPlaceholder(yamlnode.String(v)) {
			continue
		}
		have := yamlnode.Get(labels, k.Value)
		switch {
		case have == nil:
			var keys []string
			for l := range yamlnode.Fields(labels) {
				keys = append(keys, l.Value)
			}
			near := nearest(k.Value, keys)
			message := fmt.Sprintf("the selector needs label %s=%s, which the pod template does not have", k.Value, yamlnode.String(v))
			p.Report(o, v, message, DidYouMean(near...), Help("add the label to %s.metadata.labels, or correct the selector", strings.TrimSuffix(pod.Path, ".spec")))
		case yamlnode.String(have) != yamlnode.String(v) && !reference.IsPlaceholder(yamlnode.String(have)):
			p.Report(o, v, fmt.Sprintf("the selector needs label %s=%s, but the pod template has %s=%s",
				k.Value, yamlnode.String(v), k.Value, yamlnode.String(have)), DidYouMean(yamlnode.String(have)))
		}
	}
}

func (p *Pass) checkExpressions(o *inventory.Object, pod *inventory.Pod, expressions *yaml.Node) {
	for _, e := range yamlnode.Elements(expressions) {
		if matchesExpression(pod.Labels(), e) {
			continue
		}
		p.Reportf(o, yamlnode.Get(e, "key"), "the selector's expression on label %q does not match the pod template's own labels", yamlnode.GetString(e, "key"))
	}
}

// matchesExpression evaluates one matchExpressions entry:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
func matchesExpression(labels, e *yaml.Node) bool {
	have := yamlnode.Get(labels, yamlnode.GetString(e, "key"))
	in := slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(e, "values")), func(v *yaml.Node) bool {
		return have != nil && yamlnode.String(v) == yamlnode.String(have)
	})
	switch yamlnode.GetString(e, "operator") {
	case "In":
		return in
	case "NotIn":
		return !in
	case "Exists":
		return have != nil
	case "DoesNotExist":
		return have == nil
	}
	return true // not an operator of Kubernetes: schema validation is not ours
}

// LabelSelector reports whether labels satisfy a metav1.LabelSelector node.
func LabelSelector(labels, selector *yaml.Node) bool {
	for k, v := range yamlnode.Fields(yamlnode.Get(selector, "matchLabels")) {
		have := yamlnode.Get(labels, k.Value)
		if !runtimeLabel(k.Value) && (have == nil || yamlnode.String(have) != yamlnode.String(v)) {
			return false
		}
	}
	for _, e := range yamlnode.Elements(yamlnode.Get(selector, "matchExpressions")) {
		if !matchesExpression(labels, e) {
			return false
		}
	}
	return true
}

var selectorMatchesNothing = &Rule{
	Name:     "selector-matches-nothing",
	Severity: finding.Error,
	Doc: "A Service or PodDisruptionBudget selects no pod of the build. " +
		"A Service without endpoints refuses every connection: the Ingress in front of it answers 503. " +
		"It is an error when a workload has almost those labels, a warning when a workload of that name has others, pods have a part of the labels or are in another namespace, and a note when nothing is near, because operators make pods too.",
	URL: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices",
	Run: func(p *Pass) error {
		for _, svc := range p.Inventory.OfKind(gk("Service")) {
			sel := svc.Get("spec", "selector")
			if svc.Node == nil || sel == nil || len(sel.Content) == 0 || len(p.SelectedPods(svc)) > 0 || p.hasEndpoints(svc) {
				continue
			}
			p.reportNoPods(svc, sel)
		}
		for _, pdb := range p.Inventory.OfKind(gk("policy/PodDisruptionBudget")) {
			if sel := pdb.Get("spec", "selector"); hasExpressions(sel) {
				p.checkExpressionSelector(pdb, sel, pdb.Namespace)
				continue
			}
			sel := pdb.Get("spec", "selector", "matchLabels")
			if sel == nil || len(sel.Content) == 0 || p.matchesAny(pdb.Namespace, sel) {
				continue
			}
			p.reportNoPods(pdb, sel)
		}
		return nil
	},
}

// hasEndpoints reports whether somebody writes the Service's endpoints by hand.
func (p *Pass) hasEndpoints(svc *inventory.Object) bool {
	if p.Inventory.Lookup(gk("Endpoints"), svc.Namespace, svc.Name, false, nil) != nil {
		return true
	}
	return slices.ContainsFunc(endpointSlices.Of(p.Build)[svc.Name], func(e *inventory.Object) bool {
		return inventory.SameNamespace(e.Namespace, svc.Namespace)
	})
}

// endpointSlices are those of the build by the name of their Service.
var endpointSlices = NewFact(func(b *Build) map[string][]*inventory.Object {
	by := map[string][]*inventory.Object{}
	for _, e := range b.Inventory.OfKind(gk("discovery.k8s.io/EndpointSlice")) {
		name := e.Label("kubernetes.io/service-name")
		by[name] = append(by[name], e)
	}
	return by
})

// nearMiss is a pod that lacks one label of a selector.
type nearMiss struct {
	pod   *inventory.Pod
	value *yaml.Node // the selector's value
	key   string
	have  string // the pod's value, or the pod's key when the key differs
	score int    // less is nearer
	close bool   // the difference looks like a typing error
}

// nearer reports whether m is the one to show. Of those as near, it is the same
// one whatever the order of the files.
func (m *nearMiss) nearer(than *nearMiss) bool {
	if m.score != than.score {
		return m.score < than.score
	}
	return cmp.Or(compareObjects(m.pod.Owner, than.pod.Owner), strings.Compare(m.have, than.have)) < 0
}

// compareObjects orders objects by what they are called.
func compareObjects(a, b *inventory.Object) int {
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
}

// reportNoPods reports a selector without pods, with the nearest pod template.
func (p *Pass) reportNoPods(o *inventory.Object, selector *yaml.Node) {
	for _, v := range yamlnode.Fields(selector) {
		if reference.IsPlaceholder(yamlnode.String(v)) {
			return
		}
	}
	text := selectorText(selector)
	best, elsewhere := p.nearestPod(o, selector)
	if best != nil && best.key != "release" && p.ofRelease(selector) {
		best = nil // pods of a chart, which another one cannot be meant for
	}
	switch {
	case elsewhere != nil:
		p.Report(o, selector, fmt.Sprintf("no pod in namespace %q has the labels %s; pods of %s in namespace %q do", o.Namespace, text, podOwners([]*inventory.Pod{elsewhere}), elsewhere.Namespace()),
			Help("a selector reaches only its own namespace: move one of the two"))
	case best != nil && best.close:
		p.Report(o, best.value, fmt.Sprintf("no pod has the labels %s; %s has %s", text, podOwners([]*inventory.Pod{best.pod}), best.describe()), DidYouMean(best.have))
	case best != nil && len(selector.Content) > 2 && !p.calledAsRelease(o.Namespace, selector):
		p.Report(o, best.value, fmt.Sprintf("no pod has the labels %s; the nearest, %s, has %s", text, podOwners([]*inventory.Pod{best.pod}), best.describe()),
			AtMost(finding.Warning), p.Unresolved(), Suggest(best.have), selects(selector))
	default:
		affixed, suggestion := p.affixedPods(o, selector)
		if meant := cmp.Or(affixed, p.meantPods(o.Name, selector, o.Namespace)); meant != "" {
			p.Report(o, selector, fmt.Sprintf("no pod%s has the labels %s%s", inNamespace(o.Namespace), text, meant), AtMost(finding.Warning), p.Unresolved(), Suggest(suggestion...), selects(selector))
			return
		}
		p.Report(o, selector, fmt.Sprintf("no pod of this build has the labels %s", text), AtMost(finding.Note), p.NotInBuild("Pod", o.Namespace, ""),
			Help("if an operator makes these pods, nothing is wrong"))
	}
}

// selects says to programs what the labels that select nothing say something is called.
func selects(labels *yaml.Node) Option {
	var values []string
	for k, v := range yamlnode.Fields(labels) {
		if k.Value == "release" || k.Value == "app.kubernetes.io/instance" || slices.Contains(identifying, k.Value) {
			values = append(values, yamlnode.String(v))
		}
	}
	return Says(finding.About{What: selectedLabels, Name: strings.Join(values, " "), Of: selectorText(labels)})
}

// LackedPods are pods that what a finding is about does not find: with labels, k=v,…, and a port
// by name if that is not empty. Own are the names of the workloads that it does find, each
// between spaces.
type LackedPods struct{ Labels, Port, Own string }

const podsLacking = "pods"

// lacksPods says of a finding that pods lack.
func lacksPods(labels *yaml.Node, port string, found []*inventory.Pod) Option {
	own := " "
	for _, pod := range found {
		own += pod.Owner.Name + " "
	}
	return Says(finding.About{What: podsLacking, Name: port, Object: own, Of: selectorText(labels)})
}

// PodsLacking returns the pods that a finding says a Service or a policy does not find.
func PodsLacking(f *finding.Finding) (LackedPods, bool) {
	said := f.Said()
	switch {
	case said.What == podsLacking:
		return LackedPods{Labels: said.Of, Port: said.Name, Own: said.Object}, true
	case said.What == selectedLabels && f.Rule == policySelectsNothing.Name:
		return LackedPods{Labels: said.Of}, true
	}
	return LackedPods{}, false
}

const selectedLabels = "labels"

// LabelsSelected returns what the labels say something is called by which a selector
// probably means pods or Services of the build that have others, nil for other findings.
func LabelsSelected(f *finding.Finding) []string {
	if said := f.Said(); said.What == selectedLabels {
		return strings.Fields(said.Name)
	}
	return nil
}

// ofRelease reports whether labels say that something is of a Helm release of the
// build: https://helm.sh/docs/chart_best_practices/labels/
func (p *Pass) ofRelease(labels *yaml.Node) bool {
	for _, key := range [...]string{"release", "app.kubernetes.io/instance"} {
		if name := yamlnode.GetString(labels, key); name != "" && p.resolver.IsRelease(name) {
			return true
		}
	}
	return false
}

func (m *nearMiss) describe() string {
	if m.key == "" {
		return "the label " + m.have
	}
	return m.key + "=" + m.have
}

func selectorText(selector *yaml.Node) string {
	var parts []string
	for k, v := range yamlnode.Fields(selector) {
		parts = append(parts, k.Value+"="+yamlnode.String(v))
	}
	return strings.Join(parts, ",")
}

// nearestPod returns the pod that lacks just one label of the selector, and
// the pod of another namespace that has them all.
func (p *Pass) nearestPod(o *inventory.Object, selector *yaml.Node) (best *nearMiss, elsewhere *inventory.Pod) {
	for _, pod := range p.likelyPods(o.Namespace, selector) {
		if m := missOf(pod, selector); m != nil && (best == nil || m.nearer(best)) {
			best = m
		}
	}
	if best != nil && best.close || len(selector.Content) <= 2 || o.Namespace == "" || len(podsByNamespace.Of(p.Build).in[o.Namespace]) > 0 {
		return best, nil
	}
	// The namespace has no pods at all, so that another one must be meant.
	for pod := range p.eachMatching("", selector) {
		if !inventory.SameNamespace(pod.Namespace(), o.Namespace) {
			return best, pod
		}
	}
	return best, nil
}

// likelyPods returns the pods of a namespace that may lack just one label of the
// selector: all of them, or of very many those that have most of its labels, or
// nearly one of them.
func (p *Pass) likelyPods(namespace string, selector *yaml.Node) []*inventory.Pod {
	if n, _ := p.countPods(namespace); n <= fewPods {
		return p.Pods(namespace)
	}
	var labels []label
	for k, v := range yamlnode.Fields(selector) {
		labels = append(labels, label{k.Value, yamlnode.String(v)})
	}
	return labelled.Of(p.Build).like(labels, func(ns string) bool { return inventory.SameNamespace(ns, namespace) })
}

// fewPods are looked through.
const fewPods = 256

// like returns pods that have one of the labels, or nearly, in the namespaces for
// which in holds.
func (with *labelledPods) like(labels []label, in func(namespace string) bool) []*inventory.Pod {
	seen := map[*inventory.Pod]bool{}
	var likely []*inventory.Pod
	add := func(l label) {
		for _, pod := range with.pods[l][:min(fewPods, len(with.pods[l]))] {
			if !seen[pod] && in(pod.Owner.Namespace) {
				seen[pod] = true
				likely = append(likely, pod)
			}
		}
	}
	for _, l := range labels {
		add(l)
		if index := with.values[l.key]; index != nil {
			for _, near := range index.Nearest(l.value, 8) {
				add(label{l.key, near})
			}
		}
		for _, near := range with.keys.Nearest(l.key, 8) {
			add(label{near, l.value})
		}
	}
	return likely
}

// labelledPods are pods by label, in an order that does not depend on
// that of the files, the values of each label and the labels.
type labelledPods struct {
	pods   map[label][]*inventory.Pod
	values map[string]*suggest.Index
	keys   *suggest.Index
}

var labelled = NewFact(func(b *Build) *labelledPods { return newLabelledPods(podsByNamespace.Of(b).all) })

func newLabelledPods(pods []*inventory.Pod) *labelledPods {
	l := &labelledPods{pods: map[label][]*inventory.Pod{}, values: map[string]*suggest.Index{}}
	pods = slices.Clone(pods)
	slices.SortStableFunc(pods, func(a, b *inventory.Pod) int { return compareObjects(a.Owner, b.Owner) })
	values := map[string][]string{}
	for _, pod := range pods {
		for k, v := range yamlnode.Fields(pod.Labels()) {
			at := label{k.Value, yamlnode.String(v)}
			if l.pods[at] == nil {
				values[at.key] = append(values[at.key], at.value)
			}
			l.pods[at] = append(l.pods[at], pod)
		}
	}
	for key, of := range values {
		l.values[key] = suggest.NewIndex(of)
	}
	l.keys = suggest.NewIndex(slices.Sorted(maps.Keys(values)))
	return l
}

func missOf(pod *inventory.Pod, selector *yaml.Node) *nearMiss {
	labels := pod.Labels()
	var miss *nearMiss
	shared := 0
	for k, v := range yamlnode.Fields(selector) {
		want := yamlnode.String(v)
		have := yamlnode.Get(labels, k.Value)
		value := yamlnode.String(have)
		if runtimeLabel(k.Value) {
			value = podName(pod, k.Value, want)
			if value == "" {
				continue
			}
		}
		if value == want && value != "" {
			shared++
			continue
		}
		if miss != nil {
			return nil
		}
		miss = &nearMiss{pod: pod, value: v, key: k.Value}
		if value != "" {
			miss.have = value
			miss.close = suggest.Close(want, miss.have)
			miss.score = suggest.Distance(want, miss.have)
			continue
		}
		miss.score = 1000
		for lk, lv := range yamlnode.Fields(labels) {
			if yamlnode.String(lv) == want && suggest.Close(k.Value, lk.Value) {
				miss.key, miss.have, miss.close, miss.score = "", lk.Value, true, suggest.Distance(k.Value, lk.Value)
			}
		}
		if !miss.close {
			return nil
		}
	}
	switch {
	case miss == nil:
	case shared == 0 && miss.key == "statefulset.kubernetes.io/pod-name":
		return nil // any StatefulSet would do
	case shared >= 2 && miss.score <= 2:
		miss.close = true // a number, too, is mistyped where all else is equal
	}
	return miss
}
