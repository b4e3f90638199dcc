package reference

// knativeRows are the references of Knative, KServe, Dapr and Kubeflow.
var knativeRows = []Row{
	// https://knative.dev/docs/reference/api/eventing-api/
	{From: "eventing.knative.dev/Trigger", Path: "spec.broker", To: "eventing.knative.dev/Broker", Lenient: true},
	{From: "eventing.knative.dev/Broker", Path: "spec.config.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: "ConfigMap,rabbitmq.com/RabbitmqCluster,eventing.knative.dev/RabbitmqBrokerConfig", Lenient: true},
	{From: knEventing, Path: "spec.subscriber.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: knEventing, Path: "spec.reply.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: knEventing, Path: "spec.delivery.deadLetterSink.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "messaging.knative.dev/Subscription", Path: "spec.channel.name", Kind: "kind", Group: "apiVersion", To: "messaging.knative.dev/Channel,messaging.knative.dev/InMemoryChannel,messaging.knative.dev/KafkaChannel"},
	{From: knSources, Path: "spec.sink.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "sources.knative.dev/SinkBinding", Path: "spec.subject.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: "apps/Deployment,apps/StatefulSet,apps/DaemonSet,batch/Job,batch/CronJob"},
	{From: "sources.knative.dev/ApiServerSource", Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: "flows.knative.dev/Sequence", Path: "spec.steps[].ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "flows.knative.dev/Parallel", Path: "spec.branches[].filter.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "flows.knative.dev/Parallel", Path: "spec.branches[].subscriber.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "flows.knative.dev/Parallel", Path: "spec.branches[].reply.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "flows.knative.dev/Sequence,flows.knative.dev/Parallel", Path: "spec.reply.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: addressable},
	{From: "serving.knative.dev/DomainMapping", Path: "spec.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: "serving.knative.dev/Service"},
	{From: "serving.knative.dev/DomainMapping", Path: "spec.tls.secretName", To: "Secret"},
	{From: "serving.knative.dev/Route", Path: "spec.traffic[].configurationName", To: "serving.knative.dev/Configuration"},

	// https://kserve.github.io/website/latest/reference/api/
	{From: kserve + "/InferenceService", Path: "spec.predictor.model.runtime", To: kserve + "/ServingRuntime," + kserve + "/ClusterServingRuntime"},
	{From: kserve + "/InferenceService", Path: "spec.predictor.serviceAccountName", To: "ServiceAccount"},
	{From: kserve + "/InferenceService", Path: "spec.transformer.serviceAccountName", To: "ServiceAccount"},
	{From: kserve + "/InferenceService", Path: "spec.predictor.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: kserve + "/InferenceService", Path: "spec.**.env[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: kserve + "/InferenceService", Path: "spec.**.env[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: kserve + "/InferenceService", Path: "spec.**.envFrom[].secretRef.name", Optional: "optional", To: "Secret"},
	{From: kserve + "/InferenceService", Path: "spec.**.envFrom[].configMapRef.name", Optional: "optional", To: "ConfigMap"},
	{From: kserve + "/InferenceService", Path: "spec.**.volumes[].secret.secretName", Optional: "optional", To: "Secret"},
	{From: kserve + "/InferenceService", Path: "spec.**.volumes[].configMap.name", Optional: "optional", To: "ConfigMap"},
	{From: kserve + "/InferenceService", Path: "spec.**.volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: kserve + "/InferenceGraph", Path: "spec.nodes{}.steps[].serviceName", To: kserve + "/InferenceService"},
	// Configurations may be KServe's own, in its namespace.
	{From: kserve + "/LLMInferenceService", Path: "spec.baseRefs[].name", InNamespace: "*", To: kserve + "/LLMInferenceServiceConfig", Lenient: true},
	{From: kserve + "/TrainedModel", Path: "spec.inferenceService", To: kserve + "/InferenceService"},

	// https://docs.dapr.io/reference/resource-specs/component-schema/
	{From: "dapr.io/Component,dapr.io/Configuration,dapr.io/HTTPEndpoint", Path: "spec.metadata[].secretKeyRef.name", When: "/auth.secretStore=", Key: "key", To: "Secret"},
	// https://docs.dapr.io/reference/components-reference/
	{From: "dapr.io/Component", Path: "spec.metadata[].value", When: "name=redisHost", Parse: URL, To: "Service", Lenient: true},
	{From: "dapr.io/Component", Path: "spec.metadata[].value", When: "name=host", Parse: URL, To: "Service", Lenient: true},
	{From: "dapr.io/Component", Path: "spec.metadata[].value", When: "name=brokers", Parse: URL, To: "Service", Lenient: true},
	{From: "dapr.io/Component", Path: "spec.metadata[].value", When: "name=vaultAddr", Parse: URL, To: "Service", Lenient: true},
	{From: "dapr.io/Component", Path: "auth.secretStore", When: "secretStore!=kubernetes", To: "dapr.io/Component"},
	{From: "dapr.io/Subscription", Path: "spec.pubsubname", To: "dapr.io/Component", Lenient: true},

	// https://ray-project.github.io/kuberay/reference/api/
	{From: "ray.io/RayJob", Path: `spec.clusterSelector.ray\.io/cluster`, To: "ray.io/RayCluster"},
	// https://googlecloudplatform.github.io/spark-on-k8s-operator/docs/api-docs.html
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.driver.serviceAccount", To: "ServiceAccount"},
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.executor.serviceAccount", To: "ServiceAccount"},
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.imagePullSecrets[]", To: "Secret", Lenient: true},
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.sparkConfigMap", To: "ConfigMap"},
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.**.configMaps[].name", To: "ConfigMap"},
	{From: "sparkoperator.k8s.io/SparkApplication", Path: "spec.**.secrets[].name", To: "Secret"},
	{From: "flink.apache.org/FlinkDeployment", Path: "spec.serviceAccount", To: "ServiceAccount"},
	{From: "flink.apache.org/FlinkSessionJob", Path: "spec.deploymentName", To: "flink.apache.org/FlinkDeployment"},
}

const (
	kserve      = "serving.kserve.io"
	knEventing  = "eventing.knative.dev/Trigger,messaging.knative.dev/Subscription,eventing.knative.dev/Broker"
	knSources   = "sources.knative.dev/PingSource,sources.knative.dev/ApiServerSource,sources.knative.dev/ContainerSource,sources.knative.dev/SinkBinding,sources.knative.dev/KafkaSource,sources.knative.dev/GitHubSource"
	addressable = "Service,serving.knative.dev/Service,eventing.knative.dev/Broker,messaging.knative.dev/Channel,messaging.knative.dev/InMemoryChannel,flows.knative.dev/Sequence,flows.knative.dev/Parallel,eventing.knative.dev/KafkaSink"
)
