package kbuild

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/filters/refvar"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// declare adds what the vars of a kustomization declare. The object that a
// variable is read from is noted now: its name may change.
func (m *indexed) declare(vars []types.Var) error {
	for _, v := range vars {
		id := resid.NewResIdWithNamespace(v.ObjRef.GVK(), v.ObjRef.Name, v.ObjRef.Namespace)
		matches := id.GvknEquals // in any namespace
		if id.Namespace != "" || id.IsClusterScoped() {
			matches = id.Equals
		}
		switch found := m.GetMatchingResourcesByAnyId(matches); len(found) {
		case 0:
		case 1:
			found[0].AppendRefVarName(v)
		default:
			return fmt.Errorf("%d resources match the variable %s", len(found), v.Name)
		}
	}
	return m.vars.MergeSlice(vars)
}

// resolveVars writes the values of variables for $(NAME).
func (v *level) resolveVars(m *indexed) error {
	vars := m.vars.AsSlice()
	if len(vars) == 0 {
		return nil
	}
	sources := map[string]*resource.Resource{}
	for _, r := range m.Resources() {
		for _, name := range r.GetRefVarNames() {
			if sources[name] == nil {
				sources[name] = r
			}
		}
	}
	values := map[string]any{}
	for _, declared := range vars {
		source := sources[declared.Name]
		if source == nil {
			return v.at(fmt.Errorf("there is no %s that the variable %s could be read from", declared.ObjRef.Kind, declared.Name))
		}
		value, err := source.GetFieldValue(declared.FieldRef.FieldPath)
		if err != nil {
			return err
		}
		values[declared.Name] = value
	}
	used := map[string]int{}
	replace := refvar.MakePrimitiveReplacer(used, values)
	for _, e := range m.list {
		for _, field := range m.specs.VarReference {
			if err := e.res.ApplyFilter(refvar.Filter{MappingFunc: replace, FieldSpec: field}); err != nil {
				return err
			}
		}
	}
	m.lendAll()
	v.trace.settle(m, provenance.Step{Via: provenance.Var, Write: v.trace.expanded(vars, sources)})
	var unused []string
	for name := range values {
		if _, ok := used[name]; !ok {
			unused = append(unused, name)
		}
	}
	if slices.Sort(unused); len(unused) > 0 {
		if v.opts.Observe != nil { // who says more of them than a warning does
			v.observe(m, &step{kind: "UnusedVars", names: unused})
		} else {
			v.warn(v.dir().Join(v.file), "vars that are never used: "+strings.Join(unused, ", "))
		}
	}
	return nil
}
