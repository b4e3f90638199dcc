package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// sharer makes one node of those that are equal in text and place, and cuts
// their lists of children out of one piece: who appends to one list writes into
// the next.
type sharer struct {
	nodes map[nodeID]*yaml.Node
	piece []*yaml.Node
}

type nodeID struct {
	kind         yaml.Kind
	style        yaml.Style
	tag, value   string
	line, column int
	children     string
}

func (s *sharer) share(t *testing.T, n *yaml.Node) *yaml.Node {
	require.NotEqual(t, yaml.AliasNode, n.Kind)
	children := make([]byte, 0, 16*len(n.Content))
	for i, c := range n.Content {
		n.Content[i] = s.share(t, c)
		children = fmt.Appendf(children, "%p ", n.Content[i])
	}
	id := nodeID{n.Kind, n.Style, n.Tag, n.Value, n.Line, n.Column, string(children)}
	if s.nodes[id] == nil {
		if len(s.piece)+len(n.Content) > cap(s.piece) {
			s.piece = make([]*yaml.Node, 0, 4096+len(n.Content))
		}
		start := len(s.piece)
		s.piece = append(s.piece, n.Content...)
		n.Content = s.piece[start:]
		s.nodes[id] = n
	}
	return s.nodes[id]
}

// alike are trees in which equal nodes mean different things.
var alike = map[string]string{
	"a variable from two ConfigMaps of one name": inBoth(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: $NS
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        args: [--fast]
        command: [web]
        envFrom:
        - configMapRef: {name: web-config}
        env:
        - {name: MODE, value: fast}
        - name: DB_URL
          value: postgres://db:5432/shop
        - name: DB_NAME
          value: other
        volumeMounts:
        - {name: files, mountPath: /etc/web.conf, subPath: web.conf}
      volumes:
      - name: files
        configMap: {name: web-files}
`) + `apiVersion: v1
kind: ConfigMap
metadata: {name: web-config, namespace: a}
data: {MODE: fast}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-config, namespace: b}
data: {MODE: slow}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-files, namespace: a}
data: {web.conf: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-files, namespace: b}
data: {other.conf: a}
`,
	"a text with an address that resolves in one namespace": inBoth(`apiVersion: v1
kind: ConfigMap
metadata:
  name: files
  namespace: $NS
data:
  app.conf: |
    proxy  queue:7777
    store  cache:6379
`) + `apiVersion: v1
kind: Service
metadata: {name: cache, namespace: a}
spec: {ports: [{port: 6379}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: b}
spec: {ports: [{port: 80}]}
`,
	"a host that is a reference in one of two kinds": `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: a}
spec:
  host: wbe.a.svc.cluster.local
---
apiVersion: example.com/v1
kind: Target
metadata: {name: web, namespace: a}
spec:
  host: wbe.a.svc.cluster.local
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: a}
spec: {ports: [{port: 80}]}
`,
	"an address on localhost in a ConfigMap and in a pod": `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels:
    app: web
data:
  PEER: http://127.1.1.1:9000
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  terminationGracePeriodSeconds: 30
  nodeName:
        http://127.1.1.1:9000
  containers:
  - name: web
    envFrom: [{configMapRef: {name: web}}]
    ports: [{containerPort: 80}]
---
`,
}

// inBoth returns a document once for each of two namespaces.
func inBoth(doc string) string {
	return strings.ReplaceAll(doc, "$NS", "a") + "---\n" + strings.ReplaceAll(doc, "$NS", "b") + "---\n"
}

// findingsOf runs the pipeline over streams of documents as one tree.
func findingsOf(t *testing.T, streams [][]byte, shared bool) []finding.Finding {
	return findingsAs(t, streams, manifest.ReadAll, shared)
}

func findingsAs(t *testing.T, streams [][]byte, read func(...manifest.Source) ([]manifest.Document, error), shared bool) []finding.Finding {
	inv, nodes := &inventory.Inventory{}, &sharer{nodes: map[nodeID]*yaml.Node{}}
	for _, text := range streams {
		docs, err := read(manifest.Source{File: "f", Data: text})
		require.NoError(t, err)
		for _, d := range docs {
			if d.Node == nil || yamlnode.GetString(d.Node, "kind") == config.Kind {
				continue
			}
			n := yamlnode.Resolve(d.Node)
			if shared {
				n = nodes.share(t, n)
			}
			inv.Add(n, inventory.Source{File: d.File, Line: d.Line})
		}
	}
	before := dump(t, inv)
	found := process(t, inv, nil)
	assert.Equal(t, before, dump(t, inv), "resources change although no configuration asks for it")
	return found
}

func dump(t *testing.T, inv *inventory.Inventory) string {
	var all []byte
	for _, o := range inv.Objects() {
		text, err := yaml.Marshal(o.Node)
		require.NoError(t, err)
		all = append(append(all, text...), "---\n"...)
	}
	return string(all)
}

// TestSharedNodes: documents may have nodes in common that are equal in text
// and place. That is no difference to any rule, and no rule changes a node.
func TestSharedNodes(t *testing.T) {
	trees := map[string][][]byte{
		"sound":            {gen.Tree{Resources: 100}.Stream()},
		"sound, no team":   {gen.Tree{Resources: 100, NoNamespace: true}.Stream()},
		"misspelt":         {gen.Tree{Resources: 100, Typos: true}.Stream()},
		"misspelt, and so": {gen.Tree{Resources: 100, Typos: true}.Stream(), gen.Tree{Resources: 100}.Stream()},
	}
	var all [][]byte
	for _, dir := range must(filepath.Glob("testdata/*")) {
		var streams [][]byte
		for _, file := range must(filepath.Glob(filepath.Join(dir, "*.yaml"))) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			streams = append(streams, text)
			trees[file] = [][]byte{text}
		}
		trees[dir] = streams
		all = append(all, streams...)
	}
	trees["all fixtures"] = all
	for name, text := range alike {
		trees[name] = [][]byte{[]byte(text)}
	}
	for name, streams := range trees {
		t.Run(name, func(t *testing.T) {
			want := findingsOf(t, streams, false)
			assert.Equal(t, want, findingsOf(t, streams, true))
			assert.Equal(t, want, findingsAs(t, streams, manifest.ReadOnly, false))
		})
	}
}

// TestProcessors: rules run on all processors, and find the same on one.
func TestProcessors(t *testing.T) {
	streams := [][]byte{gen.Tree{Resources: 100, Typos: true}.Stream()}
	for _, file := range must(filepath.Glob("testdata/*/*.yaml")) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		streams = append(streams, text)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := findingsOf(t, streams, false)
	require.Greater(t, len(want), 1000)
	for range 3 {
		runtime.GOMAXPROCS(8)
		assert.Equal(t, want, findingsOf(t, streams, false))
	}
}
