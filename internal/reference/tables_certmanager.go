package reference

// certManagerRows: https://cert-manager.io/docs/reference/api-docs/
var certManagerRows = []Row{
	{From: certManager + "/Certificate," + certManager + "/CertificateRequest", Path: "spec.issuerRef.name", Kind: "kind", Group: "group", To: issuers},
	{From: certManager + "/Certificate", Path: "spec.keystores.jks.passwordSecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: certManager + "/Certificate", Path: "spec.keystores.pkcs12.passwordSecretRef.name", Key: "key", To: "Secret", Lenient: true},

	// A ClusterIssuer's Secrets are where cert-manager runs.
	{From: issuers, Path: "spec.ca.secretName", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.acme.externalAccountBinding.keySecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.acme.solvers[].dns01.**.*SecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.acme.solvers[].dns01.**.*SecretKeyRef.name", Key: "key", Namespace: "namespace", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.acme.solvers[].http01.ingress.ingressClassName", To: "networking.k8s.io/IngressClass"},
	{From: issuers, Path: "spec.acme.solvers[].http01.ingress.name", To: "networking.k8s.io/Ingress", Lenient: true},
	{From: issuers, Path: "spec.acme.solvers[].http01.gatewayHTTPRoute.parentRefs[].name", Kind: "kind", Group: "group", Namespace: "namespace", To: gatewayAPI + "/Gateway"},
	{From: issuers, Path: "spec.acme.solvers[].dns01.**.serviceAccountRef.name", To: "ServiceAccount", Lenient: true},
	{From: issuers, Path: "spec.vault.clientCertSecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.clientKeySecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.clientCertificate.secretName", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.aws.serviceAccountRef.name", To: "ServiceAccount", Lenient: true},
	{From: issuers, Path: "spec.vault.caBundleSecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.tokenSecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.appRole.secretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.kubernetes.secretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.vault.auth.kubernetes.serviceAccountRef.name", To: "ServiceAccount", Lenient: true},
	{From: issuers, Path: "spec.vault.server", Parse: URL, To: "Service", Lenient: true},
	{From: issuers, Path: "spec.venafi.tpp.caBundleSecretRef.name", Key: "key", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.venafi.ngts.credentialsRef.name", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.venafi.tpp.credentialsRef.name", To: "Secret", Lenient: true},
	{From: issuers, Path: "spec.venafi.cloud.apiTokenSecretRef.name", Key: "key", To: "Secret", Lenient: true},

	// https://cert-manager.io/docs/usage/ingress/#supported-annotations
	{From: ingresses + "," + gatewayAPI + "/Gateway,route.openshift.io/Route", Path: `metadata.annotations.cert-manager\.io/issuer`, When: `cert-manager\.io/issuer-group=`, Kind: `cert-manager\.io/issuer-kind`, To: issuers},
	{From: ingresses + "," + gatewayAPI + "/Gateway,route.openshift.io/Route", Path: `metadata.annotations.cert-manager\.io/cluster-issuer`, To: certManager + "/ClusterIssuer"},
	{From: ingresses, Path: `metadata.annotations.certmanager\.k8s\.io/cluster-issuer`, To: certManager + "/ClusterIssuer"},

	// https://cert-manager.io/docs/concepts/ca-injector/
	{From: "*", Path: `metadata.annotations.cert-manager\.io/inject-ca-from`, Parse: NamespaceName, To: certManager + "/Certificate"},
	{From: "*", Path: `metadata.annotations.certmanager\.k8s\.io/inject-ca-from`, Parse: NamespaceName, To: certManager + "/Certificate"},
	{From: "*", Path: `metadata.annotations.cert-manager\.io/inject-ca-from-secret`, Parse: NamespaceName, To: "Secret", Lenient: true},

	// https://cert-manager.io/docs/usage/csi-driver/
	{From: "Pod", Path: `volumes[].csi.volumeAttributes.csi\.cert-manager\.io/issuer-name`, When: `csi\.cert-manager\.io/issuer-group=`, Kind: `csi\.cert-manager\.io/issuer-kind`, To: issuers},

	// https://cert-manager.io/docs/trust/trust-manager/api-reference/
	{From: "trust.cert-manager.io/Bundle", Path: "spec.sources[].configMap.name", Key: "key", To: "ConfigMap", Lenient: true},
	{From: "trust.cert-manager.io/Bundle", Path: "spec.sources[].secret.name", Key: "key", To: "Secret", Lenient: true},
	{From: "trust-manager.io/ClusterBundle", Path: "spec.sourceRefs[].name", Kind: "kind", To: "ConfigMap,Secret", Lenient: true},
}

const (
	certManager = "cert-manager.io"
	issuers     = certManager + "/Issuer," + certManager + "/ClusterIssuer"
)
