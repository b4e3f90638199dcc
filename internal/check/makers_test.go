package check

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestMakersBy: the index finds whom asking one after the other finds.
func TestMakersBy(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"a", "db", "app", "kafka", "app-db"}
	name := func() string {
		parts := make([]string, 1+random.IntN(3))
		for i := range parts {
			parts[i] = words[random.IntN(len(words))]
		}
		return strings.Join(parts, "-")
	}
	either := func() bool { return random.IntN(2) == 0 }
	found := 0
	for range 2000 {
		object := finding.Resource{Kind: "Service", Namespace: []string{"", "x", "y"}[random.IntN(3)], Name: name()}
		from := finding.Resource{Kind: "Widget", Name: "self"}
		makers := make([]maker, random.IntN(6))
		for i := range makers {
			makers[i] = maker{
				what: strconv.Itoa(i), self: finding.Resource{Kind: []string{"Service", "Widget"}[random.IntN(2)], Name: []string{"self", "other"}[random.IntN(2)]},
				name: name(), namespace: []string{"", "x", "y"}[random.IntN(3)],
				fills: either(), named: either(), absent: random.IntN(4) == 0, within: either(), names: map[string]bool{name(): true, name(): true},
			}
		}
		want := absence{object: object}
		for _, m := range makers {
			here, anywhere := m.namespace == object.Namespace, m.namespace == ""
			want.elsewhere = want.elsewhere || (here || anywhere) && !m.within
			if want.filled == "" && here && m.fills {
				want.filled = m.what + " has more deployed to this namespace than is in the tree"
			}
			after := m.absent && m.self.Kind != object.Kind && isOfRelease(object.Name, m.name) || m.named && calledAfter(object.Name, m.name)
			if want.maker == "" && ((here || anywhere) && after || m.names[object.Name] && m.self != from && (here || anywhere || isDistinct(object.Name))) {
				want.maker = m.what + " may make it"
				found++
			}
		}
		for i := range object.Name {
			for _, m := range makers {
				if want.filled == "" && object.Namespace == "" && object.Name[i] == '-' && m.fills && m.name == object.Name[:i] {
					want.filled = m.what + " may be deployed to the same namespace, and is called so"
				}
			}
		}
		by := &makersBy{wanted: map[string]bool{object.Name: true}}
		half := random.IntN(len(makers) + 1)
		by.add(makers[:half])
		by.add(makers[half:])
		got := absence{object: object}
		got.ask(by, from)
		require.Equal(t, want, got, "%+v", makers)
	}
	assert.Greater(t, found, 100)
}
