package rules

import (
	"fmt"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func admissionRules() []*Rule { return []*Rule{policyParamNotFound} }

var policyParamNotFound = &Rule{
	Name:     "policy-param-not-found",
	Severity: finding.Error,
	Doc: "The binding of an admission policy names a parameter object that is not there. " +
		"With parameterNotFoundAction Deny, every request that the policy watches is then refused; with Allow, the policy checks nothing. " +
		"The kind is the paramKind of the policy, which must be in the build.",
	URL: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources",
	Run: func(p *Pass) error {
		for _, kind := range gks("admissionregistration.k8s.io/ValidatingAdmissionPolicy", "admissionregistration.k8s.io/MutatingAdmissionPolicy") {
			for _, r := range p.refs.To(kind) {
				n := r.From.Get("spec", "paramRef", "name")
				res := p.resolve(r)
				name := yamlnode.String(n)
				if name == "" || reference.IsPlaceholder(name) || res.Status != reference.Found || res.Target == nil {
					continue
				}
				group, _, grouped := strings.Cut(yamlnode.GetString(res.Target.Node, "spec", "paramKind", "apiVersion"), "/")
				if !grouped {
					group = ""
				}
				param := inventory.GroupKind{Group: group, Kind: yamlnode.GetString(res.Target.Node, "spec", "paramKind", "kind")}
				namespace := yamlnode.GetString(r.From.Node, "spec", "paramRef", "namespace")
				if param.Kind == "" || p.Inventory.Lookup(param, namespace, name, false, nil) != nil {
					continue
				}
				var names []string
				for _, o := range p.Inventory.OfKind(param) {
					names = append(names, o.Name)
				}
				message := fmt.Sprintf("%s %q is not in this build", param.Kind, name)
				if near := nearest(name, names); len(near) > 0 && suggest.Close(name, near[0]) {
					p.Report(r.From, n, message, DidYouMean(near...))
					continue
				}
				p.Report(r.From, n, message, AtMost(finding.Warning), p.NotInBuild(param.Kind, namespace, name))
			}
		}
		return nil
	},
}
