package provenance

import (
	"bytes"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// TestBrokenLine breaks a text everywhere, and compares with trying all of its
// beginnings.
func TestBrokenLine(t *testing.T) {
	const text = "a: &x\n  b: [1, 2,\n    3]\n  c: {d: e,\n    f: g}\n" +
		"list:\n- name: one\n  text: |\n    more: lines\n\n    of it\n- name: 'two\n    lines'\n- \"three\"\n" +
		"# a comment\nother: *x\nkey with blanks: >-\n  folded\nlast: [a, {b: c}]\n"
	longest := func(text []byte, reader int) int {
		lines := bytes.SplitAfter(text, []byte("\n"))
		for n := len(lines) - 1; n >= max(reader, 1); n-- {
			var doc yaml.Node
			if yaml.Unmarshal(bytes.Join(lines[:n], nil), &doc) == nil {
				return n + 1
			}
		}
		return reader
	}
	broken := 0
	for at := 0; at < len(text); at += 2 {
		for _, c := range []string{"", "[", "]", "{", "}", ":", ": ", `"`, "'", "\n", "\n- ", "\n  ", "\t", "*y", ","} {
			for _, rest := range []string{text[at:], text[at+1:]} {
				mutant := slices.Concat([]byte(text[:at]), []byte(c), []byte(rest))
				line, _ := NewFile("f.yaml", mutant).Malformed()
				if line == 0 {
					continue
				}
				broken++
				var doc yaml.Node
				err := yaml.Unmarshal(mutant, &doc)
				require.Error(t, err)
				reader := 1
				if m := errorLine().FindStringSubmatch(err.Error()); m != nil {
					reader, err = strconv.Atoi(m[1])
					require.NoError(t, err)
				}
				assert.Equal(t, longest(mutant, reader), line, "%s", mutant)
			}
		}
	}
	assert.Greater(t, broken, 1000)
}
