package engine

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
)

// maxTemplateOutput bounds what a template may write. A process cannot be
// started with a longer environment variable anyway (MAX_ARG_STRLEN on Linux).
const maxTemplateOutput = 128 << 10

// IsTemplate reports whether a format is a Go template rather than a name.
func IsTemplate(format string) bool { return strings.Contains(format, "{{") }

// templateData is what a template sees.
type templateData struct {
	Host, Port, HostPort string
	Hosts                []templateHost
	Username, Password   *mark
	Database             string
	Parameters           map[string]string
	TLS                  bool
}

type templateHost struct{ Host, Port, HostPort string }

// mark stands for a user name or password while a template runs. Its text is
// put in afterwards, so that a reference is not encoded and a password cannot
// be taken for template text.
type mark struct {
	part string
	text *Text
}

// Templates print a mark through String, so that {{ .Password }} is the
// password as it is.
func (m *mark) String() string { return "\x00" + m.part + " plain\x00" }

// escapings are those a template can name, by function.
func escapings() map[string]escaping {
	return map[string]escaping{
		"plain":    plain,
		"userinfo": userInfoEscaping,
		"percent": {
			encode:   func(s string) (string, error) { return percent(s), nil },
			safe:     func(s string) bool { return only(s, unreserved) },
			template: userInfoEscaping.template,
		},
	}
}

// templateFuncs are the functions of templates: none of them can read
// anything, loop or write more than its argument is long.
func templateFuncs() template.FuncMap {
	funcs := template.FuncMap{
		"lower":    strings.ToLower,
		"upper":    strings.ToUpper,
		"join":     func(sep string, list []string) string { return strings.Join(list, sep) },
		"hostname": func(h string) string { name, _, _ := strings.Cut(h, "."); return name },
	}
	for name, esc := range escapings() {
		funcs[name] = func(v any) (string, error) {
			switch v := v.(type) {
			case *mark:
				if v == nil {
					return "", nil
				}
				return "\x00" + v.part + " " + name + "\x00", nil
			case string:
				return esc.encode(v)
			}
			return "", fmt.Errorf("%s needs a text, not %T", name, v)
		}
	}
	return funcs
}

// allowedBuiltins are the built-in functions that templates may use.
var allowedBuiltins = map[string]bool{
	"and": true, "or": true, "not": true, "eq": true, "ne": true, "index": true, "len": true,
}

func parseTemplate(text string) (*template.Template, error) {
	funcs := templateFuncs()
	t, err := template.New("format").Option("missingkey=zero").Funcs(funcs).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("template: %s", strings.TrimPrefix(err.Error(), "template: "))
	}
	if len(t.Templates()) > 1 {
		return nil, errors.New("template: define and block are not available")
	}
	if t.Tree == nil {
		return t, nil
	}
	err = walkTemplate(t.Root, func(n parse.Node) error {
		switch n := n.(type) {
		case *parse.IdentifierNode:
			if funcs[n.Ident] == nil && !allowedBuiltins[n.Ident] {
				return fmt.Errorf("template: function %s is not available", n.Ident)
			}
		case *parse.TemplateNode:
			return errors.New("template: {{template}} is not available")
		case *parse.RangeNode:
			if p := n.Pipe.String(); !strings.HasSuffix(p, ".Hosts") && !strings.HasSuffix(p, ".Parameters") {
				return fmt.Errorf("template: range is only available over .Hosts and .Parameters, not %s", p)
			}
		}
		return nil
	})
	return t, err
}

// walkTemplate calls visit for n and everything below it.
func walkTemplate(n parse.Node, visit func(parse.Node) error) error {
	if err := visit(n); err != nil {
		return err
	}
	var below []parse.Node
	add := func(nodes ...parse.Node) { below = append(below, nodes...) }
	branch := func(b *parse.BranchNode) {
		add(b.Pipe, b.List)
		if b.ElseList != nil {
			add(b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		add(n.Nodes...)
	case *parse.ActionNode:
		add(n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			add(c)
		}
	case *parse.CommandNode:
		add(n.Args...)
	case *parse.ChainNode:
		add(n.Node)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	}
	for _, child := range below {
		if err := walkTemplate(child, visit); err != nil {
			return err
		}
	}
	return nil
}

// templateCarries finds the fields that a template names.
func templateCarries(text string) (Parts, error) {
	t, err := parseTemplate(text)
	if err != nil || t.Tree == nil {
		return 0, err
	}
	fields := map[string]Parts{
		"Host": Hosts, "Hosts": Hosts, "HostPort": Hosts | Ports, "Port": Ports, "Username": Username,
		"Password": Password, "Database": Database, "Parameters": Parameters, "TLS": TLS,
	}
	var parts Parts
	err = walkTemplate(t.Root, func(n parse.Node) error {
		var names []string
		switch n := n.(type) {
		case *parse.FieldNode:
			names = n.Ident
		case *parse.VariableNode:
			names = n.Ident[1:]
		}
		for _, name := range names {
			parts |= fields[name]
		}
		return nil
	})
	return parts, err
}

// limitedBuilder refuses to grow without end.
type limitedBuilder struct{ strings.Builder }

func (b *limitedBuilder) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxTemplateOutput {
		return 0, fmt.Errorf("the result is longer than %d bytes", maxTemplateOutput)
	}
	return b.Builder.Write(p)
}

func writeTemplate(w *writer, text string, a Address) {
	if strings.ContainsRune(text, 0) {
		w.fail("template: it has a NUL byte")
		return
	}
	t, err := parseTemplate(text)
	if err != nil {
		w.err = err
		return
	}
	data := templateData{Database: a.Database, Parameters: a.Parameters, TLS: a.TLS}
	for _, h := range a.Hosts {
		data.Hosts = append(data.Hosts, templateHost{h.Host, portText(h.Port), h.String()})
	}
	data.Host, data.Port, data.HostPort = data.Hosts[0].Host, data.Hosts[0].Port, data.Hosts[0].HostPort
	if a.Username != nil {
		data.Username = &mark{"user name", a.Username}
	}
	if a.Password != nil {
		data.Password = &mark{"password", a.Password}
	}
	var out limitedBuilder
	if err := t.Execute(&out, data); err != nil {
		w.fail("template: %s", strings.TrimPrefix(err.Error(), "template: "))
		return
	}
	insertMarks(w, out.String(), a)
}

// insertMarks replaces the marks in a template's output.
func insertMarks(w *writer, out string, a Address) {
	texts := map[string]*Text{"user name": a.Username, "password": a.Password}
	escs := escapings()
	for i, piece := range strings.Split(out, "\x00") {
		if i%2 == 0 {
			w.lit(piece)
			continue
		}
		for part, t := range texts {
			if name, ok := strings.CutPrefix(piece, part+" "); ok {
				w.text(part, t, escs[name])
			}
		}
	}
}
