package reference

// accessRows are the references of RBAC and service accounts:
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
var accessRows = []Row{
	{From: rbac + "/RoleBinding", Path: "roleRef.name", Kind: "kind", To: rbac + "/Role," + rbac + "/ClusterRole"},
	{From: rbac + "/ClusterRoleBinding", Path: "roleRef.name", Kind: "kind", To: rbac + "/ClusterRole"},
	// Bindings are commonly for accounts that something else brings along.
	{From: bindings, Path: "subjects[].name", When: "kind=ServiceAccount", Namespace: "namespace", To: "ServiceAccount", Lenient: true},
	{From: bindings, Path: "subjects[].name", When: "kind=User", Parse: User, To: "ServiceAccount", Lenient: true},
	{From: bindings, Path: "subjects[].namespace", When: "kind=ServiceAccount", To: "Namespace", Guess: true},

	// A role for one object by name. Controllers make some of these objects
	// themselves, and one rule may be for several resources.
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=secrets,resources[]!=configmaps", To: "Secret", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=configmaps,resources[]!=secrets", To: "ConfigMap", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=services,resources[]!=deployments", To: "Service", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=serviceaccounts", To: "ServiceAccount", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=deployments", To: "apps/Deployment", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=statefulsets", To: "apps/StatefulSet", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=validatingwebhookconfigurations,resources[]!=mutatingwebhookconfigurations", To: "admissionregistration.k8s.io/ValidatingWebhookConfiguration", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=mutatingwebhookconfigurations,resources[]!=validatingwebhookconfigurations", To: "admissionregistration.k8s.io/MutatingWebhookConfiguration", Guess: true},

	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=daemonsets", To: "apps/DaemonSet", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=customresourcedefinitions", To: "apiextensions.k8s.io/CustomResourceDefinition", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=securitycontextconstraints", To: "security.openshift.io/SecurityContextConstraints", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=namespaces", To: "Namespace", Guess: true},
	{From: roles, Path: "rules[].resourceNames[]", When: "resources[]=persistentvolumeclaims", To: "PersistentVolumeClaim", Guess: true},
	{From: bindings, Path: "subjects[].name", When: "kind=Group", To: "user.openshift.io/Group", Guess: true},
	// The old name of serviceAccountName, alone.
	{From: "Pod", Path: "serviceAccount", When: "serviceAccountName=", To: "ServiceAccount"},

	{From: "ServiceAccount", Path: "imagePullSecrets[].name", To: "Secret", Lenient: true},
	{From: "ServiceAccount", Path: "secrets[].name", To: "Secret", Lenient: true},
	{From: "Secret", Path: `metadata.annotations.kubernetes\.io/service-account\.name`, When: "/type=kubernetes.io/service-account-token", To: "ServiceAccount"},
}

const (
	bindings = rbac + "/RoleBinding," + rbac + "/ClusterRoleBinding"
	roles    = rbac + "/Role," + rbac + "/ClusterRole"
)
