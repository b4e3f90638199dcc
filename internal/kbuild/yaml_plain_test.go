package kbuild

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

func TestOddResourcesAreWrittenAsKustomizeDoes(t *testing.T) {
	text := append(gen.Tree{Resources: 100}.Stream(), "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd, annotations: {a: '1', b: \"yes\", c: 0x10, d: 1.5, e: ~}}\ndata:\n  x: &a |\n    one\n  y: *a\n---\n# head\napiVersion: v1\nkind: Service\nmetadata: {name: odd}\nspec:\n  x: |+\n    a\n\n\n  # next\n  y: |+\n    b\n\n# foot\n"...)
	m, err := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes(text)
	require.NoError(t, err)
	want, err := m.AsYaml()
	require.NoError(t, err)
	got, err := YAML(m)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

func TestPlainResourcesAreWrittenOnce(t *testing.T) {
	m, err := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes(gen.Tree{Resources: 100}.Stream())
	require.NoError(t, err)
	for _, r := range m.Resources() {
		_, ok := plainValue(r.YNode(), plainScalar)
		assert.True(t, ok, "%s", r.CurId())
	}
}

// TestWhatKustomizeCannotWriteIsAnErrorHere holds every code point that YAML
// forbids, and keys of every length around its limit, against kustomize.
func TestWhatKustomizeCannotWriteIsAnErrorHere(t *testing.T) {
	likewise := func(key, value string) {
		t.Helper()
		r := &resource.Resource{RNode: *kyaml.NewMapRNode(&map[string]string{"kind": "ConfigMap"})}
		r.YNode().Content = append(r.YNode().Content, yamlnode.NewString(key), yamlnode.NewString(value))
		want, wantErr := r.AsYAML()
		got, gotErr := asYAML(r)
		if wantErr != nil {
			require.EqualError(t, gotErr, wantErr.Error(), "%q", value)
			return
		}
		require.NoError(t, gotErr, "%q", value)
		require.Equal(t, string(want), string(got))
	}
	for r := range rune(0x300) {
		likewise("k", "a"+string(r)+"b")
		likewise("a"+string(r)+"b", "v")
	}
	for _, r := range []rune{0x2028, 0x2029, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x10ffff} {
		likewise("k", "a"+string(r)+"b")
	}
	for n := 120; n < 2000; n += 1 + n/200 {
		likewise(strings.Repeat("k", n), "v")
		likewise(strings.Repeat("é", n), "v")
		likewise(strings.Repeat("'", n), "v")
	}
	for n := 1015; n < 1030; n++ {
		likewise(strings.Repeat("k", n), "v")
	}
}

func FuzzAsYAML(f *testing.F) {
	for _, text := range []string{
		"a: 1\nb: 'x'\nc: \"y\"\nd: [1, true, null, ~, '']\ne: {}\nf: []\n",
		"a: |\n  one\n  two\nb: >\n  one\n  two\nc: |+\n  one\n\nd: |2\n    x\n",
		"a: '1'\nb: 'true'\nc: '~'\nd: '0o7'\ne: '1_000'\nf: '2020-01-01'\ng: '1e3'\nh: '.5'\ni: '='\nj: '<<'\nk: 'y'\n",
		"a: ' x'\nb: 'x '\nc: \"\\tx\"\nd: \"x\\n\"\ne: \"\\nx\"\nf: \"a: b\"\ng: '#'\nh: '- x'\ni: \"\\u00e9\\U0001F600\"\nj: '<&>'\n",
		"10: a\n2: b\nb10: c\nb2: d\n'': e\n",
		"a: 9007199254740993\nb: -1\nc: 007\nd: 1.0\ne: .inf\n",
		"a: \"very long text very long text very long text very long text very long text very long text very long text very long text very long text\"\n",
		"a: b # c\n# d\ne: f\n",
		"a: >\n 0\n  00",
		"a: 0.5\nb: -12.25\nc: 999999.9\nd: 0.0001\ne: 1234567.5\nf: '0.5'\ng: 123456.123456789\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		node, err := kyaml.Parse(text)
		if err != nil || node.YNode() == nil || node.YNode().Kind != kyaml.MappingNode {
			return
		}
		r := &resource.Resource{RNode: *node}
		for range 2 {
			if v, ok := plainValue(r.YNode(), plainScalar); ok {
				want, err := r.AsYAML()
				require.NoError(t, err, "%v", v)
				got, err := asYAML(r)
				require.NoError(t, err)
				assert.Equal(t, string(want), string(got))
				assert.True(t, same(r.YNode(), r.YNode()))

				text2, err := r.MarshalJSON()
				require.NoError(t, err)
				dec := json.NewDecoder(bytes.NewReader(text2))
				dec.UseNumber()
				var decoded any
				require.NoError(t, dec.Decode(&decoded))
				v, ok = JSON(r.YNode())
				assert.True(t, ok)
				assert.Equal(t, decoded, v)
			}
			retag(r.YNode())
		}
	})
}

// What is said to be written alike is, and the other way round where it is plain.
func FuzzSame(f *testing.F) {
	for _, texts := range [][2]string{
		{"a: 1\nb: x\n", "b: 'x'\na: 1\n"},
		{"a: 1\n", "a: '1'\n"},
		{"a: [1, {b: 2, c: 3}]\n", "a:\n- 1\n- c: 3\n  b: 2\n"},
		{"a: |\n  x\n", "a: \"x\\n\"\n"},
		{"a: null\n", "a: 'null'\n"},
		{"a: {}\n", "a: []\n"},
		{"a: true\n", "a: yes\n"},
		{"a: 1\na: 2\n", "a: 1\na: 2\n"},
		{"a: 0.5\n", "a: 0.50\n"},
		{"a: 1\n", "a: 1\nb: 1\n"},
	} {
		f.Add(texts[0], texts[1])
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		var written [2]string
		var rs [2]*resource.Resource
		for i, text := range []string{one, other} {
			node, err := kyaml.Parse(text)
			if err != nil || node.YNode() == nil || node.YNode().Kind != kyaml.MappingNode {
				return
			}
			rs[i] = &resource.Resource{RNode: *node}
			out, err := rs[i].AsYAML()
			if err != nil {
				return
			}
			written[i] = string(out)
		}
		alike := same(rs[0].YNode(), rs[1].YNode())
		if alike {
			assert.Equal(t, written[0], written[1])
		} else if plain(rs[0].YNode()) && plain(rs[1].YNode()) {
			assert.NotEqual(t, written[0], written[1])
		}
	})
}

// retag makes texts in quotes the numbers that they look like, as kustomize's
// transformers do when they set one.
func retag(n *kyaml.Node) {
	if n.Kind == kyaml.ScalarNode && n.Style&(kyaml.SingleQuotedStyle|kyaml.DoubleQuotedStyle) != 0 {
		n.Tag = (&kyaml.Node{Kind: kyaml.ScalarNode, Value: n.Value}).ShortTag()
	}
	for _, c := range n.Content {
		retag(c)
	}
}
