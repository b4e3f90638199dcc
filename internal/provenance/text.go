package provenance

import (
	"bytes"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// File is the text of a file, with the offsets of its lines.
type File struct {
	Path  string
	Text  []byte
	lines []int // offset of each line
}

// NewFile returns a file. The path is what places will say.
func NewFile(path string, text []byte) *File {
	f := &File{Path: path, Text: text, lines: []int{0}}
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return f
		}
		at += i + 1
		f.lines = append(f.lines, at)
	}
}

// line returns the text of a line, from 1.
func (f *File) line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	return bytes.TrimSuffix(f.Text[f.lines[n-1]:end], []byte("\r"))
}

// offset returns where a line and a column in characters are, or -1.
func (f *File) offset(line, column int) int {
	text := f.line(line)
	if text == nil || column < 1 {
		return -1
	}
	at := 0
	for range column - 1 {
		if at >= len(text) {
			return -1
		}
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return f.lines[line-1] + at
}

// place is the inverse of offset.
func (f *File) place(offset int) Place {
	lo, hi := 0, len(f.lines)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; f.lines[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return Place{File: f.Path, Line: lo + 1, Column: 1 + utf8.RuneCount(f.Text[f.lines[lo]:min(offset, len(f.Text))])}
}

// Start is the place of the file's first character.
func (f *File) Start() Place { return Place{File: f.Path, Line: 1, Column: 1} }

// KeyBefore returns the place of a key whose value stands at a place: on its line,
// or on the one above. It is empty where no such key stands there.
func (f *File) KeyBefore(value Place, key string) Place {
	line := f.line(value.Line)
	at := f.offset(value.Line, value.Column)
	if at < 0 || key == "" {
		return Place{}
	}
	before := line[:at-f.lines[value.Line-1]]
	number := value.Line
	if strings.Trim(string(before), " -") == "" {
		for number--; number > 0 && isComment(string(f.line(number))); number-- {
		}
		before = f.line(number)
	}
	text := strings.TrimRight(string(before), " ")
	for _, quoted := range []string{key, `"` + key + `"`, "'" + key + "'"} {
		head, ok := strings.CutSuffix(text, quoted+":")
		if ok && (head == "" || strings.HasSuffix(head, " ") || strings.HasSuffix(head, "{") || strings.HasSuffix(head, ",")) {
			return Place{File: f.Path, Line: number, Column: 1 + utf8.RuneCountInString(head)}
		}
	}
	return Place{}
}

// scalar returns the place of a scalar that a YAML reader puts at a line and
// column. The anchor and tag in front of it are no part of the value. The place
// is empty where the text there is not the scalar's, which a reader that was
// given another text than the file's would get wrong.
func (f *File) scalar(n *yaml.Node, line, column int) Place {
	at := f.offset(line, column)
	if at < 0 || n.Kind != yaml.ScalarNode {
		return Place{}
	}
	rest := f.line(line)[at-f.lines[line-1]:]
	skipped, start := 0, at
	for len(rest) > 0 && (rest[0] == '&' || rest[0] == '!' && n.Style&yaml.TaggedStyle != 0) {
		end := bytes.IndexAny(rest, " \t")
		if end < 0 {
			return Place{} // the value is on another line
		}
		for end < len(rest) && (rest[end] == ' ' || rest[end] == '\t') {
			end++
		}
		skipped += utf8.RuneCount(rest[:end])
		rest, start = rest[end:], start+end
	}
	if !begins(f.Text[start:], n) {
		return Place{}
	}
	return Place{File: f.Path, Line: line, Column: column + skipped}
}

// begins reports whether a text begins with a scalar. The style of a node need
// not be that of the text: what is merged into another value may take over its
// style. Then the first word has to be the same.
func begins(text []byte, n *yaml.Node) bool {
	if len(text) == 0 {
		return false
	}
	own := styleAt(text[0])
	if own != 0 && n.Style&own != 0 {
		return true
	}
	switch {
	case own&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		_, text, _ = bytes.Cut(text, []byte("\n"))
		text = bytes.TrimLeft(text, " \n")
	case own != 0 && n.Value == "":
		return len(text) > 1 && text[1] == text[0]
	case own != 0:
		text = text[1:]
	}
	word := strings.TrimLeft(n.Value, " \n")
	if i := strings.IndexAny(word, " \n"); i >= 0 {
		word = word[:i]
	}
	return word != "" && bytes.HasPrefix(text, []byte(word)) // where there is no word, nothing stands there
}

// styleAt is the style of a scalar that begins with a character, 0 for plain ones.
func styleAt(c byte) yaml.Style {
	switch c {
	case '|':
		return yaml.LiteralStyle
	case '>':
		return yaml.FoldedStyle
	case '"':
		return yaml.DoubleQuotedStyle
	case '\'':
		return yaml.SingleQuotedStyle
	}
	return 0
}

// Text is a text that a reader of YAML is given, and where its characters stand
// in a file. It is the file itself, or a scalar in it such as an inline patch.
type Text struct {
	Value string
	file  *File
	self  *File // Value as lines
	at    []int // for each byte of Value its offset in file, nil if that is the same
}

// WholeText is the text of a file.
func WholeText(f *File) *Text {
	return &Text{Value: string(f.Text), file: f, self: f}
}

// ScalarText is the text of a scalar that stands in a file. n has its position
// there. Where the characters cannot be told apart (escapes of some kinds) it
// returns a text without places.
func ScalarText(f *File, n *yaml.Node) *Text {
	t := &Text{Value: n.Value, file: f, self: NewFile(f.Path, []byte(n.Value))}
	t.at = align(f, n)
	return t
}

// Trim is strings.TrimSpace.
func (t *Text) Trim() *Text {
	start := len(t.Value) - len(strings.TrimLeft(t.Value, " \t\r\n\v\f\u0085\u00a0"))
	trimmed := strings.TrimSpace(t.Value)
	if start < 0 || start+len(trimmed) > len(t.Value) || t.Value[start:start+len(trimmed)] != trimmed {
		return &Text{Value: trimmed, self: NewFile("", []byte(trimmed))}
	}
	return t.slice(start, start+len(trimmed))
}

// Begun returns the text without the line of three dashes that it may begin
// with: what reads it by itself takes that for the end of a document before.
func (t *Text) Begun() *Text {
	if line, _, ok := strings.Cut(t.Value, "\n"); ok && strings.TrimRight(line, " \t\r") == "---" {
		return t.slice(len(line)+1, len(t.Value))
	}
	return t
}

// Framed returns the text between comments, so that nobody who trims it changes
// what a block at its end says.
func (t *Text) Framed() *Text {
	const head, tail = "#\n", "#"
	f := &Text{Value: head + t.Value, file: t.file}
	if strings.HasSuffix(t.Value, "\n") {
		f.Value += tail
	}
	f.self = NewFile("", []byte(f.Value))
	if t.known() {
		f.at = make([]int, len(f.Value))
		for i := range f.at {
			own := i - len(head)
			switch {
			case own < 0 || own >= len(t.Value):
				f.at[i] = -1
			case t.at != nil:
				f.at[i] = t.at[own]
			default:
				f.at[i] = own
			}
		}
	} else {
		f.file = nil
	}
	return f
}

// slice returns a part of the text.
func (t *Text) slice(from, to int) *Text {
	s := &Text{Value: t.Value[from:to], file: t.file, self: NewFile("", []byte(t.Value[from:to]))}
	switch {
	case t.file == nil:
	case t.at != nil:
		s.at = t.at[from:to]
	default:
		s.at = make([]int, to-from)
		for i := range s.at {
			s.at[i] = from + i
		}
	}
	return s
}

func (t *Text) known() bool { return t.file != nil && (t.at != nil || t.self == t.file) }

// place returns the place of a byte of the text.
func (t *Text) place(offset int) Place {
	switch {
	case !t.known() || offset < 0 || offset > len(t.Value):
		return Place{}
	case t.at == nil:
		return t.file.place(offset)
	case offset == len(t.Value) && offset > 0 && t.at[offset-1] >= 0:
		return t.file.place(t.at[offset-1] + 1)
	case offset == len(t.Value) || t.at[offset] < 0:
		return Place{}
	}
	return t.file.place(t.at[offset])
}

// scalar returns the place of a scalar that a reader of the text put at a line
// and column.
func (t *Text) scalar(n *yaml.Node, line, column int) Place {
	if !t.known() {
		return Place{}
	}
	own := t.self.scalar(n, line, column)
	if !own.Known() {
		return Place{}
	}
	return t.place(t.self.offset(own.Line, own.Column))
}

// Scalar returns the place of a scalar that was read from the text.
func (t *Text) Scalar(n *yaml.Node) Place { return t.scalar(n, n.Line, n.Column) }

// At returns the place of a byte of the text.
func (t *Text) At(offset int) Place { return t.place(offset) }

// Node returns the place of any node that was read from the text.
func (t *Text) Node(n *yaml.Node) Place { return t.node(n.Line, n.Column) }

// Line returns the place of the first character of a line of the text that is no
// blank.
func (t *Text) Line(n int) Place {
	line := t.self.line(n)
	return t.node(n, 1+len(line)-len(bytes.TrimLeft(line, " ")))
}

// node returns the place of any node that a reader of the text put at a line
// and column.
func (t *Text) node(line, column int) Place {
	if at := t.self.offset(line, column); at >= 0 {
		return t.place(at)
	}
	return Place{}
}

// align returns for each byte of a scalar's value where in the file it stands:
// the characters of the one and the other are the same but for blanks, which
// folding and indentation change, and escapes. nil is for those that differ.
func align(f *File, n *yaml.Node) []int {
	start := f.offset(n.Line, n.Column)
	if start < 0 {
		return nil
	}
	text := f.Text
	quote := byte(0)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		i := bytes.IndexByte(text[start:], '\n')
		if i < 0 {
			return nil
		}
		start += i + 1
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		p := f.scalar(n, n.Line, n.Column)
		if !p.Known() {
			return nil
		}
		start = f.offset(p.Line, p.Column)
		quote = text[start]
		start++
	default:
		p := f.scalar(n, n.Line, n.Column)
		if !p.Known() {
			return nil
		}
		start = f.offset(p.Line, p.Column)
	}
	at := make([]int, len(n.Value))
	pos := start
	blank := func(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
	for i := 0; i < len(n.Value); i++ {
		c := n.Value[i]
		if blank(c) {
			// It belongs to the blanks in the file, if it is one of them.
			at[i] = -1
			if pos < len(text) && text[pos] == c {
				at[i] = pos
				pos++
			}
			continue
		}
		for pos < len(text) && blank(text[pos]) {
			pos++
		}
		if quote == '"' {
			for pos+1 < len(text) && text[pos] == '\\' && (text[pos+1] == 'n' || text[pos+1] == 't' || text[pos+1] == '\n') {
				for pos += 2; pos < len(text) && blank(text[pos]); pos++ {
				}
			}
		}
		if pos >= len(text) {
			return nil
		}
		at[i] = pos
		if quote == '"' && text[pos] == '\\' && pos+1 < len(text) && (text[pos+1] == '"' || text[pos+1] == '\\' || text[pos+1] == '/') {
			pos++
		}
		if quote == '\'' && text[pos] == '\'' {
			pos++
			if pos >= len(text) || text[pos] != '\'' {
				return nil
			}
		}
		if text[pos] != c {
			return nil
		}
		pos++
	}
	return at
}

// EnvLines returns the places of the values in an env file, by key. It reads
// lines as kustomize does.
func (f *File) EnvLines() map[string]Place {
	places := map[string]Place{}
	for i := range f.lines {
		text := f.line(i + 1)
		skipped := 0
		if i == 0 && bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
			skipped = 3
		}
		rest := bytes.TrimLeftFunc(text[skipped:], unicode.IsSpace)
		if len(rest) == 0 || rest[0] == '#' {
			continue
		}
		key, _, ok := bytes.Cut(rest, []byte("="))
		if !ok {
			continue
		}
		places[string(key)] = f.place(f.lines[i] + len(text) - len(rest) + len(key) + 1)
	}
	return places
}

// LineText is the text of a line, "" if there is none.
func (f *File) LineText(n int) string { return string(f.line(n)) }

// Malformed returns the line on which a document of the file is no YAML, and
// what the reader says of it. The line is 0 if it reads all of them.
func (f *File) Malformed() (line int, what string) {
	for _, s := range f.documents() {
		end := len(f.Text)
		if next := bytes.Index(f.Text[f.lines[s.from]:], []byte("\n---")); next >= 0 {
			end = f.lines[s.from] + next + 1
		}
		text := f.Text[f.lines[s.from]:end]
		var doc yaml.Node
		err := yaml.Unmarshal(text, &doc)
		if err == nil {
			continue
		}
		number := 1 // the reader leaves out a line that is the first
		if m := errorLine().FindStringSubmatch(err.Error()); m != nil {
			number, _ = strconv.Atoi(m[1])
		}
		return s.from + brokenLine(text, number), err.Error()
	}
	return 0, ""
}

// brokenLine is the line on which a text stops being YAML: behind the longest
// beginning that is. The one that a reader names is often that where what it was
// reading begins.
func brokenLine(text []byte, reader int) int {
	const most = 256 << 10 // bytes of a text that is tried
	if len(text) > most {
		return reader
	}
	var ends []int // of lines
	for line := range bytes.Lines(text) {
		end := len(line)
		if len(ends) > 0 {
			end += ends[len(ends)-1]
		}
		ends = append(ends, end)
	}
	budget := 32 * most // bytes that are worth reading for this
	failure := func(lines int) string {
		budget -= ends[lines-1]
		var doc yaml.Node
		if err := yaml.Unmarshal(text[:ends[lines-1]], &doc); err != nil {
			return err.Error()
		}
		return ""
	}
	first := max(reader, 1)
	if first >= len(ends) {
		return reader
	}
	// All beginnings with what breaks it in them fail for the same.
	whole := failure(len(ends))
	n := first + sort.Search(len(ends)-first, func(i int) bool { return failure(first+i) == whole })
	for n--; n >= first && budget > 0; n-- {
		if failure(n) == "" {
			return n + 1
		}
	}
	return reader
}

var errorLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+):`) })
