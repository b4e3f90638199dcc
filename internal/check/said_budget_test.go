package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestBlockedByDesign: a comment says that nobody is to evict the one pod that there is.
func TestBlockedByDesign(t *testing.T) {
	const budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: ledger}\nspec:\n  minAvailable: 1\n  selector: {matchLabels: {app: ledger}}\n"
	const ledger = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ledger}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: ledger}}\n  template: {metadata: {labels: {app: ledger}}, spec: {containers: [{name: ledger, image: 'ledger:1'}]}}\n"
	for comment, want := range map[string]finding.Severity{
		"":                                   finding.Warning,
		"# At least one pod is always there": finding.Warning,
		"# prevents eviction of all pods at once":                   finding.Warning,
		"# single replica: whoever drains the node moves it":        finding.Note,
		"# Blocks voluntary evictions until a backup has been made": finding.Note,
	} {
		assert.Equal(t, want, severityOf(t, "eviction-blocked", tree(t, map[string]string{"k8s/budget.yaml": comment + "\n" + budget, "k8s/ledger.yaml": "# single replica\n" + ledger})), comment)
	}
}
