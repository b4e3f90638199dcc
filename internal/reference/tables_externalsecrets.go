package reference

// externalSecretsRows: https://external-secrets.io/latest/api/spec/. The
// credentials of a store are commonly put into the cluster by hand.
var externalSecretsRows = []Row{
	{From: externalSecrets, Path: "spec.**.secretStoreRef.name", Kind: "kind", To: stores},
	{From: externalSecrets, Path: "spec.**.sourceRef.storeRef.name", Kind: "kind", To: stores},
	{From: externalSecrets, Path: "spec.**.sourceRef.generatorRef.name", Kind: "kind", Group: "apiVersion", To: generators},
	{From: externalSecrets + "," + pushSecrets, Path: "spec.**.templateFrom[].configMap.name", Key: "items[].key", To: "ConfigMap", Lenient: true},
	{From: externalSecrets + "," + pushSecrets, Path: "spec.**.templateFrom[].secret.name", Key: "items[].key", To: "Secret", Lenient: true},
	{From: eso + "/ExternalSecret", Path: "spec.target.name", When: "creationPolicy=Merge", To: "Secret", Lenient: true},
	{From: eso + "/ClusterExternalSecret", Path: "spec.namespaces[]", To: "Namespace", Guess: true},
	{From: pushSecrets, Path: "spec.**.secretStoreRefs[].name", Kind: "kind", To: stores},
	// With a template, the keys are those of the template.
	{From: eso + "/PushSecret", Path: "spec.selector.secret.name", When: "/spec.template.data{}=,/spec.template.templateFrom[]=", Key: "/spec.data[].match.secretKey", To: "Secret", Lenient: true},
	{From: eso + "/ClusterPushSecret", Path: "spec.pushSecretSpec.selector.secret.name", To: "Secret", Lenient: true},
	{From: pushSecrets, Path: "spec.**.selector.generatorRef.name", Kind: "kind", Group: "apiVersion", To: generators},

	// Credentials of the stores. Each provider has fields of its own, all of them
	// selectors with name, key and (for ClusterSecretStores) namespace.
	{From: stores, Path: "spec.provider.**.*SecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.clientId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.clientSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.clientCertificate.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.tenantId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.SecretRef.accessToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.accessToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.credentials.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.dopplerToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.*AuthCredentials{}.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.apikey.userRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.apiKeyRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.passcodeRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.ntlm.usernameSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.ntlm.passwordSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.auth.appRole.roleRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.auth.cert.clientCert.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.akeyless.authSecretRef.secretRef{}.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.dvls.auth.secretRef{}.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.oracle.auth.secretRef{}.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.volcengine.auth.secretRef{}.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.github.auth.privateKey.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.keepersecurity.authRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.authRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.token.bearerToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.cert.clientKey.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.serviceAccount.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: stores, Path: "spec.provider.**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: stores + "," + generatorKinds, Path: "spec.**.caProvider.name", When: "type=Secret", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores + "," + generatorKinds, Path: "spec.**.caProvider.name", When: "type=ConfigMap", Key: "key", Namespace: "namespace", To: "ConfigMap", Lenient: true},
	{From: stores + "," + generatorKinds, Path: "spec.**.workloadIdentityFederation.credConfig.name", Key: "key", Namespace: "namespace", To: "ConfigMap", Lenient: true},
	{From: stores, Path: "spec.provider.vault.server", Parse: URL, To: "Service", Lenient: true},

	{From: generatorKinds, Path: "spec.**.*SecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.secretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.servicePrincipal.secretRef.clientId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.servicePrincipal.secretRef.clientSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.auth.appRole.roleRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.auth.cert.clientCert.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.ntlm.usernameSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.ntlm.passwordSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: esoGen + "/Grafana", Path: "spec.auth.token.name", Key: "key", To: "Secret", Lenient: true},
	{From: esoGen + "/Grafana", Path: "spec.auth.basic.password.name", Key: "key", To: "Secret", Lenient: true},
	{From: esoGen + "/ClusterGenerator", Path: "spec.generator.grafanaSpec.auth.token.name", Key: "key", To: "Secret", Lenient: true},
	{From: esoGen + "/ClusterGenerator", Path: "spec.generator.grafanaSpec.auth.basic.password.name", Key: "key", To: "Secret", Lenient: true},
	{From: esoGen + "/MFA", Path: "spec.secret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: esoGen + "/ClusterGenerator", Path: "spec.generator.mfaSpec.secret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
}

const (
	eso             = "external-secrets.io"
	esoGen          = "generators.external-secrets.io"
	stores          = eso + "/SecretStore," + eso + "/ClusterSecretStore"
	externalSecrets = eso + "/ExternalSecret," + eso + "/ClusterExternalSecret"
	pushSecrets     = eso + "/PushSecret," + eso + "/ClusterPushSecret"
	generatorKinds  = esoGen + "/ACRAccessToken," + esoGen + "/CloudsmithAccessToken," + esoGen + "/ClusterGenerator," + esoGen + "/ECRAuthorizationToken," + esoGen + "/GCRAccessToken," + esoGen + "/GithubAccessToken," + esoGen + "/QuayAccessToken," + esoGen + "/STSSessionToken," + esoGen + "/VaultDynamicSecret," + esoGen + "/Webhook"
	generators      = esoGen + "/Password," + esoGen + "/UUID," + esoGen + "/SSHKey," + esoGen + "/Fake," + esoGen + "/Grafana," + esoGen + "/MFA," + generatorKinds
)
