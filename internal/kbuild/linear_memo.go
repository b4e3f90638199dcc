package kbuild

import (
	"crypto/sha256"
	"hash"
	"reflect"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
)

// What entries of transformers: and generators: stand for is mostly one small
// resource: a base that a fleet shares, with a patch or two for each environment.
// Where such a kustomization consists of nothing but resources, components and
// patches, what it comes to depends on the bytes of its files alone, not on where
// they are. So it is built for the first that have these bytes, and copied for all
// others.

// memoKey returns the key of what a kustomization comes to. ok is false where that
// depends on more than content.
func (v *level) memoKey() (key sum, ok bool) {
	if !v.configures || v.opts.Cache == nil || v.trace != nil || v.origin != nil || v.ownSchema || v.opts.Observe != nil && v.opts.Told == nil {
		return key, false
	}
	h := memoHash{Hash: sha256.New(), left: 64}
	if !v.hashTo(&h) {
		return key, false
	}
	return sum(h.Sum(nil)), true
}

// memoHash is of a few kustomizations: each looks at all that are below it.
type memoHash struct {
	hash.Hash
	left int
}

// hashTo writes what the kustomization and all below it consist of.
func (v *level) hashTo(h *memoHash) bool {
	if h.left--; h.left < 0 || v.clone != nil || !onlyPatches(v.k) {
		return false
	}
	h.put('k', v.content)
	for _, path := range v.k.Resources {
		switch {
		case !isLocal(path):
			return false
		case v.localLoader.fsys.IsDir(v.dir().Join(path)):
			if !v.hashBelow(h, path, types.KustomizationKind) {
				return false
			}
		case !v.hashFile(h, path):
			return false
		}
	}
	for _, path := range v.k.Components {
		if !v.hashBelow(h, path, types.ComponentKind) {
			return false
		}
	}
	for _, list := range [...][]types.Patch{v.k.Patches, v.k.PatchesJson6902} { //nolint:staticcheck // deprecated, and in use
		for _, p := range list {
			if p.Path != "" && !v.hashFile(h, p.Path) {
				return false
			}
		}
	}
	return true
}

func (v *level) hashBelow(h *memoHash, path, kind string) bool {
	if !isLocal(path) {
		return false
	}
	loader, err := v.below(path)
	if err != nil {
		return false
	}
	other, err := v.open(path, loader, kind)
	return err == nil && other.hashTo(h)
}

func (v *level) hashFile(h *memoHash, path string) bool {
	if !isLocal(path) {
		return false
	}
	content, err := v.Load(path)
	if err == nil {
		h.put('f', content)
	}
	return err == nil
}

// put adds a content. What follows it cannot be taken for a part of it.
func (h *memoHash) put(kind byte, content []byte) {
	s := sha256.Sum256(content)
	h.Write([]byte{kind})
	h.Write(s[:])
}

// onlyPatches reports whether a kustomization has nothing but resources,
// components, and patches that say where they are.
func onlyPatches(k *types.Kustomization) bool {
	rest := *k
	rest.TypeMeta, rest.MetaData = types.TypeMeta{}, nil
	rest.Resources, rest.Components, rest.Patches, rest.PatchesJson6902 = nil, nil, nil, nil //nolint:staticcheck // deprecated, and in use
	return reflect.ValueOf(rest).IsZero()
}

// built are the resources of a kustomization that was built before, or nil.
func (c *Cache) built(key sum) []*resource.Resource {
	rs, ok := c.kustomized.have(key)
	if !ok {
		return nil
	}
	return copies(rs)
}

// keep keeps the resources of a kustomization, if it is not the first with the key.
func (c *Cache) keep(key sum, m *indexed) {
	c.kustomized.keep(key, func() []*resource.Resource {
		rs := make([]*resource.Resource, len(m.list))
		for i, e := range m.list {
			rs[i] = e.res.DeepCopy()
		}
		return rs
	})
}
