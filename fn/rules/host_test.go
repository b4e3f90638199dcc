package rules_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// hostTree is a sound build: an API in one namespace, its database in another.
const hostTree = `
apiVersion: v1
kind: Service
metadata: {name: board-api-service, namespace: board-api-prod}
spec:
  selector: {app: board-api}
  ports: [{name: http, port: 8000}]
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: board-api-prod}
spec:
  ports: [{port: 6379}]
---
apiVersion: v1
kind: Service
metadata: {name: postgres-service, namespace: postgresql-prod}
spec:
  clusterIP: None
  selector: {app: postgres}
  ports: [{name: postgres, port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres, namespace: postgresql-prod}
spec:
  serviceName: postgres-service
  replicas: 2
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec:
      containers:
        - {name: postgres, image: "postgres:16", ports: [{containerPort: 5432}]}
---
`

// hostSpellings are sound addresses as texts hold them: the key, the text, and
// what in it is the Service, the namespace and the port.
var hostSpellings = []struct{ key, text, service, namespace, port string }{
	{"DATABASE_URL", "postgresql://app:p%40ss@postgres-service.postgresql-prod.svc.cluster.local:5432/wealist", "postgres-service", "postgresql-prod", "5432"},
	{"SPRING_DATASOURCE_URL", "jdbc:postgresql://postgres-service.postgresql-prod.svc:5432/wealist?ssl=false", "postgres-service", "postgresql-prod", "5432"},
	{"DB_ADDR", "postgres-service.postgresql-prod:5432", "postgres-service", "postgresql-prod", "5432"},
	{"DB_HOST", "postgres-service.postgresql-prod.svc.cluster.local", "postgres-service", "postgresql-prod", ""},
	{"DSN", "app:secret@tcp(redis:6379)/0", "redis", "", "6379"},
	{"LIBPQ", "host=postgres-service.postgresql-prod port=5432 user=app", "postgres-service", "postgresql-prod", "5432"},
	{"PEERS", "postgres-0.postgres-service.postgresql-prod.svc:5432,postgres-1.postgres-service.postgresql-prod.svc:5432", "postgres-service", "postgresql-prod", "5432"},
	{"REDIS_HOST", "redis", "redis", "", ""},
	{"CACHE", "redis:6379", "redis", "", "6379"},
	{"API_URL", "http://board-api-service:8000/health", "board-api-service", "", "8000"},
	{"nginx.conf", "server {\n  listen 80;\n  location /api {\n    proxy_pass http://board-api-service:8000;\n  }\n}\n", "board-api-service", "", "8000"},
	{"prometheus.yml", "scrape_configs:\n  - job_name: api\n    static_configs:\n      - targets: [\"board-api-service:8000\"]\n", "board-api-service", "", "8000"},
	{"app.properties", "cache.host=redis\ncache.port=6379\n", "redis", "", "6379"},
}

// hostPlaces hold a key and a text.
var hostPlaces = map[string]func(key, text string) string{
	"env": func(key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: board-api-prod}\nspec:\n  containers:\n  - name: x\n    image: x\n    env: [{name: %q, value: %q}]\n", key, text)
	},
	"args": func(key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: board-api-prod}\nspec:\n  containers:\n  - name: x\n    image: x\n    args: [%q, %q]\n", "--"+strings.ToLower(key), text)
	},
	"ConfigMap": func(key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: board-api-prod}\ndata: {%q: %q}\n", key, text)
	},
	"stringData": func(key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: board-api-prod}\nstringData: {%q: %q}\n", key, text)
	},
	"data": func(key, text string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: board-api-prod}\ndata: {%q: %q}\n", key, base64.StdEncoding.EncodeToString([]byte(text)))
	},
}

// judgeAll runs the rules about addresses and Secrets' values.
func judgeAll(t testing.TB, text string) []finding.Finding {
	docs, err := manifest.Read("test.yaml", []byte(text))
	require.NoError(t, err)
	inv := &inventory.Inventory{}
	for _, d := range docs {
		inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
	}
	reference.Produce(inv)
	var own []finding.Finding
	found, err := rules.Run(t.Context(), rules.All(), inv, &config.Spec{})
	require.NoError(t, err)
	for _, f := range found {
		if strings.Contains(f.Rule, "host") || strings.HasPrefix(f.Rule, "data-") {
			own = append(own, f)
		}
	}
	return own
}

// TestMutatedHosts breaks one part of a sound address at a time, wherever it
// may stand: each must be an error, and the sound ones must be silent.
func TestMutatedHosts(t *testing.T) {
	for _, s := range hostSpellings {
		for place, write := range hostPlaces {
			assert.Empty(t, judgeAll(t, hostTree+write(s.key, s.text)), "%s in %s is sound", s.text, place)
			check := func(what, old, broken string) {
				text := strings.Replace(s.text, old, broken, 1)
				require.NotEqual(t, s.text, text)
				found := judgeAll(t, hostTree+write(s.key, text))
				assert.Equal(t, 1, finding.Count(found, finding.Error), "%s of %q in %s: %v", what, text, place, found)
				for _, f := range found {
					assert.NotContains(t, f.Message+f.Help, "secret")
					assert.NotContains(t, f.Message+f.Help, "p%40ss")
				}
			}
			name := s.service
			check("letter left out", name, name[:2]+name[3:])
			check("letter doubled", name, name[:2]+name[1:])
			check("letters swapped", name, name[:1]+name[2:3]+name[1:2]+name[3:])
			if s.namespace != "" {
				check("namespace", s.namespace, s.namespace[:4]+s.namespace[5:])
				found := judgeAll(t, hostTree+write(s.key, strings.Replace(s.text, s.namespace, "elsewhere", 1)))
				assert.Zero(t, finding.Count(found, finding.Error)+finding.Count(found, finding.Warning), "nothing is known of the namespace: %v", found)
			}
			if s.port != "" {
				check("port", s.port, s.port+"1")
				check("port", s.port, "9999")
			}
		}
	}
}

// TestSecretLines keeps source lines with more than host and port out of reports.
func TestSecretLines(t *testing.T) {
	for text, want := range map[string]bool{
		"http://api:8000/hooks/T0/B0":             true,
		"postgres://u:p@db:5432/x":                true,
		"app:hunter2@tcp(mysql:3306)/x":           true,
		"host=db port=5432 password=hunter2":      true,
		"listen 80;\nserver nowhere:8000;\n":      false,
		"# u:p@x\nserver nowhere:8000;\nx: y@z\n": false,
		"nowhere:8000":                            false,
	} {
		found := judgeAll(t, hostTree+hostPlaces["env"]("DB_ADDR", text))
		require.NotEmpty(t, found, text)
		for _, f := range found {
			assert.Equal(t, want, f.Secret, text)
		}
	}
}

// FuzzHosts feeds the judges whatever text: they must neither panic nor show
// what a Secret holds before the last @.
func FuzzHosts(f *testing.F) {
	for _, s := range hostSpellings {
		f.Add(s.key, s.text)
	}
	f.Add("DB_HOST", "postgres-99999999999999999999.postgres-service.postgresql-prod")
	f.Add("H_HOST", "a.svc.b.svc.cluster.local")
	f.Add("X", "http://.svc:80")
	f.Fuzz(func(t *testing.T, key, text string) {
		inv := &inventory.Inventory{}
		docs, err := manifest.Read("tree.yaml", []byte(hostTree))
		require.NoError(t, err)
		for _, place := range []string{"ConfigMap", "stringData", "data"} {
			more, err := manifest.Read("fuzz.yaml", []byte(hostPlaces[place](key, text)))
			if err != nil {
				return
			}
			docs = append(docs, more...)
		}
		for _, d := range docs {
			inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
		}
		reference.Produce(inv)
		_, err = rules.Run(t.Context(), rules.All(), inv, &config.Spec{})
		require.NoError(t, err)
	})
}
