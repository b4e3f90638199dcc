package apischema

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// operatorsTable is what tools/apischema writes of the CustomResourceDefinitions
// that operators publish. Besides the lines of kubernetesTable it has
//
//	from  group, kind, module and version
//
// and * among the fields of a type that may have others.
//
//go:embed operators.txt.gz
var operatorsTable []byte

// Operators returns the table of operators' kinds. It is read when it is first
// asked for. A cluster may have another version of an operator: what is not in
// the table may well be right, and only what is close to something in it is
// worth a word.
var Operators = sync.OnceValue(func() *Table { return newTable(decompress(operatorsTable)) })

// From returns the module that the table knows a kind from, as name and version.
func (t *Table) From(group, kind string) string { return t.from[group+"/"+kind] }

// JudgeLoosely is Judge for the schemas of Operators: it finds fields that are
// close to a known one, and nothing else.
func JudgeLoosely(n *yaml.Node, s *Schema, from string) Judgement {
	return judge(n, s, walker{from: from})
}

// nearMiss reports a key that is no field of s and that is close to one.
func (w *walker) nearMiss(n, key, v *yaml.Node, s *Schema) {
	if w.guesses++; w.guesses > maxGuesses || len(key.Value) < shortest {
		return
	}
	meant := slip(key.Value, w.free(n, s))
	if meant == "" || !takesShape(v, s.Field(meant).Schema) {
		return
	}
	// A version before may have had one where this one has a list of them.
	if s.Field(meant).Type == List && v.Kind != yaml.SequenceNode && strings.HasPrefix(meant, key.Value) {
		return
	}
	w.add(Problem{
		Rule: UnknownField, Node: key, Value: v, Warning: true, Suggestions: []string{meant},
		Message: fmt.Sprintf("%s has no field %q", w.describe(), key.Value),
		Help:    "by the CustomResourceDefinition of " + strings.Replace(w.from, "@", " ", 1) + "; another version may have it",
		fix:     &fix{in: n, key: key, name: meant},
	})
}

// shortest is the length of names of which a slip can be told from another name.
const shortest = 4

// slip returns the name of which another one is a slip: another case, a letter
// more, less or other, two swapped. Names that differ in a number, or in a word,
// are others.
func slip(name string, candidates []string) string {
	for _, c := range candidates {
		if strings.EqualFold(c, name) || strings.ContainsAny(name, "_-") && strings.EqualFold(c, strings.NewReplacer("_", "", "-", "").Replace(name)) {
			return c
		}
	}
	best, least := "", 3
	for _, c := range candidates {
		if len(c) < shortest || !suggest.Close(name, c) {
			continue
		}
		if d := suggest.Distance(name, c); d < least && (d == 1 || len(name) >= 8) {
			best, least = c, d
		}
	}
	return best
}
