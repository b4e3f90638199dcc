package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// shortest is the length from which a value is looked for in texts. Anything
// shorter is part of every text.
const shortest = 4

// longest is how much of a value is looked for in one piece; longer ones are
// known by their beginning and by their lines.
const longest = 4 << 10

// pattern is a text that must not be printed.
type pattern struct {
	text string
	// whole says that it must stand alone: it is an ordinary word.
	whole bool
	// encoded says that it is part of an encoded text, which is masked whole.
	encoded bool
	of      string // the value that it is a form of
}

// forms are the spellings of a secret value.
func forms(value string) []pattern {
	of := value
	if len(value) > longest {
		value = value[:longest]
		for !utf8.ValidString(value) && len(value) > longest-4 {
			value = value[:len(value)-1]
		}
	}
	weak := IsWeak(value)
	out := []pattern{{text: value, whole: weak, of: of}}
	seen := map[string]bool{value: true}
	add := func(text string, encoded bool) {
		if len(text) >= shortest && !seen[text] {
			seen[text] = true
			out = append(out, pattern{text: text, whole: weak && !encoded, encoded: encoded, of: of})
		}
	}
	add(url.QueryEscape(value), false)
	add(url.PathEscape(value), false)
	user := url.UserPassword("", value).String()
	add(strings.TrimPrefix(user, ":"), false)
	quoted := strconv.Quote(value)
	add(quoted[1:len(quoted)-1], false)
	if text, err := json.Marshal(value); err == nil {
		add(string(text[1:len(text)-1]), false)
	}
	add(strings.ReplaceAll(value, "'", "''"), false)
	if strings.TrimSpace(value) != value {
		add(strings.TrimSpace(value), false)
	}
	// Encoded, it may stand at any of three offsets in a longer text.
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			text := enc.EncodeToString([]byte("\x00\x00"[:offset] + value))
			from := (offset*8 + 5) / 6
			to := (offset + len(value)) * 8 / 6
			if to-from >= shortest+1 || offset == 0 && to-from >= shortest {
				add(text[from:to], true)
			}
		}
	}
	twice := base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(value))))
	add(twice[:len(twice)/4*3], true)
	add(hex.EncodeToString([]byte(value)), true)
	add(strings.ToUpper(hex.EncodeToString([]byte(value))), true)
	for _, escaped := range [...]string{url.QueryEscape(value), url.PathEscape(value)} {
		add(escapes().ReplaceAllStringFunc(escaped, strings.ToLower), false)
	}
	// Suggestions and names made of values are in lower case.
	for _, text := range [...]string{strings.ToLower(value), strings.ToUpper(value)} {
		if !weak && !IsWeak(text) {
			add(text, false)
		}
	}
	return out
}

var escapes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[0-9A-F]{2}`) })

// IsWeak reports whether a value could be part of an innocent text: a short
// one, a number or a plain word.
func IsWeak(value string) bool {
	if len(value) < 8 {
		return true
	}
	lower, digits := true, true
	for _, r := range value {
		lower = lower && unicode.IsLower(r)
		digits = digits && r >= '0' && r <= '9'
	}
	return lower || digits && len(value) < 10
}

// decoded is the text that an encoded value stands for, if it is one.
func decoded(value string) (string, bool) {
	clean := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, value)
	clean = strings.TrimRight(clean, "=")
	if len(clean) < 2 {
		return "", false
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if text, err := enc.DecodeString(clean); err == nil && utf8.Valid(text) && printable(text) {
			return string(text), true
		}
	}
	return "", false
}

func printable(text []byte) bool {
	for _, c := range string(text) {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
