package kbuild

import (
	_ "embed" // for the table
	"slices"
	"sort"
	"sync"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

//go:generate go run -C ../../tools -mod=mod ./fieldspecs ../internal/kbuild/fieldspecs.yaml

// defaultFieldSpecs is kustomize's table of the fields that its transformers
// act on. It is data that no public call gives away.
//
//go:embed fieldspecs.yaml
var defaultFieldSpecs []byte

// fieldSpecs says which fields transformers act on.
type fieldSpecs struct {
	NamePrefix                types.FsSlice
	NameSuffix                types.FsSlice
	Namespace                 types.FsSlice
	CommonLabels              types.FsSlice
	Labels                    types.FsSlice
	TemplateLabels            types.FsSlice
	VolumeClaimTemplateLabels types.FsSlice
	CommonAnnotations         types.FsSlice
	NameReference             backReferences
	VarReference              types.FsSlice
	Images                    types.FsSlice
	Replicas                  types.FsSlice
}

// backReference is a kind, and the fields that hold names of its objects.
type backReference struct {
	resid.Gvk `json:",inline"`
	Referrers types.FsSlice `json:"fieldSpecs"`
}

type backReferences []backReference

func (b backReferences) Len() int           { return len(b) }
func (b backReferences) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b backReferences) Less(i, j int) bool { return b[i].IsLessThan(b[j].Gvk) }

// defaults are the fields of a kustomization that adds none: as they are read,
// and as they are once they have been merged into something.
type defaults struct{ read, merged *fieldSpecs }

var defaultSpecs = sync.OnceValues(func() (d defaults, err error) {
	if d.read, err = readSpecs(defaultFieldSpecs); err == nil {
		d.merged, err = (&fieldSpecs{}).merge(d.read)
	}
	return d, err
})

// readSpecs reads a file of configurations.
func readSpecs(text []byte) (*fieldSpecs, error) {
	var f fieldSpecs
	if err := yaml.UnmarshalStrict(text, &f); err != nil {
		return nil, err
	}
	f.sort()
	return &f, nil
}

func (f *fieldSpecs) slices() []*types.FsSlice {
	return []*types.FsSlice{
		&f.NamePrefix, &f.NameSuffix, &f.Namespace, &f.CommonLabels, &f.Labels, &f.TemplateLabels,
		&f.VolumeClaimTemplateLabels, &f.CommonAnnotations, &f.VarReference, &f.Images, &f.Replicas,
	}
}

// sort sorts as kustomize does. The sort is not stable, and the order counts, so
// it has to be the same one, as often.
func (f *fieldSpecs) sort() {
	for _, s := range f.slices() {
		sort.Sort(*s)
	}
	sort.Sort(f.NameReference)
}

// merge returns fields with others added to them. Those that are there already
// are left out, and must not contradict.
func (f *fieldSpecs) merge(other *fieldSpecs) (*fieldSpecs, error) {
	if f == other {
		return f, nil
	}
	merged := &fieldSpecs{}
	own, others := f.slices(), other.slices()
	for i, s := range merged.slices() {
		var err error
		if *s, err = slices.Clip(*own[i]).MergeAll(*others[i]); err != nil {
			return nil, err
		}
		*s = slices.Clone(*s)
	}
	merged.NameReference = slices.Clone(f.NameReference)
	for _, b := range other.NameReference {
		i := slices.IndexFunc(merged.NameReference, func(m backReference) bool { return m.Equals(b.Gvk) })
		if i < 0 {
			merged.NameReference = append(merged.NameReference, b)
			continue
		}
		m := &merged.NameReference[i]
		var err error
		if m.Referrers, err = slices.Clip(m.Referrers).MergeAll(b.Referrers); err != nil {
			return nil, err
		}
	}
	merged.sort()
	return merged, nil
}

// configureFields merges the fields of the kustomization into those that its bases
// brought along.
func (v *level) configureFields(m *indexed) error {
	d, err := defaultSpecs()
	if err != nil {
		return err
	}
	own := d.merged
	if len(v.k.Configurations) > 0 {
		custom := &fieldSpecs{}
		for i, path := range v.k.Configurations {
			text, err := v.Load(path)
			if err != nil {
				return v.at(err, "configurations", i, path)
			}
			more, err := readSpecs(text)
			if err != nil {
				return v.at(err, "configurations", i, path)
			}
			if custom, err = custom.merge(more); err != nil {
				return err
			}
		}
		if own, err = d.read.merge(custom); err != nil {
			return err
		}
	}
	if err := m.mergeSpecs(own); err != nil || len(v.k.Crds) == 0 {
		return err
	}
	crds, err := v.crdFields()
	if err != nil {
		return err
	}
	return m.mergeSpecs(crds)
}

// mergeSpecs adds to the fields that transformers of the map act on.
func (m *indexed) mergeSpecs(more *fieldSpecs) error {
	if m.specs == nil {
		m.specs = &fieldSpecs{}
		if d, err := defaultSpecs(); err == nil && more == d.merged {
			m.specs = more
		}
	}
	var err error
	m.specs, err = m.specs.merge(more)
	return err
}
