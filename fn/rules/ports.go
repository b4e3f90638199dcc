package rules

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func portRules() []*Rule {
	return []*Rule{containerPortNotFound, targetPortNotFound, servicePortNotFound, nodePortCollision}
}

// probeFields are where a container names one of its own ports:
// https://kubernetes.io/docs/concepts/workloads/pods/probes/
var probeFields = [][]string{
	{"livenessProbe", "httpGet", "port"}, {"livenessProbe", "tcpSocket", "port"}, {"livenessProbe", "grpc", "port"},
	{"readinessProbe", "httpGet", "port"}, {"readinessProbe", "tcpSocket", "port"}, {"readinessProbe", "grpc", "port"},
	{"startupProbe", "httpGet", "port"}, {"startupProbe", "tcpSocket", "port"}, {"startupProbe", "grpc", "port"},
	{"lifecycle", "postStart", "httpGet", "port"}, {"lifecycle", "postStart", "tcpSocket", "port"},
	{"lifecycle", "preStop", "httpGet", "port"}, {"lifecycle", "preStop", "tcpSocket", "port"},
}

var containerPortNotFound = &Rule{
	Name:     "container-port-not-found",
	Severity: finding.Error,
	Doc: "A probe or lifecycle hook names a port that its container does not have. " +
		"The kubelet cannot run the probe, so the container never becomes ready or is restarted again and again. " +
		"Pods to which a webhook adds a container, as a service mesh's, may have it from there. " +
		"A container may listen on a number without declaring it, so numbers are left alone, but for one: " +
		"where the container declares a port one digit away, and nothing else in the build has the number, it is a warning.",
	URL: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			for _, field := range probeFields {
				n := yamlnode.Path(c.Node, field...)
				name := yamlnode.String(n)
				if isNumber(name) {
					if field[0] == "lifecycle" {
						continue // such a hook commonly calls another container of the pod
					}
					p.checkPortNumber(o, n, fmt.Sprintf("container %q does not declare port %s", c.Name, name), []*inventory.Pod{c.Pod}, []*inventory.Container{c}, false)
					continue
				}
				if name == "" || reference.IsPlaceholder(name) {
					continue
				}
				names := portNames(c)
				if slices.Contains(names, name) {
					continue
				}
				message := fmt.Sprintf("container %q has no port named %q", c.Name, name)
				near := nearest(name, names)
				p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its named ports", names)))
			}
		})
		return nil
	},
}

// eachContainer calls f for every container of every pod.
func (b *Build) eachContainer(f func(*inventory.Object, *inventory.Container)) {
	for _, pod := range workloads.Of(b) {
		for _, c := range pod.Containers {
			f(pod.Owner, c)
		}
	}
}

func portNames(c *inventory.Container) []string {
	var names []string
	for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
		if name := yamlnode.GetString(port, "name"); name != "" {
			names = append(names, name)
		}
	}
	return append(names, addedPorts(c.Pod)...)
}

// addedPorts are the names of ports that a controller gives to the pods it makes:
// https://knative.dev/docs/serving/services/configure-probing/ and
// https://github.com/knative/serving/blob/main/pkg/apis/serving/v1/revision_defaults.go
func addedPorts(pod *inventory.Pod) []string {
	if pod.Owner.Group != "serving.knative.dev" {
		return nil
	}
	return []string{"user-port", "queue-port", "http-queueadm", "http-autometric", "http-usermetric", "https-port"}
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

var targetPortNotFound = &Rule{
	Name:     "target-port-not-found",
	Severity: finding.Error,
	Doc: "A Service's targetPort names a port that none of the pods it selects has. " +
		"The Service gets no endpoints for that port and connections are refused. " +
		"A container may listen on a number without declaring it, so numbers are left alone, but for one: " +
		"where the pods declare a port one digit away, and nothing else in the build has the number, it is a warning. " +
		"So it is where the image is one whose server listens elsewhere (nginx, postgres, grafana …), and no argument, variable or file tells it otherwise. " +
		"Check makes a note of it where another file above or below has such pods with the port.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
	Run: func(p *Pass) error {
		for _, svc := range p.Inventory.OfKind(gk("Service")) {
			if svc.Node == nil {
				continue
			}
			pods := p.SelectedPods(svc)
			if len(pods) == 0 || slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return pod.Partial }) {
				continue
			}
			var names []string
			var containers []*inventory.Container
			for _, pod := range pods {
				containers = append(containers, pod.Containers...)
				for _, c := range pod.Containers {
					names = append(names, portNames(c)...)
				}
			}
			ports := choose(names)
			listed := sync.OnceValue(func() string {
				return listOf("the named ports there", slices.Compact(slices.Sorted(slices.Values(names))))
			})
			for _, port := range yamlnode.Elements(svc.Get("spec", "ports")) {
				n := yamlnode.Get(port, "targetPort")
				name := yamlnode.String(n)
				if p.leadsPast(svc, cmp.Or(n, yamlnode.Get(port, "port")), pods) {
					continue
				}
				if isNumber(name) {
					p.checkPortNumber(svc, n, fmt.Sprintf("no container behind Service %q declares port %s", svc.Name, name), pods, containers, true)
					continue
				}
				if name == "" || reference.IsPlaceholder(name) || ports.has(name) {
					continue
				}
				message := fmt.Sprintf("no container behind Service %q has a port named %q", svc.Name, name)
				near := ports.nearest(name)
				unusedFirst(near, name, func(other string) bool {
					return slices.ContainsFunc(pods, func(pod *inventory.Pod) bool { return targetedPorts.Of(p.Build)[podPort{pod, other}] > 0 })
				})
				if (len(near) == 0 || !suggest.Close(name, near[0])) && slices.ContainsFunc(pods, p.injected) {
					continue // the port may be that container's
				}
				p.Report(svc, n, message, DidYouMean(near...), lacksPods(svc.Get("spec", "selector"), name, pods),
					Help("it selects %s; %s; until they agree this port has no endpoints, and requests to it end in 502 or 503", podOwners(pods), listed()))
			}
		}
		return nil
	},
}

// unusedFirst puts the second of two names that are as near to a name in front where
// only the first of them has its use already.
func unusedFirst(near []string, name string, used func(string) bool) {
	if len(near) > 1 && suggest.Close(name, near[1]) && suggest.Distance(name, near[0]) == suggest.Distance(name, near[1]) && used(near[0]) && !used(near[1]) {
		near[0], near[1] = near[1], near[0]
	}
}

// checkPortNumber reports a number that none of the pods declares, where exactly
// one that the containers declare is one edit away. What else has the number
// speaks for it: another field of the pods, a file that they mount, a Service
// port. The targetPort of a Service is also left alone where another one leads
// to the declared port: this is then one more port than the declared ones.
func (p *Pass) checkPortNumber(o *inventory.Object, n *yaml.Node, message string, pods []*inventory.Pod, containers []*inventory.Container, target bool) {
	targeted, own := targetedPorts.Of(p.Build), 0
	if target {
		if own = 1; allElsewhere(o, containers) || slices.ContainsFunc(containers, saysNoPort) {
			return
		}
	}
	if slices.ContainsFunc(pods, isBuilt) {
		return
	}
	var near []string
	for _, c := range containers {
		if listensUndeclared(c, n.Value) {
			return
		}
		for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
			number := yamlnode.GetString(port, "containerPort")
			if number == n.Value {
				return
			}
			if isNumber(number) && suggest.Distance(number, n.Value) == 1 && !slices.Contains(near, number) {
				if target && usualPort(c) == n.Value && slices.ContainsFunc(ServicePorts(o), func(p ServicePort) bool { return p.Port == number }) {
					continue // that of the Service is declared, and the server has its usual one
				}
				if target && targeted[podPort{c.Pod, number}]+targeted[podPort{c.Pod, yamlnode.GetString(port, "name")}] > 0 {
					continue
				}
				near = append(near, number)
			}
		}
	}
	if len(near) != 1 {
		return
	}
	for _, pod := range pods {
		if pod.Partial || targeted[podPort{pod, n.Value}] > own || mentions(pod.Spec, n.Value, n, 0) || p.configures(pod, n.Value, nil) {
			return
		}
	}
	p.Report(o, n, message, AtMost(finding.Warning), DidYouMeanAs("%s", near...), Says(finding.About{What: undeclaredPort, Name: n.Value}),
		Help("if something does listen on %s, declare it under the container's ports", n.Value))
}

// saysNoPort reports whether a container of a workload declares no port, whichever it
// listens on.
func saysNoPort(c *inventory.Container) bool {
	return c.Type == inventory.AppContainer && yamlnode.Get(c.Node, "ports") == nil
}

const undeclaredPort = "a port that no container declares"

// UndeclaredPort returns the number that a finding says no container declares.
func UndeclaredPort(f *finding.Finding) (number string, ok bool) {
	said := f.Said()
	return said.Name, said.What == undeclaredPort
}

// isBuilt reports whether the image of a pod comes of an image stream, as that of a
// BuildConfig does: it need not listen where the one does that it was made of.
// https://docs.openshift.com/container-platform/latest/openshift_images/triggering-updates-on-imagestream-changes.html
func isBuilt(pod *inventory.Pod) bool {
	return pod.Owner.Annotation("image.openshift.io/triggers") != "" || slices.ContainsFunc(pod.Containers, func(c *inventory.Container) bool {
		image := yamlnode.Get(c.Node, "image")
		return image != nil && strings.TrimSpace(yamlnode.String(image)) == ""
	}) || pod.Owner.Group == "apps.openshift.io" && slices.ContainsFunc(yamlnode.Elements(pod.Owner.Get("spec", "triggers")), func(n *yaml.Node) bool { return yamlnode.GetString(n, "type") == "ImageChange" })
}

// allElsewhere reports whether a Service has several numbers and its pods declare none of
// them: then what they declare is of something else, and no slip in one of the numbers.
func allElsewhere(svc *inventory.Object, containers []*inventory.Container) bool {
	ports := ServicePorts(svc)
	return len(ports) > 1 && !slices.ContainsFunc(ports, func(p ServicePort) bool {
		target := cmp.Or(p.TargetPort, p.Port)
		return !isNumber(target) || slices.ContainsFunc(containers, func(c *inventory.Container) bool {
			return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "ports")), func(n *yaml.Node) bool { return yamlnode.GetString(n, "containerPort") == target })
		})
	})
}

// listening are the ports of images whose servers listen there unless they are told
// otherwise, by arguments, variables or files: https://hub.docker.com/_/nginx and so on.
// The one that a Service is meant for is first.
var listening = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(`library/nginx 80
		library/httpd 80
		library/adminer 8080
		library/phpmyadmin 80
		library/mongo-express 8081
		library/redis 6379
		library/memcached 11211
		library/postgres 5432
		library/mysql 3306 33060
		library/mariadb 3306
		library/mongo 27017
		library/rabbitmq 5672 15672 5671 15671 15692 25672 4369 1883 15675 61613 5552
		library/elasticsearch 9200 9300
		library/kibana 5601
		library/ghost 2368
		library/zookeeper 2181 2888 3888 8080
		grafana/grafana 3000
		prom/prometheus 9090
		prom/alertmanager 9093 9094
		nginxinc/nginx-unprivileged 8080
		containous/whoami 80
		traefik/whoami 80`) {
		words := strings.Fields(line)
		m[words[0]] = words[1:]
	}
	return m
})

// leadsPast reports a Service's number that the server behind it does not listen on: its
// image is one of those whose ports are known, the container declares none but these, and
// nothing tells the server of another.
func (p *Pass) leadsPast(svc *inventory.Object, n *yaml.Node, pods []*inventory.Pod) (reported bool) {
	want := yamlnode.String(n)
	if !isNumber(want) || yamlnode.GetString(svc.Node, "spec", "clusterIP") == "None" {
		return false
	}
	meant, image := "", ""
	for _, pod := range pods {
		if len(pod.Containers) != 1 || p.injected(pod) || mentions(pod.Spec, want, n, 0) {
			return false
		}
		c := pod.Containers[0]
		img, ok := normalize.ParseImage(yamlnode.GetString(c.Node, "image"))
		known := listening()[img.Repository]
		if !ok || img.Registry != "docker.io" || known == nil || slices.Contains(known, want) || yamlnode.Get(c.Node, "command") != nil || yamlnode.Get(c.Node, "args") != nil || yamlnode.Get(c.Node, "envFrom") != nil {
			return false
		}
		for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
			if !slices.Contains(known, yamlnode.GetString(port, "containerPort")) {
				return false
			}
		}
		for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
			if yamlnode.Get(v, "persistentVolumeClaim") == nil && yamlnode.Get(v, "emptyDir") == nil {
				return false // it may have a configuration in it
			}
		}
		if !slices.Contains(officialData, img.Repository) && len(yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts"))) > 0 {
			return false
		}
		meant, image = known[0], path.Base(img.Repository)
	}
	p.Report(svc, n, fmt.Sprintf("nothing behind Service %q listens on port %s: %s runs %s, which is not told to listen anywhere but on %s", svc.Name, want, podOwners(pods), image, meant), AtMost(finding.Warning), DidYouMeanAs("%s", meant),
		Help("until they agree connections are refused"))
	return true
}

// officialData are those of the images with a volume for data, which configures nothing.
var officialData = []string{
	"library/redis", "library/postgres", "library/mysql", "library/mariadb", "library/mongo", "library/rabbitmq", "library/elasticsearch", "library/ghost", "library/zookeeper",
	"grafana/grafana", "prom/prometheus", "prom/alertmanager",
}

// undeclaredPorts are ports that programs listen on by default beside those that
// their containers declare.
var undeclaredPorts = []struct{ program, port string }{
	{"istio-proxy", "15021"},                 // https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
	{"manager", "9443"}, {"webhook", "9443"}, // https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/webhook#Options
	{"manager", "8081"}, {"operator", "8081"}, {"controller", "8081"}, // health, as kubebuilder and operator-sdk write it
	// https://www.jaegertracing.io/docs/1.76/deployment/#service-ports-for-health-and-admin
	{"jaeger-query", "16687"}, {"jaeger-collector", "14269"}, {"jaeger-agent", "14271"},
	// https://docs.prow.k8s.io/docs/components/: the port of health is not that of the service
	{"boskos", "8081"}, {"hook", "8081"}, {"deck", "8081"}, {"tide", "8081"}, {"crier", "8081"}, {"sinker", "8081"}, {"horologium", "8081"},
	{"haproxy-ingress", "1042"}, {"kubernetes-ingress", "1042"}, // health: https://github.com/haproxytech/kubernetes-ingress/blob/master/deploy/haproxy-ingress.yaml
	{"kube-state-metrics", "8081"}, // https://github.com/kubernetes/kube-state-metrics/blob/main/docs/developer/cli-arguments.md
}

// portsOfOwners are ports that the images of somebody listen on, whichever they are of.
// https://github.com/jlesage/docker-baseimage-gui#ports
// https://github.com/linuxserver/docker-baseimage-kasmvnc
var portsOfOwners = []struct{ owner, port string }{{"jlesage", "5800"}, {"jlesage", "5900"}, {"linuxserver", "3000"}, {"linuxserver", "3001"}}

// listensUndeclared reports whether a container is one of those programs, by its
// name or its image's or by the last word of them, or of one of those owners, or a controller whose webhooks have
// their usual port and their usual folder of certificates:
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/webhook#Options
func listensUndeclared(c *inventory.Container, port string) bool {
	if port == "9443" && slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")), func(n *yaml.Node) bool {
		return strings.Contains(yamlnode.GetString(n, "mountPath"), "k8s-webhook-server")
	}) {
		return true
	}
	owner := path.Base(path.Dir(yamlnode.GetString(c.Node, "image")))
	for _, o := range portsOfOwners {
		if o.owner == owner && o.port == port {
			return true
		}
	}
	image, _, _ := strings.Cut(path.Base(yamlnode.GetString(c.Node, "image")), ":")
	return slices.ContainsFunc(undeclaredPorts, func(u struct{ program, port string }) bool {
		return u.port == port && (c.Name == u.program || image == u.program || strings.HasSuffix(c.Name, "-"+u.program) || strings.HasSuffix(image, "-"+u.program))
	})
}

// usualPort is the port that the server of data in a container listens on, unless it is
// told otherwise; "" if it is none.
func usualPort(c *inventory.Container) string {
	if e, ok := engine.ByImage(yamlnode.GetString(c.Node, "image")); ok && e.Port != 0 {
		return strconv.Itoa(e.Port)
	}
	return ""
}

// podPort is a port, by number or name, of a pod.
type podPort struct {
	pod  *inventory.Pod
	port string
}

// targetedPorts counts the Service ports that lead to a port.
var targetedPorts = NewFact(func(b *Build) map[podPort]int {
	targeted := map[podPort]int{}
	for _, svc := range b.Inventory.OfKind(gk("Service")) {
		if svc.Node == nil {
			continue
		}
		for _, port := range ServicePorts(svc) {
			for _, pod := range b.SelectedPods(svc) {
				if to := cmp.Or(port.TargetPort, port.Port); to != "" {
					targeted[podPort{pod, to}]++
				}
			}
		}
	}
	return targeted
})

// podOwners names the workloads of pods: "Deployment web, StatefulSet db".
func podOwners(pods []*inventory.Pod) string {
	var names []string
	for _, pod := range pods {
		if s := pod.Owner.Kind + " " + pod.Owner.Name; !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", len(names)-3))
	}
	return strings.Join(names, ", ")
}

var servicePortNotFound = &Rule{
	Name:     "service-port-not-found",
	Severity: finding.Error,
	Doc: "An Ingress, route, webhook or connection asks for a port that the Service does not have. " +
		"The backend stays empty: requests end in 502 or 503, and a webhook call fails. " +
		"ExternalName Services are left alone: their ports mean nothing. " +
		"It is a warning where the two are in folders of a repository that nothing else connects, and where an Ingress names the number of the targetPort, which ingress-nginx takes as well; where its class is of that, it is a note.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
	Run: func(p *Pass) error {
		for _, r := range p.refs.To(gk("Service")) {
			if r.Port == nil {
				continue
			}
			res := p.resolve(r)
			if res.Status != reference.Found || res.Target == nil || res.Target.Node == nil {
				continue
			}
			if want := yamlnode.String(r.Port); want != "" && !TakesPort(res.Target, want) && !(routesToPods(r.From) && p.havePort(res.Target, want)) {
				var opts []Option
				if severity := takesTarget(r.From, res.Target, want); severity < finding.Error {
					opts = append(opts, AtMost(severity), Help("ingress-nginx takes the targetPort of a Service as well; other controllers want its port"))
				}
				if p.apart(r.From, res.Target) {
					opts = append(opts, AtMost(finding.Warning))
				}
				p.reportPort(r.From, r.Port, res.Target, want, ServicePorts(res.Target), strings.HasSuffix(r.Row.Port, "|port.name"), opts...)
			}
		}
		return nil
	},
}

// routesToPods reports whether the controller of an Ingress sends requests to the port
// of the pods that it names, whatever the Service's is:
// https://github.com/apache/shenyu/blob/master/shenyu-examples/shenyu-examples-dubbo/shenyu-examples-apache-dubbo-service/k8s/ingress.yml
func routesToPods(o *inventory.Object) bool {
	return o.Kind == "Ingress" && strings.HasPrefix(ingressClass(o), "shenyu")
}

// takesTarget is how bad a number of an Ingress is that a Service has as a targetPort only:
// ingress-nginx takes that too, and other controllers do not. Where another one is named it is
// an error.
// https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/controller.go, serviceEndpoints
func takesTarget(o, svc *inventory.Object, port string) finding.Severity {
	if o.Kind != "Ingress" || !isNumber(port) || !slices.ContainsFunc(ServicePorts(svc), func(p ServicePort) bool { return p.TargetPort == port }) {
		return finding.Error
	}
	class := ingressClass(o)
	if strings.Contains(class, "nginx") {
		return finding.Note
	}
	if class == "" || slices.ContainsFunc(unsaidControllers, func(word string) bool { return strings.Contains(class, word) }) {
		return finding.Warning
	}
	return finding.Error
}

// unsaidControllers are words of classes that say nothing of a controller.
var unsaidControllers = []string{"default", "public", "private", "internal", "external"}

// havePort reports whether the pods of a Service declare a port, or it leads to that.
func (b *Build) havePort(svc *inventory.Object, port string) bool {
	return slices.ContainsFunc(ServicePorts(svc), func(p ServicePort) bool { return p.TargetPort == port }) ||
		slices.ContainsFunc(b.SelectedPods(svc), func(pod *inventory.Pod) bool {
			return slices.ContainsFunc(pod.Containers, func(c *inventory.Container) bool {
				return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "ports")), func(n *yaml.Node) bool {
					return yamlnode.GetString(n, "containerPort") == port
				})
			})
		})
}

// apart reports whether nothing but one name says that two resources are applied
// together: their files are in different folders of the one that is checked, as
// several demonstrations in one repository are, nothing in the one folder refers to
// something in the other that is as it is asked for, and neither says a namespace.
func (b *Build) apart(x, y *inventory.Object) bool {
	of, to := outermost(x.File), outermost(y.File)
	return of != to && of != "" && to != "" && x.Namespace == "" && y.Namespace == "" && !neighbours.Of(b)[[2]string{of, to}]
}

// outermost is the first folder in the path of a file, "" if there is none.
func outermost(file string) string {
	folder, _, ok := strings.Cut(path.Clean(filepath.ToSlash(file)), "/")
	if !ok || folder == ".." {
		return ""
	}
	return folder
}

// neighbours are the folders between which references resolve.
var neighbours = NewFact(func(b *Build) map[[2]string]bool {
	pairs := map[[2]string]bool{}
	for _, r := range b.refs.All {
		of := outermost(r.From.File)
		if of == "" {
			continue
		}
		t := b.resolve(r).Target
		if t == nil || t.Node == nil || r.Port != nil && !TakesPort(t, yamlnode.String(r.Port)) {
			continue
		}
		if to := outermost(t.File); to != "" && to != of {
			pairs[[2]string{of, to}], pairs[[2]string{to, of}] = true, true
		}
	}
	return pairs
})

// ServicePort is one port of a Service.
type ServicePort struct {
	Name, Port, TargetPort, Protocol, AppProtocol string
	Node                                          *yaml.Node
}

// ServicePorts returns the ports of a Service.
func ServicePorts(svc *inventory.Object) []ServicePort {
	var ports []ServicePort
	for _, n := range yamlnode.Elements(svc.Get("spec", "ports")) {
		n = yamlnode.Resolve(n)
		ports = append(ports, ServicePort{
			Name:        yamlnode.GetString(n, "name"),
			Port:        yamlnode.GetString(n, "port"),
			TargetPort:  yamlnode.GetString(n, "targetPort"),
			Protocol:    yamlnode.GetString(n, "protocol"),
			AppProtocol: yamlnode.GetString(n, "appProtocol"),
			Node:        n,
		})
	}
	return ports
}

// TakesPort reports whether a Service may be asked for a port, by number or by
// name. One without ports, or of type ExternalName, takes any.
func TakesPort(svc *inventory.Object, want string) bool {
	ports := ServicePorts(svc)
	return len(ports) == 0 || yamlnode.GetString(svc.Node, "spec", "type") == "ExternalName" || slices.ContainsFunc(ports, func(p ServicePort) bool {
		return p.Port == want || p.Name == want || reference.IsPlaceholder(p.Port)
	})
}

// reportPort reports a port that a Service does not have. Where fields are split, a
// name stands in one of them and a number in another, so that neither takes the place
// of the other.
func (p *Pass) reportPort(o *inventory.Object, n *yaml.Node, svc *inventory.Object, want string, ports []ServicePort, split bool, opts ...Option) {
	var names, texts []string
	for _, port := range ports {
		text := port.Port
		if port.Name != "" {
			text += " (" + port.Name + ")"
			names = append(names, port.Name)
		}
		names = append(names, port.Port)
		texts = append(texts, text)
	}
	near := nearest(want, names)
	if isNumber(want) {
		near = nearestNumbers(want, names)
	}
	if len(near) == 0 && len(ports) == 1 {
		near = []string{ports[0].Port}
		if !isNumber(want) && ports[0].Name != "" {
			near = []string{ports[0].Name}
		}
	}
	message := fmt.Sprintf("Service %q has no port %s", svc.Name, want)
	opts = append(opts, Says(finding.About{Name: want}))
	if split && !isNumber(want) && len(near) > 0 && isNumber(near[0]) {
		p.Report(o, n, message, append(opts, Help("its ports are: %s; write number: %s in the place of the name", someOf(texts), near[0]))...)
		return
	}
	p.Report(o, n, message, append([]Option{DidYouMeanAs("%s", near...), Help("its ports are: %s", someOf(texts))}, opts...)...)
}

// nearestNumbers returns the numbers that are at most two edits from want, and
// less than all its digits, the nearest first.
func nearestNumbers(want string, numbers []string) []string {
	edits := func(s string) int { return suggest.Distance(want, s) }
	var near []string
	for _, s := range numbers {
		if isNumber(s) && edits(s) <= min(2, len(want)-1) && !slices.Contains(near, s) {
			near = append(near, s)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Or(edits(a)-edits(b), strings.Compare(a, b)) })
	return near[:min(3, len(near))]
}

var nodePortCollision = &Rule{
	Name:     "node-port-collision",
	Severity: finding.Error,
	Doc: "Two Services ask for the same nodePort. " +
		"The API server accepts the first and rejects the second, whatever the protocols; within one Service two protocols may share a nodePort. " +
		"It is a note for Services in two files, which may be alternatives.",
	URL: "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
	Run: func(p *Pass) error {
		first := map[string]*inventory.Object{}
		services := slices.Clone(p.Inventory.OfKind(gk("Service")))
		slices.SortStableFunc(services, compareObjects) // which one is reported does not depend on the order of files
		for _, svc := range services {
			if svc.Node == nil {
				continue
			}
			for _, port := range yamlnode.Elements(svc.Get("spec", "ports")) {
				n := yamlnode.Get(port, "nodePort")
				number := yamlnode.String(n)
				if number == "" || number == "0" || !isNumber(number) {
					continue
				}
				other := first[number]
				if other == nil {
					first[number] = svc
					continue
				}
				if other.Resource() == svc.Resource() {
					continue
				}
				severity := finding.Error
				if other.File != svc.File {
					severity = finding.Note
				}
				p.Report(svc, n, fmt.Sprintf("nodePort %s is taken by %s", number, other), AtMost(severity),
					Help("give one of them another port between 30000 and 32767, or none to let the cluster choose"))
			}
		}
		return nil
	},
}
