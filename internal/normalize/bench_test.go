package normalize_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
)

// BenchmarkApply normalizes 10,000 resources; parsing is not counted.
func BenchmarkApply(b *testing.B) {
	g := generator{rand.New(rand.NewPCG(1, 0))}
	cfg := g.config()
	docs := make([]string, 10_000)
	for i := range docs {
		docs[i] = g.object(i)
	}
	text := []byte(strings.Join(docs, "---\n"))
	for b.Loop() {
		b.StopTimer()
		read, err := manifest.Read("bench.yaml", text)
		require.NoError(b, err)
		inv := &inventory.Inventory{}
		for _, d := range read {
			inv.Add(d.Node, inventory.Source{})
		}
		b.StartTimer()
		normalize.Apply(inv, cfg)
	}
}
