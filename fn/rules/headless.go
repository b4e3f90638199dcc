package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// headlessRules are about Services whose names are those of pods.
func headlessRules() []*Rule { return []*Rule{headlessPortMismatch, governingServiceNotHeadless} }

var headlessPortMismatch = &Rule{
	Name:     "headless-port-mismatch",
	Severity: finding.Error,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/service/#headless-services",
	Doc: "An address has the port of a headless Service whose pods listen on another one. " +
		"The name of a headless Service is resolved to the pods themselves and nothing forwards the port: targetPort has no effect, and the connection is refused. " +
		"It is an error where something in the build connects to that port; a headless Service with such a port that nobody in the build uses is a warning, since a client may find the port by DNS, and a note where a StatefulSet has it for the names of its pods. " +
		"Pods that declare no port, or declare this one too, are left alone.",
	Run: func(p *Pass) error {
		for _, svc := range p.Inventory.OfKind(serviceKind) {
			pods := p.SelectedPods(svc)
			if !isHeadless(svc) || len(pods) == 0 {
				continue
			}
			for _, port := range ServicePorts(svc) {
				if port.TargetPort == "" || port.TargetPort == port.Port || !isNumber(port.Port) {
					continue
				}
				target := ""
				declared := false
				for _, pod := range pods {
					if pod.Partial {
						declared = true
					}
					for _, c := range pod.Containers {
						for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
							number := yamlnode.GetString(n, "containerPort")
							declared = declared || number == port.Port
							if number == port.TargetPort || yamlnode.GetString(n, "name") == port.TargetPort {
								target = number
							}
						}
					}
				}
				if declared || target == "" || target == port.Port {
					continue
				}
				used := false
				for _, u := range usesOf.Of(p.Build)[svc] {
					if strconv.Itoa(u.Port) == port.Port {
						used = true
						p.reportHost(u, fmt.Sprintf("port %s of %q is that of a headless Service, which forwards nothing: its pods listen on %s", port.Port, u.Host, target), DidYouMeanAs("%s", target))
					}
				}
				if !used {
					level := finding.Warning
					if governs.Of(p.Build)[svc] {
						level = finding.Note // it is there for the names of the pods
					}
					p.Report(svc, yamlnode.Get(port.Node, "port"), fmt.Sprintf("the Service is headless, so its name leads to the pods themselves, and they listen on %s, not on %s", target, port.Port), AtMost(level), DidYouMeanAs("%s", target),
						Help("let port and targetPort be the same; it is assumed that clients look up the address, and not the port, in DNS"))
				}
			}
		}
		return nil
	},
}

// governs are the Services that StatefulSets name under serviceName.
var governs = NewFact(func(b *Build) map[*inventory.Object]bool {
	of := map[*inventory.Object]bool{}
	for _, kind := range statefulSetKinds {
		for _, set := range b.Inventory.OfKind(kind) {
			if svc := b.governing(set); svc != nil {
				of[svc] = true
			}
		}
	}
	return of
})

// usesOf are the addresses in the build that lead to a Service.
var usesOf = NewFact(func(b *Build) map[*inventory.Object][]*hostUse {
	by := map[*inventory.Object][]*hostUse{}
	for _, u := range b.hostUses() {
		if u.judgement.verdict == hostFound && u.judgement.target != nil {
			by[u.judgement.target] = append(by[u.judgement.target], u)
		}
	}
	return by
})

var governingServiceNotHeadless = &Rule{
	Name:     "governing-service-not-headless",
	Severity: finding.Warning,
	Advises:  true,
	URL:      "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
	Doc: "The Service that a StatefulSet names under serviceName is not headless, and the build uses the names of its pods. " +
		"Kubernetes' DNS specification gives pods names below headless Services only; CoreDNS answers for others too, which is why this is a warning. " +
		"A StatefulSet whose pods nobody addresses by name is left alone.",
	Run: func(p *Pass) error {
		reported := map[string]bool{}
		for _, u := range p.hostUses() {
			svc := u.judgement.target
			if u.judgement.verdict != hostFound || svc == nil || svc.Node == nil || isHeadless(svc) || yamlnode.GetString(svc.Node, "spec", "type") == "ExternalName" {
				continue
			}
			labels := strings.Split(strings.ToLower(u.Host), ".")
			if len(labels) < 2 || labels[1] != svc.Name {
				continue
			}
			base, _, ok := cutOrdinal(labels[0])
			if !ok {
				continue
			}
			for _, kind := range statefulSetKinds {
				for _, set := range p.Inventory.Find(kind, base) {
					key := u.from.Resource().String() + " " + svc.Name
					if set.Node == nil || yamlnode.GetString(set.Node, "spec", "serviceName") != svc.Name || !inventory.SameNamespace(svc.Namespace, set.Namespace) || reported[key] {
						continue
					}
					reported[key] = true
					p.reportHost(u, fmt.Sprintf("%q is the name of a pod of StatefulSet %s, whose Service %q is not headless", u.Host, set.Name, svc.Name),
						Help("set clusterIP: None on a Service for the pods' names, and keep another one for balanced requests; CoreDNS answers all the same"))
				}
			}
		}
		return nil
	},
}
