package flux

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/kustomize"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/provider"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/flux"
)

// What check puts into resources is what Flux does, wherever check says that it
// knows.
func TestValues(t *testing.T) {
	values := map[string]string{"env": "prod", "n": "3", "yes": "true", "empty": "", "host": "db.shop", "version": "1.10", "quoted": "\"4\"", "odd": "a#b", "colon": "x:y"}
	names := map[string]bool{}
	substitute := map[string]any{}
	for k, v := range values {
		names[k], substitute[k] = true, v
	}
	k := unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": map[string]any{"name": "apps"},
		"spec": map[string]any{"postBuild": map[string]any{"substitute": substitute}},
	}}
	ours := flux.Variables{Values: values, Names: names, Complete: true}
	parts := []string{"${env}", "${n}", "${yes}", "${empty}", "${host}", "${version}", "${quoted}", "${odd}", "${colon}", "${gone}", "${gone:=d}", "${gone:-d}", "${gone=d}", "${gone-d}", "${env:=d}",
		"${empty:=d}", "${empty-d}", "${empty:-d}", "$env", "$${env}", "${env^^}", "${env:1:2}", "${env/p/q}", "${gone:=}", "${gone:=a-b}", "${gone:=a.b/c}", "-", ".", "x", "1", "/", ":", "$", "{", "}"}
	r := rand.New(rand.NewPCG(1, 2))
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	known := 0
	for range 20000 {
		var text strings.Builder
		for range 1 + r.IntN(3) {
			text.WriteString(parts[r.IntN(len(parts))])
		}
		if _, ok := ours.Expand(text.String()); !ok {
			continue
		}
		known++
		object := "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  plain: " + text.String() + "\n  quoted: \"" + text.String() + "\"\n"
		resource, err := factory.FromBytes([]byte(object))
		if err != nil {
			continue // no YAML
		}
		filled := ours.Fill(resource.YNode())
		got, err := yaml.Marshal(filled)
		require.NoError(t, err)
		after, err := kustomize.SubstituteVariables(context.Background(), nil, k, resource)
		if err != nil {
			continue // no YAML any more, or none that Flux takes
		}
		want, err := after.AsYAML()
		require.NoError(t, err)
		wantJSON, err := sigsyaml.YAMLToJSON(want) // 3. and 3 are one number
		require.NoError(t, err)
		gotJSON, err := sigsyaml.YAMLToJSON(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(wantJSON), string(gotJSON), "of %s", text.String())
	}
	assert.Greater(t, known, 5000)
}
