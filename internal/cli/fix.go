package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fix"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func newFixCommand() *cobra.Command {
	// What it checks is what check checks, so flags and defaults are the same.
	flags := checkFlags{find: check.FindOptions{Whole: true}}
	var diff, within bool
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Mend what has one certain answer, where it was written",
		Long: `Fix checks PATH as check does, and changes the files in which findings at error
level were written, where there is one certain answer: a name with a typing
error and one thing that is near, a misspelt field, a unit that is written
otherwise, a version of an API that was removed and whose successor takes the
same fields. Only the word is changed: comments, quotes and layout stay.
Deprecated fields of kustomizations, such as bases and patchesStrategicMerge, are
written as their successors where the build stays the same byte for byte.

A file is changed only after everything was checked and built again with the
change, in memory: what it is to mend must be gone, nothing may be new, and
nothing else may be built. What is in Secrets is left alone without --secrets,
and so are files outside of the repository, or of the working directory where
there is none.

With --diff nothing is written, and the exit code is 1 when something would be.
Otherwise it is 1 when errors are left.`,
		Example: `  krm-validate fix --diff overlays/     # what would change
  krm-validate fix overlays/
  krm-validate fix --secrets --diff overlays/
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
			m := mender{options: flags.Options, trees: trees, secrets: secretsOf(cmd), within: within}
			return m.run(cmd, &flags, diff)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&diff, "diff", false, "print what would change and write nothing; exit with 1 if there is anything")
	f.BoolVar(&within, "secrets", false, "change what is in Secrets too: names in their values, and newlines at the end of them")
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
	within  bool              // what is in Secrets may be changed too
	top     string            // files outside of it are not changed
	read    map[string][]byte // the texts of files, as they were checked first
	// modern are the texts of kustomizations whose deprecated fields are written as their
	// successors, the edits made; conversions are these, by file.
	modern      map[string][]byte
	conversions map[string][]fix.Conversion
}

func (m *mender) run(cmd *cobra.Command, flags *checkFlags, diff bool) error {
	ctx := cmd.Context()
	m.options.Keep = true
	if err := m.limit(); err != nil {
		return err
	}
	if !diff {
		if err := atomicfile.Recover(m.top); err != nil { // of a run that was killed
			return err
		}
	}
	before := check.Run(ctx, m.trees, m.options)
	failure := flags.unread(cmd, before)
	edits, after, err := m.mend(ctx, before)
	if err != nil {
		return err
	}
	m.modernize(ctx, before, after, edits)
	out := cmd.OutOrStdout()
	if diff {
		if err := m.printDiff(out, before, edits); err != nil {
			return err
		}
		if failure == nil && len(m.changed(edits)) > 0 {
			failure = errFindings
		}
		return failure
	}
	if err := m.write(before, edits); err != nil {
		return err
	}
	if !flags.quiet {
		for _, e := range edits {
			fmt.Fprintf(out, "%s:%d: %s (%s)\n", redact.Escape(e.File), e.Line, m.secrets.Line(cmp.Or(e.What, e.Old+" -> "+e.New)), e.Rule)
		}
		n := len(edits)
		for _, file := range slices.Sorted(maps.Keys(m.conversions)) {
			for _, c := range m.conversions[file] {
				fmt.Fprintf(out, "%s:%d: %s -> %s (deprecated)\n", redact.Escape(file), c.Line, c.Old, c.New)
				n++
			}
		}
		fmt.Fprintf(out, "%d fixed, %s left\n", n, report.Summary(after.Findings))
	}
	if failure == nil && finding.Count(after.Findings, finding.Error) > 0 {
		failure = errFindings
	}
	return failure
}

// mend returns the edits that mend what was found, tried, and what is found after
// them.
func (m *mender) mend(ctx context.Context, before *check.Report) (edits []fix.Edit, after *check.Report, err error) {
	if len(before.Findings) == 0 {
		return nil, before, nil
	}
	if err := m.limit(); err != nil {
		return nil, nil, err
	}
	tree := &fix.Tree{
		Source:   func(file string) []byte { return m.text(before, file) },
		Resource: resourcesOf(before),
		Words: sync.OnceValue(func() *fix.Words {
			words := &fix.Words{}
			for _, text := range before.Texts() {
				words.Add(text)
			}
			return words
		}),
		Secrets: m.within,
	}
	edits = fix.Plan(before.Findings, tree)
	edits, after = m.tried(ctx, before, edits)
	return edits, after, nil
}

// resourcesOf finds resources by what findings say they are.
func resourcesOf(rep *check.Report) func(finding.Resource) *yaml.Node {
	byName := sync.OnceValue(func() map[finding.Resource]*yaml.Node {
		all := map[finding.Resource]*yaml.Node{}
		for _, b := range rep.Built {
			for _, n := range b.Resources {
				all[finding.Resource{
					APIVersion: yamlnode.GetString(n, "apiVersion"), Kind: yamlnode.GetString(n, "kind"),
					Namespace: yamlnode.GetString(n, "metadata", "namespace"), Name: yamlnode.GetString(n, "metadata", "name"),
				}] = n
			}
		}
		return all
	})
	return func(r finding.Resource) *yaml.Node { return byName()[r] }
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
	if m.read == nil {
		m.read = rep.Texts()
	}
	return m.read[file]
}

// tried returns the edits that mend what they are meant to, and nothing else: of
// each file all or none. after is what is found with them.
func (m *mender) tried(ctx context.Context, before *check.Report, edits []fix.Edit) (kept []fix.Edit, after *check.Report) {
	if len(edits) == 0 {
		return nil, before
	}
	after = before
	var try func(names []string)
	try = func(names []string) {
		more := slices.Clone(kept)
		for _, file := range names {
			more = append(more, ofFile(edits, file)...)
		}
		switch rep := m.check(ctx, before, more); {
		case m.mends(before, rep, more):
			kept, after = more, rep
		case len(names) > 1 && ctx.Err() == nil: // most are as good as they look
			half := len(names) / 2
			try(names[:half])
			try(names[half:])
		}
	}
	try(files(edits))
	return kept, after
}

// edited is the text of a file with edits made, and with what is deprecated in it
// replaced.
func (m *mender) edited(before *check.Report, edits []fix.Edit, file string) []byte {
	if text, ok := m.modern[file]; ok {
		return text
	}
	return fix.Apply(m.text(before, file), ofFile(edits, file))
}

// changed are the files that are changed.
func (m *mender) changed(edits []fix.Edit) []string {
	names := files(edits)
	for file := range m.modern {
		names = append(names, file)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func files(edits []fix.Edit) []string {
	names := map[string]bool{}
	for _, e := range edits {
		names[e.File] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func ofFile(edits []fix.Edit, file string) []fix.Edit {
	from, _ := slices.BinarySearchFunc(edits, file, func(e fix.Edit, file string) int { return strings.Compare(e.File, file) })
	to := from
	for to < len(edits) && edits[to].File == file {
		to++
	}
	return edits[from:to]
}

// check checks everything again, with edits in memory.
func (m *mender) check(ctx context.Context, before *check.Report, edits []fix.Edit) *check.Report {
	opts := m.options
	opts.Progress = nil
	opts.Edited = m.texts(before, edits)
	return check.Run(ctx, m.trees, opts)
}

// texts are those of the files that are changed, by path.
func (m *mender) texts(before *check.Report, edits []fix.Edit) map[string][]byte {
	texts := map[string][]byte{}
	for _, file := range m.changed(edits) {
		texts[resolved(filepath.FromSlash(file))] = m.edited(before, edits, file)
	}
	return texts
}

// mends reports whether all findings that edits are for are gone, no warning or error
// is new, and nothing else is built.
func (m *mender) mends(before, after *check.Report, edits []fix.Edit) bool {
	if len(after.Unread) > len(before.Unread) {
		return false
	}
	left := map[kindOfFinding]int{}
	for i := range before.Findings {
		left[kindOf(&before.Findings[i])]++
	}
	mended := make([]finding.Finding, 0, len(edits))
	for _, e := range edits {
		left[kindOf(&before.Findings[e.Finding])]--
		mended = append(mended, before.Findings[e.Finding])
	}
	for i := range after.Findings {
		k := kindOf(&after.Findings[i])
		if left[k]--; left[k] < 0 && k.severity > finding.Note { // a note may follow from what is found now
			return false
		}
	}
	return fix.OnlyMended(before.Built, after.Built, mended)
}

// kindOfFinding is what tells a finding from others before and after an edit: its
// line, where that is known. The edit may move it within the line, and may be of the
// field, the version or the name that other findings have for their resource.
type kindOfFinding struct {
	rule     string
	severity finding.Severity
	file     string
	line     int
	resource finding.Resource
	field    string
}

func kindOf(f *finding.Finding) kindOfFinding {
	k := kindOfFinding{rule: f.Rule, severity: f.Severity, file: f.File, line: f.Line}
	if f.Line == 0 {
		k.resource, k.field = f.Resource, f.Place()
		k.resource.APIVersion = ""
	}
	return k
}

// write writes all of the files, or none: not if one of them has changed since it was
// read, and not a part of them where the disk is full. What was tried is all of it.
func (m *mender) write(before *check.Report, edits []fix.Edit) error {
	for _, file := range m.changed(edits) { // which waits for the disk, and somebody may edit meanwhile
		if err := atomicfile.Writable(filepath.FromSlash(file)); err != nil {
			return err
		}
	}
	for _, file := range m.changed(edits) {
		if now, err := os.ReadFile(filepath.FromSlash(file)); err != nil || !bytes.Equal(now, m.text(before, file)) {
			return fmt.Errorf("%s has changed while it was checked: nothing is written, run it again", file)
		}
	}
	changed := map[string]atomicfile.File{}
	for _, file := range m.changed(edits) {
		name, err := inside(m.top, filepath.FromSlash(file))
		if err != nil {
			return err
		}
		changed[filepath.ToSlash(name)] = atomicfile.File{Content: m.edited(before, edits, file), Perm: 0o644}
	}
	if len(changed) == 1 {
		for name, file := range changed {
			return atomicfile.Write(filepath.Join(m.top, filepath.FromSlash(name)), file.Content, file.Perm)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return atomicfile.WriteTree(m.top, changed)
}

func (m *mender) printDiff(w io.Writer, before *check.Report, edits []fix.Edit) error {
	for _, file := range m.changed(edits) {
		m.secrets.File(file, m.text(before, file)) // lines around an edit are shown as they are spelled
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: splitLines(m.text(before, file)), B: splitLines(m.edited(before, edits, file)),
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
