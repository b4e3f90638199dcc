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

func openShiftRules() []*Rule { return []*Rule{routePortNotFound} }

var routePortNotFound = &Rule{
	Name:     "route-port-not-found",
	Severity: finding.Error,
	Doc: "An OpenShift Route names a port that its Service does not have. " +
		"The router looks the name up among the Service's port names, finds no endpoint and answers 503. " +
		"A number is that of the pods' port, not of the Service's; numbers are a warning at most.",
	URL: "https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/network_apis/route-route-openshift-io-v1",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("route.openshift.io/Route")) {
			for _, r := range p.refs.From(o) {
				if r.Row.Path != "spec.to.name" {
					continue
				}
				res := p.resolve(r)
				if res.Status == reference.Found && res.Target != nil && res.Target.Node != nil && res.Target.Kind == "Service" {
					p.checkRoutePort(o, res.Target)
				}
			}
		}
		return nil
	},
}

func (p *Pass) checkRoutePort(route, svc *inventory.Object) {
	n := route.Get("spec", "port", "targetPort")
	want := yamlnode.String(n)
	if want == "" || reference.IsPlaceholder(want) || yamlnode.GetString(svc.Node, "spec", "type") == "ExternalName" {
		return
	}
	var names, targets []string
	for _, port := range fieldpath.Of("spec.ports[]").Nodes(svc.Node) {
		if name := yamlnode.GetString(port, "name"); name != "" {
			names = append(names, name)
		}
		target := yamlnode.GetString(port, "targetPort")
		if target == "" {
			target = yamlnode.GetString(port, "port")
		}
		targets = append(targets, target)
	}
	switch {
	case slices.Contains(names, want) || len(targets) == 0:
	case isNumber(want):
		if !slices.Contains(targets, want) && !slices.ContainsFunc(targets, func(t string) bool { return !isNumber(t) }) {
			p.Report(route, n, fmt.Sprintf("%s sends nothing to port %s of its pods", svc, want), AtMost(finding.Warning), Help("%s", listOf("its target ports", targets)))
		}
	case slices.Contains(targets, want):
		p.Report(route, n, fmt.Sprintf("%q is a target port of %s, not the name of one of its ports", want, svc), AtMost(finding.Warning))
	default:
		near := nearest(want, names)
		message := fmt.Sprintf("%s has no port named %q", svc, want)
		p.Report(route, n, message, DidYouMean(near...), Help("%s", listOf("its port names", names)))
	}
}
