package blame

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// marginLine is a line of a build, and who wrote it.
type marginLine struct {
	text  string
	place string
	via   provenance.Via
}

// Margin prints the build's YAML with a margin: the place that decides the value
// in each line, and what it came through. Lines without a value have none.
func (p *Printer) Margin(b *Blame) error {
	var lines []marginLine
	for i, r := range b.resources {
		if i > 0 {
			lines = append(lines, marginLine{text: "---"})
		}
		own, err := b.lines(r)
		if err != nil {
			return err
		}
		lines = append(lines, own...)
	}
	places, vias := 0, 0
	for _, l := range lines {
		places = max(places, utf8.RuneCountInString(l.place))
		vias = max(vias, len(l.via))
	}
	const most = 56 // what leaves room for YAML on a wide terminal
	places = min(places, most)
	var out strings.Builder
	last := ""
	for _, l := range lines {
		place := shortened(l.place, places)
		pad := strings.Repeat(" ", places-utf8.RuneCountInString(place))
		hue := color.FgCyan
		if l.place == last {
			hue = color.FgHiBlack
		}
		line := p.paint(place, hue) + pad + "  " + p.paint(string(l.via), color.FgYellow) + strings.Repeat(" ", vias-len(l.via)) + p.paint(" │", color.FgHiBlack)
		if l.text != "" {
			line += " " + l.text
		}
		out.WriteString(line + "\n")
		last = l.place
	}
	_, err := p.Out.Write([]byte(out.String()))
	return err
}

// shortened cuts the front of a path.
func shortened(place string, width int) string {
	n := utf8.RuneCountInString(place)
	if n <= width {
		return place
	}
	return "…" + string([]rune(place)[n-width+1:])
}

// lines are those of one resource.
func (b *Blame) lines(r *resource.Resource) ([]marginLine, error) {
	text, err := r.AsYAML()
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	id := finding.Resource{Kind: r.GetKind()}
	var lines []marginLine
	for line := range strings.Lines(string(text)) {
		lines = append(lines, marginLine{text: strings.TrimSuffix(line, "\n")})
	}
	root := yamlnode.Resolve(&doc)
	var scalars []*yaml.Node
	var fields []string
	for field, n := range provenance.Scalars(root) {
		scalars, fields = append(scalars, n), append(fields, field)
	}
	drop := map[int]bool{}
	for i, n := range scalars {
		at := n.Line - 1
		if at < 0 || at >= len(lines) {
			continue
		}
		// A value goes on until the line before the next key or element.
		end := at + 1
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.Contains(n.Value, " ") {
			end = valueEnd(lines, at)
		}
		own, whole := fieldpath.Parse(fields[i]).Follow(r.YNode())
		rec := provenance.Record{}
		if whole {
			rec = b.trace.Record(b.trace.Of(own))
		}
		for j := at; j < end; j++ {
			if rec.Known() {
				number := rec.Line
				if rec.Via == provenance.GeneratorFile && n.Style&yaml.LiteralStyle != 0 {
					number += max(0, j-at-1)
				}
				lines[j].place, lines[j].via = fmt.Sprintf("%s:%d", rec.File, number), rec.Via
			}
		}
		if isSecret(id, fields[i]) {
			column := min(max(n.Column-1, 0), len(lines[at].text))
			lines[at].text = b.masked(lines[at].text[:column]) + "(masked)"
			for j := at + 1; j < end; j++ {
				drop[j] = true
			}
		}
	}
	kept := lines[:0]
	for i, l := range lines {
		if !drop[i] {
			l.text = b.masked(l.text)
			kept = append(kept, l)
		}
	}
	return kept, nil
}

// valueEnd returns the line after a value that starts in a line: what follows is
// indented more than the line that it starts in.
func valueEnd(lines []marginLine, at int) int {
	indent := indentOf(lines[at].text)
	end := at + 1
	for end < len(lines) && (lines[end].text == "" || indentOf(lines[end].text) > indent) {
		end++
	}
	return end
}

// indentOf is the column of a line's key: the dashes of a list are no key.
func indentOf(line string) int {
	return len(line) - len(strings.TrimLeft(line, " -"))
}
