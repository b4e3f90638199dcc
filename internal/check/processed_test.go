package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestTemplatesOfOpenShift: what their parameters cannot mend is a mistake, and nothing
// else.
func TestTemplatesOfOpenShift(t *testing.T) {
	const cart = `apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: cart}
parameters: [{name: NAME, value: cart}, {name: MEMORY}, {name: LEVEL}]
objects:
- apiVersion: apps.openshift.io/v1
  kind: DeploymentConfig
  metadata: {name: "${NAME}"}
  spec:
    replicas: ${{REPLICAS}}
    selector: {app: "${NAME}"}
    triggers: [{type: ImageChange, imageChangeParams: {containerNames: [cart], from: {kind: ImageStreamTag, name: "cart:${TAG}"}}}]
    template:
      metadata: {labels: {app: "${NAME}"}}
      spec:
        containers:
        - name: cart
          image: ' '
          ports: [{name: http, containerPort: 8080}]
          env: [{name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: level}}}, {name: DB, valueFrom: {secretKeyRef: {name: db, key: password}}}]
          resources: {requests: {memory: 256Mi}, limits: {memory: 512Mi}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings}
  data: {level: "${LEVEL}"}
- apiVersion: v1
  kind: Service
  metadata: {name: "${NAME}"}
  spec: {selector: {app: "${NAME}"}, ports: [{name: web, port: 80, targetPort: http}]}
- apiVersion: route.openshift.io/v1
  kind: Route
  metadata: {name: "${NAME}"}
  spec: {host: "${HOST}", to: {kind: Service, name: "${NAME}"}, port: {targetPort: web}}
`
	for name, c := range map[string]struct{ old, new, rule string }{
		"a limit below the request":   {"limits: {memory: 512Mi}", "limits: {memory: 128Mi}", "limit-below-request"},
		"a port of a Route":           {"port: {targetPort: web}", "port: {targetPort: wbe}", "route-port-not-found"},
		"a port of pods":              {"targetPort: http}", "targetPort: htpp}", "target-port-not-found"},
		"a key":                       {"key: level", "key: lvel", "key-not-found"},
		"a field":                     {"spec: {selector: {app", "spec: {selctor: {app", "unknown-field"},
		"a container":                 {"containerNames: [cart]", "containerNames: [carts]", "local-name-not-found"},
		"a limit that is a parameter": {"limits: {memory: 512Mi}", "limits: {memory: '${MEMORY}'}", ""},
		"a port that is a parameter":  {"port: {targetPort: web}", "port: {targetPort: '${PORT}'}", ""},
		"a key that is a parameter":   {"key: level", "key: '${KEY}'", ""},
		"keys that are parameters":    {"data: {level:", "data: {'${KEY}':", ""},
		"a host of somebody else":     {"value: cart}", "value: cart, description: 'see http://db'}", ""},
		"of OpenShift 3":              {"template.openshift.io/v1", "v1", ""},
	} {
		dir := tree(t, map[string]string{"openshift/cart.yaml": strings.Replace(cart, c.old, c.new, 1)})
		if c.rule != "" {
			assert.NotEqual(t, cart, strings.Replace(cart, c.old, c.new, 1), name)
		}
		var got []string
		for _, f := range run(t, check.Options{}, dir).Findings {
			if f.Severity >= finding.Error {
				got = append(got, f.Rule)
			}
		}
		if c.rule == "" {
			assert.Empty(t, got, name)
		} else {
			assert.Contains(t, got, c.rule, name)
		}
	}
}
