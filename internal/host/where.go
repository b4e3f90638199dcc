package host

import "strings"

// The first pass: where an address may stand. It knows lines, comments, keys and
// lists, and nothing of how addresses are spelled.

// mark is what gave a place away, which says how to read it.
type mark uint8

const (
	atScheme    mark = iota // the ":" of "://"
	atPort                  // the ":" before a digit
	atValue                 // the separator behind a key: ":" or "="
	atElement               // the ">" of <host>
	atZone                  // the "." of ".svc"
	atItem                  // an element of a list below a key that holds addresses
	atServer                // the member of an nginx upstream
	atDirective             // a line of words
)

// A place is one that the second pass is to read.
type place struct {
	mark mark
	at   int
}

// places yields the places of the text in order, and keeps the state of the
// line they are on in s. What the second pass has read, up to s.next, is not
// looked at again.
func (s *scanner) places(yield func(place)) {
	text := s.text
	if s.multi {
		s.startLine(0, yield)
	}
	for i := s.next; i < len(text); i = max(i+1, s.next) {
		switch text[i] {
		case '\n':
			s.endLine(i)
			s.lineStart = i + 1
			s.startLine(i+1, yield)
		case ' ':
			if i > 2 && !s.client {
				s.client = endsClient(text, i)
			}
		case '#':
			if s.multi && i > s.lineStart && isSpace(text[i-1]) {
				s.next = s.lineEnd(i)
			}
		case ':':
			switch {
			case strings.HasPrefix(text[i:], "://"):
				yield(place{atScheme, i})
			case i+1 < len(text) && isDigit(text[i+1]):
				yield(place{atPort, i})
			default:
				yield(place{atValue, i})
			}
		case '=':
			yield(place{atValue, i})
		case '>':
			yield(place{atElement, i})
		case '.':
			if strings.HasPrefix(text[i:], ".svc") {
				yield(place{atZone, i})
			}
		}
	}
}

// startLine looks at a line's first characters, and goes past them, or past the
// whole line when it is a comment.
func (s *scanner) startLine(i int, yield func(place)) {
	text := s.text
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	s.next = i
	if i >= len(text) {
		return
	}
	rest := text[i:]
	switch {
	case rest[0] == '#', rest[0] == ';', rest[0] == '!',
		strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "/*"), strings.HasPrefix(rest, "* "),
		strings.HasPrefix(rest, "-- "), strings.HasPrefix(rest, "<!--"):
		s.next = s.lineEnd(i)
	case strings.HasPrefix(rest, "- "):
		if s.parent != "" && IsAddressKey(s.parent) {
			yield(place{atItem, i + 2})
		}
	case strings.HasPrefix(rest, "server "):
		if end := s.tokenEnd(i + 7); end < len(text) && text[end] == ';' {
			yield(place{atServer, i + 7})
		}
	case s.multi:
		yield(place{atDirective, i})
	}
}

// endLine remembers the key of a line that holds nothing but a key.
func (s *scanner) endLine(end int) {
	line := strings.TrimRight(s.text[s.lineStart:end], " \t\r")
	trimmed := strings.TrimLeft(line, " \t")
	switch {
	case strings.HasSuffix(line, ":"):
		s.parent = strings.Trim(strings.TrimPrefix(trimmed[:len(trimmed)-1], "- "), `"' `)
	case strings.HasSuffix(line, "[") && strings.ContainsAny(line, ":="):
		s.parent = strings.Trim(trimmed[:strings.IndexAny(trimmed, ":=")], `"' `)
	case trimmed == "", trimmed[0] == '-', trimmed[0] == '#', trimmed[0] == '"', trimmed[0] == '\'':
	default:
		s.parent = ""
	}
}

// lineEnd returns the offset of the newline at or after i, or the text's end.
func (s *scanner) lineEnd(i int) int {
	known := s.eolOf == s.lineStart
	if known && i >= s.lineStart && i <= s.eol {
		return s.eol
	}
	end := len(s.text)
	if j := strings.IndexByte(s.text[i:], '\n'); j >= 0 {
		end = i + j
	}
	if !known && i >= s.lineStart { // the first question on a line is about that line
		s.eol, s.eolOf = end, s.lineStart
	}
	return end
}

// back returns how far to look back from i: to the line's start, but not far
// in a text of one endless line.
func (s *scanner) back(i int) int { return max(s.lineStart, i-maxLook) }

// maxLook is how far keys, braces and quotes are looked for on a line.
const maxLook = 256
