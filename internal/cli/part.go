package cli

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/defaults"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
)

// partFlags say which part of all trees is worked on.
type partFlags struct {
	since string
	shard string
}

func (p *partFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.since, "changed-since", "", "only what a change can affect: of files that differ from the commit at which this branch left `REF`")
	f.StringVar(&p.shard, "shard", "", "only the i-th of n parts, as in 2/5, for machines that share the work")
	_ = cmd.RegisterFlagCompletionFunc("changed-since", completeRefs)
	_ = cmd.RegisterFlagCompletionFunc("shard", cobra.NoFileCompletions)
}

// isPart reports whether anything is left out.
func (p *partFlags) isPart() bool { return p.since != "" || p.shard != "" }

// parseShard reads "2/5".
func parseShard(text string) (i, n int, err error) {
	first, second, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	switch {
	case !ok || err1 != nil || err2 != nil:
		return 0, 0, fmt.Errorf("shard %q: expected i/n, as in 2/5", text)
	case n < 1 || i < 1 || i > n:
		return 0, 0, fmt.Errorf("shard %q: expected 1/%d to %[2]d/%[2]d", text, max(n, 1))
	}
	return i, n, nil
}

// choose says which of the trees of args belong to the part, nil for all. Where a file
// that decides about all trees has changed, all are affected.
func (c *checkFlags) choose(ctx context.Context, args []string, trees []check.Tree) ([]bool, error) {
	p := &c.part
	if !p.isPart() {
		return nil, nil
	}
	affected, err := p.affected(trees, func(change *changeSet, affected []int) ([]int, error) {
		if change.has(c.config, c.known.baseline) || !c.noDefaults && change.hasNamed(defaults.File) {
			return everyIndex(trees), nil
		}
		return c.follow(ctx, change, args, trees, affected)
	})
	if err != nil {
		return nil, err
	}
	mine, err := share(affected, p.shard)
	if err != nil {
		return nil, err
	}
	chosen := make([]bool, len(trees))
	for _, i := range mine {
		chosen[i] = true
	}
	return chosen, nil
}

// affected returns the indexes of the trees that a change can affect. more adds those
// that it affects through others; it may be nil.
func (p *partFlags) affected(trees []check.Tree, more func(change *changeSet, affected []int) ([]int, error)) ([]int, error) {
	if p.since == "" {
		return everyIndex(trees), nil
	}
	change, err := changesSince(p.since)
	var affected []int
	if err == nil {
		affected = check.Affected(trees, change.paths(), change.before)
		if more != nil {
			affected, err = more(change, affected)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("--changed-since=%s: %w", p.since, err)
	}
	return affected, nil
}

func everyIndex[T any](list []T) []int {
	all := make([]int, len(list))
	for i := range all {
		all[i] = i
	}
	return all
}

// follow adds the trees whose findings depend on what scripts and documents say that have
// changed, and those whose findings depend on what the affected ones have lost or gained:
// these are built as they were and as they are, and where something has moved, the others
// are looked at.
func (c *checkFlags) follow(ctx context.Context, change *changeSet, args []string, trees []check.Tree, affected []int) ([]int, error) {
	paths := change.paths()
	if len(affected) == len(trees) || slices.Contains(args, "-") {
		return affected, nil
	}
	affected = slices.Concat(affected, check.Asking(ctx, trees, c.Options, paths, change.before, func(i int) bool { return !slices.Contains(affected, i) }))
	gone := slices.ContainsFunc(paths, func(f string) bool { _, err := os.Lstat(f); return err != nil })
	slices.Sort(affected)
	if len(affected) == len(trees) || len(affected) == 0 && !gone {
		return affected, nil
	}
	now := check.TakeStock(ctx, pick(trees, affected), c.Options)
	before, err := c.stockBefore(ctx, change, args)
	if err != nil {
		return nil, err
	}
	moved := now.Since(before)
	if moved.Unread {
		return everyIndex(trees), nil
	}
	if len(moved.Comments) > 0 {
		files := make([]string, len(moved.Comments))
		for i, name := range moved.Comments {
			files[i] = resolved(filepath.FromSlash(name))
		}
		affected = slices.Concat(affected, check.Affected(trees, files, nil))
	}
	if moved.Any() {
		affected = slices.Concat(affected, moved.Follow(ctx, trees, c.Options, func(i int) bool { return !slices.Contains(affected, i) }))
	}
	slices.Sort(affected)
	return slices.Compact(affected), nil
}

// stockBefore is what the trees had that a change affects, before it.
func (c *checkFlags) stockBefore(ctx context.Context, change *changeSet, args []string) (*check.Stock, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	p, err := change.export(cwd)
	if err != nil {
		return nil, err
	}
	defer p.close()
	leave, ok := p.enter(cwd)
	if !ok {
		return check.TakeStock(ctx, nil, c.Options), nil
	}
	defer leave()
	trees, err := p.find(args, c.find)
	if err != nil {
		return nil, err
	}
	files := make([]string, len(change.Files))
	for i, name := range change.Files {
		files[i] = filepath.Join(p.dir, filepath.FromSlash(name))
	}
	affected := check.Affected(trees, files, func(file string) []byte {
		rel, err := filepath.Rel(p.dir, file)
		if err != nil {
			return nil
		}
		text, err := limits.ReadRegular(filepath.Join(change.repo.Top, rel))
		if err != nil {
			return nil // it is gone
		}
		return text
	})
	return check.TakeStock(ctx, pick(trees, affected), c.Options), nil
}

func pick[T any](list []T, indexes []int) []T {
	picked := make([]T, len(indexes))
	for i, at := range indexes {
		picked[i] = list[at]
	}
	return picked
}

// environments returns the environments that belong to the part.
func (p *partFlags) environments(envs []*lock.Environment) ([]*lock.Environment, error) {
	var trees []check.Tree
	for _, e := range envs {
		trees = append(trees, check.Tree{Name: e.Dir, Root: e.Dir}, check.Tree{Name: e.Dir, Root: e.Pipeline()})
	}
	affected, err := p.affected(trees, nil)
	if err != nil {
		return nil, err
	}
	var part []*lock.Environment
	for i, e := range envs {
		if slices.Contains(affected, 2*i) || slices.Contains(affected, 2*i+1) {
			part = append(part, e)
		}
	}
	return share(part, p.shard)
}

// share is every n-th of a list.
func share[T any](list []T, shard string) ([]T, error) {
	if shard == "" {
		return list, nil
	}
	i, n, err := parseShard(shard)
	if err != nil {
		return nil, fmt.Errorf("--%w", err)
	}
	var part []T
	for at, e := range list {
		if at%n == i-1 {
			part = append(part, e)
		}
	}
	return part, nil
}

// changeSet is how the work tree differs from the commit at which this branch left a
// ref.
type changeSet struct {
	*git.Changes
	repo   *git.Repository
	commit string
}

// paths are the absolute paths of the files.
func (c *changeSet) paths() []string { return c.repo.Paths(c.Files) }

// before returns what a file of the work tree was, nil where it was not there.
func (c *changeSet) before(file string) []byte { return c.repo.Read(c.commit, file) }

// has reports whether one of the files has changed. Names may be empty.
func (c *changeSet) has(names ...string) bool {
	paths := c.paths()
	return slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(paths, resolved(name)) })
}

// hasNamed reports whether a file of that name has changed, in whichever folder.
func (c *changeSet) hasNamed(name string) bool {
	return slices.ContainsFunc(c.Files, func(f string) bool { return path.Base(f) == name })
}

func changesSince(ref string) (*changeSet, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	c := &changeSet{}
	if c.repo, err = git.Open(cwd); err != nil {
		return nil, err
	}
	if c.commit, err = c.repo.Base(ref); err != nil {
		return nil, err
	}
	c.Changes, err = c.repo.Changes(c.commit)
	return c, err
}
