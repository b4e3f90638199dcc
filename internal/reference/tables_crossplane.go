package reference

// crossplaneRows: https://docs.crossplane.io/latest/api/
var crossplaneRows = []Row{
	{From: xpkg + "/Provider," + xpkg + "/Function", Path: "spec.runtimeConfigRef.name", Kind: "kind", Group: "apiVersion", To: xpkg + "/DeploymentRuntimeConfig"},
	{From: xpkg + "/Provider," + xpkg + "/Function", Path: "spec.controllerConfigRef.name", To: xpkg + "/ControllerConfig"},
	{From: xpkg + "/Provider," + xpkg + "/Function," + xpkg + "/Configuration", Path: "spec.packagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: xapi + "/Composition", Path: "spec.pipeline[].functionRef.name", To: xpkg + "/Function"},
	{From: xapi + "/Composition", Path: "spec.pipeline[].credentials[].secretRef.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: xapi + "/CompositeResourceDefinition", Path: "spec.defaultCompositionRef.name", To: xapi + "/Composition"},
	{From: xapi + "/CompositeResourceDefinition", Path: "spec.enforcedCompositionRef.name", To: xapi + "/Composition"},
	{From: xUsages, Path: "spec.of.resourceRef.name", Kind: "^kind", Group: "^apiVersion", To: "Secret", Lenient: true},
	{From: xUsages, Path: "spec.by.resourceRef.name", Kind: "^kind", Group: "^apiVersion", To: "Secret", Lenient: true},
	{From: xpkg + "/ImageConfig", Path: "spec.registry.authentication.pullSecretRef.name", InNamespace: "*", To: "Secret", Lenient: true},
	{From: "Custom", Path: "spec.compositionRef.name", To: xapi + "/Composition", Guess: true},
	{From: "Custom", Path: "spec.crossplane.compositionRef.name", To: xapi + "/Composition", Guess: true},
	{From: "Custom", Path: "spec.providerConfigRef.name", When: "kind!=", Kind: "kind", To: providerConfigs, Guess: true},
	{From: "Custom", Path: "spec.providerConfigRef.name", When: "kind=", To: providerConfigs, Guess: true},
	{From: providerConfigs, Path: "spec.credentials.secretRef.name", Namespace: "namespace", Key: "key", To: "Secret", Lenient: true},
}

const (
	xpkg = "pkg.crossplane.io"
	xapi = "apiextensions.crossplane.io"
	// xUsages moved into a group of their own.
	xUsages = xapi + "/Usage,protection.crossplane.io/Usage,protection.crossplane.io/ClusterUsage"
	// providerConfigs are those of the commonest providers.
	providerConfigs = "aws.upbound.io/ProviderConfig,aws.m.upbound.io/ProviderConfig,aws.m.upbound.io/ClusterProviderConfig,gcp.upbound.io/ProviderConfig,azure.upbound.io/ProviderConfig,kubernetes.crossplane.io/ProviderConfig,helm.crossplane.io/ProviderConfig,aws.crossplane.io/ProviderConfig,gcp.crossplane.io/ProviderConfig,azure.crossplane.io/ProviderConfig,ansible.crossplane.io/ProviderConfig,vault.upbound.io/ProviderConfig,tf.upbound.io/ProviderConfig,grafana.crossplane.io/ProviderConfig,mysql.sql.crossplane.io/ProviderConfig,postgresql.sql.crossplane.io/ProviderConfig,http.crossplane.io/ProviderConfig"
)
