package blockyaml_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// same compares a document with what yaml.v3 makes of it, without comments if
// the parser drops them, and reports whether the parser took it.
func same(t *testing.T, p *blockyaml.Parser, text string) (taken bool) {
	t.Helper()
	got, ok := p.Parse([]byte(text), 1)
	if !ok {
		return false
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("taken, but yaml.v3 says %v:\n%q", err, text)
	}
	var want *yaml.Node
	if len(doc.Content) > 0 {
		want = doc.Content[0]
	}
	if diff := difference(want, got, p.DropComments, ""); diff != "" {
		t.Fatalf("%s, in\n%s\n%q", diff, text, text)
	}
	return true
}

// difference says where two trees differ.
func difference(want, got *yaml.Node, dropComments bool, path string) string {
	if want == nil || got == nil {
		if want != got {
			return fmt.Sprintf("%s: yaml.v3 has %v, not %v", path, want, got)
		}
		return ""
	}
	w, g := *want, *got
	if dropComments {
		w.HeadComment, w.LineComment, w.FootComment = "", "", ""
	}
	w.Content, g.Content = nil, nil
	if !assert.ObjectsAreEqual(w, g) {
		return fmt.Sprintf("%s: yaml.v3 has\n%+v, not\n%+v", path, w, g)
	}
	if len(want.Content) != len(got.Content) {
		return fmt.Sprintf("%s: yaml.v3 has %d children, not %d", path, len(want.Content), len(got.Content))
	}
	for i := range want.Content {
		child := got.Content[i]
		if got.Kind == yaml.MappingNode && i%2 == 0 && child.Line == yamlnode.Beside {
			own := *child
			own.Line, own.Column = yamlnode.KeyLine(child, got.Content[i+1]), yamlnode.KeyColumn(child, got.Content[i+1])
			child = &own
		}
		if diff := difference(want.Content[i], child, dropComments, fmt.Sprintf("%s/%d", path, i)); diff != "" {
			return diff
		}
	}
	return ""
}

// taken are documents that the parser must not leave to yaml.v3.
var taken = []string{
	"",
	"\n \n",
	"a: b\n",
	"a: b",
	"a:\n  b: c\n  d:\n    e: f\ng: h\n",
	"a:\n- b\n- c: d\n  e: f\n-   g: h\n    i: j\nk:\n  - l\n  - m:\n    - n\n",
	"- - a\n  - b\n- - c\n",
	"-\n  a: b\n-\n- \n",
	"a:\nb:\nc: ~\nd: null\n",
	"a: \n  - \n  -\n",
	"a: 1\nb: 0\nc: 007\nd: 0x1F\ne: 1_000\nf: 1.5\ng: -3\nh: +4\ni: 1e3\nj: .5\nk: .inf\nl: 100m\nm: 0o7\nn: 0b11\no: 1.2.3\np: 8080:80\nq: 123456789012345678901234567890\n",
	"a: 2024-01-02\nb: 2024-01-02T03:04:05Z\nc: 2024-99-99\nd: 12:30:45\ne: 2024-w\n",
	"a: true\nb: True\nc: yes\nd: on\ne: FALSE\nf: y\ng: Null\nh: nULL\ni: <<\n\"<<\": x\n",
	"\"a b\": 'c'\n'd': \"e\"\n\"f\" : g\nh : i\n",
	"a: 'it''s'\nb: \"a\\tb\\n\\x41\\u00e9\\U0001F600\\\\ \\\"\"\n",
	"a: 'one\n  two\n\n  three '\nb: \"one \\\n  two\n   three\n\n\n  four\\n\"\n",
	"a: one\n  two\n\n  three\nb: x\n",
	"a:\n  one\n  two\nb:\n    - one\n      two\n    - three\n",
	"a: |\n  one\n   two\n\n  three\nb: |-\n  one\n\nc: |+\n  one\n\n\nd: |2\n    one\n   two\ne: x\n",
	"a: >\n  one\n  two\n\n  three\n    four\n  five\n\n\nb: >-\n  one\n  two\nc: >+\n  one\n\n",
	"a: |\n\n\n  one\nb: |\nc: |-\n\nd: x\n",
	"- |\n  one\n- >-\n  two\n",
	"a: |\n  one\n  ",
	"a: |\n  one",
	"a: |\n  # text\n  one\n",
	"a: |\n  one\n  \ttwo\t\n",
	"a: {}\nb: []\nc: [a, b, \"c\", 'd', 1]\nd: {a: b, c: [d, {e: f}], \"g\": h}\ne: [ ]\nf: {\n  a: b,\n  c: d\n}\n",
	"{\n\t\"a\": {\"b\": [1, 2, null, true]},\n\t\"c\": \"d\"\n}\n",
	"{\"a\":1,\"b\":[],\"c\":{}}",
	"[a, b]\n",
	"a: [http://x/y, b:c]\n",
	"é: ü\nb: [ö, é]\nc: \"日本\" \n日本: {x: y}\n",
	"{\"é\": [" + strings.Repeat("{\"ü\": ö}, ", 5000) + "ä]}\n",
	"é: ü\nö: ä\n",
	"a: b:c\nd: http://e/f#g\nh: i#j\nk: -l\nm: --n\no: a, b] c}\n",
	"a: b   \nc:   d\ne:\t\n"[:14],
	"a: a\tb\n",
	"a: ${B}\nc: <d>\ne: =f\n",
	"a: '# no comment'\nb: \"# none\"\n",
}

func TestTakes(t *testing.T) {
	for _, text := range taken {
		assert.True(t, same(t, &blockyaml.Parser{}, text), "%q", text)
		assert.True(t, same(t, &blockyaml.Parser{DropComments: true, Share: true}, text), "%q", text)
	}
}

// commented are documents with comments.
var commented = []string{
	"# head\na: b # line\n# between\nc: # line\n  # head\n  d: e\n# foot\n",
	"a:\n# dedented\n  b: c\n  # end\n\n# more\nd:\n- e # line\n# x\n- f\n  # y\n",
	"a: one # not text\nb: one\n  two # not text\nc: x\n",
	"a: | # comment\n  text # text\n# comment\nb: x\n",
	"#\n#\n",
	"- # line\n  a: b\n-  # line\n- c\n",
	"a: 'x' # y\nb: {} # y\nc: \"z\"   #",
}

func TestComments(t *testing.T) {
	for _, text := range commented {
		assert.True(t, same(t, &blockyaml.Parser{DropComments: true}, text), "%q", text)
		_, ok := (&blockyaml.Parser{}).Parse([]byte(text), 1)
		assert.False(t, ok, "%q: comments are not lost unless asked to", text)
	}
}

// declined are documents that are not YAML, or mean something that this package
// leaves to yaml.v3.
var declined = []string{
	"a: &x b\n", "a: *x\n", "<<: x\n", "a: {<<: {b: c}}\n", "a: !!str 1\n", "? a\n: b\n", "%YAML 1.1\n---\na: b\n", "---\na: b\n", "a: b\n...\n",
	"a: b\r\n", "a:\tb\n", "\ta: b\n", "a: \x01\n", "a: \u0085b\n", "\ufeffa: b\n",
	"a: b: c\n", "a: b\n  c: d\n", "a: 'b' c\n", "a: 'b\n", "a: \"b\n", "a: \"\\q\"\n", "a: [b\n", "a: {b\n", "a: b\n c: d\n", "  a: b\n c: d\n",
	"a: - b\n", "a: @b\n", "a: `b`\n", "a: {{ b }}\n", "{{ b }}\n", "a:\n- b\n  - c: d\n - e\n", "- a\nb: c\n", "a: b\n- c\n",
	"a: |\n\tb\n", "a: |x\n  b\n", "a: 'b'c: d\n", "just text\n", "a: 'x\n--- \ny'\n", "'a\n b': c\n",
	strings.Repeat("a", 1100) + ": b\n", strings.Repeat("[", 300) + strings.Repeat("]", 300),
}

func TestDeclines(t *testing.T) {
	for _, text := range declined {
		_, ok := (&blockyaml.Parser{DropComments: true}).Parse([]byte(text), 1)
		assert.False(t, ok, "%q", text)
	}
}

func TestFirstLine(t *testing.T) {
	root, ok := (&blockyaml.Parser{}).Parse([]byte("a:\n  b: c\n"), 10)
	require.True(t, ok)
	assert.Equal(t, 10, root.Line)
	assert.Equal(t, 11, root.Content[1].Content[1].Line)
}

func TestSharing(t *testing.T) {
	p := blockyaml.Parser{Share: true}
	const text = "a: b\nc:\n- {d: e}\n"
	first, _ := p.Parse([]byte(text), 1)
	again, _ := p.Parse([]byte(text), 1)
	assert.Same(t, first, again)
	other, _ := p.Parse([]byte("a: x\nc:\n- {d: e}\n"), 1)
	assert.NotSame(t, first, other)
	assert.Same(t, first.Content[3], other.Content[3])
	lower, _ := p.Parse([]byte("\n"+text), 1)
	assert.Same(t, first.Content[0], lower.Content[0], "nobody asks where a key is")
	assert.NotSame(t, first.Content[1], lower.Content[1], "another line is another place")
	assert.NotSame(t, first.Content[3], lower.Content[3], "another line is another place")

	p = blockyaml.Parser{}
	first, _ = p.Parse([]byte(text), 1)
	again, _ = p.Parse([]byte(text), 1)
	assert.NotSame(t, first.Content[0], again.Content[0])
}

// TestTrees parses generated trees, and the trees in the folder CORPUS if there
// is one. Most of their text has to be taken.
func TestTrees(t *testing.T) {
	texts := map[string]string{"generated": string(gen.Tree{Resources: 300}.Stream())}
	files, err := filepath.Glob(filepath.Join(os.Getenv("CORPUS"), "*.yaml"))
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		texts[filepath.Base(f)] = string(text)
	}
	all, took, left := 0, 0, 0
	drop := &blockyaml.Parser{DropComments: true, Share: true}
	for name, text := range texts {
		for _, doc := range strings.Split(text, "\n---\n") {
			doc += "\n"
			all += len(doc)
			if same(t, drop, doc) {
				took += len(doc)
			} else if left++; left < 20 {
				t.Logf("%s: declined: %.100q", name, doc)
			}
			same(t, &blockyaml.Parser{}, doc)
		}
	}
	t.Logf("%d documents of %d files, %.1f%% of the bytes taken", all, len(texts), 100*float64(took)/float64(all))
	assert.Greater(t, took, all*9/10)
}

func FuzzParse(f *testing.F) {
	for _, texts := range [][]string{taken, commented, declined} {
		for _, text := range texts {
			f.Add(text)
		}
	}
	for _, doc := range strings.Split(string(gen.Tree{Resources: 10}.Stream()), "---\n") {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, text string) {
		same(t, &blockyaml.Parser{}, text)
		same(t, &blockyaml.Parser{DropComments: true, Share: true}, text)
	})
}

func BenchmarkParse(b *testing.B) {
	docs := strings.Split(string(gen.Tree{Resources: 1000}.Stream()), "---\n")
	size := 0
	for _, d := range docs {
		size += len(d)
	}
	for name, parse := range map[string]func(p *blockyaml.Parser, text []byte){
		"yaml.v3": func(_ *blockyaml.Parser, text []byte) {
			var n yaml.Node
			require.NoError(b, yaml.Unmarshal(text, &n))
		},
		"own":    func(p *blockyaml.Parser, text []byte) { p.Parse(text, 1) },
		"shared": func(p *blockyaml.Parser, text []byte) { p.Share = true; p.Parse(text, 1) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for range b.N {
				var p blockyaml.Parser
				for _, d := range docs {
					parse(&p, []byte(d))
				}
			}
		})
	}
}
