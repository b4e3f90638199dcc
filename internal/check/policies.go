package check

import (
	"bytes"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

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
			case helm && q.key == "name" && !reference.BuiltinNamed(inventory.GroupKind{Kind: "Namespace"}, "", q.namespace):
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

// documentsOf are the documents of a file, those before what cannot be read.
func documentsOf(text []byte) (documents []*yaml.Node) {
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var n yaml.Node
		if d.Decode(&n) != nil {
			return documents
		}
		documents = append(documents, yamlnode.Resolve(&n))
	}
}

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
		policies := documentsOf(text)
		return func(namespace string) string {
			if !slices.ContainsFunc(policies, func(n *yaml.Node) bool { return rules.DNSForAll(n, namespace) }) {
				return ""
			}
			return file + " lets all pods of a namespace reach the DNS"
		}
	},
}
