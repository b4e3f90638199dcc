package check

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/silence"
)

// comment is one that silences findings.
type comment struct {
	*silence.Comment
	file string
	used map[string]bool // rules
}

// Spare is what is left of findings after comments in the files, of which read
// returns the texts, silence some. It is for [kbuild.Options.Spare].
func Spare(trace *provenance.Trace, read func(file string) ([]byte, error), findings []finding.Finding) []finding.Finding {
	left, _ := spare(trace, read, findings)
	return left
}

// spare also returns what is silenced, with its places.
func spare(trace *provenance.Trace, read func(file string) ([]byte, error), findings []finding.Finding) (left, silent []finding.Finding) {
	located := slices.Clone(findings)
	places := NewPlaces(trace, nil)
	places.read = func(file string) ([]byte, error) {
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		return read(path)
	}
	places.Locate(located)
	silenced := places.silenced()
	for i := range findings {
		if silenced(&located[i]) {
			silent = append(silent, located[i])
		} else {
			left = append(left, findings[i])
		}
	}
	return left, silent
}

// silenced returns a function that says whether a comment at the place of a finding
// silences it.
func (p *Places) silenced() func(f *finding.Finding) bool {
	byFile := map[string][]*silence.Comment{}
	return func(f *finding.Finding) bool {
		if f.File == "" || f.Line < 1 {
			return false
		}
		comments, ok := byFile[f.File]
		if !ok {
			comments = silence.In(p.file(f.File))
			byFile[f.File] = comments
		}
		return slices.ContainsFunc(comments, func(c *silence.Comment) bool { return c.Silences(f.Rule, f.Line) })
	}
}

// Silenced leaves out the findings that comments in the files silence, after
// [Places.Locate].
func (p *Places) Silenced(findings []finding.Finding) []finding.Finding {
	silenced := p.silenced()
	return slices.DeleteFunc(findings, func(f finding.Finding) bool { return silenced(&f) })
}

// comments are those of files, by file and by the lines that they are about.
type comments struct {
	all     []*comment
	byPlace map[string]map[int][]*comment
}

func commentsOf(files map[string][]byte) *comments {
	cs := &comments{byPlace: map[string]map[int][]*comment{}}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		for _, found := range silence.In(files[file]) {
			if cs.byPlace[file] == nil {
				cs.byPlace[file] = map[int][]*comment{}
			}
			c := &comment{found, file, map[string]bool{}}
			for line := c.First; line <= c.Last; line++ {
				cs.byPlace[file][line] = append(cs.byPlace[file][line], c)
			}
			cs.all = append(cs.all, c)
		}
	}
	return cs
}

// silenced reports whether a comment silences a finding.
func (cs *comments) silenced(f finding.Finding) bool {
	for _, c := range cs.byPlace[f.File][f.Line] {
		if c.Silences(f.Rule, f.Line) {
			c.used[f.Rule] = true
			return true
		}
	}
	return false
}

// dropCommented takes out the findings that comments in files ignore, and adds
// what is wrong with such comments. What was found beside uses comments too.
func (rep *Report) dropCommented(opts Options, files map[string][]byte, beside []finding.Finding) {
	cs := commentsOf(files)
	if len(cs.all) == 0 {
		return
	}
	for file := range cs.byPlace {
		rep.Sources[file] = files[file]
	}
	for _, f := range slices.Concat(rep.spared, beside) {
		cs.silenced(f)
	}
	rep.Findings = slices.DeleteFunc(rep.Findings, cs.silenced)
	for _, c := range cs.all {
		rep.judgeComment(c, opts)
	}
}

// unusedComment reports whether there is a comment that ignores none of these
// findings.
func (rep *Report) unusedComment(found []finding.Finding) bool {
	cs := commentsOf(rep.Texts())
	if len(cs.all) == 0 {
		return false
	}
	for _, f := range slices.Concat(rep.spared, found) {
		cs.silenced(f)
	}
	return slices.ContainsFunc(cs.all, func(c *comment) bool {
		return !rep.certain[c.file] && slices.ContainsFunc(c.Rules, func(rule string) bool { return !c.used[rule] })
	})
}

// Texts are those of all files that were read, by the names that findings have for
// them.
func (rep *Report) Texts() map[string][]byte {
	files := map[string][]byte{}
	cwd, _ := os.Getwd()
	if real, err := filepath.EvalSymlinks(cwd); err == nil {
		cwd = real
	}
	for path, text := range rep.secrets.Files {
		if rel, err := filepath.Rel(cwd, path); err == nil { // as places have it
			path = rel
		}
		files[filepath.ToSlash(path)] = text
	}
	maps.Copy(files, rep.Sources)
	return files
}

// judgeComment reports a comment without effect.
func (rep *Report) judgeComment(c *comment, opts Options) {
	tell := func(rule, message, help string) {
		r := rules.Lookup(rule)
		severity := r.Severity
		if opts.Config != nil {
			severity = opts.Config.Spec.Validate.SeverityOf(rule, severity)
		}
		if severity != finding.Off {
			rep.Findings = append(rep.Findings, finding.Finding{
				Rule: rule, Severity: severity, Message: message, Help: help, File: c.file, Line: c.Line, Column: c.Column,
				Resource: finding.Resource{Kind: "File", Name: c.file},
			})
		}
	}
	if !c.Reason || len(c.Rules) == 0 {
		tell("ignore-without-reason", "comment "+silence.Mark+" names no rule or gives no reason, and has no effect", "write it as # "+silence.Mark+" rule, rule: why this is acceptable")
		return
	}
	for _, name := range c.Rules {
		switch {
		case rules.Lookup(name) == nil:
			tell("unknown-rule", fmt.Sprintf("comment %s: there is no rule %q", silence.Mark, name), "krm-validate rules lists them")
		case !c.used[name] && !rep.certain[c.file] && len(rep.Unread) == 0 && !rep.unreadBeside:
			tell("unused-ignore", fmt.Sprintf("comment %s: there is no finding of %q here", silence.Mark, name), "remove it: what it silenced is gone, or is on another line")
		}
	}
}

// weigh gives rules the severities that the repository has for them.
func (rep *Report) weigh(severities map[string]finding.Severity) {
	if len(severities) == 0 {
		return
	}
	rep.Findings = slices.DeleteFunc(rep.Findings, func(f finding.Finding) bool {
		s, ok := severities[f.Rule]
		return ok && s == finding.Off
	})
	for i := range rep.Findings {
		if s, ok := severities[rep.Findings[i].Rule]; ok {
			rep.Findings[i].Severity = s
		}
	}
}
