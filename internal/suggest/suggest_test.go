package suggest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
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
		{"ca-secret", "my-secret", false},
		{"shop-sts", "shop-svc", false},
		{"web-tls", "api-tls", false},
		{"qa-pull-key", "my-pull-key", false},
		{"bd-secret", "db-secret", true},
		{"my-secert", "my-secret", true},
		{"api-cnofig", "api-config", true},
		{"shop-scv", "shop-svc", true},
	} {
		assert.Equal(t, c.want, suggest.Close(c.name, c.candidate), "%s %s", c.name, c.candidate)
	}
}

func TestSlip(t *testing.T) {
	for _, c := range []struct {
		name  string
		among []string
		want  bool // for the first of them
	}{
		{"project-v44", []string{"project-v4"}, true},
		{"project-v4", []string{"project-v44"}, true},
		{"shard-1", []string{"shard-10", "web"}, true},
		{"shard-1", []string{"shard-10", "shard-11"}, false},
		{"shard-1", []string{"shard-10", "shard-10", "shard"}, true},
		{"backup-2042", []string{"backup-2024"}, true},
		{"node-1-db", []string{"node-01-db", "node-2-cache"}, true},
		{"redis-2", []string{"redis-1"}, false},
		{"redis-12", []string{"redis-1"}, false},
		{"app-v2-db-3", []string{"app-v22-db-33"}, false},
		{"team-a", []string{"team-b"}, false},
		{"shard-1", []string{"shard-1"}, false},
		{"web", []string{"web-1"}, false},
	} {
		got := suggest.Slip(c.name, c.among[0]) && suggest.NewIndex(c.among).Alone(c.among[0])
		assert.Equal(t, c.want, got, "%s %s", c.name, c.among)
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
