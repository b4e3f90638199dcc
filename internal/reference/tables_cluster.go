package reference

// clusterRows are the references of what makes and schedules clusters: Cluster
// API, Karpenter, Kueue and policy engines.
var clusterRows = []Row{
	// https://cluster-api.sigs.k8s.io/developer/core/controllers/
	{From: capi + "/Cluster", Path: "spec.controlPlaneRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: kcp},
	{From: capi + "/Cluster", Path: "spec.infrastructureRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: capiInfra + "/AWSCluster"},
	{From: capi + "/Cluster", Path: "spec.topology.class", Namespace: "classNamespace", To: capi + "/ClusterClass"},
	{From: capi + "/Cluster", Path: "spec.topology.classRef.name", Namespace: "namespace", To: capi + "/ClusterClass"},
	{From: capiOwned, Path: "spec.clusterName", To: capi + "/Cluster"},
	{From: capiOwned, Path: "spec.template.spec.clusterName", To: capi + "/Cluster"},
	{From: capiOwned, Path: "spec.template.spec.bootstrap.configRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: "bootstrap.cluster.x-k8s.io/KubeadmConfigTemplate,bootstrap.cluster.x-k8s.io/KubeadmConfig"},
	{From: capiOwned, Path: "spec.template.spec.infrastructureRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: capiInfra + "/AWSMachineTemplate"},
	{From: capi + "/Machine", Path: "spec.bootstrap.configRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: "bootstrap.cluster.x-k8s.io/KubeadmConfig"},
	{From: capi + "/Machine", Path: "spec.infrastructureRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: capiInfra + "/AWSMachine"},
	{From: kcp, Path: "spec.machineTemplate.infrastructureRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: capiInfra + "/AWSMachineTemplate"},
	{From: kcp, Path: "spec.machineTemplate.spec.infrastructureRef.name", Kind: "kind", Group: "apiVersion|apiGroup", Namespace: "namespace", To: capiInfra + "/AWSMachineTemplate"},
	{From: capi + "/ClusterClass", Path: "spec.**.ref.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: capiInfra + "/AWSClusterTemplate"},
	{From: capi + "/ClusterClass", Path: "spec.**.templateRef.name", Kind: "kind", Group: "apiVersion", To: capiInfra + "/AWSClusterTemplate"},
	{From: "addons.cluster.x-k8s.io/ClusterResourceSet", Path: "spec.resources[].name", Kind: "kind", To: "ConfigMap,Secret"},
	{From: capiInfra + "/AWSCluster," + capiInfra + "/AWSManagedControlPlane", Path: "spec.identityRef.name", Kind: "kind", To: capiInfra + "/AWSClusterRoleIdentity," + capiInfra + "/AWSClusterStaticIdentity," + capiInfra + "/AWSClusterControllerIdentity"},
	{From: capiInfra + "/AWSClusterRoleIdentity", Path: "spec.sourceIdentityRef.name", Kind: "kind", To: capiInfra + "/AWSClusterRoleIdentity," + capiInfra + "/AWSClusterStaticIdentity," + capiInfra + "/AWSClusterControllerIdentity"},
	{From: capiInfra + "/AWSClusterStaticIdentity", Path: "spec.secretRef", InNamespace: "*", To: "Secret", Lenient: true},

	// https://github.com/kubernetes-sigs/cluster-api-provider-vsphere/blob/main/docs/identity_management.md
	{From: capiInfra + "/VSphereCluster", Path: "spec.identityRef.name", Kind: "kind", To: capiInfra + "/VSphereClusterIdentity,Secret"},

	// https://karpenter.sh/docs/concepts/
	{From: "karpenter.sh/NodePool", Path: "spec.template.spec.nodeClassRef.name", Kind: "kind", Group: "group|apiVersion", To: "karpenter.k8s.aws/EC2NodeClass,karpenter.azure.com/AKSNodeClass,karpenter.k8s.gcp/GCENodeClass,eks.amazonaws.com/NodeClass"},
	{From: "karpenter.sh/NodeClaim", Path: "spec.nodeClassRef.name", Kind: "kind", Group: "group", To: "karpenter.k8s.aws/EC2NodeClass,karpenter.azure.com/AKSNodeClass,karpenter.k8s.gcp/GCENodeClass,eks.amazonaws.com/NodeClass"},
	{From: "karpenter.sh/Provisioner", Path: "spec.providerRef.name", Kind: "kind", To: "karpenter.k8s.aws/AWSNodeTemplate"},

	// https://kueue.sigs.k8s.io/docs/concepts/
	{From: kueue + "/LocalQueue", Path: "spec.clusterQueue", To: kueue + "/ClusterQueue"},
	{From: kueue + "/ClusterQueue", Path: "spec.resourceGroups[].flavors[].name", To: kueue + "/ResourceFlavor"},
	{From: kueue + "/ClusterQueue", Path: "spec.admissionChecks[]", To: kueue + "/AdmissionCheck"},
	{From: "*", Path: `metadata.labels.kueue\.x-k8s\.io/queue-name`, To: kueue + "/LocalQueue", Lenient: true},

	// https://kyverno.io/docs/policy-types/cluster-policy/
	{From: "kyverno.io/ClusterPolicy,kyverno.io/Policy", Path: "spec.rules[].context[].configMap.name", Namespace: "namespace", To: "ConfigMap", Lenient: true},
	{From: "kyverno.io/ClusterPolicy", Path: "spec.rules[].generate.clone.name", Kind: "^kind", Group: "^apiVersion", Namespace: "namespace", To: "Secret,ConfigMap", Lenient: true},

	// https://kyverno.io/docs/guides/exceptions/
	{From: "kyverno.io/PolicyException", Path: "spec.exceptions[].policyName", InNamespace: "*", To: "kyverno.io/ClusterPolicy,kyverno.io/Policy", Lenient: true},

	// https://github.com/actions/actions-runner-controller
	{From: "actions.github.com/AutoscalingRunnerSet", Path: "spec.githubConfigSecret", To: "Secret"},
	{From: "actions.summerwind.dev/HorizontalRunnerAutoscaler", Path: "spec.scaleTargetRef.name", Kind: "kind", To: "actions.summerwind.dev/RunnerDeployment,actions.summerwind.dev/RunnerSet"},
	// https://k8s-operator.hashicorp.com and https://rancher.com/docs/fleet
	{From: "app.terraform.io/Workspace", Path: "spec.token.secretKeyRef.name", Key: "key", To: "Secret"},
	{From: "fleet.cattle.io/GitRepo", Path: "spec.clientSecretName", To: "Secret", Lenient: true},
	{From: "fleet.cattle.io/GitRepo", Path: "spec.helmSecretName", To: "Secret", Lenient: true},
	// https://fleet.rancher.io/gitrepo-targets
	{From: "fleet.cattle.io/GitRepo", Path: "spec.targets[].clusterGroup", To: "fleet.cattle.io/ClusterGroup", Lenient: true},
	// https://docs.k3s.io/helm
	{From: "helm.cattle.io/HelmChart", Path: "spec.authSecret.name", To: "Secret"},
	{From: "helm.cattle.io/HelmChart", Path: "spec.targetNamespace", To: "Namespace", Guess: true},
}

const (
	capi      = "cluster.x-k8s.io"
	capiInfra = "infrastructure.cluster.x-k8s.io"
	capiOwned = capi + "/MachineDeployment," + capi + "/MachineSet," + capi + "/MachinePool," + capi + "/Machine," + capi + "/MachineHealthCheck"
	kcp       = "controlplane.cluster.x-k8s.io/KubeadmControlPlane"
	kueue     = "kueue.x-k8s.io"
)
