package check_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFilesOutsideOfBuilds: what is wrong whatever a build makes of a file is found in
// files that no build which can be had is made of. What patches and other files may
// still mend is not.
func TestFilesOutsideOfBuilds(t *testing.T) {
	pod := func(name, field string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  containers:\n  - {name: a, image: 'b:1'}\n  %s\n", name, field)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // severity, rule and file
	}{
		"a file that is not there": {map[string]string{
			"app/kustomization.yaml": kustomization + "- pod.yaml\n- gone.yaml\n", "app/pod.yaml": pod("a", "restartPolice: Never"),
		}, []string{"error unknown-field app/pod.yaml"}},
		"the base of an overlay that does not build": {map[string]string{
			"base/kustomization.yaml": kustomization + "- pod.yaml\n", "base/pod.yaml": pod("a", "hostNetwork: 'yes'"),
			"dev/kustomization.yaml": kustomization + "- ../base\npatches: [{path: gone.yaml}]\n",
		}, []string{"error wrong-type base/pod.yaml"}},
		"a base that another overlay builds": {map[string]string{
			"base/kustomization.yaml": kustomization + "- pod.yaml\n", "base/pod.yaml": pod("a", "restartPolicy: No"),
			"dev/kustomization.yaml":  kustomization + "- ../base\npatches: [{path: gone.yaml}]\n",
			"prod/kustomization.yaml": kustomization + "- ../base\npatches: [{target: {kind: Pod}, patch: '[{\"op\": \"replace\", \"path\": \"/spec/restartPolicy\", \"value\": \"Never\"}]'}]\n",
		}, nil},
		"patches and values of generators": {map[string]string{
			"app/kustomization.yaml": kustomization + "- gone.yaml\npatches: [{path: patch.yaml}]\nconfigMapGenerator: [{name: c, files: [file.yaml]}]\n",
			"app/patch.yaml":         pod("a", "restartPolice: Never"), "app/file.yaml": pod("a", "restartPolice: Never"),
		}, nil},
		"a file that none lists": {map[string]string{
			"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
			"app/monitoring/pod.yaml": pod("b", "restartPolice: Never"), "app/values.yaml": "apiVersion: {{ .a }}\nkind: Pod\n",
		}, []string{"warning unknown-field app/monitoring/pod.yaml"}},
		"a comment about what is not looked for": {map[string]string{
			"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
			"app/more.yaml": pod("b", "# krm-validate:ignore image-tag-latest, unknown-field: a trial\n  restartPolice: Never"),
		}, nil},
		"what may be filled in": {map[string]string{
			"app/kustomization.yaml": kustomization + "- pod.yaml\n- gone.yaml\n",
			"app/pod.yaml":           "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers: [{name: a}]\n",
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, c.files)
			t.Chdir(dir)
			var got []string
			for _, f := range run(t, check.Options{}, ".").Findings {
				if f.Severity.String() != "note" && f.Rule != check.BuildFails {
					got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.File))
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}
