package reference

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Mistyped is a companion field of a reference, its kind or its group, that is one
// edit away from what the field may say, so that nothing is referred to.
type Mistyped struct {
	From *inventory.Object
	// Node is the scalar, Kind whether it is the kind.
	Node *yaml.Node
	Kind bool
	// Group is that of the kind that was meant.
	Group string
	// Meant is what it should be. For a group it is written as the field is: with
	// a version if it has one.
	Meant string
}

// mistyped reports whether the companions of a reference say a kind that is none,
// and takes down which was meant. Kinds that some row knows are meant.
func (x *extractor) mistyped(row *compiledRow, at place) bool {
	kindNode := at.first(row.Kind)
	kind := yamlnode.String(kindNode)
	known := kind == ""
	for _, gk := range row.to {
		known = known || gk.Kind == kind
	}
	switch {
	case row.Guess:
		return false
	case known:
		return row.Group != "" && x.mistypedGroup(row, at, kind)
	case IsPlaceholder(kind) || len(x.inv.Kinds(kind)) > 0 || tableKinds()[kind]:
		return false
	}
	for _, gk := range row.to {
		if oneEdit(kind, gk.Kind) {
			return x.take(Mistyped{x.obj, kindNode, true, gk.Group, gk.Kind})
		}
	}
	return false
}

// versions are those that most APIs have had.
var versions = [...]string{"v1", "v2", "v1beta1", "v1beta2", "v1alpha1", "v2beta2"}

// mistypedGroup is mistyped for the group of a reference, or its apiVersion.
func (x *extractor) mistypedGroup(row *compiledRow, at place, kind string) bool {
	n := at.first(row.Group)
	text := yamlnode.String(n)
	group, version, versioned := strings.Cut(text, "/")
	if text == "" || IsPlaceholder(text) {
		return false
	}
	for _, gk := range row.to {
		if gk.Group == group && gk.Group != "" && (kind == "" || gk.Kind == kind) && (!versioned || IsVersion(version)) {
			return false
		}
	}
	for _, gk := range row.to {
		if gk.Group == "" || kind != "" && gk.Kind != kind {
			continue
		}
		meant := ""
		switch {
		case gk.Group == group:
			for _, v := range versions {
				if meant == "" && suggest.Distance(version, v) == 1 {
					meant = group + "/" + v
				}
			}
		case oneEdit(group, gk.Group) && (!versioned || IsVersion(version)):
			meant = gk.Group + text[len(group):]
		case len(text) > len(gk.Group):
			for _, v := range versions { // the slash is missing, or elsewhere
				if meant == "" && oneEdit(text, gk.Group+"/"+v) {
					meant = gk.Group + "/" + v
				}
			}
		}
		if meant != "" {
			return x.take(Mistyped{x.obj, n, false, gk.Group, meant})
		}
	}
	return false
}

// take remembers a field, which several rows may have seen.
func (x *extractor) take(m Mistyped) bool {
	if !slices.ContainsFunc(x.wrong, func(w Mistyped) bool { return w.Node == m.Node }) {
		x.wrong = append(x.wrong, m)
	}
	return true
}

// tableKinds are the kinds that the built-in rows name.
var tableKinds = sync.OnceValue(func() map[string]bool {
	kinds := map[string]bool{}
	for _, rows := range builtinRows() {
		for i := range rows {
			for gk := range strings.SplitSeq(rows[i].From+","+rows[i].To, ",") {
				kinds[inventory.ParseGroupKind(strings.TrimSpace(gk)).Kind] = true
			}
		}
	}
	return kinds
})

// oneEdit reports whether two words differ in one letter, or in case only.
func oneEdit(a, b string) bool {
	return a != b && (strings.EqualFold(a, b) || min(len(a), len(b)) > 2 && suggest.Distance(a, b) == 1)
}

// IsVersion reports whether text is a version as APIs have them: v2, v1beta1.
// https://kubernetes.io/docs/reference/using-api/#api-versioning
func IsVersion(text string) bool {
	number, ok := strings.CutPrefix(text, "v")
	if !ok {
		return false
	}
	number, of, early := strings.Cut(strings.Replace(number, "alpha", "beta", 1), "beta")
	isNumber := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return isNumber(number) && (!early || isNumber(of))
}
