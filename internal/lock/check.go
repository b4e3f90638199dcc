package lock

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Stale is how a lock on the disk differs from what it should be.
type Stale struct {
	// Edited says that somebody edited it by hand.
	Edited bool
	// Objects are those whose patches change, as Kind namespace/name.
	Objects []string
	// Diff is a unified diff from the lock on the disk to the one it should be.
	Diff string
}

// Check compares the lock with the one on the disk and returns nil when they
// are the same.
func (l *Lock) Check() (*Stale, error) {
	have, err := l.env.current()
	if err != nil {
		return nil, err
	}
	if have.same(l.files) && !l.addKustomization {
		return nil, nil
	}
	s := &Stale{Edited: have != nil && have.edited() != nil}
	old, fresh := sections(have), sections(l.files)
	for _, name := range slices.Sorted(maps.Keys(union(old, fresh))) {
		if old[name] != fresh[name] {
			s.Objects = append(s.Objects, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(union(have, l.files))) {
		text, err := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
			A: lines(have[name]), FromFile: l.env.show(lockDir+"/"+name) + " (as it is)",
			B: lines(l.files[name]), ToFile: l.env.show(lockDir+"/"+name) + " (as it should be)",
			Context: 3,
		})
		if err != nil {
			return nil, err
		}
		s.Diff += text
	}
	return s, nil
}

func lines(content []byte) []string {
	return difflib.SplitLines(string(bytes.TrimSuffix(blankSum(content), []byte("\n"))))
}

func union[V, W any](a map[string]V, b map[string]W) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

// sections are the parts of a lock by the object they are about.
func sections(f files) map[string]string {
	all := map[string]string{}
	_, patches, _ := strings.Cut(string(f[kustomizationFile]), "\npatches:\n")
	name := ""
	for line := range strings.Lines(patches) {
		if title, ok := strings.CutPrefix(line, sectionPrefix); ok {
			name = strings.TrimSpace(title)
			continue
		}
		all[name] += line
	}
	if added := f[addedFile]; added != nil {
		all[addedFile] = string(added)
	}
	return all
}

// Summary says in a line what is stale.
func (s *Stale) Summary() string {
	if s.Edited {
		return "it was edited by hand"
	}
	const most = 5
	if len(s.Objects) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(s.Objects[:most], ", "), len(s.Objects)-most)
	}
	return strings.Join(s.Objects, ", ")
}
