// Package trace follows a request through the resources of a build: from an
// Ingress or a route to a Service, its port, the pods behind it, their probes, and
// what those pods need and connect to. The rules say what is wrong at each hop.
package trace

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/blame"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Hop is one step of a chain.
type Hop struct {
	Depth int `json:"depth"`
	// OK says that nothing is known against it.
	OK   bool   `json:"ok"`
	What string `json:"what"`
	// Why are the reasons where it is not OK.
	Why []string `json:"why,omitempty"`
}

// Chain is a request, hop by hop.
type Chain []Hop

// OK reports whether all hops are.
func (c Chain) OK() bool { return !slices.ContainsFunc(c, func(h Hop) bool { return !h.OK }) }

// Tracer follows chains in one build.
type Tracer struct {
	inv      *inventory.Inventory
	build    *rules.Build // for what rules know of an inventory
	refs     *reference.Set
	resolver *reference.Resolver
	findings []finding.Finding
	byObject map[*inventory.Object][]*finding.Finding

	chain Chain
	seen  map[*inventory.Object]bool
}

// New returns a tracer of a build and what was found in it.
func New(inv *inventory.Inventory, findings []finding.Finding) *Tracer {
	return &Tracer{
		inv: inv, build: &rules.Build{Inventory: inv}, findings: findings, resolver: reference.NewResolver(inv, nil),
		refs: reference.NewTable(reference.RowsOf(inv)).Extract(inv, domain),
	}
}

const domain = "cluster.local"

var (
	serviceKind = inventory.GroupKind{Kind: "Service"}
	ingressKind = inventory.GroupKind{Group: "networking.k8s.io", Kind: "Ingress"}
)

// Trace follows a URL, or a resource named as kubectl does: ingress/web,
// deployment/api. The error says what there is instead.
func (t *Tracer) Trace(target string) (Chain, error) {
	t.chain, t.seen = nil, map[*inventory.Object]bool{}
	if strings.Contains(target, "://") {
		if _, err := t.url(target); err != nil {
			return nil, err
		}
		return t.configured(), nil
	}
	kind, name, ok := strings.Cut(target, "/")
	if !ok || kind == "" || name == "" {
		return nil, fmt.Errorf("%q: expected a URL, such as http://example.com/api, or KIND/NAME, such as ingress/web", target)
	}
	var found []*inventory.Object
	for _, o := range t.inv.Objects() {
		if o.Name == name && blame.IsKind(o.Kind, kind) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no %s in this build", target)
	}
	for _, o := range found {
		t.object(o, 0)
	}
	return t.configured(), nil
}

// configured adds what is wrong with the function's configuration: with it nothing
// of the build is what it should be, and no hop shows what was not written.
func (t *Tracer) configured() Chain {
	var h Hop
	for i := range t.findings {
		if f := &t.findings[i]; f.Severity == finding.Error && config.Is(f.Resource.APIVersion, f.Resource.Kind) {
			h.What = f.Resource.String()
			if why := f.Sentence(); !slices.Contains(h.Why, why) {
				h.Why = append(h.Why, why)
			}
		}
	}
	if h.Why != nil {
		t.chain = append(t.chain, h)
	}
	return t.chain
}

// add adds a hop about an object, with what is found at error level about it:
// all of it, or what wanted takes.
func (t *Tracer) add(depth int, o *inventory.Object, what string, wanted func(*finding.Finding) bool) {
	h := Hop{Depth: depth, OK: true, What: what}
	for i := range t.findings {
		f := &t.findings[i]
		if f.Severity == finding.Error && isAbout(f, o) && (wanted == nil || wanted(f)) {
			h.OK = false
			if why := f.Sentence(); !slices.Contains(h.Why, why) {
				h.Why = append(h.Why, why)
			}
		}
	}
	t.chain = append(t.chain, h)
}

// isAbout reports whether a finding is about an object, which may have had another
// name when the function saw it.
func isAbout(f *finding.Finding, o *inventory.Object) bool {
	r := o.Resource()
	if f.Resource == r {
		return true
	}
	return f.Resource.Kind == r.Kind && f.Resource.APIVersion == r.APIVersion && f.Resource.Namespace == r.Namespace && o.WasCalled(f.Resource.Name)
}

func (t *Tracer) broken(depth int, what, why string) {
	t.chain = append(t.chain, Hop{Depth: depth, What: what, Why: []string{why}})
}

// object follows whatever a resource leads to.
func (t *Tracer) object(o *inventory.Object, depth int) {
	if t.seen[o] || depth > 20 {
		return
	}
	t.seen[o] = true
	switch {
	case o.Kind == "Service" && o.Group == "":
		t.service(o, nil, depth)
	case len(o.Pods()) > 0:
		for _, p := range o.Pods() {
			t.pod(p, depth)
		}
	default:
		t.add(depth, o, o.String(), nil)
		for _, r := range t.refs.From(o) {
			t.reference(r, depth+1)
		}
		if o.Kind == "Gateway" {
			t.attached(o, depth+1)
		}
	}
}

// attached follows the routes of a Gateway.
func (t *Tracer) attached(gateway *inventory.Object, depth int) {
	for _, o := range t.inv.Objects() {
		if slices.ContainsFunc(t.refs.From(o), func(r *reference.Ref) bool { return t.resolver.Resolve(r).Target == gateway }) {
			t.object(o, depth)
		}
	}
}

// reference follows one reference to where it leads.
func (t *Tracer) reference(r *reference.Ref, depth int) {
	res := t.resolver.Resolve(r)
	switch {
	case res.Status == reference.Found && res.Target != nil && res.Target.Kind == "Service" && res.Target.Group == "":
		t.service(res.Target, r.Port, depth)
	case res.Status == reference.Found && res.Target != nil && r.Pod == nil:
		t.object(res.Target, depth)
	}
}

// service follows a Service to its pods. port is the node that asks for one of its
// ports, or nil for all.
func (t *Tracer) service(o *inventory.Object, port *yaml.Node, depth int) {
	asked := ""
	if port != nil {
		asked = ", port " + yamlnode.String(port)
	}
	t.add(depth, o, o.String()+asked, nil)
	if port != nil && !rules.TakesPort(o, yamlnode.String(port)) {
		t.broken(depth+1, "port "+yamlnode.String(port), "the Service has no such port")
	}
	if yamlnode.GetString(o.Node, "spec", "type") == "ExternalName" {
		t.chain = append(t.chain, Hop{Depth: depth + 1, OK: true, What: "outside of the cluster: " + yamlnode.GetString(o.Node, "spec", "externalName")})
		return
	}
	if selector := o.Get("spec", "selector"); selector == nil || len(selector.Content) == 0 {
		t.chain = append(t.chain, Hop{Depth: depth + 1, OK: true, What: "no selector: somebody else sets its endpoints"})
		return
	}
	pods := t.build.SelectedPods(o)
	for _, p := range pods {
		if !t.seen[p.Owner] {
			t.seen[p.Owner] = true
			t.pod(p, depth+1)
		}
	}
	if len(pods) == 0 {
		t.broken(depth+1, "pods", "no pod of this build has the labels that the Service selects: it stays without endpoints")
	}
}

// pod follows a pod: its containers with their probes, what it needs to start, and
// what it connects to.
func (t *Tracer) pod(p *inventory.Pod, depth int) {
	o := p.Owner
	own := func(f *finding.Finding) bool { return !strings.HasPrefix(f.Field, p.Path+".") }
	t.add(depth, o, o.String(), own)
	for _, c := range p.Containers {
		what := "container " + c.Name
		for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
			if text := probeText(yamlnode.Get(c.Node, probe)); text != "" {
				what += ", " + probe + " " + text
			}
		}
		path := c.Path
		t.add(depth+1, o, what, func(f *finding.Finding) bool { return strings.HasPrefix(f.Field, path+".") || f.Field == path })
	}
	rest := func(f *finding.Finding) bool {
		return strings.HasPrefix(f.Field, p.Path+".") && !slices.ContainsFunc(p.Containers, func(c *inventory.Container) bool {
			return strings.HasPrefix(f.Field, c.Path+".") || f.Field == c.Path
		})
	}
	if slices.ContainsFunc(t.findings, func(f finding.Finding) bool {
		return f.Severity == finding.Error && isAbout(&f, o) && rest(&f)
	}) {
		t.add(depth+1, o, "pod", rest)
	}
	connections := map[string]bool{}
	connect := func(key, text string) {
		for _, at := range host.Find(text, host.Hint{Key: key}) {
			t.connection(p, &at, depth+1, connections)
		}
	}
	told := map[*inventory.Object]bool{}
	for _, r := range t.refs.From(o) {
		if r.Pod != p {
			continue
		}
		res := t.resolver.Resolve(r)
		if res.Status != reference.Found || res.Target == nil || told[res.Target] {
			continue // what does not resolve is among the findings
		}
		told[res.Target] = true
		t.add(depth+1, res.Target, res.Target.String(), nil)
		if kind := res.Target.Kind; kind == "ConfigMap" || kind == "Secret" {
			content := res.Target.Content()
			for _, key := range content.Keys {
				if v, ok := content.Get(key); ok && v.Node != nil {
					connect(key, plainText(v))
				}
			}
		}
	}
	for _, c := range p.Containers {
		for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
			connect(yamlnode.GetString(e, "name"), yamlnode.GetString(e, "value"))
		}
	}
}

func plainText(v inventory.Value) string {
	text := yamlnode.String(v.Node)
	if v.Base64 {
		if decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil {
			return string(decoded)
		}
		return ""
	}
	return text
}

// connection follows an address to the Service of this build that it names.
func (t *Tracer) connection(p *inventory.Pod, at *host.Occurrence, depth int, told map[string]bool) {
	namespace, name, ok := inCluster(at.Host, p.Namespace())
	if !ok {
		return
	}
	target := t.inv.Lookup(serviceKind, namespace, name, false, p.Owner)
	what := at.Host
	if at.Port > 0 {
		what += ":" + strconv.Itoa(at.Port)
	}
	if target == nil || told[what] {
		return // the findings say what should be there
	}
	told[what] = true
	// Where DNS answers with pods, their ports count: the rules know them.
	headless := yamlnode.GetString(target.Node, "spec", "clusterIP") == "None"
	if at.Port > 0 && !headless && !rules.TakesPort(target, strconv.Itoa(at.Port)) {
		t.broken(depth, "connects to "+what, "the Service has no port "+strconv.Itoa(at.Port))
		return
	}
	t.chain = append(t.chain, Hop{Depth: depth, OK: true, What: "connects to " + what})
	if !t.seen[target] {
		t.seen[target] = true
		t.service(target, nil, depth+1)
	}
}

// inCluster are the namespace and the name of the Service that a host means; ok is
// false for a name in the world.
func inCluster(host, own string) (namespace, name string, ok bool) {
	name, rest, _ := strings.Cut(host, ".")
	if rest == "" {
		return own, name, true
	}
	namespace, tail, _ := strings.Cut(rest, ".")
	return namespace, name, tail == "" || tail == "svc" || tail == "svc."+domain
}

// connection is an address of a Service. Without a target it leads nowhere.
type connection struct {
	field           string
	namespace, name string
	target          *inventory.Object
}

// connections are the addresses in an object: in variables and arguments of its
// pods, or in the values of a ConfigMap or Secret. Those that lead nowhere are
// left out unless the rules are certain that they should.
func (t *Tracer) connections(o *inventory.Object) (all []connection) {
	add := func(namespace, field string, found []host.Occurrence) {
		for i := range found {
			c := connection{field: field}
			var ok bool
			if c.namespace, c.name, ok = inCluster(found[i].Host, namespace); !ok {
				continue
			}
			if c.target = t.inv.Lookup(serviceKind, c.namespace, c.name, false, o); (c.target != nil || t.leadsNowhere(o, field, found[i].Host)) && !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	if kind := o.Kind; o.Group == "" && (kind == "ConfigMap" || kind == "Secret") {
		content := o.Content()
		for _, key := range content.Keys {
			if v, ok := content.Get(key); ok && v.Node != nil {
				add(o.Namespace, v.Field+fieldpath.ToKey(key), host.Find(plainText(v), host.Hint{Key: key}))
			}
		}
	}
	for _, p := range o.Pods() {
		for _, c := range p.Containers {
			for i, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				add(p.Namespace(), fmt.Sprintf("%s.env[%d].value", c.Path, i), host.Find(yamlnode.GetString(e, "value"), host.Hint{Key: yamlnode.GetString(e, "name")}))
			}
			for _, list := range []string{"command", "args"} {
				var words []string
				for _, w := range yamlnode.Elements(yamlnode.Get(c.Node, list)) {
					words = append(words, yamlnode.String(w))
				}
				for i, found := range host.FindArgs(words) {
					add(p.Namespace(), fmt.Sprintf("%s.%s[%d]", c.Path, list, i), found)
				}
			}
		}
	}
	return all
}

// leadsNowhere reports whether the rules found that a host in a field of an object,
// which may be a whole file, names no Service.
func (t *Tracer) leadsNowhere(o *inventory.Object, field, host string) bool {
	return slices.ContainsFunc(t.about()[o], func(f *finding.Finding) bool {
		return f.Severity == finding.Error && f.Field == field && strings.Contains(f.Message, strconv.Quote(host)) && (f.Rule == "host-not-found" || f.Rule == "host-not-rewritten")
	})
}

func probeText(n *yaml.Node) string {
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "httpGet":
			return "GET " + orAny(yamlnode.GetString(v, "path")) + " on port " + yamlnode.GetString(v, "port")
		case "tcpSocket", "grpc":
			return k.Value + " on port " + yamlnode.GetString(v, "port")
		case "exec":
			return "exec"
		}
	}
	return ""
}
