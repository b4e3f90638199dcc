package function

import (
	"context"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Report is what a run tells the program that it is part of.
type Report struct {
	// Code is ExitOK, ExitFindings or ExitFailure.
	Code int
	// Findings may be printed as they are.
	Findings []finding.Finding
	// WithoutSchema counts the resources whose fields could not be compared with a
	// schema, by API group, if there are findings.
	WithoutSchema map[string]int `json:",omitempty"`
	// Failure says why the input or the configuration could not be read.
	Failure string

	explain func() string
}

// Explanation says what the run wrote, one line for each value: see [Explain].
func (r *Report) Explanation() string {
	if r.explain == nil {
		return ""
	}
	return r.explain()
}

// RunNodes is Run for programs that hold the resources in memory. items are
// edited in place; functionConfig may be nil.
func RunNodes(items []*yaml.Node, functionConfig *yaml.Node) (manifest.Output, Report) {
	var secrets redact.Secrets
	var res outcome
	var out manifest.Output
	cfg, err := decode(functionConfig, &secrets)
	if err == nil {
		if res, out, err = transform(context.Background(), items, cfg, &secrets); err == nil {
			res.look(&secrets)
		}
	}
	return out, newReport(res, err, &secrets)
}

// RunFilter is Run for programs that print the findings themselves.
func RunFilter(stdin io.Reader, stdout io.Writer) Report {
	return filter(context.Background(), stdin, stdout)
}

func filter(ctx context.Context, stdin io.Reader, stdout io.Writer) Report {
	var secrets redact.Secrets
	res, err := transformList(ctx, stdin, stdout, &secrets)
	return newReport(res, err, &secrets)
}

func newReport(res outcome, err error, secrets *redact.Secrets) Report {
	if err != nil {
		return Report{Code: ExitFailure, Failure: "krm-validate: " + secrets.Error(err)}
	}
	r := Report{Findings: res.Findings, WithoutSchema: res.withoutSchema, explain: func() string {
		var text strings.Builder
		Explain(&text, res.Result)
		return secrets.Text(text.String())
	}}
	if finding.Count(res.Findings, finding.Error) > 0 {
		r.Code = ExitFindings
	}
	return r
}
