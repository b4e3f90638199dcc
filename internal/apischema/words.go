package apischema

import (
	"strings"
	"sync"
)

// IsWord reports whether a text is a value that the schema of Kubernetes' own kinds lists
// for some field: ReadWriteOnce, ClusterIP. Everybody knows those.
func IsWord(text string) bool { return openWords().values[text] }

// IsField reports whether a text is the name of a field of one of them.
func IsField(text string) bool { return openWords().fields[text] }

type wordSets struct{ values, fields map[string]bool }

var openWords = sync.OnceValue(func() wordSets {
	s := wordSets{map[string]bool{}, map[string]bool{"apiVersion": true, "kind": true, "metadata": true}}
	for _, line := range Kubernetes().lines {
		for field := range strings.SplitSeq(line, "\t") {
			name, code, _ := strings.Cut(field, ":")
			s.fields[name] = true
			if _, values, ok := strings.Cut(code, "="); ok {
				for v := range strings.SplitSeq(values, "|") {
					s.values[v] = true
				}
			}
		}
	}
	for _, values := range enums() {
		for _, v := range values {
			s.values[v] = true
		}
	}
	return s
})
