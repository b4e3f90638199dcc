package reference

// networkingRows are the references of Services, Ingresses and of the API
// server's own calls: https://kubernetes.io/docs/concepts/services-networking/
var networkingRows = []Row{
	{From: ingresses, Path: "spec.rules[].http.paths[].backend.service.name", To: "Service", Port: "port.number|port.name"},
	{From: ingresses, Path: "spec.defaultBackend.service.name", To: "Service", Port: "port.number|port.name"},
	{From: ingresses, Path: "spec.rules[].http.paths[].backend.serviceName", To: "Service", Port: "servicePort"},
	{From: ingresses, Path: "spec.backend.serviceName", To: "Service", Port: "servicePort"},
	{From: ingresses, Path: "spec.rules[].http.paths[].backend.resource.name", Kind: "kind", Group: "apiGroup", When: "kind!=McpBridge", To: "Service", Lenient: true},
	// https://higress.cn/en/docs/latest/user/mcp-bridge/
	{From: ingresses, Path: "spec.rules[].http.paths[].backend.resource.name", When: "kind=McpBridge", To: "networking.higress.io/McpBridge", InNamespace: "*", Lenient: true},
	{From: ingresses, Path: "spec.defaultBackend.resource.name", Kind: "kind", Group: "apiGroup", To: "Service", Lenient: true},
	{From: ingresses, Path: "spec.tls[].secretName", To: "Secret", DefaultKey: "tls.crt"},
	{From: ingresses, Path: "spec.ingressClassName", To: "networking.k8s.io/IngressClass"},
	{From: "networking.k8s.io/IngressClass", Path: "spec.parameters.name", Kind: "kind", Group: "apiGroup", Namespace: "namespace", To: "elbv2.k8s.aws/IngressClassParams,ConfigMap", Lenient: true},

	{From: "apps/StatefulSet", Path: "spec.serviceName", To: "Service", Lenient: true}, // pods run without it
	// Tailscale's operator writes the externalName of its egress Services:
	// https://tailscale.com/kb/1438/kubernetes-operator-cluster-egress
	{From: "Service", Path: "spec.externalName", When: `/metadata.annotations.tailscale\.com/tailnet-fqdn=,/metadata.annotations.tailscale\.com/tailnet-ip=`, Parse: Host, To: "Service"},
	{From: "discovery.k8s.io/EndpointSlice", Path: `metadata.labels.kubernetes\.io/service-name`, To: "Service", Lenient: true},
	{From: "Endpoints", Path: "metadata.name", To: "Service", Lenient: true},
	{From: "networking.k8s.io/NetworkPolicy", Path: `spec.ingress[].from[].namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`, To: "Namespace", Guess: true},
	{From: "networking.k8s.io/NetworkPolicy", Path: `spec.egress[].to[].namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`, To: "Namespace", Guess: true},

	{From: webhooks, Path: "webhooks[].clientConfig.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: "apiregistration.k8s.io/APIService", Path: "spec.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: "apiextensions.k8s.io/CustomResourceDefinition", Path: "spec.conversion.webhook.clientConfig.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: "apiextensions.k8s.io/CustomResourceDefinition", Path: "spec.conversion.webhookClientConfig.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: admission + "/ValidatingAdmissionPolicyBinding", Path: "spec.policyName", To: admission + "/ValidatingAdmissionPolicy"},
	{From: admission + "/MutatingAdmissionPolicyBinding", Path: "spec.policyName", To: admission + "/MutatingAdmissionPolicy"},
	{From: "flowcontrol.apiserver.k8s.io/FlowSchema", Path: "spec.priorityLevelConfiguration.name", To: "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration"},
}

const (
	ingresses = "networking.k8s.io/Ingress,extensions/Ingress"
	admission = "admissionregistration.k8s.io"
	webhooks  = admission + "/ValidatingWebhookConfiguration," + admission + "/MutatingWebhookConfiguration"
)
