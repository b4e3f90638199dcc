package fn_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// A program that has resources in memory runs the function over them.
func ExampleProcess() {
	var inv inventory.Inventory
	for _, text := range []string{
		"{apiVersion: v1, kind: Service, metadata: {name: postgres, namespace: shop}, spec: {ports: [{port: 5432}]}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: api-config, namespace: shop}, data: {DATABASE_HOST: postgers}}",
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			panic(err)
		}
		inv.Add(&n, inventory.Source{})
	}
	res, err := fn.Process(context.Background(), &inv, &fn.ConfigPipeline{Spec: config.Spec{ClusterDomain: "cluster.local"}})
	if err != nil {
		panic(err)
	}
	for _, f := range res.Findings {
		fmt.Printf("%s: %s: %s\n", f.Severity, f.Field, f.Sentence())
	}
	// Output:
	// error: data.DATABASE_HOST: host "postgers": there is no Service "postgers" in namespace "shop"; did you mean "postgres"?
}

// A program may be the function, or run it between steps of its own.
func ExampleRun() {
	const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: Service
  metadata: {name: postgres}
  spec: {ports: [{port: 5432}]}
functionConfig:
  apiVersion: wealist.io/v1alpha1
  kind: ConfigPipeline
  metadata: {name: shop}
  spec: {normalize: {labels: {set: {team: shop}}}}
`
	if code := fn.Run(context.Background(), strings.NewReader(list), os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
	// Output:
	// apiVersion: config.kubernetes.io/v1
	// kind: ResourceList
	// items:
	// - apiVersion: v1
	//   kind: Service
	//   metadata: {name: postgres, labels: {team: shop}}
	//   spec: {ports: [{port: 5432}]}
	// functionConfig:
	//   apiVersion: wealist.io/v1alpha1
	//   kind: ConfigPipeline
	//   metadata: {name: shop}
	//   spec: {normalize: {labels: {set: {team: shop}}}}
}
