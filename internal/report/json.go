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
	Findings []finding.Finding `json:"findings"`
	Summary  Counts            `json:"summary"`
}

// Counts are the totals of a report.
type Counts struct {
	Errors    int `json:"errors"`
	Warnings  int `json:"warnings"`
	Notes     int `json:"notes"`
	Trees     int `json:"trees"`
	Resources int `json:"resources"`
	// WithoutSchema counts the resources whose fields could not be compared with
	// a schema, by API group.
	WithoutSchema map[string]int `json:"withoutSchema,omitempty"`
}

var _ = register("json", JSON)

// JSON writes the report as one indented JSON document.
func JSON(w io.Writer, r *Report) error {
	fs := make([]finding.Finding, len(r.Findings))
	for i, f := range r.Findings {
		f.Message = f.Sentence()
		if f.Suggestions == nil {
			f.Suggestions = []string{} // [] in JSON, never null
		}
		fs[i] = f
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(Document{Findings: fs, Summary: Counts{
		Errors:    finding.Count(fs, finding.Error),
		Warnings:  finding.Count(fs, finding.Warning),
		Notes:     finding.Count(fs, finding.Note),
		Trees:     r.Trees,
		Resources: r.Resources,

		WithoutSchema: r.WithoutSchema,
	}})
	if err != nil {
		return err
	}
	_, err = w.Write(redact.JSON(text.Bytes()))
	return err
}
