package reference

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The documents of testdata/producers say in comments what they make, all of
// it:
//
//	# makes Secret shop/web-tls: tls.crt tls.key
//	# makes Service */web
//
// A * is any namespace, and … after the keys says that there may be more.
func TestProducers(t *testing.T) {
	files, err := filepath.Glob("testdata/producers/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, doc := range strings.Split(string(data), "\n---\n") {
			o, want := parseProducer(t, file, doc)
			t.Run(filepath.Base(file)+"/"+o.Kind+"/"+o.Name, func(t *testing.T) {
				inv := &inventory.Inventory{}
				inv.Add(o.Node, inventory.Source{})
				Produce(inv)
				assert.ElementsMatch(t, want, made(inv))
			})
		}
	}
}

func parseProducer(t *testing.T, file, doc string) (o *inventory.Object, want []string) {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(doc), &n), file)
	inv := &inventory.Inventory{}
	o = inv.Add(&n, inventory.Source{})
	require.NotEmpty(t, o.Kind, "%s:\n%s", file, doc)
	for line := range strings.Lines(doc) {
		if w, ok := strings.CutPrefix(line, "# makes "); ok {
			want = append(want, strings.TrimSpace(w))
		}
	}
	return o, want
}

// made lists what is made in an inventory, as the fixtures spell it.
func made(inv *inventory.Inventory) []string {
	var all []string
	for _, o := range inv.Made() {
		namespace := o.Namespace
		if namespace == "" {
			namespace = "*"
		}
		text := fmt.Sprintf("%s %s/%s", o.GroupKind, namespace, o.Name)
		if c := o.Content(); len(c.Keys) > 0 {
			text += ": " + strings.Join(c.Keys, " ")
			if c.Open {
				text += " …"
			}
		}
		all = append(all, text)
	}
	return all
}

// Every row of the producers' tables has a document in testdata that makes
// something by it.
func TestEveryProducerIsTested(t *testing.T) {
	files, err := filepath.Glob("testdata/producers/*.yaml")
	require.NoError(t, err)
	var objects []*inventory.Object
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, doc := range strings.Split(string(data), "\n---\n") {
			o, _ := parseProducer(t, file, doc)
			objects = append(objects, o)
		}
	}
	for _, rows := range builtinProducers() {
		for i := range rows {
			p := &rows[i]
			if p.Fills {
				continue // TestFilledSecrets
			}
			used := slices.ContainsFunc(objects, func(o *inventory.Object) bool {
				if !producesFrom(p, o) {
					return false
				}
				inv := &inventory.Inventory{}
				p.compile().apply(inv, inv.Add(o.Node, inventory.Source{}))
				return len(inv.Made()) > 0
			})
			assert.True(t, used, "no document makes %s %s from %s", p.Makes, p.Name, p.From)
		}
	}
}

func producesFrom(p *Producer, o *inventory.Object) bool {
	for from := range strings.SplitSeq(p.From, ",") {
		if from == o.GroupKind.String() || from == "*" || from == "Custom" && unknown(o.GroupKind) {
			return true
		}
	}
	return false
}

// An operator adds keys to a Secret that is in the build: its keys are not all.
func TestFilledSecrets(t *testing.T) {
	for name, doc := range map[string]string{
		"external secret that merges": "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: es, namespace: shop}\nspec: {target: {name: app, creationPolicy: Merge}}",
		"external secret that owns":   "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app, namespace: shop}\nspec: {data: [{secretKey: a}]}",
		"vault into an existing one":  "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: {name: vs, namespace: shop}\nspec: {destination: {name: app}}",
	} {
		t.Run(name, func(t *testing.T) {
			inv := &inventory.Inventory{}
			secret := makeObject(inventory.GroupKind{Kind: "Secret"}, "app", "shop")
			yamlnode.Set(yamlnode.Ensure(secret, "data"), "known", yamlnode.NewString("eA=="))
			o := inv.Add(secret, inventory.Source{})
			assert.False(t, o.Content().Has("unknown"))
			var n yaml.Node
			require.NoError(t, yaml.Unmarshal([]byte(doc), &n))
			inv.Add(&n, inventory.Source{})
			Produce(inv)
			assert.True(t, o.Content().Has("unknown"))
			o.Edited()
			assert.True(t, o.Content().Has("unknown"), "whatever is edited after that")
		})
	}
}

// What may or may not exist satisfies references but is nobody's suggestion.
func TestLikelyObjects(t *testing.T) {
	inv := &inventory.Inventory{}
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: shop}"), &n))
	inv.Add(&n, inventory.Source{})
	Produce(inv)
	v := NewResolver(inv, nil)
	ref := func(name string) *Ref {
		return &Ref{Row: &Row{}, From: inv.Objects()[0], To: []inventory.GroupKind{{Kind: "Service"}}, Name: name, Namespace: "shop"}
	}
	assert.Equal(t, Found, v.Resolve(ref("redis")).Status)
	assert.Equal(t, Absent, v.Resolve(ref("rediss")).Status)
}
