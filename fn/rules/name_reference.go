package rules

import (
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
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
				Path:     dotted(fs.Path),
				To:       to,
				Repaired: true,
			})
		}
	}
	return rows
}

// dotted turns a kustomize path (slashes, \/ for a slash inside a key, lists
// not marked) into the path of a row.
func dotted(path string) string {
	const slash = "\x00"
	path = strings.ReplaceAll(path, `\/`, slash)
	path = strings.ReplaceAll(path, ".", `\.`)
	path = strings.ReplaceAll(path, "/", ".")
	return strings.ReplaceAll(path, slash, "/")
}
