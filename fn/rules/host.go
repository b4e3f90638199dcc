package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const dnsDocs = "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"

// hostRules judge the addresses that somebody typed into text.
var hostRules = []*Rule{
	hostNotFound, hostNotRewritten, hostPortNotFound, podHostNotFound, hostClusterDomain,
	hostSchemeMismatch, localhostPortNotServed, certificateNameMissing,
}

var hostNotFound = &Rule{
	Name:     "host-not-found",
	Severity: finding.Error,
	URL:      dnsDocs,
	Doc: "An address in text names a Service that does not exist: a typing error, the wrong namespace, or not in this build. " +
		"Addresses are found in environment variables, command lines, whole files inside ConfigMaps and Secrets, annotations and custom resources. " +
		"Short names are looked up in the namespace of the pod, ConfigMap or Secret that holds them. " +
		"Public domains, IP addresses, placeholders, and namespaces that are not in the build are left alone. " +
		"A name with underscores, which no Service can have, is reported where a Service has it with dashes. " +
		"In the middle of a file it is a warning for words that are no URL and are unlike every Service. " +
		"The address of what is switched off (KAFKA_ENABLED, TRACING_ENABLED, enabled: false beside or around it) is a note." + undeclared,
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if !u.isReference(p.Build) {
				p.reportHostNotFound(u)
			}
		}
		return nil
	},
}

func (p *Pass) reportHostNotFound(u *hostUse) {
	r := &u.judgement
	missing := fmt.Sprintf("host %q: there is no Service %q%s", u.Host, r.service, inNamespace(r.namespace))
	switch r.verdict {
	case hostTypo:
		names := []string{r.suggestion}
		if r.rival != "" {
			names = append(names, r.rival)
		}
		severity := finding.Error
		if u.Form == host.Word && strings.Contains(u.Host, "_") { // of a file, which may have it for something else
			severity = finding.Warning
		}
		p.reportHost(u, missing, DidYouMean(names...), AtMost(severity), Wanted("Service", r.namespace, r.service))
	case hostWrongNamespace:
		severity := finding.Error
		if u.weak() && u.Form == host.Word {
			severity = finding.Warning
		}
		if r.unsure {
			severity = finding.Note
		}
		p.reportHost(u, fmt.Sprintf("%s, only in %q", missing, r.target.Namespace), Suggest(r.suggestion), AtMost(severity), Wanted("Service", r.namespace, r.service),
			Help("a Service of another namespace is reached as %s", r.service+"."+r.target.Namespace+".svc"))
	case hostAbsent:
		severity := finding.Error
		var opts []Option
		if !hosts.Of(p.Build).evident(u) {
			if u.secret || u.lenient || u.Form == host.Word || isExampleName(r.service) {
				return
			}
			severity = finding.Note
		}
		if u.inFile && u.Form != host.URL && !strings.Contains(u.Host, ".svc") { // words of a text
			severity = min(severity, finding.Warning)
		}
		message := fmt.Sprintf("host %q: Service %q%s is not in this build", u.Host, r.service, inNamespace(r.namespace))
		severity = min(severity, r.severity)
		if u.from.Kind == "Certificate" && r.suggestion == "" {
			severity = min(severity, finding.Note) // a name too many is no harm
		}
		if r.release != nil {
			severity = min(severity, finding.Note)
			message += fmt.Sprintf("; %s may make it", r.release)
		}
		if r.suggestion != "" {
			message += fmt.Sprintf("; the closest name is %q", r.suggestion)
			opts = append(opts, Suggest(r.suggestion))
		}
		p.reportHost(u, message, append(opts, AtMost(severity), p.NotInBuild("Service", r.namespace, r.service),
			Help("add the Service to the build, or declare it under validate.externals with the reason why it exists anyway"))...)
	}
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return fmt.Sprintf(" in namespace %q", namespace)
}

// reportHost reports a finding about an address. A fallback in ${VAR:-…} may
// never be used, so it is at most a warning.
func (p *Pass) reportHost(u *hostUse, message string, opts ...Option) {
	node := u.node
	if u.multiline {
		opts = append(opts, At(u.Line, u.Column))
		if node.Style&yaml.LiteralStyle != 0 && !u.decoded {
			opts = append(opts, linesBelow(u.Line))
		}
	}
	if u.Default {
		opts = append(opts, AtMost(finding.Warning))
	}
	if u.mayHoldSecret() {
		opts = append(opts, SecretLine())
	}
	if unreadConfigs.Of(p.Build)[u.from] {
		opts = append(opts, Says(finding.About{What: ofNoReader}))
	}
	p.Report(u.from, node, message, opts...)
}

// ofNoReader says of an address that it is in a ConfigMap or Secret that nothing reads.
const ofNoReader = "nothing reads it"

// Unread reports whether a finding is about an address that nothing of the build reads.
func Unread(f *finding.Finding) bool {
	return f.Said().What == ofNoReader && slices.ContainsFunc(hostRules, func(r *Rule) bool { return r.Name == f.Rule })
}

// unreadConfigs are the ConfigMaps and Secrets with addresses, in namespaces with pods, that nothing
// refers to by their names, and that no text has the name of.
var unreadConfigs = NewFact(func(b *Build) map[*inventory.Object]bool {
	withPods := map[string]bool{}
	named := map[string]bool{}
	for _, o := range b.Inventory.Objects() {
		if len(o.Pods()) > 0 {
			withPods[o.Namespace] = true
		}
	}
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, r := range b.refs.To(gk(kind)) {
			named[r.Name] = true
			if t := b.resolve(r).Target; t != nil {
				named[t.Name] = true
			}
		}
	}
	candidates := map[*inventory.Object]*inventory.Object{}
	for _, u := range hosts.Of(b).uses {
		if o := u.from; (o.Kind == "ConfigMap" || o.Kind == "Secret") && o.Node != nil && withPods[o.Namespace] && !named[o.Name] && !named[o.BaseName()] {
			candidates[o] = o
		}
	}
	if len(candidates) > 0 {
		b.dropMentioned(candidates)
	}
	idle := map[*inventory.Object]bool{}
	for o := range candidates {
		idle[o] = true
	}
	return idle
})

// mayHoldSecret reports whether the line around the address may hold more than
// reports may show: of a URL they show host and port.
func (u *hostUse) mayHoldSecret() bool {
	if u.secret || u.Form == host.URL {
		return true
	}
	line := u.node.Value
	for range u.Line - 1 {
		_, line, _ = strings.Cut(line, "\n")
	}
	line, _, _ = strings.Cut(line, "\n")
	return strings.Contains(line, "@") || strings.Contains(line, "://") || isSensitiveKey(line)
}

// linesBelow moves a finding to a line of a literal block scalar, whose first
// line is the one after its |. The block's indentation is not known, so neither
// is the column.
func linesBelow(line int) Option {
	return func(f *finding.Finding) {
		if f.Line > 0 {
			f.Line, f.Column = f.Line+line, 0
		}
	}
}

var hostNotRewritten = &Rule{
	Name:     "host-not-rewritten",
	Severity: finding.Error,
	URL:      "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/nameprefix/",
	Doc: "An address in text has the name that a Service had before kustomize renamed it. " +
		"namePrefix and nameSuffix change the Service and the reference fields that kustomize knows, but never text such as the value of an environment variable or a file in a ConfigMap. " +
		"A Certificate that lists the new name too is left alone.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if r := &u.judgement; r.verdict == hostRenamed && !u.isReference(p.Build) && !u.listedToo() {
				p.reportHost(u, fmt.Sprintf("host %q: the Service is called %q in this build, and kustomize does not rewrite text", u.Host, r.target.Name),
					Suggest(r.suggestion), Help("compute the address with a connection, use replacements, or leave Services without a prefix"))
			}
		}
		return nil
	},
}

// listedToo reports whether the address is in the list of a Certificate that has the
// name that would resolve as well: it is for builds with and without the prefix.
func (u *hostUse) listedToo() bool {
	if u.from.Kind != "Certificate" || !u.lenient {
		return false
	}
	right := u.judgement.suggestion
	if target := u.judgement.target; target != nil {
		right = target.Name
	}
	return slices.ContainsFunc(yamlnode.Elements(u.from.Get("spec", "dnsNames")), func(n *yaml.Node) bool {
		name := strings.TrimPrefix(yamlnode.String(n), "*.")
		return name == right || strings.HasPrefix(name, right+".")
	})
}

var hostPortNotFound = &Rule{
	Name:     "host-port-not-found",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
	Doc: "An address in text has a port that its Service does not have. " +
		"Connections then time out or are refused. For headless Services and single pods the ports of the pods count as well. " +
		"A URL without a port means the default port of its scheme, unless the same pod or file says a port of the Service elsewhere, or an Ingress answers for that host. " +
		"It is a warning for an address of the program's own, to which it may not connect, and for a name and a number in the middle of a file.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if u.judgement.verdict == hostFound && u.judgement.target != nil {
				p.checkHostPort(u)
			}
		}
		return nil
	},
}

// defaultPort is the port of URLs that have none, 0 where it is not known.
func defaultPort(scheme string) int {
	_, s, _ := engine.ByScheme(scheme)
	return s.Port
}

// publicHosts are those that Ingresses answer for: an address of one without a port is that
// of a browser, also where a Service has its name.
var publicHosts = NewFact(func(b *Build) map[string]bool {
	names := map[string]bool{}
	for _, o := range b.Inventory.OfKind(gk("networking.k8s.io/Ingress")) {
		if o.Node == nil {
			continue
		}
		for _, rule := range yamlnode.Elements(o.Get("spec", "rules")) {
			names[yamlnode.GetString(rule, "host")] = true
		}
	}
	return names
})

func (p *Pass) checkHostPort(u *hostUse) {
	j, service := hosts.Of(p.Build), u.judgement.target
	ports := j.servicePorts(service)
	port := u.Port
	implied := port == 0
	if implied {
		port = defaultPort(u.Scheme)
		if u.Form != host.URL || u.PortOffset != 0 || port == 0 || u.judgement.headless || publicHosts.Of(p.Build)[u.Host] {
			return
		}
	}
	if len(ports) == 0 || yamlnode.GetString(service.Node, "spec", "type") == "ExternalName" || j.hasPort(service, port) || implied && u.hasPortBeside(ports) {
		return
	}
	severity := finding.Error
	podPorts := []int(nil)
	if u.judgement.headless {
		if !slices.ContainsFunc(ports, func(have numberedPort) bool { return have.TargetPort != "0" }) {
			return // kompose puts in a port where a service of Compose has none: https://kompose.io/user-guide/
		}
		podPorts = j.podPorts(service)
		if len(podPorts) == 0 { // pods made elsewhere, or that declare nothing
			severity = finding.Warning
		}
		except := u.node
		if u.portNode != nil {
			except = u.portNode
		}
		if slices.Contains(podPorts, port) || slices.ContainsFunc(p.SelectedPods(service), func(pod *inventory.Pod) bool {
			// a listener that is not declared
			return mentions(pod.Spec, strconv.Itoa(port), except, 0) || p.configures(pod, strconv.Itoa(port), u.from)
		}) {
			return
		}
	}
	own := p.ownAddress(u, service)
	if own && u.isLonePeer() {
		return // nobody connects there
	}
	switch {
	case implied && (!host.IsAddressKey(u.Key) || u.lenient), // an identifier, perhaps
		u.Form == host.HostPort && u.weak(),                            // a name and a number
		own && !strings.Contains(strings.ToLower(u.Key), "advertised"): // the program's own, which it may not connect to
		severity = min(severity, finding.Warning)
	}
	opts := []Option{AtMost(severity)}
	var list, hosts []string
	asked := strconv.Itoa(port)
	for _, have := range ports {
		if len(list) < mostListed {
			list = append(list, strings.TrimSpace(strconv.Itoa(have.port)+" "+parenthesized(have.Name)))
			hosts = append(hosts, u.Host+":"+strconv.Itoa(have.port))
		}
		switch {
		case have.TargetPort == asked:
			opts = append(opts, Help("%d is the port of the pods; the Service listens on %d", port, have.port))
		case have.nodePort == port && u.pod != nil && slices.Contains(p.SelectedPods(service), u.pod):
			opts = append(opts, AtMost(finding.Note), Help("%d is the nodePort, under which the pods may be telling others where they are", port))
		case have.nodePort == port:
			opts = append(opts, Help("%d is the nodePort, for connections from outside; inside of the cluster the Service listens on %d", port, have.port))
		}
	}
	what := fmt.Sprintf("host %q: Service %q has no port %d", u.Host, service.Name, port)
	if implied {
		what += ", the default of " + u.Scheme
	}
	slices.SortStableFunc(hosts, func(a, b string) int {
		return suggest.Distance(a[len(u.Host)+1:], asked) - suggest.Distance(b[len(u.Host)+1:], asked)
	})
	opts = append(opts, Suggest(hosts[:min(3, len(hosts))]...))
	message := what + "; it has " + listed(list, len(ports))
	if u.portNode != nil {
		p.Report(u.from, u.portNode, message, opts...)
		return
	}
	p.reportHost(u, message, opts...)
}

// ownAddress reports whether only pods that the Service leads to read the address.
func (p *Pass) ownAddress(u *hostUse, service *inventory.Object) bool {
	readers := configReaders.Of(p.Build)[u.from]
	if u.pod != nil {
		readers = []*inventory.Pod{u.pod}
	}
	selected := p.SelectedPods(service)
	return len(readers) > 0 && !slices.ContainsFunc(readers, func(pod *inventory.Pod) bool { return !slices.Contains(selected, pod) })
}

// peerPorts are those of a ZooKeeper server for its peers, behind the host:
// https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_clusterOptions
var peerPorts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\w.-]:(\d+):\d+\b`) })

// isLonePeer reports whether the port is for the peers of a ZooKeeper server that has
// none: it is the only one of its list.
func (u *hostUse) isLonePeer() bool {
	peers := peerPorts().FindAllStringSubmatch(u.node.Value, 2)
	return len(peers) == 1 && peers[0][1] == strconv.Itoa(u.Port) && strings.Contains(u.node.Value, u.Host+":"+peers[0][1]+":")
}

// hasPortBeside reports whether a port of the Service is said elsewhere in the pod or
// the file that has the address: --url=http://api --port=8080.
func (u *hostUse) hasPortBeside(ports []numberedPort) bool {
	around := u.from.Node
	if u.pod != nil {
		around = u.pod.Spec
	}
	return slices.ContainsFunc(ports, func(p numberedPort) bool {
		return mentions(around, strconv.Itoa(p.port), nil, 0)
	})
}

func parenthesized(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

var podHostNotFound = &Rule{
	Name:     "pod-host-not-found",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
	Doc: "An address in text names a pod that does not exist. " +
		"Only the pods of a StatefulSet have names of their own, and only below the Service that is its serviceName: <name>-0 up to the number of replicas. " +
		"StatefulSets with an autoscaler, and Services whose pods come from elsewhere, are left alone.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if r := &u.judgement; r.verdict == hostBadPod {
				var opts []Option
				if r.suggestion != "" {
					opts = append(opts, Suggest(r.suggestion))
				}
				if r.scaledDown {
					opts = append(opts, AtMost(finding.Warning), Help("raise the replicas, or shorten the list of peers"))
				}
				p.reportHost(u, fmt.Sprintf("host %q: there is no such pod: %s", u.Host, r.reason), opts...)
			}
		}
		return nil
	},
}

var hostClusterDomain = &Rule{
	Name:     "host-cluster-domain",
	Severity: finding.Error,
	Advises:  true,
	URL:      dnsDocs,
	Doc: "The end of a Service's DNS name is wrong: .svc is missing, or the cluster's domain is another one. " +
		"The domain is cluster.local unless spec.clusterDomain says otherwise. A domain that is not even close is only a note: that may be the domain of this cluster, or the name be in another one.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			r := &u.judgement
			if r.verdict != hostBadDomain {
				continue
			}
			if u.lenient && slices.ContainsFunc(yamlnode.Elements(u.from.Get("spec", "dnsNames")), func(n *yaml.Node) bool { return yamlnode.String(n) == r.suggestion }) {
				continue // one of all the names of the Service
			}
			opts := []Option{DidYouMean(r.suggestion)}
			if u.lenient { // a Certificate may list names that nobody uses
				opts = append(opts, AtMost(finding.Warning))
			}
			if !r.sure {
				opts = append(opts, AtMost(finding.Note), Help("set spec.clusterDomain if that is the domain of this cluster"))
			}
			p.reportHost(u, fmt.Sprintf("host %q: %s", u.Host, r.reason), opts...)
		}
		return nil
	},
}

var hostSchemeMismatch = &Rule{
	Name:     "host-scheme-mismatch",
	Severity: finding.Warning,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol",
	Doc: "The scheme of a URL contradicts the name or appProtocol of the Service's port: https to a port called http, or redis to one called postgres. " +
		"Ports whose names say nothing of a protocol are left alone, and so are those that take HTTP and HTTPS alike, as Plex's does. " +
		"So is a scheme that nobody knows, unless it is one letter away from a common one, as htp is.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if u.judgement.verdict == hostFound && u.judgement.target != nil && u.Form == host.URL {
				p.checkScheme(u)
			}
		}
		return nil
	},
}

func (p *Pass) checkScheme(u *hostUse) {
	says := engine.ProtocolOf(u.Scheme)
	port := u.Port
	if port == 0 {
		port = defaultPort(u.Scheme)
	}
	if says == "" {
		if near := host.NearSchemes(u.Scheme); near != nil && u.Port != 0 {
			p.reportHost(u, fmt.Sprintf("host %q: nobody knows the scheme %s", u.Host, u.Scheme), DidYouMean(near...))
		}
		return
	}
	for _, have := range hosts.Of(p.Build).servicePorts(u.judgement.target) {
		if have.port != port {
			continue
		}
		named := have.AppProtocol
		if engine.ProtocolOf(named) == "" {
			named, _, _ = strings.Cut(have.Name, "-")
		}
		if is := engine.ProtocolOf(named); is != "" && is != says && !(isWeb(is) && isWeb(says) && servesBoth(u.judgement.target, &have.ServicePort)) {
			p.reportHost(u, fmt.Sprintf("host %q: the scheme is %s, but port %d of Service %q is called %q", u.Host, u.Scheme, port, u.judgement.target.Name, named))
		}
	}
}

func isWeb(protocol string) bool { return protocol == "http" || protocol == "https" }

// bothProtocols are ports at which servers take HTTP and HTTPS alike, whatever they are
// called: those of Plex and of Syncthing. Dex, as Argo CD has it, takes HTTPS at a port called http.
// https://support.plex.tv/articles/206225077-how-to-use-secure-server-connections/ and
// https://docs.syncthing.net/users/config.html#config-option-gui.tls
var bothProtocols = []string{"32400", "8384", "5556"}

// servesBoth reports whether a server takes both at a port of a Service: it is known for it,
// or another port, called after the other one, leads to the same.
func servesBoth(svc *inventory.Object, port *ServicePort) bool {
	leads := cmp.Or(port.TargetPort, port.Port)
	return slices.Contains(bothProtocols, leads) || slices.Contains(bothProtocols, port.Port) || slices.ContainsFunc(ServicePorts(svc), func(other ServicePort) bool {
		name, _, _ := strings.Cut(other.Name, "-")
		return other.Port != port.Port && cmp.Or(other.TargetPort, other.Port) == leads && isWeb(engine.ProtocolOf(name))
	})
}

var localhostPortNotServed = &Rule{
	Name:     "localhost-port-not-served",
	Severity: finding.Warning,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking",
	Doc: "An address in text is localhost with a port that no container of the pod has. " +
		"Inside of a pod, localhost is the pod itself: a value from Docker Compose or a laptop leads nowhere. " +
		"Pods that declare no ports, use the host's network, or mention the port elsewhere are left alone, " +
		"and so are the commands of hooks, and those of probes unless the port is one digit away from one that the container declares. So are exporters of metrics beside another container, which ask it at a port that is for them alone. " +
		"It is a note for the address of a web server that may be for a browser: nothing in the build has that port, and the name of the setting says nothing of a server.",
	Run: func(p *Pass) error {
		for _, u := range p.hostUses() {
			if u.Port == 0 || !u.IsLoopback() || u.lenient || u.Default || isOrigin(u.Key) || binds(u.Key) || binds(u.node.Value) && !u.multiline {
				continue
			}
			pods := []*inventory.Pod{u.pod}
			if u.pod == nil {
				pods = configReaders.Of(p.Build)[u.from]
			}
			if u.own != nil && (u.hook || !nearDeclared(u.own, u.Port)) || strings.Contains(u.node.Value, kubectlProxied) {
				continue // it knows where it listens; kubectl proxy is for browsers
			}
			if len(pods) == 0 || u.multiline && u.pod == nil {
				continue // a file may configure the server and its clients at once
			}
			served := looksAtOthers(u)
			for _, pod := range pods {
				served = served || mayServe(pod, u) || p.configures(pod, strconv.Itoa(u.Port), u.from)
			}
			if !served {
				severity := finding.Warning
				if !p.connects(u) {
					if slices.ContainsFunc(pods, p.injected) {
						continue // the container that is added may serve it
					}
					severity = finding.Note
				}
				p.reportHost(u, fmt.Sprintf("%s:%d is this pod itself, and no container of it has port %d", u.Host, u.Port, u.Port), AtMost(severity),
					Help("name the Service that is meant, or declare the port on the container that serves it"))
			}
		}
		return nil
	},
}

// connects reports whether the program itself connects to an address of localhost, as
// far as that can be seen: to a server that is no web server, to a port that something
// in the build serves, or where the name of the setting says so. Other addresses of web
// servers may be for the browser of whoever develops it.
func (p *Pass) connects(u *hostUse) bool {
	for _, prefix := range [...]string{"VITE_", "REACT_APP_", "NEXT_PUBLIC_", "NUXT_PUBLIC_", "VUE_APP_", "EXPO_PUBLIC_", "GATSBY_"} {
		if strings.HasPrefix(u.Key, prefix) {
			return false // it goes into what browsers load, or is where a server for development listens
		}
	}
	if u.Form != host.URL || strings.HasPrefix(u.Key, "-") {
		return true
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
	default:
		return true
	}
	key := strings.ToLower(u.Key)
	for _, word := range [...]string{"redirect", "callback", "public", "external", "browser", "frontend", "site_url", "web_url", "app_url", "nextauth"} {
		if strings.Contains(key, word) {
			return false // a browser goes there
		}
	}
	for _, word := range [...]string{"api", "service", "endpoint", "host", "addr", "backend", "upstream", "server", "proxy", "collector", "exporter"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return servedPorts.Of(p.Build)[strconv.Itoa(u.Port)]
}

// looksAtOthers reports whether an address is in a container that is there for another one
// of its pod, which need not declare what it has for it: an exporter of metrics asks a server
// for its status at a port of its own.
func looksAtOthers(u *hostUse) bool {
	if u.pod == nil || len(u.pod.Containers) < 2 {
		return false
	}
	return slices.ContainsFunc(u.pod.Containers, func(c *inventory.Container) bool {
		image := yamlnode.GetString(c.Node, "image")
		return (strings.Contains(image, "exporter") || strings.Contains(image, "kube-rbac-proxy")) && within(c.Node, u.node, 0)
	})
}

// servedPorts are the numbers of the ports that Services and containers have.
var servedPorts = NewFact(func(b *Build) map[string]bool {
	ports := map[string]bool{}
	for _, svc := range b.Inventory.OfKind(serviceKind) {
		for _, port := range ServicePorts(svc) {
			ports[port.Port], ports[port.TargetPort] = true, true
		}
	}
	for _, pod := range workloads.Of(b) {
		for _, number := range containerPorts(pod) {
			ports[number] = true
		}
	}
	return ports
})

// kubectlProxied is a part of the paths of kubectl proxy, and its port.
const kubectlProxied = ":8001/api/v1/namespaces/"

// nearDeclared reports whether a container declares a port that is one digit away.
func nearDeclared(c *inventory.Container, port int) bool {
	return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "ports")), func(n *yaml.Node) bool {
		return suggest.Distance(yamlnode.GetString(n, "containerPort"), strconv.Itoa(port)) == 1
	})
}

// mayServe reports whether something in the pod may listen on the port of an
// address: it is declared, mentioned outside of the address's own text, or
// nothing is declared at all.
func mayServe(pod *inventory.Pod, u *hostUse) bool {
	if yamlnode.Bool(yamlnode.Get(pod.Spec, "hostNetwork")) || pod.Partial {
		return true
	}
	declares := false
	for _, c := range pod.Containers {
		ports := yamlnode.Elements(yamlnode.Get(c.Node, "ports"))
		declares = declares || len(ports) > 0
		if len(ports) == 0 && c.Type == inventory.AppContainer {
			return true
		}
	}
	var except *yaml.Node
	if pod.Owner == u.from {
		except = u.node
	}
	return !declares || mentions(pod.Spec, strconv.Itoa(u.Port), except, 0)
}

// binds reports whether a flag, variable or setting says where a program
// listens, rather than what it connects to.
func binds(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range [...]string{"bind", "listen", "metrics-addr", "health-probe-addr", "healthz-addr", "--http-endpoint", "--metrics-endpoint", "--health-endpoint"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return strings.HasSuffix(lower, "metrics") // TUNNEL_METRICS, --metrics
}

// isOrigin reports whether a setting lists the sites whose pages may ask the program:
// their addresses are those that browsers have for them.
func isOrigin(key string) bool {
	lower := strings.ToLower(key)
	return strings.Contains(lower, "cors") || strings.HasSuffix(lower, "origin") || strings.HasSuffix(lower, "origins")
}

func mentions(n *yaml.Node, number string, except *yaml.Node, depth int) bool {
	n = yamlnode.Resolve(n)
	if n == nil || n == except || depth > 100 {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		// The same address in another variable is no evidence of a server, unless
		// it says that somebody listens there.
		return hasNumber(n.Value, number) && binds(n.Value) || hasNumber(n.Value, number) && !strings.Contains(n.Value, "localhost:"+number) && !strings.Contains(n.Value, "127.0.0.1:"+number)
	}
	for i, c := range n.Content {
		if mentions(c, number, except, depth+1) {
			return true
		}
		// {name: LISTEN, value: localhost:80} and [--bind, localhost:80]
		if i > 0 && n.Content[i-1] != except && hasNumber(yamlnode.String(c), number) && binds(yamlnode.String(n.Content[i-1])) {
			return true
		}
	}
	if n.Kind == yaml.MappingNode && hasNumber(yamlnode.GetString(n, "value"), number) && binds(yamlnode.GetString(n, "name")) {
		return true
	}
	return false
}

// hasNumber reports whether a number is in a text, and not as a part of a longer
// one.
func hasNumber(text, number string) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && '0' <= text[i] && text[i] <= '9' }
	for at := 0; ; at++ {
		i := strings.Index(text[at:], number)
		if i < 0 {
			return false
		}
		if at += i; !digit(at-1) && !digit(at+len(number)) {
			return true
		}
	}
}

var certificateNameMissing = &Rule{
	Name:     "certificate-name-missing",
	Severity: finding.Error,
	URL:      "https://cert-manager.io/docs/concepts/ca-injector/",
	Doc: "A Certificate is for the Service of a webhook or API service, and its dnsNames lack that Service's name. " +
		"The API server connects to <service>.<namespace>.svc and refuses a certificate without that name, which blocks every request that the webhook watches. " +
		"Which Certificate is meant is known from the annotation cert-manager.io/inject-ca-from.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if from := o.Annotation("cert-manager.io/inject-ca-from"); from != "" && o.Node != nil && !o.Local {
				p.checkCertificate(o, from)
			}
		}
		return nil
	},
}

func (p *Pass) checkCertificate(o *inventory.Object, from string) {
	namespace, name, ok := strings.Cut(from, "/")
	if !ok {
		return
	}
	certificate := p.Inventory.Lookup(inventory.GroupKind{Group: "cert-manager.io", Kind: "Certificate"}, namespace, name, true, o)
	if certificate == nil || certificate.Node == nil {
		return
	}
	names := certificate.Get("spec", "dnsNames")
	covered := map[string]bool{yamlnode.GetString(certificate.Node, "spec", "commonName"): true}
	for _, n := range yamlnode.Elements(names) {
		name := yamlnode.String(n)
		if strings.ContainsAny(name, "$(){}_*") || strings.ToLower(name) != name {
			return // filled in by a replacement, or a wildcard
		}
		covered[name] = true
	}
	if len(covered) < 2 {
		return
	}
	for _, service := range webhookServices(o) {
		wanted := service[0] + "." + service[1] + ".svc"
		s := p.Inventory.Lookup(serviceKind, service[1], service[0], true, o)
		if s == nil || covered[wanted] || covered[s.Name+"."+s.Namespace+".svc"] || s.Namespace == "" || s.WasCalled(service[0]) && s.Name != service[0] && covered[s.Name+"."+service[1]+".svc"] {
			continue
		}
		wanted = s.Name + "." + s.Namespace + ".svc"
		covered[wanted] = true
		p.Report(certificate, names, fmt.Sprintf("%s connects to %q, and this Certificate is not for that name", o, wanted), Suggest(wanted),
			Help("add %q to spec.dnsNames", wanted))
	}
}

// webhookServices returns name and namespace of the Services that the API
// server calls on account of o.
func webhookServices(o *inventory.Object) [][2]string {
	var found [][2]string
	add := func(n *yaml.Node) {
		if name := yamlnode.GetString(n, "name"); name != "" {
			found = append(found, [2]string{name, yamlnode.GetString(n, "namespace")})
		}
	}
	for _, w := range yamlnode.Elements(o.Get("webhooks")) {
		add(yamlnode.Path(w, "clientConfig", "service"))
	}
	if o.Kind == "APIService" {
		add(o.Get("spec", "service"))
	}
	add(o.Get("spec", "conversion", "webhook", "clientConfig", "service"))
	return found
}
