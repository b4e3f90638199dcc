package reference

// gatewayRows: https://gateway-api.sigs.k8s.io/reference/spec/
var gatewayRows = []Row{
	{From: gatewayAPI + "/Gateway", Path: "spec.gatewayClassName", To: gatewayAPI + "/GatewayClass"},
	{From: gatewayAPI + "/Gateway", Path: "spec.listeners[].tls.certificateRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Secret"},
	{From: gatewayAPI + "/Gateway," + gatewayX + "/XListenerSet", Path: "spec.listeners[].tls.frontendValidation.caCertificateRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "ConfigMap,Secret"},
	{From: gatewayAPI + "/Gateway", Path: "spec.tls.**.caCertificateRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "ConfigMap,Secret"},
	{From: gatewayAPI + "/Gateway", Path: "spec.backendTLS.clientCertificateRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Secret"},
	{From: gatewayAPI + "/Gateway", Path: "spec.tls.backend.clientCertificateRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Secret"},
	{From: gatewayAPI + "/Gateway", Path: "spec.infrastructure.parametersRef.name", Kind: "kind", Group: "group", To: "ConfigMap,gateway.envoyproxy.io/EnvoyProxy", Lenient: true},
	{From: gatewayAPI + "/GatewayClass", Path: "spec.parametersRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: "ConfigMap,gateway.envoyproxy.io/EnvoyProxy", Lenient: true},
	{From: gatewayAPI + "/ListenerSet," + gatewayX + "/XListenerSet", Path: "spec.parentRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: gatewayAPI + "/Gateway"},
	{From: gatewayAPI + "/ListenerSet," + gatewayX + "/XListenerSet", Path: "spec.listeners[].tls.certificateRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Secret"},

	{From: gatewayRoutes, Path: "spec.parentRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: gatewayAPI + "/Gateway,Service," + gatewayAPI + "/ListenerSet," + gatewayX + "/XListenerSet,networking.istio.io/ServiceEntry"},
	{From: gatewayRoutes, Path: "spec.rules[].backendRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: gatewayRoutes, Path: "spec.rules[].filters[].requestMirror.backendRef.name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: gatewayRoutes, Path: "spec.rules[].backendRefs[].filters[].requestMirror.backendRef.name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: gatewayAPI + "/HTTPRoute", Path: "spec.rules[].backendRefs[].filters[].externalAuth.backendRef.name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: gatewayRoutes, Path: "spec.rules[].filters[].externalAuth.backendRef.name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: gatewayRoutes, Path: "spec.rules[].filters[].extensionRef.name", Kind: "kind", Group: "group", To: routeFilters},
	{From: gatewayRoutes, Path: "spec.rules[].backendRefs[].filters[].extensionRef.name", Kind: "kind", Group: "group", To: routeFilters},

	{From: gatewayAPI + "/BackendTLSPolicy", Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: "Service"},
	{From: gatewayAPI + "/BackendTLSPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: "Service"},
	{From: gatewayAPI + "/BackendTLSPolicy", Path: "spec.validation.caCertificateRefs[].name", Kind: "kind", Group: "group", To: "ConfigMap,Secret"},
	{From: gatewayAPI + "/BackendLBPolicy," + gatewayX + "/XBackendTrafficPolicy", Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: "Service"},
	{From: gatewayAPI + "/ReferenceGrant", Path: "spec.to[].name", Kind: "kind", Group: "group", To: "Service,Secret,ConfigMap", Lenient: true},
	{From: gatewayAPI + "/ReferenceGrant", Path: "spec.from[].namespace", To: "Namespace", Guess: true},

	// Policies that implementations attach to Gateways and routes.
	{From: envoyGateway + "/SecurityPolicy," + envoyGateway + "/BackendTrafficPolicy," + envoyGateway + "/ClientTrafficPolicy," + envoyGateway + "/EnvoyExtensionPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: attachable, Siblings: true},
	{From: envoyGateway + "/SecurityPolicy," + envoyGateway + "/BackendTrafficPolicy," + envoyGateway + "/ClientTrafficPolicy," + envoyGateway + "/EnvoyExtensionPolicy", Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: attachable, Siblings: true},
	{From: envoyGateway + "/EnvoyPatchPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: gatewayAPI + "/Gateway," + gatewayAPI + "/GatewayClass"},
	{From: envoyGateway + "/SecurityPolicy", Path: "spec.basicAuth.users.name", Namespace: "namespace", To: "Secret", DefaultKey: ".htpasswd"},
	{From: envoyGateway + "/SecurityPolicy", Path: "spec.oidc.clientSecret.name", Namespace: "namespace", To: "Secret", DefaultKey: "client-secret"},
	{From: envoyGateway + "/SecurityPolicy", Path: "spec.apiKeyAuth.credentialRefs[].name", Namespace: "namespace", To: "Secret"},
	{From: envoyGateway + "/SecurityPolicy", Path: "spec.**.backendRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: envoyGateway + "/SecurityPolicy", Path: "spec.**.backendRef.name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: envoyGateway + "/EnvoyExtensionPolicy", Path: "spec.extProc[].backendRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: gatewayBackends},
	{From: envoyGateway + "/ClientTrafficPolicy", Path: "spec.tls.clientValidation.caCertificateRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Secret,ConfigMap"},
	{From: "networking.gke.io/HealthCheckPolicy,networking.gke.io/GCPBackendPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: "Service,net.gke.io/ServiceImport"},
	{From: "networking.gke.io/GCPGatewayPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", Namespace: "namespace", To: gatewayAPI + "/Gateway"},
	{From: "gateway.nginx.org/ClientSettingsPolicy,gateway.nginx.org/ObservabilityPolicy,gateway.nginx.org/UpstreamSettingsPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: attachable},
	{From: "gateway.nginx.org/ObservabilityPolicy,gateway.nginx.org/UpstreamSettingsPolicy", Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: attachable},
}

const (
	gatewayAPI    = "gateway.networking.k8s.io"
	gatewayX      = "gateway.networking.x-k8s.io"
	envoyGateway  = "gateway.envoyproxy.io"
	gatewayRoutes = gatewayAPI + "/HTTPRoute," + gatewayAPI + "/GRPCRoute," + gatewayAPI + "/TLSRoute," + gatewayAPI + "/TCPRoute," + gatewayAPI + "/UDPRoute"
	// gatewayBackends are what a route may send requests to.
	gatewayBackends = "Service,multicluster.x-k8s.io/ServiceImport,net.gke.io/ServiceImport," + envoyGateway + "/Backend,inference.networking.k8s.io/InferencePool,inference.networking.x-k8s.io/InferencePool,networking.istio.io/Hostname"
	routeFilters    = "traefik.io/Middleware," + envoyGateway + "/HTTPRouteFilter,gateway.nginx.org/SnippetsFilter,konghq.com/KongPlugin"
	attachable      = gatewayAPI + "/Gateway," + gatewayAPI + "/HTTPRoute," + gatewayAPI + "/GRPCRoute," + gatewayAPI + "/TLSRoute," + gatewayAPI + "/TCPRoute," + gatewayAPI + "/UDPRoute,Service"
)
