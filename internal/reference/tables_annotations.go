package reference

// annotationRows are names in labels and annotations that any kind may carry.
var annotationRows = []Row{
	// https://github.com/stakater/Reloader: what to watch besides what is used.
	{From: "*", Path: `metadata.annotations.configmap\.reloader\.stakater\.com/reload`, Parse: NameList, To: "ConfigMap", Lenient: true},
	{From: "*", Path: `metadata.annotations.secret\.reloader\.stakater\.com/reload`, Parse: NameList, To: "Secret", Lenient: true},
	{From: workloads, Path: `spec.template.metadata.annotations.configmap\.reloader\.stakater\.com/reload`, Parse: NameList, To: "ConfigMap", Lenient: true},
	{From: workloads, Path: `spec.template.metadata.annotations.secret\.reloader\.stakater\.com/reload`, Parse: NameList, To: "Secret", Lenient: true},
	{From: "*", Path: `metadata.annotations.secretproviderclass\.reloader\.stakater\.com/reload`, Parse: NameList, To: "secrets-store.csi.x-k8s.io/SecretProviderClass", Lenient: true},
	// https://github.com/emberstack/kubernetes-reflector
	{From: "Secret", Path: `metadata.annotations.reflector\.v1\.k8s\.emberstack\.com/reflects`, Parse: NamespaceName, To: "Secret", Lenient: true},
	{From: "ConfigMap", Path: `metadata.annotations.reflector\.v1\.k8s\.emberstack\.com/reflects`, Parse: NamespaceName, To: "ConfigMap", Lenient: true},
	// https://github.com/mittwald/kubernetes-replicator
	{From: "Secret", Path: `metadata.annotations.replicator\.v1\.mittwald\.de/replicate-from`, Parse: NamespaceName, To: "Secret", Lenient: true},
	{From: "ConfigMap", Path: `metadata.annotations.replicator\.v1\.mittwald\.de/replicate-from`, Parse: NamespaceName, To: "ConfigMap", Lenient: true},
	// https://docs.dapr.io/reference/arguments-annotations-overview/
	{From: workloads, Path: `spec.template.metadata.annotations.dapr\.io/config`, To: "dapr.io/Configuration", Lenient: true},
	// https://opentelemetry.io/docs/platforms/kubernetes/operator/automatic/
	{From: workloads, Path: `spec.template.metadata.annotations.instrumentation\.opentelemetry\.io/inject-java`, When: `instrumentation\.opentelemetry\.io/inject-java!=true,instrumentation\.opentelemetry\.io/inject-java!=false`, Parse: NamespaceName, To: otel + "/Instrumentation", Lenient: true},
	{From: workloads, Path: `spec.template.metadata.annotations.instrumentation\.opentelemetry\.io/inject-python`, When: `instrumentation\.opentelemetry\.io/inject-python!=true,instrumentation\.opentelemetry\.io/inject-python!=false`, Parse: NamespaceName, To: otel + "/Instrumentation", Lenient: true},
	{From: workloads, Path: `spec.template.metadata.annotations.instrumentation\.opentelemetry\.io/inject-nodejs`, When: `instrumentation\.opentelemetry\.io/inject-nodejs!=true,instrumentation\.opentelemetry\.io/inject-nodejs!=false`, Parse: NamespaceName, To: otel + "/Instrumentation", Lenient: true},
	{From: workloads, Path: `spec.template.metadata.annotations.sidecar\.opentelemetry\.io/inject`, When: `sidecar\.opentelemetry\.io/inject!=true,sidecar\.opentelemetry\.io/inject!=false`, Parse: NamespaceName, To: otel + "/OpenTelemetryCollector", Lenient: true},
	// https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations
	{From: workloads, Path: `spec.template.metadata.annotations.vault\.hashicorp\.com/tls-secret`, To: "Secret"},
	{From: workloads, Path: `spec.template.metadata.annotations.vault\.hashicorp\.com/agent-configmap`, To: "ConfigMap"},
	// https://www.jaegertracing.io/docs/1.76/deployment/kubernetes/
	{From: "*", Path: `metadata.annotations.sidecar\.jaegertracing\.io/inject`, When: `sidecar\.jaegertracing\.io/inject!=true,sidecar\.jaegertracing\.io/inject!=false`, To: "jaegertracing.io/Jaeger", Lenient: true},
}

const workloads = "apps/Deployment,apps/StatefulSet,apps/DaemonSet," + argo + "/Rollout"
