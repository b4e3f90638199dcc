package engine

import (
	"fmt"
	"strings"
)

// Text is a user name or a password: a literal, or a reference to one that is
// only known when the program starts. Printing a Text never shows its value.
type Text struct {
	kind  textKind
	name  string // of the variable or key
	value string // of a literal, or of a reference whose value is known
	known bool
}

type textKind uint8

const (
	literal textKind = iota
	variable
	templateKey
)

// Literal is a text that is encoded as the format wants it.
func Literal(value string) *Text { return &Text{kind: literal, value: value, known: true} }

// Variable is a reference $(name) to an environment variable. The kubelet
// inserts the variable's value as it is, so that nothing can encode it:
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
func Variable(name string) *Text { return &Text{kind: variable, name: name} }

// VariableOf is a Variable whose value is known to be value: formatting it is
// an UnsafeError when that value would have to be encoded.
func VariableOf(name, value string) *Text {
	return &Text{kind: variable, name: name, value: value, known: true}
}

// TemplateKey is a reference to a key of the data of an External Secrets
// template. The format's encoding becomes a pipeline of the template:
// https://external-secrets.io/latest/guides/templating/
func TemplateKey(key string) *Text { return &Text{kind: templateKey, name: key} }

// Value is the literal's text, or the reference's where it is known.
func (t *Text) Value() (value string, known bool) {
	if t == nil {
		return "", false
	}
	return t.value, t.known
}

// String hides the value.
func (t *Text) String() string {
	switch {
	case t == nil:
		return ""
	case t.kind == variable:
		return "$(" + t.name + ")"
	case t.kind == templateKey:
		return "{{ " + keyExpression(t.name) + " }}"
	}
	return "[hidden]"
}

// GoString hides the value too.
func (t *Text) GoString() string { return "engine.Text(" + t.String() + ")" }

// UnsafeError says that a value that is inserted as it is would be read as
// something else. It does not say which characters it has.
type UnsafeError struct {
	Part     string // "user name" or "password"
	Variable string
}

func (err *UnsafeError) Error() string {
	return fmt.Sprintf("the %s in $(%s) has characters that must be encoded here, and the kubelet inserts it as it is", err.Part, err.Variable)
}

// escaping is how texts are encoded at one place of a format.
type escaping struct {
	// open and close are quotes around the text.
	open, close string
	// encode returns the text, encoded.
	encode func(string) (string, error)
	// safe reports whether s, not encoded, would be read back as s.
	safe func(s string) bool
	// template is encode as a pipeline in an External Secrets template.
	template string
}

// Value is a formatted address. It still knows which of its pieces are
// references, so that it can be written to places with different rules.
type Value struct {
	pieces []piece
}

type piece struct {
	text string
	ref  textKind // literal unless the piece is a reference
}

// String is the text with its references as they are written.
func (v Value) String() string {
	var b strings.Builder
	for _, p := range v.pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// Env is the text for the value of an environment variable in a pod, where $
// is special: every $ that is not a reference is doubled.
func (v Value) Env() string { return v.escaped(variable, "$", "$$") }

// Template is the text for a Go template, where { is special.
func (v Value) Template() string { return v.escaped(templateKey, "{", `{{ "{" }}`) }

// escaped is the text with old replaced wherever it is not part of a reference
// of this kind.
func (v Value) escaped(ref textKind, old, escaped string) string {
	var b strings.Builder
	for _, p := range v.pieces {
		if p.ref != ref {
			p.text = strings.ReplaceAll(p.text, old, escaped)
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// insertDriver puts +driver behind the scheme, which is in the first piece.
func (v *Value) insertDriver(driver string) {
	v.pieces[0].text = strings.Replace(v.pieces[0].text, "://", "+"+driver+"://", 1)
}

// writer collects a Value. After an error it does nothing.
type writer struct {
	v   Value
	err error
}

func (w *writer) result() (Value, error) {
	if w.err != nil {
		return Value{}, w.err
	}
	return w.v, nil
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// lit writes a text as it is.
func (w *writer) lit(parts ...string) {
	text := strings.Join(parts, "")
	if n := len(w.v.pieces); n > 0 && w.v.pieces[n-1].ref == literal {
		w.v.pieces[n-1].text += text
		return
	}
	w.v.pieces = append(w.v.pieces, piece{text: text})
}

// text writes a user name or password.
func (w *writer) text(part string, t *Text, esc escaping) {
	if t == nil || w.err != nil {
		return
	}
	if t.known && strings.ContainsRune(t.value, 0) {
		w.fail("the %s has a NUL byte, which no environment variable can hold", part)
		return
	}
	w.lit(esc.open)
	defer w.lit(esc.close)
	switch t.kind {
	case variable:
		if t.known && !esc.safe(t.value) {
			w.err = &UnsafeError{Part: part, Variable: t.name}
			return
		}
		w.v.pieces = append(w.v.pieces, piece{"$(" + t.name + ")", variable})
	case templateKey:
		text := "{{ " + keyExpression(t.name)
		if esc.template != "" {
			text += " | " + esc.template
		}
		w.v.pieces = append(w.v.pieces, piece{text + " }}", templateKey})
	default:
		text, err := esc.encode(t.value)
		if err != nil {
			w.fail("the %s %w", part, err)
			return
		}
		w.lit(text)
	}
}

// keyExpression reads a key of a template's data. Keys of Secrets may have
// dashes and dots, which a field name may not.
func keyExpression(key string) string {
	for i, c := range key {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return fmt.Sprintf("index . %q", key)
		}
	}
	return "." + key
}
