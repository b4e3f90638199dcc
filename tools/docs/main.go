// Command docs writes a page for each rule, and their index, into a directory.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
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
