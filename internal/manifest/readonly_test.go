package manifest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// withoutComments removes the comments of a tree.
func withoutComments(n *yaml.Node) *yaml.Node {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		withoutComments(c)
	}
	return n
}

func TestReadOnlyEqualsRead(t *testing.T) {
	text := append(gen.Tree{Resources: 200}.Stream(), "---\nkind: A # of A\nx: &a {b: 1}\ny: *a\n? [k]\n: v\n---\nkind: A\n---\nkind: A\nx: !!str 1\n---\nkind: A\nx: !!str 2\n"...)
	want, err := Read("f", text)
	require.NoError(t, err)
	got, err := ReadOnly(Source{"f", text})
	require.NoError(t, err)
	require.Len(t, got, len(want))
	keys := map[any]bool{}
	for i := range want {
		assert.Equal(t, want[i].Line, got[i].Line)
		sameNode(t, withoutComments(want[i].Node), got[i].Node)
		keys[got[i].Node.Content[0]] = true
	}
	assert.Less(t, len(keys), len(want)/10, "the first keys are shared")
}

func TestReadOnlyOfSeveralStreams(t *testing.T) {
	docs, err := ReadOnly(Source{"a", []byte("kind: A\n---\n---\nkind: B\n")}, Source{"empty", nil}, Source{"c", []byte("\ufeffkind: A\n")})
	require.NoError(t, err)
	require.Len(t, docs, 3)
	assert.Equal(t, []string{"a", "a", "c"}, []string{docs[0].File, docs[1].File, docs[2].File})
	assert.Equal(t, []int{1, 4, 1}, []int{docs[0].Line, docs[1].Line, docs[2].Line})
	assert.Same(t, docs[0].Node.Content[0], docs[2].Node.Content[0])

	_, err = ReadOnly(Source{"a", []byte("kind: A\n")}, Source{"b", []byte("kind: B\n---\nkind: [\n")})
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "b", e.File)
}

func BenchmarkRead(b *testing.B) {
	stream := gen.Tree{Resources: 1000}.Stream()
	list := gen.Tree{Resources: 1000}.ResourceList(gen.Config)
	for name, f := range map[string]func() error{
		"Read":             func() error { _, err := Read("f", stream); return err },
		"ReadOnly":         func() error { _, err := ReadOnly(Source{"f", stream}); return err },
		"ReadResourceList": func() error { _, err := ReadResourceList(list); return err },
		"readWhole":        func() error { _, err := readWhole(list); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(stream)))
			for range b.N {
				require.NoError(b, f())
			}
		})
	}
}
