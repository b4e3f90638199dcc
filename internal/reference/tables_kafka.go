package reference

// kafkaRows are the references of Strimzi and of other Kafka operators:
// https://strimzi.io/docs/operators/latest/configuring
var kafkaRows = []Row{
	// Operators may watch topics and users of other namespaces.
	{From: strimzi + "/KafkaTopic," + strimzi + "/KafkaUser", Path: `metadata.labels.strimzi\.io/cluster`, InNamespace: "*", To: strimzi + "/Kafka", Lenient: true},
	{From: strimzi + "/KafkaRebalance," + strimzi + "/KafkaNodePool", Path: `metadata.labels.strimzi\.io/cluster`, To: strimzi + "/Kafka", Lenient: true},
	{From: strimzi + "/KafkaConnector", Path: `metadata.labels.strimzi\.io/cluster`, To: strimzi + "/KafkaConnect," + strimzi + "/KafkaMirrorMaker2", Lenient: true},
	{From: strimziAll, Path: "spec.**.metricsConfig.valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: strimziAll, Path: "spec.**.logging.valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: strimziAll, Path: "spec.**.trustedCertificates[].secretName", Key: "certificate", To: "Secret"},
	{From: strimziAll, Path: "spec.**.tlsTrustedCertificates[].secretName", Key: "certificate", To: "Secret"},
	{From: strimziAll, Path: "spec.**.passwordSecret.secretName", Key: "password", To: "Secret"},
	{From: strimziAll, Path: "spec.**.clientSecret.secretName", Key: "key", To: "Secret"},
	{From: strimziAll, Path: "spec.**.accessToken.secretName", Key: "key", To: "Secret"},
	{From: strimziAll, Path: "spec.**.refreshToken.secretName", Key: "key", To: "Secret"},
	{From: strimziAll, Path: "spec.**.clientAssertion.secretName", Key: "key", To: "Secret"},
	{From: strimziAll, Path: "spec.**.template.pod.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: strimziAll, Path: "spec.**.template.pod.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},
	{From: strimziAll, Path: "spec.**.template.pod.volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: strimziAll, Path: "spec.**.template.pod.priorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: strimziAll, Path: "spec.**.certificateAndKey.secretName", Key: "certificate", To: "Secret"},
	{From: strimziAll, Path: "spec.**.brokerCertChainAndKey.secretName", Key: "certificate", To: "Secret"},
	{From: strimziAll, Path: "spec.**.template.pod.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: strimziAll, Path: "spec.**.storage.class", To: storageClass},
	{From: strimziAll, Path: "spec.**.storage.overrides[].class", To: storageClass},
	{From: strimziAll, Path: "spec.**.storage.volumes[].class", To: storageClass},
	{From: strimzi + "/KafkaConnect", Path: "spec.build.output.pushSecret", To: "Secret"},
	{From: strimziAll, Path: "spec.externalConfiguration.env[].valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: strimziAll, Path: "spec.externalConfiguration.env[].valueFrom.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: strimziAll, Path: "spec.externalConfiguration.volumes[].secret.secretName", Optional: "optional", To: "Secret"},
	{From: strimziAll, Path: "spec.externalConfiguration.volumes[].configMap.name", Optional: "optional", To: "ConfigMap"},
	{From: strimzi + "/KafkaConnect," + strimzi + "/KafkaBridge", Path: "spec.bootstrapServers", Parse: URL, To: "Service", Lenient: true},
	{From: strimzi + "/KafkaMirrorMaker2", Path: "spec.clusters[].bootstrapServers", Parse: URL, To: "Service", Lenient: true},
	{From: strimzi + "/KafkaUser", Path: "spec.authentication.password.valueFrom.secretKeyRef.name", Key: "key", To: "Secret"},

	// https://docs.confluent.io/operator/current/co-api.html
	{From: "platform.confluent.io/KafkaTopic,platform.confluent.io/Connector", Path: "spec.kafkaClusterRef.name", Namespace: "namespace", To: "platform.confluent.io/Kafka"},
	{From: "platform.confluent.io/Connector", Path: "spec.connectClusterRef.name", Namespace: "namespace", To: "platform.confluent.io/Connect"},
	{From: "cluster.redpanda.com/Topic,cluster.redpanda.com/User", Path: "spec.cluster.clusterRef.name", To: "cluster.redpanda.com/Redpanda"},
}

const (
	strimzi    = "kafka.strimzi.io"
	strimziAll = strimzi + "/Kafka," + strimzi + "/KafkaConnect," + strimzi + "/KafkaBridge," + strimzi + "/KafkaMirrorMaker," + strimzi + "/KafkaMirrorMaker2," + strimzi + "/KafkaNodePool"
)
