package suggest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/suggest"
)

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name       string
		candidates []string
		want       []string
	}{
		{"postgress-service", []string{"board-api-service", "postgres-service", "frontend-service"}, []string{"postgres-service"}},
		{"db-secert", []string{"web-secret", "db-secret"}, []string{"db-secret"}},
		{"db-secret", []string{"prod-db-secret", "web"}, []string{"prod-db-secret"}},
		{"redis-2", []string{"redis-1", "redsi-2"}, []string{"redsi-2", "redis-1"}},
		{"ab", []string{"ac", "ad"}, []string{}},
		{"db", []string{"db"}, []string{}},
		{"cache", []string{"cachee", "cach", "caches", "acche"}, []string{"acche", "cach", "cachee"}},
		{"", []string{"a"}, []string{}},
	} {
		assert.Equal(t, c.want, suggest.Nearest(c.name, c.candidates, 3), c.name)
	}
}

func TestClose(t *testing.T) {
	for _, c := range []struct {
		name, candidate string
		want            bool
	}{
		{"postgress-service", "postgres-service", true},
		{"redis-1", "redis-2", false},
		{"shard-10", "shard-1", false},
		{"tb-node-db-config", "tb-node-config", false},
		{"web", "wbe", true},
		{"db", "ab", false},
		{"app-secret", "app-secrets", true},
		{"same", "same", false},
		{"team-a", "team-b", false},
		{"app-v1", "app-v2", false},
		{"project-v-4with", "project-v4-with", true},
		{"data-5kcb4g2d6", "data-5kcb4g2d66", true},
		{"dx", "dex", true},
	} {
		assert.Equal(t, c.want, suggest.Close(c.name, c.candidate), "%s %s", c.name, c.candidate)
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("db-secret", "db-secert")
	f.Add("", "é")
	f.Add("a\x00b", "-")
	f.Fuzz(func(t *testing.T, name, candidate string) {
		for _, n := range suggest.Nearest(name, []string{candidate, name}, 3) {
			if n == name {
				t.Fatalf("suggested the name itself: %q", n)
			}
		}
	})
}
