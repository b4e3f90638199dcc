package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/adopt"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

func newInitCommand() *cobra.Command {
	var flags kbuildFlags
	var inPlace, dryRun bool
	cmd := &cobra.Command{
		Use:   "init DIR...",
		Short: "Give the overlays you have a pipeline, with what is recognized in them",
		Long: `Make environments of overlays. Each DIR, such as overlays/prod, gets

  source/              what is in it today, with its relative paths put right
  pipeline/            source/ with the function in transformers:
  lock/                what the function changes, as krm-validate lock writes it
  kustomization.yaml   source/ and lock/: kubectl apply -k DIR goes on working

and a ConfigPipeline with what is recognized: connections for the URLs, and the
groups of host, port, user, password and database, that lead to Services of the
build; registries and pull policies; resources that workloads repeat. What
several overlays have in common is written once, beside their base.

What the build misses is listed under validate.externals, and what would end it
under validate.ignore, with the reason TODO: check refuses that until somebody
has said why.

Name all environments of an application together. Everything is built before
anything is written: each environment has to build to the objects that it built
to before, and what differs is listed with its reason. All files are written, or
none. Secrets are neither shown nor copied.

With --in-place an overlay stays as and where it is, and its environment is the
directory beside it: overlays/prod-pipeline.`,
		Example: `  # what it would do
  krm-validate init --dry-run overlays/dev overlays/prod

  # do it, and see what check wants to know
  krm-validate init overlays/dev overlays/prod
  krm-validate check overlays/

  # leave the overlays as they are
  krm-validate init --in-place overlays/*`,
		Args: arguments(cobra.MinimumNArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			build, err := flags.options(cmd)
			if err != nil {
				return err
			}
			opts := adopt.Options{InPlace: inPlace, DryRun: dryRun, Build: build,
				Inputs: func(source []*yaml.Node, configs []string) ([]lock.Input, error) {
					return injectionInputs(cmd.Context(), source, configs)
				}}
			r, err := adopt.Plan(cmd.Context(), args, opts)
			if err != nil {
				return err
			}
			p := initPrinter{secrets: build.Secrets, cmd: cmd, dryRun: dryRun}
			if dryRun {
				return p.all(r)
			}
			if err := r.Write(); err != nil {
				return err
			}
			return p.all(r)
		},
	}
	cmd.Flags().BoolVar(&inPlace, "in-place", false, "leave the overlay where it is, and put its environment beside it: overlays/prod-pipeline")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "write nothing, and print what would be written as a diff")
	flags.register(cmd)
	return cmd
}

type initPrinter struct {
	cmd     *cobra.Command
	secrets *redact.Secrets
	dryRun  bool
}

func (p *initPrinter) all(r *adopt.Result) error {
	out := p.cmd.OutOrStdout()
	if p.dryRun {
		diff, err := p.diff(r)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(out, diff); err != nil {
			return err
		}
		out = p.cmd.ErrOrStderr() // the diff alone is for programs
	}
	var b strings.Builder
	todo := r.Todos()
	var order []string // of what there is to say, each for the environments it is true of
	names := map[string][]string{}
	for _, e := range r.Environments {
		text := p.environment(e)
		if names[text] == nil {
			order = append(order, text)
		}
		if name := p.secrets.Line(filepath.ToSlash(filepath.Clean(e.Dir))); !slices.Contains(names[text], name) {
			names[text] = append(names[text], name)
		}
	}
	for _, text := range order {
		b.WriteString(strings.Join(names[text], ", ") + ": " + text)
	}
	switch {
	case todo == 0 || p.dryRun:
	case todo == 1:
		b.WriteString("Fill in the reason that is TODO: krm-validate check says where.\n")
	default:
		fmt.Fprintf(&b, "Fill in the %d reasons that are TODO: krm-validate check lists them.\n", todo)
	}
	_, err := fmt.Fprint(out, b.String())
	return err
}

// environment says what there is to say of one, after its name.
func (p *initPrinter) environment(e *adopt.Environment) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		b.WriteString(strings.Repeat("  ", indent) + p.secrets.Line(fmt.Sprintf(format, args...)) + "\n")
	}
	if e.Done {
		line(0, "an environment already: nothing to do")
		return b.String()
	}
	if len(e.Differences) == 0 {
		line(0, "builds to the same %d objects as before", e.Resources)
	} else {
		line(0, "builds to the same %d objects as before, but for", e.Resources)
	}
	var reasons []string
	by := map[string][]string{}
	for _, d := range e.Differences {
		if by[d.Reason] == nil {
			reasons = append(reasons, d.Reason)
		}
		by[d.Reason] = append(by[d.Reason], d.What)
	}
	for _, reason := range reasons {
		for _, what := range by[reason] {
			line(1, "~ %s", what)
		}
		line(2, "= %s", reason)
	}
	for _, c := range e.Connections {
		line(1, "connection %s: %s, %s", c.Name, c.Engine, c.Target)
		for _, v := range c.Variables {
			line(2, "%s", v)
		}
	}
	for _, l := range e.Left {
		line(1, "left as it is: %s: %s: %s", l.Where, l.Variable, l.Reason)
	}
	for _, x := range e.Externals {
		line(1, "missing, now under validate.externals: %s", x)
	}
	for _, x := range e.Ignored {
		line(1, "set aside, now under validate.ignore: %s", x)
	}
	return b.String()
}

// diff is what changes, as git writes it.
func (p *initPrinter) diff(r *adopt.Result) (string, error) {
	var b strings.Builder
	cwd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(cwd); err == nil {
		cwd = real
	}
	shown := func(path string) string {
		if rel, err := filepath.Rel(cwd, path); err == nil && (filepath.IsLocal(rel) || !strings.HasPrefix(rel, "../../..")) {
			path = rel
		}
		return filepath.ToSlash(path)
	}
	for _, c := range r.Changes() {
		from, to := shown(c.To), shown(c.To)
		if c.From != "" {
			from = shown(c.From)
			fmt.Fprintf(&b, "diff --git %s\nrename from %s\nrename to %s\n", p.secrets.Line("a/"+from+" b/"+to), p.secrets.Line(from), p.secrets.Line(to))
			if slices.Equal(c.Old, c.New) {
				continue
			}
		}
		a := "a/" + from
		if c.Old == nil {
			a = "/dev/null"
		}
		if !utf8.Valid(c.Old) || !utf8.Valid(c.New) {
			fmt.Fprintf(&b, "Binary files %s and b/%s differ\n", p.secrets.Line(a), p.secrets.Line(to))
			continue
		}
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: splitLines(c.Old), B: splitLines(c.New), FromFile: a, ToFile: "b/" + to, Context: 3,
		})
		if err != nil {
			return "", err
		}
		b.WriteString(p.secrets.Excerpts(text))
	}
	return b.String(), nil
}

// splitLines are the lines of a text as a diff has them, with the one that git writes
// behind a last one that has no end.
func splitLines(text []byte) []string {
	lines := slices.Collect(strings.Lines(string(text)))
	if last := len(lines) - 1; last >= 0 && !strings.HasSuffix(lines[last], "\n") {
		lines[last] += "\n\\ No newline at end of file\n"
	}
	return lines
}
