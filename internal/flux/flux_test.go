package flux

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestExpand(t *testing.T) {
	v := Variables{Values: map[string]string{"env": "prod", "empty": "", "n": "3"}, Names: map[string]bool{"env": true, "empty": true, "n": true, "secret": true}, Complete: true}
	for text, want := range map[string]string{
		"api-${env}.example.com": "api-prod.example.com",
		"${env}${n}":             "prod3",
		"${gone:=dev}":           "dev",
		"${gone:-dev}":           "dev",
		"${gone=dev}":            "dev",
		"${env:=dev}":            "prod",
		"${empty:=dev}":          "dev",
		"${empty}x":              "x",
		"${gone:=}x":             "x",
		"$env ${env}":            "$env prod",
	} {
		got, ok := v.Expand(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"plain", "${gone}", "${secret}", "${secret:=x}", "$${env}", "${env:0:1}", "${env^^}", "${gone:=${env}}", "${env", "${}"} {
		_, ok := v.Expand(text)
		assert.False(t, ok, text)
	}
	v.Complete = false
	_, ok := v.Expand("${gone:=dev}")
	assert.False(t, ok, "another source may have it")
}

func TestFill(t *testing.T) {
	v := Variables{Values: map[string]string{"n": "3", "env": "prod"}, Complete: true}
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte("name: api-${env}\nreplicas: ${n}\ntext: '${n}'\nother: ${gone}\nscript: echo ${env}\n"), &doc))
	before, err := yaml.Marshal(&doc)
	require.NoError(t, err)
	filled := v.Fill(doc.Content[0])
	text, err := yaml.Marshal(filled)
	require.NoError(t, err)
	assert.Equal(t, "name: api-prod\nreplicas: 3\ntext: 3\nother: ${gone}\nscript: echo ${env}\n", string(text))
	after, err := yaml.Marshal(&doc)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the node itself is not changed")
}

// FuzzFill asserts that the node which is filled stays as it is, and that a resource
// without variables is the one that comes back. Flux's own substitution is the
// oracle of make e2e-flux.
func FuzzFill(f *testing.F) {
	f.Add("name: api-${env}\nreplicas: ${n}\n", "env", "prod")
	f.Add("a: '${a:=b}'\nb: ${a:-}\nc: $${a}\nd: [${a}, {${a}: b}]\n", "a", "x: y\n")
	f.Add("a: &x ${a}\nb: *x\n", "a", "*x")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 {
			return
		}
		before, err := yaml.Marshal(&doc)
		if err != nil {
			return
		}
		v := Variables{Values: map[string]string{name: value}, Names: map[string]bool{name: true}, Complete: true}
		filled := v.Fill(doc.Content[0])
		after, err := yaml.Marshal(&doc)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
		if !HasVariables(doc.Content[0]) {
			assert.Same(t, doc.Content[0], filled)
		}
	})
}
