package check_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestChartsThatAreNotInflated: what is beside the charts of a kustomization is checked
// without helm, and nothing is said of what the charts may make.
func TestChartsThatAreNotInflated(t *testing.T) {
	const (
		chart     = "helmCharts:\n- name: web\n  repo: https://charts.example.com\n  releaseName: web\n"
		ingress   = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 81}}}}]}}]}\n"
		service   = "---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n"
		config    = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config}\ndata: {A: b}\n"
		pod       = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p}}\nspec: {containers: [{name: a, image: 'b:1', envFrom: [{configMapRef: {name: web-confg}}]}]}\n"
		keyed     = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 'b:1', env: [{name: A, valueFrom: {configMapKeyRef: {name: web-config, key: B}}}]}]}\n"
		deployed  = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: p}, ports: [{port: 80, targetPort: web}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p}}\nspec: {containers: [{name: a, image: 'b:1', ports: [{name: http, containerPort: 80}]}]}\n"
		misspelt  = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {container: [{name: a, image: 'b:1'}]}\n"
		resources = "- app.yaml\n"
	)
	for name, c := range map[string]struct {
		kustomization, app string
		want               []string
	}{
		"a port that is not there":             {resources + chart, ingress + service, []string{"service-port-not-found"}},
		"charts first":                         {resources + "namespace: web\n" + chart + "images: []\n", ingress + service, []string{"service-port-not-found"}},
		"a Service that a chart may make":      {resources + chart, ingress, nil},
		"a name near to what a chart may make": {resources + chart, pod + config, nil},
		"labels that a chart may give":         {resources + chart, service, nil},
		"a key of what is here":                {resources + chart, keyed + config, []string{"key-not-found"}},
		"a port of pods that are here":         {resources + chart, deployed, []string{"target-port-not-found"}},
		"structure":                            {resources + chart, misspelt, []string{"unknown-field"}},
		"a patch of what the chart makes":      {resources + chart + "patches:\n- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}'\n", misspelt, []string{"unknown-field"}},
		"the old field":                        {resources + "helmChartInflationGenerator: [{chartName: web, chartRepoUrl: 'https://charts.example.com'}]\n", ingress + service, []string{"service-port-not-found"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"app/kustomization.yaml": kustomization + c.kustomization, "app/app.yaml": c.app})
			rep := run(t, check.Options{}, dir)
			require.Len(t, rep.Unread, 1)
			assert.ErrorContains(t, rep.Unread[0].Err, "--enable-helm")
			var got []string
			for _, f := range rep.Findings {
				if f.Severity == finding.Error {
					got = append(got, f.Rule)
				}
				assert.Equal(t, finding.Error, f.Severity, f)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestNamesBesideCharts: a slip in the name of what another tree has is one beside charts
// too.
func TestNamesBesideCharts(t *testing.T) {
	const issued = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\nspec: {secretName: web, dnsNames: [web.example.com], issuerRef: {kind: ClusterIssuer, name: letsencrypt-prd}}\n"
	dir := tree(t, map[string]string{
		"issuer/kustomization.yaml": kustomization + "- issuer.yaml\nhelmCharts: [{name: cert-manager, repo: 'https://charts.example.com'}]\n",
		"issuer/issuer.yaml":        "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: letsencrypt-prod}\nspec: {selfSigned: {}}\n",
		"web/kustomization.yaml":    kustomization + "- certificate.yaml\nhelmCharts: [{name: web, repo: 'https://charts.example.com'}]\n",
		"web/certificate.yaml":      issued,
	})
	rep := run(t, check.Options{}, dir)
	require.Len(t, rep.Findings, 1)
	assert.Equal(t, []string{"letsencrypt-prod"}, rep.Findings[0].Suggestions)
	assert.Equal(t, finding.Warning, rep.Findings[0].Severity)
}

// TestOthersHaveWhatIsBesideCharts: what another tree needs is there.
func TestOthersHaveWhatIsBesideCharts(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- secret.yaml\nnamespace: shop\nhelmCharts: [{name: web, repo: 'https://charts.example.com'}]\n",
		"base/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\nstringData: {a: b}\n",
		"web/kustomization.yaml":  kustomization + "- pod.yaml\nnamespace: shop\n",
		"web/pod.yaml":            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 'b:1', envFrom: [{secretRef: {name: credentials}}]}]}\n",
	})
	for _, f := range run(t, check.Options{}, dir).Findings {
		assert.Equal(t, finding.Note, f.Severity, f)
		assert.Contains(t, f.Message, "it is in")
	}
}

// TestWhatABrokenBuildRefersTo: a kustomization that does not build hides nothing of what
// it refers to, and nothing is said of what the part that is lost may have.
func TestWhatABrokenBuildRefersTo(t *testing.T) {
	const (
		misspelt = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {container: [{name: a, image: 'b:1'}]}\n"
		wants    = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p}}\nspec: {containers: [{name: a, image: 'b:1', envFrom: [{secretRef: {name: token}}]}]}\n"
		routed   = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 81}}}}]}}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n"
		untagged = "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: a, image: 'ghcr.io/a/mongodb', volumeMounts: [{name: d, mountPath: /d}]}, {name: c, image: 'ghcr.io/c/d:1'}], volumes: [{name: d, nfs: {server: 192.0.2.7, path: /d}}]}\n"
	)
	for name, c := range map[string]struct {
		files  map[string]string
		unread string
		want   []string // severity, rule and file
	}{
		"a file that is not there": {map[string]string{
			"bundle/kustomization.yaml": kustomization + "- bases/csv.yaml\n- ../app\n",
			"app/kustomization.yaml":    kustomization + "- app.yaml\nnamespace: shop\n", "app/app.yaml": routed,
		}, "no file or directory bases/csv.yaml; the rest is checked without it", []string{"error service-port-not-found app/app.yaml"}},
		"several": {map[string]string{
			"bundle/kustomization.yaml": kustomization + "- bases/csv.yaml\n- ../app\n- ../gone\n",
			"app/kustomization.yaml":    kustomization + "- app.yaml\n- more.yaml\n", "app/app.yaml": misspelt,
		}, "without it and more.yaml", []string{"error unknown-field app/app.yaml"}},
		"what it may have": {map[string]string{
			"app/kustomization.yaml": kustomization + "- token.yaml\n- app.yaml\n", "app/app.yaml": wants,
		}, "without it", nil},
		"warnings": {map[string]string{
			"app/kustomization.yaml": kustomization + "- gone.yaml\n- app.yaml\n", "app/app.yaml": untagged,
		}, "without it", []string{"warning image-tag-latest app/app.yaml"}},
		"a base that cannot be had": {map[string]string{
			"app/kustomization.yaml": kustomization + "- http://127.0.0.1:1/install.yaml\n- app.yaml\n", "app/app.yaml": routed,
		}, "the rest is checked without it", []string{"error service-port-not-found app/app.yaml"}},
		"beside charts": {map[string]string{
			"app/kustomization.yaml": kustomization + "- http://127.0.0.1:1/install.yaml\n- app.yaml\nhelmCharts: [{name: web, repo: 'https://charts.example.com'}]\n", "app/app.yaml": routed,
		}, "without it and the charts", []string{"error service-port-not-found app/app.yaml"}},
		"what a generator of others makes": {map[string]string{
			"app/kustomization.yaml": kustomization + "- app.yaml\ngenerators: [ksops.yaml]\n", "app/app.yaml": wants + "---\n" + routed,
			"app/ksops.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: s, annotations: {config.kubernetes.io/function: 'exec: {path: ksops}'}}\nfiles: [secret.enc.yaml]\n",
		}, "the rest is checked without it", []string{"error service-port-not-found app/app.yaml"}},
		"a patch may mend it": {map[string]string{
			"app/kustomization.yaml": kustomization + "- app.yaml\npatches: [{path: gone.yaml}]\n", "app/app.yaml": untagged + "---\n" + routed,
		}, "without it", nil},
		"one of two of the same name": {map[string]string{
			"app/kustomization.yaml": kustomization + "- one\n- two\n", "app/one/kustomization.yaml": kustomization + "- app.yaml\n", "app/one/app.yaml": untagged,
			"app/two/kustomization.yaml": kustomization + "- app.yaml\n", "app/two/app.yaml": untagged + "---\n" + routed,
		}, "two resources have the id", []string{"error service-port-not-found app/two/app.yaml", "warning image-tag-latest app/one/app.yaml"}},
		"what is below one that is none": {map[string]string{
			"all/kustomization.yaml": kustomization + "- ../app\nimage: []\n",
			"app/kustomization.yaml": kustomization + "- app.yaml\n", "app/app.yaml": untagged + "---\n" + routed + "---\n" + misspelt,
		}, `has no field "image"; did you mean "images"? (unknown field "image"); what it refers to is checked by itself`, []string{"error unknown-field app/app.yaml"}},
		"nor changes anything": {map[string]string{
			"all/kustomization.yaml": kustomization + "- ../app\nopenapi: {path: gone.json}\n", "all/kustomization.yml": kustomization,
			"app/kustomization.yaml": kustomization + "- app.yaml\n- ../deep\n", "app/app.yaml": untagged,
			"deep/kustomization.yaml": kustomization + "- app.yaml\n- gone.yaml\n", "deep/app.yaml": wants + "---\n" + routed,
		}, "", []string{"error service-port-not-found deep/app.yaml", "warning image-tag-latest app/app.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, c.files)
			t.Chdir(dir)
			rep := run(t, check.Options{}, ".")
			require.NotEmpty(t, rep.Unread)
			assert.ErrorContains(t, rep.Unread[0].Err, c.unread)
			var got []string
			for _, f := range rep.Findings {
				if f.Severity > finding.Note && f.Rule != check.BuildFails {
					got = append(got, f.Severity.String()+" "+f.Rule+" "+f.File)
				}
			}
			slices.Sort(got)
			assert.Equal(t, c.want, got)
		})
	}
}

// TestOthersHaveWhatABrokenBuildHas: what is in a kustomization that does not build is
// there for others all the same, and so is what its resources make.
func TestOthersHaveWhatABrokenBuildHas(t *testing.T) {
	dir := tree(t, map[string]string{
		"gateway/kustomization.yaml": kustomization + "- http://127.0.0.1:1/install.yaml\n- certificate.yaml\nnamespace: gateway\n",
		"gateway/certificate.yaml":   "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\nspec: {secretName: web-tls, dnsNames: [web.example.com], issuerRef: {kind: ClusterIssuer, name: letsencrypt}}\n",
		"web/kustomization.yaml":     kustomization + "- ingress.yaml\nnamespace: gateway\n",
		"web/ingress.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 'b:1', envFrom: [{secretRef: {name: web-tls}}]}]}\n",
	})
	for _, f := range run(t, check.Options{}, dir).Findings {
		assert.Equal(t, finding.Note, f.Severity, f)
	}
}
