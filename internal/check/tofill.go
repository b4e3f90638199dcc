package check

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// spareToFill lowers what is found at values of which a comment says that they are to be
// replaced, or in Secrets with a placeholder beside them: what they name is not there yet,
// which is a note, and that nobody can apply them as they are is a warning, and a note of
// a Secret that another one takes the place of. What was probably meant otherwise is not
// spared.
func (rep *Report) spareToFill(outcomes []outcome) {
	sources := sourceLines{}
	for i := range outcomes {
		o := &outcomes[i]
		unfilled := map[object]bool{} // Secrets with a placeholder
		shown := foldersBelow{top: o.tree.top(), names: shownFolders()}
		for j := range o.findings {
			if f := &o.findings[j]; f.Resource.Kind == "Secret" {
				if _, left := rules.PlaceholderLeft(f); left {
					unfilled[object{f.File, f.Resource}] = true
				}
			}
		}
		for j := range o.findings {
			f := &o.findings[j]
			name, image := rules.MovingImage(f)
			fills := f.Missing != nil || completable[f.Rule] || f.Rule == apischema.SecretInvalid || image
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || f.Line < 1 || len(f.Suggestions) > 0 {
				continue
			}
			if f.Rule == "variable-not-expanded" && f.Severity < finding.Error && isParameter(sources.of(rep, f.File), f.Line-1) {
				answer(f, "a comment says what it is to be")
				f.ToFillIn = true
				continue
			}
			if !fills {
				continue
			}
			if image && readersOwn().MatchString(name) && shown.has(f.File) && !builtBeside(f.File) {
				answer(f, "it stands for an application of the reader's")
				f.ToFillIn = true
				continue
			}
			if o.around == nil && f.Missing != nil {
				continue // its owners have said how severe that is
			}
			if f.Missing != nil && unfilled[object{f.File, f.Resource}] {
				answer(f, "other values of this Secret are still to be filled in")
				f.ToFillIn, f.Severity = true, finding.Note
				continue
			}
			text := sources.of(rep, f.File)
			if !saysToFill(text, f.Line-1) {
				continue
			}
			answer(f, "a comment says that it is to be replaced")
			f.ToFillIn = true
			if f.Missing != nil || asksAbove(text, f.Line-1, filledSaid()) || f.Rule == apischema.SecretInvalid {
				f.Severity = finding.Note
			}
		}
	}
}

// ofNoReader lowers what is found at an address that nothing of the tree reads by a level:
// whatever is wrong with it, nobody connects there, as far as the repository shows.
func ofNoReader(outcomes []outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		if o.around == nil || o.tree.Named {
			continue
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; !set && f.Severity > finding.Note && rules.Unread(f) {
				answer(f, "nothing here reads this "+f.Resource.Kind)
				if f.Missing != nil {
					f.Severity = finding.Note
				}
			}
		}
	}
}

// shownInPart makes notes of what workloads in folders of documents lack that have no labels
// either: they show what to add to one.
func (rep *Report) shownInPart(outcomes []outcome) {
	sources := sourceLines{}
	for i := range outcomes {
		o := &outcomes[i]
		if o.tree.Root != "" || o.tree.Named {
			continue
		}
		documents := foldersBelow{top: o.tree.top(), names: documentFolders}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || f.Line < 1 || f.Rule != apischema.RequiredField || f.Said().Name != "selector" || !documents.has(f.File) {
				continue
			}
			if !slices.ContainsFunc(documentAt(sources.of(rep, f.File), f.Line-1), func(line []byte) bool { return bytes.Contains(line, []byte("labels:")) }) {
				answer(f, "it is shown in part")
				f.Severity = finding.Note
			}
		}
	}
}

// readersOwn are names of images that stand for one of the reader's.
var readersOwn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:my|your|some|simple|sample|example)[-_]?(?:app|application|service|server|api|image|web-?app|backend|frontend|container|workload|program)$`)
})

// shownFolders are the names of folders of samples and of documents.
var shownFolders = sync.OnceValue(func() map[string]bool {
	all := maps.Clone(samples)
	maps.Copy(all, documentFolders)
	return all
})

// builtBeside reports whether a sample has what its own image is built of.
func builtBeside(file string) bool {
	dir := filepath.Dir(filepath.FromSlash(file))
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		for _, name := range []string{"Dockerfile", "Containerfile"} {
			if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
				return true
			}
		}
	}
	return false
}

// documentFolders are the names of folders of documents.
var documentFolders = map[string]bool{"docs": true, "doc": true, "documentation": true}

// saysToFill reports whether the comment on a line, or those on the lines above it, ask
// for another value.
func saysToFill(lines [][]byte, at int) bool {
	if at >= len(lines) {
		return false
	}
	if _, comment, ok := bytes.Cut(lines[at], []byte(" #")); ok && toFill().Match(comment) {
		return true
	}
	if asksAbove(lines, at, toFill()) || asksAbove(lines, at, filledSaid()) {
		return true
	}
	if asksForGroup(lines, at) {
		return true
	}
	for at > 0 && !bytes.HasPrefix(lines[at-1], []byte("---")) {
		at--
	}
	for at < len(lines) && bytes.HasPrefix(lines[at], []byte("#")) { // above the document
		at++
	}
	return asksAbove(lines, at, placeholderSaid())
}

// parameterSaid is how a comment begins that says what a parameter of a command is.
var parameterSaid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i) # *(?:\(?(?:mandatory|required|optional)\)? (?:parameter|argument|flag|option|setting)\b|(?:your|the (?:name|url|address|path|id|region) of your) )`)
})

// isParameter reports whether the comment on a line says what is to be given there.
func isParameter(lines [][]byte, at int) bool {
	return at < len(lines) && parameterSaid().Match(lines[at])
}

// theseValues is how a comment asks for other values of all lines below it.
var theseValues = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:update|edit|change|replace|adjust|fill in) (?:all |of )?these\b`)
})

// asksForGroup reports whether the comment above the lines that a line stands among, without
// an empty one between them, asks for other values of all of them.
func asksForGroup(lines [][]byte, at int) bool {
	indent := func(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }
	for i := at; i >= 0 && len(bytes.TrimSpace(lines[i])) > 0 && indent(lines[i]) == indent(lines[at]); i-- {
		if comment, ok := bytes.CutPrefix(bytes.TrimLeft(lines[i], " "), []byte("#")); ok {
			return theseValues().Match(comment)
		}
	}
	return false
}

// asksAbove reports whether one of the comments right above a line matches.
func asksAbove(lines [][]byte, at int, asks *regexp.Regexp) bool {
	isText := func(line []byte) bool { // of a list
		return bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("- ")) && !bytes.Contains(line, []byte(": "))
	}
	if at < len(lines) && isText(lines[at]) {
		for at > 0 && isText(lines[at]) {
			at--
		}
		if !bytes.HasSuffix(lines[at], []byte(":")) {
			at++ // which is under a comment of its own
		}
	}
	for at--; at >= 0; at-- {
		comment, ok := bytes.CutPrefix(bytes.TrimLeft(lines[at], " "), []byte("#"))
		if !ok {
			return false
		}
		if asks.Match(comment) {
			return true
		}
	}
	return false
}

// placeholderSaid is how comments above a document call it one for another.
var placeholderSaid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^ *(?:this is a |a )?placeholder (?:secret|configmap|certificate|object|resource|value|for)\b`)
})

// filledSaid is how comments say that a tool puts something in.
var filledSaid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:substituted|replaced|filled in|injected|patched) (?:by|in by|with) (?:kustomize|the operator|the controller|cert-manager|make|sed|helm|ci)\b|\bplaceholder\b.*\b(?:updated|replaced|overwritten|filled in|set|populated) by\b`)
})

// toFill is how comments ask for another value.
var toFill = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:change|replace|substitute|fill in|modify|update|edit)(?: it| this| these)? (?:to|with|by|here|your?|the|as|accordingly)\b|\b(?:change|replace) (?:me|this|it)\b|\b(?:update|edit|change|replace|adjust) (?:this|these) (?:values?|settings?)\b|\byour (?:own|base64)\b|^ *base64[- ]encoded\b`)
})
