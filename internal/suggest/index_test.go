package suggest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hbollon/go-edlib"
	"github.com/stretchr/testify/assert"
)

// mutate makes up to three edits in s.
func mutate(r *rand.Rand, s string) string {
	const alphabet = "abc-1"
	b := []byte(s)
	for range r.IntN(4) {
		i := r.IntN(len(b) + 1)
		c := alphabet[r.IntN(len(alphabet))]
		switch edit := r.IntN(4); {
		case edit == 0 || len(b) < 3 || i == len(b):
			b = append(b[:i], append([]byte{c}, b[i:]...)...)
		case edit == 1:
			b = append(b[:i], b[i+1:]...)
		case edit == 2:
			b[i] = c
		case i > 0:
			b[i-1], b[i] = b[i], b[i-1]
		}
	}
	return string(b)
}

func TestIndexAnswersAsNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"web", "api", "db", "shop", "cache", "config", "secret", "a", "ab", "", "prod", "é"}
	for round := range 30 {
		var names []string
		for range []int{40, few, few + 400}[round%3] {
			parts := make([]string, 1+r.IntN(4))
			for i := range parts {
				parts[i] = words[r.IntN(len(words))]
			}
			names = append(names, mutate(r, strings.Join(parts, "-")))
		}
		ix := NewIndex(names)
		for range 100 {
			name := mutate(r, names[r.IntN(len(names))])
			if r.IntN(5) == 0 {
				name += "-" + words[r.IntN(len(words))]
			}
			assert.Equal(t, Nearest(name, names, 3), ix.Nearest(name, 3), "round %d, %q", round, name)
		}
	}
}

func TestDistanceWithoutCommonEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		a := mutate(r, mutate(r, "abcab-cba1-ab"[:r.IntN(14)]))
		if r.IntN(4) == 0 {
			a = strings.Repeat(a, r.IntN(8)) // around 64 characters
		}
		b := mutate(r, mutate(r, a))
		want := edlib.OSADamerauLevenshteinDistance(a, b)
		assert.Equal(t, want, Distance(a, b), "%q, %q", a, b)
		for limit := range 3 {
			d, ok := within(a, b, limit)
			assert.Equal(t, want <= limit, ok, "%q, %q within %d", a, b, limit)
			if ok {
				assert.Equal(t, want, d, "%q, %q", a, b)
			}
		}
	}
}

func TestDeliberateDifferences(t *testing.T) {
	// The words of numbered and wordMore, said with lists of words.
	counted := func(a, b string) bool {
		as, bs := strings.Split(a, "-"), strings.Split(b, "-")
		if len(as) != len(bs) || a == b {
			return false
		}
		for i := range as {
			stemA, numA := cutNumber(as[i])
			stemB, numB := cutNumber(bs[i])
			if as[i] != bs[i] && (len(as[i]) != 1 || len(bs[i]) != 1) && (stemA != stemB || numA == "" || numB == "") {
				return false
			}
		}
		return true
	}
	longer := func(long, short string) bool {
		words := strings.Split(long, "-")
		for i, word := range words {
			if less := slices.Delete(slices.Clone(words), i, i+1); len(words) > 1 && len(word) > 1 && strings.Join(less, "-") == short {
				return true
			}
		}
		return false
	}
	r := rand.New(rand.NewPCG(5, 6))
	words := []string{"a", "b", "ab", "ba", "a1", "a2", "12", "1", ""}
	text := func() string {
		parts := make([]string, 1+r.IntN(4))
		for i := range parts {
			parts[i] = words[r.IntN(len(words))]
		}
		return strings.Join(parts, "-")
	}
	for range 200_000 {
		a, b := text(), text()
		assert.Equal(t, counted(a, b), Numbered(a, b), "%q, %q", a, b)
		assert.Equal(t, longer(a, b), wordMore(a, b), "%q, %q", a, b)
	}
}

func TestASCII(t *testing.T) {
	for size := range 20 {
		for at := range size {
			b := []byte(strings.Repeat("a", size))
			assert.True(t, ascii(string(b)))
			b[at] = 0x80
			assert.False(t, ascii(string(b)), "%d of %d", at, size)
		}
	}
}

func FuzzIndex(f *testing.F) {
	f.Add("db-secret", "db-secert web api-secret db prod-db-secret")
	f.Add("ab|cd", "ac|bd xx|cd ab|xx")
	f.Fuzz(func(t *testing.T, name, list string) {
		names := strings.Fields(list)
		want := Nearest(name, names, 5)
		assert.Equal(t, want, NewIndex(names).Nearest(name, 5))
		if ascii(name) {
			assert.Equal(t, want, Nearest(name, NewIndex(names).near(nil, name), 5))
		}
	})
}

func BenchmarkNearest(b *testing.B) {
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("service-%c%c%c-config", 'a'+i/676%26, 'a'+i/26%26, 'a'+i%26))
	}
	for name, nearest := range map[string]func(string, int) []string{
		"filed": NewIndex(names).Nearest,
		"few":   NewIndex(names[:few]).Nearest,
		"scan":  func(name string, most int) []string { return Nearest(name, names, most) },
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				nearest(names[i%len(names)][1:], 3)
			}
		})
	}
}
