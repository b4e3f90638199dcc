package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func namespaceRules() []*Rule { return []*Rule{namespaceMistyped} }

var namespaceMistyped = &Rule{
	Name:     "namespace-mistyped",
	Severity: finding.Error,
	Doc: "A namespace is not in the build, but one with almost that name is. " +
		"The object is refused because its namespace does not exist, or the reference leads nowhere. " +
		"Namespaces that are merely not declared in the build are left alone: clusters have many.",
	URL: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
	Run: func(p *Pass) error {
		known, declared := p.namespaces()
		near := func(ns string, among []string) []string {
			if ns == "" || reference.IsPlaceholderName(ns) || slices.Contains(among, ns) || builtinNamespace(ns) {
				return nil
			}
			if names := closestNames(ns, among); len(names) > 0 && names[0] == suggest.Nearest(ns, among, 1)[0] {
				return names
			}
			return nil
		}
		if len(declared) > 0 {
			for _, o := range p.Inventory.Objects() {
				if o.Local || o.Namespace == "" {
					continue
				}
				if meant := near(o.Namespace, declared); len(meant) > 0 {
					n := o.Get("metadata", "namespace")
					p.Report(o, n, fmt.Sprintf("namespace %q is not in this build", o.Namespace), DidYouMean(meant...))
				}
			}
		}
		known = append(known, builtinNamespaces...)
		for _, r := range p.refs.All {
			if r.Row.Namespace == "" || r.Namespace == r.From.Namespace {
				continue
			}
			n := namespaceNode(r)
			if yamlnode.String(n) == "" || p.resolve(r).Status != reference.Found {
				continue
			}
			if meant := near(r.Namespace, known); len(meant) > 0 {
				p.Report(r.From, n, fmt.Sprintf("namespace %q is not in this build", r.Namespace), DidYouMean(meant...))
			}
		}
		return nil
	},
}

func namespaceNode(r *reference.Ref) *yaml.Node {
	return yamlnode.Path(r.Parent, strings.Split(r.Row.Namespace, ".")...)
}

var builtinNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}

func builtinNamespace(ns string) bool { return slices.Contains(builtinNamespaces, ns) }

// namespaces returns the namespaces that the build uses, and those it declares.
func (p *Pass) namespaces() (known, declared []string) {
	seen := map[string]bool{}
	for _, o := range p.Inventory.OfKind(inventory.GroupKind{Kind: "Namespace"}) {
		declared = append(declared, o.Name)
		seen[o.Name] = true
	}
	for _, o := range p.Inventory.Objects() {
		if o.Namespace != "" {
			seen[o.Namespace] = true
		}
	}
	for ns := range seen {
		known = append(known, ns)
	}
	slices.Sort(known)
	return known, declared
}
