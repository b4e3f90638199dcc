package rules

import (
	"cmp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// injectors are the annotations and labels of pods, or of their namespaces, that ask
// a webhook for one more container, whose ports are not in the build.
var injectors = [...]string{
	"istio-injection", "istio.io/rev", // of namespaces
	"sidecar.istio.io/inject",             // https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
	"linkerd.io/inject",                   // https://linkerd.io/2/features/proxy-injection/
	"dapr.io/enabled",                     // https://docs.dapr.io/reference/arguments-annotations-overview/
	"sidecar.opentelemetry.io/inject",     // https://opentelemetry.io/docs/platforms/kubernetes/operator/
	"sidecar.jaegertracing.io/inject",     // https://www.jaegertracing.io/docs/1.76/deployment/kubernetes/
	"vault.hashicorp.com/agent-inject",    // https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations
	"consul.hashicorp.com/connect-inject", // https://developer.hashicorp.com/consul/docs/reference/k8s/annotation-label
	"consul.hashicorp.com/connect-service-upstreams",
	"marin3r.3scale.net/node-id",             // https://github.com/3scale-sre/marin3r#sidecar-injection-configuration
	"injector.tumblr.com/request",            // https://github.com/tumblr/k8s-sidecar-injector
	"kuma.io/sidecar-injection",              // https://kuma.io/docs/
	"openservicemesh.io/sidecar-injection",   // https://docs.openservicemesh.io/
	"sidecar.mesh.kruise.io/inject",          // https://openkruise.io/docs/user-manuals/sidecarset/
	"appmesh.k8s.aws/sidecarInjectorWebhook", // https://docs.aws.amazon.com/app-mesh/
	"marin3r.3scale.net/status",              // https://github.com/3scale-sre/marin3r#sidecar-injection-configuration
}

// asksFor reports whether the value of such an annotation turns it on.
func asksFor(value string) bool {
	return value != "" && value != "false" && value != "off" && !strings.HasPrefix(value, "disable")
}

// injected reports whether something may add a container to a pod when it is made.
func (b *Build) injected(pod *inventory.Pod) bool {
	annotations := yamlnode.Path(pod.Template, "metadata", "annotations")
	namespace := b.Inventory.Lookup(namespaceKind, "", pod.Namespace(), true, nil)
	for _, key := range injectors {
		own := cmp.Or(yamlnode.GetString(annotations, key), yamlnode.GetString(pod.Labels(), key))
		if own == "" && namespace != nil && namespace.Node != nil {
			own = cmp.Or(namespace.Annotation(key), namespace.Label(key))
		}
		if asksFor(own) {
			return true
		}
	}
	for _, said := range [...]*yaml.Node{annotations, pod.Labels()} {
		for key, value := range yamlnode.Fields(said) {
			// Every such webhook has a key of its own, and most of them say what for.
			_, name, _ := strings.Cut(strings.ToLower(key.Value), "/")
			if (strings.Contains(name, "inject") || strings.Contains(name, "sidecar")) && asksFor(yamlnode.String(value)) {
				return true
			}
		}
	}
	for _, set := range b.Inventory.OfKind(gk("apps.kruise.io/SidecarSet")) {
		ns := yamlnode.GetString(set.Node, "spec", "namespace")
		if inventory.SameNamespace(ns, pod.Namespace()) && LabelSelector(pod.Labels(), set.Get("spec", "selector")) {
			return true
		}
	}
	return false
}
