package result_test

import (
	"context"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// A change says which part of the configuration asked for it.
func Example() {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {ports: [{port: 80}]}}"), &n); err != nil {
		panic(err)
	}
	var inv inventory.Inventory
	inv.Add(&n, inventory.Source{})
	spec := config.Spec{Normalize: &config.Normalize{Labels: &config.Labels{Set: map[string]string{"team": "shop"}}}}
	res, err := fn.Process(context.Background(), &inv, &fn.ConfigPipeline{Spec: spec})
	if err != nil {
		panic(err)
	}
	for _, c := range res.Changes {
		fmt.Println(c)
	}
	// Output:
	// labels: Service api: metadata.labels.team: unset -> shop (spec.normalize.labels.set.team)
}
