package kbuild

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // there is no other way to them
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// finish does what comes once, at the end of a build.
func (v *level) finish(m *indexed) error {
	hash := builtins.NewHashTransformerPlugin()
	if err := hash.Config(v.helpers(), nil); err != nil {
		return err
	}
	if err := m.update(hash); err != nil {
		return err
	}
	v.trace.settle(m, provenance.Step{Via: provenance.Hash, Write: hashed})
	if err := repairNames(m, m.specs.NameReference); err != nil {
		return err
	}
	v.trace.settle(m, provenance.Step{Via: provenance.NameReference, Write: v.trace.renamed(m)})
	if err := v.resolveVars(m); err != nil {
		return err
	}
	if err := dropLocal(m); err != nil {
		return err
	}
	if err := order(m, v.k.SortOptions); err != nil {
		return v.at(err, "sortOptions")
	}
	if v.metadata.managedBy {
		label := &builtins.LabelTransformerPlugin{
			Labels:     map[string]string{konfig.ManagedbyLabelKey: "kustomize-" + KustomizeVersion},
			FieldSpecs: types.FsSlice{{Path: "metadata/labels", CreateIfNotPresent: true}},
		}
		if err := m.update(label); err != nil {
			return err
		}
	}
	if err := v.clean(m); err != nil {
		return err
	}
	v.trace.settle(m, provenance.Step{})
	v.metadataPlaces(m)
	return nil
}

// dropLocal drops the resources that are for kustomize alone.
func dropLocal(m *indexed) error {
	m.refresh()
	kept := make([]*entry, 0, len(m.list))
	for _, e := range m.list {
		if e.empty {
			return errors.New("an empty resource")
		}
		meta, err := e.res.GetValidatedMetadata()
		if err != nil {
			return err
		}
		if local, ok := meta.Annotations[konfig.IgnoredByKustomizeAnnotation]; !ok || local == "false" {
			kept = append(kept, e)
		}
	}
	if err := m.unique(); err != nil {
		return err
	}
	m.set(kept)
	return nil
}

// clean takes away what kustomize notes on resources for its own use, and what
// nobody asked for, and writes the other annotations as strings.
func (v *level) clean(m *indexed) error {
	drop := map[string]bool{transformsAnnotation: !v.metadata.transformers, originAnnotation: !v.metadata.origins}
	for _, name := range resource.BuildAnnotations {
		drop[name] = !v.opts.KeepNames || !slices.Contains(candidateAnnotations, name)
	}
	for _, e := range m.list {
		if notes := stringAnnotations(e.res); notes != nil {
			kept := notes.Content[:0]
			for i := 0; i+1 < len(notes.Content); i += 2 {
				if !drop[notes.Content[i].Value] {
					// kustomize writes them anew: a folded one gets no more lines.
					notes.Content[i+1].Style &^= yaml.FoldedStyle
					kept = append(kept, notes.Content[i], notes.Content[i+1])
				}
			}
			if notes.Content = kept; len(kept) == 0 {
				yamlnode.Delete(yamlnode.Get(e.res.YNode(), "metadata"), "annotations")
			}
			continue
		}
		annotations := e.res.GetAnnotations()
		maps.DeleteFunc(annotations, func(name, _ string) bool { return drop[name] })
		if err := e.res.SetAnnotations(annotations); err != nil {
			return err
		}
	}
	return nil
}

// vetOrder refuses an order that kustomize does not know, as it does in the end.
func vetOrder(options *types.SortOptions) error {
	if options == nil || options.Order == types.FIFOSortOrder || options.Order == types.LegacySortOrder {
		return nil
	}
	return fmt.Errorf("the field 'sortOptions.order' must be one of [%s, %s]", types.FIFOSortOrder, types.LegacySortOrder)
}

// order sorts the resources as the kustomization asks for, or as kustomize has
// always done: what others need comes first.
func order(m *indexed, options *types.SortOptions) error {
	if options == nil {
		options = &types.SortOptions{Order: types.LegacySortOrder}
	}
	switch {
	case options.Order == types.FIFOSortOrder && options.LegacySortOptions == nil:
		return nil
	case options.Order != types.LegacySortOrder:
		return errors.New("sortOptions")
	}
	s := &byKind{list: slices.Clone(m.list), less: defaultOrder}
	if l := options.LegacySortOptions; l != nil {
		s.less = givenOrder(l.OrderFirst, l.OrderLast)
	}
	for _, e := range s.list {
		s.texts = append(s.texts, sortText(e.cur))
	}
	sort.Sort(s)
	m.set(s.list)
	return nil
}

// byKind sorts by kind, then by what the texts say.
type byKind struct {
	list  []*entry
	texts []string
	less  func(a, b resid.Gvk) bool
}

func (s *byKind) Len() int { return len(s.list) }
func (s *byKind) Swap(i, j int) {
	s.list[i], s.list[j] = s.list[j], s.list[i]
	s.texts[i], s.texts[j] = s.texts[j], s.texts[i]
}
func (s *byKind) Less(i, j int) bool {
	if a, b := s.list[i].cur.Gvk, s.list[j].cur.Gvk; !a.Equals(b) {
		return s.less(a, b)
	}
	return s.texts[i] < s.texts[j]
}

// defaultOrder is the order of ids, but for Namespaces of two groups.
func defaultOrder(a, b resid.Gvk) bool {
	if a.Kind == types.NamespaceKind && b.Kind == types.NamespaceKind && (a.Group == "" || b.Group == "") {
		return b.IsLessThan(a)
	}
	return a.IsLessThan(b)
}

// givenOrder puts some kinds first and some last. Gvks of one rank are in the
// order of their texts, in which what is missing has a high letter.
func givenOrder(first, last []string) func(a, b resid.Gvk) bool {
	rank := map[string]int{}
	for i, kind := range first {
		rank[kind] = i - len(first)
	}
	for i, kind := range last {
		rank[kind] = i + 1
	}
	text := func(g resid.Gvk) string {
		return strings.Join([]string{orElse(g.Group, "~G"), orElse(g.Version, "~V"), orElse(g.Kind, "~K")}, "_")
	}
	return func(a, b resid.Gvk) bool {
		if ra, rb := rank[a.Kind], rank[b.Kind]; ra != rb {
			return ra < rb
		}
		if a.Kind == types.NamespaceKind && b.Kind == types.NamespaceKind && (a.Group == "" || b.Group == "") {
			return text(a) > text(b)
		}
		return text(a) < text(b)
	}
}

func sortText(id resid.ResId) string {
	return id.Gvk.String() + "|" + orElse(id.Namespace, "~X") + "|" + orElse(id.Name, "~N")
}

func orElse(s, missing string) string {
	if s == "" {
		return missing
	}
	return s
}
