package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blame"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

func newBlameCommand() *cobra.Command {
	var flags kbuildFlags
	var output string
	var selection blame.Selection
	var noPager bool
	cmd := &cobra.Command{
		Use:   "blame DIR [KIND[/NAME]] [FIELD]",
		Short: "Say of each value of a build which line of which file decides it",
		Long: `Blame builds the kustomization in DIR and prints its resources with a margin, as
git blame does for the lines of a file: where each value was written, and what
it came through:

` + wrapped(viaNames()) + `

Changing the text at the place named changes the value. Where that place is not
known, the margin is empty.

With FIELD it tells the story of one value: what it was in the base, and what
each layer made of it. FIELD is a path such as spec.replicas, and elements of
lists can be named: spec.template.spec.containers[app].image. A field that is
not a value stands for all values below it.

With --output=json there is one object for each value, with its history. Values
of Secrets are masked, and left out in JSON.

Long output goes through the pager in PAGER, less unless set, as git's does.`,
		Example: `  krm-validate blame overlays/prod
  krm-validate blame overlays/prod deployment/board-api
  krm-validate blame overlays/prod deploy/board-api 'spec.template.spec.containers[0].image'
  krm-validate blame -o json overlays/prod | jq '.[] | select(.field == "spec.replicas")'`,
		Args: arguments(cobra.RangeArgs(1, 3)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return completeBlame(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			if len(args) > 1 {
				selection.Kind, selection.Name, _ = strings.Cut(args[1], "/")
			}
			if len(args) > 2 {
				selection.Field = args[2]
			}
			return runBlame(cmd, args[0], opts, selection, output, noPager)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "text", "text or json")
	f.StringVarP(&selection.Namespace, "namespace", "n", "", "only resources in this namespace")
	f.BoolVar(&noPager, "no-pager", false, "do not pipe the output through a pager")
	flags.register(cmd)
	complete(cmd, "output", "text", "json")
	_ = cmd.RegisterFlagCompletionFunc("namespace", func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return completeNamespace(args)
	})
	return cmd
}

func viaNames() []string {
	var names []string
	for _, v := range provenance.Vias() {
		names = append(names, string(v))
	}
	return names
}

func runBlame(cmd *cobra.Command, dir string, opts kbuild.Options, selection blame.Selection, output string, noPager bool) error {
	b, err := blameOf(cmd, dir, opts)
	if err != nil {
		return err
	}
	if b, err = b.Select(selection); err != nil {
		return err
	}
	var values []blame.Value
	if output == "json" {
		if selection.Field == "" {
			values = b.Values()
		} else if values, err = b.Field(selection.Field); err != nil {
			return err
		}
		return blame.JSON(cmd.OutOrStdout(), values)
	}
	b.Mask = secretsOf(cmd).Line
	if selection.Field != "" {
		if values, err = b.Field(selection.Field); err != nil {
			return err
		}
	}
	out, colors, done := paged(cmd.OutOrStdout(), noPager)
	p := blame.Printer{Out: out, Colors: colors}
	if selection.Field != "" {
		err = p.Stories(values)
	} else {
		err = p.Margin(b)
	}
	return errors.Join(err, done())
}

// blameOf builds a kustomization and follows its values.
func blameOf(cmd *cobra.Command, dir string, opts kbuild.Options) (*blame.Blame, error) {
	var trace provenance.Trace
	opts.Trace = &trace
	files := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
	result, err := kbuild.Build(files, dir, opts)
	if perr := check.PrintRuns(cmd.ErrOrStderr(), files, dir, opts, result); err == nil {
		err = perr
	}
	if err != nil {
		return nil, buildError(err)
	}
	if err := files.Unchanged(); err != nil {
		return nil, err
	}
	m := result.Resources
	if err := kbuild.Writable(m, opts.Secrets); err != nil {
		return nil, kbuild.Unwritable(files, dir, opts, err)
	}
	if !trace.Any() {
		fmt.Fprintf(cmd.ErrOrStderr(), "Warning: %s has something in it that only kustomize itself can build, so no place is known\n", dir)
	}
	b := blame.New(m, &trace)
	for _, r := range m.Resources() {
		secretsOf(cmd).Node(r.YNode())
	}
	b.Mask = secretsOf(cmd).Masked
	return b, nil
}

// completeBlame offers directories, then what is in the build, then its fields.
func completeBlame(args []string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	var trace provenance.Trace
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), args[0], kbuild.Options{Trace: &trace})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	m := result.Resources
	b := blame.New(m, &trace)
	var names []string
	if len(args) > 1 {
		s := blame.Selection{}
		s.Kind, s.Name, _ = strings.Cut(args[1], "/")
		if b, err = b.Select(s); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for _, v := range b.Values() {
			names = append(names, v.Field)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	for _, r := range m.Resources() {
		names = append(names, strings.ToLower(r.GetKind())+"/"+r.GetName())
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeNamespace offers the namespaces of the build.
func completeNamespace(args []string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) > 0 {
		if result, err := kbuild.Build(filesys.MakeFsOnDisk(), args[0], kbuild.Options{}); err == nil {
			for _, r := range result.Resources.Resources() {
				if ns := r.GetNamespace(); ns != "" {
					names = append(names, ns)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

// paged returns where to write long output: on a terminal a pager, unless it is
// switched off. done waits until the reader has seen it.
func paged(w io.Writer, off bool) (out io.Writer, colors bool, done func() error) {
	nothing := func() error { return nil }
	colors = terminal.Colors(w)
	f, ok := w.(*os.File)
	if !ok || !terminal.Is(f) {
		return w, colors, nothing
	}
	command, set := os.LookupEnv("PAGER")
	if !set {
		command = "less"
	}
	fields := strings.Fields(command)
	if off || len(fields) == 0 || filepath.Base(fields[0]) == "cat" || os.Getenv("TERM") == "dumb" {
		return w, colors, nothing
	}
	path, err := exec.LookPath(fields[0])
	if err != nil {
		return w, colors, nothing
	}
	pager := exec.Command(path, fields[1:]...)
	pager.Stdout, pager.Stderr = f, os.Stderr
	pager.Env = os.Environ()
	if os.Getenv("LESS") == "" {
		pager.Env = append(pager.Env, "LESS=FRX") // as git does: quit if it fits on one screen
	}
	in, err := pager.StdinPipe()
	if err != nil || pager.Start() != nil {
		return w, colors, nothing
	}
	return brokenPipe{in}, colors, func() error {
		_ = in.Close()
		return pager.Wait()
	}
}

// brokenPipe takes what a pager that was quit no longer reads.
type brokenPipe struct{ io.Writer }

func (b brokenPipe) Write(p []byte) (int, error) {
	_, _ = b.Writer.Write(p)
	return len(p), nil
}

// wrapped are words in lines of a help text.
func wrapped(words []string) string {
	const width = 78
	var text strings.Builder
	column := 0
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		switch {
		case i == 0:
			text.WriteString("  ")
			column = 2
		case column+1+len(w) > width:
			text.WriteString("\n  ")
			column = 2
		default:
			text.WriteString(" ")
			column++
		}
		text.WriteString(w)
		column += len(w)
	}
	return text.String()
}
