package check

import (
	"bytes"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/effects"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
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
			if hasWord(text, name) {
				return file + " has its name"
			}
			return ""
		}
	},
}

// namespaceLabels makes notes of namespaces without a label where something labels them: a
// script, a document, Terraform, a Namespace of another tree, or Helm that creates them.
var namespaceLabels = saying[labelled]{
	asks: func(_ *outcome, f *finding.Finding) (q labelled, ok bool) {
		q.key, q.namespace, ok = rules.NamespaceLabel(f)
		return q, ok
	},
	wants: func(string) bool { return true },
	says: func(file string, text []byte) func(labelled) string {
		var namespaces [][]byte // documents
		if namespaceKind().Match(text) {
			for doc := range bytes.SplitSeq(text, []byte("\n---")) {
				if namespaceKind().Match(doc) && !bytes.Contains(doc, []byte("NetworkPolicy")) { // which has the label that it asks for
					namespaces = append(namespaces, slices.Concat(doc, []byte("\n")))
				}
			}
		}
		helm := bytes.Contains(text, []byte("create-namespace"))
		commands := bytes.Contains(text, []byte("label")) && bytes.Contains(text, []byte("kubectl"))
		terraform := (bytes.Contains(text, []byte("kubernetes_labels")) || bytes.Contains(text, []byte("kubernetes_namespace"))) && hasWord(text, "labels")
		if namespaces == nil && !helm && !commands && !terraform {
			return nil
		}
		return func(q labelled) string {
			if !hasWord(text, q.namespace) {
				return ""
			}
			switch {
			case commands && setsLabel(text, q):
				return file + " labels the namespace"
			case terraform && hasWord(text, q.key):
				return file + " labels a namespace of its name"
			case helm && q.key == "name" && !rules.OfEveryCluster(q.namespace):
				return file + " has Helm create a namespace, which gets that label"
			case slices.ContainsFunc(namespaces, func(doc []byte) bool {
				return bytes.Contains(doc, []byte("    "+q.key+": "+q.namespace+"\n"))
			}):
				return file + " has a Namespace with that label"
			}
			return ""
		}
	},
}

// setsLabel reports whether a text has a command with a label: that of another key may end
// in this one, as metadata.name=shop does.
func setsLabel(text []byte, q labelled) bool {
	pair := []byte(q.key + "=" + q.namespace)
	for at := bytes.Index(text, pair); at >= 0; {
		if at == 0 || !inWord(text[at-1]) && text[at-1] != '.' && text[at-1] != '/' {
			return true
		}
		next := bytes.Index(text[at+1:], pair)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return false
}

// labelled is a label with the name of a namespace.
type labelled struct{ key, namespace string }

var namespaceKind = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*(?:- )?kind: "?Namespace\b`) })

// dnsForAll makes notes of policies without the DNS where another file of the repository has
// one that lets all pods of a namespace reach it.
var dnsForAll = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (namespace string, ok bool) {
		return f.Resource.Namespace, f.Rule == "egress-without-dns"
	},
	wants: isYAML,
	says: func(file string, text []byte) func(string) string {
		if !bytes.Contains(text, []byte("NetworkPolicy")) || !bytes.Contains(text, []byte("53")) {
			return nil
		}
		var policies []*yaml.Node
		for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
			var n yaml.Node
			if d.Decode(&n) != nil {
				break
			}
			policies = append(policies, yamlnode.Resolve(&n))
		}
		return func(namespace string) string {
			if !slices.ContainsFunc(policies, func(n *yaml.Node) bool { return rules.DNSForAll(n, namespace) }) {
				return ""
			}
			return file + " lets all pods of a namespace reach the DNS"
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
