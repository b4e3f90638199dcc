package check

import (
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// makesChart reports whether the resources of a build are what a Helm chart's
// templates are made of, as helmify and like programs do: Kubernetes' own kinds
// have {{ .Values.… }} in their fields.
func makesChart(inv *inventory.Inventory) bool {
	return slices.ContainsFunc(inv.Objects(), func(o *inventory.Object) bool {
		return o.Kind != "ConfigMap" && o.Kind != "Secret" && apischema.Kubernetes().HasGroup(o.Group) && usesValues(o.Node)
	})
}

func usesValues(n *yaml.Node) bool {
	n = yamlnode.Resolve(n)
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		_, text, ok := strings.Cut(n.Value, "{{")
		text = strings.TrimLeft(text, "- ")
		return ok && (strings.HasPrefix(text, ".Values.") || strings.HasPrefix(text, ".Release.") || strings.HasPrefix(text, ".Chart."))
	}
	return slices.ContainsFunc(n.Content, usesValues)
}

// spareTests makes notes of what lacks in files in folders of tests, fields and
// objects that the tests make or that are in another namespace, and of the fields that lack in files that are called
// patches. A file that was named by itself is meant as it stands.
func (t *Tree) spareTests(findings []finding.Finding) {
	below := t.Within
	switch {
	case below == "" && t.Named:
		return
	case below == "":
		below = t.Name
	}
	for i := range findings {
		f := &findings[i]
		if t.Root == "" && isSnippet(f) {
			f.Severity = min(f.Severity, finding.Warning)
		}
		part := f.Rule == apischema.RequiredField || f.Rule == "volume-not-found"
		absent := f.Missing != nil || f.Wanted != nil && f.Meant == ""
		if !part && !absent || f.File == "" || f.Severity <= finding.Note {
			continue
		}
		file, err := filepath.Abs(filepath.FromSlash(f.File))
		if err != nil {
			continue
		}
		top, err := filepath.Abs(below)
		if err != nil {
			continue
		}
		rel, err := filepath.Rel(top, file)
		if err != nil {
			continue
		}
		if reference.InTests(rel) && f.Rule != "volume-not-found" {
			f.Severity = finding.Note
		}
		if part && t.Root == "" && reference.HasWord(filepath.Base(rel), "patch") {
			f.Severity = finding.Note
		}
	}
}

// isSnippet reports whether a resource is found to lack its name, its spec, its
// containers or the image of one: documents show parts of resources, programs name
// and complete some, and tools other than kustomize have patches too.
func isSnippet(f *finding.Finding) bool {
	if f.Rule != apischema.RequiredField {
		return false
	}
	if strings.HasPrefix(f.Message, "an entry of ") && strings.Contains(f.Message, "ontainers ") && strings.HasSuffix(f.Message, " needs the field image") {
		return true
	}
	switch f.Field {
	case "", "metadata", "spec", "spec.template.spec":
		return strings.HasSuffix(f.Message, " has no name") || strings.HasSuffix(f.Message, " needs the field spec") || strings.HasSuffix(f.Message, " needs the field containers")
	}
	return false
}
