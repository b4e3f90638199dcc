package reference

// builtinRows are the built-in tables, one for each part of the ecosystem.
func builtinRows() [][]Row {
	return [][]Row{podRows, accessRows, storageRows, networkingRows, scalingRows, operatorRows}
}

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
	{From: "Pod", Path: "imagePullSecrets[].name", To: "Secret"},
	{From: "Pod", Path: "serviceAccountName", To: "ServiceAccount"},
	{From: "Pod", Path: "priorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: "Pod", Path: "runtimeClassName", To: "node.k8s.io/RuntimeClass"},
	{From: "Pod", Path: "resourceClaims[].resourceClaimName", To: "resource.k8s.io/ResourceClaim"},
	{From: "Pod", Path: "resourceClaims[].resourceClaimTemplateName", To: "resource.k8s.io/ResourceClaimTemplate"},
}

// accessRows are the references of RBAC and service accounts.
var accessRows = []Row{
	{From: rbac + "/RoleBinding", Path: "roleRef.name", Kind: "kind", To: rbac + "/Role," + rbac + "/ClusterRole"},
	{From: rbac + "/ClusterRoleBinding", Path: "roleRef.name", Kind: "kind", To: rbac + "/ClusterRole"},
	{From: rbac + "/RoleBinding," + rbac + "/ClusterRoleBinding", Path: "subjects[].name", When: "kind=ServiceAccount", Namespace: "namespace", To: "ServiceAccount"},
	{From: "ServiceAccount", Path: "imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: "ServiceAccount", Path: "secrets[].name", To: "Secret", Lenient: true},
}

// storageRows are the references between claims, volumes and classes.
var storageRows = []Row{
	{From: "PersistentVolumeClaim", Path: "spec.storageClassName", To: "storage.k8s.io/StorageClass"},
	{From: "PersistentVolumeClaim", Path: "spec.volumeName", To: "PersistentVolume"},
	{From: "PersistentVolume", Path: "spec.storageClassName", To: "storage.k8s.io/StorageClass"},
	{From: "PersistentVolume", Path: "spec.claimRef.name", Namespace: "namespace", To: "PersistentVolumeClaim", Lenient: true},
	{From: "apps/StatefulSet", Path: "spec.volumeClaimTemplates[].spec.storageClassName", To: "storage.k8s.io/StorageClass"},
}

// networkingRows are the references of Services, Ingresses and webhooks.
var networkingRows = []Row{
	{From: "networking.k8s.io/Ingress,extensions/Ingress", Path: "spec.rules[].http.paths[].backend.service.name", To: "Service", Port: "port.number|port.name"},
	{From: "networking.k8s.io/Ingress,extensions/Ingress", Path: "spec.defaultBackend.service.name", To: "Service", Port: "port.number|port.name"},
	{From: "networking.k8s.io/Ingress,extensions/Ingress", Path: "spec.rules[].http.paths[].backend.serviceName", To: "Service", Port: "servicePort"},
	{From: "networking.k8s.io/Ingress,extensions/Ingress", Path: "spec.backend.serviceName", To: "Service", Port: "servicePort"},
	{From: "networking.k8s.io/Ingress,extensions/Ingress", Path: "spec.tls[].secretName", To: "Secret"},
	{From: "networking.k8s.io/Ingress", Path: "spec.ingressClassName", To: "networking.k8s.io/IngressClass"},
	{From: "apps/StatefulSet", Path: "spec.serviceName", To: "Service"},
	{From: "admissionregistration.k8s.io/ValidatingWebhookConfiguration,admissionregistration.k8s.io/MutatingWebhookConfiguration", Path: "webhooks[].clientConfig.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: "apiregistration.k8s.io/APIService", Path: "spec.service.name", Namespace: "namespace", To: "Service", Port: "port"},
	{From: "apiextensions.k8s.io/CustomResourceDefinition", Path: "spec.conversion.webhook.clientConfig.service.name", Namespace: "namespace", To: "Service", Port: "port"},
}

// scalingRows are the references of autoscalers.
var scalingRows = []Row{
	{From: "autoscaling/HorizontalPodAutoscaler", Path: "spec.scaleTargetRef.name", Kind: "kind", Group: "apiVersion", To: "apps/Deployment,apps/StatefulSet,apps/ReplicaSet,ReplicationController,argoproj.io/Rollout,apps.openshift.io/DeploymentConfig"},
}

// operatorRows are the references of operators that people commonly run.
var operatorRows = []Row{
	{From: "external-secrets.io/ExternalSecret", Path: "spec.secretStoreRef.name", Kind: "kind", To: "external-secrets.io/SecretStore,external-secrets.io/ClusterSecretStore"},
}
