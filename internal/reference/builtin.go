package reference

import (
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// builtin is an object that exists without being in any build.
type builtin struct {
	kind      inventory.GroupKind
	namespace string // any if empty
	name      string // a * stands for any end, or any beginning
}

const rbac = "rbac.authorization.k8s.io"

// builtins are the objects of a cluster itself and of what commonly runs in it.
var builtins = []builtin{
	{kind: inventory.GroupKind{Kind: "ServiceAccount"}, name: "default"},
	{kind: inventory.GroupKind{Kind: "ServiceAccount"}, namespace: "kube-system", name: "*"},
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "default", name: "kubernetes"},
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "default", name: "openshift"},
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "kube-system", name: "*"},
	// Of Flux itself, for those who have it installed by its operator or bootstrap.
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "flux-system", name: "webhook-receiver"},
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "flux-system", name: "notification-controller"},
	{kind: inventory.GroupKind{Kind: "Service"}, namespace: "flux-system", name: "source-controller"},
	{kind: inventory.GroupKind{Kind: "ConfigMap"}, namespace: "kube-system", name: "*"},
	{kind: inventory.GroupKind{Kind: "ConfigMap"}, name: "kube-root-ca.crt"},
	// Nobody but that operator calls a Secret so, and the cluster may be in another tree.
	{kind: inventory.GroupKind{Kind: "Secret"}, name: "*.credentials.postgresql.acid.zalan.do"},
	// Nor but Rook, whose toolbox is put beside a cluster of another tree: https://rook.io/docs/rook/latest-release/Troubleshooting/ceph-toolbox/
	{kind: inventory.GroupKind{Kind: "Secret"}, name: "rook-ceph-mon"},
	{kind: inventory.GroupKind{Kind: "ConfigMap"}, name: "rook-ceph-mon-endpoints"},
	// Nor but the chart of GitLab: https://docs.gitlab.com/charts/installation/secrets/#initial-root-password
	{kind: inventory.GroupKind{Kind: "Secret"}, name: "*-gitlab-initial-root-password"},
	// Its script makes it: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/pkg/admission-controller/gencerts.sh
	{kind: inventory.GroupKind{Kind: "Secret"}, namespace: "kube-system", name: "vpa-tls-certs"},
	// Alibaba Cloud makes those of its add-ons in each cluster: https://github.com/kubernetes-sigs/alibaba-cloud-csi-driver
	{kind: inventory.GroupKind{Kind: "Secret"}, namespace: "kube-system", name: "addon.*"},
	{kind: inventory.GroupKind{Kind: "ConfigMap"}, name: "openshift-service-ca.crt"},
	{kind: inventory.GroupKind{Kind: "ConfigMap"}, name: "istio-ca-root-cert"},
	{kind: inventory.GroupKind{Kind: "Namespace"}, name: "default"},
	{kind: inventory.GroupKind{Kind: "Namespace"}, name: "kube-system"},
	{kind: inventory.GroupKind{Kind: "Namespace"}, name: "kube-public"},
	{kind: inventory.GroupKind{Kind: "Namespace"}, name: "kube-node-lease"},
	{kind: inventory.GroupKind{Kind: "Namespace"}, name: "kube-*"},
	{kind: inventory.GroupKind{Group: "scheduling.k8s.io", Kind: "PriorityClass"}, name: "system-*"},
	// OpenShift's service accounts of every namespace.
	{kind: inventory.GroupKind{Kind: "ServiceAccount"}, name: "builder"},
	{kind: inventory.GroupKind{Kind: "ServiceAccount"}, name: "deployer"},
	{kind: inventory.GroupKind{Kind: "ServiceAccount"}, name: "pipeline"},
	// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "cluster-admin"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "admin"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "edit"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "view"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "system:auth-delegator"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "system:*"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "Role"}, namespace: "kube-system", name: "extension-apiserver-authentication-reader"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "Role"}, namespace: "kube-system", name: "*"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "Role"}, name: "system:*"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "system"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "exempt"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "catch-all"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "global-default"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "leader-election"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "node-high"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "workload-high"},
	{kind: inventory.GroupKind{Group: "flowcontrol.apiserver.k8s.io", Kind: "PriorityLevelConfiguration"}, name: "workload-low"},
	{kind: inventory.GroupKind{Group: "user.openshift.io", Kind: "Group"}, name: "system:*"},

	// What comes with an operator's installation.
	{kind: inventory.GroupKind{Group: argo, Kind: "AppProject"}, name: "default"},
	// https://fluxcd.io/flux/installation/bootstrap/
	{kind: inventory.GroupKind{Group: fluxSource, Kind: "GitRepository"}, namespace: "flux-system", name: "flux-system"},
	{kind: inventory.GroupKind{Group: "kustomize.toolkit.fluxcd.io", Kind: "Kustomization"}, namespace: "flux-system", name: "flux-system"},
	{kind: inventory.GroupKind{Group: istio, Kind: "Gateway"}, name: "mesh"}, // every sidecar
	{kind: inventory.GroupKind{Group: argo, Kind: "EventBus"}, name: "default"},
	{kind: inventory.GroupKind{Group: capiInfra, Kind: "AWSClusterControllerIdentity"}, name: "default"},
	{kind: inventory.GroupKind{Group: xpkg, Kind: "DeploymentRuntimeConfig"}, name: "default"},
	{kind: inventory.GroupKind{Group: vso, Kind: "VaultAuth"}, name: "default"},
	{kind: inventory.GroupKind{Group: vso, Kind: "VaultConnection"}, name: "default"},
	{kind: inventory.GroupKind{Group: "traefik.io", Kind: "TLSOption"}, name: "default"},
	{kind: inventory.GroupKind{Group: "traefik.io", Kind: "TLSStore"}, name: "default"},
	{kind: inventory.GroupKind{Group: "operators.coreos.com", Kind: "CatalogSource"}, namespace: "openshift-marketplace", name: "community-operators"},
	{kind: inventory.GroupKind{Group: "operators.coreos.com", Kind: "CatalogSource"}, namespace: "openshift-marketplace", name: "certified-operators"},
	{kind: inventory.GroupKind{Group: "operators.coreos.com", Kind: "CatalogSource"}, namespace: "openshift-marketplace", name: "redhat-operators"},
	{kind: inventory.GroupKind{Group: "operators.coreos.com", Kind: "CatalogSource"}, namespace: "openshift-marketplace", name: "redhat-marketplace"},
	{kind: inventory.GroupKind{Group: "operators.coreos.com", Kind: "CatalogSource"}, namespace: "olm", name: "operatorhubio-catalog"},
	// OpenShift's roles: https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/authentication_and_authorization/using-rbac
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "cluster-reader"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "cluster-status"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "basic-user"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "self-provisioner"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "cluster-monitoring-view"},
	{kind: inventory.GroupKind{Group: rbac, Kind: "ClusterRole"}, name: "monitoring-*"},
	// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/storage
	{kind: inventory.GroupKind{Group: "networking.k8s.io", Kind: "IngressClass"}, name: "openshift-default"},
}

func (b *builtin) isFor(gk inventory.GroupKind, namespace string) bool {
	return b.kind == gk && (b.namespace == "" || b.namespace == namespace)
}

// BuiltinNamed reports whether every cluster has an object of exactly this name. An
// empty namespace may be any.
func BuiltinNamed(gk inventory.GroupKind, namespace, name string) bool {
	for i := range builtins {
		if b := &builtins[i]; b.name == name && (b.isFor(gk, namespace) || namespace == "" && b.kind == gk) {
			return true
		}
	}
	return false
}

// BuiltinNamespace returns the namespace in which clusters have an object of exactly
// this name, "" if none is known.
func BuiltinNamespace(gk inventory.GroupKind, name string) string {
	for i := range builtins {
		if b := &builtins[i]; b.name == name && b.kind == gk {
			return b.namespace
		}
	}
	return ""
}

// builtinLike reports whether a cluster may well have an object of that name.
func builtinLike(gk inventory.GroupKind, namespace, name string) bool {
	for i := range builtins {
		b := &builtins[i]
		prefix, ends := strings.CutSuffix(b.name, "*")
		suffix, begins := strings.CutPrefix(b.name, "*")
		if (ends && strings.HasPrefix(name, prefix) || begins && strings.HasSuffix(name, suffix)) && b.isFor(gk, namespace) {
			return true
		}
	}
	return false
}

// builtinNames returns the names that every cluster has, to suggest.
func builtinNames(gk inventory.GroupKind, namespace string) []string {
	var names []string
	for i := range builtins {
		if b := &builtins[i]; b.isFor(gk, namespace) && !strings.Contains(b.name, "*") {
			names = append(names, b.name)
		}
	}
	return names
}
