package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cluster"
	"github.com/ressKim-io/wealist-k8s-migration/internal/defaults"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

// checkFlags are those of check.
type checkFlags struct {
	check.Options
	find       check.FindOptions
	build      kbuildFlags
	known      knownFlags
	part       partFlags
	config     string
	outputs    []string
	failOn     string
	externals  bool
	notes      bool
	strict     bool
	quiet      bool
	noDefaults bool
	live       bool
	cluster    kubectlFlags

	destinations []destination
	least        finding.Severity // that fails
}

func newCheckCommand() *cobra.Command {
	flags := checkFlags{find: check.FindOptions{Whole: true}}
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
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

Without PATH the roots in .krm-validate.yaml are checked: the file with what a
repository has decided about the flags, in this folder or above it, up to the
top of the repository. Flags come before it.

With --baseline or --new-from only what is new is reported, and counts. A
baseline is a file that --write-baseline wrote; --new-from compares with a
commit of git: with the one that the branch left REF at. A finding is the same
one after lines have moved.

With --changed-since only those trees are checked that a change of files can
affect, through others too, and with --shard only a part of them, for machines that share the work:
krm-validate report merge makes one report of theirs.

With --cluster what is not in the trees is looked up in a live cluster: what is
there is no finding, and what is not is said to be missing there too. Custom
resources are checked against its CustomResourceDefinitions, and all against its
release. kubectl logs in, and nothing but reads is sent; of objects only whether
they exist is asked, never their contents. It is a look at one moment.

Exit codes: 0 nothing at error level, 1 findings at error level (or at that of
--fail-on), 2 something that was named could not be checked. What is found in a folder and cannot be
read is reported, and is no failure unless nothing else was checked; with
--strict it always is.`,
		Example: `  krm-validate check overlays/prod/pipeline
  krm-validate check base/ overlays/
  helm template shop ./chart | krm-validate check -
  krm-validate check -o text -o sarif=report.sarif -o junit=report.xml overlays/
  krm-validate check --new-from origin/main overlays/
  krm-validate check --write-baseline known.json . && krm-validate check --baseline known.json .
  krm-validate check --changed-since origin/main --shard 2/5 -o json=part-2.json overlays/
  krm-validate check --exclude docs/ --load-restrictor=LoadRestrictionsNone .
  krm-validate check --print-externals overlays/prod > externals.yaml
  krm-validate check --cluster --context prod overlays/prod
  krm-validate check --unresolved=warning --output=json 'rendered/*.yaml'`,
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&flags.config, "config", "c", "", "file with a ConfigPipeline")
	f.StringVar(&flags.Unresolved, "unresolved", "", "severity of references to objects that are not in the tree: error (for a complete tree), warning or ignore; unless set it depends on the kind, and on whether the tree has a configuration or shows that it is whole")
	f.StringArrayVarP(&flags.outputs, "output", "o", []string{report.Default}, anyOf(report.Names())+"; `FORMAT`=FILE writes it to a file; may be repeated")
	f.BoolVar(&flags.notes, "notes", false, "show every note: also those about objects that are not in the trees, and each of one rule")
	f.BoolVar(&flags.externals, "print-externals", false, "print what is not in the trees as externals of a ConfigPipeline, and nothing else")
	f.StringArrayVar(&flags.find.Exclude, "exclude", nil, "leave out the files and folders below PATH that match this `pattern`, written as in .gitignore; may be repeated")
	f.BoolVar(&flags.strict, "strict", false, "exit with 2 if anything could not be checked, however much else was")
	f.StringVar(&flags.failOn, "fail-on", "error", "exit with 1 if there is a finding of this severity or worse: error, warning or note")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "print findings, and what could not be checked, and nothing else")
	f.BoolVar(&flags.noDefaults, "no-defaults", false, "do not read "+defaults.File)
	registerJobs(cmd, &flags.Jobs, "trees")
	f.BoolVar(&flags.live, "cluster", false, "look up in a live cluster what is not in the trees, with kubectl, reading only: see --context")
	flags.cluster.register(cmd)
	flags.known.register(cmd)
	flags.part.register(cmd)
	flags.build.register(cmd)
	cmd.MarkFlagsMutuallyExclusive("print-externals", "write-baseline")
	complete(cmd, "unresolved", "error", "warning", "ignore")
	complete(cmd, "fail-on", "error", "warning", "note")
	completeDestinations(cmd, "output")
	return cmd
}

func (c *checkFlags) run(cmd *cobra.Command, args []string) error {
	args, err := c.applyDefaults(cmd, args)
	if err != nil {
		return err
	}
	if err := anyPath(cmd, args); err != nil {
		return err
	}
	if err := c.prepare(cmd); err != nil {
		return err
	}
	trees, err := check.Find(args, c.find)
	if err != nil {
		return err
	}
	if c.Chosen, err = c.choose(cmd.Context(), args, trees); err != nil {
		return err
	}
	if c.part.isPart() && !c.quiet {
		n := 0
		for _, chosen := range c.Chosen {
			if chosen {
				n++
			}
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d trees are checked\n", n, len(trees))
		c.Beside = func() {
			fmt.Fprintln(cmd.ErrOrStderr(), "Some findings depend on what the other trees have: they are looked at too")
		}
	}
	if c.part.isPart() && c.known.write != "" {
		return errors.New("--write-baseline: a part of the trees has a part of the findings: leave out --changed-since and --shard")
	}
	if err := c.known.prepare(cmd, args, c); err != nil {
		return err
	}
	disconnect, err := c.connect(cmd)
	if err != nil {
		return err
	}
	defer disconnect()
	c.Keep = c.carriesFixes()
	rep := check.Run(cmd.Context(), trees, c.Options)
	c.asked(cmd, rep)
	if c.externals {
		text, err := check.Externals(rep.Findings)
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return c.print(cmd, rep, trees)
}

// prepare looks at everything that can be wrong before anything is checked.
func (c *checkFlags) prepare(cmd *cobra.Command) error {
	err := oneOf("unresolved", c.Unresolved, "", "error", "warning", "ignore")
	if err != nil {
		return err
	}
	if err := oneOf("fail-on", c.failOn, "error", "warning", "note"); err != nil {
		return err
	}
	if c.least, err = finding.ParseSeverity(c.failOn); err != nil {
		return err
	}
	c.notes = c.notes || c.least == finding.Note // what fails is shown
	if c.destinations, err = parseDestinations(c.outputs); err != nil {
		return err
	}
	if c.config != "" {
		if c.Config, err = readConfig(c.config); err != nil {
			return err
		}
	}
	if c.Jobs < 0 {
		return fmt.Errorf("--jobs=%d: expected a number of trees, or 0", c.Jobs)
	}
	c.Stdin = cmd.InOrStdin()
	if c.Build, err = c.build.options(cmd); err != nil {
		return err
	}
	if c.quiet {
		return nil
	}
	c.Progress = progress(cmd.ErrOrStderr(), time.Now)
	announced := map[string]bool{}
	c.Remote = func(url string) {
		if !announced[url] {
			announced[url] = true
			fmt.Fprintln(cmd.ErrOrStderr(), "Reading", secretsOf(cmd).Line(url))
		}
	}
	return nil
}

// connect opens the live cluster, if one is asked for.
func (c *checkFlags) connect(cmd *cobra.Command) (disconnect func(), err error) {
	if !c.live {
		return func() {}, c.cluster.idle(cmd, "--cluster, which looks things up in a live cluster")
	}
	live, err := cluster.Open(cmd.Context(), &c.cluster.client)
	if err != nil {
		return nil, fmt.Errorf("--cluster: %w", err)
	}
	c.Cluster, c.ClusterName = live, redact.Escape(live.Name)
	if _, ok := apischema.ParseRelease(live.Release); ok && c.Build.KubernetesVersion == "" {
		c.Build.KubernetesVersion = live.Release
	}
	return live.Close, nil
}

// asked says what the live cluster was asked.
func (c *checkFlags) asked(cmd *cobra.Command, rep *check.Report) {
	if c.Cluster == nil || c.quiet {
		return
	}
	w := cmd.ErrOrStderr()
	if a := rep.Asked; a.There+a.Missing > 0 {
		fmt.Fprintf(w, "Of what is not in the trees cluster %s has %d, and does not have %d\n", c.ClusterName, a.There, a.Missing)
	}
	const most = 5
	for i, reason := range rep.Asked.Unknown {
		if i == most {
			fmt.Fprintf(w, "and %d more\n", len(rep.Asked.Unknown)-most)
			break
		}
		fmt.Fprintf(w, "Not looked up in cluster %s: %s\n", c.ClusterName, secretsOf(cmd).Line(reason))
	}
	if len(rep.Asked.Unknown) > 0 {
		fmt.Fprintln(w, "docs/gitops.md has the ClusterRole that suffices")
	}
}

// print prints what was found, and ends the command with its exit code.
func (c *checkFlags) print(cmd *cobra.Command, rep *check.Report, trees []check.Tree) error {
	secrets := secretsOf(cmd)
	out := &report.Report{
		Findings: rep.Findings, Trees: rep.Trees, Resources: rep.Resources, Quiet: len(rep.Unread) > 0 && rep.Resources == 0,
		Checked: rep.Checked, WithoutSchema: rep.WithoutSchema,
		Source:  func(file string) []byte { return rep.Sources[file] },
		Secrets: secrets,
		Notes:   c.notes,
		Bare:    c.quiet,
		FailOn:  c.least,
		Part:    c.part.isPart(),
		Shard:   c.part.shard,
		Version: version(),
		Rule:    ruleOfReport,
	}
	for _, u := range rep.Unread {
		out.Unread = append(out.Unread, report.Unread{Name: secrets.Line(u.Name), Reason: secrets.Line(u.Error()) + placeOf(u.Err, secrets), Named: u.Named})
	}
	slices.SortStableFunc(out.Unread, func(a, b report.Unread) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(out.Checked)
	failure := c.unread(cmd, rep)
	c.charts(cmd, trees)
	done, err := c.known.apply(cmd, out, failure)
	if done || err != nil {
		return err
	}
	if out.Fixes, err = c.fixes(cmd, rep, trees); err != nil {
		return err
	}
	rep.Built = nil // which is large
	return publish(cmd, c.destinations, out, failure)
}

// fixes are the certain answers to findings, for the reports that carry them. They
// are tried, which is a second check.
func (c *checkFlags) fixes(cmd *cobra.Command, rep *check.Report, trees []check.Tree) (map[finding.Identity]report.Fix, error) {
	if !c.carriesFixes() || slices.ContainsFunc(trees, func(t check.Tree) bool { return slices.Contains(t.Files, "-") }) {
		return nil, nil
	}
	m := mender{options: c.Options, trees: trees, secrets: secretsOf(cmd)}
	edits, _, err := m.mend(cmd.Context(), rep)
	fixes := map[finding.Identity]report.Fix{}
	for i := range edits {
		e := &edits[i]
		fixes[rep.Findings[e.Finding].Identity()] = report.Fix{Line: e.From.Line, Column: e.From.Column, EndLine: e.To.Line, EndColumn: e.To.Column, Old: e.Old, New: e.New}
	}
	return fixes, err
}

func (c *checkFlags) carriesFixes() bool {
	return slices.ContainsFunc(c.destinations, func(d destination) bool { return d.format.Fixes })
}

// charts says how many were left out.
func (c *checkFlags) charts(cmd *cobra.Command, trees []check.Tree) {
	n := 0
	for i := range trees {
		n += trees[i].Charts
	}
	if n > 0 && !c.quiet && !c.part.isPart() {
		fmt.Fprintln(cmd.ErrOrStderr(), "Not checked:", check.NotRendered(n))
	}
}

// unread says what could not be checked, and returns the exit code if that is a
// failure.
func (c *checkFlags) unread(cmd *cobra.Command, rep *check.Report) error {
	secrets := secretsOf(cmd)
	fails := len(rep.Unread) > 0 && (c.strict || rep.Resources == 0)
	if !c.quiet {
		check.PrintWarnings(cmd.ErrOrStderr(), rep.Warnings)
	}
	const most = 2 // lines of files shown: what was found is to be on the first screen
	unsaid := slices.DeleteFunc(slices.Clone(rep.Unread), func(u check.Unread) bool { return u.Found })
	for i, same := range byReason(unsaid, secrets) {
		u := same[0]
		fails = fails || u.Named
		if text := secrets.Error(listed(same)); u.Named || i < most {
			sayUnread(cmd, u.Named, text)
			fmt.Fprint(cmd.ErrOrStderr(), where(u.Err, secrets))
		} else {
			sayUnread(cmd, false, text+placeOf(u.Err, secrets))
		}
	}
	if fails {
		return &exitError{code: ExitFailure}
	}
	return nil
}

// placeOf is the place at which a build failed, for a reason on one line.
func placeOf(err error, secrets *redact.Secrets) string {
	var f *kbuild.Failure
	if !errors.As(err, &f) || !f.Known() {
		return ""
	}
	return fmt.Sprintf(" (%s:%d:%d)", secrets.Line(f.File), f.Line, f.Column)
}

// byReason puts together what could not be checked for one reason, such as a file
// that several overlays build.
func byReason(unread []check.Unread, secrets *redact.Secrets) [][]check.Unread {
	type reason struct {
		text, where string
		named       bool
	}
	var list [][]check.Unread
	at := map[reason]int{}
	for _, u := range unread {
		key := reason{strings.TrimPrefix(u.Err.Error(), u.Name+":"), where(u.Err, secrets), u.Named}
		if need := u.Need(); need != "" {
			key = reason{text: need, named: u.Named}
		}
		i, ok := at[key]
		if !ok || u.Name == "" {
			i = len(list)
			at[key] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], u)
	}
	return list
}

// listed is the first of what could not be checked for one reason, with the names
// of the next ones.
func listed(same []check.Unread) check.Unread {
	const most = 3
	first := same[0]
	if len(same) == 1 {
		return first
	}
	names := make([]string, 0, most)
	for _, u := range same[:min(most, len(same))] {
		names = append(names, u.Name)
	}
	name := strings.Join(names, ", ")
	if more := len(same) - len(names); more > 0 {
		name += " and " + strconv.Itoa(more) + " more"
	}
	reason := cmp.Or(first.Need(), strings.TrimPrefix(strings.TrimPrefix(first.Err.Error(), first.Name+":"), " "))
	return check.Unread{Name: name, Err: errors.New(reason), Named: first.Named}
}

func registerJobs(cmd *cobra.Command, jobs *int, what string) {
	cmd.Flags().IntVarP(jobs, "jobs", "j", 0, "work on this many "+what+" at once; 0 is one for each processor")
	_ = cmd.RegisterFlagCompletionFunc("jobs", cobra.NoFileCompletions)
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

// progress returns a function that shows how far long work is: on a terminal in
// one line that changes, elsewhere, as in the log of a CI system, in a line every
// few seconds.
func progress(w io.Writer, now func() time.Time) func(done, total int, name string) {
	if terminal.Is(w) && os.Getenv("TERM") != "dumb" {
		const width = 79 // a line that wraps would stay
		return func(done, total int, name string) {
			if total > 3 {
				line := []rune(fmt.Sprintf("%d/%d %s", done+1, total, redact.Escape(name)))
				fmt.Fprintf(w, "\r\x1b[K%s", string(line[:min(len(line), width)]))
				if done+1 == total {
					fmt.Fprint(w, "\r\x1b[K")
				}
			}
		}
	}
	const every = 10 * time.Second
	start := now()
	last := start
	return func(done, total int, _ string) {
		if t := now(); t.Sub(last) >= every {
			last = t
			fmt.Fprintf(w, "%d of %d trees checked after %s\n", done, total, t.Sub(start).Round(time.Second))
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
