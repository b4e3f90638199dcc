package function_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// everything is a configuration that has every normalizer and every rule run.
const everything = `
apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata: {name: everything}
spec:
  receipt: true
  normalize:
    quantities: {}
    resources: {enforce: true, scale: {cpu: "0.5"}, ratio: {memory: "1.5"}}
    images: {local: ["wealist-*"], pullPolicy: Always, registries: {ghcr.io: {pullSecret: ghcr}}}
    env: {}
    labels: {set: {environment: prod}, recommended: true, templates: true}
    secrets: {trimNewlines: ["*"]}
  validate:
    nameReference:
    - kind: ConfigMap
      fieldSpecs: [{kind: Thing, path: spec/configRef/name}]
`

// mutants are the trees that the tests of all parts of the pipeline run over.
func mutants(t testing.TB) []mutant {
	t.Helper()
	trees := map[string][]string{}
	for _, pattern := range []string{"../../fn/rules/testdata/*/*.yaml", "../../testdata/check/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			trees[file] = []string{file}
		}
	}
	for _, pattern := range []string{"../../internal/connection/testdata/*/before.yaml", "../../internal/normalize/testdata/*/*/before.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			trees[file] = []string{filepath.Join(filepath.Dir(file), "config.yaml"), file}
		}
	}
	require.Greater(t, len(trees), 250)
	// Rows of a configuration make a table of their own, which is a quarter of the
	// work of a small run: every eighth tree has some.
	plain, _, _ := strings.Cut(everything, "  validate:\n")
	all, err := manifest.Read("everything", []byte(everything))
	require.NoError(t, err)
	bare, err := manifest.Read("everything", []byte(plain))
	require.NoError(t, err)
	var out []mutant
	for name, files := range trees {
		m := mutant{name: name}
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			docs, err := manifest.Read(file, data)
			require.NoError(t, err)
			for _, d := range docs {
				if yamlnode.GetString(d.Node, "kind") == config.Kind {
					m.config = d.Node
				} else {
					m.items = append(m.items, d.Node)
				}
			}
		}
		if m.config == nil {
			if m.config = bare[0].Node; seedOf(name)%8 == 0 {
				m.config = all[0].Node
			}
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b mutant) int { return strings.Compare(a.name, b.name) })
	return out
}

// seedOf is a number that the name of a fixture decides.
func seedOf(name string) int {
	h := fnv.New32a()
	io.WriteString(h, name)
	return int(h.Sum32() % 1000)
}

// mutant is the input of one run.
type mutant struct {
	name   string
	items  []*yaml.Node
	config *yaml.Node // nil for none
}

func (m mutant) clone() mutant {
	c := mutant{name: m.name, config: clone(m.config)}
	for _, n := range m.items {
		c.items = append(c.items, clone(n))
	}
	return c
}

func clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// nodes are all nodes of a mutant but the roots, keys among them.
func (m mutant) nodes() []*yaml.Node {
	var out []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for _, c := range n.Content {
			out = append(out, c)
			walk(c)
		}
	}
	for _, n := range m.items {
		walk(n)
	}
	if m.config != nil {
		walk(m.config)
	}
	return out
}

func scalarNode(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// shapes are what a node is replaced with. All but the first are made anew for
// every use.
var shapes = []struct {
	name string
	of   func(r *rand.Rand, n *yaml.Node) *yaml.Node
}{
	{"null", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!null", "null") }},
	{"nothing", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!null", "") }},
	{"empty text", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!str", "") }},
	{"text", func(r *rand.Rand, _ *yaml.Node) *yaml.Node {
		texts := []string{"a", ".", "/", ":", ",", "a,,b", "[]", "a[", "=", "${A}", "$(A)", "{{", "*", "-1", "\x00", "\u0085", "a b", "a.b.c", "a/b/c/d", "http://", "http://[::1", "a:99999999999", "%", "%zz", "!", "\n", "\t", "<<", "on", "é", "\U0001F600"}
		return scalarNode("!!str", texts[r.IntN(len(texts))])
	}},
	{"int", func(r *rand.Rand, _ *yaml.Node) *yaml.Node {
		numbers := []string{"0", "-1", "8080", "65536", "9223372036854775808", "0x7f", "0777", "0o7", "1_000", "99999999999999999999999999"}
		return scalarNode("!!int", numbers[r.IntN(len(numbers))])
	}},
	{"float", func(r *rand.Rand, _ *yaml.Node) *yaml.Node {
		numbers := []string{".inf", "-.inf", ".nan", "1e999999999", "-0.0", "1e-999999999"}
		return scalarNode("!!float", numbers[r.IntN(len(numbers))])
	}},
	{"bool", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!bool", "true") }},
	{"tagged", func(*rand.Rand, *yaml.Node) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!thing", Style: yaml.TaggedStyle, Value: "x"}
	}},
	{"empty list", func(*rand.Rand, *yaml.Node) *yaml.Node { return yamlnode.NewSequence() }},
	{"list of null", func(*rand.Rand, *yaml.Node) *yaml.Node { return yamlnode.NewSequence(scalarNode("!!null", "null")) }},
	{"list of lists", func(*rand.Rand, *yaml.Node) *yaml.Node {
		return yamlnode.NewSequence(yamlnode.NewSequence(), yamlnode.NewMapping())
	}},
	{"empty map", func(*rand.Rand, *yaml.Node) *yaml.Node { return yamlnode.NewMapping() }},
	{"map", func(*rand.Rand, *yaml.Node) *yaml.Node {
		return yamlnode.NewMapping(scalarNode("!!str", "name"), scalarNode("!!str", "a"))
	}},
	{"in a list", func(_ *rand.Rand, n *yaml.Node) *yaml.Node { return yamlnode.NewSequence(clone(n)) }},
	{"in a map", func(_ *rand.Rand, n *yaml.Node) *yaml.Node {
		return yamlnode.NewMapping(scalarNode("!!str", "name"), clone(n))
	}},
	{"twice", func(_ *rand.Rand, n *yaml.Node) *yaml.Node {
		c := clone(n)
		for _, child := range n.Content {
			c.Content = append(c.Content, clone(child))
		}
		return c
	}},
	{"last removed", func(_ *rand.Rand, n *yaml.Node) *yaml.Node {
		c := clone(n)
		drop := 1
		if n.Kind == yaml.MappingNode {
			drop = 2
		}
		if len(c.Content) >= drop {
			c.Content = c.Content[:len(c.Content)-drop]
		}
		return c
	}},
	{"any removed", func(r *rand.Rand, n *yaml.Node) *yaml.Node {
		c := clone(n)
		step := 1
		if n.Kind == yaml.MappingNode {
			step = 2
		}
		if len(c.Content) >= step {
			i := r.IntN(len(c.Content)/step) * step
			c.Content = slices.Delete(c.Content, i, i+step)
		}
		return c
	}},
	{"huge text", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!str", strings.Repeat("a:1,", 5000)) }},
	{"huge number", func(*rand.Rand, *yaml.Node) *yaml.Node { return scalarNode("!!int", strings.Repeat("9", 5000)) }},
	{"huge list", func(_ *rand.Rand, n *yaml.Node) *yaml.Node {
		l := yamlnode.NewSequence()
		for range 100 {
			l.Content = append(l.Content, clone(n))
		}
		return l
	}},
	{"deep", func(_ *rand.Rand, n *yaml.Node) *yaml.Node {
		for i := range 150 {
			if i%2 == 0 {
				n = yamlnode.NewSequence(n)
			} else {
				n = yamlnode.NewMapping(scalarNode("!!str", "spec"), n)
			}
		}
		return n
	}},
}

// mutate replaces the i-th node of m.
func (m *mutant) mutate(i, shape int, r *rand.Rand) {
	n := m.nodes()[i]
	old := *n
	*n = *shapes[shape].of(r, &old)
}

// TestMutants runs the pipeline over every fixture with nodes replaced by what
// does not belong there: nothing panics or hangs, whatever stands where something
// else is expected. By default a part of the nodes meets one shape each.
// MUTANTS=some, as in make mutants-fixtures, gives every node one shape, which takes
// half a minute of CPU time, and MUTANTS=all every shape, which takes ten. A failure prints
// what MUTANTS must be to run that mutant alone.
func TestMutants(t *testing.T) {
	only := os.Getenv("MUTANTS")
	some, all := only == "some", only == "all"
	trees := mutants(t)
	if only != "" && !some && !all {
		name, rest, _ := strings.Cut(only, "#")
		i := slices.IndexFunc(trees, func(m mutant) bool { return m.name == name })
		require.GreaterOrEqual(t, i, 0, "MUTANTS=%s: expected FILE#SEED", only)
		seed, err := strconv.ParseUint(rest, 10, 64)
		require.NoError(t, err)
		try(t, trees[i], seed)
		return
	}
	var runs atomic.Int64
	work := make(chan mutant)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				runs.Add(int64(tryAll(t, m, some, all)))
			}
		})
	}
	for _, m := range trees {
		work <- m
	}
	close(work)
	wg.Wait()
	t.Logf("%d mutants of %d fixtures", runs.Load(), len(trees))
}

// tryAll runs the mutants of one tree, and returns how many there were.
func tryAll(t *testing.T, m mutant, some, all bool) (runs int) {
	t.Helper()
	nodes, first := len(m.nodes()), seedOf(m.name)
	for i := range nodes {
		for s := range shapes {
			if k := first + i; !all && (k%len(shapes) != s || !some && k%5 != 0) {
				continue
			}
			try(t, m, uint64(i*len(shapes)+s))
			runs++
		}
		if t.Failed() && !all {
			return runs
		}
	}
	several := 2
	if some || all {
		several = 20
	}
	for k := range several {
		try(t, m, uint64(nodes*len(shapes)+k))
		runs++
	}
	return runs
}

// try runs one mutant: seeds count through the nodes and shapes, further ones
// are random mutants of several nodes.
func try(t *testing.T, m mutant, seed uint64) {
	t.Helper()
	c := m.clone()
	r := rand.New(rand.NewPCG(seed, 0))
	if nodes := len(c.nodes()); seed < uint64(nodes*len(shapes)) {
		c.mutate(int(seed)/len(shapes), int(seed)%len(shapes), r)
	} else {
		for range 2 + r.IntN(5) {
			if nodes := len(c.nodes()); nodes > 0 {
				c.mutate(r.IntN(nodes), r.IntN(len(shapes)-3), r)
			}
		}
	}
	before := c.clone()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("MUTANTS=%s#%d: panic: %v\n%s\n%.3000s", m.name, seed, p, debug.Stack(), before.text())
		}
	}()
	_, said := function.RunNodes(c.items, c.config)
	said.Explanation()
	_ = report.Text(io.Discard, &report.Report{Findings: said.Findings})
	if strings.Contains(said.Failure, "a mistake of its own") {
		t.Errorf("MUTANTS=%s#%d: %s\n%.3000s", m.name, seed, said.Failure, before.text())
	}
	if seed%16 != 0 || said.Code == function.ExitFailure {
		return
	}
	// A second run changes nothing.
	once := mutant{items: c.items}.text()
	function.RunNodes(c.items, c.config)
	if twice := (mutant{items: c.items}).text(); once != twice {
		t.Errorf("MUTANTS=%s#%d: a second run changes what the first wrote\n%.3000s\n=====\n%.3000s", m.name, seed, once, twice)
	}
}

// TestOrderOfFiles runs the pipeline over every fixture from both ends: what is
// found, and which of several is named, does not depend on the order of files.
func TestOrderOfFiles(t *testing.T) {
	for _, m := range mutants(t) {
		found := func(items []*yaml.Node) []string {
			var out bytes.Buffer
			_, said := function.RunNodes(items, m.clone().config)
			_ = report.Text(&out, &report.Report{Findings: said.Findings, Quiet: true})
			entries := strings.Split(out.String(), "\n\n")
			slices.Sort(entries)
			return entries
		}
		back := m.clone().items
		slices.Reverse(back)
		assert.Equal(t, found(m.clone().items), found(back), m.name)
	}
}

// text is the mutant as a stream, as far as it can be written.
func (m mutant) text() string {
	var b bytes.Buffer
	for _, n := range append(slices.Clone(m.items), m.config) {
		b.WriteString("---\n")
		if n == nil {
			continue
		}
		text, err := manifest.Encode(n)
		if err != nil {
			fmt.Fprintln(&b, "#", err)
		}
		b.Write(text)
	}
	return b.String()
}

// TestHugeQuantitiesEnd: the library takes minutes for an exponent of a billion,
// or for ever.
func TestHugeQuantitiesEnd(t *testing.T) {
	const resources = `
{apiVersion: v1, kind: ResourceQuota, metadata: {name: a}, spec: {hard: {requests.cpu: @, limits.memory: @, pods: @}}}
{apiVersion: v1, kind: LimitRange, metadata: {name: a}, spec: {limits: [{type: Container, max: {cpu: @}, min: {cpu: @}, default: {memory: @}, maxLimitRequestRatio: {cpu: @}}]}}
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: @}}}}
{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, spec: {capacity: {storage: @}, accessModes: [ReadWriteOnce], hostPath: {path: /a}}}
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: @}}}]}}
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {overhead: {cpu: @}, volumes: [{name: v, emptyDir: {sizeLimit: @}}], containers: [{name: c, image: 'a:1', resources: {requests: {cpu: @, memory: @}, limits: {cpu: @, memory: @}}, env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: @}}}]}]}}
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {serviceName: a, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: 'a:1'}]}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: @}}}}]}}
`
	config, err := manifest.Read("everything", []byte(everything))
	require.NoError(t, err)
	for _, q := range []string{"1e999999999", "1e-999999999", "9E99999999", "-1e-99999999", "1e999999999999999999999", "0." + strings.Repeat("0", 5000) + "1"} {
		text := strings.ReplaceAll(strings.TrimSpace(resources), "\n", "\n---\n")
		docs, err := manifest.Read("in.yaml", []byte(strings.ReplaceAll(text, ": @", ": "+q)))
		require.NoError(t, err)
		var items []*yaml.Node
		for _, d := range docs {
			items = append(items, d.Node)
		}
		_, said := function.RunNodes(items, clone(config[0].Node))
		assert.NotEmpty(t, said.Findings, q)
	}
}
