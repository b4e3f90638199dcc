package connection

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var (
	serviceKind     = inventory.GroupKind{Kind: "Service"}
	statefulSetKind = inventory.GroupKind{Group: "apps", Kind: "StatefulSet"}
)

// target is where a connection goes to.
type target struct {
	service *inventory.Object // nil for a host
	hosts   []engine.HostPort
	inputs  []result.Input
	// short are the hosts for consumers that, like the Service, have no
	// namespace: both go where they are applied to.
	short []engine.HostPort
	// warn is reported once, when hosts are used although the namespace is
	// only assumed.
	warn func()
}

func (t *target) hostsFor(consumer *inventory.Object) []engine.HostPort {
	if t.short != nil && consumer.Namespace == "" {
		return t.short
	}
	if t.warn != nil {
		t.warn()
		t.warn = nil
	}
	return t.hosts
}

func (c *connection) resolveTarget() (target, bool) {
	if c.Host != nil {
		return c.resolveHost()
	}
	o, ok := c.findService()
	if !ok {
		return target{}, false
	}
	if yamlnode.GetString(o.Node, "spec", "type") == "ExternalName" {
		return c.resolveExternalName(o)
	}
	return c.resolveService(o)
}

func (c *connection) resolveHost() (t target, ok bool) {
	port := c.defaultPort()
	if c.Host.Port != "" {
		n, err := strconv.ParseUint(c.Host.Port, 10, 16)
		if err != nil || n == 0 {
			c.fail(RuleConfig, c.field("host.port"), nil, "%q is not a port number from 1 to 65535", c.Host.Port)
			return t, false
		}
		port = int(n)
	}
	if c.Host.Name == "" {
		c.fail(RuleConfig, c.field("host.name"), nil, "connection %s has a host without a name", c.name)
		return t, false
	}
	for name := range strings.SplitSeq(c.Host.Name, ",") {
		t.hosts = append(t.hosts, engine.HostPort{Host: strings.TrimSpace(name), Port: port})
	}
	return t, true
}

// defaultPort is the engine's, 0 if it has none.
func (c *connection) defaultPort() int {
	if c.TLS && c.engine.TLSPort != 0 {
		return c.engine.TLSPort
	}
	return c.engine.Port
}

// findService finds the Service by its present or a previous name.
func (c *connection) findService() (*inventory.Object, bool) {
	want := c.Service
	found := c.named(serviceKind, want.Name, want.Namespace)
	switch {
	case len(found) == 1:
		return found[0], true
	case len(found) > 1:
		c.fail(RuleConfig, c.field("service.namespace"), nil,
			"several namespaces have a Service %s: %s; say which with service.namespace", want.Name, namespaces(found))
		return nil, false
	}
	in := ""
	if want.Namespace != "" {
		in = " in namespace " + want.Namespace
	}
	f := finding.Finding{
		Rule: RuleServiceNotFound, Field: c.field("service.name"),
		Message: fmt.Sprintf("connection %s: there is no Service %s%s in this build", c.name, want.Name, in),
	}
	switch res := c.resolver.ResolveName(serviceKind, want.Namespace, want.Name); res.Status {
	case reference.WrongNamespace:
		f.Field = c.field("service.namespace")
		f.Help = fmt.Sprintf("namespace %s has one: correct service.namespace or leave it out", namespaces(res.Elsewhere))
	default:
		f.Suggestions = res.Suggestions
	}
	if len(f.Suggestions) == 0 && f.Help == "" {
		f.Help = "for a server outside this build write host: {name: …} instead of service"
	}
	c.add(f)
	return nil, false
}

// named finds the objects of the build with a name, present names first, and
// a namespace, present or previous; an empty namespace means any.
func (a *applier) named(gk inventory.GroupKind, name, namespace string) []*inventory.Object {
	for _, candidates := range [][]*inventory.Object{a.inv.Find(gk, name), a.inv.FindPrevious(gk, name)} {
		found := slices.DeleteFunc(slices.Clone(candidates), func(o *inventory.Object) bool {
			return o.Node == nil || !inNamespace(o, namespace)
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// inNamespace reports whether o is, or was, in a namespace.
func inNamespace(o *inventory.Object, namespace string) bool {
	return namespace == "" || o.Namespace == namespace ||
		slices.ContainsFunc(o.Previous, func(id inventory.Identity) bool { return id.Namespace == namespace })
}

func namespaces(objects []*inventory.Object) string {
	var names []string
	for _, o := range objects {
		names = append(names, cmp.Or(o.Namespace, "(none)"))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// resolveExternalName takes the name behind the Service: DNS would lead there
// anyway, and TLS and HTTP need the real name. See
// https://kubernetes.io/docs/concepts/services-networking/service/#externalname
func (c *connection) resolveExternalName(o *inventory.Object) (t target, ok bool) {
	name := strings.TrimSuffix(yamlnode.GetString(o.Node, "spec", "externalName"), ".")
	if name == "" {
		c.fail(RuleServiceNotFound, c.field("service.name"), nil, "%s is an ExternalName without spec.externalName", o)
		return t, false
	}
	t = target{service: o, inputs: append(identity(o), input(o, "spec.externalName", "spec", "externalName"), input(o, "spec.type", "spec", "type"))}
	port := engine.HostPort{Host: name, Port: c.defaultPort()}
	if c.Service.Port != "" || len(yamlnode.Elements(o.Get("spec", "ports"))) > 0 {
		p, ok := c.servicePort(o)
		if !ok {
			return t, false
		}
		port.Port = p.number
		t.inputs = append(t.inputs, p.inputs...)
	}
	t.hosts = []engine.HostPort{port}
	return t, true
}

func (c *connection) resolveService(o *inventory.Object) (t target, ok bool) {
	port, ok := c.servicePort(o)
	if !ok {
		return t, false
	}
	t = target{service: o, inputs: append(identity(o), port.inputs...)}
	// The namespace in the configuration may be the one before kustomize's
	// namespace transformer: it counts only when the Service has none.
	namespace := o.Namespace
	if namespace == "" {
		namespace = c.Service.Namespace
	}
	names := []string{""}
	headless := yamlnode.GetString(o.Node, "spec", "clusterIP") == "None"
	if headless {
		t.inputs = append(t.inputs, input(o, "spec.clusterIP", "spec", "clusterIP"))
	}
	if c.Service.Pods {
		if !headless {
			c.fail(RuleConfig, c.field("service.pods"), nil, "%s is not headless: only with clusterIP: None have its pods names in DNS", o)
			return t, false
		}
		var inputs []result.Input
		if names, inputs, ok = c.podNames(o); !ok {
			return t, false
		}
		t.inputs = append(t.inputs, inputs...)
	}
	for _, pod := range names {
		short := strings.TrimPrefix(pod+"."+o.Name, ".")
		t.hosts = append(t.hosts, engine.HostPort{
			Host: short + "." + cmp.Or(namespace, "default") + ".svc." + c.domain, Port: port.number,
		})
		if namespace == "" {
			t.short = append(t.short, engine.HostPort{Host: short, Port: port.number})
		}
	}
	if namespace == "" {
		t.warn = func() {
			c.add(finding.Finding{
				Rule: RuleNoNamespace, Resource: o.Resource(), Field: "metadata.namespace", File: o.File, Line: o.LineOf(o.Node),
				Message: fmt.Sprintf("%s has no namespace, and workloads that have one connect to it: the address assumes namespace default", o),
				Help:    "set its namespace, or service.namespace of connection " + c.name,
			})
		}
	}
	return t, true
}

// SameAddress reports whether a text is what was computed for a Service but for
// how it is spelt: with a shorter name of the Service, as far as that is one in
// the namespace of who reads it, or without the port that its scheme has anyway.
func SameAddress(service *inventory.Object, domain, namespace, computed, text string) bool {
	if computed == text {
		return true
	}
	if service.Namespace == "" || !strings.Contains(computed, service.Name+"."+service.Namespace+".svc."+domain) {
		return false
	}
	full := service.Name + "." + service.Namespace + ".svc." + domain
	short := []string{full + ".", service.Name + "." + service.Namespace + ".svc", service.Name + "." + service.Namespace}
	if inventory.SameNamespace(namespace, service.Namespace) {
		short = append(short, service.Name)
	}
	for _, name := range append(short, full) {
		spelt := strings.ReplaceAll(computed, full, name)
		if spelt == text {
			return true
		}
		scheme, _, ok := strings.Cut(strings.TrimPrefix(computed, "jdbc:"), "://")
		if _, s, known := engine.ByScheme(strings.ToLower(scheme)); ok && known && s.Port != 0 && strings.ReplaceAll(spelt, name+":"+strconv.Itoa(s.Port), name) == text {
			return true
		}
	}
	return false
}

// sameAddress is SameAddress for the connection's Service, if it has one.
func (c *connection) sameAddress(consumer *inventory.Object, computed, text string) bool {
	return c.target.service != nil && SameAddress(c.target.service, c.domain, consumer.Namespace, computed, text)
}

// identity are the inputs every connection to an object has.
func identity(o *inventory.Object) []result.Input {
	inputs := []result.Input{input(o, "metadata.name", "metadata", "name")}
	if o.Namespace != "" {
		inputs = append(inputs, input(o, "metadata.namespace", "metadata", "namespace"))
	}
	return inputs
}

// port is a port of a Service that was chosen.
type port struct {
	number int
	inputs []result.Input
}

// servicePort chooses the port: as configured, the only one, or the one that
// is named for the engine or has its number.
func (c *connection) servicePort(o *inventory.Object) (port, bool) {
	ports := yamlnode.Elements(o.Get("spec", "ports"))
	var i int
	switch want := c.Service.Port; {
	case want != "":
		i = slices.IndexFunc(ports, func(p *yaml.Node) bool {
			return yamlnode.GetString(p, "name") == want || yamlnode.GetString(p, "port") == want
		})
		if i < 0 {
			c.portNotFound(o, fmt.Sprintf("connection %s: %s has no port %s", c.name, o, want), want, ports)
			return port{}, false
		}
	case len(ports) == 1:
		i = 0
	case len(ports) == 0 && c.defaultPort() != 0:
		return port{number: c.defaultPort()}, true
	default:
		if i = c.portOfEngine(ports); i < 0 {
			c.portNotFound(o, fmt.Sprintf("connection %s: %s has %d ports and none is named for %s", c.name, o, len(ports), c.engine.Name), "", ports)
			return port{}, false
		}
	}
	return c.portAt(o, ports[i], i)
}

// portOfEngine finds the port with a usual name or number of the engine.
func (c *connection) portOfEngine(ports []*yaml.Node) int {
	names := slices.Clone(c.engine.PortNames)
	if c.TLS {
		slices.SortStableFunc(names, func(a, b string) int { // amqps before amqp
			return strings.Compare(lastLetter(b), lastLetter(a))
		})
	}
	for _, name := range names {
		for i, p := range ports {
			have := yamlnode.GetString(p, "name")
			if have == name || strings.TrimPrefix(have, "tcp-") == name || strings.HasPrefix(have, name+"-") {
				return i
			}
		}
	}
	if number := c.defaultPort(); number != 0 {
		return slices.IndexFunc(ports, func(p *yaml.Node) bool { return yamlnode.GetString(p, "port") == strconv.Itoa(number) })
	}
	return -1
}

// lastLetter is s for names of encrypted ports.
func lastLetter(s string) string {
	if strings.HasSuffix(s, "s") {
		return "s"
	}
	return ""
}

func (c *connection) portAt(o *inventory.Object, p *yaml.Node, i int) (port, bool) {
	at := fmt.Sprintf("spec.ports[%d]", i)
	number, err := strconv.ParseUint(yamlnode.GetString(p, "port"), 10, 16)
	if err != nil || number == 0 {
		c.fail(RulePortNotFound, c.field("service.port"), nil, "%s: %s.port is not a number", o, at)
		return port{}, false
	}
	found := port{number: int(number), inputs: []result.Input{{Object: o, Field: at + ".port", Value: yamlnode.GetString(p, "port")}}}
	if name := yamlnode.GetString(p, "name"); name != "" {
		found.inputs = append(found.inputs, result.Input{Object: o, Field: at + ".name", Value: name})
	}
	// Nothing stands between a client and the pods of a headless Service: the
	// pod's own port counts.
	if yamlnode.GetString(o.Node, "spec", "clusterIP") == "None" {
		if n, inputs := c.targetPort(o, p, at); n != 0 {
			found.number = n
			found.inputs = append(found.inputs, inputs...)
		}
	}
	return found, true
}

// targetPort is the number of a port on the pods, 0 if it is the Service's or
// cannot be known.
func (c *connection) targetPort(o *inventory.Object, p *yaml.Node, at string) (int, []result.Input) {
	text := yamlnode.GetString(p, "targetPort")
	if text == "" {
		return 0, nil
	}
	in := result.Input{Object: o, Field: at + ".targetPort", Value: text}
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		return int(n), []result.Input{in}
	}
	for _, sts := range c.governed(o) {
		for _, pod := range sts.Pods() {
			for _, ctr := range pod.Containers {
				for i, cp := range yamlnode.Elements(yamlnode.Get(ctr.Node, "ports")) {
					n, err := strconv.ParseUint(yamlnode.GetString(cp, "containerPort"), 10, 16)
					if yamlnode.GetString(cp, "name") == text && err == nil {
						return int(n), []result.Input{in, {Object: sts, Field: fmt.Sprintf("%s.ports[%d].containerPort", ctr.Path, i), Value: strconv.Itoa(int(n))}}
					}
				}
			}
		}
	}
	return 0, nil
}

func (c *connection) portNotFound(o *inventory.Object, message, want string, ports []*yaml.Node) {
	var names, all []string
	for _, p := range ports {
		name, number := yamlnode.GetString(p, "name"), yamlnode.GetString(p, "port")
		if name != "" {
			names = append(names, name)
			number = name + " (" + number + ")"
		}
		all = append(all, number)
	}
	f := finding.Finding{
		Rule: RulePortNotFound, Field: c.field("service.port"),
		Message: message, Suggestions: suggest.Nearest(want, names, 3),
	}
	if len(all) > 0 {
		f.Help = "it has " + strings.Join(all, ", ") + ": name one in service.port"
	} else {
		f.Help = "it lists no ports: add one to the Service"
	}
	c.add(f)
}

// governed are the StatefulSets whose serviceName is the Service.
func (c *connection) governed(o *inventory.Object) []*inventory.Object {
	var sets []*inventory.Object
	for _, sts := range c.inv.OfKind(statefulSetKind) {
		name := yamlnode.GetString(sts.Node, "spec", "serviceName")
		if inventory.SameNamespace(sts.Namespace, o.Namespace) && (name == o.Name || o.WasCalled(name)) {
			sets = append(sets, sts)
		}
	}
	return sets
}

// podNames are the names of the pods behind a headless Service:
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id
func (c *connection) podNames(o *inventory.Object) (names []string, inputs []result.Input, ok bool) {
	for _, sts := range c.governed(o) {
		replicas, first := 1, 0
		if text := yamlnode.GetString(sts.Node, "spec", "replicas"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || n > 1000 {
				c.fail(RuleConfig, c.field("service.pods"), nil, "%s: spec.replicas %q is not a number of pods that can be listed", sts, text)
				return nil, nil, false
			}
			replicas = n
			inputs = append(inputs, input(sts, "spec.replicas", "spec", "replicas"))
		}
		if n, err := strconv.Atoi(yamlnode.GetString(sts.Node, "spec", "ordinals", "start")); err == nil && n > 0 {
			first = n
			inputs = append(inputs, input(sts, "spec.ordinals.start", "spec", "ordinals", "start"))
		}
		inputs = append(inputs, identity(sts)...)
		for i := range replicas {
			names = append(names, sts.Name+"-"+strconv.Itoa(first+i))
		}
	}
	if len(names) == 0 {
		c.fail(RuleConfig, c.field("service.pods"), nil, "no StatefulSet with pods has serviceName %s, so that %s has no pods with names in DNS", o.Name, o)
		return nil, nil, false
	}
	return names, inputs, true
}
