package kbuild

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// FuzzView asserts that a view is what kustomize's way to a function, as text,
// makes of a resource.
func FuzzView(f *testing.F) {
	for _, fields := range []string{
		"data: {a: b}", "x: 0644", "x: 1.0", "x: yes", "x: 'yes'", "x: |\n  a\n\n   b", "x: >\n  a\n   b", "x: '0o7'", "x: 2001-01-01", "1: 2",
		"x: &a {b: 1}\ny: *a", "x: ~\ny:", "z: 1\na: [1, {c: d, b: e}]", "x: \"a\\u2028\"", "x: '1:30'", "x: ' a'", "x: \"\\n a\"",
		"x: '# a'", "x: 'a: b'", "x: !!str 1", "x: !!binary YQ==", "x: {a}", "x: '='", "x: '<<'", "<<: {a: b}", "x: -1", "x: 0.5\ny: -12.25", "x: 999999.9", "x: 1234567.5", "x: 0.0001", "x: 0.00001", "x: 1e3", "x: .5", "x: '0.5'", "x: !!float 5", "x: 'é'", "x: ''",
	} {
		f.Add("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + fields + "\n")
	}
	rf := provider.NewDefaultDepProvider().GetResourceFactory()
	f.Fuzz(func(t *testing.T, text string) {
		rs, err := rf.SliceFromBytes([]byte(text))
		if err != nil {
			return // no resources to kustomize: there is nothing to view
		}
		for _, r := range rs {
			viewed(t, r)
			retag(r.YNode())
			viewed(t, r)
		}
	})
}

// viewed compares the view of a resource with kustomize's way.
func viewed(t *testing.T, r *resource.Resource) {
	t.Helper()
	n, ok := view(r.YNode())
	if !ok {
		return
	}
	written, err := r.AsYAML()
	require.NoError(t, err)
	read, err := kio.FromBytes(written)
	require.NoError(t, err)
	require.Len(t, read, 1)
	again, ok := view(read[0].YNode())
	require.True(t, ok)
	require.Equal(t, meaning(t, again), meaning(t, n))

	same, err := (&resource.Resource{RNode: *kyaml.NewRNode(n)}).AsYAML()
	require.NoError(t, err)
	require.Equal(t, string(written), string(same))
}

// meaning is a node without the spelling of nulls.
func meaning(t *testing.T, n *yaml.Node) yaml.Node {
	t.Helper()
	c := yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value}
	if n.Tag == "!!null" {
		c.Value = ""
	}
	for _, e := range n.Content {
		m := meaning(t, e)
		c.Content = append(c.Content, &m)
	}
	return c
}
