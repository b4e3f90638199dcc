package rules

import (
	"fmt"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
)

// dropAnnotated removes the findings that annotations of their own resource
// ignore, and reports annotations without a reason or without effect.
func (r *run) dropAnnotated(inv *inventory.Inventory, fs []finding.Finding) []finding.Finding {
	type ignore struct {
		object *inventory.Object
		used   map[string]bool
	}
	ignored := map[finding.Resource]*ignore{}
	for _, o := range inv.Objects() {
		text := o.Annotation(IgnoreAnnotation)
		if text == "" {
			continue
		}
		names, reason, _ := strings.Cut(text, ":")
		if strings.TrimSpace(reason) == "" {
			fs = append(fs, finding.Finding{
				Rule: "ignore-without-reason", Severity: finding.Warning, Resource: o.Resource(),
				Field: "metadata.annotations", File: o.File, Line: o.Line,
				Message: fmt.Sprintf("annotation %s gives no reason", IgnoreAnnotation),
				Help:    `write it as "rule, rule: why this is acceptable"`,
			})
			continue
		}
		ig := &ignore{object: o, used: map[string]bool{}}
		for name := range strings.SplitSeq(names, ",") {
			ig.used[strings.TrimSpace(name)] = false
		}
		ignored[o.Resource()] = ig
	}
	if len(ignored) == 0 {
		return fs
	}
	kept := fs[:0]
	for _, f := range fs {
		if ig := ignored[f.Resource]; ig != nil {
			if _, ok := ig.used[f.Rule]; ok {
				ig.used[f.Rule] = true
				continue
			}
		}
		kept = append(kept, f)
	}
	for res, ig := range ignored {
		for name, used := range ig.used {
			if !used {
				kept = append(kept, finding.Finding{
					Rule: "unused-ignore", Severity: finding.Warning, Resource: res,
					Field: "metadata.annotations", File: ig.object.File, Line: ig.object.Line,
					Message: fmt.Sprintf("annotation %s: there is no finding of %q here", IgnoreAnnotation, name),
					Help:    "remove it: what it silenced is gone",
				})
			}
		}
	}
	return kept
}

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
