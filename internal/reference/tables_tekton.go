package reference

// tektonRows: https://tekton.dev/docs/pipelines/ and https://tekton.dev/docs/triggers/
var tektonRows = []Row{
	{From: tekton + "/PipelineRun", Path: "spec.pipelineRef.name", To: tekton + "/Pipeline", Lenient: true},
	{From: tekton + "/TaskRun", Path: "spec.taskRef.name", Kind: "kind", To: tekton + "/Task," + tekton + "/ClusterTask", Lenient: true},
	{From: tekton + "/Pipeline", Path: "spec.tasks[].taskRef.name", Kind: "kind", Group: "apiVersion", To: tekton + "/Task," + tekton + "/ClusterTask", Lenient: true},
	{From: tekton + "/Pipeline", Path: "spec.finally[].taskRef.name", Kind: "kind", Group: "apiVersion", To: tekton + "/Task," + tekton + "/ClusterTask", Lenient: true},
	{From: tekton + "/PipelineRun", Path: "spec.pipelineSpec.tasks[].taskRef.name", Kind: "kind", Group: "apiVersion", To: tekton + "/Task," + tekton + "/ClusterTask", Lenient: true},
	{From: tekton + "/PipelineRun," + tekton + "/TaskRun", Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: tekton + "/PipelineRun", Path: "spec.taskRunTemplate.serviceAccountName", To: "ServiceAccount"},
	{From: tekton + "/PipelineRun," + tekton + "/TaskRun", Path: "spec.workspaces[].persistentVolumeClaim.claimName", To: "PersistentVolumeClaim"},
	{From: tekton + "/PipelineRun," + tekton + "/TaskRun", Path: "spec.workspaces[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret"},
	{From: tekton + "/PipelineRun," + tekton + "/TaskRun", Path: "spec.workspaces[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap"},

	{From: triggers + "/EventListener", Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: triggers + "/EventListener", Path: "spec.triggers[].triggerRef", To: triggers + "/Trigger"},
	{From: triggers + "/EventListener", Path: "spec.triggers[].bindings[].ref", Kind: "kind", To: triggers + "/TriggerBinding," + triggers + "/ClusterTriggerBinding"},
	{From: triggers + "/EventListener", Path: "spec.triggers[].template.ref", To: triggers + "/TriggerTemplate"},
	{From: triggers + "/Trigger", Path: "spec.bindings[].ref", Kind: "kind", To: triggers + "/TriggerBinding," + triggers + "/ClusterTriggerBinding"},
	{From: triggers + "/Trigger", Path: "spec.template.ref", To: triggers + "/TriggerTemplate"},
	{From: triggers + "/EventListener," + triggers + "/Trigger", Path: "spec.**.secretRef.secretName", Key: "secretKey", To: "Secret"},
}

const (
	tekton   = "tekton.dev"
	triggers = "triggers.tekton.dev"
)
