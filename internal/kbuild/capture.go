package kbuild

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/kio"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Captured is a build stopped where a component would be applied to it.
type Captured struct {
	// Items are the resources, which are the caller's own. They carry kustomize's
	// internal annotations; names have prefixes but no hashes, and references are
	// as they were written. A tree without resources has one that is marked with
	// config.kubernetes.io/local-config.
	Items []*yaml.Node
	// Configs are the configurations of our function that ran, in YAML.
	Configs []string
}

// List returns the resources as a ResourceList.
func (c *Captured) List() ([]byte, error) {
	return manifest.Encode(yamlnode.NewMapping(
		yamlnode.NewString("apiVersion"), yamlnode.NewString("config.kubernetes.io/v1"),
		yamlnode.NewString("kind"), yamlnode.NewString("ResourceList"),
		yamlnode.NewString("items"), yamlnode.NewSequence(c.Items...)))
}

// read reads a ResourceList.
func (c *Captured) read(list []byte) error {
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(list), OmitReaderAnnotations: true}).Read()
	if err != nil {
		return fmt.Errorf("reading the captured resources: %w", err)
	}
	c.Items = make([]*yaml.Node, len(nodes))
	for i, n := range nodes {
		c.Items[i] = n.YNode()
	}
	return nil
}

// Capture builds the kustomization in dir up to the point where kustomize adds
// hashes to names and repairs references.
func Capture(fsys filesys.FileSystem, dir string, opts Options) (*Captured, error) {
	var c Captured
	b := newBuilder(fsys, opts)
	b.captured = &c
	if _, err := b.run(dir); err != nil {
		return nil, err
	}
	return &c, nil
}

// BuildCaptured is Build of dir, and Capture of it and of the kustomization in
// source, which may be one that dir refers to: most are built once then. source is
// an absolute path without symlinks. There is a result also with an error.
func BuildCaptured(fsys filesys.FileSystem, dir, source string, opts Options) (result *Result, before, after *Captured, err error) {
	files := NewSnapshot(fsys)
	b := newBuilder(files, opts)
	b.passing = &passing{source: source}
	if result, err = b.run(dir); err != nil {
		return result, nil, nil, err
	}
	if before = b.passing.before; before == nil {
		if before, err = Capture(files, source, opts); err != nil {
			return result, nil, nil, err
		}
	}
	if after = b.passing.after; after == nil {
		after, err = Capture(files, dir, opts)
	}
	return result, before, after, err
}

// passing is what a build captures on its way to the end. What it is not certain
// of stays nil.
type passing struct {
	source        string // of one kustomization in the build
	before, after *Captured
}

// base notes the resources of a base, if it is the one that is asked for and
// built here as it is by itself.
func (p *passing) base(v *level, m *indexed) {
	if p == nil || p.before != nil || v.dir().String() != p.source || v.clone != nil || v.origin != nil || v.helmNamespace != "" || v.ownSchema ||
		v.k.SortOptions != nil || len(v.k.BuildMetadata)+len(v.k.OpenAPI) > 0 {
		return
	}
	if items, err := m.items(); err == nil {
		p.before = &Captured{Items: items}
	}
}

// top notes the resources of a whole build, before names are final.
func (p *passing) top(b *linearBuild, m *indexed) {
	if p == nil {
		return
	}
	if items, err := m.items(); err == nil {
		p.after = &Captured{Items: items, Configs: b.configs}
	}
}

// items are what a function would be given, as kustomize would write it.
func (m *indexed) items() ([]*yaml.Node, error) {
	if len(m.list) == 0 {
		return nil, errors.New("no resources")
	}
	items := make([]*yaml.Node, len(m.list))
	for i, e := range m.list {
		item, ok := view(e.res.YNode())
		if !ok || isEmbedded(item) {
			return nil, errUnusual
		}
		items[i] = item
	}
	return items, nil
}
