package reference

// kedaRows: https://keda.sh/docs/latest/reference/
var kedaRows = []Row{
	{From: keda + "/ScaledObject", Path: "spec.scaleTargetRef.name", Kind: "kind", Group: "apiVersion", To: scalable},
	{From: keda + "/ScaledObject," + keda + "/ScaledJob", Path: "spec.triggers[].authenticationRef.name", Kind: "kind", To: keda + "/TriggerAuthentication," + keda + "/ClusterTriggerAuthentication"},
	{From: "eventing.keda.sh/CloudEventSource,eventing.keda.sh/ClusterCloudEventSource", Path: "spec.authenticationRef.name", Kind: "kind", To: keda + "/TriggerAuthentication," + keda + "/ClusterTriggerAuthentication"},
	{From: keda + "/ScaledObject," + keda + "/ScaledJob", Path: "spec.triggers[].metadata.serverAddress", Parse: URL, To: "Service", Lenient: true},
	{From: keda + "/ScaledObject," + keda + "/ScaledJob", Path: "spec.triggers[].metadata.address", Parse: URL, To: "Service", Lenient: true},
	{From: keda + "/ScaledObject," + keda + "/ScaledJob", Path: "spec.triggers[].metadata.host", Parse: URL, To: "Service", Lenient: true},
	{From: kedaAuths, Path: "spec.secretTargetRef[].name", Key: "key", To: "Secret", Lenient: true},
	{From: kedaAuths, Path: "spec.configMapTargetRef[].name", Key: "key", To: "ConfigMap", Lenient: true},
	{From: kedaAuths, Path: "spec.boundServiceAccountToken[].serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: kedaAuths, Path: "spec.hashiCorpVault.credential.serviceAccount", To: "ServiceAccount", Lenient: true},
	{From: kedaAuths, Path: "spec.hashiCorpVault.credential.serviceAccountName", To: "ServiceAccount", Lenient: true},
	{From: kedaAuths, Path: "spec.**.valueFrom.secretKeyRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: "http.keda.sh/HTTPScaledObject", Path: "spec.scaleTargetRef.name", Kind: "kind", Group: "apiVersion", To: scalable},
	{From: "http.keda.sh/HTTPScaledObject", Path: "spec.scaleTargetRef.service", Port: "port", To: "Service"},
}

const (
	keda      = "keda.sh"
	kedaAuths = keda + "/TriggerAuthentication," + keda + "/ClusterTriggerAuthentication"
)
