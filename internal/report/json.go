package report

import (
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
}

// Entry is a finding of a JSON report.
type Entry struct {
	finding.Finding
	// Fingerprint is the finding's identity; see [Fingerprints].
	Fingerprint string `json:"fingerprint"`
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

var _ = register("json", JSON)

// JSON writes the report as one indented JSON document.
func JSON(w io.Writer, r *Report) error {
	entries := make([]Entry, len(r.Findings))
	for i, print := range r.fingerprints() {
		f := r.Findings[i]
		f.Message = f.Sentence()
		if f.Suggestions == nil {
			f.Suggestions = []string{} // [] in JSON, never null
		}
		entries[i] = Entry{f, print}
	}
	return writeJSON(w, Document{Findings: entries, Unread: r.Unread, Summary: Counts{
		Errors:    finding.Count(r.Findings, finding.Error),
		Warnings:  finding.Count(r.Findings, finding.Warning),
		Notes:     finding.Count(r.Findings, finding.Note),
		Trees:     r.Trees,
		Resources: r.Resources,
		Known:     r.Known,

		WithoutSchema: r.WithoutSchema,
	}})
}

// writeJSON writes a JSON document as it may be printed.
func writeJSON(w io.Writer, document any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := w.Write(redact.JSON(text.Bytes()))
	return err
}
