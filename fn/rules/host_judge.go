package rules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// hostVerdict is what became of a typed address.
type hostVerdict int

const (
	hostUnknown        hostVerdict = iota // nothing can be said: outside of the cluster or of the build
	hostFound                             // a Service of the build, or one that something else provides
	hostTypo                              // no such Service, but one with nearly this name
	hostWrongNamespace                    // the Service is in another namespace
	hostRenamed                           // kustomize gave the Service another name
	hostAbsent                            // not in this build
	hostElsewhere                         // in a namespace that is not in this build
	hostBadDomain                         // the part behind the namespace is wrong
	hostBadPod                            // the Service is there, the pod is not
)

// hostJudgement is a verdict with what a message needs.
type hostJudgement struct {
	verdict            hostVerdict
	service, namespace string
	target             *inventory.Object // the Service found or meant; nil for what others provide
	headless           bool              // the port is a pod's own
	suggestion         string            // a host that would resolve
	rival              string            // another one that is as near
	reason             string            // for hostBadPod and hostBadDomain
	sure               bool              // for hostBadDomain
	release            *inventory.Object // for hostAbsent: what may make it
	severity           finding.Severity  // for hostAbsent: at most that
	unsure             bool              // for hostWrongNamespace: nothing is known of the namespace
	scaledDown         bool              // for hostBadPod: all pods up to this one are listed
}

// hostJudge judges addresses against the Services of one build.
type hostJudge struct {
	b      *Build
	uses   []*hostUse
	domain string

	upstreams   map[upstream]bool                    // of nginx
	services    map[string][]*inventory.Object       // by namespace
	written     map[string]bool                      // namespaces with Services that are resources of the build
	defined     map[string]bool                      // names that ServiceEntries and hostAliases define
	charts      map[string]finding.Severity          // namespaces that Helm or Argo CD fill: how bad an absent Service is there
	customNames map[string][]string                  // names of custom resources, by namespace
	foreign     map[[2]string]bool                   // those of kinds that nothing is known of, by namespace and name
	ports       map[*inventory.Object][]numberedPort // of the Services of the build
	portNumbers map[int]bool                         // that some Service of the build has
	near        map[nearKey]nearService
	similar     map[nearKey]string
	byName      map[string]*byName             // the Services of a namespace, or of all
	company     map[spot]bool                  // texts in which some address resolves
	sets        map[string][]*inventory.Object // StatefulSets by the Service that governs them
	scaled      map[string][]string            // names of what autoscalers scale, by namespace
	listed      map[peersOf]*peers
	zones       map[string]map[*inventory.Object]bool // the objects with addresses, by the domain that these end in
}

var (
	serviceKind        = inventory.GroupKind{Kind: "Service"}
	knativeServiceKind = inventory.GroupKind{Group: "serving.knative.dev", Kind: "Service"}
	statefulSetKinds   = []inventory.GroupKind{{Group: "apps", Kind: "StatefulSet"}, {Group: "apps.kruise.io", Kind: "StatefulSet"}}
)

// newHostJudge judges the uses. Afterwards the judge is only read.
func newHostJudge(b *Build, uses []*hostUse, upstreams map[upstream]bool) *hostJudge {
	j := &hostJudge{
		b: b, uses: uses, domain: b.ClusterDomain(), upstreams: upstreams,
		services: map[string][]*inventory.Object{}, written: map[string]bool{},
		defined: map[string]bool{}, charts: map[string]finding.Severity{}, customNames: map[string][]string{}, foreign: map[[2]string]bool{},
		ports: map[*inventory.Object][]numberedPort{}, portNumbers: map[int]bool{}, near: map[nearKey]nearService{}, similar: map[nearKey]string{},
		byName:  map[string]*byName{},
		company: map[spot]bool{},
		zones:   map[string]map[*inventory.Object]bool{},
	}
	for _, o := range b.Inventory.OfKind(serviceKind) {
		j.services[o.Namespace] = append(j.services[o.Namespace], o)
		if o.Node != nil {
			j.written[o.Namespace] = true
		}
		j.ports[o] = readPorts(o)
		for _, port := range j.ports[o] {
			j.portNumbers[port.port] = true
		}
	}
	for _, o := range b.Inventory.Objects() {
		if !o.Local && o.Node != nil {
			j.note(o)
		}
	}
	for _, u := range uses {
		if n, ok := splitZone(strings.ToLower(u.Host)); ok && n.domain != "" {
			of := j.zones[n.domain]
			if of == nil {
				of = map[*inventory.Object]bool{}
				j.zones[n.domain] = of
			}
			of[u.from] = true
		}
	}
	for _, u := range uses {
		u.judgement = j.judge(u)
		if u.judgement.verdict == hostFound && !u.Doubtful() {
			j.company[u.spot()] = true
		}
	}
	for _, u := range uses {
		if u.Doubtful() && !(u.multiline && j.company[u.spot()]) {
			u.judgement = hostJudgement{}
		}
	}
	j.forgiveAlternatives()
	return j
}

// note takes what the judge needs to know of one resource.
func (j *hostJudge) note(o *inventory.Object) {
	for _, pod := range o.Pods() {
		for _, alias := range yamlnode.Elements(yamlnode.Get(pod.Spec, "hostAliases")) {
			j.define(yamlnode.Get(alias, "hostnames"))
		}
		for _, c := range pod.Containers {
			for _, field := range [...]string{"command", "args"} {
				for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					j.defineWritten(yamlnode.String(n))
				}
			}
		}
	}
	if inventory.ByKubernetes(o.Group) {
		return
	}
	switch o.Kind {
	case "ServiceEntry":
		j.define(o.Get("spec", "hosts"))
	case "HelmRelease", "HelmChart":
		j.charts[o.Namespace] = finding.Note
		j.charts[yamlnode.GetString(o.Node, "spec", "targetNamespace")] = finding.Note
	case "Application":
		j.fills(yamlnode.GetString(o.Node, "spec", "destination", "namespace"))
	case "Kustomization":
		j.fills(yamlnode.GetString(o.Node, "spec", "targetNamespace"))
	default:
		if len(o.Name) > 1 {
			j.customNames[o.Namespace] = append(j.customNames[o.Namespace], o.Name)
			if !reference.Known(o.GroupKind) {
				j.foreign[[2]string{o.Namespace, o.Name}] = true
			}
		}
	}
}

// fills notes that Argo CD or Flux applies manifests to a namespace.
func (j *hostJudge) fills(namespace string) {
	if _, ok := j.charts[namespace]; !ok {
		j.charts[namespace] = finding.Warning
	}
}

// defineWritten takes the names that a script writes into a pod's own table of hosts:
//
//	echo "$IP registry.lab" >> /etc/hosts
func (j *hostJudge) defineWritten(script string) {
	const table = "/etc/hosts"
	if !strings.Contains(script, table) {
		return
	}
	for line := range strings.Lines(script) {
		before, _, ok := strings.Cut(line, table)
		if end := strings.TrimRight(before, " \t\"'"); !ok || !strings.HasSuffix(end, ">") && !strings.HasSuffix(end, "tee") && !strings.HasSuffix(end, "tee -a") {
			continue // it is read
		}
		for _, name := range strings.FieldsFunc(before, func(r rune) bool { return strings.ContainsRune(" \t\"'>|;", r) }) {
			if name != "echo" && name != "printf" && name != "tee" && name != "-a" {
				j.defined[name] = true
			}
		}
	}
}

func (j *hostJudge) define(names *yaml.Node) {
	for _, n := range yamlnode.Elements(names) {
		j.defined[yamlnode.String(n)] = true
	}
}

// hostName is a DNS name as Kubernetes reads it:
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/.
type hostName struct {
	pod, service, namespace string
	zone                    bool   // it says .svc
	domain                  string // what follows .svc
}

// splitZone splits a name with the label svc. It is not ok for other names.
func splitZone(name string) (hostName, bool) {
	labels := strings.Split(name, ".")
	for i := len(labels) - 1; i >= 2; i-- {
		if labels[i] != "svc" {
			continue
		}
		n := hostName{service: labels[i-2], namespace: labels[i-1], zone: true, domain: strings.Join(labels[i+1:], ".")}
		if i > 2 {
			n.pod = strings.Join(labels[:i-2], ".")
		}
		return n, true
	}
	return hostName{}, false
}

func (j *hostJudge) judge(u *hostUse) hostJudgement {
	name := strings.ToLower(u.Host)
	if u.IsIP() || u.IsLoopback() || j.defined[name] {
		return hostJudgement{}
	}
	if strings.Contains(name, "_") {
		return j.judgeUnderscore(u, name)
	}
	two := strings.Contains(name, "..")
	n, ok := splitZone(name)
	if ok && !two {
		return j.judgeZone(u, n)
	}
	if result := j.judgeSlip(u, name); result.verdict != hostUnknown || two {
		return result
	}
	if result, ok := j.judgeMissingZone(u, name); ok {
		return result
	}
	labels := strings.Split(name, ".")
	switch len(labels) {
	case 1:
		return j.judgeName(u, hostName{service: name, namespace: u.namespace}, "")
	case 2:
		return j.judgePair(u, labels[0], labels[1])
	case 3:
		return j.judgeTriple(u, labels[0], labels[1], labels[2])
	}
	return hostJudgement{}
}

// judgeUnderscore judges names that no Service can have, as those of Docker Compose may be:
// nothing is known of one but that a Service has it with dashes.
func (j *hostJudge) judgeUnderscore(u *hostUse, name string) hostJudgement {
	dashed := strings.ReplaceAll(name, "_", "-")
	target := j.find(u, dashed, u.namespace)
	if target == nil || u.Port != 0 && !j.hasPort(target, u.Port) {
		return hostJudgement{}
	}
	if u.inFile && u.Port == 0 && j.upstreams[upstream{u.namespace, u.Host}] {
		return hostJudgement{}
	}
	return hostJudgement{verdict: hostTypo, service: name, namespace: u.namespace, suggestion: dashed}
}

// judgeSlip judges names that are one edit away from that of a Service in the zone of
// Services, behind the Service's own name: api.shop.tvc, api.shops.vc.cluster.local.
func (j *hostJudge) judgeSlip(u *hostUse, name string) hostJudgement {
	service, rest, ok := strings.Cut(name, ".")
	if !ok || len(rest) < len("x.sv") {
		return hostJudgement{}
	}
	for _, o := range j.b.Inventory.Find(serviceKind, service) {
		namespace := cmp.Or(o.Namespace, u.namespace)
		if namespace == "" || o.Node == nil {
			continue
		}
		for _, zone := range [...]string{namespace + ".svc", namespace + ".svc." + j.domain} {
			if n := len(rest) - len(zone); n >= -1 && n <= 1 && rest != zone && suggest.Distance(rest, zone) == 1 {
				return hostJudgement{verdict: hostTypo, service: service, namespace: namespace, suggestion: service + "." + zone}
			}
		}
	}
	return hostJudgement{}
}

// judgeZone judges x.ns.svc and longer names.
func (j *hostJudge) judgeZone(u *hostUse, n hostName) hostJudgement {
	if n.domain != "" && n.domain != j.domain {
		if n.domain == "clusterset.local" || strings.HasSuffix(n.domain, "."+j.domain) { // Multi-Cluster Services, and clusters with names of their own
			return hostJudgement{}
		}
		good := strings.TrimSuffix(strings.ToLower(u.Host), n.domain) + j.domain
		result := hostJudgement{verdict: hostBadDomain, service: n.service, namespace: n.namespace, suggestion: good,
			reason: "the cluster's domain is " + strconv.Quote(j.domain) + ", not " + strconv.Quote(n.domain)}
		result.sure = !j.consistent(n.domain) &&
			(suggest.Close(n.domain, j.domain) || strings.HasPrefix(j.domain, n.domain+".") || strings.HasPrefix(n.domain, j.domain+"."))
		switch {
		case result.sure:
		case !strings.Contains(n.domain, "."): // the name of a certificate's Secret may begin so
			return hostJudgement{}
		case !j.b.Inventory.HasNamespace(n.namespace): // a name of the own network, or of another cluster
			return hostJudgement{}
		}
		return result
	}
	suffix := ".svc"
	if n.domain != "" {
		suffix += "." + n.domain
	}
	return j.judgeName(u, n, suffix)
}

// consistent reports whether a domain may be that of the cluster, as far as its addresses tell: no
// address has the usual one, and more than one object has this.
func (j *hostJudge) consistent(domain string) bool {
	return len(j.zones[domain]) > 1 && len(j.zones[j.domain]) == 0 && (j.b.Config == nil || j.b.Config.ClusterDomain == "")
}

// judgeMissingZone judges names that end in the cluster's domain and lack .svc
// or the namespace.
func (j *hostJudge) judgeMissingZone(u *hostUse, name string) (hostJudgement, bool) {
	front, ok := strings.CutSuffix(name, "."+j.domain)
	if !ok {
		return hostJudgement{}, false
	}
	labels := strings.Split(front, ".")
	bad := hostJudgement{verdict: hostBadDomain, service: labels[0], sure: true}
	switch {
	case len(labels) == 2 && labels[1] == "svc":
		if candidates := j.b.Inventory.Find(serviceKind, labels[0]); len(candidates) > 0 && candidates[0].Namespace != "" {
			bad.suggestion = labels[0] + "." + candidates[0].Namespace + ".svc." + j.domain
			bad.reason = "the namespace is missing before .svc"
			return bad, true
		}
	case len(labels) >= 2 && labels[len(labels)-1] != "pod":
		for _, namespace := range [...]string{labels[1], labels[len(labels)-1]} { // the second: web.ns.shop.cluster.local
			if j.find(u, labels[0], namespace) != nil && j.b.Inventory.HasNamespace(namespace) {
				bad.suggestion = labels[0] + "." + namespace + ".svc." + j.domain
				bad.reason = "names of Services end in .svc." + j.domain
				return bad, true
			}
		}
	}
	return hostJudgement{}, true
}

// judgePair judges a.b: Service a in namespace b, or pod a of Service b.
func (j *hostJudge) judgePair(u *hostUse, a, b string) hostJudgement {
	if host.IsTopLevel(b) && !j.b.Inventory.HasNamespace(b) {
		return hostJudgement{} // a Service without a namespace could be called so, but rarely is
	}
	if j.find(u, a, b) != nil {
		return j.judgeName(u, hostName{service: a, namespace: b}, "")
	}
	if s := j.find(u, b, u.namespace); s != nil && (isHeadless(s) || looksLikePod(a)) {
		return j.judgeName(u, hostName{pod: a, service: b, namespace: u.namespace}, "")
	}
	inZone := hostName{service: a, namespace: b}
	result := hostJudgement{}
	switch {
	case looksLikePod(a) && j.b.externals.Provides("Service", u.namespace, b) >= 0:
		return result
	case j.provided(a, b, u):
		return hostJudgement{verdict: hostFound, service: a, namespace: b}
	case j.b.Inventory.HasNamespace(b):
		result = j.judgeName(u, inZone, "")
	case looksLikePod(a):
		if near := j.nearest(u, b, u.namespace); near.name != "" {
			return hostJudgement{verdict: hostTypo, service: b, namespace: u.namespace, suggestion: a + "." + near.name, rival: near.spelled(func(name string) string { return a + "." + name })}
		}
		if j.judgeStrayPod(u, hostName{pod: a, service: b, namespace: u.namespace}, &result) {
			return result
		}
	}
	if result.verdict == hostUnknown && !host.IsTopLevel(b) {
		result = j.judgeName(u, inZone, "")
	}
	// Where .svc is missing, the name may be somebody's domain.
	if result.verdict == hostAbsent && host.IsTopLevel(b) || result.verdict == hostElsewhere {
		return hostJudgement{}
	}
	return result
}

// judgeTriple judges a.b.c: pod a of Service b in namespace c, or a domain.
func (j *hostJudge) judgeTriple(u *hostUse, a, b, c string) hostJudgement {
	if host.IsTopLevel(c) && !j.b.Inventory.HasNamespace(c) {
		return hostJudgement{}
	}
	if j.find(u, b, c) != nil {
		return j.judgeName(u, hostName{pod: a, service: b, namespace: c}, "")
	}
	if !looksLikePod(a) || host.IsTopLevel(c) {
		return hostJudgement{}
	}
	result := j.judgeName(u, hostName{pod: a, service: b, namespace: c}, "")
	if result.verdict == hostAbsent || result.verdict == hostElsewhere {
		return hostJudgement{}
	}
	return result
}

// judgeName judges a Service name in a namespace. suffix is what the spelling
// has behind the namespace.
func (j *hostJudge) judgeName(u *hostUse, n hostName, suffix string) hostJudgement {
	result := hostJudgement{service: n.service, namespace: n.namespace}
	spelled := func(service, namespace string) string {
		s := service
		if n.pod != "" {
			s = n.pod + "." + s
		}
		if n.zone || namespace != u.namespace || strings.Count(u.Host, ".") > strings.Count(s, ".") {
			if namespace == "" {
				namespace = n.namespace
			}
			s += "." + namespace + suffix
		}
		return s
	}
	res := j.resolve(u, n.service, n.namespace)
	if o := res.Target; o != nil && res.Status == reference.Found {
		result.verdict, result.target, result.headless = hostFound, o, n.pod != "" || isHeadless(o)
		if n.pod != "" {
			j.judgePod(u, n, &result)
		}
		return result
	}
	if j.provided(n.service, n.namespace, u) {
		result.verdict = hostFound
		return result
	}
	if o := res.Target; res.Status == reference.NotRewritten {
		result.verdict, result.target, result.suggestion = hostRenamed, o, spelled(o.Name, n.namespace)
		return result
	}
	elsewhere := slices.DeleteFunc(slices.Clone(res.Elsewhere), func(o *inventory.Object) bool { return o.Namespace == "" || o.Name != n.service })
	// A namespace that is nearly one with this very Service is the better guess.
	for _, o := range elsewhere {
		if o.Namespace != "" && suggest.Close(n.namespace, o.Namespace) && !j.b.Inventory.HasNamespace(n.namespace) {
			result.verdict, result.target, result.suggestion = hostWrongNamespace, o, spelled(n.service, o.Namespace)
			return result
		}
	}
	if j.foreign[[2]string{n.namespace, n.service}] { // its operator makes the Service, probably
		result.verdict = hostElsewhere
		return result
	}
	if near := j.nearest(u, n.service, n.namespace); near.name != "" && !j.b.resolver.Installs(n.namespace, n.service) {
		result.verdict, result.suggestion = hostTypo, spelled(near.name, n.namespace)
		result.rival = near.spelled(func(name string) string { return spelled(name, n.namespace) })
		return result
	}
	if n.zone && j.b.Inventory.HasNamespace(n.service) && j.find(u, n.namespace, n.service) != nil { // the two the wrong way around
		result.verdict, result.suggestion = hostTypo, strings.Replace(u.Host, n.service+"."+n.namespace, n.namespace+"."+n.service, 1)
		return result
	}
	if len(elsewhere) > 0 && (u.strong() || j.hasPort(elsewhere[0], u.Port)) {
		o := elsewhere[0]
		result.verdict, result.target, result.suggestion = hostWrongNamespace, o, spelled(n.service, o.Namespace)
		// Of a namespace that is not in the build nothing is known, and the
		// address may be about a namesake there. Every cluster has default.
		result.unsure = n.namespace != "" && n.namespace != u.namespace && n.namespace != "default" && !j.b.Inventory.HasNamespace(n.namespace)
		return result
	}
	if n.pod != "" && j.judgeStrayPod(u, n, &result) {
		return result
	}
	if !j.judges(n.namespace) || j.operated(n.service, n.namespace) {
		result.verdict = hostElsewhere
		return result
	}
	result.verdict, result.release = hostAbsent, res.Release
	result.severity = finding.Error
	if s, ok := j.charts[n.namespace]; ok {
		result.severity = s
	}
	if closest := j.closest(n.service, n.namespace); closest != "" {
		result.suggestion = spelled(closest, n.namespace)
	}
	return result
}

// judges reports whether the build says enough of a namespace for something to
// be missing from it: it has Services there, and no chart adds others.
func (j *hostJudge) judges(namespace string) bool {
	if namespace == "" {
		return len(j.written) > 0
	}
	return j.written[namespace] || j.written[""] && j.b.Inventory.HasNamespace(namespace)
}

// operated reports whether the name begins with that of a custom resource in
// the namespace: operators name their Services so.
func (j *hostJudge) operated(service, namespace string) bool {
	for _, name := range j.customNames[namespace] {
		if service == name || strings.HasPrefix(service, name+"-") {
			return true
		}
	}
	return strings.HasSuffix(service, "-operated") // Prometheus Operator
}

// resolve says what is known of a Service's name, Knative's included.
func (j *hostJudge) resolve(u *hostUse, service, namespace string) reference.Resolution {
	var serves func(*inventory.Object) bool
	if u.Port != 0 {
		serves = func(o *inventory.Object) bool { return j.hasPort(o, u.Port) }
	}
	res := j.b.resolveName(u.from, serviceKind, namespace, service, serves)
	if res.Status != reference.Found {
		if k := j.b.resolveName(u.from, knativeServiceKind, namespace, service, nil); k.Status == reference.Found {
			return k
		}
	}
	return res
}

// find returns the Service of the build, nil if it is not in it.
func (j *hostJudge) find(u *hostUse, service, namespace string) *inventory.Object {
	if res := j.resolve(u, service, namespace); res.Status == reference.Found {
		return res.Target
	}
	return nil
}

// provided reports whether the cluster or something that the configuration
// names has the Service.
func (j *hostJudge) provided(service, namespace string, u *hostUse) bool {
	res := j.resolve(u, service, namespace)
	return res.Status == reference.Found && res.Target == nil ||
		res.Likely && j.nearest(u, service, namespace).name == "" ||
		j.b.provided("Service", namespace, u.Host) >= 0
}

// closest returns the Service in the namespace that a name shares its words
// with, as postgres does with prod-postgres. That is no evidence, but a hint.
func (j *hostJudge) closest(service, namespace string) string {
	key := nearKey{service: service, namespace: namespace}
	closest, ok := j.similar[key]
	if !ok {
		names := slices.Concat(j.servicesIn(namespace).index.Nearest(service, 1), j.servicesIn("").index.Nearest(service, 1))
		if near := suggest.Nearest(service, names, 1); len(near) > 0 {
			closest = near[0]
		}
		if len(j.similar) == mostNear {
			clear(j.similar)
		}
		j.similar[key] = closest
	}
	return closest
}

// nearKey is a question to nearest.
type nearKey struct {
	service, namespace string
	port               int
	dotted, weak       bool
}

// nearService is the name of a Service that was probably meant, and one that is as
// near, both "" if there is none.
type nearService struct{ name, rival string }

// spelled is the rival as it is written in an address.
func (n nearService) spelled(as func(name string) string) string {
	if n.rival == "" {
		return ""
	}
	return as(n.rival)
}

// mostNear are the answers that are remembered.
const mostNear = 1 << 12

// nearest returns the Service in the namespace whose name was probably meant.
// It remembers the answers: the same mistake is often in many places.
func (j *hostJudge) nearest(u *hostUse, service, namespace string) nearService {
	key := nearKey{service, namespace, u.Port, u.from.Namespace == "" && strings.Contains(u.Host, "."), u.weak()}
	near, ok := j.near[key]
	if !ok {
		near = j.findNearest(u, service, namespace)
		if len(j.near) == mostNear {
			clear(j.near)
		}
		j.near[key] = near
	}
	return near
}

func (j *hostJudge) findNearest(u *hostUse, service, namespace string) (best nearService) {
	bestDistance := 1 << 30
	consider := func(namespace string) {
		for _, o := range j.servicesIn(namespace).like(service) {
			if !suggest.Close(service, o.Name) || !j.isTypo(u, service, o) {
				continue
			}
			switch d := suggest.Distance(service, o.Name); {
			case d < bestDistance:
				best, bestDistance = nearService{name: o.Name}, d
			case d > bestDistance || o.Name == best.name:
			case o.Name < best.name:
				best.name, best.rival = o.Name, best.name
			case best.rival == "" || o.Name < best.rival:
				best.rival = o.Name
			}
		}
	}
	consider("")
	if namespace != "" {
		consider(namespace)
		return best
	}
	if u.from.Namespace == "" && strings.Contains(u.Host, ".") {
		return best
	}
	if j.servicesIn(everyNamespace) != j.servicesIn("") {
		consider(everyNamespace)
	}
	return best
}

// byName are Services, by name.
type byName struct {
	all    []*inventory.Object
	index  *suggest.Index
	called map[string][]*inventory.Object
}

const everyNamespace = "*"

// servicesIn returns the Services in a namespace, or in every one.
func (j *hostJudge) servicesIn(namespace string) *byName {
	by := j.byName[namespace]
	if by != nil {
		return by
	}
	all := j.services[namespace]
	if namespace == everyNamespace {
		all = j.b.Inventory.OfKind(serviceKind)
		for other, services := range j.services {
			if len(services) == len(all) {
				by = j.servicesIn(other)
				j.byName[namespace] = by
				return by
			}
		}
	}
	by = &byName{all: all, called: map[string][]*inventory.Object{}}
	var names []string
	for _, o := range by.all {
		if by.called[o.Name] == nil {
			names = append(names, o.Name)
		}
		by.called[o.Name] = append(by.called[o.Name], o)
	}
	by.index = suggest.NewIndex(names)
	j.byName[namespace] = by
	return by
}

// like returns the Services that a name may be meant for.
func (by *byName) like(name string) []*inventory.Object {
	const few, most = 64, 16 // few are looked through; of more, those that the index finds
	if len(by.all) <= few {
		return by.all
	}
	var services []*inventory.Object
	for _, near := range by.index.Nearest(name, most) {
		services = append(services, by.called[near]...)
	}
	return services
}

func isHeadless(o *inventory.Object) bool {
	return o.Node != nil && yamlnode.GetString(o.Node, "spec", "clusterIP") == "None"
}

// isReference reports whether the table of references has the field, so that
// service-not-found speaks of it.
func (u *hostUse) isReference(b *Build) bool { return serviceReferences.Of(b)[u.spot()] }

var serviceReferences = NewFact(func(b *Build) map[spot]bool {
	m := map[spot]bool{}
	for _, r := range b.refs.To(serviceKind) {
		if !r.Row.Guess {
			m[spot{r.From, r.Node}] = true
		}
	}
	return m
})

// configSources are the ConfigMaps that a pod refers to.
var configSources = NewFact(func(b *Build) map[*inventory.Pod][]*inventory.Object {
	sources := map[*inventory.Pod][]*inventory.Object{}
	for o, pods := range configReaders.Of(b) {
		if o.Kind == "ConfigMap" && o.Node != nil {
			for _, pod := range pods {
				sources[pod] = append(sources[pod], o)
			}
		}
	}
	return sources
})

// configures reports whether a ConfigMap that the pod reads, other than except,
// mentions a port: it may say where a program listens. Nobody knows what one that SOPS has
// encrypted says.
func (b *Build) configures(pod *inventory.Pod, port string, except *inventory.Object) bool {
	for _, o := range configSources.Of(b)[pod] {
		if o == except {
			continue
		}
		for _, v := range yamlnode.Fields(o.Get("data")) {
			if text := yamlnode.String(v); hasNumber(text, port) || strings.HasPrefix(text, "ENC[") {
				return true
			}
		}
	}
	return false
}

// configReads are the references of pods to a ConfigMap or Secret.
var configReads = NewFact(func(b *Build) map[*inventory.Object][]*reference.Ref {
	reads := map[*inventory.Object][]*reference.Ref{}
	for _, r := range b.refs.All {
		if r.Pod == nil || len(r.To) == 0 || r.To[0].Kind != "ConfigMap" && r.To[0].Kind != "Secret" {
			continue
		}
		if t := b.resolve(r).Target; t != nil {
			reads[t] = append(reads[t], r)
		}
	}
	return reads
})

// configReaders are the pods that refer to a ConfigMap or Secret.
var configReaders = NewFact(func(b *Build) map[*inventory.Object][]*inventory.Pod {
	readers := map[*inventory.Object][]*inventory.Pod{}
	for o, reads := range configReads.Of(b) {
		readers[o] = podsOf(reads)
	}
	return readers
})

// podsOf are the pods that references are in, each once.
func podsOf(refs []*reference.Ref) []*inventory.Pod {
	var pods []*inventory.Pod
	seen := make(map[*inventory.Pod]bool, len(refs))
	for _, r := range refs {
		if !seen[r.Pod] {
			seen[r.Pod] = true
			pods = append(pods, r.Pod)
		}
	}
	return pods
}
