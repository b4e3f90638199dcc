package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestScriptsGiveKeys: a key that something else in the repository gives is no error.
func TestScriptsGiveKeys(t *testing.T) {
	const both = `apiVersion: v1
kind: ConfigMap
metadata: {name: shop-config}
data: {MODE: fast}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - {name: web, image: "shop/web:1.2", volumeMounts: [{name: c, mountPath: /etc/web}]}
  volumes: [{name: c, configMap: {name: shop-config, items: [{key: routes.conf, path: routes.conf}]}}]
`
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":               {"README.md", "Have fun with the shop.\n", "error"},
		"mentioned":             {"README.md", "kubectl get cm shop-config, then look at routes.conf\n", "error"},
		"another object":        {"deploy.sh", "kubectl create configmap other-config --from-file=routes.conf\n", "error"},
		"longer name":           {"deploy.sh", "kubectl create configmap my-shop-config --from-file=routes.conf\n", "error"},
		"another key":           {"deploy.sh", "kubectl create configmap shop-config --from-file=routes.conf.bak\n", "error"},
		"another command":       {"deploy.sh", "kubectl create configmap shop-config --from-literal=a=b\n\ncp routes.conf /tmp\n", "error"},
		"a script":              {"deploy.sh", "kubectl create configmap shop-config \\\n  --from-file=conf/routes.conf\n", "warning"},
		"a Makefile":            {"Makefile", "config:\n\tkubectl -n shop create configmap shop-config --from-file routes.conf=conf/dev.conf --dry-run=client -o yaml | kubectl apply -f -\n", "warning"},
		"a document":            {"docs/install.md", "    oc create cm shop-config --from-file=routes.conf\n", "warning"},
		"a folder":              {"hack/run", "kubectl create configmap shop-config --from-file=conf/\n", "warning"},
		"variables from a file": {"up.ps1", "kubectl create configmap shop-config --from-env-file=.env\n", "warning"},
		"terraform":             {"infra/main.tf", "resource \"kubernetes_config_map\" \"c\" {\n  metadata {\n    name = \"shop-config\"\n  }\n  data = {\n    \"routes.conf\" = file(\"routes.conf\")\n  }\n}\n", "warning"},
		"a workflow":            {".github/workflows/ci.yml", "jobs:\n  x:\n    steps:\n      - run: kubectl create configmap shop-config --from-file=routes.conf\n", "warning"},
		"a file beside":         {"k8s/routes.conf", "route / web\n", "warning"},
		"a file somewhere else": {"nginx/routes.conf", "route / web\n", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": both, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Note), c.want+" key-not-found", name)
	}
	// A kustomization says itself what its objects are made of.
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"k8s/kustomization.yaml": kustomization + "- all.yaml\n", "k8s/all.yaml": both, "k8s/routes.conf": "route / web\n",
	}))
	assert.Contains(t, above(rep, finding.Note), "error key-not-found")
}

// TestScriptsFillPlaceholders: what a script puts a value in for was not forgotten.
func TestScriptsFillPlaceholders(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: REPLACE_ME/web:1.2}]}\n"
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":      {"README.md", "Have fun.\n", "error"},
		"another word": {"up.sh", "sed -i s/REPLACE_ME_TOO/x/ k8s/pod.yaml\n", "error"},
		"no replacing": {"notes.txt", "REPLACE_ME\n", "error"},
		"sed":          {"up.sh", "sed -e \"s|REPLACE_ME|$REGISTRY|\" k8s/pod.yaml | kubectl apply -f -\n", "warning"},
		"a Makefile":   {"deploy/Makefile", "up:\n\tsed 's/REPLACE_ME/eu.gcr.io/' ../k8s/pod.yaml\n", "warning"},
		"a program":    {"cmd/up.py", "text = text.replace('REPLACE_ME', registry)\n", "warning"},
		"a document":   {"README.md", "Replace `REPLACE_ME` in k8s/pod.yaml with your registry.\n", "warning"},
		"a pipeline":   {".gitlab-ci.yml", "deploy:\n  script:\n    - sed -i \"s#REPLACE_ME#$CI_REGISTRY#\" k8s/pod.yaml\n", "warning"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": text, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Note), c.want+" placeholder-left", name)
	}
}
