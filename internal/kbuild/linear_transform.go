package kbuild

import (
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // there is no other way to them
	"sigs.k8s.io/kustomize/api/filters/namespace"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
)

var errAmbiguous = errors.New("two resources have one id")

// step is a transformer, and the kind that kustomize knows it by.
type step struct {
	kind string
	resmap.Transformer
	origin *resource.Origin // nil: the kustomization
	field  []any            // of the kustomization, for those who observe: traced.entry where it is empty
	names  []string         // for those who observe
	part   bool             // more of the same transformer comes: see part
	traced
}

// where is where the step stands in the kustomization file.
func (s *step) where() []any {
	if len(s.field) > 0 {
		return s.field
	}
	return s.entry
}

// transform applies what the kustomization asks for, in kustomize's order.
func (v *level) transform(m *indexed) error {
	steps, err := v.steps(m.specs)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := v.at(v.apply(m, s), s.where()...); err != nil && !v.lose(err, s.kind, "", "") {
			return err
		}
	}
	return nil
}

// kustomizes are the transformers that are kustomize's own and ask our map for
// nothing but resources.
var kustomizes = map[string]bool{
	"PatchTransformer": true, "PatchStrategicMergeTransformer": true, "PatchJson6902Transformer": true, "ReplicaCountTransformer": true,
}

// apply applies one transformer.
func (v *level) apply(m *indexed, s step) error {
	watched, observed := v.watch(m, &s), v.observe(m, &s)
	if err := m.update(s); err != nil {
		if kustomizes[s.kind] {
			err = v.theirs(err)
		}
		return err
	}
	watched.done(m, &s)
	if observed != nil {
		observed()
	}
	if v.origin != nil && !s.part {
		if s.origin == nil {
			s.origin = v.builtinOrigin(s.kind)
		}
		if err := v.notes.add(m, s.origin); err != nil {
			return err
		}
	}
	m.DropEmpties()
	return nil
}

// steps are the transformers of a kustomization. Those that are configured with
// nothing but values are made of them; the others read files and parse, which
// is left to kustomize.
func (v *level) steps(specs *fieldSpecs) ([]step, error) {
	var steps []step
	var failed error
	add := func(kind string, t resmap.Transformer, entry ...any) {
		steps = append(steps, step{kind: kind, Transformer: t, traced: traced{entry: entry}})
	}
	configured := func(kind string, t resmap.TransformerPlugin, config any, entry ...any) {
		if err := v.at(v.configure(t, config), entry...); err != nil {
			if v.lose(err, kind, "", "") {
				return
			}
			if failed == nil {
				failed = err
			}
		}
		add(kind, t, entry...)
	}
	followed := func(kind string, plugin func() resmap.TransformerPlugin, parts []part, field ...any) {
		for i, p := range parts {
			before := len(steps)
			if configured(kind, plugin(), p.config, field...); len(steps) == before {
				continue
			}
			last := &steps[len(steps)-1]
			last.traced, last.field, last.part = p.traced, field, i < len(parts)-1
		}
	}
	k := v.k
	merges, jsons, labels := k.PatchesStrategicMerge, k.PatchesJson6902, k.CommonLabels //nolint:staticcheck // deprecated, and in use
	if len(merges) > 0 {
		followed("PatchStrategicMergeTransformer", builtins.NewPatchStrategicMergeTransformerPlugin, v.mergeParts(merges, v.text, "patchesStrategicMerge"), "patchesStrategicMerge")
	}
	for i, p := range k.Patches {
		followed("PatchTransformer", builtins.NewPatchTransformerPlugin, v.patchParts(p, v.text, "patches", i), "patches", i)
	}
	if k.Namespace != "" {
		add("NamespaceTransformer", &setNamespace{namespace.Filter{
			Namespace: k.Namespace, FsSlice: slices.Clone(specs.Namespace), SetRoleBindingSubjects: namespace.DefaultSubjectsOnly,
		}}, "namespace")
	}
	if k.NamePrefix != "" {
		add("PrefixTransformer", &builtins.PrefixTransformerPlugin{Prefix: k.NamePrefix, FieldSpecs: specs.NamePrefix}, "namePrefix")
	}
	if k.NameSuffix != "" {
		add("SuffixTransformer", &builtins.SuffixTransformerPlugin{Suffix: k.NameSuffix, FieldSpecs: specs.NameSuffix}, "nameSuffix")
	}
	for i, l := range k.Labels {
		fields, err := labelFields(l, specs)
		if err != nil && failed == nil {
			failed = v.at(err, "labels", i)
		}
		add("LabelTransformer", &builtins.LabelTransformerPlugin{Labels: l.Pairs, FieldSpecs: fields}, "labels", i, "pairs")
	}
	if len(k.Labels)+len(labels) > 0 {
		add("LabelTransformer", &builtins.LabelTransformerPlugin{Labels: labels, FieldSpecs: specs.CommonLabels}, "commonLabels")
	}
	if len(k.CommonAnnotations) > 0 {
		add("AnnotationsTransformer", &builtins.AnnotationsTransformerPlugin{Annotations: k.CommonAnnotations, FieldSpecs: specs.CommonAnnotations}, "commonAnnotations")
	}
	for i, p := range jsons {
		followed("PatchJson6902Transformer", builtins.NewPatchJson6902TransformerPlugin, v.jsonParts(p, v.text, "patchesJson6902", i, "patch"), "patchesJson6902", i)
	}
	for i, r := range k.Replicas {
		add("ReplicaCountTransformer", &builtins.ReplicaCountTransformerPlugin{Replica: r, FieldSpecs: specs.Replicas}, "replicas", i)
	}
	values := imageValues{}
	for i, image := range k.Images {
		add("ImageTagTransformer", &setImage{image: image, fields: specs.Images, values: values, first: i == 0}, "images", i)
	}
	if len(k.Replacements) > 0 {
		followed("ReplacementTransformer", builtins.NewReplacementTransformerPlugin, v.replacementParts(k.Replacements, v.text), "replacements")
	}
	if failed != nil {
		return nil, failed
	}
	own, err := v.pluginSteps()
	if err != nil && v.lose(err, "transformers", "", "") {
		err = nil
	}
	return append(steps, own...), err
}

// labelFields are the fields that an entry of labels goes into.
func labelFields(l types.Label, specs *fieldSpecs) (types.FsSlice, error) {
	wanted := []types.FsSlice{specs.Labels}
	if l.IncludeSelectors {
		wanted = append(wanted, specs.CommonLabels)
	} else {
		if l.IncludeTemplates {
			wanted = append(wanted, specs.TemplateLabels)
		}
		if l.IncludeVolumeClaimTemplates {
			wanted = append(wanted, specs.VolumeClaimTemplateLabels)
		}
		wanted = append(wanted, types.FsSlice{{Path: "metadata/labels", CreateIfNotPresent: true}})
	}
	fields := types.FsSlice(slices.Clip(slices.Clone(l.FieldSpecs)))
	var err error
	for _, w := range wanted {
		if fields, err = fields.MergeAll(w); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// setNamespace does what kustomize's NamespaceTransformer does, which searches
// the whole map for the id of each resource that it moves. No resource leaves
// the namespace it is moved to, so one look at the end finds the same conflicts.
type setNamespace struct{ namespace.Filter }

// Transform implements [resmap.Transformer].
func (s *setNamespace) Transform(rm resmap.ResMap) error {
	m, ok := rm.(*indexed)
	if !ok {
		return errors.New("not an indexed map")
	}
	m.lendAll()
	for _, e := range m.list {
		if e.res.IsNilOrEmpty() {
			return errors.New("an empty resource")
		}
		if e.res.GetAnnotations(konfig.HelmGeneratedAnnotation)[konfig.HelmGeneratedAnnotation] == "true" {
			continue // helm has been told the namespace
		}
		e.res.StorePreviousId()
		if err := e.res.ApplyFilter(s.Filter); err != nil {
			return err
		}
	}
	if id, times := m.twice(); times > 1 {
		return fmt.Errorf("there are two of %s %s once all are in namespace %s", id.Kind, id.Name, s.Namespace)
	}
	return nil
}
