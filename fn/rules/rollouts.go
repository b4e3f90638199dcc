package rules

import (
	"fmt"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
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
		"The controller refuses the Rollout as invalid, and no new version goes out. " +
		"So it does where the DestinationRule that the Rollout names is not there, while another one has the subsets that it asks for.",
	URL: "https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("argoproj.io/Rollout")) {
			for _, r := range p.refs.From(o) {
				p.checkRuleOfHost(o, r)
				for i := range trafficTargets {
					t := &trafficTargets[i]
					if r.Row.Path != t.row {
						continue
					}
					if target := p.resolve(r).Target; target != nil && target.Node != nil {
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

// checkRuleOfHost reports a Rollout's DestinationRule that is not there, where
// one in its namespace has the subsets that the Rollout shifts traffic between.
func (p *Pass) checkRuleOfHost(o *inventory.Object, r *reference.Ref) {
	if len(r.To) != 1 || r.To[0] != gk(destinationRuleKind) || p.resolve(r).Status != reference.Absent || reference.IsPlaceholderName(r.Name) {
		return
	}
	var asked []string
	for _, field := range [...]string{"stableSubsetName", "canarySubsetName"} {
		if name := yamlnode.GetString(r.Parent, field); name != "" {
			asked = append(asked, name)
		}
	}
	var meant []string
	for _, rule := range p.Inventory.OfKind(r.To[0]) {
		if rule.Node == nil || rule.Namespace != r.Namespace {
			continue
		}
		has := map[string]bool{}
		for _, n := range fieldpath.Of("spec.subsets[].name").Nodes(rule.Node) {
			has[n.Value] = true
		}
		if svc := p.hostService(rule); svc == nil || !slices.ContainsFunc(p.SelectedPods(svc), func(pod *inventory.Pod) bool { return pod.Owner == o }) {
			continue
		}
		if len(asked) > 0 && !slices.ContainsFunc(asked, func(name string) bool { return !has[name] }) {
			meant = append(meant, rule.Name)
		}
	}
	if len(meant) == 1 {
		p.Report(o, r.Node, describe(r)+" is not in this build, while another one has the subsets of this Rollout, for its Service", AtMost(finding.Warning), DidYouMean(meant...))
	}
}
