// Package suggest finds the names that somebody probably meant.
package suggest

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hbollon/go-edlib"
)

// Nearest returns up to n of the candidates that are close to name, best
// first: by edit distance with transpositions, where a character that is another
// one comes after one that is missing, too many or out of order; then candidates that
// differ by whole dash-separated words, then alphabetically. name itself is never
// returned.
func Nearest(name string, candidates []string, n int) []string {
	type scored struct {
		name  string
		score int
	}
	var found []scored
	for _, c := range candidates {
		if c == name || c == "" {
			continue
		}
		limit := max(Limit(name), Limit(c))
		score := -1
		if d, ok := within(name, c, limit); ok {
			score = 10 * d
			if d == 1 && len(c) == len(name) && !swapped(name, c) {
				score++
			}
			if deliberate(name, c) {
				score += 500
			}
		}
		if score < 0 && sharesWords(name, c) {
			score = 1000 + abs(len(c)-len(name))
		}
		if score >= 0 {
			found = append(found, scored{c, score})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		if a.score != b.score {
			return a.score - b.score
		}
		return strings.Compare(a.name, b.name)
	})
	found = slices.Compact(found) // names that are there twice
	names := make([]string, 0, min(n, len(found)))
	for _, s := range found[:min(n, len(found))] {
		names = append(names, s.name)
	}
	return names
}

// Close reports whether candidate is so near to name that one is likely a
// typing error for the other. Names that differ only in a number (redis-1,
// redis-2), in a word of one letter (team-a, team-b) or by a whole word
// (web-config, web-db-config) are different names, however near they are.
func Close(name, candidate string) bool {
	limit := max(Limit(name), Limit(candidate))
	return name != candidate && abs(len(candidate)-len(name)) <= limit &&
		Distance(name, candidate) <= limit && !deliberate(name, candidate)
}

// deliberate reports whether names that are near differ in a way that people
// mean.
func deliberate(a, b string) bool {
	return Numbered(a, b) || wordMore(a, b) || wordMore(b, a) || otherWord(a, b)
}

// otherWord reports whether a and b have the same dash-separated words but for a
// short one that is two edits away: ca-secret and my-secret, shop-web and
// shop-api. Of a word of three letters that is another word.
func otherWord(a, b string) bool {
	for {
		wordA, restA, moreA := strings.Cut(a, "-")
		wordB, restB, moreB := strings.Cut(b, "-")
		if wordA != wordB {
			return moreA == moreB && restA == restB && max(len(wordA), len(wordB)) < 4 && Distance(wordA, wordB) > 1
		}
		if !moreA || !moreB {
			return false
		}
		a, b = restA, restB
	}
}

// Numbered reports whether a and b have the same words but for those that
// count: numbers, letters with a number behind them, single letters.
func Numbered(a, b string) bool {
	differ := false
	for more := true; more; {
		var wordA, wordB string
		var moreB bool
		wordA, a, more = strings.Cut(a, "-")
		wordB, b, moreB = strings.Cut(b, "-")
		if more != moreB {
			return false
		}
		if wordA == wordB {
			continue
		}
		stemA, numA := cutNumber(wordA)
		stemB, numB := cutNumber(wordB)
		letters := len(wordA) == 1 && len(wordB) == 1
		if !letters && (stemA != stemB || numA == "" || numB == "") {
			return false
		}
		differ = true
	}
	return differ
}

// cutNumber cuts the digits off the end of a word. A word with digits further
// in front, such as a hash, has no number.
func cutNumber(word string) (stem, number string) {
	stem = strings.TrimRight(word, "0123456789")
	if strings.ContainsAny(stem, "0123456789") {
		return word, ""
	}
	return stem, word[len(stem):]
}

// Slip reports whether typed and right have the same words but for one number,
// which typed has with one digit doubled, dropped or swapped with the next:
// project-v44 for project-v4, shard-1 for shard-10. That is a typing error only
// where right is no part of a series; see [Index.Alone].
func Slip(typed, right string) bool { return Numbered(typed, right) && digitSlip(typed, right) }

// digitSlip is Slip for names that are known to differ in numbers only.
func digitSlip(typed, right string) bool {
	as, bs := strings.Split(typed, "-"), strings.Split(right, "-")
	slips := 0
	for i := range as {
		if as[i] == bs[i] {
			continue
		}
		_, a := cutNumber(as[i])
		_, b := cutNumber(bs[i])
		if a == "" || b == "" || !(doubled(a, b) || dropped(a, b) || swapped(a, b)) {
			return false
		}
		slips++
	}
	return slips == 1
}

// doubled reports whether a is b with one digit twice.
func doubled(a, b string) bool {
	if len(a) != len(b)+1 {
		return false
	}
	for i := range b {
		if a == b[:i+1]+b[i:] {
			return true
		}
	}
	return false
}

// dropped reports whether a is b without one digit.
func dropped(a, b string) bool {
	if len(a)+1 != len(b) {
		return false
	}
	for i := range b {
		if a == b[:i]+b[i+1:] {
			return true
		}
	}
	return false
}

// swapped reports whether a is b with two neighbours in the other order.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 1; i < len(b); i++ {
		if b[i-1] != b[i] && a == b[:i-1]+b[i:i+1]+b[i-1:i]+b[i+1:] {
			return true
		}
	}
	return false
}

// series is a name without its numbers: names of one series have it in common.
func series(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		stem, number := cutNumber(word)
		b.WriteString(stem)
		if number != "" {
			b.WriteByte('#')
		}
		b.WriteByte('-')
	}
	return b.String()
}

// wordMore reports whether long is short with one dash-separated word of at
// least two letters added.
func wordMore(long, short string) bool {
	if len(long) < len(short)+3 {
		return false
	}
	for {
		word, rest, more := strings.Cut(long, "-")
		same, shortRest, shortMore := strings.Cut(short, "-")
		switch {
		case !more:
			return false
		case word != same:
			return len(word) > 1 && rest == short
		case !shortMore:
			return len(rest) > 1 && strings.IndexByte(rest, '-') < 0
		}
		long, short = rest, shortRest
	}
}

// Limit is the number of edits that still counts as a typing error in a name
// of this length.
func Limit(name string) int {
	switch n := len(name); {
	case n < 3:
		return 0
	case n < 6:
		return 1
	default:
		return 2
	}
}

// Distance is the number of insertions, deletions, substitutions and
// transpositions of neighbours between a and b.
func Distance(a, b string) int { return edits(differing(a, b)) }

// edits is Distance for what differing returns.
func edits(a, b string, plain bool) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) == 0:
		return utf8.RuneCountInString(b)
	case len(b) == 1:
		return 1
	case len(a) > 64 || !plain:
		return edlib.OSADamerauLevenshteinDistance(a, b)
	}
	return columns(a, b)
}

// columns is Distance for ASCII, a of at most 64 characters. It computes a
// column of the matrix of distances at a time, as bits: where a value is one
// more, or less, than the one above it (Hyyrö: A Bit-Vector Algorithm for
// Computing Levenshtein and Damerau Edit Distances, 2003).
func columns(a, b string) int {
	var at [128]uint64 // the places of each character in a
	for i := range len(a) {
		at[a[i]&127] |= 1 << i
	}
	more, less := ^uint64(0), uint64(0)
	var same, before uint64 // of the column before
	last := uint64(1) << (len(a) - 1)
	d := len(a)
	for i := range len(b) {
		here := at[b[i]&127]
		swapped := ((^same & here) << 1) & before
		same = (((here & more) + more) ^ more) | here | less | swapped
		right := less | ^(same | more)
		left := same & more
		if right&last != 0 {
			d++
		}
		if left&last != 0 {
			d--
		}
		right = right<<1 | 1
		more = left<<1 | ^(same | right)
		less = right & same
		before = here
	}
	return d
}

// differing returns what is left of a and b without what both start and end
// with, which counts for nothing and is most of them. They are plain if they are
// ASCII; nothing is left out of others, where the same bytes may be different
// characters.
func differing(a, b string) (_, _ string, plain bool) {
	if !ascii(a) || !ascii(b) {
		return a, b, false
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b, true
}

// within returns the distance between a and b if it is at most limit, which is
// one of those that Limit returns.
func within(a, b string, limit int) (distance int, ok bool) {
	if abs(len(a)-len(b)) > limit {
		return 0, false
	}
	a, b, plain := differing(a, b)
	if plain && len(a) >= 4 && len(b) >= 4 {
		return 2, limit == 2 && twoEdits(a, b)
	}
	if bits.OnesCount64(letters(a)^letters(b)) > 2*limit {
		return 0, false
	}
	distance = edits(a, b, plain)
	return distance, distance <= limit
}

// twoEdits reports whether two edits make b of a, for texts of four characters or
// more whose first characters differ, and whose last ones do. No edit reaches
// from one end to the other, so it is one at each, and what is between them is
// the same.
func twoEdits(a, b string) bool {
	// How much of a and b an edit at an end takes: a substitution, an insertion, a
	// deletion, and a transposition.
	takes := [...][2]int{{1, 1}, {0, 1}, {1, 0}, {2, 2}}
	n, m := len(a), len(b)
	for _, s := range takes {
		if s[0] == 2 && (a[0] != b[1] || a[1] != b[0]) {
			continue
		}
		for _, e := range takes {
			if e[0] == 2 && (a[n-1] != b[m-2] || a[n-2] != b[m-1]) {
				continue
			}
			if a[s[0]:n-e[0]] == b[s[1]:m-e[1]] {
				return true
			}
		}
	}
	return false
}

// sharesWords reports whether one name is the other with words added in front
// or behind, as in db-secret and prod-db-secret.
func sharesWords(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) <= 2 || len(a) == len(b) {
		return false
	}
	return b[len(a)] == '-' && b[:len(a)] == a || b[len(b)-len(a)-1] == '-' && b[len(b)-len(a):] == a
}

// letters is a set of the characters of s: two names that differ by n edits
// differ by at most 2n characters of their sets.
func letters(s string) uint64 {
	var set uint64
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
	}
	return set
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
