package redact

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// matcher finds patterns in texts, in time linear in the text.
type matcher struct {
	// byStart are the patterns that start with four bytes, longest first.
	byStart map[[shortest]byte][]pattern
	// first has a bit for each pair of bytes that a pattern starts with.
	first [1 << 16 / 64]uint64
}

// add adds patterns, none of which it has.
func (m *matcher) add(patterns []pattern) {
	fresh := map[[shortest]byte][]pattern{}
	for _, p := range patterns {
		if len(p.text) < shortest {
			continue
		}
		key := [shortest]byte([]byte(p.text[:shortest]))
		fresh[key] = append(fresh[key], p)
		pair := uint(p.text[0])<<8 | uint(p.text[1])
		m.first[pair/64] |= 1 << (pair % 64)
	}
	for key, ps := range fresh {
		all := m.byStart[key]
		if len(ps) > len(all)/16 {
			all = append(all, ps...)
			slices.SortFunc(all, order)
		} else {
			for _, p := range ps {
				i, _ := slices.BinarySearchFunc(all, p, order)
				all = slices.Insert(all, i, p)
			}
		}
		m.byStart[key] = all
	}
}

// remove takes patterns out again.
func (m *matcher) remove(patterns []pattern) {
	for _, p := range patterns {
		if len(p.text) < shortest {
			continue
		}
		key := [shortest]byte([]byte(p.text[:shortest]))
		if i, ok := slices.BinarySearchFunc(m.byStart[key], p, order); ok {
			m.byStart[key] = slices.Delete(m.byStart[key], i, i+1)
		}
		if len(m.byStart[key]) == 0 {
			delete(m.byStart, key)
		}
	}
}

// order is that of patterns that start alike. Of two values with a form in
// common, the one of which more is masked comes first.
func order(a, b pattern) int {
	return cmp.Or(cmp.Compare(len(b.text), len(a.text)), strings.Compare(a.text, b.text),
		falseFirst(b.encoded, a.encoded), falseFirst(a.whole, b.whole), strings.Compare(a.of, b.of))
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// span is a part of a text, from and to.
type span struct{ from, to int }

// find returns the parts of a text that must not be printed.
func (m *matcher) find(text string) []span {
	if m == nil || len(m.byStart) == 0 {
		return nil
	}
	var found []span
	for i := 0; i+shortest <= len(text); {
		pair := uint(text[i])<<8 | uint(text[i+1])
		if m.first[pair/64]>>(pair%64)&1 == 0 {
			i++
			continue
		}
		next := i + 1
		for _, p := range m.byStart[[shortest]byte([]byte(text[i:i+shortest]))] {
			if !strings.HasPrefix(text[i:], p.text) {
				continue
			}
			s := span{i, i + len(p.text)}
			if p.whole && !standsAlone(text, s) {
				continue
			}
			if p.encoded {
				for s.from > 0 && isEncoded(text[s.from-1]) {
					s.from--
				}
				for s.to < len(text) && isEncoded(text[s.to]) {
					s.to++
				}
			}
			found = append(found, s)
			next = s.to
			break
		}
		i = next
	}
	return found
}

// standsAlone reports whether a part of a text is a word of its own: no longer
// word and no longer name has it in it.
func standsAlone(text string, s span) bool {
	before, n := utf8.DecodeLastRuneInString(text[:s.from])
	if n > 0 {
		if isWordRune(before) {
			return false
		}
		if before == '-' || before == '.' || before == '_' {
			if far, n := utf8.DecodeLastRuneInString(text[:s.from-1]); n > 0 && isWordRune(far) {
				return false
			}
		}
	}
	after, n := utf8.DecodeRuneInString(text[s.to:])
	if n > 0 {
		if isWordRune(after) {
			return false
		}
		if after == '-' || after == '.' || after == '_' {
			if far, n := utf8.DecodeRuneInString(text[s.to+1:]); n > 0 && isWordRune(far) {
				return false
			}
		}
	}
	return true
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func isEncoded(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_' || c == '='
}

// cut masks spans of a text. It also returns where what was at a place is now.
func cut(text string, spans []span, at int) (string, int) {
	if len(spans) == 0 {
		return text, at
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var b strings.Builder
	pos, moved := 0, -1
	for i := 0; i < len(spans); {
		s := spans[i]
		for i++; i < len(spans) && spans[i].from <= s.to; i++ { // touching ones are one
			s.to = max(s.to, spans[i].to)
		}
		if moved < 0 && at < s.from {
			moved = b.Len() + at - pos
		}
		b.WriteString(text[pos:s.from])
		if moved < 0 && at < s.to {
			moved = b.Len()
		}
		b.WriteString(Mask)
		pos = s.to
	}
	if moved < 0 {
		moved = b.Len() + at - pos
	}
	b.WriteString(text[pos:])
	return b.String(), moved
}
