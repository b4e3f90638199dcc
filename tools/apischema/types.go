package main

import (
	"archive/zip"
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"reflect"
	"strconv"
	"strings"
)

// readTypes takes a kind out of a module's Go types: the structs of each package
// that has the kind, whose folder is the version.
func (c *catalog) readTypes(module, group, kind string) error {
	archive, err := downloadArchive(module)
	if err != nil {
		return err
	}
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	packages := map[string]goTypes{}
	for _, f := range z.File {
		if path.Ext(f.Name) != ".go" || strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name, r, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		version := path.Base(path.Dir(f.Name))
		if packages[version] == nil {
			packages[version] = goTypes{}
		}
		packages[version].add(parsed)
	}
	found := false
	for version, types := range packages {
		if types[kind] == nil {
			continue
		}
		found = true
		c.kinds[apiVersion{group, version, kind}] = &crdVersion{strings.ToLower(kind) + "s", "Namespaced", types.schema(types[kind], 0)}
		c.add("from", group, kind, module)
	}
	if !found {
		return errors.New("no type " + kind)
	}
	return nil
}

// goTypes are the types of a package, by name.
type goTypes map[string]ast.Expr

func (t goTypes) add(f *ast.File) {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			for _, s := range g.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					t[s.Name.Name] = s.Type
				}
			}
		}
	}
}

// schema is that of a type as encoding/json writes it. What is of other packages
// may be anything.
func (t goTypes) schema(e ast.Expr, depth int) *openAPI {
	const deepest = 30
	if depth > deepest {
		return &openAPI{}
	}
	switch e := e.(type) {
	case *ast.StarExpr:
		return t.schema(e.X, depth)
	case *ast.ArrayType:
		return &openAPI{Type: "array", Items: t.schema(e.Elt, depth+1)}
	case *ast.MapType:
		return &openAPI{Type: "object"}
	case *ast.Ident:
		if basic := map[string]string{"string": "string", "bool": "boolean", "int": "integer", "int32": "integer", "int64": "integer"}[e.Name]; basic != "" {
			return &openAPI{Type: basic}
		}
		if own := t[e.Name]; own != nil {
			return t.schema(own, depth+1)
		}
	case *ast.StructType:
		s := &openAPI{Type: "object", Properties: map[string]*openAPI{}}
		for _, f := range e.Fields.List {
			tag := ""
			if f.Tag != nil {
				text, _ := strconv.Unquote(f.Tag.Value)
				tag = reflect.StructTag(text).Get("json")
			}
			name, _, _ := strings.Cut(tag, ",")
			switch {
			case name == "-":
			case name != "":
				s.Properties[name] = t.schema(f.Type, depth+1)
			case strings.Contains(tag, "inline"):
				inner := t.schema(f.Type, depth+1)
				for k, v := range inner.Properties {
					s.Properties[k] = v
				}
				s.Open = s.Open || inner.Properties == nil && cmp.Or(inner.Type, "any") == "any"
			}
		}
		return s
	}
	return &openAPI{}
}
