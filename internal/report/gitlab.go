package report

import (
	"cmp"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// An entry of a code quality report:
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
type (
	gitlabIssue struct {
		Description string         `json:"description"`
		CheckName   string         `json:"check_name"`
		Fingerprint string         `json:"fingerprint"`
		Severity    string         `json:"severity"`
		Location    gitlabLocation `json:"location"`
	}
	gitlabLocation struct {
		Path  string      `json:"path"`
		Lines gitlabLines `json:"lines"`
	}
	gitlabLines struct {
		Begin int `json:"begin"`
	}
)

var _ = register("gitlab", GitLab)

// GitLab writes findings as a code quality report. GitLab knows no finding
// without a line: one whose line is not known is at the first.
func GitLab(w io.Writer, r *Report) error {
	issues := []gitlabIssue{}
	prints := r.fingerprints()
	for i := range r.Findings {
		f := here(&r.Findings[i])
		text := f.Resource.String() + ": " + f.Sentence()
		for _, a := range advice(f) {
			text += "; " + a
		}
		issues = append(issues, gitlabIssue{
			Description: text, CheckName: f.Rule, Fingerprint: prints[i], Severity: gitlabSeverity(f.Severity),
			Location: gitlabLocation{cmp.Or(at(f), "."), gitlabLines{max(f.Line, 1)}},
		})
	}
	return writeJSON(w, issues)
}

func gitlabSeverity(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "major"
	case finding.Warning:
		return "minor"
	default:
		return "info"
	}
}
