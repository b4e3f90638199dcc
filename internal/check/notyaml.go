package check

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"sort"
	"strings"
	"sync"

	kubeyaml "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

// YAMLInvalid is the rule about manifests that nothing can read, whose documentation is in
// fn/rules.
const YAMLInvalid = "yaml-invalid"

// Lines that a resource begins with, those that name it, kinds that hold secrets, and what
// templates of other kinds and parts that documents show have in them.
var (
	apiVersionLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^apiVersion:\s*\S`) })
	kindedLine     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^kind:\s*["']?([A-Z]\w+)`) })
	namedLine      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^ {1,4}name:\s*["']?([\w.-]+)`) })
	namespacedLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^ {1,4}namespace:\s*["']?([\w.-]+)`) })
	secretKind     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)kind\W{0,5}\w*secret`) })
	separatorLine  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^---.*$`) })
	maskedLine     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\s*(?:- )?[\w./-]+: +(?:(?:\*{2,}|%{2,}|@{2,})\s*(?:#.*)?|\*\s+#.*\b(?i:must|configure|replace|change|your|fill)\b.*)$`)
	}) // image: ****
	otherTemplate = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`%\{|#\{|\[\[|<<[^:]|%[A-Z_]+%|(?m)^\s*(?:\.\.\.|…)`)
	})
)

// notYAML is what is wrong with a file that was found in a folder, looks like a manifest
// and is not YAML to kubectl either, and the objects that it would have. It is nil for what
// something may fill in before, or documents show a part of, and where a kustomization that
// does not build lists the file.
func notYAML(t *Tree, s manifest.Source, err error) (*finding.Finding, objects) {
	have, broken := objects{}, false
	for _, doc := range separatorLine().Split(string(s.Data), -1) {
		if _, err := kubeyaml.YAMLToJSON([]byte(doc)); err != nil {
			broken = broken || apiVersionLine().MatchString(doc) && kindedLine().MatchString(doc)
		}
		if kind, name := wordOf(kindedLine(), doc), wordOf(namedLine(), doc); kind != "" && name != "" {
			have[finding.Resource{Kind: kind, Namespace: wordOf(namespacedLine(), doc), Name: name}] = there
		}
	}
	var at *manifest.Error
	switch {
	case !broken, !errors.As(err, &at), at.Line < 1, path.Ext(s.File) == ".json", t.alone && !t.unlisted:
		return nil, have
	case comesToBeYAML(s.Data) || filledIn().Match(s.Data) || otherTemplate().Match(s.Data):
		return nil, have
	}
	lines := bytes.Split(s.Data, []byte("\n"))
	at.Line = min(at.Line, len(lines))
	var doc span
	for d := range documents(lines) {
		if d.has(at.Line - 1) {
			doc = d
		}
	}
	text := string(bytes.Join(lines[doc.from:doc.to], []byte("\n")))
	at.Line = brokenLine(lines, doc, at.Line)
	line := lines[at.Line-1]
	f := &finding.Finding{
		Rule: YAMLInvalid, Severity: finding.Error, File: s.File, Line: at.Line, Column: 1 + len(line) - len(bytes.TrimLeft(line, " ")),
		Message:  strings.ToUpper(at.Err.Error()[:1]) + at.Err.Error()[1:],
		Help:     "nothing of this file can be applied",
		Resource: finding.Resource{Kind: wordOf(kindedLine(), text), Namespace: wordOf(namespacedLine(), text), Name: wordOf(namedLine(), text)},
	}
	f.Secret = secretKind().Match(s.Data) // where the parser stumbles may be behind its document, and lists have Secrets in them
	if t.alone {
		f.Severity = finding.Warning // nobody knows whether it is applied
	}
	if maskedLine().Match(line) {
		f.ToFillIn, f.Severity = true, finding.Warning
		f.Help = "it stands for a value that somebody is to fill in"
	}
	return f, have
}

// brokenLine is the line that makes a document something else than YAML, counted from 1 in
// the file: the parser often says where the block begins that it is in. It is the line that
// was said where that cannot be told.
func brokenLine(lines [][]byte, doc span, said int) int {
	const most = 5000 // lines
	if doc.to-doc.from > most {
		return said
	}
	failure := func(n int) string {
		if _, err := kubeyaml.YAMLToJSON(bytes.Join(lines[doc.from:doc.from+n], []byte("\n"))); err != nil {
			return err.Error()
		}
		return ""
	}
	whole := failure(doc.to - doc.from)
	n := sort.Search(doc.to-doc.from, func(n int) bool { return failure(n) != "" })
	if n == 0 || whole == "" || failure(n) != whole { // or it was what is not closed yet
		return said
	}
	return doc.from + n
}

func wordOf(line *regexp.Regexp, doc string) string {
	if m := line.FindStringSubmatch(doc); m != nil {
		return m[1]
	}
	return ""
}
