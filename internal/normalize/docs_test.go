package normalize_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
)

// TestDocs keeps the tables of docs/normalize.md true.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/normalize.md")
	require.NoError(t, err)
	for _, n := range normalize.All() {
		def := map[bool]string{true: "on", false: "off"}[n.Default]
		assert.Contains(t, string(text), fmt.Sprintf("| `%s` | %s |", n.Name, def))
	}
	var builtin *config.Resources
	for _, name := range builtin.ProfileNames() {
		p, _ := builtin.Profile(name)
		floor := ""
		if q := p.Floor["memory"]; q != "" {
			floor = string(q) + " "
		}
		assert.Contains(t, string(text), fmt.Sprintf("| `%s` | %s, %s | %s, %s | %s|\n", name,
			p.Requests["cpu"], p.Requests["memory"], p.Limits["cpu"], p.Limits["memory"], floor))
	}
}
