package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func TestText(t *testing.T) {
	source := "kind: A\r\nname: wbe # the site\n\nlong: " + strings.Repeat("x", 200) + "\nlast: 1"
	at := func(line, column int) finding.Finding {
		return finding.Finding{
			Rule: "some-rule", Severity: finding.Error, Message: "wrong", File: "a.yaml", Line: line, Column: column,
			Resource: finding.Resource{Kind: "A", Namespace: "n", Name: "x"},
		}
	}
	print := func(fs ...finding.Finding) string {
		var b bytes.Buffer
		assert.NoError(t, report.Text(&b, &report.Report{Findings: fs, Source: func(file string) []byte {
			if file == "a.yaml" {
				return []byte(source)
			}
			return nil
		}}))
		text, _, _ := strings.Cut(b.String(), "\n1 error")
		return text
	}
	assert.Equal(t, "error[some-rule]: wrong\n"+
		"  --> a.yaml:2:7  A n/x\n"+
		"   |\n"+
		"2  | name: wbe # the site\n"+
		"   |       ^^^\n", print(at(2, 7)))
	assert.Contains(t, print(at(1, 1)), "\n1  | kind: A\n", "without \\r")
	assert.Contains(t, print(at(5, 7)), "\n5  | last: 1\n   |       ^\n", "a line without an end")
	for name, f := range map[string]finding.Finding{
		"a long line": at(4, 7), "a line that is not there": at(6, 1), "a line without a column": at(2, 0),
		"another file": {Severity: finding.Error, File: "b.yaml", Line: 1, Column: 1},
		"a secret":     {Severity: finding.Error, File: "a.yaml", Line: 1, Column: 1, Secret: true},
	} {
		assert.NotContains(t, print(f), "|", name)
	}

	// Lines are found in any order, and long reports are written whole.
	var fs []finding.Finding
	want := 0
	for i := range 2000 {
		f := at([...]int{5, 1, 2, 2, 1}[i%5], 1)
		f.Message, f.Help = fmt.Sprint("wrong ", i), fmt.Sprint("number ", i)
		fs = append(fs, f)
		want += len(print(f)) + 1
	}
	var b bytes.Buffer
	assert.NoError(t, report.Text(&b, &report.Report{Findings: fs, Source: func(string) []byte { return []byte(source) }}))
	assert.Equal(t, want+len("2000 errors\n"), b.Len())
	assert.Equal(t, 800, strings.Count(b.String(), "1  | kind: A"))
}

// TestTextParts: mistakes come before what is there to be filled in, and that before
// what is merely absent; what has one cause is one entry.
func TestTextParts(t *testing.T) {
	absent := func(name, user string) finding.Finding {
		return finding.Finding{
			Rule: "secret-not-found", Severity: finding.Error, Message: "Secret " + name + " is not in this build", File: user + ".yaml", Line: 3,
			Resource: finding.Resource{Kind: "Deployment", Name: user}, Missing: &finding.Resource{Kind: "Secret", Name: name},
		}
	}
	conflict := func(container string) finding.Finding {
		return finding.Finding{
			Rule: "env-conflict", Severity: finding.Error, Message: `container "` + container + `" gets DB_NAME with two values`, File: container + ".yaml", Line: 7,
			Resource: finding.Resource{Kind: "Deployment", Name: container},
		}
	}
	var b bytes.Buffer
	blank := finding.Finding{Rule: "placeholder-left", Severity: finding.Error, Message: "the host still has the placeholder", ToFillIn: true}
	fs := []finding.Finding{absent("db", "api"), blank, {Rule: "warned", Severity: finding.Warning, Message: "odd"}, conflict("api"), absent("db", "web"), absent("tls", "web"), conflict("web")}
	assert.NoError(t, report.Text(&b, &report.Report{Findings: fs}))
	var lines []string
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-->") {
			lines = append(lines, line)
		}
	}
	assert.Equal(t, []string{
		`error[env-conflict]: container "api" gets DB_NAME with two values`,
		"= also: web.yaml:7  Deployment web",
		"warning[warned]: odd",
		"To fill in: 1 value, before this is applied",
		"error[placeholder-left]: the host still has the placeholder",
		"Not in this tree: 2 objects to add, or to declare as externals (check --print-externals)",
		"error[secret-not-found]: Secret db is not in this build",
		"= used by: web.yaml:3  Deployment web",
		"error[secret-not-found]: Secret tls is not in this build",
		"6 errors, 1 warning",
	}, lines)
}

// TestTextNotes: of many notes of one rule three are printed, and where the
// others are; all of them when they are asked for, and every error always.
func TestTextNotes(t *testing.T) {
	var fs []finding.Finding
	for i := range 20 {
		name := fmt.Sprint("web-", i)
		for severity, rule := range map[finding.Severity]string{finding.Note: "a-habit", finding.Error: "a-mistake"} {
			fs = append(fs, finding.Finding{
				Rule: rule, Severity: severity, Message: "something about " + name, File: name + ".yaml", Line: 2,
				Resource: finding.Resource{Kind: "Deployment", Name: name},
			})
		}
	}
	print := func(r report.Report) string {
		var b bytes.Buffer
		r.Findings = fs
		assert.NoError(t, report.Text(&b, &r))
		return b.String()
	}
	text := print(report.Report{})
	assert.Equal(t, 20, strings.Count(text, "error[a-mistake]: something"))
	assert.Equal(t, 3, strings.Count(text, "note[a-habit]: something"))
	assert.Contains(t, text, "note[a-habit]: 17 more like these (check --notes shows each)\n"+
		"   = in: web-3.yaml:2  Deployment web-3\n")
	assert.Contains(t, text, "   = in: 9 more\n")
	assert.Contains(t, text, "20 errors, 20 notes")
	assert.Equal(t, 20, strings.Count(print(report.Report{Notes: true}), "note[a-habit]: something"))
}
