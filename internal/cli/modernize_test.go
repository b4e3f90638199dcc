package cli

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

// deprecatedFields are ways to write fields that have a successor, and these.
var deprecatedFields = map[string][]string{
	"bases":                 {"bases:\n- ../base # why\n", "bases: [../base]\n", "bases:\n  # first\n  - ../base\n\n"},
	"resources":             {"resources:\n- own.yaml\n", "resources: [own.yaml]\n", "resources:\n  - own.yaml\n  # no more\n"},
	"patchesStrategicMerge": {"patchesStrategicMerge:\n- one.yaml\n- |-\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n  spec: {replicas: 3}\n", "patchesStrategicMerge: [one.yaml]\n", "patchesStrategicMerge:\n  - one.yaml # one\n  - one.yaml\n"},
	"patchesJson6902":       {"patchesJson6902:\n- path: two.yaml\n  target: {group: apps, version: v1, kind: Deployment, name: web}\n", "patchesJson6902:\n  - target:\n      version: v1\n      kind: ConfigMap\n      name: own\n    patch: |-\n      - {op: add, path: /data/b, value: c}\n"},
	"patches":               {"patches:\n- path: three.yaml\n", "patches:\n  - target: {kind: Deployment}\n    patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"p\": \"q\"}}]'\n\n"},
	"commonLabels":          {"commonLabels:\n  app: other\n\n  tier: web # t\n", "commonLabels: {tier: web}\n"},
	"labels":                {"labels:\n- pairs: {team: x}\n", "labels:\n  - pairs:\n      team: x\n    includeTemplates: true\n"},
	"imageTags":             {"imageTags:\n- name: web\n  newTag: '2'\n"},
	"images":                {"images:\n- name: web\n  newName: example.com/web\n"},
	"namePrefix":            {"namePrefix: p-\n"},
	"namespace":             {"# where\nnamespace: n\n"},
}

// What fix writes in the place of deprecated fields builds to the same with kustomize
// itself, and is what it does not warn of.
func TestFixDeprecated(t *testing.T) {
	kustomize := kustomizebin.Path(t)
	build := func() (string, string) {
		var errs bytes.Buffer
		cmd := exec.Command(kustomize, "build", "overlay")
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			return "", errs.String()
		}
		return string(out), errs.String()
	}
	names := []string{"bases", "resources", "patchesStrategicMerge", "patchesJson6902", "patches", "commonLabels", "labels", "imageTags", "images", "namePrefix", "namespace"}
	built, fixed, left := 0, 0, 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		t.Chdir(t.TempDir())
		text := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
		for _, i := range r.Perm(len(names)) {
			if ways := deprecatedFields[names[i]]; names[i] == "bases" || names[i] == "resources" || r.IntN(2) == 0 {
				text += ways[r.IntN(len(ways))]
			}
		}
		if r.IntN(4) == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		write(t, ".", map[string]string{
			"overlay/kustomization.yaml": text,
			"overlay/own.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata: {a: b}\n",
			"overlay/one.yaml":           "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {one: a}}\n",
			"overlay/two.yaml":           "- {op: replace, path: /spec/replicas, value: 2}\n",
			"overlay/three.yaml":         "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {one: b}}\n",
			"base/kustomization.yaml":    "resources: [web.yaml]\n",
			"base/web.yaml":              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'web:1'}]}\n",
		})
		before, warned := build()
		_, _, _ = run(t, "fix", "overlay")
		after, warns := build()
		assert.Equal(t, before, after, "seed %d:\n%s\n%s", seed, text, readFile(t, "overlay/kustomization.yaml"))
		if before == "" {
			assert.Equal(t, text, readFile(t, "overlay/kustomization.yaml"))
			continue
		}
		built++
		fixed += strings.Count(warned, "deprecated") - strings.Count(warns, "deprecated")
		if n := strings.Count(warns, "deprecated"); n > 0 {
			left += n
			t.Logf("seed %d:\n%s\n%s", seed, warns, text)
		}
		require.NoError(t, os.RemoveAll("overlay"))
	}
	t.Logf("%d of 60 build; %d fields fixed, %d left", built, fixed, left)
	assert.Greater(t, fixed, 5*left)
}
