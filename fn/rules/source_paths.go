package rules

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func sourceRules() []*Rule { return []*Rule{sourcePathNotFound} }

var sourcePathNotFound = &Rule{
	Name:     "source-path-not-found",
	Severity: finding.Error,
	Doc: "A Flux Kustomization or HelmRelease, an Argo CD Application, or a GitRepo of Fleet, is to read a folder that the repository does not have. " +
		"Flux answers kustomization path not found, Argo CD app path does not exist, Fleet no resource found, and the cluster keeps what it had. " +
		"So is a component that a Kustomization adds, and a file of values that an Application names beside a chart or in a source of its own. " +
		"It is an error where a folder beside it is called nearly so, and a warning where another path of the same source is there. " +
		"Sources that are other repositories, and paths with placeholders, are left alone.",
	URL:           "https://fluxcd.io/flux/components/kustomize/kustomizations/#path",
	Kustomization: true,
	Run: func(p *Pass) error {
		if p.Inventory.Repository == nil {
			return nil
		}
		bySource := map[string][]sourcePath{}
		var order []string
		for _, row := range sourcePathRows {
			for _, o := range p.Inventory.OfKind(row.kind) {
				for _, source := range fieldpath.Of(row.source).Nodes(o.Node) {
					for _, n := range fieldpath.Of(row.path).Nodes(source) {
						s, ok := row.read(o, source, n)
						if !ok {
							continue
						}
						if bySource[s.source] == nil {
							order = append(order, s.source)
						}
						bySource[s.source] = append(bySource[s.source], s)
					}
				}
			}
		}
		here, most := map[string]int{}, 0 // paths of a source that are here, and of any
		for _, source := range order {
			here[source] = p.here(bySource[source])
			most = max(most, here[source])
		}
		for _, source := range order {
			p.checkSourcePaths(bySource[source], here[source], most)
			for i := range bySource[source] {
				p.checkValueFiles(&bySource[source][i])
				p.checkComponents(&bySource[source][i])
			}
		}
		p.checkReferredValues()
		return nil
	},
}

// sourcePathRow says where a kind has the path of a folder in a repository. The
// paths of fields start at each source.
type sourcePathRow struct {
	kind   inventory.GroupKind
	source string // the mappings with the fields
	path   string // one, or a list of them
	// names are fields that together say which repository it is.
	names []string
	// when is a field that must have a value, if it is there.
	when, value string
	// values are the files of values for a chart, as seen from the folder.
	values string
	// components are folders, as seen from the folder.
	components string
	// mayLack is a field that is true where one of those may not be there.
	mayLack string
}

var sourcePathRows = []sourcePathRow{
	// https://fluxcd.io/flux/components/kustomize/kustomizations/#source-reference
	{kind: gk("kustomize.toolkit.fluxcd.io/Kustomization"), source: "spec", path: "path", names: []string{"sourceRef.namespace", "sourceRef.name"}, when: "sourceRef.kind", value: "GitRepository", components: "components[]", mayLack: "ignoreMissingComponents"},
	// https://fluxcd.io/flux/components/helm/helmreleases/#chart-template
	{kind: gk("helm.toolkit.fluxcd.io/HelmRelease"), source: "spec.chart.spec", path: "chart", names: []string{"sourceRef.namespace", "sourceRef.name"}, when: "sourceRef.kind", value: "GitRepository"},
	// https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
	{kind: gk("argoproj.io/Application"), source: "spec.source", path: "path", names: []string{"repoURL"}, values: "helm.valueFiles[]", mayLack: "helm.ignoreMissingValueFiles"},
	{kind: gk("argoproj.io/Application"), source: "spec.sources[]", path: "path", names: []string{"repoURL"}, values: "helm.valueFiles[]", mayLack: "helm.ignoreMissingValueFiles"},
	{kind: gk("argoproj.io/ApplicationSet"), source: "spec.template.spec.source", path: "path", names: []string{"repoURL"}, values: "helm.valueFiles[]", mayLack: "helm.ignoreMissingValueFiles"},
	// https://fleet.rancher.io/ref-gitrepo
	{kind: gk("fleet.cattle.io/GitRepo"), source: "spec", path: "paths[]", names: []string{"repo"}},
}

// sourcePath is a path in a repository.
type sourcePath struct {
	object *inventory.Object
	node   *yaml.Node
	source string
	path   string // clean, "." for all of it
	// values are the files of values that Helm is to read, components the folders that
	// Flux adds, and mayLack is set where they go on without one.
	values, components []*yaml.Node
	mayLack            bool
}

// read reads the source of a path, which is at n.
func (row *sourcePathRow) read(o *inventory.Object, source, n *yaml.Node) (s sourcePath, ok bool) {
	field := func(path string) *yaml.Node {
		for _, n := range fieldpath.Of(path).Nodes(source) {
			return n
		}
		return nil
	}
	text := yamlnode.String(n)
	if text == "" || row.when != "" && yamlnode.String(field(row.when)) != row.value {
		return s, false
	}
	s = sourcePath{object: o, node: n, path: path.Clean(strings.TrimLeft(text, "/"))}
	s.mayLack = row.mayLack != "" && yamlnode.Bool(field(row.mayLack))
	if row.values != "" {
		s.values = fieldpath.Of(row.values).Nodes(source)
	}
	if row.components != "" {
		s.components = fieldpath.Of(row.components).Nodes(source)
	}
	for _, name := range row.names {
		s.source += " " + strings.TrimSuffix(yamlnode.String(field(name)), ".git")
	}
	if reference.IsPlaceholder(text) || reference.IsPlaceholder(s.source) || strings.Contains(text, "{{") || strings.ContainsAny(text, "*?[") || !fs.ValidPath(s.path) {
		return s, false
	}
	return s, true
}

// here counts the paths of a source that are there: it is this very repository.
func (p *Pass) here(paths []sourcePath) (n int) {
	seen := map[string]bool{".": true}
	for _, s := range paths {
		if !seen[s.path] {
			seen[s.path] = true
			if _, err := fs.Stat(p.Inventory.Repository, s.path); err == nil {
				n++
			}
		}
	}
	return n
}

// checkSourcePaths judges the paths of one source, of which n are here. most is how many
// of any source are: one with a few of them is another repository that has folders called
// the same.
func (p *Pass) checkSourcePaths(paths []sourcePath, n, most int) {
	const few = 4 // times fewer
	here := n > 0 && few*n > most
	for _, s := range paths {
		if _, err := fs.Stat(p.Inventory.Repository, s.path); s.path == "." || err == nil {
			continue
		}
		message := fmt.Sprintf("there is no folder %q in this repository", s.path)
		near := p.nearFolders(s.path)
		if len(near) == 0 {
			for other := range suggest.PathSlips(s.path) {
				if info, err := fs.Stat(p.Inventory.Repository, other); err == nil && info.IsDir() && fs.ValidPath(other) {
					near = []string{other}
					break
				}
			}
		}
		switch {
		case len(near) > 0:
			if strings.HasPrefix(yamlnode.String(s.node), "./") {
				near[0] = "./" + near[0]
			}
			if !here && most > 0 && !strings.Contains(s.path, "/") {
				continue // a word that folders of many repositories are called
			}
			opts := []Option{DidYouMean(near...)}
			if !here && !strings.Contains(s.path, "/") {
				opts = append(opts, AtMost(finding.Warning)) // the source may be another repository
			}
			p.Report(s.object, s.node, message, opts...)
		case here:
			p.Report(s.object, s.node, message, AtMost(finding.Warning), Help("another path of the same source is there, so the source is this repository"))
		}
	}
}

// checkValueFiles judges the files of values beside a chart of this repository.
// https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#values-files
func (p *Pass) checkValueFiles(s *sourcePath) {
	if _, err := fs.Stat(p.Inventory.Repository, path.Join(s.path, "Chart.yaml")); err != nil || s.mayLack {
		return
	}
	for _, n := range s.values {
		text := yamlnode.String(n)
		file := path.Join(s.path, text)
		if strings.HasPrefix(text, "/") {
			file = strings.TrimLeft(text, "/")
		}
		if text == "" || strings.Contains(text, "://") || strings.ContainsAny(text, "$*{") || reference.IsPlaceholder(text) || !fs.ValidPath(file) {
			continue
		}
		if _, err := fs.Stat(p.Inventory.Repository, file); err == nil {
			continue
		}
		opts := []Option{AtMost(finding.Warning)}
		if near := p.nearFile(file); near != "" {
			opts = []Option{DidYouMean(strings.TrimSuffix(text, path.Base(file)) + near)}
		}
		if s.path == "." { // many repositories have a chart there
			opts = append(opts, AtMost(finding.Warning))
		}
		p.Report(s.object, n, fmt.Sprintf("there is no file %q beside the chart, in this repository", file), opts...)
	}
}

// checkReferredValues judges the files of values in a source that an Application has for
// them, $values/envs/prod.yaml. The repository of that source is not known to be this
// one: a file of nearly that name has to be there, and it is a warning.
// https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository
func (p *Pass) checkReferredValues() {
	for _, row := range [...]struct{ kind, sources string }{{"Application", "spec.sources[]"}, {"ApplicationSet", "spec.template.spec.sources[]"}} {
		for _, o := range p.Inventory.OfKind(gk("argoproj.io/" + row.kind)) {
			all := fieldpath.Of(row.sources).Nodes(o.Node)
			for _, source := range all {
				if yamlnode.Bool(yamlnode.Path(source, "helm", "ignoreMissingValueFiles")) {
					continue
				}
				for _, n := range yamlnode.Elements(yamlnode.Path(source, "helm", "valueFiles")) {
					ref, file, _ := strings.Cut(yamlnode.String(n), "/")
					name, ok := strings.CutPrefix(ref, "$")
					file = path.Clean(file)
					if !ok || name == "" || strings.Contains(file, "*") || reference.IsPlaceholder(file) || !fs.ValidPath(file) ||
						!slices.ContainsFunc(all, func(s *yaml.Node) bool { return yamlnode.GetString(s, "ref") == name }) {
						continue
					}
					if _, err := fs.Stat(p.Inventory.Repository, file); err == nil {
						continue
					}
					if near := p.nearFile(file); near != "" {
						p.Report(o, n, fmt.Sprintf("there is no file %q in this repository", file), DidYouMean(strings.TrimSuffix(yamlnode.String(n), path.Base(file))+near), AtMost(finding.Warning))
					}
				}
			}
		}
	}
}

// checkComponents judges the components that Flux adds to the kustomization of a folder.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#components
func (p *Pass) checkComponents(s *sourcePath) {
	if info, err := fs.Stat(p.Inventory.Repository, s.path); err != nil || !info.IsDir() || s.mayLack {
		return
	}
	for _, n := range s.components {
		text := yamlnode.String(n)
		dir := path.Join(s.path, text)
		if text == "" || path.IsAbs(text) || strings.Contains(text, "://") || reference.IsPlaceholder(text) || !fs.ValidPath(dir) {
			continue
		}
		if _, err := fs.Stat(p.Inventory.Repository, dir); err == nil {
			continue
		}
		opts := []Option{AtMost(finding.Warning)}
		if near := p.nearFolders(dir); len(near) > 0 {
			if from, err := filepath.Rel(s.path, near[0]); err == nil {
				opts = []Option{DidYouMean(filepath.ToSlash(from))}
			}
		}
		p.Report(s.object, n, fmt.Sprintf("there is no folder %q in this repository", dir), opts...)
	}
}

// nearFile returns the name of the file in the folder of one that is not there which was
// probably meant, "" if there is none.
func (p *Pass) nearFile(missing string) string {
	var names []string
	entries, _ := fs.ReadDir(p.Inventory.Repository, path.Dir(missing))
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	near := nearest(path.Base(missing), names)
	if len(near) == 0 || !suggest.Close(path.Base(missing), near[0]) {
		return ""
	}
	stem := func(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }
	if a, b := stem(path.Base(missing)), stem(near[0]); a != b && !suggest.Close(a, b) {
		return "" // prod-1.yaml and prod-2.yaml are two
	}
	return near[0]
}

// nearFolders returns the path with its first part that is not there replaced by
// the nearest that is, if the rest is below that.
func (p *Pass) nearFolders(missing string) []string {
	parts := strings.Split(missing, "/")
	dir := "."
	for i, part := range parts {
		next := path.Join(dir, part)
		if _, err := fs.Stat(p.Inventory.Repository, next); err == nil {
			dir = next
			continue
		}
		entries, err := fs.ReadDir(p.Inventory.Repository, dir)
		if err != nil {
			return nil
		}
		var names []string
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				names = append(names, e.Name())
			}
		}
		for _, name := range nearest(part, names) {
			if !suggest.Close(part, name) {
				break
			}
			whole := path.Join(append([]string{dir, name}, parts[i+1:]...)...)
			if _, err := fs.Stat(p.Inventory.Repository, whole); err == nil {
				return []string{whole}
			}
		}
		return nil
	}
	return nil
}
