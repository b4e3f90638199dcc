package connection_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/connection"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
)

// result is what one run over a stream of documents gives.
type result struct {
	docs       []string
	modified   []string
	findings   []finding.Finding
	injections []connection.Injection
}

func (r result) text() string { return strings.Join(r.docs, "---\n") }

func (r result) report() string {
	finding.Sort(r.findings)
	var b strings.Builder
	for _, f := range r.findings {
		fmt.Fprintf(&b, "%s %s: %s: %s\n  %s\n", f.Severity, f.Rule, f.Resource, f.Field, f.Message)
		if len(f.Suggestions) > 0 {
			fmt.Fprintf(&b, "  did you mean %s?\n", strings.Join(f.Suggestions, ", "))
		}
		if f.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", f.Help)
		}
	}
	return b.String()
}

func run(t testing.TB, input, cfgText string, reverse bool) result {
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
	var r result
	r.injections = connection.Apply(inv, cfg, func(f finding.Finding) { r.findings = append(r.findings, f) })
	for _, o := range inv.Objects() {
		var buf bytes.Buffer
		enc := yaml.NewEncoder(&buf)
		enc.SetIndent(2)
		require.NoError(t, enc.Encode(o.Node))
		r.docs = append(r.docs, buf.String())
		if o.Modified {
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
