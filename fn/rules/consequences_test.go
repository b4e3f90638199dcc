package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// TestReadersOfOneKey: what follows from a wrong address follows for the pods that read
// its key, not for those that read another one of the same object.
func TestReadersOfOneKey(t *testing.T) {
	const same = "- {apiVersion: v1, kind: Service, metadata: {name: api}, spec: {selector: {app: api}, ports: [{port: 80}]}}\n"
	for read, is := range map[string]bool{
		"env: [{name: A, valueFrom: {%sKeyRef: {name: shared, key: API_URL}}}]":                                                                            true,
		"env: [{name: A, valueFrom: {%sKeyRef: {name: shared, key: OTHER}}}]":                                                                              false,
		"envFrom: [{%sRef: {name: shared}}]":                                                                                                               true,
		"env: [{name: A, valueFrom: {%[1]sKeyRef: {name: shared, key: OTHER}}}]\n      envFrom: [{%[1]sRef: {name: shared}}]":                              true,
		"env: [{name: A, valueFrom: {%[1]sKeyRef: {name: shared, key: OTHER}}}, {name: B, valueFrom: {%[1]sKeyRef: {name: shared, key: API_URL}}}]":        true,
		"volumeMounts: [{name: v, mountPath: /v}]\n    volumes: [{name: v, projected: {sources: [{%s: {name: shared}}]}}]":                                 true,
		"volumeMounts: [{name: v, mountPath: /v}]\n    volumes: [{name: v, projected: {sources: [{%s: {name: shared, items: [{key: OTHER, path: o}]}}]}}]": false,
	} {
		for kind, field := range map[string]string{"ConfigMap": "data", "Secret": "stringData"} {
			name := strings.ToLower(kind[:1]) + kind[1:]
			text := same + fmt.Sprintf("- {apiVersion: v1, kind: %s, metadata: {name: shared}, %s: {API_URL: 'http://api.default.svc:8080', OTHER: b}}\n", kind, field) +
				"- apiVersion: v1\n  kind: Pod\n  metadata: {name: reader}\n  spec:\n    containers:\n    - name: a\n      image: b:1\n      " + fmt.Sprintf(read, name) + "\n"
			assertConsequences(t, text, "host-port-not-found", is)
		}
	}
}

// TestRoutesToOnePort: of a port without endpoints the routes to other ports have no part.
func TestRoutesToOnePort(t *testing.T) {
	const text = "- {apiVersion: v1, kind: Pod, metadata: {name: till, labels: {app: till}}, spec: {containers: [{name: till, image: 'till:1', ports: [{name: web, containerPort: 80}]}]}}\n" +
		"- {apiVersion: v1, kind: Service, metadata: {name: till}, spec: {selector: {app: till}, ports: [{name: web, port: 80, targetPort: web}, {name: scans, port: 81, targetPort: scans}]}}\n" +
		"- {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: till, port: {PORT}}}}]}}]}}\n"
	for port, is := range map[string]bool{"number: 80": false, "number: 81": true, "name: scans": true, "name: web": false} {
		assertConsequences(t, strings.Replace(text, "PORT", port, 1), "target-port-not-found", is)
	}
}

// assertConsequences checks whether something follows from what a rule finds in a list of
// resources.
func assertConsequences(t *testing.T, text, rule string, is bool) {
	t.Helper()
	found := false
	for _, f := range process(t, listed(t, text), &config.ConfigPipeline{}) {
		if f.Rule == rule {
			found = true
			assert.Equal(t, is, len(f.Consequences) > 0, "%s: %v", text, f.Consequences)
		}
	}
	assert.True(t, found, text)
}

// listed is an inventory of a list of resources.
func listed(t *testing.T, text string) *inventory.Inventory {
	t.Helper()
	var list yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &list), text)
	inv := &inventory.Inventory{}
	for _, n := range list.Content[0].Content {
		inv.Add(n, inventory.Source{})
	}
	return inv
}
