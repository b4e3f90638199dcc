package provenance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

func parse(t testing.TB, text string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	return doc.Content[0]
}

// TestScalarText finds a word that stands in a scalar, however that is written.
func TestScalarText(t *testing.T) {
	for name, text := range map[string]string{
		"literal":       "a: |\n  one\n    HERE\n",
		"folded":        "a: >-\n  one\n  HERE two\n",
		"plain":         "a: one HERE\n",
		"plain lines":   "a: one\n  HERE\n",
		"single quotes": "a: 'it''s HERE'\n",
		"double quotes": "a: \"one\\n\\\"HERE\\\"\"\n",
		"an anchor":     "a: &x 'HERE'\n",
		"not ASCII":     "a: 'é HERE'\n",
	} {
		t.Run(name, func(t *testing.T) {
			n := parse(t, text).Content[1]
			f := provenance.NewFile("f.yaml", []byte(text))
			p := provenance.ScalarText(f, n).At(strings.Index(n.Value, "HERE"))
			require.True(t, p.Known())
			line := []rune(strings.Split(text, "\n")[p.Line-1])
			assert.True(t, strings.HasPrefix(string(line[p.Column-1:]), "HERE"), "%d:%d", p.Line, p.Column)
		})
	}
}

// TestMarkFile places what a reader of one document puts elsewhere.
func TestMarkFile(t *testing.T) {
	text := "# a\n---\nkind: A\n---\nkind: List\nitems:\n- kind: B\n  x: 'y'\n- kind: C\n"
	var trace provenance.Trace
	roots := []*yaml.Node{parse(t, "kind: A\n"), parse(t, `{"kind": "B", "x": "y"}`), parse(t, `{"kind": "C"}`)}
	trace.MarkFile(provenance.NewFile("f.yaml", []byte(text)), roots)
	var got []provenance.Place
	for _, r := range roots {
		for _, n := range provenance.Scalars(r) {
			got = append(got, trace.Record(trace.Of(n)).Place)
		}
	}
	assert.Equal(t, []provenance.Place{{"f.yaml", 3, 7}, {"f.yaml", 7, 9}, {"f.yaml", 8, 6}, {"f.yaml", 9, 9}}, got)
}

// TestWrittenInPlace tells a value from an equal one that was written over it.
func TestWrittenInPlace(t *testing.T) {
	var trace provenance.Trace
	root := parse(t, "metadata: {name: a}\nx: 3\n")
	trace.MarkFile(provenance.NewFile("f.yaml", []byte("metadata: {name: a}\nx: 3\n")), []*yaml.Node{root})
	x := root.Content[3]
	require.True(t, trace.Record(trace.Of(x)).Known())
	x.Value = strings.Clone("3")
	assert.Zero(t, trace.Of(x))
	trace.Settle(root, root, &provenance.Step{})
	r := trace.Record(trace.Of(x))
	assert.False(t, r.Known(), "nobody knows who wrote it")
	assert.Equal(t, 2, trace.Base(r).Line)
}

// TestLocate finds fields, and the nearest thing above one that is missing.
func TestLocate(t *testing.T) {
	text := "kind: Pod\nspec:\n  containers:\n  - name: app\n    ports: []\n"
	var trace provenance.Trace
	root := parse(t, text)
	trace.MarkFile(provenance.NewFile("f.yaml", []byte(text)), []*yaml.Node{root})
	for field, want := range map[string]struct {
		line, column int
		whole        bool
	}{
		"spec.containers[0].name":            {4, 11, true},
		"spec.containers[0].imagePullPolicy": {4, 5, false},
		"spec.containers[0].ports[0].name":   {5, 5, false},
		"spec.containers":                    {3, 3, true},
		"spec.volumes[0].name":               {2, 1, false},
		"metadata.name":                      {1, 1, false},
	} {
		r, _, whole := trace.Locate(root, field)
		assert.Equal(t, want.whole, whole, field)
		assert.Equal(t, []int{want.line, want.column}, []int{r.Line, r.Column}, field)
	}
}

// FuzzScalarText compares the characters of scalars with those in the file.
func FuzzScalarText(f *testing.F) {
	for _, seed := range []string{"a: |\n  x\n  y\n", "a: \"b\\n c\"\n", "a: 'it''s'\n", "- a\n- >\n b\n\n c\n", "{a: [b, \"c\"]}\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) == 0 || strings.ContainsAny(text, "\r\u0085\u2028\u2029\ufeff&!*") {
			return
		}
		file := provenance.NewFile("f.yaml", []byte(text))
		lines := strings.Split(text, "\n")
		for _, n := range provenance.Scalars(doc.Content[0]) {
			s := provenance.ScalarText(file, n)
			for i, c := range n.Value {
				p := s.At(i)
				if !p.Known() || strings.ContainsRune(" \n\t", c) {
					continue
				}
				got := []rune(lines[p.Line-1])[p.Column-1]
				if got != c && got != '\\' && got != '\'' {
					t.Fatalf("%q of %q is at %q, %d:%d", c, n.Value, got, p.Line, p.Column)
				}
			}
		}
	})
}
