package kbuild

import (
	"bytes"
	"errors"
	"sync"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Snapshot is a file system in which whatever has been read once stays as it
// was: a file's content, and where a path leads. What was vetted is then what is
// built, also when somebody changes the tree meanwhile, and whoever reads it
// again. Errors are not kept.
//
// Builds that are to see the same state share a Snapshot; they may run at once.
type Snapshot struct {
	filesys.FileSystem
	mu       sync.Mutex
	contents map[string][]byte
	paths    map[string]cleanPath
	dirs     map[string]bool
	remotes  remotes
}

type cleanPath struct {
	dir  filesys.ConfirmedDir
	file string
}

// NewSnapshot returns a snapshot of a file system, taken as it is read, within
// the limits of package limits. That of a Snapshot is itself.
func NewSnapshot(fsys filesys.FileSystem) *Snapshot {
	if s, ok := fsys.(*Snapshot); ok {
		return s
	}
	return &Snapshot{FileSystem: &bounded{FileSystem: fsys}, contents: map[string][]byte{}, paths: map[string]cleanPath{}, dirs: map[string]bool{}}
}

// ReadFile implements [filesys.FileSystem]. The content is not to be changed.
func (s *Snapshot) ReadFile(path string) ([]byte, error) {
	return once(s, s.contents, path, s.FileSystem.ReadFile)
}

// Has reports whether a file that was read has a text in it.
func (s *Snapshot) Has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, content := range s.contents {
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// Saw says that a file was read, and what it said then.
func (s *Snapshot) Saw(path string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contents[path] = content
}

// CleanedAbs implements [filesys.FileSystem].
func (s *Snapshot) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	p, err := once(s, s.paths, path, func(path string) (p cleanPath, err error) {
		p.dir, p.file, err = s.FileSystem.CleanedAbs(path)
		return p, err
	})
	return p.dir, p.file, err
}

// IsDir implements [filesys.FileSystem].
func (s *Snapshot) IsDir(path string) bool {
	is, _ := once(s, s.dirs, path, func(path string) (bool, error) {
		if !s.FileSystem.IsDir(path) {
			return false, errors.New("not a directory, or not yet")
		}
		return true, nil
	})
	return is
}

// once returns what is remembered of a path, or else finds it out. Whoever comes
// second gets what the first one got.
func once[T any](s *Snapshot, seen map[string]T, path string, find func(string) (T, error)) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := seen[path]; ok {
		return v, nil
	}
	v, err := find(path)
	if err == nil {
		seen[path] = v
	}
	return v, err
}
