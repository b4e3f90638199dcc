package apischema

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// Which kinds have no namespace, and which groups are Kubernetes' own, an
// inventory has to know for every build, long before anybody needs a schema:
// those two lists say what the table says.
func TestInventoryAgrees(t *testing.T) {
	for _, k := range Kubernetes().kinds {
		assert.True(t, inventory.InKubernetes(k.Group), k.Group)
		assert.Equal(t, !k.Namespaced, inventory.IsClusterScoped(inventory.GroupKind{Group: k.Group, Kind: k.Kind}), "%s/%s has no namespace", k.Group, k.Kind)
	}
}
