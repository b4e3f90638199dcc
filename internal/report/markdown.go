package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

var _ = register("markdown", Markdown)

// Markdown writes a summary for a comment on a pull request, or for the page of
// a job: totals, and a table of the worst findings. What GitHub would make of
// names, such as a mention of somebody, is taken from them.
func Markdown(w io.Writer, r *Report) error {
	const most = 100 // a comment on GitHub has at most 65,536 characters
	var b bytes.Buffer
	checked := count(r.Trees, "tree")
	if r.Resources > 0 || len(r.Findings) == 0 { // nobody counts what a build that failed would have had
		checked = count(r.Resources, "resource") + " in " + checked
	}
	fmt.Fprintf(&b, "### krm-validate: %s\n\n%s\n", Summary(r.Findings), checked)
	if r.Known > 0 {
		fmt.Fprintf(&b, "\n%s known before: not shown\n", count(r.Known, "finding"))
	}
	if len(r.Unread) > 0 {
		b.WriteString("\nNot checked:\n\n")
		for i, u := range r.Unread {
			if i == 20 {
				fmt.Fprintf(&b, "- and %d more\n", len(r.Unread)-i)
				break
			}
			b.WriteString("- " + inMarkdown(u.Reason) + "\n")
		}
	}
	shown := 0
	for _, severity := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		for i := range r.Findings {
			f := &r.Findings[i]
			if f.Severity != severity || severity == finding.Note && f.Missing != nil && !r.Notes {
				continue
			}
			if shown++; shown > most {
				continue
			}
			if shown == 1 {
				b.WriteString("\n| | where | what |\n|---|---|---|\n")
			}
			where := inMarkdown(f.Resource.String())
			if place := position(f); place != "" {
				where = inMarkdown(place) + "<br>" + where
			}
			what := "**" + inMarkdown(f.Rule) + "** " + inMarkdown(f.Sentence())
			for j, a := range advice(f) {
				if j == 4 {
					break
				}
				what += "<br>" + inMarkdown(a)
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", severity, where, what)
		}
	}
	if shown > most {
		fmt.Fprintf(&b, "\n%d more are not shown.\n", shown-most)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// inMarkdown is text that stands in a cell of a table as it is: nothing in it is
// markup, a link, or a mention. What is very long is cut.
func inMarkdown(text string) string {
	const most = 400
	text = redact.Escape(text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + " …"
	}
	var b strings.Builder
	for i, c := range text {
		switch {
		case strings.ContainsRune("@#", c), c == ':' && strings.HasPrefix(text[i:], "://"), c == '.' && strings.HasSuffix(text[:i], "www"):
			b.WriteString("<span>" + string(c) + "</span>") // GitHub looks for these in one piece of text
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case strings.ContainsRune("\\`*_{}[]()!|~$", c):
			b.WriteString(`\` + string(c))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
