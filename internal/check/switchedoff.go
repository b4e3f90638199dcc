package check

import (
	"bytes"
	"iter"
	"path/filepath"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// commentedEntries are the entries of a kustomization's lists that are commented out, as
// paths or as patches with one.
func commentedEntries(text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range bytes.Lines(text) {
			comment, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "#")
			entry, listed := strings.CutPrefix(strings.TrimSpace(comment), "- ")
			if !ok || !listed {
				continue
			}
			entry, _, _ = strings.Cut(entry, " #")
			entry = strings.Trim(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(entry), "path:")), `"'`)
			if entry != "" && !strings.ContainsAny(entry, " :{") && !yield(entry) {
				return
			}
		}
	}
}

// switchedOff are the files and folders of a walk that kustomizations have commented out
// and none lists.
func (w *walked) switchedOff(listed map[string]bool) map[string]bool {
	commented := map[string]bool{}
	for _, k := range w.kustomizations {
		for _, path := range k.off {
			if !listed[path] {
				commented[path] = true
			}
		}
	}
	if len(commented) == 0 {
		return nil
	}
	for _, k := range w.kustomizations {
		for _, dir := range k.dirs {
			delete(commented, dir)
		}
	}
	off := make(map[string]bool, len(commented))
	for path := range commented {
		off[absolute(path)] = true
	}
	return off
}

// switchedOff makes notes of what is found in what a kustomization has commented out and
// nothing else applies: somebody has switched it off, or not on yet.
func (rep *Report) switchedOff(outcomes []outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		if len(o.tree.off) == 0 || o.tree.Named || o.around == nil && !o.unbuilt || o.tree.Root == "" && !o.tree.alone {
			continue
		}
		all := o.tree.Root != "" && o.tree.off[absolute(o.tree.Root)]
		if o.tree.Root != "" && (!all || rep.isDeployed(&o.tree)) {
			continue
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || !all && !o.tree.off[absolute(filepath.FromSlash(f.File))] {
				continue
			}
			f.Severity = finding.Note
			answer(f, "a kustomization has it commented out")
		}
	}
}

// isDeployed reports whether Flux or Argo CD is told to apply a kustomization.
func (rep *Report) isDeployed(t *Tree) bool {
	top := t.top()
	rel, ok := below(top, t.Root)
	return top != "" && ok && rep.deployed(top)[rel] != nil
}
