package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestCommentsAskForValues: what a comment tells the reader to replace is not meant as it
// stands.
func TestCommentsAskForValues(t *testing.T) {
	const text = "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ndata:\n  # ABOVE\n  tls.crt: abc!ef # BESIDE\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: copy}\nspec:\n  containers: [{name: copy, image: \"busybox:1.36\"}]\n  volumes:\n  - name: from\n    persistentVolumeClaim:\n      claimName: source-claim # BESIDE\n"
	for name, c := range map[string]struct{ above, beside, encoded, claim string }{
		"nothing said":    {"the certificate", "of the shop", "error", "warning"},
		"said above":      {"Replace this with your certificate.", "of the shop", "warning", "warning"},
		"said beside":     {"", "change to the claim of the data", "warning", "note"},
		"what it is":      {"", "base64-encoded", "warning", "note"},
		"another comment": {"the last update was long ago", "your data is in it", "error", "warning"},
	} {
		dir := tree(t, map[string]string{"k8s/all.yaml": strings.NewReplacer("ABOVE", c.above, "BESIDE", c.beside).Replace(text)})
		found := above(run(t, check.Options{}, dir), finding.Off)
		assert.Contains(t, found, c.encoded+" data-not-base64", name)
		assert.Contains(t, found, c.claim+" pvc-not-found", name)
	}
}

// TestCommentsNameWhoFills: what a comment says a tool puts in is a note.
func TestCommentsNameWhoFills(t *testing.T) {
	const text = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: serving, namespace: shop}\nspec:\n  secretName: serving\n  issuerRef: {name: shop}\n  # COMMENT\n  dnsNames:\n  - SERVICE_NAME.svc\n  - SERVICE_NAME.svc.cluster.local\n"
	for comment, want := range map[string]string{"SERVICE_NAME will be substituted by kustomize": "note placeholder-left", "the names of the Service": "warning placeholder-left"} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"cert.yaml": strings.Replace(text, "COMMENT", comment, 1)})), finding.Off)
		assert.Contains(t, found, want, comment)
	}
	const encoded = "apiVersion: v1\nkind: Secret\nmetadata: {name: site}\nstringData:\n  # COMMENT\n  cacert: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmFiYwotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==\n"
	for comment, want := range map[string]string{"a placeholder, which will be updated by the setup": "note data-encoded-twice", "the authority of the site": "error data-encoded-twice"} {
		assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"site.yaml": strings.Replace(encoded, "COMMENT", comment, 1)})), finding.Off), want, comment)
	}
}

// TestImagesOfReaders: the image of an example that has nothing to build it of stands for
// one of the reader's.
func TestImagesOfReaders(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: guarded}\nspec:\n  containers:\n  - {name: app, image: \"IMAGE:latest\"}\n"
	for name, c := range map[string]struct {
		file, image, beside string
		fill                bool
	}{
		"an example":          {"examples/sidecar/pod.yaml", "my-app", "README.md", true},
		"of two words":        {"docs/sidecar/pod.yaml", "simpleapp", "README.md", true},
		"another name":        {"examples/sidecar/pod.yaml", "gatehouse", "README.md", false},
		"where it is run":     {"deploy/pod.yaml", "my-app", "README.md", false},
		"what it is built of": {"examples/sidecar/pod.yaml", "my-app", "examples/sidecar/Dockerfile", false},
		"built a level up":    {"examples/sidecar/k8s/pod.yaml", "my-app", "examples/sidecar/Dockerfile", false},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{c.file: strings.Replace(text, "IMAGE", c.image, 1), c.beside: "FROM scratch\n"}))
		seen := false
		for _, f := range rep.Findings {
			if f.Rule == "image-likely-local" {
				seen = true
				assert.Equal(t, c.fill, f.ToFillIn, name)
			}
		}
		assert.True(t, seen, name)
	}
}

// TestProgramsFillForms: a program that has a placeholder as a text of its own puts
// something in for it.
func TestProgramsFillForms(t *testing.T) {
	const text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: <Release>-web, namespace: <Namespace>}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n" +
		"    spec:\n      containers:\n      - name: web\n        image: <WEB_IMAGE>\n        env: [{name: DEBUG, value: false}]\n"
	for name, c := range map[string]struct{ program, image, value string }{
		"nothing":        {"package web\n", "warning", "warning"},
		"the image":      {"package web\n\nconst image = \"<WEB_IMAGE>\"\n", "note", "warning"},
		"the name":       {"package web\n\nconst release = \"<Release>\"\n", "warning", "note"},
		"in other words": {"package web\n\n// replaces <WEB_IMAGE>, see \"the <Release>\"\n", "warning", "warning"},
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"forms/web.yaml": text, "pkg/web.go": c.program})), finding.Off)
		assert.Contains(t, found, c.image+" placeholder-left", name)
		assert.Contains(t, found, c.value+" wrong-type", name)
	}
}

// TestKindsDefinedTwice: a kind whose definitions differ is one of the repository's all
// the same, and no slip of another.
func TestKindsDefinedTwice(t *testing.T) {
	crd := func(kind, field string) string {
		return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: " + strings.ToLower(kind) + "s.orchard.example.com}\nspec:\n  group: orchard.example.com\n  scope: Namespaced\n" +
			"  names: {kind: " + kind + ", plural: " + strings.ToLower(kind) + "s}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
			"          spec: {type: object, properties: {" + field + ": {type: string}}}\n"
	}
	const samples = "apiVersion: orchard.example.com/v1\nkind: Harvester\nmetadata: {name: a}\nspec: {size: big}\n---\napiVersion: orchard.example.com/v1\nkind: Harvest\nmetadata: {name: b}\nspec: {size: big}\n"
	files := map[string]string{
		"crd/kustomization.yaml": kustomization + "- harvester.yaml\n- harvest.yaml\n", "crd/harvester.yaml": crd("Harvester", "size"), "crd/harvest.yaml": crd("Harvest", "size"),
		"old/kustomization.yaml": kustomization + "- harvester.yaml\n", "old/harvester.yaml": crd("Harvester", "weight"), "samples/all.yaml": samples,
	}
	assert.Empty(t, above(run(t, check.Options{}, tree(t, files)), finding.Note))
	files["samples/all.yaml"] = strings.Replace(samples, "Harvester", "Harveste", 1)
	assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Note), "warning unknown-kind")
}

// TestFilledByPrograms: what says that a program fills it in is a note.
func TestFilledByPrograms(t *testing.T) {
	const text = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: driver, namespace: NAMESPACE}\nspec:\n  selector: {matchLabels: {app: driver}}\n  template:\n    metadata: {labels: {app: driver}}\n" +
		"    spec:\n      containers:\n      - name: driver\n        image: IMAGE\n        volumeMounts: [{name: toolkit, mountPath: /toolkit}]\n"
	for namespace, want := range map[string]string{"drivers": "error volume-not-found", "FILLED_BY_THE_OPERATOR": "note volume-not-found", "BY_HAND_AND_LATER": "warning volume-not-found"} {
		dir := tree(t, map[string]string{"assets/driver.yaml": strings.NewReplacer("NAMESPACE", namespace, "IMAGE", "registry.example.com/driver:1.0").Replace(text)})
		assert.Contains(t, above(run(t, check.Options{}, dir), finding.Off), want, namespace)
	}
}

// TestDefinitionsOfTests: tests have as much of the definitions of others as they need.
func TestDefinitionsOfTests(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: applications.argoproj.io}\nspec:\n  group: argoproj.io\n  scope: Namespaced\n  names: {kind: Application, plural: applications}\n" +
		"  versions:\n  - name: v1alpha1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec: {type: object, properties: {source: {type: object, properties: {repoURL: {type: string}}}}}\n"
	const application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec: {project: default, source: {repoURL: 'https://example.com/shop.git', path: shop}, destination: {namespace: shop, server: 'https://kubernetes.default.svc'}}\n"
	for folder, want := range map[string]string{"crds": "warning unknown-field", "test/crds": ""} {
		files := map[string]string{folder + "/applications.yaml": crd, "demo/app.yaml": application, "base/kustomization.yaml": kustomization + "- config.yaml\n", "base/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}
		found := above(run(t, check.Options{}, tree(t, files)), finding.Note)
		if want == "" {
			assert.NotContains(t, found, "warning unknown-field", folder)
		} else {
			assert.Contains(t, found, want, folder)
		}
	}
}

// TestBracesAreToBeFilledIn: a name in braces is no mistake of the one who wrote it.
func TestBracesAreToBeFilledIn(t *testing.T) {
	rep := run(t, check.Options{}, tree(t, map[string]string{"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: {pier-image}\n"}))
	if assert.Len(t, rep.Findings, 1) {
		assert.Equal(t, "wrong-type", rep.Findings[0].Rule)
		assert.True(t, rep.Findings[0].ToFillIn)
	}
}

// TestSecretsToFill: what one value of a Secret names is not there yet where another one is
// still a placeholder.
func TestSecretsToFill(t *testing.T) {
	const text = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: shop}\nstringData:\n  DATABASE_URL: postgresql://shop:shop@ledger:5432/shop\n  MAIL_URL: https://MAIL.example.org\n---\n" +
		"apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec:\n  containers:\n  - {name: web, image: 'example.com/web:1', envFrom: [{secretRef: {name: keys}}]}\n"
	for mail, want := range map[string]string{"mail": "warning host-not-found", "your-project": "note host-not-found"} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": strings.Replace(text, "MAIL.", mail+".", 1)})), finding.Off)
		assert.Contains(t, found, want, mail)
	}
}

// TestAddressesNobodyReads: an address in a ConfigMap that nothing refers to leads nobody
// astray yet.
func TestAddressesNobodyReads(t *testing.T) {
	text := func(host, reads string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: addresses, namespace: shop}\ndata: {LEDGER_URL: 'http://" + host + ":80'}\n---\n" +
			"apiVersion: v1\nkind: Service\nmetadata: {name: ledger, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web, image: 'example.com/web:1'" + reads + "}]}\n"
	}
	const from = ", envFrom: [{configMapRef: {name: addresses}}]"
	for _, c := range [][3]string{
		{"ledgr", from, "error"}, {"ledgr", "", "warning"}, {"ledgr", ", args: [--config=addresses]", "error"},
		{"queue", from, "warning"}, {"queue", "", "note"},
	} {
		dir := tree(t, map[string]string{"k8s/all.yaml": text(c[0], c[1])})
		assert.Contains(t, above(run(t, check.Options{}, dir), finding.Off), c[2]+" host-not-found", c)
		assert.Contains(t, above(run(t, check.Options{Unresolved: "error"}, dir), finding.Off), "error host-not-found", c)
	}
}

// TestShownInPart: a document shows what to add to a workload, and not the whole of one.
func TestShownInPart(t *testing.T) {
	const part = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: till}\nspec:\n  template:\n    LABELS\n    spec: {containers: [{name: agent, image: 'example.com/agent:1'}]}\n"
	without := strings.Replace(part, "    LABELS\n", "", 1)
	for _, c := range [][3]string{
		{"docs/k8s/agent.yaml", without, "note"}, {"k8s/agent.yaml", without, "warning"},
		{"docs/k8s/agent.yaml", strings.Replace(part, "LABELS", "metadata:\n      labels: {app: till}", 1), "error"},
	} {
		assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{c[0]: c[1]})), finding.Off), c[2]+" required-field-missing", c)
	}
}

// TestClientsOfData: a Job runs a client of a database, which may be of any release.
func TestClientsOfData(t *testing.T) {
	const pod = "spec: {restartPolicy: Never, containers: [{name: a, image: postgres, volumeMounts: [{name: d, mountPath: /var/lib/postgresql}]}], volumes: [{name: d, hostPath: {path: /srv/d}}]}"
	passes := strings.Replace(pod, "hostPath: {path: /srv/d}", "emptyDir: {}", 1) // and so does what another release wrote
	for text, want := range map[string]string{
		"apiVersion: batch/v1\nkind: Job\nmetadata: {name: dump}\nspec: {template: {" + pod + "}}\n": "note image-tag-latest",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: db}\n" + pod + "\n":                             "warning image-tag-latest",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: tried}\n" + passes + "\n":                       "note image-tag-latest",
	} {
		assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": text})), finding.Off), want)
	}
}

// TestCommentsAskForGroups: a comment that asks for other values is of all lines down to the
// next empty one.
func TestCommentsAskForGroups(t *testing.T) {
	const route = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: \"shop/web:1.2\"}]\n  volumes:\n  # SAID\n  - {name: a, emptyDir: {}}\n  - {name: b, persistentVolumeClaim: {claimName: source-claim}}\n"
	for said, want := range map[string]string{"Update these values.": "note", "Update them now and then.": "warning"} {
		dir := tree(t, map[string]string{"k8s/all.yaml": strings.Replace(route, "SAID", said, 1)})
		assert.Contains(t, above(run(t, check.Options{}, dir), finding.Off), want+" pvc-not-found", said)
	}
}

// TestParametersToFill: a comment beside a variable that nothing sets may say what is to be
// given there.
func TestParametersToFill(t *testing.T) {
	for comment, want := range map[string]bool{"# Required parameter: the path of a kubeconfig": true, "# your cluster": true, "# set by the chart": false, "": false} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"k8s/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: till/web:1.2\n    args:\n    - --cluster=$(CLUSTER_CONFIG) " + comment + "\n",
		}))
		for _, f := range rep.Findings {
			assert.Equal(t, want, f.ToFillIn, comment)
		}
		assert.Equal(t, []string{"warning variable-not-expanded"}, above(rep, finding.Note), comment)
	}
}

// TestImagesToFill: an image that a comment asks for another one in place of is to be filled in.
func TestImagesToFill(t *testing.T) {
	for comment, want := range map[string]bool{"  # Replace with your image": true, "  # built by hand": false, "": false} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"k8s/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: till-web:latest" + comment + "\n",
		}))
		for _, f := range rep.Findings {
			if f.Rule == "image-likely-local" {
				assert.Equal(t, want, f.ToFillIn, comment)
			}
		}
		assert.Contains(t, above(rep, finding.Note), "warning image-likely-local", comment)
	}
}

// TestFieldsRenamed: a required field that lacks, and one of its words that nobody knows,
// are one mistake; a value of a list that is empty is to be filled in.
func TestFieldsRenamed(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: orchards.farm.example.com}\nspec:\n  group: farm.example.com\n  scope: Namespaced\n" +
		"  names: {kind: Orchard, plural: orchards}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
		"          spec: {type: object, required: [gateAddress], properties: {gateAddress: {type: string}, cycle: {type: string, enum: [yearly, monthly]}}}\n"
	for spec, want := range map[string][]string{
		"{address: a}":                        {"error unknown-field"},
		"{gate: a}":                           {"error unknown-field"},
		"{fence: a}":                          {"error required-field-missing", "error unknown-field"},
		"{address: [a]}":                      {"error required-field-missing", "error unknown-field"},
		"{gateAddress: a, cycle: \"\"}":       {"warning unsupported-value"},
		"{gateAddress: a, cycle: weekly}":     {"error unsupported-value"},
		"{gateAddress: a, cycle: \"yearly\"}": {},
	} {
		files := map[string]string{"crd/orchard.yaml": crd, "orchard.yaml": "apiVersion: farm.example.com/v1\nkind: Orchard\nmetadata: {name: a}\nspec: " + spec + "\n"}
		assert.ElementsMatch(t, want, above(run(t, check.Options{}, tree(t, files)), finding.Note), spec)
	}
}
