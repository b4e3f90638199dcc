package kbuild

import (
	"errors"
	"fmt"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // there is no other way to them
	"sigs.k8s.io/kustomize/api/filters/namespace"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
)

// generatorPlugins are the generators that a kustomization can name in
// generators:, by kind.
var generatorPlugins = map[string]func() resmap.GeneratorPlugin{
	"ConfigMapGenerator":          builtins.NewConfigMapGeneratorPlugin,
	"HelmChartInflationGenerator": builtins.NewHelmChartInflationGeneratorPlugin,
	"IAMPolicyGenerator":          builtins.NewIAMPolicyGeneratorPlugin,
	"SecretGenerator":             builtins.NewSecretGeneratorPlugin,
}

// transformerPlugins are the transformers that a kustomization can name in
// transformers:, by kind.
var transformerPlugins = map[string]func() resmap.TransformerPlugin{
	"AnnotationsTransformer":         builtins.NewAnnotationsTransformerPlugin,
	"HashTransformer":                builtins.NewHashTransformerPlugin,
	"ImageTagTransformer":            builtins.NewImageTagTransformerPlugin,
	"LabelTransformer":               builtins.NewLabelTransformerPlugin,
	"NamespaceTransformer":           builtins.NewNamespaceTransformerPlugin,
	"PatchJson6902Transformer":       builtins.NewPatchJson6902TransformerPlugin,
	"PatchStrategicMergeTransformer": builtins.NewPatchStrategicMergeTransformerPlugin,
	"PatchTransformer":               builtins.NewPatchTransformerPlugin,
	"PrefixSuffixTransformer":        newPrefixSuffix,
	"PrefixTransformer":              builtins.NewPrefixTransformerPlugin,
	"ReplacementTransformer":         builtins.NewReplacementTransformerPlugin,
	"ReplicaCountTransformer":        builtins.NewReplicaCountTransformerPlugin,
	"SuffixTransformer":              builtins.NewSuffixTransformerPlugin,
	"ValueAddTransformer":            builtins.NewValueAddTransformerPlugin,
}

// prefixSuffix is two transformers with one configuration.
type prefixSuffix struct{ prefix, suffix resmap.TransformerPlugin }

func newPrefixSuffix() resmap.TransformerPlugin {
	return &prefixSuffix{builtins.NewPrefixTransformerPlugin(), builtins.NewSuffixTransformerPlugin()}
}

// Config implements [resmap.Configurable].
func (p *prefixSuffix) Config(h *resmap.PluginHelpers, config []byte) error {
	if err := p.prefix.Config(h, config); err != nil {
		return err
	}
	return p.suffix.Config(h, config)
}

// Transform implements [resmap.Transformer].
func (p *prefixSuffix) Transform(m resmap.ResMap) error {
	if err := p.prefix.Transform(m); err != nil {
		return err
	}
	return p.suffix.Transform(m)
}

// pluginResource is a resource that configures a plugin, and the entry of the
// kustomization that it comes from.
type pluginResource struct {
	*resource.Resource
	entry []any
}

// pluginConfigs returns the resources that entries of generators: or
// transformers: stand for: first those that hold them, then those that name
// files or kustomizations.
func (v *level) pluginConfigs(field string, entries []string) ([]pluginResource, error) {
	configs := newIndexed()
	var all []pluginResource
	var paths []string
	add := func(entry ...any) { // what is new
		for _, e := range configs.list[len(all):] {
			all = append(all, pluginResource{e.res, entry})
		}
	}
	at := map[string]int{}
	for i, entry := range entries {
		held, err := v.factory.NewResMapFromBytes([]byte(entry))
		if err != nil {
			paths = append(paths, entry)
			at[entry] = i
			continue
		}
		v.markHeld(held.Resources(), field, i)
		for _, r := range held.Resources() {
			if v.origin != nil {
				if err := r.SetOrigin(v.origin.Append(v.file)); err != nil {
					return nil, err
				}
			}
			if err := configs.Append(r); err != nil {
				return nil, v.at(err, field, i)
			}
		}
		add(field, i)
	}
	named := *v
	named.configures = true
	for _, path := range paths {
		if err := named.resource(configs, path); err != nil {
			return nil, v.at(err, field, at[path], path)
		}
		add(field, at[path])
	}
	return all, nil
}

// notKnown is about a plugin that is not one of ours to run, and maybe none at all.
func notKnown(r *resource.Resource, as string) error {
	kind := r.GetKind()
	if isBuiltin(r) && generatorPlugins[kind] == nil && transformerPlugins[kind] == nil && kind != "SortOrderTransformer" {
		return fmt.Errorf("unable to load builtin %s", kind)
	}
	return fmt.Errorf("%s %s", as, r.CurId())
}

// configurePlugin hands a built-in plugin the resource that configures it.
func (v *level) configurePlugin(p resmap.Configurable, config *resource.Resource) (origin *resource.Origin, err error) {
	if c, err := chartOf(config); err != nil {
		return nil, err
	} else if c != nil {
		if err := v.opts.vetChart("", config.GetKind(), v.dir().String(), *c); err != nil {
			return nil, err
		}
	}
	text, err := asYAML(config)
	if err != nil {
		return nil, err
	}
	if err := p.Config(v.helpers(), text); err != nil {
		return nil, v.theirs(fmt.Errorf("plugin %s fails configuration: %w", config.OrgId(), err))
	}
	return resource.OriginFromCustomPlugin(config)
}

// runGenerators adds what the entries of generators: make.
func (v *level) runGenerators(m *indexed) error {
	configs, err := v.pluginConfigs("generators", v.k.Generators)
	if err != nil {
		return err
	}
	generators := make([]resmap.GeneratorPlugin, len(configs))
	origins := make([]*resource.Origin, len(configs))
	for i, c := range configs {
		plugin, ok := generatorPlugins[c.GetKind()]
		if !ok || !isBuiltin(c.Resource) {
			return v.at(notKnown(c.Resource, "generator"), c.entry...)
		}
		generators[i] = plugin()
		if origins[i], err = v.configurePlugin(generators[i], c.Resource); err != nil {
			return v.at(err, c.entry...)
		}
	}
	for i, g := range generators {
		made, err := g.Generate()
		if err != nil {
			return v.at(v.theirs(err), configs[i].entry...)
		}
		if made == nil {
			continue
		}
		v.generatedByPlugin(made.Resources(), g, configs[i].Resource)
		if err := made.AddOriginAnnotation(origins[i]); err != nil {
			return err
		}
		if err := m.absorb(made, v.trace); err != nil {
			return err
		}
	}
	return nil
}

// pluginSteps are the transformers that the entries of transformers: stand for.
func (v *level) pluginSteps() ([]step, error) {
	configs, err := v.pluginConfigs("transformers", v.k.Transformers)
	if err != nil {
		return nil, err
	}
	var steps []step
	for _, c := range configs {
		s := step{kind: c.GetKind(), field: c.entry}
		switch plugin := transformerPlugins[c.GetKind()]; {
		case isOurs(c.Resource):
			if spec, err := functionSpec(c.Resource); err != nil || spec == nil {
				return nil, errors.New("a function without an annotation")
			}
			if s.Transformer, err = v.function(c.Resource); err != nil {
				return nil, err
			}
			s.origin, err = resource.OriginFromCustomPlugin(c.Resource)
		case isBuiltin(c.Resource) && plugin != nil:
			p := plugin()
			s.origin, err = v.configurePlugin(p, c.Resource)
			s.Transformer = p
			if n, ok := p.(*builtins.NamespaceTransformerPlugin); ok {
				if n.Namespace == "" {
					continue
				}
				s.Transformer = &setNamespace{namespace.Filter{
					Namespace: n.Namespace, FsSlice: n.FieldSpecs, UnsetOnly: n.UnsetOnly, SetRoleBindingSubjects: n.SetRoleBindingSubjects,
				}}
			}
		default:
			return nil, v.at(notKnown(c.Resource, "transformer"), c.entry...)
		}
		if err != nil {
			return nil, v.at(err, c.entry...)
		}
		followed, err := v.followPlugin(s, c.Resource)
		if err != nil {
			return nil, err
		}
		steps = append(steps, followed...)
	}
	return steps, nil
}
