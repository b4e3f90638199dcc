package databases

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// hardPasswords are those that break one naive way of writing a URL each.
var hardPasswords = []string{
	"p@ss/w:rd%#? é", "plain", "with blank", "a+b", "100%", "%41", "#hash", "?query", "a&b=c", "[::1]", `back\slash`, `"double"`, "'single'",
	"{{ .password }}", "{brace}", "}}", "$(HOME)", "$$", "semi;colon", "comma,comma", " outer blanks ", "日本語パスワード", "😀", "~-._", "|<>^`", "!*'()", "@", ":", "/",
	"tab\there", "new\nline", "return\rhere",
}

// safePasswords need no encoding anywhere: as: variable can carry them.
var safePasswords = []string{"plain", "With-dots.and_lines~9", "a!b*c(d)", "f=g;h&i", "1+1"}

// foreign are letters that SASLprep leaves as they are: the servers and
// drivers of SCRAM disagree about the others.
var foreign = []rune("éüñçßøåλΩЖя中日한א")

// generated are n more passwords, always the same.
func generated(n int) []string {
	r := rand.New(rand.NewPCG(20, 26))
	var list []string
	for range n {
		var b strings.Builder
		for range 1 + r.IntN(24) {
			if r.IntN(5) == 0 {
				b.WriteRune(foreign[r.IntN(len(foreign))])
			} else {
				b.WriteByte(byte(' ' + r.IntN(95)))
			}
		}
		list = append(list, b.String())
	}
	return list
}

// hidden names a password in a test's message without showing it whole.
func hidden(i int, s string) string { return fmt.Sprintf("password %d %q", i, s) }
