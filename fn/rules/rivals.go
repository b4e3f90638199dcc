package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// rivalRules are about resources that are valid each and stand in each other's
// way.
func rivalRules() []*Rule {
	return []*Rule{evictionBlocked, ingressPathTwice, metricWithoutRequest, volumeNotShareable, replicasFixed, scaledTwice, scaledAndSized}
}

// scalable are the kinds whose replicas a PodDisruptionBudget is measured by.
var scalable = gks("apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet")

var evictionBlocked = &Rule{
	Name:      "eviction-blocked",
	Severity:  finding.Warning,
	AdvisesIf: func(f *finding.Finding) bool { return f.Said().What != "" }, // somebody has written it so, or it is so at times
	URL:       "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
	Doc: "A PodDisruptionBudget allows no eviction at all: maxUnavailable is 0, or minAvailable is as many as there are replicas. " +
		"Draining a node then waits for these pods until somebody deletes them by hand, and so do upgrades of the cluster. " +
		"It is a note where a patch or another environment of the repository gives the workload more replicas, and where a comment of the budget says that it blocks evictions, or that there is a single replica. " +
		"Replicas are counted where the budget selects Deployments, StatefulSets and ReplicaSets of the build; a HorizontalPodAutoscaler keeps at least minReplicas, and another autoscaler's number is not known.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("policy/PodDisruptionBudget")) {
			if o.Node != nil {
				p.checkBudget(o)
			}
		}
		return nil
	},
}

// What a finding of eviction-blocked is about: a budget that says so itself, however many
// replicas there are, and one of as many as an autoscaler leaves of more.
const (
	noneAllowed = "none allowed"
	scaledDown  = "scaled down"
)

func (p *Pass) checkBudget(o *inventory.Object) {
	least, most := o.Get("spec", "minAvailable"), o.Get("spec", "maxUnavailable")
	help := "draining a node waits for these pods until somebody deletes them; allow one to be missing: maxUnavailable: 1"
	switch yamlnode.String(most) {
	case "0", "0%":
		p.Report(o, most, fmt.Sprintf("maxUnavailable %s allows no eviction at all", yamlnode.String(most)), Help("%s", help), Says(finding.About{What: noneAllowed}))
		return
	}
	want := yamlnode.String(least)
	if want == "100%" {
		p.Report(o, least, "minAvailable 100% allows no eviction at all", Help("%s", help), Says(finding.About{What: noneAllowed}))
		return
	}
	total, names, only, scaled := p.replicasSelected(o)
	if total == 0 {
		return
	}
	needed, err := strconv.ParseInt(want, 10, 64)
	if percent, ok := strings.CutSuffix(want, "%"); ok {
		if needed, err = strconv.ParseInt(percent, 10, 64); needed > 0 && needed < 100 {
			needed = (needed*total + 99) / 100 // rounded up, as the controller does
		}
	}
	if err != nil || needed < total {
		return
	}
	p.Report(o, least, fmt.Sprintf("minAvailable %s allows no eviction at all: %s", want, names), Help("%s, or more replicas", help), Says(finding.About{Name: only, What: scaled}))
}

// EvictionBlocked returns the one workload whose replicas a finding of eviction-blocked
// has counted.
func EvictionBlocked(f *finding.Finding) (workload string, ok bool) {
	workload = f.Said().Name
	return workload, f.Rule == evictionBlocked.Name && workload != ""
}

// replicasSelected returns how many pods a budget selects, of what, and the name of the
// workload if it is one; none where that is not known. scaledTo is [scaledDown] where an
// autoscaler has given one of them more at times.
func (p *Pass) replicasSelected(o *inventory.Object) (total int64, names, only, scaledTo string) {
	selector := o.Get("spec", "selector")
	if selector == nil || len(selector.Content) == 0 {
		return 0, "", "", ""
	}
	scaled, scales := scaledWorkloads.Of(p.Build), replicasScaled.Of(p.Build)
	var owners []*inventory.Object
	known := map[finding.Resource]bool{} // a second copy of one has no pods of its own
	for pod := range p.eachOfSelector(o.Namespace, selector) {
		if known[pod.Owner.Resource()] {
			continue
		}
		known[pod.Owner.Resource()] = true
		if pod.Partial || scaled[pod.Owner] && scales[pod.Owner].least == 0 || !slices.Contains(scalable, pod.Owner.GroupKind) || reference.IsPlaceholder(yamlnode.String(pod.Owner.Get("spec", "replicas"))) {
			return 0, "", "", ""
		}
		owners = append(owners, pod.Owner)
	}
	var texts []string
	for _, owner := range owners {
		n, has := number(owner.Get("spec", "replicas"), 1), "has"
		if n == 0 {
			return 0, "", "", "" // not in use, or set elsewhere
		}
		if to := scales[owner]; to.least > 0 {
			n, has = to.least, "is scaled down to"
			if to.most > to.least {
				scaledTo = scaledDown
			}
		}
		total += n
		texts = append(texts, fmt.Sprintf("%s %s %s %s", owner.Kind, owner.Name, has, plural(n, "replica")))
	}
	if len(owners) == 1 {
		only = owners[0].BaseName() // as patches of other environments have it
	}
	return total, strings.Join(texts, ", "), only, scaledTo
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
}

// autoscalers are the kinds that set the replicas of what spec.scaleTargetRef
// names.
var autoscalers = gks("autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject")

// scaledWorkloads are the workloads whose replicas an autoscaler sets.
var scaledWorkloads = NewFact(func(b *Build) map[*inventory.Object]bool {
	return b.targets(autoscalers, "spec.scaleTargetRef.name")
})

// scale are the numbers of replicas that a HorizontalPodAutoscaler leaves a workload with that
// has nothing to do, and that it gives it at most.
type scale struct{ least, most int64 }

var replicasScaled = NewFact(func(b *Build) map[*inventory.Object]scale {
	scaled := map[*inventory.Object]scale{}
	for _, o := range b.Inventory.OfKind(gk("autoscaling/HorizontalPodAutoscaler")) {
		if target := b.targetOf(o, "spec.scaleTargetRef.name"); target != nil && !reference.IsPlaceholder(yamlnode.String(o.Get("spec", "minReplicas"))) {
			scaled[target] = scale{number(o.Get("spec", "minReplicas"), 1), number(o.Get("spec", "maxReplicas"), 1)}
		}
	}
	return scaled
})

// sizedWorkloads are the workloads whose requests a VerticalPodAutoscaler sets.
var sizedWorkloads = NewFact(func(b *Build) map[*inventory.Object]bool {
	return b.targets(gks("autoscaling.k8s.io/VerticalPodAutoscaler"), "spec.targetRef.name")
})

// targets are what resources of some kinds refer to at a path.
func (b *Build) targets(kinds []inventory.GroupKind, path string) map[*inventory.Object]bool {
	targets := map[*inventory.Object]bool{}
	for _, kind := range kinds {
		for _, o := range b.Inventory.OfKind(kind) {
			if target := b.targetOf(o, path); target != nil {
				targets[target] = true
			}
		}
	}
	return targets
}

// targetOf is what a resource refers to at a path, nil if that is not known.
func (b *Build) targetOf(o *inventory.Object, path string) *inventory.Object {
	for _, r := range b.refs.From(o) {
		if r.Row.Path == path {
			return b.resolve(r).Target
		}
	}
	return nil
}

var ingressPathTwice = &Rule{
	Name:     "ingress-path-twice",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules",
	Doc: "Two rules of Ingresses of one class have the same host, path and path type: only one of them gets the requests. " +
		"Which one is up to the controller, and some refuse the second; where two Ingresses lead to the same backend it is a note. " +
		"Across Ingresses it is reported where both are in one build or one file, have a host and name a class; canaries, and Ingresses that annotations set apart (entry points, conditions, mergeable types, load balancers of their own), are left alone.",
	Run: func(p *Pass) error {
		first := map[string]ingressPath{}
		for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(gk("networking.k8s.io/Ingress"))), compareObjects) {
			if o.Node == nil || setApart(o) {
				continue
			}
			own := map[string]ingressPath{}
			class := ingressClass(o)
			for _, path := range ingressPaths(o) {
				if before, again := own[path.key]; again {
					p.reportPathTwice(path, before)
					continue
				}
				own[path.key] = path
				if class == "" || path.host == "" {
					continue
				}
				key := class + " " + path.key
				before, again := first[key]
				switch {
				case !again:
					first[key] = path
				case p.Inventory.Finished || before.from.File == o.File:
					p.reportPathTwice(path, before)
				}
			}
		}
		return nil
	},
}

// ingressPath is one path of a rule of an Ingress.
type ingressPath struct {
	from            *inventory.Object
	node            *yaml.Node
	host, path, key string
	backend         *yaml.Node
}

func ingressPaths(o *inventory.Object) []ingressPath {
	var paths []ingressPath
	for _, rule := range yamlnode.Elements(o.Get("spec", "rules")) {
		host := yamlnode.GetString(rule, "host")
		for _, n := range yamlnode.Elements(yamlnode.Path(rule, "http", "paths")) {
			path := yamlnode.GetString(n, "path")
			if reference.IsPlaceholder(host) || reference.IsTemplate(path) || strings.ContainsAny(path, "<>%") {
				continue
			}
			at := yamlnode.Get(n, "path")
			if at == nil {
				at = yamlnode.Resolve(n)
			}
			paths = append(paths, ingressPath{from: o, node: at, host: host, path: path, backend: yamlnode.Get(n, "backend"),
				key: strings.Join([]string{host, yamlnode.GetString(n, "pathType"), path}, " ")})
		}
	}
	return paths
}

const ingressClassAnnotation = "kubernetes.io/ingress.class"

func ingressClass(o *inventory.Object) string {
	if class := yamlnode.GetString(o.Node, "spec", "ingressClassName"); class != "" {
		return class
	}
	return o.Annotation(ingressClassAnnotation)
}

// setApart reports whether annotations may keep an Ingress from meeting another
// one with the same host and path. Controllers of clouds make a load balancer of
// each Ingress.
func setApart(o *inventory.Object) bool {
	class := ingressClass(o)
	for _, cloud := range []string{"alb", "gce", "azure", "tailscale", "cloudflare"} {
		if strings.Contains(class, cloud) {
			return true
		}
	}
	for key := range yamlnode.Fields(o.Annotations()) {
		for _, word := range []string{"canary", "mergeable", "entrypoints", "priority", "weights", "condition", "actions.", "/server-snippet"} {
			if strings.Contains(strings.ToLower(key.Value), word) {
				return true
			}
		}
	}
	return false
}

func (p *Pass) reportPathTwice(path, before ingressPath) {
	host := path.host
	if host == "" {
		host = "every host"
	}
	where := "in this Ingress already"
	if before.from != path.from {
		where = "in " + before.from.String() + " already"
	}
	what, severity := "both lead to the same backend", finding.Warning
	if before.from != path.from {
		severity = finding.Note // their annotations may differ
	}
	if !sameYAML(path.backend, before.backend, 0) {
		severity = finding.Warning
		what = "they lead to different backends, and only one of them gets the requests"
	}
	name := path.path
	if name == "" {
		name = "/"
	}
	p.Report(path.from, path.node, fmt.Sprintf("path %s of %s is %s: %s", name, host, where, what), AtMost(severity),
		Help("remove one of the two, or give it another path or host"))
}

var metricWithoutRequest = &Rule{
	Name:     "metric-without-request",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
	Doc: "A HorizontalPodAutoscaler measures cpu or memory as a share of what the pods request, and a container of theirs requests none. " +
		"The controller then cannot compute the metric (FailedGetResourceMetric), and does not scale. Where no metric is named, it is 80 % of the CPU. " +
		"A limit counts, as it is the request where there is none; so does the default of a LimitRange, which is why this is a warning: one may be outside of the build. Workloads of a VerticalPodAutoscaler are left alone.",
	Run: func(p *Pass) error {
		ranges := p.limitRanges()
		for _, o := range p.Inventory.OfKind(gk("autoscaling/HorizontalPodAutoscaler")) {
			if o.Node == nil {
				continue
			}
			for _, m := range utilizations(o) {
				p.checkRequests(o, m, ranges[o.Namespace])
			}
		}
		return nil
	},
}

// utilization is a metric that is a share of the pods' requests.
type utilization struct {
	node      *yaml.Node
	resource  string
	container string // the only one measured, "" for all
	unsaid    bool   // the one that there is where none is named
}

func utilizations(o *inventory.Object) []utilization {
	var all []utilization
	if n := o.Get("spec", "targetCPUUtilizationPercentage"); !yamlnode.IsNull(n) {
		all = append(all, utilization{node: n, resource: "cpu"})
	}
	for _, m := range yamlnode.Elements(o.Get("spec", "metrics")) {
		for _, source := range []string{"resource", "containerResource"} {
			metric := yamlnode.Get(m, source)
			for _, path := range [][]string{{"target", "averageUtilization"}, {"targetAverageUtilization"}} {
				if n := yamlnode.Path(metric, path...); !yamlnode.IsNull(n) {
					all = append(all, utilization{node: n, resource: yamlnode.GetString(metric, "name"), container: yamlnode.GetString(metric, "container")})
				}
			}
		}
	}
	// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec
	if len(all) == 0 && yamlnode.IsNull(o.Get("spec", "metrics")) && o.Get("spec", "maxReplicas") != nil && !hasMetricAnnotation(o) {
		all = append(all, utilization{node: o.Get("spec", "scaleTargetRef"), resource: "cpu", unsaid: true})
	}
	return all
}

// hasMetricAnnotation reports whether annotations have metrics: those in which autoscaling/v1
// keeps all but that of the CPU, or of a program that brings some.
func hasMetricAnnotation(o *inventory.Object) bool {
	for k := range yamlnode.Fields(o.Annotations()) {
		if strings.HasPrefix(k.Value, "autoscaling.alpha.kubernetes.io/") || strings.HasPrefix(k.Value, "metric-config.") {
			return true
		}
	}
	return false
}

func (p *Pass) checkRequests(o *inventory.Object, m utilization, ranges []*inventory.Object) {
	if m.resource != "cpu" && m.resource != "memory" || limitRangeDefault(ranges, "requests", m.resource) != nil {
		return
	}
	target := p.targetOf(o, "spec.scaleTargetRef.name")
	if target == nil || target.Node == nil || sizedWorkloads.Of(p.Build)[target] {
		return
	}
	var without []string
	for _, pod := range target.Pods() {
		if pod.Partial || yamlnode.Get(pod.Spec, "resources") != nil {
			return
		}
		for _, c := range pod.Containers {
			resources := yamlnode.Get(c.Node, "resources")
			if c.Type == inventory.AppContainer && (m.container == "" || m.container == c.Name) &&
				yamlnode.GetString(resources, "requests", m.resource) == "" && yamlnode.GetString(resources, "limits", m.resource) == "" {
				without = append(without, strconv.Quote(c.Name))
			}
		}
	}
	if len(without) > 0 {
		what := "container "
		if len(without) > 1 {
			what = "containers "
		}
		if m.unsaid {
			p.Report(o, m.node, fmt.Sprintf("without metrics the autoscaler wants 80 %% of the CPU that the pods request, and %s%s of %s requests none: it cannot compute that", what, strings.Join(without, ", "), target),
				Help("set resources.requests.cpu there, or say under metrics what to scale by; if a LimitRange outside of this build does the former, ignore the rule here"))
			return
		}
		p.Report(o, m.node, fmt.Sprintf("this is a share of what the pods request, and %s%s of %s requests no %s: the autoscaler cannot compute it", what, strings.Join(without, ", "), target, m.resource),
			Help("set resources.requests.%s there; if a LimitRange outside of this build does, ignore the rule here", m.resource))
	}
}

var volumeNotShareable = &Rule{
	Name:     "volume-not-shareable",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",
	Doc: "A Deployment with several replicas mounts a PersistentVolumeClaim that one node (ReadWriteOnce) or one pod (ReadWriteOncePod) may mount at a time. " +
		"A replica on another node stays in ContainerCreating. " +
		"So does the new pod of a rolling update of one replica: that is a note for ReadWriteOnce, which works where both land on one node. " +
		"It assumes more nodes than one, and a volume that a node attaches; classes of volumes that are folders of a node or of a file server (local-path, hostpath, NFS, EFS, …), and pods that a nodeName, a nodeSelector for a host or a podAffinity keeps together are left alone.",
	Run: func(p *Pass) error {
		scaled, kinds := p.autoscaled(), gks("apps/Deployment", "apps/ReplicaSet", "argoproj.io/Rollout")
		for _, r := range p.refs.To(gk("PersistentVolumeClaim")) {
			o := r.From
			if r.Pod == nil || o.Node == nil || !slices.Contains(kinds, o.GroupKind) {
				continue
			}
			n := replicas(o, scaled)
			claim := p.resolve(r).Target
			if claim == nil || claim.Node == nil || heldTogether(r.Pod) {
				continue
			}
			modes := yamlnode.Elements(claim.Get("spec", "accessModes"))
			if len(modes) == 1 && yamlnode.String(modes[0]) == "ReadWriteOnce" && p.isFolder(claim.Get("spec")) {
				continue // no node attaches it, so none refuses it
			}
			if n == 1 && rollsOver(o) {
				p.checkRollingClaim(o, r.Node, claim)
			}
			if n < 2 {
				continue
			}
			if len(modes) != 1 {
				continue
			}
			what := "which one node may mount at a time: replicas on other nodes stay in ContainerCreating"
			switch yamlnode.String(modes[0]) {
			case "ReadWriteOncePod":
				what = "which one pod may mount at a time: the other replicas stay Pending"
			case "ReadWriteOnce":
			default:
				continue
			}
			p.Report(o, r.Node, fmt.Sprintf("%s has %d replicas, and %s is %s, %s", o, n, claim, yamlnode.String(modes[0]), what),
				Help("make it one replica with strategy Recreate, a StatefulSet with volumeClaimTemplates, or a claim that is ReadWriteMany; on a single node it works"))
		}
		return nil
	},
}

// rollsOver reports whether an update starts a new pod before the old one ends.
func rollsOver(o *inventory.Object) bool {
	strategy := yamlnode.GetString(o.Node, "spec", "strategy", "type")
	surge := yamlnode.GetString(o.Node, "spec", "strategy", "rollingUpdate", "maxSurge")
	return o.Kind == "Deployment" && (strategy == "" || strategy == "RollingUpdate") && surge != "0" && surge != "0%"
}

// checkRollingClaim judges a claim that one pod holds while an update waits for
// the next.
func (p *Pass) checkRollingClaim(o *inventory.Object, n *yaml.Node, claim *inventory.Object) {
	modes := yamlnode.Elements(claim.Get("spec", "accessModes"))
	if len(modes) != 1 {
		return
	}
	help := Help("set strategy.type to Recreate")
	switch yamlnode.String(modes[0]) {
	case "ReadWriteOncePod":
		p.Report(o, n, fmt.Sprintf("an update of %s starts the new pod before the old one ends, and %s is ReadWriteOncePod, which one pod may mount at a time: the new one stays Pending", o, claim), help)
	case "ReadWriteOnce":
		p.Report(o, n, fmt.Sprintf("an update of %s starts the new pod before the old one ends, and %s is ReadWriteOnce, which one node may mount at a time: on another node the new one stays in ContainerCreating", o, claim), AtMost(finding.Note), help)
	}
}

var replicasFixed = &Rule{
	Name:     "replicas-fixed",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
	Doc: "A workload that an autoscaler scales has fixed replicas outside of what the autoscaler allows. " +
		"Each time it is applied the replicas fall back to that number, and the autoscaler starts again from there. " +
		"A number between minReplicas and maxReplicas, which is also set back, is a note; no number at all is right.",
	Run: func(p *Pass) error {
		for _, kind := range autoscalers {
			for _, o := range p.Inventory.OfKind(kind) {
				if o.Node != nil {
					p.checkFixed(o, p.targetOf(o, "spec.scaleTargetRef.name"))
				}
			}
		}
		return nil
	},
}

var scaledTwice = &Rule{
	Name:     "scaled-twice",
	Severity: finding.Warning,
	URL:      "https://keda.sh/docs/latest/reference/faq/",
	Doc: "Two autoscalers scale one workload: two HorizontalPodAutoscalers, or one and a ScaledObject, of which KEDA makes another. " +
		"Each sets the replicas to what it finds right, again and again; KEDA's webhook refuses the second. " +
		"It is a note for autoscalers in two files, which may be alternatives, unless one of them is called as another workload is that none scales: then it was copied, and its target is still the old one.",
	Run: func(p *Pass) error {
		first := map[*inventory.Object]*inventory.Object{}
		for _, kind := range autoscalers {
			for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(kind)), compareObjects) {
				target := p.targetOf(o, "spec.scaleTargetRef.name")
				if o.Node == nil || target == nil || target.Node == nil || isRecorded(o) || o.Annotation("scaledobject.keda.sh/transfer-hpa-ownership") == "true" {
					continue // KEDA's own, or one that it takes over
				}
				other := first[target]
				if other == nil {
					first[target] = o
					continue
				}
				if other.Resource() == o.Resource() {
					continue // duplicate-object says it
				}
				if p.reportCopied(o, other, target) || p.reportCopied(other, o, target) {
					continue
				}
				severity := finding.Warning
				if other.File != o.File {
					severity = finding.Note
				}
				p.Report(o, o.Get("spec", "scaleTargetRef", "name"), fmt.Sprintf("%s is scaled by %s already", target, other), AtMost(severity),
					Help("keep one of the two; a ScaledObject has cpu and memory among its triggers"))
			}
		}
		return nil
	},
}

// reportCopied reports an autoscaler of what another one scales, where a workload of its
// own name has none.
func (p *Pass) reportCopied(o, other, target *inventory.Object) bool {
	name := scalerAffix().ReplaceAllString(o.Name, "")
	if name == target.Name || name == scalerAffix().ReplaceAllString(other.Name, "") {
		return false
	}
	own := p.Inventory.Lookup(target.GroupKind, target.Namespace, name, false, nil)
	if own == nil || own.Node == nil || scaledWorkloads.Of(p.Build)[own] {
		return false
	}
	p.Report(o, o.Get("spec", "scaleTargetRef", "name"), fmt.Sprintf("%s is scaled by %s already, and nothing scales %s", target, other, own), DidYouMean(name),
		Help("each sets the replicas to what it finds right, and %s stays as it is", own))
	return true
}

// scalerAffix is what names of autoscalers have besides that of the workload.
var scalerAffix = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:hpa|keda|so)-|-(?:hpa|autoscaler|autoscaling|scaler|scaledobject|scaled-object|keda|so)$`)
})

func (p *Pass) checkFixed(o, target *inventory.Object) {
	if target == nil || target.Node == nil {
		return
	}
	n := target.Get("spec", "replicas")
	fixed, err := strconv.ParseInt(yamlnode.String(n), 10, 64)
	fewest, most := o.Get("spec", "minReplicas"), o.Get("spec", "maxReplicas")
	if o.Kind == "ScaledObject" {
		fewest, most = o.Get("spec", "minReplicaCount"), o.Get("spec", "maxReplicaCount")
	}
	if err != nil || fixed == 0 || !isNumber(yamlnode.String(most)) || !yamlnode.IsNull(fewest) && !isNumber(yamlnode.String(fewest)) {
		return // 0 switches the autoscaler off, and anything but a number is filled in
	}
	lower, upper := number(fewest, 1), number(most, 0)
	if o.Kind == "ScaledObject" && yamlnode.IsNull(fewest) {
		lower = 0
	}
	severity, where := finding.Warning, fmt.Sprintf("outside of the %d to %d that %s allows", lower, upper, o)
	if fixed >= lower && fixed <= upper {
		severity, where = finding.Note, fmt.Sprintf("and %s scales it", o)
	}
	p.Report(target, n, fmt.Sprintf("replicas is fixed at %d, %s: each time this is applied the number of pods falls back to it", fixed, where), AtMost(severity),
		Help("leave replicas out; the autoscaler sets it"))
}

// heldTogether reports whether the pods may be meant to share a node.
func heldTogether(pod *inventory.Pod) bool {
	return yamlnode.GetString(pod.Spec, "nodeName") != "" ||
		yamlnode.Path(pod.Spec, "nodeSelector", "kubernetes.io/hostname") != nil ||
		yamlnode.Path(pod.Spec, "affinity", "podAffinity") != nil
}
