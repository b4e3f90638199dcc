package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var serviceSpansApplications = &Rule{
	Name:     "service-spans-applications",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
	Doc: "A Service selects the pods of several workloads, and some of them do not serve its port: a part of the requests is refused. " +
		"Its selector has only labels that they share, such as those that a kustomization gives to all. " +
		"It is reported where all pods declare their ports and some not the targetPort, where a Job's pods are among those of a server, " +
		"and where another of the workloads has a Service of its own, and this Service the name of the first. " +
		"Two files that define one workload are alternatives, and so are workloads in other folders than the Service, which has some in its own, unless one build has them all. " +
		"Releases of one image (canary, blue, v2) are left alone, and so is a targetPort by name, which only pods with that port get; the last of the three is not reported for workloads of one image or releases of others either.",
	Run: func(p *Pass) error {
		for _, svc := range p.Inventory.OfKind(serviceKind) {
			if svc.Node != nil {
				p.checkSpan(svc)
			}
		}
		return nil
	},
}

func (p *Pass) checkSpan(svc *inventory.Object) {
	pods := p.ownPods(svc)
	if !p.Inventory.Finished { // of which those without a namespace may be in another one
		pods = slices.DeleteFunc(slices.Clone(pods), func(pod *inventory.Pod) bool { return pod.Namespace() != svc.Namespace })
	}
	if len(pods) < 2 || len(pods) > 100 || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return pod.Partial }) || namesPods(svc) {
		return
	}
	selector := svc.Get("spec", "selector")
	report := func(good, bad *inventory.Pod, what string) {
		p.Report(svc, selector, fmt.Sprintf("the Service selects the pods of %s too, beside those of %s: %s", podOwners([]*inventory.Pod{bad}), podOwners([]*inventory.Pod{good}), what),
			Help("add a label to the selector that only the pods of %s %s have%s", good.Owner.Kind, good.Owner.Name, distinction(good, bad)))
	}
	for _, port := range ServicePorts(svc) {
		target := port.TargetPort
		if target == "" {
			target = port.Port
		}
		if !isNumber(target) {
			continue
		}
		var good, bad *inventory.Pod
		for _, pod := range pods {
			ports := containerPorts(pod)
			switch {
			case slices.Contains(ports, target):
				if good == nil {
					good = pod
				}
			case len(ports) > 0 && !servedBy(pod, target) && bad == nil:
				bad = pod
			}
		}
		if good != nil && bad != nil && !p.sameName(good.Owner, bad.Owner) && !servesAll(svc, bad) && !(sameImages(good, bad) && releases(good.Owner.Name, bad.Owner.Name)) {
			report(good, bad, fmt.Sprintf("they do not serve %s, and get a part of its requests", target))
			return
		}
	}
	var server, job *inventory.Pod
	for _, pod := range pods {
		switch pod.Owner.Kind {
		case "Job", "CronJob":
			if len(containerPorts(pod)) == 0 && getsRequests(svc, pod) {
				job = pod
			}
		default:
			if server == nil && len(containerPorts(pod)) > 0 {
				server = pod
			}
		}
	}
	if server != nil && job != nil && !isHeadless(svc) {
		report(server, job, "while the job runs, a part of the requests goes to it and is refused")
		return
	}
	own := slices.IndexFunc(pods, func(pod *inventory.Pod) bool { return namedAfter(svc.Name, pod.Owner.Name) })
	if own < 0 || isHeadless(svc) {
		return
	}
	for _, pod := range pods {
		if p.sameName(pod.Owner, pods[own].Owner) || !getsRequests(svc, pod) || sameImages(pod, pods[own]) || relatives(pod.Owner.Name, pods[own].Owner.Name) {
			continue
		}
		for _, other := range servicesOf.Of(p.Build)[pod] {
			if other != svc && other.Name != svc.Name && namedAfter(other.Name, pod.Owner.Name) && !isHeadless(other) {
				report(pods[own], pod, fmt.Sprintf("a part of its requests goes there, and Service %q is the one for them", other.Name))
				return
			}
		}
	}
}

// ownPods are the pods that a Service selects. Files in several folders may be
// alternatives, or lessons of a course: of those, they are the pods of its own folder,
// if there are any.
func (p *Pass) ownPods(svc *inventory.Object) []*inventory.Pod {
	pods := p.SelectedPods(svc)
	if p.Inventory.Finished || svc.File == "" {
		return pods
	}
	var own []*inventory.Pod
	for _, pod := range pods {
		if filepath.Dir(pod.Owner.File) == filepath.Dir(svc.File) {
			own = append(own, pod)
		}
	}
	if len(own) > 0 {
		return own
	}
	return pods
}

// sameName reports whether two workloads are called the same: files with a Deployment and a
// StatefulSet of one name are alternatives too.
func (p *Pass) sameName(a, b *inventory.Object) bool {
	return a.Name == b.Name && (a.Kind == b.Kind || a.File != b.File && !p.Inventory.Finished)
}

// namesPods reports whether a Service is there for the names of pods, ready or not.
func namesPods(svc *inventory.Object) bool {
	const before = "service.alpha.kubernetes.io/tolerate-unready-endpoints"
	return svc.Annotation(before) != "" || yamlnode.GetString(svc.Node, "spec", "publishNotReadyAddresses") == "true"
}

// getsRequests reports whether a pod that a Service selects gets requests: a
// targetPort by name is one of those pods alone that have a port of that name.
func getsRequests(svc *inventory.Object, pod *inventory.Pod) bool {
	ports := containerPorts(pod)
	return slices.ContainsFunc(ServicePorts(svc), func(port ServicePort) bool {
		return port.TargetPort == "" || isNumber(port.TargetPort) || slices.Contains(ports, port.TargetPort)
	})
}

// servedBy reports whether something in a pod besides its declared ports says
// that it listens on one: a probe, an argument, a variable for it.
func servedBy(pod *inventory.Pod, port string) bool {
	for _, c := range pod.Containers {
		for _, field := range probeFields {
			if yamlnode.GetString(c.Node, field...) == port {
				return true
			}
		}
		for _, field := range [...]string{"command", "args"} {
			for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
				if text := yamlnode.String(n); hasNumber(text, port) && !strings.Contains(text, "://") {
					return true
				}
			}
		}
		for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
			name, text := yamlnode.GetString(n, "name"), yamlnode.GetString(n, "value")
			if hasNumber(text, port) && (binds(text) || binds(name) || name == "PORT" || strings.HasSuffix(name, "HTTP_PORT") || strings.HasSuffix(name, "SERVER_PORT")) {
				return true
			}
		}
	}
	return false
}

// servesAll reports whether a pod serves another port of a Service, which is then
// for several workloads on purpose.
func servesAll(svc *inventory.Object, pod *inventory.Pod) bool {
	ports := containerPorts(pod)
	return slices.ContainsFunc(ServicePorts(svc), func(port ServicePort) bool {
		return slices.Contains(ports, port.TargetPort) || port.TargetPort == "" && slices.Contains(ports, port.Port)
	})
}

// namedAfter reports whether a Service has the name of a workload, with or
// without a word that says what it is.
func namedAfter(service, workload string) bool {
	return withoutRole(service) == withoutRole(workload)
}

// withoutRole cuts off what only says that something is a Service or a workload.
func withoutRole(name string) string {
	for _, ending := range [...]string{"-service", "-svc", "-deployment", "-deploy", "-statefulset", "-sts"} {
		if stem, ok := strings.CutSuffix(name, ending); ok && stem != "" {
			return stem
		}
	}
	return name
}

// relatives reports whether two workloads are releases or parts of one: the name
// of one begins with that of the other, or one is called a release.
func relatives(a, b string) bool {
	a, b = withoutRole(a), withoutRole(b)
	return strings.HasPrefix(a, b+"-") || strings.HasPrefix(b, a+"-") || releases(a, b)
}

// releases reports whether one of two workloads is called a release.
func releases(a, b string) bool {
	a, b = withoutRole(a), withoutRole(b)
	for _, word := range [...]string{"blue", "green", "canary", "stable", "preview", "primary", "replica", "v1", "v2", "v3", "old", "new", "a", "b"} {
		if strings.HasSuffix(a, "-"+word) || strings.HasSuffix(b, "-"+word) {
			return true
		}
	}
	return false
}

func sameImages(a, b *inventory.Pod) bool {
	images := func(pod *inventory.Pod) []string {
		var names []string
		for _, c := range pod.Containers {
			if c.Type == inventory.AppContainer {
				name := yamlnode.GetString(c.Node, "image")
				name, _, _ = strings.Cut(name, "@")
				if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
					name = name[:colon]
				}
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	return slices.Equal(images(a), images(b))
}

// distinction is a label that one pod has and the other has not, as it would
// stand in a help.
func distinction(good, bad *inventory.Pod) string {
	for k, v := range yamlnode.Fields(good.Labels()) {
		if yamlnode.GetString(bad.Labels(), k.Value) != yamlnode.String(v) && !runtimeLabel(k.Value) {
			return fmt.Sprintf(", such as %s: %s", k.Value, yamlnode.String(v))
		}
	}
	return ""
}
