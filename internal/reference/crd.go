package reference

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The extensions with which a CustomResourceDefinition tells kustomize that a
// field refers to an object:
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/crds/
const (
	hintVersion = "x-kubernetes-object-ref-api-version"
	hintKind    = "x-kubernetes-object-ref-kind"
	hintName    = "x-kubernetes-object-ref-name-key"
)

// RowsOf returns the rows that the CustomResourceDefinitions of a build say of
// their kinds.
func RowsOf(inv *inventory.Inventory) []Row {
	var rows []Row
	for _, crd := range inv.OfKind(inventory.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}) {
		if crd.Node == nil {
			continue
		}
		from := inventory.GroupKind{
			Group: yamlnode.GetString(crd.Node, "spec", "group"),
			Kind:  yamlnode.GetString(crd.Node, "spec", "names", "kind"),
		}
		h := hints{from: from.String(), seen: map[string]bool{}}
		for _, v := range yamlnode.Elements(crd.Get("spec", "versions")) {
			h.walk(yamlnode.Path(v, "schema", "openAPIV3Schema"), "", 0)
		}
		h.walk(crd.Get("spec", "validation", "openAPIV3Schema"), "", 0)
		rows = append(rows, h.rows...)
	}
	return rows
}

type hints struct {
	from string
	seen map[string]bool
	rows []Row
}

// walk reads a schema whose values are at path.
func (h *hints) walk(schema *yaml.Node, path string, depth int) {
	if schema == nil || depth > fieldpath.MaxDepth {
		return
	}
	if kind := yamlnode.GetString(schema, hintKind); kind != "" {
		h.add(schema, kind, path)
	}
	for k, v := range yamlnode.Fields(yamlnode.Get(schema, "properties")) {
		key := strings.ReplaceAll(k.Value, ".", `\.`)
		if path != "" {
			key = path + "." + key
		}
		h.walk(v, key, depth+1)
	}
	if items := yamlnode.Get(schema, "items"); items != nil && path != "" {
		h.walk(items, path+"[]", depth+1)
	}
	if values := yamlnode.Get(schema, "additionalProperties"); values != nil && path != "" {
		h.walk(values, path+"{}", depth+1)
	}
}

func (h *hints) add(schema *yaml.Node, kind, path string) {
	group, _, ok := strings.Cut(yamlnode.GetString(schema, hintVersion), "/")
	if !ok {
		group = ""
	}
	if name := yamlnode.GetString(schema, hintName); name != "" && yamlnode.Get(schema, "properties") != nil {
		path += "." + strings.ReplaceAll(name, ".", `\.`)
	}
	if path = strings.TrimPrefix(path, "."); path == "" || h.seen[path] {
		return
	}
	h.seen[path] = true
	to := inventory.GroupKind{Group: group, Kind: kind}.String()
	row := Row{From: h.from, Path: path, To: to, Namespace: "namespace"}
	if to == "Secret" || to == "ConfigMap" {
		row.Key, row.Optional = "key", "optional"
	}
	h.rows = append(h.rows, row)
}
