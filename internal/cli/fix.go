package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fix"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func newFixCommand() *cobra.Command {
	// What it checks is what check checks, so flags and defaults are the same.
	var flags checkFlags
	var diff bool
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Mend what has one certain answer, where it was written",
		Long: `Fix checks PATH as check does, and changes the files in which findings at error
level were written, where there is one certain answer: a name with a typing
error and one thing that is near, a misspelt field, a version of an API that was
removed and whose successor takes the same fields. Only the word is changed:
comments, quotes and layout stay.

A file is changed only after everything was checked again with the change, in
memory: what it is to mend must be gone, and nothing may be new. What is in a
Secret is left alone, and so are files outside of the repository, or of the
working directory where there is none.

With --diff nothing is written, and the exit code is 1 when something would be.
Otherwise it is 1 when errors are left.`,
		Example: `  krm-validate fix --diff overlays/     # what would change
  krm-validate fix overlays/
  krm-validate check overlays/          # what is left, for people`,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := flags.applyDefaults(cmd, args)
			if err != nil {
				return err
			}
			flags.outputs, flags.failOn = nil, "error"
			if err := anyPath(cmd, args); err != nil {
				return err
			}
			if slices.Contains(args, "-") {
				return fmt.Errorf("stdin cannot be changed: name files or folders")
			}
			if err := flags.prepare(cmd); err != nil {
				return err
			}
			trees, err := check.Find(args, flags.find)
			if err != nil {
				return err
			}
			m := mender{options: flags.Options, trees: trees, secrets: secretsOf(cmd)}
			return m.run(cmd, &flags, diff)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&diff, "diff", false, "print what would change and write nothing; exit with 1 if there is anything")
	f.StringVarP(&flags.config, "config", "c", "", "file with a ConfigPipeline")
	f.StringArrayVar(&flags.find.Exclude, "exclude", nil, "leave out the files and folders below PATH that match this `pattern`, written as in .gitignore; may be repeated")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "do not say what is changed")
	f.BoolVar(&flags.noDefaults, "no-defaults", false, "do not read .krm-validate.yaml")
	flags.build.register(cmd)
	return cmd
}

// mender plans, tries and makes changes.
type mender struct {
	options check.Options
	trees   []check.Tree
	secrets *redact.Secrets
	top     string // files outside of it are not changed
}

func (m *mender) run(cmd *cobra.Command, flags *checkFlags, diff bool) error {
	ctx := cmd.Context()
	before := check.Run(ctx, m.trees, m.options)
	failure := flags.unread(cmd, before)
	edits, after, err := m.mend(ctx, before)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if diff {
		if err := m.printDiff(out, before, edits); err != nil {
			return err
		}
		if failure == nil && len(edits) > 0 {
			failure = errFindings
		}
		return failure
	}
	if err := m.write(before, edits); err != nil {
		return err
	}
	if !flags.quiet {
		for _, e := range edits {
			fmt.Fprintf(out, "%s:%d: %s -> %s (%s)\n", redact.Escape(e.File), e.Line, m.secrets.Line(e.Old), m.secrets.Line(e.New), e.Rule)
		}
		fmt.Fprintf(out, "%d fixed, %s left\n", len(edits), report.Summary(after.Findings))
	}
	if failure == nil && finding.Count(after.Findings, finding.Error) > 0 {
		failure = errFindings
	}
	return failure
}

// mend returns the edits that mend what was found, tried, and what is found after
// them.
func (m *mender) mend(ctx context.Context, before *check.Report) (edits []fix.Edit, after *check.Report, err error) {
	if finding.Count(before.Findings, finding.Error) == 0 {
		return nil, before, nil
	}
	if err := m.limit(); err != nil {
		return nil, nil, err
	}
	words := fix.Words{}
	for _, text := range before.Texts() {
		words.Add(text)
	}
	edits = fix.Plan(before.Findings, func(file string) []byte { return m.text(before, file) }, words)
	edits, after = m.tried(ctx, before, edits)
	return edits, after, nil
}

// limit finds the folder that files have to be in to be changed.
func (m *mender) limit() (err error) {
	if m.top, err = os.Getwd(); err != nil {
		return err
	}
	if repo, err := git.Open(m.top); err == nil {
		m.top = repo.Top
	}
	m.top, err = filepath.EvalSymlinks(m.top)
	return err
}

// text is the text of a file that may be changed.
func (m *mender) text(rep *check.Report, file string) []byte {
	if _, err := inside(m.top, filepath.FromSlash(file)); err != nil {
		return nil
	}
	if info, err := os.Lstat(filepath.FromSlash(file)); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return rep.Sources[file]
}

// tried returns the edits that mend what they are meant to, and nothing else: of
// each file all or none. after is what is found with them.
func (m *mender) tried(ctx context.Context, before *check.Report, edits []fix.Edit) (kept []fix.Edit, after *check.Report) {
	if len(edits) == 0 {
		return nil, before
	}
	if after = m.check(ctx, before, edits); m.mends(before, after, edits) {
		return edits, after
	}
	after = before
	for _, file := range files(edits) {
		more := append(slices.Clip(kept), ofFile(edits, file)...)
		if rep := m.check(ctx, before, more); m.mends(before, rep, more) {
			kept, after = more, rep
		}
	}
	return kept, after
}

func files(edits []fix.Edit) []string {
	names := map[string]bool{}
	for _, e := range edits {
		names[e.File] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func ofFile(edits []fix.Edit, file string) []fix.Edit {
	return slices.DeleteFunc(slices.Clone(edits), func(e fix.Edit) bool { return e.File != file })
}

// check checks everything again, with edits in memory.
func (m *mender) check(ctx context.Context, before *check.Report, edits []fix.Edit) *check.Report {
	opts := m.options
	opts.Progress = nil
	opts.Edited = map[string][]byte{}
	for _, file := range files(edits) {
		opts.Edited[resolved(filepath.FromSlash(file))] = fix.Apply(before.Sources[file], ofFile(edits, file))
	}
	return check.Run(ctx, m.trees, opts)
}

// mends reports whether all findings that edits are for are gone, and none is new.
func (m *mender) mends(before, after *check.Report, edits []fix.Edit) bool {
	if len(after.Unread) > len(before.Unread) {
		return false
	}
	left := map[finding.Identity]int{}
	for i := range before.Findings {
		left[before.Findings[i].Identity()]++
	}
	for _, e := range edits {
		left[before.Findings[e.Finding].Identity()]--
	}
	for i := range after.Findings {
		id := after.Findings[i].Identity()
		if left[id]--; left[id] < 0 {
			return false
		}
	}
	return true
}

// write writes the files, unless one of them has changed since it was read.
func (m *mender) write(before *check.Report, edits []fix.Edit) error {
	for _, file := range files(edits) {
		if now, err := os.ReadFile(filepath.FromSlash(file)); err != nil || !bytes.Equal(now, before.Sources[file]) {
			return fmt.Errorf("%s has changed while it was checked: nothing is written, run it again", file)
		}
		if err := atomicfile.Writable(filepath.FromSlash(file)); err != nil {
			return err
		}
	}
	for _, file := range files(edits) {
		if err := atomicfile.Write(filepath.FromSlash(file), fix.Apply(before.Sources[file], ofFile(edits, file)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (m *mender) printDiff(w io.Writer, before *check.Report, edits []fix.Edit) error {
	for _, file := range files(edits) {
		m.secrets.File(file, before.Sources[file]) // lines around an edit are shown as they are spelled
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: difflib.SplitLines(string(before.Sources[file])), B: difflib.SplitLines(string(fix.Apply(before.Sources[file], ofFile(edits, file)))),
			FromFile: "a/" + file, ToFile: "b/" + file, Context: 3,
		})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, m.secrets.Excerpts(text)); err != nil {
			return err
		}
	}
	return nil
}
