package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// identifying labels say what a pod is, not whose or of what release.
var identifying = []string{"app", "app.kubernetes.io/name", "k8s-app", "name", "run", "service"}

// meant is what a selector that selects nothing was probably meant for: the same
// pods in another namespace, a workload that is called as the selector or its
// object is, or pods with a part of the labels. It is "" where nothing in the build
// speaks for one of them, so that an operator may make the pods.
//
// own is the name of the object whose pods they are, "" for a selector of others';
// reaches says whether the selector reaches a namespace; what is the kind that it
// selects, and pods and named find those, by label and by name.
func meant(own string, labels *yaml.Node, what string, reaches func(namespace string) bool,
	pods func(label) []*inventory.Pod, named func(string) []*inventory.Pod) string {
	var part *inventory.Pod
	var names []string
	for k, v := range yamlnode.Fields(labels) {
		if !slices.Contains(identifying, k.Value) || reference.IsPlaceholder(yamlnode.String(v)) {
			continue
		}
		names = append(names, yamlnode.String(v))
		for _, pod := range pods(label{k.Value, yamlnode.String(v)}) {
			if pod.Partial {
				continue
			}
			switch {
			case reaches(pod.Owner.Namespace):
				if part == nil && !otherComponent(pod, labels) {
					part = pod
				}
			case matches(pod, labels):
				return fmt.Sprintf("; %s in namespace %q does", ownerOf(pod, what), pod.Owner.Namespace)
			}
		}
	}
	if part != nil {
		var lacks []string
		have := part.Labels()
		for k, v := range yamlnode.Fields(labels) {
			if got := yamlnode.GetString(have, k.Value); got != yamlnode.String(v) {
				if got == "" && (isElected(k.Value) || isElected(yamlnode.String(v))) {
					return ""
				}
				lacks = append(lacks, k.Value+"="+yamlnode.String(v))
			}
		}
		return fmt.Sprintf("; %s has a part of them, and not %s", ownerOf(part, what), strings.Join(lacks, ", "))
	}
	for k := range yamlnode.Fields(labels) {
		if own == "" || !slices.Contains(identifying, k.Value) {
			continue
		}
		for _, pod := range pods(label{k.Value, own}) {
			if !pod.Partial && reaches(pod.Owner.Namespace) {
				return fmt.Sprintf("; %s has %s", ownerOf(pod, what), selectorText(pod.Labels()))
			}
		}
	}
	for _, name := range append(names, own) {
		if name == "" {
			continue
		}
		for _, pod := range named(name) {
			have := pod.Labels()
			if pod.Partial || !reaches(pod.Owner.Namespace) || have == nil || len(have.Content) == 0 {
				continue
			}
			return fmt.Sprintf("; %s has %s", ownerOf(pod, what), selectorText(have))
		}
	}
	return ""
}

// isElected reports whether a label is one that programs give the pod which they have
// elected, when they run, or its value: boskos-leader, vault-active, spilo-role, operator:
// leader.
func isElected(key string) bool {
	word := key[strings.LastIndexAny(key, "-_./")+1:]
	return slices.Contains([]string{"leader", "master", "primary", "active", "role", "writer", "writable"}, strings.ToLower(word))
}

// ownerOf names what carries the labels of a pod.
func ownerOf(pod *inventory.Pod, what string) string {
	if what == "pod" {
		return "the pod of " + pod.Owner.Kind + " " + pod.Owner.Name
	}
	return pod.Owner.Kind + " " + pod.Owner.Name
}

// otherComponent reports whether a pod says that it is another component than the
// one that is selected: that one may be in another tree, or a chart's.
func otherComponent(pod *inventory.Pod, labels *yaml.Node) bool {
	for _, key := range [...]string{"app.kubernetes.io/component", "component", "tier", "role"} {
		want, have := yamlnode.GetString(labels, key), yamlnode.GetString(pod.Labels(), key)
		if want != "" && have != "" && want != have {
			return true
		}
	}
	return false
}

// meantPods is meant for a selector of pods in a namespace, in any if it is empty.
// The pods of a Helm release that is called as a label says are a chart's.
func (p *Pass) meantPods(own string, labels *yaml.Node, namespace string) string {
	if p.calledAsRelease(namespace, labels) {
		return ""
	}
	return meant(own, labels, "pod", func(ns string) bool { return inventory.SameNamespace(ns, namespace) },
		func(l label) []*inventory.Pod { return p.podsOfLabel(namespace, l) },
		func(name string) []*inventory.Pod { return podsByOwner.Of(p.Build)[name] })
}

// calledAsRelease reports whether a label says what a Helm release of the build in that
// namespace is called: its chart has pods that nobody sees, each component with its own.
func (p *Pass) calledAsRelease(namespace string, labels *yaml.Node) bool {
	for _, v := range yamlnode.Fields(labels) {
		if p.resolver.ReleaseOf(namespace, yamlnode.String(v)) != nil {
			return true
		}
	}
	return false
}

// affixedPods is meant for a selector with one word more at the end of a label's value
// than pods have there, which the name of its object does not have either, or with the
// name of the namespace less.
func (p *Pass) affixedPods(o *inventory.Object, labels *yaml.Node) (meant string, suggestion []string) {
	if p.calledAsRelease(o.Namespace, labels) {
		return "", nil
	}
	key, value, pod := withoutAffix(o.Name, labels, func(l label) []*inventory.Pod {
		return slices.DeleteFunc(slices.Clone(p.podsOfLabel(o.Namespace, l)), func(pod *inventory.Pod) bool { return !inventory.SameNamespace(pod.Owner.Namespace, o.Namespace) })
	})
	if pod == nil {
		key, value, pod = p.withNamespace(o.Namespace, labels)
	}
	if pod == nil {
		return "", nil
	}
	return fmt.Sprintf("; %s has %s=%s", ownerOf(pod, "pod"), key, value), []string{value}
}

// withNamespace looks for pods that have all labels but that one value of theirs begins
// with the name of the namespace, or with its first word, as the names of a project do.
func (p *Pass) withNamespace(namespace string, labels *yaml.Node) (key, value string, pod *inventory.Pod) {
	first, _, _ := strings.Cut(namespace, "-")
	if len(first) < 3 {
		return "", "", nil
	}
	for k, v := range yamlnode.Fields(labels) {
		text := yamlnode.String(v)
		if !slices.Contains(identifying, k.Value) || text == "" || reference.IsPlaceholder(text) {
			continue
		}
		for _, long := range [...]string{namespace + "-" + text, first + "-" + text} {
			for _, pod := range p.podsOfLabel(namespace, label{k.Value, long}) {
				if !pod.Partial && inventory.SameNamespace(pod.Owner.Namespace, namespace) && matchesBut(pod, labels, k.Value) {
					return k.Value, long, pod
				}
			}
		}
	}
	return "", "", nil
}

// withoutAffix looks for what has all labels but that one value of theirs has a word
// more, at the beginning or the end, which is not in the name of the object that selects.
func withoutAffix(own string, labels *yaml.Node, having func(label) []*inventory.Pod) (key, value string, pod *inventory.Pod) {
	for k, v := range yamlnode.Fields(labels) {
		text := yamlnode.String(v)
		if strings.Contains(own, text) || reference.IsPlaceholder(text) {
			continue
		}
		first, last := strings.IndexByte(text, '-'), strings.LastIndexByte(text, '-')
		if first <= 0 || last == len(text)-1 {
			continue
		}
		for _, short := range [...]string{text[first+1:], text[:last]} {
			if len(short) < 3 || !strings.Contains(own, short) {
				continue
			}
			for _, pod := range having(label{k.Value, short}) {
				if !pod.Partial && matchesBut(pod, labels, k.Value) {
					return k.Value, short, pod
				}
			}
		}
	}
	return "", "", nil
}

// matchesBut reports whether a pod has all labels but that of a key.
func matchesBut(pod *inventory.Pod, labels *yaml.Node, key string) bool {
	have := pod.Labels()
	for k, v := range yamlnode.Fields(labels) {
		if k.Value != key && yamlnode.GetString(have, k.Value) != yamlnode.String(v) {
			return false
		}
	}
	return true
}

// podsOfLabel returns the pods with a label: all, or of very many those of a
// namespace first.
func (b *Build) podsOfLabel(namespace string, l label) []*inventory.Pod {
	pods := podsByLabel.Of(b)[l]
	if len(pods) <= fewPods {
		return pods
	}
	index := podsByNamespacedLabel.Of(b)
	var near []*inventory.Pod
	for _, some := range [...][]*inventory.Pod{index[namespacedLabel{"", l}], index[namespacedLabel{namespace, l}], pods} {
		near = append(near, some[:min(fewPods, len(some))]...)
	}
	return near
}

// podsByOwner are the pods of all workloads by the workload's name.
var podsByOwner = NewFact(func(b *Build) map[string][]*inventory.Pod {
	by := map[string][]*inventory.Pod{}
	for _, pod := range podsByNamespace.Of(b).all {
		by[pod.Owner.Name] = append(by[pod.Owner.Name], pod)
	}
	return by
})
