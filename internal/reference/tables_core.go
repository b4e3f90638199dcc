package reference

// podRows are the references in pod specs:
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
var podRows = []Row{
	{From: "Pod", Path: "container.env[].valueFrom.secretKeyRef.name", To: "Secret", Key: "key", Optional: "optional"},
	{From: "Pod", Path: "container.env[].valueFrom.configMapKeyRef.name", To: "ConfigMap", Key: "key", Optional: "optional"},
	{From: "Pod", Path: "container.envFrom[].secretRef.name", To: "Secret", Optional: "optional"},
	{From: "Pod", Path: "container.envFrom[].configMapRef.name", To: "ConfigMap", Optional: "optional"},
	{From: "Pod", Path: "volumes[].configMap.name", To: "ConfigMap", Key: "items[].key", Optional: "optional"},
	{From: "Pod", Path: "volumes[].secret.secretName", To: "Secret", Key: "items[].key", Optional: "optional"},
	{From: "Pod", Path: "volumes[].projected.sources[].configMap.name", To: "ConfigMap", Key: "items[].key", Optional: "optional"},
	{From: "Pod", Path: "volumes[].projected.sources[].secret.name", To: "Secret", Key: "items[].key", Optional: "optional"},
	{From: "Pod", Path: "volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: "Pod", Path: "volumes[].csi.volumeAttributes.secretProviderClass", To: "secrets-store.csi.x-k8s.io/SecretProviderClass"},
	{From: "Pod", Path: "volumes[].csi.nodePublishSecretRef.name", To: "Secret"},
	{From: "Pod", Path: "imagePullSecrets[].name", To: "Secret", Lenient: true}, // a public image is pulled without
	{From: "Pod", Path: "serviceAccountName", To: "ServiceAccount"},
	{From: "Pod", Path: "priorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: "Pod", Path: "runtimeClassName", To: "node.k8s.io/RuntimeClass"},
	{From: "Pod", Path: "resourceClaims[].resourceClaimName", To: "resource.k8s.io/ResourceClaim"},
	{From: "Pod", Path: "resourceClaims[].resourceClaimTemplateName", To: "resource.k8s.io/ResourceClaimTemplate"},
}
