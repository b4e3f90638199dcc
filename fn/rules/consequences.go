package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// effect is what a finding does to the pods that it is about.
type effect int

const (
	noEffect effect = iota
	// unreachable: a program has an address that leads nowhere, so what depends
	// on the connection fails while it runs.
	unreachable
	// notStarted: the pods do not start, or do not stay alive.
	notStarted
	// noEndpoints: the Service of the finding has none.
	noEndpoints
)

// effects are the rules whose findings have consequences, and which: those at
// error level only. A new one is a row.
var effects = map[string]effect{
	"host-not-found": unreachable, "host-not-rewritten": unreachable, "host-port-not-found": unreachable, "pod-host-not-found": unreachable,
	"host-cluster-domain": unreachable, "url-not-encoded": unreachable, "url-malformed": unreachable, "url-parameter-invalid": unreachable,
	"srv-port-not-found": unreachable, "url-contradicts-server": unreachable, "url-contradicts-parts": unreachable, "data-trailing-newline": unreachable,

	"secret-not-found": notStarted, "configmap-not-found": notStarted, "key-not-found": notStarted, "pvc-not-found": notStarted,
	"serviceaccount-not-found": notStarted, "local-image-pulled": notStarted, "volume-not-found": notStarted,
	"container-port-not-found": notStarted, "placeholder-left": notStarted, "service-variable-collision": notStarted,

	"target-port-not-found": noEndpoints, "selector-matches-nothing": noEndpoints,
}

// addConsequences says of each finding what follows from it, hop by hop: who
// reads the value, whose readiness probe fails, which Service stays without
// endpoints, which host answers 502.
func addConsequences(b *Build, found *Found) {
	all := sync.OnceValue(func() map[finding.Resource]*inventory.Object {
		objects := map[finding.Resource]*inventory.Object{}
		for _, o := range b.Inventory.Objects() {
			if o.Node != nil {
				objects[o.Resource()] = o
			}
		}
		return objects
	})
	found.kept(func(rule string, k *kept) {
		resource := finding.Resource{}
		switch {
		case k.rare != nil:
			rule, resource = k.rare.rule, k.rare.resource
		case k.object != nil:
			resource = k.object.Resource()
		}
		what := effects[rule]
		if what == noEffect || finding.Severity(k.severity) < finding.Error {
			return
		}
		o := b.lastOf(k.object, resource)
		if o == nil {
			o = all()[resource]
		}
		if o == nil {
			return
		}
		lines := b.consequences(o, k.field, what)
		switch {
		case k.rare != nil:
			k.rare.consequences = lines
		case lines != nil:
			a := advice{}
			if k.advice != nil {
				a = *k.advice
			}
			a.consequences = lines
			k.advice = &a
		}
	})
}

// lastOf is the last object of the build that has the name of a resource, which may
// be there twice. It is nil where o, which may be nil, is another resource.
func (b *Build) lastOf(o *inventory.Object, resource finding.Resource) *inventory.Object {
	if o == nil || o.Node == nil || o.Resource() != resource {
		return nil
	}
	for _, other := range b.Inventory.Find(o.GroupKind, o.Name) {
		if other.Node != nil && other.Index > o.Index && other.Resource() == resource {
			o = other
		}
	}
	return o
}

func (b *Build) consequences(o *inventory.Object, field string, what effect) []string {
	var lines []string
	if what == noEndpoints {
		if o.Kind != "Service" {
			return nil
		}
		return b.behindService(o, nil, field)
	}
	pods := o.Pods()
	reader := ""
	if len(pods) == 0 {
		pods, reader = b.readersOf(o, field), " reads it"
	}
	for _, pod := range pods {
		if pod.Partial {
			continue
		}
		name := shortName(pod.Owner, o)
		fails := what == notStarted
		switch probe, kind := probeOf(pod); {
		case what == notStarted && reader != "":
			lines = append(lines, name+reader+", and its pods do not become ready")
		case what == notStarted:
		case probe == "":
			if reader != "" {
				lines = append(lines, name+reader)
			}
		case kind == "liveness":
			lines = append(lines, fmt.Sprintf("%s%s; if its liveness probe %s depends on it, the kubelet restarts the container again and again", name, reader, probe))
			fails = true
		case reader != "":
			lines = append(lines, fmt.Sprintf("%s reads it; its readiness probe %s will fail if it depends on it", name, probe))
			fails = true
		default:
			lines = append(lines, fmt.Sprintf("the readiness probe %s of %s will fail if it depends on it", probe, name))
			fails = true
		}
		if !fails {
			continue
		}
		for _, line := range b.behindPod(pod, o) {
			if what == unreachable {
				line = "in that case " + line
			}
			lines = append(lines, line)
		}
	}
	return unique(lines)
}

// readersOf are the pods that read what is at a field of a ConfigMap or Secret: those
// that name its key, and those that name none and have all.
func (b *Build) readersOf(o *inventory.Object, field string) []*inventory.Pod {
	reads := configReads.Of(b)[o]
	if path := fieldpath.Parse(field); len(path) > 1 {
		reads = slices.DeleteFunc(slices.Clone(reads), func(r *reference.Ref) bool {
			return len(r.Keys) > 0 && !slices.ContainsFunc(r.Keys, func(k reference.Key) bool { return k.Name == path[1].Key })
		})
	}
	return podsOf(reads)
}

// probeOf returns the probe of a pod that decides whether it gets requests, as
// people say it: /health.
func probeOf(pod *inventory.Pod) (probe, kind string) {
	for _, kind := range [...]string{"readiness", "liveness"} {
		for _, c := range pod.Containers {
			n := yamlnode.Get(c.Node, kind+"Probe")
			switch {
			case n == nil || c.Type != inventory.AppContainer:
			case yamlnode.GetString(n, "httpGet", "path") != "":
				return yamlnode.GetString(n, "httpGet", "path"), kind
			case yamlnode.Get(n, "exec") != nil:
				return "(a command)", kind
			case yamlnode.Get(n, "grpc") != nil:
				return "(gRPC)", kind
			}
		}
	}
	return "", "" // a TCP socket is open all the same
}

// behindPod follows a pod that is not ready to the Services that have no other.
func (b *Build) behindPod(pod *inventory.Pod, from *inventory.Object) []string {
	var lines []string
	for _, svc := range servicesOf.Of(b)[pod] {
		if len(b.SelectedPods(svc)) == 1 && yamlnode.GetString(svc.Node, "spec", "publishNotReadyAddresses") != "true" {
			lines = append(lines, shortName(svc, from)+" stays without endpoints")
			lines = append(lines, b.behindService(svc, from, "")...)
		}
	}
	return lines
}

// behindService follows a Service without endpoints to the routes that lead to it: to the one of
// its ports that a field is of, or to any.
func (b *Build) behindService(svc, from *inventory.Object, field string) []string {
	if from == nil {
		from = svc
	}
	var port *ServicePort
	if at := fieldpath.Parse(field); len(at) > 1 {
		n, _ := at[:len(at)-1].Follow(svc.Node)
		for _, p := range ServicePorts(svc) {
			if n != nil && p.Node == yamlnode.Resolve(n) {
				port = &p
			}
		}
	}
	var lines []string
	for _, r := range routesTo.Of(b)[svc] {
		if want := yamlnode.String(r.Port); port != nil && want != "" && want != port.Port && want != port.Name {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s answers 502 or 503%s", shortName(r.From, from), routeTo(r.From, r.Node)))
	}
	return lines
}

// routesTo are the backends of Ingresses and HTTPRoutes, by the Service they name.
var routesTo = NewFact(func(b *Build) map[*inventory.Object][]*reference.Ref {
	routes := map[*inventory.Object][]*reference.Ref{}
	for _, r := range b.refs.To(serviceKind) {
		if r.From.Kind != "Ingress" && r.From.Kind != "HTTPRoute" {
			continue
		}
		if svc := b.resolve(r).Target; svc != nil {
			routes[svc] = append(routes[svc], r)
		}
	}
	return routes
})

// routeTo is " for host/path" of the rule of an Ingress or HTTPRoute that a
// backend's name stands in.
func routeTo(route *inventory.Object, backend *yaml.Node) string {
	for _, rule := range yamlnode.Elements(route.Get("spec", "rules")) {
		host := yamlnode.GetString(rule, "host")
		paths := yamlnode.Elements(yamlnode.Path(rule, "http", "paths"))
		if route.Kind == "HTTPRoute" {
			for _, h := range yamlnode.Elements(route.Get("spec", "hostnames")) {
				host = yamlnode.String(h)
				break
			}
			paths = []*yaml.Node{rule}
		}
		for _, path := range paths {
			if !within(path, backend, 0) {
				continue
			}
			at := yamlnode.GetString(path, "path")
			for _, m := range yamlnode.Elements(yamlnode.Get(path, "matches")) {
				at = yamlnode.GetString(m, "path", "value")
				break
			}
			at, _, _ = strings.Cut(at, "(") // of a regular expression
			if at == "/" && host != "" {
				at = ""
			}
			if host+at != "" {
				return " for " + host + at
			}
		}
	}
	return ""
}

func within(n, wanted *yaml.Node, depth int) bool {
	return n == wanted || n != nil && depth < 20 && slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return within(c, wanted, depth+1) })
}

// shortName is "Deployment board-api", with the namespace where it is another
// one than that of the finding.
func shortName(o, from *inventory.Object) string {
	if o.Namespace == from.Namespace || o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Resource().String()
}

func unique(lines []string) []string {
	var out []string
	for _, l := range lines {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
