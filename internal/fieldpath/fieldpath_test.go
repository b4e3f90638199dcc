package fieldpath_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

func TestMatch(t *testing.T) {
	const name = "spec.template.spec.containers[0].env[10].name"
	for pattern, want := range map[string]bool{
		name:                               true,
		"spec.*.env[10].name":              true,
		"spec.*.env[1].name":               false,
		"spec.*.env[].name":                true,
		"*.containers[].env[].name":        true,
		"*.containers[].env[].value":       false,
		"spec.*":                           true,
		"spec*name":                        true,
		"*":                                true,
		"":                                 false,
		"spec.template.spec.containers":    false,
		"?pec.*.env[1?].name":              true,
		`spec.*.env\[10\].name`:            true,
		"*e*e*e*e*e*e*e*e*e*e*e*e*e*e*e*e": false,
	} {
		assert.Equal(t, want, fieldpath.Match(pattern, name), pattern)
	}
	assert.True(t, fieldpath.Match(`data["a/b.conf"]`, `data["a/b.conf"]`))
	assert.True(t, fieldpath.Match(`data*`, `data["a/b.conf"]`))
	assert.True(t, fieldpath.Match("", ""))
}

const doc = `
metadata: {annotations: {a.b/c: x, "": y, "[0]": z, "q\"u": q, "*": s, "{}": v, "k\\": w}}
spec:
  users: {ann: {name: a}, bob: {name: b}}
  lists: [[{name: c}], [{name: d}, null]]
  deep: {aRef: {name: e}, more: [{bRef: {name: f}, Ref: {name: g}}]}
  object: {apiVersion: v1, kind: A, metadata: {}, aRef: {name: no}}
`

func TestNodes(t *testing.T) {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(doc), &root))
	for path, want := range map[string]string{
		"spec.users{}.name":             "a b",
		"spec.users{key}":               "ann bob",
		"spec.users[].name":             "",
		"spec.lists[][].name":           "c d",
		"spec.lists[1][0].name":         "d",
		"spec.**.*Ref.name":             "e f",
		"spec.deep.**.name":             "e f g",
		`metadata.annotations.a\.b/c`:   "x",
		`metadata.annotations["a.b/c"]`: "x",
		"spec.nothing[].name":           "",
	} {
		var got []string
		for _, n := range fieldpath.Of(path).Nodes(&root) {
			got = append(got, n.Value)
		}
		assert.Equal(t, want, strings.Join(got, " "), path)
	}
}

// The place of every node, as it is searched, walked to or spelt, leads there.
func TestPlaces(t *testing.T) {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(doc), &root))
	var every func(n *yaml.Node)
	every = func(n *yaml.Node) {
		at := fieldpath.To(&root, n)
		found, whole := fieldpath.Parse(at).Follow(&root)
		assert.True(t, whole, at)
		assert.Same(t, n, found, at)
		assert.Equal(t, at, fieldpath.Parse(at).String())
		for i, c := range n.Content {
			if n.Kind != yaml.MappingNode || i%2 == 1 {
				every(c)
			}
		}
	}
	every(root.Content[0])
	visited := 0
	for _, path := range []string{"spec.users{}.name", "spec.lists[][]", "metadata.annotations{}"} {
		fieldpath.Of(path).Walk(&root, func(at string, n *yaml.Node) {
			visited++
			assert.Equal(t, at, fieldpath.To(&root, n))
		})
	}
	assert.Equal(t, 12, visited)
}

func TestPointer(t *testing.T) {
	assert.Equal(t, "/spec/ports/0/port", fieldpath.Parse("spec.ports[0].port").Pointer())
	assert.Equal(t, "/metadata/annotations/a.b~1c~0", fieldpath.Parse(`metadata.annotations["a.b/c~"]`).Pointer())
	assert.Empty(t, fieldpath.Parse("").Pointer())
}

// Whatever is read as a path is printed as one that reads the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"spec.ports[0].port", `data["nginx.conf"]`, `a\.b.c`, "a[].b{}.c{key}", "spec.**.*Ref.name", "a[", `a["`, "a..b", ".", "[-1]", "[01]", `a\`, "*", "***", "{", "a.[0]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := fieldpath.Parse(text)
		assert.Equal(t, p, fieldpath.Parse(p.String()), "%q prints as %q", text, p.String())
		assert.LessOrEqual(t, len(p), len(text)+1)
	})
}
