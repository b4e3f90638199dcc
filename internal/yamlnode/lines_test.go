package yamlnode_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// A line is what the parser counts as one.
func TestCutLine(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		text := []byte("a: b" + end + end + "c: d" + end)
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal(text, &doc))
		number, found := 0, 0
		for more := true; more; {
			var line []byte
			line, text, more = yamlnode.CutLine(text)
			if number++; string(line) == "c: d" {
				found = number
			}
		}
		assert.Equal(t, 3, found, "%q", end)
		assert.Equal(t, doc.Content[0].Content[2].Line, found, "%q", end)
	}
	line, rest, more := yamlnode.CutLine([]byte("é…\xe2"))
	assert.Equal(t, "é…\xe2", string(line))
	assert.False(t, more || rest != nil)
}
