package redact

import (
	"regexp"
	"strings"
	"sync"
)

// Foreign is an error of a library as it may be printed. Such errors print
// values, and whole objects: the parts that do so are cut, and of the rest
// only words are left that the library itself says or that are public. errors.Is
// and errors.As see the error that it was.
func (s *Secrets) Foreign(err error) error {
	if err == nil {
		return nil
	}
	return &foreign{text: s.Judge(err.Error()), err: err}
}

type foreign struct {
	text string
	err  error
}

func (e *foreign) Error() string { return e.text }
func (e *foreign) Unwrap() error { return e.err }

// note explains the masks of a text.
const note = " (" + Mask + " is left out: it may be a secret)"

// Judge is [Secrets.Foreign] for a text.
func (s *Secrets) Judge(text string) string {
	l, done := s.load()
	defer done()
	text = l.mask(text)
	text = CutDumps(text)
	text = strings.Join(strings.Fields(text), " ")
	text = unknownWords(maskShapes(text), l.public())
	text = runs().ReplaceAllString(text, Mask)
	text = Escape(text)
	if strings.Contains(text, Mask) {
		text += note
	}
	return text
}

// runs are masks with nothing between them that is a word.
var runs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\*\*\*(?:[^\p{L}\p{N}]*\*\*\*)+`) })

type dump struct {
	pattern *regexp.Regexp
	keep    string
}

// dumps are the places where kustomize and the YAML library print what they
// were given, and what is kept of each.
var dumps = sync.OnceValue(func() []dump {
	return []dump{
		{regexp.MustCompile("(?s)trouble configuring builtin (\\w+) with config: `\n.*`: "), "kustomize's built-in $1: "},
		{regexp.MustCompile(`(?s)((?:merging from|adding origin annotations for) generator) &\{.*<nil>\}: `), "$1: "},
		{regexp.MustCompile(`(?s)resid\.ResId\{Gvk:resid\.Gvk\{Group:"[^"]*", Version:"[^"]*", Kind:"([^"]*)"[^{}]*\}, Name:"([^"]*)", Namespace:"([^"]*)"\}`), "$1 $2 (namespace \"$3\")"},
		{regexp.MustCompile(`(?s)map\[string\]interface \{\}(?:\(nil\)|\{.*\}): `), ""},
		{regexp.MustCompile(`json: unsupported type: map\[interface \{\}\]interface \{\}`), "a key of a mapping is not a string: quote it"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go value of type types\.\w+`), "expected fields with their values, got a value of type $1"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \S*?(\w+) of type u?int\d*`), "$2: expected a whole number, got a value of type $1"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \S*?(\w+) of type (?:\*?\w+\.\w+|map\[\S*)`), "$2: expected fields with their values, got a value of type $1"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \S*?(\w+) of type \[\]\*?\w+\.\w+`), "$2: expected a list of fields with their values, got a value of type $1"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \S*?(\w+) of type \[\](\S+)`), "$2: expected a list of ${3}s, got a value of type $1"},
		{regexp.MustCompile(`json: cannot unmarshal (\w+) into Go struct field \S*?(\w+) of type (\S+)`), "$2: expected a value of type $3, got one of type $1"},
		{regexp.MustCompile("(?s)cannot decode (!!\\w+) `.*?` as a (!!\\w+)"), "cannot decode a $1 as a $2"},
		{regexp.MustCompile(`(?s)literal sources \[.*\]: `), "literals: "},
		{regexp.MustCompile(`(?s)invalid literal source .*, expected key=value`), "one of the literals is not of the form key=value"},
		{regexp.MustCompile(`(?s)(found multiple possible referrals: [^\n]*)\n.*`), "$1"},
		{regexp.MustCompile(`(?s)(options\.index -?\d+ is out of bounds) for value .*`), "$1 for the value of the source"},
		{regexp.MustCompile(`(?s)found multiple objects .* that could accept merge of .*`),
			"several objects could accept the merge of one generator: give it the name and the namespace of the one that is meant"},
		{regexp.MustCompile("(?s)cannot unmarshal (!!\\w+) `.*?` into "), "cannot unmarshal $1 into "},
		{regexp.MustCompile(`(?s)received error (.*?) for the following resource:\n.*`), "$1"},
		{regexp.MustCompile(`(?s)unable to parse SM or JSON patch from \[.*\]`), "a patch is neither a strategic-merge patch nor a list of JSON patch operations"},
		{regexp.MustCompile(`(?s)(missing [\w.]+) in object .*`), "$1 in an object"},
		{regexp.MustCompile(`(?s)(nodes unequal|lists have different number of entries): .*`), "$1"},
		{regexp.MustCompile(`(?s)(invalid map key): value='.*', tag='(.*?)'`), "$1 with the tag $2"},
		{regexp.MustCompile(`(?s)unknown anchor '.*?' referenced`), "a value starts with * as if it were an alias, of an anchor that is not there: quote it"},
	}
})

// CutDumps leaves out of an error's text what a library was given: whole
// objects, and values of the wrong type.
func CutDumps(text string) string {
	for _, d := range dumps() {
		text = d.pattern.ReplaceAllString(text, d.keep)
	}
	return text
}

// unknownWords masks what may be a value: every piece of a text with a word in
// it that is neither of the library's own nor public.
func unknownWords(text string, public map[string]bool) string {
	var b strings.Builder
	before := "" // the word before a piece
	for len(text) > 0 {
		i := strings.IndexFunc(text, isBetween)
		if i == 0 {
			i = strings.IndexFunc(text, func(r rune) bool { return !isBetween(r) })
			if i < 0 {
				i = len(text)
			}
			b.WriteString(text[:i])
			text = text[i:]
			continue
		}
		if i < 0 {
			i = len(text)
		}
		piece := text[:i]
		text = text[i:]
		ordinary := true
		for _, w := range tokens(piece) {
			ordinary = ordinary && isOrdinary(w, before, public)
			before = strings.ToLower(w)
		}
		if !ordinary {
			piece = Mask
		}
		b.WriteString(piece)
	}
	return b.String()
}

// isBetween reports whether r separates the pieces of a text.
func isBetween(r rune) bool {
	return strings.ContainsRune(" \t'\"`()[]{}<>,;:=/\\|", r)
}
