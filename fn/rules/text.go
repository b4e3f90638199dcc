package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// nearest returns up to three of the candidates that are close to name.
func nearest(name string, candidates []string) []string { return suggest.Nearest(name, candidates, 3) }

// choice are names that several others may be meant for, however many both are.
type choice struct {
	names []string
	known map[string]bool
	index *suggest.Index
}

// choose returns a choice of names, which it keeps.
func choose(names []string) *choice {
	c := &choice{names: names, index: suggest.NewIndex(names)}
	const few = 16 // are looked through
	if len(names) > few {
		c.known = make(map[string]bool, len(names))
		for _, name := range names {
			c.known[name] = true
		}
	}
	return c
}

func (c *choice) has(name string) bool {
	return c.known[name] || c.known == nil && slices.Contains(c.names, name)
}

// nearest returns up to three of the names that are close to name.
func (c *choice) nearest(name string) []string { return c.index.Nearest(name, 3) }

// listOf is a sentence with the names that there are.
func listOf(what string, names []string) string {
	if len(names) == 0 {
		if own, ok := strings.CutPrefix(what, "its "); ok {
			return "it has no " + own
		}
		return "there are no " + strings.TrimSuffix(strings.TrimPrefix(what, "the "), " there")
	}
	return what + " are: " + someOf(names)
}

// someOf lists names, of very many the first.
func someOf(names []string) string {
	return listed(names[:min(mostListed, len(names))], len(names))
}

// mostListed are the names that a sentence has.
const mostListed = 50

// listed is someOf for the first of n names.
func listed(first []string, n int) string {
	text := strings.Join(first, ", ")
	if n > len(first) {
		text += fmt.Sprintf(" and %d more", n-len(first))
	}
	return text
}
