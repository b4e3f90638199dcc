package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/trace"
)

func TestGraph(t *testing.T) {
	for _, format := range []string{"dot", "mermaid"} {
		for _, dir := range []string{"overlays/prod/pipeline", "testdata/incidents/2-create-container-config-error"} {
			code, stdout, stderr := run(t, "graph", "-o", format, filepath.Join(repo, filepath.FromSlash(dir)))
			assert.Equal(t, ExitOK, code, stderr)
			golden(t, "graph/"+filepath.Base(dir)+"."+format, stdout)
		}
	}
	var g trace.Graph
	_, stdout, _ := run(t, "graph", "-o", "json", filepath.Join(repo, "overlays", "prod", "pipeline"))
	require.NoError(t, json.Unmarshal([]byte(stdout), &g))
	for _, format := range graphFormats { // a build that still has the function's receipt
		code, stdout, stderr := run(t, "graph", "-o", format, filepath.Join(repo, "overlays", "prod", "pipeline", "run"))
		assert.Equal(t, ExitOK, code, stderr)
		assert.Contains(t, stdout, "board-api-service")
		assert.NotContains(t, stdout, "FunctionRan")
	}
	for _, e := range g.Edges {
		assert.False(t, e.Broken, "%v -> %v", g.Nodes[e.From], g.Nodes[e.To])
	}
	empty := filepath.Join(t.TempDir(), "empty.yaml")
	require.NoError(t, os.WriteFile(empty, []byte("# nothing yet\n"), 0o644))
	code, _, stderr := run(t, "graph", empty)
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "empty.yaml: nothing to draw: no Kubernetes resource")
	code, _, stderr = run(t, "graph", "-o", "svg", ".")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "--output=svg: expected dot, mermaid, json or html")
}

// What a browser makes of the page is tried by make graph-browser.
func TestGraphPage(t *testing.T) {
	code, stdout, stderr := run(t, "graph", "-o", "html", filepath.Join(repo, "testdata", "incidents", "5-bad-gateway"))
	require.Equal(t, ExitOK, code, stderr)
	_, rest, _ := strings.Cut(stdout, `<script id="data" type="application/json">`)
	text, _, _ := strings.Cut(rest, "</script>")
	var page struct {
		Nodes []struct {
			Kind, Name, YAML, Place string
			Missing                 bool
			Findings                []struct {
				Rule, Place string
				Line        int
			}
		}
		Edges []trace.Edge
	}
	require.NoError(t, json.Unmarshal([]byte(text), &page))
	broken := 0
	for _, e := range page.Edges {
		from, to := page.Nodes[e.From], page.Nodes[e.To]
		if !e.Broken {
			assert.False(t, to.Missing)
			continue
		}
		broken++
		assert.Equal(t, "Secret board-api-database -> Service postgress-service", from.Kind+" "+from.Name+" -> "+to.Kind+" "+to.Name)
		assert.Equal(t, "data.DATABASE_URL", e.Field)
		assert.True(t, to.Missing)
		assert.Regexp(t, `5-bad-gateway/secret\.yaml:1:1$`, from.Place)
		require.Len(t, from.Findings, 1)
		assert.Equal(t, "host-not-found", from.Findings[0].Rule)
		assert.Regexp(t, `5-bad-gateway/secret\.yaml:7:17$`, from.Findings[0].Place)
		lines := strings.Split(from.YAML, "\n")
		assert.Equal(t, "  DATABASE_URL: '***'", lines[from.Findings[0].Line-1])
	}
	assert.Equal(t, 1, broken)
	assert.NotRegexp(t, `(?i)(src|href)=|@import|url\(|fetch\(|XMLHttpRequest`, stdout, "it loads something")
}

// Of the addresses in a file those are broken that the rules are certain of.
func TestGraphOfAddresses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: files, namespace: shop}
data:
  a.conf: |
    proxy_pass http://api-service.shop.svc.cluster.local:80;
    proxy_pass http://api-servce.shop.svc.cluster.local:80;
    proxy_pass http://thing.elsewhere.svc.cluster.local:80;
---
apiVersion: v1
kind: Service
metadata: {name: api-service, namespace: shop}
spec: {ports: [{port: 80}]}
`})
	var g trace.Graph
	_, stdout, stderr := run(t, "graph", "-o", "json", filepath.Join(dir, "a.yaml"))
	require.NoError(t, json.Unmarshal([]byte(stdout), &g), stderr)
	var got []string
	for _, e := range g.Edges {
		got = append(got, fmt.Sprint(g.Nodes[e.To].Name, " ", e.Broken))
		assert.Equal(t, `data["a.conf"]`, e.Field)
	}
	assert.Equal(t, []string{"api-service false", "api-servce true"}, got)
}
