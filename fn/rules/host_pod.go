package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// judgePod judges the pod in pod.service.namespace: it is the ordinal of a
// StatefulSet whose serviceName is the Service, or a pod's own hostname.
func (j *hostJudge) judgePod(u *hostUse, n hostName, result *hostJudgement) {
	if strings.Contains(n.pod, ".") {
		return
	}
	base, ordinal, isOrdinal := cutOrdinal(n.pod)
	named := func(pod string) string {
		return pod + strings.TrimPrefix(strings.ToLower(u.Host), n.pod)
	}
	if isOrdinal {
		for _, gk := range statefulSetKinds {
			set := j.b.Inventory.Lookup(gk, n.namespace, base, false, u.from)
			if set == nil || set.Node == nil {
				continue
			}
			if j.governs(n.service, set) {
				j.judgeOrdinal(u, set, ordinal, result, named)
				return
			}
			result.verdict = hostBadPod
			result.reason = "StatefulSet " + strconv.Quote(base) + " has serviceName " + strconv.Quote(yamlnode.GetString(set.Node, "spec", "serviceName")) +
				", so its pods have no names under Service " + strconv.Quote(n.service)
			return
		}
	}
	for _, pod := range subdomains.Of(j.b)[n.service] {
		if inventory.SameNamespace(pod.Namespace(), n.namespace) {
			return // a hostname of its own, or of pods that nobody here names
		}
	}
	governed := j.governedBy(n.service, n.namespace)
	if len(governed) == 0 || !isHeadless(result.target) && !isOrdinal {
		return
	}
	set := governed[0]
	for _, g := range governed {
		if g.WasCalled(base) || suggest.Close(base, g.Name) {
			set = g
		}
	}
	result.verdict = hostBadPod
	result.reason = "the pods of StatefulSet " + strconv.Quote(set.Name) + " are called " + set.Name + "-0 and so on"
	if isOrdinal {
		result.suggestion = named(set.Name + "-" + strconv.Itoa(ordinal))
	}
}

// judgeStrayPod judges pod.service where there is no such Service: the pod may
// be one of a StatefulSet that has another.
func (j *hostJudge) judgeStrayPod(u *hostUse, n hostName, result *hostJudgement) bool {
	base, _, ok := cutOrdinal(n.pod)
	if !ok {
		return false
	}
	for _, gk := range statefulSetKinds {
		set := j.b.Inventory.Lookup(gk, n.namespace, base, false, u.from)
		if set == nil || set.Node == nil {
			continue
		}
		if s := j.b.governing(set); s != nil {
			*result = hostJudgement{verdict: hostBadPod, service: n.service, namespace: n.namespace,
				reason:     "there is no Service " + strconv.Quote(n.service) + ", and the serviceName of StatefulSet " + strconv.Quote(base) + " is " + strconv.Quote(s.Name),
				suggestion: strings.Replace(strings.ToLower(u.Host), n.pod+"."+n.service, n.pod+"."+s.Name, 1)}
			return true
		}
	}
	return false
}

// governedBy returns the StatefulSets whose serviceName is the Service.
func (j *hostJudge) governedBy(service, namespace string) []*inventory.Object {
	if j.sets == nil {
		j.sets = map[string][]*inventory.Object{}
		for _, gk := range statefulSetKinds {
			for _, set := range j.b.Inventory.OfKind(gk) {
				if set.Node == nil {
					continue
				}
				if s := j.b.governing(set); s != nil {
					j.sets[s.Name] = append(j.sets[s.Name], set)
				}
			}
		}
	}
	var found []*inventory.Object
	for _, set := range j.sets[service] {
		if inventory.SameNamespace(set.Namespace, namespace) {
			found = append(found, set)
		}
	}
	return found
}

// governing returns the Service that is set's serviceName, by its present or,
// since kustomize rewrites that field at the end, a previous name.
func (b *Build) governing(set *inventory.Object) *inventory.Object {
	return b.Inventory.Lookup(serviceKind, set.Namespace, yamlnode.GetString(set.Node, "spec", "serviceName"), true, set)
}

func (j *hostJudge) governs(service string, set *inventory.Object) bool {
	s := j.b.governing(set)
	return s != nil && s.Name == service
}

// peersOf are the pods of a set that one resource has addresses of.
type peersOf struct {
	from *inventory.Object
	set  string
}

// peers are the ordinals of pods, and the highest of them.
type peers struct {
	ordinals map[int]bool
	last     int
}

// listsAll reports whether a resource lists the pods of a set from 0 on, past
// ordinal: somebody has lowered the replicas and left the list of peers.
func (j *hostJudge) listsAll(u *hostUse, set string, ordinal int) bool {
	if j.listed == nil {
		j.listed = map[peersOf]*peers{}
		for _, other := range j.uses {
			label, _, _ := strings.Cut(strings.ToLower(other.Host), ".")
			base, n, ok := cutOrdinal(label)
			if !ok {
				continue
			}
			of := peersOf{other.from, base}
			p := j.listed[of]
			if p == nil {
				p = &peers{ordinals: map[int]bool{}}
				j.listed[of] = p
			}
			p.ordinals[n] = true
			p.last = max(p.last, n)
		}
	}
	p := j.listed[peersOf{u.from, set}]
	return p != nil && ordinal > 0 && len(p.ordinals) == p.last+1
}

func (j *hostJudge) judgeOrdinal(u *hostUse, set *inventory.Object, ordinal int, result *hostJudgement, named func(string) string) {
	if j.isScaled(set) {
		return
	}
	replicas, start := 1, 0
	if n := set.Get("spec", "replicas"); !yamlnode.IsNull(n) {
		var err error
		if replicas, err = strconv.Atoi(n.Value); err != nil {
			return
		}
	}
	if n := set.Get("spec", "ordinals", "start"); n != nil {
		start, _ = strconv.Atoi(n.Value)
	}
	if replicas == 0 || ordinal >= start && ordinal < start+replicas {
		return
	}
	result.verdict = hostBadPod
	result.scaledDown = j.listsAll(u, set.Name, ordinal)
	result.reason = "StatefulSet " + strconv.Quote(set.Name) + " has " + strconv.Itoa(replicas) + " replicas: its last pod is " + set.Name + "-" + strconv.Itoa(start+replicas-1)
	result.suggestion = named(set.Name + "-" + strconv.Itoa(start+replicas-1))
}

// isScaled reports whether an autoscaler sets the replicas.
func (j *hostJudge) isScaled(set *inventory.Object) bool {
	if j.scaled == nil {
		j.scaled = map[string][]string{}
		for _, gk := range []inventory.GroupKind{{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}, {Group: "keda.sh", Kind: "ScaledObject"}} {
			for _, o := range j.b.Inventory.OfKind(gk) {
				j.scaled[o.Namespace] = append(j.scaled[o.Namespace], yamlnode.GetString(o.Node, "spec", "scaleTargetRef", "name"))
			}
		}
	}
	is := func(name string) bool { return name == set.Name || set.WasCalled(name) }
	return slices.ContainsFunc(j.scaled[set.Namespace], is) || slices.ContainsFunc(j.scaled[""], is)
}

// cutOrdinal splits web-0 into web and 0.
func cutOrdinal(pod string) (base string, ordinal int, ok bool) {
	i := strings.LastIndexByte(pod, '-')
	if i <= 0 {
		return "", 0, false
	}
	ordinal, err := strconv.Atoi(pod[i+1:])
	return pod[:i], ordinal, err == nil && ordinal >= 0
}

func looksLikePod(label string) bool {
	_, _, ok := cutOrdinal(label)
	return ok
}

// subdomains are the pods of the build that have one, by it.
var subdomains = NewFact(func(b *Build) map[string][]*inventory.Pod {
	by := map[string][]*inventory.Pod{}
	for _, pod := range workloads.Of(b) {
		if name := yamlnode.GetString(pod.Spec, "subdomain"); name != "" {
			by[name] = append(by[name], pod)
		}
	}
	return by
})
