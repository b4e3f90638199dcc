package check_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// reads is a Pod that takes variables from Secrets.
func reads(pod, namespace string, secrets ...string) string {
	text := fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: %s}\nspec:\n  containers:\n  - name: web\n    image: example.com/web:1.0\n    envFrom:\n", pod, namespace)
	for _, name := range secrets {
		text += "    - secretRef: {name: " + name + "}\n"
	}
	return text + "---\n"
}

func secrets(namespace string, names ...string) string {
	text := ""
	for _, name := range names {
		text += fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\nstringData: {%s: x}\n---\n", name, namespace, strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
	}
	return text
}

// TestAbsencesByEvidence: what is not in a tree that nobody has declared is as severe as
// what the run shows.
func TestAbsencesByEvidence(t *testing.T) {
	whole := reads("web", "shop", "alpha", "bravo", "charlie", "payments-key") + secrets("shop", "alpha", "bravo", "charlie")
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: monitoring, namespace: %s}\nspec:\n  interval: 1h\n  chart: {spec: {chart: stack, sourceRef: {kind: HelmRepository, name: charts}}}\n"
	const app = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: 'https://git.example.com/shop.git', path: %s}\n  destination: {server: 'https://kubernetes.default.svc', namespace: shop}\n"
	const custom = "apiVersion: vault.example.com/v1\nkind: KeyRing\nmetadata: {name: %s, namespace: shop}\nspec: {size: 3, target: %s}\n"
	encrypted := func(key string) string {
		return "apiVersion: ENC[AES256_GCM,data:GJM=,iv:L,tag:S,type:str]\nkind: ENC[AES256_GCM,data:m,iv:S,tag:x,type:str]\nmetadata:\n  name: ENC[AES256_GCM,data:mc,iv:t,tag:R,type:str]\nstringData:\n  " + key + ": ENC[AES256_GCM,data:YI,iv:V,tag:R,type:str]\nsops:\n  version: 3.9.0\n"
	}
	const asksKey = "apiVersion: v1\nkind: Pod\nmetadata: {name: payments, namespace: shop}\nspec: {containers: [{name: web, image: 'shop/web:1.2', env: [{name: A, valueFrom: {secretKeyRef: {name: payments-key, key: token}}}]}]}\n"
	const renews = "apiVersion: v1\nkind: Pod\nmetadata: {name: certs, namespace: shop}\nspec: {containers: [{name: certs, image: 'shop/certs:1.2', "
	for name, c := range map[string]struct {
		files map[string]string
		want  finding.Severity
	}{
		"the others are here":            {map[string]string{"k8s/all.yaml": whole}, finding.Error},
		"and a README":                   {map[string]string{"k8s/all.yaml": whole, "README.md": "# Shop\n\nkubectl apply -f k8s\n"}, finding.Error},
		"alone":                          {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key")}, finding.Warning},
		"few others":                     {map[string]string{"k8s/all.yaml": reads("web", "shop", "alpha", "bravo", "payments-key") + secrets("shop", "alpha", "bravo")}, finding.Warning},
		"others that nobody reads":       {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key") + secrets("shop", "alpha", "bravo", "charlie")}, finding.Warning},
		"others in another namespace":    {map[string]string{"k8s/all.yaml": reads("web", "other", "alpha", "bravo", "charlie") + reads("web", "shop", "payments-key") + secrets("other", "alpha", "bravo", "charlie")}, finding.Warning},
		"more than are here":             {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key", "db-login", "mail", "alpha", "bravo") + secrets("shop", "alpha", "bravo")}, finding.Note},
		"fewer than are here":            {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key", "db-login", "alpha", "bravo", "charlie") + secrets("shop", "alpha", "bravo", "charlie")}, finding.Warning},
		"several, and none is kept":      {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key", "db-login", "mail")}, finding.Note},
		"a document speaks of it":        {map[string]string{"k8s/all.yaml": whole, "README.md": "Ask the team for payments-key.\n"}, finding.Warning},
		"a document says how":            {map[string]string{"k8s/all.yaml": whole, "README.md": "kubectl create secret generic payments-key\n"}, finding.Note},
		"charts are installed":           {map[string]string{"k8s/all.yaml": whole, "README.md": "helm install cache oci://example.com/redis\n"}, finding.Warning},
		"a chart is beside":              {map[string]string{"k8s/all.yaml": whole, "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"}, finding.Warning},
		"a project of an operator":       {map[string]string{"k8s/all.yaml": whole, "PROJECT": "domain: example.com\nlayout: [go.kubebuilder.io/v4]\n"}, finding.Note},
		"a release there":                {map[string]string{"k8s/all.yaml": whole, "flux/release.yaml": fmt.Sprintf(release, "shop")}, finding.Note},
		"a chart of Fleet there":         {map[string]string{"k8s/all.yaml": whole, "queue/fleet.yaml": "defaultNamespace: shop\nhelm:\n  releaseName: queue\n  repo: https://charts.example.com\n  chart: queue\n"}, finding.Note},
		"a chart of Fleet elsewhere":     {map[string]string{"k8s/all.yaml": whole, "queue/fleet.yaml": "defaultNamespace: queue\nhelm:\n  releaseName: queue\n  repo: https://charts.example.com\n  chart: queue\n"}, finding.Error},
		"manifests of Fleet":             {map[string]string{"k8s/all.yaml": whole, "queue/fleet.yaml": "defaultNamespace: shop\nhelm:\n  releaseName: queue\n"}, finding.Error},
		"a chart of Skaffold":            {map[string]string{"k8s/all.yaml": whole, "dev/skaffold.infra.yaml": "apiVersion: skaffold/v4beta6\nkind: Config\ndeploy:\n  helm:\n    releases:\n    - name: queue\n      namespace: shop\n      remoteChart: team/queue\n"}, finding.Note},
		"a helmfile":                     {map[string]string{"k8s/all.yaml": whole, "helmfile.yaml": "releases:\n- name: queue\n  namespace: shop\n  chart: team/queue\n"}, finding.Note},
		"and a name like it is here":     {map[string]string{"k8s/all.yaml": whole + reads("api", "shop", "my-payments-key") + secrets("shop", "my-payments-key"), "flux/release.yaml": fmt.Sprintf(release, "shop")}, finding.Warning},
		"one with a word less there":     {map[string]string{"k8s/all.yaml": strings.ReplaceAll(whole, "bravo", "payments"), "flux/release.yaml": fmt.Sprintf(release, "shop")}, finding.Warning},
		"a release somewhere":            {map[string]string{"k8s/all.yaml": whole, "flux/release.yaml": strings.Replace(fmt.Sprintf(release, "x"), ", namespace: x", "", 1)}, finding.Warning},
		"a release somewhere else":       {map[string]string{"k8s/all.yaml": whole, "flux/release.yaml": fmt.Sprintf(release, "other")}, finding.Error},
		"another repository's":           {map[string]string{"k8s/all.yaml": whole, "argo/app.yaml": fmt.Sprintf(app, "deploy/cart")}, finding.Warning},
		"this repository's":              {map[string]string{"k8s/all.yaml": whole, "argo/app.yaml": fmt.Sprintf(app, "k8s")}, finding.Error},
		"an operator's resource":         {map[string]string{"k8s/all.yaml": whole, "ring.yaml": fmt.Sprintf(custom, "ring", "disk")}, finding.Warning},
		"one that names it":              {map[string]string{"k8s/all.yaml": whole, "ring.yaml": fmt.Sprintf(custom, "ring", "payments-key")}, finding.Note},
		"one that it is called after":    {map[string]string{"k8s/all.yaml": whole, "ring.yaml": fmt.Sprintf(custom, "payments", "disk")}, finding.Note},
		"one that asks for it":           {map[string]string{"k8s/all.yaml": whole, "ring.yaml": strings.Replace(fmt.Sprintf(custom, "ring", "payments-key"), "target", "tokenSecret", 1)}, finding.Warning},
		"a kind that is known":           {map[string]string{"k8s/all.yaml": whole, "m.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: payments, namespace: shop}\nspec: {endpoints: [{port: web}], selector: {matchLabels: {a: b}}}\n"}, finding.Error},
		"a release whose values name it": {map[string]string{"k8s/all.yaml": whole, "flux/release.yaml": fmt.Sprintf(release, "other") + "  values: {extra: [{name: payments-key, kind: Secret}]}\n"}, finding.Note},
		"a release that needs it too":    {map[string]string{"k8s/all.yaml": whole, "flux/release.yaml": fmt.Sprintf(release, "other") + "  values: {auth: {existingSecret: payments-key}}\n"}, finding.Error},
		"a value that Flux puts in":      {map[string]string{"k8s/all.yaml": whole, "flux/k.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: keys, namespace: flux-system}\nspec: {interval: 1h, path: ./k8s, prune: true, sourceRef: {kind: GitRepository, name: x}, postBuild: {substitute: {NAME: payments-key}}}\n"}, finding.Note},
		"read from a cluster":            {map[string]string{"k8s/all.yaml": strings.Replace(reads("web", "shop", "payments-key"), "{name: web, ", "{uid: 6d41, resourceVersion: '12', name: web, ", 1)}, finding.Note},
		"names are encrypted":            {map[string]string{"k8s/all.yaml": whole + "apiVersion: ENC[AES256_GCM,data:GJM=,iv:L,tag:S,type:str]\nkind: ENC[AES256_GCM,data:m,iv:S,tag:x,type:str]\nmetadata:\n  name: ENC[AES256_GCM,data:mc,iv:t,tag:R,type:str]\nstringData:\n  token: ENC[AES256_GCM,data:YI,iv:V,tag:R,type:str]\nsops:\n  version: 3.9.0\n"}, finding.Note},
		"with the key that is asked":     {map[string]string{"k8s/all.yaml": encrypted("token"), "k8s/b.yaml": asksKey}, finding.Note},
		"with another key":               {map[string]string{"k8s/all.yaml": encrypted("login"), "k8s/b.yaml": asksKey}, finding.Warning},
		"values are encrypted":           {map[string]string{"k8s/all.yaml": whole + "apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: shop}\nstringData:\n  token: ENC[AES256_GCM,data:YI,iv:V,tag:R,type:str]\nsops:\n  version: 3.9.0\n"}, finding.Error},
		"in several namespaces":          {map[string]string{"k8s/all.yaml": reads("a", "one", "payments-key") + reads("a", "two", "payments-key") + reads("a", "three", "payments-key")}, finding.Note},
		"in two namespaces":              {map[string]string{"k8s/all.yaml": reads("a", "one", "payments-key") + reads("a", "two", "payments-key")}, finding.Warning},
		"another lesson has it":          {map[string]string{"one/all.yaml": reads("web", "shop", "payments-key") + secrets("shop", "payments-key"), "two/all.yaml": reads("web", "shop", "alpha", "payments-key") + secrets("shop", "alpha")}, finding.Note},
		"a part of another's name":       {map[string]string{"k8s/all.yaml": whole + secrets("shop", "payments-key-two"), "flux/release.yaml": fmt.Sprintf(release, "shop")}, finding.Warning},
		"much else, and no Secret":       {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-key") + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n---\n"}, finding.Note},
		"a program is told its name":     {map[string]string{"k8s/all.yaml": whole, "k8s/certs.yaml": renews + "args: [serve, --ca-secret-name=payments-key]}]}\n"}, finding.Note},
		"in the next argument":           {map[string]string{"k8s/all.yaml": whole, "k8s/certs.yaml": renews + "args: [serve, --secret-name, payments-key]}]}\n"}, finding.Note},
		"in a variable":                  {map[string]string{"k8s/all.yaml": whole, "k8s/certs.yaml": renews + "env: [{name: CERT_SECRET_NAME, value: payments-key}]}]}\n"}, finding.Note},
		"a program is told another's":    {map[string]string{"k8s/all.yaml": whole, "k8s/certs.yaml": renews + "args: [serve, --configmap-name=payments-key, --queue=payments-key]}]}\n"}, finding.Error},
		"folders of other repositories":  {map[string]string{"k8s/all.yaml": whole, "k8s/notebooks.yaml": "apiVersion: kfdef.apps.kubeflow.org/v1\nkind: KfDef\nmetadata: {name: notebooks, namespace: shop}\nspec: {applications: [{name: notebooks}]}\n"}, finding.Note},
		"nearly the name of another":     {map[string]string{"k8s/all.yaml": reads("web", "shop", "payments-kee") + secrets("shop", "payments-key"), "flux/release.yaml": fmt.Sprintf(release, "shop")}, finding.Error},
	} {
		dir := tree(t, c.files)
		rep := run(t, check.Options{}, dir)
		var found []finding.Finding
		for _, f := range rep.Findings {
			if f.Rule == "secret-not-found" && f.Severity > finding.Off {
				found = append(found, f)
			}
		}
		require.NotEmpty(t, found, name)
		assert.Equal(t, c.want, found[len(found)-1].Severity, "%s: %s", name, found[len(found)-1].Help)
		if strings.HasPrefix(name, "nearly") {
			continue
		}
		for _, opts := range []check.Options{{Unresolved: "error"}, {Config: &config.ConfigPipeline{}}} {
			declared := run(t, opts, dir)
			want := "error secret-not-found"
			if name == "a document says how" { // which is evidence that owners have written
				want = "warning secret-not-found"
			}
			assert.Contains(t, above(declared, finding.Note), want, "%s, declared", name)
		}
	}
}

// TestAbsentServicesByEvidence: what a route leads to may be run by others, unless the
// tree runs things there itself.
func TestAbsentServicesByEvidence(t *testing.T) {
	const route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n  tls: [{hosts: [shop.example.com], secretName: web-tls}]\n  defaultBackend: {service: {name: storefront, port: {number: 80}}}\n---\n"
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: %s}\nspec: {containers: [{name: web, image: 'example.com/web:1.0'}]}\n---\n"
	const issuer = "apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: ca, namespace: certs}\nspec: {selfSigned: {}}\n---\n"
	const scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: shop}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: storefront}\n  maxReplicas: 3\n---\n"
	const database = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db, namespace: shop}\nspec: {instances: 1, storage: {size: 1Gi}, superuserSecret: {name: db-root}}\n---\n"
	const keys = "apiVersion: v1\nkind: Secret\nmetadata: {name: api-tls, namespace: shop}\ntype: kubernetes.io/tls\nstringData: {tls.crt: a, tls.key: b}\n---\n"
	logins := strings.Replace(route, "namespace: shop}", "namespace: shop, annotations: {nginx.ingress.kubernetes.io/auth-type: basic, nginx.ingress.kubernetes.io/auth-secret: shop-logins}}", 1)
	logins = strings.Replace(logins, "  tls: [{hosts: [shop.example.com], secretName: web-tls}]\n", "", 1)
	const grant = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: lens}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: lens-reader}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: lens}]\n---\n"
	const chart = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: lens, namespace: tools}\nspec: {interval: 1h, chartRef: {kind: OCIRepository, name: lens}}\n---\n"
	for name, c := range map[string]struct {
		text, rule string
		want       finding.Severity
	}{
		"a route alone":               {route, "service-not-found", finding.Note},
		"beside a workload":           {route + fmt.Sprintf(pod, "shop"), "service-not-found", finding.Warning},
		"beside one of another place": {route + fmt.Sprintf(pod, "other"), "service-not-found", finding.Note},
		"an autoscaler alone":         {scaler, "scale-target-not-found", finding.Note},
		"one beside a workload":       {scaler + fmt.Sprintf(pod, "shop"), "scale-target-not-found", finding.Warning},
		"in a place of add-ons":       {strings.ReplaceAll(route, "namespace: shop", "namespace: kubernetes-dashboard") + strings.Replace(fmt.Sprintf(pod, "x"), ", namespace: x", "", 1), "service-not-found", finding.Note},
		"beside one of any place":     {route + strings.Replace(fmt.Sprintf(pod, "x"), ", namespace: x", "", 1), "service-not-found", finding.Warning},
		"beside a copy of its pods":   {route + strings.NewReplacer("name: web", "name: storefront, uid: a-b, resourceVersion: \"7\"").Replace(strings.Replace(fmt.Sprintf(pod, "shop"), "[{name: web,", "[{name: w,", 1)), "service-not-found", finding.Note},
		"a role":                      {grant + fmt.Sprintf(pod, "shop"), "role-not-found", finding.Warning},
		"a role, with a chart":        {grant + chart, "role-not-found", finding.Note},
		"one with a Secret like it":   {route + strings.Replace(fmt.Sprintf(pod, "shop"), "'}]}", "', envFrom: [{secretRef: {name: storefront}}]}]}", 1), "service-not-found", finding.Note},
		"a certificate":               {route, "secret-not-found", finding.Note},
		"beside another certificate":  {route + keys, "secret-not-found", finding.Warning},
		"a list of logins":            {logins, "secret-not-found", finding.Note},
		"with cert-manager":           {route + issuer, "secret-not-found", finding.Note},
		"asked by a database":         {database, "secret-not-found", finding.Note},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want.String()+" "+c.rule, name)
	}
}

// TestBasesOfOthers: what a base lacks is for its overlays to add.
func TestBasesOfOthers(t *testing.T) {
	files := map[string]string{
		"bases/web/kustomization.yaml": kustomization + "- pod.yaml\n", "bases/web/pod.yaml": pod,
		"bases/db/kustomization.yaml": kustomization + "- pod.yaml\n", "bases/db/pod.yaml": strings.ReplaceAll(strings.ReplaceAll(pod, "name: app", "name: db"), "db-secret", "db-login"),
		"prod/kustomization.yaml": kustomization + "- ../bases/web\n- other.yaml\n", "prod/other.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\nstringData: {user: shop}\n",
	}
	rep := run(t, check.Options{}, tree(t, files))
	assert.ElementsMatch(t, []string{"warning secret-not-found", "note secret-not-found"}, above(rep, finding.Off))
}

// TestAbsentBesideATargetNamespace: what Flux puts into a namespace may be what a tree
// without one lacks, unless that is an alternative.
func TestAbsentBesideATargetNamespace(t *testing.T) {
	nowhere := func(text string) string { return strings.ReplaceAll(text, ", namespace: shop", "") }
	files := map[string]string{
		"app/kustomization.yaml": kustomization + "- all.yaml\n", "app/all.yaml": nowhere(secrets("shop", "payments-key")),
		"jobs/kustomization.yaml": kustomization + "- all.yaml\n", "jobs/all.yaml": nowhere(reads("web", "shop", "payments-key")),
		"flux.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app, namespace: flux-system}\nspec: {interval: 1h, path: ./app, prune: true, targetNamespace: shop, sourceRef: {kind: GitRepository, name: x}}\n",
	}
	assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Off), "note secret-not-found")
	files["app/all.yaml"] += nowhere(reads("web", "shop", "payments-key"))
	assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Off), "warning secret-not-found", "an alternative")
}

// TestAbsencesInAPart: what a part of a repository lacks may be in the rest.
func TestAbsencesInAPart(t *testing.T) {
	dir := tree(t, map[string]string{
		"k8s/all.yaml": reads("web", "shop", "alpha", "bravo", "charlie", "payments-key") + secrets("shop", "alpha", "bravo", "charlie"),
		".git/HEAD":    "ref: refs/heads/main\n", ".git/config": "", ".git/objects/x": "", ".git/refs/x": "",
	})
	for path, want := range map[string]string{"": "error", "k8s": "warning", "k8s/all.yaml": "warning"} {
		assert.Contains(t, above(run(t, check.Options{}, filepath.Join(dir, path)), finding.Note), want+" secret-not-found", path)
	}
}

// TestAbsencesOfWhatWasNamed: who names a tree is about to apply it, so what it needs is
// said, however much that is.
func TestAbsencesOfWhatWasNamed(t *testing.T) {
	const route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n  defaultBackend: {service: {name: storefront, port: {number: 80}}}\n"
	needs := reads("web", "shop", "payments-key", "db-login", "mail") + route
	dir := tree(t, map[string]string{"k8s/all.yaml": needs, "overlay/all.yaml": needs, "overlay/kustomization.yaml": "resources: [all.yaml]\n"})
	for _, path := range []string{"k8s/all.yaml", "overlay"} {
		got := above(run(t, check.Options{}, filepath.Join(dir, path)), finding.Note)
		assert.Len(t, got, 4, path)
		for _, f := range got {
			assert.Contains(t, f, "warning ", path)
		}
	}
}

// TestInAddOnOnly: the Service of an add-on has the name of one in another namespace, and the
// add-on is not here.
func TestInAddOnOnly(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: 'shop/web:1.2', env: [{name: METRICS_URL, value: 'http://prometheus.linkerd-viz.svc.cluster.local:9090'}]}]}\n" +
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: prometheus, namespace: lab}\nspec: {type: ExternalName, externalName: files.example.com}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: linkerd-viz}\n"
	const own = "---\napiVersion: v1\nkind: Service\nmetadata: {name: tap, namespace: linkerd-viz}\nspec: {type: ExternalName, externalName: tap.example.com}\n"
	assert.Empty(t, above(run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": pod})), finding.Note))
	assert.Equal(t, []string{"error host-not-found"}, above(run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": pod + own})), finding.Note))
}

// TestFleetChangesCharts: Fleet has a kustomization patch what a chart makes, which is in
// no file.
func TestFleetChangesCharts(t *testing.T) {
	files := map[string]string{
		"queue/fleet.yaml":                   "defaultNamespace: queue\nhelm:\n  repo: https://charts.example.com\n  chart: queue\nkustomize:\n  dir: after\n",
		"queue/after/kustomization.yaml":     "resources: [more.yaml]\npatches:\n- path: patch.yaml\n",
		"queue/after/more.yaml":              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n",
		"queue/after/patch.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: queue}\nspec: {replicas: 2}\n",
		"web/before/kustomization.yaml":      "resources: [more.yaml]\npatches:\n- path: patch.yaml\n",
		"web/before/more.yaml":               "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n",
		"web/before/patch.yaml":              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: queue}\nspec: {replicas: 2}\n",
		"web/before/nested/fleet.yaml":       "helm: {chart: queue}\nkustomize: {dir: other}\n",
		"classes/fast.yaml":                  "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: disks-fast}\nprovisioner: disks.example.com\n",
		"classes/claims.yaml":                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {storageClassName: disks, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n",
		"classes/others/fast-and-small.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
	}
	rep := run(t, check.Options{}, tree(t, files))
	assert.Equal(t, []string{"error build-fails"}, above(rep, finding.Note))
	assert.Contains(t, rep.Findings[0].File, "web/before/patch.yaml")
}

// TestInAnotherNamespaceOnly: a job may copy what is there, and a release of its name may
// make one of its own.
func TestInAnotherNamespaceOnly(t *testing.T) {
	const have = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: site-tls, namespace: certs}\ntype: Opaque\nstringData: {a: b}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: files, namespace: lab}\nspec: {type: ExternalName, externalName: files.example.com}\n"
	const asks = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", env: [{name: FILES_URL, value: \"http://files.files.svc.cluster.local\"}], envFrom: [{secretRef: {name: site-tls}}]}]}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: files}\n"
	const copies = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sync, namespace: certs}\ndata:\n  sync.sh: |\n    kubectl get secret site-tls -n certs -o yaml | sed s/certs/$1/ | kubectl apply -f -\n"
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: files, namespace: files}\nspec:\n  interval: 1h\n  chart: {spec: {chart: stack, sourceRef: {kind: HelmRepository, name: charts}}}\n"
	const application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: 'https://git.example.com/shop.git', path: deploy, targetRevision: main}\n  destination: {server: 'https://kubernetes.default.svc', namespace: shop}\n" +
		"---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: files, namespace: flux-system}\nspec: {interval: 1h, prune: true, path: ./files, targetNamespace: files, sourceRef: {kind: GitRepository, name: files}}\n"
	const generated = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: shop, namespace: argocd}\nspec:\n  generators: [{list: {elements: [{name: a}]}}]\n  template:\n    metadata: {name: '{{name}}'}\n    spec:\n" +
		"      project: default\n      source: {repoURL: 'https://git.example.com/all.git', path: 'k8s/{{name}}', targetRevision: main}\n      destination: {server: 'https://kubernetes.default.svc', namespace: shop}\n"
	both := []string{"error secret-not-found", "error host-not-found"}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing else":          {nil, both},
		"a job":                 {map[string]string{"jobs/sync.yaml": copies}, both[1:]},
		"a script":              {map[string]string{"sync.sh": "kubectl -n certs get secret site-tls -o json | jq . | kubectl -n shop apply -f -\n"}, both[1:]},
		"a script reads it":     {map[string]string{"show.sh": "kubectl -n certs get secret site-tls -o json\n"}, both},
		"a release":             {map[string]string{"flux/files.yaml": release}, both[:1]},
		"another repository":    {map[string]string{"argocd/shop.yaml": application}, nil},
		"a folder that is here": {map[string]string{"argocd/shop.yaml": strings.Replace(application, "path: deploy", "path: k8s", 1)}, both[:1]},
		"a folder for each":     {map[string]string{"argocd/shop.yaml": generated, "k8s/a/README.md": "x\n"}, both},
		"a release of more":     {map[string]string{"flux/files.yaml": strings.Replace(release, "name: files,", "name: monitoring,", 1)}, both},
	} {
		files := map[string]string{"k8s/all.yaml": asks + have}
		maps.Copy(files, c.files)
		assert.ElementsMatch(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}
