package check

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommentsAreNoText(t *testing.T) {
	text := `a: 1 # krm-validate:ignore one: on its line
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
---
f: "# krm-validate:ignore six: quotes are the reader's business"
g: !!str |2
   # krm-validate:ignore text: no comment
h: 3 # krm-validate:ignore seven: at the end
i: |

j: 4 # krm-validate:ignore eight: below a block without text
`
	type about struct {
		rule        string
		line        int
		first, last int
	}
	var got []about
	for _, c := range commentsIn("f.yaml", []byte(text)) {
		got = append(got, about{c.rules[0], c.line, c.target, c.last})
	}
	assert.Equal(t, []about{
		{"one", 1, 1, 1}, {"two", 2, 3, 7}, {"three", 9, 9, 11}, {"four", 12, 12, 12}, {"five", 15, 15, 15}, {"seven", 20, 20, 20}, {"eight", 23, 23, 23},
	}, got)
}
