// Package finding defines what every part of krm-validate reports: one
// problem, at one field of one resource, with what to do about it.
//
// This package is promised to everybody who reads findings: names, fields and
// their JSON stay.
package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity orders findings. Only Error makes a run fail.
type Severity int

// The severities, least first. Off is for configuration: a rule that is off
// reports nothing.
const (
	Off Severity = iota
	Note
	Warning
	Error
)

var severityNames = [...]string{"off", "note", "warning", "error"}

func (s Severity) String() string {
	if s < Off || s > Error {
		return fmt.Sprintf("Severity(%d)", int(s))
	}
	return severityNames[s]
}

// ParseSeverity is the inverse of String.
func ParseSeverity(text string) (Severity, error) {
	if i := slices.Index(severityNames[:], strings.ToLower(text)); i >= 0 {
		return Severity(i), nil
	}
	return Off, fmt.Errorf("severity %q: expected one of %s", text, strings.Join(severityNames[:], ", "))
}

// MarshalText and UnmarshalText let severities be words in JSON and YAML.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// Resource names the resource a finding is about.
type Resource struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// String is "Kind namespace/name", the way kubectl users say it.
func (r Resource) String() string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}

// Position is a place in a text, its line and column from 1.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Finding is one problem. Message is one sentence that stands alone; it never
// holds a value that came from a Secret.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Resource Resource `json:"resource"`
	// Field is the path of the field, as in spec.template.spec.containers[0].image.
	Field string `json:"field"`
	// Position is of the text in the value at Field, where that is a whole file.
	Position Position `json:"position,omitzero"`
	Message  string   `json:"message"`
	// Suggestions are names that would resolve, best first, at most three.
	Suggestions []string `json:"suggestions"`
	// Meant is the first suggestion as it is spelt in a question, with quotes.
	// Reports ask it: see Sentence. It is empty where nothing is near enough.
	Meant string `json:"-"`
	// Help says what to do when it is more than taking a suggestion.
	Help string `json:"help,omitempty"`
	// Consequences are what follows from it, hop by hop: who reads the value,
	// which probe fails, which host answers 502.
	Consequences []string `json:"consequences,omitempty"`
	// File is the file the resource came from, where that is known; Line and
	// Column (from 1) are of the field in it.
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	// Also are places that have a part in it, such as what a base says where a
	// patch says something else.
	Also []Place `json:"also,omitempty"`
	// Tree is what was checked: a kustomization, a folder or a file. Trees are
	// all that have the finding, if several do.
	Tree  string   `json:"tree,omitempty"`
	Trees []string `json:"trees,omitempty"`
	// Missing is the object that is simply not in this build, for findings that
	// an entry under validate.externals would settle.
	Missing *Resource `json:"missing,omitempty"`
	// ToFillIn says that something is there to be filled in before it is used, such as a
	// placeholder, rather than wrong.
	ToFillIn bool `json:"toFillIn,omitempty"`
	// Wanted is the object that is named and is not in this build, where another one
	// was probably meant.
	Wanted *Resource `json:"-"`
	// About is nil for findings of which no other part of the program asks more.
	About *About `json:"-"`
	// Sum is Sum of the scalar at Field. With it the place can be told from one
	// in an earlier version of the file, without showing the value.
	Sum uint64 `json:"-"`
	// Key is set where the finding is about the key at Field, such as one that is
	// misspelt, and not about its value.
	Key bool `json:"-"`
	// Secret says that the source line may hold a secret and is not to be shown.
	Secret bool `json:"-"`
}

// About says to programs what Message says to people: nobody reads it out of that.
type About struct {
	// What tells apart the mistakes that a rule finds, where that matters. The rule has
	// the words.
	What string `json:"what,omitempty"`
	// Name is what lacks, is left or is wrong: a key, a field, a placeholder, a name.
	Name string `json:"name,omitempty"`
	// Object is the name of what it lacks in, and Of all that the message calls that.
	Object string `json:"object,omitempty"`
	Of     string `json:"of,omitempty"`
}

// Renamed is What of a name that kustomize changed where it is given, and left where it is used.
const Renamed = "renamed"

// Said is what the finding is about, nothing where nobody asks.
func (f *Finding) Said() About {
	if f.About == nil {
		return About{}
	}
	return *f.About
}

// Place is Field, with the position in its text: data["nginx.conf"]:3:8.
func (f *Finding) Place() string {
	if f.Position == (Position{}) {
		return f.Field
	}
	return fmt.Sprintf("%s:%d:%d", f.Field, f.Position.Line, f.Position.Column)
}

// Identity is what tells findings of one run apart: two that have the same are one,
// found twice. It does not outlive an edit of the file.
type Identity struct {
	Rule         string
	Severity     Severity
	File         string
	Line, Column int
	Resource     Resource
	Field        string
	Position     Position
	Message      string
}

// Identity returns what tells the finding from others.
func (f *Finding) Identity() Identity {
	return Identity{f.Rule, f.Severity, f.File, f.Line, f.Column, f.Resource, f.Field, f.Position, f.Message}
}

// Sentence is the message, with the question whether something else was meant.
func (f *Finding) Sentence() string {
	if f.Meant == "" {
		return f.Message
	}
	return f.Message + "; did you mean " + f.Meant + "?"
}

// Place is a place in a file, and what a value that stands there came through.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Via    string `json:"via"`
}

// Fetched is the via of the entry of a kustomization that the remote file was
// fetched for which a finding is in.
const Fetched = "fetched"

// Sum is a checksum of a field's text: FNV-1a.
func Sum(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// Sort puts findings into the order of reports: by file and line, then by
// resource, field, rule and message, so that the same input always prints the
// same text. Equal ones stay in their order.
func Sort(fs []Finding) {
	if slices.IsSortedFunc(fs, func(a, b Finding) int { return compare(&a, &b) }) {
		return
	}
	// Findings are large: their numbers are moved about instead, and then each
	// finding once, to where it belongs.
	order := make([]int32, len(fs))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if c := compare(&fs[a], &fs[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	const done = -1
	for start := range order {
		if order[start] == done {
			continue
		}
		first, at := fs[start], start
		for {
			from := int(order[at])
			order[at] = done
			if from == start {
				fs[at] = first
				break
			}
			fs[at] = fs[from]
			at = from
		}
	}
}

func compare(a, b *Finding) int {
	c := strings.Compare(a.File, b.File)
	if c == 0 {
		c = cmp.Compare(a.Line, b.Line)
	}
	if c == 0 {
		c = cmp.Compare(a.Column, b.Column)
	}
	if c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Resource.Kind, b.Resource.Kind),
		strings.Compare(a.Resource.Namespace, b.Resource.Namespace),
		strings.Compare(a.Resource.Name, b.Resource.Name),
		strings.Compare(a.Field, b.Field),
		cmp.Compare(a.Position.Line, b.Position.Line),
		cmp.Compare(a.Position.Column, b.Position.Column),
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Message, b.Message),
	)
}

// Count returns how many findings have severity s.
func Count(fs []Finding, s Severity) int {
	n := 0
	for i := range fs {
		if fs[i].Severity == s {
			n++
		}
	}
	return n
}
