package check_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestDoubted: a key that is there twice is the one thing that is wrong.
func TestDoubted(t *testing.T) {
	const workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n" +
		"    spec: {containers: [{name: a, image: 'a:1', ports: [{containerPort: 8080}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  ports: [{port: 80, targetPort: 8080}]\n"
	for selector, want := range map[string][]string{
		"{app: api, app: apy}":        {"duplicate-yaml-key"},
		"{app: api, app: zebra}":      {"duplicate-yaml-key"},
		"{app: api, app: api}":        {},
		"{app: apy}":                  {"selector-matches-nothing"},
		"{app: api}\n  type: NodePot": {"unsupported-value"},
	} {
		file := filepath.Join(tree(t, map[string]string{"a.yaml": workload + "  selector: " + selector + "\n"}), "a.yaml")
		assert.ElementsMatch(t, want, rulesOf(run(t, check.Options{}, file).Findings), selector)
	}
}
