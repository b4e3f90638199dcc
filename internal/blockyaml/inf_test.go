package blockyaml_test

import (
	"fmt"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
)

// TestNumbersThatAreNone holds every spelling of infinity and of what is not a
// number against yaml.v3, with and without signs.
func TestNumbersThatAreNone(t *testing.T) {
	p := &blockyaml.Parser{}
	for _, sign := range []string{"", "+", "-", "--", "+-", "~"} {
		for _, word := range []string{".inf", ".Inf", ".INF", ".iNF", "inf", ".nan", ".NaN", ".NAN", ".Nan", ".infx", "."} {
			for _, form := range []string{"a: %s\n", "- %s\n", "%s: a\n", "a: [%s, b]\n", "a: {%s: b}\n", "a: {b: %s}\n", "a: %s # b\n", "a: %s"} {
				same(t, p, fmt.Sprintf(form, sign+word))
			}
		}
	}
}
