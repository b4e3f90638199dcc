package check

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// installed are the charts that files which are no resources have installed, once the
// readers have read: a fleet.yaml of Fleet, a helmfile.yaml, a skaffold.yaml.
// https://fleet.rancher.io/ref-fleet-yaml
// https://helmfile.readthedocs.io/en/latest/#configuration
// https://skaffold.dev/docs/deployers/helm/
type installed struct {
	makers []maker
}

// installedCharts looks for the charts that other programs than Flux and Argo CD install: they
// fill namespaces, and Fleet has a kustomization change what a chart makes, which then has
// patches for what is not in any file.
func installedCharts(outcomes []outcome, readers textReaders) *installed {
	found := &installed{}
	asking := map[string][]*outcome{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		asks := false
		for j := range o.findings {
			asks = asks || o.asksForCharts(&o.findings[j])
		}
		if top := o.tree.top(); asks && top != "" {
			asking[top] = append(asking[top], o)
		}
	}
	for top, of := range asking {
		readers[top] = append(readers[top], &textReader{
			wants: installsCharts,
			read: func(file string, text []byte) (more bool) {
				var doc yaml.Node
				if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 { // a template
					return true
				}
				root := doc.Content[0]
				for _, releases := range [...]*yaml.Node{yamlnode.Get(root, "releases"), yamlnode.Path(root, "deploy", "helm", "releases"), yamlnode.Path(root, "manifests", "helm", "releases")} {
					for _, release := range yamlnode.Elements(releases) {
						found.add(file, yamlnode.GetString(release, "name"), yamlnode.GetString(release, "namespace"), cmp.Or(yamlnode.Get(release, "values"), yamlnode.Get(release, "setValues")))
					}
				}
				found.bundle(top, file, root, of)
				return true
			},
		})
	}
	return found
}

// installsCharts reports whether a file is one of these, by its name.
func installsCharts(file string) bool {
	name := path.Base(file)
	stem := strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
	return stem != name && (stem == "fleet" || stem == "helmfile" || strings.HasPrefix(stem, "skaffold"))
}

// asksForCharts reports whether what they install has a say in a finding.
func (o *outcome) asksForCharts(f *finding.Finding) bool {
	return o.around != nil && f.Missing != nil && f.Severity > finding.Note || isApart(f) || patchesNothing(f)
}

func (found *installed) add(file, name, namespace string, values *yaml.Node) {
	m := maker{what: "the chart of " + file, name: name, namespace: namespace, fills: true}
	m.listen(values, 0)
	m.may(name)
	found.makers = append(found.makers, m)
}

// bundle reads what Fleet says of a folder.
func (found *installed) bundle(top, file string, root *yaml.Node, of []*outcome) {
	dir := path.Dir(file)
	if yamlnode.GetString(root, "helm", "chart") == "" && !isFile(filepath.Join(top, dir, "Chart.yaml")) {
		return
	}
	found.add(file, yamlnode.GetString(root, "helm", "releaseName"), cmp.Or(yamlnode.GetString(root, "namespace"), yamlnode.GetString(root, "defaultNamespace")), yamlnode.Path(root, "helm", "values"))
	if yamlnode.GetString(root, "helm", "releaseName") == "" && dir != "." {
		// https://fleet.rancher.io/ref-bundle: after the repository's resource and the folder
		found.makers = append(found.makers, maker{what: "the chart of " + file, name: strings.ReplaceAll(dir, "/", "-"), named: true, within: true})
	}
	changes := []string{yamlnode.GetString(root, "kustomize", "dir")}
	for _, target := range yamlnode.Elements(yamlnode.Get(root, "targetCustomizations")) {
		changes = append(changes, yamlnode.GetString(target, "kustomize", "dir"))
	}
	for _, o := range of {
		rel, err := filepath.Rel(top, absolute(o.tree.Root))
		if o.tree.Root == "" || err != nil || !slices.ContainsFunc(changes, func(c string) bool { return c != "" && path.Join(dir, c) == filepath.ToSlash(rel) }) {
			continue
		}
		for j := range o.findings {
			if f := &o.findings[j]; patchesNothing(f) {
				f.Severity = finding.Off
			}
		}
	}
}

func patchesNothing(f *finding.Finding) bool {
	return f.Rule == BuildFails && f.Said().What == lacksTarget
}
