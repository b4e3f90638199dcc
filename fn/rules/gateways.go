package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func gatewayRules() []*Rule {
	return []*Rule{listenerNotFound, routeNotAllowed, referenceGrantMissing}
}

const gatewayAPI = "gateway.networking.k8s.io"

var listenerNotFound = &Rule{
	Name:     "listener-not-found",
	Severity: finding.Error,
	Doc: "A route or policy names a listener, or a port, that its Gateway does not have. " +
		"The route is not accepted, and its requests end in 404.",
	URL: "https://gateway-api.sigs.k8s.io/api-types/httproute/#attaching-to-gateways",
	Run: func(p *Pass) error {
		named := map[*inventory.Object]*choice{} // the listeners of each
		p.eachAttachment(func(r *reference.Ref, gateway *inventory.Object) {
			section := yamlnode.Get(r.Parent, "sectionName")
			if name := yamlnode.String(section); name != "" && !reference.IsPlaceholder(name) {
				own := named[gateway]
				if own == nil {
					var names []string
					for _, l := range listeners(gateway) {
						names = append(names, yamlnode.GetString(l, "name"))
					}
					own = choose(names)
					named[gateway] = own
				}
				if !own.has(name) {
					message := fmt.Sprintf("%s has no listener %q", gateway, name)
					p.Report(r.From, section, message, DidYouMean(own.nearest(name)...), Help("%s", listOf("its listeners", own.names)))
				}
				return
			}
			port := yamlnode.Get(r.Parent, "port")
			if n := yamlnode.String(port); n != "" && !reference.IsPlaceholder(n) {
				var ports []string
				for _, l := range listeners(gateway) {
					ports = append(ports, yamlnode.GetString(l, "port"))
				}
				if !slices.Contains(ports, n) {
					p.Report(r.From, port, fmt.Sprintf("%s has no listener on port %s", gateway, n), Help("%s", listOf("its ports", ports)))
				}
			}
		})
		return nil
	},
}

// eachAttachment calls f for every reference to a Gateway of the build that
// may name one of its listeners.
func (p *Pass) eachAttachment(f func(r *reference.Ref, gateway *inventory.Object)) {
	for _, r := range p.refs.To(gk(gatewayAPI + "/Gateway")) {
		if !strings.Contains(r.Row.Path, "parentRef") && !strings.Contains(r.Row.Path, "targetRef") {
			continue
		}
		res := p.resolve(r)
		if res.Status == reference.Found && res.Target != nil && res.Target.Kind == "Gateway" && len(listeners(res.Target)) > 0 {
			f(r, res.Target)
		}
	}
}

func listeners(gateway *inventory.Object) []*yaml.Node {
	var all []*yaml.Node
	for _, l := range yamlnode.Elements(gateway.Get("spec", "listeners")) {
		all = append(all, yamlnode.Resolve(l))
	}
	return all
}

var routeNotAllowed = &Rule{
	Name:     "route-not-allowed",
	Severity: finding.Error,
	Doc: "A route attaches to a Gateway none of whose listeners lets it in: they admit routes of other namespaces, of other kinds, or for other host names. " +
		"Unless a listener says otherwise it admits routes of its Gateway's own namespace only. " +
		"The route is not accepted, and its requests end in 404.",
	URL: "https://gateway-api.sigs.k8s.io/concepts/security-model/",
	Run: func(p *Pass) error {
		p.eachAttachment(func(r *reference.Ref, gateway *inventory.Object) {
			if !strings.HasSuffix(r.From.Kind, "Route") {
				return
			}
			section := yamlnode.GetString(r.Parent, "sectionName")
			var reasons []string
			for _, l := range listeners(gateway) {
				if section != "" && yamlnode.GetString(l, "name") != section {
					continue
				}
				why := p.refuses(gateway, l, r.From)
				if why == "" {
					return
				}
				if !slices.Contains(reasons, why) {
					reasons = append(reasons, why)
				}
			}
			if len(reasons) > 0 {
				p.Report(r.From, r.Node, fmt.Sprintf("%s does not admit this %s: %s", gateway, r.From.Kind, strings.Join(reasons, "; ")),
					Help("change allowedRoutes or hostname of a listener, or attach to another one"))
			}
		})
		return nil
	},
}

// refuses says why a listener does not admit a route, "" if it does.
func (p *Pass) refuses(gateway *inventory.Object, listener *yaml.Node, route *inventory.Object) string {
	name := yamlnode.GetString(listener, "name")
	allowed := yamlnode.Get(listener, "allowedRoutes")
	if kinds := yamlnode.Elements(yamlnode.Get(allowed, "kinds")); len(kinds) > 0 &&
		!slices.ContainsFunc(kinds, func(k *yaml.Node) bool { return yamlnode.GetString(k, "kind") == route.Kind }) {
		return fmt.Sprintf("listener %q does not take %ss", name, route.Kind)
	}
	switch yamlnode.GetString(allowed, "namespaces", "from") {
	case "All":
	case "", "Same":
		if !inventory.SameNamespace(gateway.Namespace, route.Namespace) {
			return fmt.Sprintf("listener %q takes routes of namespace %q only", name, gateway.Namespace)
		}
	case "Selector":
		ns := p.Inventory.Lookup(gk("Namespace"), "", route.Namespace, false, nil)
		selector := yamlnode.Path(allowed, "namespaces", "selector")
		if ns != nil && ns.Node != nil && !LabelSelector(withNamespaceName(ns), selector) {
			return fmt.Sprintf("listener %q selects namespaces by labels that %q does not have", name, route.Namespace)
		}
	case "None":
		return fmt.Sprintf("listener %q takes no routes", name)
	}
	host := yamlnode.GetString(listener, "hostname")
	hosts := yamlnode.Elements(route.Get("spec", "hostnames"))
	if host == "" || len(hosts) == 0 || reference.IsPlaceholder(strings.TrimPrefix(host, "*.")) {
		return ""
	}
	for _, h := range hosts {
		h := yamlnode.String(h)
		if hostsIntersect(host, h) || reference.IsPlaceholder(strings.TrimPrefix(h, "*.")) {
			return ""
		}
	}
	return fmt.Sprintf("listener %q is for host %q", name, host)
}

// withNamespaceName is the labels of a namespace with the one that every
// namespace has.
func withNamespaceName(ns *inventory.Object) *yaml.Node {
	labels := yamlnode.NewMapping(yamlnode.NewString("kubernetes.io/metadata.name"), yamlnode.NewString(ns.Name))
	for k, v := range yamlnode.Fields(ns.Get("metadata", "labels")) {
		yamlnode.Set(labels, k.Value, yamlnode.NewString(yamlnode.String(v)))
	}
	return labels
}

// hostsIntersect reports whether two host names, either of which may start
// with "*.", have a host in common.
func hostsIntersect(a, b string) bool {
	if a == b {
		return true
	}
	suffix := func(wild, host string) bool {
		rest, ok := strings.CutPrefix(wild, "*")
		return ok && strings.HasSuffix(strings.TrimPrefix(host, "*"), rest)
	}
	return suffix(a, b) || suffix(b, a)
}

var referenceGrantMissing = &Rule{
	Name:     "reference-grant-missing",
	Severity: finding.Error,
	Doc: "A route or Gateway uses a Service or Secret of another namespace, and no ReferenceGrant there allows it. " +
		"The reference is refused: requests end in 500, or the listener has no certificate. " +
		"Only targets that are in the build, or declared under validate.externals, are checked; of the latter it is a warning, as the grant may be where they are.",
	URL: "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
	Run: func(p *Pass) error {
		for _, kind := range gks("Service", "Secret") {
			for _, r := range p.refs.To(kind) {
				if r.From.Group != gatewayAPI || r.Namespace == "" || r.From.Namespace == "" || r.Namespace == r.From.Namespace ||
					strings.Contains(r.Row.Path, "parentRefs") || isForMesh(r.From, r.Namespace) {
					continue
				}
				res := p.resolve(r)
				if res.Status != reference.Found {
					continue
				}
				help := fmt.Sprintf("add a ReferenceGrant to namespace %q: from %s in %q, to %s", r.Namespace, r.From.Kind, r.From.Namespace, kind.Kind)
				severity := finding.Error
				var target finding.Resource
				switch {
				case res.Target != nil:
					target = res.Target.Resource()
				case res.External >= 0 && p.externals.entries[res.External].Name == r.Name:
					target = finding.Resource{Kind: kind.Kind, Namespace: r.Namespace, Name: r.Name}
					help += "; if it is where the " + kind.Kind + " is, declare it under validate.externals too"
					severity = finding.Warning
				}
				if target.Kind != kind.Kind || p.granted(r, target) || severity < finding.Error && p.provided("ReferenceGrant", r.Namespace, "*") >= 0 {
					continue
				}
				n := r.NamespaceNode
				if n == nil {
					n = r.Node
				}
				p.Report(r.From, n, fmt.Sprintf("no ReferenceGrant in namespace %q allows %ss of namespace %q to use %s",
					r.Namespace, r.From.Kind, r.From.Namespace, target), AtMost(severity), Help("%s", help))
			}
		}
		return nil
	},
}

// isForMesh reports whether a route is attached to a Service of a namespace, for
// requests that clients of its own namespace send to it. What it routes to there
// they may use anyway:
// https://gateway-api.sigs.k8s.io/mesh/#how-the-gateway-api-works-for-service-mesh
func isForMesh(route *inventory.Object, namespace string) bool {
	return slices.ContainsFunc(fieldpath.Of("spec.parentRefs[]").Nodes(route.Node), func(n *yaml.Node) bool {
		return yamlnode.GetString(n, "kind") == "Service" && yamlnode.GetString(n, "namespace") == namespace
	})
}

func (p *Pass) granted(r *reference.Ref, target finding.Resource) bool {
	for _, grant := range p.Inventory.OfKind(gk(gatewayAPI + "/ReferenceGrant")) {
		if !inventory.SameNamespace(grant.Namespace, target.Namespace) {
			continue
		}
		from := slices.ContainsFunc(fieldpath.Of("spec.from[]").Nodes(grant.Node), func(n *yaml.Node) bool {
			return yamlnode.GetString(n, "kind") == r.From.Kind && yamlnode.GetString(n, "group") == r.From.Group &&
				yamlnode.GetString(n, "namespace") == r.From.Namespace
		})
		to := slices.ContainsFunc(fieldpath.Of("spec.to[]").Nodes(grant.Node), func(n *yaml.Node) bool {
			name := yamlnode.GetString(n, "name")
			return yamlnode.GetString(n, "kind") == target.Kind && (name == "" || name == target.Name)
		})
		if from && to {
			return true
		}
	}
	return false
}
