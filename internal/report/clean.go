package report

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Clean returns findings as they may be printed: no text in them holds a
// secret. Findings go through it before any report.
func Clean(fs []finding.Finding, secrets *redact.Secrets) []finding.Finding {
	if len(fs) == 0 {
		return fs
	}
	out := slices.Clone(fs)
	for i := range out {
		f := &out[i]
		f.Message = secrets.Masked(f.Message)
		f.Meant = secrets.Masked(f.Meant)
		f.Help = secrets.Masked(f.Help)
		f.Field = secrets.Masked(f.Field)
		f.File = secrets.Masked(f.File)
		f.Resource.Name = secrets.Masked(f.Resource.Name)
		f.Resource.Namespace = secrets.Masked(f.Resource.Namespace)
		f.Consequences = slices.Clone(f.Consequences)
		for j, c := range f.Consequences {
			f.Consequences[j] = secrets.Masked(c)
		}
		f.Suggestions = slices.Clone(f.Suggestions)
		for j, s := range f.Suggestions {
			f.Suggestions[j] = secrets.Masked(s)
		}
	}
	return out
}
