package rules

import (
	"fmt"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func rolloutRules() []*Rule { return []*Rule{rolloutRouteNotFound} }

// trafficTargets are the references of a Rollout to what it shapes traffic
// with: the names in a list beside the reference are of elements of another
// list, in the target. A new one is a row.
var trafficTargets = []struct {
	row            string // the Path of the row
	names, defined string
	what           string
}{
	{"spec.strategy.canary.trafficRouting.istio.virtualService.name", "routes[]", "spec.http[].name", "HTTP route"},
	{"spec.strategy.canary.trafficRouting.istio.virtualServices[].name", "routes[]", "spec.http[].name", "HTTP route"},
	{"spec.strategy.canary.trafficRouting.istio.destinationRule.name", "canarySubsetName", "spec.subsets[].name", "subset"},
	{"spec.strategy.canary.trafficRouting.istio.destinationRule.name", "stableSubsetName", "spec.subsets[].name", "subset"},
}

var rolloutRouteNotFound = &Rule{
	Name:     "rollout-route-not-found",
	Severity: finding.Error,
	Doc: "An Argo Rollout shifts traffic by a route of a VirtualService, or a subset of a DestinationRule, that these do not have. " +
		"The controller refuses the Rollout as invalid, and no new version goes out.",
	URL: "https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("argoproj.io/Rollout")) {
			for _, r := range p.Refs.From(o) {
				for i := range trafficTargets {
					t := &trafficTargets[i]
					if r.Row.Path != t.row {
						continue
					}
					if target := p.Resolve(r).Target; target != nil && target.Node != nil {
						var defined []string
						for _, n := range fieldpath.Of(t.defined).Nodes(target.Node) {
							defined = append(defined, n.Value)
						}
						for _, n := range fieldpath.Of(t.names).Nodes(r.Parent) {
							name := yamlnode.String(n)
							if name == "" || reference.IsPlaceholder(name) || slices.Contains(defined, name) {
								continue
							}
							near := nearest(name, defined)
							message := fmt.Sprintf("%s has no %s %q", target, t.what, name)
							p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its "+t.what+"s", defined)))
						}
					}
				}
			}
		}
		return nil
	},
}
