package suggest

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Index finds the nearest of many names, for several goroutines at once. It
// answers as [Nearest] does, and leaves out what can be no answer: of up to a
// few thousand names by a glance at each, which is a comparison of two numbers,
// and of more without looking at them. Of more, it may leave out a name two edits
// away that has one half in common with hundreds of others.
//
// Of two names at most two edits apart, cut in the middle, one half is at most
// one edit apart; and two texts at most one edit apart have in common a text
// that is theirs with at most one character taken out. So names are filed under
// both halves, whole and with every one of their characters taken out. This is
// FastSS (Bocek, Hunt, Stiller: Fast Similarity Search in Large Dictionaries,
// 2007).
type Index struct {
	names   []string
	lookups atomic.Int64

	glancing  sync.Once
	glances   []glance // by size
	unglanced []string // names that are not ASCII

	filing sync.Once

	filed  []entry  // by key
	first  []int32  // of filed, by the high bits of keys, and one more for the end
	shift  int      // what is left of a key are its high bits
	looks  []glance // of the names, in their order
	odd    []int32  // names that are not ASCII: edits count characters, not bytes
	marked sync.Pool

	series sync.Once
	alone  map[string]string // the one name of a series, "" for several
}

// entry is one name under a key. Keys are hashes: a name too many is no harm.
type entry struct {
	key  uint32
	name int32
}

// under returns the names that are filed under a key, none if they are more than
// most: a search by key is to look at few.
func (ix *Index) under(key uint64, most int) []entry {
	high := uint32(key) >> ix.shift
	first, near := int(ix.first[high]), ix.filed[ix.first[high]:ix.first[high+1]]
	at, _ := slices.BinarySearchFunc(near, uint32(key), func(e entry, key uint32) int { return cmp.Compare(e.key, key) })
	first += at
	if len(ix.filed)-first > most && ix.filed[first+most].key == uint32(key) {
		return nil
	}
	end := first
	for end < len(ix.filed) && ix.filed[end].key == uint32(key) {
		end++
	}
	return ix.filed[first:end]
}

// What a key is made of.
const (
	head  = iota // the first half of a name, less at most one character
	tail         // the second half
	whole        // the name
	start        // whole words at the start of a name
	end          // whole words at its end
)

// NewIndex returns an index of names, which it keeps.
func NewIndex(names []string) *Index { return &Index{names: names} }

const (
	few       = 2048 // names that are looked through faster than filed
	fewSearch = 4    // searches that are
	// common is how many names may have one long half. What more have in common,
	// such as the first half of thousands of names that count, is looked past: the
	// name that was meant has the other half too, unless both edits are there.
	common = 128
	long   = 6
	// often is the same for short halves, which tell less of a name.
	often = 1024
)

// Nearest is [Nearest] among the names of the index.
func (ix *Index) Nearest(name string, max int) []string {
	var found [64]string
	switch {
	case !ascii(name):
		return Nearest(name, ix.names, max)
	case len(ix.names) <= few || ix.lookups.Add(1) <= fewSearch:
		return Nearest(name, ix.likely(found[:0], name), max)
	}
	return Nearest(name, ix.near(found[:0], name), max)
}

// marks are the names that a search has met: those with its number.
type marks struct {
	met    []uint32 // by name
	search uint32
}

// glance is what can be told of an ASCII name without reading it.
type glance struct {
	bits, parts uint64
	size        int32
	name        int32 // its index
}

// glanceOf returns bits for the characters that a name has once, and twice. Of
// each edit at most one character goes and one comes, so two names that differ
// by n edits differ by at most 2n bits; and a part of a name has no bits that
// the name has not.
//
// It also returns parts, bits for the characters at the start of the name and
// those behind it. An edit may push one over the border, or two swap across it:
// names that differ by n edits differ by at most 4n of these.
func glanceOf(name string) glance {
	const start = 10
	var bits, parts uint64
	for i := range len(name) {
		c := name[i] & 31 // letters, and what is no letter shares with them
		once := uint64(1) << c
		bits |= bits&once<<32 | once
		if i < start {
			parts |= once
		} else {
			parts |= once << 32
		}
	}
	return glance{bits: bits, parts: parts, size: int32(len(name))}
}

// limit is the most edits that Limit allows.
const limit = 2

// near reports whether a glance does not tell that two names are more than limit
// edits apart.
func (g *glance) near(c *glance) bool {
	return max(g.size-c.size, c.size-g.size) <= limit &&
		bits.OnesCount64(c.bits^g.bits) <= 2*limit && bits.OnesCount64(c.parts^g.parts) <= 4*limit
}

// glanceAll glances at all names, the short ones first.
func (ix *Index) glanceAll() {
	ix.glances = make([]glance, 0, len(ix.names))
	for i, n := range ix.names {
		if !ascii(n) {
			ix.unglanced = append(ix.unglanced, n)
			continue
		}
		g := glanceOf(n)
		g.name = int32(i)
		ix.glances = append(ix.glances, g)
	}
	slices.SortFunc(ix.glances, func(a, b glance) int { return int(a.size - b.size) })
}

// likely appends all names that Nearest could return for name, and a few more.
func (ix *Index) likely(found []string, name string) []string {
	ix.glancing.Do(ix.glanceAll)
	found = append(found, ix.unglanced...)
	g := glanceOf(name)
	from := func(size int32) int {
		i, _ := slices.BinarySearchFunc(ix.glances, size, func(c glance, size int32) int { return int(c.size - size) })
		return i
	}
	near := ix.glances[from(g.size-limit):from(g.size+limit+1)]
	for i := range near {
		if c := &near[i]; g.near(c) {
			found = append(found, ix.names[c.name])
		}
	}
	shorter, longer := ix.glances[:from(g.size)], ix.glances[from(g.size+1):]
	for i := range shorter {
		if c := &shorter[i]; c.bits&^g.bits == 0 && sharesWords(name, ix.names[c.name]) {
			found = append(found, ix.names[c.name])
		}
	}
	for i := range longer {
		if c := &longer[i]; g.bits&^c.bits == 0 && sharesWords(name, ix.names[c.name]) {
			found = append(found, ix.names[c.name])
		}
	}
	return found
}

// Alone reports whether name is the only one of the index that has its words
// but for numbers.
func (ix *Index) Alone(name string) bool {
	ix.series.Do(func() {
		ix.alone = make(map[string]string, len(ix.names))
		for _, n := range ix.names {
			key := series(n)
			if known, ok := ix.alone[key]; ok && known != n {
				n = ""
			}
			ix.alone[key] = n
		}
	})
	return ix.alone[series(name)] == name
}

// file files all names.
func (ix *Index) file() {
	room := 0
	for _, name := range ix.names {
		room += len(name) + 3 + 2*strings.Count(name, "-")
	}
	ix.filed = make([]entry, 0, room)
	ix.looks = make([]glance, len(ix.names))
	for i, name := range ix.names {
		ix.looks[i] = glanceOf(name)
		add := func(key uint64) { ix.filed = append(ix.filed, entry{uint32(key), int32(i)}) }
		add(hash(whole, name, ""))
		for at := range len(name) {
			if name[at] == '-' {
				add(hash(start, name[:at], ""))
				add(hash(end, name[at+1:], ""))
			}
		}
		if !ascii(name) {
			ix.odd = append(ix.odd, int32(i))
			continue
		}
		middle := len(name) / 2
		each(head, name[:middle], add)
		each(tail, name[middle:], add)
	}
	slices.SortFunc(ix.filed, func(a, b entry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.name, b.name)) })
	ix.filed = slices.Clip(slices.Clone(searched(ix.filed)))
	const together = 8 // entries for each value of the high bits
	ix.shift = 32 - bits.Len(uint(len(ix.filed)/together))
	ix.first = make([]int32, 1<<(32-ix.shift)+1)
	at := 0
	for high := range ix.first {
		for at < len(ix.filed) && int(uint64(ix.filed[at].key)>>ix.shift) < high {
			at++
		}
		ix.first[high] = int32(at)
	}
}

// searched moves entries to the front whose key so many names have at most that a
// search looks at them, and returns those.
func searched(filed []entry) []entry {
	kept := filed[:0]
	for at := 0; at < len(filed); {
		end := at + 1
		for end < len(filed) && filed[end].key == filed[at].key {
			end++
		}
		if end-at <= often {
			kept = append(kept, filed[at:end]...)
		}
		at = end
	}
	return kept
}

// near appends all names that Nearest could return for name, and a few more.
func (ix *Index) near(found []string, name string) []string {
	ix.filing.Do(ix.file)
	m, _ := ix.marked.Get().(*marks)
	if m == nil {
		m = &marks{met: make([]uint32, len(ix.names))}
	}
	defer ix.marked.Put(m)
	if m.search++; m.search == 0 { // all numbers were used
		clear(m.met)
		m.search = 1
	}
	for _, i := range ix.odd {
		found = append(found, ix.names[i])
	}
	g := glanceOf(name)
	take := func(key uint64, most int) {
		for _, e := range ix.under(key, most) {
			if m.met[e.name] == m.search {
				continue
			}
			m.met[e.name] = m.search
			if c, other := &ix.looks[e.name], ix.names[e.name]; g.near(c) || sharesWords(name, other) {
				found = append(found, other)
			}
		}
	}
	half := func(part uint64, text string) {
		most := common
		if len(text) < long {
			most = often
		}
		each(part, text, func(key uint64) { take(key, most) })
	}
	// The other name is up to two characters longer or shorter, and its middle
	// may be up to two characters away from where it is in this one.
	low, high := max(0, (len(name)-2)/2-2), min(len(name), (len(name)+2)/2+2)
	for cut := low; cut <= high; cut++ {
		half(head, name[:cut])
		half(tail, name[cut:])
	}
	take(hash(start, name, ""), often)
	take(hash(end, name, ""), often)
	for at := range len(name) {
		if name[at] == '-' {
			take(hash(whole, name[:at], ""), often)
			take(hash(whole, name[at+1:], ""), often)
		}
	}
	return found
}

// each calls f with the keys of text, and of text less each of its characters.
func each(part uint64, text string, f func(key uint64)) {
	f(hash(part, text, ""))
	for i := range len(text) {
		if i == 0 || text[i] != text[i-1] { // else it is the same text again
			f(hash(part, text[:i], text[i+1:]))
		}
	}
}

// hash is FNV-1a of a part and the text a+b.
func hash(part uint64, a, b string) uint64 {
	const prime = 1099511628211
	h := (14695981039346656037 ^ part) * prime
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * prime
	}
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * prime
	}
	return h
}

func ascii(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		eight := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if eight&0x8080808080808080 != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
