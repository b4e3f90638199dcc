package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// chartValueRules are about the values that resources give to Helm charts.
func chartValueRules() []*Rule { return []*Rule{chartVolumeNotFound} }

// chartValues are where resources hold the values of a chart. A new one is a row.
var chartValues = []struct {
	kind inventory.GroupKind
	path []string
}{
	{inventory.GroupKind{Group: "helm.toolkit.fluxcd.io", Kind: "HelmRelease"}, []string{"spec", "values"}},
	{inventory.GroupKind{Group: "argoproj.io", Kind: "Application"}, []string{"spec", "source", "helm", "valuesObject"}},
	{inventory.GroupKind{Group: "helm.cattle.io", Kind: "HelmChart"}, []string{"spec", "valuesContent"}},
	{inventory.GroupKind{Group: "argoproj.io", Kind: "Application"}, []string{"spec", "source", "helm", "values"}},
}

var chartVolumeNotFound = &Rule{
	Name:     "chart-volume-not-found",
	Severity: finding.Warning,
	URL:      "https://fluxcd.io/flux/components/helm/helmreleases/#values",
	Doc: "The values of a Helm chart mount a volume under extraVolumeMounts that extraVolumes beside it does not have. " +
		"The API server refuses the pods, and the release fails. " +
		"It is a warning, since a chart may make a volume of that name itself. It looks at HelmReleases, and at Applications and HelmCharts with values.",
	Run: func(p *Pass) error {
		for _, c := range chartValues {
			for _, o := range p.Inventory.OfKind(c.kind) {
				if o.Node == nil {
					continue
				}
				values := yamlnode.Resolve(o.Get(c.path...))
				if values != nil && values.Kind == yaml.ScalarNode {
					docs, err := manifest.ReadOnly(manifest.Source{Data: []byte(values.Value)})
					if err == nil && len(docs) > 0 {
						p.checkChartVolumes(o, docs[0].Node, values)
					}
					continue
				}
				p.checkChartVolumes(o, values, nil)
			}
		}
		return nil
	},
}

// ownVolumes are volumes that charts of Bitnami's have without being told.
// https://github.com/bitnami/charts/blob/main/bitnami/postgresql/templates/primary/statefulset.yaml
var ownVolumes = map[string]bool{"custom-init-scripts": true, "custom-preinit-scripts": true, "dshm": true, "empty-dir": true}

// checkChartVolumes looks at mapping n and those below it. text is the scalar that
// all of it stands in, if any.
func (p *Pass) checkChartVolumes(o *inventory.Object, n, text *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		for k, mounts := range yamlnode.Fields(n) {
			stem, ok := strings.CutSuffix(k.Value, "VolumeMounts")
			volumes := yamlnode.Get(n, stem+"Volumes")
			if !ok || stem != "extra" && stem != "additional" || len(yamlnode.Elements(volumes)) == 0 {
				continue
			}
			names := choose(namesUnder(volumes))
			if slices.ContainsFunc(names.names, reference.IsPlaceholder) {
				continue
			}
			for _, m := range yamlnode.Elements(mounts) {
				at := yamlnode.Get(m, "name")
				name := yamlnode.String(at)
				if name == "" || ownVolumes[name] || names.has(name) || reference.IsPlaceholder(name) {
					continue
				}
				if text != nil {
					at = text
				}
				p.Report(o, at, fmt.Sprintf("%s mounts a volume %q, and %sVolumes has none of that name", k.Value, name, stem), DidYouMean(closeTo(name, names.nearest(name))...),
					Help("%s; if the chart makes the volume itself, ignore this rule here", listOf("its volumes", names.names)))
			}
		}
	}
	for _, c := range n.Content {
		p.checkChartVolumes(o, c, text)
	}
}
