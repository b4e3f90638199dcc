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
)

// stagePrefix is what the names of the directories begin with where files wait
// until all of them are complete.
const stagePrefix = ".krm-validate-"

// journal says what a run was about to do, in its stage. It is there only while
// files are replaced.
const journal = "journal"

// step is what a journal says of one file.
type step struct {
	Path  string // relative to the directory that is written to
	Fresh string // the names of the new and the old content in the stage
	Old   string
	Had   bool   // whether there was an old one
	Sum   string // of the new content
	Gone  bool   // there is no new one
}

// writeJournal keeps the old files, and says which are replaced.
func writeJournal(stage string, files []replaced) error {
	var steps []step
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
		steps = append(steps, s)
	}
	text, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return Create(filepath.Join(stage, journal), text, 0o600)
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// recoverAll undoes what a run that was killed has left in a directory. What
// somebody has changed since stays.
func recoverAll(dir string) error {
	stages, err := filepath.Glob(filepath.Join(escapeGlob(dir), stagePrefix+"*"))
	if err != nil {
		return err
	}
	for _, stage := range stages {
		text, err := os.ReadFile(filepath.Join(stage, journal))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue // no directory, or not ours to read
		}
		var steps []step
		if err == nil && json.Unmarshal(text, &steps) != nil {
			continue
		}
		for _, s := range steps {
			if err := s.undo(dir, stage); err != nil {
				return fmt.Errorf("undoing what a run that was killed left in %s: %w", dir, err)
			}
		}
		if info, err := os.Lstat(stage); err == nil && info.IsDir() {
			if err := os.RemoveAll(stage); err != nil {
				return err
			}
		}
	}
	return nil
}

// undo puts the old file back where the new one has taken its place.
func (s *step) undo(dir, stage string) error {
	if !filepath.IsLocal(s.Fresh) && !s.Gone || !filepath.IsLocal(s.Old) {
		return nil // not written by this program
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
	now, err := os.ReadFile(path)
	if err != nil || sum(now) != s.Sum {
		return nil // somebody else did something about it
	}
	if s.Had {
		return os.Rename(filepath.Join(stage, s.Old), path)
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	removeEmpty(dir, filepath.Dir(path))
	return nil
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
