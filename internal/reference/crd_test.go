package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

func TestRowsOfCRD(t *testing.T) {
	const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: bees.example.com}
spec:
  group: example.com
  names: {kind: Bee}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              hive:
                type: object
                x-kubernetes-object-ref-api-version: example.com/v1
                x-kubernetes-object-ref-kind: Hive
                x-kubernetes-object-ref-name-key: called
                properties: {called: {type: string}}
              tokens:
                type: array
                items:
                  type: object
                  x-kubernetes-object-ref-api-version: v1
                  x-kubernetes-object-ref-kind: Secret
                  x-kubernetes-object-ref-name-key: name
                  properties: {name: {type: string}, key: {type: string}}
              friend:
                type: string
                x-kubernetes-object-ref-api-version: example.com/v1
                x-kubernetes-object-ref-kind: Bee
  - name: v2
    schema:
      openAPIV3Schema:
        properties:
          spec:
            properties:
              friend: {type: string, x-kubernetes-object-ref-kind: Bee, x-kubernetes-object-ref-api-version: example.com/v1}
`
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(crd), &n))
	inv := &inventory.Inventory{}
	inv.Add(&n, inventory.Source{})
	rows := RowsOf(inv)
	assert.Equal(t, []Row{
		{From: "example.com/Bee", Path: "spec.hive.called", To: "example.com/Hive", Namespace: "namespace"},
		{From: "example.com/Bee", Path: "spec.tokens[].name", To: "Secret", Namespace: "namespace", Key: "key", Optional: "optional"},
		{From: "example.com/Bee", Path: "spec.friend", To: "example.com/Bee", Namespace: "namespace"},
	}, rows)

	var bee yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(`{apiVersion: example.com/v1, kind: Bee, metadata: {name: a, namespace: shop}, spec: {hive: {called: h}, tokens: [{name: s, key: k}], friend: b}}`), &bee))
	o := inv.Add(&bee, inventory.Source{})
	var names []string
	for _, r := range NewTable(rows).Extract(inv, "cluster.local").From(o) {
		names = append(names, r.To[0].Kind+" "+r.Name)
	}
	assert.Equal(t, []string{"Hive h", "Secret s", "Bee b"}, names)
}
