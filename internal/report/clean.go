package report

import (
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Clean changes findings to what may be printed: no text in them holds a
// secret. Findings go through it before any report.
func Clean(fs []finding.Finding, secrets *redact.Secrets) []finding.Finding {
	for i := range fs {
		f := &fs[i]
		for _, text := range []*string{
			&f.Message, &f.Meant, &f.Help, &f.Field,
			&f.Resource.APIVersion, &f.Resource.Kind, &f.Resource.Name, &f.Resource.Namespace,
		} {
			*text = secrets.Masked(*text)
		}
		f.File, f.Tree = cleanPath(f.File, secrets), cleanPath(f.Tree, secrets)
		f.Consequences = cleanAll(f.Consequences, secrets.Masked)
		f.Suggestions = cleanAll(f.Suggestions, secrets.Masked)
		f.Trees = cleanAll(f.Trees, func(path string) string { return cleanPath(path, secrets) })
		if m := f.Missing; m != nil {
			clean := finding.Resource{APIVersion: secrets.Masked(m.APIVersion), Kind: secrets.Masked(m.Kind), Namespace: secrets.Masked(m.Namespace), Name: secrets.Masked(m.Name)}
			if clean != *m {
				f.Missing = &clean
			}
		}
		if a := f.About; a != nil {
			clean := finding.About{What: a.What, Name: secrets.Masked(a.Name), Object: secrets.Masked(a.Object), Of: secrets.Masked(a.Of)}
			if clean != *a {
				f.About = &clean
			}
		}
		for j, a := range f.Also {
			if clean := (finding.Place{File: cleanPath(a.File, secrets), Line: a.Line, Column: a.Column, Via: secrets.Masked(a.Via)}); clean != a {
				f.Also = slices.Clone(f.Also)
				f.Also[j] = clean
			}
		}
	}
	return fs
}

// cleanAll returns the texts as they may be printed. Findings may share theirs.
func cleanAll(texts []string, masked func(string) string) []string {
	own := false
	for i, text := range texts {
		if clean := masked(text); clean != text {
			if !own {
				texts, own = slices.Clone(texts), true
			}
			texts[i] = clean
		}
	}
	return texts
}

// cleanPath is a path as it may be printed. What is a secret somewhere may be the
// name of the folder that everything is in: only that name is masked then.
func cleanPath(path string, secrets *redact.Secrets) string {
	clean := secrets.Masked(path)
	if clean == path {
		return path
	}
	names := strings.Split(path, "/")
	for i, name := range names {
		names[i] = secrets.Masked(name)
	}
	if byName := strings.Join(names, "/"); byName != path && secrets.Masked(byName) == byName {
		return byName
	}
	return clean // it is in several
}
