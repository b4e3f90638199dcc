package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func aggregationRules() []*Rule { return []*Rule{aggregationSelectsNothing} }

var aggregationSelectsNothing = &Rule{
	Name:     "aggregation-selects-nothing",
	Severity: finding.Error,
	Doc: "A ClusterRole aggregates others by a label that none of them has, but one almost has; or a ClusterRole asks to be aggregated to a role that is almost one that every cluster has. " +
		"The aggregated role then lacks these permissions, and nobody is told. " +
		"Selectors without a near miss are a note: operators bring ClusterRoles of their own.",
	URL: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
	Run: func(p *Pass) error {
		var roles []*inventory.Pod // stand-ins, so that labels are compared as those of pods are
		for _, o := range p.Inventory.OfKind(gk(rbac + "/ClusterRole")) {
			if o.Node != nil {
				roles = append(roles, &inventory.Pod{Owner: o, Template: o.Node})
			}
		}
		keys := map[string]bool{}
		var index *labelledPods
		if len(roles) > fewPods {
			index = newLabelledPods(roles)
		}
		for _, role := range roles {
			for _, selector := range fieldpath.Of("aggregationRule.clusterRoleSelectors[]").Nodes(role.Owner.Node) {
				for k := range yamlnode.Fields(yamlnode.Get(selector, "matchLabels")) {
					keys[k.Value] = true
				}
				p.checkAggregation(role.Owner, selector, roles, index)
			}
		}
		for _, role := range roles {
			p.checkAggregationLabels(role, keys)
		}
		return nil
	},
}

// aggregateTo begins the labels that Kubernetes' own roles aggregate by.
const aggregateTo = "rbac.authorization.k8s.io/aggregate-to-"

// aggregatedRoles are Kubernetes' own roles that take others in, and those of
// OpenShift.
var aggregatedRoles = []string{"admin", "edit", "view", "cluster-reader"}

// checkAggregation reports a selector that selects none of the roles. Of very many,
// index has them by their labels.
func (p *Pass) checkAggregation(o *inventory.Object, selector *yaml.Node, roles []*inventory.Pod, index *labelledPods) {
	labels := yamlnode.Get(selector, "matchLabels")
	if yamlnode.Get(selector, "matchExpressions") != nil || !plainLabels(labels) {
		return
	}
	for k := range yamlnode.Fields(labels) {
		if slices.Contains(aggregatedRoles, strings.TrimPrefix(k.Value, aggregateTo)) {
			return // every cluster has roles with this label
		}
	}
	if index != nil {
		var wanted []label
		for k, v := range yamlnode.Fields(labels) {
			wanted = append(wanted, label{k.Value, yamlnode.String(v)})
		}
		if slices.ContainsFunc(index.pods[wanted[0]], func(role *inventory.Pod) bool { return matches(role, labels) }) {
			return
		}
		roles = index.like(wanted, func(string) bool { return true })
	}
	var best *nearMiss
	for _, role := range roles {
		if matches(role, labels) {
			return
		}
		if m := missOf(role, labels); m != nil && (best == nil || m.nearer(best)) {
			best = m
		}
	}
	text := selectorText(labels)
	if best != nil && best.close {
		p.Report(o, best.value, fmt.Sprintf("no ClusterRole has the labels %s; %s has %s",
			text, best.pod.Owner, best.describe()), DidYouMean(best.have))
		return
	}
	p.Report(o, labels, fmt.Sprintf("no ClusterRole of this build has the labels %s", text), AtMost(finding.Note))
}

// checkAggregationLabels reports a label that asks to be aggregated to a role
// that does not exist. keys are the labels that roles of the build select by.
func (p *Pass) checkAggregationLabels(role *inventory.Pod, keys map[string]bool) {
	for k, v := range yamlnode.Fields(role.Labels()) {
		to, ok := strings.CutPrefix(k.Value, aggregateTo)
		if !ok || slices.Contains(aggregatedRoles, to) || keys[k.Value] {
			continue
		}
		for _, known := range aggregatedRoles {
			if suggest.Close(to, known) {
				p.ReportKey(role.Owner, k, v, fmt.Sprintf("no ClusterRole takes in those with the label %s", k.Value), DidYouMean(aggregateTo+known))
				break
			}
		}
	}
}
