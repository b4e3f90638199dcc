package rules_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Rules survive resources whose fields have the wrong type: every node of some
// fixtures is replaced by a null, a list and a map in turn.
func TestRulesOnWrongTypes(t *testing.T) {
	for _, rule := range []string{
		"policy-selects-nothing", "monitor-selects-nothing", "monitor-port-not-found", "listener-not-found",
		"route-not-allowed", "reference-grant-missing", "subset-not-found", "subset-matches-nothing",
		"application-not-permitted", "local-name-not-found", "route-port-not-found", "policy-param-not-found",
	} {
		t.Run(rule, func(t *testing.T) {
			file := filepath.Join("testdata", rule, "good.yaml")
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			docs, err := manifest.Read(file, data)
			require.NoError(t, err)
			for _, d := range docs {
				everyNode(d.Node, func(n *yaml.Node) {
					saved := *n
					for _, wrong := range []yaml.Node{
						{Kind: yaml.ScalarNode, Tag: "!!null"},
						{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!int", Value: "1"}}},
						{Kind: yaml.MappingNode, Tag: "!!map"},
					} {
						*n = wrong
						inv := &inventory.Inventory{}
						for _, d := range docs {
							inv.Add(d.Node, inventory.Source{})
						}
						require.NotPanics(t, func() { reference.Produce(inv) })
						_, err := rules.Run(t.Context(), rules.All(), inv, nil)
						require.NoError(t, err)
					}
					*n = saved
				})
			}
		})
	}
}

// everyNode calls f for every value below n.
func everyNode(n *yaml.Node, f func(*yaml.Node)) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		everyNode(c, f)
		f(c)
	}
}
