package normalize

import (
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var quantities = &Normalizer{
	Name: "quantities",
	Doc: "Writes quantities the way the API server stores them: cpu: 0.5 becomes 500m, memory: 1024Mi becomes 1Gi. " +
		"The amount stays what it was. Text that is no quantity is left alone, for the rule quantity-invalid to report.",
	Default: true,
	setting: func(c *config.Normalize) (bool, *bool) {
		if c.Quantities == nil {
			return false, nil
		}
		return true, c.Quantities.Enabled
	},
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
			p.record(o, at, old, shown, "spec.normalize.quantities")
		}
	},
}

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
	pod  [][]string
	kind map[inventory.GroupKind][][]string
}

var compiled = sync.OnceValue(func() quantityPaths {
	c := quantityPaths{kind: map[inventory.GroupKind][][]string{}}
	for _, path := range inPodSpec {
		c.pod = append(c.pod, strings.Split(path, "."))
	}
	for _, row := range inKind {
		gk := inventory.ParseGroupKind(row.kind)
		c.kind[gk] = append(c.kind[gk], strings.Split(row.path, "."))
	}
	return c
})

// Quantities calls yield with the path and the node of every scalar in o that
// is a quantity by its place, until it returns false. Placeholders and nulls
// are left out.
func Quantities(o *inventory.Object) func(yield func(at string, n *yaml.Node) bool) {
	return func(yield func(at string, n *yaml.Node) bool) {
		for _, pod := range o.Pods() {
			for _, path := range compiled().pod {
				if !walk(pod.Spec, pod.Path, path, yield) {
					return
				}
			}
		}
		for _, path := range compiled().kind[o.GroupKind] {
			if !walk(o.Node, "", path, yield) {
				return
			}
		}
	}
}

func walk(n *yaml.Node, at string, path []string, yield func(string, *yaml.Node) bool) bool {
	if len(path) == 0 {
		if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.ContainsAny(n.Value, "${<") {
			return true
		}
		return yield(at, n)
	}
	key := strings.TrimRight(path[0], "[]{}")
	child := yamlnode.Get(n, key)
	if child == nil {
		return true
	}
	at = join(at, key)
	switch path[0][len(key):] {
	case "[]":
		for i, e := range yamlnode.Elements(child) {
			if !walk(yamlnode.Resolve(e), at+"["+strconv.Itoa(i)+"]", path[1:], yield) {
				return false
			}
		}
	case "{}":
		for k, v := range yamlnode.Fields(child) {
			if !walk(v, join(at, k.Value), path[1:], yield) {
				return false
			}
		}
	default:
		return walk(child, at, path[1:], yield)
	}
	return true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
