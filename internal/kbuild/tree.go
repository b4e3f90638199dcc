package kbuild

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/provenance"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/fn/runtime/runtimeutil"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Annotations of kustomize's that this package reads or writes.
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
const (
	functionAnnotation   = "config.kubernetes.io/function"
	originAnnotation     = "config.kubernetes.io/origin"
	transformsAnnotation = "alpha.config.kubernetes.io/transformations"
	localAnnotation      = konfig.IgnoredByKustomizeAnnotation
)

// tree is the file system that kustomize reads a build from. It hands every
// kustomization file through vet, which resolves what the file asks to run
// into plain documents: kustomize never gets to see a function that this
// package has not seen before, whatever patches or bases it is made of.
type tree struct {
	filesys.FileSystem
	remotes *remotes
	root    string
	opts    Options
	command []string
	report  *reports
	capture string

	plain bool // kustomize is to run no functions

	managedBy bool  // the build asks for a label with kustomize's version
	err       error // the first error of vet; kustomize drops errors of ReadFile
	origins   []moved
	configs   []string // our function's configurations
	// asked maps kustomization files that are symlinks to the path that
	// kustomize asked for: entries are relative to that one.
	asked    map[string]string
	resolved map[pluginEntry]resmap.ResMap
}

// pluginEntry is an entry of a plugin field, and the file that its paths are
// relative to.
type pluginEntry struct{ path, entry string }

// moved says that a plugin configured in one file was handed to kustomize
// in another.
type moved struct {
	id   resid.ResId
	from *resource.Origin // a file, of a repository perhaps
	to   string
}

// CleanedAbs remembers which paths kustomization files are reached by:
// kustomize follows symlinks before it reads a file.
func (t *tree) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	dir, file, err := t.FileSystem.CleanedAbs(path)
	if err == nil && file != "" && isKustomization(path) {
		if t.asked == nil {
			t.asked = map[string]string{}
		}
		t.asked[dir.Join(file)] = path
	}
	return dir, file, err
}

// ReadFile reads a file as kustomize should see it.
func (t *tree) ReadFile(path string) ([]byte, error) {
	content, err := t.FileSystem.ReadFile(path)
	if b := (*beyond)(nil); errors.As(err, &b) && t.err == nil {
		t.err = b
	}
	asked := path
	if a, ok := t.asked[path]; ok {
		asked = a
	}
	if err != nil || !isKustomization(asked) {
		return content, err
	}
	if t.err != nil {
		return nil, t.err
	}
	if filepath.Dir(asked) == t.root && bytes.Contains(content, []byte(types.ManagedByLabelOption)) {
		t.managedBy = true
	}
	content, err = t.vet(kustomization{path: asked, file: path, content: content})
	if err != nil {
		t.err = err
	}
	return content, err
}

func kustomizationNames() []string { return konfig.RecognizedKustomizationFileNames() }

func isKustomization(path string) bool {
	return slices.Contains(kustomizationNames(), filepath.Base(path))
}

// kustomization is a kustomization file: the path that its entries are
// relative to, the file itself (another one for a symlink), what is in it.
type kustomization struct {
	path, file string
	content    []byte
}

// pluginFields are the fields of a kustomization that name things to run.
var pluginFields = []string{"generators", "transformers", "validators"}

// vet returns a kustomization's content with our function's specification made
// one that runs this program, and refuses everything else that would run.
func (t *tree) vet(file kustomization) ([]byte, error) {
	capture := t.capture != "" && filepath.Dir(file.path) == t.root
	if !capture && !mayRun(file.content) {
		return file.content, nil
	}
	var k types.Kustomization
	if k.Unmarshal(file.content) != nil {
		return file.content, nil // kustomize decodes with the same call and will say why
	}
	if err := t.opts.vetCommands(file.path, &k); err != nil {
		return nil, err
	}
	if t.plain {
		return file.content, t.vetPlain(file, &k)
	}
	entries := [][]string{k.Generators, k.Transformers, k.Validators}
	changed := false
	for i := range entries {
		replaced, err := t.vetEntries(file, pluginFields[i], entries[i])
		if err != nil {
			return nil, err
		}
		if replaced != nil {
			entries[i], changed = replaced, true
		}
	}
	if capture {
		entries[1], changed = append(entries[1], t.spy()), true
	}
	if !changed {
		return file.content, nil
	}
	return withEntries(file, entries)
}

// vetPlain is for builds that run no functions: built-in plugins run in them too.
func (t *tree) vetPlain(file kustomization, k *types.Kustomization) error {
	if err := vetAddresses(file.path, k.Generators, k.Transformers, k.Validators); err != nil || !t.opts.Helm {
		return err
	}
	for _, entry := range slices.Concat(k.Generators, k.Transformers, k.Validators) {
		docs, _, err := t.resolve(file, entry)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if err := t.vetHelm(file, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayRun is a cheap test that keeps kustomizations without plugins, charts and
// addresses with a query, nearly all there are, from being parsed twice. Whatever could spell a field's name in
// another way (an escape, a tag, another encoding, a letter that folds to an
// ASCII one) counts as a yes.
func mayRun(content []byte) bool {
	if bytes.ContainsAny(content, `\!?`) || bytes.ContainsFunc(content, func(r rune) bool { return r >= 0x80 || r == 0 }) {
		return true
	}
	lower := bytes.ToLower(content)
	return bytes.Contains(lower, []byte("helm")) ||
		slices.ContainsFunc(pluginFields, func(f string) bool { return bytes.Contains(lower, []byte(f)) })
}

// withEntries replaces the plugin fields of a kustomization and leaves the
// rest of it alone.
func withEntries(file kustomization, entries [][]string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(file.content, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file.path, (*redact.Secrets)(nil).Foreign(err))
	}
	root := yamlnode.Resolve(&doc)
	for i, field := range pluginFields {
		// kustomize matches field names without regard to case.
		var spellings []string
		for k := range yamlnode.Fields(root) {
			if strings.EqualFold(k.Value, field) {
				spellings = append(spellings, k.Value)
			}
		}
		for _, s := range spellings {
			yamlnode.Delete(root, s)
		}
		if len(entries[i]) == 0 {
			continue
		}
		list := yamlnode.NewSequence()
		for _, e := range entries[i] {
			list.Content = append(list.Content, yamlnode.NewString(e))
		}
		yamlnode.Set(root, field, list)
	}
	return yaml.Marshal(root)
}

// vetEntries returns the entries that kustomize should see in place of those of
// a generators:, transformers: or validators: list, nil when they can stay.
// They hold what has been vetted, so that nothing is read or fetched again.
//
// kustomize puts entries that hold resources before those that name files,
// whatever their order. So once one entry holds its resources, all do.
func (t *tree) vetEntries(file kustomization, field string, entries []string) ([]string, error) {
	var held, named []string
	ours := false
	for _, entry := range entries {
		docs, inline, err := t.resolve(file, entry)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			adopted, err := t.vetDocument(file, field, d)
			if err != nil {
				return nil, err
			}
			ours = ours || adopted
		}
		text, err := render(docs)
		if err != nil {
			return nil, err
		}
		if inline {
			held = append(held, text)
		} else {
			named = append(named, text)
		}
	}
	if !ours && t.opts.EnableExec {
		return nil, nil
	}
	return append(held, named...), nil
}

// vetDocument refuses what may not run and makes our function run this
// program; it reports whether d is our function.
func (t *tree) vetDocument(file kustomization, field string, d *document) (bool, error) {
	switch {
	case isBuiltin(d.Resource):
		t.remember(file, d)
		return false, t.vetHelm(file, d)
	case isOurs(d.Resource):
		spec, err := functionSpec(d.Resource)
		if err != nil || spec == nil {
			return false, missingSpec(t.place(file, d), d, err)
		}
		t.remember(file, d)
		if text, err := d.RNode.String(); err == nil {
			t.configs = append(t.configs, text)
		}
		file, err := t.report.file()
		if err != nil {
			return false, err
		}
		text, err := execSpec(append(slices.Clone(t.command), childRun, file), spec.DeferFailure)
		if err != nil {
			return false, err
		}
		if v := t.opts.KubernetesVersion; v != "" {
			if err := d.PipeE(kyaml.LookupCreate(kyaml.MappingNode, "spec"), kyaml.SetField("kubernetesVersion", kyaml.NewStringRNode(v))); err != nil {
				return false, err
			}
		}
		return true, d.PipeE(kyaml.SetAnnotation(functionAnnotation, text))
	case !t.opts.EnableExec:
		what, alike := describe(d)
		return false, &ForeignFunctionError{File: t.place(file, d), Field: field, What: what, Alike: alike}
	}
	t.remember(file, d)
	return false, nil
}

// vetHelm refuses a chart that does more than it may.
func (t *tree) vetHelm(file kustomization, d *document) error {
	c, err := chartOf(d.Resource)
	if err != nil || c == nil {
		return err
	}
	return t.opts.vetChart(t.place(file, d), d.GetKind(), filepath.Dir(file.path), *c)
}

// remember notes where a document comes from that kustomize will see in file.
func (t *tree) remember(file kustomization, d *document) {
	if d.inline {
		return
	}
	from := &resource.Origin{Path: t.relative(t.place(file, d))}
	if o, err := d.GetOrigin(); err == nil && o != nil && o.Repo != "" {
		from = o
	}
	t.origins = append(t.origins, moved{id: d.OrgId(), from: from, to: t.relative(file.path)})
}

// render returns documents as one YAML text, without the annotations that
// resolve added.
func render(docs []*document) (string, error) {
	var texts []string
	for _, d := range docs {
		if !d.inline {
			annotations := d.GetAnnotations()
			delete(annotations, originAnnotation)
			delete(annotations, localAnnotation)
			if err := d.SetAnnotations(annotations); err != nil {
				return "", err
			}
		}
		text, err := d.RNode.String()
		if err != nil {
			return "", err
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "---\n"), nil
}

// resolve returns the resources that an entry stands for, and whether it holds
// them itself. What they are made of may not run anything.
func (t *tree) resolve(file kustomization, entry string) (_ []*document, inline bool, err error) {
	// The same test as kustomize's own.
	factory := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory())
	if m, err := factory.NewResMapFromBytes([]byte(entry)); err == nil {
		return documents(m, true), true, nil
	}
	if err := vetAddress(entry); err != nil {
		return nil, false, fmt.Errorf("%s: %w", file.path, err)
	}
	key := pluginEntry{file.path, entry}
	if m, ok := t.resolved[key]; ok {
		return documents(m.DeepCopy(), false), false, nil
	}
	if answer, ok := t.remotes.known(entry); ok {
		m, err := factory.NewResMapFromBytes(answer)
		if err != nil {
			return nil, false, fmt.Errorf("%s: %s: %w", file.path, showAddress(entry), t.opts.Secrets.Foreign(simplify(err)))
		}
		for _, r := range m.Resources() {
			if err := r.SetOrigin((&resource.Origin{}).Append(entry)); err != nil {
				return nil, false, err
			}
		}
		return documents(m, false), false, nil
	}
	overlay := &virtual{FileSystem: t, path: file.file}
	overlay.content, err = yaml.Marshal(map[string]any{
		"resources":     []string{entry},
		"buildMetadata": []string{types.OriginAnnotations},
		// Resources with this annotation are dropped at the end of a build,
		// but not when they are plugins.
		"commonAnnotations": map[string]string{localAnnotation: "false"},
	})
	if err != nil {
		return nil, false, err
	}
	opts := krustyOptions(&t.opts)
	opts.Reorder = krusty.ReorderOptionNone
	opts.PluginConfig = types.DisabledPluginConfig()
	version := openapi.GetSchemaVersion()
	m, err := krustyRun(overlay, filepath.Dir(file.path), opts)
	if openapi.GetSchemaVersion() != version {
		// The run has reset the schema that the build around it uses.
		if serr := openapi.SetSchema(map[string]string{"version": version}, nil, true); serr != nil {
			return nil, false, serr
		}
	}
	switch {
	case t.err != nil:
		return nil, false, t.err
	case err != nil:
		if strings.ContainsAny(entry, "\n{") {
			entry = "a configuration in the file itself"
		}
		return nil, false, fmt.Errorf("%s: %s: %w", file.path, entry, t.opts.Secrets.Foreign(simplify(err)))
	}
	if t.resolved == nil {
		t.resolved = map[pluginEntry]resmap.ResMap{}
	}
	t.resolved[key] = m
	return documents(m.DeepCopy(), false), false, nil
}

// virtual is a file system with one file's content replaced.
type virtual struct {
	filesys.FileSystem
	path    string
	content []byte
}

func (v *virtual) ReadFile(path string) ([]byte, error) {
	if path == v.path {
		return v.content, nil
	}
	return v.FileSystem.ReadFile(path)
}

// document is a resource that configures a plugin. It is inline when it stands
// in the kustomization itself.
type document struct {
	*resource.Resource
	inline bool
}

func documents(m resmap.ResMap, inline bool) []*document {
	var ds []*document
	for _, r := range m.Resources() {
		ds = append(ds, &document{r, inline})
	}
	return ds
}

func isBuiltin(r *resource.Resource) bool {
	gvk := r.GetGvk()
	return gvk.Group == "" && gvk.Version == konfig.BuiltinPluginApiVersion
}

func isOurs(r *resource.Resource) bool {
	return config.Is(r.GetApiVersion(), r.GetKind())
}

// functionSpec is what a resource says of the function that it configures, nil
// if it configures none.
func functionSpec(r *resource.Resource) (*runtimeutil.FunctionSpec, error) {
	return runtimeutil.GetFunctionSpec(&r.RNode)
}

// spy is the function that ends a build after it has seen its resources.
func (t *tree) spy() string {
	spec, err := execSpec(append(slices.Clone(t.command), childCapture, t.capture), false)
	if err != nil {
		panic(err) // strings always marshal
	}
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": config.APIVersion, "kind": config.Kind,
		"metadata": map[string]any{"name": "capture", "annotations": map[string]string{functionAnnotation: spec}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func execSpec(command []string, deferFailure bool) (string, error) {
	spec := map[string]any{"exec": map[string]any{"path": command[0], "args": command[1:]}}
	if deferFailure {
		spec["deferFailure"] = true
	}
	text, err := yaml.Marshal(spec)
	return string(text), err
}

// place is the file a document was read from.
func (t *tree) place(file kustomization, d *document) string {
	if d.inline {
		return file.path
	}
	origin, err := d.GetOrigin()
	if err != nil || origin == nil || origin.Path == "" {
		return file.path
	}
	if origin.Repo != "" {
		return origin.Repo + "/" + origin.Path
	}
	return filepath.Join(filepath.Dir(file.path), origin.Path)
}

func (t *tree) relative(path string) string {
	if rel, err := filepath.Rel(t.root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// restore undoes what the resources show of this package's work.
func (t *tree) restore(m resmap.ResMap) error {
	if t.managedBy {
		if err := restoreManagedBy(m); err != nil {
			return err
		}
	}
	return t.restoreOrigins(m)
}

// ownManagedBy is the label as the library writes it.
func ownManagedBy() string { return "kustomize-" + provenance.GetProvenance().Semver() }

// restoreManagedBy makes the label that buildMetadata: [managedByLabel] adds
// name the kustomize release whose library this is; the library only knows the
// version of the program it is part of.
func restoreManagedBy(m resmap.ResMap) error {
	own := ownManagedBy()
	for _, r := range m.Resources() {
		labels := r.GetLabels()
		if labels[konfig.ManagedbyLabelKey] != own {
			continue
		}
		labels[konfig.ManagedbyLabelKey] = "kustomize-" + KustomizeVersion
		if err := r.SetLabels(labels); err != nil {
			return err
		}
	}
	return nil
}

// restoreOrigins makes annotations that buildMetadata asks for name the file a
// plugin was configured in instead of the kustomization that named it.
func (t *tree) restoreOrigins(m resmap.ResMap) error {
	if len(t.origins) == 0 {
		return nil
	}
	for _, r := range m.Resources() {
		origin, err := r.GetOrigin()
		if err != nil {
			continue
		}
		if origin != nil && t.restoreOrigin(origin) {
			if err := r.SetOrigin(origin); err != nil {
				return err
			}
		}
		list, err := r.GetTransformations()
		if err != nil || len(list) == 0 {
			continue
		}
		restored := false
		for _, o := range list {
			restored = t.restoreOrigin(o) || restored
		}
		if !restored {
			continue
		}
		text, err := list.String()
		if err != nil {
			return err
		}
		annotations := r.GetAnnotations()
		annotations[transformsAnnotation] = text
		if err := r.SetAnnotations(annotations); err != nil {
			return err
		}
	}
	return nil
}

// restoreOrigin reports whether an origin was that of a plugin from another
// file, which it now names.
func (t *tree) restoreOrigin(o *resource.Origin) bool {
	by := o.ConfiguredBy
	id := resid.NewResIdWithNamespace(resid.GvkFromNode(kyaml.NewMapRNode(&map[string]string{
		"apiVersion": by.APIVersion, "kind": by.Kind,
	})), by.Name, by.Namespace)
	for _, mv := range t.origins {
		if mv.to == o.ConfiguredIn && mv.id == id {
			o.ConfiguredIn = mv.from.Path
			if mv.from.Repo != "" {
				o.Repo, o.Ref = mv.from.Repo, mv.from.Ref
			}
			return true
		}
	}
	return false
}
