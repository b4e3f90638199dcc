package report

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(Default, Text)

// Text prints findings the way compilers do: what is wrong, where, the line
// with a caret under it, and what to do. Mistakes come first, the worst before
// the others and those of what is applied before those of examples and tests; then
// what is there to be filled in; then what is not in the tree, one entry for each
// missing object; then notes, of which those of one rule are a few entries. What has
// one cause is one entry with several places. The last line counts the findings. See
// [terminal.Colors] for when colours are used.
func Text(w io.Writer, r *Report) error {
	p := printer{w: w, lines: lineReader{source: r.Source}, secrets: r.Secrets, colors: terminal.Colors(w), all: r.Notes}
	shown, hidden := 0, 0
	var mistakes, blanks, absent, notes causes
	toFillIn, missing := 0, map[finding.Resource]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Severity < finding.Note:
			continue
		case f.Severity == finding.Note && f.Missing != nil && !r.Notes:
			hidden++
			continue
		case f.Missing != nil:
			absent.add(f)
			missing[*f.Missing] = true
		case f.Severity == finding.Note:
			notes.add(f)
		case f.ToFillIn:
			blanks.add(f)
			toFillIn++
		default:
			mistakes.add(f)
		}
		shown++
	}
	for _, same := range mistakes.worstFirst() {
		p.finding(same[0], "also", same[1:])
	}
	if toFillIn > 0 {
		p.print(p.paint("To fill in", color.Bold), ": ", count(toFillIn, "value"), ", before this is applied\n\n")
	}
	for _, same := range blanks.worstFirst() {
		p.finding(same[0], "also", same[1:])
	}
	if len(missing) > 0 {
		p.print(p.paint("Not in this tree", color.Bold), ": ", count(len(missing), "object"), " to add, or to declare as externals (check --print-externals)\n\n")
	}
	for _, same := range absent.worstFirst() {
		p.finding(same[0], "used by", same[1:])
	}
	p.notes(notes.worstFirst())
	switch {
	case r.Bare, shown == 0 && r.Quiet:
		p.flush()
		return p.err
	case shown == 0 && r.Known > 0:
		p.print("no new findings")
	case shown == 0:
		p.print(Summary(r.Findings), " in ", count(r.Resources, "resource"))
		if len(r.Unread) > 0 {
			p.print(", ", strconv.Itoa(len(r.Unread)), " not checked")
		}
	default:
		p.print(Summary(r.Findings))
		if hidden > 0 {
			p.print(" (", strconv.Itoa(hidden), " about what is not in this build not shown)")
		}
	}
	if r.Known > 0 {
		p.print(" (", strconv.Itoa(r.Known), " known before not shown)")
	}
	p.print("\n")
	p.withoutSchema(r.WithoutSchema)
	p.flush()
	return p.err
}

// notes prints notes. Of those of a rule the first few stand for the others,
// unless all are asked for: a tree of one habit has hundreds.
func (p *printer) notes(list [][]*finding.Finding) {
	const most = 3
	printed := map[string]int{}
	var rules []string
	more := map[string][]*finding.Finding{}
	for _, same := range list {
		f := same[0]
		if printed[f.Rule]++; printed[f.Rule] > most && !p.all {
			if more[f.Rule] == nil {
				rules = append(rules, f.Rule)
			}
			more[f.Rule] = append(more[f.Rule], same...)
			continue
		}
		p.finding(f, "also", same[1:])
	}
	for _, rule := range rules {
		p.print(p.paint("note["+rule+"]", color.FgCyan, color.Bold), ": ", strconv.Itoa(len(more[rule])), " more like these (check --notes shows each)\n")
		p.places("  ", "in", nil, more[rule])
		p.print("\n")
	}
}

// withoutSchema says of which API groups fields are not checked, those with the
// most resources first.
func (p *printer) withoutSchema(counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	const most = 5
	resources := 0
	for _, n := range counts {
		resources += n
	}
	groups := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	more := ""
	if len(groups) > most {
		more = " and " + strconv.Itoa(len(groups)-most) + " more"
		groups = groups[:most]
	}
	p.print("fields not checked of ", count(resources, "resource"), ", for want of a CustomResourceDefinition: ",
		redact.Escape(strings.Join(groups, ", ")), more, "\n")
}

type printer struct {
	w       io.Writer
	lines   lineReader
	secrets *redact.Secrets
	colors  bool
	all     bool   // the notes
	b       []byte // what is not written yet
	err     error
}

func (p *printer) print(texts ...string) {
	for _, text := range texts {
		p.b = append(p.b, text...)
	}
}

func (p *printer) flush() {
	if p.err == nil {
		_, p.err = p.w.Write(p.b)
	}
	p.b = p.b[:0]
}

func (p *printer) paint(text string, attrs ...color.Attribute) string {
	if !p.colors {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

// finding prints one finding, and the places of others that have its cause.
func (p *printer) finding(f *finding.Finding, how string, others []*finding.Finding) {
	hue := color.FgCyan
	switch f.Severity {
	case finding.Error:
		hue = color.FgRed
	case finding.Warning:
		hue = color.FgYellow
	}
	p.print(p.paint(f.Severity.String()+"["+f.Rule+"]", hue, color.Bold), ": ", p.paint(redact.Escape(f.Sentence()), color.Bold), "\n")
	margin := spaces(p.where(f))
	for _, a := range f.Also {
		what := "instead of"
		if a.Via == finding.Fetched {
			what = "fetched for"
		}
		p.print(margin, " = ", what, ": ", redact.Escape(a.File), ":", strconv.Itoa(a.Line), ":", strconv.Itoa(a.Column), "\n")
	}
	p.trees(f, margin)
	p.places(margin, how, f, others)
	if f.Field != "" {
		p.print(margin, " = field: ", redact.Escape(f.Place()), "\n")
	}
	if len(f.Suggestions) > 1 {
		p.print(margin, " = close: ", redact.Escape(strings.Join(f.Suggestions, ", ")), "\n")
	}
	for _, c := range f.Consequences[:min(3, len(f.Consequences))] {
		p.print(margin, " = then: ", redact.Escape(c), "\n")
	}
	if f.Help != "" {
		p.print(margin, " = help: ", redact.Escape(f.Help), "\n")
	}
	p.print("\n")
	const chunk = 64 << 10
	if len(p.b) > chunk {
		p.flush()
	}
}

// places prints where else the same thing is found, and what is said there where
// that is something else than what the first one says, if there is one.
func (p *printer) places(margin, how string, first *finding.Finding, others []*finding.Finding) {
	most := 8
	if first != nil && first.Severity == finding.Note && !p.all {
		most = 3
	}
	count, last := map[string]int{}, 0
	var shown []*finding.Finding
	for _, f := range others {
		if first == nil || containerName().ReplaceAllString(f.Sentence(), "") == containerName().ReplaceAllString(first.Sentence(), "") || f.Rule == "api-removed" || f.Missing != nil {
			shown = append(shown, f)
			continue
		}
		if count[f.Sentence()]++; count[f.Sentence()] == 1 {
			shown = append(shown, f)
		}
	}
	for i, f := range shown {
		if i == most {
			break
		}
		at, what := f.Resource.String(), ""
		if n := count[f.Sentence()]; n > 0 {
			what = f.Message
			if before, after, ok := strings.Cut(f.Message, ": "); ok && strings.HasPrefix(first.Message, before+": ") {
				what = after // what is behind it tells them apart
			} else if ok {
				what = before
			}
			if f.Meant != "" && f.Meant != first.Meant {
				what += "; did you mean " + f.Meant + "?"
			}
			if last += n; n > 1 {
				what += ", here and in " + strconv.Itoa(n-1) + " more"
			}
		} else {
			last++
		}
		switch {
		case f.File != "" && f.Line > 0 && what != "":
			at = f.File + ":" + strconv.Itoa(f.Line) + "  " + what
		case f.File != "" && f.Line > 0:
			at = f.File + ":" + strconv.Itoa(f.Line) + "  " + at
		case what != "":
			at += "  " + what
		}
		p.print(margin, " = ", how, ": ", redact.Escape(at), "\n")
	}
	if n := len(others) - last; n > 0 {
		p.print(margin, " = ", how, ": ", strconv.Itoa(n), " more\n")
	}
}

// trees prints where else a finding is, and the tree it is in where the file does
// not say so.
func (p *printer) trees(f *finding.Finding, margin string) {
	const most = 3
	switch n := len(f.Trees); {
	case n > most:
		p.print(margin, " = in ", strconv.Itoa(n), " overlays: ", redact.Escape(strings.Join(f.Trees[:most], ", ")), " and ", strconv.Itoa(n-most), " more\n")
	case n > 1:
		p.print(margin, " = in ", strconv.Itoa(n), " overlays: ", redact.Escape(strings.Join(f.Trees, ", ")), "\n")
	case f.Tree != "" && f.Tree != "-" && f.File != f.Tree && f.Tree != "." && !strings.HasPrefix(f.File, f.Tree+"/"):
		p.print(margin, " = in: ", redact.Escape(f.Tree), "\n")
	}
}

// spaces returns n spaces.
func spaces(n int) string {
	const some = "                                                                "
	if n <= len(some) {
		return some[:n]
	}
	return strings.Repeat(" ", n)
}

// where prints the resource, the place and the source line, and returns the
// width of the margin.
func (p *printer) where(f *finding.Finding) int {
	place := redact.Escape(f.Resource.String())
	number := strconv.Itoa(f.Line)
	if f.File != "" {
		at := redact.Escape(f.File)
		if f.Line > 0 {
			at += ":" + number
			if f.Column > 0 {
				at += ":" + strconv.Itoa(f.Column)
			}
		}
		place = at + "  " + place
	}
	arrow := p.paint("-->", color.FgBlue)
	line, column, ok := p.line(f)
	if !ok {
		p.print("  ", arrow, " ", place, "\n")
		return 3
	}
	width := len(number) + 1
	margin, bar := spaces(width), p.paint("|", color.FgBlue)
	p.print(margin, arrow, " ", place, "\n")
	p.print(margin, " ", bar, "\n")
	p.print(p.paint(number+" ", color.FgBlue), " ", bar, " ")
	p.b = append(append(p.b, line...), '\n')
	if column <= len(line)+1 {
		p.print(margin, " ", bar, " ", spaces(column-1), p.paint(caret(line[column-1:]), color.FgRed, color.Bold), "\n")
	}
	return width
}

// caret underlines the scalar that text starts with.
func caret(text string) string { return strings.Repeat("^", len(underlined(text))) }

// underlined is the scalar that text starts with, or what follows on its line.
func underlined(text string) string {
	end := strings.IndexAny(text, " ,}]#")
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		if i := strings.IndexByte(text[1:], text[0]); i >= 0 {
			end = i + 2
		}
	}
	if end < 0 {
		end = len(text)
	}
	if end = max(end, 1); end > len(text) {
		return " " // the place behind the end of a line
	}
	return text[:end]
}

// line returns the source line of a finding as it may be shown, and the column
// of the finding in it.
func (p *printer) line(f *finding.Finding) (_ string, column int, ok bool) {
	line, ok := p.lines.line(f)
	if !ok || len(line) > 200 || Sensitive(f) {
		return "", 0, false
	}
	text, column := p.secrets.Excerpt(string(line), f.Column)
	return text, column, true
}

// source finds lines in a text. Findings are sorted, so it mostly goes on from
// where it is.
type source struct {
	text   []byte
	number int // of the line that starts at pos, from 0
	pos    int
}

// line returns a line, from 1.
func (s *source) line(number int) ([]byte, bool) {
	if s.text == nil {
		return nil, false
	}
	if number--; number < s.number {
		s.number, s.pos = 0, 0
	}
	for ; s.number < number; s.number++ {
		_, rest, more := yamlnode.CutLine(s.text[s.pos:])
		if !more {
			return nil, false
		}
		s.pos = len(s.text) - len(rest)
	}
	line, _, _ := yamlnode.CutLine(s.text[s.pos:])
	return line, true
}
