// Package report prints findings for people and for machines.
package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Report is what there is to print.
type Report struct {
	Findings []finding.Finding
	// Trees and Resources say how much was checked.
	Trees, Resources int
	// Checked are the names of the trees that were, and Unread what could not be.
	Checked []string
	Unread  []Unread
	// Part is set where others check further trees.
	Part bool
	// Shard is i/n if it is one of n parts.
	Shard string
	// Known counts the findings that are left out because they are not new.
	Known int
	// WithoutSchema counts the resources whose fields could not be compared with
	// a schema, by API group.
	WithoutSchema map[string]int
	// Quiet prints, for people, nothing where there is nothing to show.
	Quiet bool
	// Bare prints, for people, findings and nothing else.
	Bare bool
	// Source returns the text of a file that findings point to, or nil. With
	// it, the line of a finding is shown.
	Source func(file string) []byte
	// Secrets says what may be shown of that line. Messages are printed as they
	// are but for control characters; see [Clean].
	Secrets *redact.Secrets
	// Notes also prints, for people, notes of which a sound tree may have many:
	// those about objects that are not in the build, and each of one rule.
	Notes bool
	// FailOn is the least severity that makes the command fail. Its zero value is
	// that of errors.
	FailOn finding.Severity
	// Version is that of the program.
	Version string
	// Rule returns what there is to say about a rule. It may be nil.
	Rule func(name string) (Rule, bool)
	// Fixes are the certain answers to findings, for formats that carry them.
	Fixes map[finding.Identity]Fix
	// Fingerprints are those of the findings where they were read from a report;
	// else they are computed when a format asks for them.
	Fingerprints []string
	// Ends are the columns behind what the findings are about, where they were read
	// from a report.
	Ends map[finding.Identity]int
}

// Rule is what reports say about a rule.
type Rule struct {
	Name string
	// Summary is one sentence, Doc a paragraph, Help a page in Markdown.
	Summary, Doc, Help string
	// URL is a document that the rule rests on; it may be empty.
	URL      string
	Severity finding.Severity
}

// Fix is a part of the file of a finding to write anew, so that the finding is gone.
type Fix struct {
	// Line and Column are where it begins, EndLine and EndColumn where what is behind
	// it begins: from 1, columns in characters.
	Line      int `json:"line"`
	Column    int `json:"column"`
	EndLine   int `json:"endLine"`
	EndColumn int `json:"endColumn"`
	// Old is what stands there, New what should.
	Old string `json:"old"`
	New string `json:"new"`
}

// Unread is a tree or a file that could not be checked.
type Unread struct {
	Name string `json:"name"`
	// Reason is one line, as it may be printed.
	Reason string `json:"reason"`
	// Named is set for what was named on the command line by itself.
	Named bool `json:"named,omitempty"`
}

// fingerprints are the identities of the findings.
func (r *Report) fingerprints() []string {
	if r.Fingerprints == nil {
		r.Fingerprints = Fingerprints(r.Findings, r.Source)
	}
	return r.Fingerprints
}

// failOn is the least severity that makes the command fail.
func (r *Report) failOn() finding.Severity {
	if r.FailOn == finding.Off {
		return finding.Error
	}
	return r.FailOn
}

// at is where a finding is, for formats that have no place without a file: the
// file, or the tree. It is empty where neither is known.
func at(f *finding.Finding) string {
	if f.File != "" {
		return f.File
	}
	return f.Tree
}

// here is a finding for readers that know the files of a repository alone: what
// is written in a remote base is at the entry that it was fetched for.
func here(f *finding.Finding) *finding.Finding {
	for _, a := range f.Also {
		if a.Via == finding.Fetched {
			local := *f
			local.File, local.Line, local.Column = a.File, a.Line, a.Column
			local.Help = strings.TrimPrefix(f.Help+"; it is written in "+f.File+":"+strconv.Itoa(f.Line), "; ")
			return &local
		}
	}
	return f
}

// advice is what follows from a finding, and what to do, one sentence each.
func advice(f *finding.Finding) []string {
	var out []string
	for _, c := range f.Consequences {
		out = append(out, "then: "+c)
	}
	if len(f.Suggestions) > 1 {
		out = append(out, "close: "+strings.Join(f.Suggestions, ", "))
	}
	if f.Help != "" {
		out = append(out, "help: "+f.Help)
	}
	return out
}

// Format is a way to print a report: a file of this package with a call of
// register.
type Format struct {
	// Name is what --output calls it.
	Name string
	// Write prints a report whole. Its errors are those of the writer.
	Write func(io.Writer, *Report) error
	// Fixes says that it carries the fixes of findings, which take time to find.
	Fixes bool
}

// formats are those of the files of this package, sorted by name.
var formats []Format

// register adds a format; the result lets a file call it for a variable.
func register(name string, write func(io.Writer, *Report) error, options ...func(*Format)) Format {
	f := Format{Name: name, Write: write}
	for _, set := range options {
		set(&f)
	}
	i, _ := slices.BinarySearchFunc(formats, name, func(f Format, name string) int { return strings.Compare(f.Name, name) })
	formats = slices.Insert(formats, i, f)
	return f
}

// withFixes is for formats that carry fixes.
func withFixes(f *Format) { f.Fixes = true }

// Default is the format for people.
const Default = "text"

// Names are the names of all formats, that for people first.
func Names() []string {
	names := []string{Default}
	for _, f := range formats {
		if f.Name != Default {
			names = append(names, f.Name)
		}
	}
	return names
}

// Lookup returns the format with a name.
func Lookup(name string) (Format, bool) {
	for _, f := range formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Summary counts findings by severity: "2 errors, 1 warning".
func Summary(fs []finding.Finding) string {
	var parts []string
	for _, s := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		if n := finding.Count(fs, s); n > 0 {
			parts = append(parts, count(n, s.String()))
		}
	}
	if parts == nil {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

// count is "1 error" or "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Sensitive reports whether the source line of a finding may hold a secret:
// lines of Secrets, and of addresses, are never shown.
func Sensitive(f *finding.Finding) bool {
	return f.Secret || strings.EqualFold(f.Resource.Kind, "Secret")
}

// position is file:line:column as far as they are known, or the tree.
func position(f *finding.Finding) string {
	place := at(f)
	if f.File != "" && f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line)
		if f.Column > 0 {
			place += ":" + strconv.Itoa(f.Column)
		}
	}
	return place
}
