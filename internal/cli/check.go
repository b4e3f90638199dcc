package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func newCheckCommand() *cobra.Command {
	var opts check.Options
	var find check.FindOptions
	var build kbuildFlags
	var strict bool
	var configFile string
	var outputs []string
	var externals, notes bool
	cmd := &cobra.Command{
		Use:   "check PATH...",
		Short: "Check kustomizations, files or a stream without changing anything",
		Long: `Check runs every rule over the resources it is given and changes nothing.

A folder with a kustomization is built in process and checked as one tree. In
any other folder, each kustomization that no other one refers to is a tree of
its own, and the remaining YAML and JSON files together are one; what git
ignores, Helm charts, and files that no kustomization lists are left out. Files named by
themselves are one tree; - reads a stream from stdin.

A ConfigPipeline among the files, or given with --config, configures the rules.
A kustomization that runs krm-validate in its transformers is checked with the
configuration it has there.

Exit codes: 0 nothing at error level, 1 findings at error level, 2 something
that was named could not be checked. What is found in a folder and cannot be
read is reported, and is no failure unless nothing else was checked; with
--strict it always is.`,
		Example: `  krm-validate check overlays/prod/pipeline
  krm-validate check base/ overlays/
  helm template shop ./chart | krm-validate check -
  krm-validate check -o text -o sarif=report.sarif -o junit=report.xml overlays/
  krm-validate check --exclude docs/ --load-restrictor=LoadRestrictionsNone .
  krm-validate check --print-externals overlays/prod > externals.yaml
  krm-validate check --unresolved=warning --output=json 'rendered/*.yaml'`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("unresolved", opts.Unresolved, "", "error", "warning", "ignore"); err != nil {
				return err
			}
			destinations, err := parseDestinations(outputs)
			if err != nil {
				return err
			}
			if configFile != "" {
				cfg, err := readConfig(configFile)
				if err != nil {
					return err
				}
				opts.Config = cfg
			}
			opts.Stdin = cmd.InOrStdin()
			trees, err := check.Find(args, find)
			if err != nil {
				return err
			}
			if opts.Build, err = build.options(cmd); err != nil {
				return err
			}
			opts.Progress = progress(cmd.ErrOrStderr())
			announced := map[string]bool{}
			opts.Remote = func(url string) {
				if !announced[url] {
					announced[url] = true
					fmt.Fprintln(cmd.ErrOrStderr(), "Reading", secretsOf(cmd).Line(url))
				}
			}
			rep := check.Run(cmd.Context(), trees, opts)
			if externals {
				text, err := check.Externals(rep.Findings)
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(text)
				return err
			}
			return printReport(cmd, rep, destinations, notes, strict)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&configFile, "config", "c", "", "file with a ConfigPipeline")
	f.StringVar(&opts.Unresolved, "unresolved", "", "severity of references to objects that are not in the tree: error (for a complete tree), warning or ignore; unless set it depends on the kind")
	f.StringArrayVarP(&outputs, "output", "o", []string{report.Default}, anyOf(report.Names())+"; `FORMAT`=FILE writes it to a file; may be repeated")
	f.BoolVar(&notes, "notes", false, "show notes about objects that are not in the trees too")
	f.BoolVar(&externals, "print-externals", false, "print what is not in the trees as externals of a ConfigPipeline, and nothing else")
	f.StringArrayVar(&find.Exclude, "exclude", nil, "leave out the files and folders below PATH that match this `pattern`, written as in .gitignore; may be repeated")
	f.BoolVar(&strict, "strict", false, "exit with 2 if anything could not be checked, however much else was")
	build.register(cmd)
	complete(cmd, "unresolved", "error", "warning", "ignore")
	completeDestinations(cmd, "output")
	return cmd
}

func printReport(cmd *cobra.Command, rep *check.Report, to []destination, notes, strict bool) error {
	secrets := secretsOf(cmd)
	out := &report.Report{
		Findings: rep.Findings, Trees: rep.Trees, Resources: rep.Resources, Quiet: len(rep.Unread) > 0,
		Checked: rep.Checked, WithoutSchema: rep.WithoutSchema,
		Source:  func(file string) []byte { return rep.Sources[file] },
		Secrets: secrets,
		Notes:   notes,
		Version: version(),
		Rule:    ruleOfReport,
	}
	for _, u := range rep.Unread {
		out.Unread = append(out.Unread, report.Unread{Name: secrets.Line(u.Name), Reason: secrets.Line(u.Error()), Named: u.Named})
	}
	if err := writeTo(cmd.OutOrStdout(), to, out); err != nil {
		return err
	}
	fails := strict && len(rep.Unread) > 0 || len(rep.Unread) > 0 && rep.Resources == 0
	check.PrintWarnings(cmd.ErrOrStderr(), rep.Warnings)
	for _, u := range rep.Unread {
		word := "Not checked:"
		if u.Named {
			word, fails = "Error:", true
		}
		fmt.Fprintln(cmd.ErrOrStderr(), word, secrets.Error(u))
		fmt.Fprint(cmd.ErrOrStderr(), where(u.Err, secrets))
	}
	switch {
	case fails:
		return &exitError{code: ExitFailure}
	case finding.Count(rep.Findings, finding.Error) > 0:
		return errFindings
	}
	return nil
}

// readConfig reads a file with one ConfigPipeline.
func readConfig(file string) (*config.ConfigPipeline, error) {
	text, err := limits.ReadFile(file)
	if err != nil {
		return nil, err
	}
	docs, err := manifest.Read(file, text)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%s: expected one %s, got %d documents", file, config.Kind, len(docs))
	}
	cfg, err := config.Decode(docs[0].Node)
	if err != nil {
		return nil, &manifest.Error{File: file, Err: err}
	}
	cfg.File, cfg.Line = file, docs[0].Line
	return cfg, nil
}

// progress returns a function that shows on a terminal how far long work is.
func progress(w io.Writer) func(done, total int, name string) {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return nil
	}
	return func(done, total int, name string) {
		if total > 3 {
			fmt.Fprintf(f, "\r\x1b[K%d/%d %s", done+1, total, redact.Escape(name))
			if done+1 == total {
				fmt.Fprint(f, "\r\x1b[K")
			}
		}
	}
}

func oneOf(flag, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	named := slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == "" })
	return fmt.Errorf("--%s=%s: expected %s", flag, value, anyOf(named))
}

// anyOf is "a", "a or b", "a, b or c".
func anyOf(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func complete(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
