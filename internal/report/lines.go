package report

import (
	"encoding/json"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// line is one finding between a function and the program that runs it.
type line struct {
	finding.Finding
	Meant   string            `json:"meant,omitempty"`
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
	for _, f := range fs {
		doc.Findings = append(doc.Findings, line{f, f.Meant, f.Sum, f.Missing, f.Secret})
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
		f.Meant, f.Sum, f.Missing, f.Secret = l.Meant, l.Sum, l.Missing, l.Secret
		fs = append(fs, f)
	}
	return fs, nil
}
