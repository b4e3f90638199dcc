package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// shadowRules are about routes that no request reaches.
func shadowRules() []*Rule { return []*Rule{routeShadowed} }

var routeShadowed = &Rule{
	Name:     "route-shadowed",
	Severity: finding.Error,
	URL:      "https://istio.io/latest/docs/reference/config/analysis/ist0130/",
	Doc: "An earlier route takes all the requests that a later one is for. " +
		"Istio tries the routes of a VirtualService in order: behind one without a match, or with a shorter prefix and no other condition, nothing is reached. " +
		"It is a warning where the route has another match that is reached. " +
		"Ingress paths are chosen by length, not by order, but for regular expressions of ingress-nginx, where the longest text comes first: /api(/|$)(.*) takes the requests of /api/v2. " +
		"Routes that differ in headers, methods, ports or gateways are left alone.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("networking.istio.io/VirtualService")) {
			if o.Node != nil {
				p.checkRouteOrder(o)
			}
		}
		p.checkRegexPaths()
		return nil
	},
}

// pathMatch is a match of a VirtualService on the path alone. An empty one
// matches everything.
type pathMatch struct {
	kind, value string
	node        *yaml.Node
}

// covers reports whether all requests of other are requests of m.
func (m pathMatch) covers(other pathMatch) bool {
	switch {
	case m.kind == "" || m.kind == "prefix" && m.value == "/":
		return true
	case m.kind == "prefix":
		return (other.kind == "prefix" || other.kind == "exact") && strings.HasPrefix(other.value, m.value)
	case m.kind == "exact":
		return other.kind == "exact" && other.value == m.value
	}
	return m.kind == "regex" && other.kind == "regex" && m.value == other.value
}

// pathMatches returns the matches of a route, and of them those on the path
// alone.
func pathMatches(route *yaml.Node) (all, plain []pathMatch) {
	matches := yamlnode.Elements(yamlnode.Get(route, "match"))
	if len(matches) == 0 {
		m := pathMatch{node: yamlnode.Resolve(route)}
		return []pathMatch{m}, []pathMatch{m}
	}
	for _, n := range matches {
		m := pathMatch{node: yamlnode.Resolve(n), kind: "other"}
		only := true
		for k, v := range yamlnode.Fields(n) {
			switch k.Value {
			case "uri":
				for kind, value := range yamlnode.Fields(v) {
					m = pathMatch{kind.Value, yamlnode.String(value), value}
				}
			case "name":
			default:
				only = false
			}
		}
		if reference.IsPlaceholder(m.value) || yamlnode.Bool(yamlnode.Get(n, "ignoreUriCase")) {
			m.kind = "other" // what it matches is not its text
		}
		all = append(all, m)
		if only && m.kind != "other" {
			plain = append(plain, m)
		}
	}
	return all, plain
}

func (p *Pass) checkRouteOrder(o *inventory.Object) {
	var before []pathMatch
	for i, route := range yamlnode.Elements(o.Get("spec", "http")) {
		all, plain := pathMatches(route)
		cover := func(m pathMatch) int {
			return slices.IndexFunc(before, func(b pathMatch) bool { return b.covers(m) })
		}
		reached := slices.ContainsFunc(all, func(m pathMatch) bool { return cover(m) < 0 })
		for j, m := range all {
			at := cover(m)
			if at < 0 {
				continue
			}
			which, severity := fmt.Sprintf("route %d of http", i+1), finding.Error
			if reached { // by another match
				which, severity = fmt.Sprintf("match %d of route %d of http", j+1, i+1), finding.Warning
			}
			what := "an earlier route has no condition and takes all requests"
			if before[at].kind != "" {
				what = fmt.Sprintf("an earlier route with %s %s takes its requests", before[at].kind, before[at].value)
			}
			node := m.node
			if m.kind == "" {
				if node = yamlnode.Get(route, "name"); node == nil {
					node = yamlnode.Resolve(route)
				}
			}
			p.Report(o, node, fmt.Sprintf("%s is never reached: %s", which, what), AtMost(severity), Help("put the more specific route first: Istio takes the first that matches"))
		}
		before = append(before, plain...)
	}
}

// checkRegexPaths looks at the paths of ingress-nginx for hosts with regular
// expressions: https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/
func (p *Pass) checkRegexPaths() {
	byHost := map[string][]ingressPath{}
	regex := map[string]bool{}
	var keys []string
	for _, o := range slices.SortedStableFunc(slices.Values(p.Inventory.OfKind(gk("networking.k8s.io/Ingress"))), compareObjects) {
		if o.Node == nil || !strings.Contains(ingressClass(o), "nginx") || setApart(o) {
			continue
		}
		for _, path := range ingressPaths(o) {
			key := ingressClass(o) + " " + path.host
			if !p.Inventory.Finished {
				key += " " + o.File
			}
			if byHost[key] == nil {
				keys = append(keys, key)
			}
			byHost[key] = append(byHost[key], path)
			if o.Annotation("nginx.ingress.kubernetes.io/use-regex") == "true" || o.Annotation("nginx.ingress.kubernetes.io/rewrite-target") != "" {
				regex[key] = true
			}
		}
	}
	for _, key := range keys {
		if !regex[key] {
			continue
		}
		expressions := regexPaths(byHost[key])
		for _, path := range byHost[key] {
			literal, _, _ := strings.Cut(path.path, "(")
			if strings.ContainsAny(literal, `*+?[]\^$|.{}`) || strings.Contains(path.key, " Exact ") || literal == "/" || literal == "" {
				continue
			}
			for _, other := range expressions {
				if len(other.path) <= len(path.path) || strings.HasPrefix(other.literal, literal) ||
					!other.re.MatchString(literal) || !other.re.MatchString(strings.TrimSuffix(literal, "/")+"/x") || sameYAML(other.backend, path.backend, 0) {
					continue
				}
				p.Report(path.from, path.node, fmt.Sprintf("path %s is never reached: ingress-nginx tries the longer text %s first, and it matches the same requests", path.path, other.path),
					Help("write this path so that its text is longer, such as %s(/|$)(.*), or the other one so that it does not match", strings.TrimSuffix(literal, "/")))
				break
			}
		}
	}
}

// regexPath is a path that ingress-nginx reads as a regular expression.
type regexPath struct {
	ingressPath
	literal string // what stands before the first group
	re      *regexp.Regexp
}

// regexPaths are those paths that have a group, a repetition or a class.
func regexPaths(paths []ingressPath) []regexPath {
	var found []regexPath
	for _, path := range paths {
		if !strings.ContainsAny(path.path, "(*[") || len(path.path) > 500 || strings.Contains(path.key, " Exact ") {
			continue
		}
		if re, err := regexp.Compile("(?i)^" + path.path); err == nil {
			literal, _, _ := strings.Cut(path.path, "(")
			found = append(found, regexPath{path, literal, re})
		}
	}
	return found
}
