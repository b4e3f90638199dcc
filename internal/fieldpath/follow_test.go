package fieldpath_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

func TestFollow(t *testing.T) {
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(`
spec:
  ports:
  - {name: http, port: 80}
data:
  nginx.conf: |
    listen 80;
  "a]b": c
`), &doc))
	for _, c := range []struct {
		path  string
		value string
		line  int
		whole bool
	}{
		{"spec.ports[0].port", "80", 4, true},
		{`data["nginx.conf"]`, "listen 80;\n", 6, true},
		{`data.nginx\.conf`, "listen 80;\n", 6, true},
		{`data["a]b"]`, "c", 8, true},
		{"", "", 2, true},
		{"spec.ports[0].targetPort", "", 4, false},
		{"spec.ports[1].port", "", 4, false},
		{"spec.ports[-1]", "", 4, false},
		{"spec.ports[", "", 4, false},
		{`data["nginx`, "", 6, false},
		{"spec.ports[0].port.more", "80", 4, false},
		{"status", "", 2, false},
	} {
		n, whole := fieldpath.Parse(c.path).Follow(&doc)
		assert.Equal(t, c.whole, whole, c.path)
		if assert.NotNil(t, n, c.path) {
			assert.Equal(t, c.value, n.Value, c.path)
			assert.Equal(t, c.line, n.Line, c.path)
		}
	}
	n, whole := fieldpath.Parse("spec").Follow(nil)
	assert.Nil(t, n)
	assert.False(t, whole)
}
