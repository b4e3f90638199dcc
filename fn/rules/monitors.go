package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func monitorRules() []*Rule { return []*Rule{monitorSelectsNothing, monitorPortNotFound} }

const monitorURL = "https://prometheus-operator.dev/docs/developer/getting-started/"

var monitorSelectsNothing = &Rule{
	Name:     "monitor-selects-nothing",
	Severity: finding.Error,
	Doc: "A ServiceMonitor or PodMonitor selects nothing by a label that is almost one that a Service or pod has. " +
		"Prometheus then scrapes nothing and shows no error, and alerts on the missing metrics stay silent. " +
		"Without a near miss it is a note: what is scraped may come from another build.",
	URL: monitorURL,
	Run: func(p *Pass) {
		p.eachMonitor(func(m *monitor) {
			if len(m.selected) > 0 || len(m.candidates) == 0 {
				return
			}
			labels := yamlnode.Get(m.selector, "matchLabels")
			if yamlnode.Get(m.selector, "matchExpressions") != nil || !plainLabels(labels) {
				return
			}
			var best *nearMiss
			for _, c := range m.candidates {
				if miss := missOf(c, labels); miss != nil && (best == nil || miss.score < best.score) {
					best = miss
				}
			}
			text := selectorText(labels)
			if best != nil && best.close {
				p.Report(m.object, best.value, fmt.Sprintf("no %s has the labels %s; %s has %s; did you mean %q?",
					m.what, text, best.pod.Owner, best.describe(), best.have), Suggest(best.have))
				return
			}
			p.Report(m.object, labels, fmt.Sprintf("no %s of this build has the labels %s", m.what, text), AtMost(finding.Note))
		})
	},
}

var monitorPortNotFound = &Rule{
	Name:     "monitor-port-not-found",
	Severity: finding.Error,
	Doc: "An endpoint of a ServiceMonitor or PodMonitor names a port that nothing it selects has. " +
		"A ServiceMonitor's port is the name of a port of the Service, a PodMonitor's that of a container port; a number is no name. " +
		"Prometheus drops the target without an error.",
	URL: monitorURL,
	Run: func(p *Pass) {
		p.eachMonitor(func(m *monitor) {
			if len(m.selected) == 0 {
				return
			}
			for _, e := range reference.NodesAt(m.object.Node, m.endpoints) {
				if port := yamlnode.Get(e, "port"); yamlnode.String(port) != "" {
					p.checkMonitorPort(m, port)
				}
			}
		})
	},
}

func (p *Pass) checkMonitorPort(m *monitor, port *yaml.Node) {
	name := yamlnode.String(port)
	if reference.IsPlaceholder(name) {
		return
	}
	var names, numbers []string
	var owners []string
	for _, c := range m.selected {
		owners = append(owners, c.Owner.String())
		for _, at := range reference.NodesAt(c.Template, m.ports) {
			names = append(names, yamlnode.GetString(at, "name"))
			numbers = append(numbers, yamlnode.GetString(at, "port"), yamlnode.GetString(at, "containerPort"))
		}
	}
	if slices.Contains(names, name) {
		return
	}
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	slices.Sort(names)
	names = slices.Compact(names)
	near := nearest(name, names)
	message := fmt.Sprintf("%s has no port named %q", strings.Join(owners[:min(2, len(owners))], " and "), name)
	if len(owners) > 2 {
		message = fmt.Sprintf("none of the %d selected %ss has a port named %q", len(owners), m.what, name)
	}
	switch {
	case len(near) > 0:
		message += fmt.Sprintf("; did you mean %q?", near[0])
	case slices.Contains(numbers, name):
		message += ": a port is named here, not numbered"
	}
	p.Report(m.object, port, message, Suggest(near...), Help("%s", listOf("its port names", names)))
}

// monitor is one ServiceMonitor or PodMonitor with what it may select.
// Services stand in as pods whose labels are their own.
type monitor struct {
	object               *inventory.Object
	what                 string
	selector             *yaml.Node
	endpoints, ports     string
	candidates, selected []*inventory.Pod
}

func (p *Pass) eachMonitor(f func(*monitor)) {
	for _, o := range p.Inventory.OfKind(gk("monitoring.coreos.com/ServiceMonitor")) {
		m := &monitor{object: o, what: "Service", endpoints: "spec.endpoints[]", ports: "spec.ports[]"}
		for _, svc := range p.Inventory.OfKind(gk("Service")) {
			if svc.Node != nil && !svc.Removed && !svc.Local {
				m.candidates = append(m.candidates, &inventory.Pod{Owner: svc, Template: svc.Node})
			}
		}
		m.run(f)
	}
	for _, o := range p.Inventory.OfKind(gk("monitoring.coreos.com/PodMonitor")) {
		m := &monitor{object: o, what: "pod", endpoints: "spec.podMetricsEndpoints[]", ports: "spec.containers[].ports[]"}
		m.candidates = slices.Clone(p.Pods(""))
		if slices.ContainsFunc(m.candidates, func(c *inventory.Pod) bool { return c.Partial }) {
			continue
		}
		m.run(f)
	}
}

// run narrows the candidates to the namespaces of the monitor, and calls f.
func (m *monitor) run(f func(*monitor)) {
	o := m.object
	m.selector = o.Get("spec", "selector")
	if o.Node == nil || o.Removed || m.selector == nil {
		return
	}
	everywhere := yamlnode.Bool(o.Get("spec", "namespaceSelector", "any"))
	var names []string
	for _, n := range yamlnode.Elements(o.Get("spec", "namespaceSelector", "matchNames")) {
		names = append(names, yamlnode.String(n))
	}
	if len(names) == 0 {
		names = []string{o.Namespace}
	}
	m.candidates = slices.DeleteFunc(m.candidates, func(c *inventory.Pod) bool {
		return !everywhere && !slices.ContainsFunc(names, func(ns string) bool { return inventory.SameNamespace(ns, c.Owner.Namespace) })
	})
	for _, c := range m.candidates {
		if LabelSelector(c.Labels(), m.selector) {
			m.selected = append(m.selected, c)
		}
	}
	f(m)
}
