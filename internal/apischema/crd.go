package apischema

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// FromCRD reads the schema of a version of a CustomResourceDefinition: its
// openAPIV3Schema. What it says with anyOf, oneOf, not and CEL is left out: that
// only narrows what is allowed. See
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
func FromCRD(openAPI *yaml.Node) *Schema {
	s := fromCRD(openAPI, 0)
	if s.Type != Object {
		return &Schema{Type: Raw}
	}
	s.expand = func(s *Schema) { expandCRD(s, openAPI, 0, true) }
	return s
}

// machinery are the fields that Crossplane adds to the spec of composite resources and of
// their claims: https://github.com/crossplane/crossplane/blob/main/internal/xcrd/schemas.go
var machinery = []string{
	"claimRef", "compositeDeletePolicy", "compositionRef", "compositionRevisionRef", "compositionRevisionSelector", "compositionSelector", "compositionUpdatePolicy",
	"crossplane", "environmentConfigRefs", "publishConnectionDetailsTo", "resourceRef", "resourceRefs", "writeConnectionSecretToRef",
}

// FromXRD reads the schema of a version of a CompositeResourceDefinition: that of the
// composite resource, and of its claim.
func FromXRD(openAPI *yaml.Node) *Schema {
	s := FromCRD(openAPI)
	if s.Type != Object {
		return s
	}
	expand := s.expand
	s.expand = func(s *Schema) {
		expand(s)
		s.fields = slices.DeleteFunc(s.fields, func(f Field) bool { return f.Name == "status" || f.Name == "spec" && f.Type != Object })
		s.fields = append(s.fields, Field{Name: "status", Schema: basic[Any]})
		i := slices.IndexFunc(s.fields, func(f Field) bool { return f.Name == "spec" })
		if i < 0 {
			s.fields = append(s.fields, Field{Name: "spec", Schema: basic[Any]})
		} else if spec := s.fields[i].Schema; spec.expand != nil {
			expand := spec.expand
			spec.expand = func(spec *Schema) {
				expand(spec)
				for _, name := range machinery {
					if !slices.ContainsFunc(spec.fields, func(f Field) bool { return f.Name == name }) {
						spec.fields = append(spec.fields, Field{Name: name, Schema: basic[Any]})
					}
				}
				slices.SortFunc(spec.fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
			}
		}
		slices.SortFunc(s.fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	}
	return s
}

func fromCRD(n *yaml.Node, depth int) *Schema {
	if n == nil || depth > maxDepth {
		return basic[Any]
	}
	s := &Schema{Type: Any, values: crdValuesOf(n)}
	if yamlnode.Bool(yamlnode.Get(n, "x-kubernetes-int-or-string")) {
		s.Type = IntOrString
		return s
	}
	open := yamlnode.Bool(yamlnode.Get(n, "x-kubernetes-preserve-unknown-fields"))
	switch yamlnode.GetString(n, "type") {
	case "object":
		embedded := yamlnode.Bool(yamlnode.Get(n, "x-kubernetes-embedded-resource"))
		additional := yamlnode.Get(n, "additionalProperties")
		switch {
		case yamlnode.Get(n, "properties") != nil:
			s.Type, s.Open = Object, open || embedded || additional != nil
			s.expand = func(s *Schema) { expandCRD(s, n, depth, false) }
		case open || embedded:
			s.Type = Raw
		case additional != nil && additional.Kind == yaml.MappingNode:
			s.Type, s.Elem = Map, fromCRD(additional, depth+1)
		default:
			s.Type = Raw
		}
	case "array":
		s.Type, s.Elem = List, fromCRD(yamlnode.Get(n, "items"), depth+1)
		if yamlnode.GetString(n, "x-kubernetes-list-type") == "map" {
			for _, k := range yamlnode.Elements(yamlnode.Get(n, "x-kubernetes-list-map-keys")) {
				s.Keys = append(s.Keys, yamlnode.String(k))
			}
		}
	case "string":
		s.Type = String
	case "boolean":
		s.Type = Bool
	case "integer":
		s.Type = Int64
	case "number":
		s.Type = Number
	}
	return s
}

func expandCRD(s *Schema, n *yaml.Node, depth int, root bool) {
	required := map[string]bool{}
	for _, r := range yamlnode.Elements(yamlnode.Get(n, "required")) {
		required[yamlnode.String(r)] = true
	}
	for k, v := range yamlnode.Fields(yamlnode.Get(n, "properties")) {
		f := Field{Name: k.Value, Required: required[k.Value] && yamlnode.Get(v, "default") == nil, Schema: fromCRD(v, depth+1)}
		if root && k.Value == "metadata" {
			continue
		}
		s.fields = append(s.fields, f)
	}
	if root {
		for _, f := range []Field{
			{Name: "apiVersion", Schema: basic[String]}, {Name: "kind", Schema: basic[String]},
			{Name: "metadata", Schema: Kubernetes().typeOf("meta.v1.ObjectMeta")},
		} {
			if f.Name == "metadata" || !slices.ContainsFunc(s.fields, func(have Field) bool { return have.Name == f.Name }) {
				s.fields = append(s.fields, f)
			}
		}
	}
	slices.SortFunc(s.fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	s.fields = slices.CompactFunc(s.fields, func(a, b Field) bool { return a.Name == b.Name })
}

// crdValues is what a CustomResourceDefinition says of values besides their type.
type crdValues struct {
	enum                 []string
	pattern              string
	minimum, maximum     float64
	minLength, maxLength int
	minItems, maxItems   int
}

// crdValuesOf reads them; it returns nil if there are none.
func crdValuesOf(n *yaml.Node) *crdValues {
	v := crdValues{minimum: math.Inf(-1), maximum: math.Inf(1), maxLength: math.MaxInt, maxItems: math.MaxInt}
	said := false
	for k, value := range yamlnode.Fields(n) {
		number, err := strconv.ParseFloat(yamlnode.String(value), 64)
		switch k.Value {
		case "enum":
			for _, e := range yamlnode.Elements(value) {
				v.enum = append(v.enum, yamlnode.String(e))
			}
		case "pattern":
			v.pattern = yamlnode.String(value)
		case "minimum":
			v.minimum = number
		case "maximum":
			v.maximum = number
		case "minLength":
			v.minLength = int(number)
		case "maxLength":
			v.maxLength = int(number)
		case "minItems":
			v.minItems = int(number)
		case "maxItems":
			v.maxItems = int(number)
		default:
			continue
		}
		if err != nil && k.Value != "enum" && k.Value != "pattern" {
			return nil
		}
		said = true
	}
	if !said {
		return nil
	}
	return &v
}

// check compares a value, whose type is right, with what is said of it.
func (v *crdValues) check(w *walker, n, key *yaml.Node) {
	field := "an entry"
	if key != nil {
		field = key.Value
	}
	refuse := func(format string, args ...any) {
		p := Problem{Rule: ValueInvalid, Node: n, Message: field + " " + fmt.Sprintf(format, args...)}
		if n.Kind == yaml.ScalarNode && n.Value == "" {
			p.Help = Blank
		}
		w.add(p)
	}
	if n.Kind == yaml.SequenceNode {
		if len(n.Content) < v.minItems {
			refuse("needs at least %d entries", v.minItems)
		} else if len(n.Content) > v.maxItems {
			refuse("may have at most %d entries", v.maxItems)
		}
		return
	}
	if n.Kind != yaml.ScalarNode || templated(n) {
		return
	}
	if v.enum != nil {
		if !slices.Contains(v.enum, n.Value) {
			w.unsupported(n, field, v.enum)
		}
		return
	}
	switch typeOf(n) {
	case "!!int", "!!float":
		if number, err := strconv.ParseFloat(n.Value, 64); err == nil {
			if number < v.minimum {
				refuse("must be at least %v", v.minimum)
			} else if number > v.maximum {
				refuse("must be at most %v", v.maximum)
			}
		}
	case "!!str":
		length := utf8.RuneCountInString(n.Value)
		if length < v.minLength {
			refuse("must have at least %d characters", v.minLength)
		} else if length > v.maxLength {
			refuse("must have at most %d characters", v.maxLength)
		}
		if v.pattern != "" {
			if re, err := regexp.Compile(v.pattern); err == nil && !re.MatchString(n.Value) {
				refuse("must match %s", v.pattern)
			}
		}
	}
}
