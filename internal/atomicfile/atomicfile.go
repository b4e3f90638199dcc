// Package atomicfile writes files whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/parallel"
)

// Write makes content the content of the named file. A reader sees the old
// content or the new one, never a part. What is not a regular file (a device,
// a pipe) is written to as it is, and a symlink keeps pointing where it does. A
// file that may not be written to stays as it is.
func Write(name string, content []byte, perm os.FileMode) error {
	name, perm, regular, err := target(name, perm)
	if err != nil {
		return err
	}
	if !regular {
		return os.WriteFile(name, content, perm)
	}
	tmp, remove, err := temporary(name, content, perm)
	if err != nil {
		return err
	}
	defer remove()
	return os.Rename(tmp, name)
}

// Create is Write for a file that is not there yet. It is an error if one is.
func Create(name string, content []byte, perm os.FileMode) error {
	tmp, remove, err := temporary(name, content, perm)
	if err != nil {
		return err
	}
	defer remove()
	if err := os.Link(tmp, name); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// A file system without hard links.
	if _, err := os.Lstat(name); err == nil {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	return os.Rename(tmp, name)
}

// Writable is the error with which Write would fail before it writes anything.
func Writable(name string) error {
	name, _, regular, err := target(name, 0o600)
	if err != nil || !regular {
		return err
	}
	tmp, remove, err := beside(name)
	if err != nil {
		return err
	}
	defer remove()
	return tmp.Close()
}

// target is what is written to instead of name, and how.
func target(name string, perm os.FileMode) (_ string, _ os.FileMode, regular bool, err error) {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, perm, true, nil
	case err != nil:
		return "", 0, false, err
	case info.IsDir():
		return "", 0, false, fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular():
		return name, perm, false, nil
	case info.Mode().Perm()&0o222 == 0:
		return "", 0, false, &fs.PathError{Op: "write", Path: name, Err: errReadOnly}
	}
	// Renaming asks for no permission to write; somebody may have taken it away.
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return "", 0, false, err
	}
	return name, info.Mode().Perm(), true, f.Close()
}

var errReadOnly = errors.New("the file is read-only")

// temporary writes a file beside name. Until it is renamed it is for the owner
// alone, and goes away with the program, or with the next one. It is on the disk
// before it gets its name: a machine that fails leaves no empty file behind.
func temporary(name string, content []byte, perm os.FileMode) (path string, remove func(), err error) {
	tmp, remove, err := beside(name)
	if err != nil {
		return "", nil, err
	}
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Chmod(perm), tmp.Sync(), tmp.Close()); err != nil {
		remove()
		return "", nil, err
	}
	return tmp.Name(), remove, nil
}

// beside opens a new file in the folder of name.
func beside(name string) (tmp *os.File, remove func(), err error) {
	tmp, remove, err = cleanup.File(filepath.Dir(name))
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		// Nobody knows the name that was tried.
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("%s: there is no folder %s", name, filepath.Dir(name))
		}
		failed.Path = name
	}
	return tmp, remove, err
}

// WriteAll writes files into a directory: all of them or none. Files that are
// there already are replaced, and are what they were when one of them cannot be.
// What a run that was killed has left half done is undone first.
func WriteAll(dir string, contents map[string][]byte, perm os.FileMode) error {
	files := make(map[string]File, len(contents))
	for name, content := range contents {
		files[name] = File{content, perm}
	}
	return WriteTree(dir, files)
}

// File is what a file of a tree is to be.
type File struct {
	Content []byte
	Perm    os.FileMode // of a file that is not there yet
}

// WriteTree is WriteAll for files in folders, by their slash-separated paths.
// Folders that are not there are made, dir included, and gone again when a file
// cannot be written. The files named in gone are not there any more afterwards,
// nor are the folders that this empties.
func WriteTree(dir string, contents map[string]File, gone ...string) (err error) {
	above, err := makeFolder(dir)
	defer func() {
		if err != nil {
			removeFolders(above)
		}
	}()
	if err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // as the paths of files are
		return err
	}
	defer Exclusive(dir)()
	if err := recoverAll(dir); err != nil {
		return err
	}
	stage, err := os.MkdirTemp(dir, stagePrefix)
	if err != nil {
		return err
	}
	remove := cleanup.Add(stage)
	defer func() {
		if !errors.As(err, new(*notUndoneError)) { // the next run tries again with what is in it
			reached("remove the stage")
			remove()
		}
	}()
	var files []replaced
	var fresh []File // the new content of each
	for i, name := range slices.Sorted(maps.Keys(contents)) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("%s is not inside of %s", name, dir)
		}
		path, mode, regular, err := target(filepath.Join(dir, filepath.FromSlash(name)), contents[name].Perm)
		if err != nil {
			return err
		}
		if !regular {
			return fmt.Errorf("%s is no regular file", path)
		}
		was, err := now(path)
		if err != nil {
			return err
		}
		if was == sum(contents[name].Content) {
			continue
		}
		files = append(files, replaced{path: path, fresh: filepath.Join(stage, fmt.Sprint("new-", i)), old: filepath.Join(stage, fmt.Sprint("old-", i)), was: was})
		fresh = append(fresh, File{contents[name].Content, mode})
	}
	if err := writeFresh(files, fresh); err != nil {
		return err
	}
	for i, name := range gone {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("%s is no regular file of %s", path, dir)
		}
		was, err := now(path)
		if err != nil {
			return err
		}
		files = append(files, replaced{path: path, old: filepath.Join(stage, fmt.Sprint("gone-", i)), was: was})
	}
	return cleanup.Uninterrupted(func() error { return exchange(dir, stage, files) })
}

// now is the sum of what is in a file, "" if there is none.
func now(path string) (string, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return sum(content), nil
}

// writeFresh writes the new files to where they wait, many at once: a disk that is
// asked for many files together needs little longer than for one.
func writeFresh(files []replaced, fresh []File) (err error) {
	const atOnce = 64
	var failed atomic.Bool
	parallel.InOrder(len(files), atOnce, func(i int) error {
		if failed.Load() {
			return nil
		}
		err := cleanup.Uninterrupted(func() error { // nothing is written once they are removed
			return WriteNew(files[i].fresh, fresh[i].Content, fresh[i].Perm)
		})
		failed.CompareAndSwap(false, err != nil)
		return err
	}, func(_ int, failure error) {
		if err == nil {
			err = failure
		}
	})
	return err
}

// exchange puts the new files in their places, all of them or none. A run that is
// killed before it ends is undone by the next one; what the journal says holds until
// the journal is gone, which is one step.
func exchange(dir, stage string, files []replaced) error {
	folders := missingFolders(files)
	if err := writeJournal(stage, folders, files); err != nil {
		return err
	}
	if err := putAll(folders, files); err != nil {
		return err
	}
	for i := range files {
		if files[i].fresh == "" {
			removeEmpty(dir, filepath.Dir(files[i].path))
		}
	}
	reached("commit")
	return os.Remove(filepath.Join(stage, journal))
}

// putAll makes the folders and replaces the files. After an error everything is as
// it was before.
func putAll(folders []string, files []replaced) error {
	for i, folder := range folders {
		reached("folder")
		if err := os.Mkdir(folder, 0o755); err != nil {
			removeFolders(folders[:i])
			return err
		}
	}
	for i := range files {
		reached("replace")
		err := files[i].unchanged()
		if err == nil {
			err = files[i].replace()
		}
		if err != nil {
			for j := i - 1; j >= 0; j-- {
				if failed := files[j].restore(); failed != nil {
					err = errors.Join(err, &notUndoneError{failed})
				}
			}
			removeFolders(folders)
			return err
		}
	}
	return nil
}

// notUndoneError is a file that could not be put back.
type notUndoneError struct{ error }

func (e *notUndoneError) Unwrap() error { return e.error }

// reached is called before each step that a kill may come before. Tests set it.
var reached = func(step string) {}

// WriteNew writes a file that is not there yet, and is on the disk when WriteNew
// returns. It is for files that get their place later.
func WriteNew(name string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}

// syncFolder puts the names in a folder on the disk, where the system can.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// removeEmpty removes a folder and those above it that are empty then, up to dir.
func removeEmpty(dir, folder string) {
	for rel, err := filepath.Rel(dir, folder); err == nil && filepath.IsLocal(rel) && rel != "."; rel = filepath.Dir(rel) {
		if os.Remove(filepath.Join(dir, rel)) != nil {
			return
		}
	}
}

// Recover undoes what a run that was killed has left in a directory, as WriteTree
// does first.
func Recover(dir string) error {
	dir, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if stages, err := filepath.Glob(filepath.Join(escapeGlob(dir), stagePrefix+"*")); err != nil || len(stages) == 0 {
		return err
	}
	defer Exclusive(dir)()
	return recoverAll(dir)
}

// makeFolder makes a folder with those above it, and returns which it made.
func makeFolder(dir string) (made []string, err error) {
	made = missing(dir, nil)
	for i, folder := range made {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return made[:i], err
		}
	}
	return made, nil
}

// missing adds a folder and those above it to others, as far as they are not there,
// outermost first.
func missing(dir string, others []string) []string {
	if info, err := os.Stat(dir); err == nil && info.IsDir() || slices.Contains(others, dir) {
		return others
	}
	if parent := filepath.Dir(dir); parent != dir {
		others = missing(parent, others)
	}
	return append(others, dir)
}

// missingFolders are the folders that files need and that are not there.
func missingFolders(files []replaced) []string {
	var folders []string
	last := ""
	for i := range files {
		if folder := filepath.Dir(files[i].path); folder != last {
			folders, last = missing(folder, folders), folder
		}
	}
	return folders
}

// removeFolders removes folders that were made, as far as they are empty.
func removeFolders(made []string) {
	for _, folder := range slices.Backward(made) {
		if info, err := os.Lstat(folder); err == nil && info.IsDir() {
			_ = os.Remove(folder)
		}
	}
}

// replaced is one file on its way.
type replaced struct {
	path, fresh, old string // fresh is empty where it is only to go
	had              bool
	was              string // what now said when it was decided to replace it
}

// unchanged reports whether somebody has edited the file since.
func (f *replaced) unchanged() error {
	if is, err := now(f.path); err != nil || is == f.was {
		return err
	}
	return fmt.Errorf("%s changed during the run. Nothing was written; run it again", f.path)
}

func (f *replaced) replace() error {
	if f.fresh == "" {
		return os.Remove(f.path)
	}
	return os.Rename(f.fresh, f.path)
}

// keep keeps the old file, which stays in its place until the new one takes it.
func (f *replaced) keep() error {
	switch err := os.Link(f.path, f.old); {
	case err == nil:
		f.had = true
	case !errors.Is(err, fs.ErrNotExist):
		content, err := os.ReadFile(f.path) // a file system without hard links
		if err != nil {
			return err
		}
		if err := os.WriteFile(f.old, content, 0o600); err != nil {
			return err
		}
		f.had = true
	}
	return nil
}

func (f *replaced) restore() error {
	if f.had {
		return os.Rename(f.old, f.path)
	}
	return os.Remove(f.path)
}
