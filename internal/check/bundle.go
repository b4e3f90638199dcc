package check

import (
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// spareBundle makes warnings of what is found in the subjects of role bindings that
// a bundle is generated from. The Operator Lifecycle Manager makes bindings of its
// own, in the namespace that the operator is installed in: of the ServiceAccounts
// only the names are taken.
// https://sdk.operatorframework.io/docs/olm-integration/generation/
func spareBundle(inv *inventory.Inventory, findings []finding.Finding, set map[string]finding.Severity) {
	if len(inv.OfKind(inventory.GroupKind{Group: "operators.coreos.com", Kind: "ClusterServiceVersion"})) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; !ok && strings.HasSuffix(f.Resource.Kind, "RoleBinding") && strings.HasPrefix(f.Field, "subjects") {
			f.Severity = min(f.Severity, finding.Warning)
		}
	}
}

// spareUnplaced makes warnings of the namespaces that lack in a kustomization which
// nobody named, and in which nothing has a namespace: it is a part of others, or a
// script or an Argo CD Application says where it goes.
func spareUnplaced(inv *inventory.Inventory, findings []finding.Finding, set map[string]finding.Severity) {
	for _, o := range inv.Objects() {
		if o.Namespace != "" {
			return
		}
	}
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; !ok && lacksNamespace(f) {
			f.Severity = min(f.Severity, finding.Warning)
		}
	}
}

// lacksNamespace reports whether a finding is about an object that is named without its
// namespace: an account in a ClusterRoleBinding, or the Service of a webhook or an
// APIService.
func lacksNamespace(f *finding.Finding) bool {
	switch f.Rule {
	case apischema.AccessInvalid:
		return f.Resource.Kind == "ClusterRoleBinding" && strings.HasPrefix(f.Field, "subjects[") && strings.HasSuffix(f.Field, "]")
	case apischema.RequiredField:
		return f.Field == "spec.service" || strings.HasSuffix(f.Field, ".clientConfig.service")
	}
	return false
}
