package reference

import (
	"slices"
	"strings"
	"sync"
)

// Product is something that is commonly installed from elsewhere, by a chart or manifests
// of others, and whose objects have names of their own, whatever its release is called.
type Product struct {
	// Words are what commands and charts that install it have in them, in small letters.
	Words []string
	// Namespace is the one that it is meant to be installed into, "" if there is none.
	Namespace string
	kinds     string // of kinds that have the same names, with spaces between them
	names     string
}

const (
	service = "Service"
	account = "ServiceAccount"
	both    = "Service ServiceAccount"

	ingressClass = "IngressClass"
)

// products are by the names that their charts and manifests give where nobody says another
// one. Names that people give to what they write themselves too, such as redis, are none.
var products = []Product{
	// https://github.com/argoproj/argo-cd/tree/master/manifests
	{[]string{"argo-cd", "argocd", "argo cd"}, "argocd", both, "argocd-server argocd-repo-server argocd-dex-server argocd-redis argocd-redis-ha-haproxy argocd-applicationset-controller argocd-application-controller argocd-notifications-controller argocd-image-updater"},
	{[]string{"argo-cd", "argocd", "argo cd"}, "argocd", service, "argocd-metrics argocd-server-metrics argocd-notifications-controller-metrics"},
	{[]string{"argo-cd", "argocd", "argo cd"}, "argocd", "ConfigMap", "argocd-cm argocd-cmd-params-cm argocd-rbac-cm argocd-ssh-known-hosts-cm argocd-tls-certs-cm argocd-gpg-keys-cm argocd-notifications-cm argocd-image-updater-config"},
	{[]string{"argo-cd", "argocd", "argo cd"}, "argocd", "Secret", "argocd-secret argocd-redis argocd-initial-admin-secret argocd-notifications-secret"},
	// https://github.com/argoproj/argo-rollouts, argo-workflows and argo-events, in manifests
	{[]string{"argo-rollouts"}, "argo-rollouts", both, "argo-rollouts argo-rollouts-dashboard argo-rollouts-metrics"},
	{[]string{"argo-workflows", "argo-helm", "argoproj/argo"}, "argo", both, "argo-server argo-workflows-server argo-workflow argo-workflows-workflow-controller"},
	{[]string{"argo-workflows", "argo-helm", "argoproj/argo"}, "argo", account, "argo"},
	{[]string{"argo-workflows", "argo-helm", "argoproj/argo", "kubeflow"}, "argo", both, "argo-ui"},
	{[]string{"argo-events"}, "argo-events", both, "argo-events-sa argo-events-webhook argo-events-webhook-sa argo-events-controller-manager events-webhook"},
	// https://github.com/cert-manager/cert-manager/tree/master/deploy/charts/cert-manager
	{[]string{"cert-manager"}, "cert-manager", both, "cert-manager cert-manager-webhook cert-manager-cainjector"},
	// https://github.com/cilium/cilium/tree/main/install/kubernetes/cilium
	{[]string{"cilium"}, "kube-system", both, "hubble-ui hubble-relay hubble-peer hubble-metrics cilium cilium-agent cilium-operator cilium-envoy"},
	// https://github.com/prometheus-community/helm-charts
	{[]string{"kube-prometheus", "prometheus-operator", "prometheus-community"}, "", both, "prometheus-operated alertmanager-operated prometheus-k8s alertmanager-main kube-prometheus-stack-grafana kube-prometheus-stack-prometheus kube-prometheus-stack-alertmanager kube-prometheus-stack-operator prometheus-grafana prometheus-kube-prometheus-prometheus prometheus-kube-prometheus-alertmanager prometheus-kube-prometheus-operator prometheus-kube-state-metrics prometheus-prometheus-node-exporter"},
	{[]string{"kube-prometheus", "prometheus-operator", "prometheus-community"}, "", "Secret", "kube-prometheus-stack-grafana prometheus-grafana"},
	{[]string{"prometheus-community", "prometheus/prometheus", "stable/prometheus"}, "", both, "prometheus-server prometheus-alertmanager prometheus-pushgateway prometheus-prometheus-pushgateway"},
	// https://github.com/grafana/loki/tree/main/production/helm/loki, and those of Tempo and Mimir beside it
	{[]string{"loki", "grafana.github.io"}, "", both, "loki-gateway loki-write loki-read loki-backend loki-headless loki-memberlist loki-distributor loki-query-frontend"},
	{[]string{"tempo", "grafana.github.io"}, "", both, "tempo-distributor tempo-query-frontend tempo-gateway tempo-ingester"},
	{[]string{"mimir", "grafana.github.io"}, "", both, "mimir-nginx mimir-gateway mimir-distributor mimir-query-frontend"},
	{[]string{"grafana-operator"}, "", both, "grafana-service grafana-sa"},
	// https://www.jaegertracing.io/docs/1.76/deployment/kubernetes/
	{[]string{"jaeger-operator", "jaegertracing"}, "", both, "jaeger-collector jaeger-query jaeger-agent jaeger-collector-headless simplest-collector simplest-query"},
	// https://github.com/open-telemetry/opentelemetry-helm-charts
	{[]string{"opentelemetry-collector", "opentelemetry-operator"}, "", both, "opentelemetry-collector opentelemetry-operator opentelemetry-operator-webhook"},
	// https://github.com/kubernetes/ingress-nginx/tree/main/charts/ingress-nginx
	{[]string{"ingress-nginx"}, "ingress-nginx", both, "ingress-nginx ingress-nginx-controller ingress-nginx-controller-admission ingress-nginx-controller-metrics"},
	{[]string{"ingress-nginx"}, "ingress-nginx", "ConfigMap", "ingress-nginx-controller"},
	{[]string{"ingress-nginx"}, "", ingressClass, "nginx"},
	{[]string{"traefik"}, "", ingressClass, "traefik"},
	{[]string{"haproxy-ingress"}, "", ingressClass, "haproxy"},
	{[]string{"kong"}, "", ingressClass, "kong"},
	{[]string{"contour"}, "", ingressClass, "contour"},
	{[]string{"aws-load-balancer-controller"}, "", ingressClass, "alb"},
	{[]string{"application-gateway-kubernetes-ingress"}, "", ingressClass, "azure-application-gateway"},
	{[]string{"web_application_routing", "app-routing"}, "", ingressClass, "webapprouting.kubernetes.azure.com"},
	{[]string{"cilium"}, "", ingressClass, "cilium"},
	{[]string{"istio"}, "", ingressClass, "istio"},
	{[]string{"tailscale"}, "", ingressClass, "tailscale"},
	// https://github.com/istio/istio/tree/master/manifests/charts
	{[]string{"istio"}, "istio-system", both, "istiod istio-ingressgateway istio-egressgateway istiod-service-account istio-ingressgateway-service-account kiali"},
	{[]string{"istio"}, "istio-system", "ConfigMap", "istio istio-sidecar-injector"},
	{[]string{"linkerd"}, "linkerd", both, "linkerd-identity linkerd-dst linkerd-proxy-injector linkerd-sp-validator linkerd-policy"},
	{[]string{"knative"}, "knative-serving", both, "kourier kourier-internal kourier-control activator-service broker-ingress"},
	// https://github.com/knative-extensions/eventing-kafka-broker
	{[]string{"knative"}, "knative-eventing", both, "kafka-broker-ingress kafka-channel-ingress kafka-sink-ingress kafka-broker-dispatcher kafka-controller"},
	// https://github.com/knative/eventing/tree/main/config/core/roles
	{[]string{"knative"}, "", "ClusterRole", "addressable-resolver channelable-manipulator source-observer podspecable-binding knative-eventing-controller"},
	// https://github.com/knative/serving/tree/main/config and https://github.com/knative/eventing/tree/main/config
	{[]string{"knative"}, "knative-serving", "ConfigMap", "config-autoscaler config-certmanager config-defaults config-deployment config-domain config-features config-gc config-leader-election config-logging config-network config-observability config-tracing"},
	{[]string{"knative"}, "knative-eventing", "ConfigMap", "config-br-default-channel config-br-defaults config-features config-leader-election config-logging config-observability config-ping-defaults config-sugar config-tracing default-ch-webhook"},
	// https://github.com/hashicorp/vault-helm
	{[]string{"hashicorp", "vault"}, "vault", both, "vault-active vault-standby vault-internal vault-ui vault-agent-injector vault-agent-injector-svc"},
	{[]string{"external-secrets"}, "external-secrets", both, "external-secrets external-secrets-webhook external-secrets-cert-controller"},
	{[]string{"sealed-secrets"}, "", both, "sealed-secrets sealed-secrets-controller"},
	{[]string{"external-dns"}, "", account, "external-dns"},
	{[]string{"keycloak"}, "", both, "keycloak-http keycloak-headless keycloak-discovery keycloak-operator"},
	// https://github.com/bitnami/charts, where releases are called after their charts
	{[]string{"redis"}, "", both, "redis-master redis-replicas redis-slave redis-headless redis-cluster-headless redis-metrics"},
	{[]string{"postgresql"}, "", both, "postgresql-hl postgresql-headless postgresql-ha-pgpool postgresql-ha-postgresql postgresql-primary postgresql-read"},
	{[]string{"mysql"}, "", both, "mysql-headless mysql-primary mysql-secondary"},
	{[]string{"mongodb"}, "", both, "mongodb-headless mongodb-arbiter-headless"},
	{[]string{"rabbitmq"}, "", both, "rabbitmq-headless"},
	{[]string{"kafka"}, "", both, "kafka-headless kafka-controller-headless kafka-broker-headless"},
	{[]string{"nats"}, "", service, "nats-headless"},
	{[]string{"goharbor", "harbor"}, "harbor", service, "harbor-core harbor-portal harbor-registry harbor-jobservice harbor-database harbor-redis harbor-trivy"},
	{[]string{"gitea"}, "", service, "gitea-http gitea-ssh gitea-postgresql gitea-valkey-cluster-headless"},
	{[]string{"gitlab"}, "", service, "gitlab-webservice-default gitlab-gitlab-shell gitlab-gitlab-pages gitlab-registry gitlab-minio-svc gitlab-kas"},
	// https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s, and the charts before it
	{[]string{"elastic"}, "", service, "elasticsearch-master elasticsearch-master-headless kibana-kibana elasticsearch-es-http kibana-kb-http quickstart-es-http quickstart-kb-http"},
	{[]string{"elastic"}, "", "Secret", "elasticsearch-master-credentials elasticsearch-master-certs elasticsearch-es-elastic-user elasticsearch-es-http-certs-public quickstart-es-elastic-user"},
	// https://github.com/longhorn/longhorn/tree/master/chart
	{[]string{"longhorn"}, "longhorn-system", both, "longhorn-frontend longhorn-backend longhorn-service-account longhorn-support-bundle"},
	{[]string{"longhorn"}, "", "StorageClass", "longhorn longhorn-static"},
	// https://github.com/rook/rook/tree/master/deploy
	{[]string{"rook"}, "rook-ceph", both, "rook-ceph-mgr rook-ceph-mgr-dashboard rook-ceph-rgw-my-store rook-ceph-system rook-ceph-osd rook-ceph-default rook-ceph-exporter"},
	{[]string{"rook"}, "", "StorageClass", "rook-ceph-block rook-cephfs ceph-block ceph-filesystem ceph-bucket"},
	{[]string{"openebs"}, "openebs", "StorageClass", "openebs-hostpath openebs-device openebs-single-replica"},
	{[]string{"nfs-subdir-external-provisioner", "nfs-client"}, "", "StorageClass", "nfs-client"},
	{[]string{"metallb"}, "metallb-system", both, "metallb-controller metallb-speaker metallb-webhook-service"},
	{[]string{"velero"}, "velero", both, "velero velero-server"},
	{[]string{"kyverno"}, "kyverno", both, "kyverno-svc kyverno-svc-metrics kyverno-admission-controller kyverno-background-controller kyverno-cleanup-controller kyverno-reports-controller"},
	{[]string{"keda"}, "keda", both, "keda-operator keda-metrics-apiserver keda-admission-webhooks keda-operator-metrics-apiserver"},
	{[]string{"crossplane"}, "crossplane-system", both, "crossplane crossplane-webhooks rbac-manager"},
	{[]string{"cloudnative-pg", "cnpg"}, "cnpg-system", both, "cnpg-webhook-service cnpg-manager cnpg-controller-manager cloudnative-pg"},
	{[]string{"kubernetes-dashboard"}, "kubernetes-dashboard", both, "kubernetes-dashboard kubernetes-dashboard-kong-proxy kubernetes-dashboard-web kubernetes-dashboard-api dashboard-metrics-scraper"},
	{[]string{"minio"}, "minio-operator", service, "minio-operator operator-console"},
	{[]string{"tekton"}, "tekton-pipelines", both, "tekton-dashboard tekton-pipelines-controller tekton-pipelines-webhook tekton-triggers-controller"},
	// https://github.com/tektoncd/pipeline/tree/main/config
	{[]string{"tekton"}, "tekton-pipelines", "ConfigMap", "config-artifact-bucket config-artifact-pvc config-defaults config-events config-leader-election config-logging config-observability config-registry-cert config-spire config-tracing config-trusted-resources feature-flags pipelines-info"},
	// https://github.com/agones-dev/agones/tree/main/install/helm/agones
	{[]string{"agones"}, "", "ClusterRole", "agones-sdk agones-allocator agones-controller"},
	{[]string{"agones"}, "agones-system", both, "agones-allocator agones-controller agones-controller-service agones-extensions agones-ping"},
	// https://github.com/kubeflow/manifests, and what its installer makes on Google Cloud
	{[]string{"kubeflow", "kfctl"}, "kubeflow", "Secret", "user-gcp-sa admin-gcp-sa mlpipeline-minio-artifact"},
	{[]string{"kubeflow", "kfctl"}, "kubeflow", both, "pipeline-runner ml-pipeline ml-pipeline-ui minio-service mysql metadata-grpc-service katib-ui jupyter-web-app-service centraldashboard"},
	{[]string{"kubeflow", "kfctl"}, "kubeflow", "ConfigMap", "pipeline-install-config workflow-controller-configmap metadata-grpc-configmap"},
	{[]string{"spark-operator"}, "", account, "spark-operator-spark spark-operator-controller spark"},
	// Of clouds, with the rights of an account there.
	{[]string{"aws-load-balancer-controller", "eksctl", "irsa", "eks"}, "", both, "aws-load-balancer-controller aws-load-balancer-webhook-service ebs-csi-controller-sa efs-csi-controller-sa fsx-csi-controller-sa karpenter cluster-autoscaler"},
}

// productsByName are the rows of products by kind and name.
var productsByName = sync.OnceValue(func() map[[2]string][]*Product {
	by := map[[2]string][]*Product{}
	for i := range products {
		p := &products[i]
		for kind := range strings.FieldsSeq(p.kinds) {
			for name := range strings.FieldsSeq(p.names) {
				by[[2]string{kind, name}] = append(by[[2]string{kind, name}], p)
			}
		}
	}
	return by
})

// ProductsWith returns the products that have an object of a kind and name.
func ProductsWith(kind, name string) []*Product { return productsByName()[[2]string{kind, name}] }

// Siblings yields the names that other objects of a product have.
func (p *Product) Siblings(name string) []string {
	return slices.DeleteFunc(strings.Fields(p.names), func(other string) bool { return other == name })
}
