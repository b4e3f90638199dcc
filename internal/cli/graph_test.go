package cli

import (
	"encoding/json"
	"path/filepath"
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
	for _, e := range g.Edges {
		assert.False(t, e.Broken, "%v -> %v", g.Nodes[e.From], g.Nodes[e.To])
	}
	code, _, stderr := run(t, "graph", "-o", "svg", ".")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "--output=svg: expected dot, mermaid or json")
}
