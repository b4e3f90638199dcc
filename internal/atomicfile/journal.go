package atomicfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
)

// stagePrefix is what the names of the directories begin with where files wait
// until all of them are complete.
const stagePrefix = ".krm-validate-"

// journal says what a run was about to do, in its stage. It is there only while
// files are replaced.
const journal = "journal"

// plan is what a journal says.
type plan struct {
	Folders []string // that are made, relative to the directory, outermost first
	Steps   []step
}

// step is what a journal says of one file.
type step struct {
	Path  string // relative to the directory that is written to
	Fresh string // the names of the new and the old content in the stage
	Old   string
	Had   bool   // whether there was an old one
	Sum   string // of the new content
	Gone  bool   // there is no new one
}

// writeJournal keeps the old files, and says which are replaced, and which folders
// are made for the new ones.
func writeJournal(stage string, folders []string, files []replaced) error {
	var p plan
	for _, folder := range folders {
		rel, err := filepath.Rel(filepath.Dir(stage), folder)
		if err != nil {
			return err
		}
		p.Folders = append(p.Folders, rel)
	}
	for i := range files {
		f := &files[i]
		if err := f.keep(); err != nil {
			return err
		}
		path, err := filepath.Rel(filepath.Dir(stage), f.path)
		if err != nil {
			return err
		}
		s := step{Path: path, Old: filepath.Base(f.old), Had: f.had, Gone: f.fresh == ""}
		if !s.Gone {
			content, err := os.ReadFile(f.fresh)
			if err != nil {
				return err
			}
			s.Fresh, s.Sum = filepath.Base(f.fresh), sum(content)
		}
		p.Steps = append(p.Steps, s)
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	reached("journal")
	if err := Create(filepath.Join(stage, journal), text, 0o600); err != nil {
		return err
	}
	syncFolder(stage)
	syncFolder(filepath.Dir(stage))
	return nil
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// recoverAll undoes what a run that was killed has left in a directory, which has
// no symbolic links in its path. What somebody has changed since stays. A stage may
// be part of a tree that somebody else wrote: nothing outside of the directory is
// touched, nor in git's folder, and only files are read.
func recoverAll(dir string) error {
	stages, err := filepath.Glob(filepath.Join(escapeGlob(dir), stagePrefix+"*"))
	if err != nil {
		return err
	}
	for _, stage := range stages {
		if info, err := os.Lstat(stage); err != nil || !info.IsDir() {
			continue
		}
		text, err := readFile(filepath.Join(stage, journal))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue // not ours to read
		}
		if err == nil {
			var p plan
			if json.Unmarshal(text, &p) != nil {
				continue
			}
			if err := p.undo(dir, stage); err != nil {
				return fmt.Errorf("undoing what a run that was killed left in %s: %w", dir, err)
			}
		}
		reached("remove the stage")
		if err := os.RemoveAll(stage); err != nil {
			return err
		}
	}
	return nil
}

// readFile reads a regular file.
func readFile(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	return os.ReadFile(path)
}

// within reports whether a relative path leads to a file of a directory, and not
// of git's.
func within(dir, path string) bool {
	if !filepath.IsLocal(path) || git.Owns(path) {
		return false
	}
	for folder := filepath.Dir(path); folder != "."; folder = filepath.Dir(folder) {
		info, err := os.Lstat(filepath.Join(dir, folder))
		if err == nil && !info.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// undo undoes everything, after which the journal has nothing to say.
func (p *plan) undo(dir, stage string) error {
	for i := range p.Steps {
		reached("undo")
		if err := p.Steps[i].undo(dir, stage); err != nil {
			return err
		}
	}
	for _, folder := range slices.Backward(p.Folders) {
		reached("undo")
		if within(dir, folder) {
			removeFolders([]string{filepath.Join(dir, folder)})
		}
	}
	return os.Remove(filepath.Join(stage, journal))
}

// undo puts the old file back where the new one has taken its place.
func (s *step) undo(dir, stage string) error {
	if !isName(s.Fresh) && !s.Gone || !isName(s.Old) || !within(dir, s.Path) {
		return nil // not written by this program, or by one that followed a link
	}
	if path := filepath.Join(dir, s.Path); s.Gone {
		if _, err := os.Lstat(path); err == nil {
			return nil // it has not gone, or somebody wrote another
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.Rename(filepath.Join(stage, s.Old), path)
	}
	if _, err := os.Lstat(filepath.Join(stage, s.Fresh)); err == nil {
		return nil // it was not replaced yet
	}
	path := filepath.Join(dir, s.Path)
	now, err := readFile(path)
	if err != nil || sum(now) != s.Sum {
		return nil // somebody else did something about it
	}
	if !s.Had {
		return os.Remove(path)
	}
	if err := os.Rename(filepath.Join(stage, s.Old), path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil // it was put back already, and is as the new one would be
}

// isName reports whether a text is the name of a file in a folder.
func isName(text string) bool {
	return text != "." && filepath.IsLocal(text) && filepath.Base(text) == text
}

func escapeGlob(path string) string {
	var out []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[':
			out = append(out, '[', path[i], ']')
		default:
			out = append(out, path[i])
		}
	}
	return string(out)
}
