package kbuild

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ChangedError says that files changed while they were built: what came of it
// is of no state that the tree was ever in.
type ChangedError struct{ Files []string }

func (e *ChangedError) Error() string {
	const most = 3
	list := e.Files
	more := ""
	if len(list) > most {
		more = fmt.Sprintf(" and %d more", len(list)-most)
		list = list[:most]
	}
	return fmt.Sprintf("%s%s changed during the run. Nothing was written; run it again", strings.Join(list, ", "), more)
}

// Unchanged returns a ChangedError if a file that was read is another one now.
// Pipes, devices and the clones of remote trees are left out.
func (s *Snapshot) Unchanged() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	clones := filepath.Join(os.TempDir(), "kustomize-")
	if real, err := filepath.EvalSymlinks(os.TempDir()); err == nil {
		clones = filepath.Join(real, "kustomize-")
	}
	var changed []string
	for path, content := range s.contents {
		if strings.HasPrefix(path, clones) {
			continue
		}
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			continue
		}
		if now, err := s.FileSystem.ReadFile(path); err != nil || !bytes.Equal(now, content) {
			changed = append(changed, path)
		}
	}
	for path, was := range s.paths {
		if strings.HasPrefix(was.dir.String(), clones) {
			continue
		}
		if dir, file, err := s.FileSystem.CleanedAbs(path); err != nil || dir != was.dir || file != was.file {
			changed = append(changed, path)
		}
	}
	if changed == nil {
		return nil
	}
	slices.Sort(changed)
	return &ChangedError{slices.Compact(changed)}
}
