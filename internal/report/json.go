package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Document is the JSON report. Its shape is stable: fields may be added, none
// is renamed or removed.
type Document struct {
	Findings []Entry `json:"findings"`
	Summary  Counts  `json:"summary"`
	// Unread is what could not be checked.
	Unread []Unread `json:"unread,omitempty"`
	// Checked are the names of the trees, where they are a part of all.
	Checked []string `json:"checked,omitempty"`
	// Shard is i/n, and Version that of the program, where they are a part of all.
	Shard   string `json:"shard,omitempty"`
	Version string `json:"version,omitempty"`
}

// Entry is a finding of a JSON report.
type Entry struct {
	finding.Finding
	// Fingerprint is the finding's identity; see [Fingerprints].
	Fingerprint string `json:"fingerprint"`
	// Fix is the certain answer, if there is one: in File of the finding.
	Fix *Fix `json:"fix,omitempty"`
	// EndColumn, from 1 in characters, is behind what it is about. It is there where
	// the report is to be merged with others.
	EndColumn int `json:"endColumn,omitempty"`
	// About is that of the finding, there likewise: entries with one cause go by it.
	About *finding.About `json:"about,omitempty"`
}

// Counts are the totals of a report.
type Counts struct {
	Errors    int `json:"errors"`
	Warnings  int `json:"warnings"`
	Notes     int `json:"notes"`
	Trees     int `json:"trees"`
	Resources int `json:"resources"`
	// Known counts the findings that are left out because they are not new.
	Known int `json:"known,omitempty"`
	// WithoutSchema counts the resources whose fields could not be compared with
	// a schema, by API group.
	WithoutSchema map[string]int `json:"withoutSchema,omitempty"`
}

var _ = register("json", JSON, withFixes)

// JSON writes the report as one indented JSON document.
func JSON(w io.Writer, r *Report) error {
	d := Document{Findings: []Entry{}, Unread: r.Unread, Summary: Counts{
		Errors:    finding.Count(r.Findings, finding.Error),
		Warnings:  finding.Count(r.Findings, finding.Warning),
		Notes:     finding.Count(r.Findings, finding.Note),
		Trees:     r.Trees,
		Resources: r.Resources,
		Known:     r.Known,

		WithoutSchema: r.WithoutSchema,
	}}
	if r.Part {
		d.Checked, d.Shard, d.Version = r.Checked, r.Shard, r.Version
	}
	rest, err := indented(d, "")
	if err != nil {
		return err
	}
	// There may be many findings: they are written one by one.
	out := bufio.NewWriter(w)
	before, after, _ := bytes.Cut(rest, []byte("[]"))
	_, _ = out.Write(before)
	_ = out.WriteByte('[')
	lines := lineReader{source: r.Source}
	for i, print := range r.fingerprints() {
		f := r.Findings[i]
		if f.Suggestions == nil {
			f.Suggestions = []string{} // [] in JSON, never null
		}
		entry := Entry{Finding: f, Fingerprint: print}
		if fix, ok := r.Fixes[f.Identity()]; ok {
			entry.Fix = &fix
		}
		if r.Part {
			entry.EndColumn, _ = lines.end(&f)
			entry.About = f.About
		}
		entry.Message = f.Sentence()
		text, err := indented(entry, "    ")
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.WriteString("\n    ")
		_, _ = out.Write(bytes.TrimSuffix(text, []byte("\n")))
	}
	if len(r.Findings) > 0 {
		_, _ = out.WriteString("\n  ")
	}
	_ = out.WriteByte(']')
	_, _ = out.Write(after)
	return out.Flush() // which has the error of any of them
}

// writeJSON writes a JSON document as it may be printed.
func writeJSON(w io.Writer, document any) error {
	text, err := indented(document, "")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// indented is a part of a JSON document as it may be printed, behind the first
// line with a prefix.
func indented(part any, prefix string) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	err := e.Encode(part)
	return redact.JSON(text.Bytes()), err
}
