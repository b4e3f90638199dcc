package check_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// live is a cluster as it says of itself: package cluster has one, and make e2e a
// real one.
type live struct {
	objects map[string]bool // kind namespace/name
	served  map[string]bool // group/version kind
	widgets string          // the definition of a kind
}

func (l live) Has(_ context.Context, kind, namespace, name string) (bool, error) {
	if namespace == "closed" {
		return false, errors.New("forbidden")
	}
	return l.objects[kind+" "+namespace+"/"+name], nil
}

func (l live) Serves(group, version, kind string) bool { return l.served[group+"/"+version+" "+kind] }

func (l live) Definition(_ context.Context, group, kind string) *yaml.Node {
	if l.widgets == "" || kind != "Widget" {
		return nil
	}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(l.widgets), &doc) != nil {
		return nil
	}
	return yamlnode.Resolve(&doc)
}

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`

func checkLive(t *testing.T, c live, files map[string]string) *check.Report {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	trees, err := check.Find([]string{dir}, check.FindOptions{})
	require.NoError(t, err)
	return check.Run(t.Context(), trees, check.Options{Cluster: c, ClusterName: "prod"})
}

func liveShop(name, namespace, secret string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: {containers: [{name: api, image: example.com/api:1, resources: {limits: {memory: 1Gi}}, envFrom: [{secretRef: {name: " + secret + "}}]}]}\n"
}

func TestClusterHasWhatIsNotInTheTree(t *testing.T) {
	claim := "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: shop}\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"
	rep := checkLive(t, live{objects: map[string]bool{"Secret shop/there-already": true}}, map[string]string{
		"kustomization.yaml": "resources: [a.yaml, b.yaml, c.yaml, d.yaml]\n",
		"a.yaml":             liveShop("a", "shop", "there-already"), "b.yaml": liveShop("b", "shop", "nowhere-at-all"), "c.yaml": liveShop("c", "closed", "nobody-knows"), "d.yaml": claim,
	})
	messages := map[string]finding.Severity{}
	for _, f := range rep.Findings {
		messages[f.Message] = f.Severity
	}
	assert.Equal(t, finding.Error, messages[`Secret "nowhere-at-all" in namespace "shop" is not in this build, and not in cluster prod`], messages)
	assert.Contains(t, messages, `Secret "nobody-knows" in namespace "closed" is not in this build`)
	assert.NotContains(t, messages, `Secret "there-already" in namespace "shop" is not in this build`)
	storage := false
	for _, f := range rep.Findings {
		if f.Missing != nil && f.Missing.Kind == "StorageClass" {
			storage = true
			assert.Equal(t, finding.Warning, f.Severity, "what clusters bring along, this one does not")
		}
	}
	assert.True(t, storage)
	assert.Equal(t, check.Asked{There: 1, Missing: 2, Unknown: []string{"forbidden"}}, rep.Asked)
}

const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\nspec: {size: many}\n"

func TestClusterServesWhatIsInTheTree(t *testing.T) {
	tree := map[string]string{"app/kustomization.yaml": "resources: [w.yaml]\n", "app/w.yaml": widget}
	rep := checkLive(t, live{}, tree)
	require.Len(t, rep.Findings, 1)
	f := rep.Findings[0]
	assert.Equal(t, "api-not-served", f.Rule)
	assert.Equal(t, "cluster prod does not serve example.com/v1 Widget", f.Message)
	assert.Equal(t, 1, f.Line)

	// Its definition says what is in it.
	rep = checkLive(t, live{served: map[string]bool{"example.com/v1 Widget": true}, widgets: widgets}, tree)
	require.Len(t, rep.Findings, 1)
	assert.Equal(t, "wrong-type", rep.Findings[0].Rule)

	// Another tree may bring it.
	tree["crds/kustomization.yaml"], tree["crds/crd.yaml"] = "resources: [crd.yaml]\n", widgets
	rep = checkLive(t, live{}, tree)
	for _, f := range rep.Findings {
		assert.NotEqual(t, "api-not-served", f.Rule, f.Message)
	}

	// So may files without a kustomization.
	delete(tree, "crds/kustomization.yaml")
	rep = checkLive(t, live{}, tree)
	for _, f := range rep.Findings {
		assert.NotEqual(t, "api-not-served", f.Rule, f.Message)
	}
}

// The cluster knows one kind of a build, and the build brings another.
func TestClusterAndTreeDefineKinds(t *testing.T) {
	gadgets := strings.NewReplacer("widgets", "gadgets", "Widget", "Gadget").Replace(widgets)
	gadget := strings.NewReplacer("Widget", "Gadget", "many", "1").Replace(widget)
	rep := checkLive(t, live{served: map[string]bool{"example.com/v1 Widget": true}, widgets: widgets}, map[string]string{
		"kustomization.yaml": "resources: [w.yaml, g.yaml, crd.yaml]\n", "w.yaml": widget, "g.yaml": gadget, "crd.yaml": gadgets,
	})
	require.Len(t, rep.Findings, 1)
	assert.Equal(t, "wrong-type", rep.Findings[0].Rule)
}

// Folders that are taken apart have the definitions of the cluster too.
func TestClusterDefinesWhatIsInParts(t *testing.T) {
	rep := checkLive(t, live{served: map[string]bool{"example.com/v1 Widget": true}, widgets: widgets}, map[string]string{
		"one/w.yaml": widget, "two/w.yaml": strings.Replace(widget, "many", "more", 1),
	})
	require.Len(t, rep.Findings, 2)
	for _, f := range rep.Findings {
		assert.Equal(t, "wrong-type", f.Rule)
	}
}
