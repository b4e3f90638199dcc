package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/trace"
)

// The incidents, from the other end: what a visitor asks for.
func TestTrace(t *testing.T) {
	for _, c := range []struct {
		dir, target, file string
		code              int
	}{
		{"overlays/prod/pipeline", "http://wealist.local/api/health", "prod", ExitOK},
		{"overlays/dev/pipeline", "https://dev.wealist.local/", "dev", ExitOK},
		{"testdata/incidents/2-create-container-config-error", "svc/board-api-service", "2", ExitFindings},
		{"testdata/incidents/4-database-unreachable", "http://dev.wealist.local/api", "4", ExitFindings},
		{"testdata/incidents/5-bad-gateway", "http://wealist.local/api/boards?x=1", "5", ExitFindings},
		{"testdata/incidents/6-wrong-target-port", "ing/board-api-ingress", "6", ExitFindings},
	} {
		code, stdout, stderr := run(t, "trace", filepath.Join(repo, filepath.FromSlash(c.dir)), c.target)
		assert.Equal(t, c.code, code, "%s: %s", c.dir, stderr)
		golden(t, "trace/"+c.file+".txt", stdout)
	}
}

// Routes that are no Ingress, by URL and from their Gateways.
func TestTraceOfRoutes(t *testing.T) {
	dir := t.TempDir()
	const text = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: x
  listeners:
  - {name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.example.com, shop.example.org]
  rules:
  - matches: [{path: {type: PathPrefix, value: /api}}]
    backendRefs: [{name: api, port: 80}]
  - matches: [{path: {value: /api}, headers: [{name: x-canary, value: "1"}]}, {path: {type: Exact, value: /canary}}]
    backendRefs: [{name: canary, port: 80}]
  - matches: [{path: {value: /old}}]
    filters: [{type: RequestRedirect, requestRedirect: {hostname: example.org}}]
  - matches: [{path: {value: /nowhere}}]
  - backendRefs: [{name: web, port: 80}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: mesh-edge, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["shop/mesh.example.com"]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mesh, namespace: shop}
spec:
  hosts: [mesh.example.com, other.example.net]
  gateways: [mesh-edge]
  http:
  - match: [{uri: {exact: /api}, headers: {x: {exact: y}}}, {uri: {prefix: /ap}}]
    route: [{destination: {host: api, port: {number: 80}}}]
  - match: [{uri: {regex: "/v[0-9]+"}}]
    redirect: {uri: /}
  - route: [{destination: {host: outside.example.net}}]
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: gone}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: canary, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: api, image: example.com/api:1.0, ports: [{containerPort: 80}]}]}
`
	write(t, dir, map[string]string{"a.yaml": text})
	out := ""
	for _, target := range []string{
		"http://shop.example.com/api/x", "http://shop.example.com/canary", "http://shop.example.com/old/page", "http://shop.example.com/nowhere",
		"http://shop.example.com/", "http://shop.example.org/api", "http://mesh.example.com/apis", "http://mesh.example.com/v2", "http://mesh.example.com/x",
		"http://other.example.net/v1", "http://nobody.example.com/", "gateway/edge", "virtualservice/mesh",
	} {
		code, stdout, stderr := run(t, "trace", filepath.Join(dir, "a.yaml"), target)
		out += fmt.Sprintf("$ trace %s (%d)\n%s%s\n", target, code, stdout, stderr)
	}
	golden(t, "trace/routes.txt", out)
}

func TestTraceOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: "*.example.com"
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
      - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 81}}}}
      - {path: /exact, pathType: Exact, backend: {service: {name: outside, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: gone}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.org}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: 'example.com/web:1', ports: [{containerPort: 80}]}]}
`
	write(t, ".", map[string]string{"a.yaml": text})
	chain := func(args ...string) (trace.Chain, int) {
		var c trace.Chain
		code, stdout, stderr := run(t, append([]string{"trace", "-o", "json"}, args...)...)
		require.NoError(t, json.Unmarshal([]byte(stdout), &c), stderr)
		return c, code
	}
	last := func(c trace.Chain) string { return c[len(c)-1].What }

	c, code := chain("a.yaml", "http://a.example.com/apix")
	assert.Equal(t, ExitOK, code)
	assert.Equal(t, "container web", last(c), "a prefix ends at a slash")
	c, code = chain("a.yaml", "http://a.example.com/api/x")
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, last(c), "pods")
	assert.False(t, c.OK())
	c, _ = chain("a.yaml", "http://a.example.com/exact")
	assert.Equal(t, "outside of the cluster: example.org", last(c))

	for target, want := range map[string]string{
		"http://example.com/": "no Ingress, HTTPRoute or VirtualService of this build takes http://example.com/; there are rules for *.example.com",
		"http:///x":           "is no URL with a host",
		"web":                 "expected a URL, such as http://example.com/api, or KIND/NAME, such as ingress/web",
		"deploy/web":          "there is no deploy/web in this build",
	} {
		code, stdout, stderr := run(t, "trace", "a.yaml", target)
		assert.Equal(t, ExitFailure, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, want)
	}
	stdout, _ := piped(t, text, "trace", "-", "pod/web")
	assert.Equal(t, "✓ Pod web\n  ✓ container web\n", stdout)
	code, _, stderr := run(t, "trace", "gone", "pod/web")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "no such file or directory")
	require.NoError(t, os.WriteFile("b.yaml", []byte("a: ["), 0o600))
	code, _, _ = run(t, "trace", "b.yaml", "pod/web")
	assert.Equal(t, ExitFailure, code)
}

// What the rules let pass has a tick: ports of ExternalName Services, labels that
// controllers set, and ports of pods behind a headless Service.
func TestTraceKnowsWhatRulesKnow(t *testing.T) {
	const text = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: outside, port: {number: 80}}}}
      - {path: /first, pathType: Prefix, backend: {service: {name: first, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.org}
---
apiVersion: v1
kind: Service
metadata: {name: first}
spec: {selector: {app: web, statefulset.kubernetes.io/pod-name: web-0}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: example.com/web:1
        env: [{name: PEER_URL, value: 'http://web:8080'}]
        ports: [{containerPort: 8080}]
`
	stdout, _ := piped(t, text, "trace", "-", "http://example.com/")
	assert.Equal(t, "✓ Ingress web: host example.com, path / (Prefix)\n  ✓ Service outside, port 80\n    ✓ outside of the cluster: example.org\n", stdout)
	stdout, _ = piped(t, text, "trace", "-", "http://example.com/first")
	assert.NotContains(t, stdout, "✗")
	assert.Contains(t, stdout, "✓ StatefulSet web\n")
	assert.Contains(t, stdout, "✓ connects to web:8080\n")
	stdout, _ = piped(t, text, "graph", "-")
	assert.Contains(t, stdout, "n2 -> n4 [tooltip=\"spec.selector\"];", "Service first leads to the StatefulSet")
}
