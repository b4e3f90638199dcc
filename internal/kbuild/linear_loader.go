package kbuild

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// localLoader reads the files that a kustomization names.
type localLoader struct {
	fsys    filesys.FileSystem
	remotes *remotes
	// chain are the directories of the kustomizations that led here. The last
	// is this kustomization's own.
	chain []filesys.ConfirmedDir
	// anywhere permits files outside the kustomization's directory.
	anywhere bool
	// addresses are those of the repositories that led here, and clone is the one
	// that this kustomization is in, if it is in one.
	addresses []string
	clone     *clone
	*doubts
}

// doubts are those of a build about what kustomize would do.
type doubts struct{ unsure bool }

func (d *doubts) refuse(format string, args ...any) error {
	d.unsure = true
	return fmt.Errorf(format, args...)
}

func (l *localLoader) dir() filesys.ConfirmedDir { return l.chain[len(l.chain)-1] }

// isLocal reports whether kustomize certainly takes a path for a relative one:
// what it fetches has a scheme, a user or GitHub's name in front.
func isLocal(path string) bool {
	return path != "" && !filepath.IsAbs(path) && !strings.ContainsAny(path, ":@?\\") &&
		!strings.HasPrefix(strings.ToLower(path), "github.com/")
}

// Repo implements [ifc.Loader].
func (l *localLoader) Repo() string {
	if l.clone == nil {
		return ""
	}
	return l.clone.repo.String()
}

// Root implements [ifc.Loader].
func (l *localLoader) Root() string { return l.dir().String() }

// Cleanup implements [ifc.Loader].
func (l *localLoader) Cleanup() error { return nil }

// New implements [ifc.Loader].
func (l *localLoader) New(path string) (ifc.Loader, error) { return l.below(path) }

// below returns the loader of another kustomization. It must not be one that is
// being built, nor contain one.
func (l *localLoader) below(path string) (*localLoader, error) {
	if !isLocal(path) {
		if _, _, err := l.fsys.CleanedAbs(l.dir().Join(path)); err == nil || !LooksRemote(path) {
			return nil, l.refuse("%s: may not be local", path)
		}
		return l.fetch(path)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part != ".." && strings.Contains(part, "..") {
			return nil, l.refuse("%s: two list items in one", path)
		}
	}
	dir, err := filesys.ConfirmDir(l.fsys, l.dir().Join(path))
	if err != nil {
		return nil, err
	}
	for _, d := range l.chain {
		if d.HasPrefix(dir) {
			return nil, fmt.Errorf("%s: a cycle", path)
		}
	}
	if l.clone != nil && !dir.HasPrefix(l.clone.repo) {
		return nil, fmt.Errorf("%s: is outside %s", path, l.clone.repo)
	}
	other := *l
	other.chain = append(slices.Clip(l.chain), dir)
	return &other, nil
}

// Load implements [ifc.Loader].
func (l *localLoader) Load(path string) ([]byte, error) {
	if isURL(path) {
		return l.remotes.get(l.fsys, path)
	}
	if !filepath.IsAbs(path) {
		path = l.dir().Join(path)
	}
	if l.anywhere {
		return l.fsys.ReadFile(path)
	}
	dir, file, err := l.fsys.CleanedAbs(path)
	switch {
	case err != nil:
		return nil, err
	case file == "":
		return nil, l.refuse("%s: is a directory", path)
	case !dir.HasPrefix(l.dir()):
		return nil, fmt.Errorf("security; file '%s' is not in or below '%s'", dir.Join(file), l.dir())
	}
	return l.fsys.ReadFile(dir.Join(file))
}
