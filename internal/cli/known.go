package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/baseline"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// knownFlags say which findings are not new.
type knownFlags struct {
	baseline string
	write    string
	newFrom  string

	base *baseline.Baseline
	// before are the fingerprints of what was found in the commit.
	before map[string]bool
}

func (k *knownFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&k.baseline, "baseline", "", "leave out the findings in this `file`, and say which of them are gone")
	f.StringVar(&k.write, "write-baseline", "", "write all findings into this `file`, for --baseline, and report none")
	f.StringVar(&k.newFrom, "new-from", "", "leave out what is found in the files of git as well: those of the commit at which this branch left `REF`")
	cmd.MarkFlagsMutuallyExclusive("write-baseline", "baseline")
	cmd.MarkFlagsMutuallyExclusive("write-baseline", "new-from")
	_ = cmd.RegisterFlagCompletionFunc("new-from", completeRefs)
}

// prepare reads what is known, before anything is checked.
func (k *knownFlags) prepare(cmd *cobra.Command, args []string, c *checkFlags) (err error) {
	if k.baseline != "" {
		if k.base, err = baseline.Read(k.baseline); err != nil {
			return err
		}
	}
	if k.write != "" {
		if err := atomicfile.Writable(k.write); err != nil {
			return fmt.Errorf("--write-baseline=%s: %w", k.write, err)
		}
	}
	if k.newFrom != "" {
		if k.before, err = checkCommit(cmd, args, c, k.newFrom); err != nil {
			return fmt.Errorf("--new-from=%s: %w", k.newFrom, err)
		}
	}
	return nil
}

// apply leaves known findings out of a report, or writes all into a baseline:
// then there is nothing else to do. failure is set if not everything was checked.
func (k *knownFlags) apply(cmd *cobra.Command, r *report.Report, failure error) (done bool, err error) {
	if k.base == nil && k.write == "" && k.before == nil {
		return false, nil
	}
	prints := report.Fingerprints(r.Findings, r.Source)
	if k.write != "" {
		if failure != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s is not written, because not everything could be checked\n", redact.Escape(k.write))
			return true, failure
		}
		text, err := baseline.New(r.Findings, prints).Text()
		if err == nil {
			err = atomicfile.Write(k.write, text, 0o644)
		}
		if err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, not reported from now on with --baseline %[1]s\n", redact.Escape(k.write), report.Summary(r.Findings))
		}
		return true, err
	}
	var stale []baseline.Entry
	fresh := make([]int, len(prints))
	for i := range fresh {
		fresh[i] = i
	}
	if k.base != nil {
		fresh, stale = k.base.Compare(prints)
	}
	fresh = slices.DeleteFunc(fresh, func(i int) bool { return k.before[prints[i]] })
	r.Known = len(prints) - len(fresh)
	kept := make([]finding.Finding, 0, len(fresh))
	r.Fingerprints = make([]string, 0, len(fresh))
	for _, i := range fresh {
		kept, r.Fingerprints = append(kept, r.Findings[i]), append(r.Fingerprints, prints[i])
	}
	r.Findings = kept
	if failure == nil && !r.Part && !r.Bare { // a part of the trees has a part of the entries
		k.sayStale(cmd, stale)
	}
	return false, nil
}

// sayStale says which entries of a baseline are there for nothing.
func (k *knownFlags) sayStale(cmd *cobra.Command, stale []baseline.Entry) {
	const most = 5
	if len(stale) == 0 {
		return
	}
	secrets := secretsOf(cmd)
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d of its entries match no finding any more; --write-baseline %[1]s leaves them out:\n", redact.Escape(k.baseline), len(stale))
	for i, e := range stale {
		if i == most {
			fmt.Fprintf(cmd.ErrOrStderr(), "  and %d more\n", len(stale)-most)
			break
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "  %s\n", secrets.Line(strings.TrimSpace(e.Rule+": "+e.Resource+"  "+e.File)))
	}
}

// checkCommit checks the same paths as they were in a commit, and returns the
// fingerprints of what is found there.
func checkCommit(cmd *cobra.Command, args []string, c *checkFlags, ref string) (map[string]bool, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if slices.Contains(args, "-") {
		return nil, errors.New("what comes from stdin has no history")
	}
	p, err := openPast(cwd, ref)
	if err != nil {
		return nil, err
	}
	defer p.close()
	known := map[string]bool{}
	leave, ok := p.enter(cwd)
	if !ok {
		return known, nil
	}
	defer leave()
	trees, err := p.find(args, c.find)
	if err != nil {
		return nil, err
	}
	opts := c.Options
	opts.Progress, opts.Chosen = nil, nil
	opts.Build.Secrets = &redact.Secrets{} // the files of the commit are none of the check to come
	rep := check.Run(cmd.Context(), trees, opts)
	for _, u := range rep.Unread {
		fmt.Fprintf(cmd.ErrOrStderr(), "At %s, %s could not be checked, so what is found in it counts as new\n", secretsOf(cmd).Line(ref), secretsOf(cmd).Line(u.Name))
	}
	moveRenamed(rep, p.Renamed, filepath.ToSlash(p.here))
	for _, print := range report.Fingerprints(rep.Findings, func(file string) []byte { return rep.Sources[file] }) {
		known[print] = true
	}
	return known, nil
}

// past is what a repository was in a commit, in a folder of its own.
type past struct {
	*changeSet
	dir   string // absolute, without symbolic links
	here  string // where the working directory is in it
	close func()
}

// openPast exports the commit at which this branch left ref.
func openPast(cwd, ref string) (*past, error) {
	change, err := changesSince(ref)
	if err != nil {
		return nil, err
	}
	return change.export(cwd)
}

// export writes the files of the commit into a folder.
func (c *changeSet) export(cwd string) (*past, error) {
	p := &past{changeSet: c}
	var err error
	if p.here, err = inside(c.repo.Top, cwd); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "krm-validate-commit-"); err != nil {
		return nil, err
	}
	p.close = cleanup.Add(p.dir)
	if p.dir, err = filepath.EvalSymlinks(p.dir); err == nil {
		err = c.repo.Export(c.commit, p.dir)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// enter makes the folder of the commit that the working directory was the working
// directory, until leave is called. It was not there where ok is false.
func (p *past) enter(cwd string) (leave func(), ok bool) {
	if os.Chdir(filepath.Join(p.dir, p.here)) != nil {
		return nil, false
	}
	return func() { _ = os.Chdir(cwd) }, true
}

// find returns the trees of paths as they were, once their folder is entered. What was
// not there has none.
func (p *past) find(args []string, opts check.FindOptions) ([]check.Tree, error) {
	var trees []check.Tree
	opts.Top = p.dir
	for _, arg := range args {
		if filepath.IsAbs(arg) {
			rel, err := inside(p.repo.Top, arg)
			if err != nil {
				return nil, err
			}
			if arg, err = filepath.Rel(p.here, rel); err != nil {
				return nil, err
			}
		}
		if _, err := os.Lstat(arg); err != nil {
			arg = oldName(arg, p.Renamed, filepath.ToSlash(p.here))
		}
		if found, err := check.Find([]string{arg}, opts); err == nil {
			trees = append(trees, found...)
		}
	}
	return trees, nil
}

// oldName is the name that a folder or file had before it was renamed, if it was.
func oldName(name string, renamed map[string]string, here string) string {
	now := path.Join(here, filepath.ToSlash(name))
	for _, from := range slices.Sorted(maps.Keys(renamed)) {
		below, ok := strings.CutPrefix(renamed[from], now)
		if before, found := strings.CutSuffix(from, below); ok && found && (below == "" || below[0] == '/') {
			if rel, err := filepath.Rel(filepath.FromSlash(here), filepath.FromSlash(before)); err == nil {
				return rel
			}
		}
	}
	return name
}

// moveRenamed gives findings in files that have been renamed the new names.
func moveRenamed(rep *check.Report, renamed map[string]string, here string) {
	for i := range rep.Findings {
		f := &rep.Findings[i]
		to, ok := renamed[path.Join(here, f.File)]
		if !ok {
			continue
		}
		name, err := filepath.Rel(filepath.FromSlash(here), filepath.FromSlash(to))
		if err != nil {
			continue
		}
		name = filepath.ToSlash(name)
		rep.Sources[name] = rep.Sources[f.File]
		f.File = name
	}
}

// inside returns where a path is in a folder.
func inside(top, name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(top, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not in the repository %s", name, top)
	}
	return rel, nil
}

// completeRefs offers branches and tags.
func completeRefs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	repo, err := git.Open(".")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return repo.Refs(), cobra.ShellCompDirectiveNoFileComp
}
