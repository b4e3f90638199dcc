package reference

// vaultRows are the references of other operators for secrets.
var vaultRows = []Row{
	// https://developer.hashicorp.com/vault/docs/platform/k8s/vso/api-reference
	{From: vsoSecrets, Path: "spec.vaultAuthRef", Parse: NamespaceName, To: vso + "/VaultAuth"},
	{From: vso + "/CSISecrets", Path: "spec.vaultAuthRef.name", Namespace: "namespace", To: vso + "/VaultAuth"},
	{From: vso + "/CSISecrets", Path: "spec.secrets.**.transformationRefs[].name", Namespace: "namespace", To: vso + "/SecretTransformation"},
	{From: vsoSecrets, Path: "spec.rolloutRestartTargets[].name", Kind: "kind", To: "apps/Deployment,apps/StatefulSet,apps/DaemonSet,argoproj.io/Rollout"},
	{From: vsoSecrets + "," + vso + "/HCPVaultSecretsApp", Path: "spec.destination.name", When: "create!=true", To: "Secret", Lenient: true},
	{From: vsoSecrets + "," + vso + "/HCPVaultSecretsApp", Path: "spec.destination.transformation.transformationRefs[].name", Namespace: "namespace", To: vso + "/SecretTransformation"},
	{From: vso + "/HCPVaultSecretsApp", Path: "spec.hcpAuthRef", Parse: NamespaceName, To: vso + "/HCPAuth"},
	{From: vso + "/HCPVaultSecretsApp", Path: "spec.rolloutRestartTargets[].name", Kind: "kind", To: "apps/Deployment,apps/StatefulSet,apps/DaemonSet,argoproj.io/Rollout"},
	{From: vso + "/HCPAuth", Path: "spec.servicePrincipal.secretRef", To: "Secret", Lenient: true},
	{From: vaultAuths, Path: "spec.vaultConnectionRef", Parse: NamespaceName, To: vso + "/VaultConnection"},
	{From: vso + "/VaultAuth", Path: "spec.vaultAuthGlobalRef.name", Namespace: "namespace", To: vso + "/VaultAuthGlobal"},
	// The accounts and credentials are those in the namespaces of the secrets that
	// authenticate with it.
	{From: vaultAuths, Path: "spec.kubernetes.serviceAccount", InNamespace: "*", To: "ServiceAccount", Lenient: true},
	{From: vaultAuths, Path: "spec.appRole.secretRef", InNamespace: "*", To: "Secret", Lenient: true},
	{From: vaultAuths, Path: "spec.jwt.secretRef", InNamespace: "*", To: "Secret", Lenient: true},
	{From: vaultAuths, Path: "spec.jwt.serviceAccount", InNamespace: "*", To: "ServiceAccount", Lenient: true},
	{From: vaultAuths, Path: "spec.aws.secretRef", InNamespace: "*", To: "Secret", Lenient: true},
	{From: vaultAuths, Path: "spec.aws.irsaServiceAccount", InNamespace: "*", To: "ServiceAccount", Lenient: true},
	{From: vaultAuths, Path: "spec.gcp.workloadIdentityServiceAccount", InNamespace: "*", To: "ServiceAccount", Lenient: true},
	{From: vso + "/VaultConnection", Path: "spec.caCertSecretRef", To: "Secret", Lenient: true},
	{From: vso + "/VaultConnection", Path: "spec.address", Parse: URL, To: "Service", Lenient: true},

	// https://bank-vaults.dev/docs/operator/
	{From: bankVault, Path: "spec.serviceAccount", To: "ServiceAccount", Lenient: true},
	{From: bankVault, Path: "spec.existingTlsSecretName", To: "Secret", Lenient: true},
	{From: bankVault, Path: "spec.credentialsConfig.secretName", To: "Secret", Lenient: true},
	{From: bankVault, Path: "spec.**.valueFrom.secretKeyRef.name", Key: "key", Optional: "optional", To: "Secret", Lenient: true},
	{From: bankVault, Path: "spec.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret", Lenient: true},
	{From: bankVault, Path: "spec.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap", Lenient: true},

	// https://github.com/redhat-cop/vault-config-operator
	{From: "redhatcop.redhat.io/VaultSecret", Path: "spec.vaultSecretDefinitions[].authentication.serviceAccount.name", To: "ServiceAccount", Lenient: true},

	{From: "redhatcop.redhat.io/KubernetesAuthEngineRole", Path: "spec.targetServiceAccounts[]", InNamespace: "*", To: "ServiceAccount", Guess: true},
	// Doppler, Infisical, Bitwarden
	{From: "secrets.doppler.com/DopplerSecret", Path: "spec.tokenSecret.name", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: "secrets.infisical.com/InfisicalSecret", Path: "spec.authentication.**.credentialsRef.secretName", Namespace: "secretNamespace", To: "Secret", Lenient: true},
	{From: "secrets.infisical.com/InfisicalSecret", Path: "spec.authentication.**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: "k8s.bitwarden.com/BitwardenSecret", Path: "spec.authToken.secretName", Key: "secretKey", To: "Secret", Lenient: true},
}

const (
	vso        = "secrets.hashicorp.com"
	bankVault  = "vault.banzaicloud.com/Vault"
	vaultAuths = vso + "/VaultAuth," + vso + "/VaultAuthGlobal"
	vsoSecrets = vso + "/VaultStaticSecret," + vso + "/VaultDynamicSecret," + vso + "/VaultPKISecret"
)
