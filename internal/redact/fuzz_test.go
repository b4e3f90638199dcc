package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// FuzzMasks puts a value into a Secret, between any other text of the file, and its
// spellings into a text: none is left. A file of any content must end no program.
func FuzzMasks(f *testing.F) {
	f.Add(sentinel, "kind: Pod\n", "before ", " after")
	f.Add("Zq7SENTINELx9Kw", "a: [\n", "https://u:", "@h/x")
	f.Add("aB3/+dE7kLm9+Q", "kind: Secret\nstringData: {a: \"\\x41\\\n  b\"}\n", "x: \"", "\"")
	f.Add("K7 pq,Rz=x:Y9 v}w", "secretGenerator: [{literals: [a=b]}]\n", "\\", "\\u0041")
	f.Add("hunter-22-é", "kind: ExternalSecret\nspec: {target: {template: {data: {a: >\n  b\n}}}}\n", "::error ", "\n##[x")
	f.Fuzz(func(t *testing.T, value, more, before, after string) {
		if !utf8.ValidString(value) || !utf8.ValidString(more) || len(value) > 200 || len(more) > 2000 {
			return
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			return
		}
		s := with(map[string]string{"a.yaml": "apiVersion: v1\nkind: Secret\nstringData: {x: " + string(quoted) + "}\n", "more.yaml": more})
		line, column := s.Excerpt(before+after, len(before)+1)
		assert.True(t, column >= 1 && column <= len(line)+1, "%q %d", line, column)
		assert.Equal(t, strings.Count(more, "\n"), strings.Count(s.Excerpts(more), "\n"))

		if strings.ContainsFunc(value, func(r rune) bool { return r >= 0x7f && unicode.IsControl(r) }) {
			return // the file is no YAML, and makes no Secret
		}
		if strings.TrimSpace(value) != value || len(value) < 8 || IsWeak(value) || isPlaceholder(value) || isAddresses(value, "x") || strings.ContainsAny(value, "\n\r") {
			return // what may be a word, or is about addresses, is not masked
		}
		l, done := s.load()
		public := l.said[value]
		done()
		if public {
			return // in the other file
		}
		for _, spelt := range []string{value, url.QueryEscape(value), url.PathEscape(value), base64.StdEncoding.EncodeToString([]byte(value)), string(quoted[1 : len(quoted)-1])} {
			assert.NotContains(t, s.Masked("<"+spelt+">"), "<"+spelt+">")
			masked, _ := s.Excerpt("<"+spelt+">", 1)
			assert.NotContains(t, masked, "<"+spelt+">")
		}
	})
}

// FuzzUnescapeYAML asserts that each byte of a text without escapes is somewhere in
// the text with them, in order.
func FuzzUnescapeYAML(f *testing.F) {
	for _, text := range []string{`a\x41b`, `\u00e9\U0001F600`, `\`, `\x4`, `\U99999999`, `"\/\"\\"`, "é\\é", `\xff`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain := unescapeYAML(text)
		if !strings.Contains(text, `\`) {
			assert.Equal(t, text, plain.text)
			return
		}
		assert.Len(t, plain.at, len(plain.text)+1)
		last := 0
		for _, at := range plain.at {
			assert.True(t, at >= last && at <= len(text))
			last = at
		}
	})
}
