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
		"It is an error where something says that the other one is meant: the same file uses that, or the build has nothing in it. " +
		"Where nothing does it is a warning. Namespaces that are merely not declared in the build are left alone, for clusters have many, " +
		"and so are those that several files use, or that something deploys to.",
	URL: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
	Run: func(p *Pass) error {
		known, declared := p.namespaces()
		near := func(ns string, among *choice) []string {
			if ns == "" || reference.IsPlaceholderName(ns) || among.has(ns) || builtinNamespace(ns) || addOns[ns] {
				return nil
			}
			names := among.nearest(ns)
			if len(names) == 0 || !suggest.Close(ns, names[0]) {
				return nil
			}
			return slices.DeleteFunc(names, func(name string) bool { return !suggest.Close(ns, name) })
		}
		uses := namespaceUses.Of(p.Build)
		report := func(o *inventory.Object, n *yaml.Node, ns string, meant []string) {
			severity := uses.mistyped(o, ns, meant[0])
			if severity == finding.Off {
				return
			}
			opts := []Option{AtMost(severity), DidYouMean(meant...)}
			if severity < finding.Error {
				opts = append(opts, Help("nothing else here says that %q is meant; if %q exists, add its Namespace to the build", meant[0], ns))
			}
			p.Report(o, n, fmt.Sprintf("namespace %q is not in this build", ns), opts...)
		}
		if len(declared) > 0 {
			among := choose(declared)
			for _, o := range p.Inventory.Objects() {
				if o.Local || o.Namespace == "" {
					continue
				}
				if meant := near(o.Namespace, among); len(meant) > 0 {
					report(o, o.Get("metadata", "namespace"), o.Namespace, meant)
				}
			}
		}
		among := choose(append(known, builtinNamespaces...))
		named := map[spot]bool{} // object-not-found speaks of them
		for _, r := range p.refs.To(namespaceKind) {
			named[spot{r.From, r.Node}] = true
		}
		for _, r := range p.refs.All {
			if r.Row.Namespace == "" || r.Namespace == r.From.Namespace {
				continue
			}
			n := namespaceNode(r)
			if yamlnode.String(n) == "" || named[spot{r.From, n}] || p.resolve(r).Status != reference.Found {
				continue
			}
			if meant := near(r.Namespace, among); len(meant) > 0 {
				report(r.From, n, r.Namespace, meant)
			}
		}
		return nil
	},
}

// namespaceUse is who uses a namespace.
type namespaceUse struct {
	objects int // in it, the Namespace itself aside
	files   map[string]bool
	// deploy are those that deploy to it, and may make it.
	deploy []*inventory.Object
}

type namespaceUseSet map[string]*namespaceUse

// namespaceUses says what lives in each namespace of the build, or is said to.
var namespaceUses = NewFact(func(b *Build) namespaceUseSet {
	uses := namespaceUseSet{}
	of := func(ns string) *namespaceUse {
		if uses[ns] == nil {
			uses[ns] = &namespaceUse{files: map[string]bool{}}
		}
		return uses[ns]
	}
	for _, o := range b.Inventory.Objects() {
		if o.Namespace != "" && !o.Local {
			u := of(o.Namespace)
			u.objects++
			u.files[o.File] = true
		}
	}
	for _, r := range b.refs.All {
		switch {
		case r.To[0] == namespaceKind:
			u := of(r.Name)
			u.files[r.From.File] = true
			if strings.HasSuffix(r.Row.Path, "targetNamespace") || strings.HasSuffix(r.Row.Path, "destination.namespace") {
				u.deploy = append(u.deploy, r.From)
			}
		case r.Row.Namespace != "" && r.Namespace != "":
			of(r.Namespace).files[r.From.File] = true
		}
	}
	for _, o := range b.Inventory.OfKind(namespaceKind) {
		of(o.Name).files[o.File] = true
	}
	return uses
})

var namespaceKind = inventory.GroupKind{Kind: "Namespace"}

// mistyped says how certain it is that what o calls ns is a mistyped meant: not at
// all if it is Off. Names that are near one another are common, and a short one is
// near to many.
func (uses namespaceUseSet) mistyped(o *inventory.Object, ns, meant string) finding.Severity {
	u, m := uses[ns], uses[meant]
	if u == nil {
		u = &namespaceUse{}
	}
	if m == nil { // one that every cluster has
		m = &namespaceUse{files: map[string]bool{o.File: true}, objects: 1}
	}
	switch {
	case slices.ContainsFunc(u.deploy, func(other *inventory.Object) bool { return other != o }):
		return finding.Off
	case len(u.deploy) > 0:
		return finding.Warning
	case m.objects == 0 && m.files[o.File], m.objects >= u.objects && len(u.files) <= 1 && m.files[o.File]:
		return finding.Error
	case len(u.files) > 1 || len(ns) < 5:
		return finding.Off
	}
	return finding.Warning
}

func namespaceNode(r *reference.Ref) *yaml.Node {
	return yamlnode.Path(r.Parent, strings.Split(r.Row.Namespace, ".")...)
}

var builtinNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}

// addOns are the namespaces that charts and manifests of others are installed into: what
// has no namespace is hardly applied there.
var addOns = map[string]bool{
	"argocd": true, "argo": true, "argo-rollouts": true, "cattle-system": true, "cert-manager": true, "external-secrets": true, "flux-system": true, "ingress-nginx": true,
	"istio-system": true, "keda": true, "knative-serving": true, "kube-system": true, "kubernetes-dashboard": true, "kuma-system": true, "linkerd": true, "linkerd-viz": true,
	"longhorn-system": true, "metallb-system": true, "minio-operator": true, "rook-ceph": true, "tekton-pipelines": true, "traefik": true, "velero": true,
}

// IsAddOn reports whether charts and manifests of others are commonly installed into a namespace.
func IsAddOn(namespace string) bool { return addOns[namespace] }

func builtinNamespace(ns string) bool { return slices.Contains(builtinNamespaces, ns) }

// namespaces returns the namespaces that the build uses, and those it declares.
func (p *Pass) namespaces() (known, declared []string) {
	seen := map[string]bool{}
	for _, o := range p.Inventory.OfKind(namespaceKind) {
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
