package apischema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// TestJudgeCopiesWhatIsNotAsMeant: the resource itself stays as it is, and is judged as
// one of which everything is copied beforehand, as where there are aliases.
func TestJudgeCopiesWhatIsNotAsMeant(t *testing.T) {
	files, err := filepath.Glob("../../fn/rules/testdata/*/*.yaml")
	require.NoError(t, err)
	mended, r := 0, rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
			var doc, again yaml.Node
			if err := d.Decode(&doc); errors.Is(err, io.EOF) || err != nil {
				break
			}
			n := yamlnode.Resolve(&doc)
			group, version, ok := strings.Cut(yamlnode.GetString(n, "apiVersion"), "/")
			if !ok {
				group, version = "", group
			}
			kind := Kubernetes().Lookup(GroupVersionKind{Group: group, Version: version, Kind: yamlnode.GetString(n, "kind")})
			if kind == nil || hasAliases(n) {
				continue
			}
			before := dump(n)
			got := Judge(n, kind.Schema, false, false)
			require.Equal(t, before, dump(n), "%s: the resource is changed", file)

			for range 3 {
				breakKeys(r, n)
				plain, err := yaml.Marshal(n)
				require.NoError(t, err)
				require.NoError(t, yaml.Unmarshal(plain, &doc))
				require.NoError(t, yaml.Unmarshal(plain, &again))
				got = Judge(yamlnode.Resolve(&doc), kind.Schema, false, false)
				whole := yamlnode.Resolve(&again)
				whole.Content[1] = &yaml.Node{Kind: yaml.AliasNode, Alias: whole.Content[1]}
				want := Judge(whole, kind.Schema, false, false)
				assert.Equal(t, say(want.Problems), say(got.Problems), "%s", plain)
				require.Equal(t, want.Meant == nil, got.Meant == nil, "%s", plain)
				if got.Meant != nil {
					mended++
					require.Equal(t, dump(want.Meant), dump(got.Meant), "%s", plain)
				}
			}
		}
	}
	assert.Greater(t, mended, 1000)
}

// breakKeys misspells some keys of a resource, and puts others elsewhere.
func breakKeys(r *rand.Rand, n *yaml.Node) {
	var maps []*yaml.Node
	var find func(n *yaml.Node)
	find = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
			maps = append(maps, n)
		}
		for _, c := range n.Content {
			find(c)
		}
	}
	find(n)
	for range 1 + r.IntN(3) {
		m, other := maps[r.IntN(len(maps))], maps[r.IntN(len(maps))]
		if m.Kind != yaml.MappingNode || other.Kind != yaml.MappingNode || len(m.Content) < 2 {
			continue
		}
		i := 2 * r.IntN(len(m.Content)/2)
		key, value := m.Content[i], m.Content[i+1]
		switch misspelt := *key; r.IntN(4) {
		case 0:
			if value.Kind == yaml.ScalarNode {
				other.Content = append(other.Content, key, value)
			}
		case 1:
			*value = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{{Kind: value.Kind, Tag: value.Tag, Value: value.Value, Content: value.Content}}}
		default:
			if len(key.Value) > 3 {
				misspelt.Value = key.Value[:2] + key.Value[3:]
				m.Content[i] = &misspelt
			}
		}
	}
}

func say(problems []Problem) (lines []string) {
	for _, p := range problems {
		lines = append(lines, fmt.Sprint(p.Rule, ": ", p.Message, p.Suggestions, p.Help, p.Node.Line, ":", p.Node.Column))
	}
	return lines
}

// dump is all that is in a node and below it.
func dump(n *yaml.Node) string {
	var b strings.Builder
	var write func(n *yaml.Node, level int)
	write = func(n *yaml.Node, level int) {
		n = yamlnode.Resolve(n)
		fmt.Fprintf(&b, "%*s%d %s %q %d:%d\n", level, "", n.Kind, n.Tag, n.Value, n.Line, n.Column)
		for _, c := range n.Content {
			write(c, level+1)
		}
	}
	write(n, 0)
	return b.String()
}
