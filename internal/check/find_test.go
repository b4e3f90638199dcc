package check_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret, namespace: shop}\ntype: Opaque\n"

// found returns the files and kustomizations that are checked, relative to dir.
func found(t *testing.T, dir string, opts check.FindOptions) []string {
	t.Helper()
	trees, err := check.Find([]string{dir}, opts)
	require.NoError(t, err)
	all := []string{}
	for _, tr := range trees {
		for _, path := range append(tr.Files, tr.Root) {
			if path != "" {
				rel, err := filepath.Rel(dir, path)
				require.NoError(t, err)
				all = append(all, filepath.ToSlash(rel))
			}
		}
	}
	return all
}

func TestWhatIsNoManifestIsLeftOut(t *testing.T) {
	dir := tree(t, map[string]string{
		"app.yaml":                        pod,
		".k8s/app.yaml":                   pod,
		".cache/app.yaml":                 pod,
		".git/HEAD":                       "",
		".gitignore":                      "/out/\n*.gen.yaml\n",
		"out/app.yaml":                    pod,
		"app.gen.yaml":                    pod,
		"chart/Chart.yaml":                "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
		"chart/templates/pod.yaml":        "{{ if .Values.pod }}",
		"e2e/00-assert.yaml":              pod,
		"chart/ci/values.yaml":            "a: b\n",
		"docs/example.yaml":               pod,
		"deep/docs/example.yaml":          pod,
		"deep/.gitignore":                 "!keep.gen.yaml\n",
		"deep/keep.gen.yaml":              pod,
		"overlays/dev/kustomization.yaml": kustomization + "- ../../base\npatches:\n- path: ../../patches/dev.yaml\n",
		"overlays/dev/unlisted.yaml":      secret,
		"base/kustomization.yaml":         kustomization + "- pod.yaml\n",
		"base/pod.yaml":                   pod,
		"patches/dev.yaml":                pod,
	})
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.yaml")))
	assert.Equal(t, []string{"overlays/dev", ".k8s/app.yaml", "app.yaml", "deep/docs/example.yaml", "deep/keep.gen.yaml", "docs/example.yaml", "overlays/dev/unlisted.yaml"},
		found(t, dir, check.FindOptions{}))
	assert.Equal(t, []string{"overlays/dev", ".k8s/app.yaml", "app.yaml", "deep/docs/example.yaml", "overlays/dev/unlisted.yaml"},
		found(t, dir, check.FindOptions{Exclude: []string{"/docs/", "keep*"}}))
	assert.Equal(t, []string{"keep.gen.yaml", "docs/example.yaml"}, reversed(found(t, filepath.Join(dir, "deep"), check.FindOptions{})))
}

func reversed(s []string) []string {
	out := []string{}
	for i := range s {
		out = append(out, s[len(s)-1-i])
	}
	return out
}

func TestOneUnreadableFileDoesNotHideTheOthers(t *testing.T) {
	dir := tree(t, map[string]string{
		"app.yaml":       pod,
		"broken.yaml":    "apiVersion: v1\nkind: [\n",
		"template.yaml":  "{{- if x }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
		"tsconfig.json":  "{ // a comment\n}",
		"dashboard.json": `{"text": "\d"}`,
	})
	rep := run(t, check.Options{}, dir)
	assert.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	var unread []string
	for _, u := range rep.Unread {
		assert.False(t, u.Named)
		unread = append(unread, strings.TrimPrefix(u.Error(), dir+"/"))
	}
	require.Len(t, unread, 2)
	assert.Contains(t, unread[0], "broken.yaml:2: not YAML")
	assert.Equal(t, "template.yaml: a template, not YAML", unread[1])

	_, err := check.Find([]string{tree(t, map[string]string{"Chart.yaml": "name: x\n", "templates/a.yaml": "{{ x }}"})}, check.FindOptions{})
	assert.ErrorContains(t, err, "helm template")
}

// TestAlternatives: files that define one object differently are for one cluster
// each. What is in other folders is no evidence, whether it fits or not.
func TestAlternatives(t *testing.T) {
	app := func(key string) string {
		return strings.Replace(pod, "    envFrom:\n    - secretRef:\n        name: db-secret\n",
			"    env:\n    - name: A\n      valueFrom: {secretKeyRef: {name: db-secret, key: "+key+"}}\n", 1)
	}
	with := func(key string) string { return secret + "stringData: {" + key + ": x}\n" }
	dir := tree(t, map[string]string{
		"a/app.yaml":    app("A") + "---\n" + with("A"),
		"a/other.yaml":  app("B") + "---\n" + with("B"),
		"b/secret.yaml": with("C"),
		"b/app.yaml":    strings.ReplaceAll(app("C"), "name: app", "name: b"),
		"c/app.yaml":    strings.ReplaceAll(app("B"), "name: app", "name: c"),
		"d/app.yaml":    strings.ReplaceAll(app("BB"), "name: app", "name: d"),
	})
	rep := run(t, check.Options{}, dir)
	assert.Empty(t, rulesOf(rep.Findings), "%v", rep.Findings)
	for _, f := range rep.Findings {
		assert.LessOrEqual(t, f.Severity, finding.Note, "%v", f)
		if f.Missing != nil {
			assert.Contains(t, f.Message, "it is in "+filepath.ToSlash(filepath.Join(dir, "a")))
		}
	}

	// Within one folder, and where nothing is defined differently, all is judged.
	dir = tree(t, map[string]string{
		"lessons/1/app.yaml":  app("A") + "---\n" + with("A"),
		"lessons/2/app.yaml":  app("BB") + "---\n" + with("B"),
		"lessons/2/copy.yaml": strings.ReplaceAll(app("B"), "name: app", "name: copy"),
		"shop/secret.yaml":    strings.ReplaceAll(with("C"), "db-secret", "shop-secret"),
		"shop/web/app.yaml":   strings.NewReplacer("name: app", "name: web", "db-secret", "shop-secret").Replace(app("D")),
	})
	rep = run(t, check.Options{}, dir)
	assert.Equal(t, []string{"key-not-found"}, rulesOf(rep.Findings), "%v", rep.Findings)
	assert.Equal(t, 1, finding.Count(rep.Findings, finding.Warning), "a Secret of another file that nobody asks for what is in it may be filled by a program: %v", rep.Findings)
	assert.Len(t, rep.Checked, 3)
}

// TestWhatTestsAssertIsNoManifest: they hold resources in part.
func TestWhatTestsAssertIsNoManifest(t *testing.T) {
	part := "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: cache}\nstatus: {readyReplicas: 3}\n"
	dir := tree(t, map[string]string{
		"e2e/chainsaw-test.yaml": `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: cache}
spec:
  steps:
  - try:
    - apply: {file: cache.yaml}
    - assert: {file: ready.yaml}
    catch: []
  - try:
    - error: {file: ../gone/*.yaml}
`,
		"e2e/cache.yaml":                     pod,
		"e2e/ready.yaml":                     part,
		"gone/a.yaml":                        part,
		"operator/src/test/resources/a.yaml": part,
	})
	assert.Equal(t, []string{"e2e/cache.yaml", "e2e/chainsaw-test.yaml"}, found(t, dir, check.FindOptions{}))
}

// TestTemplatesThatAreYAML: ytt's instructions are comments.
func TestTemplatesThatAreYAML(t *testing.T) {
	dir := tree(t, map[string]string{
		"app.yaml":   pod,
		"ytt.yaml":   "#@ load(\"@ytt:data\", \"data\")\napiVersion: v1\nkind: Pod\nmetadata:\n  name: #@ data.values.name\n",
		"plain.yaml": strings.ReplaceAll(pod, "name: app", "name: plain # ask ops#@example"),
	})
	rep := run(t, check.Options{}, dir)
	assert.Equal(t, 2, rep.Resources)
	require.Len(t, rep.Unread, 1)
	assert.Equal(t, "a template, not YAML", rep.Unread[0].Err.Error())

	// To YAML, {{ .Name }} without quotes is a mapping whose key is a mapping.
	config := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	for text, template := range map[string]bool{
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: {{ .One }}\n  - port: {{ .Two }}\n": true,
		"apiVersion: {{ .Version }}\nkind: ConfigMap\nmetadata:\n  name: a\n":                                               true,
		"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Name }}\n":                                            true,
		config + "data:\n  {{ .Key | quote }}: |\n    x\n":                                                                  true,
		config + "data:\n  a: {{ toYaml .Values.x }}\n":                                                                     true,
		config + "data:\n  alert: '{{ $labels.pod }} is down'\n":                                                            false,
		config + "data:\n  rules: |\n    title: {{ .Title }}\n":                                                             false,
		config + "data:\n  a: \"{{ .Values.x }}\"\n":                                                                        false,
		config + "data: {a: '{{}}', b: \"{}\"}\n":                                                                           false,
		config + "data:\n  a: b # {{ .Comment }}\n":                                                                         false,
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"app.yaml": pod, "x.yaml": text}))
		assert.Equal(t, template, len(rep.Unread) == 1, "%s %v", text, rep.Unread)
		assert.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings), text)
	}
}

// TestTemplatesHaveWhatTheyDefine: a Secret that is filled in later is none that
// nobody makes.
func TestTemplatesHaveWhatTheyDefine(t *testing.T) {
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME, namespace: shop}\ndata:\n  key: {{ .Key }}\n"
	for name, want := range map[string]finding.Severity{"db-secret": finding.Note, "other": finding.Warning} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"app.yaml": pod, "x.yaml": strings.ReplaceAll(secret, "NAME", name)}))
		require.Len(t, rep.Findings, 1)
		assert.Equal(t, want, rep.Findings[0].Severity, name)
		assert.Equal(t, 1, rep.Trees)
		assert.Equal(t, 1, rep.Resources)
	}
}

// TestNearlyTheNameOfSomethingElse: what one tree misspells, for all it can see,
// another one has.
func TestNearlyTheNameOfSomethingElse(t *testing.T) {
	release := func(name string, dependsOn ...string) string {
		text := "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: " + name + "}\nspec:\n  interval: 1h\n  chart: {spec: {chart: x, sourceRef: {kind: HelmRepository, name: x}}}\n"
		for i, name := range dependsOn {
			if i == 0 {
				text += "  dependsOn:\n"
			}
			text += "  - name: " + name + "\n"
		}
		return text
	}
	findings := func(others map[string]string) []string {
		files := map[string]string{
			"web/kustomization.yaml": kustomization + "- app.yaml\n- other.yaml\n",
			"web/app.yaml":           release("web", "cache"),
			"web/other.yaml":         release("cachet"),
		}
		for name, text := range others {
			files[name] = text
		}
		return rulesOf(run(t, check.Options{}, tree(t, files)).Findings)
	}
	assert.Equal(t, []string{"object-not-found"}, findings(nil))
	assert.Empty(t, findings(map[string]string{
		"cache/kustomization.yaml": kustomization + "- app.yaml\n",
		"cache/app.yaml":           release("cache"),
	}))
	assert.Equal(t, []string{"object-not-found"}, findings(map[string]string{
		"cache/kustomization.yaml": kustomization + "- app.yaml\nnamespace: elsewhere\n",
		"cache/app.yaml":           release("cache"),
	}))
	// An alternative of the tree is no part of the same whole.
	assert.Equal(t, []string{"object-not-found"}, findings(map[string]string{
		"web2/kustomization.yaml": kustomization + "- app.yaml\n",
		"web2/app.yaml":           release("web", "cachet") + "---\n" + release("cachet") + "---\n" + release("cache"),
	}))
}

// TestNamesThatKustomizeRenamed: what kustomize does not rewrite keeps a name
// that nothing has any more, and it is known what it became.
func TestNamesThatKustomizeRenamed(t *testing.T) {
	dir := tree(t, map[string]string{
		"prefix/kustomization.yaml": kustomization + "- issuer.yaml\nnamePrefix: acme-\nnamespace: shop\n",
		"prefix/issuer.yaml": `apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: ca}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, issuerRef: {name: ca}, dnsNames: [web.shop.svc]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
`,
		// https://github.com/kubernetes-sigs/kustomize/issues/5047
		"generator/kustomization.yaml": kustomization + "- pod.yaml\nsecretGenerator:\n- {name: db-secret, literals: [a=b]}\n",
		"generator/pod.yaml":           pod,
		"sound/kustomization.yaml":     kustomization + "- pod.yaml\nsecretGenerator:\n- {name: db-secret, namespace: shop, literals: [a=b]}\nnamePrefix: acme-\n",
		"sound/pod.yaml":               pod,
	})
	loud := func(name string) []string {
		var all []string
		for _, f := range run(t, check.Options{}, filepath.Join(dir, name)).Findings {
			if f.Severity >= finding.Warning {
				all = append(all, f.Rule+": "+f.Sentence())
			}
		}
		return all
	}
	prefixed := strings.Join(loud("prefix"), "\n")
	assert.Contains(t, prefixed, `Issuer "ca" in namespace "shop" does not exist: kustomize renamed it to "acme-ca"`)
	assert.Contains(t, prefixed, `host "web.shop.svc": the Service is called "acme-web"`)
	generator := strings.Join(loud("generator"), "\n")
	assert.Contains(t, generator, `Secret "db-secret" in namespace "shop" does not exist: kustomize renamed it to "db-secret-`)
	assert.Empty(t, loud("sound"))
}

// TestAbsentHereAndElsewhere: another tree of the run, or a file that no
// kustomization lists, may have what is missing.
func TestAbsentHereAndElsewhere(t *testing.T) {
	dir := tree(t, map[string]string{
		"app/kustomization.yaml":     kustomization + "- pod.yaml\n",
		"app/pod.yaml":               pod,
		"secrets/kustomization.yaml": kustomization + "- external.yaml\n",
		"secrets/external.yaml": `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop}
spec: {target: {name: db-secret}, secretStoreRef: {name: s, kind: ClusterSecretStore}, data: []}
`,
	})
	rep := run(t, check.Options{}, dir)
	require.Empty(t, rep.Unread)
	assert.Empty(t, rulesOf(rep.Findings), "the other tree makes it")

	// prod has what dev lacks: they are alternatives.
	dir = tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- pod.yaml\n", "base/pod.yaml": pod,
		"dev/kustomization.yaml":  kustomization + "- ../base\n",
		"prod/kustomization.yaml": kustomization + "- ../base\n- secret.yaml\n", "prod/secret.yaml": secret,
	})
	assert.Equal(t, []string{"secret-not-found"}, rulesOf(run(t, check.Options{}, dir).Findings))

	dir = tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- pod.yaml\n", "base/pod.yaml": pod, "base/forgotten.yaml": secret,
	})
	rep = run(t, check.Options{}, dir)
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Contains(t, rep.Findings[0].Help, "forgotten.yaml, which no kustomization lists")
}

// TestFilesBesideAKustomization: what lies in the folder that was named may be
// read, and nothing else.
func TestFilesBesideAKustomization(t *testing.T) {
	dir := tree(t, map[string]string{
		"in/shared/pod.yaml":          pod,
		"in/app/kustomization.yaml":   kustomization + "- ../shared/pod.yaml\n",
		"out.yaml":                    pod,
		"in/other/kustomization.yaml": kustomization + "- ../../out.yaml\n",
	})
	rep := run(t, check.Options{}, filepath.Join(dir, "in"))
	assert.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	require.Len(t, rep.Unread, 1)
	assert.Contains(t, rep.Unread[0].Error(), "--load-restrictor=LoadRestrictionsNone")
}

// TestReleasesOfADefinition: which of several definitions of a kind a resource
// is for cannot be known.
func TestReleasesOfADefinition(t *testing.T) {
	crd := func(field string) string {
		return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Backup, plural: backups, singular: backup, listKind: BackupList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {` + field + `: {type: string}}}}}}
`
	}
	files := map[string]string{
		"releases/1.0.yaml": crd("cluster"),
		"sample.yaml":       "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: a}\nspec: {method: x}\n",
	}
	assert.Equal(t, []string{"unknown-field"}, rulesOf(run(t, check.Options{}, tree(t, files)).Findings))
	files["releases/1.1.yaml"] = crd("method")
	assert.Empty(t, rulesOf(run(t, check.Options{}, tree(t, files)).Findings))
}

// TestPartsThatTestsCompare: in folders of tests nobody knows what is whole.
func TestPartsThatTestsCompare(t *testing.T) {
	part := "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: cache, ownerReferences: [{apiVersion: v1, kind: Pod, name: cache}]}\n" +
		"spec: {minAvailable: 1, selector: {matchLabels: {app: cache}}}\n"
	dir := tree(t, map[string]string{"test/e2e/ready.yaml": part, "e2e-tests/compare/ready.yaml": strings.ReplaceAll(pod, "name: app", "name: e2e"), "deploy/cache.yaml": strings.ReplaceAll(part, "cache", "other")})
	rep := run(t, check.Options{}, dir)
	for _, f := range rep.Findings {
		if strings.Contains(f.File, "e2e") {
			assert.LessOrEqual(t, f.Severity, finding.Note, "%v", f)
		}
	}
	assert.Contains(t, rulesOf(rep.Findings), "required-field-missing")
	rep = run(t, check.Options{}, filepath.Join(dir, "test/e2e/ready.yaml"))
	assert.Contains(t, rulesOf(rep.Findings), "required-field-missing")
}

// TestChartsInTheMaking: what is built there is filled in by Helm.
func TestChartsInTheMaking(t *testing.T) {
	dir := tree(t, map[string]string{
		"helmify/kustomization.yaml": kustomization + "- app.yaml\n",
		"helmify/app.yaml":           strings.ReplaceAll(pod, "name: app", "name: '{{ .Values.name }}'"),
		"release/kustomization.yaml": kustomization + "- release.yaml\n",
		"release/release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\n" +
			"spec: {interval: 1h, chartRef: {kind: OCIRepository, name: web}, values: {claim: '{{ .Release.Name }}'}}\n",
	})
	rep := run(t, check.Options{}, dir)
	require.Len(t, rep.Unread, 1)
	assert.Contains(t, rep.Unread[0].Error(), "Helm chart")
	assert.Equal(t, 1, rep.Resources)
}

// TestForms: a program or a person has yet to fill these in.
func TestForms(t *testing.T) {
	deployment := func(namespace, image string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: agent, namespace: " + namespace + "}\nspec:\n  selector: {matchLabels: {app: agent}}\n" +
			"  template:\n    metadata: {labels: {app: agent}}\n    spec:\n      containers:\n      - name: agent\n        image: " + image +
			"\n        volumeMounts: [{name: tls, mountPath: /tls}]\n"
	}
	for text, severity := range map[string]finding.Severity{
		deployment("agents", "example.com/agent:1"):              finding.Error,
		deployment("agents", "\"\""):                             finding.Warning,
		deployment("SET_BY_THE_OPERATOR", "example.com/agent:1"): finding.Warning,
		deployment("\"SET BY OPERATOR\"", "example.com/agent:1"): finding.Warning,
		deployment("\"${NAMESPACE}\"", "example.com/agent:1"):    finding.Error,
	} {
		dir := tree(t, map[string]string{"agent.yaml": text})
		for _, named := range []bool{false, true} {
			paths := dir
			if named {
				paths, severity = filepath.Join(dir, "agent.yaml"), finding.Error
			}
			found := finding.Off
			for _, f := range run(t, check.Options{}, paths).Findings {
				if f.Rule == "volume-not-found" {
					found = f.Severity
				}
			}
			assert.Equal(t, severity, found, "%v %s", named, text)
		}
	}
}

// TestDumps: nobody applies the list of all that a cluster had. What somebody wrote, or got
// one by one, is meant.
func TestDumps(t *testing.T) {
	read := "uid: 1a2b, resourceVersion: \"7\""
	service := func(metadata string) string {
		return "- apiVersion: v1\n  kind: Service\n  metadata: {name: till, namespace: shop" + metadata + "}\n  spec: {selector: {app: till}, ports: [{port: 80, targetPort: web}]}\n" +
			"- apiVersion: v1\n  kind: Pod\n  metadata: {name: till-x, namespace: shop, labels: {app: till}, " + read + "}\n  spec: {containers: [{name: till, image: \"shop/till:1.2\", ports: [{name: http, containerPort: 8080}]}]}\n"
	}
	owned := "- apiVersion: apps/v1\n  kind: ReplicaSet\n  metadata: {name: other, namespace: shop, " + read + ", ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: other, uid: 9c}]}\n" +
		"  spec: {selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}, spec: {containers: [{name: a, image: \"shop/a:1.2\"}]}}}\n"
	for text, want := range map[string]string{
		service(", "+read) + owned: "note target-port-not-found",
		service("") + owned:        "error target-port-not-found",
		service(", " + read):       "error target-port-not-found",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"all.yaml": "apiVersion: v1\nkind: List\nitems:\n" + text}))
		assert.Contains(t, above(rep, finding.Off), want, text)
	}
}

// TestDisputedDefinitions: of several schemas of a kind nobody knows the right one, and
// what none of them takes is wrong.
func TestDisputedDefinitions(t *testing.T) {
	crd := func(field string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n" +
			"  names: {kind: Widget, plural: widgets}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
			"          spec: {type: object, properties: {" + field + ": {type: string}}}\n"
	}
	severity := func(built string) finding.Severity {
		dir := tree(t, map[string]string{
			"old/crd.yaml":            crd("color"),
			"samples/widget.yaml":     "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {shade: x}\n",
			"crd/kustomization.yaml":  kustomization + "- crd.yaml\n",
			"crd/crd.yaml":            built,
			"more/kustomization.yaml": kustomization + "- ../crd\n",
		})
		for _, f := range run(t, check.Options{}, dir).Findings {
			if f.Rule == "unknown-field" {
				return f.Severity
			}
		}
		return finding.Off
	}
	assert.Equal(t, finding.Error, severity(crd("color")))
	assert.Equal(t, finding.Note, severity(crd("shade")), "one takes it")
	assert.Equal(t, finding.Error, severity(crd("tint")), "none does")
	assert.Equal(t, finding.Error, severity(strings.Replace(crd("color"), "{color:", "{size: {type: integer}, color:", 1)))
}

// TestDefinitionsOfOtherTrees: a project's samples are of the kinds that another of its
// trees defines.
func TestDefinitionsOfOtherTrees(t *testing.T) {
	crd := func(fields string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n" +
			"  names: {kind: Widget, plural: widgets}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
			"          spec: {type: object, properties: {" + fields + "}}\n"
	}
	const (
		colour  = "colour: {type: string, enum: [red, blue]}"
		webhook = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: defaults}\nwebhooks:\n" +
			"- name: widgets.example.com\n  clientConfig: {url: \"https://example.com\"}\n  sideEffects: None\n  admissionReviewVersions: [v1]\n" +
			"  rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [widgets]}]\n"
	)
	widget := func(spec string) string {
		return "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {" + spec + "}\n"
	}
	project := func(fields, spec string, more map[string]string) map[string]string {
		files := map[string]string{
			"config/crd/kustomization.yaml": kustomization + "- bases/widgets.yaml\n", "config/crd/bases/widgets.yaml": crd(fields),
			"config/samples/kustomization.yaml": kustomization + "- widget.yaml\n", "config/samples/widget.yaml": widget(spec),
		}
		maps.Copy(files, more)
		return files
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"right":                {project(colour, "colour: red", nil), nil},
		"not one of them":      {project(colour, "colour: green", nil), []string{"error unsupported-value"}},
		"misspelt":             {project(colour, "color: red", nil), []string{"error unknown-field"}},
		"of another type":      {project("size: {type: integer}", "size: large", nil), []string{"error wrong-type"}},
		"no list of the files": {project(colour, "colour: red", map[string]string{"docs/widget.yaml": widget("colours: red")}), []string{"error unknown-field"}},
		"the chart's copy":     {project(colour, "color: red", map[string]string{"charts/x/Chart.yaml": "name: x\nversion: 1.0.0\napiVersion: v2\n", "charts/x/crds/widgets.yaml": crd(colour)}), []string{"error unknown-field"}},
		"an earlier release":   {project(colour, "colour: red", map[string]string{"releases/0.1/widgets.yaml": crd("color: {type: string}")}), nil},
		"as in one before":     {project(colour, "color: red", map[string]string{"releases/0.1/widgets.yaml": crd("color: {type: string}")}), []string{"error unknown-field"}},
		"a version of one that is kept": {map[string]string{
			"legacy/widgets.yaml": strings.ReplaceAll(crd(colour), "name: v1\n", "name: v1beta1\n"), "samples/widget.yaml": strings.ReplaceAll(widget("colour: red"), "example.com/v1", "example.com/v1beta2"),
		}, nil},
		"a field that one that is kept has not": {map[string]string{"legacy/widgets.yaml": crd(colour), "samples/widget.yaml": widget("size: 2")}, nil},
		"what is misspelt by one that is kept":  {map[string]string{"legacy/widgets.yaml": crd(colour), "samples/widget.yaml": widget("color: red")}, []string{"error unknown-field"}},
		"a version of one that is not": {map[string]string{
			"crds/widgets.yaml": strings.ReplaceAll(crd(colour), "name: v1\n", "name: v1beta1\n"), "samples/widget.yaml": strings.ReplaceAll(widget("colour: red"), "example.com/v1", "example.com/v1beta2"),
		}, []string{"warning unknown-kind"}},
		"of a cloud": {map[string]string{
			"crds/kustomization.yaml": kustomization + "- widgets.yaml\n", "crds/widgets.yaml": strings.ReplaceAll(crd(colour), "example.com", "networking.gke.io"),
			"samples/kustomization.yaml": kustomization + "- widget.yaml\n", "samples/widget.yaml": strings.ReplaceAll(widget("color: red"), "example.com", "networking.gke.io"),
		}, nil},
		"a patch of the definition": {project(colour, "colour: blue", map[string]string{
			"config/crd/patches/webhook.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec: {conversion: {strategy: None}}\n",
			"config/crd/kustomization.yaml":   kustomization + "- bases/widgets.yaml\npatches:\n- path: patches/webhook.yaml\n",
		}), nil},
		"relaxed by a patch": {project(colour, "colour: green", map[string]string{
			"config/crd/kustomization.yaml": kustomization + "- bases/widgets.yaml\npatches:\n- target: {kind: CustomResourceDefinition}\n  patch: |\n" +
				"    - {op: remove, path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/colour/enum}\n",
		}), nil},
		"the operator's dependencies": {project(colour, "colour: red", map[string]string{"vendor/x/crd.yaml": crd("other: {type: string}")}), nil},
		"a webhook completes it": {project(colour, "", map[string]string{
			"config/webhook/kustomization.yaml": kustomization + "- webhook.yaml\n", "config/webhook/webhook.yaml": webhook,
		}), []string{"warning required-field-missing"}},
		"no longer required": {project(colour, "size: 2", map[string]string{
			"config/crd/bases/widgets.yaml": crd("size: {type: integer}"), "bundle/manifests/widgets.yaml": strings.Replace(crd("size: {type: integer}"), "type: object, properties", "type: object, required: [colour], properties", 1),
			"bundle/manifests/widget.yaml": widget("size: 1"),
		}), nil},
	} {
		if name == "a webhook completes it" {
			c.files["config/crd/bases/widgets.yaml"] = strings.Replace(crd(colour), "type: object, properties", "type: object, required: [colour], properties", 1)
		}
		rep := run(t, check.Options{}, tree(t, c.files))
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
}

// TestPlaceOfAPartOfAnImage: an image has a name of one place and a tag of another.
func TestPlaceOfAPartOfAnImage(t *testing.T) {
	for name, c := range map[string]struct{ image, entry, file, line string }{
		"the new name":         {"web", "newName: REPLACE_ME/web\n  newTag: \"1.2\"", "kustomization.yaml", "newName: REPLACE_ME/web"},
		"after the tag":        {"web", "newTag: \"1.2\"\n  newName: registry.example.com/REPLACE_ME/web", "kustomization.yaml", "newName: registry.example.com/REPLACE_ME/web"},
		"with a digest":        {"web", "digest: sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3\n  newName: REPLACE_ME/web", "kustomization.yaml", "newName: REPLACE_ME/web"},
		"the tag":              {"web", "newName: example.com/web\n  newTag: REPLACE_ME", "kustomization.yaml", "newTag: REPLACE_ME"},
		"the base's":           {"REPLACE_ME/web", "newTag: \"1.2\"", "pod.yaml", "image: REPLACE_ME/web"},
		"the base's with tag":  {"REPLACE_ME/web:1.1", "newTag: \"1.2\"", "pod.yaml", "image: REPLACE_ME/web:1.1"},
		"a registry with port": {"web", "newName: localhost:5000/REPLACE_ME/web\n  newTag: \"1.2\"", "kustomization.yaml", "newName: localhost:5000/REPLACE_ME/web"},
	} {
		image, _, _ := strings.Cut(c.image, ":")
		files := map[string]string{
			"pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: " + c.image + "\n",
			"kustomization.yaml": kustomization + "- pod.yaml\nimages:\n- name: " + image + "\n  " + c.entry + "\n",
		}
		dir := tree(t, files)
		found := ""
		for _, f := range run(t, check.Options{}, dir).Findings {
			if f.Rule == "placeholder-left" {
				lines := strings.Split(files[filepath.Base(f.File)], "\n")
				found = filepath.Base(f.File) + " " + strings.TrimSpace(lines[f.Line-1])
			}
		}
		assert.Equal(t, c.file+" "+c.line, found, name)
	}
}

// TestWhatTestsBringAlong is no evidence about what they test.
func TestWhatTestsBringAlong(t *testing.T) {
	app := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: adapter, namespace: monitoring}\nspec:\n  selector: {matchLabels: {app: adapter}}\n" +
		"  template:\n    metadata: {labels: {app: adapter}}\n    spec:\n      containers:\n      - name: adapter\n        image: example.com/adapter:1\n" +
		"        args: [--url=http://metrics.monitoring.svc:9090]\n        envFrom: [{secretRef: {name: adapter}}]\n"
	others := "apiVersion: v1\nkind: Service\nmetadata: {name: metrics, namespace: other}\nspec: {ports: [{port: 9090}], clusterIP: None}\n---\n" +
		"apiVersion: v1\nkind: Secret\nmetadata: {name: adapter, namespace: other}\nstringData: {a: b}\n---\n"
	mistakes := func(appFile, otherFile string) (rules []string) {
		for _, f := range run(t, check.Options{}, tree(t, map[string]string{appFile: app, otherFile: others})).Findings {
			if f.Severity == finding.Error && f.Missing == nil {
				rules = append(rules, f.Rule)
			}
		}
		return rules
	}
	assert.Equal(t, []string{"host-not-found", "secret-not-found"}, mistakes("deploy/app.yaml", "other/all.yaml"))
	assert.Empty(t, mistakes("deploy/app.yaml", "test/manifests/all.yaml"))
	assert.Empty(t, mistakes("deploy/app.yaml", "e2e/all.yaml"))
	assert.Empty(t, mistakes("test/app.yaml", "test/other/all.yaml"))
}

// TestSnippets: documents show a part of a resource.
func TestSnippets(t *testing.T) {
	for text, want := range map[string]finding.Severity{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: gate}\n":                                       finding.Warning,
		"apiVersion: v1\nkind: Pod\nmetadata: {name: gate}\nspec: {schedulingGates: [{name: a}]}\n": finding.Warning,
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {labels: {app: gate}}\n":                   finding.Warning,
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: gate, namespace: a}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, command: [x]}]}}}\n": finding.Warning,
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: a:1}]}}}\n":                                                 finding.Error,
	} {
		dir := tree(t, map[string]string{"gate.yaml": text})
		for path, want := range map[string]finding.Severity{dir: want, filepath.Join(dir, "gate.yaml"): finding.Error} {
			found := finding.Off
			for _, f := range run(t, check.Options{}, path).Findings {
				if f.Rule == "required-field-missing" {
					found = max(found, f.Severity)
				}
			}
			assert.Equal(t, want, found, "%s: %s", path, text)
		}
	}
}

// TestWarningsArePrintedOnce: a repository has each in all of its kustomizations.
func TestWarningsArePrintedOnce(t *testing.T) {
	var out strings.Builder
	check.PrintWarnings(&out, []kbuild.Warning{
		{File: "a/kustomization.yaml", Text: "'bases' is deprecated."}, {File: "a/kustomization.yaml", Text: "'vars' is deprecated."},
		{File: "b/kustomization.yaml", Text: "'bases' is deprecated."}, {File: "c/kustomization.yaml", Text: "'bases' is deprecated."},
	})
	assert.Equal(t, "Warning: a/kustomization.yaml and 2 more: 'bases' is deprecated.\nWarning: a/kustomization.yaml: 'vars' is deprecated.\n", out.String())
}

// TestTrackedFiles: what git tracks is read, whatever .gitignore says.
func TestTrackedFiles(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a:1}]}\n"
	dir := tree(t, map[string]string{
		".gitignore": "generated/\n*.local.yaml\n", "a.yaml": pod, "kept.local.yaml": pod, "own.local.yaml": pod,
		"generated/deep/kept.yaml": pod, "generated/deep/own.yaml": pod, "generated/own/pod.yaml": pod, "apps/generated/kept.yaml": pod, "apps/own.yaml": pod,
	})
	git := func(args ...string) {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	git("init", "-q")
	assert.Equal(t, []string{"a.yaml", "apps/own.yaml"}, found(t, dir, check.FindOptions{}))
	git("add", "-f", "a.yaml", "kept.local.yaml", "generated/deep/kept.yaml", "apps/generated/kept.yaml")
	assert.Equal(t, []string{"a.yaml", "apps/generated/kept.yaml", "apps/own.yaml", "generated/deep/kept.yaml", "kept.local.yaml"}, found(t, dir, check.FindOptions{}))
	assert.Equal(t, []string{"generated/kept.yaml", "own.yaml"}, found(t, filepath.Join(dir, "apps"), check.FindOptions{}))
	assert.Equal(t, []string{"a.yaml", "apps/own.yaml", "kept.local.yaml"}, found(t, dir, check.FindOptions{Exclude: []string{"generated"}}))
}

// TestGroupsOfNearlyTheName: a sample in a group that is not there, one letter away from the
// one in another tree.
func TestGroupsOfNearlyTheName(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: tides.tideline.example.com}\nspec:\n  group: tideline.example.com\n  scope: Namespaced\n" +
		"  names: {kind: Tide, plural: tides}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}\n"
	for group, want := range map[string][]string{"tide-line.example.com": {"warning unknown-kind"}, "tideline.example.com": nil, "moon.example.com": nil} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"config/crd/kustomization.yaml": kustomization + "- tides.yaml\n", "config/crd/tides.yaml": crd, ".git/HEAD": "",
			"samples/tide.yaml": "apiVersion: " + group + "/v1\nkind: Tide\nmetadata: {name: low}\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), group)
	}
}

// TestDefinitionsOfOtherSamples: what one sample installs says nothing of another one
// that says what it installs.
func TestDefinitionsOfOtherSamples(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: tides.harbor.example.com}\nspec:\n  group: harbor.example.com\n  scope: Namespaced\n" +
		"  names: {kind: Tide, plural: tides}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {height: {type: integer}}}}}}\n"
	const tide = "apiVersion: harbor.example.com/v1\nkind: Tide\nmetadata: {name: low}\nspec: {height: 1, moon: new}\n"
	const installs = "```\nhelm upgrade --install harbor-crds \\\n  example/harbor-crds --version 2.0.0\n```\n"
	for name, c := range map[string]struct{ crd, tide, readme, text, want string }{
		"another sample": {"samples/quick/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/README.md", installs, "note"},
		"from a URL":     {"samples/quick/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/run.sh", "kubectl apply -f https://example.com/harbor/v2.yaml\n", "note"},
		"above it":       {"samples/quick/crd.yaml", "samples/two-ports/east/tide.yaml", "samples/two-ports/README.md", installs, "note"},
		"says nothing":   {"samples/quick/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/README.md", "kubectl apply -f .\n", "error"},
		"another chart":  {"samples/quick/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/README.md", "helm install redis stable/redis\n", "error"},
		"another folder": {"samples/quick/crd.yaml", "samples/two-ports/tide.yaml", "samples/quick/README.md", installs, "error"},
		"the project's":  {"config/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/README.md", installs, "error"},
		"in tests":       {"config/test/crd/crd.yaml", "samples/two-ports/tide.yaml", "README.md", "", "note"},
		"both in tests":  {"config/test/crd/crd.yaml", "test/tide.yaml", "README.md", "", "warning"},
		"the same":       {"samples/two-ports/crds/crd.yaml", "samples/two-ports/tide.yaml", "samples/two-ports/README.md", installs, "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			c.crd: crd, c.tide: tide, c.readme: c.text, "deploy/kustomization.yaml": kustomization + "- web.yaml\n",
			"deploy/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n", ".git/HEAD": "",
		}))
		assert.Contains(t, above(rep, finding.Off), c.want+" unknown-field", name)
	}
}

func TestTheTopOfARepositoryStandsForAllInIt(t *testing.T) {
	dir := tree(t, map[string]string{
		".git/HEAD":                  "",
		"kustomization.yaml":         kustomization + "- .deploy/app.yaml\n",
		".deploy/app.yaml":           pod,
		"other/app.yaml":             pod,
		"overlays/kustomization.yml": kustomization + "- app.yaml\n",
		"overlays/app.yaml":          pod,
	})
	whole := check.FindOptions{Whole: true}
	assert.Equal(t, []string{".", "overlays", "other/app.yaml"}, found(t, dir, whole))
	assert.Equal(t, []string{"."}, found(t, dir, check.FindOptions{}))
	assert.Equal(t, []string{"."}, found(t, filepath.Join(dir, "overlays"), whole), "a part of it")
	require.NoError(t, os.RemoveAll(filepath.Join(dir, ".git")))
	assert.Equal(t, []string{"."}, found(t, dir, whole))
	top, err := filepath.Abs(dir)
	require.NoError(t, err)
	whole.Top = top
	assert.Equal(t, []string{".", "overlays", "other/app.yaml"}, found(t, dir, whole), "a commit of it")

	trees, err := check.Find([]string{dir}, whole)
	require.NoError(t, err)
	assert.Empty(t, trees[0].Unread, "the hidden folder is read by the kustomization")
}

// TestABaseOfBasesIsOne: what lists all bases is there for their overlays too, which have
// what these generate.
func TestABaseOfBasesIsOne(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml":             kustomization + "- web\n",
		"base/web/kustomization.yaml":         kustomization + "- pod.yaml\n",
		"base/web/pod.yaml":                   pod,
		"overlays/dev/web/kustomization.yaml": kustomization + "- ../../../base/web\nsecretGenerator:\n- {name: db-secret, namespace: shop, literals: [a=b]}\n",
	})
	assert.Empty(t, above(run(t, check.Options{}, dir), finding.Note))
}

// TestFilesWithoutANamespace: what another file has without a namespace may be applied to
// the one that is asked for.
func TestFilesWithoutANamespace(t *testing.T) {
	const route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n" +
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}]}\n"
	service := func(name, namespace string) string {
		return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + namespace + "}\nspec: {ports: [{port: 80}], selector: {app: web}}\n"
	}
	for name, c := range map[string]struct{ text, want string }{
		"no namespace": {service("web", ""), "note service-not-found"},
		"another name": {service("wbe", ""), "warning service-not-found"},
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"a/kustomization.yaml": kustomization + "- route.yaml\n", "a/route.yaml": route, "install/service.yaml": c.text})), finding.Off)
		assert.Contains(t, found, c.want, name)
	}
}

// TestLinksToFiles: a link to a file of the folder is that file, and no other one.
func TestLinksToFiles(t *testing.T) {
	dir := tree(t, map[string]string{"claims/data.yaml": "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n", "all/kustomize.md": ""})
	require.NoError(t, os.Symlink(filepath.Join("..", "claims", "data.yaml"), filepath.Join(dir, "all", "data.yaml")))
	assert.Equal(t, []string{"claims/data.yaml"}, found(t, dir, check.FindOptions{}))
	assert.Equal(t, []string{"data.yaml"}, found(t, filepath.Join(dir, "all"), check.FindOptions{}))
}
