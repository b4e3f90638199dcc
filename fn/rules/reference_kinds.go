package rules

import (
	"fmt"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

func referenceKindRules() []*Rule { return []*Rule{referenceKindMistyped} }

var referenceKindMistyped = &Rule{
	Name:     "reference-kind-mistyped",
	Severity: finding.Error,
	Doc: "A reference says a kind, a group or an apiVersion that is one letter away from one that the field may name: scaleTargetRef with kind Deploymnt, issuerRef with group cert-manger.io. " +
		"The API server takes it, and whoever follows the reference finds nothing: an autoscaler never scales, a certificate is never issued. " +
		"It is a warning where the kind meant is not one of Kubernetes' own. Kinds that the build has or defines, and those that some operator is known to have, are left alone; where the API server itself refuses the word, unsupported-value says so.",
	URL: "https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec",
	Run: func(p *Pass) error {
		for _, m := range p.refs.Mistyped {
			if m.From.Group == "rbac.authorization.k8s.io" || m.From.Group == "tekton.dev" {
				continue // refused by the API server; read as the default
			}
			var opts []Option
			if !inventory.InKubernetes(m.Group) {
				opts = append(opts, AtMost(finding.Warning))
			}
			what := "group"
			if m.Kind {
				what = "kind"
			}
			p.Report(m.From, m.Node, fmt.Sprintf("no object can be meant by the %s %q", what, m.Node.Value), append(opts, DidYouMean(m.Meant))...)
		}
		return nil
	},
}
