package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var limitRangeViolated = &Rule{
	Name:     "limit-range-violated",
	Severity: finding.Error,
	Doc: "A container asks for less or more than a LimitRange of its namespace allows. " +
		"The API server refuses its pods, so the workload never runs.",
	URL: "https://kubernetes.io/docs/concepts/policy/limit-range/",
	Run: func(p *Pass) error {
		ranges := p.limitRanges()
		if len(ranges) == 0 {
			return nil
		}
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			for _, r := range ranges[o.Namespace] {
				for _, item := range containerLimits(r) {
					p.checkLimitRange(o, c, r, item)
				}
			}
		})
		return nil
	},
}

// limitRanges are the LimitRanges of the build by namespace.
func (p *Pass) limitRanges() map[string][]*inventory.Object {
	ranges := map[string][]*inventory.Object{}
	for _, r := range p.Inventory.OfKind(inventory.GroupKind{Kind: "LimitRange"}) {
		if r.Node != nil && r.Namespace != "" {
			ranges[r.Namespace] = append(ranges[r.Namespace], r)
		}
	}
	return ranges
}

// containerLimits are the items of a LimitRange that are about containers.
func containerLimits(r *inventory.Object) []*yaml.Node {
	var out []*yaml.Node
	for _, e := range yamlnode.Elements(r.Get("spec", "limits")) {
		if yamlnode.GetString(e, "type") == "Container" {
			out = append(out, yamlnode.Resolve(e))
		}
	}
	return out
}

func (p *Pass) checkLimitRange(o *inventory.Object, c *inventory.Container, r *inventory.Object, item *yaml.Node) {
	for _, bound := range []struct {
		field, of string
		sign      int
		text      string
	}{
		{"max", "limits", 1, "above the maximum"},
		{"min", "requests", -1, "below the minimum"},
	} {
		for k, v := range yamlnode.Fields(yamlnode.Get(item, bound.field)) {
			n := yamlnode.Path(c.Node, "resources", bound.of, k.Value)
			q, ok1 := amount(n)
			edge, ok2 := amount(v)
			if ok1 && ok2 && q.Cmp(edge) == bound.sign {
				p.Report(o, n, fmt.Sprintf("container %q: %s of %s, %s, is %s of LimitRange %q, %s: its pods are refused",
					c.Name, bound.of, k.Value, q.String(), bound.text, r.Name, edge.String()),
					Help("change it, or the LimitRange"))
			}
		}
	}
}

// limitRangeDefault is what the LimitRanges of a namespace give containers that
// leave a request or limit unset, nil if there is nothing.
func limitRangeDefault(ranges []*inventory.Object, field, name string) *resource.Quantity {
	fields := []string{"default"}
	if field == "requests" {
		fields = []string{"defaultRequest", "default"}
	}
	for _, r := range ranges {
		for _, item := range containerLimits(r) {
			for _, f := range fields {
				if q, ok := amount(yamlnode.Path(item, f, name)); ok {
					return &q
				}
			}
		}
	}
	return nil
}

var quotaExceeded = &Rule{
	Name:     "quota-exceeded",
	Severity: finding.Error,
	Doc: "The workloads of a namespace together ask for more than its ResourceQuota allows. " +
		"The last pods are refused, and stay missing. " +
		"Counted are replicas (the least of an autoscaler where there is one), pods, claims and storage; " +
		"not counted are DaemonSets, CronJobs, what a rolling update needs besides, and what other folders of examples or templates have. Quotas with scopes are left alone, and namespaces in which something is defined twice.",
	URL: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
	Run: func(p *Pass) error {
		var uses map[share]*usage
		for _, q := range p.Inventory.OfKind(inventory.GroupKind{Kind: "ResourceQuota"}) {
			if scoped(q) || q.Namespace == "" {
				continue
			}
			if uses == nil {
				uses = p.usage()
			}
			use := uses[p.shareOf(q)]
			if use == nil {
				continue
			}
			for k, n := range yamlnode.Fields(q.Get("spec", "hard")) {
				field, name := quotaResource(k.Value)
				hard, ok := amount(n)
				sum, asked := use.sum[field+"."+name]
				if !ok || !asked || sum.Cmp(hard) <= 0 || use.doubled {
					continue
				}
				opts := []Option{Help("most of it is for %s", use.most(field+"."+name))}
				rest := sum.DeepCopy()
				rest.Sub(use.pods[field+"."+name])
				if len(use.files) > 1 && rest.Cmp(hard) <= 0 {
					opts = append(opts, AtMost(finding.Note)) // Pods in files of their own are tried one by one
				}
				p.Report(q, n, fmt.Sprintf("namespace %q asks for %s of %s, more than the quota's %s", q.Namespace, sum.String(), k.Value, hard.String()), opts...)
			}
		}
		return nil
	},
}

// scoped reports whether a quota is for some pods only, or is not in the build.
func scoped(q *inventory.Object) bool {
	return q.Node == nil || len(yamlnode.Elements(q.Get("spec", "scopes"))) > 0 || !yamlnode.IsNull(q.Get("spec", "scopeSelector"))
}

// quotaResource takes the name of a quota's resource apart: limits.cpu, and
// cpu for requests.cpu. Counts of objects are under "count".
func quotaResource(key string) (field, name string) {
	switch key {
	case "cpu", "memory", "ephemeral-storage":
		return "requests", key
	}
	field, name, ok := strings.Cut(key, ".")
	if ok && (field == "requests" || field == "limits") {
		return field, name
	}
	return "count", key
}

// usage is what the resources of one namespace ask for, by "requests.cpu" and
// so on.
type usage struct {
	sum     map[string]resource.Quantity
	by      map[string]map[string]resource.Quantity
	pods    map[string]resource.Quantity // that Pods by themselves have in sum
	files   map[string]bool              // that those Pods are in, unless one build has them all
	doubled bool                         // something is defined twice, and asks for one of the two amounts
}

func (u *usage) add(key string, o *inventory.Object, q resource.Quantity) {
	if q.Sign() <= 0 {
		return
	}
	sum := u.sum[key]
	sum.Add(q)
	u.sum[key] = sum
	if u.by[key] == nil {
		u.by[key] = map[string]resource.Quantity{}
	}
	if o.Kind == "Pod" {
		pods := u.pods[key]
		pods.Add(q)
		u.pods[key] = pods
	}
	who := o.Kind + " " + o.Name
	part := u.by[key][who]
	part.Add(q)
	u.by[key][who] = part
}

// most names the three that ask for most.
func (u *usage) most(key string) string {
	by := u.by[key]
	names := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		x, y := by[a], by[b]
		if c := y.Cmp(x); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, name := range names[:min(len(names), 3)] {
		q := by[name]
		out = append(out, fmt.Sprintf("%s (%s)", name, q.String()))
	}
	return strings.Join(out, ", ")
}

// share is a namespace and the examples in it that nobody applies along with the rest.
type share struct{ namespace, aside string }

// asideFolders are words in the names of folders and files with alternatives, or with what is
// only shown.
var asideFolders = []string{"example", "examples", "sample", "samples", "demo", "demos", "template", "templates", "tutorial", "tutorials", "doc", "docs", "snippet", "snippets"}

// shareOf returns the share that an object is in: of files that were not built, the first
// part of the path that is for examples, and the folder in it.
func (p *Pass) shareOf(o *inventory.Object) share {
	s := share{namespace: o.Namespace}
	if p.Inventory.Finished || o.File == "" {
		return s
	}
	parts := strings.Split(o.File, "/")
	for i, name := range parts {
		if reference.HasWord(strings.ToLower(name), asideFolders...) {
			if i++; i < len(parts)-1 {
				i++
			}
			s.aside = strings.Join(parts[:i], "/")
			break
		}
	}
	return s
}

// usage adds up what each namespace asks for.
func (p *Pass) usage() map[share]*usage {
	uses := map[share]*usage{}
	scaled, ranges := p.autoscaled(), p.limitRanges()
	known := map[finding.Resource]bool{}
	for _, o := range p.Inventory.Objects() {
		if o.Namespace == "" || o.Local {
			continue
		}
		of := p.shareOf(o)
		u := uses[of]
		if u == nil {
			u = &usage{sum: map[string]resource.Quantity{}, by: map[string]map[string]resource.Quantity{}, pods: map[string]resource.Quantity{}, files: map[string]bool{}}
			uses[of] = u
		}
		if !p.Inventory.Finished && (len(o.Pods()) > 0 || o.Kind == "PersistentVolumeClaim") {
			id := finding.Resource{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
			u.doubled = u.doubled || known[id]
			known[id] = true
			if o.Kind == "Pod" {
				u.files[o.File] = true
			}
		}
		if o.Kind == "PersistentVolumeClaim" && o.Group == "" {
			u.addClaim(o, o.Node, 1)
		}
		n := replicas(o, scaled)
		for _, pod := range o.Pods() {
			if n > 0 && !pod.Partial {
				u.addPod(o, pod, n, ranges[o.Namespace])
			}
		}
		for _, claim := range yamlnode.Elements(o.Get("spec", "volumeClaimTemplates")) {
			u.addClaim(o, claim, n)
		}
	}
	return uses
}

func (u *usage) addClaim(o *inventory.Object, claim *yaml.Node, n int64) {
	u.add("count.persistentvolumeclaims", o, *resource.NewQuantity(n, resource.DecimalSI))
	if q, ok := amount(yamlnode.Path(claim, "spec", "resources", "requests", "storage")); ok {
		q.Mul(n)
		u.add("requests.storage", o, q)
	}
}

// replicaKinds are the kinds that keep a number of pods running.
var replicaKinds = gks("apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "ReplicationController",
	"argoproj.io/Rollout", "apps.openshift.io/DeploymentConfig")

// replicas is the least number of pods that o has at a time, 0 where that is
// not known.
func replicas(o *inventory.Object, autoscaled map[string]int64) int64 {
	switch {
	case o.Kind == "Pod" && o.Group == "":
		return 1
	case o.Kind == "Job" && o.Group == "batch":
		return number(o.Get("spec", "parallelism"), 1)
	case !slices.Contains(replicaKinds, o.GroupKind):
		return 0
	}
	if n, ok := autoscaled[o.Namespace+"/"+o.Kind+"/"+o.Name]; ok {
		return n
	}
	return number(o.Get("spec", "replicas"), 1)
}

// autoscaled is the least number of replicas of what autoscalers scale.
func (p *Pass) autoscaled() map[string]int64 {
	out := map[string]int64{}
	for _, h := range p.Inventory.OfKind(gk("autoscaling/HorizontalPodAutoscaler")) {
		if h.Node == nil {
			continue
		}
		target := h.Get("spec", "scaleTargetRef")
		kind, name := yamlnode.GetString(target, "kind"), yamlnode.GetString(target, "name")
		for _, gk := range p.Inventory.Kinds(kind) {
			if o := p.Inventory.Lookup(gk, h.Namespace, name, true, h); o != nil {
				out[o.Namespace+"/"+o.Kind+"/"+o.Name] = number(h.Get("spec", "minReplicas"), 1)
			}
		}
	}
	return out
}

// number is the integer at n, or def where there is nothing. A placeholder is 0.
func number(n *yaml.Node, def int64) int64 {
	if yamlnode.IsNull(n) {
		return def
	}
	v, err := strconv.ParseInt(yamlnode.String(n), 10, 64)
	const most = 1 << 20 // beyond any cluster, and far from overflowing
	if err != nil || v < 0 || v > most {
		return 0
	}
	return v
}

// addPod adds n pods: for each resource, the containers that run together, or
// the largest init container if that is more.
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
func (u *usage) addPod(o *inventory.Object, pod *inventory.Pod, n int64, ranges []*inventory.Object) {
	u.add("count.pods", o, *resource.NewQuantity(n, resource.DecimalSI))
	for _, field := range []string{"requests", "limits"} {
		for _, name := range []string{"cpu", "memory", "ephemeral-storage"} {
			total := podNeeds(pod, field, name, ranges)
			total.Mul(n)
			u.add(field+"."+name, o, total)
		}
	}
}

func podNeeds(pod *inventory.Pod, field, name string, ranges []*inventory.Object) resource.Quantity {
	if q, ok := amount(yamlnode.Path(pod.Spec, "resources", field, name)); ok {
		return q
	}
	var together, init resource.Quantity
	for _, c := range pod.Containers {
		q, ok := amount(yamlnode.Path(c.Node, "resources", field, name))
		if !ok && field == "requests" {
			q, ok = amount(yamlnode.Path(c.Node, "resources", "limits", name))
		}
		if d := limitRangeDefault(ranges, field, name); !ok && d != nil {
			q = *d
		}
		switch {
		case c.Type == inventory.AppContainer || c.Sidecar():
			together.Add(q)
		case c.Type == inventory.InitContainer && q.Cmp(init) > 0:
			init = q
		}
	}
	if init.Cmp(together) > 0 {
		return init
	}
	return together
}
