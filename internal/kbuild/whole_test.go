package kbuild

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

const (
	shortA = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`
	shortB = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`
	mapA   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	mapB   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
)

// pieces are files of resources, and the line from which on kustomize would have
// read nothing, 0 where it reads all.
var pieces = map[string]struct {
	text string
	line int
}{
	"one":                         {mapA, 0},
	"two":                         {mapA + "---\n" + mapB, 0},
	"JSON":                        {shortA, 0},
	"JSON and a separator":        {shortA + "\n---\n" + shortB, 0},
	"JSON over lines":             {"{\n \"apiVersion\": \"v1\",\n \"kind\": \"ConfigMap\",\n \"metadata\": {\"name\": \"a\"}\n}\n", 0},
	"JSON lines":                  {shortA + "\n" + shortB + "\n", 2},
	"JSON lines behind":           {mapA + "---\n" + shortA + "\n\n" + shortB, 7},
	"JSON without lines":          {shortA + shortB, 1},
	"garbage behind JSON":         {shortA + "\n}\n", 2},
	"YAML behind JSON":            {shortA + "\n" + mapB, 2},
	"end of document":             {mapA + "...\n", 0},
	"end, then a comment":         {mapA + "...\n# b\n", 0},
	"end, then a separator":       {mapA + "...\n---\n" + mapB, 0},
	"end, then more":              {mapA + "...\n" + mapB, 5},
	"end, then text":              {mapA + "...\nfoo bar\n", 5},
	"end, a directive, more":      {mapA + "...\n%YAML 1.1\n---\n" + mapB, 0},
	"a dedent":                    {"  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\ndata: {a: b}\n", 4},
	"a dedent, carriage returns":  {mapA + "\r\n---\r\n  apiVersion: v1\r\n  kind: ConfigMap\r\n  metadata: {name: a}\r\ndata: {a: b}\r\n", 9},
	"two anchors at the margin":   {"x: &a\n  b: c\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n<<: *a\n", 0},
	"text of lines at the margin": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: \"b\nc\"}\n", 0},
	"separator without an end":    {mapA + "---", 0},
	"List":                        {"apiVersion: v1\nkind: List\nitems:\n- " + shortA + "\n- " + shortB + "\n", 0},
	"empty List":                  {"apiVersion: v1\nkind: List\nitems: []\n", 0},
	"items twice":                 {"apiVersion: v1\nkind: List\nitems:\n- " + shortA + "\nitems:\n- " + shortB + "\n", 5},
	"items misspelt":              {"apiVersion: v1\nkind: List\nitmes:\n- " + shortA + "\n", 1},
	"nothing in a List":           {"apiVersion: v1\nkind: List\nitems:\n- " + shortA + "\n-\n", 5},
	"items that are text":         {mapA + "---\n\"kind\": List\nitems: a\n", 6},
	"JSON of a List":              {`{"apiVersion": "v1", "kind": "List", "items": [` + shortA + `, null]}`, 1},
	"a definition of a list":      {"apiVersion: x/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n  names: {listKind: List}\n  kind: FooList\n", 0},
}

// TestUnreached: where something is left out it is said, and where nothing is,
// kustomize has as many resources as there are.
func TestUnreached(t *testing.T) {
	for name, c := range pieces {
		e := unreached([]byte(c.text))
		if c.line > 0 {
			if assert.NotNil(t, e, name) {
				assert.Equal(t, c.line, e.line, name)
			}
			continue
		}
		assert.Nil(t, e, name)
		docs, err := manifest.Read("a.yaml", []byte(c.text))
		require.NoError(t, err, name)
		n := 0
		for _, d := range docs {
			rs, err := d.Resources()
			require.NoError(t, err, name)
			n += len(rs)
		}
		fsys := filesys.MakeFsInMemory()
		require.NoError(t, fsys.WriteFile("/kustomization.yaml", []byte("resources: [a.yaml]\n")))
		require.NoError(t, fsys.WriteFile("/a.yaml", []byte(c.text)))
		result, err := Build(fsys, "/", Options{})
		require.NoError(t, err, name)
		assert.Equal(t, n, result.Resources.Size(), name)
	}
}

// FuzzPlainMapping compares the cheap test with a parser.
func FuzzPlainMapping(f *testing.F) {
	for _, c := range pieces {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var root yaml.Node
		if bytes.Contains(text, separator) || yaml.Unmarshal(text, &root) != nil || len(root.Content) > 0 && root.Content[0].Kind != yaml.MappingNode {
			return
		}
		if plainMapping(text) && goesOn(text) {
			t.Errorf("%q goes on", text)
		}
	})
}

// TestTextsThatKustomizeReadsInPart: other files of a kustomization, and itself.
func TestTextsThatKustomizeReadsInPart(t *testing.T) {
	patch := strings.Replace(mapA, "metadata", "data: {x: y}\nmetadata", 1)
	for i, c := range []struct{ kustomization, file, place string }{
		{"resources: [a.yaml]\n---\nnamePrefix: x-\n", "", "kustomization.yaml:3:1"},
		{"resources: [a.yaml]\n...\nnamePrefix: x-\n", "", "kustomization.yaml:3:1"},
		{"---\nresources: [a.yaml]\n---\n# nothing\n", "", ""},
		{"resources: [a.yaml]\nnamePrefix: x-\nresources: [b.yaml]\n", "", "kustomization.yaml:3:1"},
		{"resources: [a.yaml]\nnamePrefix: x-\nresources: [a.yaml]\n", "", ""},
		{`{"resources": ["a.yaml"]}` + "\n" + `{"namePrefix": "x-"}`, "", "kustomization.yaml:2:1"},
		{"resources: [a.yaml]\npatches: [{path: p.yaml}]\n", patch, ""},
		{"resources: [a.yaml]\npatches: [{path: p.yaml}]\n", patch + "---\n" + patch, ""},
		{"resources: [a.yaml]\npatches: [{path: p.yaml}]\n", patch + "...\n" + patch, "p.yaml:6:1"},
		{"resources: [a.yaml]\npatchesStrategicMerge: [p.yaml]\n", shortA + "\n" + shortA, "p.yaml:2:1"},
		{"resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]\n", `[{"op": "add", "path": "/data", "value": {}}]` + "\n" + `[{"op": "add", "path": "/data/a", "value": "b"}]`, "p.yaml:2:1"},
		{"resources: [a.yaml]\ntransformers: [p.yaml]\n", `{"apiVersion":"builtin","kind":"PrefixTransformer","metadata":{"name":"a"},"prefix":"x-"}` + "\n{}\n[a]", "p.yaml:2:1"},
		{"resources: [a.yaml]\nreplacements: [{path: p.yaml}]\n", "source: {kind: ConfigMap, fieldPath: metadata.name}\ntargets: []\n---\nsource: {}\n", "p.yaml:4:1"},
		{"resources: [a.yaml]\nconfigurations: [p.yaml]\n", "namePrefix: []\n---\nnamePrefix: [{path: data}]\n", "p.yaml:3:1"},
		{"resources: [p.yaml]\n", mapA + "...\n" + mapB, "p.yaml:5:1"},
	} {
		fsys := filesys.MakeFsInMemory()
		require.NoError(t, fsys.WriteFile("/kustomization.yaml", []byte(c.kustomization)))
		require.NoError(t, fsys.WriteFile("/a.yaml", []byte(mapA)))
		require.NoError(t, fsys.WriteFile("/b.yaml", []byte(mapB)))
		require.NoError(t, fsys.WriteFile("/p.yaml", []byte(c.file)))
		_, err := Build(fsys, "/", Options{})
		if c.place == "" {
			assert.NoError(t, err, i)
			continue
		}
		var failure *Failure
		if assert.ErrorAs(t, err, &failure, fmt.Sprint(i, ": ", err)) {
			assert.Equal(t, c.place, fmt.Sprintf("%s:%d:%d", strings.TrimPrefix(failure.File[strings.LastIndex(failure.File, "/")+1:], "/"), failure.Line, failure.Column), i)
		}
	}
}
