package check

import (
	"bytes"
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// waitedFor are the kinds of Flux that wait for each other by name and that people write
// down: what bootstrap makes besides its own names is none of them.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies
var waitedFor = map[string]bool{"Kustomization": true, "HelmRelease": true, "HelmRepository": true, "OCIRepository": true}

// unwritten makes warnings of the notes about such an object that no file of the
// repository has, whatever its namespace, where the whole repository is checked and has
// others of the kind: who refers to it waits for good. A definition is looked for in the
// text, since it may stand where no tree is built.
// It is judged when the files have been read and the levels of other absences are known.
func unwritten(outcomes []outcome, readers textReaders) (judge func()) {
	asked := map[string]*fluxNames{} // by the top of the repository
	places := map[string]*paths{}    // by the folder that was named
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Missing == nil || f.Severity > finding.Warning || !waitedFor[f.Missing.Kind] ||
				f.Missing.Name == "flux-system" || !strings.Contains(f.Resource.APIVersion, ".toolkit.fluxcd.io/") || !o.tree.isWhole() {
				continue
			}
			if below, err := filepath.Abs(cmp.Or(o.tree.Within, o.tree.Name)); err == nil && f.File != "" {
				if places[below] == nil {
					places[below] = &paths{below: below}
				}
				if places[below].of(f.File) != applied {
					continue
				}
			}
			top := o.tree.top()
			if asked[top] == nil {
				asked[top] = &fluxNames{top: top, findings: map[fluxName][]*finding.Finding{}, written: map[fluxName]bool{}, count: map[string]int{}, open: map[string]bool{}}
			}
			name := fluxName{f.Missing.Kind, f.Missing.Name}
			asked[top].findings[name] = append(asked[top].findings[name], f)
		}
	}
	for top, names := range asked {
		readers[top] = append(readers[top], &textReader{wants: func(string) bool { return true }, read: names.read})
	}
	return func() {
		for _, names := range asked {
			names.judge()
		}
	}
}

type fluxName struct{ kind, name string }

// fluxNames are what the files of a repository call the objects of these kinds.
type fluxNames struct {
	findings map[fluxName][]*finding.Finding
	written  map[fluxName]bool
	count    map[string]int  // names of a kind
	open     map[string]bool // kinds with a name that is filled in later
	affixed  bool            // kustomizations add to names
	off, on  map[string]bool // files and folders that kustomizations have in a comment, and list
	top      string
}

// listed is an entry of a kustomization's list, which may be in a comment.
var listed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(#?)[ \t#]*- *["']?([\w./-]+)["']?[ \t]*(?:#.*)?\r?$`)
})

// list remembers what a kustomization lists, and what somebody has taken out of it for a
// while.
func (n *fluxNames) list(file string, text []byte) {
	if n.off == nil {
		n.off, n.on = map[string]bool{}, map[string]bool{}
	}
	for _, m := range listed().FindAllSubmatch(text, -1) {
		entry := path.Join(path.Dir(file), string(m[2]))
		if len(m[1]) > 0 {
			n.off[entry] = true
		} else {
			n.on[entry] = true
		}
	}
}

// isOff reports whether a file is in a folder that is in a comment only.
func (n *fluxNames) isOff(file string) bool {
	rel, err := filepath.Rel(n.top, absolute(file))
	if err != nil || len(n.off) == 0 {
		return false
	}
	for at := filepath.ToSlash(rel); at != "."; at = path.Dir(at) {
		if strings.HasPrefix(at, "../") || n.on[at] && n.off[at] {
			return false
		}
		if n.off[at] {
			return true
		}
	}
	return false
}

var (
	fluxKind = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^([ \t]*(?:- )?)kind:[ \t]*["']?(Kustomization|HelmRelease|HelmRepository|OCIRepository)["']?[ \t]*(?:#.*)?\r?$`)
	})
	metadataName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^([ \t]*(?:- )?)metadata:[ \t]*(?:#.*)?\r?\n((?:[ \t]+.*\n?|[ \t]*#.*\n?|[ \t]*\r?\n)+)`)
	})
	nameLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^[ \t]+name:[ \t]*(?:&\S+[ \t]+)?["']?([^"'\r\n]*?)["']?[ \t]*(?:#.*)?\r?$`)
	})
)

func (n *fluxNames) read(file string, text []byte) (more bool) {
	if isKustomizationFile(file) {
		n.list(file, text)
	}
	switch path.Ext(file) {
	case ".yaml", ".yml", ".tpl", ".j2", ".jinja", ".json", ".jsonnet", ".cue", ".tmpl":
	default:
		n.heard(file, text)
		return true
	}
	n.affixed = n.affixed || bytes.Contains(text, []byte("namePrefix:")) || bytes.Contains(text, []byte("nameSuffix:"))
	if !bytes.Contains(text, []byte("toolkit.fluxcd.io")) {
		n.heard(file, text)
		return true
	}
	for _, doc := range bytes.Split(text, []byte("\n---")) {
		kinds := fluxKind().FindAllSubmatch(doc, -1)
		if len(kinds) == 0 {
			continue
		}
		for _, m := range metadataName().FindAllSubmatch(doc, -1) {
			name := ""
			if of := nameLine().FindSubmatch(m[2]); of != nil {
				name = string(of[1])
			}
			for _, kind := range kinds {
				key := fluxName{string(kind[2]), name}
				switch {
				case len(kind[1]) != len(m[1]): // a reference
				case name == "" || strings.ContainsAny(name, "{<$*"):
					n.open[key.kind] = true
				case !n.written[key]:
					n.written[key] = true
					n.count[key.kind]++
				}
			}
		}
	}
	return true
}

// heard counts what a file of another kind says as written: flux create, a program.
func (n *fluxNames) heard(file string, text []byte) {
	if !bytes.Contains(text, []byte("flux")) {
		return
	}
	document := path.Ext(file) == ".md"
	for key := range n.findings {
		for line := range bytes.Lines(text) {
			if hasWord(line, key.name) && (!document || bytes.Contains(line, []byte("flux create"))) {
				n.written[key] = true
				break
			}
		}
	}
}

func (n *fluxNames) judge() {
	lacking := map[string]int{} // names of a kind
	for key := range n.findings {
		if !n.has(key) {
			lacking[key.kind]++
		}
	}
	for key, findings := range n.findings {
		if n.open[key.kind] || n.has(key) || n.count[key.kind] < 3*lacking[key.kind] {
			continue
		}
		for _, f := range findings {
			if f.Severity != finding.Note || n.isOff(f.File) {
				continue // it has been told from a name of another tree
			}
			f.Severity = finding.Warning
			f.Message += ", and no file of the repository has one of that name"
		}
	}
}

func (n *fluxNames) has(key fluxName) bool {
	if n.written[key] {
		return true
	}
	for other := range n.written {
		if n.affixed && other.kind == key.kind && strings.Contains(key.name, other.name) {
			return true
		}
	}
	return false
}
