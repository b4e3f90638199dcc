package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fatih/color"
	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

func newDiffCommand() *cobra.Command {
	var flags kbuildFlags
	var find check.FindOptions
	var output, against, live string
	var to kubectlFlags
	cmd := &cobra.Command{
		Use:   "diff OLD NEW | diff --against REF PATH... | diff -k DIR [-- FLAGS OF KUBECTL]",
		Short: "Say what a change does to what is applied, by resource and field",
		Long: `Diff builds OLD and NEW, which are kustomizations, files or - for stdin, and
compares the results by resource and field. It sees through hashes of generated
names, and finds resources again whose namespace or prefix is another one, as
those of two environments are. Elements of lists are found by their names.

With --against it builds every tree below PATH that a change can affect twice: as
it is, and as it was in the commit at which this branch left REF.

With -k it builds and checks the kustomization in DIR, as apply does, and hands
over to kubectl diff --server-side: what is in the cluster is what it compares with,
and what is printed is kubectl's own, which masks the values of Secrets.

Values of Secrets are not shown. A build that the function would stop is finished.

The exit code is 0 if nothing differs, 1 if something does, 2 if that could not be
found out.`,
		Example: `  krm-validate diff overlays/dev overlays/prod
  krm-validate diff --against origin/main overlays/
  krm-validate diff --against origin/main -o markdown overlays/ > comment.md
  kubectl get deploy,svc -o yaml | krm-validate diff - overlays/prod
  krm-validate diff -k overlays/prod --context prod`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "markdown"); err != nil {
				return err
			}
			if live != "" {
				extra, err := behindDashes(cmd, args)
				if err != nil {
					return err
				}
				to.client.Extra = extra
				return handOver(cmd, live, &flags, &to, []string{"diff", "--server-side=true", "-f", "-"})
			}
			if err := to.idle(cmd, "-k, which compares with what is in a cluster"); err != nil {
				return err
			}
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			d := differ{cmd: cmd, opts: opts, out: cmd.OutOrStdout(), secrets: secretsOf(cmd), markdown: output == "markdown"}
			d.colors = !d.markdown && terminal.Colors(d.out)
			if against != "" {
				if err := arguments(cobra.MinimumNArgs(1))(cmd, args); err != nil {
					return err
				}
				if err := d.against(against, args, find); err != nil {
					return err
				}
			} else {
				if err := arguments(cobra.ExactArgs(2))(cmd, args); err != nil {
					return err
				}
				if err := d.two(args[0], args[1]); err != nil {
					return err
				}
			}
			if d.changes > 0 {
				return errFindings
			}
			return nil
		},
	}
	registerKustomize(cmd, &live, "compare what is in the cluster with the kustomization")
	to.register(cmd)
	to.registerNamespace(cmd)
	f := cmd.Flags()
	f.StringVar(&against, "against", "", "compare with the commit at which this branch left `REF`")
	f.StringVarP(&output, "output", "o", "text", "text or markdown")
	f.StringArrayVar(&find.Exclude, "exclude", nil, "with --against, leave out the files and folders below PATH that match this `pattern`, written as in .gitignore; may be repeated")
	flags.register(cmd)
	complete(cmd, "output", "text", "markdown")
	_ = cmd.RegisterFlagCompletionFunc("against", completeRefs)
	cmd.MarkFlagsMutuallyExclusive("kustomize", "against")
	cmd.MarkFlagsMutuallyExclusive("kustomize", "output")
	return cmd
}

type differ struct {
	cmd      *cobra.Command
	opts     kbuild.Options
	out      io.Writer
	secrets  *redact.Secrets
	markdown bool
	colors   bool
	changes  int
}

// about says which of several paths an error is about, unless it does.
func about(path string, err error) error {
	if strings.HasPrefix(err.Error(), path+":") {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

func (d *differ) two(before, after string) error {
	if before == "-" && after == "-" {
		return errors.New("stdin can be one of the two only")
	}
	a, err := load(d.cmd, before, d.opts)
	if err != nil {
		return about(before, err)
	}
	b, err := load(d.cmd, after, d.opts)
	if err != nil {
		return about(after, err)
	}
	return d.print("", compare.Builds(a.inv, b.inv))
}

// against compares trees with what they were in a commit.
func (d *differ) against(ref string, paths []string, find check.FindOptions) error {
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	trees, err := check.Find(paths, find)
	if err != nil {
		return err
	}
	p, err := openPast(cwd, ref)
	if err != nil {
		return fmt.Errorf("--against=%s: %w", ref, err)
	}
	defer p.close()
	roots, renamed := map[string]bool{}, map[string]bool{}
	var names []string
	for _, i := range check.Affected(trees, p.paths(), p.before) {
		if t := trees[i]; t.Root != "" && !roots[t.Root] {
			roots[t.Root] = true
			names = append(names, t.Root)
		}
	}
	for _, root := range names {
		rel, err := inside(p.repo.Top, root)
		if err != nil {
			return err
		}
		after, err := load(d.cmd, root, d.opts)
		if err != nil {
			return fmt.Errorf("%s: %w", root, err)
		}
		before := &inspected{inv: &inventory.Inventory{}}
		name, was := filepath.ToSlash(root), filepath.Join(p.dir, rel)
		if _, err := os.Stat(was); err != nil {
			if old := oldName(rel, p.Renamed, "."); old != rel && check.HasKustomization(filepath.Join(p.dir, old)) && !check.HasKustomization(filepath.Join(p.repo.Top, old)) {
				was, renamed[old] = filepath.Join(p.dir, old), true
				name += ", which was " + filepath.ToSlash(old)
			}
		}
		if _, err := os.Stat(was); err == nil {
			if before, err = load(d.cmd, was, d.opts); err != nil {
				return fmt.Errorf("%s, as it was at %s: %w", root, ref, err)
			}
		}
		if err := d.print(name, compare.Builds(before.inv, after.inv)); err != nil {
			return err
		}
	}
	if err := d.removed(p, paths, find, renamed); err != nil {
		return fmt.Errorf("as it was at %s: %w", ref, err)
	}
	if d.changes == 0 {
		_, err = fmt.Fprintf(d.out, "nothing that is applied changes (%d of %d trees were built twice)\n", len(names), len(trees))
	}
	return err
}

// removed prints the trees that were below the paths and are not there any more, but
// for those that have another name.
func (d *differ) removed(p *past, paths []string, find check.FindOptions, renamed map[string]bool) error {
	for _, path := range paths {
		rel, err := inside(p.repo.Top, path)
		if err != nil { // a pattern
			rel = filepath.Join(p.here, path)
		}
		trees, err := check.Find([]string{filepath.Join(p.dir, rel)}, find)
		if err != nil {
			continue // there was nothing
		}
		for _, t := range trees {
			if rel, err = filepath.Rel(p.dir, t.Root); t.Root == "" || err != nil {
				continue
			}
			if renamed[rel] || check.HasKustomization(filepath.Join(p.repo.Top, rel)) {
				continue
			}
			name, err := filepath.Rel(p.here, rel)
			if err != nil {
				return err
			}
			before, err := load(d.cmd, t.Root, d.opts)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := d.print(filepath.ToSlash(name), compare.Builds(before.inv, &inventory.Inventory{})); err != nil {
				return err
			}
		}
	}
	return nil
}

// print prints the changes of one tree.
func (d *differ) print(name string, changes []compare.Change) error {
	d.changes += len(changes)
	var b strings.Builder
	if name != "" && len(changes) > 0 {
		if d.markdown {
			b.WriteString("### " + d.line(name) + "\n\n")
		} else {
			b.WriteString("== " + d.line(name) + "\n")
		}
	}
	for _, c := range changes {
		d.change(&b, c)
	}
	_, err := io.WriteString(d.out, b.String())
	return err
}

func (d *differ) line(text string) string { return d.secrets.Line(text) }

func (d *differ) change(b *strings.Builder, c compare.Change) {
	mark, what := "~", ""
	switch {
	case c.Old == nil:
		mark, what = "+", c.New.String()
	case c.New == nil:
		mark, what = "-", c.Old.String()
	default:
		what = c.New.String()
		if *c.Old != *c.New {
			what += " (was " + c.Old.String() + ")"
		}
	}
	if d.markdown {
		b.WriteString("```diff\n")
		defer b.WriteString("```\n\n")
		if mark == "~" {
			mark = "@@"
		}
	}
	hue := map[string]color.Attribute{"+": color.FgGreen, "-": color.FgRed}[mark]
	b.WriteString(d.paint(mark+" "+d.line(what), hue) + "\n")
	for _, f := range c.Fields {
		d.field(b, f)
	}
}

func (d *differ) paint(text string, hue color.Attribute) string {
	if !d.colors || hue == 0 {
		return text
	}
	c := color.New(hue)
	c.EnableColor()
	return c.Sprint(text)
}

// field prints a value on a line for each side; a text of several lines as the
// lines that differ.
func (d *differ) field(b *strings.Builder, f compare.Field) {
	show := func(mark string, hue color.Attribute, text string) {
		pre := "    "
		if d.markdown {
			pre = ""
		}
		b.WriteString(pre + d.paint(mark+" "+text, hue) + "\n")
	}
	path := d.line(f.Path)
	if f.Secret {
		switch {
		case f.Old == nil:
			show("+", color.FgGreen, path+": "+redact.Mask)
		case f.New == nil:
			show("-", color.FgRed, path+": "+redact.Mask)
		default:
			show("-", color.FgRed, path+": "+redact.Mask)
			show("+", color.FgGreen, path+": "+redact.Mask+" (another value)")
		}
		return
	}
	if f.Old != nil && f.New != nil && (strings.Contains(*f.Old, "\n") || strings.Contains(*f.New, "\n")) {
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(*f.Old), B: difflib.SplitLines(*f.New), Context: 0})
		if err == nil {
			show(" ", 0, path+":")
			for line := range strings.Lines(text) {
				line = strings.TrimRight(line, "\n")
				if strings.HasPrefix(line, "@@") || line == "" {
					continue
				}
				excerpt, _ := d.secrets.Excerpt(line[1:], 1)
				show(line[:1], map[string]color.Attribute{"+": color.FgGreen, "-": color.FgRed}[line[:1]], "  "+excerpt)
			}
			return
		}
	}
	value := func(text string) string {
		excerpt, _ := d.secrets.Excerpt(path+": "+strings.ReplaceAll(text, "\n", "⏎"), 1)
		return excerpt
	}
	if f.Old != nil {
		show("-", color.FgRed, value(*f.Old))
	}
	if f.New != nil {
		show("+", color.FgGreen, value(*f.New))
	}
}
