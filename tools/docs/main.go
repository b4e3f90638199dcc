// Command docs writes what the docs have from the code: a page for each rule
// with their index, and the tables of engines and of normalizers.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
)

func main() {
	pages := flag.String("rules", "", "write the rules into this `directory`")
	normalizers := flag.String("normalizers", "", "write the table of normalizers into this `file`")
	engines := flag.String("engines", "", "write the table of engines into this `file`")
	flag.Parse()
	var err error
	if *pages != "" {
		err = write(*pages)
	}
	if *normalizers != "" && err == nil {
		err = between(*normalizers, "normalizers", normalizerTable())
	}
	if *engines != "" && err == nil {
		var table string
		if table, err = engineTable(); err == nil {
			err = between(*engines, "engines", table)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

// between replaces what stands between two comments of a file.
func between(file, name, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+": made by go generate -->\n", "<!-- end of "+name+" -->\n"
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: no comments %q and %q", file, strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return os.WriteFile(file, []byte(before+begin+text+end+after), 0o644)
}

func normalizerTable() string {
	var b strings.Builder
	b.WriteString("\n| normalizer | default | what it does |\n|---|---|---|\n")
	for _, n := range normalize.All() {
		def := map[bool]string{true: "on", false: "off"}[n.Default]
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", n.Name, def, code(n.Doc))
	}
	return b.String() + "\n"
}

// engineTable shows every engine with an example of each of its formats.
func engineTable() (string, error) {
	var b strings.Builder
	b.WriteString("\n| engine | port | format | example |\n|---|---|---|---|\n")
	for _, e := range engine.All() {
		name, port := "`"+e.Name+"`", "–"
		for _, alias := range e.Aliases {
			name += ", `" + alias + "`"
		}
		if e.Port != 0 {
			port = strconv.Itoa(e.Port)
		}
		if e.TLSPort != 0 {
			port += ", TLS " + strconv.Itoa(e.TLSPort)
		}
		formats := e.Formats
		if len(formats) == 0 {
			formats = []engine.Format{{Name: "hostport"}}
		}
		for _, f := range formats {
			text, err := example(e, f.Name)
			if err != nil {
				return "", fmt.Errorf("engine %s: %w", e.Name, err)
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` | `%s`", name, port, f.Name, text)
			if f.Doc != "" {
				b.WriteString("<br>" + f.Doc)
			}
			b.WriteString(" |\n")
			name, port = "", ""
		}
	}
	return b.String() + "\n", nil
}

func example(e *engine.Engine, format string) (string, error) {
	carries, err := e.Carries(format)
	if err != nil {
		return "", err
	}
	a := engine.Address{
		Hosts:    []engine.HostPort{{Host: "name.ns.svc", Port: cmp.Or(e.Port, 8080)}},
		Username: engine.Literal("user"), Password: engine.Literal("p@ss"),
	}
	if carries&engine.Database != 0 {
		a.Database = "db"
	}
	v, err := e.Format(format, a)
	if err != nil { // Redis, whose databases have numbers
		a.Database = "0"
		v, err = e.Format(format, a)
	}
	return v.String(), err
}

const header = "<!-- Made by go generate from fn/rules. Edit the rule, not this page. -->\n\n"

func write(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var index strings.Builder
	index.WriteString(header + "# Rules\n\n| rule | severity | |\n|---|---|---|\n")
	for _, r := range rules.All() {
		fmt.Fprintf(&index, "| [%s](%s.md) | %s | %s |\n", r.Name, r.Name, r.Severity, code(r.Summary()))
		if err := os.WriteFile(filepath.Join(dir, r.Name+".md"), []byte(page(r)), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(index.String()), 0o644)
}

func page(r *rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\nDefault severity: %s\n\n%s\n\n## Wrong\n\n```yaml\n%s```\n\n## Right\n\n```yaml\n%s```\n",
		header, r.Name, r.Severity, code(r.Doc), r.Example(false), r.Example(true))
	if r.URL != "" {
		fmt.Fprintf(&b, "\nSee <%s>.\n", r.URL)
	}
	return b.String()
}

// markup matches words that Markdown would not show as they are.
var markup = regexp.MustCompile(`[^\s"(]*[<>$*_{}][^\s",;]*`)

// code writes such words as code.
func code(text string) string {
	return markup.ReplaceAllStringFunc(text, func(word string) string {
		bare := strings.TrimRight(word, ".:")
		if strings.HasSuffix(bare, ")") && !strings.Contains(bare, "(") {
			bare = strings.TrimSuffix(bare, ")")
		}
		return "`" + bare + "`" + word[len(bare):]
	})
}
