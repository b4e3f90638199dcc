package rules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// What is read out of a URL is shown in messages, so no part of a password may
// be in it, however badly the password is escaped.
func FuzzServiceURLKeepsPassword(f *testing.F) {
	const mark = "SeCrEt"
	for _, password := range []string{"", "/", "?", "#", "@", ":", "%", "%40", "@h/", "/x@y", ",", ";", "\n", "\\", "@a:1/b?c#d", "[::1]", "$(X)", "é"} {
		f.Add("postgres", password)
		f.Add("jdbc:sqlserver", password)
		f.Add("mongodb+srv", password)
	}
	f.Fuzz(func(t *testing.T, scheme, password string) {
		for _, text := range []string{
			scheme + "://user:" + mark + password + mark + "@db:5432/shop",
			scheme + "://" + mark + password + mark + "@db/shop",
			scheme + "://db:5432/shop?password=" + mark + password + mark,
			scheme + "://db:1433;databaseName=shop;password=" + mark + password + mark,
		} {
			if u, ok := parseServiceURL(text); ok {
				for _, shown := range append(u.hosts, u.database) {
					assert.NotContains(t, shown, mark, text)
				}
			}
			assert.NotContains(t, hostIn("DATABASE_URL", text), mark, text)
		}
	})
}

func TestParseServiceURL(t *testing.T) {
	for text, want := range map[string]serviceURL{
		"postgres://u:p@db/shop":                             {hosts: []string{"db"}, port: 5432, database: "shop"},
		"postgresql+asyncpg://u:p%40ss@db.data.svc:6432/a?x": {hosts: []string{"db.data.svc"}, port: 6432, database: "a"},
		"jdbc:mysql://db:3307/shop?useSSL=false":             {hosts: []string{"db"}, port: 3307, database: "shop"},
		"mongodb://u:p@a:27017,b:27018/shop":                 {hosts: []string{"a", "b"}, database: "shop"},
		"mongodb+srv://u:p@cluster.example.com/shop":         {hosts: []string{"cluster.example.com"}, database: "shop"},
		"redis://:p@cache:6380/2":                            {hosts: []string{"cache"}, port: 6380},
		"jdbc:sqlserver://db:1433;databaseName=x;user=a":     {hosts: []string{"db"}, port: 1433, database: "x"},
		"host=db user=u password=p dbname=shop":              {hosts: []string{"db"}, port: 5432, database: "shop"},
		"u:p@tcp(db:3307)/shop":                              {hosts: []string{"db"}, port: 3307, database: "shop"},
		"Server=db,1434;Database=shop;User Id=u;Password=p":  {hosts: []string{"db"}, port: 1434, database: "shop"},
	} {
		u, ok := parseServiceURL(text)
		if assert.True(t, ok, text) {
			assert.Equal(t, want, serviceURL{hosts: u.hosts, port: u.port, database: u.database}, text)
		}
	}
	for _, text := range []string{"", "db:5432", "a=b c=d", "host=db password='p", "http://db/shop", "postgres://", "postgres://u:a/b@db/shop", "postgres://${DB}/shop", "postgres://a b/c", "postgres:///shop"} {
		_, ok := parseServiceURL(text)
		assert.False(t, ok, text)
	}
}

// The kubelet's own rules for $(NAME): an escaped dollar, a name that is not
// there, text that only looks like a reference.
func TestExpand(t *testing.T) {
	inv := &inventory.Inventory{}
	o := inv.Add(yamlnode.NewMapping(yamlnode.NewString("data"), yamlnode.NewMapping(yamlnode.NewString("A"), yamlnode.NewString("a"))), inventory.Source{})
	w := &wiring{settings: map[*inventory.Object]*settings{}}
	e := &containerEnv{sources: []envSource{{data: w.of(o)}}}
	for text, want := range map[string]string{
		"plain": "plain", "$$(A)": "$(A)", "$": "$", "$(A": "$(A", "x$A)": "x$A)",
	} {
		got, ok := e.expand(text, 0, 0)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"$(B)", "${B}", "{{ b }}"} {
		_, ok := e.expand(text, 0, 0)
		assert.False(t, ok, text)
	}
}

func TestEachWord(t *testing.T) {
	var words []string
	eachWord(yamlnode.NewString("ns/board-config, --from=other.cm;X_y-z"), 0, func(w string) { words = append(words, w) })
	assert.Equal(t, "ns board-config from other.cm y-z", strings.Join(words, " "))
}
