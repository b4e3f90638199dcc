// Package report prints findings for people and for machines.
package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// Options say how to print.
type Options struct {
	// Source returns the text of a file that findings point to, or nil. With
	// it, the line of a finding is shown.
	Source func(file string) []byte
	// Notes also prints notes about objects that are not in the build, of which
	// a sound tree may have many.
	Notes bool
}

// Text prints findings the way compilers do: what is wrong, where, the line
// with a caret under it, and what to do. The last line counts them. Nothing is
// printed when there is nothing to show; Text reports whether it printed. Colours are used on a terminal, unless NO_COLOR is
// set (https://no-color.org).
func Text(w io.Writer, fs []finding.Finding, opts Options) (printed bool) {
	p := printer{opts: opts, colors: isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	shown, hidden := 0, 0
	for i := range fs {
		f := &fs[i]
		switch {
		case f.Severity < finding.Note:
		case f.Severity == finding.Note && f.Missing != nil && !opts.Notes:
			hidden++
		default:
			p.finding(f)
			shown++
		}
	}
	if shown == 0 {
		return false // a sound tree is silent
	}
	p.b.WriteString(Summary(fs))
	if hidden > 0 {
		fmt.Fprintf(&p.b, " (%d about what is not in this build not shown)", hidden)
	}
	p.b.WriteByte('\n')
	_, _ = w.Write(p.b.Bytes())
	return true
}

// Summary counts findings by severity: "2 errors, 1 warning".
func Summary(fs []finding.Finding) string {
	var parts []string
	for _, s := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		switch n := finding.Count(fs, s); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+s.String())
		default:
			parts = append(parts, strconv.Itoa(n)+" "+s.String()+"s")
		}
	}
	if parts == nil {
		return "no findings"
	}
	return strings.Join(parts, ", ")
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

type printer struct {
	opts   Options
	colors bool
	b      bytes.Buffer

	file  string
	lines []string
}

func (p *printer) paint(text string, attrs ...color.Attribute) string {
	if !p.colors {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

func (p *printer) finding(f *finding.Finding) {
	hue := map[finding.Severity]color.Attribute{finding.Error: color.FgRed, finding.Warning: color.FgYellow}[f.Severity]
	if hue == 0 {
		hue = color.FgCyan
	}
	fmt.Fprintf(&p.b, "%s: %s\n", p.paint(fmt.Sprintf("%s[%s]", f.Severity, f.Rule), hue, color.Bold), p.paint(f.Message, color.Bold))
	width := p.where(f)
	margin := strings.Repeat(" ", width)
	if f.Field != "" {
		fmt.Fprintf(&p.b, "%s = field: %s\n", margin, f.Field)
	}
	if len(f.Suggestions) > 1 {
		fmt.Fprintf(&p.b, "%s = close: %s\n", margin, strings.Join(f.Suggestions, ", "))
	}
	if f.Help != "" {
		fmt.Fprintf(&p.b, "%s = help: %s\n", margin, f.Help)
	}
	p.b.WriteByte('\n')
}

// where prints the resource, the place and the source line, and returns the
// width of the margin.
func (p *printer) where(f *finding.Finding) int {
	place := f.Resource.String()
	if f.File != "" {
		at := f.File
		if f.Line > 0 {
			at += ":" + strconv.Itoa(f.Line)
			if f.Column > 0 {
				at += ":" + strconv.Itoa(f.Column)
			}
		}
		place = at + "  " + place
	}
	line, ok := p.line(f)
	width := len(strconv.Itoa(f.Line)) + 1
	if !ok {
		fmt.Fprintf(&p.b, "  %s %s\n", p.paint("-->", color.FgBlue), place)
		return 3
	}
	margin := strings.Repeat(" ", width)
	bar := p.paint("|", color.FgBlue)
	fmt.Fprintf(&p.b, "%s%s %s\n", margin, p.paint("-->", color.FgBlue), place)
	fmt.Fprintf(&p.b, "%s %s\n", margin, bar)
	fmt.Fprintf(&p.b, "%s %s %s\n", p.paint(strconv.Itoa(f.Line)+" ", color.FgBlue), bar, line)
	if f.Column > 0 && f.Column <= len(line)+1 {
		fmt.Fprintf(&p.b, "%s %s %s%s\n", margin, bar, strings.Repeat(" ", f.Column-1), p.paint(caret(line[f.Column-1:]), color.FgRed, color.Bold))
	}
	return width
}

// caret underlines the scalar that text starts with.
func caret(text string) string {
	end := strings.IndexAny(text, " ,}]#")
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		if i := strings.IndexByte(text[1:], text[0]); i >= 0 {
			end = i + 2
		}
	}
	if end < 0 {
		end = len(text)
	}
	return strings.Repeat("^", max(end, 1))
}

// line returns the source line of a finding.
func (p *printer) line(f *finding.Finding) (string, bool) {
	if p.opts.Source == nil || f.File == "" || f.Line < 1 || f.Column < 1 {
		return "", false
	}
	if p.file != f.File {
		p.file, p.lines = f.File, nil
		if text := p.opts.Source(f.File); text != nil {
			p.lines = strings.Split(string(text), "\n")
		}
	}
	if f.Line > len(p.lines) {
		return "", false
	}
	line := strings.TrimRight(p.lines[f.Line-1], "\r")
	if len(line) > 200 || Sensitive(f) {
		return "", false
	}
	return line, true
}

// Sensitive reports whether the source line of a finding may hold a secret:
// lines of Secrets, and of addresses, are never shown.
func Sensitive(f *finding.Finding) bool {
	return f.Secret || f.Resource.Kind == "Secret"
}
