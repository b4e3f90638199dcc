package apischema

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// unknownField reports a key of n that is no field of s, and returns the field
// that was probably meant, or "".
func (w *walker) unknownField(n, key *yaml.Node, s *Schema) string {
	p := Problem{Rule: UnknownField, Node: key}
	what := w.describe()
	p.Message = fmt.Sprintf("%s has no field %q", what, key.Value)
	place := w.elsewhere(key.Value, s)
	meant := ""
	if names := near(key.Value, w.free(n, s)); len(names) > 0 {
		meant = names[0]
	}
	switch {
	case meant != "" && strings.EqualFold(meant, key.Value), meant != "" && place == "":
		p.Suggestions = []string{meant}
		p.Field, p.Meant = key, meant
	case place != "":
		p.Message += "; it belongs " + place
		meant = ""
	default:
		p.Help = "the API server refuses it; where validation is off it is dropped without a word"
	}
	w.add(p)
	return meant
}

// free returns the fields of s that n does not have.
func (w *walker) free(n *yaml.Node, s *Schema) []string {
	var names []string
	for _, f := range s.Fields() {
		taken := false
		for i := 0; i < len(n.Content); i += 2 {
			taken = taken || n.Content[i].Value == f.Name
		}
		if !taken {
			names = append(names, f.Name)
		}
	}
	return names
}

// elsewhere says where a field of this name would be right: in an object around
// this one, or in one of its fields.
func (w *walker) elsewhere(name string, s *Schema) string {
	for i := len(w.above) - 2; i >= 0; i-- {
		up := w.above[i]
		if up.schema.Field(name) == nil || i == 0 && (name == "name" || name == "namespace") {
			continue
		}
		levels := len(w.above) - 1 - i
		where := ""
		if i == 0 {
			where = "at the top of the resource"
		} else if up.key != "" {
			where = "under " + up.key
		} else {
			sub := walker{above: w.above[:i+1], secret: w.secret}
			where = "in " + sub.describe()
		}
		if levels == 1 {
			return "one level up, " + where
		}
		return fmt.Sprintf("%d levels up, %s", levels, where)
	}
	for _, f := range s.Fields() {
		if o := f.object(); o != nil && o.Field(name) != nil && name != "name" {
			if f.Name == "status" || f.Name == "metadata" && name != "labels" && name != "annotations" && name != "namespace" {
				continue
			}
			return "one level down, under " + f.Name
		}
	}
	// The securityContext of a container and that of its pod have different fields.
	if len(w.above) > 1 {
		own, up := w.above[len(w.above)-1], w.above[len(w.above)-2]
		for _, f := range up.schema.Fields() {
			o := f.object()
			if o == nil || o == s {
				continue
			}
			if twin := o.Field(own.key); twin != nil && own.key != "" && twin.object() != nil && twin.object().Field(name) != nil {
				return fmt.Sprintf("under %s of %s", own.key, f.Name)
			}
		}
	}
	return ""
}
