package rules

import (
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

const rbac = "rbac.authorization.k8s.io"

func gk(s string) inventory.GroupKind { return inventory.ParseGroupKind(s) }

func gks(names ...string) []inventory.GroupKind {
	out := make([]inventory.GroupKind, len(names))
	for i, s := range names {
		out[i] = gk(s)
	}
	return out
}

// existenceTable has a row for each kind of object whose absence deserves a
// name of its own. A new one is a row here.
var existenceTable = []existence{
	{
		name:  "secret-not-found",
		kinds: gks("Secret"),
		doc: "A reference to a Secret points to nothing. " +
			"A pod that needs it stays in CreateContainerConfigError or ContainerCreating. " +
			"Secrets made by ExternalSecrets, Certificates and other operators' resources count as present; optional references are left alone.",
		url: "https://kubernetes.io/docs/concepts/configuration/secret/",
	},
	{
		name:  "configmap-not-found",
		kinds: gks("ConfigMap"),
		doc: "A reference to a ConfigMap points to nothing. " +
			"A pod that needs it stays in CreateContainerConfigError or ContainerCreating. " +
			"ConfigMaps that every cluster has, such as kube-root-ca.crt, count as present; optional references are left alone.",
		url: "https://kubernetes.io/docs/concepts/configuration/configmap/",
	},
	{
		name:  "pvc-not-found",
		kinds: gks("PersistentVolumeClaim"),
		doc: "A volume names a PersistentVolumeClaim that is not there. " +
			"The pod stays Pending. Claims that a StatefulSet makes from its templates count as present.",
		url: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes",
	},
	{
		name:  "service-not-found",
		kinds: gks("Service"),
		doc: "An Ingress, route, webhook, StatefulSet or connection names a Service that is not there. " +
			"Requests end in 502 or 503, and a webhook without its Service blocks every change it watches.",
		url: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
	},
	{
		name:  "serviceaccount-not-found",
		kinds: gks("ServiceAccount"),
		doc: "A pod or role binding names a ServiceAccount that is not there. " +
			"The pods of the workload are never created, or the binding grants nothing to anybody.",
		url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
	},
	{
		name: "scale-target-not-found",
		kinds: gks("apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "ReplicationController",
			"argoproj.io/Rollout", "apps.openshift.io/DeploymentConfig"),
		notes: gks("ReplicationController", "apps.openshift.io/DeploymentConfig"),
		doc: "An autoscaler or rollout names a workload that is not there. " +
			"It then scales nothing and says so only in its own status. " +
			"For a VerticalPodAutoscaler, which is commonly written for what an operator makes, it is a note unless the name is nearly that of a workload.",
		url: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
	},
	{
		name:     "role-not-found",
		kinds:    gks(rbac+"/Role", rbac+"/ClusterRole"),
		warnings: gks(rbac + "/ClusterRole"),
		doc: "A role binding names a Role or ClusterRole that is not there. " +
			"The binding grants nothing. Roles that every cluster has count as present; a ClusterRole that is merely not in this build is a warning.",
		url: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
	},
}

// absentSeverity is the severity of a reference to a kind when the object is
// simply not in the build: an error for what a pod needs to start or a request
// needs to arrive, which is what has a row, and a note for all else.
func absentSeverity(kind inventory.GroupKind) finding.Severity {
	if s, ok := absentSeverities()[kind]; ok {
		return s
	}
	return finding.Note
}

var absentSeverities = sync.OnceValue(func() map[inventory.GroupKind]finding.Severity {
	m := map[inventory.GroupKind]finding.Severity{gk("apps/DaemonSet"): finding.Error}
	for _, e := range existenceTable {
		for severity, kinds := range map[finding.Severity][]inventory.GroupKind{finding.Error: e.kinds, finding.Warning: e.warnings, finding.Note: e.notes} {
			for _, kind := range kinds {
				if s, ok := m[kind]; !ok || severity < s {
					m[kind] = severity
				}
			}
		}
	}
	return m
})
