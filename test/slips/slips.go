// Package slips has the typing errors that tests make: of one character, each at a
// position in a text.
package slips

import "math/rand/v2"

// All are the errors by what they do: a character is left out, typed twice, another
// one, or exchanged with the next, the last with the one before. The position is from 0.
var All = []struct {
	Name string
	Make func(s string, i int) string
}{
	{"dropped", func(s string, i int) string { return s[:i] + s[i+1:] }},
	{"doubled", func(s string, i int) string { return s[:i+1] + s[i:] }},
	{"replaced", func(s string, i int) string { return s[:i] + string(other(s[i])) + s[i+1:] }},
	{"swapped", func(s string, i int) string {
		if i = min(i, len(s)-2); i < 0 {
			return s
		}
		return s[:i] + string(s[i+1]) + string(s[i]) + s[i+2:]
	}},
}

// Inside is a position behind the first character and before the last, since names
// begin with what they are about; 0 where there is none.
func Inside(r *rand.Rand, s string) int {
	if len(s) < 3 {
		return 0
	}
	return 1 + r.IntN(len(s)-2)
}

// other is a character of the same sort.
func other(c byte) byte {
	switch {
	case c == '9' || c == 'z' || c == 'Z':
		return c - 1
	case '0' <= c && c < '9', 'a' <= c && c < 'z', 'A' <= c && c < 'Z':
		return c + 1
	}
	return 'x'
}
