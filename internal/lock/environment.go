package lock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
)

// Environment is a directory with a source, a pipeline and a lock.
type Environment struct {
	// Name is the directory as the user named it.
	Name string
	// Dir is its absolute path, without symlinks.
	Dir string
	// Source is the absolute path of its source: the directory source in it, or
	// the one that its pipeline runs the function over.
	Source string
}

const (
	sourceDir   = "source"
	pipelineDir = "pipeline"
	lockDir     = "lock"
)

// ownKustomization is what an environment's own kustomization holds.
func (e *Environment) ownKustomization() string {
	return fmt.Sprintf(`# What people apply, with any kustomize and no plugin: kubectl apply -k
# It is the source and its lock and nothing else.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
- %s

components:
- lock
`, e.relative(e.Source))
}

// relative is a path as the environment's own kustomization has it.
func (e *Environment) relative(path string) string {
	rel, err := filepath.Rel(e.Dir, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

// Planned is an environment that need not be on the disk yet. dir and source are
// absolute paths without symlinks.
func Planned(name, dir, source string) *Environment {
	return &Environment{Name: name, Dir: dir, Source: source}
}

// Pipeline is the directory of the pipeline.
func (e *Environment) Pipeline() string { return filepath.Join(e.Dir, pipelineDir) }
func (e *Environment) lock() string     { return filepath.Join(e.Dir, lockDir) }

func (e *Environment) lockFile(name string) string { return filepath.Join(e.lock(), name) }

// kustomization is the path of the environment's own kustomization file,
// whichever of the names it has.
func (e *Environment) kustomization() string {
	if file := KustomizationIn(e.Dir); file != "" {
		return file
	}
	return filepath.Join(e.Dir, kustomizationFile)
}

// KustomizationIn is the path of the kustomization file in a directory, whichever of
// the names it has, or "".
func KustomizationIn(dir string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}

// OpenAll opens environments, each once. It ends with the first that is none.
func OpenAll(dirs []string) ([]*Environment, error) {
	var envs []*Environment
	seen, beside := map[string]bool{}, siblings{}
	for _, dir := range dirs {
		e, err := open(dir, beside)
		if err != nil {
			return nil, err
		}
		if !seen[e.Dir] {
			seen[e.Dir] = true
			envs = append(envs, e)
		}
	}
	return envs, nil
}

// Open checks that dir is an environment whose lock can be written.
func Open(dir string) (*Environment, error) { return open(dir, siblings{}) }

func open(dir string, beside siblings) (*Environment, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such directory", dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file: name the environment's directory instead", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, err
	}
	e := &Environment{Name: dir, Dir: abs}
	var missing []string
	if e.Source, err = e.findSource(); err != nil {
		return nil, err
	}
	if e.Source == "" {
		missing = append(missing, sourceDir+"/")
	}
	if KustomizationIn(e.Pipeline()) == "" {
		missing = append(missing, pipelineDir+"/")
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s has no %s with a kustomization.yaml. An environment's directory holds\n"+
			"  source/     its resources, unless they are elsewhere and pipeline/ says where\n"+
			"  pipeline/   source/ with the function in transformers:\n"+
			"  lock/       written by krm-validate lock\n"+
			"krm-validate init %s makes one of an overlay", dir, strings.Join(missing, " and no "), dir)
	}
	return e, e.checkLayout(beside)
}

// findSource returns the source, "" if there is none.
func (e *Environment) findSource() (string, error) {
	if dir := filepath.Join(e.Dir, sourceDir); KustomizationIn(dir) != "" {
		return dir, nil
	}
	dir := sourceOf(e.Pipeline())
	if dir == "" {
		return "", nil
	}
	if rel, err := filepath.Rel(dir, e.Pipeline()); err == nil && filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s: its pipeline is a cycle: it runs the function over %s, and is inside of it, which kustomize does not build. "+
			"Move what %s builds into a directory of its own beside the pipeline, %s: krm-validate init does that to an overlay without a pipeline",
			e.Name, e.shown(dir), e.shown(dir), e.show(sourceDir))
	}
	return dir, nil
}

// shown is a path in or above the environment as the user would type it.
func (e *Environment) shown(path string) string { return filepath.Join(e.Name, e.relative(path)) }

// sourceOf is the directory that the function runs over in a pipeline: the only
// resource of the first kustomization with transformers, from dir on. It is ""
// where that is not clear.
func sourceOf(dir string) string {
	for range 8 {
		k := readKustomization(dir)
		if k == nil {
			return ""
		}
		resources := append(slices.Clone(k.Resources), k.Bases...) //nolint:staticcheck // people have bases
		if len(resources) != 1 {
			return ""
		}
		next := filepath.Join(dir, filepath.FromSlash(resources[0]))
		if real, err := filepath.EvalSymlinks(next); err == nil {
			next = real
		}
		if KustomizationIn(next) == "" {
			return ""
		}
		if len(k.Transformers) > 0 {
			return next
		}
		dir = next
	}
	return ""
}

// readKustomization reads the kustomization of a directory, nil if there is none.
func readKustomization(dir string) *types.Kustomization {
	file := KustomizationIn(dir)
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var k types.Kustomization
	if k.Unmarshal(content) != nil {
		return nil
	}
	return &k
}

// checkLayout refuses what would make a lock reach outside of its environment
// or belong to two of them.
func (e *Environment) checkLayout(beside siblings) error {
	info, err := os.Lstat(e.lock())
	switch {
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		target, _ := os.Readlink(e.lock())
		return fmt.Errorf("%s is a symlink to %s: every environment has a lock/ of its own, remove the link", e.show(lockDir), target)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is a file: a lock is a directory, move the file away", e.show(lockDir))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	for _, d := range []string{sourceDir, pipelineDir} {
		if d == sourceDir && e.Source != filepath.Join(e.Dir, d) {
			continue
		}
		real, err := filepath.EvalSymlinks(filepath.Join(e.Dir, d))
		if err != nil {
			return err
		}
		if rel, err := filepath.Rel(e.Dir, real); err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("%s is a symlink that leads outside of %s: put the environment's own kustomization there and name the other one in its resources:",
				e.show(d), e.Name)
		}
	}
	components, err := componentsOf(e.Dir)
	if err != nil {
		return err
	}
	if components != nil && !slices.Equal(components, []string{e.lock()}) {
		var others []string
		for _, c := range components {
			if c != e.lock() {
				rel, err := filepath.Rel(e.Dir, c)
				if err != nil {
					rel = c
				}
				others = append(others, rel)
			}
		}
		if len(others) == 0 {
			others = []string{"nothing"}
		}
		return fmt.Errorf("%s: its components: are %s: expected lock alone. This file is the source and its lock and nothing else, so write\n%s",
			e.show(filepath.Base(e.kustomization())), strings.Join(others, ", "), indentLines(e.ownKustomization()))
	}
	return e.checkSiblings(beside)
}

// checkSiblings refuses a lock that another environment uses too.
func (e *Environment) checkSiblings(beside siblings) error {
	for _, name := range beside.users(filepath.Dir(e.Dir), e.lock()) {
		if name != filepath.Base(e.Dir) {
			return fmt.Errorf("%s is used by %s too: a lock fits one environment; let that one have its own (components: [lock])",
				e.show(lockDir), filepath.Join(filepath.Dir(e.Name), name))
		}
	}
	return nil
}

// siblings has the names of the folders that use a component, by the folder that
// they are in and the component's path.
type siblings map[string]map[string][]string

func (s siblings) users(parent, component string) []string {
	users, ok := s[parent]
	if !ok {
		users = map[string][]string{}
		entries, _ := os.ReadDir(parent) // what cannot be read is not ours to judge
		for _, e := range entries {
			if !e.IsDir() {
				continue
			}
			components, _ := componentsOf(filepath.Join(parent, e.Name()))
			for _, c := range components {
				users[c] = append(users[c], e.Name())
			}
		}
		s[parent] = users
	}
	return users[component]
}

// componentsOf are the components of the kustomization in dir as absolute
// paths without symlinks; nil when there is no kustomization.
func componentsOf(dir string) ([]string, error) {
	file := KustomizationIn(dir)
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var k types.Kustomization
	if err := k.Unmarshal(content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	components := []string{}
	for _, c := range k.Components {
		path := filepath.Join(dir, c)
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		components = append(components, path)
	}
	return components, nil
}

// show is a path in the environment as the user would type it.
func (e *Environment) show(name string) string { return filepath.Join(e.Name, name) }

func indentLines(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// Find returns the environments in and up to two levels below dir: the
// directories that have a pipeline/ and a source/, or a lock of another source.
func Find(dir string) ([]string, error) {
	var found []string
	for _, pattern := range []string{".", "*", "*/*"} {
		matches, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			if KustomizationIn(filepath.Join(m, pipelineDir)) == "" {
				continue
			}
			k := readKustomization(m)
			if KustomizationIn(filepath.Join(m, sourceDir)) != "" || k != nil && slices.Contains(k.Components, lockDir) {
				found = append(found, m)
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// current reads the lock as it is on the disk, nil if there is none.
func (e *Environment) current() (files, error) {
	all, err := read(e.lock())
	var odd *notAFileError
	switch {
	case errors.Is(err, fs.ErrNotExist) && all == nil:
		return nil, nil
	case errors.As(err, &odd):
		return nil, fmt.Errorf("%s: a lock has nothing but files in it, move it away", e.show(filepath.Join(lockDir, odd.name)))
	}
	return all, err
}

type notAFileError struct{ name string }

func (e *notAFileError) Error() string { return e.name + " is no file" }

// read reads the files of a directory.
func read(dir string) (files, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := files{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			return nil, &notAFileError{entry.Name()}
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return all, err
		}
		all[entry.Name()] = content
	}
	return all, nil
}

// Write puts the lock in place, whole or not at all, and reports whether that
// changed anything. Unless force is set, it leaves alone what somebody edited.
// Nothing is written if the inputs or the old lock change meanwhile.
func (l *Lock) Write(force bool) (changed bool, err error) {
	e := l.env
	unlock := atomicfile.Exclusive(e.Dir)
	defer unlock()
	if err := e.recover(); err != nil {
		return false, err
	}
	have, err := e.current()
	if err != nil {
		return false, err
	}
	if err := l.inputs.Unchanged(); err != nil {
		return false, err
	}
	if have.same(l.files) && !l.addKustomization {
		return false, nil
	}
	if err := have.edited(); have != nil && err != nil && !force {
		return false, fmt.Errorf("%s: %w (%w). Nothing was written; put the change into source/ or pipeline/, then run\n  krm-validate lock --force %s",
			e.show(lockDir), ErrEdited, err, e.Name)
	}
	if !have.same(l.files) {
		err := cleanup.Uninterrupted(func() error { return e.replaceLock(have, l.files) })
		if err != nil {
			return false, fmt.Errorf("%s: nothing was written: %w", e.show(lockDir), err)
		}
	}
	if l.addKustomization {
		if err := atomicfile.Create(e.kustomization(), []byte(e.ownKustomization()), 0o644); err != nil {
			return true, err
		}
	}
	return true, nil
}

// temporary is how the directories begin that a lock is exchanged through:
// each has the new lock in it, then the old one.
const temporary = ".lock-"

// recover ends what a run before this one, which was killed, had begun: the old
// lock is put back if there is none.
func (e *Environment) recover() error {
	left, err := filepath.Glob(filepath.Join(e.Dir, temporary+"*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if !isExchange(dir) {
			continue
		}
		old := filepath.Join(dir, "old")
		if _, err := os.Lstat(old); err == nil {
			if _, err := os.Lstat(e.lock()); errors.Is(err, fs.ErrNotExist) {
				if err := os.Rename(old, e.lock()); err != nil {
					return err
				}
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// isExchange reports whether a directory has nothing in it but locks that a run was
// exchanging.
func isExchange(dir string) bool {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return false
	}
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !e.IsDir() || !slices.Contains([]string{"new", "old", "unused"}, e.Name())
	})
}

// errMeanwhile says that the lock changed between the moment it was looked at and
// the one it was replaced.
var errMeanwhile = errors.New("somebody changed the lock during the run: run it again")

// replaceLock writes a new directory beside the old one and exchanges them in
// one step, or in two where the system has no call for it.
func (e *Environment) replaceLock(have, content files) (err error) {
	tmp, err := os.MkdirTemp(e.Dir, temporary)
	if err != nil {
		return err
	}
	keep := false // what is in it is nowhere else
	defer func() {
		if !keep {
			os.RemoveAll(tmp)
		}
	}()
	fresh, old := filepath.Join(tmp, "new"), filepath.Join(tmp, "old")
	if err := os.Mkdir(fresh, 0o755); err != nil {
		return err
	}
	for name, text := range content {
		if err := atomicfile.WriteNew(filepath.Join(fresh, name), text, 0o644); err != nil {
			return err
		}
	}
	if have == nil {
		return os.Rename(fresh, e.lock()) // fails if there is a lock by now
	}
	switch err := exchange(fresh, e.lock()); {
	case err == nil:
		old = fresh
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	default:
		if err := os.Rename(e.lock(), old); err != nil {
			return err
		}
		if err := os.Rename(fresh, e.lock()); err != nil {
			back := os.Rename(old, e.lock())
			keep = back != nil
			return errors.Join(err, back)
		}
	}
	if was, err := read(old); err != nil || !was.same(have) {
		back := exchange(old, e.lock())
		if errors.Is(back, errors.ErrUnsupported) {
			back = errors.Join(os.Rename(e.lock(), filepath.Join(tmp, "unused")), os.Rename(old, e.lock()))
		}
		keep = back != nil
		return errors.Join(errMeanwhile, back)
	}
	return nil
}

func (f files) same(g files) bool {
	if len(f) != len(g) {
		return false
	}
	for name, content := range f {
		if other, ok := g[name]; !ok || string(other) != string(content) {
			return false
		}
	}
	return true
}

// ReadFile, CleanedAbs, Exists and IsDir are what kustomize asks of a file
// system when it reads a component.

func (m *mount) ReadFile(path string) ([]byte, error) {
	if content, ok := m.files[path]; ok {
		return content, nil
	}
	if m.isDir(filepath.Dir(path)) && filepath.Base(filepath.Dir(path)) == lockDir {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return m.FileSystem.ReadFile(path)
}

func (m *mount) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	switch {
	case m.files[path] != nil:
		return filesys.ConfirmedDir(filepath.Dir(path)), filepath.Base(path), nil
	case m.isDir(path) && !m.FileSystem.Exists(path):
		return filesys.ConfirmedDir(path), "", nil
	}
	return m.FileSystem.CleanedAbs(path)
}

func (m *mount) Exists(path string) bool {
	return m.files[path] != nil || m.isDir(path) || m.FileSystem.Exists(path)
}

func (m *mount) IsDir(path string) bool { return m.isDir(path) || m.FileSystem.IsDir(path) }
