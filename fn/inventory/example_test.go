package inventory_test

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// While kustomize builds, a resource still answers to the names it had before,
// for the fields that kustomize will repair.
func ExampleInventory_Lookup() {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(`
apiVersion: v1
kind: Secret
metadata:
  name: prod-db-secret
  namespace: shop
  annotations:
    internal.config.kubernetes.io/previousKinds: Secret
    internal.config.kubernetes.io/previousNames: db-secret
    internal.config.kubernetes.io/previousNamespaces: default
`), &n); err != nil {
		panic(err)
	}
	var inv inventory.Inventory
	o := inv.Add(&n, inventory.Source{File: "base/secret.yaml", Line: 1})

	secret := inventory.GroupKind{Kind: "Secret"}
	fmt.Println(inv.Lookup(secret, "shop", "prod-db-secret", false, nil) == o)
	fmt.Println(inv.Lookup(secret, "shop", "db-secret", true, nil) == o)
	fmt.Println(inv.Lookup(secret, "shop", "db-secret", false, nil) == o)
	// Output:
	// true
	// true
	// false
}
