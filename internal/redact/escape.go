package redact

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes control characters visible, as a string in Go spells them: with
// them, a name could forge a line of a log or move the cursor of a terminal.
func Escape(text string) string { return escape(text, false) }

// escape is Escape that may keep the ends of lines. A line in a text of several
// is kept from being a command to the CI system that reads the log:
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func escape(text string, lines bool) string {
	if plain(text, lines) {
		return text
	}
	var b strings.Builder
	for i, line := range strings.SplitAfter(text, "\n") {
		if !lines && i > 0 {
			b.WriteString(`\n`)
		}
		body, ended := strings.CutSuffix(line, "\n")
		if lines && i > 0 && isCommand(body) {
			b.WriteString("| ")
		}
		escapeLine(&b, body)
		if ended && lines {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// isCommand reports whether a CI system would obey a line. Others obey
// ##vso[…] anywhere in a line, which escapeLine takes care of.
func isCommand(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "::")
}

var ciMarker = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^##(?:vso|teamcity)?\[`) })

func escapeLine(b *strings.Builder, text string) {
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x`)
			const digits = "0123456789abcdef"
			b.WriteByte(digits[text[0]>>4])
			b.WriteByte(digits[text[0]&15])
		case r == '#' && ciMarker().MatchString(text):
			b.WriteString(`\x23`)
		case invisible(r):
			q := strconv.QuoteRune(r)
			if q[1] != '\\' {
				q = strconv.QuoteRuneToASCII(r)
			}
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
}

// plain reports whether nothing is to be escaped.
func plain(text string, lines bool) bool {
	newline := false
	for i := range len(text) {
		c := text[i]
		if c == '\n' && lines {
			newline = true
		} else if c < ' ' && c != '\t' || c == 0x7f || c >= utf8.RuneSelf {
			return false
		}
	}
	return !strings.Contains(text, "##") && (!newline || !strings.Contains(text, "::"))
}

// invisible reports whether a terminal or a reader would not see r as what it
// is: control characters, format characters such as the marks that turn the
// direction of text, other line ends.
func invisible(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r < 0x300:
		return r == 0xad
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r >= 0xe0000 && r < 0xe1000
}

// JSON is a JSON document with the characters that [Escape] makes visible
// written as \u escapes where the encoder left them, which means the same.
func JSON(text []byte) []byte {
	return quoted(text, func(out []byte, r rune) []byte {
		for _, u := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, u)
		}
		return out
	})
}

// YAML is JSON for a YAML document in which all strings that have such
// characters are in double quotes.
func YAML(text []byte) []byte {
	return quoted(text, func(out []byte, r rune) []byte {
		if r > 0xffff {
			return fmt.Appendf(out, `\U%08x`, r)
		}
		return fmt.Appendf(out, `\u%04x`, r)
	})
}

func quoted(text []byte, escape func(out []byte, r rune) []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x7f }) && !bytes.Contains(text, []byte("##")) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r >= 0x7f && invisible(r) || r == '#' && ciMarker().Match(text) {
			out = escape(out, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

// unescaped is a text without the escapes of YAML's double quotes, and where each
// of its bytes, and its end, is in the text with them.
type unescaped struct {
	text string
	at   []int
}

// unescapeYAML reads the escapes of a line as YAML does in double quotes.
// https://yaml.org/spec/1.2.2/#57-escaped-characters
func unescapeYAML(line string) unescaped {
	if !strings.Contains(line, `\`) {
		return unescaped{text: line}
	}
	var b strings.Builder
	var at []int
	add := func(text string, from int) {
		for range len(text) {
			at = append(at, from)
		}
		b.WriteString(text)
	}
	for i := 0; i < len(line); {
		if line[i] != '\\' || i+1 == len(line) {
			add(line[i:i+1], i)
			i++
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[line[i+1]]
		if end := i + 2 + digits; digits > 0 && end <= len(line) {
			if r, err := strconv.ParseUint(line[i+2:end], 16, 32); err == nil {
				add(string(rune(r)), i)
				i = end
				continue
			}
		}
		switch c := line[i+1]; c {
		case 'n', 'r', 't':
			add(map[byte]string{'n': "\n", 'r': "\r", 't': "\t"}[c], i)
		default: // \" \\ \/ and what is rare
			add(line[i+1:i+2], i)
		}
		i += 2
	}
	return unescaped{b.String(), append(at, len(line))}
}
