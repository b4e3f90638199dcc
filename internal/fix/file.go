package fix

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// file is the text of a file, with the offsets of its lines.
type file struct {
	text  []byte
	lines []int
}

func newFile(text []byte) *file {
	f := &file{text: text, lines: make([]int, 0, bytes.Count(text, []byte("\n"))+1)}
	for rest := text; len(rest) > 0; {
		f.lines = append(f.lines, len(text)-len(rest))
		_, rest, _ = yamlnode.CutLine(rest)
	}
	return f
}

// line is a line, from 1, without its end.
func (t *file) line(number int) string {
	line, _, _ := yamlnode.CutLine(t.text[t.lines[number-1]:])
	return string(line)
}

func (t *file) offset(line, column int) int { return t.lines[line-1] + column - 1 }

func (t *file) overlap(a, b Edit) bool {
	x, y := t.offset(a.Line, a.Column), t.offset(b.Line, b.Column)
	return x < y+len(b.Old) && y < x+len(a.Old)
}

// at returns the rest of the line from the place of a finding, and where that
// begins, in bytes from 0. ok is false where there is nothing.
func (t *file) at(f *finding.Finding) (rest string, start int, ok bool) {
	line := t.line(f.Line)
	for range f.Column - 1 {
		if start >= len(line) {
			return "", 0, false
		}
		_, size := utf8.DecodeRuneInString(line[start:])
		start += size
	}
	return line[start:], start, start < len(line)
}

// word is the edit of a word of the scalar at the place of a finding. Addresses are
// looked for in the whole line: where in a text they begin is not always known.
func (t *file) word(f *finding.Finding, old, replacement string) (e Edit, ok bool) {
	e = Edit{Line: f.Line, Old: old, New: replacement}
	if strings.HasPrefix(f.Rule, "host-") {
		i, ok := once(t.line(f.Line), old)
		e.Column = i + 1
		return e, ok
	}
	if f.Column < 1 {
		return e, false
	}
	rest, start, ok := t.at(f)
	if !ok {
		return e, false
	}
	scalar, plain, ok := scalarAt(rest)
	if !ok || plain && scalar == old && special[strings.ToLower(replacement)] {
		return e, false
	}
	i, ok := once(scalar, old)
	e.Column = start + i + 1
	return e, ok
}

// scalarAt is the scalar that a text begins with, with its quotes but not with what
// is behind it. ok is false for what is no scalar of one line as it stands.
func scalarAt(text string) (scalar string, plain, ok bool) {
	switch q := text[0]; q {
	case '"', '\'':
		stop := strings.IndexByte(text[1:], q)
		if stop < 0 || strings.Contains(text[:stop+1], `\`) {
			return "", false, false
		}
		return text[:stop+2], false, true
	case '|', '>', '*', '&', '!', '{', '[':
		return "", false, false
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	if i := strings.IndexAny(text, ",}]"); i >= 0 {
		text = text[:i]
	}
	// Behind a key stands its value.
	if i := strings.Index(text, ": "); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(strings.TrimRight(text, " \t"), ":"), true, true
}

// once returns where a word is in a text: once, and not as a part of another word.
func once(text, word string) (int, bool) {
	i := strings.Index(text, word)
	if i < 0 || strings.Contains(text[i+len(word):], word) {
		return 0, false
	}
	if i > 0 && inWord(text[i-1]) || i+len(word) < len(text) && inWord(text[i+len(word)]) {
		return 0, false
	}
	return i, true
}

// replaced is a text with another word in the place of one.
func replaced(text, old, replacement string) (string, bool) {
	i, ok := once(text, old)
	if !ok {
		return "", false
	}
	return text[:i] + replacement + text[i+len(old):], true
}

// encoded is the edit of what the base64 at the place of a finding encodes.
func (t *file) encoded(f *finding.Finding, change func(plain string) (string, bool)) (e Edit, ok bool) {
	if f.Column < 1 {
		return e, false
	}
	rest, start, ok := t.at(f)
	if !ok {
		return e, false
	}
	scalar, _, ok := scalarAt(rest)
	if !ok {
		return e, false
	}
	bare := strings.Trim(scalar, `"'`)
	plain, err := base64.StdEncoding.DecodeString(bare)
	if err != nil || bare == "" {
		return e, false
	}
	text, ok := change(string(plain))
	return Edit{Line: f.Line, Column: start + strings.Index(scalar, bare) + 1, Old: bare, New: base64.StdEncoding.EncodeToString([]byte(text))}, ok
}

// newline is the edit that takes the newline off the end of a value.
func (t *file) newline(f *finding.Finding) (e Edit, ok bool) {
	if f.Column < 1 {
		return e, false
	}
	rest, start, ok := t.at(f)
	if !ok {
		return e, false
	}
	if whole := bytes.TrimRight(t.text, "\r\n"); f.Line == 1 && f.Column == 1 && len(whole) < len(t.text) && !bytes.ContainsAny(whole, "\n{") {
		return Edit{Line: 1, Column: len(whole) + 1, Old: string(t.text[len(whole):])}, true // a file that a generator takes
	}
	e = Edit{Line: f.Line, Column: start + 1}
	header, _, _ := strings.Cut(rest, " #")
	switch header = strings.TrimRight(header, " \t"); header {
	case "|", ">":
		e.Old, e.New = header, header+"-"
		return e, true
	case "|+", ">+":
		e.Old, e.New = header, header[:1]+"-"
		return e, true
	}
	// In a literal of a generator the place is behind the quote.
	bare := strings.TrimPrefix(rest, `"`)
	if end := closing(bare) + len(rest) - len(bare); end > 2 && strings.HasSuffix(rest[:end], `\n`) && !strings.HasSuffix(rest[:end], `\\n`) {
		e.Column, e.Old = start+end-1, `\n`
		return e, true
	}
	return t.encoded(f, func(plain string) (string, bool) {
		text := strings.TrimRight(plain, "\r\n")
		return text, text != plain
	})
}

// closing is where the double-quoted scalar ends that a text is in, 0 if it does not
// end there.
func closing(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return 0
}

// special are words that are no strings without quotes.
var special = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

func inWord(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// span is where an edit begins and where what is behind it begins.
func (t *file) span(e *Edit) (from, to finding.Position) {
	line := t.text[t.lines[e.Line-1]:t.offset(e.Line, e.Column)]
	from = finding.Position{Line: e.Line, Column: utf8.RuneCount(line) + 1}
	to = finding.Position{Line: from.Line + strings.Count(e.Old, "\n"), Column: from.Column + utf8.RuneCountInString(e.Old)}
	if i := strings.LastIndexByte(e.Old, '\n'); i >= 0 {
		to.Column = utf8.RuneCountInString(e.Old[i+1:]) + 1
	}
	return from, to
}

// Apply makes the edits of one file, which are sorted and do not overlap.
func Apply(text []byte, edits []Edit) []byte {
	t := newFile(text)
	var edited []byte
	at := 0
	for _, e := range edits {
		from := t.offset(e.Line, e.Column)
		edited = append(append(edited, text[at:from]...), e.New...)
		at = from + len(e.Old)
	}
	return append(edited, text[at:]...)
}
