package inventory

import (
	"strings"
	"sync"
)

// podTemplates are the kinds that embed pods, and where. A kind is one row.
var podTemplates = []PodTemplate{
	{GroupKind: GroupKind{"", "Pod"}},
	{GroupKind: GroupKind{"", "PodTemplate"}, Path: "template"},
	{GroupKind: GroupKind{"", "ReplicationController"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps", "Deployment"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps", "ReplicaSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps", "StatefulSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps", "DaemonSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"extensions", "Deployment"}, Path: "spec.template"},
	{GroupKind: GroupKind{"extensions", "ReplicaSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"extensions", "DaemonSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"batch", "Job"}, Path: "spec.template"},
	{GroupKind: GroupKind{"batch", "CronJob"}, Path: "spec.jobTemplate.spec.template"},

	{GroupKind: GroupKind{"argoproj.io", "Rollout"}, Path: "spec.template"},
	{GroupKind: GroupKind{"argoproj.io", "Workflow"}, Path: "spec.templates[]", Spec: true, Partial: true},
	{GroupKind: GroupKind{"argoproj.io", "WorkflowTemplate"}, Path: "spec.templates[]", Spec: true, Partial: true},
	{GroupKind: GroupKind{"argoproj.io", "ClusterWorkflowTemplate"}, Path: "spec.templates[]", Spec: true, Partial: true},
	{GroupKind: GroupKind{"argoproj.io", "CronWorkflow"}, Path: "spec.workflowSpec.templates[]", Spec: true, Partial: true},
	{GroupKind: GroupKind{"argoproj.io", "AnalysisTemplate"}, Path: "spec.metrics[].provider.job.spec.template"},
	{GroupKind: GroupKind{"argoproj.io", "ClusterAnalysisTemplate"}, Path: "spec.metrics[].provider.job.spec.template"},
	{GroupKind: GroupKind{"argoproj.io", "AnalysisRun"}, Path: "spec.metrics[].provider.job.spec.template"},
	{GroupKind: GroupKind{"argoproj.io", "Experiment"}, Path: "spec.templates[].template"},
	{GroupKind: GroupKind{"elasticsearch.k8s.elastic.co", "Elasticsearch"}, Path: "spec.nodeSets[].podTemplate", Partial: true},
	{GroupKind: GroupKind{"kibana.k8s.elastic.co", "Kibana"}, Path: "spec.podTemplate", Partial: true},
	{GroupKind: GroupKind{"logstash.k8s.elastic.co", "Logstash"}, Path: "spec.podTemplate", Partial: true},
	{GroupKind: GroupKind{"beat.k8s.elastic.co", "Beat"}, Path: "spec.daemonSet.podTemplate", Partial: true},
	{GroupKind: GroupKind{"beat.k8s.elastic.co", "Beat"}, Path: "spec.deployment.podTemplate", Partial: true},
	{GroupKind: GroupKind{"serving.knative.dev", "Service"}, Path: "spec.template"},
	{GroupKind: GroupKind{"serving.knative.dev", "Configuration"}, Path: "spec.template"},
	{GroupKind: GroupKind{"serving.knative.dev", "Revision"}},
	{GroupKind: GroupKind{"apps.openshift.io", "DeploymentConfig"}, Path: "spec.template"},
	{GroupKind: GroupKind{"ray.io", "RayCluster"}, Path: "spec.headGroupSpec.template"},
	{GroupKind: GroupKind{"ray.io", "RayCluster"}, Path: "spec.workerGroupSpecs[].template"},
	{GroupKind: GroupKind{"ray.io", "RayJob"}, Path: "spec.rayClusterSpec.headGroupSpec.template"},
	{GroupKind: GroupKind{"ray.io", "RayJob"}, Path: "spec.rayClusterSpec.workerGroupSpecs[].template"},
	{GroupKind: GroupKind{"ray.io", "RayJob"}, Path: "spec.submitterPodTemplate"},
	{GroupKind: GroupKind{"ray.io", "RayCronJob"}, Path: "spec.jobTemplate.rayClusterSpec.headGroupSpec.template"},
	{GroupKind: GroupKind{"ray.io", "RayCronJob"}, Path: "spec.jobTemplate.rayClusterSpec.workerGroupSpecs[].template"},
	{GroupKind: GroupKind{"ray.io", "RayCronJob"}, Path: "spec.jobTemplate.submitterPodTemplate"},
	{GroupKind: GroupKind{"ray.io", "RayService"}, Path: "spec.rayClusterConfig.headGroupSpec.template"},
	{GroupKind: GroupKind{"ray.io", "RayService"}, Path: "spec.rayClusterConfig.workerGroupSpecs[].template"},
	{GroupKind: GroupKind{"kubeflow.org", "PyTorchJob"}, Path: "spec.pytorchReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "TFJob"}, Path: "spec.tfReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "MPIJob"}, Path: "spec.mpiReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "XGBoostJob"}, Path: "spec.xgbReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "PaddleJob"}, Path: "spec.paddleReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "MXJob"}, Path: "spec.mxReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "JAXJob"}, Path: "spec.jaxReplicaSpecs{}.template"},
	{GroupKind: GroupKind{"kubeflow.org", "Notebook"}, Path: "spec.template"},
	{GroupKind: GroupKind{"leaderworkerset.x-k8s.io", "LeaderWorkerSet"}, Path: "spec.leaderWorkerTemplate.leaderTemplate"},
	{GroupKind: GroupKind{"leaderworkerset.x-k8s.io", "LeaderWorkerSet"}, Path: "spec.leaderWorkerTemplate.workerTemplate"},
	{GroupKind: GroupKind{"jobset.x-k8s.io", "JobSet"}, Path: "spec.replicatedJobs[].template.spec.template"},
	{GroupKind: GroupKind{"keda.sh", "ScaledJob"}, Path: "spec.jobTargetRef.template"},
	{GroupKind: GroupKind{"apps.kruise.io", "CloneSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps.kruise.io", "StatefulSet"}, Path: "spec.template"},
	{GroupKind: GroupKind{"apps.kruise.io", "DaemonSet"}, Path: "spec.template"},
}

// clusterScoped are the kinds without a namespace. A namespace written in
// their metadata has no meaning.
var clusterScoped = sync.OnceValue(func() map[GroupKind]bool {
	m := map[GroupKind]bool{}
	for group, kinds := range map[string][]string{
		"":                             {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"admissionregistration.k8s.io": {"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"},
		"apiregistration.k8s.io":       {"APIService"},
		"storage.k8s.io":               {"StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"node.k8s.io":                  {"RuntimeClass"},
		"networking.k8s.io":            {"IngressClass", "IPAddress", "ServiceCIDR"},
		"gateway.networking.k8s.io":    {"GatewayClass"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"policy":                       {"PodSecurityPolicy"},
		"resource.k8s.io":              {"DeviceClass", "DeviceTaintRule", "ResourcePoolStatusRequest", "ResourceSlice"},
		"storagemigration.k8s.io":      {"StorageVersionMigration"},
		"authentication.k8s.io":        {"SelfSubjectReview", "TokenReview"},
		"authorization.k8s.io":         {"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
		"internal.apiserver.k8s.io":    {"StorageVersion"},
		"snapshot.storage.k8s.io":      {"VolumeSnapshotClass", "VolumeSnapshotContent"},
		"cert-manager.io":              {"ClusterIssuer"},
		"trust.cert-manager.io":        {"Bundle"},
		"external-secrets.io":          {"ClusterSecretStore", "ClusterExternalSecret", "ClusterPushSecret"},
		"generators.external-secrets.io": {
			"ClusterGenerator",
		},
		"keda.sh":                         {"ClusterTriggerAuthentication"},
		"argoproj.io":                     {"ClusterWorkflowTemplate", "ClusterAnalysisTemplate"},
		"karpenter.sh":                    {"NodePool", "NodeClaim", "NodeOverlay", "Provisioner"},
		"karpenter.k8s.aws":               {"EC2NodeClass", "AWSNodeTemplate"},
		"karpenter.azure.com":             {"AKSNodeClass"},
		"karpenter.k8s.gcp":               {"GCENodeClass"},
		"eks.amazonaws.com":               {"NodeClass"},
		"elbv2.k8s.aws":                   {"IngressClassParams"},
		"eventing.keda.sh":                {"ClusterCloudEventSource"},
		"trust-manager.io":                {"ClusterBundle"},
		"kueue.x-k8s.io":                  {"ClusterQueue", "ResourceFlavor", "AdmissionCheck", "Cohort", "WorkloadPriorityClass"},
		"postgresql.cnpg.io":              {"ClusterImageCatalog"},
		"tekton.dev":                      {"ClusterTask"},
		"triggers.tekton.dev":             {"ClusterTriggerBinding", "ClusterInterceptor"},
		"configuration.konghq.com":        {"KongClusterPlugin"},
		"cilium.io":                       {"CiliumClusterwideNetworkPolicy", "CiliumClusterwideEnvoyConfig", "CiliumBGPClusterConfig", "CiliumBGPPeerConfig", "CiliumLoadBalancerIPPool"},
		"infrastructure.cluster.x-k8s.io": {"AWSClusterControllerIdentity", "AWSClusterRoleIdentity", "AWSClusterStaticIdentity", "VSphereClusterIdentity"},
		"protection.crossplane.io":        {"ClusterUsage"},
		"secrets.crossplane.io":           {"StoreConfig"},
		"aws.upbound.io":                  {"ProviderConfig"},
		"gcp.upbound.io":                  {"ProviderConfig"},
		"azure.upbound.io":                {"ProviderConfig"},
		"kubernetes.crossplane.io":        {"ProviderConfig"},
		"helm.crossplane.io":              {"ProviderConfig"},
		"aws.m.upbound.io":                {"ClusterProviderConfig"},
		"kyverno.io":                      {"ClusterPolicy"},
		"apiextensions.crossplane.io": {
			"Composition", "CompositionRevision", "CompositeResourceDefinition", "EnvironmentConfig", "Usage",
		},
		"pkg.crossplane.io": {"Provider", "Configuration", "Function", "DeploymentRuntimeConfig", "ControllerConfig", "ImageConfig", "ProviderRevision", "ConfigurationRevision", "FunctionRevision", "Lock"},
		"serving.kserve.io": {"ClusterServingRuntime", "ClusterStorageContainer"},
	} {
		for _, k := range kinds {
			m[GroupKind{group, k}] = true
		}
	}
	return m
})

// IsClusterScoped reports whether objects of the kind have no namespace.
func IsClusterScoped(gk GroupKind) bool { return clusterScoped()[gk] }

// inKubernetes are the API groups that every cluster has.
var inKubernetes = map[string]bool{
	"": true, "apps": true, "batch": true, "autoscaling": true, "policy": true, "extensions": true,
	"rbac.authorization.k8s.io": true, "networking.k8s.io": true, "storage.k8s.io": true, "admissionregistration.k8s.io": true,
	"apiextensions.k8s.io": true, "apiregistration.k8s.io": true, "scheduling.k8s.io": true,
	"node.k8s.io": true, "coordination.k8s.io": true, "discovery.k8s.io": true, "events.k8s.io": true,
	"flowcontrol.apiserver.k8s.io": true, "certificates.k8s.io": true, "authentication.k8s.io": true,
	"authorization.k8s.io": true, "resource.k8s.io": true, "internal.apiserver.k8s.io": true, "storagemigration.k8s.io": true, "lifecycle.k8s.io": true,
}

// InKubernetes reports whether an API group is part of Kubernetes itself, so
// that all of its fields are known.
func InKubernetes(group string) bool { return inKubernetes[group] }

// ByKubernetes reports whether the Kubernetes project defines an API group, in
// Kubernetes or beside it as the Gateway API is: names under k8s.io are
// protected. https://github.com/kubernetes/enhancements/pull/1111
func ByKubernetes(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}
