package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
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
		p.eachAttachment(func(r *reference.Ref, gateway *gateway) {
			section := yamlnode.Get(r.Parent, "sectionName")
			if name := yamlnode.String(section); name != "" && !reference.IsPlaceholder(name) {
				if own := gateway.names(); !own.has(name) {
					message := fmt.Sprintf("%s has no listener %q", gateway, name)
					p.Report(r.From, section, message, DidYouMean(own.nearest(name)...), Help("%s", listOf("its listeners", own.names)))
				}
				return
			}
			port := yamlnode.Get(r.Parent, "port")
			if n := yamlnode.String(port); n != "" && !reference.IsPlaceholder(n) {
				if own := gateway.ports(); !own.has(n) {
					p.Report(r.From, port, fmt.Sprintf("%s has no listener on port %s", gateway, n), Help("%s", listOf("its ports", own.names)))
				}
			}
		})
		return nil
	},
}

// gateway is a Gateway with what routes ask of it: there may be many of both
// listeners and routes.
type gateway struct {
	*inventory.Object
	listeners    []*yaml.Node
	names, ports func() *choice
	named        func() map[string][]*yaml.Node
	admissions   Memo[admittee, *admission]
}

func newGateway(o *inventory.Object) *gateway {
	g := &gateway{Object: o}
	for _, l := range yamlnode.Elements(o.Get("spec", "listeners")) {
		g.listeners = append(g.listeners, yamlnode.Resolve(l))
	}
	all := func(field string) func() *choice {
		return sync.OnceValue(func() *choice {
			values := make([]string, len(g.listeners))
			for i, l := range g.listeners {
				values[i] = yamlnode.GetString(l, field)
			}
			return choose(values)
		})
	}
	g.names, g.ports = all("name"), all("port")
	g.named = sync.OnceValue(func() map[string][]*yaml.Node {
		by := map[string][]*yaml.Node{}
		for _, l := range g.listeners {
			name := yamlnode.GetString(l, "name")
			by[name] = append(by[name], l)
		}
		return by
	})
	return g
}

var gateways = NewFact(func(*Build) *Memo[*inventory.Object, *gateway] { return &Memo[*inventory.Object, *gateway]{} })

// eachAttachment calls f for every reference to a Gateway of the build that
// may name one of its listeners.
func (p *Pass) eachAttachment(f func(r *reference.Ref, gateway *gateway)) {
	for _, r := range p.refs.To(gk(gatewayAPI + "/Gateway")) {
		if !strings.Contains(r.Row.Path, "parentRef") && !strings.Contains(r.Row.Path, "targetRef") {
			continue
		}
		res := p.resolve(r)
		if res.Status == reference.Found && res.Target != nil && res.Target.Kind == "Gateway" {
			if g := gateways.Of(p.Build).Get(res.Target, func() *gateway { return newGateway(res.Target) }); len(g.listeners) > 0 {
				f(r, g)
			}
		}
	}
}

var routeNotAllowed = &Rule{
	Name:     "route-not-allowed",
	Severity: finding.Error,
	Doc: "A route attaches to a Gateway none of whose listeners lets it in: they admit routes of other namespaces, of other kinds, or for other host names. " +
		"Unless a listener says otherwise it admits routes of its Gateway's own namespace only. " +
		"The route is not accepted, and its requests end in 404.",
	URL: "https://gateway-api.sigs.k8s.io/concepts/security-model/",
	Run: func(p *Pass) error {
		p.eachAttachment(func(r *reference.Ref, gateway *gateway) {
			if !strings.HasSuffix(r.From.Kind, "Route") {
				return
			}
			of := admittee{r.From.Kind, r.From.Namespace, yamlnode.GetString(r.Parent, "sectionName")}
			a := gateway.admissions.Get(of, func() *admission { return p.admissionOf(gateway, of) })
			hosts := yamlnode.Elements(r.From.Get("spec", "hostnames"))
			if why := a.refuses(hosts); why != "" {
				if n, meant := a.mistyped(hosts); n != nil {
					p.Report(r.From, n, fmt.Sprintf("%s does not admit this %s: %s", gateway, r.From.Kind, why), DidYouMean(meant))
					return
				}
				p.Report(r.From, r.Node, fmt.Sprintf("%s does not admit this %s: %s", gateway, r.From.Kind, why),
					Help("change allowedRoutes or hostname of a listener, or attach to another one"))
			}
		})
		return nil
	},
}

// admittee is what decides whether a listener lets a route in, but for its hosts.
type admittee struct{ kind, namespace, section string }

// admission is what the listeners of a Gateway say to admittees of one sort.
type admission struct {
	admits  bool    // whether one lets such routes in, if they have the right hosts
	anyHost bool    // whether one does whatever their hosts are
	hosts   hostSet // those that they may have
	refusal string  // why none does; "" where there is no such listener
	first   string  // the first host of a listener
}

// mistyped returns the only host of a route, where it is nearly one of the listener's, and
// the one that was meant.
func (a *admission) mistyped(hosts []*yaml.Node) (n *yaml.Node, meant string) {
	if len(hosts) != 1 || a.first == "" {
		return nil, ""
	}
	host, meant := yamlnode.String(hosts[0]), a.first
	if zone, ok := strings.CutPrefix(a.first, "*"); ok {
		parts := strings.Split(host, ".")
		own := len(parts) - strings.Count(zone, ".")
		if own < 1 {
			return nil, ""
		}
		meant = strings.Join(parts[:own], ".") + zone
	}
	if !suggest.Close(host, meant) {
		return nil, ""
	}
	return hosts[0], meant
}

func (p *Pass) admissionOf(g *gateway, of admittee) *admission {
	listeners := g.listeners
	if of.section != "" {
		listeners = g.named()[of.section]
	}
	a := &admission{}
	labels := sync.OnceValue(func() *yaml.Node {
		if ns := p.Inventory.Lookup(gk("Namespace"), "", of.namespace, false, nil); ns != nil && ns.Node != nil {
			return withNamespaceName(ns)
		}
		return nil
	})
	var reasons []string
	known := map[string]bool{}
	for _, l := range listeners {
		why := refuses(g.Object, l, of, labels)
		if why == "" {
			a.admits = true
			host := yamlnode.GetString(l, "hostname")
			if host == "" || reference.IsPlaceholder(strings.TrimPrefix(host, "*.")) {
				a.anyHost = true
				return a
			}
			a.hosts.add(host)
			a.first = cmp.Or(a.first, host)
			why = fmt.Sprintf("listener %q is for host %q", yamlnode.GetString(l, "name"), host)
		}
		if !known[why] {
			known[why] = true
			reasons = append(reasons, why)
		}
	}
	a.refusal = strings.Join(reasons[:min(mostListed, len(reasons))], "; ")
	if more := len(reasons) - mostListed; more > 0 {
		a.refusal += fmt.Sprintf("; and %d more", more)
	}
	return a
}

// refuses says why a route for some hosts is not let in, "" if it is.
func (a *admission) refuses(hosts []*yaml.Node) string {
	if a.anyHost || a.admits && len(hosts) == 0 {
		return ""
	}
	for _, n := range hosts {
		h := yamlnode.String(n)
		if a.admits && (a.hosts.intersects(h) || reference.IsPlaceholder(strings.TrimPrefix(h, "*."))) {
			return ""
		}
	}
	return a.refusal
}

// refuses says why a listener does not admit routes, whatever their hosts; "" if
// it does. labels are those of the routes' namespace, nil if they are not known.
func refuses(gateway *inventory.Object, listener *yaml.Node, of admittee, labels func() *yaml.Node) string {
	name := yamlnode.GetString(listener, "name")
	allowed := yamlnode.Get(listener, "allowedRoutes")
	if kinds := yamlnode.Elements(yamlnode.Get(allowed, "kinds")); len(kinds) > 0 &&
		!slices.ContainsFunc(kinds, func(k *yaml.Node) bool { return yamlnode.GetString(k, "kind") == of.kind }) {
		return fmt.Sprintf("listener %q does not take %ss", name, of.kind)
	}
	switch yamlnode.GetString(allowed, "namespaces", "from") {
	case "All":
	case "", "Same":
		if !inventory.SameNamespace(gateway.Namespace, of.namespace) {
			return fmt.Sprintf("listener %q takes routes of namespace %q only", name, gateway.Namespace)
		}
	case "Selector":
		selector := yamlnode.Path(allowed, "namespaces", "selector")
		if have := labels(); have != nil && !LabelSelector(have, selector) {
			return fmt.Sprintf("listener %q selects namespaces by labels that %q does not have", name, of.namespace)
		}
	case "None":
		return fmt.Sprintf("listener %q takes no routes", name)
	}
	return ""
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

// hostSet are host names, which may start with "*.". The zero value is empty.
type hostSet struct {
	all  map[string]bool
	ends map[string]bool // of their names, from each dot on
	odd  []string        // with a star that no dot follows
}

func (s *hostSet) add(host string) {
	if s.all == nil {
		s.all, s.ends = map[string]bool{}, map[string]bool{}
	}
	if s.all[host] {
		return
	}
	s.all[host] = true
	if isOddHost(host) {
		s.odd = append(s.odd, host)
	}
	for end := range hostEnds(host) {
		s.ends[end] = true
	}
}

func isOddHost(host string) bool {
	return strings.HasPrefix(host, "*") && !strings.HasPrefix(host, "*.")
}

// hostEnds calls yield for what ends a host name from each of its dots on, that
// behind a star included.
func hostEnds(host string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		rest := strings.TrimPrefix(host, "*")
		for i := range len(rest) {
			if rest[i] == '.' && !yield(rest[i:]) {
				return
			}
		}
	}
}

// intersects reports whether one of the names and host have a host in common.
func (s *hostSet) intersects(host string) bool {
	if s.all[host] {
		return true
	}
	for _, other := range s.odd {
		if hostsIntersect(other, host) {
			return true
		}
	}
	if isOddHost(host) {
		for other := range s.all {
			if hostsIntersect(other, host) {
				return true
			}
		}
		return false
	}
	if rest, wild := strings.CutPrefix(host, "*"); wild && s.ends[rest] {
		return true
	}
	for end := range hostEnds(host) {
		if s.all["*"+end] {
			return true
		}
	}
	return false
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

// grant is what a ReferenceGrant allows: what is in a namespace, of a kind, to use
// what is of another. name is "" for all of them.
type grant struct {
	fromGroup, fromKind, fromNamespace string
	kind, name                         string
}

// grants are the namespaces that allow something.
var grants = NewFact(func(b *Build) map[grant]map[string]bool {
	all := map[grant]map[string]bool{}
	for _, o := range b.Inventory.OfKind(gk(gatewayAPI + "/ReferenceGrant")) {
		to := fieldpath.Of("spec.to[]").Nodes(o.Node)
		for _, f := range fieldpath.Of("spec.from[]").Nodes(o.Node) {
			from := grant{fromGroup: yamlnode.GetString(f, "group"), fromKind: yamlnode.GetString(f, "kind"), fromNamespace: yamlnode.GetString(f, "namespace")}
			for _, t := range to {
				g := from
				g.kind, g.name = yamlnode.GetString(t, "kind"), yamlnode.GetString(t, "name")
				if all[g] == nil {
					all[g] = map[string]bool{}
				}
				all[g][o.Namespace] = true
			}
		}
	}
	return all
})

func (p *Pass) granted(r *reference.Ref, target finding.Resource) bool {
	g := grant{fromGroup: r.From.Group, fromKind: r.From.Kind, fromNamespace: r.From.Namespace, kind: target.Kind}
	for _, name := range [...]string{"", target.Name} {
		g.name = name
		if in := grants.Of(p.Build)[g]; in[target.Namespace] || in[""] || target.Namespace == "" && len(in) > 0 {
			return true
		}
	}
	return false
}
