package check

import (
	"bytes"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/effects"
)

// varsElsewhere makes notes of vars that a build does not use and another file is written
// with: what a base declares is for all that build on it.
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/vars/
var varsElsewhere = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		return f.Said().Name, f.Rule == effects.VarUnused && f.Severity == finding.Warning
	},
	wants: isYAML,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte("$(")) {
			return nil
		}
		return func(name string) string {
			if bytes.Contains(text, []byte("$("+name+")")) {
				return file + " has $(" + name + "), in another build"
			}
			return ""
		}
	},
}

// readByPrograms makes notes of ConfigMaps and Secrets that nothing uses and a program of
// the repository has the name of: it reads them, or writes them into the pods it makes.
var readByPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		return f.Resource.Name, f.Rule == "config-not-used"
	},
	wants: isProgram,
	says: func(file string, text []byte) func(string) string {
		return func(name string) string {
			if inQuotes(text, name) {
				return file + " has its name"
			}
			return ""
		}
	},
}

// accountsOfPrograms makes notes of accounts of nearly the name of another one, where a program
// of the repository that speaks of accounts has the name in quotes: an operator makes those
// of what it runs.
var accountsOfPrograms = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (name string, ok bool) {
		if f.Rule != "serviceaccount-not-found" || f.Wanted == nil {
			return "", false
		}
		return f.Wanted.Name, true
	},
	wants: isProgram,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(bytes.ReplaceAll(bytes.ToLower(text), []byte("_"), nil), []byte("serviceaccount")) {
			return nil
		}
		return func(name string) string {
			if inQuotes(text, name) {
				return file + " has its name, and may make it"
			}
			return ""
		}
	},
}
