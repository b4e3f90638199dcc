package kbuild

import (
	"maps"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/builtins" //nolint:staticcheck // there is no other way to them
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

// generate adds what configMapGenerator, secretGenerator, helmCharts and
// generators make.
func (v *level) generate(m *indexed) error {
	for i, args := range v.k.ConfigMapGenerator {
		args.Options = v.generatorOptions(args.Options)
		follow := func(made []*resource.Resource) {
			v.generated(made, &args.GeneratorArgs, nil, "configMapGenerator", i)
		}
		err := v.at(v.runGenerator(m, "ConfigMapGenerator", builtins.NewConfigMapGeneratorPlugin(), args, follow), "configMapGenerator", i)
		if err != nil && !v.loses(err, "configMapGenerator", generator(&args.GeneratorArgs)) {
			return err
		}
	}
	for i, args := range v.k.SecretGenerator {
		args.Options = v.generatorOptions(args.Options)
		follow := func(made []*resource.Resource) { v.generated(made, &args.GeneratorArgs, nil, "secretGenerator", i) }
		err := v.at(v.runGenerator(m, "SecretGenerator", builtins.NewSecretGeneratorPlugin(), args, follow), "secretGenerator", i)
		if err != nil && !v.loses(err, "secretGenerator", generator(&args.GeneratorArgs)) {
			return err
		}
	}
	if err := v.inflate(m); err != nil {
		return err
	}
	return v.runGenerators(m)
}

// inflate adds what helmCharts make, if helm may run.
func (v *level) inflate(m *indexed) error {
	if len(v.k.HelmCharts) == 0 {
		return nil
	}
	var config chart
	if v.k.HelmGlobals != nil {
		config.HelmGlobals = *v.k.HelmGlobals
	}
	for i, c := range v.k.HelmCharts {
		config.HelmChart = c
		if err := v.opts.vetChart("", "helmCharts", v.dir().String(), config); err != nil {
			if v.lose(err, "helmCharts", "", c.Namespace) {
				continue
			}
			return err
		}
		for _, namespace := range []string{v.k.Namespace, v.helmNamespace} {
			if config.Namespace == "" {
				config.Namespace = namespace
			}
		}
		follow := func(made []*resource.Resource) { v.charted(made, nil, "helmCharts", i) }
		if err := v.runGenerator(m, "HelmChartInflationGenerator", builtins.NewHelmChartInflationGeneratorPlugin(), config, follow); err != nil && !v.lose(err, "helmCharts", "", c.Namespace) {
			return v.at(err, "helmCharts", i)
		}
	}
	return nil
}

func (v *level) runGenerator(m *indexed, kind string, g resmap.GeneratorPlugin, config any, follow func([]*resource.Resource)) error {
	if err := v.configure(g, config); err != nil {
		return err
	}
	made, err := g.Generate()
	if err != nil {
		return v.theirs(err)
	}
	follow(made.Resources())
	if v.origin != nil {
		if err := made.AddOriginAnnotation(v.builtinOrigin(kind)); err != nil {
			return err
		}
	}
	return m.absorb(made, v.trace)
}

// configure hands a plugin its configuration in the form that it gets it from
// kustomize: what YAML makes of a value is part of the result.
func (v *level) configure(p resmap.Configurable, config any) error {
	text, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return v.theirs(p.Config(v.helpers(), text))
}

// generatorOptions returns local options with the global ones merged into them.
// kustomize merges in place.
func (v *level) generatorOptions(local *types.GeneratorOptions) *types.GeneratorOptions {
	return types.MergeGlobalOptionsIntoLocal(cloneOptions(local), cloneOptions(v.k.GeneratorOptions))
}

func cloneOptions(o *types.GeneratorOptions) *types.GeneratorOptions {
	if o == nil {
		return nil
	}
	c := *o
	c.Labels, c.Annotations = maps.Clone(o.Labels), maps.Clone(o.Annotations)
	return &c
}

// builtinOrigin is the origin of what a field of the kustomization makes.
func (v *level) builtinOrigin(kind string) *resource.Origin {
	return &resource.Origin{
		Repo: v.origin.Repo, Ref: v.origin.Ref, ConfiguredIn: filepath.Join(v.origin.Path, v.file),
		ConfiguredBy: kyaml.ResourceIdentifier{TypeMeta: kyaml.TypeMeta{APIVersion: "builtin", Kind: kind}},
	}
}

// absorb adds generated resources, which may replace what is there or be merged
// into it. kustomize does that, in a map with nothing but what is concerned.
func (m *indexed) absorb(made resmap.ResMap, trace *tracer) error {
	for _, r := range made.Resources() {
		id := r.CurId()
		olds := m.any(id)
		few, one := resmap.New(), resmap.New()
		for _, old := range olds {
			if err := few.Append(old.res); err != nil {
				return err
			}
		}
		if err := one.Append(r); err != nil {
			return err
		}
		traced := trace.merging(r, olds)
		if err := few.AbsorbAll(one); err != nil {
			return err
		}
		if len(olds) == 0 {
			if err := m.Append(r); err != nil {
				return err
			}
			continue
		}
		old := olds[0]
		m.unfile(old)
		*old = entry{res: few.Resources()[0]}
		traced(old.res)
		old.read()
		m.file(old)
		if len(m.current(old.cur)) != 1 {
			return errAmbiguous
		}
	}
	return nil
}
