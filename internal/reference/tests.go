package reference

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// ofTests reports whether the file of an object is in a folder of tests.
func ofTests(o *inventory.Object) bool { return o.File != "" && InTests(o.File) }

// InTests reports whether a file is in a folder of tests. These hold what tests
// apply and what they compare with what is in the cluster, and nobody but the test
// knows which is which. The latter are resources in part.
func InTests(file string) bool {
	for folder := range strings.SplitSeq(filepath.ToSlash(filepath.Dir(file)), "/") {
		if HasWord(folder, "test", "tests", "e2e", "fixtures") {
			return true
		}
	}
	return false
}

// HasWord reports whether a name has one of the words, between dashes and the like.
func HasWord(name string, words ...string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' }),
		func(word string) bool { return slices.Contains(words, word) })
}
