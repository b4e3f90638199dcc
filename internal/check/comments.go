package check

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// ignoreMark is what a comment says that silences a finding on its line, or on the
// line below it:
//
//	# krm-validate:ignore rule, rule: why this is acceptable
//
// On or above the first line of a block scalar it silences what is in there.
const ignoreMark = "krm-validate:ignore"

var ignoreComment = regexp.MustCompile(`(^|\s)#\s*` + ignoreMark + `(?:\s+([^:]*))?(?::(.*))?$`)

// comment is one such comment.
type comment struct {
	file         string
	line, column int
	target, last int // the lines it is about: one, or a block scalar
	rules        []string
	reason       bool
	used         map[string]bool
}

// commentsIn finds the comments of a file.
func commentsIn(file string, text []byte) []*comment {
	if !bytes.Contains(text, []byte(ignoreMark)) {
		return nil
	}
	var found, waiting []*comment
	blocks := blocksIn(text)
	ahead := blocks // they are in the order of their lines
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		for len(ahead) > 0 && number > ahead[0].last {
			ahead = ahead[1:]
		}
		if len(ahead) > 0 && !ahead[0].patch && number > ahead[0].first {
			continue
		}
		m := ignoreComment.FindSubmatchIndex(line)
		blank := len(bytes.TrimSpace(line)) == 0 || bytes.HasPrefix(bytes.TrimSpace(line), []byte("#"))
		if !blank {
			for _, c := range waiting {
				c.target = number
			}
			waiting = nil
		}
		if m == nil {
			continue
		}
		c := &comment{file: file, line: number, column: m[3] + 1, target: number, used: map[string]bool{}}
		if m[4] >= 0 {
			for name := range strings.SplitSeq(string(line[m[4]:m[5]]), ",") {
				if name = strings.TrimSpace(name); name != "" {
					c.rules = append(c.rules, name)
				}
			}
		}
		c.reason = m[6] >= 0 && len(bytes.TrimSpace(line[m[6]:m[7]])) > 0
		if found = append(found, c); blank {
			waiting = append(waiting, c)
		}
	}
	for _, c := range found {
		c.last = c.target
		for _, b := range blocks {
			if b.first == c.target && !b.patch {
				c.last = b.last
			}
		}
	}
	return found
}

// block is a block scalar: the line of its | or > and its last one. One that is a
// patch of a kustomization has comments of its own.
type block struct {
	first, last int
	patch       bool
}

// blocksIn finds the block scalars of a file: what looks like a comment in there is
// text. A file that is no YAML has none.
func blocksIn(text []byte) (blocks []block) {
	lines := bytes.Split(text, []byte("\n"))
	var walk func(n *yaml.Node, key string)
	walk = func(n *yaml.Node, key string) {
		if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			last := n.Line
			if strings.TrimSpace(n.Value) != "" { // what is below an empty one is not in it
				last = endOfBlock(lines, n.Line)
			}
			blocks = append(blocks, block{n.Line, last, key == "patch" || key == "patchesStrategicMerge"})
		}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode {
				if i%2 == 1 {
					walk(c, n.Content[i-1].Value)
				}
				continue
			}
			walk(c, key)
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			return blocks
		}
		walk(&doc, "")
	}
}

// endOfBlock is the last line of the block scalar whose header is in line first:
// what is indented as much as its first line, and blank lines between.
func endOfBlock(lines [][]byte, first int) int {
	last, indent := first, -1
	for i := first; i < len(lines); i++ {
		content := bytes.TrimLeft(lines[i], " ")
		if len(bytes.TrimSpace(content)) == 0 {
			continue
		}
		own := len(lines[i]) - len(content)
		if indent < 0 {
			indent = own
		}
		if own < indent {
			break
		}
		last = i + 1
	}
	return last
}

// dropCommented takes out the findings that comments in the files ignore, and adds
// what is wrong with such comments. The files are those that were read.
func (rep *Report) dropCommented(opts Options) {
	files := rep.Texts()
	byPlace := map[string]map[int][]*comment{}
	var all []*comment
	for _, file := range slices.Sorted(maps.Keys(files)) {
		for _, c := range commentsIn(file, files[file]) {
			if byPlace[file] == nil {
				byPlace[file] = map[int][]*comment{}
				rep.Sources[file] = files[file]
			}
			for line := c.target; line <= c.last; line++ {
				byPlace[file][line] = append(byPlace[file][line], c)
			}
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return
	}
	rep.Findings = slices.DeleteFunc(rep.Findings, func(f finding.Finding) bool {
		for _, c := range byPlace[f.File][f.Line] {
			if c.reason && slices.Contains(c.rules, f.Rule) {
				c.used[f.Rule] = true
				return true
			}
		}
		return false
	})
	for _, c := range all {
		rep.judgeComment(c, opts)
	}
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
				Rule: rule, Severity: severity, Message: message, Help: help, File: c.file, Line: c.line, Column: c.column,
				Resource: finding.Resource{Kind: "File", Name: c.file},
			})
		}
	}
	if !c.reason || len(c.rules) == 0 {
		tell("ignore-without-reason", "comment "+ignoreMark+" names no rule or gives no reason, and has no effect", "write it as # "+ignoreMark+" rule, rule: why this is acceptable")
		return
	}
	for _, name := range c.rules {
		switch {
		case rules.Lookup(name) == nil:
			tell("unknown-rule", fmt.Sprintf("comment %s: there is no rule %q", ignoreMark, name), "krm-validate rules lists them")
		case !c.used[name] && len(rep.Unread) == 0:
			tell("unused-ignore", fmt.Sprintf("comment %s: there is no finding of %q here", ignoreMark, name), "remove it: what it silenced is gone, or is on another line")
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
