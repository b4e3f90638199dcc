package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
)

// repository is one with two commits and a change, and a program that leaves
// evidence when it runs.
func repository(t *testing.T) (dir, evil, evidence string, run func(args ...string) string) {
	t.Helper()
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+name+"_NAME", "test")
		t.Setenv("GIT_"+name+"_EMAIL", "test@example.com")
	}
	for _, name := range []string{"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"} {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	t.Setenv("HOME", t.TempDir())
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	evidence = filepath.Join(t.TempDir(), "evidence")
	evil = filepath.Join(t.TempDir(), "evil")
	require.NoError(t, os.WriteFile(evil, []byte("#!/bin/sh\ntouch "+evidence+"\ncat\n"), 0o755))
	run = func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
		return strings.TrimSpace(string(out))
	}
	put := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	run("init", "-q", "-b", "main")
	put(".gitattributes", "* filter=x diff=x\n")
	put("a", "one\n")
	run("add", "-A")
	run("commit", "-q", "-m", "x")
	run("tag", "base")
	put("a", "two\n")
	run("commit", "-q", "-a", "-m", "y")
	put("a", "three\n")
	return dir, evil, evidence, run
}

// use asks a repository for everything that this package knows.
func use(t *testing.T, dir string) {
	t.Helper()
	r, err := git.Open(dir)
	if err != nil {
		return
	}
	commit, err := r.Base("base")
	if err != nil {
		return
	}
	_, _ = r.Changes(commit)
	_ = r.Read(commit, filepath.Join(dir, "a"))
	_ = r.Export(commit, t.TempDir())
	_ = r.Refs()
}

// The settings of a repository that somebody else has made run nothing.
func TestSettingsOfARepositoryRunNothing(t *testing.T) {
	missing := func(run func(args ...string) string, dir string) {
		for _, blob := range []string{"base:a", "HEAD:a"} {
			hash := run("rev-parse", blob)
			require.NoError(t, os.Remove(filepath.Join(dir, ".git", "objects", hash[:2], hash[2:])))
		}
		run("config", "core.repositoryFormatVersion", "1")
		run("config", "extensions.partialClone", "o")
		run("config", "remote.o.promisor", "true")
	}
	for name, prepare := range map[string]func(run func(args ...string) string, dir, evil string){
		"clean":   func(run func(...string) string, _, evil string) { run("config", "filter.x.clean", evil) },
		"smudge":  func(run func(...string) string, _, evil string) { run("config", "filter.x.smudge", evil) },
		"process": func(run func(...string) string, _, evil string) { run("config", "filter.x.process", evil) },
		"like git-lfs": func(run func(...string) string, _, evil string) {
			run("config", "filter.x.clean", "git-lfs clean -- %f; "+evil)
		},
		"a driver with =": func(run func(...string) string, dir, evil string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".gitattributes"), []byte("* filter=x=y\n"), 0o644))
			run("config", "filter.x=y.clean", evil)
			run("config", "filter.x=y.smudge", evil)
		},
		"missing objects, alternates": func(run func(...string) string, dir, evil string) {
			other := filepath.Join(t.TempDir(), "other")
			run("clone", "-q", "--bare", dir, other)
			run("-C", other, "config", "uploadpack.allowAnySHA1InWant", "true")
			run("-C", other, "config", "uploadpack.allowFilter", "true")
			missing(run, dir)
			empty := filepath.Join(t.TempDir(), "empty")
			run("init", "-q", "--bare", empty)
			require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git/objects/info"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".git/objects/info/alternates"), []byte(filepath.Join(empty, "objects")+"\n"), 0o644))
			run("config", "remote.o.url", "file://"+other)
			run("config", "core.alternateRefsCommand", evil)
		},
		"fsmonitor":     func(run func(...string) string, _, evil string) { run("config", "core.fsmonitor", evil) },
		"diff.external": func(run func(...string) string, _, evil string) { run("config", "diff.external", evil) },
		"textconv":      func(run func(...string) string, _, evil string) { run("config", "diff.x.textconv", evil) },
		"of a work tree": func(run func(...string) string, _, evil string) {
			run("config", "extensions.worktreeConfig", "true")
			run("config", "--worktree", "filter.x.clean", evil)
		},
		"included": func(run func(...string) string, dir, evil string) {
			run("config", "include.path", "more")
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "more"), []byte("[filter \"x\"]\n smudge = "+evil+"\n"), 0o644))
		},
		"hooks": func(run func(...string) string, dir, evil string) {
			run("config", "core.hooksPath", "hooks")
			require.NoError(t, os.Mkdir(filepath.Join(dir, "hooks"), 0o755))
			require.NoError(t, os.Link(evil, filepath.Join(dir, "hooks", "post-index-change")))
		},
		"hooks of the configuration": func(run func(...string) string, _, evil string) { // since git 2.54
			run("config", "hook.x.event", "post-index-change")
			run("config", "hook.x.command", evil)
		},
		"missing objects, ext": func(run func(...string) string, dir, evil string) {
			missing(run, dir)
			run("config", "protocol.ext.allow", "always")
			run("config", "remote.o.url", "ext::"+evil)
		},
		"missing objects, uploadpack": func(run func(...string) string, dir, evil string) {
			missing(run, dir)
			run("config", "remote.o.url", dir)
			run("config", "remote.o.uploadpack", evil)
		},
		"missing objects, ssh": func(run func(...string) string, dir, evil string) {
			missing(run, dir)
			run("config", "remote.o.url", "ssh://127.0.0.1/x")
			run("config", "core.sshCommand", evil)
		},
		"missing objects, credentials": func(run func(...string) string, dir, evil string) {
			missing(run, dir)
			run("config", "remote.o.url", "http://127.0.0.1:1/x")
			run("config", "credential.helper", "!"+evil)
		},
		"of a submodule": func(run func(...string) string, dir, evil string) {
			other := filepath.Join(t.TempDir(), "other")
			require.NoError(t, os.Mkdir(other, 0o755))
			run("-C", other, "init", "-q", "-b", "main")
			require.NoError(t, os.WriteFile(filepath.Join(other, "b"), nil, 0o644))
			run("-C", other, "add", "-A")
			run("-C", other, "commit", "-q", "-m", "x")
			run("submodule", "--quiet", "add", other, "sub")
			run("commit", "-q", "-m", "sub")
			run("tag", "-f", "base")
			run("-C", "sub", "config", "filter.x.clean", evil)
			run("-C", "sub", "config", "filter.x.smudge", evil)
			run("-C", "sub", "config", "core.fsmonitor", evil)
			require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git/modules/sub/info"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".git/modules/sub/info/attributes"), []byte("* filter=x\n"), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "b"), []byte("x"), 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, evil, evidence, run := repository(t)
			prepare(run, dir, evil)
			require.NoError(t, os.RemoveAll(evidence))
			use(t, dir)
			assert.NoFileExists(t, evidence)
		})
	}
}

// The user's own filters run, and what everybody has: git-lfs sets its own in a
// repository.
func TestFiltersOfTheUserRun(t *testing.T) {
	dir, evil, evidence, run := repository(t)
	run("config", "--global", "filter.x.smudge", evil)
	use(t, dir)
	assert.FileExists(t, evidence)

	dir, _, _, run = repository(t)
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git-lfs"), []byte("#!/bin/sh\ntouch "+bin+"/ran\ncat\n"), 0o755))
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	run("config", "filter.x.smudge", "git-lfs smudge -- %f")
	use(t, dir)
	assert.FileExists(t, filepath.Join(bin, "ran"))
}

// A submodule whose files were changed is a change.
func TestChangesOfASubmodule(t *testing.T) {
	for name, change := range map[string]func(sub string) error{
		"changed": func(sub string) error { return os.WriteFile(filepath.Join(sub, "b"), []byte("x"), 0o644) },
		"new":     func(sub string) error { return os.WriteFile(filepath.Join(sub, "c"), nil, 0o644) },
		"removed": func(sub string) error { return os.Remove(filepath.Join(sub, "b")) },
		"nothing": func(string) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, _, run := repository(t)
			other := filepath.Join(t.TempDir(), "other")
			require.NoError(t, os.Mkdir(other, 0o755))
			run("-C", other, "init", "-q", "-b", "main")
			require.NoError(t, os.WriteFile(filepath.Join(other, "b"), nil, 0o644))
			run("-C", other, "add", "-A")
			run("-C", other, "commit", "-q", "-m", "x")
			run("submodule", "--quiet", "add", other, "sub")
			run("commit", "-q", "-a", "-m", "sub")
			require.NoError(t, change(filepath.Join(dir, "sub")))
			r, err := git.Open(dir)
			require.NoError(t, err)
			changes, err := r.Changes("HEAD")
			require.NoError(t, err)
			if name == "nothing" {
				assert.Empty(t, changes.Files)
			} else {
				assert.Equal(t, []string{"sub"}, changes.Files)
			}
		})
	}
}
