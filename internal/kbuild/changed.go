package kbuild

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ChangedError says that files changed while they were built: what came of it
// is of no state that the tree was ever in.
type ChangedError struct {
	Files []string
	// Then is what follows; "" says that nothing was written.
	Then string
}

func (e *ChangedError) Error() string {
	const most = 3
	list := e.Files
	more := ""
	if len(list) > most {
		more = fmt.Sprintf(" and %d more", len(list)-most)
		list = list[:most]
	}
	return fmt.Sprintf("%s%s changed during the run. %s", strings.Join(list, ", "), more, cmp.Or(e.Then, "Nothing was written; run it again"))
}

// Unchanged returns a ChangedError if a file that was read is another one now.
// Pipes, devices and the clones of remote trees are left out.
func (s *Snapshot) Unchanged() error { return Unchanged(s) }

// Forget leaves files out of what has to stay as it was: what a build read in place of one that is
// not there is nobody's.
func (s *Snapshot) Forget(files ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, file := range files {
		delete(s.contents, file)
		delete(s.paths, file)
	}
}

// Unchanged is [Snapshot.Unchanged] for several snapshots, which have to agree
// as well. Each file is read once more.
func Unchanged(snapshots ...*Snapshot) error {
	clones := filepath.Join(os.TempDir(), "kustomize-")
	if real, err := filepath.EvalSymlinks(os.TempDir()); err == nil {
		clones = filepath.Join(real, "kustomize-")
	}
	var changed []string
	contents, paths := map[string][]byte{}, map[string]cleanPath{}
	for _, s := range snapshots {
		s.mu.Lock()
		defer s.mu.Unlock()
		fsys := s.FileSystem
		if b, ok := fsys.(*bounded); ok {
			fsys = b.FileSystem // it counts what is read
		}
		for path, content := range s.contents {
			if now, ok := contents[path]; ok {
				if !bytes.Equal(now, content) {
					changed = append(changed, path)
				}
				continue
			}
			contents[path] = content
			if strings.HasPrefix(path, clones) {
				continue
			}
			if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
				continue
			}
			if now, err := fsys.ReadFile(path); err != nil || !bytes.Equal(now, content) {
				changed = append(changed, path)
			}
		}
		for path, was := range s.paths {
			if now, ok := paths[path]; ok {
				if now != was {
					changed = append(changed, path)
				}
				continue
			}
			paths[path] = was
			if strings.HasPrefix(was.dir.String(), clones) {
				continue
			}
			if dir, file, err := fsys.CleanedAbs(path); err != nil || dir != was.dir || file != was.file {
				changed = append(changed, path)
			}
		}
	}
	if changed == nil {
		return nil
	}
	slices.Sort(changed)
	return &ChangedError{Files: slices.Compact(changed)}
}
