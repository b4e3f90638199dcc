// Package git asks git about the repository that files are in: which commit a
// branch left from, what it had in it, and what has changed since. It runs the
// git program, and changes nothing in the repository.
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// Repository is a work tree.
type Repository struct {
	// Top is its topmost folder, absolute and without symbolic links.
	Top string

	submodule bool // what hooks of git are told of the repository is not about it
	tame      *tamed
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
	if getenv("GIT_DIR") != "" {
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

// Top is the folder of the repository that an absolute path is in, the nearest with a
// .git; "" if it is in none.
func Top(dir string) string {
	for ; !has(dir, ".git"); dir = filepath.Dir(dir) {
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
	return dir
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
// those of its submodules that are checked out and have the commit that it names. The
// folder gets a .git with nothing but an index: it is the top of what [Tracked] and
// [Top] know, and no repository to git.
func (r *Repository) Export(commit, dir string) error {
	own := filepath.Join(dir, ".git")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	env := []string{"GIT_INDEX_FILE=" + filepath.Join(own, "index")}
	if _, err := r.run(env, "read-tree", "--end-of-options", commit); err != nil {
		return err
	}
	if _, err := r.run(env, "checkout-index", "--all", "--quiet", "--prefix="+filepath.ToSlash(dir)+"/"); err != nil {
		return err
	}
	return r.exportSubmodules(env, dir)
}

func (r *Repository) exportSubmodules(env []string, dir string) error {
	return r.submodules(env, func(path, commit string, sub *Repository) error {
		if _, err := sub.run(nil, "cat-file", "-e", commit+"^{commit}"); err != nil {
			return nil
		}
		to := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		if err := sub.Export(commit, to); err != nil {
			return fmt.Errorf("submodule %s: %w", path, err)
		}
		return nil
	})
}

// submodules calls f for those of the index that are checked out, with their paths
// and the commits that the index has.
func (r *Repository) submodules(env []string, f func(path, commit string, sub *Repository) error) error {
	files, err := r.run(env, "ls-files", "--full-name", "--stage", "-z", ":/")
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
		sub := &Repository{Top: filepath.Join(r.Top, filepath.FromSlash(path)), submodule: true}
		if _, err := os.Lstat(filepath.Join(sub.Top, ".git")); err != nil {
			continue // it is not checked out
		}
		if err := f(path, fields[1], sub); err != nil {
			return err
		}
	}
	return nil
}

// dirty reports whether a work tree is not what its commit has.
func (r *Repository) dirty() (bool, error) {
	for _, args := range [][]string{
		{"diff", "--name-only", "--no-ext-diff", "--ignore-submodules=dirty", "HEAD"},
		{"ls-files", "--others", "--exclude-standard"},
	} {
		if text, err := r.run(nil, args...); err != nil || text != "" {
			return true, nil // without a commit, all of it is new
		}
	}
	found := errors.New("dirty")
	err := r.submodules(nil, func(_, _ string, sub *Repository) error {
		if changed, err := sub.dirty(); err != nil || !changed {
			return err
		}
		return found
	})
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
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
	// git would look into submodules with the settings that those bring along.
	text, err := r.run(nil, "diff", "--name-status", "--no-ext-diff", "--find-renames", "--ignore-submodules=dirty", "-z", "--end-of-options", commit)
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
	err = r.submodules(nil, func(path, _ string, sub *Repository) error {
		if changed, err := sub.dirty(); err != nil || !changed {
			return err
		}
		c.Files = append(c.Files, path)
		return nil
	})
	if err != nil {
		return nil, err
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
// --local-env-vars, but for configuration.
var ofOneRepository = []string{
	"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX",
	"GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_QUARANTINE_PATH", "GIT_IMPLICIT_WORK_TREE",
}

// ofHook are the variables that [Isolate] has taken away.
var ofHook struct {
	sync.Mutex
	set []string
}

// environ is the environment as it was before [Isolate].
func environ() []string {
	ofHook.Lock()
	defer ofHook.Unlock()
	return append(slices.Clone(ofHook.set), os.Environ()...) // the last one of a name counts
}

func getenv(name string) string {
	value := ""
	for _, v := range environ() {
		if v, ok := strings.CutPrefix(v, name+"="); ok {
			value = v
		}
	}
	return value
}

// Isolate has the programs that this one starts know nothing of the repository that
// a hook of git is about, which may have started this program: kustomize has git
// clone remote bases, and with GIT_DIR or GIT_INDEX_FILE set that would change the
// repository or its index instead. Clones run no hooks either, wherever the user
// keeps those. Repositories that were or will be opened see the environment as it
// was.
var Isolate = sync.OnceFunc(func() {
	ofHook.Lock()
	defer ofHook.Unlock()
	for _, name := range ofOneRepository {
		if value, ok := os.LookupEnv(name); ok {
			ofHook.set = append(ofHook.set, name+"="+value)
			_ = os.Unsetenv(name)
		}
	}
	// https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
	n, err := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT"))
	if err != nil {
		n = 0
	}
	for _, setting := range harmless {
		key, value, _ := strings.Cut(setting, "=")
		_ = os.Setenv(fmt.Sprint("GIT_CONFIG_KEY_", n), key)
		_ = os.Setenv(fmt.Sprint("GIT_CONFIG_VALUE_", n), value)
		n++
	}
	_ = os.Setenv("GIT_CONFIG_COUNT", strconv.Itoa(n))
})

// harmless are settings with which git runs nothing that a repository brings along,
// and leaves what it has stored as it is.
var harmless = []string{"core.hooksPath=" + os.DevNull, "core.fsmonitor=false", "protocol.ext.allow=never", "maintenance.auto=false", "gc.auto=0"}

// run runs git and returns what it prints. Its complaint is on one line.
func (r *Repository) run(env []string, args ...string) (string, error) {
	if r.tame == nil {
		r.tame = &tamed{}
		settings, err := r.run(nil, "config", "--show-scope", "--includes", "--null", "--list")
		if err != nil {
			r.tame = nil
			return "", err
		}
		if r.tame, err = tame(settings); err != nil {
			return "", err
		}
	}
	all := []string{"-C", r.Top, "-c", "core.quotePath=false"}
	for _, setting := range slices.Concat(harmless, r.tame.settings) {
		all = append(all, "-c", setting)
	}
	cmd := exec.Command("git", append(all, args...)...)
	cmd.Env = environ()
	if r.submodule {
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool {
			name, _, _ := strings.Cut(v, "=")
			return slices.Contains(ofOneRepository, name)
		})
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	cmd.Env = append(append(cmd.Env, r.tame.env...), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	most := 10 * limits.Current().Remote
	if err := cleanup.Run(cmd, most); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return "", fmt.Errorf("git %s has not ended within %s", args[0], most)
		}
		if text := strings.Join(strings.Fields(errs.String()), " "); text != "" {
			return "", errors.New(text)
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.String(), nil
}

// tamed is what keeps git from running what the configuration of a repository names.
type tamed struct{ settings, env []string }

// tame judges the settings of git config --show-scope --null --list. Those of the
// user and of the machine are theirs; those of the repository came with its folder,
// which may be one that somebody else has packed. What it has git run is left out,
// but for the programs that everybody knows; what cannot be left out is an error.
// https://git-scm.com/docs/gitattributes#_filter
func tame(settings string) (*tamed, error) {
	var t tamed
	off := map[string][]string{} // settings that switch a section off
	fields := strings.Split(settings, "\x00")
	fetches, programs := false, false
	for i := 0; i+1 < len(fields); i += 2 {
		if scope := fields[i]; scope != "local" && scope != "worktree" {
			continue
		}
		// Sections and names are in lower case already.
		key, value, _ := strings.Cut(fields[i+1], "\n")
		section, name := key, ""
		if end := strings.LastIndexByte(key, '.'); end >= 0 {
			section, name = key[:end], key[end+1:]
		}
		switch {
		case strings.HasPrefix(section, "hook."): // https://git-scm.com/docs/git-hook
			off[section] = []string{"enabled=false"}
		case strings.HasPrefix(section, "filter.") && (name == "clean" || name == "smudge" || name == "process"):
			if !knownFilters[strings.Join(strings.Fields(strings.ReplaceAll(value, `"`, "")), " ")] {
				off[section] = []string{"clean=", "smudge=", "process=", "required=false"}
			}
		case strings.HasPrefix(section, "remote.") && (name == "promisor" || name == "partialclonefilter"), key == "extensions.partialclone":
			fetches = true
		case section == "core" && (name == "sshcommand" || name == "gitproxy" || name == "askpass" || name == "alternaterefscommand"),
			section == "credential" || strings.HasPrefix(section, "credential."),
			section == "protocol" || strings.HasPrefix(section, "protocol."),
			strings.HasPrefix(section, "remote.") && (name == "uploadpack" || name == "vcs"),
			(section == "http" || strings.HasPrefix(section, "http.")) && !harmlessHTTP[name]:
			programs = true // or files, that cookies are written into
		}
	}
	for section, settings := range off {
		if strings.Contains(section, "=") { // -c takes the name of a setting to end there
			return nil, fmt.Errorf("the repository's own configuration has a section %q, of which git cannot be told to run nothing: remove it, or move it to the configuration of the user", section)
		}
		for _, setting := range settings {
			t.settings = append(t.settings, section+"."+setting)
		}
	}
	slices.Sort(t.settings)
	switch {
	case fetches && programs: // what is missing would be fetched by programs that the configuration names
		t.env = append(t.env, "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none")
	case fetches && getenv("GIT_ALLOW_PROTOCOL") == "":
		t.env = append(t.env, "GIT_ALLOW_PROTOCOL=http:https:ssh:git:file")
	}
	return &t, nil
}

// harmlessHTTP are settings of http, in lower case, that neither run a program nor
// write a file.
var harmlessHTTP = map[string]bool{
	"extraheader": true, "postbuffer": true, "version": true, "sslverify": true, "sslcainfo": true, "sslcapath": true, "lowspeedlimit": true, "lowspeedtime": true,
}

// knownFilters are those of git-lfs and git-crypt, which are found on the PATH.
var knownFilters = map[string]bool{
	"git-lfs clean -- %f": true, "git-lfs smudge -- %f": true, "git-lfs filter-process": true,
	"git-lfs smudge --skip -- %f": true, "git-lfs filter-process --skip": true,
	"git-crypt clean": true, "git-crypt smudge": true,
}

// Refs are the names of branches and tags.
func (r *Repository) Refs() []string {
	text, err := r.run(nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
	if err != nil {
		return nil
	}
	return strings.Fields(text)
}
