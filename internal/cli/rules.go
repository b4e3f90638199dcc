package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

func newRulesCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Long: `Rules lists every rule with its default severity and what it finds.

Severities are set per rule in a ConfigPipeline, under spec.validate.rules.`,
		Example: `  krm-validate rules
  krm-validate rules --output=json | jq -r '.[].name'
  krm-validate explain secret-not-found`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			if output == "json" {
				return rulesJSON(cmd.OutOrStdout())
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, r := range rules.All() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Severity, r.Summary())
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	complete(cmd, "output", "text", "json")
	return cmd
}

func rulesJSON(w io.Writer) error {
	type rule struct {
		Name     string `json:"name"`
		Severity string `json:"severity"`
		Doc      string `json:"doc"`
		URL      string `json:"url,omitempty"`
	}
	all := []rule{}
	for _, r := range rules.All() {
		all = append(all, rule{r.Name, r.Severity.String(), r.Doc, r.URL})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

func newExplainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Explain a rule, with an example of the mistake and of its remedy",
		Example: `  krm-validate explain secret-not-found
  krm-validate explain service-port-not-found`,
		Args: arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			r := rules.Lookup(args[0])
			if r == nil {
				message := fmt.Sprintf("there is no rule %q", args[0])
				if near := suggest.Nearest(args[0], ruleNames(), 1); len(near) > 0 {
					message += fmt.Sprintf("; did you mean %q?", near[0])
				}
				return fmt.Errorf("%s\nkrm-validate rules lists them all", message)
			}
			explain(cmd.OutOrStdout(), r)
			return nil
		},
	}
}

func explain(w io.Writer, r *rules.Rule) {
	fmt.Fprintf(w, "%s (%s)\n\n%s\n\nWrong:\n\n%s\nRight:\n\n%s", r.Name, r.Severity, wrap(r.Doc, 78), indent(r.Example(false)), indent(r.Example(true)))
	if r.URL != "" {
		fmt.Fprintf(w, "\nSee %s\n", r.URL)
	}
}

func ruleNames() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.Name)
	}
	return names
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// wrap breaks a paragraph at blanks.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		if column > 0 && column+1+len(word) > width {
			b.WriteByte('\n')
			column = 0
		}
		if column > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// ruleOfReport is what reports say about a rule.
func ruleOfReport(name string) (report.Rule, bool) {
	r := rules.Lookup(name)
	if r == nil {
		return report.Rule{}, false
	}
	return report.Rule{
		Name: r.Name, Summary: r.Summary(), Doc: r.Doc, URL: r.URL, Severity: r.Severity,
		Help: fmt.Sprintf("%s\n\nWrong:\n\n```yaml\n%s```\n\nRight:\n\n```yaml\n%s```\n", r.Doc, r.Example(false), r.Example(true)),
	}, true
}
