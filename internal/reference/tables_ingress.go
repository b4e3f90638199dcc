package reference

// ingressControllerRows are the references in annotations and kinds of single
// ingress controllers.
var ingressControllerRows = []Row{
	// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-secret`, Parse: NamespaceName, To: "Secret"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-tls-secret`, Parse: NamespaceName, To: "Secret"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/proxy-ssl-secret`, Parse: NamespaceName, To: "Secret"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-proxy-set-headers`, Parse: NamespaceName, To: "ConfigMap"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/custom-headers`, Parse: NamespaceName, To: "ConfigMap"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/fastcgi-params-configmap`, Parse: NamespaceName, To: "ConfigMap"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/default-backend`, To: "Service"},
	{From: ingresses, Path: `metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-url`, Parse: URL, To: "Service"},
	{From: ingresses, Path: `metadata.annotations.ingress\.kubernetes\.io/auth-secret`, Parse: NamespaceName, To: "Secret"},
	{From: ingresses, Path: `metadata.annotations.haproxy-ingress\.github\.io/auth-secret`, Parse: NamespaceName, To: "Secret"},
	{From: ingresses, Path: `metadata.annotations.haproxy\.org/auth-secret`, Parse: NamespaceName, To: "Secret"},

	// https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration
	{From: ingresses, Path: `metadata.annotations.networking\.gke\.io/managed-certificates`, Parse: NameList, To: "networking.gke.io/ManagedCertificate"},
	{From: ingresses, Path: `metadata.annotations.networking\.gke\.io/v1beta1\.FrontendConfig`, To: "networking.gke.io/FrontendConfig"},
	{From: "Service", Path: `metadata.annotations.cloud\.google\.com/backend-config`, Parse: JSONValues, To: "cloud.google.com/BackendConfig"},
	{From: "Service", Path: `metadata.annotations.beta\.cloud\.google\.com/backend-config`, Parse: JSONValues, To: "cloud.google.com/BackendConfig"},
	{From: "cloud.google.com/BackendConfig", Path: "spec.iap.oauthclientCredentials.secretName", To: "Secret"},

	// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/
	{From: "elbv2.k8s.aws/TargetGroupBinding", Path: "spec.serviceRef.name", Port: "port", To: "Service"},

	// https://projectcontour.io/docs/main/config/api/
	{From: contour + "/HTTPProxy", Path: "spec.routes[].services[].name", Port: "port", To: "Service"},
	{From: contour + "/HTTPProxy", Path: "spec.tcpproxy.services[].name", Port: "port", To: "Service"},
	{From: contour + "/HTTPProxy", Path: "spec.routes[].services[].validation.caSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.tcpproxy.services[].validation.caSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.virtualhost.tls.clientValidation.crlSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.virtualhost.jwtProviders[].remoteJWKS.validation.caSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/ExtensionService", Path: "spec.validation.caSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.includes[].name", Namespace: "namespace", To: contour + "/HTTPProxy"},
	{From: contour + "/HTTPProxy", Path: "spec.tcpproxy.include.name", Namespace: "namespace", To: contour + "/HTTPProxy"},
	{From: contour + "/HTTPProxy", Path: "spec.virtualhost.tls.secretName", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.virtualhost.tls.clientValidation.caSecret", Parse: NamespaceName, To: "Secret"},
	{From: contour + "/HTTPProxy", Path: "spec.virtualhost.authorization.extensionRef.name", Namespace: "namespace", To: contour + "/ExtensionService"},
	{From: contour + "/HTTPProxy", Path: "spec.ingressClassName", To: "networking.k8s.io/IngressClass"},
	{From: contour + "/ExtensionService", Path: "spec.services[].name", Port: "port", To: "Service"},
	{From: contour + "/TLSCertificateDelegation", Path: "spec.delegations[].secretName", To: "Secret"},

	// https://docs.nginx.com/nginx-ingress-controller/configuration/virtualserver-and-virtualserverroute-resources/
	{From: nginxRoutes, Path: "spec.upstreams[].service", Port: "port", To: "Service"},
	{From: nginxRoutes, Path: "spec.upstreams[].backup", Port: "backupPort", To: "Service"},
	{From: "k8s.nginx.org/VirtualServer", Path: "spec.tls.secret", To: "Secret"},
	{From: "k8s.nginx.org/VirtualServer", Path: "spec.routes[].route", Parse: NamespaceName, To: "k8s.nginx.org/VirtualServerRoute"},
	{From: "k8s.nginx.org/VirtualServer", Path: "spec.policies[].name", Namespace: "namespace", To: "k8s.nginx.org/Policy"},
	{From: "k8s.nginx.org/VirtualServer", Path: "spec.routes[].policies[].name", Namespace: "namespace", To: "k8s.nginx.org/Policy"},
	{From: "k8s.nginx.org/VirtualServerRoute", Path: "spec.subroutes[].policies[].name", Namespace: "namespace", To: "k8s.nginx.org/Policy"},
	{From: "k8s.nginx.org/Policy", Path: "spec.basicAuth.secret", To: "Secret"},
	{From: "k8s.nginx.org/Policy", Path: "spec.jwt.secret", To: "Secret"},
	{From: "k8s.nginx.org/Policy", Path: "spec.oidc.clientSecret", To: "Secret"},
	{From: "k8s.nginx.org/Policy", Path: "spec.ingressMTLS.clientCertSecret", To: "Secret"},
	{From: "k8s.nginx.org/Policy", Path: "spec.egressMTLS.tlsSecret", To: "Secret"},
	{From: "k8s.nginx.org/Policy", Path: "spec.egressMTLS.trustedCertSecret", To: "Secret"},

	// https://docs.konghq.com/kubernetes-ingress-controller/latest/reference/custom-resources/
	{From: "*", Path: `metadata.annotations.konghq\.com/plugins`, Parse: NameList, To: kong + "/KongPlugin," + kong + "/KongClusterPlugin"},
	{From: "Service", Path: `metadata.annotations.konghq\.com/upstream-policy`, To: kong + "/KongUpstreamPolicy"},
	{From: kong + "/KongConsumer", Path: "credentials[]", To: "Secret"},
	{From: kong + "/KongPlugin", Path: "configFrom.secretKeyRef.name", Key: "key", To: "Secret"},
	{From: kong + "/KongClusterPlugin", Path: "configFrom.secretKeyRef.name", Namespace: "namespace", Key: "key", To: "Secret"},
	{From: kong + "/TCPIngress", Path: "spec.rules[].backend.serviceName", Port: "servicePort", To: "Service"},
	{From: kong + "/UDPIngress", Path: "spec.rules[].backend.serviceName", Port: "servicePort", To: "Service"},

	// https://www.getambassador.io/docs/emissary/latest/topics/using/intro-mappings
	{From: "getambassador.io/Mapping,getambassador.io/TCPMapping,getambassador.io/AuthService,getambassador.io/RateLimitService", Path: "spec.service", Parse: URL, To: "Service"},
	{From: "getambassador.io/AuthService", Path: "spec.auth_service", Parse: URL, To: "Service"},
	{From: "getambassador.io/Host", Path: "spec.tlsSecret.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "getambassador.io/TLSContext", Path: "spec.secret", To: "Secret", Lenient: true},

	// https://apisix.apache.org/docs/ingress-controller/concepts/apisix_route/
	{From: "apisix.apache.org/ApisixRoute", Path: "spec.http[].backends[].serviceName", Port: "servicePort", To: "Service"},
	{From: "apisix.apache.org/ApisixRoute", Path: "spec.stream[].backend.serviceName", Port: "servicePort", To: "Service"},
	{From: "apisix.apache.org/ApisixTls", Path: "spec.secret.name", Namespace: "namespace", To: "Secret"},
	// https://opensource.zalando.com/skipper/kubernetes/routegroup-crd/
	{From: "zalando.org/RouteGroup", Path: "spec.backends[].serviceName", Port: "servicePort", To: "Service"},
	// https://docs.solo.io/gloo-edge/latest/reference/api/
	{From: "gloo.solo.io/Upstream", Path: "spec.kube.serviceName", Namespace: "serviceNamespace", Port: "servicePort", To: "Service"},
	{From: "gateway.solo.io/VirtualService", Path: "spec.sslConfig.secretRef.name", Namespace: "namespace", To: "Secret"},
	// https://metallb.universe.tf/apis/
	{From: metallb + "/L2Advertisement," + metallb + "/BGPAdvertisement", Path: "spec.ipAddressPools[]", To: metallb + "/IPAddressPool"},
	{From: metallb + "/BGPAdvertisement", Path: "spec.peers[]", To: metallb + "/BGPPeer"},
	{From: metallb + "/BGPPeer", Path: "spec.bfdProfile", To: metallb + "/BFDProfile"},
	{From: metallb + "/BGPPeer", Path: "spec.passwordSecret.name", Namespace: "namespace", To: "Secret"},
	{From: "Service", Path: `metadata.annotations.metallb\.universe\.tf/address-pool`, InNamespace: "*", To: metallb + "/IPAddressPool", Lenient: true},
	{From: "Service", Path: `metadata.annotations.metallb\.io/address-pool`, InNamespace: "*", To: metallb + "/IPAddressPool", Lenient: true},
}

const (
	contour     = "projectcontour.io"
	kong        = "configuration.konghq.com"
	metallb     = "metallb.io"
	nginxRoutes = "k8s.nginx.org/VirtualServer,k8s.nginx.org/VirtualServerRoute"
)
