package rules

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func argoRules() []*Rule { return []*Rule{applicationNotPermitted} }

var applicationNotPermitted = &Rule{
	Name:     "application-not-permitted",
	Severity: finding.Error,
	Doc: "An Argo CD Application has a destination or a source repository that its AppProject does not permit. " +
		"Argo CD refuses to sync it: \"application destination is not permitted in project\". " +
		"Only projects that are in the build are checked.",
	URL: "https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
	Run: func(p *Pass) error {
		for _, r := range p.refs.To(gk("argoproj.io/AppProject")) {
			if r.From.Kind != "Application" {
				continue
			}
			if res := p.resolve(r); res.Status == reference.Found && res.Target != nil && res.Target.Node != nil {
				p.checkDestination(r.From, res.Target)
				p.checkRepositories(r.From, res.Target)
			}
		}
		return nil
	},
}

func (p *Pass) checkDestination(app, project *inventory.Object) {
	dest := app.Get("spec", "destination")
	server, name, ns := yamlnode.GetString(dest, "server"), yamlnode.GetString(dest, "name"), yamlnode.GetString(dest, "namespace")
	if dest == nil || reference.IsPlaceholder(server) || reference.IsPlaceholder(name) || reference.IsPlaceholder(ns) {
		return
	}
	allowed := yamlnode.Elements(project.Get("spec", "destinations"))
	var namespaces []string
	for _, d := range allowed {
		if unknown(d) {
			return
		}
		dns := yamlnode.GetString(d, "namespace")
		namespaces = append(namespaces, dns)
		dserver, dname := yamlnode.GetString(d, "server"), yamlnode.GetString(d, "name")
		cluster := dserver == "*" || dname == "*" ||
			server != "" && (dserver == "" && dname != "" || argoMatch(dserver, server)) ||
			name != "" && (dname == "" && dserver != "" || argoMatch(dname, name)) ||
			server == "" && name == ""
		if cluster && (ns == "" || argoMatch(dns, ns)) {
			return
		}
	}
	near := nearest(ns, namespaces)
	message := fmt.Sprintf("%s does not permit namespace %q as a destination", project, ns)
	n := yamlnode.Get(dest, "namespace")
	if n == nil {
		n = dest
	}
	p.Report(app, n, message, DidYouMean(near...), Help("add the destination to the project, or choose one that it has"))
}

// unknown reports whether a destination holds something that is filled in
// later; globs are not that.
func unknown(d *yaml.Node) bool {
	for _, v := range yamlnode.Fields(d) {
		if strings.ContainsAny(yamlnode.String(v), "${<") || strings.HasPrefix(yamlnode.String(v), "!") {
			return true
		}
	}
	return false
}

func (p *Pass) checkRepositories(app, project *inventory.Object) {
	repos := yamlnode.Elements(project.Get("spec", "sourceRepos"))
	for _, path := range []string{"spec.source.repoURL", "spec.sources[].repoURL"} {
		for _, n := range fieldpath.Of(path).Nodes(app.Node) {
			url := repositoryURL(yamlnode.String(n))
			if url == "" || strings.ContainsAny(url, "${<") {
				continue
			}
			permitted := false
			for _, r := range repos {
				text := yamlnode.String(r)
				permitted = permitted || strings.ContainsAny(text, "${<!") || argoMatch(repositoryURL(text), url)
			}
			if !permitted {
				p.Report(app, n, fmt.Sprintf("%s does not permit this source repository", project),
					Help("add it to spec.sourceRepos of the project"))
			}
		}
	}
}

// repositoryURL is the address of a repository as Argo CD compares them: in lower case
// and without .git, see NormalizeGitURL in
// https://github.com/argoproj/argo-cd/blob/master/util/git/git.go.
func repositoryURL(s string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".git")
}

// argoMatch is Argo CD's glob, in which * matches slashes too.
func argoMatch(glob, s string) bool {
	first, rest, star := strings.Cut(glob, "*")
	if !star {
		return glob == s
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(s, part)
		}
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s, rest = s[i+len(part):], more
	}
}
