package check

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// openShiftTemplate holds objects that oc process makes once it has put parameters in.
// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/images/using-templates
// OpenShift 3 had them in v1, and oc reads those still.
var openShiftTemplates = []inventory.GroupKind{{Group: "template.openshift.io", Kind: "Template"}, {Kind: "Template"}}

// processed returns what is wrong in the objects of OpenShift's Templates whatever their
// parameters are: errors that do not rest on what another file may have, or on a
// parameter. Nobody knows which namespace each is for, so that each is judged alone.
func (rep *Report) processed(ctx context.Context, t *Tree, inv *inventory.Inventory, cfg *config.ConfigPipeline, opts Options) ([]finding.Finding, error) {
	var all []finding.Finding
	for _, o := range slices.Concat(inv.OfKind(openShiftTemplates[0]), inv.OfKind(openShiftTemplates[1])) {
		if o.Node == nil || o.Patch {
			continue
		}
		own := &inventory.Inventory{Definitions: cmp.Or(inv.Definitions, inv), Repository: inv.Repository}
		for _, e := range yamlnode.Elements(yamlnode.Get(o.Node, "objects")) {
			if e = yamlnode.Resolve(e); e != nil && e.Kind == yaml.MappingNode && yamlnode.GetString(e, "kind") != "" {
				own.Add(e, inventory.Source{File: o.File, Line: o.Line})
			}
		}
		if len(own.Objects()) == 0 {
			continue
		}
		rep.defineNear(t, own)
		judged := config.ConfigPipeline{}
		if cfg != nil {
			judged.Spec.Validate = cfg.Spec.Validate
		}
		found, err := validate(ctx, t.rules(), own, &judged, opts)
		if err != nil {
			return nil, err
		}
		findings := found.Findings()
		if !t.Named {
			spareForms(own, findings, severities(cfg))
		}
		for _, f := range findings {
			said := strings.ReplaceAll(f.Message+f.Help, f.Resource.Name, "")
			if f.Severity >= finding.Error && f.Missing == nil && !strings.Contains(said, "${") {
				all = append(all, f)
			}
		}
	}
	return all, nil
}
