package check

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
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

// isSnippet reports whether a resource is found to lack its name, its spec, its
// containers or the image of one: documents show parts of resources, programs name
// and complete some, and tools other than kustomize have patches too.
func isSnippet(f *finding.Finding) bool {
	if f.Rule != apischema.RequiredField {
		return false
	}
	about := f.Said()
	if lacksImage(&about) {
		return true
	}
	switch f.Field {
	case "", "metadata", "spec", "spec.template.spec":
		return about.Name == "name" || about.Name == "spec" || about.Name == "containers"
	}
	return false
}

// lacksImage reports whether what is said is that a container has no image.
func lacksImage(about *finding.About) bool {
	switch about.Of {
	case "containers", "initContainers", "ephemeralContainers":
		return about.Name == "image"
	}
	return false
}

// object is a resource of a file.
type object struct {
	file string
	finding.Resource
}

// partsToMerge are the resources that are found to lack their name and the image of
// a container as well: a script merges them into what it has applied.
func partsToMerge(findings []finding.Finding) map[object]bool {
	var merged map[object]bool
	nameless := map[object]bool{}
	for i := range findings {
		if f := &findings[i]; f.Resource.Name == "" && isSnippet(f) && f.Said().Name == "name" {
			nameless[object{f.File, f.Resource}] = true
		}
	}
	if len(nameless) == 0 {
		return nil
	}
	for i := range findings {
		f := &findings[i]
		if o := (object{f.File, f.Resource}); nameless[o] && isSnippet(f) && f.Said().Name == "image" {
			if merged == nil {
				merged = map[object]bool{}
			}
			merged[o] = true
		}
	}
	return merged
}
