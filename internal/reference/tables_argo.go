package reference

// argoRows are the references of Argo CD and Argo Rollouts.
var argoRows = []Row{
	// https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
	// Projects are where Argo CD runs; applications may be in any namespace.
	{From: argo + "/Application", Path: "spec.project", InNamespace: "*", To: argo + "/AppProject"},
	{From: argo + "/Application", Path: "spec.destination.namespace", To: "Namespace", Guess: true},
	{From: argo + "/ApplicationSet", Path: "spec.template.spec.project", InNamespace: "*", To: argo + "/AppProject"},
	{From: argo + "/ApplicationSet", Path: "spec.template.spec.destination.namespace", To: "Namespace", Guess: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.tokenRef.secretName", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.appSecretName", To: "Secret", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.passwordRef.secretName", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.accessTokenRef.secretName", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.appPasswordRef.secretName", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.caRef.configMapName", Key: "key", To: "ConfigMap", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.clusterDecisionResource.configMapRef", To: "ConfigMap", Lenient: true},
	{From: argo + "/ApplicationSet", Path: "spec.generators[].**.plugin.configMapRef.name", To: "ConfigMap", Lenient: true},

	// https://argo-rollouts.readthedocs.io/en/stable/features/specification/
	{From: argo + "/Rollout", Path: "spec.workloadRef.name", Kind: "kind", Group: "apiVersion", To: "apps/Deployment,apps/ReplicaSet,PodTemplate"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.stableService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.canaryService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.pingPong.pingService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.pingPong.pongService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.activeService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.previewService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.nginx.stableIngress", To: "networking.k8s.io/Ingress"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.nginx.stableIngresses[]", To: "networking.k8s.io/Ingress"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.alb.ingress", To: "networking.k8s.io/Ingress"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.alb.ingresses[]", To: "networking.k8s.io/Ingress"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.alb.rootService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.istio.virtualService.name", To: istio + "/VirtualService"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.istio.virtualServices[].name", To: istio + "/VirtualService"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.istio.destinationRule.name", To: istio + "/DestinationRule"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.appMesh.virtualService.name", To: "appmesh.k8s.aws/VirtualService"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.appMesh.virtualNodeGroup.canaryVirtualNodeRef.name", To: "appmesh.k8s.aws/VirtualNode"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.appMesh.virtualNodeGroup.stableVirtualNodeRef.name", To: "appmesh.k8s.aws/VirtualNode"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.smi.rootService", To: "Service"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.traefik.weightedTraefikServiceName", To: traefikWeighted},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.ambassador.mappings[]", To: "getambassador.io/Mapping"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.apisix.route.name", To: "apisix.apache.org/ApisixRoute"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoute", Namespace: "namespace", To: gatewayAPI + "/HTTPRoute"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoutes[].name", Namespace: "^namespace", To: gatewayAPI + "/HTTPRoute"},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.analysis.templates[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.analysis.templates[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.steps[].analysis.templates[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.steps[].analysis.templates[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.steps[].experiment.analyses[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.canary.steps[].experiment.analyses[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.prePromotionAnalysis.templates[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.prePromotionAnalysis.templates[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.postPromotionAnalysis.templates[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate", Siblings: true},
	{From: argo + "/Rollout", Path: "spec.strategy.blueGreen.postPromotionAnalysis.templates[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate", Siblings: true},
	{From: argo + "/Experiment", Path: "spec.analyses[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate"},
	{From: argo + "/Experiment", Path: "spec.analyses[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate"},
	{From: analysisTemplates, Path: "spec.templates[].templateName", When: "clusterScope!=true", To: argo + "/AnalysisTemplate"},
	{From: analysisTemplates, Path: "spec.templates[].templateName", When: "clusterScope=true", To: argo + "/ClusterAnalysisTemplate"},
	{From: argo + "/Experiment", Path: "spec.analyses[].args[].valueFrom.secretKeyRef.name", Key: "key", To: "Secret"},
	// The controller's namespace, unless namespaced is set.
	{From: analysisTemplates + "," + argo + "/AnalysisRun", Path: "spec.metrics[].provider.datadog.secretRef.name", InNamespace: "*", To: "Secret", Lenient: true},
	{From: analysisTemplates + "," + argo + "/AnalysisRun", Path: "spec.args[].valueFrom.secretKeyRef.name", Key: "key", To: "Secret"},
	{From: analysisTemplates, Path: "spec.metrics[].provider.prometheus.address", Parse: URL, To: "Service", Lenient: true},
	{From: analysisTemplates, Path: "spec.metrics[].provider.web.url", Parse: URL, To: "Service", Lenient: true},
}

const (
	argo              = "argoproj.io"
	analysisTemplates = argo + "/AnalysisTemplate," + argo + "/ClusterAnalysisTemplate"
	workflows         = argo + "/Workflow," + argo + "/WorkflowTemplate," + argo + "/ClusterWorkflowTemplate"
	allWorkflows      = workflows + "," + argo + "/CronWorkflow"
)

// argoWorkflowRows are the references of Argo Workflows and Argo Events:
// https://argo-workflows.readthedocs.io/en/latest/fields/. The pods of their
// templates are with the pods.
var argoWorkflowRows = []Row{
	{From: workflows, Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: workflows, Path: "spec.executor.serviceAccountName", To: "ServiceAccount"},
	{From: workflows, Path: "spec.workflowTemplateRef.name", When: "clusterScope!=true", To: argo + "/WorkflowTemplate"},
	{From: workflows, Path: "spec.workflowTemplateRef.name", When: "clusterScope=true", To: argo + "/ClusterWorkflowTemplate"},
	{From: workflows, Path: "spec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: workflows, Path: "spec.podPriorityClassName", To: "scheduling.k8s.io/PriorityClass"},
	{From: workflows, Path: "spec.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: workflows, Path: "spec.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},
	{From: workflows, Path: "spec.volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: workflows, Path: "spec.volumeClaimTemplates[].spec.storageClassName", To: storageClass},
	// The controller looks in its own namespace too.
	{From: allWorkflows, Path: "spec.**.artifactRepositoryRef.configMap", Key: "key", InNamespace: "*", To: "ConfigMap", Lenient: true},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.serviceAccountName", To: "ServiceAccount"},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.workflowTemplateRef.name", When: "clusterScope!=true", To: argo + "/WorkflowTemplate"},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.workflowTemplateRef.name", When: "clusterScope=true", To: argo + "/ClusterWorkflowTemplate"},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},
	{From: argo + "/CronWorkflow", Path: "spec.workflowSpec.volumes[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: allWorkflows, Path: "spec.**.templateRef.name", When: "clusterScope!=true", To: argo + "/WorkflowTemplate"},
	{From: allWorkflows, Path: "spec.**.templateRef.name", When: "clusterScope=true", To: argo + "/ClusterWorkflowTemplate"},
	{From: allWorkflows, Path: "spec.**.configMapKeyRef.name", Key: "key", Optional: "optional", To: "ConfigMap"},
	{From: allWorkflows, Path: "spec.**.accessKeySecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.secretKeySecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.usernameSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.passwordSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.sessionTokenSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.caSecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.serviceAccountKeySecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.accountKeySecret.name", Key: "key", Optional: "optional", To: "Secret"},
	{From: allWorkflows, Path: "spec.**.sshPrivateKeySecret.name", Key: "key", Optional: "optional", To: "Secret"},

	// https://argoproj.github.io/argo-events/APIs/
	{From: argo + "/Sensor," + argo + "/EventSource", Path: "spec.eventBusName", To: argo + "/EventBus"},
	{From: argo + "/Sensor," + argo + "/EventSource", Path: "spec.template.serviceAccountName", To: "ServiceAccount"},
	{From: argo + "/Sensor", Path: "spec.dependencies[].eventSourceName", To: argo + "/EventSource"},
	{From: argo + "/Sensor," + argo + "/EventSource", Path: "spec.**.accessToken.name", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/Sensor," + argo + "/EventSource", Path: "spec.**.accessKey.name", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/Sensor," + argo + "/EventSource", Path: "spec.**.secretKey.name", Key: "key", To: "Secret", Lenient: true},
	{From: argo + "/WorkflowEventBinding", Path: "spec.submit.workflowTemplateRef.name", When: "clusterScope!=true", To: argo + "/WorkflowTemplate"},
	{From: argo + "/WorkflowEventBinding", Path: "spec.submit.workflowTemplateRef.name", When: "clusterScope=true", To: argo + "/ClusterWorkflowTemplate"},
}
