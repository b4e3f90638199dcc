package check_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestAbsentPartsOfProducts: what is installed from elsewhere brings objects whose names
// are its own.
func TestAbsentPartsOfProducts(t *testing.T) {
	const web = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: jaeger-collector, port: {number: 80}}}}\n"
	cache := strings.ReplaceAll(web, "jaeger-collector", "cart-master")
	const sensor = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: argo-events}\nspec: {serviceAccountName: argo-events-sa, containers: [{name: web, image: \"shop/web:1.2\"}]}\n"
	const logs = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: SPACE}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", volumeMounts: [{name: a, mountPath: /a}]}], volumes: [{name: a, configMap: {name: config-logging}}]}\n"
	const claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {storageClassName: longhorn, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: longhorn-fast}\nprovisioner: disks.example.com\n"
	const disk = "apiVersion: v1\nkind: Pod\nmetadata: {name: backup, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}], volumes: [{name: d, persistentVolumeClaim: {claimName: storage-logs-0}}]}\n"
	const grant = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: game, namespace: shop}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: game, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: agones-sdk}\nsubjects: [{kind: ServiceAccount, name: game, namespace: shop}]\n"
	route := func(class string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {ingressClassName: " + class + ", rules: [{host: shop.example.com}]}\n---\n" +
			"apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx-staging}\nspec: {controller: k8s.io/ingress-nginx}\n"
	}
	for name, c := range map[string]struct {
		text, rule string
		files      map[string]string
		want       finding.Severity
	}{
		"traces":                        {web, "service-not-found", nil, finding.Warning},
		"whose operator is installed":   {web, "service-not-found", map[string]string{"README.md": "kubectl create -f https://example.com/jaeger-operator.yaml -n tracing\n"}, finding.Note},
		"whose chart is":                {web, "service-not-found", map[string]string{"setup.sh": "helm repo add jaegertracing https://example.com/jaegertracing\n"}, finding.Note},
		"of which a document speaks":    {web, "service-not-found", map[string]string{"README.md": "Traces are in jaegertracing's format.\n"}, finding.Warning},
		"that this repository has":      {web, "service-not-found", map[string]string{"setup.sh": "kubectl apply -f k8s/jaegertracing.yaml\n"}, finding.Warning},
		"whose client is installed":     {web, "service-not-found", map[string]string{"Dockerfile": "RUN pip install flask jaegertracing\n"}, finding.Warning},
		"a cache":                       {cache, "service-not-found", nil, finding.Warning},
		"that helm 2 installs":          {cache, "service-not-found", map[string]string{"README.md": "helm install --name cart stable/redis --set cluster.enabled=false\n"}, finding.Note},
		"with the name behind":          {cache, "service-not-found", map[string]string{"README.md": "helm install stable/redis --name=cart\n"}, finding.Note},
		"that helm 2 installs another":  {cache, "service-not-found", map[string]string{"README.md": "helm install --name queue stable/redis\n"}, finding.Warning},
		"with values for a chart":       {cache, "service-not-found", map[string]string{"values/cart-values.yaml": "architecture: standalone\n"}, finding.Note},
		"with values of an environment": {cache, "service-not-found", map[string]string{"values/prod-values.yaml": "architecture: standalone\n"}, finding.Warning},
		"with values in its folder":     {cache, "service-not-found", map[string]string{"apps/cart/values.yaml": "architecture: standalone\n"}, finding.Note},
		"with values in another":        {cache, "service-not-found", map[string]string{"apps/queue/values.yaml": "architecture: standalone\n"}, finding.Warning},
		"a volume of a chart":           {disk, "pvc-not-found", map[string]string{"apps/storage/values.yaml": "persistence: {logs: {}}\n"}, finding.Note},
		"a chart of Fleet":              {strings.ReplaceAll(web, "jaeger-collector", "lab-tools-cart"), "service-not-found", map[string]string{"tools/cart/fleet.yaml": "namespace: tools\nhelm: {repo: \"https://example.com\", chart: cart}\n"}, finding.Note},
		"one with a name of its own":    {strings.ReplaceAll(web, "jaeger-collector", "lab-tools-cart"), "service-not-found", map[string]string{"tools/cart/fleet.yaml": "namespace: tools\nhelm: {repo: \"https://example.com\", chart: cart, releaseName: queue}\n"}, finding.Warning},
		"a controller's own class":      {route("nginx"), "object-not-found", nil, finding.Note},
		"another one":                   {route("staging"), "object-not-found", nil, finding.Warning},
		"an account of a product":       {sensor, "serviceaccount-not-found", nil, finding.Note},
		"that steps of others run as":   {strings.ReplaceAll(sensor, "argo-events-sa", "argo"), "serviceaccount-not-found", nil, finding.Warning},
		"in their own namespace":        {strings.ReplaceAll(strings.ReplaceAll(sensor, "argo-events-sa", "argo"), "argo-events", "argo"), "serviceaccount-not-found", nil, finding.Note},
		"settings of a product":         {strings.ReplaceAll(logs, "SPACE", "tekton-pipelines"), "configmap-not-found", nil, finding.Note},
		"settings elsewhere":            {strings.ReplaceAll(logs, "SPACE", "shop"), "configmap-not-found", nil, finding.Warning},
		"of one that is here":           {sensor + "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: argo-events-webhook-sa, namespace: argo-events}\n", "serviceaccount-not-found", nil, finding.Warning},
		"a role of a product":           {grant, "role-not-found", map[string]string{"up.sh": "helm install games agones/agones -n games\n"}, finding.Note},
		"of which nothing is said":      {grant, "role-not-found", nil, finding.Warning},
		"a program built on one":        {strings.ReplaceAll(grant, "agones-sdk", "addressable-resolver"), "role-not-found", map[string]string{"go.mod": "module example.com/games\n\nrequire knative.dev/eventing v0.40.0\n"}, finding.Note},
		"a claim of a release":          {disk, "pvc-not-found", map[string]string{"README.md": "helm upgrade --install logs example/loki\n"}, finding.Note},
		"a claim of another":            {disk, "pvc-not-found", map[string]string{"README.md": "helm upgrade --install log example/loki\n"}, finding.Warning},
		"a class":                       {claim, "object-not-found", nil, finding.Note},
		"whose driver is installed":     {claim, "object-not-found", map[string]string{"disks/fleet.yaml": "helm:\n  repo: https://charts.longhorn.io\n  chart: longhorn\n"}, finding.Note},
		"by a resource":                 {claim, "object-not-found", map[string]string{"disks/release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: disks, namespace: disks}\nspec:\n  interval: 1h\n  chart: {spec: {chart: longhorn, sourceRef: {kind: HelmRepository, name: charts}}}\n"}, finding.Note},
	} {
		files := map[string]string{"k8s/all.yaml": c.text}
		maps.Copy(files, c.files)
		assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Off), c.want.String()+" "+c.rule, name)
	}
}
