package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func monitorRules() []*Rule {
	return []*Rule{monitorSelectsNothing, monitorPortNotFound, monitorNotSelected}
}

const monitorURL = "https://prometheus-operator.dev/docs/developer/getting-started/"

var monitorSelectsNothing = &Rule{
	Name:     "monitor-selects-nothing",
	Severity: finding.Error,
	Doc: "A ServiceMonitor or PodMonitor selects nothing, and a Service or pod has almost the label that it asks for. " +
		"Prometheus then scrapes nothing and shows no error, and alerts on the missing metrics stay silent. " +
		"It is a warning where a Service of that name has other labels or the labels are in another namespace, and a note where nothing is near: what is scraped may come from another build.",
	URL: monitorURL,
	Run: func(p *Pass) error {
		p.eachMonitor(func(m *monitor) {
			if len(m.selected) > 0 || m.all.partial { // operators add labels
				return
			}
			if hasExpressions(m.selector) {
				p.reportExpressionMiss(m.object, m.what, m.selector, m.all.in(m.namespaces))
				return
			}
			labels := yamlnode.Get(m.selector, "matchLabels")
			if !plainLabels(labels) {
				return
			}
			var best *nearMiss
			candidates := m.all.in(m.namespaces)
			near := candidates
			if len(near) > fewPods {
				var wanted []label
				for k, v := range yamlnode.Fields(labels) {
					wanted = append(wanted, label{k.Value, yamlnode.String(v)})
				}
				near = m.all.index().like(wanted, func(ns string) bool { return inNamespaces(m.namespaces, ns) })
			}
			for _, c := range near {
				if miss := missOf(c, labels); miss != nil && (best == nil || miss.nearer(best)) {
					best = miss
				}
			}
			text := selectorText(labels)
			if best != nil && best.close && (best.key == "release" || !p.ofRelease(labels)) {
				p.Report(m.object, best.value, fmt.Sprintf("no %s has the labels %s; %s has %s",
					m.what, text, best.pod.Owner, best.describe()), DidYouMean(best.have))
				return
			}
			for _, c := range m.services(p.Build, candidates, labels) {
				if c.Owner.Kind == "Service" && slices.ContainsFunc(p.SelectedPods(c.Owner), func(pod *inventory.Pod) bool { return matches(pod, labels) }) {
					var have []string
					for k, v := range yamlnode.Fields(labels) {
						if other := yamlnode.GetString(c.Labels(), k.Value); other != "" && other != yamlnode.String(v) && len(labels.Content) == 2 {
							have = []string{other}
						}
					}
					p.Report(m.object, labels, fmt.Sprintf("no Service has the labels %s: the pods of Service %s have them, and a ServiceMonitor selects Services by their own labels", text, c.Owner.Name), Suggest(have...), Says(finding.About{Of: "Services by the labels of pods"}),
						Help("add the labels to metadata.labels of the Service"))
					return
				}
			}
			meant := meant(m.object.Name, labels, m.what, func(ns string) bool { return inNamespaces(m.namespaces, ns) },
				func(l label) []*inventory.Pod { return m.all.byLabel[l] },
				func(name string) []*inventory.Pod { return m.all.named(name) })
			var suggestion []string
			if key, value, c := withoutAffix(m.object.Name, labels, func(l label) []*inventory.Pod {
				return slices.DeleteFunc(slices.Clone(m.all.byLabel[l]), func(c *inventory.Pod) bool { return !inNamespaces(m.namespaces, c.Owner.Namespace) })
			}); c != nil {
				meant, suggestion = fmt.Sprintf("; %s has %s=%s", ownerOf(c, m.what), key, value), []string{value}
			}
			switch {
			case meant != "":
				p.Report(m.object, labels, fmt.Sprintf("no %s%s has the labels %s%s", m.what, inAnyOf(m.namespaces), text, meant), AtMost(finding.Warning), Suggest(suggestion...), selects(labels))
			case len(candidates) > 0:
				p.Report(m.object, labels, fmt.Sprintf("no %s of this build has the labels %s", m.what, text), AtMost(finding.Note))
			}
		})
		return nil
	},
}

// selectedByPrometheus are the kinds that a Prometheus selects by label, where it says
// so, and what else has that field.
// https://prometheus-operator.dev/docs/platform/troubleshooting/
var selectedByPrometheus = []struct {
	kind  inventory.GroupKind
	field string
	by    []inventory.GroupKind
}{
	{gk("monitoring.coreos.com/ServiceMonitor"), "serviceMonitorSelector", scrapers},
	{gk("monitoring.coreos.com/PodMonitor"), "podMonitorSelector", scrapers},
	{gk("monitoring.coreos.com/PrometheusRule"), "ruleSelector", gks("monitoring.coreos.com/Prometheus", "monitoring.coreos.com/ThanosRuler")},
	{gk("monitoring.coreos.com/Probe"), "probeSelector", scrapers},
}

var scrapers = gks("monitoring.coreos.com/Prometheus", "monitoring.coreos.com/PrometheusAgent")

// otherScrapers read the same kinds, and say in their own ways which.
var otherScrapers = gks(
	"opentelemetry.io/OpenTelemetryCollector", "opentelemetry.io/TargetAllocator", // https://opentelemetry.io/docs/platforms/kubernetes/operator/target-allocator/
	"operator.victoriametrics.com/VMAgent", "operator.victoriametrics.com/VMAlert", // https://docs.victoriametrics.com/operator/integrations/prometheus/
	"monitoring.grafana.com/GrafanaAgent",
)

var monitorNotSelected = &Rule{
	Name:     "monitor-not-selected",
	Severity: finding.Warning,
	URL:      "https://prometheus-operator.dev/docs/platform/troubleshooting/#troubleshooting-servicemonitor-changes",
	Doc: "A ServiceMonitor, PodMonitor, Probe or PrometheusRule has a label that every Prometheus of the build selects by, with another value. " +
		"No Prometheus then reads it, and nobody says so. " +
		"It is reported only where all Prometheuses of the build ask for that label, agents and for rules Thanos rulers among them; one that lacks the label may be for another build's. " +
		"Builds with something else that reads these kinds, such as an OpenTelemetryCollector, are left alone.",
	Run: func(p *Pass) error {
		if slices.ContainsFunc(otherScrapers, func(kind inventory.GroupKind) bool { return len(p.Inventory.OfKind(kind)) > 0 }) {
			return nil
		}
		for _, s := range selectedByPrometheus {
			var readers []*inventory.Object
			for _, kind := range s.by {
				readers = append(readers, p.Inventory.OfKind(kind)...)
			}
			if len(readers) == 0 {
				continue
			}
			for _, o := range p.Inventory.OfKind(s.kind) {
				p.checkSelected(o, readers, s.field)
			}
		}
		return nil
	},
}

func (p *Pass) checkSelected(o *inventory.Object, readers []*inventory.Object, field string) {
	for k, have := range yamlnode.Fields(o.Get("metadata", "labels")) {
		value := yamlnode.String(have)
		if reference.IsPlaceholder(value) {
			continue
		}
		var want []string
		for _, reader := range readers {
			asked := yamlnode.GetString(reader.Get("spec", field), "matchLabels", k.Value)
			if asked == "" || asked == value || reference.IsPlaceholder(asked) {
				break
			}
			want = append(want, asked)
		}
		if len(want) < len(readers) {
			continue
		}
		slices.Sort(want)
		p.Report(o, have, fmt.Sprintf("no Prometheus of this build selects this %s: %s asks for another value of this label", o.Kind, readers[0]), Suggest(slices.Compact(want)...))
	}
}

var monitorPortNotFound = &Rule{
	Name:     "monitor-port-not-found",
	Severity: finding.Error,
	Doc: "An endpoint of a ServiceMonitor or PodMonitor names a port that nothing it selects has. " +
		"A ServiceMonitor's port is the name of a port of the Service, a PodMonitor's that of a container port; a number is no name. " +
		"Prometheus drops the target without an error.",
	URL: monitorURL,
	Run: func(p *Pass) error {
		p.eachMonitor(func(m *monitor) {
			if len(m.selected) == 0 {
				return
			}
			for _, e := range fieldpath.Of(m.endpoints).Nodes(m.object.Node) {
				if port := yamlnode.Get(e, "port"); yamlnode.String(port) != "" {
					p.checkMonitorPort(m, port)
				} else if m.what == "Service" {
					p.checkMonitorTarget(m, yamlnode.Get(e, "targetPort"))
				}
			}
		})
		return nil
	},
}

// checkMonitorTarget reports a targetPort that is a port of the Services which a
// monitor selects, and none of their pods.
func (p *Pass) checkMonitorTarget(m *monitor, port *yaml.Node) {
	want := yamlnode.String(port)
	if want == "" || reference.IsPlaceholder(want) {
		return
	}
	targets := ""
	for _, c := range m.selected {
		pods := p.SelectedPods(c.Owner)
		for _, pod := range pods {
			for _, container := range pod.Containers {
				for _, have := range yamlnode.Elements(yamlnode.Get(container.Node, "ports")) {
					if yamlnode.GetString(have, "name") == want || yamlnode.GetString(have, "containerPort") == want {
						return
					}
				}
			}
			if pod.Partial || mentions(pod.Spec, want, nil, 0) {
				return
			}
		}
		for _, have := range ServicePorts(c.Owner) {
			if len(pods) > 0 && (have.Port == want || have.Name == want) && have.TargetPort != "" && have.TargetPort != want {
				targets = have.TargetPort
			}
		}
	}
	if targets != "" {
		p.Report(m.object, port, fmt.Sprintf("targetPort %s is a port of the Service, and none of its pods: they listen on %s", want, targets), AtMost(finding.Warning),
			DidYouMean(targets), Help("port is for the name of a port of the Service, targetPort for a port of the pods"))
	}
}

func (p *Pass) checkMonitorPort(m *monitor, port *yaml.Node) {
	name := yamlnode.String(port)
	if reference.IsPlaceholder(name) {
		return
	}
	var names, numbers []string
	var owners []string
	for _, c := range m.selected {
		if owner := c.Owner.String(); !slices.Contains(owners, owner) {
			owners = append(owners, owner)
		}
		for _, at := range fieldpath.Of(m.ports).Nodes(c.Template) {
			names = append(names, yamlnode.GetString(at, "name"))
			numbers = append(numbers, yamlnode.GetString(at, "port"), yamlnode.GetString(at, "containerPort"))
		}
		names = append(names, addedPorts(c)...)
	}
	if slices.Contains(names, name) {
		return
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	slices.Sort(names)
	names = slices.Compact(names)
	near := nearest(name, names)
	if (len(near) == 0 || !suggest.Close(name, near[0])) && (m.all.partial || slices.ContainsFunc(m.selected, func(c *inventory.Pod) bool { return p.injected(c) || p.leadsOut(c.Owner) })) {
		return // it may be a port that an operator adds, or of a container that a webhook adds
	}
	message := fmt.Sprintf("%s has no port named %q", strings.Join(owners[:min(2, len(owners))], " and "), name)
	if len(owners) > 2 {
		message = fmt.Sprintf("none of the %d selected %ss has a port named %q", len(owners), m.what, name)
	}
	if len(near) == 0 && slices.Contains(numbers, name) {
		message += ": a port is named here, not numbered"
	}
	opts := []Option{DidYouMean(near...), Help("%s", listOf("its port names", names))}
	if len(m.selector.Content) == 0 {
		opts = append(opts, AtMost(finding.Note)) // it selects all there is, what operators make too
	} else if m.selectsAny() {
		opts = append(opts, AtMost(finding.Warning)) // whatever has a label, and others have it too
	} else if m.all.partial {
		opts = append(opts, AtMost(finding.Warning))
	}
	p.Report(m.object, port, message, opts...)
}

// leadsOut reports whether an object is a Service whose pods are not of this build: who
// makes them may make more Services of them.
func (p *Pass) leadsOut(o *inventory.Object) bool {
	return o.GroupKind == gk("Service") && yamlnode.Path(o.Node, "spec", "selector") != nil && len(p.SelectedPods(o)) == 0
}

// selectsAny reports whether a monitor asks for no value of a label.
func (m *monitor) selectsAny() bool {
	if labels := yamlnode.Resolve(yamlnode.Get(m.selector, "matchLabels")); labels != nil && len(labels.Content) > 0 {
		return false
	}
	return !slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(m.selector, "matchExpressions")), func(e *yaml.Node) bool {
		return yamlnode.GetString(e, "operator") == "In"
	})
}

// monitor is one ServiceMonitor or PodMonitor with what it selects.
type monitor struct {
	object           *inventory.Object
	what             string
	selector         *yaml.Node
	endpoints, ports string // paths
	all              *scrapable
	namespaces       []string // nil for all
	selected         []*inventory.Pod
}

// scrapable are the Services or pods of a build, by label and by namespace.
// Services stand in as pods whose labels are their own.
type scrapable struct {
	byLabel     map[label][]*inventory.Pod
	byNamespace map[string][]*inventory.Pod
	byName      map[string][]*inventory.Pod
	partial     bool

	within map[string][]*inventory.Pod // by namespaces
	like   *labelledPods
}

func (s *scrapable) add(pod *inventory.Pod) {
	s.partial = s.partial || pod.Partial
	s.byNamespace[pod.Owner.Namespace] = append(s.byNamespace[pod.Owner.Namespace], pod)
	s.byName[pod.Owner.Name] = append(s.byName[pod.Owner.Name], pod)
	for k, v := range yamlnode.Fields(pod.Labels()) {
		l := label{k.Value, yamlnode.String(v)}
		s.byLabel[l] = append(s.byLabel[l], pod)
	}
}

// in returns what is in the namespaces, in all if there are none.
func (s *scrapable) in(namespaces []string) []*inventory.Pod {
	key := strings.Join(namespaces, " ")
	pods, ok := s.within[key]
	if ok {
		return pods
	}
	for _, ns := range slices.Sorted(maps.Keys(s.byNamespace)) {
		if inNamespaces(namespaces, ns) {
			pods = append(pods, s.byNamespace[ns]...)
		}
	}
	s.within[key] = pods
	return pods
}

// index finds what has nearly some labels.
func (s *scrapable) index() *labelledPods {
	if s.like == nil {
		s.like = newLabelledPods(s.in(nil))
	}
	return s.like
}

// services narrows candidates, if they are very many, to the Services of pods with
// the labels.
func (m *monitor) services(b *Build, candidates []*inventory.Pod, labels *yaml.Node) []*inventory.Pod {
	if m.what != "Service" || len(candidates) <= fewPods {
		return candidates
	}
	for pod := range b.eachMatching("", labels) {
		for _, svc := range servicesOf.Of(b)[pod] {
			for _, c := range m.all.named(svc.Name) {
				if c.Owner == svc && inNamespaces(m.namespaces, svc.Namespace) {
					return []*inventory.Pod{c}
				}
			}
		}
	}
	return nil
}

// labelled narrows what is in the namespaces by the rarest of the selector's labels.
func (s *scrapable) labelled(selector *yaml.Node, namespaces []string) []*inventory.Pod {
	var rarest []*inventory.Pod
	any := false
	for k, v := range yamlnode.Fields(yamlnode.Get(selector, "matchLabels")) {
		if with := s.byLabel[label{k.Value, yamlnode.String(v)}]; !runtimeLabel(k.Value) && (!any || len(with) < len(rarest)) {
			rarest, any = with, true
		}
	}
	if any {
		return rarest
	}
	return s.in(namespaces)
}

// named returns what is called so, in any namespace.
func (s *scrapable) named(name string) []*inventory.Pod { return s.byName[name] }

func inAnyOf(namespaces []string) string {
	if len(namespaces) != 1 {
		return ""
	}
	return inNamespace(namespaces[0])
}

func inNamespaces(namespaces []string, ns string) bool {
	return namespaces == nil || slices.ContainsFunc(namespaces, func(n string) bool { return inventory.SameNamespace(n, ns) })
}

func (p *Pass) eachMonitor(f func(*monitor)) {
	empty := func() *scrapable {
		return &scrapable{byLabel: map[label][]*inventory.Pod{}, byNamespace: map[string][]*inventory.Pod{}, byName: map[string][]*inventory.Pod{},
			within: map[string][]*inventory.Pod{}}
	}
	if monitors := p.Inventory.OfKind(gk("monitoring.coreos.com/ServiceMonitor")); len(monitors) > 0 {
		services := empty()
		for _, svc := range p.Inventory.OfKind(gk("Service")) {
			if svc.Node != nil {
				services.add(&inventory.Pod{Owner: svc, Template: svc.Node})
			}
		}
		for _, o := range monitors {
			selectMonitored(&monitor{object: o, what: "Service", endpoints: "spec.endpoints[]", ports: "spec.ports[]", all: services}, f)
		}
	}
	if monitors := p.Inventory.OfKind(gk("monitoring.coreos.com/PodMonitor")); len(monitors) > 0 {
		pods := empty()
		for _, pod := range p.Pods("") {
			pods.add(pod)
		}
		for _, o := range monitors {
			selectMonitored(&monitor{object: o, what: "pod", endpoints: "spec.podMetricsEndpoints[]", ports: "spec.containers[].ports[]", all: pods}, f)
		}
	}
}

// selectMonitored finds what a monitor selects, and calls f.
func selectMonitored(m *monitor, f func(*monitor)) {
	o := m.object
	m.selector = o.Get("spec", "selector")
	if o.Node == nil || m.selector == nil {
		return
	}
	if !yamlnode.Bool(o.Get("spec", "namespaceSelector", "any")) {
		for _, n := range yamlnode.Elements(o.Get("spec", "namespaceSelector", "matchNames")) {
			m.namespaces = append(m.namespaces, yamlnode.String(n))
		}
		if len(m.namespaces) == 0 {
			m.namespaces = []string{o.Namespace}
		}
	}
	for _, c := range m.all.labelled(m.selector, m.namespaces) {
		if inNamespaces(m.namespaces, c.Owner.Namespace) && LabelSelector(c.Labels(), m.selector) {
			m.selected = append(m.selected, c)
		}
	}
	f(m)
}
