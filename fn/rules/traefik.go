package rules

import (
	"fmt"
	"strings"

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
