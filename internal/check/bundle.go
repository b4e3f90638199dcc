package check

import (
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
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
