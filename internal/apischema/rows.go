package apischema

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// valueCheck judges the value of a field: a scalar, or each scalar of a list.
// Placeholders do not reach it.
type valueCheck func(*value)

// objectCheck judges an object as a whole.
type objectCheck func(*object)

// value is what a valueCheck judges.
type value struct {
	*walker
	node, key, parent *yaml.Node
}

// refuse reports the value.
func (v *value) refuse(rule, format string, args ...any) {
	v.add(Problem{Rule: rule, Node: v.node, Message: fmt.Sprintf(format, args...)})
}

// object is what an objectCheck judges.
type object struct {
	*walker
	node, key *yaml.Node
	schema    *Schema
	meant     []string // fields that are there, misspelt
}

// get returns the value of a field, nil if it is missing or null.
func (o *object) get(path ...string) *yaml.Node {
	n := yamlnode.Path(o.node, path...)
	if yamlnode.IsNull(n) {
		return nil
	}
	return n
}

// text returns the text of a scalar, "" if there is none.
func (o *object) text(path ...string) string { return yamlnode.GetString(o.node, path...) }

// refuse reports the object, at n.
func (o *object) refuse(n *yaml.Node, rule, format string, args ...any) {
	if n == nil {
		n = o.node
	}
	o.add(Problem{Rule: rule, Node: n, Message: fmt.Sprintf(format, args...)})
}

// lacks is refuse for what a part of the object need not have.
func (o *object) lacks(n *yaml.Node, rule, format string, args ...any) {
	o.refuse(n, rule, format, args...)
	o.problems[len(o.problems)-1].Absent = true
}

// warn is refuse for what the API server takes.
func (o *object) warn(n *yaml.Node, rule, format string, args ...any) {
	o.refuse(n, rule, format, args...)
	o.problems[len(o.problems)-1].Warning = true
}

// applyRows attaches the rows for a type to its schema.
func applyRows(s *Schema) {
	s.checks = objectChecks()[s.Name]
	for i := range s.fields {
		f := &s.fields[i]
		row := s.Name + "." + f.Name
		f.checks = valueChecks()[row]
		switch required, listed := requiredFields()[row]; {
		case listed:
			f.Required = required
		}
		if _, listed := freeEnums()[row]; listed {
			f.Enum = nil
		}
		if values, listed := enums()[row]; listed {
			f.Enum = values
		}
	}
}
