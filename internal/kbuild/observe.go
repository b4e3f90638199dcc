package kbuild

import (
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
)

// Step is one transformer of one kustomization, before it is applied. It is for
// looking only.
type Step struct {
	// File is the path of the kustomization file.
	File string
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
}

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
	return v.opts.Observe(&Step{File: v.dir().Join(v.file), Kind: s.kind, Entry: s.where(), Kustomization: v.k, Names: s.names, m: m})
}
