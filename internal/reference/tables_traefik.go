package reference

// traefikRows: https://doc.traefik.io/traefik/routing/providers/kubernetes-crd/
var traefikRows = []Row{
	{From: traefikRoutes, Path: "spec.routes[].services[].name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikRoutes, Path: "spec.routes[].services[].serversTransport", Parse: TraefikName, To: traefikTransports},
	{From: traefikTCP, Path: "spec.routes[].services[].name", Namespace: "namespace", Port: "port", To: "Service"},
	{From: traefikTCP, Path: "spec.routes[].services[].serversTransport", Parse: TraefikName, To: "traefik.io/ServersTransportTCP"},
	{From: traefikUDP, Path: "spec.routes[].services[].name", Namespace: "namespace", Port: "port", To: "Service"},
	{From: traefikRoutes, Path: "spec.routes[].middlewares[].name", Namespace: "namespace", Parse: TraefikName, To: traefikMiddlewares},
	{From: traefikTCP, Path: "spec.routes[].middlewares[].name", Namespace: "namespace", Parse: TraefikName, To: traefikMiddlewaresTCP},
	{From: traefikRoutes + "," + traefikTCP, Path: "spec.tls.secretName", To: "Secret"},
	{From: traefikRoutes + "," + traefikTCP, Path: "spec.tls.options.name", Namespace: "namespace", Parse: TraefikName, To: traefikTLSOptions},
	{From: traefikRoutes + "," + traefikTCP, Path: "spec.tls.store.name", Namespace: "namespace", Parse: TraefikName, To: traefikTLSStores},
	{From: traefikRoutes, Path: "spec.parentRefs[].name", Namespace: "namespace", To: "traefik.io/IngressRoute"},

	{From: traefikMiddlewares, Path: "spec.chain.middlewares[].name", Namespace: "namespace", Parse: TraefikName, To: traefikMiddlewares},
	{From: traefikMiddlewares, Path: "spec.errors.service.name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikMiddlewares, Path: "spec.basicAuth.secret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.digestAuth.secret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.forwardAuth.tls.caSecret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.forwardAuth.tls.certSecret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.forwardAuth.address", Parse: URL, To: "Service"},

	{From: traefikWeighted, Path: "spec.weighted.services[].name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikWeighted, Path: "spec.mirroring.name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikWeighted, Path: "spec.mirroring.mirrors[].name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikWeighted, Path: "spec.failover.service.name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikWeighted, Path: "spec.failover.fallback.name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikWeighted, Path: "spec.highestRandomWeight.services[].name", Kind: "kind", Namespace: "namespace", Port: "port", Parse: TraefikName, To: traefikServices},
	{From: traefikMiddlewares, Path: "spec.rateLimit.redis.secret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.rateLimit.redis.tls.caSecret", To: "Secret"},
	{From: traefikMiddlewares, Path: "spec.rateLimit.redis.tls.certSecret", To: "Secret"},
	{From: "traefik.io/ServersTransportTCP", Path: "spec.tls.rootCAsSecrets[]", To: "Secret"},
	{From: "traefik.io/ServersTransportTCP", Path: "spec.tls.certificatesSecrets[]", To: "Secret"},
	{From: "traefik.io/ServersTransportTCP", Path: "spec.tls.rootCAs[].secret", To: "Secret"},
	{From: "traefik.io/ServersTransportTCP", Path: "spec.tls.rootCAs[].configMap", To: "ConfigMap"},
	{From: traefikTransports, Path: "spec.rootCAsSecrets[]", To: "Secret"},
	{From: traefikTransports, Path: "spec.certificatesSecrets[]", To: "Secret"},
	{From: traefikTransports, Path: "spec.rootCAs[].secret", To: "Secret"},
	{From: traefikTransports, Path: "spec.rootCAs[].configMap", To: "ConfigMap"},
	{From: traefikTLSOptions, Path: "spec.clientAuth.secretNames[]", To: "Secret"},
	{From: traefikTLSStores, Path: "spec.defaultCertificate.secretName", To: "Secret"},
	{From: traefikTLSStores, Path: "spec.certificates[].secretName", To: "Secret"},

	{From: ingresses, Path: `metadata.annotations.traefik\.ingress\.kubernetes\.io/router\.middlewares`, Parse: TraefikList, To: traefikMiddlewares},
	{From: ingresses, Path: `metadata.annotations.traefik\.ingress\.kubernetes\.io/router\.tls\.options`, Parse: TraefikName, To: traefikTLSOptions},
	{From: "Service", Path: `metadata.annotations.traefik\.ingress\.kubernetes\.io/service\.serverstransport`, Parse: TraefikName, To: traefikTransports},
}

// Traefik's kinds live in two groups: traefik.io, and before it
// traefik.containo.us.
const (
	traefikRoutes         = "traefik.io/IngressRoute,traefik.containo.us/IngressRoute"
	traefikTCP            = "traefik.io/IngressRouteTCP,traefik.containo.us/IngressRouteTCP"
	traefikUDP            = "traefik.io/IngressRouteUDP,traefik.containo.us/IngressRouteUDP"
	traefikMiddlewares    = "traefik.io/Middleware,traefik.containo.us/Middleware"
	traefikMiddlewaresTCP = "traefik.io/MiddlewareTCP,traefik.containo.us/MiddlewareTCP"
	traefikTLSOptions     = "traefik.io/TLSOption,traefik.containo.us/TLSOption"
	traefikTLSStores      = "traefik.io/TLSStore,traefik.containo.us/TLSStore"
	traefikWeighted       = "traefik.io/TraefikService,traefik.containo.us/TraefikService"
	traefikTransports     = "traefik.io/ServersTransport,traefik.containo.us/ServersTransport"
	traefikServices       = "Service," + traefikWeighted
)
