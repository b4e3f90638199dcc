// Package manual makes the man pages of krm-validate from its commands.
package manual

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cli"
)

// Page is a man page: krm-validate-check.1.
type Page struct {
	Name string
	Text []byte
}

// Pages returns a page for each command that people call, sorted by name. The
// same version and time give the same bytes.
func Pages(version string, made time.Time) ([]Page, error) {
	dir, err := os.MkdirTemp("", "man-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	root := cli.Command()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	prepare(root)
	header := doc.GenManHeader{Section: "1", Source: "krm-validate " + version, Manual: "krm-validate", Date: &made}
	if err := doc.GenManTree(root, &header, dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var pages []Page
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		pages = append(pages, Page{e.Name(), text})
	}
	return pages, nil
}

// Write writes pages into a directory, which is made.
func Write(dir string, pages []Page) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.Name), p.Text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// angled are words such as KIND[/NAME] and <(…), which are no HTML: what makes
// the pages reads texts as Markdown.
var angled = regexp.MustCompile(`[<>]`)

// prepare makes texts that were written for terminals Markdown, and drops the
// line that says when a page was made from what.
func prepare(c *cobra.Command) {
	c.DisableAutoGenTag = true
	c.Long = escape(c.Long)
	for _, child := range c.Commands() {
		prepare(child)
	}
}

// escape keeps signs that mean something in Markdown as they are, and the line
// breaks of what is indented.
func escape(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  ") {
			lines[i] = "  " + line // a block of code
			continue
		}
		for _, sign := range []string{"\\", "*", "_", "`"} {
			line = strings.ReplaceAll(line, sign, "\\"+sign)
		}
		lines[i] = angled.ReplaceAllString(line, "\\$0")
	}
	return strings.Join(lines, "\n")
}
