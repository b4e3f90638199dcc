package rules

import (
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// userRows turns the nameReference entries of the configuration into rows.
func userRows(v *config.Validate) []reference.Row {
	if v == nil {
		return nil
	}
	var rows []reference.Row
	for _, nr := range v.NameReference {
		to := inventory.GroupKind{Group: nr.Group, Kind: nr.Kind}.String()
		for _, fs := range nr.FieldSpecs {
			rows = append(rows, reference.Row{
				From:     inventory.GroupKind{Group: fs.Group, Kind: fs.Kind}.String(),
				Path:     fieldpath.FromKustomize(fs.Path),
				To:       to,
				Repaired: true,
			})
		}
	}
	return rows
}
