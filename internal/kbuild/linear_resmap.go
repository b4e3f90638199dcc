package kbuild

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// indexed is a [resmap.ResMap] that finds resources by their ids in constant
// time. kustomize's own computes the id of every resource for every question,
// which makes a build quadratic.
//
// Ids are read from resources once, and again after somebody could have changed
// them: a transformer may change what it got from the map until close is
// called. The embedded ResMap is nil. Its methods are those that no built-in
// transformer calls; a call panics, and the build is left to kustomize.
type indexed struct {
	resmap.ResMap
	list  []*entry
	specs *fieldSpecs        // what transformers act on
	vars  types.VarSet       // what vars: declares
	byCur map[idKey][]*entry // nil until it is needed
	byAny map[idKey][]*entry // nil until it is needed

	open    bool         // a transformer runs
	lent    []*entry     // may have changed
	lentAll bool         // all may have changed
	watch   func(*entry) // is told who asks for what, before it changes; may be nil
}

func newIndexed() *indexed { return &indexed{vars: types.NewVarSet()} }

// entry is a resource with its ids.
type entry struct {
	res   *resource.Resource
	fresh bool // what follows is up to date
	empty bool
	cur   resid.ResId
	prev  []resid.ResId
}

// idKey is what the Equals method of ids compares.
type idKey struct{ namespace, group, version, kind, name string }

func keyOf(id resid.ResId) idKey {
	return idKey{id.EffectiveNamespace(), id.Group, id.Version, id.Kind, id.Name}
}

func (e *entry) read() {
	if e.fresh {
		return
	}
	e.fresh, e.empty, e.cur, e.prev = true, e.res.IsNilOrEmpty(), resid.ResId{}, nil
	if !e.empty {
		e.cur, e.prev = e.res.CurId(), e.res.PrevIds()
	}
}

// orgID is the first id that the resource has had.
func (e *entry) orgID() resid.ResId {
	if len(e.prev) > 0 {
		return e.prev[0]
	}
	return e.cur
}

// keys are those of all ids, each once.
func (e *entry) keys() []idKey {
	keys := make([]idKey, 0, len(e.prev)+1)
	for _, id := range e.prev {
		if k := keyOf(id); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	if k := keyOf(e.cur); !slices.Contains(keys, k) {
		keys = append(keys, k)
	}
	return keys
}

// update runs a transformer, which may change every resource it asks for.
func (m *indexed) update(t resmap.Transformer) error {
	m.open = true
	err := t.Transform(m)
	m.open = false
	return err
}

// lend notes that somebody may change a resource.
func (m *indexed) lend(e *entry) {
	if m.watch != nil {
		m.watch(e)
	}
	if !m.lentAll {
		m.lent = append(m.lent, e)
	}
}

// lendAll notes that somebody may change any resource.
func (m *indexed) lendAll() { m.lentAll, m.lent = true, nil }

// refresh makes the ids of all entries, and the indexes there are, those of the
// resources as they are now.
func (m *indexed) refresh() {
	if m.lentAll {
		for _, e := range m.list {
			e.fresh = false
		}
		m.byCur, m.byAny = nil, nil
		m.lentAll = m.open
	}
	for _, e := range m.lent {
		m.unfile(e)
		e.fresh = false
		e.read()
		m.file(e)
	}
	if !m.open {
		m.lent = nil
	}
	for _, e := range m.list {
		e.read()
	}
}

// file puts an entry into the indexes there are.
func (m *indexed) file(e *entry) {
	if e.empty {
		return
	}
	if m.byCur != nil {
		k := keyOf(e.cur)
		m.byCur[k] = append(m.byCur[k], e)
	}
	if m.byAny != nil {
		for _, k := range e.keys() {
			m.byAny[k] = append(m.byAny[k], e)
		}
	}
}

func (m *indexed) unfile(e *entry) {
	if e.empty || !e.fresh {
		return
	}
	remove := func(index map[idKey][]*entry, k idKey) {
		if i := slices.Index(index[k], e); i >= 0 {
			index[k] = slices.Delete(slices.Clone(index[k]), i, i+1)
		}
	}
	if m.byCur != nil {
		remove(m.byCur, keyOf(e.cur))
	}
	if m.byAny != nil {
		for _, k := range e.keys() {
			remove(m.byAny, k)
		}
	}
}

// current returns the resources whose current id equals the one given.
func (m *indexed) current(id resid.ResId) []*entry {
	m.reindex(&m.byCur)
	return m.byCur[keyOf(id)]
}

// any returns the resources that have or had an id that equals the one given.
func (m *indexed) any(id resid.ResId) []*entry {
	m.reindex(&m.byAny)
	return m.byAny[keyOf(id)]
}

// reindex refreshes the indexes, and makes one of them if there is none.
func (m *indexed) reindex(index *map[idKey][]*entry) {
	if m.lentAll || len(m.lent) > 0 {
		m.refresh()
	}
	if *index != nil {
		return
	}
	made := make(map[idKey][]*entry, len(m.list))
	for _, e := range m.list {
		e.read()
		switch {
		case e.empty:
		case index == &m.byCur:
			k := keyOf(e.cur)
			made[k] = append(made[k], e)
		default:
			for _, k := range e.keys() {
				made[k] = append(made[k], e)
			}
		}
	}
	*index = made
}

// set replaces the content.
func (m *indexed) set(list []*entry) {
	for _, e := range m.lent {
		e.fresh = false
	}
	m.lentAll = m.lentAll || m.open && len(m.lent) > 0
	m.list, m.byCur, m.byAny, m.lent = list, nil, nil, nil
}

// twice returns the first id that several resources have, and how many.
func (m *indexed) twice() (id resid.ResId, times int) {
	m.reindex(&m.byCur)
	for _, e := range m.list {
		if es := m.byCur[keyOf(e.cur)]; len(es) > 1 {
			return e.cur, len(es)
		}
	}
	return id, 0
}

// unique returns an error if two resources have the same id.
func (m *indexed) unique() error {
	if id, times := m.twice(); times > 1 {
		return fmt.Errorf("%d resources have the id %s", times, id)
	}
	return nil
}

func (m *indexed) add(e *entry) error {
	e.read()
	if e.empty {
		return errors.New("an empty resource")
	}
	if len(m.current(e.cur)) > 0 {
		return fmt.Errorf("two resources have the id %s", e.cur)
	}
	m.list = append(m.list, e)
	m.file(e)
	return nil
}

// take moves the resources of another map to the end of this one. The error is about
// the first that cannot be there.
func (m *indexed) take(other *indexed) (failed error) {
	other.refresh()
	for _, e := range other.list {
		failed = cmp.Or(failed, m.add(e))
	}
	return failed
}

// Size implements [resmap.ResMap].
func (m *indexed) Size() int { return len(m.list) }

// Resources implements [resmap.ResMap].
func (m *indexed) Resources() []*resource.Resource {
	m.lendAll()
	rs := make([]*resource.Resource, len(m.list))
	for i, e := range m.list {
		rs[i] = e.res
	}
	return rs
}

// Append implements [resmap.ResMap].
func (m *indexed) Append(r *resource.Resource) error { return m.add(&entry{res: r}) }

func (m *indexed) appendAll(rs []*resource.Resource) (failed error) {
	for _, r := range rs {
		failed = cmp.Or(failed, m.Append(r))
	}
	return failed
}

// Remove implements [resmap.ResMap].
func (m *indexed) Remove(id resid.ResId) error {
	m.refresh()
	rest := slices.DeleteFunc(slices.Clone(m.list), func(e *entry) bool { return e.cur == id })
	if len(rest) != len(m.list)-1 {
		return fmt.Errorf("%d resources to be removed have the id %s", len(m.list)-len(rest), id)
	}
	m.set(rest)
	return nil
}

// GetById implements [resmap.ResMap].
func (m *indexed) GetById(id resid.ResId) (*resource.Resource, error) { //nolint:revive // the interface's name
	es := m.any(id)
	if len(es) != 1 {
		// In the words of kustomize: see sure.
		some := "no matches"
		if len(es) > 1 {
			some = "multiple matches"
		}
		return nil, fmt.Errorf("%s for Id %s; failed to find unique target for patch %s", some, id, id)
	}
	m.lend(es[0])
	return es[0].res, nil
}

// GetMatchingResourcesByAnyId implements [resmap.ResMap].
func (m *indexed) GetMatchingResourcesByAnyId(matches resmap.IdMatcher) []*resource.Resource { //nolint:revive // the interface's name
	m.refresh()
	var rs []*resource.Resource
	for _, e := range m.list {
		if !e.empty && (slices.ContainsFunc(e.prev, matches) || matches(e.cur)) {
			m.lend(e)
			rs = append(rs, e.res)
		}
	}
	return rs
}

// Select implements [resmap.ResMap].
func (m *indexed) Select(s types.Selector) ([]*resource.Resource, error) {
	pattern, err := types.NewSelectorRegex(&s)
	if err != nil {
		return nil, err
	}
	m.refresh()
	var rs []*resource.Resource
	for _, e := range m.list {
		org, cur := e.orgID(), e.cur
		if !pattern.MatchGvk(cur.Gvk) ||
			!pattern.MatchName(org.Name) && !pattern.MatchName(cur.Name) ||
			!pattern.MatchNamespace(org.EffectiveNamespace()) && !pattern.MatchNamespace(cur.EffectiveNamespace()) {
			continue
		}
		if ok, err := e.res.MatchesLabelSelector(s.LabelSelector); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		if ok, err := e.res.MatchesAnnotationSelector(s.AnnotationSelector); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		m.lend(e)
		rs = append(rs, e.res)
	}
	return rs, nil
}

// ApplySmPatch implements [resmap.ResMap]: the patch, made one for each kind it
// is applied to. Resources that it deletes leave the map.
func (m *indexed) ApplySmPatch(selected *resource.IdSet, patch *resource.Resource) error {
	m.refresh()
	kept := make([]*entry, 0, len(m.list))
	for _, e := range m.list {
		if selected.Contains(e.cur) {
			own := patch.DeepCopy()
			if err := own.CopyMergeMetaDataFieldsFrom(patch); err != nil {
				return err
			}
			own.SetGvk(e.cur.Gvk)
			own.SetKind(patch.GetKind())
			if err := e.res.ApplySmPatch(own); err != nil {
				return err
			}
			m.lend(e)
		}
		if !e.res.IsNilOrEmpty() {
			kept = append(kept, e)
		}
	}
	if len(kept) < len(m.list) {
		m.set(kept)
	}
	return m.unique()
}

// ApplyFilter implements [resmap.ResMap].
func (m *indexed) ApplyFilter(f kio.Filter) error {
	m.lendAll()
	nodes := make([]*kyaml.RNode, len(m.list))
	of := make(map[*kyaml.RNode]*entry, len(m.list))
	for i, e := range m.list {
		nodes[i] = &e.res.RNode
		of[nodes[i]] = e
	}
	nodes, err := f.Filter(nodes)
	if err != nil {
		return err
	}
	list := make([]*entry, 0, len(nodes))
	for _, n := range nodes {
		if n.IsNilOrEmpty() {
			continue
		}
		e, ok := of[n]
		if !ok {
			e = &entry{res: &resource.Resource{RNode: *n}}
		}
		list = append(list, e)
	}
	m.list = list
	return nil
}

// DropEmpties implements [resmap.ResMap].
func (m *indexed) DropEmpties() {
	if !slices.ContainsFunc(m.list, func(e *entry) bool { return e.res.IsNilOrEmpty() }) {
		return
	}
	m.refresh()
	m.set(slices.DeleteFunc(m.list, func(e *entry) bool { return e.res.IsNilOrEmpty() }))
}
