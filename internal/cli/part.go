package cli

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
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

// choose says which of the trees belong to the part, nil for all. Where a file that
// decides about all trees has changed, all are affected.
func (p *partFlags) choose(trees []check.Tree, decisive ...string) ([]bool, error) {
	if !p.isPart() {
		return nil, nil
	}
	affected, err := p.affected(trees, decisive...)
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

// affected returns the indexes of the trees that a change can affect.
func (p *partFlags) affected(trees []check.Tree, decisive ...string) ([]int, error) {
	all := make([]int, len(trees))
	for i := range all {
		all[i] = i
	}
	if p.since == "" {
		return all, nil
	}
	repo, commit, changes, err := changesSince(p.since)
	if err != nil {
		return nil, fmt.Errorf("--changed-since=%s: %w", p.since, err)
	}
	changed := repo.Paths(changes.Files)
	if slices.ContainsFunc(decisive, func(name string) bool { return name != "" && slices.Contains(changed, resolved(name)) }) {
		return all, nil
	}
	return check.Affected(trees, changed, func(file string) []byte { return repo.Read(commit, file) }), nil
}

// environments returns the environments that belong to the part.
func (p *partFlags) environments(envs []*lock.Environment) ([]*lock.Environment, error) {
	var trees []check.Tree
	for _, e := range envs {
		trees = append(trees, check.Tree{Name: e.Dir, Root: e.Dir}, check.Tree{Name: e.Dir, Root: e.Pipeline()})
	}
	affected, err := p.affected(trees)
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

// changesSince is how the work tree differs from the commit at which this branch
// left ref.
func changesSince(ref string) (repo *git.Repository, commit string, changes *git.Changes, err error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, "", nil, err
	}
	if repo, err = git.Open(cwd); err != nil {
		return nil, "", nil, err
	}
	if commit, err = repo.Base(ref); err != nil {
		return nil, "", nil, err
	}
	changes, err = repo.Changes(commit)
	return repo, commit, changes, err
}
