package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestWhatIsNoYAML: a manifest that kubectl cannot read is a mistake, what comes to be one
// is not, and its objects are there either way.
func TestWhatIsNoYAML(t *testing.T) {
	const claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  annotations:\n    a: b\n  - wealist.io/protection\nspec: {}\n"
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: \"web:1\"}]\n  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n"
	for name, c := range map[string]struct {
		file, text string
		want       []string
		at         string
	}{
		"a manifest":             {"k8s/claim.yaml", claim, []string{"error yaml-invalid"}, "  - wealist"},
		"and another":            {"k8s/claim.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\n" + claim, []string{"error yaml-invalid"}, "  - wealist"},
		"an alias of none":       {"k8s/claim.yaml", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  labels: {x: &a b}\n  annotations:\n    a: *a\n    b: *.example.com\n", []string{"error yaml-invalid"}, "    b: *"},
		"masked":                 {"k8s/claim.yaml", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  labels:\n    owner: ****\n", []string{"warning yaml-invalid"}, "    owner:"},
		"one star, to be set":    {"k8s/claim.yaml", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  annotations:\n    acme.example/volume: *  # must be configured\n", []string{"warning yaml-invalid"}, "    acme"},
		"one star":               {"k8s/claim.yaml", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  annotations:\n    acme.example/hosts: *  # all of them\n", []string{"error yaml-invalid"}, "    acme"},
		"a template":             {"k8s/claim.yaml", claim + "{{ end }}\n", nil, ""},
		"another template":       {"k8s/claim.yaml", claim + "# %{ if x }\n", nil, ""},
		"what a script fills in": {"k8s/claim.yaml", claim + "${MORE}\n", nil, ""},
		"shown in part":          {"docs/claim.yaml", claim + "  ...\n", nil, ""},
		"no manifest":            {"k8s/claim.yaml", "a: [b\n", []string{"warning pvc-not-found"}, ""},
		"wrong on purpose":       {"test/invalid/claim.yaml", claim, nil, ""},
		"beside a kustomization": {"app/claim.yaml", claim, []string{"warning yaml-invalid", "warning pvc-not-found"}, ""},
	} {
		files := map[string]string{"k8s/pod.yaml": pod, c.file: c.text}
		if name == "beside a kustomization" {
			files["app/kustomization.yaml"], files["app/other.yaml"] = kustomization+"- other.yaml\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
		}
		rep := run(t, check.Options{}, tree(t, files))
		assert.ElementsMatch(t, c.want, above(rep, finding.Note), name)
		for _, f := range rep.Findings {
			if line := strings.Count(c.text[:max(0, strings.Index(c.text, c.at))], "\n") + 1; f.Rule == check.YAMLInvalid && c.at != "" {
				assert.Equal(t, line, f.Line, name)
			}
		}
	}
}

// TestSecretThatIsNoYAML: a line of a file with a Secret in it is not shown, wherever the
// parser stumbles.
func TestSecretThatIsNoYAML(t *testing.T) {
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n"
	for name, text := range map[string]string{
		"itself":         secret + "b: \"c\" d\n",
		"in a list":      "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  stringData:\n    a: b: c\n",
		"in JSON's way":  "apiVersion: v1\nkind: List\nitems:\n- {\"kind\":\"Secret\", \"stringData\": {\"a\": \"b\" c}}\n",
		"beside another": secret + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: b: c\n",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"a.yaml": text}))
		if assert.Len(t, rep.Findings, 1, name) {
			assert.True(t, rep.Findings[0].Secret, name)
		}
	}
}
