package apischema

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Problem is one thing that the API server has against a resource.
type Problem struct {
	// Rule is the rule it belongs to.
	Rule string
	// Node is where it is. If it is a key, Value is the value behind it: keys may
	// share their node, see [yamlnode.Beside].
	Node, Value *yaml.Node
	// Message is a sentence; Help says what to do about it, or is "".
	Message, Help string
	// Suggestions are what was probably meant, best first.
	Suggestions []string
	// What is [Elsewhere], [ToFillIn], [Former], [FormerToRead], [Namespaceless], [CertificateAlone], [CertificateElsewhere] or "".
	// Field is the one that lacks, and List the field whose list what lacks it is an element of.
	What, Field, List string
	// Warning is set for what the API server takes and nobody wants.
	Warning bool
	// Absent is set for what lacks something: a part of a resource does.
	Absent bool

	fix *fix // how to put it right, nil if nobody knows
	// moved is where a field belongs, nil if it is in its place.
	moved *moved
}

// moved is a field that belongs elsewhere.
type moved struct {
	place, of string       // where it belongs, and what has it
	more      []*yaml.Node // keys that belong there too
	in        *yaml.Node   // what has a field of an earlier version
}

// Elsewhere is what a field is that belongs elsewhere, or is written in another way there.
const Elsewhere = "elsewhere"

// Former is what is of a group that had it until a release of Kubernetes 1, whose minor number
// is Field.
// It is [FormerToRead] where the rule lets somebody read it only, which hardly anybody lacks.
const (
	Former       = "former"
	FormerToRead = "former, to read"
)

// Namespaceless is what is wrong with a subject of a ClusterRoleBinding that says no namespace.
const Namespaceless = "namespaceless"

// CertificateAlone is what is wrong with a host of an Ingress that has a certificate there and
// no rule. It is [CertificateElsewhere] where a host with a rule, which is Field, has no
// certificate there.
const (
	CertificateAlone     = "certificate alone"
	CertificateElsewhere = "certificate elsewhere"
)

// ToFillIn is what a value is that somebody or a script is to replace; Field is how it is
// written.
const ToFillIn = "to fill in"

// The rules about schemas. Rows name the others.
const (
	UnknownField     = "unknown-field"
	WrongType        = "wrong-type"
	UnsupportedValue = "unsupported-value"
	RequiredField    = "required-field-missing"
	DuplicateEntry   = "duplicate-list-entry"
	ValueInvalid     = "value-invalid"
)

// Walk compares a resource, or a part of one, with a schema and returns what is
// wrong, in the order of the fields. secret says that its values must not be
// shown.
func Walk(n *yaml.Node, s *Schema, secret bool) []Problem {
	w := walker{secret: secret}
	w.value(yamlnode.Resolve(n), nil, s)
	return w.problems
}

// maxDepth bounds the walk; no field is nearly as deep.
const maxDepth = 100

// maxWalked bounds the values of one resource that are walked: aliases of aliases
// may have a few lines say more than a computer can read.
const maxWalked = 5_000_000

type walker struct {
	secret   bool
	built    bool   // by kustomize, which writes quotes around what YAML 1.1 takes for a boolean
	from     string // what the schema is from, if only near misses are looked for
	problems []Problem
	above    []level // the objects that the walk is in
	walked   int
	guesses  int        // of what unknown fields mean
	list     string     // the field whose list is being walked
	behind   *yaml.Node // the value of the key that a problem is added at
}

// level is an object on the way to a value.
type level struct {
	schema *Schema
	node   *yaml.Node
	key    string // of the field that holds it, "" for elements of a list
	list   string // the field whose list it is an element of
}

func (w *walker) add(p Problem) {
	if p.Value == nil && p.Node != nil && p.Node.Line == yamlnode.Beside {
		p.Value = w.behind
	}
	if last := len(w.problems) - 1; last >= 0 && p.Rule == ValueInvalid && w.problems[last].Rule == p.Rule && w.problems[last].Node == p.Node && p.Node != nil {
		return // one value that is wrong, for whatever reasons
	}
	w.problems = append(w.problems, p)
}

// Quote is the help of problems with what is no text.
const Quote = "put it in quotes"

// Blank is the help of problems with what is there without a value.
const Blank = "it is there, and nothing in it: somebody is to fill it in"

// at returns a key for a problem that is added next, whose value is v.
func (w *walker) at(key, v *yaml.Node) *yaml.Node {
	w.behind = v
	return key
}

// value compares n, the value of key (nil for elements of lists) with s.
func (w *walker) value(n, key *yaml.Node, s *Schema) {
	if w.walked++; w.walked > maxWalked {
		return
	}
	if n == nil || s == nil || s.Type == Any || s.Type == Raw && n.Kind == yaml.MappingNode || isNull(n) {
		return
	}
	switch s.Type {
	case Object, Map, Raw:
		if n.Kind != yaml.MappingNode {
			if !templated(n) {
				w.wrongType(n, key, s)
			}
			return
		}
		switch s.Type {
		case Object:
			w.object(n, key, s)
		case Map:
			w.mapping(n, s)
		}
	case List:
		if n.Kind != yaml.SequenceNode {
			if !templated(n) {
				w.wrongType(n, key, s)
			}
			return
		}
		w.elements(n, key, s)
	default:
		if inBrackets(n) {
			return
		}
		if n.Kind != yaml.ScalarNode || !s.takesAs(n, w.typeOf(n)) && !templated(n) && (s.Type == String || !isUpperSnake(n.Value)) {
			w.wrongType(n, key, s)
			return
		}
	}
	if s.values != nil {
		s.values.check(w, n, key)
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// templated reports whether a scalar has a part that is filled in later.
func templated(n *yaml.Node) bool {
	s := n.Value
	if n.Kind != yaml.ScalarNode {
		return false
	}
	if s == "..." || s == "…" || strings.EqualFold(strings.Trim(s, "[]<>*"), "redacted") || len(s) > 4 && strings.HasPrefix(s, "**") && strings.HasSuffix(s, "**") {
		return true // as documents have it
	}
	if !strings.ContainsAny(s, "${<_%(") {
		return IsSecretReference(s)
	}
	return strings.Contains(s, "${") || strings.Contains(s, "#{") || // Octopus Deploy, and Azure's replacetokens
		strings.Contains(s, "$(") || strings.Contains(s, "{{") || strings.Contains(s, "((") || strings.Contains(s, "__") ||
		strings.HasPrefix(s, "$") && len(s) > 1 || variable(s) || strings.Contains(s, "<") && strings.Contains(s, ">") || strings.Count(s, "%") > 1 || IsSecretReference(s)
}

// inBrackets reports whether a list is [PROJECT_ID], which stands for one value.
func inBrackets(n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode || n.Style&yaml.FlowStyle == 0 || len(n.Content) != 1 || n.Content[0].Kind != yaml.ScalarNode {
		return false
	}
	word := n.Content[0].Value
	return len(word) > 2 && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- ") == "" && strings.Trim(word, "0123456789_- ") != ""
}

// variable reports whether text has a shell's $NAME or a {NAME} in it.
func variable(s string) bool {
	for i := range len(s) - 1 {
		if c := s[i+1]; s[i] == '$' && (c == '_' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z') {
			return true
		}
	}
	_, name, ok := strings.Cut(s, "{")
	name, _, closed := strings.Cut(name, "}")
	return ok && closed && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// isUpperSnake reports whether text is a word such as NUM_NODES. Where no text can
// be it stands for what is filled in later.
func isUpperSnake(s string) bool {
	return strings.Contains(s, "_") && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// isPlaceholderName reports whether a part of a name is a word such as PVC_NAME,
// which no name of an object can have.
func isPlaceholderName(s string) bool {
	for part := range strings.SplitSeq(s, "-") {
		if len(part) > 3 && isUpperSnake(part) && strings.Trim(part, "0123456789_") != "" {
			return true
		}
	}
	return false
}

// isTemplate reports whether a mapping is what a {{ template }} without quotes
// looks like to YAML.
func isTemplate(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Style&yaml.FlowStyle != 0 && n.Content[0].Kind == yaml.MappingNode
}

func (w *walker) object(n, key *yaml.Node, s *Schema) {
	if len(w.above) > maxDepth {
		return
	}
	if isTemplate(n) {
		return
	}
	l := level{schema: s, node: n}
	if key != nil {
		l.key = key.Value
	} else {
		l.list = w.list
	}
	w.above = append(w.above, l)
	fields := s.Fields()
	var seen uint64 // of the required fields, by their place among them
	var meant []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], yamlnode.Resolve(n.Content[i+1])
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			seen = ^uint64(0) // what is merged in is not looked into
			continue
		}
		at, found := slices.BinarySearchFunc(fields, k.Value, func(f Field, name string) int { return strings.Compare(f.Name, name) })
		if !found {
			if w.from != "" {
				if !s.Open {
					w.nearMiss(n, k, v, s)
				}
			} else if !s.Open && !isDirective(k.Value) && !templated(k) {
				meant = append(meant, w.unknownField(n, k, v, s))
			}
			continue
		}
		f := &fields[at]
		if !isNull(v) {
			seen |= 1 << (at & 63)
		}
		w.field(n, k, v, f)
	}
	for i := range fields {
		if f := &fields[i]; f.Required && (seen&(1<<(i&63)) == 0 || len(fields) > 64 && yamlnode.IsNull(yamlnode.Get(n, f.Name))) && !slices.Contains(meant, f.Name) {
			w.missing(n, key, f.Name)
		}
	}
	if s.checks != nil && !isPatch(n) {
		o := &object{walker: w, node: n, key: key, schema: s, meant: meant}
		for _, check := range s.checks {
			check(o)
		}
	}
	w.above = w.above[:len(w.above)-1]
}

// isDirective reports whether a key is for what writes the resource and not of it: of a
// strategic merge patch, or of kubetpl, which puts the data of files in its place.
// https://github.com/shyiko/kubetpl
func isDirective(key string) bool {
	return strings.HasPrefix(key, "$") || strings.HasPrefix(key, "kubetpl/")
}

// isPatch reports whether a mapping has a directive of a strategic merge patch.
func isPatch(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if strings.HasPrefix(n.Content[i].Value, "$") {
			return true
		}
	}
	return false
}

// field compares the value of one field. What is wrong in a status is dropped:
// the API server leaves it out of what it creates, and tools write it into files,
// as controller-gen does into CustomResourceDefinitions.
func (w *walker) field(n, key, v *yaml.Node, f *Field) {
	before := len(w.problems)
	w.value(v, key, f.Schema)
	if key.Value == "status" && len(w.above) == 1 {
		w.problems = slices.Delete(w.problems, before, len(w.problems))
		return
	}
	if v == nil || isNull(v) || len(w.problems) > before || f.Enum == nil && f.checks == nil {
		return
	}
	if f.Enum != nil {
		w.enum(v, key, f)
	}
	for _, check := range f.checks {
		switch v.Kind {
		case yaml.ScalarNode:
			if !templated(v) {
				check(&value{walker: w, node: v, key: key, parent: n})
			}
		case yaml.SequenceNode:
			for _, e := range v.Content {
				if e = yamlnode.Resolve(e); e.Kind == yaml.ScalarNode && !templated(e) {
					check(&value{walker: w, node: e, key: key, parent: n})
				}
			}
		}
	}
}

func (w *walker) enum(v, key *yaml.Node, f *Field) {
	if v.Kind == yaml.SequenceNode {
		for _, e := range v.Content {
			if e = yamlnode.Resolve(e); e != nil && e.Kind == yaml.ScalarNode {
				w.enum(e, key, f)
			}
		}
		return
	}
	if v.Kind != yaml.ScalarNode || v.Value == "" || templated(v) || slices.Contains(f.Enum, v.Value) {
		return
	}
	w.unsupported(v, key.Value, f.Enum)
}

func (w *walker) unsupported(v *yaml.Node, field string, allowed []string) {
	p := Problem{Rule: UnsupportedValue, Node: v, Suggestions: near(v.Value, allowed)}
	p.Message = fmt.Sprintf("%s cannot be %q", field, v.Value)
	if w.secret {
		p.Message = field + " has a value that is not supported"
	}
	p.Message += "; it is " + oneOf(allowed)
	if v.Value == "" && v.Kind == yaml.ScalarNode {
		p.Help = Blank
	}
	w.add(p)
}

// near returns what was probably meant: the same word in another case first. It is
// two words where both are as near.
func near(name string, candidates []string) []string {
	for _, c := range candidates {
		if c != "" && strings.EqualFold(c, name) {
			return []string{c}
		}
	}
	if strings.ContainsAny(name, "_-") {
		for _, c := range candidates {
			if slices.Equal(words(c), words(name)) {
				return []string{c}
			}
		}
	}
	if names := suggest.Nearest(name, candidates, 2); len(names) > 0 {
		if len(names) > 1 && suggest.Distance(name, names[1]) > suggest.Distance(name, names[0]) {
			names = names[:1]
		}
		return names
	}
	for _, c := range candidates {
		if len(c) > 3 && (strings.HasPrefix(name, c) || len(name) > 3 && strings.HasPrefix(c, name)) {
			return []string{c}
		}
	}
	return nil
}

// oneOf is a list of words with "or" before the last.
func oneOf(words []string) string {
	words = slices.DeleteFunc(slices.Clone(words), func(s string) bool { return s == "" })
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// missing reports a required field that is not there.
func (w *walker) missing(n, key *yaml.Node, field string) {
	p := Problem{Rule: RequiredField, Node: n, Message: w.describe() + " needs the field " + field, Field: field, List: w.holder(), Absent: true}
	if key != nil && len(n.Content) == 0 {
		p.Node, p.Value = key, n
	}
	if yamlnode.Get(n, field) != nil {
		p.Help = Blank
	}
	w.add(p)
}

// describe names the innermost object the walk is in.
func (w *walker) describe() string {
	l := w.above[len(w.above)-1]
	switch {
	case len(w.above) == 1:
		if kind := yamlnode.GetString(l.node, "kind"); kind != "" {
			return "this " + kind
		}
		return "this resource"
	case l.key != "":
		return l.key
	}
	what := "an entry"
	if in := w.holder(); in != "" {
		what += " of " + in
	}
	if name := yamlnode.GetString(l.node, "name"); name != "" && !w.secret {
		what += fmt.Sprintf(" (%s)", name)
	}
	return what
}

// holder is the field whose list the innermost object is an element of.
func (w *walker) holder() string { return w.above[len(w.above)-1].list }

func (w *walker) mapping(n *yaml.Node, s *Schema) {
	if isTemplate(n) || s.Elem == nil || s.Elem.Type == Any {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			continue
		}
		w.value(yamlnode.Resolve(n.Content[i+1]), n.Content[i], s.Elem)
	}
}

func (w *walker) elements(n, key *yaml.Node, s *Schema) {
	for _, e := range n.Content {
		e = yamlnode.Resolve(e)
		if s.Elem.Type == Object {
			if w.list = ""; key != nil {
				w.list = key.Value
			}
			w.value(e, nil, s.Elem)
		} else {
			w.value(e, key, s.Elem)
		}
	}
	if len(n.Content) > 1 && s.Keys != nil {
		w.duplicates(n, key, s)
	}
}

// ownRules are lists whose duplicates have a rule of their own, by the key of
// the list.
var ownRules = map[string]bool{
	"containers": true, "initContainers": true, "ephemeralContainers": true, "volumes": true, "volumeMounts": true,
	"volumeDevices": true, "env": true,
}

// duplicates reports elements of a list that have the same keys.
func (w *walker) duplicates(n, key *yaml.Node, s *Schema) {
	if key != nil && ownRules[key.Value] {
		return
	}
	first := make(map[string]bool, len(n.Content))
	for _, e := range n.Content {
		id, shown, ok := "", "", true
		for _, k := range s.Keys {
			v := yamlnode.Get(e, k)
			text := yamlnode.String(v)
			if v == nil && k == "protocol" {
				text = "TCP"
			} else if v == nil || templated(v) {
				ok = false
			}
			id += text + "\x00"
			if shown += ", "; true {
				shown += k + " " + text
			}
		}
		if !ok || !first[id] {
			first[id] = true
			continue
		}
		field := ""
		if key != nil {
			field = key.Value + " has "
		}
		w.add(Problem{
			Rule: DuplicateEntry, Node: yamlnode.Resolve(e), Message: field + "two entries with the same " + strings.TrimPrefix(shown, ", "),
			Help: "keep one of the two", Warning: s.Elem.Name != "core.v1.ServicePort",
		})
	}
}

// inBraces returns the name in {name}, which is a mapping to YAML, and a placeholder to
// whoever wrote it where there is to be text or a number, or "".
func inBraces(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 && len(n.Content) == 2 && n.Content[0].Kind == yaml.ScalarNode && n.Content[1].Tag == "!!null" && n.Content[1].Value == "" {
		return n.Content[0].Value
	}
	return ""
}

// wrongType reports a value that is not of the type of its field.
func (w *walker) wrongType(n, key *yaml.Node, s *Schema) {
	if isTemplate(n) || w.from != "" || s.Type == String && n.Kind == yaml.ScalarNode && w.found(n, s) == "a string" { // with a tag of nobody's
		return
	}
	field := "an entry"
	if key != nil {
		field = key.Value
	}
	if name := inBraces(n); name != "" && s.Type != Object && s.Type != Map && s.Type != List {
		p := Problem{Rule: WrongType, Node: n, Message: field + " still has a placeholder in braces", Help: "write the real value: as it stands, it is a mapping", Warning: true}
		if !w.secret {
			p.What, p.Field = ToFillIn, "{"+name+"}"
			p.Message = fmt.Sprintf("%s still has the placeholder %q", field, p.Field)
		}
		w.add(p)
		return
	}
	p := Problem{Rule: WrongType, Node: n, Message: fmt.Sprintf("%s must be %s, not %s", field, s.Type.article(), w.found(n, s))}
	if reshape := w.reading(n, s); reshape != nil {
		p.fix = &fix{reshape: reshape, node: n}
	}
	switch {
	case s.Type == String && n.Kind == yaml.ScalarNode:
		p.Help = Quote
	case s.Type == List && n.Kind == yaml.ScalarNode && s.Elem.Type == String:
		p.Help = "write each word as an entry of a list: [\"sh\", \"-c\", \"…\"]"
	case s.Type == List && n.Kind == yaml.MappingNode && s.Elem.Type == Object:
		p.Help = "start each entry with a dash, as in \"- name: …\""
	case n.Kind == yaml.ScalarNode && quoted(n) && s.Type != Object && s.takes(&yaml.Node{Kind: yaml.ScalarNode, Value: n.Value, Tag: (&yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}).ShortTag()}):
		p.Help = "take the quotes off"
	case s.Type == Time:
		p.Help = "write it as in 2006-01-02T15:04:05Z"
	}
	if s.Type == Bytes && w.secret && n.Kind == yaml.ScalarNode {
		return // data-not-base64
	}
	if s.Type == Quantity && n.Kind == yaml.ScalarNode {
		if key == nil || key.Value != "divisor" && key.Value != "averageValue" && key.Value != "value" && key.Value != "capacity" && key.Value != "maximumVolumeSize" {
			return // quantity-invalid
		}
		p.Message = fmt.Sprintf("%q is not a quantity", n.Value)
	}
	if p.fix == nil && p.Help == "" && len(n.Content) > 0 {
		p.Help = unread
	}
	w.add(p)
}

// found says what a value is. It shows no text that may be a secret: what is not
// of the type of its field may be anything.
func (w *walker) found(n *yaml.Node, s *Schema) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch t := w.typeOf(n); t {
	case "!!bool":
		if s.Type == String && n.Tag == "!!str" && !w.secret {
			return n.Value + ", which is true or false to kubectl"
		}
		return "true or false"
	case "!!int", "!!float":
		if (s.Type == Int32 || s.Type == Int64) && !w.secret {
			return n.Value
		}
		return "a number"
	}
	switch s.Type {
	case Int32, Int64, Bool, Number, IntOrString:
		if !w.secret {
			return strconv.Quote(n.Value)
		}
	case Bytes:
		return "what is here"
	}
	return "a string"
}

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// typeOf returns the tag that a scalar has for kubectl, which reads YAML 1.1:
// yes, on and y without quotes are true.
func typeOf(n *yaml.Node) string {
	switch n.Tag {
	case "!!str":
		if n.Style == 0 && len(n.Value) <= 3 && n.Line != 0 && isOldBool(n.Value) {
			return "!!bool"
		}
		return "!!str"
	case "!!timestamp", "!!binary":
		return "!!str"
	case "":
		return n.ShortTag()
	}
	return n.Tag
}

// typeOf is typeOf of what arrives in the cluster.
func (w *walker) typeOf(n *yaml.Node) string {
	if w.built && n.Tag == "!!str" {
		return n.Tag
	}
	return typeOf(n)
}

func isOldBool(s string) bool {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return false
}

// takes reports whether a scalar is a value of the schema's type.
func (s *Schema) takes(n *yaml.Node) bool { return s.takesAs(n, typeOf(n)) }

// takesAs is takes for a scalar that has the tag t.
func (s *Schema) takesAs(n *yaml.Node, t string) bool {
	switch s.Type {
	case String:
		return t == "!!str"
	case Bool:
		return t == "!!bool"
	case Int32:
		i, ok := integer(n, t)
		return ok && i >= math.MinInt32 && i <= math.MaxInt32
	case Int64:
		_, ok := integer(n, t)
		return ok
	case Number:
		return t == "!!int" || t == "!!float"
	case IntOrString:
		if t == "!!str" {
			return true
		}
		i, ok := integer(n, t)
		return ok && i >= math.MinInt32 && i <= math.MaxInt32
	case Quantity:
		if t == "!!bool" || t == "!!str" && n.Value == "" {
			return false
		}
		if n.Style == 0 && t == "!!int" {
			_, ok := integer(n, t)
			return ok
		}
		_, err := quantity.Parse(n.Value)
		return err == nil
	case Time:
		_, err := time.Parse(time.RFC3339, n.Value)
		return err == nil
	case MicroTime:
		_, err := time.Parse("2006-01-02T15:04:05.000000Z07:00", n.Value)
		return err == nil
	case Bytes:
		return t == "!!str" && isBase64(n.Value)
	}
	return true
}

// integer returns the value of a number without a fraction.
func integer(n *yaml.Node, tag string) (int64, bool) {
	switch tag {
	case "!!int":
		i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64)
		return i, err == nil
	case "!!float":
		f, err := strconv.ParseFloat(n.Value, 64)
		return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
	}
	return 0, false
}

var withoutBreaks = strings.NewReplacer("\n", "", "\r", "")

func isBase64(s string) bool {
	letters := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			letters++
		case c == '=':
			rest := withoutBreaks.Replace(s[i:])
			return (rest == "=" || rest == "==") && (letters+len(rest))%4 == 0
		case c == '\n', c == '\r':
		default:
			return false
		}
	}
	return letters%4 == 0
}
