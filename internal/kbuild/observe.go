package kbuild

import (
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
)

// Step is one transformer of one kustomization, before it is applied. It is for
// looking only.
type Step struct {
	// File is the path of the kustomization file, and Shown its address if it is
	// remote.
	File, Shown string
	// Kind is what kustomize calls the transformer: PatchTransformer. "Generators"
	// is after the generators, "Component" around a component, "Vars" where vars are
	// declared, and "UnusedVars" after they were replaced.
	Kind string
	// Names are those of the vars that are not used.
	Names []string
	// Entry is where it stands in the kustomization file: "patches", 2. It is
	// empty for what is no entry of its own.
	Entry []any
	// Kustomization is the file's content.
	Kustomization *types.Kustomization

	m *indexed
	v *level
}

// Read returns the content of a file as the build reads it, by its absolute path.
func (s *Step) Read(path string) ([]byte, error) { return s.v.localLoader.fsys.ReadFile(path) }

// Each calls f for the resources that the step is applied to.
func (s *Step) Each(f func(*resource.Resource)) {
	for _, e := range s.m.list {
		f(e.res)
	}
}

// Select returns the resources that kustomize takes a selector for.
func (s *Step) Select(selector types.Selector) ([]*resource.Resource, error) {
	return s.m.Select(selector)
}

// observe tells whoever wants to know of a step, and returns what is to be
// called when it is done.
func (v *level) observe(m *indexed, s *step) func() {
	if v.opts.Observe == nil {
		return nil
	}
	observed := &Step{File: v.dir().Join(v.file), Kind: s.kind, Entry: s.where(), Kustomization: v.k, Names: s.names, m: m, v: v}
	if v.clone != nil {
		observed.Shown, _ = v.clone.shown(observed.File)
	}
	return v.opts.Observe(observed)
}
