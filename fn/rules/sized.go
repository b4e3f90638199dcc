package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var scaledAndSized = &Rule{
	Name:     "scaled-and-sized",
	Severity: finding.Warning,
	URL:      "https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/known-limitations.md",
	Doc: "A VerticalPodAutoscaler sets the requests of a workload for a resource, and a HorizontalPodAutoscaler or ScaledObject scales the workload by the use of the same resource. " +
		"The use is measured in per cent of the request: each of the two changes what the other one measures, and replicas and requests swing. " +
		"A VerticalPodAutoscaler that only recommends or only sizes new pods (updateMode Off or Initial), one that controls the other resource, and metrics that are no cpu or memory are left alone.",
	Run: func(p *Pass) error {
		sizers := p.Inventory.OfKind(gk("autoscaling.k8s.io/VerticalPodAutoscaler"))
		if len(sizers) == 0 {
			return nil
		}
		scalers := map[*inventory.Object]*inventory.Object{}
		for _, kind := range autoscalers {
			for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(kind)), compareObjects) {
				if target := p.targetOf(o, "spec.scaleTargetRef.name"); target != nil && o.Node != nil && scalers[target] == nil {
					scalers[target] = o
				}
			}
		}
		for _, o := range sizers {
			target := p.targetOf(o, "spec.targetRef.name")
			scaler := scalers[target]
			if target == nil || scaler == nil || o.Node == nil {
				continue
			}
			both := scalesBy(scaler)
			maps.DeleteFunc(both, func(resource string, _ bool) bool { return !sizes(o)[resource] })
			if names := slices.Sorted(maps.Keys(both)); len(names) > 0 {
				p.Report(o, o.Get("spec", "targetRef", "name"), fmt.Sprintf("this sets the requests of %s for %s, and %s scales it by the use of these", target, enumerate(names), scaler),
					Help("keep one of the two, set updateMode: \"Off\", or give each a resource of its own with controlledResources"))
			}
		}
		return nil
	},
}

// scalesBy returns the resources by whose use, in per cent of the request, an autoscaler of
// replicas scales.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
func scalesBy(o *inventory.Object) map[string]bool {
	found := map[string]bool{}
	if o.Get("spec", "targetCPUUtilizationPercentage") != nil {
		found["cpu"] = true
	}
	for _, metric := range yamlnode.Elements(o.Get("spec", "metrics")) {
		for _, of := range [...]string{"resource", "containerResource"} {
			by := yamlnode.Path(metric, of)
			utilization := yamlnode.Path(by, "target", "averageUtilization") != nil || yamlnode.Path(by, "targetAverageUtilization") != nil
			if name := yamlnode.GetString(by, "name"); utilization && sizable(name) {
				found[name] = true
			}
		}
	}
	for _, trigger := range yamlnode.Elements(o.Get("spec", "triggers")) {
		kind := yamlnode.GetString(trigger, "metricType")
		if kind == "" {
			kind = yamlnode.GetString(trigger, "metadata", "type")
		}
		if name := yamlnode.GetString(trigger, "type"); kind == "Utilization" && sizable(name) {
			found[name] = true
		}
	}
	return found
}

func sizable(resource string) bool { return resource == "cpu" || resource == "memory" }

// sizes returns the resources whose requests a VerticalPodAutoscaler changes while pods run.
// https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/api.md
func sizes(o *inventory.Object) map[string]bool {
	switch yamlnode.GetString(o.Node, "spec", "updatePolicy", "updateMode") {
	case "", "Auto", "Recreate", "InPlaceOrRecreate":
	default:
		return nil
	}
	policies := yamlnode.Elements(o.Get("spec", "resourcePolicy", "containerPolicies"))
	if len(policies) == 0 {
		return map[string]bool{"cpu": true, "memory": true}
	}
	found := map[string]bool{}
	for _, policy := range policies {
		if yamlnode.GetString(policy, "mode") == "Off" {
			continue
		}
		controlled := yamlnode.Path(policy, "controlledResources")
		if controlled == nil {
			found["cpu"], found["memory"] = true, true
		}
		for _, name := range yamlnode.Elements(controlled) {
			found[yamlnode.String(name)] = true
		}
	}
	return found
}
