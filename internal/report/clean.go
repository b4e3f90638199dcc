package report

import (
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Clean changes findings to what may be printed: no text in them holds a
// secret. Findings go through it before any report.
func Clean(fs []finding.Finding, secrets *redact.Secrets) []finding.Finding {
	for i := range fs {
		f := &fs[i]
		for _, text := range []*string{
			&f.Message, &f.Meant, &f.Help, &f.Field, &f.File, &f.Tree,
			&f.Resource.APIVersion, &f.Resource.Kind, &f.Resource.Name, &f.Resource.Namespace,
		} {
			*text = secrets.Masked(*text)
		}
		f.Consequences = cleanAll(f.Consequences, secrets)
		f.Suggestions = cleanAll(f.Suggestions, secrets)
		f.Trees = cleanAll(f.Trees, secrets)
		if m := f.Missing; m != nil {
			clean := finding.Resource{APIVersion: secrets.Masked(m.APIVersion), Kind: secrets.Masked(m.Kind), Namespace: secrets.Masked(m.Namespace), Name: secrets.Masked(m.Name)}
			if clean != *m {
				f.Missing = &clean
			}
		}
		for j, a := range f.Also {
			if clean := (finding.Place{File: secrets.Masked(a.File), Line: a.Line, Column: a.Column, Via: secrets.Masked(a.Via)}); clean != a {
				f.Also = slices.Clone(f.Also)
				f.Also[j] = clean
			}
		}
	}
	return fs
}

// cleanAll returns the texts as they may be printed. Findings may share theirs.
func cleanAll(texts []string, secrets *redact.Secrets) []string {
	own := false
	for i, text := range texts {
		if clean := secrets.Masked(text); clean != text {
			if !own {
				texts, own = slices.Clone(texts), true
			}
			texts[i] = clean
		}
	}
	return texts
}
