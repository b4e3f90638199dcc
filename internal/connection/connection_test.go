package connection_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// outcome is what one run over a stream of documents gives.
type outcome struct {
	docs       []string
	modified   []string
	findings   []finding.Finding
	injections []result.Injection
}

func (r outcome) text() string { return strings.Join(r.docs, "---\n") }

func (r outcome) report() string {
	finding.Sort(r.findings)
	var b strings.Builder
	for _, f := range r.findings {
		fmt.Fprintf(&b, "%s: %s: %s\n  %s\n", f.Rule, f.Resource, f.Field, f.Message)
		if len(f.Suggestions) > 0 {
			fmt.Fprintf(&b, "  did you mean %s?\n", strings.Join(f.Suggestions, ", "))
		}
		if f.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", f.Help)
		}
	}
	return b.String()
}

func run(t testing.TB, input, cfgText string, reverse bool) outcome {
	t.Helper()
	var cfgNode yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(cfgText), &cfgNode))
	cfg, err := config.Decode(&cfgNode)
	require.NoError(t, err)

	var nodes []*yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(input))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			break
		}
		nodes = append(nodes, &n)
	}
	if reverse {
		slices.Reverse(nodes)
	}
	inv := &inventory.Inventory{}
	for _, n := range nodes {
		inv.Add(n, inventory.Source{})
	}
	reference.Produce(inv)
	var r outcome
	r.injections = connection.Apply(inv, cfg, func(f finding.Finding) { r.findings = append(r.findings, f) })
	for _, o := range inv.Objects() {
		var buf bytes.Buffer
		enc := yaml.NewEncoder(&buf)
		enc.SetIndent(2)
		require.NoError(t, enc.Encode(o.Node))
		r.docs = append(r.docs, buf.String())
		if o.Modified() {
			r.modified = append(r.modified, o.String())
		}
	}
	return r
}

// TestCases runs every folder of testdata: before.yaml with config.yaml gives
// after.yaml and findings.txt. UPDATE=1 rewrites the expected files.
func TestCases(t *testing.T) {
	cases, err := filepath.Glob("testdata/*/before.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, path := range cases {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			read := func(name string) string {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
				return string(text)
			}
			before, cfg := read("before.yaml"), read("config.yaml")
			got := run(t, before, cfg, false)
			golden(t, filepath.Join(dir, "after.yaml"), got.text())
			golden(t, filepath.Join(dir, "findings.txt"), got.report())

			again := run(t, got.text(), cfg, false)
			assert.Equal(t, got.text(), again.text(), "a second run changes something")
			assert.Empty(t, again.modified, "a second run marks something as modified")
			for _, f := range again.findings {
				assert.NotEqual(t, connection.RuleReplaced, f.Rule, "a second run replaces something")
			}

			reversed := run(t, before, cfg, true)
			slices.Sort(reversed.docs)
			slices.Sort(got.docs)
			assert.Equal(t, got.docs, reversed.docs, "the order of the resources matters")
			assert.Equal(t, got.report(), reversed.report())

			for _, i := range got.injections {
				assert.NotEmpty(t, i.Inputs)
				for _, in := range i.Inputs {
					assert.NotEmpty(t, in.Value, "%s %s", in.Object, in.Field)
					assert.NotEqual(t, "Secret", in.Object.Kind, "an input is part of a Secret")
				}
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if got == "" {
			_ = os.Remove(path)
			return
		}
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	assert.Equal(t, string(want), got, "%s (UPDATE=1 rewrites it)", path)
}

// FuzzApply: whatever the resources look like, nothing panics, a second run
// changes nothing, and no finding shows what a Secret holds.
func FuzzApply(f *testing.F) {
	cases, err := filepath.Glob("testdata/*/before.yaml")
	require.NoError(f, err)
	configs := []string{}
	for i, path := range cases {
		before, err := os.ReadFile(path)
		require.NoError(f, err)
		cfg, err := os.ReadFile(filepath.Join(filepath.Dir(path), "config.yaml"))
		require.NoError(f, err)
		configs = append(configs, string(cfg))
		f.Add(string(before), i)
	}
	f.Add("spec: [", 0)
	f.Add("kind: Service\napiVersion: v1\nmetadata: {name: postgres-service}\nspec: {ports: {a: b}}\n---\n&a [*a]", 1)
	f.Add("{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {template: {spec: {containers: [{name: app, env: x, envFrom: [1, null]}]}}}}", 2)
	f.Fuzz(func(t *testing.T, input string, choice int) {
		if strings.ContainsAny(input, "&*") || strings.Contains(input, "<<") {
			return // aliases and merges are expanded before Apply
		}
		for dec := yaml.NewDecoder(strings.NewReader(input)); ; {
			var n yaml.Node
			if dec.Decode(&n) != nil {
				break
			}
			if yamlnode.Resolve(&n).Kind != yaml.MappingNode {
				return // resources are mappings
			}
		}
		cfg := configs[uint(choice)%uint(len(configs))]
		first := run(t, input, cfg, false)
		again := run(t, first.text(), cfg, false)
		assert.Equal(t, first.text(), again.text())
	})
}

// TestMutatedTrees breaks the fixtures at random: nothing panics, a second run
// changes nothing, and no finding shows a value of a Secret.
func TestMutatedTrees(t *testing.T) {
	cases, err := filepath.Glob("testdata/*/before.yaml")
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(7, 8))
	for _, path := range cases {
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		cfg, err := os.ReadFile(filepath.Join(filepath.Dir(path), "config.yaml"))
		require.NoError(t, err)
		for range 25 {
			input := mutate(t, r, string(before))
			first := run(t, input, string(cfg), false)
			again := run(t, first.text(), string(cfg), false)
			require.Equal(t, first.text(), again.text(), "%s\n%s", path, input)
			for _, secret := range []string{"throw-away", "p@ss/w:rd"} {
				require.NotContains(t, first.report(), secret, path)
			}
		}
	}
}

// mutate changes a few nodes of a stream: away, to null, to another kind, to
// another text, or twice.
func mutate(t *testing.T, r *rand.Rand, input string) string {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	dec := yaml.NewDecoder(strings.NewReader(input))
	for {
		var n yaml.Node
		if dec.Decode(&n) != nil {
			break
		}
		var all []*yaml.Node
		var collect func(n *yaml.Node)
		collect = func(n *yaml.Node) {
			all = append(all, n)
			for _, c := range n.Content {
				collect(c)
			}
		}
		collect(n.Content[0])
		isSecret := yamlnode.GetString(&n, "kind") == "Secret"
		for range r.IntN(3) {
			victim, other := all[r.IntN(len(all))], all[r.IntN(len(all))]
			switch r.IntN(5) {
			case 0:
				*victim = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
			case 1:
				*victim = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
			case 2:
				*victim = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			case 3:
				// A password must not become a name: names are shown.
				if other.Kind == yaml.ScalarNode && !isSecret {
					*victim = yaml.Node{Kind: yaml.ScalarNode, Tag: other.Tag, Value: other.Value}
				}
			case 4:
				if victim.Kind == yaml.SequenceNode && len(victim.Content) > 0 {
					victim.Content = append(victim.Content, victim.Content[0])
				}
			}
		}
		require.NoError(t, enc.Encode(&n))
	}
	return out.String()
}
