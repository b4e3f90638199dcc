package reference

// conventionRows are what operators' kinds have in common: a selector called
// secretKeyRef holds the name of a Secret and a key wherever it stands. They
// are guesses, for the kinds that no table knows.
var conventionRows = []Row{
	{From: "Custom", Path: "**.secretKeyRef.name", Key: "key", Namespace: "namespace", Optional: "optional", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.configMapKeyRef.name", Key: "key", Namespace: "namespace", Optional: "optional", To: "ConfigMap", Guess: true},
	{From: "Custom", Path: "**.secretRef.name", Key: "key", Namespace: "namespace", Optional: "optional", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.configMapRef.name", Key: "key", Namespace: "namespace", Optional: "optional", To: "ConfigMap", Guess: true},
	{From: "Custom", Path: "**.*PasswordSecretRef.name", Key: "key", Namespace: "namespace", Optional: "optional", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.credentialsSecretRef.name", Key: "key", Namespace: "namespace", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.serviceAccountName", To: "ServiceAccount", Guess: true},
	{From: "Custom", Path: "**.serviceAccountRef.name", Namespace: "namespace", To: "ServiceAccount", Guess: true},
	{From: "Custom", Path: "**.serviceAccount.name", To: "ServiceAccount", Guess: true},
	{From: "Custom", Path: "**.imagePullSecrets[].name", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.persistentVolumeClaim.claimName", To: "PersistentVolumeClaim", Guess: true},
	{From: "Custom", Path: "**.storageClassName", To: storageClass, Guess: true},
	{From: "Custom", Path: "**.priorityClassName", To: "scheduling.k8s.io/PriorityClass", Guess: true},
	{From: "Custom", Path: "**.ingressClassName", To: "networking.k8s.io/IngressClass", Guess: true},
	{From: "Custom", Path: "**.existingSecret", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.existingClaim", To: "PersistentVolumeClaim", Guess: true},
	{From: "Custom", Path: "**.issuerRef.name", Kind: "kind", Group: "group", To: issuers, Guess: true},
	{From: "Custom", Path: "**.volumes[].secret.secretName", Key: "items[].key", Optional: "optional", To: "Secret", Guess: true},
	{From: "Custom", Path: "**.volumes[].configMap.name", Key: "items[].key", Optional: "optional", To: "ConfigMap", Guess: true},
}
