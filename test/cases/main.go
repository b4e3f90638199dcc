// Command cases checks small cases made after public reports, and says which
// come out wrong. It fails on one that the list of open ones does not explain.
//
//	go run ./test/cases -open testdata/cases/open.tsv FOLDER
//
// Below FOLDER is a folder for each group, and in it cases.tsv, with a line for
// each case: its name, what must come of the bad one, and the cause. A case is a
// folder with bad* and good* files or folders, or files called NAME-bad* and
// NAME-good*. The bad one must give a warning or an error (find), must not
// (quiet), or may; the good ones must not. Whether a finding is about the cause
// is for a reader: -v prints the messages.
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], function.RunFilter, os.Stdin, os.Stdout, os.Stderr))
	}
	open := flag.String("open", "", "file of cases that are known to come out wrong: group/path and reason, separated by a tab")
	verbose := flag.Bool("v", false, "print what is found in the cases that come out right too")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: cases [-open FILE] [-v] FOLDER")
		os.Exit(2)
	}
	ok, err := run(os.Stdout, flag.Arg(0), *open, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cases:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// readTable reads a file of tab-separated columns by the names in its first line.
func readTable(file string) ([]map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("%s: no table: %w", file, err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			if i < len(line) {
				row[column] = line[i]
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func run(w io.Writer, dir, openFile string, verbose bool) (ok bool, err error) {
	open := map[string]bool{}
	if openFile != "" {
		rows, err := readTable(openFile)
		if err != nil {
			return false, err
		}
		for _, row := range rows {
			open[row["case"]] = true
		}
	}
	tables, err := filepath.Glob(filepath.Join(dir, "*", "cases.tsv"))
	if err != nil || len(tables) == 0 {
		return false, fmt.Errorf("%s: no folder with a cases.tsv", dir)
	}
	right, wrong, unexplained := 0, 0, 0
	for _, table := range tables {
		rows, err := readTable(table)
		if err != nil {
			return false, err
		}
		for _, row := range rows {
			for _, path := range variants(filepath.Dir(table), row["name"]) {
				rel, _ := filepath.Rel(dir, path)
				must := "quiet"
				if strings.Contains(filepath.Base(path), "bad") {
					must = row["must"]
				}
				loud := judge(path)
				good := must == "may" || (len(loud) > 0) == (must == "find")
				word := "ok"
				switch {
				case good:
					right++
					if open[rel] {
						word = "ok now"
					}
				case open[rel]:
					wrong, word = wrong+1, "open"
				default:
					wrong, word, unexplained = wrong+1, "WRONG", unexplained+1
				}
				if verbose || word == "WRONG" || word == "ok now" {
					fmt.Fprintf(w, "%-6s %-5s %s  %s\n", word, must, rel, row["cause"])
					for _, text := range loud[:min(4, len(loud))] {
						fmt.Fprintln(w, "       ", text)
					}
				}
			}
		}
	}
	fmt.Fprintf(w, "%d right, %d wrong, %d of them unexplained\n", right, wrong, unexplained)
	return unexplained == 0, nil
}

// variants are the bad and good ones of a case. Those for a pipeline need its
// programs, and are left out.
func variants(dir, name string) []string {
	var all []string
	for _, kind := range [...]string{"bad", "good"} {
		for _, pattern := range [...]string{filepath.Join(name, kind+"*"), name + "-" + kind + "*.yaml"} {
			found, _ := filepath.Glob(filepath.Join(dir, pattern))
			all = append(all, found...)
		}
	}
	return slices.DeleteFunc(all, func(path string) bool { return strings.HasSuffix(path, "-pipeline") })
}

// judge returns what is found at warning or error level, and what could not be
// read if nothing could.
func judge(path string) []string {
	trees, err := check.Find([]string{path}, check.FindOptions{})
	if err != nil {
		return []string{err.Error()}
	}
	rep := check.Run(context.Background(), trees, check.Options{})
	var loud []string
	for i := range rep.Findings {
		if f := &rep.Findings[i]; f.Severity >= finding.Warning {
			loud = append(loud, f.Severity.String()+" "+f.Rule+": "+f.Sentence())
		}
	}
	for _, u := range rep.Unread {
		if u.Named || rep.Resources == 0 {
			loud = append(loud, u.Error())
		}
	}
	return loud
}
