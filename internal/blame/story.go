package blame

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fatih/color"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Field returns the values at a path, or below it, in every resource.
func (b *Blame) Field(path string) ([]Value, error) {
	values := []Value{}
	var fields []string
	for _, r := range b.resources {
		exact := named(r.YNode(), path)
		values = b.append(values, r, func(field string, _ *yaml.Node) bool {
			fields = append(fields, field)
			rest, ok := strings.CutPrefix(field, exact)
			return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
	}
	if len(values) > 0 {
		return values, nil
	}
	return nil, notFound(fmt.Sprintf("there is no field %q", path), path, fields)
}

// named makes indexes of the names in a path: containers[app] is containers[0]
// if that is where app is.
func named(root *yaml.Node, path string) string {
	path = strings.TrimPrefix(path, ".")
	var out strings.Builder
	for path != "" {
		open := strings.IndexByte(path, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(path[open:], ']')
		if end < 0 {
			break
		}
		end += open
		step := path[open+1 : end]
		if strings.HasPrefix(step, `"`) {
			out.WriteString(path[:end+1])
			path = path[end+1:]
			continue
		}
		out.WriteString(path[:open])
		if _, err := strconv.Atoi(step); err != nil {
			step = strings.TrimPrefix(step, "name=")
			list, _ := fieldpath.Parse(out.String()).Follow(root)
			for i, e := range yamlnode.Elements(list) {
				if yamlnode.GetString(e, "name") == step {
					step = strconv.Itoa(i)
					break
				}
			}
		}
		out.WriteString("[" + step + "]")
		path = path[end+1:]
	}
	return out.String() + path
}

// Printer prints for people.
type Printer struct {
	Out    io.Writer
	Colors bool
	// Source returns the text of a file, or nil.
	Source func(file string) []byte
}

func (p *Printer) paint(text string, attrs ...color.Attribute) string {
	if !p.Colors || text == "" {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

// Stories prints what each of some values was and what made something else of
// it, from the first text to the last.
func (p *Printer) Stories(values []Value) error {
	for i, v := range values {
		if i > 0 {
			fmt.Fprintln(p.Out)
		}
		fmt.Fprintf(p.Out, "%s  %s = %s\n", p.paint(v.Resource.String(), color.Bold), v.Field, valueText(v.Value))
		if len(v.History) == 0 {
			fmt.Fprintln(p.Out, "  it is written nowhere, or by something that is not followed")
		}
		width := 0
		for _, s := range v.History {
			width = max(width, len(s.place()))
		}
		for _, s := range v.History {
			pad := strings.Repeat(" ", width-len(s.place()))
			fmt.Fprintf(p.Out, "  %s%s  %-*s  %s\n", p.paint(s.place(), color.FgBlue), pad, viaWidth, s.Via, valueText(s.Value))
		}
		if len(v.History) > 0 && v.Line == 0 {
			fmt.Fprintln(p.Out, "  what made the value of it is not followed")
		}
	}
	return nil
}

func (s *Step) place() string {
	if s.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column)
}

// valueText is a value on one line.
func valueText(value *string) string {
	if value == nil {
		return "(masked)"
	}
	if strings.ContainsAny(*value, "\n\t\r\x1b") || *value == "" {
		text := strconv.Quote(*value)
		const most = 120
		if len(text) > most {
			text = text[:most] + `…"`
		}
		return text
	}
	return *value
}

var viaWidth = func() int {
	width := 0
	for _, v := range provenance.Vias() {
		width = max(width, len(v))
	}
	return width
}()
