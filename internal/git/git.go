// Package git asks git about the repository that files are in: which commit a
// branch left from, what it had in it, and what has changed since. It runs the
// git program, and changes nothing in the repository.
package git

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Repository is a work tree.
type Repository struct {
	// Top is its topmost folder, absolute and without symbolic links.
	Top string

	submodule bool // what hooks of git are told of the repository is not about it
}

// Open finds the repository that a folder is in.
func Open(dir string) (*Repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("the program git is needed for this, and is not on the PATH")
	}
	if err := vet(dir); err != nil {
		return nil, err
	}
	r := &Repository{Top: dir}
	top, err := r.run(nil, "rev-parse", "--show-toplevel")
	if err != nil {
		if strings.Contains(err.Error(), "not a git repository") {
			return nil, fmt.Errorf("%s is not in a git repository", dir)
		}
		return nil, err
	}
	r.Top = filepath.FromSlash(strings.TrimRight(top, "\r\n"))
	return r, nil
}

// vet refuses a folder that git would take for a repository without a work tree.
// Such a one can be among the files of another repository, and git runs programs
// that its configuration names. Releases of git before 2.38 cannot be told to keep
// away from them (safe.bareRepository).
func vet(dir string) error {
	if os.Getenv("GIT_DIR") != "" {
		return nil // git looks for none
	}
	abs, err := filepath.Abs(dir)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return err
	}
	for d := abs; !has(d, ".git"); d = filepath.Dir(d) {
		// https://git-scm.com/docs/gitrepository-layout
		if has(d, "HEAD") && (has(d, "objects") && has(d, "refs") || has(d, "commondir")) {
			return fmt.Errorf("%s has the files of a bare repository, whose configuration can make git run programs: remove them, or run this elsewhere", d)
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	return nil
}

// Owns reports whether a path leads into git's own folder, .git, also as other file
// systems spell it. Programs are there that git runs, and nothing that comes with a
// tree.
func Owns(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(filepath.ToSlash(name), func(r rune) bool { return r == '/' || r == '\\' }), func(part string) bool {
		return strings.EqualFold(strings.TrimRight(part, ". "), ".git")
	})
}

func has(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

// Base is the commit that the work tree and a ref have in common: where a branch
// left it. What has happened to the ref since is no change of the branch.
func (r *Repository) Base(ref string) (string, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return "", fmt.Errorf("%q is no name of a commit", ref)
	}
	commit, err := r.run(nil, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		if r.shallow() {
			return "", fmt.Errorf("there is no commit %q in this clone, which is shallow: fetch all of it (git fetch --unshallow; fetch-depth: 0 for actions/checkout; GIT_DEPTH: 0 in GitLab)", ref)
		}
		return "", fmt.Errorf("there is no commit %q in this repository: git fetch brings those of others, and names them as in origin/main", ref)
	}
	commit = strings.TrimSpace(commit)
	base, err := r.run(nil, "merge-base", commit, "HEAD")
	if err != nil {
		if r.shallow() {
			return "", fmt.Errorf("what %q and HEAD have in common is not in this clone, which is shallow: fetch all of it (git fetch --unshallow; fetch-depth: 0 for actions/checkout; GIT_DEPTH: 0 in GitLab)", ref)
		}
		return "", fmt.Errorf("%q and HEAD have no commit in common", ref)
	}
	return strings.TrimSpace(base), nil
}

func (r *Repository) shallow() bool {
	answer, err := r.run(nil, "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(answer) == "true"
}

// Read returns what a file of the work tree was in a commit, nil where it was not
// there.
func (r *Repository) Read(commit, path string) []byte {
	rel, err := filepath.Rel(r.Top, path)
	if err != nil {
		return nil
	}
	text, err := r.run(nil, "cat-file", "blob", commit+":"+filepath.ToSlash(rel))
	if err != nil {
		return nil
	}
	return []byte(text)
}

// Export writes the files of a commit into a folder, as a checkout of it would, and
// those of its submodules that are checked out and have the commit that it names.
func (r *Repository) Export(commit, dir string) error {
	index := filepath.Join(dir, ".krm-validate-index")
	defer os.Remove(index)
	env := []string{"GIT_INDEX_FILE=" + index}
	if _, err := r.run(env, "read-tree", "--end-of-options", commit); err != nil {
		return err
	}
	if _, err := r.run(env, "checkout-index", "--all", "--quiet", "--prefix="+filepath.ToSlash(dir)+"/"); err != nil {
		return err
	}
	return r.exportSubmodules(env, dir)
}

func (r *Repository) exportSubmodules(env []string, dir string) error {
	files, err := r.run(env, "ls-files", "--stage", "-z")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(files, "\x00") {
		// 160000 COMMIT 0<TAB>PATH
		head, path, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(head)
		if len(fields) != 3 || fields[0] != "160000" {
			continue
		}
		path = filepath.FromSlash(path)
		sub := &Repository{Top: filepath.Join(r.Top, path), submodule: true}
		if _, err := os.Lstat(filepath.Join(sub.Top, ".git")); err != nil {
			continue // it is not checked out
		}
		if _, err := sub.run(nil, "cat-file", "-e", fields[1]+"^{commit}"); err != nil {
			continue
		}
		if err := os.MkdirAll(filepath.Join(dir, path), 0o755); err != nil {
			return err
		}
		if err := sub.Export(fields[1], filepath.Join(dir, path)); err != nil {
			return fmt.Errorf("submodule %s: %w", filepath.ToSlash(path), err)
		}
	}
	return nil
}

// Changes is how a work tree differs from a commit. Paths are relative to the
// top, with slashes.
type Changes struct {
	// Files are those that were added, changed or removed, with files that git
	// does not know yet but for those it ignores. Renamed ones are there with both
	// names.
	Files []string
	// Renamed has the new names of renamed files by their old ones.
	Renamed map[string]string
}

// Changes compares the work tree with a commit.
func (r *Repository) Changes(commit string) (*Changes, error) {
	c := &Changes{Renamed: map[string]string{}}
	text, err := r.run(nil, "diff", "--name-status", "--no-ext-diff", "--find-renames", "-z", "--end-of-options", commit)
	if err != nil {
		return nil, err
	}
	fields := strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		c.Files = append(c.Files, fields[i+1])
		if status := fields[i]; strings.HasPrefix(status, "R") || strings.HasPrefix(status, "C") {
			if i+2 >= len(fields) {
				break
			}
			if status[0] == 'R' {
				c.Renamed[fields[i+1]] = fields[i+2]
			}
			c.Files = append(c.Files, fields[i+2])
			i++
		}
	}
	untracked, err := r.run(nil, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(untracked, "\x00") {
		if name != "" {
			c.Files = append(c.Files, name)
		}
	}
	return c, nil
}

// Paths are the absolute paths of files that are named from the top, with slashes.
func (r *Repository) Paths(names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(r.Top, filepath.FromSlash(name))
	}
	return paths
}

// ofOneRepository are variables that say where a repository is: git rev-parse
// --local-env-vars.
var ofOneRepository = []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX"}

// run runs git and returns what it prints. Its complaint is on one line.
func (r *Repository) run(env []string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", r.Top, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.quotePath=false"}, args...)...)
	cmd.Env = os.Environ()
	if r.submodule {
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool {
			name, _, _ := strings.Cut(v, "=")
			return slices.Contains(ofOneRepository, name)
		})
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	cmd.Env = append(cmd.Env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if text := strings.Join(strings.Fields(errs.String()), " "); text != "" {
			return "", errors.New(text)
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.String(), nil
}

// Refs are the names of branches and tags.
func (r *Repository) Refs() []string {
	text, err := r.run(nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil
	}
	return strings.Fields(text)
}
