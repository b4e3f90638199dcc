package kbuild

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// linearBuild builds in linear time. kustomize compares resources with each
// other: each with all others when it is added, when its namespace is set, and
// when references are repaired. This one calls kustomize's own transformers and
// generators in kustomize's order, on a map with an index. It knows the fields
// that most kustomizations consist of. Whatever else there is, and everything that goes wrong, is an error that
// nobody gets to see: kustomize itself then builds the tree, or says why not.
type linearBuild struct {
	opts      Options
	fsys      filesys.FileSystem
	remotes   *remotes
	root      string
	factory   *resmap.Factory
	validator ifc.Validator
	plugins   *types.PluginConfig
	metadata  metadata
	warnings  []Warning
	notes     transformationNotes
	trace     *tracer // nil if nobody asks
	passing   *passing

	ownSchema bool // the build may change kustomize's schema

	ran     bool // the function is part of the build
	configs []string
	runs    []Run // of the function
}

// level is one kustomization of a linear build.
type level struct {
	*linearBuild
	*localLoader
	k       *types.Kustomization
	added   int    // how many of its components are not in the file
	file    string // base name of the kustomization file
	content []byte // of that file
	// configures says that its resources configure plugins.
	configures bool
	origin     *resource.Origin // of its resources, nil unless there is metadata
	text       *kustomizationText
	// helmNamespace is the namespace of the kustomizations above, for charts; above is
	// that which the outermost of them sets.
	helmNamespace, above string
}

func newLinearBuild(fsys filesys.FileSystem, root string, opts Options) *linearBuild {
	deps := provider.NewDefaultDepProvider()
	return &linearBuild{
		opts: opts, fsys: fsys, root: root,
		factory: resmap.NewFactory(deps.GetResourceFactory()), validator: deps.GetFieldValidator(), plugins: pluginConfig(&opts),
		trace: newTracer(opts.Trace),
	}
}

// build builds the tree in time proportional to its size.
func (b *linearBuild) build() (m resmap.ResMap, err error) {
	defer giveUp(&err)
	top, resources, err := b.accumulated()
	if err != nil {
		return nil, err
	}
	b.passing.top(b, resources)
	if err := top.finish(resources); err != nil {
		return nil, err
	}
	return plainResMap(resources)
}

// capture builds the tree up to the point where names are finally fixed. It
// returns what a function would be given there, as kustomize would write it.
func (b *linearBuild) capture() (items []*yaml.Node, err error) {
	defer giveUp(&err)
	_, resources, err := b.accumulated()
	if err != nil {
		return nil, err
	}
	return resources.items()
}

// giveUp makes a panic, such as that about a method that the map does not have,
// an error.
func giveUp(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}

// accumulated returns the resources before names are finally fixed.
func (b *linearBuild) accumulated() (_ *level, _ *indexed, err error) {
	l := &localLoader{fsys: b.fsys, remotes: b.remotes, doubts: &doubts{}, anywhere: b.opts.LoadRestrictor == types.LoadRestrictionsNone}
	if filepath.IsAbs(b.root) {
		l.chain = []filesys.ConfirmedDir{filesys.ConfirmedDir(b.root)}
	} else if l, err = l.fetch(b.root); err != nil {
		return nil, nil, err
	}
	top := &level{linearBuild: b, localLoader: l}
	top.trace.fetched(top, provenance.Place{})
	err = top.read()
	if err != nil {
		return nil, nil, top.at(err)
	}
	if b.opts.Namespace != "" || len(b.opts.Components) > 0 {
		k := *top.k
		k.Namespace = cmp.Or(b.opts.Namespace, k.Namespace)
		k.Components = slices.Concat(k.Components, b.opts.Components)
		top.k, top.added = &k, len(b.opts.Components)
	}
	if err := vetOrder(top.k.SortOptions); err != nil {
		return nil, nil, top.at(err, "sortOptions")
	}
	if b.metadata, err = readMetadata(top.k.BuildMetadata); err != nil {
		return nil, nil, err
	}
	if len(top.k.BuildMetadata) > 0 {
		top.origin = &resource.Origin{}
	}
	if err := top.setSchema(); err != nil {
		return nil, nil, top.at(err, "openapi")
	}
	resources := newIndexed()
	return top, resources, top.accumulate(resources)
}

// metadata is what resources are to say about the build in the end. kustomize
// notes all of it if they are to say anything.
type metadata struct{ origins, transformers, managedBy bool }

func readMetadata(options []string) (m metadata, err error) {
	for _, o := range options {
		switch o {
		case types.OriginAnnotations:
			m.origins = true
		case types.TransformerAnnotations:
			m.transformers = true
		case types.ManagedByLabelOption:
			m.managedBy = true
		default:
			return m, errors.New("buildMetadata: " + o)
		}
	}
	return m, nil
}

// plainResMap makes the result a map of kustomize's, which has to be unique.
// Append would compare each resource with all others; a filter need not.
func plainResMap(m *indexed) (resmap.ResMap, error) {
	plain := resmap.New()
	return plain, plain.ApplyFilter(kio.FilterFunc(func([]*kyaml.RNode) ([]*kyaml.RNode, error) {
		nodes := make([]*kyaml.RNode, len(m.list))
		for i, e := range m.list {
			nodes[i] = &e.res.RNode
		}
		return nodes, nil
	}))
}

// read reads the kustomization file of a level.
func (v *level) read() error {
	var content []byte
	for _, name := range kustomizationNames() {
		c, err := v.Load(name)
		if err != nil {
			continue
		}
		if v.file != "" {
			return errors.New("two kustomization files")
		}
		content, v.file = c, name
		v.content = c
	}
	if v.file == "" {
		return errors.New("no kustomization file")
	}
	p, err := v.opts.Cache.kustomization(content)
	if err != nil {
		return err
	}
	v.k = p.k
	for _, w := range p.warnings {
		v.warn(v.dir().Join(v.file), strings.TrimPrefix(w, "# Warning: "))
	}
	v.readText(v.dir().Join(v.file))
	return v.vetTexts()
}

// warn adds something that a file's author should know, once.
func (b *linearBuild) warn(file, text string) {
	w := Warning{File: file, Text: text}
	if !slices.Contains(b.warnings, w) {
		b.warnings = append(b.warnings, w)
	}
}

// parsedKustomization is a kustomization that a linear build covers. It is not
// to be changed.
type parsedKustomization struct {
	k        *types.Kustomization
	warnings []string
}

func parseKustomization(content []byte) (*parsedKustomization, error) {
	p := &parsedKustomization{k: &types.Kustomization{}}
	if err := p.k.Unmarshal(content); err != nil {
		return nil, err
	}
	p.warnings = *p.k.CheckDeprecatedFields()
	p.k.FixKustomization()
	if err := p.k.CheckEmpty(); err != nil {
		return nil, err
	}
	if errs := p.k.EnforceFields(); len(errs) > 0 {
		return nil, errors.New(errs[0])
	}
	if len(p.k.Validators) > 0 {
		return nil, errors.New("validators")
	}
	return p, nil
}

// accumulate adds what the kustomization stands for. A component's resources
// are those of its parent too, which it transforms with its own.
func (v *level) accumulate(m *indexed) error {
	for i, path := range v.k.Resources {
		if err := v.at(v.resource(m, path), "resources", i, path); err != nil && !v.lose(err, "resources", path, "") {
			return err
		}
	}
	if err := v.configureFields(m); err != nil && (m.specs == nil || !v.lose(err, "configurations", "", "")) {
		return v.at(err)
	}
	if err := v.generate(m); err != nil && !v.lose(err, "generators", "", "") {
		return v.at(err)
	}
	if len(v.k.ConfigMapGenerator)+len(v.k.SecretGenerator) > 0 {
		v.observe(m, &step{kind: "Generators"})
	}
	for i, path := range v.k.Components {
		var done func()
		if i < len(v.k.Components)-v.added {
			done = v.observe(m, &step{kind: "Component", field: []any{"components", i}})
		}
		specs, vars := m.specs, len(m.vars.AsSlice())
		if err := v.at(v.component(m, path), "components", i, path); err != nil && !v.lose(err, "components", path, "") {
			return err
		}
		if done != nil && m.specs == specs && len(m.vars.AsSlice()) == vars { // else what it brings shows later
			done()
		}
	}
	if err := v.transform(m); err != nil {
		return v.at(err)
	}
	if len(v.k.Vars) > 0 { //nolint:staticcheck // deprecated, and in use
		v.observe(m, &step{kind: "Vars", field: []any{"vars"}})
	}
	return v.at(m.declare(v.k.Vars), "vars") //nolint:staticcheck // deprecated, and in use
}

// resource adds a file or another kustomization.
func (v *level) resource(m *indexed, path string) error {
	if !isLocal(path) {
		_, _, err := v.localLoader.fsys.CleanedAbs(v.dir().Join(path))
		if filepath.IsAbs(path) || err == nil || !LooksRemote(path) {
			return errors.New("may not be local")
		}
		return v.remote(m, path)
	}
	if !v.localLoader.fsys.IsDir(v.dir().Join(path)) {
		return v.resourceFile(m, path)
	}
	loader, err := v.below(path)
	if err != nil {
		return err
	}
	return v.base(m, path, loader)
}

// base adds another kustomization.
func (v *level) base(m *indexed, path string, loader *localLoader) error {
	base, err := v.open(path, loader, types.KustomizationKind)
	if err != nil {
		return err
	}
	key, keyed := base.memoKey()
	if keyed {
		if rs := v.opts.Cache.built(key); rs != nil {
			return m.appendAll(rs)
		}
	}
	own, told := newIndexed(), v.opts.told()
	if err := base.accumulate(own); err != nil {
		return err
	}
	if keyed && v.opts.told() == told {
		v.opts.Cache.keep(key, own)
	}
	v.passing.base(base, own)
	if err := m.take(own); err != nil {
		return err
	}
	if err := m.mergeSpecs(own.specs); err != nil {
		return err
	}
	return m.vars.MergeSet(own.vars)
}

func (v *level) component(m *indexed, path string) error {
	loader, err := v.below(path)
	if err != nil {
		return err
	}
	c, err := v.open(path, loader, types.ComponentKind)
	if err != nil {
		return err
	}
	defer v.trace.component(c)()
	if err := c.accumulate(m); err != nil {
		return err
	}
	return m.unique()
}

// open reads another kustomization, which must be of the kind given.
func (v *level) open(path string, loader *localLoader, kind string) (*level, error) {
	other := &level{linearBuild: v.linearBuild, localLoader: loader, configures: v.configures}
	if v.origin != nil {
		other.origin = v.origin.Append(path)
	}
	other.above = cmp.Or(v.above, v.k.Namespace)
	if other.helmNamespace = v.k.Namespace; other.helmNamespace == "" {
		other.helmNamespace = v.helmNamespace
	}
	if loader.clone != v.clone {
		entry := v.entryOf(path)
		if v.clone != nil && v.trace != nil {
			entry = v.trace.Fetched[v.text.file.Path] // the one on this machine
		}
		v.trace.fetched(other, entry)
	}
	if err := other.read(); err != nil {
		if other.file != "" {
			err = other.at(err)
		}
		return nil, err
	}
	if len(other.k.OpenAPI) > 0 && !v.ownSchema {
		return nil, errors.New("a schema that comes when ids have been read")
	}
	if other.k.Kind != kind {
		return nil, fmt.Errorf("its kind is not %s", kind)
	}
	return other, nil
}

// resourceFile adds the resources in a file.
func (v *level) resourceFile(m *indexed, path string) error {
	content, err := v.Load(path)
	if err != nil {
		return err
	}
	rs, err := v.opts.Cache.resources(v.factory.RF(), content)
	if err != nil {
		return v.theirs(err)
	}
	if err := v.whole(path, content); err != nil {
		return err
	}
	return v.add(m, path, rs, func() { v.trace.resources(v.dir().Join(path), content, rs) })
}

// add adds what was read from a file.
func (v *level) add(m *indexed, path string, rs []*resource.Resource, follow func()) error {
	follow()
	if v.origin != nil {
		if err := annotateOrigin(rs, v.origin.Append(path)); err != nil {
			return err
		}
	}
	return m.appendAll(rs)
}

// helpers are what transformers and generators get to work with.
func (v *level) helpers() *resmap.PluginHelpers {
	return resmap.NewPluginHelpers(v.localLoader, v.validator, v.factory, v.plugins)
}
