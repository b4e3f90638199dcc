package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// TestCleanPaths: a folder that is called like a password is masked, and the rest of
// the path is not; a path that is a secret as a whole is masked as a whole.
func TestCleanPaths(t *testing.T) {
	var doc yaml.Node
	assert.NoError(t, yaml.Unmarshal([]byte("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: playbooks, path: keys/prod-7731}\n"), &doc))
	secrets := &redact.Secrets{}
	secrets.Node(doc.Content[0])
	clean := report.Clean([]finding.Finding{{
		File: "playbooks/shop/web.yaml", Tree: "playbooks/shop", Trees: []string{"playbooks/shop", "other"},
		Also: []finding.Place{{File: "playbooks/base/web.yaml"}},
	}, {File: "shop/keys/prod-7731/web.yaml"}}, secrets)
	assert.Equal(t, "***/shop/web.yaml", clean[0].File)
	assert.Equal(t, "***/shop", clean[0].Tree)
	assert.Equal(t, []string{"***/shop", "other"}, clean[0].Trees)
	assert.Equal(t, "***/base/web.yaml", clean[0].Also[0].File)
	assert.NotContains(t, clean[1].File, "prod-7731")
}
