package report

import (
	"cmp"
	"encoding/xml"
	"io"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// JUnit has no standard; this is what Jenkins, GitLab and Azure read:
// https://github.com/testmoapp/junitxml
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		File      string        `xml:"file,attr,omitempty"`
		Line      int           `xml:"line,attr,omitempty"`
		Failure   *junitMessage `xml:"failure"`
		Error     *junitMessage `xml:"error"`
		Out       string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

var _ = register("junit", JUnit)

// JUnit writes the report as JUnit XML: a test suite for each tree, in it a test
// case for each finding, or one that passes. What makes the command fail is a
// failure; the others pass, and their text is in system-out. A tree that could
// not be checked is an error.
func JUnit(w io.Writer, r *Report) error {
	out := junitSuites{Name: "krm-validate"}
	byName := map[string]int{}
	suite := func(name string) *junitSuite {
		i, ok := byName[name]
		if !ok {
			i = len(out.Suites)
			byName[name] = i
			out.Suites = append(out.Suites, junitSuite{Name: redact.Escape(name)})
		}
		return &out.Suites[i]
	}
	for _, name := range r.Checked {
		suite(name)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		c := junitCase{Name: redact.Escape(f.Rule + ": " + f.Resource.String() + " " + f.Place()), ClassName: redact.Escape(cmp.Or(at(f), "krm-validate")), File: redact.Escape(f.File), Line: f.Line}
		text := []string{redact.Escape(f.Sentence())}
		for _, line := range append([]string{position(f)}, advice(f)...) {
			text = append(text, redact.Escape(line))
		}
		if f.Severity >= r.failOn() {
			c.Failure = &junitMessage{redact.Escape(f.Sentence()), f.Rule, strings.Join(text, "\n")}
		} else {
			c.Out = f.Severity.String() + ": " + strings.Join(text, "\n")
		}
		for _, tree := range trees(f, r) {
			s := suite(tree)
			s.Cases = append(s.Cases, c)
		}
	}
	for _, u := range r.Unread {
		s := suite(u.Name)
		message := &junitMessage{u.Reason, "not-checked", u.Reason}
		c := junitCase{Name: "not checked: " + redact.Escape(u.Name), ClassName: redact.Escape(u.Name), Error: message}
		if !u.Named {
			c.Error, c.Out = nil, "not checked: "+u.Reason
		}
		s.Cases = append(s.Cases, c)
	}
	for i := range out.Suites {
		s := &out.Suites[i]
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Name: "no findings", ClassName: s.Name}}
		}
		s.Tests = len(s.Cases)
		for _, c := range s.Cases {
			if c.Failure != nil {
				s.Failures++
			}
			if c.Error != nil {
				s.Errors++
			}
		}
		out.Tests, out.Failures, out.Errors = out.Tests+s.Tests, out.Failures+s.Failures, out.Errors+s.Errors
	}
	text, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// trees are the suites of a finding.
func trees(f *finding.Finding, r *Report) []string {
	switch {
	case len(f.Trees) > 0:
		return f.Trees
	case f.Tree != "":
		return []string{f.Tree}
	case len(r.Checked) == 1:
		return r.Checked
	}
	return []string{"findings"}
}
