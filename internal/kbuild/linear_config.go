package kbuild

import (
	"sort"
	"sync"
	_ "unsafe" // for go:linkname

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

// defaultFieldSpecs is kustomize's table of the fields that its transformers
// act on. It is data that no public call gives away, and a copy of it could be
// another release's.
//
//go:linkname defaultFieldSpecs sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts.GetDefaultFieldSpecs
func defaultFieldSpecs() []byte

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

// specs are the fields of a kustomization that adds none. kustomize sorts them
// when it reads them, drops duplicates, and sorts them again; the sort is not
// stable, so this does the same.
var specs = sync.OnceValues(func() (*fieldSpecs, error) {
	var f fieldSpecs
	if err := yaml.UnmarshalStrict(defaultFieldSpecs(), &f); err != nil {
		return nil, err
	}
	for _, s := range []*types.FsSlice{
		&f.NamePrefix, &f.NameSuffix, &f.Namespace, &f.CommonLabels, &f.Labels, &f.TemplateLabels,
		&f.VolumeClaimTemplateLabels, &f.CommonAnnotations, &f.VarReference, &f.Images, &f.Replicas,
	} {
		sort.Sort(*s)
		merged, err := types.FsSlice(nil).MergeAll(*s)
		if err != nil {
			return nil, err
		}
		sort.Sort(merged)
		*s = merged
	}
	sort.Sort(f.NameReference)
	var merged backReferences
	for _, b := range f.NameReference {
		i := 0
		for i < len(merged) && !merged[i].Equals(b.Gvk) {
			i++
		}
		if i == len(merged) {
			merged = append(merged, b)
			continue
		}
		var err error
		if merged[i].Referrers, err = merged[i].Referrers.MergeAll(b.Referrers); err != nil {
			return nil, err
		}
	}
	sort.Sort(merged)
	f.NameReference = merged
	return &f, nil
})
