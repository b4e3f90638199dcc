package check

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// forget remembers the file that no kustomization lists and that has what a finding is
// about.
func (o *outcome) forget(f *finding.Finding, file string) {
	if o.forgotten == nil {
		o.forgotten = map[*finding.Finding]string{}
	}
	o.forgotten[f] = file
}

// appliedApart makes notes of what is in a file that no kustomization lists, and that a
// script or document has applied beside it.
var appliedApart = saying[string]{
	asks: func(o *outcome, f *finding.Finding) (file string, ok bool) {
		if file = o.forgotten[f]; file == "" || o.around == nil {
			return "", false
		}
		return below(o.tree.top(), file)
	},
	wants: func(file string) bool { return isScript(file) || isDocument(file) },
	says: func(file string, text []byte) func(string) string {
		named := appliedFiles(text)
		if len(named) == 0 {
			return nil
		}
		return func(forgotten string) string {
			if !slices.ContainsFunc(named, func(name string) bool { return isFileFrom(file, name, forgotten) }) {
				return ""
			}
			return "it is in " + forgotten + ", which " + file + " has applied"
		}
	},
	tell: func(f *finding.Finding, why string) { f.Help = why },
}

var applyCommand = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:kubectl|oc|k)\b[^\n]* (?:apply|create|replace) [^\n]*`)
})

// appliedFiles are the files of YAML that commands of a text apply, as they name them.
func appliedFiles(text []byte) (files []string) {
	if !bytes.Contains(text, []byte(".y")) {
		return nil
	}
	for _, command := range applyCommand().FindAll(text, -1) {
		for word := range strings.FieldsFuncSeq(string(command), func(r rune) bool { return strings.ContainsRune(" \t,;&|`\"'()", r) }) {
			if word = strings.TrimPrefix(strings.TrimPrefix(word, "--filename="), "-f="); isYAML(word) {
				files = append(files, word)
			}
		}
	}
	return files
}

// isFileFrom reports whether a script, which may run in its own folder or at the top, means a
// file by a name. A variable may be any folder, and is its own where nothing is behind it.
func isFileFrom(script, name, file string) bool {
	if path.Base(name) != path.Base(file) {
		return false
	}
	own, dir, in := path.Dir(script), path.Dir(name), path.Dir(file)
	if i := strings.LastIndexAny(dir, "}$)"); i >= 0 {
		_, behind, _ := strings.Cut(dir[i:], "/")
		return in == path.Join(own, behind) || behind != "" && (in == behind || strings.HasSuffix(in, "/"+behind))
	}
	return in == path.Join(own, dir) || in == path.Clean(dir)
}
