package kbuild

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/filters/nameref"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// repairNames makes references name what they named before names changed.
//
// For each field that may hold a name, kustomize asks every resource that the
// referrer could see whether it ever had that name. Here its filter is asked
// about those alone that had one of the names in the field: it drops all others
// first, and what it does with the rest depends on nothing else. Where there are
// none it would change nothing, and is not run.
func repairNames(m *indexed, table backReferences) error {
	m.refresh()
	index := newNameIndex(m)
	rows := map[resid.Gvk][]nameRow{}
	for _, e := range m.list {
		gvk := e.orgID().Gvk
		own, ok := rows[gvk]
		if !ok {
			var err error
			if own, err = rowsOf(table, gvk); err != nil {
				return err
			}
			rows[gvk] = own
		}
		if len(own) == 0 {
			continue
		}
		if err := index.repair(e, own); err != nil {
			return err
		}
	}
	return nil
}

// nameRow is a field that may hold the name of a kind.
type nameRow struct {
	target resid.Gvk
	field  types.FieldSpec
	path   []string
}

func rowsOf(table backReferences, gvk resid.Gvk) ([]nameRow, error) {
	var rows []nameRow
	for _, b := range table {
		for _, f := range b.Referrers {
			if !gvk.IsSelected(&f.Gvk) {
				continue
			}
			path := utils.PathSplitter(f.Path, "/")
			if !plainPath(path) {
				return nil, fmt.Errorf("nameReference: path %s", f.Path)
			}
			rows = append(rows, nameRow{b.Gvk, f, path})
		}
	}
	return rows, nil
}

// plainPath reports whether a path leads through fields alone, to one that is
// no part of an id: names would change while others are looked up.
func plainPath(path []string) bool {
	for _, p := range path {
		if strings.ContainsAny(p, "[]*=") || strings.Trim(p, "-0123456789") == "" {
			return false
		}
	}
	return path[0] != "metadata" && path[0] != "kind" && path[0] != "apiVersion" ||
		len(path) > 2 && (path[1] == "annotations" || path[1] == "labels") && !strings.HasPrefix(path[2], konfig.ConfigAnnoDomain)
}

// repair repairs the references of a resource.
func (x *nameIndex) repair(e *entry, rows []nameRow) error {
	if err := referrable(e.res); err != nil {
		return err
	}
	others, err := namespacesOfSubjects(e)
	if err != nil {
		return err
	}
	for _, row := range rows {
		var in fieldContent
		if err := in.read(e.res.YNode(), row.path); err != nil {
			return fmt.Errorf("%s of %s: %w", row.field.Path, e.cur, err)
		}
		if len(in.names) == 0 {
			continue
		}
		candidates := x.candidates(e, others, in)
		if len(candidates.list) == 0 {
			continue
		}
		err := e.res.ApplyFilter(nameref.Filter{
			Referrer: e.res, NameFieldToUpdate: row.field, ReferralTarget: row.target, ReferralCandidates: candidates,
		})
		if err != nil {
			return err
		}
		for _, c := range candidates.list {
			c.forget()
		}
	}
	return nil
}

// referrable returns an error about a resource that kustomize would not look
// for references in, because it cannot tell what the resource is.
func referrable(r *resource.Resource) error {
	meta, err := r.GetMeta()
	if err != nil {
		return err
	}
	if gvk := r.GetGvk(); meta.APIVersion != gvk.ApiVersion() || meta.Kind != gvk.Kind ||
		meta.Name != r.GetName() || meta.Namespace != r.GetNamespace() {
		return errors.New("ambiguous metadata")
	}
	return nil
}

// namespacesOfSubjects are the namespaces besides its own that a RoleBinding
// can refer to.
func namespacesOfSubjects(e *entry) ([]string, error) {
	if e.res.GetKind() != "RoleBinding" || e.cur.IsClusterScoped() {
		return nil, nil
	}
	var namespaces []string
	subjects := yamlnode.Get(e.res.YNode(), "subjects")
	if subjects == nil {
		return nil, nil
	}
	if subjects.Kind != yaml.SequenceNode {
		return nil, errors.New("subjects are no list")
	}
	for _, s := range subjects.Content {
		if s.Kind != yaml.MappingNode {
			return nil, errors.New("a subject is no mapping")
		}
		for _, f := range []string{"kind", "namespace"} {
			if n := yamlnode.Get(s, f); n != nil && (n.Kind != yaml.ScalarNode || n.ShortTag() != kyaml.NodeTagString) {
				return nil, errors.New("a subject is not named in words")
			}
		}
		if ns := yamlnode.Get(s, "namespace"); ns != nil && yamlnode.GetString(s, "kind") == "ServiceAccount" {
			namespaces = append(namespaces, ns.Value)
		}
	}
	return namespaces, nil
}

// fieldContent is what stands where a path leads.
type fieldContent struct {
	names      []string
	namespaces []string // of names that stand in a mapping
}

// read follows a path as kustomize does: through all elements of sequences.
func (f *fieldContent) read(n *yaml.Node, path []string) error {
	switch {
	case n.Tag == kyaml.NodeTagNull:
		return nil
	case len(path) == 0:
		return f.end(n, true)
	case n.Kind == yaml.SequenceNode:
		for _, e := range n.Content {
			if err := f.read(e, path); err != nil {
				return err
			}
		}
		return nil
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == path[0] {
				if err := f.read(n.Content[i+1], path[1:]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return errors.New("neither a mapping nor a sequence")
}

// end reads the node at the end of a path: a name, a mapping with a name, or,
// if it may be, a sequence of them.
func (f *fieldContent) end(n *yaml.Node, sequence bool) error {
	switch {
	case n.Kind == yaml.ScalarNode:
		f.names = append(f.names, n.Value)
	case n.Kind == yaml.SequenceNode && sequence:
		for _, e := range n.Content {
			if e.Tag == kyaml.NodeTagNull {
				continue
			}
			if err := f.end(e, false); err != nil {
				return err
			}
		}
	case n.Kind == yaml.MappingNode:
		name, namespace := yamlnode.Get(n, "name"), yamlnode.Get(n, "namespace")
		if name == nil || name.Kind != yaml.ScalarNode {
			return errors.New("no name")
		}
		f.names = append(f.names, name.Value)
		if namespace != nil {
			if namespace.Kind != yaml.ScalarNode || namespace.ShortTag() != kyaml.NodeTagString {
				return errors.New("the namespace is not a word")
			}
			f.namespaces = append(f.namespaces, namespace.Value)
		}
	default:
		return errors.New("not a name")
	}
	return nil
}

// candidate is a resource that has had other names, reduced to what kustomize
// asks of one: its ids, prefixes and suffixes. Who refers to it is noted on the
// candidate, not on the resource, and forgotten: the note is for kustomize's
// own tests, and would grow with every referrer.
type candidate struct {
	*resource.Resource
	pos         int // in the map
	cur, org    resid.ResId
	annotations *yaml.Node
	notes       int // nodes of annotations before anybody referred to it
}

// candidateAnnotations are those that ids, prefixes and suffixes are made of.
var candidateAnnotations = []string{
	konfig.ConfigAnnoDomain + "/previousNames",
	konfig.ConfigAnnoDomain + "/previousNamespaces",
	konfig.ConfigAnnoDomain + "/previousKinds",
	konfig.ConfigAnnoDomain + "/prefixes",
	konfig.ConfigAnnoDomain + "/suffixes",
}

func newCandidate(e *entry, pos int) *candidate {
	str := yamlnode.NewString
	c := &candidate{pos: pos, cur: e.cur, org: e.orgID(), annotations: yamlnode.NewMapping()}
	values := e.res.GetAnnotations(candidateAnnotations...)
	for _, name := range candidateAnnotations {
		if value, ok := values[name]; ok {
			c.annotations.Content = append(c.annotations.Content, str(name), str(value))
		}
	}
	c.notes = len(c.annotations.Content)
	metadata := yamlnode.NewMapping(str("name"), str(e.res.GetName()))
	if ns := e.res.GetNamespace(); ns != "" {
		metadata.Content = append(metadata.Content, str("namespace"), str(ns))
	}
	metadata.Content = append(metadata.Content, str("annotations"), c.annotations)
	c.Resource = &resource.Resource{RNode: *kyaml.NewRNode(yamlnode.NewMapping(
		str("apiVersion"), str(e.res.GetApiVersion()), str("kind"), str(e.res.GetKind()), str("metadata"), metadata))}
	return c
}

func (c *candidate) forget() { c.annotations.Content = c.annotations.Content[:c.notes] }

// nameIndex finds candidates by the names they have had and the namespace they
// are in; cluster-scoped ones are in one of their own.
type nameIndex struct {
	byName map[string]map[string][]*candidate
	// moved are the namespaces that resources now are in, by the one they were
	// in at first.
	moved map[string]map[place]bool
}

// place is a namespace as ids compare it, and as it is written.
type place struct{ effective, written string }

func newNameIndex(m *indexed) *nameIndex {
	x := &nameIndex{byName: map[string]map[string][]*candidate{}, moved: map[string]map[place]bool{}}
	for i, e := range m.list {
		org, now := e.orgID().EffectiveNamespace(), e.cur.EffectiveNamespace()
		if x.moved[org] == nil {
			x.moved[org] = map[place]bool{}
		}
		x.moved[org][place{now, e.cur.Namespace}] = true
		if len(e.prev) == 0 {
			continue
		}
		c := newCandidate(e, i)
		for j, id := range e.prev {
			if slices.ContainsFunc(e.prev[:j], func(p resid.ResId) bool { return p.Name == id.Name }) {
				continue
			}
			if x.byName[id.Name] == nil {
				x.byName[id.Name] = map[string][]*candidate{}
			}
			x.byName[id.Name][now] = append(x.byName[id.Name][now], c)
		}
	}
	return x
}

// visible reports whether a resource in a place could be referred to by e.
func visible(e *entry, others []string, at place) bool {
	return e.cur.IsClusterScoped() || at.effective == resid.TotallyNotANamespace ||
		at.effective == e.cur.EffectiveNamespace() || slices.Contains(others, at.written)
}

// candidates returns those that e could refer to with what its field holds.
func (x *nameIndex) candidates(e *entry, others []string, in fieldContent) *candidates {
	cs := &candidates{}
	for i, name := range in.names {
		if slices.Contains(in.names[:i], name) {
			continue
		}
		spaces := x.byName[name]
		look := func(ns string) {
			for _, c := range spaces[ns] {
				if visible(e, others, place{ns, c.cur.Namespace}) {
					cs.list = append(cs.list, c)
				}
			}
		}
		if e.cur.IsClusterScoped() {
			for ns := range spaces {
				look(ns)
			}
			continue
		}
		namespaces := []string{resid.TotallyNotANamespace, e.cur.EffectiveNamespace()}
		for _, ns := range others {
			namespaces = append(namespaces, orElse(ns, resid.DefaultNamespace))
		}
		slices.Sort(namespaces)
		for _, ns := range slices.Compact(namespaces) {
			look(ns)
		}
	}
	slices.SortFunc(cs.list, func(a, b *candidate) int { return a.pos - b.pos })
	cs.list = slices.Compact(cs.list)
	for _, ns := range in.namespaces {
		for at := range x.moved[ns] {
			if visible(e, others, at) {
				cs.origins = append(cs.origins, ns)
				break
			}
		}
	}
	return cs
}

// candidates are what kustomize's filter chooses from. The embedded ResMap is
// nil: the filter calls nothing else.
type candidates struct {
	resmap.ResMap
	list []*candidate
	// origins are namespaces in which something visible was at first, candidate
	// or not: kustomize prefers such a namespace to one that things moved to.
	origins []string
}

// Resources implements [resmap.ResMap].
func (cs *candidates) Resources() []*resource.Resource {
	rs := make([]*resource.Resource, len(cs.list))
	for i, c := range cs.list {
		rs[i] = c.Resource
	}
	return rs
}

// GroupedByOriginalNamespace implements [resmap.ResMap].
func (cs *candidates) GroupedByOriginalNamespace() map[string][]*resource.Resource {
	groups := cs.grouped(func(c *candidate) resid.ResId { return c.org })
	for _, ns := range cs.origins {
		if _, ok := groups[ns]; !ok && ns != resid.TotallyNotANamespace {
			groups[ns] = nil
		}
	}
	return groups
}

// GroupedByCurrentNamespace implements [resmap.ResMap].
func (cs *candidates) GroupedByCurrentNamespace() map[string][]*resource.Resource {
	return cs.grouped(func(c *candidate) resid.ResId { return c.cur })
}

func (cs *candidates) grouped(by func(*candidate) resid.ResId) map[string][]*resource.Resource {
	groups := map[string][]*resource.Resource{}
	for _, c := range cs.list {
		if ns := by(c).EffectiveNamespace(); ns != resid.TotallyNotANamespace {
			groups[ns] = append(groups[ns], c.Resource)
		}
	}
	return groups
}
