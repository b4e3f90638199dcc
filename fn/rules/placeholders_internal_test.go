package rules

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMayHoldPlaceholder: the cheap test passes whatever the pattern finds.
func TestMayHoldPlaceholder(t *testing.T) {
	parts := []string{
		"replace", "change", "fill", "edit", "update", "me", "this", "in", "to", "be", "set", "defined", "insert", "here",
		"put", "your", "registry", "domain", "xxx", "xx", "placeholder", "123456789012", ".dkr.ecr.", "nginx", "team",
		"-", "_", ".", "/", ":", "1", "<", ">", "a", "TODO", "TAG", "Replace", "IN",
	}
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 100_000 {
		text := ""
		for range 1 + r.IntN(7) {
			text += parts[r.IntN(len(parts))]
		}
		if placeholderPattern().MatchString(text) {
			found++
			assert.True(t, mayHoldPlaceholder(text), text)
		}
	}
	assert.Greater(t, found, 1000)
	for _, text := range []string{"nginx:1.27", "registry.internal/indigo-frost", "team-b.example.com", "time.to.live"} {
		assert.False(t, mayHoldPlaceholder(text), text)
	}
}
