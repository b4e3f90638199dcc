package config

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Decode reads a ConfigPipeline strictly: a field it does not know, a value of
// the wrong type or a missing required field is an error that says where, and
// what was probably meant.
func Decode(n *yaml.Node) (*ConfigPipeline, error) {
	n = yamlnode.Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("functionConfig: expected a %s of %s, got %s", Kind, APIVersion, kindOf(n))
	}
	apiVersion, kind := yamlnode.GetString(n, "apiVersion"), yamlnode.GetString(n, "kind")
	if !Is(apiVersion, kind) {
		return nil, fmt.Errorf("functionConfig: expected apiVersion %s and kind %s, got %q and %q", APIVersion, Kind, apiVersion, kind)
	}
	if err := checkFields(n, reflect.TypeFor[ConfigPipeline](), ""); err != nil {
		return nil, err
	}
	var cfg ConfigPipeline
	if err := n.Decode(&cfg); err != nil {
		return nil, fmt.Errorf("%s: %s", Kind, strings.TrimPrefix(redact.CutDumps(err.Error()), "yaml: "))
	}
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.node = n
	return &cfg, nil
}

// checkFields compares the fields of n with those of t, all the way down.
func checkFields(n *yaml.Node, t reflect.Type, path string) error {
	n = yamlnode.Resolve(n)
	if yamlnode.IsNull(n) {
		return nil
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: expected a mapping, got %s", where(path, n), kindOf(n))
		}
		fields := fieldsOf(t)
		seen := map[string]bool{}
		for k, v := range yamlnode.Fields(n) {
			ft, ok := fields[k.Value]
			if !ok {
				return unknownField(k, path, t, fields)
			}
			if seen[k.Value] {
				return fmt.Errorf("%s: field %q is given twice", where(path, k), k.Value)
			}
			seen[k.Value] = true
			if err := checkFields(v, ft, join(path, k.Value)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if n.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: expected a mapping, got %s", where(path, n), kindOf(n))
		}
		for k, v := range yamlnode.Fields(n) {
			if err := checkFields(v, t.Elem(), join(path, k.Value)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return fmt.Errorf("%s: expected a list, got %s", where(path, n), kindOf(n))
		}
		for i, e := range n.Content {
			if err := checkFields(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			return fmt.Errorf("%s: expected true or false, got %s", where(path, n), kindOf(n))
		}
	case reflect.String, reflect.Int:
		if n.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s: expected a %s, got %s", where(path, n), t.Kind(), kindOf(n))
		}
	}
	return nil
}

func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous && name == "":
			maps.Copy(fields, fieldsOf(f.Type))
		case name != "" && name != "-":
			fields[name] = f.Type
		}
	}
	return fields
}

func unknownField(k *yaml.Node, path string, t reflect.Type, fields map[string]reflect.Type) error {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	if near := suggest.Nearest(k.Value, names, 1); len(near) > 0 {
		return fmt.Errorf("%s: unknown field %q; did you mean %q?", where(path, k), k.Value, near[0])
	}
	return fmt.Errorf("%s: unknown field %q; expected one of %s", where(path, k), k.Value, sorted(names))
}

func where(path string, n *yaml.Node) string {
	if path == "" {
		path = Kind
	}
	if n != nil && yamlnode.Line(n) > 0 {
		return fmt.Sprintf("%s (line %d of the configuration)", path, yamlnode.Line(n))
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindOf(n *yaml.Node) string {
	if yamlnode.IsNull(n) {
		return "nothing"
	}
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a boolean"
	}
	return "a string"
}
