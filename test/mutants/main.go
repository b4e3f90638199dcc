// Command mutants breaks one reference at a time in a folder of rendered trees,
// one file a tree, and counts how many of these mistakes are reported, and how
// often the first suggestion is the text that was there.
//
//	go run ./test/mutants [-n 3] [-seed 1] [-v] FOLDER
//
// A mutant is one edit in the name, key, port, namespace or host of a reference
// that resolves within its tree: a character dropped, doubled, changed or
// swapped with the next. Optional references are left alone. Reported means a
// warning or an error that the tree does not have without the edit.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func main() {
	m := &mutator{out: os.Stdout}
	flag.IntVar(&m.each, "n", 3, "mutants of each kind in a tree, at most")
	seed := flag.Uint64("seed", 1, "seed of the choice")
	flag.BoolVar(&m.verbose, "v", false, "print what is not reported, and wrong suggestions")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: mutants [-n N] [-seed N] [-v] FOLDER")
		os.Exit(2)
	}
	m.random = rand.New(rand.NewPCG(*seed, 0))
	if err := m.run(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
}

// kinds are the columns of the table, in its order.
var kinds = []string{"name", "key", "port", "namespace", "host"}

// count is what became of the mutants of one kind.
type count struct{ mutants, reported, right int }

type mutator struct {
	out     io.Writer
	each    int
	verbose bool
	random  *rand.Rand
	counts  map[string]*count
}

func (m *mutator) run(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%s: no .yaml files", dir)
	}
	m.counts = map[string]*count{"all": {}}
	for _, kind := range kinds {
		m.counts[kind] = &count{}
	}
	for _, file := range files {
		if err := m.tree(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	tw := tabwriter.NewWriter(m.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "kind\tmutants\treported\t\tfirst suggestion right\t\t")
	for _, kind := range append(slices.Clone(kinds), "all") {
		c := m.counts[kind]
		fmt.Fprintf(tw, "%s\t%d\t%d\t%s\t%d\t%s\t\n", kind, c.mutants, c.reported, share(c.reported, c.mutants), c.right, share(c.right, c.reported))
	}
	return tw.Flush()
}

func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// site is a text that can be mistyped: the part of a scalar from start to end.
type site struct {
	kind       string
	node       *yaml.Node
	start, end int
}

// tree breaks one tree in some places, one at a time.
func (m *mutator) tree(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	docs, err := manifest.Read(file, text)
	if err != nil {
		return err
	}
	before, err := check(docs)
	if err != nil {
		return err
	}
	known := map[key]int{}
	for i := range before {
		known[keyOf(&before[i])]++
	}
	taken := map[string]bool{} // texts of the tree: an edit that makes one may be right
	for _, d := range docs {
		eachScalar(d.Node, func(n *yaml.Node) { taken[n.Value] = true })
	}
	sites := sitesOf(docs)
	m.random.Shuffle(len(sites), func(i, j int) { sites[i], sites[j] = sites[j], sites[i] })
	done := map[string]int{}
	for _, s := range sites {
		was := s.node.Value
		right := was[s.start:s.end]
		wrong, ok := m.mistype(right)
		if done[s.kind] == m.each || !ok || taken[wrong] {
			continue
		}
		done[s.kind]++
		s.node.Value = was[:s.start] + wrong + was[s.end:]
		after, err := check(docs)
		s.node.Value = was
		if err != nil {
			return err
		}
		m.judge(file, s, right, wrong, slices.DeleteFunc(after, func(f finding.Finding) bool {
			return f.Severity < finding.Warning || known[keyOf(&f)] > 0
		}))
	}
	return nil
}

// judge counts one mutant, by the findings that are new.
func (m *mutator) judge(file string, s site, right, wrong string, found []finding.Finding) {
	suggested := slices.ContainsFunc(found, func(f finding.Finding) bool {
		return len(f.Suggestions) > 0 && (f.Suggestions[0] == right || f.Suggestions[0] == s.node.Value)
	})
	for _, c := range [...]*count{m.counts[s.kind], m.counts["all"]} {
		c.mutants++
		if len(found) > 0 {
			c.reported++
		}
		if suggested {
			c.right++
		}
	}
	switch {
	case !m.verbose || suggested:
	case len(found) == 0:
		fmt.Fprintf(m.out, "MISSED\t%s\t%s:%d\t%q for %q\n", s.kind, filepath.Base(file), s.node.Line, wrong, right)
	default:
		fmt.Fprintf(m.out, "NOT SUGGESTED\t%s\t%s:%d\t%q for %q\t%s %q\n", s.kind, filepath.Base(file), s.node.Line, wrong, right, found[0].Rule, found[0].Suggestions)
	}
}

// key is what tells findings apart.
type key struct{ rule, resource, field, message string }

func keyOf(f *finding.Finding) key { return key{f.Rule, f.Resource.String(), f.Field, f.Message} }

// check runs every rule. Nobody declared externals for these trees.
func check(docs []manifest.Document) ([]finding.Finding, error) {
	cfg := &config.ConfigPipeline{}
	cfg.Spec.Validate = &config.Validate{Unresolved: "ignore"}
	res, err := fn.Process(context.Background(), index(docs), cfg)
	return res.Findings, err
}

func index(docs []manifest.Document) *inventory.Inventory {
	inv := &inventory.Inventory{}
	for _, d := range docs {
		inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
	}
	return inv
}

// sitesOf returns what refers to something in the same tree, and resolves.
func sitesOf(docs []manifest.Document) []site {
	inv := index(docs)
	refs := reference.NewTable(nil).Extract(inv, "cluster.local")
	resolver := reference.NewResolver(inv, nil)
	var sites []site
	add := func(kind string, n *yaml.Node) {
		if n != nil && !reference.IsPlaceholder(n.Value) {
			sites = append(sites, site{kind, n, 0, len(n.Value)})
		}
	}
	for _, r := range refs.All {
		res := resolver.Resolve(r)
		if r.Optional || r.Vague || res.Status != reference.Found || res.Target == nil || res.Target.Node == nil {
			continue
		}
		if r.Row.Parse == reference.Plain && r.Node.Value == r.Name {
			add("name", r.Node)
		}
		if r.NamespaceNode != nil && r.NamespaceNode.Value == res.Target.Namespace {
			add("namespace", r.NamespaceNode)
		}
		for _, k := range r.Keys {
			if !res.Target.Content().Open && slices.Contains(res.Target.Content().Keys, k.Name) {
				add("key", k.Node)
			}
		}
		if r.Port != nil && r.Port.Kind == yaml.ScalarNode {
			add("port", r.Port)
		}
	}
	return slices.Concat(sites, podPorts(inv), hosts(inv, docs))
}

// podPorts are the ports of probes that their container declares.
func podPorts(inv *inventory.Inventory) []site {
	var sites []site
	for _, o := range inv.Objects() {
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				declared := map[string]bool{}
				for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
					declared[yamlnode.GetString(port, "name")] = true
					declared[yamlnode.GetString(port, "containerPort")] = true
				}
				for _, probe := range [...]string{"livenessProbe", "readinessProbe", "startupProbe"} {
					for _, action := range [...]string{"httpGet", "tcpSocket"} {
						if n := yamlnode.Path(c.Node, probe, action, "port"); n != nil && n.Value != "" && declared[n.Value] {
							sites = append(sites, site{"port", n, 0, len(n.Value)})
						}
					}
				}
			}
		}
	}
	return sites
}

var address = regexp.MustCompile(`(?:://|@)([a-z0-9-]{3,})(\.[a-z0-9-]+\.svc(?:\.[a-z0-9-]+)*)?:[0-9]+`)

// hosts are those of addresses with a port that begin with a Service of the tree.
func hosts(inv *inventory.Inventory, docs []manifest.Document) []site {
	services := map[string]bool{}
	for _, o := range inv.OfKind(inventory.ParseGroupKind("Service")) {
		services[o.Name] = services[o.Name] || o.Node != nil
	}
	var sites []site
	for _, d := range docs {
		for _, n := range [...]*yaml.Node{yamlnode.Get(d.Node, "spec"), yamlnode.Get(d.Node, "data"), yamlnode.Get(d.Node, "stringData")} {
			eachScalar(n, func(n *yaml.Node) {
				for _, at := range address.FindAllStringSubmatchIndex(n.Value, -1) {
					if name := n.Value[at[2]:at[3]]; services[name] {
						sites = append(sites, site{"host", n, at[2], max(at[3], at[5])})
					}
				}
			})
		}
	}
	return sites
}

// eachScalar calls f for the values below n, not for keys.
func eachScalar(n *yaml.Node, f func(*yaml.Node)) {
	n = yamlnode.Resolve(n)
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		f(n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			eachScalar(c, f)
		}
	}
}

// mistype makes one typing error, behind the first character: names begin with
// what they are about.
func (m *mutator) mistype(right string) (wrong string, ok bool) {
	if len(right) < 3 {
		return "", false
	}
	i := 1 + m.random.IntN(len(right)-2)
	switch m.random.IntN(4) {
	case 0:
		wrong = right[:i] + right[i+1:]
	case 1:
		wrong = right[:i+1] + right[i:]
	case 2:
		wrong = right[:i] + string(other(right[i])) + right[i+1:]
	default:
		wrong = right[:i] + string(right[i+1]) + string(right[i]) + right[i+2:]
	}
	return wrong, wrong != right && !strings.ContainsAny(wrong[len(wrong)-1:], "-._")
}

// other is a character of the same sort.
func other(c byte) byte {
	switch {
	case c == '9' || c == 'z' || c == 'Z':
		return c - 1
	case '0' <= c && c < '9', 'a' <= c && c < 'z', 'A' <= c && c < 'Z':
		return c + 1
	}
	return 'x'
}
