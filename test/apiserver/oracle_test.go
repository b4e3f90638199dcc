package apiserver

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

var list = flag.Int("list", 40, "disagreements to print")

// ours returns the errors of krm-validate about an object.
func ours(t testing.TB, text []byte) []finding.Finding {
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &doc))
	inv := &inventory.Inventory{}
	inv.Add(doc.Content[0], inventory.Source{})
	cfg := &config.ConfigPipeline{}
	cfg.Spec.Validate = &config.Validate{Unresolved: "ignore"}
	res, err := fn.Process(context.Background(), inv, cfg)
	require.NoError(t, err)
	return slices.DeleteFunc(res.Findings, func(f finding.Finding) bool { return f.Severity < finding.Error || elsewhere[f.Rule] })
}

// theirs returns what the API server has against an object, as kubectl sends it.
func theirs(t testing.TB, text []byte) error {
	json, err := sigsyaml.YAMLToJSONStrict(text)
	if err != nil {
		return err
	}
	return Judge(json)
}

func documents(t testing.TB, file string) []*yaml.Node {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var docs []*yaml.Node
	for dec := yaml.NewDecoder(f); ; {
		var doc yaml.Node
		if dec.Decode(&doc) != nil {
			return docs
		}
		if len(doc.Content) > 0 && doc.Content[0].Kind == yaml.MappingNode {
			docs = append(docs, doc.Content[0])
		}
	}
}

func encode(t testing.TB, n *yaml.Node) []byte {
	text, err := yaml.Marshal(n)
	require.NoError(t, err)
	return text
}

// elsewhere are rules about more than the API server looks at: what the kubelet, a
// registry or a reader minds.
var elsewhere = map[string]bool{
	"image-invalid": true, "image-never-pulled": true, "container-port-not-found": true, "affinity-selects-nothing": true,
	"policy-selects-nothing": true, "placeholder-left": true, "config-not-used": true,
}

// outside are changes that something refuses which is not part of the oracle.
var outside = map[string]bool{
	"Service .spec.ports[0].nodePort is -1":    true, // the allocator of node ports
	"Service .spec.ports[0].nodePort is 70000": true,
}

func TestValidObjects(t *testing.T) {
	for _, n := range documents(t, "testdata/valid.yaml") {
		text := encode(t, n)
		name := strings.SplitN(string(text), "\n", 3)[1]
		if err := theirs(t, text); err != nil {
			t.Errorf("%s: the API server: %v", name, err)
		}
		for _, f := range ours(t, text) {
			t.Errorf("%s: %s: %s: %s", name, f.Rule, f.Field, f.Message)
		}
	}
}

// TestCorpus compares the verdicts about real objects: CORPUS=DIR. What the API
// server takes is never an error. Of what it refuses,
// placeholders that somebody fills in first are left alone.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("no CORPUS")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	var c counts
	for _, file := range files {
		for _, n := range documents(t, file) {
			c.compare(t, filepath.Base(file), encode(t, n))
		}
	}
	c.report(t)
	if c.wrong > 0 {
		t.Errorf("%d objects that the API server takes are reported", c.wrong)
	}
}

type counts struct {
	accepted, refused, wrong, missed int
	lines                            []string
	kinds                            map[string]*[4]int // the same, by kind
}

func (c *counts) compare(t testing.TB, what string, text []byte) {
	err := theirs(t, text)
	if err != nil && strings.Contains(err.Error(), "compilation failed") && !strings.Contains(err.Error(), "Required value") {
		return // expressions in CEL are not compiled here
	}
	if err == errNoVerdict || err != nil && strings.Contains(err.Error(), "no kind ") {
		return
	}
	found := ours(t, text)
	kind, _, _ := strings.Cut(what, " ")
	if c.kinds == nil {
		c.kinds = map[string]*[4]int{}
	}
	if c.kinds[kind] == nil {
		c.kinds[kind] = &[4]int{}
	}
	of := c.kinds[kind]
	if err == nil {
		c.accepted++
		of[0]++
		if len(found) > 0 && !outside[what] {
			c.wrong++
			of[2]++
			c.lines = append(c.lines, fmt.Sprintf("WRONG  %s: %s: %s: %s", what, found[0].Rule, found[0].Field, found[0].Message))
		}
		return
	}
	c.refused++
	of[1]++
	if len(found) == 0 {
		c.missed++
		of[3]++
		c.lines = append(c.lines, fmt.Sprintf("MISSED %s: %v", what, err))
	}
}

func (c *counts) report(t testing.TB) {
	slices.Sort(c.lines)
	shown := map[string]int{}
	for _, l := range c.lines {
		key := l[:min(len(l), 60)]
		if shown[key]++; shown[key] <= 3 && len(shown) < *list {
			t.Log(l[:min(len(l), 400)])
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(c.kinds)) {
		if of := c.kinds[kind]; !strings.Contains(kind, ".yaml") {
			t.Logf("%-34s accepted %4d, reported %2d; refused %4d, missed %2d", kind, of[0], of[2], of[1], of[3])
		}
	}
	t.Logf("accepted %d, of which reported %d; refused %d, of which missed %d (%.2f %% found)",
		c.accepted, c.wrong, c.refused, c.missed, 100*float64(c.refused-c.missed)/float64(max(1, c.refused)))
}

// TestMutants changes the valid objects in one place at a time and compares the
// verdicts: what the API server takes is never an error, and of what it refuses
// 99 of 100 are.
func TestMutants(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var c counts
	for _, n := range documents(t, "testdata/valid.yaml") {
		for _, m := range mutants(n, rnd) {
			c.compare(t, m.what, encode(t, m.node))
		}
	}
	c.report(t)
	if c.wrong > 0 {
		t.Errorf("%d objects that the API server takes are reported", c.wrong)
	}
	if 100*c.missed > c.refused {
		t.Errorf("%d of %d objects that the API server refuses are not reported", c.missed, c.refused)
	}
}
