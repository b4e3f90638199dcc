// Package silence finds the comments that silence findings.
package silence

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Mark begins a comment that silences findings on its line, or on the line below
// it:
//
//	# krm-validate:ignore rule, rule: why this is acceptable
//
// On or above the first line of a block scalar it silences what is in there.
const Mark = "krm-validate:ignore"

var ignoreComment = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)(#)\s*` + Mark + `(?:\s+([^:]*))?(?::(.*))?$`)
})

// Comment is one such comment.
type Comment struct {
	Line, Column int // from 1, the column in bytes
	// First and Last are the lines it is about: one, or those of a block scalar.
	First, Last int
	Rules       []string
	// Reason says that it has one. Without it has no effect.
	Reason bool
}

// Silences reports whether it silences a rule in a line.
func (c *Comment) Silences(rule string, line int) bool {
	return c.Reason && c.First <= line && line <= c.Last && slices.Contains(c.Rules, rule)
}

// In finds the comments of a file.
func In(text []byte) []*Comment {
	if !bytes.Contains(text, []byte(Mark)) {
		return nil
	}
	var found, waiting []*Comment
	lines := linesOf(text)
	scalars := scalarsIn(lines, text)
	all := byLine{}
	for _, s := range scalars {
		for line := s.line; line <= s.last; line++ {
			all[line] = append(all[line], s)
		}
	}
	for i, line := range lines {
		number := i + 1
		trimmed := bytes.TrimSpace(line)
		blank := len(trimmed) == 0 || trimmed[0] == '#'
		at := all.comment(number, line)
		if blank && len(line) > 0 && at == len(line) {
			continue // of a scalar
		}
		if !blank {
			for _, c := range waiting {
				c.First = number
			}
			waiting = nil
		}
		comment := line[at:] // which may be behind another one, of somebody else's
		m := ignoreComment().FindSubmatchIndex(comment)
		if m == nil {
			continue
		}
		c := &Comment{Line: number, Column: at + m[2] + 1, First: number}
		if m[4] >= 0 {
			for name := range strings.SplitSeq(string(comment[m[4]:m[5]]), ",") {
				if name = strings.TrimSpace(name); name != "" {
					c.Rules = append(c.Rules, name)
				}
			}
		}
		c.Reason = m[6] >= 0 && len(bytes.TrimSpace(comment[m[6]:m[7]])) > 0
		if found = append(found, c); blank {
			waiting = append(waiting, c)
		}
	}
	for _, c := range found {
		c.Last = c.First
		for _, b := range all[c.First] {
			if b.block && !b.patch && b.line == c.First {
				c.Last = b.last
			}
		}
	}
	return found
}

// linesOf are the lines of a text, without their ends.
func linesOf(text []byte) (lines [][]byte) {
	for more := true; more; {
		var line []byte
		line, text, more = yamlnode.CutLine(text)
		lines = append(lines, line)
	}
	return lines
}

// span is a scalar in which a # is text: from a line and a column behind its start,
// from 1 and 0, to where it ends. That of a block scalar begins with the line below
// its | or >.
type span struct {
	line, column int
	last, end    int // the last line, and the column behind it there
	block        bool
	patch        bool // of a kustomization: it is YAML, with comments and scalars of its own
}

// byLine are the scalars that each line has a part of.
type byLine map[int][]span

// comment is where the comment of a line begins, the length of the line if it has
// none: behind all scalars that may hold a #.
func (all byLine) comment(number int, line []byte) int {
	start := 0
	for _, s := range all[number] {
		switch {
		case s.patch, s.block && number == s.line:
		case s.block, number < s.last:
			return len(line)
		default:
			start = max(start, min(s.end, len(line)))
		}
	}
	for i := start; i < len(line); i++ {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return i
		}
	}
	return len(line)
}

// scalarsIn finds the scalars of a text that may hold a #: those in quotes, and
// blocks. A text that is no YAML has those before its mistake.
func scalarsIn(lines [][]byte, text []byte) (all []span) {
	at := cursor{lines: lines}
	var walk func(n *yaml.Node, key string, indent int)
	walk = func(n *yaml.Node, key string, indent int) {
		switch {
		case n.Line > len(lines): // where an empty value stands at the end
		case n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			s := span{line: n.Line, last: n.Line, block: true, patch: key == "patch" || key == "patchesStrategicMerge"}
			if strings.TrimSpace(n.Value) != "" { // what is below an empty one is not in it
				s.last = endOfBlock(lines, n.Line, indent)
			}
			all = append(all, s)
			if s.patch {
				all = append(all, inBlock(lines, s)...)
			}
		case n.Kind == yaml.ScalarNode && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
			all = append(all, inQuotes(lines, n.Line, at.of(n)))
		}
		if len(n.Content) > 0 && (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) {
			indent = n.Column - 1
		}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode {
				if i%2 == 1 {
					walk(c, n.Content[i-1].Value, indent)
				} else {
					walk(c, "", indent)
				}
				continue
			}
			walk(c, key, indent)
		}
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			return all
		}
		walk(&doc, "", 0)
	}
}

// inBlock are the scalars of the YAML in a block scalar.
func inBlock(lines [][]byte, s span) []span {
	inner := lines[s.line:s.last]
	indent := -1
	for _, line := range inner {
		if content := bytes.TrimLeft(line, " "); len(bytes.TrimSpace(content)) > 0 {
			indent = len(line) - len(content)
			break
		}
	}
	bare := make([][]byte, len(inner))
	for i, line := range inner {
		bare[i] = line[min(len(line), max(indent, 0)):]
	}
	all := scalarsIn(bare, bytes.Join(bare, []byte("\n")))
	for i := range all {
		all[i].line += s.line
		all[i].last += s.line
		all[i].column += indent
		all[i].end += indent
	}
	return all
}

// cursor finds columns in bytes, from 0, of nodes that come in their order.
type cursor struct {
	lines             [][]byte
	line, column, end int // of the last one: from 1, in characters and in bytes
}

func (c *cursor) of(n *yaml.Node) int {
	if n.Line != c.line || n.Column < c.column {
		c.line, c.column, c.end = n.Line, 1, 0
	}
	for ; c.column < n.Column; c.column++ {
		_, size := utf8.DecodeRune(c.lines[c.line-1][c.end:])
		c.end += size
	}
	return c.end
}

// inQuotes is the span of a scalar in quotes that begins at a place.
func inQuotes(lines [][]byte, at, column int) span {
	// Behind an anchor or a tag.
	for column < len(lines[at-1]) && lines[at-1][column] != '"' && lines[at-1][column] != '\'' {
		column++
	}
	s := span{line: at, column: column, last: at, end: len(lines[at-1])}
	if column >= len(lines[at-1]) {
		return s
	}
	quote := lines[at-1][column]
	for column++; at <= len(lines); at, column = at+1, 0 {
		for line := lines[at-1]; column < len(line); column++ {
			switch {
			case quote == '"' && line[column] == '\\':
				column++
			case line[column] != quote:
			case quote == '\'' && column+1 < len(line) && line[column+1] == quote:
				column++
			default:
				s.last, s.end = at, column
				return s
			}
		}
	}
	s.last, s.end = len(lines), len(lines[len(lines)-1])
	return s
}

// endOfBlock is the last line of the block scalar whose header is in line first: what
// is indented as much as its first line, and blank lines between. A header may say how
// much that is, on top of what its scalar is in: then the first line may have more.
func endOfBlock(lines [][]byte, first, parent int) int {
	last, indent := first, -1
	if m := blockHeader().FindSubmatch(lines[first-1]); m != nil {
		indent = parent + int(m[1][0]-'0')
	}
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

// blockHeader is that of a block scalar which says how much its lines are indented.
var blockHeader = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[|>][+-]?([1-9])[+-]?[ \t]*(?:#.*)?$`) })
