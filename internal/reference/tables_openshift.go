package reference

// openShiftRows: https://docs.redhat.com/en/documentation/openshift_container_platform/
var openShiftRows = []Row{
	{From: "route.openshift.io/Route", Path: "spec.to.name", Kind: "kind", To: "Service"},
	{From: "route.openshift.io/Route", Path: "spec.alternateBackends[].name", Kind: "kind", To: "Service"},
	{From: "route.openshift.io/Route", Path: "spec.tls.externalCertificate.name", To: "Secret"},

	{From: "build.openshift.io/BuildConfig", Path: "spec.output.to.name", When: "kind=ImageStreamTag", Namespace: "namespace", Parse: Tagged, To: imageStream},
	{From: "build.openshift.io/BuildConfig", Path: "spec.**.from.name", When: "kind=ImageStreamTag", Namespace: "namespace", Parse: Tagged, To: imageStream, Lenient: true},
	{From: "build.openshift.io/BuildConfig", Path: "spec.source.sourceSecret.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.source.secrets[].secret.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.source.configMaps[].configMap.name", To: "ConfigMap"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.output.pushSecret.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.strategy.**.pullSecret.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.triggers[].github.secretReference.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.triggers[].gitlab.secretReference.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.triggers[].generic.secretReference.name", To: "Secret"},
	{From: "build.openshift.io/BuildConfig", Path: "spec.serviceAccount", To: "ServiceAccount"},
	{From: "apps.openshift.io/DeploymentConfig", Path: "spec.triggers[].imageChangeParams.from.name", When: "kind=ImageStreamTag", Namespace: "namespace", Parse: Tagged, To: imageStream, Lenient: true},

	{From: "security.openshift.io/SecurityContextConstraints", Path: "users[]", Parse: User, To: "ServiceAccount", Lenient: true},
	{From: "authorization.openshift.io/RoleBinding", Path: "subjects[].name", When: "kind=ServiceAccount", Namespace: "namespace", To: "ServiceAccount"},
	{From: "authorization.openshift.io/RoleBinding", Path: "userNames[]", Parse: User, To: "ServiceAccount"},
	// Cluster configuration reads from one namespace of its own.
	{From: "config.openshift.io/OAuth", Path: "spec.identityProviders[].**.clientSecret.name", InNamespace: "openshift-config", To: "Secret", Lenient: true},
	{From: "config.openshift.io/OAuth", Path: "spec.identityProviders[].**.fileData.name", InNamespace: "openshift-config", To: "Secret", Lenient: true},
	{From: "config.openshift.io/OAuth", Path: "spec.identityProviders[].**.bindPassword.name", InNamespace: "openshift-config", To: "Secret", Lenient: true},
	{From: "config.openshift.io/OAuth", Path: "spec.identityProviders[].**.ca.name", InNamespace: "openshift-config", To: "ConfigMap", Lenient: true},
	{From: "operator.openshift.io/IngressController", Path: "spec.defaultCertificate.name", InNamespace: "openshift-ingress", To: "Secret", Lenient: true},
	{From: "config.openshift.io/APIServer", Path: "spec.servingCerts.namedCertificates[].servingCertificate.name", InNamespace: "openshift-config", To: "Secret", Lenient: true},

	// https://olm.operatorframework.io/docs/concepts/crds/
	{From: "operators.coreos.com/Subscription", Path: "spec.source", Namespace: "sourceNamespace", To: "operators.coreos.com/CatalogSource"},
	{From: "operators.coreos.com/OperatorGroup", Path: "spec.serviceAccountName", To: "ServiceAccount"},
	{From: "operators.coreos.com/OperatorGroup", Path: "spec.targetNamespaces[]", To: "Namespace", Guess: true},
	{From: "operators.coreos.com/ClusterServiceVersion", Path: "spec.customresourcedefinitions.owned[].name", To: "apiextensions.k8s.io/CustomResourceDefinition", Guess: true},
	{From: "operators.coreos.com/CatalogSource", Path: "spec.secrets[]", To: "Secret", Lenient: true},
}

const imageStream = "image.openshift.io/ImageStream"
