package fn_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
)

// A KRM function of one's own does its part first, and has ours check the result:
// what it breaks ends the build. This one renames a Service, and forgets who uses
// it.
func Example_own() {
	const list = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: Service
  metadata: {name: postgres, namespace: shop}
  spec: {ports: [{port: 5432}]}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: api-config, namespace: shop}
  data: {DATABASE_HOST: postgres}
`
	rename := kio.FilterFunc(func(items []*yaml.RNode) ([]*yaml.RNode, error) {
		for _, item := range items {
			if item.GetKind() == "Service" {
				if err := item.SetName(item.GetName() + "-v2"); err != nil {
					return nil, err
				}
			}
		}
		return items, nil
	})
	var changed bytes.Buffer
	rw := &kio.ByteReadWriter{Reader: strings.NewReader(list), Writer: &changed, KeepReaderAnnotations: true}
	if err := (kio.Pipeline{Inputs: []kio.Reader{rw}, Filters: []kio.Filter{rename}, Outputs: []kio.Writer{rw}}).Execute(); err != nil {
		fmt.Println(err)
		return
	}
	var out, found bytes.Buffer
	code := fn.Run(context.Background(), &changed, &out, &found) // os.Stdout and os.Stderr in a program
	fmt.Println("exit code", code)
	_, missing, _ := strings.Cut(found.String(), "\n\n") // behind the heading
	first, _, _ := strings.Cut(missing, "\n")
	fmt.Fprintln(os.Stdout, first)
	// Output:
	// exit code 1
	// error[host-not-found]: host "postgres": Service "postgres" in namespace "shop" is not in this build; the closest name is "postgres-v2"
}
