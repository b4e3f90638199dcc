package trace

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// route is a rule that takes the requests of a URL.
type route struct {
	from     *inventory.Object
	host     string
	path     string
	pathType string
	how      string
	// rule is the field of the rule, all that stands beside it in list.
	rule, list string
	// backends is where the rule names what it sends requests to, nil where it
	// answers by itself.
	backends *yaml.Node
	answers  string // what it answers by itself
}

// A request is what is known of one: a browser's, without headers of its own.
type request struct{ host, path string }

// Who takes a request: a kind, and what its rules say. Rules of an object that
// count in their order come as the first that matches.
var takers = []struct {
	kind inventory.GroupKind
	find func(o *inventory.Object, r request) (routes []route, hosts []string)
}{
	{ingressKind, ingressRoutes},
	{inventory.GroupKind{Group: gatewayAPI, Kind: "HTTPRoute"}, httpRoutes},
	{inventory.GroupKind{Group: istio, Kind: "VirtualService"}, virtualServiceRoutes},
}

const (
	gatewayAPI = "gateway.networking.k8s.io"
	istio      = "networking.istio.io"
)

// url follows a URL through the rule that takes it: of those for its host the one
// with the most exact host, and then with the longest path.
func (t *Tracer) url(target string) (Chain, error) {
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is no URL with a host", target)
	}
	r := request{host: u.Hostname(), path: cmp.Or(u.EscapedPath(), "/")}
	var all []route
	var hosts []string
	for _, taker := range takers {
		for _, o := range t.inv.OfKind(taker.kind) {
			if o.Node == nil {
				continue
			}
			routes, names := taker.find(o, r)
			all, hosts = append(all, routes...), append(hosts, names...)
		}
	}
	if len(all) == 0 {
		slices.Sort(hosts)
		return nil, fmt.Errorf("no Ingress, HTTPRoute or VirtualService of this build takes %s; there are rules for %s", target, orNone(slices.Compact(hosts)))
	}
	t.route(slices.MaxFunc(all, func(a, b route) int {
		return cmp.Or(cmp.Compare(exactness(a.host), exactness(b.host)), cmp.Compare(pathRank(a), pathRank(b)))
	}), r)
	return t.chain, nil
}

// exactness orders hosts: any, a pattern, a longer pattern, a name.
func exactness(host string) int {
	switch {
	case host == "" || host == "*":
		return 0
	case strings.HasPrefix(host, "*"):
		return len(host)
	}
	return 1 << 16
}

// pathRank orders paths: whole ones before beginnings, longer ones before shorter.
func pathRank(r route) int {
	if r.pathType == "default" {
		return -1
	}
	rank := len(r.path)
	if strings.EqualFold(r.pathType, "exact") {
		rank += 1 << 16
	}
	return rank
}

// route follows a rule: the Gateways before it, itself, and what it sends to.
func (t *Tracer) route(r route, asked request) {
	depth := 0
	gateways := t.gateways(r.from)
	takes := func(g *inventory.Object) bool { return gatewayTakes(g, asked.host) }
	some := slices.ContainsFunc(gateways, takes)
	for _, g := range gateways {
		if some && !takes(g) {
			continue // the request comes through another one
		}
		t.seen[g] = true
		t.add(0, g, g.String(), nil)
		if !some {
			t.broken(1, "host "+asked.host, "the Gateway has no listener for it")
		}
		depth = 1
	}
	t.seen[r.from] = true
	t.add(depth, r.from, r.from.String()+": "+r.how, func(f *finding.Finding) bool {
		return r.list == "" || !strings.HasPrefix(f.Field, r.list+"[") || strings.HasPrefix(f.Field, r.rule+".") || f.Field == r.rule
	})
	before := len(t.chain)
	for _, ref := range t.refs.From(r.from) {
		if r.backends != nil && within(r.backends, ref.Node) {
			t.reference(ref, depth+1)
		}
	}
	if r.answers != "" {
		t.chain = append(t.chain, Hop{Depth: depth + 1, OK: true, What: r.answers})
	} else if len(t.chain) == before && t.chain[before-1].OK {
		elements := yamlnode.Elements(r.backends)
		if len(elements) == 0 && (r.backends == nil || r.backends.Kind != yaml.MappingNode) {
			t.broken(depth+1, "backend", "the rule names none")
			return
		}
		name := "a backend"
		for _, e := range elements {
			name = cmp.Or(yamlnode.GetString(e, "destination", "host"), yamlnode.GetString(e, "name"), name)
		}
		t.chain = append(t.chain, Hop{Depth: depth + 1, OK: true, What: name + ", which is not in this build"})
	}
}

// gateways are those of the build that a route says its requests come through.
func (t *Tracer) gateways(o *inventory.Object) (all []*inventory.Object) {
	for _, ref := range t.refs.From(o) {
		if g := t.resolver.Resolve(ref).Target; g != nil && g.Kind == "Gateway" && g.Node != nil && !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	return all
}

// gatewayTakes reports whether a Gateway, that of the Gateway API or Istio's, has a
// listener for a host.
func gatewayTakes(o *inventory.Object, host string) bool {
	if o.Group == istio {
		servers := yamlnode.Elements(o.Get("spec", "servers"))
		return len(servers) == 0 || slices.ContainsFunc(servers, func(s *yaml.Node) bool {
			return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(s, "hosts")), func(h *yaml.Node) bool {
				name := yamlnode.String(h)
				if _, after, ok := strings.Cut(name, "/"); ok {
					name = after // the namespace of the VirtualService
				}
				return hostMatches(name, host)
			})
		})
	}
	listeners := yamlnode.Elements(o.Get("spec", "listeners"))
	return len(listeners) == 0 || slices.ContainsFunc(listeners, func(l *yaml.Node) bool {
		return hostMatches(yamlnode.GetString(l, "hostname"), host)
	})
}

// ingressRoutes: https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
func ingressRoutes(o *inventory.Object, r request) (routes []route, hosts []string) {
	for i, rule := range yamlnode.Elements(o.Get("spec", "rules")) {
		h := yamlnode.GetString(rule, "host")
		if h != "" {
			hosts = append(hosts, h)
		}
		if !oneLabel(h, r.host) {
			continue
		}
		for j, p := range yamlnode.Elements(yamlnode.Path(rule, "http", "paths")) {
			at, kind := yamlnode.GetString(p, "path"), yamlnode.GetString(p, "pathType")
			if pathMatches(kind, at, r.path) {
				routes = append(routes, route{
					from: o, host: h, path: at, pathType: kind, backends: yamlnode.Get(p, "backend"),
					how:  fmt.Sprintf("host %s, path %s (%s)", orAny(h), orAny(at), kind),
					list: "spec.rules", rule: fmt.Sprintf("spec.rules[%d].http.paths[%d]", i, j),
				})
			}
		}
	}
	if b := o.Get("spec", "defaultBackend"); b != nil {
		routes = append(routes, route{from: o, backends: b, how: "the default backend", pathType: "default", list: "spec.rules", rule: "spec.defaultBackend"})
	}
	return routes, hosts
}

// httpRoutes: https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
func httpRoutes(o *inventory.Object, r request) (routes []route, hosts []string) {
	own := ""
	names := yamlnode.Elements(o.Get("spec", "hostnames"))
	matched := len(names) == 0
	for _, n := range names {
		h := yamlnode.String(n)
		hosts = append(hosts, h)
		if hostMatches(h, r.host) && exactness(h) >= exactness(own) {
			own, matched = h, true
		}
	}
	if !matched {
		return nil, hosts
	}
	for i, rule := range yamlnode.Elements(o.Get("spec", "rules")) {
		x := route{from: o, host: own, list: "spec.rules", rule: fmt.Sprintf("spec.rules[%d]", i), backends: yamlnode.Get(rule, "backendRefs")}
		if x.backends == nil {
			for _, f := range yamlnode.Elements(yamlnode.Get(rule, "filters")) {
				if kind := yamlnode.GetString(f, "type"); kind == "RequestRedirect" || kind == "ExtensionRef" {
					x.answers = "answered by its filter " + kind
				}
			}
		}
		matches := yamlnode.Elements(yamlnode.Get(rule, "matches"))
		if len(matches) == 0 {
			matches = []*yaml.Node{nil}
		}
		for _, m := range matches {
			if asksMore(m, "headers", "queryParams") {
				continue
			}
			kind, at := cmp.Or(yamlnode.GetString(m, "path", "type"), "PathPrefix"), cmp.Or(yamlnode.GetString(m, "path", "value"), "/")
			takes := false
			switch kind {
			case "PathPrefix":
				takes = pathMatches("Prefix", at, r.path)
			case "RegularExpression":
				takes = wholly(at, r.path)
			default:
				takes = at == r.path
			}
			if takes {
				x.path, x.pathType, x.how = at, kind, fmt.Sprintf("host %s, path %s (%s)", orAny(own), at, kind)
				routes = append(routes, x)
			}
		}
	}
	return routes, hosts
}

// virtualServiceRoutes: https://istio.io/latest/docs/reference/config/networking/virtual-service/
// The first rule that matches takes the request.
func virtualServiceRoutes(o *inventory.Object, r request) (routes []route, hosts []string) {
	own, matched := "", false
	for _, n := range yamlnode.Elements(o.Get("spec", "hosts")) {
		h := yamlnode.String(n)
		hosts = append(hosts, h)
		if hostMatches(h, r.host) && (!matched || exactness(h) > exactness(own)) {
			own, matched = h, true
		}
	}
	if !matched {
		return nil, hosts
	}
	for i, rule := range yamlnode.Elements(o.Get("spec", "http")) {
		x := route{from: o, host: own, list: "spec.http", rule: fmt.Sprintf("spec.http[%d]", i), backends: yamlnode.Get(rule, "route")}
		for _, field := range []string{"redirect", "directResponse"} {
			if yamlnode.Get(rule, field) != nil {
				x.answers = "answered by its " + field
			}
		}
		matches := yamlnode.Elements(yamlnode.Get(rule, "match"))
		if len(matches) == 0 {
			matches = []*yaml.Node{nil}
		}
		for _, m := range matches {
			if asksMore(m, "headers", "queryParams", "sourceLabels", "sourceNamespace") {
				continue
			}
			kind, at, takes := "any", "", true
			for k, v := range yamlnode.Fields(yamlnode.Get(m, "uri")) {
				kind, at = k.Value, yamlnode.String(v)
				path := r.path
				if yamlnode.Bool(yamlnode.Get(m, "ignoreUriCase")) {
					at, path = strings.ToLower(at), strings.ToLower(path)
				}
				takes = kind == "exact" && at == path || kind == "prefix" && strings.HasPrefix(path, at) || kind == "regex" && wholly(at, path)
			}
			if takes {
				x.path, x.pathType, x.how = at, kind, fmt.Sprintf("host %s, path %s (%s)", own, orAny(at), kind)
				return []route{x}, hosts
			}
		}
	}
	return nil, hosts
}

// asksMore reports whether a match asks for what a plain request does not have.
func asksMore(match *yaml.Node, fields ...string) bool {
	method := yamlnode.Get(match, "method")
	name := cmp.Or(yamlnode.String(method), yamlnode.GetString(method, "exact"), "GET")
	return name != "GET" || slices.ContainsFunc(fields, func(f string) bool {
		n := yamlnode.Get(match, f)
		return n != nil && len(n.Content) > 0
	})
}

// wholly reports whether an expression matches all of a path. RE2 is what Envoy
// has, and Go.
func wholly(expression, path string) bool {
	pattern, err := regexp.Compile("^(?:" + expression + ")$")
	return err == nil && pattern.MatchString(path)
}

func orAny(s string) string { return cmp.Or(s, "any") }

func orNone(list []string) string { return cmp.Or(strings.Join(list, ", "), "no host") }

// hostMatches reports whether a rule is for a host. A wildcard stands for any
// number of labels.
func hostMatches(rule, name string) bool {
	if tail, ok := strings.CutPrefix(rule, "*"); ok {
		return tail == "" || len(name) > len(tail) && strings.EqualFold(name[len(name)-len(tail):], tail)
	}
	return rule == "" || strings.EqualFold(rule, name)
}

// oneLabel is hostMatches where a wildcard stands for one label, as in an Ingress.
func oneLabel(rule, name string) bool {
	_, rest, _ := strings.Cut(name, ".")
	return hostMatches(rule, name) && (!strings.HasPrefix(rule, "*.") || strings.EqualFold(rest, rule[2:]))
}

func pathMatches(kind, rule, path string) bool {
	switch kind {
	case "Exact":
		return rule == path
	case "Prefix":
		rule = strings.TrimSuffix(rule, "/")
		return path == rule || strings.HasPrefix(path, rule+"/") || rule == ""
	default: // up to the controller: many take it as a prefix, some as a pattern
		if strings.ContainsAny(rule, "(*[$") {
			if pattern, err := regexp.Compile("^(?:" + rule + ")"); err == nil {
				return pattern.MatchString(path)
			}
		}
		return strings.HasPrefix(path, rule)
	}
}

// within reports whether a node is in the tree of another.
func within(tree, n *yaml.Node) bool {
	return tree == n || slices.ContainsFunc(tree.Content, func(c *yaml.Node) bool { return within(c, n) })
}
