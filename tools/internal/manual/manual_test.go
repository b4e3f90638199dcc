package manual_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cli"
	"github.com/ressKim-io/wealist-k8s-migration/tools/internal/manual"
)

// Each command that people call has a page with its own words, made the same
// every time, and groff reads it without a complaint.
func TestPages(t *testing.T) {
	made := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	pages, err := manual.Pages("v1.2.3", made)
	if err != nil {
		t.Fatal(err)
	}
	again, err := manual.Pages("v1.2.3", made)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{}
	for i, p := range pages {
		texts[p.Name] = p.Text
		if !bytes.Equal(p.Text, again[i].Text) {
			t.Errorf("%s is another one every time", p.Name)
		}
	}
	var commands func(c *cobra.Command)
	commands = func(c *cobra.Command) {
		if !c.IsAvailableCommand() && c.HasParent() {
			return
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		text := string(texts[name])
		if !strings.Contains(text, "krm-validate v1.2.3") {
			t.Errorf("%s is missing, or of no version", name)
		}
		for _, flag := range []string{"output", "baseline"} {
			if c.Flags().Lookup(flag) != nil && !strings.Contains(strings.ReplaceAll(text, "\\-", "-"), "--"+flag) {
				t.Errorf("%s does not tell of --%s", name, flag)
			}
		}
		for _, child := range c.Commands() {
			commands(child)
		}
	}
	commands(cli.Command())
	if slices.ContainsFunc(pages, func(p manual.Page) bool { return strings.Contains(p.Name, "__") }) {
		t.Error("there is a page of a command that nobody calls")
	}
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("no groff")
	}
	for _, p := range pages {
		cmd := exec.Command("groff", "-man", "-Tutf8", "-ww", "-z")
		cmd.Stdin = bytes.NewReader(p.Text)
		if out, err := cmd.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("%s: %v: %s", p.Name, err, out)
		}
	}
}
