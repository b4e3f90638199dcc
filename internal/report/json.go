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
}

// JSON writes the report as one indented JSON document. trees and resources
// say how much was checked.
func JSON(w io.Writer, fs []finding.Finding, trees, resources int) error {
	fs = withLists(fs)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(Document{Findings: fs, Summary: Counts{
		Errors:    finding.Count(fs, finding.Error),
		Warnings:  finding.Count(fs, finding.Warning),
		Notes:     finding.Count(fs, finding.Note),
		Trees:     trees,
		Resources: resources,
	}})
	if err != nil {
		return err
	}
	_, err = w.Write(redact.JSON(text.Bytes()))
	return err
}

// line is one finding between a function and the program that runs it.
type line struct {
	finding.Finding
	Sum     uint64            `json:"sum,omitempty"`
	Missing *finding.Resource `json:"missing,omitempty"`
	Secret  bool              `json:"secret,omitempty"`
}

type lines struct {
	Findings []line `json:"findings"`
}

// JSONLine writes findings as one line of JSON, for [ReadJSONLine].
func JSONLine(w io.Writer, fs []finding.Finding) {
	doc := lines{Findings: []line{}}
	for _, f := range withLists(fs) {
		doc.Findings = append(doc.Findings, line{Finding: f, Sum: f.Sum, Missing: f.Missing, Secret: f.Secret})
	}
	if text, err := json.Marshal(doc); err == nil {
		_, _ = w.Write(append(text, '\n'))
	}
}

// ReadJSONLine reads what one JSONLine wrote.
func ReadJSONLine(d *json.Decoder) ([]finding.Finding, error) {
	var doc lines
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	var fs []finding.Finding
	for _, l := range doc.Findings {
		f := l.Finding
		f.Sum, f.Missing, f.Secret = l.Sum, l.Missing, l.Secret
		fs = append(fs, f)
	}
	return fs, nil
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
