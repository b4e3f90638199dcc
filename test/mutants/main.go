// Command mutants breaks one thing at a time in a folder of rendered trees,
// one file a tree, and counts how many of these mistakes are reported, and how
// often the first suggestion is the text that was there.
//
//	go run ./test/mutants [-n 3] [-seed 1] [-kind NAME] [-check] [-v] FOLDER
//
// A mutant is one edit that is wrong whoever reads it: in the name, key, port,
// namespace or host of a reference that resolves within its tree, in what it
// refers to, in a field's name, in the structure of a file (kinds.go,
// structure.go). Optional references are left alone, and so is an edit that makes
// a text the tree has elsewhere: it may be right. Reported means a warning or an
// error that the tree does not have without the edit.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

func main() {
	m := &mutator{out: os.Stdout}
	flag.IntVar(&m.each, "n", 3, "mutants of each kind in a tree, at most")
	flag.Uint64Var(&m.seed, "seed", 1, "seed of the choice")
	flag.StringVar(&m.only, "kind", "", "mutants of this kind only")
	flag.IntVar(&m.planted, "planted", 40, "trees that are made up, beside those in FOLDER")
	flag.BoolVar(&m.verbose, "v", false, "print what is not reported, and wrong suggestions")
	check := flag.Bool("check", false, "check trees as files of others, not as the function does")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: mutants [-n N] [-seed N] [-kind NAME] [-check] [-v] FOLDER")
		os.Exit(2)
	}
	if *check {
		dir, err := os.MkdirTemp("", "mutants")
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutants:", err)
			os.Exit(2)
		}
		asCheck = dir
	}
	err := m.run(flag.Arg(0))
	if asCheck != "" {
		_ = os.RemoveAll(asCheck)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
}

// count is what became of the mutants of one kind.
type count struct{ mutants, reported, suggestible, right int }

type mutator struct {
	out     io.Writer
	each    int
	seed    uint64
	only    string
	planted int
	verbose bool
	random  *rand.Rand
	counts  map[string]*count
	reasons map[string]int
}

func (m *mutator) run(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%s: no .yaml files", dir)
	}
	m.counts, m.reasons = map[string]*count{"all": {}}, map[string]int{}
	for _, k := range kinds {
		m.counts[k.name] = &count{}
	}
	for _, s := range structures {
		m.counts[s.name] = &count{}
	}
	for _, k := range kustomizationKinds {
		m.counts[k.name] = &count{}
	}
	for i := range m.planted {
		files = append(files, fmt.Sprintf("planted %d", i))
	}
	for n, file := range files {
		t, err := m.tree(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		// Planted trees are alike, and get numbers of their own.
		own := uint64(max(0, n-len(files)+m.planted+1)) << 16
		for i, k := range kinds {
			// Each kind has its own numbers: a new one moves no other.
			m.random = rand.New(rand.NewPCG(m.seed, own+uint64(i)))
			if m.only == "" || m.only == k.name {
				if err := m.texts(t, &k); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
			}
		}
		for i, s := range structures {
			m.random = rand.New(rand.NewPCG(m.seed, own+uint64(1000+i)))
			if m.only == "" || m.only == s.name {
				if err := m.structure(t, &s); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
			}
		}
	}
	if err := m.kustomizations(); err != nil {
		return err
	}
	m.print()
	return nil
}

// tree is that of a file, or a planted one.
func (m *mutator) tree(file string) (*tree, error) {
	number, ok := strings.CutPrefix(file, "planted ")
	if !ok {
		return load(file)
	}
	i, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return nil, err
	}
	return read(file, []byte(plantedText(rand.New(rand.NewPCG(m.seed, 1<<32+i)))))
}

func (m *mutator) print() {
	tw := tabwriter.NewWriter(m.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "kind\tmutants\treported\t\tfirst suggestion right\t\t")
	line := func(name string) {
		c := m.counts[name]
		if c.mutants == 0 {
			return
		}
		fmt.Fprintf(tw, "%s\t%d\t%d\t%s\t%d\t%s\t\n", name, c.mutants, c.reported, share(c.reported, c.mutants), c.right, share(c.right, c.suggestible))
	}
	for _, k := range kinds {
		line(k.name)
	}
	for _, s := range structures {
		line(s.name)
	}
	for _, k := range kustomizationKinds {
		line(k.name)
	}
	line("all")
	_ = tw.Flush()
	for _, reason := range keysOf(m.reasons) {
		fmt.Fprintf(m.out, "left out: %d, %s\n", m.reasons[reason], reason)
	}
}

func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// texts breaks texts of one kind, one at a time.
func (m *mutator) texts(t *tree, k *kind) error {
	sites := k.sites(t)
	m.random.Shuffle(len(sites), func(i, j int) { sites[i], sites[j] = sites[j], sites[i] })
	done := 0
	for _, s := range sites {
		if done == m.each {
			break
		}
		was := s.node.Value
		right := was[s.start:s.end]
		if len(right) < 2 {
			continue
		}
		e := k.edits[m.random.IntN(len(k.edits))]
		wrong := e.make(m.random, right)
		if wrong == right || wrong == "" || strings.ContainsAny(wrong[len(wrong)-1:], "-_.") && e.name != "hyphen or underscore" {
			continue
		}
		whole := was[:s.start] + wrong + was[s.end:]
		if t.taken[wrong] || t.taken[whole] {
			m.reasons["the tree has that text elsewhere"]++
			continue
		}
		if e.absent && s.elsewhere {
			m.reasons["another name, of what the cluster may have"]++
			continue
		}
		if s.right != nil {
			if reason := s.right(wrong); reason != "" {
				m.reasons[reason]++
				continue
			}
		}
		done++
		s.node.Value = whole
		after, err := findings(t.docs, e.absent)
		s.node.Value = was
		if err != nil {
			return err
		}
		good := []string{right, was}
		if s.defined {
			good = append(good, wrong, whole)
		}
		m.judge(t, k.name, !k.unsuggested, s.node.Line, fmt.Sprintf("%s\t%q for %q", e.name, wrong, right), good, e.absent, after)
	}
	return nil
}

// structure breaks the structure of documents in one way, one at a time.
func (m *mutator) structure(t *tree, s *structure) error {
	edits := s.edits(t)
	m.random.Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
	for _, e := range edits[:min(m.each, len(edits))] {
		docs, err := e.docs()
		var after []finding.Finding
		if err == nil {
			after, err = findings(docs, true)
		}
		if err != nil { // it can't be read
			after = []finding.Finding{{Rule: "unreadable", Severity: finding.Error, Message: err.Error()}}
		}
		m.judge(t, s.name, false, e.line, e.what, nil, true, after)
	}
	return nil
}

// judge counts one mutant, by the findings that are new.
func (m *mutator) judge(t *tree, kind string, suggestible bool, line int, what string, good []string, absent bool, after []finding.Finding) {
	before := t.known[0]
	if absent {
		before = t.known[1]
	}
	known := map[key]int{}
	found := slices.DeleteFunc(after, func(f finding.Finding) bool {
		k := keyOf(&f)
		known[k]++
		return f.Severity < finding.Warning || known[k] <= before[k]
	})
	suggested := slices.ContainsFunc(found, func(f finding.Finding) bool {
		return len(f.Suggestions) > 0 && slices.ContainsFunc(good, func(s string) bool {
			return f.Suggestions[0] == s || strings.HasSuffix(f.Suggestions[0], ":"+s) || f.Suggestions[0] == "$("+s+")"
		})
	})
	for _, c := range [...]*count{m.counts[kind], m.counts["all"]} {
		c.mutants++
		if len(found) == 0 {
			continue
		}
		c.reported++
		if suggestible {
			c.suggestible++
		}
		if suggestible && suggested {
			c.right++
		}
	}
	switch {
	case !m.verbose || suggested:
	case len(found) == 0:
		fmt.Fprintf(m.out, "MISSED\t%s\t%s:%d\t%s\n", kind, t.file, line, what)
	case suggestible:
		fmt.Fprintf(m.out, "NOT SUGGESTED\t%s\t%s:%d\t%s\t%s %q: %s\n", kind, t.file, line, what, found[0].Rule, found[0].Suggestions, found[0].Message)
	}
}
