// Package reference knows which fields of which kinds hold the names of other
// objects, finds them in an inventory, and judges whether they resolve.
//
// The knowledge is in tables: rows (tables_*.go) say where names are,
// producers (producers_*.go) say which objects come into being at run time,
// builtins say what every cluster has. A new kind is a row.
package reference

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Row says that a field holds the name of another object.
//
// Paths are dotted; a step ending in [] goes through every element of a list,
// one ending in {} through every value of a map; a dot inside a key is
// written \. The step ** is any number of levels, none included, and the step
// after it may be *Suffix for every key with that ending. The paths of companion
// fields (Kind, Namespace, Key, …) start at the mapping that holds the name and
// may give alternatives with |; a leading ^ starts one mapping further out, a
// leading / at the resource itself.
type Row struct {
	// From are the kinds the row is for, as group/Kind, separated by commas;
	// Pod stands for the pod spec of every kind that embeds one, * for the labels
	// and annotations of every kind, Custom for every kind that is not Kubernetes' own.
	From string
	// Path leads to the scalar with the name. In rows for Pod, the step
	// container stands for the containers of every type.
	Path string
	// To are the kinds the name may be of, as group/Kind, separated by commas.
	To string

	// Kind and Group are companion fields that say which kind it is. Group may
	// hold an apiVersion. When Kind is absent from the resource the first of To
	// is meant; a kind that is not in To is taken as it stands if Group says
	// which group it is of, and left alone otherwise.
	Kind, Group string
	// Namespace is a companion field; the referrer's namespace if absent.
	Namespace string
	// InNamespace is the namespace that is meant when the companion is absent
	// or there is none, for operators that look in one of their own; * is any.
	InNamespace string
	// Key is the companion field with the key of a ConfigMap or Secret; it may
	// lead through lists.
	Key string
	// DefaultKey is the key that is meant when there is no Key companion.
	DefaultKey string
	// Port is the companion field with a port of a Service, by name or number.
	Port string
	// Optional is a companion field that, when true, allows the target to be missing.
	Optional string
	// When are conditions on companions, separated by commas, as in
	// "kind=Secret" or "kind!=Group"; "kind=" means that it is absent. One element
	// of a list is enough for =, and too many for !=.
	When string

	// Lenient rows name something that may as well live elsewhere: when it is
	// absent and nothing is close, that is a note.
	Lenient bool
	// Siblings rows name something that is written beside others of its kind: when it
	// is absent and the build has such others in that namespace, that is a warning at
	// least.
	Siblings bool
	// Foreign rows name what another object than the referrer makes: what it makes
	// itself is not meant.
	Foreign bool
	// Guess rows rest on what fields are usually called, not on a schema. Only
	// a near miss or a wrong namespace counts against them.
	Guess bool
	// Repaired says that kustomize has been configured to rewrite the field;
	// for its built-in table see kustomize.go.
	Repaired bool
	// Parse splits the scalar, for fields that hold more than a bare name.
	Parse Parse
}

// Key is one key that a reference needs.
type Key struct {
	Name string
	Node *yaml.Node
}

// Ref is one reference found in a resource.
type Ref struct {
	// Index is the position in the Set's All.
	Index int

	Row  *Row
	From *inventory.Object
	// Pod is the pod the reference is in, for rows of pods.
	Pod *inventory.Pod

	// Node is the scalar that holds the name; Parent the mapping around it.
	Node, Parent *yaml.Node

	// To are the kinds that satisfy the reference.
	To        []inventory.GroupKind
	Name      string
	Namespace string
	// NamespaceNode is the scalar that says the namespace, or nil.
	NamespaceNode *yaml.Node
	Optional      bool
	// Vague says that a part of the name or namespace is filled in later, so
	// that what is not in the build may well be there.
	Vague bool
	Keys  []Key
	// Port is the scalar that names a port, or nil.
	Port *yaml.Node
	// Repaired says that kustomize will rewrite the field when the target is renamed.
	Repaired bool
}

// Field is the field path of node n, which is somewhere in the referrer.
func (r *Ref) Field(n *yaml.Node) string { return fieldpath.To(r.From.Node, n) }

// IsPlaceholder reports whether text holds something that is filled in later,
// by Flux, Argo CD, Helm, envsubst or a person: ${X}, $(X), {{ x }}, <x>, %x%,
// __X__, ((X)), @x.y@; or is a pattern: !x. Nothing can be said of it.
func IsPlaceholder(text string) bool {
	return strings.ContainsAny(text, "${}<>%*") || startsMarked(text) || strings.Contains(text, "((") || filtered(text) ||
		strings.HasPrefix(text, "!") || // a pattern of Kyverno's
		strings.HasPrefix(text, "ENC[") || // what SOPS encrypted: https://getsops.io/docs/
		strings.HasPrefix(text, "op://") || strings.HasPrefix(text, "ref+") // what op inject and vals put in
}

// startsMarked reports whether a word of text begins with two underscores, as __X__
// does. Those between two words are a separator: ConnectionStrings__Default.
func startsMarked(text string) bool {
	for i := 0; ; {
		at := strings.Index(text[i:], "__")
		if at < 0 {
			return false
		}
		i += at
		if i == 0 || !isWordByte(text[i-1]) {
			return true
		}
		for i < len(text) && text[i] == '_' {
			i++
		}
	}
}

// filtered reports whether text has a property between two @ that begin no digest, as
// Maven puts in: @project.version@.
// https://maven.apache.org/plugins/maven-resources-plugin/examples/filter.html
func filtered(text string) bool {
	before, rest, ok := strings.Cut(text, "@")
	if !ok || before != "" && isWordByte(before[len(before)-1]) {
		return false
	}
	name, _, ok := strings.Cut(rest, "@")
	return ok && name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r >= 0x80 || !isWordByte(byte(r)) && r != '.' && r != '_' && r != '-'
	}) < 0
}

func isWordByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
}

// IsPlaceholderName is IsPlaceholder for the name of an object, which has no
// capitals and no underscores: YOUR_SECRET is a placeholder too, and a word of
// APP_ENV-web. A key of a ConfigMap and the value of a label may be spelt so.
func IsPlaceholderName(name string) bool {
	if IsPlaceholder(name) {
		return true
	}
	if !strings.Contains(name, "_") {
		return false
	}
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '.' }) {
		if strings.Contains(word, "_") && strings.ToUpper(word) == word && strings.ToLower(word) != word {
			return true
		}
	}
	return strings.ToUpper(name) == name
}

// templatePattern is what Flux, Argo CD and envsubst replace: ${X}, $(X), $X
// and {{ x }}.
var templatePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{[^{}]*(\{[^{}]*\})?[^{}]*\}|\$\([^)]*\)|\$[A-Za-z_]+|\{\{[^{}]*\}\}`)
})

// IsTemplate reports whether text has a part that is filled in later. Two
// texts with the same part become the same name.
func IsTemplate(text string) bool {
	return strings.ContainsAny(text, "${") && templatePattern().MatchString(text)
}

// SameTemplate reports whether two names have the same parts that are filled in
// later, and returns the rest of both.
func SameTemplate(a, b string) (restA, restB string, same bool) {
	re := templatePattern()
	return re.ReplaceAllString(a, ""), re.ReplaceAllString(b, ""), slices.Equal(re.FindAllString(a, -1), re.FindAllString(b, -1))
}

// place is where a name was found: what companion paths start from.
type place struct{ root, parent, outer *yaml.Node }

// companion returns the nodes at a companion path.
func (at place) companion(path string) []*yaml.Node {
	for path != "" {
		var alt string
		alt, path, _ = strings.Cut(path, "|")
		from := at.parent
		switch alt[0] {
		case '^':
			from, alt = at.outer, alt[1:]
		case '/':
			from, alt = at.root, alt[1:]
		}
		if found := fieldpath.Of(alt).Nodes(from); len(found) > 0 {
			return found
		}
	}
	return nil
}

// first is the first of the nodes at a companion path, or nil.
func (at place) first(path string) *yaml.Node {
	if strings.ContainsAny(path, `.^/|[\`) {
		for _, n := range at.companion(path) {
			return n
		}
		return nil
	}
	if path == "" {
		return at.parent
	}
	if n := yamlnode.Get(at.parent, path); !yamlnode.IsNull(n) {
		return n
	}
	return nil
}

// text is the scalar at a companion path, the first of several, or "".
func (at place) text(path string) string { return yamlnode.String(at.first(path)) }
