package kbuild

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
	kjson "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// traced is what a step has for those who follow it.
type traced struct {
	// from is where the step is configured, the kustomization file if it is nil;
	// entry is where it stands there.
	from  source
	entry []any
	// text is the one document that a patch consists of, nil if it cannot be
	// followed; json is set for JSON patches.
	text *provenance.Text
	json bool
	// replacement is the one that the step makes, sourceValue the place of its
	// value if it has one of its own.
	replacement *types.Replacement
	sourceValue provenance.Place
}

// source is where steps are configured: a kustomization file, or a resource that
// configures a plugin. Paths are of fields and indexes.
type source interface {
	node(path ...any) *yaml.Node
	// place returns the place of the scalar at a path, if it has that value.
	place(value string, path ...any) provenance.Place
	// scalar returns the text of the scalar at a path, or nil.
	scalar(path ...any) *provenance.Text
}

// below returns a path, and then another.
func below(path []any, more ...any) []any { return append(slices.Clip(slices.Clone(path)), more...) }

// pluginText is a marked resource that configures a plugin.
type pluginText struct {
	tracer *tracer
	root   *yaml.Node
}

func (p *pluginText) node(path ...any) *yaml.Node { return at(p.root, path) }

func (p *pluginText) place(value string, path ...any) provenance.Place {
	n := p.node(path...)
	if n == nil || n.Kind != yaml.ScalarNode || n.Value != value {
		return provenance.Place{}
	}
	return p.tracer.Record(p.tracer.Of(n)).Place
}

func (p *pluginText) scalar(path ...any) *provenance.Text {
	r := p.tracer.Record(p.tracer.Of(p.node(path...)))
	if f := p.tracer.files[r.File]; f != nil && r.Known() {
		return r.Text(f)
	}
	return nil
}

// part is a part of what a field of a kustomization asks for, small enough to be
// followed: kustomize applies them one after the other. When nobody follows,
// the field is applied whole.
type part struct {
	config any
	traced
}

func (v *level) mergeParts(merges []types.PatchStrategicMerge, from source, entry ...any) []part {
	whole := func(ms ...types.PatchStrategicMerge) part { return part{config: map[string]any{"paths": ms}} }
	if v.trace == nil {
		return []part{whole(merges...)}
	}
	var parts []part
	for i, m := range merges {
		var text *provenance.Text
		if strings.ContainsAny(string(m), "\n:{") {
			text = v.patchText("", strings.TrimSpace(string(m)), from, below(entry, i)...)
		} else {
			text = v.patchText(string(m), "", from)
		}
		docs := patchDocuments(text)
		if len(docs) == 0 || docs[0].json {
			parts = append(parts, whole(m))
			continue
		}
		for _, d := range docs {
			parts = append(parts, part{map[string]any{"patches": d.text.Value}, d})
		}
	}
	return parts
}

func (v *level) patchParts(p types.Patch, from source, entry ...any) []part {
	if v.trace == nil {
		return []part{{config: p}}
	}
	docs := patchDocuments(v.patchText(p.Path, strings.TrimSpace(p.Patch), from, below(entry, "patch")...))
	switch {
	case len(docs) == 0, len(docs) > 1 && p.Target != nil:
		return []part{{config: p}}
	case docs[0].json:
		return []part{{config: p, traced: docs[0]}}
	}
	var parts []part
	for _, d := range docs {
		own := p
		own.Path, own.Patch = "", d.text.Value
		parts = append(parts, part{own, d})
	}
	return parts
}

func (v *level) jsonParts(p types.Patch, from source, entry ...any) []part {
	whole := part{config: map[string]any{"target": p.Target, "path": p.Path, "jsonOp": p.Patch}}
	if v.trace != nil {
		text := v.patchText(p.Path, strings.TrimSpace(p.Patch), from, entry...)
		if docs := patchDocuments(text); len(docs) == 1 && docs[0].json {
			whole.traced = docs[0]
		}
	}
	return []part{whole}
}

func (v *level) replacementParts(rs []types.ReplacementField, from source) []part {
	whole := func(rs ...types.ReplacementField) part { return part{config: map[string]any{"replacements": rs}} }
	if v.trace == nil {
		return []part{whole(rs...)}
	}
	var parts []part
	for i, r := range rs {
		if r.Path == "" {
			p := whole(r)
			p.replacement = &r.Replacement
			p.entry = []any{"replacements", i}
			if r.SourceValue != nil {
				p.sourceValue = from.place(*r.SourceValue, "replacements", i, "sourceValue")
			}
			parts = append(parts, p)
			continue
		}
		ps := v.replacementFile(r.Path)
		if len(ps) == 0 {
			ps = []part{whole(r)}
		}
		parts = append(parts, ps...)
	}
	return parts
}

// replacementFile reads a file of one replacement or a list of them.
func (v *level) replacementFile(path string) []part {
	content, err := v.Load(path)
	if err != nil {
		return nil
	}
	file := &kustomizationText{file: v.trace.file(v.path(path), content)}
	var doc yaml.Node
	if yaml.Unmarshal(content, &doc) != nil {
		return nil
	}
	file.root = yamlnode.Resolve(&doc)
	var rs []types.Replacement
	single := kjson.Unmarshal(content, &rs) != nil
	if single {
		rs = make([]types.Replacement, 1)
		if kjson.Unmarshal(content, &rs[0]) != nil {
			return nil
		}
	}
	var parts []part
	for i, r := range rs {
		p := part{config: map[string]any{"replacements": []types.ReplacementField{{Replacement: r}}}}
		p.replacement, p.entry = &r, []any{}
		if r.SourceValue != nil {
			at := []any{i, "sourceValue"}
			if single {
				at = at[1:]
			}
			p.sourceValue = file.place(*r.SourceValue, at...)
		}
		parts = append(parts, p)
	}
	return parts
}

// patchDocuments splits a patch into documents that can be applied one by one.
// There are none if it cannot be followed.
func patchDocuments(text *provenance.Text) []traced {
	if text == nil {
		return nil
	}
	var docs []traced
	for _, d := range text.Documents() {
		d = d.Begun()
		root := d.Parse()
		switch {
		case root == nil, strings.HasPrefix(d.Value, "---"), root.Kind == yaml.SequenceNode && len(docs) > 0,
			strings.HasSuffix(yamlnode.GetString(root, "kind"), "List"): // kustomize takes it apart, and writes it anew
			return nil
		case root.Kind == yaml.SequenceNode:
			return []traced{{text: text, json: true, entry: []any{}}}
		case root.Kind != yaml.MappingNode:
			return nil
		}
		docs = append(docs, traced{text: d.Framed(), entry: []any{}})
	}
	return docs
}
