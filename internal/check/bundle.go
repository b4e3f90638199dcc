package check

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// spareBundle makes warnings of what is found in the subjects of role bindings that
// a bundle is generated from. The Operator Lifecycle Manager makes bindings of its
// own, in the namespace that the operator is installed in: of the ServiceAccounts
// only the names are taken. Everything else gets that namespace too, so what is there
// in another one is there, and what has none lacks nothing.
// https://sdk.operatorframework.io/docs/olm-integration/generation/
func spareBundle(inv *inventory.Inventory, findings []finding.Finding, set map[string]finding.Severity) {
	if len(inv.OfKind(serviceVersion)) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		_, ok := set[f.Rule]
		switch {
		case ok:
		case strings.HasSuffix(f.Resource.Kind, "RoleBinding") && strings.HasPrefix(f.Field, "subjects") && !lacksNamespace(f):
			f.Severity = min(f.Severity, finding.Warning)
		case f.Rule == "duplicate-object" && !inventory.ByKubernetes(groupOf(f)): // examples, which it lists
			f.Severity = min(f.Severity, finding.Note)
		case lacksNamespace(f), f.Wanted != nil && len(inv.Find(inventory.GroupKind{Kind: f.Wanted.Kind}, f.Wanted.Name)) > 0,
			f.Rule == "monitor-selects-nothing" && rules.LabelsSelected(f) != nil && len(f.Suggestions) == 0:
			f.Severity = min(f.Severity, finding.Note)
		}
	}
}

// bundles are the folders and files of an operator's bundles.
type bundles map[string]bool

// replacedBundles returns the bundles of releases of which a later one is there too: a
// catalog keeps each as it went out, for who has it installed.
// https://olm.operatorframework.io/docs/concepts/olm-architecture/operator-catalog/creating-an-update-graph/
func replacedBundles(inv *inventory.Inventory) bundles {
	type bundle struct {
		file   string
		number []string
	}
	of := map[string][]bundle{} // by the package
	for _, o := range inv.OfKind(serviceVersion) {
		if name, version, ok := strings.Cut(o.Name, "."); ok && o.File != "" {
			if number := release().FindStringSubmatch(version); number != nil {
				of[name] = append(of[name], bundle{filepath.ToSlash(o.File), number})
			}
		}
	}
	found := bundles{}
	for _, all := range of {
		latest := slices.MaxFunc(all, func(a, b bundle) int { return compareReleases(a.number, b.number) })
		for _, b := range all {
			if compareReleases(b.number, latest.number) == 0 {
				continue
			}
			found[b.file] = true
			if dir := path.Dir(b.file); dir != path.Dir(latest.file) {
				found[dir] = true
			}
		}
		// A folder that holds the latest too is nobody's alone.
		delete(found, path.Dir(latest.file))
	}
	if len(found) > 0 { // nor is one with what is applied: OLM makes the Deployments of a bundle
		for _, o := range inv.Objects() {
			if o.Node != nil && o.GroupKind != serviceVersion && len(o.Pods()) > 0 {
				delete(found, path.Dir(filepath.ToSlash(o.File)))
			}
		}
	}
	return found
}

// spare makes notes of what is found in bundles.
func (b bundles) spare(findings []finding.Finding, set map[string]finding.Severity) {
	if len(b) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; !ok && (b[filepath.ToSlash(f.File)] || b[path.Dir(filepath.ToSlash(f.File))]) {
			f.Severity = min(f.Severity, finding.Note)
		}
	}
}

var serviceVersion = inventory.GroupKind{Group: "operators.coreos.com", Kind: "ClusterServiceVersion"}

// spareUnplaced makes warnings of the namespaces that lack in a kustomization which
// nobody named, where what is meant has none either, or nothing at all has one: it is a
// part of others, or a script or an Argo CD Application says where it goes.
// What is in a folder called base is there for others: these are notes.
func spareUnplaced(inv *inventory.Inventory, dir string, findings []finding.Finding, set map[string]finding.Severity) {
	placed := slices.ContainsFunc(inv.Objects(), func(o *inventory.Object) bool { return o.Namespace != "" })
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; ok || !lacksNamespace(f) {
			continue
		}
		meant := meantWithout(inv, f)
		if len(meant) == 0 && placed || slices.ContainsFunc(meant, func(o *inventory.Object) bool { return o.Namespace != "" }) {
			continue
		}
		f.Severity = min(f.Severity, finding.Warning)
		if !placed && len(meant) > 0 && isBase(dir) {
			f.Severity = min(f.Severity, finding.Note)
		}
	}
}

// isBase reports whether a folder is called what overlays of others are made of.
func isBase(dir string) bool {
	switch path.Base(filepath.ToSlash(dir)) {
	case "base", "bases", "common", "components", "component":
		return true
	}
	return false
}

// meantWithout returns the accounts or Services of the name that a field gives without
// a namespace.
func meantWithout(inv *inventory.Inventory, f *finding.Finding) []*inventory.Object {
	group, _, ok := strings.Cut(f.Resource.APIVersion, "/")
	if !ok {
		return nil
	}
	kind := inventory.GroupKind{Kind: "Service"}
	if f.Rule == apischema.AccessInvalid {
		kind.Kind = "ServiceAccount"
	}
	for _, o := range inv.Find(inventory.GroupKind{Group: group, Kind: f.Resource.Kind}, f.Resource.Name) {
		if at, whole := fieldpath.Parse(f.Field).Follow(o.Node); whole {
			if name := yamlnode.Resolve(yamlnode.Get(at, "name")); name != nil {
				return inv.Find(kind, name.Value)
			}
		}
	}
	return nil
}

// lacksNamespace reports whether a finding is about an object that is named without its
// namespace: an account in a ClusterRoleBinding, or the Service of a webhook or an
// APIService.
func lacksNamespace(f *finding.Finding) bool {
	switch f.Rule {
	case apischema.AccessInvalid:
		return f.Resource.Kind == "ClusterRoleBinding" && strings.HasPrefix(f.Field, "subjects[") && strings.HasSuffix(f.Field, "]")
	case apischema.RequiredField:
		return f.Said().Name == "namespace" && (f.Field == "spec.service" || strings.HasSuffix(f.Field, ".clientConfig.service"))
	}
	return false
}
