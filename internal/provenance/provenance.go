// Package provenance knows where the values of a build were written: the file,
// line and column of the text that decides each of them, and what it came
// through. It is exact or silent: changing the text at a place that it names
// changes the value, and what it does not know it does not name.
//
// A [Trace] keeps one [Record] for each thing that wrote a value. The number of
// the record travels in the Line of the value's own node, behind a mark that no
// real line has: transformers move, copy and merge nodes, and never look at
// lines. After each step of a build [Trace.Settle] walks the resources. A node
// without the mark was written by the step; a node whose text is not the one of
// its record was written in place, even if it says the same.
package provenance

import (
	"strings"
	"unsafe"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Place is where something stands in a file. The zero value is no place.
type Place struct {
	// File is the path of the file.
	File string
	// Line and Column are from 1; columns count characters.
	Line, Column int
}

// Known reports whether p is a place.
func (p Place) Known() bool { return p.Line > 0 }

// Via is what a value came through last.
type Via string

// What values come through.
const (
	Resource       Via = "resource"            // a file of resources
	StrategicMerge Via = "strategicMergePatch" // a patch that looks like the resource
	JSONPatch      Via = "jsonPatch"           // an operation of a JSON patch
	Literal        Via = "literal"             // a literal of a generator
	EnvFile        Via = "envFile"             // a line of a generator's env file
	GeneratorFile  Via = "file"                // a file that a generator takes whole
	Generator      Via = "generator"           // another field of a generator, such as its name
	Replacement    Via = "replacement"         // the source of a replacement
	Var            Via = "var"                 // text with a $(VAR) of vars in it
	Images         Via = "images"              // an entry of images
	Replicas       Via = "replicas"            // an entry of replicas
	Labels         Via = "labels"              // an entry of labels or commonLabels
	Annotations    Via = "commonAnnotations"   // an entry of commonAnnotations
	Namespace      Via = "namespace"           // the namespace of a kustomization
	Prefix         Via = "namePrefix"          // the prefix of a kustomization
	Suffix         Via = "nameSuffix"          // the suffix of a kustomization
	Hash           Via = "nameHash"            // a name that the hash of the content was added to
	NameReference  Via = "nameReference"       // a reference to something that was renamed
	Metadata       Via = "buildMetadata"       // an entry of buildMetadata
	ValueAdd       Via = "valueAdd"            // the value of a ValueAddTransformer
	Function       Via = "function"            // the function, by its configuration
	Chart          Via = "chart"               // a Helm chart
	UnknownOrigin  Via = "unknown"             // something that is not followed
	structure      Via = "structure"           // a key, a mapping or a sequence
	noRecord           = 0
	firstRecord        = 1
	mark               = yamlnode.Marked // fits an int of 32 bits, with as many records above it
)

// Vias are all values of [Via], and what they mean, in the order of a build.
func Vias() []Via {
	return []Via{
		Resource, StrategicMerge, JSONPatch, Literal, EnvFile, GeneratorFile, Generator, Chart, Namespace, Prefix, Suffix, Labels, Annotations,
		Replicas, Images, Replacement, ValueAdd, Function, Hash, NameReference, Var, Metadata, UnknownOrigin,
	}
}

// ID is the number of a record, 0 for none.
type ID int32

// Record is one thing that wrote a value.
type Record struct {
	Place
	Via Via
	// Value is the text that was written.
	Value string
	// Parent is what the value was before, or derived from.
	Parent ID
	// Others are what else the value is made of, such as the other part of an
	// entry of images or the name that a reference follows.
	Others []ID
	// Component is the directory of the component whose kustomization did it,
	// "" for others.
	Component string
}

// Trace holds the records of one build. The zero value is ready to use.
type Trace struct {
	records []Record
	// nodes are the records of scalars by node: a transformer that overwrites a
	// node wipes its mark.
	nodes map[*yaml.Node]ID
	// metadata are the records of labels and annotations by the resource's node:
	// kustomize writes them anew when it notes something.
	metadata map[any]map[string]ID
	// Functions are the runs of the function in the build.
	Functions []Seen
	// Component is that of the records to come.
	Component string
	// Fetched are the remote files that places are in, and the entries of
	// kustomizations on this machine that they were fetched for.
	Fetched map[string]Place
}

// Add adds a record.
func (t *Trace) Add(r Record) ID {
	if len(t.records) == 0 {
		t.records = append(t.records, Record{}) // no record has the number 0
	}
	if r.Component == "" {
		r.Component = t.Component
	}
	t.records = append(t.records, r)
	return ID(len(t.records) - 1)
}

// Record returns a record. That of 0 is empty.
func (t *Trace) Record(id ID) Record {
	if t == nil || int(id) >= len(t.records) || id < firstRecord {
		return Record{}
	}
	return t.records[id]
}

// Marked returns the number in a node, whatever has become of its value.
func Marked(n *yaml.Node) ID {
	if n == nil || n.Line < mark {
		return noRecord
	}
	return ID(n.Line - mark)
}

// Of returns the record of a node that still says what the record does.
func (t *Trace) Of(n *yaml.Node) ID {
	id := Marked(n)
	if id == noRecord || int(id) >= len(t.records) || n.Kind == yaml.ScalarNode && !sameText(n.Value, t.records[id].Value) {
		return noRecord
	}
	return id
}

// set makes n the node of a record, whose value is the node's.
func (t *Trace) set(n *yaml.Node, r Record) ID {
	if len(n.Value) == 1 {
		// The run time keeps one copy of each of these, and a value has to be told
		// from an equal one.
		n.Value = strings.Clone(n.Value)
	}
	r.Value = n.Value
	id := t.Add(r)
	t.put(n, id)
	return id
}

func (t *Trace) put(n *yaml.Node, id ID) {
	n.Line = mark + int(id)
	if t.nodes == nil {
		t.nodes = map[*yaml.Node]ID{}
	}
	t.nodes[n] = id
}

// keep makes n the node of a record that says the same.
func (t *Trace) keep(n *yaml.Node, id ID) {
	if t.records[id].Value != n.Value {
		panic("provenance: a value that was not kept")
	}
	n.Value = t.records[id].Value
	t.put(n, id)
}

// sameText reports whether two strings are one and the same, not just equal: a
// step that writes what was there before writes all the same.
func sameText(a, b string) bool {
	return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b) || a == "" && b == ""
}

// Wrote makes a scalar that of a record, whose value is the scalar's.
func (t *Trace) Wrote(n *yaml.Node, r Record) {
	if r.Parent == noRecord {
		r.Parent = t.Of(n)
	}
	t.set(n, r)
}

// Keep remembers whose records the scalars of a resource are, when it comes from
// somebody who has copied it, marks and all.
func (t *Trace) Keep(root *yaml.Node) {
	for _, n := range Scalars(root) {
		if id := t.Of(n); id != noRecord {
			t.put(n, id)
		}
	}
}

// Mark returns what Copy is to carry from one node to another that is its copy.
func Mark(n *yaml.Node) int {
	if n.Line >= mark {
		return n.Line
	}
	return 0
}

// History returns the records that led to one, oldest first and the one itself
// last, without those that nothing is known about but that they were.
func (t *Trace) History(id ID) []Record {
	var out []Record
	seen := map[ID]bool{}
	var add func(id ID)
	add = func(id ID) {
		if id == noRecord || seen[id] {
			return
		}
		seen[id] = true
		r := t.Record(id)
		add(r.Parent)
		for _, o := range r.Others {
			if other := t.Record(o); other.Known() {
				out = append(out, other)
			}
		}
		if r.Via != structure {
			out = append(out, r)
		}
	}
	add(id)
	return out
}

// Any reports whether the trace has followed a build.
func (t *Trace) Any() bool { return t != nil && len(t.records) > 0 }
