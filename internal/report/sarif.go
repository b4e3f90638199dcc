package report

import (
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// The part of SARIF 2.1.0 that is written:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Version        string      `json:"version,omitempty"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string          `json:"id"`
		ShortDescription     sarifText       `json:"shortDescription"`
		FullDescription      sarifText       `json:"fullDescription"`
		Help                 *sarifText      `json:"help,omitempty"`
		HelpURI              string          `json:"helpUri,omitempty"`
		DefaultConfiguration *sarifRuleLevel `json:"defaultConfiguration,omitempty"`
	}
	sarifRuleLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name      string `json:"fullyQualifiedName"`
		Kind      string `json:"kind"`
		FieldName string `json:"name,omitempty"`
	}
)

// FingerprintName is what SARIF calls our fingerprints: the number is that of
// the way they are computed.
const FingerprintName = "krmValidate/v1"

var _ = register("sarif", SARIF, withFixes)

// SARIF writes the report for code scanning: SARIF 2.1.0 with the rules that
// have findings, and fingerprints by which a finding is the same after lines
// have moved. Paths are as they are in findings, relative to the working
// directory; a finding whose file is not known is at its tree.
func SARIF(w io.Writer, r *Report) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "krm-validate", Version: r.Version, Rules: []sarifRule{},
			InformationURI: "https://github.com/ressKim-io/wealist-k8s-migration",
		}},
		Invocations: []sarifInvocation{{Successful: true}},
		ColumnKind:  "unicodeCodePoints", // as yaml counts
		Results:     []sarifResult{},
	}
	for _, u := range r.Unread {
		level := "warning"
		if u.Named {
			level, run.Invocations[0].Successful = "error", false
		}
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{level, sarifText{Text: u.Reason}})
	}
	index := map[string]int{}
	prints := r.fingerprints()
	lines := lineReader{source: r.Source, ends: r.Ends}
	for i := range r.Findings {
		f := &r.Findings[i]
		number, ok := index[f.Rule]
		if !ok {
			number = len(run.Tool.Driver.Rules)
			index[f.Rule] = number
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r.sarifRule(f.Rule))
		}
		result := sarifResult{
			RuleID: f.Rule, RuleIndex: number, Level: sarifLevel(f.Severity),
			Message:      sarifText{Text: strings.Join(append([]string{f.Sentence()}, advice(f)...), "\n")},
			Fingerprints: map[string]string{FingerprintName: prints[i]},
			Locations:    []sarifLocation{sarifPlace(f, &lines)},
		}
		for _, a := range f.Also {
			what := "what it takes the place of"
			if a.Via == finding.Fetched {
				what = "what it was fetched for"
			}
			result.Related = append(result.Related, sarifLocation{
				Physical: &sarifPhysical{sarifArtifact{fileURI(a.File)}, region(a.Line, a.Column, 0)},
				Message:  &sarifText{Text: what},
			})
		}
		if fix, ok := r.Fixes[f.Identity()]; ok {
			result.Fixes = []sarifFix{sarifFixOf(f, fix)}
		}
		if f.Tree != "" {
			result.Properties = map[string]any{"tree": f.Tree}
			if len(f.Trees) > 0 {
				result.Properties["trees"] = f.Trees
			}
		}
		run.Results = append(run.Results, result)
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run},
	})
}

func (r *Report) sarifRule(name string) sarifRule {
	out := sarifRule{ID: name, ShortDescription: sarifText{Text: name}, FullDescription: sarifText{Text: name}}
	if r.Rule == nil {
		return out
	}
	if rule, ok := r.Rule(name); ok {
		out.ShortDescription.Text, out.FullDescription.Text = rule.Summary, rule.Doc
		out.Help = &sarifText{Text: rule.Doc, Markdown: rule.Help}
		out.HelpURI = rule.URL
		out.DefaultConfiguration = &sarifRuleLevel{sarifLevel(rule.Severity)}
	}
	return out
}

func sarifLevel(s finding.Severity) string {
	if s == finding.Off {
		return "none"
	}
	return s.String()
}

func sarifPlace(f *finding.Finding, lines *lineReader) sarifLocation {
	l := sarifLocation{Logical: []sarifLogical{{Name: f.Resource.String(), Kind: "resource", FieldName: f.Place()}}}
	if name := at(f); name != "" {
		end, _ := lines.end(f)
		l.Physical = &sarifPhysical{sarifArtifact{fileURI(name)}, region(f.Line, f.Column, end)}
	}
	return l
}

func sarifFixOf(f *finding.Finding, fix Fix) sarifFix {
	deleted := sarifRegion{StartLine: fix.Line, StartColumn: fix.Column, EndColumn: fix.EndColumn}
	if fix.EndLine != fix.Line {
		deleted.EndLine = fix.EndLine
	}
	return sarifFix{
		Description: sarifText{Text: "write " + fix.New + " instead of " + fix.Old},
		Changes: []sarifChange{{
			Artifact:     sarifArtifact{fileURI(f.File)},
			Replacements: []sarifReplacement{{Deleted: deleted, Inserted: sarifText{Text: fix.New}}},
		}},
	}
}

func region(line, column, end int) *sarifRegion {
	if line < 1 {
		return nil
	}
	return &sarifRegion{StartLine: line, StartColumn: max(column, 0), EndColumn: end}
}

// fileURI is a path as a URI reference: relative, unless the path is not.
func fileURI(name string) string {
	name = filepath.ToSlash(name)
	if u, err := url.Parse(name); err == nil && (u.Host != "" || u.Scheme == "file") {
		return u.String() // of a remote base
	}
	u := url.URL{Path: name}
	if path.IsAbs(name) || filepath.IsAbs(filepath.FromSlash(name)) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(name, "/")
	}
	return u.String()
}
