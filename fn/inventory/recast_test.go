package inventory

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Whatever a resource is taken for, in the end it is what it was.
func TestRecastRestores(t *testing.T) {
	const written = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: shop}}"
	for _, meant := range []string{
		"{apiVersion: v1, kind: Secret, metadata: {name: web, namespace: shop}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: api, namespace: other}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: shop, annotations: {config.kubernetes.io/local-config: 'true', config.kubernetes.io/path: web.yaml, internal.config.kubernetes.io/needsHashSuffix: enabled}}}",
	} {
		inv := &Inventory{}
		o := inv.Add(parsed(t, written), Source{})
		want, node := o.String(), o.Node
		restore := inv.Recast(o, parsed(t, meant))
		assert.Equal(t, want, o.Resource().String(), "it is reported as it is written")
		restore()
		assert.Equal(t, []*Object{o}, inv.OfKind(GroupKind{Kind: "ConfigMap"}))
		assert.Equal(t, []*Object{o}, inv.Find(GroupKind{Kind: "ConfigMap"}, "web"))
		assert.Empty(t, inv.OfKind(GroupKind{Kind: "Secret"}))
		assert.True(t, inv.HasNamespace("shop"))
		assert.False(t, inv.HasNamespace("other"))
		assert.Same(t, node, o.Node)
		assert.Equal(t, want, o.String())
		assert.Empty(t, o.File)
		assert.False(t, o.Local)
		assert.False(t, o.NeedsHash)
	}
}

func parsed(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &n))
	return &n
}
