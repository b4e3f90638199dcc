// Package apischema says what a Kubernetes API server takes: which fields a
// kind has, what type they are of, which values are allowed.
//
// It knows schemas (this file), the table of Kubernetes' own kinds (table.go),
// schemas written in CustomResourceDefinitions (crd.go), and a walk over a
// resource that compares it with its schema (walk.go). What Kubernetes' own code
// checks beyond types is rows: of the values of one field (values.go), and of
// whole objects of one type (objects*.go). A row is for a Go type of Kubernetes,
// such as core.v1.Container, and holds wherever that type is.
package apischema

import (
	"slices"
	"strings"
	"sync"
)

// Type is the shape of a value.
type Type byte

// The shapes of values, as they are in the table.
const (
	Any         Type = 'a' // anything
	Raw         Type = 'r' // an object of any kind
	Object      Type = '@'
	Map         Type = '{'
	List        Type = '['
	String      Type = 's'
	Bool        Type = 'b'
	Int32       Type = 'i'
	Int64       Type = 'l'
	Number      Type = 'n'
	Bytes       Type = 'y' // base64
	Quantity    Type = 'q'
	IntOrString Type = 'o'
	Time        Type = 't' // RFC 3339
	MicroTime   Type = 'u' // RFC 3339 with microseconds
)

// Schema says what a value may be. The zero value allows nothing in particular
// and is not useful; schemas come from a table or from [FromCRD].
type Schema struct {
	Type Type
	// Name is the Go type of an Object of Kubernetes, such as core.v1.Container,
	// or "".
	Name string
	// Elem is what the values of a Map and the elements of a List are.
	Elem *Schema
	// Keys are the fields that identify an element of a List; no two elements
	// have the same.
	Keys []string
	// Set says that no two elements of a List are equal.
	Set bool
	// Open objects may have fields besides those known.
	Open bool

	once   sync.Once
	expand func(*Schema) // fills in what follows
	fields []Field       // sorted by name
	values *crdValues    // what a CustomResourceDefinition says of values
	checks []objectCheck
}

// Field is one field of an Object.
type Field struct {
	Name     string
	Required bool
	// Enum are the allowed values of a string, nil for any.
	Enum []string
	*Schema

	checks []valueCheck
}

// Fields returns the fields of an Object, sorted by name.
func (s *Schema) Fields() []Field {
	s.once.Do(func() {
		if s.expand != nil {
			s.expand(s)
		}
	})
	return s.fields
}

// Field returns a field of an Object, or nil.
func (s *Schema) Field(name string) *Field {
	fields := s.Fields()
	i, found := slices.BinarySearchFunc(fields, name, func(f Field, name string) int { return strings.Compare(f.Name, name) })
	if !found {
		return nil
	}
	return &fields[i]
}

// object returns the Object that a value of s holds or, where it is a list or a
// map, that its elements are; nil if there is none.
func (s *Schema) object() *Schema {
	for s != nil && (s.Type == List || s.Type == Map) {
		s = s.Elem
	}
	if s != nil && s.Type == Object {
		return s
	}
	return nil
}

// article is what a value of the type is called.
func (t Type) article() string {
	switch t {
	case Object, Map, Raw:
		return "a mapping"
	case List:
		return "a list"
	case String:
		return "a string"
	case Bool:
		return "true or false"
	case Int32, Int64:
		return "an integer"
	case Number:
		return "a number"
	case Bytes:
		return "base64 text"
	case Quantity:
		return "a quantity"
	case IntOrString:
		return "an integer or a string"
	case Time, MicroTime:
		return "a time"
	}
	return "a value"
}
