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

func scaledContainerRules() []*Rule {
	return []*Rule{scaledContainerNotFound, annotatedContainerNotFound}
}

// containerName says that a field names a container of the workload that
// another field of the same resource refers to. A new one is a row.
type containerName struct {
	kind inventory.GroupKind
	path string
	// target is the Path of the row of the reference to the workload.
	target string
	// declared says that the container has to be in the manifest: one that an
	// admission webhook injects does not count.
	declared bool
	// when is a field of the element around the name, and values those it may have.
	when   string
	values []string
}

var containerNames = []containerName{
	// https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler
	{kind: gk("autoscaling.k8s.io/VerticalPodAutoscaler"), path: "spec.resourcePolicy.containerPolicies[].containerName", target: "spec.targetRef.name"},
	// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#container-resource-metrics
	{kind: gk("autoscaling/HorizontalPodAutoscaler"), path: "spec.metrics[].containerResource.container", target: "spec.scaleTargetRef.name"},
	// https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref
	{kind: gk("keda.sh/ScaledObject"), path: "spec.scaleTargetRef.envSourceContainerName", target: "spec.scaleTargetRef.name", declared: true},
	// https://keda.sh/docs/latest/scalers/cpu/
	{kind: gk("keda.sh/ScaledObject"), path: "spec.triggers[].metadata.containerName", target: "spec.scaleTargetRef.name", when: "type", values: []string{"cpu", "memory"}},
}

var scaledContainerNotFound = &Rule{
	Name:     "scaled-container-not-found",
	Severity: finding.Error,
	Doc: "An autoscaler names a container that the workload it scales does not have. " +
		"A HorizontalPodAutoscaler then cannot compute the metric, a VerticalPodAutoscaler ignores the policy, and KEDA does not find its settings. " +
		"A name that is close to none of the containers is a note, except for KEDA, which reads the manifest: sidecars are injected later.",
	URL: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#container-resource-metrics",
	Run: func(p *Pass) error {
		for i := range containerNames {
			c := &containerNames[i]
			for _, o := range p.Inventory.OfKind(c.kind) {
				if o.Node != nil {
					p.checkContainerNames(o, c)
				}
			}
		}
		return nil
	},
}

func (p *Pass) checkContainerNames(o *inventory.Object, c *containerName) {
	uses := c.usesIn(o)
	if len(uses) == 0 {
		return
	}
	target, names := p.scaledContainers(o, c.target)
	if len(names) == 0 {
		return
	}
	for _, n := range uses {
		name := yamlnode.String(n)
		if name == "" || reference.IsPlaceholder(name) || slices.Contains(names, name) {
			continue
		}
		near := nearest(name, names)
		message := fmt.Sprintf("%s has no container %q", target, name)
		opts := []Option{Help("%s", listOf("its containers", names))}
		switch {
		case len(near) > 0 && suggest.Close(name, near[0]):
			opts = append(opts, DidYouMean(near...))
		case !c.declared:
			opts = append(opts, Suggest(near...), AtMost(finding.Note))
		default:
			opts = append(opts, Suggest(near...))
		}
		p.Report(o, n, message, opts...)
	}
}

// usesIn returns the fields of o with the name of a container.
func (c *containerName) usesIn(o *inventory.Object) []*yaml.Node {
	if c.when == "" {
		return fieldpath.Of(c.path).Nodes(o.Node)
	}
	list, rest, _ := strings.Cut(c.path, "[].")
	var uses []*yaml.Node
	for _, e := range fieldpath.Of(list + "[]").Nodes(o.Node) {
		if slices.Contains(c.values, yamlnode.GetString(e, c.when)) {
			uses = append(uses, fieldpath.Of(rest).Nodes(e)...)
		}
	}
	return uses
}

// scaledContainers returns the workload that a reference of o resolves to, and
// the names of its containers; none if they are not all known.
func (p *Pass) scaledContainers(o *inventory.Object, path string) (target *inventory.Object, names []string) {
	for _, r := range p.refs.From(o) {
		if r.Row.Path != path {
			continue
		}
		target = p.resolve(r).Target
		if target == nil || target.Node == nil {
			return nil, nil
		}
		for _, pod := range target.Pods() {
			if pod.Partial {
				return target, nil
			}
			for _, c := range pod.Containers {
				names = append(names, c.Name)
			}
		}
	}
	return target, names
}
