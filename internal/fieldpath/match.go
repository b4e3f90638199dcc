package fieldpath

import "strings"

// Match reports whether a pattern matches the path of a field. In a pattern *
// stands for any text, ? for any letter, [] for any element, and everything else
// for itself: spec.*.env[0].name is the name of the first variable of any
// container. A backslash takes away the meaning of what follows.
func Match(pattern, path string) bool {
	var again, from string // what to try when it goes on wrongly after a *
	star := false
	for {
		if strings.HasPrefix(pattern, "*") {
			pattern = pattern[1:]
			star, again, from = true, pattern, path
			continue
		}
		if n, m, ok := one(pattern, path); ok {
			pattern, path = pattern[n:], path[m:]
			continue
		}
		if pattern == "" && path == "" {
			return true
		}
		if !star || from == "" {
			return false
		}
		from = from[1:]
		pattern, path = again, from
	}
}

// one matches the first element of a pattern, which is no *, and returns the
// lengths of what it takes of both.
func one(pattern, path string) (n, m int, ok bool) {
	switch {
	case pattern == "" || path == "":
		return 0, 0, false
	case strings.HasPrefix(pattern, "[]"):
		m = 1
		for m < len(path) && path[m] >= '0' && path[m] <= '9' {
			m++
		}
		return 2, m + 1, path[0] == '[' && m > 1 && strings.HasPrefix(path[m:], "]")
	case pattern[0] == '?':
		return 1, 1, true
	case pattern[0] == '\\' && len(pattern) > 1:
		return 2, 1, pattern[1] == path[0]
	}
	return 1, 1, pattern[0] == path[0]
}
