package report

import (
	"bytes"
	"cmp"
	"io"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

var _ = register("github", GitHub)

// GitHub writes findings as workflow commands, which GitHub Actions shows beside
// the lines of a pull request:
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func GitHub(w io.Writer, r *Report) error {
	var b bytes.Buffer
	lines := lineReader{source: r.Source, ends: r.Ends}
	for i := range r.Findings {
		f := here(&r.Findings[i])
		title := f.Rule + ": " + f.Resource.String()
		var properties []string
		add := func(name, value string) {
			properties = append(properties, name+"="+commandProperty.Replace(redact.Escape(value)))
		}
		if f.File != "" {
			add("file", f.File)
		}
		if f.Line > 0 {
			add("line", strconv.Itoa(f.Line))
			if f.Column > 0 {
				add("col", strconv.Itoa(f.Column))
			}
			if end, ok := lines.end(f); ok {
				add("endColumn", strconv.Itoa(end))
			}
		}
		add("title", title)
		text := []string{commandData.Replace(redact.Escape(f.Sentence()))}
		for _, a := range advice(f) {
			text = append(text, commandData.Replace(redact.Escape(a)))
		}
		b.WriteString("::" + command(f.Severity) + " " + strings.Join(properties, ",") + "::" + strings.Join(text, "%0A") + "\n")
	}
	for _, u := range r.Unread {
		severity := finding.Warning
		if u.Named {
			severity = finding.Error
		}
		b.WriteString("::" + command(severity) + " title=" + commandProperty.Replace("not checked: "+redact.Escape(u.Name)) + "::" + commandData.Replace(cmp.Or(u.Reason, "not checked")) + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func command(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	default:
		return "notice"
	}
}

// What workflow commands escape:
// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
