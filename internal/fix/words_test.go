package fix

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzWords compares how words are found with the patterns that say what words are.
func FuzzWords(f *testing.F) {
	f.Add([]byte("name: Redis-cache.svc\n_a: b__C-9.\n"))
	f.Add([]byte("é-x\x00.. --- A"))
	wholeWord, part := regexp.MustCompile(`[A-Za-z0-9_.-]+`), regexp.MustCompile(`[a-z0-9]+`)
	f.Fuzz(func(t *testing.T, text []byte) {
		want := map[string]int{}
		for _, name := range wholeWord.FindAll(text, -1) {
			name = bytes.ToLower(name)
			want["="+string(name)]++
			for _, p := range part.FindAll(name, -1) {
				want[string(p)]++
			}
		}
		words := &Words{}
		words.Add(text)
		got := map[string]int{}
		for word := range words.index {
			got[word] = words.count(word)
		}
		assert.Equal(t, want, got)
	})
}
