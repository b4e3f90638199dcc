package kbuild

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// entryError is an error of our builder, and the entry of a kustomization that
// it was at.
type entryError struct {
	file string // an absolute path
	// path is that of the entry; where it names a file or a directory, it ends
	// with the name.
	path []any
	err  error
}

func (e *entryError) Error() string { return fmt.Sprintf("%s: %v", e.file, e.err) }
func (e *entryError) Unwrap() error { return e.err }

// at notes which entry of the kustomization an error comes from.
func (v *level) at(err error, path ...any) error {
	if err == nil {
		return nil
	}
	return &entryError{v.dir().Join(v.file), path, err}
}

// entries are those that led to an error, innermost first, but for levels that
// have nothing to say.
func entries(err error) (es []*entryError) {
	for e := (*entryError)(nil); errors.As(err, &e); err = e.err {
		es = append(es, e)
	}
	slices.Reverse(es)
	return es
}

type sameFailure struct{ ours, theirs *regexp.Regexp }

// alike are what our builder says, and kustomize of the same thing. Where both
// call the same code they say the same.
var alike = sync.OnceValue(func() []sameFailure {
	return []sameFailure{
		{regexp.MustCompile(`^two kustomization files$`), regexp.MustCompile(`Found multiple kustomization files`)},
		{regexp.MustCompile(`^no kustomization file$`), regexp.MustCompile(`unable to find one of`)},
		{regexp.MustCompile(`: a cycle$`), regexp.MustCompile(`cycle detected`)},
		{regexp.MustCompile(`^two resources have the id`), regexp.MustCompile(`already registered id`)},
		{regexp.MustCompile(`^\d+ resources have the id`), regexp.MustCompile(`already registered id`)},
		{regexp.MustCompile(`^there are two of `), regexp.MustCompile(`ID conflict`)},
		{regexp.MustCompile(`^its kind is not `), regexp.MustCompile(`expected kind '`)},
		{regexp.MustCompile(`: is outside |^security; file`), regexp.MustCompile(`security; `)},
		{regexp.MustCompile(`^there is no \S+ that the variable`), regexp.MustCompile(`cannot be mapped to a field`)},
		{regexp.MustCompile(`match the variable`), regexp.MustCompile(`resId matches for var`)},
		{regexp.MustCompile(`^two resources have one id$`), regexp.MustCompile(`found multiple objects`)},
		{regexp.MustCompile(`sortOptions`), regexp.MustCompile(`sortOptions`)},
		{regexp.MustCompile(`cannot unmarshal`), regexp.MustCompile(`cannot unmarshal`)},
		{regexp.MustCompile(`^transformer |^generator `), regexp.MustCompile(`unable to load builtin`)},
	}
})

// surely are errors of kustomize's own code on what is kustomize's own: nobody
// need ask it whether it fails too.
var surely = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("does not exist; cannot merge or replace$|^no resource matches strategic merge patch \"|^(?:add|remove|replace|move|copy|test) operation does not apply: |" +
		"^error in (?:add|remove|replace|move|copy|test) for path: |^nothing selected by |^multiple matches for selector |^fieldPath `|^unable to find field \"")
})

// own are errors that our builder is as sure of.
var own = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^no kustomization file$|: a cycle$|^its kind is not |^two resources have the id |: is outside |^security; file '[^']*' is not in or below '|` +
		`^unable to load builtin |^the field 'sortOptions.order' must be one of |^there are two of .* once all are in namespace |^there is no \S+ that the variable \S+ could be read from$`)
})

// theirError is an error of kustomize's own code about what kustomize hands it
// too.
type theirError struct{ error }

func (e *theirError) Unwrap() error { return e.error }

// theirs says that an error comes from kustomize's code, unless our loader has
// refused something: then it may have come from there.
func (v *level) theirs(err error) error {
	if err == nil || v.unsure {
		return err
	}
	return &theirError{err}
}

// sure returns what kustomize would say, "" if it has to be asked.
func sure(declined error) string {
	es := entries(declined)
	if len(es) == 0 {
		return ""
	}
	text := es[0].err.Error()
	if errors.As(es[0].err, new(*theirError)) || surely().MatchString(text) || own().MatchString(text) || noFile().MatchString(text) {
		return text
	}
	return ""
}

// agree reports whether kustomize failed for what our builder failed for.
func agree(ours error, theirs string) bool {
	text := ours.Error()
	if text != "" && strings.Contains(theirs, text) {
		return true
	}
	return slices.ContainsFunc(alike(), func(a sameFailure) bool {
		return a.ours.MatchString(text) && a.theirs.MatchString(theirs)
	})
}

// atEntry says what a build failed for by the entry that our builder failed at,
// nil if kustomize failed for something else. said is what may be printed of what
// kustomize says.
func (x *failedTree) atEntry(declined error, theirs, said string) *Failure {
	for i, e := range entries(declined) {
		if !agree(e.err, theirs) {
			if i == 0 {
				return nil
			}
			continue
		}
		k := x.kustomization(e.file)
		if k == nil {
			return nil
		}
		if f := x.within(k, e, theirs, said); f != nil && f.Known() {
			return f
		}
		if p := k.entry(e.path); p.Known() {
			return x.at(k.file, p, said)
		}
		if len(e.path) == 0 && i == 0 {
			if said == filepath.Base(e.file)+" is empty" {
				said = Empty
			}
			return x.wholeFile(entries(declined), k, said)
		}
	}
	return nil
}

// Empty is said of a kustomization without fields. Releases before 5.1 build nothing of it.
const Empty = "it is empty: expected resources, or another field"

// wholeFile is about a kustomization file as such: it has a place in the entry
// that names its directory, or else where its text begins.
func (x *failedTree) wholeFile(es []*entryError, k *kustomizationFile, said string) *Failure {
	help := ""
	if es[0].err.Error() == "two kustomization files" {
		var names []string
		for _, name := range kustomizationNames() {
			if x.fsys.Exists(filepath.Join(k.dir, name)) {
				names = append(names, name)
			}
		}
		help = "keep one of " + strings.Join(names, ", ")
	}
	for _, e := range es[1:] {
		if outer := x.kustomization(e.file); outer != nil && len(e.path) > 0 {
			name := strings.TrimSuffix(fmt.Sprint(e.path[len(e.path)-1]), "/") + "/" + filepath.Base(k.path)
			if f := x.at(outer.file, outer.entry(e.path), name+": "+said); f != nil {
				f.Help = help
				return f
			}
		}
	}
	f := &Failure{What: k.file.Path + ": " + said, Help: help}
	if strings.TrimSpace(string(k.file.Text)) != "" {
		f.What, f.Place, f.Text = said, provenance.Place{File: k.file.Path, Line: 1, Column: 1}, k.file.LineText(1)
	}
	return f
}

// kustomization returns what was read of a kustomization file.
func (x *failedTree) kustomization(file string) *kustomizationFile {
	for i := range x.files {
		if x.files[i].path == file {
			return &x.files[i]
		}
	}
	return nil
}

// entry is the place of an entry.
func (k *kustomizationFile) entry(path []any) provenance.Place {
	n := k.entryNode(path)
	switch {
	case n == nil:
		return provenance.Place{}
	case n.Kind == yaml.ScalarNode:
		return provenance.WholeText(k.file).Scalar(n)
	case n.Kind == yaml.SequenceNode && len(path) == 1: // one of them, or all
		for key, value := range yamlnode.Fields(k.root) {
			if value == n {
				n = key
			}
		}
	}
	return provenance.Place{File: k.file.Path, Line: n.Line, Column: n.Column}
}

func (k *kustomizationFile) entryNode(path []any) *yaml.Node {
	if len(path) == 0 {
		return nil
	}
	name, named := path[len(path)-1].(string)
	if len(path) < 3 || !named {
		return k.node(path...)
	}
	if i, ok := path[1].(int); ok {
		if n := k.node(path[0], i); yamlnode.String(n) == name {
			return n
		}
	}
	// kustomize moves entries of deprecated fields to others.
	for _, field := range []any{path[0], "bases"} {
		for _, e := range yamlnode.Elements(k.node(field)) {
			if yamlnode.String(e) == name {
				return yamlnode.Resolve(e)
			}
		}
	}
	return nil
}

// within looks more closely: into the file that an entry names, or for the field
// of it that an error is about.
func (x *failedTree) within(k *kustomizationFile, e *entryError, theirs, said string) *Failure {
	n := k.entryNode(e.path)
	if len(e.path) == 0 {
		return x.notKustomization(k, e.err.Error(), said)
	}
	if name, ok := e.path[len(e.path)-1].(string); ok && len(e.path) > 2 {
		return x.namedEntry(k, e, n, name, theirs, said)
	}
	switch e.path[0] {
	case "patches", "patchesJson6902", "patchesStrategicMerge":
		if f := x.patchEntry(k, n, theirs, said); f != nil {
			return f
		}
	case "configMapGenerator", "secretGenerator":
		if f := x.literal(k, n, said); f != nil {
			return f
		}
	}
	return x.mentioned(k, n, e.err.Error(), said)
}

// mentioned finds the longest value of an entry that an error mentions in quotes
// or in an id, if there is one such value.
func (x *failedTree) mentioned(k *kustomizationFile, n *yaml.Node, text, said string) *Failure {
	var best *yaml.Node
	again := false
	for s := range scalarsOf(n) {
		v := s.Value
		if len(v) < 2 || strings.Contains(v, "\n") || best != nil && len(v) < len(best.Value) {
			continue
		}
		quoted := regexp.MustCompile("[\"'`/]" + regexp.QuoteMeta(v) + "[\"'`.:]|(?:name|behavior:?) '?" + regexp.QuoteMeta(v) + `'?(?:\W|$)`)
		if !quoted.MatchString(text) {
			continue
		}
		again = best != nil && best.Value == v
		best = s
	}
	if best == nil || again {
		return nil
	}
	return x.at(k.file, provenance.WholeText(k.file).Scalar(best), said)
}

var (
	jsonField = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`json: cannot unmarshal (\w+) into Go (?:struct field \S*?(\w+)|value) of type (\S+)`)
	})
	readLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`yaml: (?:line (\d+): )?(.*)`) })
)

// notKustomization finds what keeps a kustomization file from being read.
func (x *failedTree) notKustomization(k *kustomizationFile, text, said string) *Failure {
	if k.root == nil {
		if line, what := k.file.Malformed(); line > 0 {
			return x.malformed(k.file, line, what)
		}
		return nil
	}
	if m := jsonField().FindStringSubmatch(text); m != nil {
		var found *yaml.Node
		for key, value := range fieldsOf(k.root) {
			if !strings.EqualFold(key.Value, m[2]) {
				continue
			}
			for _, n := range allNodes(value) {
				// The field itself, or what is in it.
				if jsonType(n) != m[1] || found != nil && n.Line == found.Line && n.Column == found.Column {
					continue
				}
				if found != nil {
					return x.at(k.file, provenance.Place{File: k.file.Path, Line: key.Line, Column: key.Column}, said)
				}
				found = n
			}
		}
		if found != nil {
			return x.at(k.file, provenance.Place{File: k.file.Path, Line: found.Line, Column: found.Column}, said)
		}
		return nil
	}
	for _, field := range []string{"kind", "apiVersion"} {
		if n := k.node(field); strings.HasPrefix(text, field+" ") && n != nil {
			return x.at(k.file, provenance.WholeText(k.file).Scalar(n), said+", not "+n.Value)
		}
	}
	if m := noField().FindStringSubmatch(text); m != nil {
		return (&failedTree{files: []kustomizationFile{*k}}).field(m[1], unknownField)
	}
	return nil
}

// configurationFields are those that the entries of configurations have.
var configurationFields = []string{"fieldSpecs", "group", "version", "kind", "path", "create"}

// unknownKey finds the field of a file of configurations that they do not have there: the
// first of that name, and of those that they have elsewhere the only one.
func (x *failedTree) unknownKey(k *kustomizationFile, name string) *Failure {
	var found *yaml.Node
	for key := range fieldsOf(k.root) {
		if key.Value != name {
			continue
		}
		if found != nil {
			return nil
		}
		found = key
		if !slices.Contains(configurationFields, name) {
			break
		}
	}
	if found == nil {
		return nil
	}
	return x.at(k.file, provenance.WholeText(k.file).Scalar(found), unknownInConfiguration(name))
}

// malformed is about a line of a file at which a reader of YAML gave up.
func (x *failedTree) malformed(f *provenance.File, line int, said string) *Failure {
	what := redact.CutDumps(said)
	if m := readLine().FindStringSubmatch(what); m != nil {
		what = m[2]
	}
	if !words().MatchString(what) {
		what = "it cannot be read" // the reason may quote a secret
	}
	column := 1 + len(f.LineText(line)) - len(strings.TrimLeft(f.LineText(line), " "))
	return &Failure{What: "not YAML: " + what, Place: provenance.Place{File: f.Path, Line: line, Column: column}}
}

// jsonType is what encoding/json calls a value.
func jsonType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "array"
	case yaml.MappingNode:
		return "object"
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return "number"
	case "!!bool":
		return "bool"
	case "!!null":
		return "null"
	}
	return "string"
}

// fieldsOf calls yield for all fields, however deep.
func fieldsOf(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	var walk func(n *yaml.Node, yield func(key, value *yaml.Node) bool) bool
	walk = func(n *yaml.Node, yield func(key, value *yaml.Node) bool) bool {
		for key, value := range yamlnode.Fields(n) {
			if !yield(key, value) || !walk(value, yield) {
				return false
			}
		}
		for _, e := range yamlnode.Elements(n) {
			if !walk(e, yield) {
				return false
			}
		}
		return true
	}
	return func(yield func(key, value *yaml.Node) bool) { walk(n, yield) }
}

// allNodes are a value, and those directly in it.
func allNodes(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	all := []*yaml.Node{n}
	for _, v := range yamlnode.Fields(n) {
		all = append(all, v)
	}
	return append(all, yamlnode.Elements(n)...)
}

// namedEntry is about an entry that names a file, or a directory.
func (x *failedTree) namedEntry(k *kustomizationFile, e *entryError, n *yaml.Node, name, theirs, said string) *Failure {
	path := filepath.Join(k.dir, name)
	here := func(format string, args ...any) *Failure {
		if f := x.at(k.file, k.entry(e.path), fmt.Sprintf(format, args...)); f != nil {
			return f
		}
		return &Failure{}
	}
	ours := e.err.Error()
	switch {
	case n == nil:
		return nil
	case ours == "no kustomization file":
		f := here("there is no kustomization.yaml in the directory %s", name)
		f.Gone = path
		return f
	case strings.HasSuffix(ours, ": a cycle"):
		f := here("%s leads back here, or to a kustomization that this one is part of: a cycle", name)
		if rel, err := filepath.Rel(path, k.dir); err == nil && filepath.IsLocal(rel) {
			f.Help = fmt.Sprintf("a kustomization cannot build a directory that it is inside of: move what %s builds into a directory beside this one; krm-validate init does that to an overlay that is to get a pipeline", name)
		}
		return f
	case strings.HasPrefix(ours, "its kind is not "):
		field, other := "resources", "components"
		if e.path[0] == "components" {
			field, other = other, field
		}
		f := here("%s is not what belongs under %s", name, field)
		f.Help = "list it under " + other
		return f
	case strings.Contains(ours, ": is outside "), strings.Contains(ours, "is not in or below"):
		f := here("%s is outside the directory of this kustomization: --load-restrictor=LoadRestrictionsNone allows that", name)
		f.Help = "kustomize reads the kustomizations of other directories, not their files: give that directory a kustomization.yaml, and name the directory"
		return f
	}
	if x.fsys.IsDir(path) {
		if strings.Contains(theirs, "already registered id") {
			return here("%s has a resource that is already there: %s", name, registered(theirs))
		}
		return nil
	}
	content, err := x.fsys.ReadFile(path)
	if err != nil {
		return nil
	}
	f := provenance.NewFile(x.tracer.shown(path), content)
	if line, what := f.Malformed(); line > 0 {
		return x.malformed(f, line, what)
	}
	if strings.HasPrefix(ours, "two resources have the id") {
		if i, ok := e.path[1].(int); ok {
			for j := range i {
				if yamlnode.String(k.node(e.path[0], j)) == name {
					return here("%s is there twice", name)
				}
			}
		}
		return x.duplicate(f, registered(theirs))
	}
	if slices.Contains([]any{"configurations", "crds", "openapi"}, e.path[0]) {
		k := kustomizationFile{filepath.Dir(path), path, &kustomizationText{file: f}}
		var doc yaml.Node
		if yaml.Unmarshal(content, &doc) == nil {
			k.root = yamlnode.Resolve(&doc)
		}
		if m := noField().FindStringSubmatch(ours); m != nil && e.path[0] == "configurations" {
			return x.unknownKey(&k, m[1])
		}
		return x.notKustomization(&k, ours, said)
	}
	if e.path[0] == "resources" && isKustomization(path) && isOfKustomize(f.Text) {
		what, help := "%s lists itself: a kustomization is no resource", "take it out"
		if path != k.path {
			what, help = "%s is a kustomization, and no resource", "name its directory instead"
		}
		found := here(what, name)
		found.Help = help
		return found
	}
	return x.notResource(f)
}

var registeredID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:already registered id:|two resources have the id) ([^\s']+)`)
})

// registered is the resource that is there twice: KIND NAME.
func registered(text string) string {
	if m := registeredID().FindStringSubmatch(text); m != nil {
		return plainIDs(m[1])
	}
	return ""
}

// duplicate finds the second of two resources in a file and, if it can be told,
// the first one.
func (x *failedTree) duplicate(f *provenance.File, id string) *Failure {
	kind, name, ok := strings.Cut(id, " ")
	if !ok {
		return nil
	}
	name, _, _ = strings.Cut(name, " ")
	find := func(f *provenance.File) (ps []provenance.Place) {
		for _, d := range provenance.WholeText(f).Documents() {
			if root := d.Parse(); yamlnode.GetString(root, "kind") == kind && yamlnode.GetString(root, "metadata", "name") == name {
				ps = append(ps, d.Scalar(yamlnode.Path(root, "metadata", "name")))
			}
		}
		return ps
	}
	own := find(f)
	if len(own) == 0 {
		return nil
	}
	found := x.at(f, own[len(own)-1], "there are two of "+id)
	others := own[:len(own)-1]
	for _, k := range x.files {
		for _, e := range yamlnode.Elements(k.node("resources")) {
			path := filepath.Join(k.dir, yamlnode.String(e))
			if content, err := x.read(k.dir, yamlnode.String(e)); err == nil && x.tracer.shown(path) != f.Path {
				others = append(others, find(provenance.NewFile(x.tracer.shown(path), content))...)
			}
		}
	}
	if found != nil && len(others) == 1 {
		found.Help = fmt.Sprintf("the other one is at %s:%d", others[0].File, others[0].Line)
	}
	return found
}

// isOfKustomize reports whether a text that is called as a kustomization is one: Flux has a
// kind of that name.
func isOfKustomize(text []byte) bool {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return false
	}
	root := yamlnode.Resolve(&doc)
	version := yamlnode.GetString(root, "apiVersion")
	return version == "" && yamlnode.GetString(root, "kind") == "" || strings.HasPrefix(version, "kustomize.config.k8s.io/")
}

// notResource finds the document of a file that is no resource.
func (x *failedTree) notResource(f *provenance.File) *Failure {
	for _, d := range provenance.WholeText(f).Documents() {
		root := d.Parse()
		if root == nil {
			continue
		}
		start := d.Node(root)
		if key := templateKey(root, root); key != nil {
			return &Failure{What: IsTemplate, Place: d.Node(key)} // its line may hold a secret
		}
		switch {
		case root.Kind != yaml.MappingNode:
			what := "a list"
			if root.Kind == yaml.ScalarNode {
				what = "a text"
			}
			found := x.at(f, start, "this is no resource but "+what+": expected apiVersion, kind and metadata")
			if found != nil {
				found.Text = "" // it may be a secret
			}
			return found
		case yamlnode.GetString(root, "kind") == "":
			return x.at(f, start, "this resource has no kind")
		case yamlnode.GetString(root, "metadata", "name") == "" && yamlnode.GetString(root, "metadata", "generateName") == "" &&
			!strings.HasSuffix(yamlnode.GetString(root, "kind"), "List"):
			if key := keyNode(root, "metadata"); key != nil {
				start = d.Node(key)
			}
			return x.at(f, start, "this "+yamlnode.GetString(root, "kind")+" has no metadata.name")
		}
	}
	return nil
}

// IsTemplate is what is said of a file in which a {{ template }} stands where YAML reads a
// mapping as the key of a mapping.
const IsTemplate = "a template, not YAML: what stands in {{ }} is not filled in"

// templateKey finds the key below which a mapping is the key of a mapping, as the braces
// of templates are: above, if n itself is one.
func templateKey(n, above *yaml.Node) *yaml.Node {
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode {
			if key := templateKey(c, above); key != nil {
				return key
			}
			continue
		}
		if i%2 == 0 && c.Kind == yaml.MappingNode {
			return above
		}
		if i%2 == 1 {
			if key := templateKey(c, n.Content[i-1]); key != nil {
				return key
			}
		}
	}
	return nil
}

func keyNode(n *yaml.Node, name string) *yaml.Node {
	for key := range yamlnode.Fields(n) {
		if key.Value == name {
			return key
		}
	}
	return nil
}

var (
	operationPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`path:? '?"?(/[^'":\s]*)`) })
	operationKind = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`Unexpected kind: (\S+)`) })
)

// patchEntry looks into the patch of an entry.
func (x *failedTree) patchEntry(k *kustomizationFile, n *yaml.Node, theirs, said string) *Failure {
	var texts []*provenance.Text
	var files []*provenance.File
	add := func(n *yaml.Node, path bool) {
		v := yamlnode.String(n)
		switch {
		case n == nil || v == "":
		case path && !strings.ContainsAny(v, "\n{"):
			path := filepath.Join(k.dir, v)
			if content, err := x.read(k.dir, v); err == nil {
				f := provenance.NewFile(x.tracer.shown(path), content)
				texts, files = append(texts, provenance.WholeText(f)), append(files, f)
			}
		default:
			texts, files = append(texts, provenance.ScalarText(k.file, yamlnode.Resolve(n))), append(files, k.file)
		}
	}
	if n == nil {
		return nil
	}
	if n.Kind == yaml.MappingNode {
		add(yamlnode.Get(n, "path"), true)
		add(yamlnode.Get(n, "patch"), false)
	}
	for _, e := range yamlnode.Elements(n) {
		add(e, true)
	}
	for i, text := range texts {
		f := x.patchText(text, files[i], theirs, said)
		if f != nil && f.Known() {
			return f
		}
	}
	return nil
}

func (x *failedTree) patchText(text *provenance.Text, file *provenance.File, theirs, said string) *Failure {
	own := provenance.NewFile(file.Path, []byte(text.Value))
	if line, what := own.Malformed(); line > 0 {
		at := text.Line(line)
		if !at.Known() {
			return nil
		}
		f := x.malformed(file, at.Line, what)
		f.What = "the patch is " + f.What
		return f
	}
	find := func(key string, m []string, what string) *Failure {
		if m == nil {
			return nil
		}
		var found *yaml.Node
		for _, op := range yamlnode.Elements(text.Parse()) {
			if n := yamlnode.Get(op, key); yamlnode.String(n) == m[1] {
				if found != nil {
					return nil
				}
				found = n
			}
		}
		if found == nil {
			return nil
		}
		return x.at(file, text.Scalar(found), what)
	}
	if f := find("path", operationPath().FindStringSubmatch(theirs), said); f != nil {
		return f
	}
	if m := operationKind().FindStringSubmatch(theirs); m != nil {
		return find("op", m, fmt.Sprintf("a JSON patch has no operation %q: expected add, remove, replace, move, copy or test", m[1]))
	}
	if strings.Contains(theirs, "unknown patch strategy") {
		for key, value := range fieldsOf(text.Parse()) {
			if v := yamlnode.String(value); key.Value == "$patch" && !slices.Contains([]string{"merge", "replace", "delete"}, v) {
				return x.at(file, text.Scalar(value), fmt.Sprintf("%q is nothing that $patch can say: expected delete, merge or replace", v))
			}
		}
	}
	if !strings.Contains(theirs, "SM or JSON patch") {
		return nil
	}
	for _, d := range text.Documents() {
		root := d.Parse()
		for _, field := range []string{"apiVersion", "kind", "metadata.name"} {
			if root != nil && root.Kind == yaml.MappingNode && yamlnode.GetString(root, strings.Split(field, ".")...) == "" {
				return x.at(file, d.Node(root), "the patch has no "+field+": expected a part of a resource with apiVersion, kind and metadata.name, or a list of JSON patch operations")
			}
		}
	}
	return nil
}

// literal finds the literal of a generator that is no KEY=VALUE, or whose key is
// there twice.
func (x *failedTree) literal(k *kustomizationFile, n *yaml.Node, said string) *Failure {
	seen := map[string]bool{}
	for _, e := range yamlnode.Elements(yamlnode.Get(n, "literals")) {
		key, _, ok := strings.Cut(yamlnode.String(e), "=")
		if ok && !seen[key] || !strings.Contains(said, "literal") && !strings.Contains(said, "repeats the key") {
			seen[key] = true
			continue
		}
		if f := x.at(k.file, provenance.WholeText(k.file).Scalar(yamlnode.Resolve(e)), said); f != nil {
			f.Text = "" // it may be a secret
			return f
		}
	}
	return nil
}
