package kbuild

import (
	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // there is no other way to them
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	kjson "sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// pluginEntries are the fields of transformers' configurations that say what
// entries of a kustomization do.
var pluginEntries = map[string][]any{
	"AnnotationsTransformer":  {"annotations"},
	"HashTransformer":         {},
	"ImageTagTransformer":     {"imageTag"},
	"LabelTransformer":        {"labels"},
	"NamespaceTransformer":    {"metadata", "namespace"},
	"PrefixTransformer":       {"prefix"},
	"ReplicaCountTransformer": {"replica"},
	"SuffixTransformer":       {"suffix"},
	"ValueAddTransformer":     {"value"},
}

// followPlugin says where a transformer that has a configuration of its own is
// written. Patches and replacements become one step for each.
func (v *level) followPlugin(s step, config *resource.Resource) ([]step, error) {
	if v.trace == nil {
		return []step{s}, nil
	}
	from := &pluginText{v.trace, config.YNode()}
	s.from = from
	if entry, ok := pluginEntries[s.kind]; ok {
		s.entry = entry
		return []step{s}, nil
	}
	if s.kind == "PrefixSuffixTransformer" {
		both, ok := s.Transformer.(*prefixSuffix)
		if !ok {
			return []step{s}, nil
		}
		first, second := s, s
		first.kind, first.Transformer, first.entry = "PrefixTransformer", both.prefix, []any{"prefix"}
		second.kind, second.Transformer, second.entry = "SuffixTransformer", both.suffix, []any{"suffix"}
		first.part = true
		return []step{first, second}, nil
	}
	var own struct {
		types.Patch
		JSONOp       string                      `json:"jsonOp"`
		Paths        []types.PatchStrategicMerge `json:"paths"`
		Patches      string                      `json:"patches"`
		Replacements []types.ReplacementField    `json:"replacements"`
	}
	text, err := config.AsYAML()
	if err != nil {
		return nil, err
	}
	if kjson.Unmarshal(text, &own) != nil {
		return []step{s}, nil
	}
	var parts []part
	plugin := transformerPlugins[s.kind]
	switch s.kind {
	case "PatchTransformer":
		parts = v.patchParts(own.Patch, from)
	case "PatchJson6902Transformer":
		own.Patch.Patch = own.JSONOp
		parts = v.jsonParts(own.Patch, from, "jsonOp")
	case "PatchStrategicMergeTransformer":
		if own.Patches != "" {
			return []step{s}, nil
		}
		parts = v.mergeParts(own.Paths, from, "paths")
	case "ReplacementTransformer":
		parts = v.replacementParts(own.Replacements, from)
	}
	var steps []step
	for i, p := range parts {
		t := plugin()
		if err := v.configure(t, p.config); err != nil {
			return nil, err
		}
		step := step{kind: s.kind, Transformer: t, field: s.field, origin: s.origin, traced: p.traced, part: i < len(parts)-1}
		step.from = from
		steps = append(steps, step)
	}
	if len(steps) == 0 {
		return []step{s}, nil
	}
	return steps, nil
}

// generatedByPlugin marks what a generator made that has a configuration of its
// own.
func (v *level) generatedByPlugin(made []*resource.Resource, g resmap.GeneratorPlugin, config *resource.Resource) {
	if v.trace == nil {
		return
	}
	from := &pluginText{v.trace, config.YNode()}
	switch g := g.(type) {
	case *builtins.ConfigMapGeneratorPlugin:
		v.generated(made, &g.GeneratorArgs, from)
	case *builtins.SecretGeneratorPlugin:
		v.generated(made, &g.GeneratorArgs, from)
	case *builtins.HelmChartInflationGeneratorPlugin:
		v.charted(made, from)
	}
}

// charted marks what a chart made: its entry decides that, whatever else does.
func (v *level) charted(made []*resource.Resource, from source, entry ...any) {
	if v.trace == nil {
		return
	}
	if from == nil {
		from = v.text
	}
	name := from.node(below(entry, "name")...)
	if name == nil {
		return
	}
	p := from.place(name.Value, below(entry, "name")...)
	for _, r := range made {
		v.trace.Settle(r, r.YNode(), &provenance.Step{Via: provenance.Chart, Write: func(*provenance.Write) (provenance.Record, bool) {
			return provenance.Record{Place: p}, p.Known()
		}})
	}
}
