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
	known map[string]int32 // where each is first
	index *suggest.Index   // of the names, and of what comes after them
}

const fewNames = 16 // are looked through

// choose returns a choice of names, which it keeps.
func choose(names []string) *choice {
	c := &choice{names: names, index: suggest.NewIndex(names)}
	if len(names) > fewNames {
		c.known = make(map[string]int32, len(names))
		for i, name := range slices.Backward(names) {
			c.known[name] = int32(i)
		}
	}
	return c
}

// first returns a choice of the first n of the names.
func (c *choice) first(n int) *choice {
	const few = 256 // are cheaper to index again than to pick from all
	part := &choice{names: c.names[:n], known: c.known, index: c.index}
	if n <= few {
		part.index = suggest.NewIndex(part.names)
	}
	return part
}

func (c *choice) has(name string) bool {
	if c.known == nil {
		return slices.Contains(c.names, name)
	}
	i, ok := c.known[name]
	return ok && int(i) < len(c.names)
}

// nearest returns up to three of the names that are close to name.
func (c *choice) nearest(name string) []string {
	near := c.index.Nearest(name, 3)
	if c.known != nil {
		near = slices.DeleteFunc(near, func(n string) bool { return !c.has(n) })
	}
	return near
}

// choices are names of several places.
type choices []*choice

func (c choices) has(name string) bool {
	return slices.ContainsFunc(c, func(one *choice) bool { return one.has(name) })
}

// nearest returns up to three of the names that are close to name.
func (c choices) nearest(name string) []string {
	var near []string
	for _, one := range c {
		near = append(near, one.nearest(name)...)
	}
	return nearest(name, near)
}

// closest are the nearest that are near enough to be meant.
func (c choices) closest(name string) []string { return closeTo(name, c.nearest(name)) }

// listOf is listOf for the names.
func (c choices) listOf(what string) string {
	var first []string
	n := 0
	for _, one := range c {
		first = append(first, one.names[:min(len(one.names), mostListed-len(first))]...)
		n += len(one.names)
	}
	if n == 0 {
		return listOf(what, nil)
	}
	return what + " are: " + listed(first, n)
}

// closeTo are those of some names that are near enough to one to be meant.
func closeTo(name string, names []string) []string {
	var near []string
	for _, n := range names {
		if suggest.Close(name, n) {
			near = append(near, n)
		}
	}
	return near
}

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
