package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func traefikRules() []*Rule { return []*Rule{traefikNameInvalid} }

// routerMiddlewares lists the middlewares of an Ingress.
const routerMiddlewares = "traefik.ingress.kubernetes.io/router.middlewares"

var traefikNameInvalid = &Rule{
	Name:     "traefik-name-invalid",
	Severity: finding.Error,
	Doc: "An Ingress names a Middleware of Traefik as no Middleware is called there: in the annotation names begin with the namespace and end with the provider, shop-auth@kubernetescrd. " +
		"Traefik says that the middleware does not exist, and answers 404 for the whole router. " +
		"It is a warning where the name might be that of a Middleware in another namespace, or of another provider, and the build has one that is called so.",
	URL: "https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/#on-ingress",
	Run: func(p *Pass) error {
		for _, kind := range gks("networking.k8s.io/Ingress", "extensions/Ingress") {
			for _, o := range p.Inventory.OfKind(kind) {
				for k, v := range yamlnode.Fields(o.Get("metadata", "annotations")) {
					if k.Value != routerMiddlewares {
						continue
					}
					for entry := range strings.SplitSeq(yamlnode.String(v), ",") {
						if entry = strings.TrimSpace(entry); entry == "" || reference.IsPlaceholder(entry) {
							continue
						}
						p.checkMiddlewareName(o, v, entry)
					}
				}
			}
		}
		return nil
	},
}

// checkMiddlewareName reports an entry of a list of middlewares.
func (p *Pass) checkMiddlewareName(o *inventory.Object, list *yaml.Node, entry string) {
	name, provider, qualified := strings.Cut(entry, "@")
	if qualified && provider != "kubernetescrd" || name == "" {
		return
	}
	opts := []Option{Help("in this annotation a Middleware is called namespace-name@kubernetescrd")}
	meant := p.middleware(name, o.Namespace)
	certain := qualified && !strings.Contains(name, "-") // there is no namespace in it
	if !certain {
		if meant == nil || prefixed(name, func(ns string) bool { return ns == o.Namespace || p.Inventory.HasNamespace(ns) }) {
			return
		}
		opts = append(opts, AtMost(finding.Warning))
	}
	if meant != nil && meant.Namespace != "" {
		full := meant.Namespace + "-" + name + "@kubernetescrd"
		opts = append(opts, DidYouMean(strings.Replace(list.Value, entry, full, 1)))
	}
	p.Report(o, list, fmt.Sprintf("no Middleware can be meant by %q", entry), opts...)
}

// middleware returns the Middleware of a name, that of a namespace first.
func (p *Pass) middleware(name, namespace string) (found *inventory.Object) {
	for _, kind := range gks("traefik.io/Middleware", "traefik.containo.us/Middleware") {
		for _, m := range p.Inventory.OfKind(kind) {
			if m.Name == name && (found == nil || m.Namespace == namespace) {
				found = m
			}
		}
	}
	return found
}

// prefixed reports whether a name begins with a namespace and a dash.
func prefixed(name string, isNamespace func(string) bool) bool {
	for i := range len(name) {
		if name[i] == '-' && isNamespace(name[:i]) {
			return true
		}
	}
	return false
}

// traefikCertificates are the Secrets with the certificates that Traefik has, each with the
// route that says so.
var traefikCertificates = NewFact(func(b *Build) map[*inventory.Object]*inventory.Object {
	found := map[*inventory.Object]*inventory.Object{}
	for _, kind := range gks("networking.k8s.io/Ingress", "traefik.io/IngressRoute", "traefik.containo.us/IngressRoute", "traefik.io/IngressRouteTCP", "traefik.containo.us/IngressRouteTCP", "traefik.io/TLSStore", "traefik.containo.us/TLSStore") {
		for _, o := range b.Inventory.OfKind(kind) {
			if !b.isTraefiks(o) {
				continue
			}
			for _, r := range b.refs.From(o) {
				if !strings.HasSuffix(r.Row.Path, ".secretName") {
					continue
				}
				if secret := b.resolve(r).Target; secret != nil && secret.Kind == "Secret" && inventory.SameNamespace(secret.Namespace, o.Namespace) {
					found[secret] = o
				}
			}
		}
	}
	return found
})

// traefikIsHere reports whether a build has something for Traefik.
var traefikIsHere = NewFact(func(b *Build) bool {
	for _, kind := range [...]string{"IngressRoute", "Middleware", "ServersTransport", "TLSOption", "TLSStore", "IngressRouteTCP"} {
		if len(b.Inventory.OfKind(gk("traefik.io/"+kind))) > 0 || len(b.Inventory.OfKind(gk("traefik.containo.us/"+kind))) > 0 {
			return true
		}
	}
	return false
})

// isTraefiks reports whether Traefik reads a route. An Ingress without a class is for the
// one controller that there is.
func (b *Build) isTraefiks(o *inventory.Object) bool {
	if strings.HasPrefix(o.Group, "traefik.") {
		return true
	}
	if class := ingressClass(o); class != "" {
		return strings.Contains(class, "traefik")
	}
	for key := range yamlnode.Fields(o.Annotations()) {
		if controller, _, ok := strings.Cut(key.Value, "/"); ok && strings.HasSuffix(controller, ".ingress.kubernetes.io") {
			return strings.HasPrefix(controller, "traefik.")
		}
	}
	return traefikIsHere.Of(b)
}

// traefikHas returns the route on account of which Traefik has the certificate that a route of
// another namespace names, nil if there is none or the certificate is for other hosts. It goes
// on without the Secret that a route names, and chooses a certificate by the host.
// https://doc.traefik.io/traefik/https/tls/#user-defined
func (b *Build) traefikHas(r *reference.Ref, secret *inventory.Object) *inventory.Object {
	if r.Row.Path != "spec.tls[].secretName" && r.Row.Path != "spec.tls.secretName" || !b.isTraefiks(r.From) {
		return nil
	}
	by := traefikCertificates.Of(b)[secret]
	if by == nil || secret.Producer == nil || secret.Producer.Kind != "Certificate" {
		return by
	}
	names := []string{yamlnode.GetString(secret.Producer.Node, "spec", "commonName")}
	for _, n := range yamlnode.Elements(secret.Producer.Get("spec", "dnsNames")) {
		names = append(names, yamlnode.String(n))
	}
	for _, host := range routedHosts(r) {
		_, domain, _ := strings.Cut(host, ".")
		if !slices.Contains(names, host) && !slices.Contains(names, "*."+domain) {
			return nil
		}
	}
	return by
}

var hostMatch = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`Host(?:SNI)?\(([^)]*)\)`) })

// routedHosts are the hosts that a route asks a certificate for.
func routedHosts(r *reference.Ref) []string {
	var hosts []string
	for _, n := range yamlnode.Elements(yamlnode.Get(r.Parent, "hosts")) {
		hosts = append(hosts, yamlnode.String(n))
	}
	for _, route := range yamlnode.Elements(r.From.Get("spec", "routes")) {
		for _, m := range hostMatch().FindAllStringSubmatch(yamlnode.GetString(route, "match"), -1) {
			for host := range strings.SplitSeq(m[1], ",") {
				hosts = append(hosts, strings.Trim(host, " `\"'"))
			}
		}
	}
	return hosts
}
