package reference

// externalSecretsRows: https://external-secrets.io/latest/api/spec/. The
// credentials of a store are commonly put into the cluster by hand.
var externalSecretsRows = []Row{
	{From: eso + "/ExternalSecret", Path: "spec.secretStoreRef.name", Kind: "kind", To: stores},
	{From: eso + "/ExternalSecret", Path: "spec.data[].sourceRef.storeRef.name", Kind: "kind", To: stores},
	{From: eso + "/ExternalSecret", Path: "spec.data[].sourceRef.generatorRef.name", Kind: "kind", Group: "apiVersion", To: generators},
	{From: eso + "/ExternalSecret", Path: "spec.dataFrom[].sourceRef.storeRef.name", Kind: "kind", To: stores},
	{From: eso + "/ExternalSecret", Path: "spec.dataFrom[].sourceRef.generatorRef.name", Kind: "kind", Group: "apiVersion", To: generators},
	{From: eso + "/ExternalSecret", Path: "spec.target.template.templateFrom[].configMap.name", Key: "items[].key", To: "ConfigMap", Lenient: true},
	{From: eso + "/ExternalSecret", Path: "spec.target.template.templateFrom[].secret.name", Key: "items[].key", To: "Secret", Lenient: true},
	{From: eso + "/ExternalSecret", Path: "spec.target.name", When: "creationPolicy=Merge", To: "Secret", Lenient: true},
	{From: eso + "/ClusterExternalSecret", Path: "spec.externalSecretSpec.secretStoreRef.name", Kind: "kind", To: stores},
	{From: eso + "/ClusterExternalSecret", Path: "spec.externalSecretSpec.dataFrom[].sourceRef.storeRef.name", Kind: "kind", To: stores},
	{From: eso + "/ClusterExternalSecret", Path: "spec.namespaces[]", To: "Namespace", Guess: true},
	{From: eso + "/PushSecret", Path: "spec.secretStoreRefs[].name", Kind: "kind", To: stores},
	{From: eso + "/PushSecret", Path: "spec.selector.secret.name", Key: "/spec.data[].match.secretKey", To: "Secret", Lenient: true},
	{From: eso + "/PushSecret", Path: "spec.selector.generatorRef.name", Kind: "kind", Group: "apiVersion", To: generators},

	// Credentials of the stores. Each provider has fields of its own, all of them
	// selectors with name, key and (for ClusterSecretStores) namespace.
	{From: stores, Path: "spec.provider.**.*SecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.clientId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.clientSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.clientId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.authSecretRef.clientSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.secretRef.accessToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.connectTokenSecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.dopplerToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.universalAuthCredentials.clientId.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.universalAuthCredentials.clientSecret.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.token.bearerToken.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.cert.clientCert.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.cert.clientKey.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.kubernetes.auth.serviceAccount.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: stores, Path: "spec.provider.**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: stores, Path: "spec.provider.**.caProvider.name", When: "type=Secret", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: stores, Path: "spec.provider.**.caProvider.name", When: "type=ConfigMap", Key: "key", Namespace: "namespace", To: "ConfigMap", Lenient: true},
	{From: stores, Path: "spec.provider.vault.server", Parse: URL, To: "Service", Lenient: true},
	{From: generatorKinds, Path: "spec.**.*SecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.secretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: generatorKinds, Path: "spec.**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
}

const (
	eso            = "external-secrets.io"
	esoGen         = "generators.external-secrets.io"
	stores         = eso + "/SecretStore," + eso + "/ClusterSecretStore"
	generatorKinds = esoGen + "/ACRAccessToken," + esoGen + "/ECRAuthorizationToken," + esoGen + "/GCRAccessToken," + esoGen + "/GithubAccessToken," + esoGen + "/QuayAccessToken," + esoGen + "/STSSessionToken," + esoGen + "/VaultDynamicSecret," + esoGen + "/Webhook"
	generators     = esoGen + "/Password," + esoGen + "/UUID," + esoGen + "/SSHKey," + esoGen + "/Fake," + esoGen + "/ClusterGenerator," + generatorKinds
)
