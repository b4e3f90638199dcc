// Package gitignore matches paths against patterns in the form of .gitignore
// files: https://git-scm.com/docs/gitignore.
package gitignore

import (
	"regexp"
	"strings"
)

// Patterns are the lines of one file, or of several: the last that matches
// decides. The zero value ignores nothing.
type Patterns struct {
	rules []rule
}

type rule struct {
	below   string // the folder of the file, with a slash at its end; "" at the top
	re      *regexp.Regexp
	negated bool
	dirOnly bool
}

// Add returns patterns that are followed by those of a file in the folder dir
// (slash-separated and relative to the top, "" for the top itself). Lines that
// are no pattern match nothing.
func (p Patterns) Add(dir, text string) Patterns {
	if dir != "" {
		dir += "/"
	}
	rules := p.rules[:len(p.rules):len(p.rules)]
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if r, ok := parse(strings.TrimRight(line, "\r\n")); ok {
			r.below = dir
			rules = append(rules, r)
		}
	}
	return Patterns{rules}
}

// Ignores reports whether a path, slash-separated and relative to the top, is
// ignored. What is in an ignored folder is ignored too, which is for the caller
// to know: such a folder need not be entered.
func (p Patterns) Ignores(path string, dir bool) bool {
	for i := len(p.rules) - 1; i >= 0; i-- {
		r := &p.rules[i]
		rest, ok := strings.CutPrefix(path, r.below)
		if ok && (dir || !r.dirOnly) && r.re.MatchString(rest) {
			return !r.negated
		}
	}
	return false
}

func parse(line string) (r rule, ok bool) {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if line == "" || line[0] == '#' {
		return r, false
	}
	if line[0] == '!' {
		r.negated, line = true, line[1:]
	}
	line, r.dirOnly = strings.CutSuffix(line, "/")
	anchored := strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return r, false
	}
	pattern := `^`
	if !anchored {
		pattern += `(?:.*/)?`
	}
	body, ok := translate(line)
	if !ok {
		return r, false
	}
	re, err := regexp.Compile(`(?s)` + pattern + body + `$`)
	r.re = re
	return r, err == nil
}

// translate writes a glob as a regular expression.
func translate(glob string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; c {
		case '*':
			stars := len(glob[i:]) - len(strings.TrimLeft(glob[i:], "*"))
			start, end := i == 0 || glob[i-1] == '/', i+stars == len(glob)
			switch {
			case stars == 2 && start && end:
				b.WriteString(`.+`)
			case stars == 2 && start && glob[i+2] == '/':
				b.WriteString(`(?:.*/)?`)
				i++ // the slash
			default:
				b.WriteString(`[^/]*`)
			}
			i += stars - 1
		case '?':
			b.WriteString(`[^/]`)
		case '[':
			end := classEnd(glob, i)
			if end < 0 {
				return "", false
			}
			class := glob[i+1 : end]
			b.WriteByte('[')
			if class[0] == '!' || class[0] == '^' {
				b.WriteString(`^/`)
				class = class[1:]
			}
			b.WriteString(strings.NewReplacer(`[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(class))
			b.WriteByte(']')
			i = end
		case '\\':
			i++
			if i == len(glob) {
				return "", false
			}
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	return b.String(), true
}

// classEnd returns the place of the bracket that ends the class at i, or -1. One
// that follows the first is a character of the class.
func classEnd(glob string, i int) int {
	j := i + 1
	if j < len(glob) && (glob[j] == '!' || glob[j] == '^') {
		j++
	}
	if j < len(glob) && glob[j] == ']' {
		j++
	}
	if end := strings.IndexByte(glob[min(j, len(glob)):], ']'); end >= 0 {
		return j + end
	}
	return -1
}
