package normalize

import (
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(&Normalizer{
	Name: "quantities",
	Doc: "Writes quantities the way the API server stores them: cpu: 0.5 becomes 500m, memory: 1024Mi becomes 1Gi. " +
		"The amount stays what it was. Text that is no quantity is left alone, for the rule quantity-invalid to report.",
	Default: true,
	Apply: func(p *Pass, o *inventory.Object) {
		for at, n := range Quantities(o) {
			q, err := quantity.Parse(n.Value)
			if err != nil {
				continue
			}
			canonical := q.String()
			if canonical == n.Value && n.Tag == "!!str" {
				continue
			}
			old := n.Value
			n.Value, n.Tag = canonical, "!!str"
			shown := canonical
			if old == canonical {
				shown = strconv.Quote(canonical) // the number 2 becomes text
			}
			p.record(o, at.String(), old, shown, "spec.normalize.quantities")
		}
	},
})

// inPodSpec are the fields of a pod spec that hold quantities. [] stands for
// every element of a list, {} for every value of a mapping.
var inPodSpec = []string{
	"containers[].resources.requests{}",
	"containers[].resources.limits{}",
	"initContainers[].resources.requests{}",
	"initContainers[].resources.limits{}",
	"ephemeralContainers[].resources.requests{}",
	"ephemeralContainers[].resources.limits{}",
	"container.resources.requests{}",
	"container.resources.limits{}",
	"script.resources.requests{}",
	"script.resources.limits{}",
	"resources.requests{}",
	"resources.limits{}",
	"overhead{}",
	"volumes[].emptyDir.sizeLimit",
	"volumes[].ephemeral.volumeClaimTemplate.spec.resources.requests{}",
	"volumes[].ephemeral.volumeClaimTemplate.spec.resources.limits{}",
}

// inKind are the fields outside of pod specs that hold quantities.
var inKind = []struct{ kind, path string }{
	{"apps/StatefulSet", "spec.volumeClaimTemplates[].spec.resources.requests{}"},
	{"apps/StatefulSet", "spec.volumeClaimTemplates[].spec.resources.limits{}"},
	{"PersistentVolumeClaim", "spec.resources.requests{}"},
	{"PersistentVolumeClaim", "spec.resources.limits{}"},
	{"PersistentVolume", "spec.capacity{}"},
	{"ResourceQuota", "spec.hard{}"},
	{"LimitRange", "spec.limits[].max{}"},
	{"LimitRange", "spec.limits[].min{}"},
	{"LimitRange", "spec.limits[].default{}"},
	{"LimitRange", "spec.limits[].defaultRequest{}"},
	{"LimitRange", "spec.limits[].maxLimitRequestRatio{}"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].resource.target.averageValue"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].containerResource.target.averageValue"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].pods.target.averageValue"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].object.target.averageValue"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].object.target.value"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].external.target.averageValue"},
	{"autoscaling/HorizontalPodAutoscaler", "spec.metrics[].external.target.value"},
	{"node.k8s.io/RuntimeClass", "overhead.podFixed{}"},
}

type quantityPaths struct {
	pod  [][]quantityStep
	kind map[inventory.GroupKind][][]quantityStep
}

// quantityStep is a key, with what stands behind it.
type quantityStep struct {
	key          string
	list, values bool
}

func quantitySteps(path string) []quantityStep {
	var steps []quantityStep
	for step := range strings.SplitSeq(path, ".") {
		key, list := strings.CutSuffix(step, "[]")
		key, values := strings.CutSuffix(key, "{}")
		steps = append(steps, quantityStep{key, list, values})
	}
	return steps
}

var compiled = sync.OnceValue(func() quantityPaths {
	c := quantityPaths{kind: map[inventory.GroupKind][][]quantityStep{}}
	for _, path := range inPodSpec {
		c.pod = append(c.pod, quantitySteps(path))
	}
	for _, row := range inKind {
		gk := inventory.ParseGroupKind(row.kind)
		c.kind[gk] = append(c.kind[gk], quantitySteps(row.path))
	}
	return c
})

// Quantities calls yield with the place and the node of every scalar in o that
// is a quantity by its place, until it returns false. Placeholders and nulls
// are left out.
func Quantities(o *inventory.Object) func(yield func(at *Place, n *yaml.Node) bool) {
	return func(yield func(at *Place, n *yaml.Node) bool) {
		pods, own := o.Pods(), compiled().kind[o.GroupKind]
		if len(pods) == 0 && len(own) == 0 {
			return
		}
		at := &Place{steps: make([]placeStep, 0, 8)}
		for _, pod := range pods {
			at.root = pod.Path
			for _, path := range compiled().pod {
				if !at.walk(pod.Spec, path, yield) {
					return
				}
			}
		}
		at.root = ""
		for _, path := range own {
			if !at.walk(o.Node, path, yield) {
				return
			}
		}
	}
}

// Place is where a quantity is. It is good until yield returns.
type Place struct {
	root  string
	steps []placeStep
}

// placeStep is a key, or an index of a list.
type placeStep struct {
	key   string
	list  bool
	index int
}

// Name is the last key.
func (at *Place) Name() string { return at.steps[len(at.steps)-1].key }

// String is the field path, as in spec.containers[0].resources.limits.cpu.
func (at *Place) String() string {
	path := at.root
	for _, s := range at.steps {
		switch {
		case s.list:
			path += "[" + strconv.Itoa(s.index) + "]"
		case path == "":
			path = s.key
		default:
			path += "." + s.key
		}
	}
	return path
}

func (at *Place) walk(n *yaml.Node, path []quantityStep, yield func(*Place, *yaml.Node) bool) bool {
	if len(path) == 0 {
		if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.ContainsAny(n.Value, "${<") {
			return true
		}
		return yield(at, n)
	}
	step := path[0]
	child := yamlnode.Get(n, step.key)
	if child == nil {
		return true
	}
	depth := len(at.steps)
	defer func() { at.steps = at.steps[:depth] }()
	at.steps = append(at.steps, placeStep{key: step.key})
	switch {
	case step.list:
		for i, e := range yamlnode.Elements(child) {
			at.steps = append(at.steps[:depth+1], placeStep{list: true, index: i})
			if !at.walk(yamlnode.Resolve(e), path[1:], yield) {
				return false
			}
		}
	case step.values:
		for k, v := range yamlnode.Fields(child) {
			at.steps = append(at.steps[:depth+1], placeStep{key: k.Value})
			if !at.walk(v, path[1:], yield) {
				return false
			}
		}
	default:
		return at.walk(child, path[1:], yield)
	}
	return true
}
