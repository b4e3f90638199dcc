package rules

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A set of hosts answers as a look at each of them.
func TestHostSet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	host := func() string {
		parts := []string{[]string{"*", "", "*a", "a", "b"}[r.IntN(5)]}
		for range r.IntN(4) {
			parts = append(parts, []string{"a", "b", "c", ""}[r.IntN(4)])
		}
		return strings.Join(parts, ".")
	}
	for range 20_000 {
		var set hostSet
		var all []string
		for range r.IntN(4) {
			h := host()
			all = append(all, h)
			set.add(h)
		}
		h := host()
		want := slices.ContainsFunc(all, func(other string) bool { return hostsIntersect(other, h) })
		assert.Equal(t, want, set.intersects(h), "%q in %q", h, all)
	}
}
