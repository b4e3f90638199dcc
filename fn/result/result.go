// Package result is what a run of the function found and did.
//
// It is promised to whom package fn is.
package result

import (
	"fmt"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

// Result is what a run found and did.
type Result struct {
	Findings []finding.Finding
	// Injections are the connection values that were written, each with the
	// fields of the build it follows from.
	Injections []Injection
	// Added are resources that the run added. They are in the inventory too.
	Added []*inventory.Object
	// Changes are the values that normalization wrote.
	Changes []Change
}

// Injection is the value of a connection that was, or already had been, written.
type Injection struct {
	// Connection is the name of the connection in the configuration.
	Connection string
	// Object is what the value is part of, Field its path there.
	Object *inventory.Object
	Field  string
	// Variable is the name of the variable or key.
	Variable string
	// Target is the Service the address is of; nil for external hosts.
	Target *inventory.Object
	// Inputs are all fields of the build that the value follows from.
	Inputs []Input
}

// Input is a field of the build that a written value depends on. It is never
// part of a Secret's data.
type Input struct {
	Object *inventory.Object
	// Field is a path as in spec.ports[0].port.
	Field string
	// Value is the field's scalar.
	Value string
}

// Change is one value that a normalizer wrote.
type Change struct {
	Resource finding.Resource
	// Field is the path of the field, as in spec.template.spec.containers[0].image.
	Field      string
	Normalizer string
	// Old and New are the values, empty where there is none. They are empty
	// too, and Hidden is set, where the value may be a secret.
	Old, New string
	Hidden   bool
	// Cause is the part of the configuration that asks for the change, and what
	// makes it apply here.
	Cause string
}

// String is the change on one line: what was changed, into what, and why.
func (c Change) String() string {
	value := fmt.Sprintf("%s -> %s", orUnset(c.Old), orUnset(c.New))
	if c.Hidden {
		value = "value not shown"
	}
	return fmt.Sprintf("%s: %s: %s: %s (%s)", c.Normalizer, c.Resource, c.Field, value, c.Cause)
}

func orUnset(value string) string {
	if value == "" {
		return "unset"
	}
	return value
}
