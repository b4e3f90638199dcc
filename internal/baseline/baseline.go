// Package baseline remembers findings that are known, so that only new ones are
// reported.
package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Version is that of the files written. Files of later versions are refused.
const Version = 1

// Baseline is a file of known findings.
type Baseline struct {
	Version  int     `json:"version"`
	Findings []Entry `json:"findings"`
}

// Entry is a known finding. Only its fingerprint counts; the rest is for readers.
type Entry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	File        string `json:"file,omitempty"`
	Resource    string `json:"resource"`
	Message     string `json:"message"`
}

// New is the baseline of findings and their fingerprints.
func New(fs []finding.Finding, fingerprints []string) *Baseline {
	b := &Baseline{Version: Version, Findings: []Entry{}}
	for i := range fs {
		f := &fs[i]
		b.Findings = append(b.Findings, Entry{fingerprints[i], f.Rule, f.File, f.Resource.String(), f.Sentence()})
	}
	return b
}

// Text is the file of a baseline.
func (b *Baseline) Text() ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(b)
	return redact.JSON(text.Bytes()), err
}

// Read reads a file. Its error names the file.
func Read(file string) (*Baseline, error) {
	text, err := limits.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var b Baseline
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&b); err != nil {
		return nil, fmt.Errorf("%s: not a baseline, which check --write-baseline writes: %w", file, cut(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: not a baseline: there is more behind its end", file)
	}
	switch {
	case b.Version > Version:
		return nil, fmt.Errorf("%s: a baseline of version %d, which a newer krm-validate wrote: this one reads version %d", file, b.Version, Version)
	case b.Version < 1:
		return nil, fmt.Errorf("%s: not a baseline: expected version: %d", file, Version)
	}
	for i, e := range b.Findings {
		if e.Fingerprint == "" {
			return nil, fmt.Errorf("%s: findings[%d] has no fingerprint", file, i)
		}
	}
	return &b, nil
}

// cut leaves out of a JSON error what the file says.
func cut(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s: expected another type than %s", wrong.Field, wrong.Value)
	}
	return err
}

// Compare splits findings: fresh are the indexes of those that are not in the
// baseline, stale its entries that nothing matches.
func (b *Baseline) Compare(fingerprints []string) (fresh []int, stale []Entry) {
	known := map[string]bool{}
	for _, e := range b.Findings {
		known[e.Fingerprint] = true
	}
	found := map[string]bool{}
	for i, print := range fingerprints {
		found[print] = true
		if !known[print] {
			fresh = append(fresh, i)
		}
	}
	for _, e := range b.Findings {
		if !found[e.Fingerprint] {
			stale = append(stale, e)
		}
	}
	return fresh, stale
}
