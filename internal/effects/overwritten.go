package effects

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// overwritten is a label that a selector asks for and that an entry gives another value.
type overwritten struct {
	addedLabels
	kind, name, what string // of the resource, and of the selector in it
	key, was         string
}

// movedLabel is a label of pods that an entry gives another value.
type movedLabel struct{ key, was, is string }

// selectorOf is a selector in a resource, and what messages call it.
type selectorOf struct {
	labels *yaml.Node
	what   string
}

// selectorsOf are the selectors of a resource that kustomize adds labels to, but for those
// that select the resource's own pods:
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/konfig/builtinpluginconsts/commonlabels.go
func selectorsOf(n *yaml.Node) (all []selectorOf) {
	add := func(labels *yaml.Node, what string) {
		if labels != nil && len(labels.Content) > 0 {
			all = append(all, selectorOf{labels, what})
		}
	}
	switch kind := yamlnode.GetString(n, "kind"); kind {
	case "Service":
		add(yamlnode.Path(n, "spec", "selector"), "the selector")
	case "PodDisruptionBudget":
		add(yamlnode.Path(n, "spec", "selector", "matchLabels"), "the selector")
	case "NetworkPolicy":
		add(yamlnode.Path(n, "spec", "podSelector", "matchLabels"), "podSelector")
		for _, direction := range [...][2]string{{"ingress", "from"}, {"egress", "to"}} {
			for _, rule := range yamlnode.Elements(yamlnode.Path(n, "spec", direction[0])) {
				for _, peer := range yamlnode.Elements(yamlnode.Get(rule, direction[1])) {
					add(yamlnode.Path(peer, "podSelector", "matchLabels"), "a peer under "+direction[0])
				}
			}
		}
	case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob":
		pod := yamlnode.Path(n, "spec", "template", "spec")
		if kind == "CronJob" {
			pod = yamlnode.Path(n, "spec", "jobTemplate", "spec", "template", "spec")
		}
		for _, field := range [...]string{"podAffinity", "podAntiAffinity"} {
			of := yamlnode.Path(pod, "affinity", field)
			for _, term := range yamlnode.Elements(yamlnode.Get(of, "requiredDuringSchedulingIgnoredDuringExecution")) {
				add(yamlnode.Path(term, "labelSelector", "matchLabels"), "a term under "+field)
			}
			for _, term := range yamlnode.Elements(yamlnode.Get(of, "preferredDuringSchedulingIgnoredDuringExecution")) {
				add(yamlnode.Path(term, "podAffinityTerm", "labelSelector", "matchLabels"), "a term under "+field)
			}
		}
	}
	return all
}

// overwrites notes the selectors that an entry gives another value for a label, where no
// pods that it gives that value too have the one that was asked for.
func (r *Recorder) overwrites(s *kbuild.Step, added addedLabels) {
	var found []overwritten
	var selectors []*yaml.Node
	var pods []*yaml.Node
	var services []*resource.Resource
	var workloads []*workload
	s.Each(func(res *resource.Resource) {
		n := res.YNode()
		for _, path := range [...][]string{{"spec", "template", "metadata", "labels"}, {"spec", "jobTemplate", "spec", "template", "metadata", "labels"}} {
			if labels := yamlnode.Path(n, path...); labels != nil {
				pods = append(pods, labels)
			}
		}
		switch res.GetKind() {
		case "Pod":
			pods = append(pods, yamlnode.Path(n, "metadata", "labels"))
		case "Service":
			services = append(services, res)
		case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
			if labels := yamlnode.Path(n, "spec", "template", "metadata", "labels"); labels != nil {
				workloads = append(workloads, &workload{res, labels})
			}
		}
		for _, selector := range selectorsOf(n) {
			for key, value := range yamlnode.Fields(selector.labels) {
				if is, ok := added.pairs[key.Value]; ok && is != yamlnode.String(value) {
					found = append(found, overwritten{added, res.GetKind(), res.GetName(), selector.what, key.Value, yamlnode.String(value)})
					selectors = append(selectors, selector.labels)
					break
				}
			}
		}
	})
	for _, labels := range pods {
		for key, value := range yamlnode.Fields(labels) {
			if is, ok := added.pairs[key.Value]; ok && is != yamlnode.String(value) {
				if r.moved == nil {
					r.moved = map[movedLabel]bool{}
				}
				r.moved[movedLabel{key.Value, yamlnode.String(value), is}] = true
			}
		}
	}
	if len(found) == 0 {
		return
	}
	by := podsBy(pods)
	r.merges(services, workloads, by, added)
	for i, o := range found {
		if !by.selectedBy(selectors[i], added.pairs) {
			r.overwritten = append(r.overwritten, o)
		}
	}
}

// labelledPods are the labels of pods, by each of them: a selector asks for few.
type labelledPods struct {
	by    map[[2]string][]*yaml.Node
	count int
}

func podsBy(pods []*yaml.Node) *labelledPods {
	by := map[[2]string][]*yaml.Node{}
	for _, labels := range pods {
		for key, value := range yamlnode.Fields(labels) {
			label := [2]string{key.Value, yamlnode.String(value)}
			by[label] = append(by[label], labels)
		}
	}
	return &labelledPods{by, len(pods)}
}

// having returns those that have a label of a selector, one of those that pairs has not
// if there is one. others says so.
func (p *labelledPods) having(selector *yaml.Node, pairs map[string]string) (some []*yaml.Node, others bool) {
	for key, value := range yamlnode.Fields(selector) {
		if _, added := pairs[key.Value]; !added {
			return p.by[[2]string{key.Value, yamlnode.String(value)}], true
		}
		some = p.by[[2]string{key.Value, yamlnode.String(value)}]
	}
	return some, false
}

// selectedBy reports whether a selector is for some of the pods that an entry gives labels
// to: as it is written, or else by its other labels alone, of pods without these labels or
// of one workload among several.
func (p *labelledPods) selectedBy(selector *yaml.Node, pairs map[string]string) bool {
	alike := 0
	some, others := p.having(selector, pairs)
	for _, labels := range some {
		if hasLabels(labels, selector) {
			return true
		}
		fits, has := true, false
		for key, value := range yamlnode.Fields(selector) {
			is := yamlnode.Get(labels, key.Value)
			if added, ok := pairs[key.Value]; ok {
				has = has || is != nil
				fits = fits && (is == nil || yamlnode.String(is) == added)
				continue
			}
			fits = fits && yamlnode.String(is) == yamlnode.String(value)
		}
		switch {
		case !others || !fits:
		case !has:
			return true
		default:
			alike++
		}
	}
	return alike == 1 && p.count > 1
}

func hasLabels(labels, selector *yaml.Node) bool {
	for key, value := range yamlnode.Fields(selector) {
		if yamlnode.String(yamlnode.Get(labels, key.Value)) != yamlnode.String(value) {
			return false
		}
	}
	return true
}

// workload is one that keeps running, and the labels of its pods.
type workload struct {
	*resource.Resource
	labels *yaml.Node
}

// ports are the names of the ports of its pods.
func (w *workload) ports() map[string]bool {
	names := map[string]bool{}
	for _, c := range yamlnode.Elements(yamlnode.Path(w.YNode(), "spec", "template", "spec", "containers")) {
		for _, port := range yamlnode.Elements(yamlnode.Get(c, "ports")) {
			names[yamlnode.GetString(port, "name")] = true
		}
	}
	return names
}

// merged is a Service that selected some of the workloads that an entry gives labels to, and
// after it selects one that is not among them too.
type merged struct {
	addedLabels
	service, key, was string
	also              string // the other workload
}

// merges notes the Services that an entry makes select other workloads than they were
// written for: the label that told these apart has one value for all.
func (r *Recorder) merges(services []*resource.Resource, workloads []*workload, pods *labelledPods, added addedLabels) {
	named := map[string][]*workload{}
	for _, w := range workloads {
		for port := range w.ports() {
			named[port] = append(named[port], w)
		}
	}
	for _, svc := range services {
		selector := yamlnode.Path(svc.YNode(), "spec", "selector")
		var key, was string
		for k, v := range yamlnode.Fields(selector) {
			if is, ok := added.pairs[k.Value]; ok && is != yamlnode.String(v) {
				key, was = k.Value, yamlnode.String(v)
				break
			}
		}
		if key == "" || !slices.ContainsFunc(pods.by[[2]string{key, was}], func(labels *yaml.Node) bool { return hasLabels(labels, selector) }) {
			continue
		}
		selectedThen := func(w *workload) bool {
			for k, v := range yamlnode.Fields(selector) {
				if _, ok := added.pairs[k.Value]; !ok && yamlnode.String(yamlnode.Get(w.labels, k.Value)) != yamlnode.String(v) {
					return false
				}
			}
			return w.GetNamespace() == svc.GetNamespace() && !hasLabels(w.labels, selector)
		}
		for _, port := range yamlnode.Elements(yamlnode.Path(svc.YNode(), "spec", "ports")) {
			those := workloads
			if target := yamlnode.GetString(port, "targetPort"); target != "" && strings.ContainsFunc(target, unicode.IsLetter) {
				those = named[target] // pods without that name get nothing
			}
			if i := slices.IndexFunc(those, selectedThen); i >= 0 {
				r.merged = append(r.merged, merged{added, svc.GetName(), key, was, those[i].GetName()})
				break
			}
		}
	}
}

var service = inventory.GroupKind{Kind: "Service"}

// mergedSelectors is what is said of a label that makes Services select each other's pods.
const mergedSelectors = "merged selectors"

// Merged reports whether a finding says that a label makes Services select each other's pods.
func Merged(f *finding.Finding) bool {
	return f.Rule == LabelsBreakSelector && f.Said().What == mergedSelectors
}

// mergedServices reports the Services that select what they were not written for, unless
// something has put their selectors back or removed what they select, once for each entry.
func (r *Recorder) mergedServices(inv *inventory.Inventory) {
	if len(r.merged) == 0 {
		return
	}
	var pods []*inventory.Pod
	written := map[[2]string]bool{} // what selectors of Services ask for
	for _, o := range inv.Objects() {
		if o.Kind == "Service" && o.Node != nil {
			for k, v := range yamlnode.Fields(o.Get("spec", "selector")) {
				written[[2]string{k.Value, yamlnode.String(v)}] = true
			}
		}
		pods = append(pods, o.Pods()...)
	}
	selectsSeveral := func(svc *inventory.Object) bool {
		selector, found := svc.Get("spec", "selector"), 0
		for _, pod := range pods {
			if pod.Namespace() == svc.Namespace && hasLabels(pod.Labels(), selector) {
				if found++; found > 1 {
					return true
				}
			}
		}
		return false
	}
	type place struct{ entry, key string }
	var places []place
	of := map[place][]*merged{}
	for i := range r.merged {
		m := &r.merged[i]
		if written[[2]string{m.key, m.was}] || !slices.ContainsFunc(slices.Concat(inv.Find(service, m.service), inv.FindPrevious(service, m.service)), selectsSeveral) {
			continue // put back, or told apart by another label
		}
		at := place{fmt.Sprint(m.file, m.entry), m.key}
		if of[at] == nil {
			places = append(places, at)
		}
		of[at] = append(of[at], m)
	}
	for _, at := range places {
		all := of[at]
		m := all[0]
		what := fmt.Sprintf("the selector of Service %s: it sends requests to the pods of %s too", m.service, m.also)
		if more := len(all) - 1; more > 0 {
			what = fmt.Sprintf("the selectors of Service %s and %d more: they send requests to each other's pods, Service %s to those of %s", m.service, more, m.service, m.also)
		}
		r.report(LabelsBreakSelector, finding.Error, m.file, m.entry,
			fmt.Sprintf("%s puts %s=%s in place of %s in %s", m.entry[0], m.key, m.pairs[m.key], m.was, what),
			help("add labels without selectors (labels: with pairs:, without includeSelectors), or add one with another key"),
			says(finding.About{What: mergedSelectors, Name: m.key}))
	}
}

// overwrittenSelectors reports the selectors that ask for another value than was written,
// unless something has put that back.
func (r *Recorder) overwrittenSelectors(inv *inventory.Inventory) {
	if len(r.overwritten) == 0 {
		return
	}
	type wanted struct{ kind, key, value string }
	still := map[wanted]bool{}
	for _, o := range inv.Objects() {
		if o.Node == nil {
			continue
		}
		for _, selector := range selectorsOf(o.Node) {
			for key, value := range yamlnode.Fields(selector.labels) {
				still[wanted{o.Kind, key.Value, yamlnode.String(value)}] = true
			}
		}
	}
	slices.SortStableFunc(r.overwritten, func(a, b overwritten) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), strings.Compare(a.what, b.what))
	})
	type place struct{ entry, key, kind, name, what string }
	var places []place
	first, was := map[place]*overwritten{}, map[place][]string{}
	for i := range r.overwritten {
		o := &r.overwritten[i]
		if still[wanted{o.kind, o.key, o.was}] || r.moved[movedLabel{o.key, o.was, o.pairs[o.key]}] {
			continue
		}
		at := place{fmt.Sprint(o.file, o.entry), o.key, o.kind, o.name, o.what}
		if first[at] == nil {
			first[at] = o
			places = append(places, at)
		}
		if !slices.Contains(was[at], o.was) {
			was[at] = append(was[at], o.was)
		}
	}
	for _, at := range places {
		o, names := first[at], was[at]
		slices.Sort(names)
		const most = 3
		if more := len(names) - most; more > 0 {
			names = append(names[:most:most], fmt.Sprintf("%d more", more))
		}
		list := names[len(names)-1]
		if len(names) > 1 {
			list = strings.Join(names[:len(names)-1], ", ") + " and " + list
		}
		r.report(LabelsBreakSelector, finding.Error, o.file, o.entry,
			fmt.Sprintf("%s puts %s=%s in place of %s in %s of %s %s: it no longer selects the pods that it was written for, which are not among those that get the label",
				o.entry[0], o.key, o.pairs[o.key], list, o.what, o.kind, o.name),
			help("add labels without selectors (labels: with pairs:, without includeSelectors), or select by a label that is not among them"))
	}
}
