package report

import (
	"encoding/json"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
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
}

// JSON writes the report as one indented JSON document. trees and resources
// say how much was checked.
func JSON(w io.Writer, fs []finding.Finding, trees, resources int) error {
	fs = withLists(fs)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(Document{Findings: fs, Summary: Counts{
		Errors:    finding.Count(fs, finding.Error),
		Warnings:  finding.Count(fs, finding.Warning),
		Notes:     finding.Count(fs, finding.Note),
		Trees:     trees,
		Resources: resources,
	}})
}

// JSONLine writes findings as one line of JSON with the field findings.
func JSONLine(w io.Writer, fs []finding.Finding) {
	fs = withLists(fs)
	line, err := json.Marshal(struct {
		Findings []finding.Finding `json:"findings"`
	}{fs})
	if err == nil {
		_, _ = w.Write(append(line, '\n'))
	}
}

// withLists makes empty lists of absent ones: [] in JSON, never null.
func withLists(fs []finding.Finding) []finding.Finding {
	out := make([]finding.Finding, len(fs))
	for i, f := range fs {
		if f.Suggestions == nil {
			f.Suggestions = []string{}
		}
		out[i] = f
	}
	return out
}
