package kbuild

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/utils"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// tracer tells a trace what the steps of a build write. A nil tracer does
// nothing, and costs as much.
type tracer struct {
	*provenance.Trace
	cwd    string
	files  map[string]*provenance.File // what was read, by the path that is shown
	clones []fetchedClone
}

// fetchedClone is a clone, and the entry of a kustomization on this machine that
// it was fetched for.
type fetchedClone struct {
	*clone
	entry provenance.Place
}

func newTracer(t *provenance.Trace) *tracer {
	if t == nil {
		return nil
	}
	*t = provenance.Trace{}
	cwd, err := os.Getwd()
	if err == nil {
		if real, err := filepath.EvalSymlinks(cwd); err == nil {
			cwd = real
		}
	}
	return &tracer{Trace: t, cwd: cwd, files: map[string]*provenance.File{}}
}

// fetched says that a level is the kustomization of a clone.
func (t *tracer) fetched(v *level, entry provenance.Place) {
	if t != nil && v.clone != nil {
		t.clones = append(t.clones, fetchedClone{v.clone, entry})
	}
}

// answer marks what was read from what a server answered.
func (t *tracer) answer(v *level, address string, content []byte, rs []*resource.Resource) {
	if t != nil {
		t.resources(address, content, rs)
		t.asked(v, address)
	}
}

// asked notes what entry an address stands in.
func (t *tracer) asked(v *level, address string) {
	entry := v.entryOf(address)
	if v.clone != nil {
		entry = t.Fetched[v.text.file.Path]
	}
	t.fetchedFor(showAddress(address), entry)
}

func (t *tracer) fetchedFor(shown string, entry provenance.Place) {
	if t.Fetched == nil {
		t.Fetched = map[string]provenance.Place{}
	}
	t.Fetched[shown] = entry
}

// entryOf is the place of the entry of a kustomization that names an address.
func (v *level) entryOf(address string) provenance.Place {
	if v.trace == nil || v.text == nil {
		return provenance.Place{}
	}
	for n := range scalarsOf(v.text.root) {
		if n.Value == address {
			return provenance.WholeText(v.text.file).Scalar(n)
		}
	}
	return provenance.Place{}
}

// path is the path of a file that the kustomization names, or its address.
func (v *level) path(name string) string {
	if isURL(name) || filepath.IsAbs(name) {
		return name
	}
	return v.dir().Join(name)
}

// shown is the path of a file as places have it: relative to the working
// directory, or an address.
func (t *tracer) shown(path string) string {
	if isURL(path) {
		return showAddress(path)
	}
	for _, c := range t.clones {
		if name, ok := c.shown(path); ok {
			return name
		}
	}
	if rel, err := filepath.Rel(t.cwd, path); err == nil && t.cwd != "" {
		return filepath.ToSlash(rel)
	}
	return path
}

// file is a file that was read.
func (t *tracer) file(path string, content []byte) *provenance.File {
	shown := t.shown(path)
	f := t.files[shown]
	if f == nil || !bytes.Equal(f.Text, content) {
		f = provenance.NewFile(shown, content)
		t.files[shown] = f
		for _, c := range t.clones {
			if _, ok := c.shown(path); ok {
				t.fetchedFor(shown, c.entry)
				break
			}
		}
	}
	return f
}

// component says that a component's kustomization comes, until done is called.
func (t *tracer) component(c *level) (done func()) {
	if t == nil {
		return func() {}
	}
	outer := t.Component
	t.Component = t.shown(c.dir().String())
	return func() { t.Component = outer }
}

// kustomizationText is a kustomization file as it was written.
type kustomizationText struct {
	file *provenance.File
	root *yaml.Node
}

// readText keeps the text of a kustomization file.
func (v *level) readText(path string) {
	if v.trace == nil {
		return
	}
	content, err := v.localLoader.fsys.ReadFile(path)
	if err != nil {
		return
	}
	v.text = &kustomizationText{file: v.trace.file(path, content)}
	var doc yaml.Node
	if yaml.Unmarshal(content, &doc) == nil {
		v.text.root = yamlnode.Resolve(&doc)
	}
}

// node returns what stands at a path of fields and indexes. Fields of the
// kustomization itself are found whatever their case.
func (k *kustomizationText) node(path ...any) *yaml.Node {
	if k == nil {
		return nil
	}
	return at(k.root, path)
}

func at(n *yaml.Node, path []any) *yaml.Node {
	for _, p := range path {
		switch p := p.(type) {
		case int:
			if es := yamlnode.Elements(n); p < len(es) {
				n = yamlnode.Resolve(es[p])
			} else {
				return nil
			}
		case string:
			found := yamlnode.Get(n, p)
			for key, value := range yamlnode.Fields(n) {
				if found == nil && strings.EqualFold(key.Value, p) {
					found = value
				}
			}
			n = found
		}
	}
	return n
}

func (k *kustomizationText) scalar(path ...any) *provenance.Text {
	if n := k.node(path...); n != nil && n.Kind == yaml.ScalarNode {
		return provenance.ScalarText(k.file, n)
	}
	return nil
}

// place returns the place of the scalar at a path, if it has that value.
func (k *kustomizationText) place(value string, path ...any) provenance.Place {
	n := k.node(path...)
	if n == nil || n.Kind != yaml.ScalarNode || n.Value != value {
		return provenance.Place{}
	}
	return provenance.WholeText(k.file).Scalar(n)
}

// resources marks what was read from a file.
func (t *tracer) resources(path string, content []byte, rs []*resource.Resource) {
	if t == nil {
		return
	}
	roots := make([]*yaml.Node, len(rs))
	for i, r := range rs {
		roots[i] = r.YNode()
	}
	t.MarkFile(t.file(path, content), roots)
	for _, r := range rs {
		t.Settle(r, r.YNode(), &provenance.Step{Via: provenance.Resource})
	}
}

// watched is what a step of a build does to resources.
type watched struct {
	tracer *tracer
	step   provenance.Step
	// json is a JSON patch.
	json bool
	// before are the resources that the step asked for, as they were.
	before map[*resource.Resource]*yaml.Node
}

// watch begins to follow a step. The result may be nil.
func (v *level) watch(m *indexed, s *step) *watched {
	if v.trace == nil {
		return nil
	}
	w := &watched{tracer: v.trace, step: v.writer(m, s)}
	if s.text != nil {
		w.json, w.before = s.json, map[*resource.Resource]*yaml.Node{}
		m.watch = func(e *entry) {
			if w.before[e.res] == nil {
				w.before[e.res] = provenance.Clone(e.res.YNode())
			}
		}
	}
	return w
}

// done finds out what the step has written.
func (w *watched) done(m *indexed, s *step) {
	if w == nil {
		return
	}
	m.watch = nil
	if w.json {
		for r, before := range w.before {
			copied := provenance.Clone(before)
			// kustomize notes something there before it applies the patch.
			yamlnode.Ensure(copied, "metadata", "annotations")
			replayed := w.tracer.Replay(copied, s.text)
			w.tracer.Transfer(r.YNode(), replayed)
		}
	}
	for _, e := range m.list {
		if e.res.IsNilOrEmpty() {
			continue
		}
		w.step.Before = w.before[e.res]
		w.tracer.Settle(e.res, e.res.YNode(), &w.step)
	}
}

// settle follows a step that is none of a kustomization's fields.
func (t *tracer) settle(m *indexed, s provenance.Step) {
	if t == nil {
		return
	}
	for _, e := range m.list {
		if !e.res.IsNilOrEmpty() {
			t.Settle(e.res, e.res.YNode(), &s)
		}
	}
}

// writer says what a step of a kustomization writes.
func (v *level) writer(m *indexed, s *step) provenance.Step {
	from, at := s.from, s.entry
	if from == nil {
		from = v.text
	}
	path := func(more ...any) []any { return below(at, more...) }
	if at == nil {
		return provenance.Step{}
	}
	switch s.kind {
	case "NamespaceTransformer":
		name := yamlnode.String(from.node(at...))
		p := from.place(name, at...)
		return provenance.Step{Via: provenance.Namespace, Write: func(w *provenance.Write) (provenance.Record, bool) {
			return provenance.Record{Place: p}, p.Known() && !w.Rewritten && w.Node.Value == name
		}}
	case "PrefixTransformer", "SuffixTransformer":
		via, text := provenance.Prefix, yamlnode.String(from.node(at...))
		if s.kind == "SuffixTransformer" {
			via = provenance.Suffix
		}
		p := from.place(text, at...)
		return provenance.Step{Via: via, Write: func(w *provenance.Write) (provenance.Record, bool) {
			whole := text + w.Before().Value
			if via == provenance.Suffix {
				whole = w.Before().Value + text
			}
			return provenance.Record{Place: p}, p.Known() && w.Old != 0 && w.Node.Value == whole
		}}
	case "LabelTransformer", "AnnotationsTransformer":
		via := provenance.Labels
		if s.kind == "AnnotationsTransformer" {
			via = provenance.Annotations
		}
		return provenance.Step{Via: via, Write: func(w *provenance.Write) (provenance.Record, bool) {
			key := w.Key()
			if key == "" || yamlnode.Get(from.node(at...), key) == nil {
				return provenance.Record{}, false
			}
			p := from.place(w.Node.Value, path(key)...)
			return provenance.Record{Place: p}, p.Known()
		}}
	case "ReplicaCountTransformer":
		count := from.node(path("count")...)
		return provenance.Step{Via: provenance.Replicas, Write: func(w *provenance.Write) (provenance.Record, bool) {
			p := from.place(yamlnode.String(count), path("count")...)
			return provenance.Record{Place: p}, p.Known() && !w.Rewritten && w.Node.Value == yamlnode.String(count)
		}}
	case "ImageTagTransformer":
		return provenance.Step{Via: provenance.Images, Write: func(w *provenance.Write) (provenance.Record, bool) {
			return v.imageRecord(w, from, path)
		}}
	case "PatchTransformer", "PatchStrategicMergeTransformer", "PatchJson6902Transformer":
		if s.json || s.text == nil {
			return provenance.Step{}
		}
		patch := s.text.Parse()
		replaced := map[string]bool{}
		replacedElements(patch, false, replaced)
		return provenance.Step{
			Via: provenance.StrategicMerge, Text: s.text,
			Identity: func(w *provenance.Write) bool {
				element := len(w.Path) > 1 && w.Path[len(w.Path)-2].Key == nil
				return identifies(w) && !(element && replaced[w.Node.Value])
			},
			Write: func(w *provenance.Write) (provenance.Record, bool) { return writtenByMerge(w, s.text, patch) },
		}
	case "ValueAddTransformer":
		value := yamlnode.String(from.node(at...))
		p := from.place(value, at...)
		return provenance.Step{Via: provenance.ValueAdd, Write: func(w *provenance.Write) (provenance.Record, bool) {
			return provenance.Record{Place: p}, p.Known() && !w.Rewritten && value != "" && strings.Contains(w.Node.Value, value)
		}}
	case "HashTransformer":
		return provenance.Step{Via: provenance.Hash, Write: hashed}
	case "ReplacementTransformer":
		return v.replacementWriter(m, s)
	}
	return provenance.Step{}
}

// imageRecord says which part of an entry of images is in an image.
func (v *level) imageRecord(w *provenance.Write, from source, path func(...any) []any) (provenance.Record, bool) {
	var parts []provenance.Record
	for _, field := range []string{"newTag", "digest", "newName", "tagSuffix"} {
		value := yamlnode.String(from.node(path(field)...))
		if value == "" || !strings.Contains(w.Node.Value, value) {
			continue
		}
		if p := from.place(value, path(field)...); p.Known() {
			parts = append(parts, provenance.Record{Place: p, Via: provenance.Images, Value: value})
		}
	}
	if len(parts) == 0 || w.Rewritten {
		return provenance.Record{}, false
	}
	r := provenance.Record{Place: parts[0].Place}
	for _, p := range parts[1:] {
		r.Others = append(r.Others, v.trace.Add(p))
	}
	return r, true
}

// replacedElements adds the values of elements of lists that a patch puts in the
// place of the base's, keys and all, with $patch: replace.
func replacedElements(n *yaml.Node, element bool, values map[string]bool) {
	if n == nil {
		return
	}
	if element && yamlnode.GetString(n, "$patch") == "replace" {
		for _, v := range yamlnode.Fields(n) {
			values[v.Value] = true
		}
	}
	for _, c := range n.Content {
		replacedElements(c, n.Kind == yaml.SequenceNode, values)
	}
}

// identifies reports whether a value of a patch only says what it is merged
// into: the resource, or the element of a list.
func identifies(w *provenance.Write) bool {
	if w.Is("apiVersion") || w.Is("kind") || w.Is("metadata", "name") || w.Is("metadata", "namespace") {
		return true
	}
	at := len(w.Path) - 2
	if at < 0 || w.Path[at].Key != nil || w.Path[at+1].Key == nil {
		return false
	}
	s := openapi.SchemaForResourceType(kyaml.TypeMeta{
		APIVersion: yamlnode.GetString(w.Root, "apiVersion"), Kind: yamlnode.GetString(w.Root, "kind"),
	})
	for _, e := range w.Path[:at] {
		switch {
		case s == nil:
			return false
		case e.Key != nil:
			s = s.Field(e.Key.Value)
		default:
			s = s.Elements()
		}
	}
	if s == nil {
		return false
	}
	strategy, keys := s.PatchStrategyAndKeyList()
	return slices.Contains(strings.Split(strategy, ","), "merge") && slices.Contains(keys, w.Key())
}

// writtenByMerge finds what kustomize writes anew when it merges a patch: names,
// labels and annotations.
func writtenByMerge(w *provenance.Write, text *provenance.Text, patch *yaml.Node) (provenance.Record, bool) {
	n := patch
	for _, e := range w.Path {
		if e.Key == nil {
			return provenance.Record{}, false
		}
		n = yamlnode.Get(n, e.Key.Value)
	}
	if n == nil || n.Kind != yaml.ScalarNode || n.Value != w.Node.Value {
		return provenance.Record{}, false
	}
	p := text.Scalar(n)
	return provenance.Record{Place: p}, p.Known()
}

// replacementWriter says where the source of a replacement was written.
func (v *level) replacementWriter(m *indexed, s *step) provenance.Step {
	if s.replacement == nil {
		return provenance.Step{}
	}
	var source provenance.ID
	if s.replacement.SourceValue != nil {
		if p := s.sourceValue; p.Known() {
			source = v.trace.Add(provenance.Record{Place: p, Via: provenance.Replacement, Value: *s.replacement.SourceValue})
		}
	} else if n := sourceNode(m, s.replacement.Source); n != nil {
		source = v.trace.Of(n)
	}
	from := v.trace.Record(source)
	return provenance.Step{Via: provenance.Replacement, Write: func(w *provenance.Write) (provenance.Record, bool) {
		// Parts of a mapping that was copied whole are marked already.
		ok := source != 0 && !w.Rewritten && (from.Value == w.Node.Value || isDelimited(s.replacement))
		return provenance.Record{Place: from.Place, Others: []provenance.ID{source}}, ok && from.Known()
	}}
}

// isDelimited reports whether a replacement copies or replaces a part of a value.
func isDelimited(r *types.Replacement) bool {
	if r.Source != nil && r.Source.Options != nil && r.Source.Options.Delimiter != "" {
		return true
	}
	return slices.ContainsFunc(r.Targets, func(t *types.TargetSelector) bool {
		return t.Options != nil && t.Options.Delimiter != ""
	})
}

// sourceNode returns the scalar that a replacement copies, or nil.
func sourceNode(m *indexed, s *types.SourceSelector) *yaml.Node {
	if s == nil {
		return nil
	}
	m.refresh()
	var found *entry
	for _, e := range m.list {
		ids := append(slices.Clone(e.prev), e.cur)
		if slices.ContainsFunc(ids, func(id resid.ResId) bool { return id.IsSelectedBy(s.ResId) }) {
			if found != nil {
				return nil
			}
			found = e
		}
	}
	if found == nil {
		return nil
	}
	path := s.FieldPath
	if path == "" {
		path = types.DefaultReplacementFieldPath
	}
	n, err := found.res.Pipe(kyaml.Lookup(utils.SmarterPathSplitter(path, ".")...))
	if err != nil || n == nil || n.YNode().Kind != yaml.ScalarNode {
		return nil
	}
	return n.YNode()
}

// generated marks what an entry of a generator made.
func (v *level) generated(rs []*resource.Resource, args *types.GeneratorArgs, from source, entry ...any) {
	if v.trace == nil {
		return
	}
	if from == nil {
		from = v.text
	}
	g := v.generatorPlaces(args, from, entry)
	own := func(path ...any) []any { return below(entry, path...) }
	named := own()
	if from.node(own("name")...) == nil {
		named = own("metadata") // of a generator that stands in a file
	}
	for _, r := range rs {
		v.trace.Settle(r, r.YNode(), &provenance.Step{Via: provenance.Generator, Write: func(w *provenance.Write) (provenance.Record, bool) {
			if w.Is("data", "*") || w.Is("binaryData", "*") {
				rec, ok := g[w.Key()]
				return rec, ok
			}
			at := func(path ...any) (provenance.Record, bool) {
				p := from.place(w.Node.Value, path...)
				return provenance.Record{Place: p}, p.Known()
			}
			global := func(path ...any) (provenance.Record, bool) {
				p := v.text.place(w.Node.Value, append([]any{"generatorOptions"}, path...)...)
				return provenance.Record{Place: p}, p.Known()
			}
			switch {
			case w.Is("metadata", "name"):
				return at(below(named, "name")...)
			case w.Is("metadata", "namespace"):
				return at(below(named, "namespace")...)
			case w.Is("type"):
				return at(own("type")...)
			case w.Is("immutable"):
				if r, ok := at(own("options", "immutable")...); ok {
					return r, ok
				}
				return global("immutable")
			case w.Is("metadata", "labels", "*"), w.Is("metadata", "annotations", "*"):
				field := w.Path[1].Key.Value
				if from.node(own("options", field, w.Key())...) != nil {
					return at(own("options", field, w.Key())...)
				}
				return global(field, w.Key())
			}
			return provenance.Record{}, false
		}})
	}
}

// generatorPlaces returns the places of a generator's values, by key.
func (v *level) generatorPlaces(args *types.GeneratorArgs, from source, entry []any) map[string]provenance.Record {
	places := map[string]provenance.Record{}
	envs := func(path string) {
		content, err := v.Load(path)
		if err != nil {
			return
		}
		f := v.trace.file(v.path(path), content)
		for key, p := range f.EnvLines() {
			places[key] = provenance.Record{Place: p, Via: provenance.EnvFile}
		}
	}
	for _, path := range args.EnvSources {
		envs(path)
	}
	for i, literal := range args.LiteralSources {
		key, _, ok := strings.Cut(literal, "=")
		text := from.scalar(below(entry, "literals", i)...)
		if !ok || text == nil || text.Value != literal {
			continue
		}
		skip := len(key) + 1
		if value := literal[skip:]; len(value) >= 2 && value[0] == value[len(value)-1] && (value[0] == '"' || value[0] == '\'') {
			skip++
		}
		if p := text.At(skip); p.Known() {
			places[key] = provenance.Record{Place: p, Via: provenance.Literal}
		}
	}
	for _, source := range args.FileSources {
		key, path, ok := strings.Cut(source, "=")
		if !ok {
			key, path = filepath.Base(source), source
		}
		if content, err := v.Load(path); err == nil {
			f := v.trace.file(v.path(path), content)
			places[key] = provenance.Record{Place: f.Start(), Via: provenance.GeneratorFile}
		}
	}
	return places
}

// merging follows what a generator makes into a resource that is there. What it
// returns is called with the result.
func (t *tracer) merging(r *resource.Resource, olds []*entry) func(*resource.Resource) {
	if t == nil || len(olds) != 1 {
		return func(*resource.Resource) {}
	}
	made, old := provenance.Clone(r.YNode()), provenance.Clone(olds[0].res.YNode())
	return func(r *resource.Resource) { t.merged(r, made, old) }
}

func (t *tracer) merged(r *resource.Resource, made, old *yaml.Node) {
	t.Settle(r, r.YNode(), &provenance.Step{Via: provenance.Generator, Write: func(w *provenance.Write) (provenance.Record, bool) {
		from := []*yaml.Node{made, old}
		if w.Is("metadata", "name") || w.Is("metadata", "namespace") {
			slices.Reverse(from)
		}
		for i, n := range from {
			if clear := yamlnode.Path(n, "stringData", w.Key()); clear != nil && w.Is("data", "*") && yamlnode.Path(n, "data", w.Key()) == nil {
				// kustomize makes it data.
				text := base64.StdEncoding.EncodeToString([]byte(clear.Value))
				if at := t.Record(t.Of(clear)); at.Known() && text == w.Node.Value {
					return provenance.Record{Place: at.Place, Via: at.Via, Parent: t.Of(clear)}, true
				}
			}
			if at := t.Record(provenance.Marked(w.In(n))); at.Value == w.Node.Value && at.Known() {
				own := provenance.Record{Place: at.Place, Via: at.Via, Others: at.Others, Parent: at.Parent}
				if i == 0 && own.Parent == 0 {
					own.Parent = provenance.Marked(w.In(from[1]))
				}
				return own, true
			}
		}
		return provenance.Record{}, false
	}})
}

// hashed follows the hashes that names end in.
func hashed(w *provenance.Write) (provenance.Record, bool) {
	old := w.Before()
	ok := w.Is("metadata", "name") && old.Known() && strings.HasPrefix(w.Node.Value, old.Value+"-")
	return provenance.Record{Place: old.Place}, ok
}

// renamed follows the repair of references: what decides one is still the text
// that refers. Where a reference gets a namespace that it did not have, it is
// that of the object.
func (t *tracer) renamed(m *indexed) func(w *provenance.Write) (provenance.Record, bool) {
	if t == nil {
		return nil
	}
	type target struct{ kind, namespace, name string }
	var named map[target][]*entry // filled when it is first asked for: most builds have no such namespace
	return func(w *provenance.Write) (provenance.Record, bool) {
		old := w.Before()
		if old.Known() {
			return provenance.Record{Place: old.Place}, !w.Rewritten
		}
		if w.Key() != "namespace" || w.Old != 0 {
			return provenance.Record{}, false
		}
		in := w.Path[len(w.Path)-1].In
		if named == nil {
			named = make(map[target][]*entry, len(m.list))
			for _, e := range m.list {
				of := target{e.cur.Kind, e.cur.Namespace, e.res.GetName()}
				named[of] = append(named[of], e)
			}
		}
		candidates := named[target{yamlnode.GetString(in, "kind"), w.Node.Value, yamlnode.GetString(in, "name")}]
		if len(candidates) != 1 {
			return provenance.Record{}, false
		}
		found := candidates[0]
		own := t.Of(yamlnode.Path(found.res.YNode(), "metadata", "namespace"))
		r := t.Record(own)
		return provenance.Record{Place: r.Place, Others: []provenance.ID{own}}, r.Known()
	}
}

// metadataPlaces follows what buildMetadata asks for.
func (v *level) metadataPlaces(m *indexed) {
	if v.trace == nil || len(v.k.BuildMetadata) == 0 {
		return
	}
	fields := map[string][]string{
		types.OriginAnnotations:      {"annotations", originAnnotation},
		types.TransformerAnnotations: {"annotations", transformsAnnotation},
		types.ManagedByLabelOption:   {"labels", konfig.ManagedbyLabelKey},
	}
	for i, option := range v.k.BuildMetadata {
		p := v.text.place(option, "buildMetadata", i)
		if !p.Known() {
			continue
		}
		for _, e := range m.list {
			if n := yamlnode.Path(e.res.YNode(), append([]string{"metadata"}, fields[option]...)...); n != nil {
				v.trace.Wrote(n, provenance.Record{Place: p, Via: provenance.Metadata})
			}
		}
	}
}

// expanded follows vars: what decides is the text that has them in it, and what
// they stand for has its part.
func (t *tracer) expanded(vars []types.Var, sources map[string]*resource.Resource) func(w *provenance.Write) (provenance.Record, bool) {
	if t == nil {
		return nil
	}
	parts := map[string]provenance.ID{}
	for _, declared := range vars {
		if n, whole := fieldpath.Of(declared.FieldRef.FieldPath).Follow(sources[declared.Name].YNode()); whole {
			parts[declared.Name] = t.Of(n)
		}
	}
	return func(w *provenance.Write) (provenance.Record, bool) {
		old := w.Before()
		r := provenance.Record{Place: old.Place}
		for _, declared := range vars {
			if id := parts[declared.Name]; id != 0 && strings.Contains(old.Value, "$("+declared.Name+")") {
				r.Others = append(r.Others, id)
			}
		}
		return r, old.Known() && strings.Contains(old.Value, "$(")
	}
}

// patchText returns the text of a patch that is given by a path or inline.
func (v *level) patchText(path, inline string, from source, entry ...any) *provenance.Text {
	if path != "" {
		content, err := v.Load(path)
		if err != nil {
			return nil
		}
		return provenance.WholeText(v.trace.file(v.path(path), content))
	}
	text := from.scalar(entry...)
	if text == nil || strings.TrimSpace(text.Value) != inline {
		return nil
	}
	return text.Trim()
}
