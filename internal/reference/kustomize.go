package reference

import (
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// kustomize rewrites names only in the fields of its nameReference table:
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/konfig/builtinpluginconsts/namereference.go
// Everywhere else a name must be the one that the object has in the end.

// Kinds whose pod specs are in that table, by what is referred to.
const (
	podsData     = "Pod PodTemplate Deployment ReplicaSet DaemonSet StatefulSet Job CronJob"
	podsIdentity = "Pod Deployment ReplicationController StatefulSet DaemonSet Job CronJob"
)

// repairedInPods are the fields of pod specs that kustomize rewrites.
var repairedInPods = map[string]string{
	"volumes[].configMap.name":                       podsData,
	"volumes[].projected.sources[].configMap.name":   podsData,
	"volumes[].secret.secretName":                    podsData,
	"volumes[].projected.sources[].secret.name":      podsData,
	"container.env[].valueFrom.configMapKeyRef.name": podsData,
	"container.envFrom[].configMapRef.name":          podsData,
	"container.env[].valueFrom.secretKeyRef.name":    podsData,
	"container.envFrom[].secretRef.name":             podsData,
	"imagePullSecrets[].name":                        podsData,
	"serviceAccountName":                             podsIdentity,
	"volumes[].persistentVolumeClaim.claimName":      podsIdentity,
	"priorityClassName":                              podsIdentity,
}

// repairedElsewhere are the other fields, by kind. A name in kustomize's table
// is for a kind in any group unless it says otherwise.
var repairedElsewhere = map[string][]string{
	"HorizontalPodAutoscaler": {"spec.scaleTargetRef.name"},
	"Ingress": {
		"spec.tls[].secretName",
		"spec.rules[].http.paths[].backend.serviceName", "spec.backend.serviceName",
		"spec.rules[].http.paths[].backend.service.name", "spec.defaultBackend.service.name",
		"spec.ingressClassName",
		`metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-secret`,
		`metadata.annotations.nginx\.ingress\.kubernetes\.io/auth-tls-secret`,
		`metadata.annotations.nginx\.ingress\.kubernetes\.io/fastcgi-params-configmap`,
		`metadata.annotations.ingress\.kubernetes\.io/auth-secret`,
	},
	"ServiceAccount":                   {"imagePullSecrets[].name"},
	"StatefulSet":                      {"spec.serviceName", "spec.volumeClaimTemplates[].spec.storageClassName"},
	"PersistentVolume":                 {"spec.storageClassName", "spec.azureFile.secretName"},
	"PersistentVolumeClaim":            {"spec.storageClassName", "spec.volumeName"},
	"StorageClass":                     {"parameters.secretName", "parameters.adminSecretName", "parameters.userSecretName", "parameters.secretRef"},
	"RoleBinding":                      {"roleRef.name", "subjects[].name"},
	"ClusterRoleBinding":               {"roleRef.name", "subjects[].name"},
	"Role":                             {"rules[].resourceNames[]"},
	"ClusterRole":                      {"rules[].resourceNames[]"},
	"APIService":                       {"spec.service.name"},
	"ValidatingWebhookConfiguration":   {"webhooks[].clientConfig.service.name"},
	"MutatingWebhookConfiguration":     {"webhooks[].clientConfig.service.name"},
	"ValidatingAdmissionPolicyBinding": {"spec.policyName"},
}

// repaired are the kinds of repairedElsewhere, by the field.
var repaired = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for kind, paths := range repairedElsewhere {
		for _, p := range paths {
			m[p] = append(m[p], kind)
		}
	}
	return m
})

// repairs reports whether kustomize will rewrite the name in the row's field.
func (r *compiledRow) repairs(o *inventory.Object, pod *inventory.Pod) bool {
	kinds := r.repaired
	if pod != nil {
		kinds = r.inPods // Knative's Service shares its Kind with the core one, which has no pod
	}
	return r.Repaired || slices.Contains(kinds, o.Kind)
}
