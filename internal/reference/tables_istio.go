package reference

// istioRows: https://istio.io/latest/docs/reference/config/networking/
var istioRows = []Row{
	{From: istio + "/VirtualService", Path: "spec.gateways[]", Parse: NamespaceName, To: istio + "/Gateway", Siblings: true},
	{From: istio + "/VirtualService", Path: "spec.http[].match[].gateways[]", Parse: NamespaceName, To: istio + "/Gateway"},
	{From: istio + "/VirtualService", Path: "spec.tls[].match[].gateways[]", Parse: NamespaceName, To: istio + "/Gateway"},
	{From: istio + "/VirtualService", Path: "spec.tcp[].match[].gateways[]", Parse: NamespaceName, To: istio + "/Gateway"},
	{From: istio + "/VirtualService", Path: "spec.hosts[]", Parse: Host, To: istioHosts, Lenient: true},
	{From: istio + "/VirtualService", Path: "spec.http[].route[].destination.host", Parse: Host, Port: "port.number", To: istioHosts},
	{From: istio + "/VirtualService", Path: "spec.http[].mirror.host", Parse: Host, Port: "port.number", To: istioHosts},
	{From: istio + "/VirtualService", Path: "spec.http[].mirrors[].destination.host", Parse: Host, Port: "port.number", To: istioHosts},
	{From: istio + "/VirtualService", Path: "spec.tls[].route[].destination.host", Parse: Host, Port: "port.number", To: istioHosts},
	{From: istio + "/VirtualService", Path: "spec.tcp[].route[].destination.host", Parse: Host, Port: "port.number", To: istioHosts},
	{From: istio + "/VirtualService", Path: "spec.http[].delegate.name", Namespace: "namespace", To: istio + "/VirtualService"},

	{From: istio + "/DestinationRule", Path: "spec.host", Parse: Host, To: istioHosts, Lenient: true, Siblings: true},
	{From: istio + "/DestinationRule", Path: "spec.trafficPolicy.tls.credentialName", InNamespace: "*", To: "Secret", Lenient: true},
	{From: istio + "/DestinationRule", Path: "spec.trafficPolicy.portLevelSettings[].tls.credentialName", InNamespace: "*", To: "Secret", Lenient: true},
	{From: istio + "/DestinationRule", Path: "spec.subsets[].trafficPolicy.tls.credentialName", InNamespace: "*", To: "Secret", Lenient: true},

	// The Secret is looked up where the gateway's pods run, not the Gateway.
	{From: istio + "/Gateway", Path: "spec.servers[].tls.credentialName", Parse: NamespaceName, InNamespace: "*", To: "Secret", Lenient: true},
	{From: istio + "/Gateway", Path: "spec.servers[].tls.credentialNames[]", Parse: NamespaceName, InNamespace: "*", To: "Secret", Lenient: true},
	{From: istio + "/ServiceEntry", Path: "spec.endpoints[].address", Parse: Host, To: "Service", Lenient: true},
	{From: istio + "/ServiceEntry", Path: "spec.endpoints[].serviceAccount", To: "ServiceAccount"},
	{From: istio + "/WorkloadEntry", Path: "spec.serviceAccount", To: "ServiceAccount"},
	{From: istio + "/WorkloadGroup", Path: "spec.template.serviceAccount", To: "ServiceAccount"},
	{From: istio + "/EnvoyFilter", Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: istioTargets},

	{From: istioPolicies, Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: istioTargets},
	{From: istioPolicies, Path: "spec.targetRefs[].name", Kind: "kind", Group: "group", To: istioTargets},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.principals[]", Parse: Principal, To: "ServiceAccount", Lenient: true},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.notPrincipals[]", Parse: Principal, To: "ServiceAccount", Lenient: true},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.serviceAccounts[]", Parse: NamespaceName, To: "ServiceAccount", Lenient: true},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.notServiceAccounts[]", Parse: NamespaceName, To: "ServiceAccount", Lenient: true},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.namespaces[]", To: "Namespace", Guess: true},
	{From: istioSecurity + "/AuthorizationPolicy", Path: "spec.rules[].from[].source.notNamespaces[]", To: "Namespace", Guess: true},
	{From: istioSecurity + "/RequestAuthentication", Path: "spec.jwtRules[].jwksUri", Parse: URL, To: "Service", Lenient: true},
	{From: "extensions.istio.io/WasmPlugin", Path: "spec.imagePullSecret", To: "Secret"},
	{From: "extensions.istio.io/TrafficExtension", Path: "spec.wasm.imagePullSecret", To: "Secret"},
}

const (
	istio         = "networking.istio.io"
	istioSecurity = "security.istio.io"
	// istioHosts are what a host in the mesh may be; a Hostname is what a
	// ServiceEntry adds to it.
	istioHosts    = "Service," + istio + "/Hostname"
	istioPolicies = istioSecurity + "/AuthorizationPolicy," + istioSecurity + "/RequestAuthentication,telemetry.istio.io/Telemetry,extensions.istio.io/WasmPlugin,extensions.istio.io/TrafficExtension"
	istioTargets  = gatewayAPI + "/Gateway,Service," + istio + "/ServiceEntry," + gatewayAPI + "/GatewayClass"
)

// meshRows are the references of Linkerd, Cilium and SMI.
var meshRows = []Row{
	// https://linkerd.io/2/reference/service-profiles/: the name is the host.
	{From: "linkerd.io/ServiceProfile", Path: "metadata.name", Parse: Host, To: "Service", Lenient: true},
	{From: "linkerd.io/ServiceProfile", Path: "spec.dstOverrides[].authority", Parse: URL, To: "Service"},
	// https://linkerd.io/2/reference/authorization-policy/
	{From: linkerdPolicy + "/AuthorizationPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: linkerdPolicy + "/Server," + linkerdPolicy + "/HTTPRoute," + gatewayAPI + "/HTTPRoute,Namespace"},
	{From: linkerdPolicy + "/AuthorizationPolicy", Path: "spec.requiredAuthenticationRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: linkerdPolicy + "/MeshTLSAuthentication," + linkerdPolicy + "/NetworkAuthentication,ServiceAccount"},
	{From: linkerdPolicy + "/ServerAuthorization", Path: "spec.server.name", To: linkerdPolicy + "/Server"},
	{From: linkerdPolicy + "/ServerAuthorization", Path: "spec.client.meshTLS.serviceAccounts[].name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: linkerdPolicy + "/MeshTLSAuthentication", Path: "spec.identityRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "ServiceAccount,Namespace", Lenient: true},
	{From: linkerdPolicy + "/HTTPLocalRateLimitPolicy", Path: "spec.targetRef.name", Kind: "kind", Group: "group", To: linkerdPolicy + "/Server"},
	{From: linkerdPolicy + "/HTTPLocalRateLimitPolicy", Path: "spec.overrides[].clientRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: linkerdPolicy + "/HTTPRoute", Path: "spec.parentRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: linkerdPolicy + "/Server,Service"},
	{From: linkerdPolicy + "/HTTPRoute", Path: "spec.rules[].backendRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", Port: "port", To: "Service"},
	{From: "split.smi-spec.io/TrafficSplit", Path: "spec.service", Parse: Host, To: "Service"},
	{From: "split.smi-spec.io/TrafficSplit", Path: "spec.backends[].service", Parse: Host, To: "Service"},
	{From: "access.smi-spec.io/TrafficTarget", Path: "spec.destination.name", Kind: "kind", Namespace: "namespace", To: "ServiceAccount"},
	{From: "access.smi-spec.io/TrafficTarget", Path: "spec.sources[].name", Kind: "kind", Namespace: "namespace", To: "ServiceAccount"},
	// https://docs.cilium.io/en/stable/network/servicemesh/envoy-custom-listener/
	{From: "cilium.io/CiliumEnvoyConfig,cilium.io/CiliumClusterwideEnvoyConfig", Path: "spec.services[].name", Namespace: "namespace", To: "Service"},
	{From: "cilium.io/CiliumEnvoyConfig,cilium.io/CiliumClusterwideEnvoyConfig", Path: "spec.backendServices[].name", Namespace: "namespace", To: "Service"},
	{From: "cilium.io/CiliumNetworkPolicy", Path: "spec.egress[].toServices[].k8sService.serviceName", Namespace: "namespace", To: "Service"},
	{From: "cilium.io/CiliumLocalRedirectPolicy", Path: "spec.redirectFrontend.serviceMatcher.serviceName", Namespace: "namespace", To: "Service"},
	{From: "cilium.io/CiliumBGPClusterConfig", Path: "spec.bgpInstances[].peers[].peerConfigRef.name", To: "cilium.io/CiliumBGPPeerConfig"},
	{From: "cilium.io/CiliumBGPPeerConfig", Path: "spec.authSecretRef", InNamespace: "*", To: "Secret", Lenient: true},
}

const linkerdPolicy = "policy.linkerd.io"
