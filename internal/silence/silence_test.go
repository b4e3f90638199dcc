package silence

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommentsAreNoText(t *testing.T) {
	text := `z: "a quoted # krm-validate:ignore text: no comment"
y: 'it''s # krm-validate:ignore text: no comment' # krm-validate:ignore quoted: behind one
x: "over # krm-validate:ignore text: no comment
  # krm-validate:ignore text: no comment
  lines \" # krm-validate:ignore text: no comment" # krm-validate:ignore lines: behind several
"k # krm-validate:ignore text: no comment": [ "a", 'b' ] # krm-validate:ignore key: behind a list
w: !!str "# krm-validate:ignore text: no comment"
v: plain#krm-validate:ignore text
a: 1 # krm-validate:ignore one: on its line
# krm-validate:ignore two: above a block
b: |
  # krm-validate:ignore text: no comment
  # krm-validate:ignore text: nor this

  end
c:
- d: >- # krm-validate:ignore three: on the line of the block
    # krm-validate:ignore text: no comment
    folded
  e: 2 # krm-validate:ignore four: behind it
patches:
- patch: |-
    kind: A # krm-validate:ignore five: a patch has comments of its own
    b: "krm # krm-validate:ignore text: no comment" # krm-validate:ignore six: and text
    c: |
      # krm-validate:ignore text: no comment
---
f: "# krm-validate:ignore text: no comment"
g: !!str |2
   # krm-validate:ignore text: no comment
h: 3 # renovate: x # krm-validate:ignore seven: at the end
i: |

j: 4 # krm-validate:ignore eight: below a block without text
`
	type about struct {
		rule        string
		line        int
		first, last int
	}
	var got []about
	for _, c := range In([]byte(text)) {
		got = append(got, about{c.Rules[0], c.Line, c.First, c.Last})
	}
	assert.Equal(t, []about{
		{"quoted", 2, 2, 2}, {"lines", 5, 5, 5}, {"key", 6, 6, 6},
		{"one", 9, 9, 9}, {"two", 10, 11, 15}, {"three", 17, 17, 19}, {"four", 20, 20, 20}, {"five", 23, 23, 23}, {"six", 24, 24, 24}, {"seven", 31, 31, 31}, {"eight", 34, 34, 34},
	}, got)
}

func TestEndsOfLines(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		text := strings.ReplaceAll("# a\n# b\nk: \"# krm-validate:ignore text: no comment\"\n# krm-validate:ignore one: above\nl: 'b'\n", "\n", end)
		got := In([]byte(text))
		require.Len(t, got, 1, "%q", end)
		assert.Equal(t, Comment{Line: 4, Column: 1, First: 5, Last: 5, Rules: []string{"one"}, Reason: true}, *got[0], "%q", end)
	}
}

// Whatever a text is, each comment is a place in it.
func FuzzIn(f *testing.F) {
	for _, text := range []string{
		"a: |2\n    b\n  # krm-validate:ignore a: b\n", "- 'a\u2028 # krm-validate:ignore a: b\n' # krm-validate:ignore a: b", "\ufeff&a \"b\": !!str 'c' # krm-validate:ignore a: b\r",
		"patch: |-\n  a: \"b\n    c\" # krm-validate:ignore a: b\n", "{a: [\"# krm-validate:ignore a: b\", >",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := linesOf(text)
		for _, c := range In(text) {
			if c.Line < 1 || c.Last < c.First || c.Last > len(lines) || lines[c.Line-1][c.Column-1] != '#' {
				t.Errorf("%q: %+v", text, *c)
			}
		}
	})
}

// A header says how much the lines of a block are indented: the first may have more.
func TestIndicatedIndent(t *testing.T) {
	text := "a:\n  b: |2 # krm-validate:ignore r: x\n      first\n    second # krm-validate:ignore no: text\n  c: d\nl:\n- k: |1\n      one\n    two\n- |2-\n    one\n  two\nm: n # krm-validate:ignore r: x\n"
	found := In([]byte(text))
	require.Len(t, found, 2)
	assert.Equal(t, [2]int{2, 4}, [2]int{found[0].First, found[0].Last})
	assert.Equal(t, 13, found[1].Line)
}
