// Command schema writes the JSON schema of ConfigPipeline, made from the types
// of fn/config and their comments, to the file named by its argument.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: schema MODULE-DIRECTORY FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func write(root, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	// Comments are looked up by import path, which the reflector makes of the
	// base and the directory it reads.
	if err := os.Chdir(root); err != nil {
		return err
	}
	r := &jsonschema.Reflector{
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case reflect.TypeFor[finding.Severity]():
				return &jsonschema.Schema{Type: "string", Enum: []any{"off", "note", "warning", "error"}}
			case reflect.TypeFor[config.Quantity](), reflect.TypeFor[config.Factor]():
				return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}}}
			}
			return nil
		},
	}
	const module = "github.com/ressKim-io/wealist-k8s-migration"
	if err := r.AddGoComments(module, "./fn/config"); err != nil {
		return err
	}
	for name, text := range r.CommentMap {
		r.CommentMap[name] = strings.Join(strings.Fields(text), " ")
	}
	s := r.Reflect(&config.ConfigPipeline{})
	s.ID = "https://raw.githubusercontent.com/ressKim-io/wealist-k8s-migration/main/fn/schema/configpipeline.json"
	for name, def := range s.Definitions {
		describe(def, name)
	}
	s.Title = config.Kind + " " + config.APIVersion
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// describe gives the parts of a schema that have no comment of their own, the
// elements of lists and maps and the alternatives, one made of that around them,
// so that an editor has something to show wherever the cursor is.
func describe(s *jsonschema.Schema, of string) {
	part := func(child *jsonschema.Schema, what string) {
		if child == nil || child.Ref != "" {
			return
		}
		if child.Description == "" {
			child.Description = what
		}
		describe(child, of)
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Ref == "" {
			describe(p.Value, p.Key)
		}
	}
	part(s.Items, "One of "+of+".")
	if s.AdditionalProperties != nil && s.AdditionalProperties.Not == nil {
		part(s.AdditionalProperties, "The value of one key of "+of+".")
	}
	for _, alternative := range s.OneOf {
		switch alternative.Type {
		case "string":
			part(alternative, "The "+of+" as text.")
		default:
			part(alternative, "The "+of+" as a number.")
		}
	}
}
