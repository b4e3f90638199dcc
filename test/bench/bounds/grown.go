package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// What grows out of the fixtures of rules: every rule meets as many as are
// written here of what it is about, all right and all wrong, in one namespace.
// A new kind or rule is measured as soon as it has a fixture.
const (
	fixtures = "fn/rules/testdata/*/*.yaml"
	grownTo  = 2000
	// steep is what a first look suspects: one that is not at fault is measured
	// again, larger.
	steep = 1.3
	// patience is how long a run may take: none needs a tenth of it, alone.
	patience = 5 * time.Minute
)

// A grown input is one fixture with many of something.
type grown struct {
	file string
	way  string // what there are many of
	make func(n int) []*yaml.Node
}

func (g *grown) text(n int) ([]byte, error) {
	var w bytes.Buffer
	encoder := yaml.NewEncoder(&w)
	for _, doc := range g.make(n) {
		if err := encoder.Encode(doc); err != nil {
			return nil, err
		}
	}
	return w.Bytes(), encoder.Close()
}

// growAll measures what grows out of fixtures whose name or way contains only,
// and fails when the time for each byte does.
//
// With a directory it writes the inputs into that and measures nothing.
func growAll(bin, only, dir string) error {
	tmp, err := os.MkdirTemp("", "krm-validate-bounds-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }() // nothing but inputs
	if bin, err = built(bin, tmp); err != nil {
		return err
	}
	files, err := filepath.Glob(fixtures)
	if err != nil {
		return err
	}
	fmt.Printf("| of the fixture | many | MB | seconds | time per byte, against a quarter of it |\n|---|---|---|---|---|\n")
	tried, beyond := 0, 0
	seen := map[string]int{}
	for _, file := range files {
		docs, err := fixture(file)
		if err != nil {
			continue // what cannot be read is about reading
		}
		for _, g := range growths(file, docs) {
			const alike = 3 // of one rule, way and kinds
			key := filepath.Dir(file) + g.way
			if !strings.Contains(file+" "+g.way, only) || seen[key] >= alike {
				continue
			}
			seen[key]++
			if dir != "" {
				text, err := g.text(grownTo)
				if err != nil {
					return err
				}
				name := strings.NewReplacer("/", "-", " ", "-", "[]", "").Replace(filepath.Base(filepath.Dir(file)) + "-" + filepath.Base(file) + "-" + g.way)
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.yaml", name, seen[key])), text, 0o644); err != nil {
					return err
				}
				continue
			}
			size, took, slope, err := g.measure(tmp, bin, grownTo)
			if err == nil && slope > steep && !math.IsInf(slope, 1) {
				size, took, slope, err = g.measure(tmp, bin, 4*grownTo)
			}
			if err != nil {
				fmt.Fprintf(os.Stderr, "bounds: left out %s, %s: %v\n", file, g.way, err) // no more than a refusal
				continue
			}
			tried++
			if slope > curve {
				beyond++
				fmt.Printf("| %s | %s | %.1f | %.2f | %.2f, **beyond** |\n", file, g.way, float64(size)/1e6, took, slope)
			}
		}
	}
	fmt.Printf("\n%d inputs, %d beyond %.1f.\n", tried, beyond, curve)
	if beyond > 0 {
		return fmt.Errorf("%d of %d inputs take more than %.1f times as long for each byte of four times as many", beyond, tried, curve)
	}
	return nil
}

// measure returns the bytes of an input with n, the seconds it takes, and how
// much longer each byte takes than in one with a quarter as many.
func (g *grown) measure(tmp, bin string, n int) (size int, seconds, slope float64, err error) {
	var sizes [2]int
	var took [2]float64
	for i, n := range []int{n / 4, n} {
		text, err := g.text(n)
		if err != nil {
			return 0, 0, 0, err
		}
		file := filepath.Join(tmp, "grown.yaml")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return 0, 0, 0, err
		}
		used, err := measureFor(patience, bin, []string{"check", "-o", "json", file}, "")
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return len(text), patience.Seconds(), math.Inf(1), nil
		case err != nil:
			return 0, 0, 0, err
		}
		sizes[i], took[i] = len(text), used.time.Seconds()
	}
	return sizes[1], took[1], took[1] / took[0] * float64(sizes[0]) / float64(sizes[1]), nil
}

// fixture reads the resources of a file.
func fixture(file string) ([]*yaml.Node, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var docs []*yaml.Node
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, err
		}
		n := yamlnode.Resolve(&doc)
		if kind := yamlnode.GetString(n, "kind"); kind != "" && kind != config.Kind && kind != "Kustomization" {
			plain(n, 0)
			docs = append(docs, n)
		}
	}
}

// plain takes away comments, anchors and flow style.
func plain(n *yaml.Node, depth int) {
	n.HeadComment, n.LineComment, n.FootComment, n.Anchor = "", "", "", ""
	n.Style &^= yaml.FlowStyle
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode && depth < 20 {
			c = copied(c.Alias, nil)
			n.Content[i] = c
		}
		plain(c, depth+1)
	}
}

// growths are the ways in which a fixture grows.
func growths(file string, docs []*yaml.Node) []grown {
	all := []grown{{file, "copies of all", func(n int) []*yaml.Node {
		var many []*yaml.Node
		for i := range n {
			for _, d := range docs {
				many = append(many, numbered(d, i, nil))
			}
		}
		return many
	}}}
	for at, doc := range docs {
		kind, name := yamlnode.GetString(doc, "kind"), yamlnode.GetString(doc, "metadata", "name")
		eachSeries(doc, "", func(path string, in *yaml.Node) {
			what := kind + " " + path
			longer := func(n int) *yaml.Node { return replaced(doc, in, stretched(in, n)) }
			all = append(all, grown{file, what, func(n int) []*yaml.Node {
				many := slices.Clone(docs)
				many[at] = longer(n)
				return many
			}})
			if len(docs) == 1 {
				return
			}
			// Each of the others is about another element.
			all = append(all, grown{file, what + " and copies", func(n int) []*yaml.Node {
				many := []*yaml.Node{longer(n)}
				for i := range n {
					for j, d := range docs {
						if j != at {
							many = append(many, numbered(d, i, []string{name}))
						}
					}
				}
				return many
			}})
		})
	}
	return all
}

// eachSeries calls f for the lists below a node and for the maps that may have
// any keys.
func eachSeries(n *yaml.Node, path string, f func(path string, n *yaml.Node)) {
	switch n.Kind {
	case yaml.SequenceNode:
		if len(n.Content) > 0 {
			f(path, n)
			eachSeries(n.Content[0], path+"[]", f)
		}
	case yaml.MappingNode:
		if key := path[strings.LastIndexByte(path, '.')+1:]; slices.Contains(maps, key) && len(n.Content) > 0 {
			f(path, n)
		}
		for k, v := range yamlnode.Fields(n) {
			eachSeries(v, strings.TrimPrefix(path+"."+k.Value, "."), f)
		}
	}
}

var maps = []string{"data", "stringData", "labels", "annotations", "matchLabels", "selector", "nodeSelector", "limits", "requests", "hard"}

// stretched returns a list or map with n times what it has.
func stretched(in *yaml.Node, n int) *yaml.Node {
	long := *in
	long.Content = nil
	for i := range n {
		if in.Kind == yaml.SequenceNode {
			for _, e := range in.Content {
				long.Content = append(long.Content, numbered(e, i, nil))
			}
			continue
		}
		for k, v := range yamlnode.Fields(in) {
			key := copied(k, nil)
			if i > 0 {
				key.Value += "-" + strconv.Itoa(i)
			}
			long.Content = append(long.Content, key, copied(v, nil))
		}
	}
	return &long
}

// replaced returns a copy of a tree with another node in the place of one.
func replaced(n, old, with *yaml.Node) *yaml.Node {
	return copied(n, func(c *yaml.Node) *yaml.Node {
		if c == old {
			return with
		}
		return nil
	})
}

// numbered returns a copy of a tree in which what looks like a name has a number,
// except those.
func numbered(n *yaml.Node, i int, except []string) *yaml.Node {
	if i == 0 {
		return copied(n, nil)
	}
	number := "-" + strconv.Itoa(i)
	var key string
	var walk func(n *yaml.Node) *yaml.Node
	walk = func(n *yaml.Node) *yaml.Node {
		c := *n
		if n.Kind == yaml.ScalarNode && !slices.Contains(except, n.Value) && !slices.Contains(fixed, key) {
			switch {
			case n.Tag == "!!int" && len(n.Value) > 1 && strings.Contains(strings.ToLower(key), "port"):
				port, _ := strconv.Atoi(n.Value) // an integer
				c.Value = strconv.Itoa(1 + (port+i)%65535)
			case n.Tag == "!!str" && nameLike.MatchString(n.Value):
				c.Value += number
			case n.Tag == "!!str":
				if at := hostOf.FindStringIndex(n.Value); at != nil {
					c.Value = n.Value[:at[1]] + number + n.Value[at[1]:]
				}
			}
		}
		c.Content = slices.Clone(n.Content)
		for j, child := range n.Content {
			switch {
			case n.Kind == yaml.MappingNode && j%2 == 0:
				key = child.Value
			default:
				own := key
				c.Content[j] = walk(child)
				key = own
			}
		}
		return &c
	}
	return walk(n)
}

var (
	nameLike = regexp.MustCompile(`^[A-Za-z]?[a-z][a-z0-9-]*[a-z0-9]$`)
	hostOf   = regexp.MustCompile(`://[a-z][a-z0-9-]*`)
	fixed    = []string{"apiVersion", "kind", "namespace", "type", "protocol", "operator", "effect", "from", "group", "apiGroup", "apiGroups", "resources", "verbs", "key", "mode"}
)

// copied is a deep copy; other may give another node in the place of one.
func copied(n *yaml.Node, other func(*yaml.Node) *yaml.Node) *yaml.Node {
	if other != nil {
		if o := other(n); o != nil {
			return o
		}
	}
	c := *n
	c.Content = slices.Clone(n.Content)
	for i, child := range n.Content {
		c.Content[i] = copied(child, other)
	}
	return &c
}
