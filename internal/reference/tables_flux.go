package reference

// fluxRows: https://fluxcd.io/flux/components/. Their sources, and the objects
// that they check, commonly come from other builds.
var fluxRows = []Row{
	{From: fluxKs, Path: "spec.sourceRef.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: fluxSources, Siblings: true},
	{From: fluxKs, Path: "spec.dependsOn[].name", Namespace: "namespace", To: fluxKs, Siblings: true},
	{From: fluxKs, Path: "spec.postBuild.substituteFrom[].name", Kind: "kind", Optional: "optional", To: "ConfigMap,Secret", Lenient: true},
	{From: fluxKs, Path: "spec.decryption.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxKs, Path: "spec.decryption.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: fluxKs, Path: "spec.healthChecks[].name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: "apps/Deployment,apps/StatefulSet,apps/DaemonSet,batch/Job," + fluxHR, Lenient: true},
	{From: fluxHR, Path: "spec.chart.spec.sourceRef.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: fluxSource + "/HelmRepository," + fluxSource + "/GitRepository," + fluxSource + "/Bucket", Siblings: true},
	{From: fluxHR, Path: "spec.chartRef.name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: fluxSource + "/OCIRepository," + fluxSource + "/HelmChart," + fluxSource + "/ExternalArtifact", Siblings: true},
	{From: fluxHR, Path: "spec.chart.spec.verify.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxHR, Path: "spec.dependsOn[].name", Namespace: "namespace", To: fluxHR, Siblings: true},
	{From: fluxHR, Path: "spec.valuesFrom[].name", Kind: "kind", Optional: "optional", Key: "valuesKey", DefaultKey: "values.yaml", To: "ConfigMap,Secret"},
	{From: fluxKs + "," + fluxHR, Path: "spec.kubeConfig.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxKs + "," + fluxHR, Path: "spec.kubeConfig.configMapRef.name", To: "ConfigMap", Lenient: true},
	{From: fluxKs + "," + fluxHR, Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: fluxKs + "," + fluxHR, Path: "spec.targetNamespace", To: "Namespace", Guess: true},
	{From: fluxHR, Path: "spec.storageNamespace", To: "Namespace", Guess: true},
	// What charts usually call the objects that they are to use.
	{From: fluxHR, Path: "spec.values.**.existingSecret", Namespace: "/spec.targetNamespace", To: "Secret", Guess: true},
	{From: fluxHR, Path: "spec.values.**.existingClaim", Namespace: "/spec.targetNamespace", To: "PersistentVolumeClaim", Guess: true},
	{From: fluxHR, Path: "spec.values.**.existingConfigMap", Namespace: "/spec.targetNamespace", To: "ConfigMap", Guess: true},
	{From: fluxHR, Path: "spec.values.**.existingConfigmap", Namespace: "/spec.targetNamespace", To: "ConfigMap", Guess: true},
	// https://bjw-s-labs.github.io/helm-charts/docs/app-template/reference/
	{From: fluxHR, Path: "spec.values.persistence{}.name", When: "type=configMap", Namespace: "/spec.targetNamespace", To: "ConfigMap", Guess: true},
	{From: fluxHR, Path: "spec.values.persistence{}.name", When: "type=secret", Namespace: "/spec.targetNamespace", To: "Secret", Guess: true},
	{From: fluxHR, Path: "spec.values.**.secretKeyRef.name", Namespace: "/spec.targetNamespace", Key: "key", Optional: "optional", To: "Secret", Guess: true},
	{From: fluxHR, Path: "spec.values.**.configMapKeyRef.name", Namespace: "/spec.targetNamespace", Key: "key", Optional: "optional", To: "ConfigMap", Guess: true},
	{From: fluxHR, Path: "spec.values.**.secretRef.name", Namespace: "/spec.targetNamespace", Optional: "optional", To: "Secret", Guess: true},
	{From: fluxHR, Path: "spec.values.**.configMapRef.name", Namespace: "/spec.targetNamespace", Optional: "optional", To: "ConfigMap", Guess: true},

	{From: fluxSource + "/HelmRepository," + fluxSource + "/GitRepository," + fluxSource + "/OCIRepository," + fluxSource + "/Bucket", Path: "spec.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/HelmRepository," + fluxSource + "/OCIRepository," + fluxSource + "/Bucket", Path: "spec.certSecretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/GitRepository," + fluxSource + "/OCIRepository," + fluxSource + "/Bucket", Path: "spec.proxySecretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/GitRepository," + fluxSource + "/OCIRepository," + fluxSource + "/HelmChart", Path: "spec.verify.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/OCIRepository", Path: "spec.verify.trustedRootSecretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/Bucket", Path: "spec.sts.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/Bucket", Path: "spec.sts.certSecretRef.name", To: "Secret", Lenient: true},
	{From: fluxSource + "/GitRepository", Path: "spec.include[].repository.name", To: fluxSource + "/GitRepository"},
	{From: fluxSource + "/OCIRepository," + fluxSource + "/GitRepository," + fluxSource + "/Bucket", Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: fluxSource + "/HelmChart", Path: "spec.sourceRef.name", Kind: "kind", Group: "apiVersion", To: fluxSource + "/HelmRepository," + fluxSource + "/GitRepository," + fluxSource + "/Bucket"},
	{From: fluxExt + "/ArtifactGenerator", Path: "spec.sources[].name", Kind: "kind", Namespace: "namespace", To: fluxSources + "," + fluxSource + "/HelmChart"},

	{From: fluxImage + "/ImageRepository", Path: "spec.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxImage + "/ImageRepository", Path: "spec.proxySecretRef.name", To: "Secret", Lenient: true},
	{From: fluxImage + "/ImageRepository", Path: "spec.certSecretRef.name", To: "Secret", Lenient: true},
	{From: fluxImage + "/ImageRepository", Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: fluxImage + "/ImagePolicy", Path: "spec.imageRepositoryRef.name", Namespace: "namespace", To: fluxImage + "/ImageRepository"},
	{From: fluxImage + "/ImageUpdateAutomation", Path: "spec.sourceRef.name", Kind: "kind", Namespace: "namespace", To: fluxSource + "/GitRepository"},
	{From: fluxImage + "/ImageUpdateAutomation", Path: "spec.git.commit.signingKey.secretRef.name", To: "Secret", Lenient: true},

	{From: fluxNotify + "/Alert", Path: "spec.providerRef.name", To: fluxNotify + "/Provider"},
	{From: fluxNotify + "/Alert", Path: "spec.eventSources[].name", Kind: "kind", Namespace: "namespace", To: fluxEvents, Lenient: true},
	{From: fluxNotify + "/Receiver", Path: "spec.resources[].name", Kind: "kind", Group: "apiVersion", Namespace: "namespace", To: fluxEvents, Lenient: true},
	{From: fluxNotify + "/Receiver," + fluxNotify + "/Provider", Path: "spec.secretRef.name", To: "Secret", Lenient: true},
	{From: fluxNotify + "/Provider", Path: "spec.certSecretRef.name", To: "Secret", Lenient: true},
	{From: fluxNotify + "/Provider", Path: "spec.proxySecretRef.name", To: "Secret", Lenient: true},
	{From: fluxNotify + "/Provider", Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},

	// https://fluxcd.control-plane.io/operator/
	{From: "fluxcd.controlplane.io/ResourceSet", Path: "spec.inputsFrom[].name", To: "fluxcd.controlplane.io/ResourceSetInputProvider"},
	{From: "fluxcd.controlplane.io/ResourceSet", Path: "spec.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: "fluxcd.controlplane.io/FluxInstance", Path: "spec.sync.pullSecret", To: "Secret", Lenient: true},
	{From: "infra.contrib.fluxcd.io/Terraform", Path: "spec.sourceRef.name", Kind: "kind", Namespace: "namespace", To: fluxSources},
	{From: "infra.contrib.fluxcd.io/Terraform", Path: "spec.varsFrom[].name", Kind: "kind", Optional: "optional", To: "Secret,ConfigMap", Lenient: true},
	{From: "infra.contrib.fluxcd.io/Terraform", Path: "spec.dependsOn[].name", Namespace: "namespace", To: "infra.contrib.fluxcd.io/Terraform"},

	// https://docs.flagger.app/usage/how-it-works
	{From: "flagger.app/Canary", Path: "spec.targetRef.name", Kind: "kind", Group: "apiVersion", To: scalable + ",apps/DaemonSet,Service,serving.knative.dev/Service"},
	{From: "flagger.app/Canary", Path: "spec.autoscalerRef.name", Kind: "kind", Group: "apiVersion", To: "autoscaling/HorizontalPodAutoscaler,keda.sh/ScaledObject"},
	{From: "flagger.app/Canary", Path: "spec.ingressRef.name", To: "networking.k8s.io/Ingress"},
	{From: "flagger.app/Canary", Path: "spec.service.gateways[]", Parse: NamespaceName, To: istio + "/Gateway"},
	{From: "flagger.app/Canary", Path: "spec.service.gatewayRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: gatewayAPI + "/Gateway"},
	{From: "flagger.app/Canary", Path: "spec.analysis.metrics[].templateRef.name", Namespace: "namespace", To: "flagger.app/MetricTemplate"},
	{From: "flagger.app/Canary", Path: "spec.analysis.alerts[].providerRef.name", Namespace: "namespace", To: "flagger.app/AlertProvider"},
	{From: "flagger.app/Canary", Path: "spec.analysis.webhooks[].url", Parse: URL, To: "Service", Lenient: true},
	{From: "flagger.app/AlertProvider", Path: "spec.secretRef.name", To: "Secret", Lenient: true},
	{From: "flagger.app/MetricTemplate", Path: "spec.provider.secretRef.name", To: "Secret", Lenient: true},
	{From: "flagger.app/MetricTemplate", Path: "spec.provider.address", Parse: URL, To: "Service", Lenient: true},
}

const (
	fluxKs      = "kustomize.toolkit.fluxcd.io/Kustomization"
	fluxHR      = "helm.toolkit.fluxcd.io/HelmRelease"
	fluxSource  = "source.toolkit.fluxcd.io"
	fluxExt     = "source.extensions.fluxcd.io"
	fluxImage   = "image.toolkit.fluxcd.io"
	fluxNotify  = "notification.toolkit.fluxcd.io"
	fluxSources = fluxSource + "/GitRepository," + fluxSource + "/OCIRepository," + fluxSource + "/Bucket," + fluxSource + "/ExternalArtifact"
	fluxEvents  = fluxKs + "," + fluxHR + "," + fluxSource + "/GitRepository," + fluxSource + "/OCIRepository," + fluxSource + "/Bucket," + fluxSource + "/HelmRepository," + fluxSource + "/HelmChart," + fluxImage + "/ImageRepository," + fluxImage + "/ImagePolicy," + fluxImage + "/ImageUpdateAutomation"
)
