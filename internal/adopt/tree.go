package adopt

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
)

// tree is the disk as it will be: nothing of it is written before all of it has
// been tried.
type tree struct {
	filesys.FileSystem
	write map[string]atomicfile.File // by absolute path
	// gone are the files that are not there any more, with what they held.
	gone map[string][]byte
	// from says of a moved file where it was.
	from map[string]string
	dirs map[string]bool // that files of write are in
}

func newTree() *tree {
	return &tree{FileSystem: filesys.MakeFsOnDisk(), write: map[string]atomicfile.File{}, gone: map[string][]byte{}, from: map[string]string{}, dirs: map[string]bool{}}
}

func (t *tree) add(path string, content []byte, perm os.FileMode) {
	t.write[path] = atomicfile.File{Content: content, Perm: perm}
	for dir := filepath.Dir(path); !t.dirs[dir] && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		t.dirs[dir] = true
	}
}

// move moves a file, with what it says then.
func (t *tree) move(from, to string, was, content []byte, perm os.FileMode) {
	t.gone[from] = was
	t.from[to] = from
	t.add(to, content, perm)
}

func (t *tree) missing(op, path string) error {
	return &fs.PathError{Op: op, Path: path, Err: fs.ErrNotExist}
}

// isGone reports whether a path is a file that goes and that nothing takes the
// place of.
func (t *tree) isGone(path string) bool {
	_, gone := t.gone[path]
	_, again := t.write[path]
	return gone && !again
}

// ReadFile, CleanedAbs, Exists and IsDir are what kustomize asks of a file system.

func (t *tree) ReadFile(path string) ([]byte, error) {
	path = absolute(path)
	if f, ok := t.write[path]; ok {
		return f.Content, nil
	}
	if t.isGone(path) {
		return nil, t.missing("open", path)
	}
	return t.FileSystem.ReadFile(path)
}

func (t *tree) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	path = absolute(path)
	switch {
	case t.isFile(path):
		return filesys.ConfirmedDir(filepath.Dir(path)), filepath.Base(path), nil
	case t.dirs[path] && !t.FileSystem.Exists(path):
		return filesys.ConfirmedDir(path), "", nil
	case t.isGone(path):
		return "", "", t.missing("stat", path)
	}
	return t.FileSystem.CleanedAbs(path)
}

func (t *tree) isFile(path string) bool {
	_, ok := t.write[path]
	return ok
}

func (t *tree) Exists(path string) bool {
	path = absolute(path)
	return t.isFile(path) || t.dirs[path] || !t.isGone(path) && t.FileSystem.Exists(path)
}

func (t *tree) IsDir(path string) bool {
	path = absolute(path)
	return t.dirs[path] || t.FileSystem.IsDir(path)
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// top is the directory that all files which change are in.
func (t *tree) top() string {
	top := ""
	for path := range t.write {
		top = common(top, filepath.Dir(path))
	}
	for path := range t.gone {
		top = common(top, filepath.Dir(path))
	}
	return top
}

// common is the directory that two directories are in; an empty one is none.
func common(a, b string) string {
	for a != "" {
		rel, err := filepath.Rel(a, b)
		if err == nil && filepath.IsLocal(rel) || a == filepath.Dir(a) {
			return a
		}
		a = filepath.Dir(a)
	}
	return b
}

// commit writes the tree, all of it or nothing. What is moved must be as it was
// read, and what is new must not be there.
func (t *tree) commit() error {
	top := t.top()
	files := map[string]atomicfile.File{}
	for path, f := range t.write {
		_, replaces := t.gone[path]
		if _, err := os.Lstat(path); err == nil && !replaces {
			return fmt.Errorf("%s has appeared meanwhile: nothing was written, run it again", path)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "not a directory") {
			return err
		}
		rel, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = f
	}
	var gone []string
	for _, path := range slices.Sorted(maps.Keys(t.gone)) {
		now, err := os.ReadFile(path)
		if err != nil || string(now) != string(t.gone[path]) {
			return fmt.Errorf("%s has changed meanwhile: nothing was written, run it again", path)
		}
		if _, again := t.write[path]; again {
			continue
		}
		rel, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		gone = append(gone, filepath.ToSlash(rel))
	}
	return atomicfile.WriteTree(top, files, gone...)
}

// most is how much onDisk copies, in files.
const most = 20000

// onDisk calls f with a copy of the repository as it will be, in a temporary
// directory, and where it has what. Nothing that is no part of a build is copied.
func (l *layout) onDisk(f func(files *kbuild.Snapshot, there func(string) string) error) error {
	dir, err := os.MkdirTemp("", "krm-validate-")
	if err != nil {
		return err
	}
	defer cleanup.Add(dir)()
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	there := func(path string) string {
		if rel, err := filepath.Rel(l.top, path); err == nil {
			return filepath.Join(dir, rel)
		}
		return path
	}
	write := func(path string, content []byte) error {
		if err := os.MkdirAll(filepath.Dir(there(path)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(there(path), content, 0o600)
	}
	n := 0
	err = filepath.WalkDir(l.top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case !d.Type().IsRegular() || l.tree.isGone(path) || l.tree.isFile(path):
			return nil
		}
		if n++; n > most {
			return fmt.Errorf("%s has more than %d files: run init on a copy of the part that has the overlays", l.top, most)
		}
		content, err := l.tree.FileSystem.ReadFile(path)
		if err != nil {
			return err
		}
		return write(path, content)
	})
	if err != nil {
		return err
	}
	for path, file := range l.tree.write {
		if err := write(path, file.Content); err != nil {
			return err
		}
	}
	err = f(kbuild.NewSnapshot(filesys.MakeFsOnDisk()), there)
	if refused := (*lock.SecretError)(nil); err == nil || errors.As(err, &refused) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), dir, l.top)) // nobody has seen the copy
}
