package check

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// What rules say is not in a build is an error of theirs where the build is all there
// is, as it is for the function: somebody has written a configuration for it. Of any
// other tree nobody has said so, and what it lacks may be made by a script, a chart or
// an operator. There the level follows what the run shows, by the first row of evidence
// that holds; the levels are at most those of the rules.
var evidence = []struct {
	level finding.Severity
	holds func(a *absence) bool
}{
	// The cluster that was asked does not have it either.
	{finding.Error, func(a *absence) bool { return a.notInCluster }},
	// A command of a script or a document makes it, or a resource that it is called after.
	{finding.Note, func(a *absence) bool { return a.maker != "" }},
	// Something else than this repository is deployed to its namespace.
	{finding.Note, func(a *absence) bool { return a.filled != "" }},
	// No Secret is kept in the tree, and several are used.
	{finding.Note, func(a *absence) bool {
		return a.object.Kind == "Secret" && a.ofKind == 0 && a.lacking >= severalSecrets
	}},
	// Others of its kind are here, many for each one that is not, and nothing in the
	// repository is made in another way or speaks of it.
	{finding.Error, func(a *absence) bool {
		return a.beside >= enoughBeside && a.beside >= enoughBeside*a.lacking && !a.elsewhere
	}},
	{finding.Warning, func(*absence) bool { return true }},
}

const (
	severalSecrets = 3
	enoughBeside   = 3
)

// absence is what a run shows about an object that one of its trees lacks.
type absence struct {
	object       finding.Resource
	notInCluster bool
	maker        string // what makes it by its name
	filled       string // what is deployed to its namespace from elsewhere
	lacking      int    // how many of its kind the tree lacks in its namespace
	beside       int    // how many the tree has there that references resolve to
	ofKind       int    // the same in any namespace
	elsewhere    bool   // something in the run or the repository may make it, or speaks of it
}

func (a *absence) level() finding.Severity {
	for i := range evidence {
		if evidence[i].holds(a) {
			return evidence[i].level
		}
	}
	return finding.Error
}

// surroundings are what a tree shows about what it lacks, of which nobody has said that
// it is whole.
type surroundings struct {
	rules.Absences
	makers []maker
	named  map[finding.Resource]string // what may make it, as the tree's own resources say
}

// maker is a resource that has objects made that are not in its tree.
type maker struct {
	what      string // it is called so in messages
	name      string
	namespace string // that they are made in, "" where nobody knows
	fills     bool   // they are many, and may be called anything
	named     bool   // they are called after it
}

// aroundOf are the surroundings of what was found in a tree, nil where a configuration
// or the caller says how severe an absence is.
func aroundOf(inv *inventory.Inventory, found *function.Found, cfg *config.ConfigPipeline, opts Options) *surroundings {
	if cfg != nil || opts.Unresolved != "" || found == nil {
		return nil
	}
	return surroundingsOf(inv, found.Absences)
}

// surroundingsOf looks around in a tree.
func surroundingsOf(inv *inventory.Inventory, a rules.Absences) *surroundings {
	s := &surroundings{Absences: a}
	byName := map[string][]finding.Resource{}
	for object := range a.Objects {
		byName[object.Name] = append(byName[object.Name], object)
	}
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Local || o.Kind == "" || inventory.ByKubernetes(o.Group) {
			continue
		}
		m := maker{what: o.String(), name: o.Name, namespace: o.Namespace, fills: true}
		switch o.GroupKind {
		case inventory.GroupKind{Group: "helm.toolkit.fluxcd.io", Kind: "HelmRelease"}, inventory.GroupKind{Group: "helm.cattle.io", Kind: "HelmChart"}:
			if namespace := yamlnode.GetString(o.Node, "spec", "targetNamespace"); namespace != "" {
				m.namespace = namespace
			}
		case inventory.GroupKind{Group: "argoproj.io", Kind: "Application"}:
			var more bool
			if m.namespace, m.fills, more = applies(inv.Repository, o.Get("spec")); !more {
				continue
			}
		case inventory.GroupKind{Group: "argoproj.io", Kind: "ApplicationSet"}:
			var more bool
			if m.namespace, m.fills, more = applies(inv.Repository, o.Get("spec", "template", "spec")); !more {
				continue
			}
		case inventory.GroupKind{Group: "kustomize.toolkit.fluxcd.io", Kind: "Kustomization"}:
			if isFolder(inv.Repository, yamlnode.GetString(o.Node, "spec", "path")) {
				continue
			}
			m.namespace, m.fills = yamlnode.GetString(o.Node, "spec", "targetNamespace"), false
		case inventory.GroupKind{Group: "operators.coreos.com", Kind: "Subscription"}:
		default:
			if reference.Known(o.GroupKind) {
				continue
			}
			m.fills, m.named = false, true
			s.mentions(byName, o, o.Node, 0)
		}
		if reference.IsPlaceholderName(m.namespace) {
			m.namespace = ""
		}
		s.makers = append(s.makers, m)
	}
	return s
}

// mentions notes which of the names a custom resource has in it.
func (s *surroundings) mentions(names map[string][]finding.Resource, o *inventory.Object, n *yaml.Node, depth int) {
	const deep = 50
	if n = yamlnode.Resolve(n); n == nil || len(names) == 0 || depth > deep {
		return
	}
	for _, object := range names[n.Value] {
		if s.named == nil {
			s.named = map[finding.Resource]string{}
		}
		if s.named[object] == "" && (o.Namespace == "" || inventory.SameNamespace(o.Namespace, object.Namespace)) {
			s.named[object] = o.String()
		}
	}
	for _, c := range n.Content {
		s.mentions(names, o, c, depth+1)
	}
}

// applies says where an Argo CD Application deploys something to, whether that is of a
// chart, and whether it is something else than manifests of the repository that it is in.
func applies(repository fs.FS, spec *yaml.Node) (namespace string, chart, more bool) {
	sources := yamlnode.Elements(yamlnode.Get(spec, "sources"))
	if source := yamlnode.Get(spec, "source"); source != nil {
		sources = append(slices.Clip(sources), source)
	}
	for _, source := range sources {
		dir := path.Clean(strings.Trim(yamlnode.GetString(source, "path"), "/"))
		chart = chart || yamlnode.Get(source, "chart") != nil || yamlnode.Get(source, "helm") != nil
		if !isFolder(repository, dir) {
			more = true
		} else if _, err := fs.Stat(repository, path.Join(dir, "Chart.yaml")); err == nil {
			chart = true
		}
	}
	return yamlnode.GetString(spec, "destination", "namespace"), chart, more || chart
}

// isFolder reports whether a path of a repository's is one of its folders.
func isFolder(repository fs.FS, dir string) bool {
	dir = path.Clean(strings.Trim(dir, "/"))
	if repository == nil || !fs.ValidPath(dir) {
		return false
	}
	info, err := fs.Stat(repository, dir)
	return err == nil && info.IsDir()
}

// weighAbsences gives what is not in a tree the level that the run has evidence for.
// What scripts and documents say is known by then.
func (rep *Report) weighAbsences(outcomes []outcome, spoken map[*finding.Finding]speech, notInCluster map[finding.Resource]bool) {
	var makers []maker
	for i := range outcomes {
		if s := outcomes[i].around; s != nil {
			makers = append(makers, s.makers...)
		}
	}
	for i := range outcomes {
		o := &outcomes[i]
		if o.around == nil {
			continue
		}
		lacking := map[finding.Resource]int{}
		for object := range o.around.Objects {
			object.Name = ""
			lacking[object]++
		}
		ofKind := map[string]int{}
		for group, n := range o.around.Company {
			ofKind[group.Kind] += n
		}
		for j := range o.findings {
			f := &o.findings[j]
			if f.Missing == nil || f.Severity <= finding.Note {
				continue
			}
			group := finding.Resource{Kind: f.Missing.Kind, Namespace: f.Missing.Namespace}
			a := absence{
				object: *f.Missing, notInCluster: notInCluster[*f.Missing], maker: spoken[f].maker, elsewhere: spoken[f].elsewhere,
				lacking: lacking[group], beside: o.around.Company[group], ofKind: ofKind[group.Kind],
			}
			if group.Namespace != "" {
				a.beside += o.around.Company[finding.Resource{Kind: group.Kind}]
			}
			if name := o.around.named[*f.Missing]; name != "" && a.maker == "" {
				a.maker = name + " may make it"
			}
			a.ask(makers)
			level := a.level()
			why := a.maker
			if why == "" {
				why = a.filled
			}
			switch {
			case level >= f.Severity:
				continue
			case level == finding.Warning:
				f.Help += "; with --unresolved=error it is an error"
			case why != "" && f.Help != "":
				f.Help = why + "; " + f.Help
			case why != "":
				f.Help = why
			}
			f.Severity = level
		}
	}
}

// ask asks what the trees of a run have made whether that may be the object.
func (a *absence) ask(makers []maker) {
	for i := range makers {
		m := &makers[i]
		here := m.namespace == a.object.Namespace
		a.elsewhere = a.elsewhere || here || m.namespace == ""
		switch {
		case here && m.fills && a.filled == "":
			a.filled = fmt.Sprintf("%s has more deployed to this namespace than is in the tree", m.what)
		case m.named && a.maker == "" && (here || m.namespace == "") && calledAfter(a.object.Name, m.name):
			a.maker = m.what + " may make it"
		}
	}
}

// calledAfter reports whether a name is another one with words before or behind it, or
// none.
func calledAfter(name, other string) bool {
	const short = 2 // which is in too many names
	if len(other) <= short {
		return name == other
	}
	return hasWordIn(name, other)
}

// hasWordIn reports whether a name has another one in it, between its ends or dashes.
func hasWordIn(name, other string) bool {
	return strings.Contains("-"+name+"-", "-"+other+"-")
}
