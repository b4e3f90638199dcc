package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestLayers: a patch of an overlay may give a variable another value than the ConfigMap
// of its base, and not the other way round.
func TestLayers(t *testing.T) {
	const overridden = "error env-overrides-config"
	config := func(value string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ledger}\ndata: {MODE: " + value + "}\n"
	}
	deployment := func(env string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ledger}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n" + env
	}
	const entry = "        env: [{name: MODE, value: dry}]\n"
	base := func(env string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ledger}\nspec:\n  selector: {matchLabels: {app: ledger}}\n  template:\n    metadata: {labels: {app: ledger}}\n" +
			"    spec:\n      containers:\n      - name: a\n        image: example.com/ledger:1\n        envFrom: [{configMapRef: {name: ledger}}]\n" + env
	}
	for name, c := range map[string]struct {
		base, overlay map[string]string
		patches       string
		want          []string
	}{
		"the entry is a patch":        {map[string]string{"d.yaml": base(""), "c.yaml": config("real")}, map[string]string{"p.yaml": deployment(entry)}, "- path: p.yaml\n", nil},
		"the ConfigMap is a patch":    {map[string]string{"d.yaml": base(entry), "c.yaml": config("dry")}, map[string]string{"p.yaml": config("real")}, "- path: p.yaml\n", []string{overridden}},
		"both are patches":            {map[string]string{"d.yaml": base(""), "c.yaml": config("dry")}, map[string]string{"p.yaml": deployment(entry), "q.yaml": config("real")}, "- path: p.yaml\n- path: q.yaml\n", []string{overridden}},
		"both are in the base":        {map[string]string{"d.yaml": base(entry), "c.yaml": config("real")}, nil, "", []string{overridden}},
		"an operation adds the entry": {map[string]string{"d.yaml": base(""), "c.yaml": config("real")}, nil, "- target: {kind: Deployment}\n  patch: |\n    - {op: add, path: /spec/template/spec/containers/0/env, value: [{name: MODE, value: dry}]}\n", nil},
	} {
		files := map[string]string{"base/kustomization.yaml": kustomization + "- d.yaml\n- c.yaml\n", "prod/kustomization.yaml": kustomization + "- ../base\npatches:\n" + c.patches}
		for file, text := range c.base {
			files["base/"+file] = text
		}
		for file, text := range c.overlay {
			files["prod/"+file] = text
		}
		rep := run(t, check.Options{}, tree(t, files))
		assert.Empty(t, rep.Unread, name)
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
}

// TestBuiltText: what YAML 1.1 takes for a boolean is text when kustomize has built it.
func TestBuiltText(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: cache}\nspec:\n  containers:\n  - {name: a, image: 'b:1', args: [--save, no, --tls, on]}\n"
	const host = "apiVersion: v1\nkind: Pod\nmetadata: {name: agent}\nspec:\n  hostNetwork: yes\n  containers:\n  - {name: a, image: 'b:1'}\n"
	built := tree(t, map[string]string{"kustomization.yaml": kustomization + "- pod.yaml\n- host.yaml\n", "pod.yaml": pod, "host.yaml": host})
	rep := run(t, check.Options{}, built)
	assert.Equal(t, []string{"error wrong-type"}, above(rep, finding.Note))
	assert.Contains(t, rep.Findings[0].Message, `hostNetwork must be true or false, not "yes"`)
	rep = run(t, check.Options{}, tree(t, map[string]string{"pod.yaml": pod, "host.yaml": host}))
	assert.Equal(t, []string{"error wrong-type", "error wrong-type"}, above(rep, finding.Note))
	assert.Contains(t, rep.Findings[0].Message, "true or false to kubectl")
}

// TestSaidToBeSet: a comment says what puts an image in.
func TestSaidToBeSet(t *testing.T) {
	for comment, want := range map[string][]string{
		"":                                  {"warning placeholder-left"},
		" # the pipeline overwrites it":     nil,
		" # CI will overwrite":              nil,
		" # set by GitHub Actions":          nil,
		" # the first release":              {"warning placeholder-left"},
		" # update once there is a release": {"warning placeholder-left"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"kustomization.yaml": kustomization + "- pod.yaml\nimages:\n- name: example.com/ledger\n  newTag: test-placeholder" + comment + "\n",
			"pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: ledger}\nspec:\n  containers:\n  - {name: a, image: 'example.com/ledger:1'}\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), comment)
	}
}

// TestForwardedPort: a comment says that an address is for a browser beside kubectl.
func TestForwardedPort(t *testing.T) {
	for comment, want := range map[string][]string{
		"# the address of the api":                     {"warning localhost-port-not-served"},
		"# kubectl port-forward svc/api 8080:8080":     nil,
		"# opened by the browser, not by this program": nil,
	} {
		dir := tree(t, map[string]string{
			"all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: site}\ndata:\n  " + comment + "\n  API_URL: http://localhost:8080\n---\n" +
				"apiVersion: v1\nkind: Pod\nmetadata: {name: site}\nspec:\n  containers:\n  - {name: a, image: 'example.com/site:1', ports: [{containerPort: 80}], envFrom: [{configMapRef: {name: site}}]}\n",
		})
		assert.Equal(t, want, above(run(t, check.Options{}, dir+"/all.yaml"), finding.Note), comment)
		assert.Empty(t, above(run(t, check.Options{}, dir), finding.Note), comment) // nobody has asked
	}
}
