package check

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// spareBundle makes warnings of what is found in the subjects of role bindings that
// a bundle is generated from. The Operator Lifecycle Manager makes bindings of its
// own, in the namespace that the operator is installed in: of the ServiceAccounts
// only the names are taken.
// https://sdk.operatorframework.io/docs/olm-integration/generation/
func (o *outcome) spareBundle() {
	if o.tree.Root == "" || !slices.ContainsFunc(o.resources, isServiceVersion) {
		return
	}
	for i := range o.findings {
		f := &o.findings[i]
		if _, ok := o.set[f.Rule]; !ok && strings.HasSuffix(f.Resource.Kind, "RoleBinding") && strings.HasPrefix(f.Field, "subjects") {
			f.Severity = min(f.Severity, finding.Warning)
		}
	}
}

func isServiceVersion(n *yaml.Node) bool {
	return yamlnode.GetString(n, "kind") == "ClusterServiceVersion" && strings.HasPrefix(yamlnode.GetString(n, "apiVersion"), "operators.coreos.com/")
}
