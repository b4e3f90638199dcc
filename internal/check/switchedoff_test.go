package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestSwitchedOff: what a kustomization has commented out, and nothing else applies, is a note.
func TestSwitchedOff(t *testing.T) {
	const old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n"
	const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: budget, namespace: flux-system}\nspec: {interval: 1h, path: ./budget, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n" +
		"---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1h, url: 'https://git.example.com/shop.git'}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a folder":               {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n# [BUDGET] with a budget\n#- ../budget\n"}, nil},
		"another folder":         {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n#- ../budgets\n"}, []string{"error api-removed"}},
		"one of a sentence":      {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n# - the budget is in ../budget\n"}, []string{"error api-removed"}},
		"listed elsewhere":       {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n#- ../budget\n", "all/kustomization.yaml": kustomization + "- ../budget\n"}, []string{"error api-removed"}},
		"applied by Flux":        {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n#- ../budget\n", "flux/budget.yaml": flux}, []string{"error api-removed"}},
		"a patch":                {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\npatches:\n#- path: old.yaml # not yet\n", "app/old.yaml": old, "budget/kustomization.yaml": "# - budget.yaml\n"}, nil},
		"a file that none lists": {map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n#- ../budget\n", "app/old.yaml": old}, []string{"warning api-removed"}},
	} {
		files := map[string]string{"app/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}]}\n", "budget/kustomization.yaml": kustomization + "- budget.yaml\n", "budget/budget.yaml": old}
		for file, text := range c.files {
			files[file] = text
		}
		assert.Equal(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}
