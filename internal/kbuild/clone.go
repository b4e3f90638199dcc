package kbuild

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
)

// kustomizeTimeout is how long kustomize lets a command of git take.
const kustomizeTimeout = 27 * time.Second

// cloneRepository does what kustomize's loader does with the address of a
// repository, with a git that ends when its time is over or this program is told to
// end: kustomize's goes on. It returns nil for what is no such address, or one that
// only kustomize knows how to take apart.
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md
func cloneRepository(fsys filesys.FileSystem, address string) (_ *clone, err error) {
	const noPath = "notCloned" // kustomize's word for the top of a repository
	origin := (&resource.Origin{}).Append(address)
	if origin.Repo == "" || strings.Contains(address, noPath) || strings.Contains(address, "..") {
		return nil, nil
	}
	path := origin.Path
	if path == noPath {
		path = ""
	}
	timeout, submodules := kustomizeTimeout, true
	_, query, _ := strings.Cut(address, "?")
	if values, err := url.ParseQuery(query); err == nil {
		if asked := gitTimeout(values.Get("timeout")); asked > 0 {
			timeout = asked
		}
		if asked, err := strconv.ParseBool(values.Get("submodules")); err == nil {
			submodules = asked
		}
	}
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("no 'git' program on path: %w", err)
	}
	dir, err := filesys.NewTmpConfirmedDir()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = fsys.RemoveAll(dir.String())
		}
	}()
	ref := "HEAD"
	if origin.Ref != "" {
		ref = origin.Ref
	}
	commands := [][]string{
		{"init"}, {"remote", "add", "origin", origin.Repo}, // submodules may be relative to it
		{"fetch", "--depth=1", origin.Repo, ref}, {"checkout", "FETCH_HEAD"},
	}
	if submodules {
		commands = append(commands, []string{"submodule", "update", "--init", "--recursive"})
	}
	for _, args := range commands {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir.String()
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cleanup.Run(cmd, timeout); errors.Is(err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("hit %s timeout running '%s'", timeout, cmd)
		} else if err != nil && !errors.Is(err, exec.ErrWaitDelay) { // ssh may stay, for the next connection
			return nil, fmt.Errorf("failed to run '%s': %s: %w", cmd, &said, err)
		}
	}
	root, file, err := fsys.CleanedAbs(dir.Join(path))
	switch {
	case err != nil:
		return nil, err
	case file != "":
		return nil, fmt.Errorf("'%s' refers to file '%s'; expecting directory", dir.Join(path), file)
	case !root.HasPrefix(dir): // through a symlink
		return nil, fmt.Errorf("%q refers to directory outside of repo %q", dir.Join(path), dir)
	}
	return &clone{address: address, root: root, repo: dir}, nil
}
