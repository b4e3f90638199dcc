package lock

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
)

// plan is what a lock says, before it is text.
type plan struct {
	added   []*object
	patches []*patch // in order of title
}

// patch is everything the lock does to one object of the source.
type patch struct {
	id     resid.ResId
	delete bool
	// annotations are as a strategic-merge patch has them, null for those to
	// remove. A JSON patch could not add the first one: while a build runs
	// there may or may not be others, kustomize's own.
	annotations map[string]any
	ops         []op
	// guards are the values of fields that something was computed from, by
	// JSON pointer.
	guards map[string]any
	// target selects the object, and nothing else, for the JSON patch.
	target types.Selector
	// anonymous says that kustomize cannot find the object by name, because
	// another one used to have the same.
	anonymous bool
}

// newPlan compares the source with the pipeline's result.
func newPlan(source, result *state, configs []string, inputs []Input) (*plan, error) {
	p := &plan{}
	byID := map[string]*patch{}
	touch := func(o *object) (*patch, error) {
		if t := byID[o.id.String()]; t != nil {
			return t, nil
		}
		t := &patch{id: o.id}
		if err := t.aim(source, o); err != nil {
			return nil, err
		}
		byID[o.id.String()] = t
		p.patches = append(p.patches, t)
		return t, nil
	}
	for _, o := range source.objects {
		r := result.byID[o.id.String()]
		if r == nil {
			t, err := touch(o)
			if err != nil {
				return nil, err
			}
			t.delete = true
			continue
		}
		annotations := mergePatch(annotationsOf(o), annotationsOf(r))
		ops := diff("", withoutAnnotations(o.content), withoutAnnotations(r.content))
		if annotations == nil && ops == nil {
			continue
		}
		t, err := touch(o)
		if err != nil {
			return nil, err
		}
		t.annotations, t.ops = annotations, ops
	}
	for _, r := range result.objects {
		if source.byID[r.id.String()] == nil {
			p.added = append(p.added, r)
		}
	}
	for _, in := range append(inputs, p.guards(source, configs)...) {
		o := source.byID[in.id().String()]
		if o == nil {
			continue // made by the pipeline itself
		}
		t, err := touch(o)
		if err != nil {
			return nil, err
		}
		if !t.delete {
			t.guard(o, in.Path)
		}
	}
	slices.SortFunc(p.patches, func(a, b *patch) int { return compareIDs(a.id, b.id) })
	slices.SortFunc(p.added, func(a, b *object) int { return compareIDs(a.id, b.id) })
	return p, nil
}

func annotationsOf(o *object) map[string]any {
	m, _ := lookup(o.content, "metadata", "annotations").(map[string]any)
	return m
}

func labelsOf(o *object) map[string]any {
	m, _ := lookup(o.content, "metadata", "labels").(map[string]any)
	return m
}

func withoutAnnotations(content map[string]any) map[string]any {
	content = maps.Clone(content)
	if metadata, ok := content["metadata"].(map[string]any); ok {
		metadata = maps.Clone(metadata)
		delete(metadata, "annotations")
		content["metadata"] = metadata
	}
	return content
}

// mergePatch is what turns a into b by merging (RFC 7386), nil for nothing.
func mergePatch(a, b map[string]any) map[string]any {
	var m map[string]any
	set := func(k string, v any) {
		if m == nil {
			m = map[string]any{}
		}
		m[k] = v
	}
	for _, k := range keys(a, b) {
		va, ina := a[k]
		vb, inb := b[k]
		switch {
		case !inb:
			set(k, nil)
		case !ina || !equal(va, vb):
			set(k, vb)
		}
	}
	return m
}

// guard adds a test, in front of every operation and once, that the field of o
// is as it was. A field of a Secret's content cannot be tested without writing
// it down: of Secrets only the existence counts.
func (t *patch) guard(o *object, path string) {
	if path == "" || path == "/metadata/name" || path == "/metadata/namespace" ||
		o.isSecret() && !strings.HasPrefix(path, "/metadata/") {
		return
	}
	if i := strings.LastIndexByte(path, '/'); i > 0 && resolve(o.content, path[:i]) == nil {
		return // a test fails where there is nothing to look into
	}
	if t.guards == nil {
		t.guards = map[string]any{}
	}
	t.guards[path] = resolve(o.content, path)
}

// operations are the patch's operations after the tests that the object still
// has the name and namespace that values were computed with: kustomize also
// finds it by the names it used to have.
func (t *patch) operations() []op {
	ops := []op{test("/metadata/name", t.id.Name)}
	if t.id.Namespace != "" {
		ops = append(ops, test("/metadata/namespace", t.id.Namespace))
	}
	for _, path := range keys(t.guards) {
		ops = append(ops, test(path, t.guards[path]))
	}
	edited := false
	for _, o := range t.ops {
		edited = edited || o.Op != "test"
		if have, ok := t.guards[o.Path]; ok && o.Op == "test" && !edited && equal(have, o.Value) {
			continue // a guard has tested it already
		}
		ops = append(ops, o)
	}
	return ops
}

// aim finds a selector for the object. kustomize selects by original and by
// current name, and by a regular expression.
func (t *patch) aim(source *state, o *object) error {
	t.target = types.Selector{ResId: resid.ResId{
		Gvk:       resid.Gvk{Group: o.id.Group, Version: o.id.Version, Kind: o.id.Kind},
		Name:      regexp.QuoteMeta(o.id.Name),
		Namespace: regexp.QuoteMeta(o.id.Namespace),
	}}
	if _, err := source.resources.GetById(o.id); err != nil {
		t.anonymous = true
	}
	if ok, err := source.selectsOnly(t.target, o); ok || err != nil {
		return err
	}
	if o.id.Namespace == "" && !o.id.IsClusterScoped() {
		t.target.Namespace = resid.DefaultNamespace
		if ok, err := source.selectsOnly(t.target, o); ok || err != nil {
			return err
		}
	}
	for _, labels := range candidates(source, o) {
		t.target.LabelSelector = labels
		if ok, err := source.selectsOnly(t.target, o); ok || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: kustomize cannot tell it from another %s that used to have the same name, "+
		"so no patch can change it alone; rename one of them, or give one a label that the other does not have", o, o.id.Kind)
}

// candidates are label selectors that match o.
func candidates(source *state, o *object) []string {
	var all []string
	labels := labelsOf(o)
	for _, k := range keys(labels) {
		if v, ok := labels[k].(string); ok {
			all = append(all, k+"="+v)
		}
	}
	for _, other := range source.objects {
		if other.id.Kind != o.id.Kind || other == o {
			continue
		}
		for _, k := range keys(labelsOf(other)) {
			if _, has := labels[k]; !has {
				all = append(all, "!"+k)
			}
		}
	}
	return all
}

func (s *state) selectsOnly(sel types.Selector, o *object) (bool, error) {
	selected, err := s.resources.Select(sel)
	if err != nil {
		return false, fmt.Errorf("%s: %w", o, err)
	}
	return len(selected) == 1 && selected[0].CurId() == o.id, nil
}

// values calls yield for every text that the lock adds to the result: the key
// it stands under, the text, and the object.
func (p *plan) values(yield func(id resid.ResId, key, text string)) {
	for _, o := range p.added {
		texts("", o.content, func(key, text string) { yield(o.id, key, text) })
	}
	for _, t := range p.patches {
		texts("", t.annotations, func(key, text string) { yield(t.id, key, text) })
		for _, o := range t.ops {
			if o.Op == "test" || o.Op == "remove" {
				continue
			}
			texts(lastStep(o.Path), o.Value, func(key, text string) { yield(t.id, key, text) })
		}
	}
}

// texts calls yield for every string in v with the key it stands under, which
// for an environment variable is the variable's name.
func texts(key string, v any, yield func(key, text string)) {
	switch v := v.(type) {
	case string:
		yield(key, v)
	case json.Number:
		yield(key, v.String())
	case []any:
		for _, e := range v {
			texts(key, e, yield)
		}
	case map[string]any:
		for _, k := range keys(v) {
			under := k
			if name, ok := v["name"].(string); ok && k == "value" {
				under = name
			}
			texts(under, v[k], yield)
		}
	}
}

func compareIDs(a, b resid.ResId) int {
	return slices.Compare(
		[]string{a.Kind, a.Namespace, a.Name, a.Group, a.Version},
		[]string{b.Kind, b.Namespace, b.Name, b.Group, b.Version})
}
