package suggest

import (
	"iter"
	"path"
	"strings"
)

// PathSlips yields the paths of at least two names that are one edit at a slash or a dot
// away from what was typed: one that is missing or too many, is another character, or
// has changed places with its neighbour. They are clean, but for .. at the beginning.
func PathSlips(typed string) iter.Seq[string] {
	return func(yield func(string) bool) {
		const longest = 300
		if len(typed) > longest {
			return
		}
		seen := map[string]bool{typed: true, path.Clean(typed): true}
		try := func(s string) bool {
			if seen[s] || path.Clean(s) != s || path.IsAbs(s) || !strings.Contains(s, "/") || path.Base(s) == ".." {
				return true
			}
			seen[s] = true
			return yield(s)
		}
		for i := range len(typed) + 1 {
			for _, c := range [...]string{"/", "."} {
				if !try(typed[:i]+c+typed[i:]) || i < len(typed) && !try(typed[:i]+c+typed[i+1:]) {
					return
				}
			}
			if i < len(typed) && (typed[i] == '/' || typed[i] == '.') && !try(typed[:i]+typed[i+1:]) {
				return
			}
			if i+1 < len(typed) && strings.ContainsAny(typed[i:i+2], "/.") && !try(typed[:i]+typed[i+1:i+2]+typed[i:i+1]+typed[i+2:]) {
				return
			}
		}
	}
}
