package inventory

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// What an object gets at run time is found beside what its YAML holds, however
// much that is, and no edit forgets it.
func TestAddedKeys(t *testing.T) {
	secret := GroupKind{Kind: "Secret"}
	for _, written := range []int{0, 1, fewKeys, 2 * fewKeys} {
		data := yamlnode.NewMapping()
		for i := range written {
			yamlnode.Set(data, fmt.Sprint("key", i), yamlnode.NewString("eA=="))
		}
		inv := &Inventory{}
		o := inv.Add(yamlnode.NewMapping(
			yamlnode.NewString("apiVersion"), yamlnode.NewString("v1"),
			yamlnode.NewString("kind"), yamlnode.NewString("Secret"),
			yamlnode.NewString("data"), data), Source{})
		made := inv.AddMade(o, secret, "", "made", Content{Keys: make([]string, 0, 8)})
		for i := range 2 * fewKeys {
			for _, o := range []*Object{o, made} {
				key := fmt.Sprint("added", i)
				o.AddKey(key)
				o.AddKey(key)
				assert.True(t, o.Content().Has(key))
				_, ok := o.Content().Get(key)
				assert.False(t, ok, "its value is not part of the build")
			}
		}
		yamlnode.Set(data, "added0", yamlnode.NewString("eA=="))
		o.Edited()
		assert.Len(t, o.Content().Keys, written+2*fewKeys)
		_, ok := o.Content().Get("added0")
		assert.True(t, ok)
		assert.False(t, made.Content().Has("other"))
		made.Fill()
		made.Edited()
		assert.True(t, made.Content().Has("other"))
	}
}
