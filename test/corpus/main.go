// Command corpus runs every rule over a folder of rendered trees, one file a
// tree, and counts what it finds. It fails on a finding at error level that
// the list of accepted ones does not explain, and on an entry of that list
// that matches nothing.
//
//	go run ./test/corpus -accept testdata/corpus/accepted.tsv FOLDER
//
// Whoever made the trees declared no externals, so what is merely not in a
// tree counts as a warning.
package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

func main() {
	accept := flag.String("accept", "", "file of accepted errors: rule, file, object and reason, separated by tabs")
	verbose := flag.Bool("v", false, "print warnings and notes too")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: corpus [-accept FILE] [-v] FOLDER")
		os.Exit(2)
	}
	ok, err := run(os.Stdout, flag.Arg(0), *accept, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// accepted is one true defect of a tree.
type accepted struct {
	rule, file, object, reason string
	hits                       int
}

func readAccepted(file string) ([]*accepted, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []*accepted
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 || f[3] == "" {
			return nil, fmt.Errorf("%s:%d: expected rule, file, object and reason, separated by tabs", file, i+1)
		}
		list = append(list, &accepted{rule: f[0], file: f[1], object: f[2], reason: f[3]})
	}
	return list, nil
}

func run(w io.Writer, dir, acceptFile string, verbose bool) (ok bool, err error) {
	list, err := readAccepted(acceptFile)
	if err != nil {
		return false, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		return false, fmt.Errorf("%s: no .yaml files", dir)
	}
	ok = true
	counts := map[[2]string]int{}
	resources, explained := 0, 0
	for _, file := range files {
		rep := check.Run(context.Background(), []check.Tree{{Name: file, Files: []string{file}}}, check.Options{Unresolved: "warning"})
		for _, err := range rep.Unread {
			fmt.Fprintln(w, "UNREAD", err)
			ok = false
		}
		resources += rep.Resources
		for i := range rep.Findings {
			f := &rep.Findings[i]
			counts[[2]string{f.Severity.String(), f.Rule}]++
			switch {
			case f.Severity == finding.Error && explain(list, f):
				explained++
			case f.Severity == finding.Error, verbose:
				fmt.Fprintf(w, "%s\t%s\t%s:%d\t%s\t%s\n\t%s\n", f.Severity, f.Rule, filepath.Base(f.File), f.Line, f.Resource, f.Field, f.Message)
				ok = ok && f.Severity < finding.Error
			}
		}
		if err := idempotent(file); err != nil {
			fmt.Fprintln(w, "NOT IDEMPOTENT", file, err)
			ok = false
		}
	}
	for _, a := range list {
		if a.hits == 0 {
			fmt.Fprintf(w, "UNUSED accepted error: %s %s %s\n", a.rule, a.file, a.object)
			ok = false
		}
	}
	printCounts(w, counts)
	fmt.Fprintf(w, "%d trees, %d resources, %d errors explained\n", len(files), resources, explained)
	return ok, nil
}

func explain(list []*accepted, f *finding.Finding) bool {
	for _, a := range list {
		if a.rule == f.Rule && a.file == filepath.Base(f.File) && a.object == f.Resource.String() {
			a.hits++
			return true
		}
	}
	return false
}

func printCounts(w io.Writer, counts map[[2]string]int) {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range keys {
		fmt.Fprintf(tw, "%s\t%s\t%d\n", k[0], k[1], counts[k])
	}
	_ = tw.Flush()
}

// everything switches on every normalizer that needs no settings of its own.
const everything = `functionConfig:
  apiVersion: wealist.io/v1alpha1
  kind: ConfigPipeline
  metadata: {name: corpus}
  spec: {normalize: {quantities: {}, env: {}, secrets: {}}}
`

// idempotent runs the function over a tree and over its own output: the second
// run changes nothing.
func idempotent(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	docs, err := manifest.Read(file, text)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	list.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n")
	for _, d := range docs {
		lead := "- "
		encoded, err := manifest.Encode(d.Node)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(encoded) {
			if len(bytes.TrimSpace(line)) > 0 {
				list.WriteString(lead)
				lead = "  "
			}
			list.Write(line)
		}
	}
	list.WriteString(everything)
	var once, twice bytes.Buffer
	if code := function.Run(context.Background(), &list, &once, io.Discard); code == function.ExitFailure {
		return fmt.Errorf("the function failed")
	}
	function.Run(context.Background(), bytes.NewReader(once.Bytes()), &twice, io.Discard)
	if !bytes.Equal(once.Bytes(), twice.Bytes()) {
		return fmt.Errorf("a second run changed something")
	}
	return nil
}
