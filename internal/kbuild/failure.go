package kbuild

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Failure is a build that failed for something that is written somewhere.
type Failure struct {
	// What is wrong, on one line.
	What string
	// Place is where, Line the text of that line.
	provenance.Place
	Text string
	// Help says what to do, where What does not.
	Help string
	// Read is the absolute path of a file that is not there and that a generator reads
	// keys or values of, "" if the build failed for something else.
	// Makes is the kind of what it makes of it.
	Read, Makes string
	// Lacks is the absolute path of a file that is not there and that resources names.
	Lacks string
	// Gone is that of any file, or of a directory with a kustomization.
	Gone string
	// Takes is the key of a ConfigMap's or Secret's data that an entry takes and that is
	// not there, "" if the build failed for something else.
	Takes string
	// Others says which other entries of the kustomization name what is not there, to put
	// behind What, or is "".
	Others string
	// Near is what is there and was probably meant, as the entry would name it.
	Near string
	err  error
}

func (f *Failure) Error() string { return f.What + f.Others }

// Unwrap returns what kustomize said.
func (f *Failure) Unwrap() error { return f.err }

// OfFile reports whether something is wrong with a file by itself, whatever else is in the
// build.
func (f *Failure) OfFile() bool {
	return f.Gone != "" || strings.HasPrefix(f.What, "not YAML") || strings.HasPrefix(f.What, "this ")
}

// Where is the place and its line with a caret, as reports print it. Lines are
// indented and end with a line break.
func (f *Failure) Where(secrets *redact.Secrets) string {
	if !f.Known() {
		return ""
	}
	number := fmt.Sprint(f.Line)
	margin := strings.Repeat(" ", len(number)+1)
	var b strings.Builder
	fmt.Fprintf(&b, "%s--> %s:%s:%d\n", margin, redact.Escape(f.File), number, f.Column)
	if text, column := secrets.Excerpt(f.Text, f.Column); f.Text != "" && len(text) <= 200 && column <= len(text) {
		word := text[column-1:]
		if i := strings.IndexAny(word, " ,}]"); i > 0 {
			word = word[:i]
		}
		fmt.Fprintf(&b, "%s |\n%s  | %s\n%s | %s%s\n", margin, number, text, margin, strings.Repeat(" ", column-1), strings.Repeat("^", len(word)))
	}
	if f.Help != "" {
		fmt.Fprintf(&b, "%s = help: %s\n", margin, f.Help)
	}
	return b.String()
}

// Causes of failures, by what kustomize says.
var (
	noTarget = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`no resource matches strategic merge patch "([^".]+)\.[^"/]*/([^"]+)\.[^".]*"|no matches for Id ([^.]+)\.[^/]*/(.+)\.[^.;]+;`)
	})
	malformed = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`MalformedYAMLError: yaml: (?:line \d+: )?(.*) in File: (\S+)$`)
	})
	noFile = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`evalsymlink failure on '(/[^']+)'|(?:lstat|open|stat|read) (/[^:']+): (?:no such file or directory|file does not exist)|'(/[^']+)' doesn't exist`)
	})
	ambiguous = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`path \\?"([^"\\]+)\\?" is ambiguous: resolves to`) })
	noField   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`unknown field "([^"]+)"`) })
	noPath    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:missing path|Unable to \w+ nonexistent key|path): ?"?(/[^":\s]*)`)
	})
	testFailed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`testing value (/\S+) failed`) })
	noVariable = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`var '\{(\S+) .*cannot be mapped|^there is no \S+ that the variable (\S+) could be read from$`)
	})
	mergesNothing = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^id (ConfigMap|Secret) (\S+) (?:in namespace \S+ )?(?:\(namespace "[^"]*"\) )?does not exist; cannot merge or replace$`)
	})
	validator = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`validator shouldn't modify the resource map`) })
)

// explainFailure finds out where what a build failed for is written. It returns
// the error as it is if that is not certain. declined is what our builder failed
// for, theirs all that kustomize said.
func (b *builder) explainFailure(root string, err, declined error, theirs string) error {
	c := b.remotes.fetched(root)
	if err == nil || !filepath.IsAbs(root) && c == nil {
		return err
	}
	x := &failedTree{fsys: b.fsys, remotes: b.remotes, tracer: newTracer(&provenance.Trace{}), seen: map[string]bool{}, anywhere: b.opts.LoadRestrictor == types.LoadRestrictionsNone}
	if c != nil {
		x.tracer.clones, root = []fetchedClone{{clone: c}}, c.root.String()
	}
	x.walk(root)
	text, nowhere := theirs, ""
	var f *Failure
	unreached := (*unreachedError)(nil)
	switch {
	case errors.As(err, &unreached):
		f = unreached.explain(x)
	case validator().MatchString(text):
		f = x.field("validators", func(string) string {
			return "a function cannot run under validators: annotations of kustomize's own make it fail (kustomize#5036)"
		})
		if f != nil {
			f.Help = "put it under transformers:"
		}
	case noTarget().MatchString(text):
		m := noTarget().FindStringSubmatch(text)
		f = x.patch(m[1]+m[3], m[2]+m[4])
	case malformed().MatchString(text):
		m := malformed().FindStringSubmatch(text)
		f = x.notYAML(m[2])
	case strings.Contains(text, "error converting YAML to JSON: "):
		f = x.notYAMLBeside()
	case noField().MatchString(text) && !inConfiguration(declined):
		name := noField().FindStringSubmatch(text)[1]
		f = x.field(name, unknownField)
	case testFailed().MatchString(text):
		path := testFailed().FindStringSubmatch(text)[1]
		f = x.operation(path, "the test of "+path+" fails: the resource has another value there")
	case noPath().MatchString(text):
		nowhere = noPath().FindStringSubmatch(text)[1]
		f = x.operation(nowhere, "the resource has nothing at "+nowhere+" that this operation could change")
	case noVariable().MatchString(text):
		m := noVariable().FindStringSubmatch(text)
		f = x.variable(m[1]+m[2], err.Error())
	case ambiguous().MatchString(text):
		value := ambiguous().FindStringSubmatch(text)[1]
		for _, k := range x.files {
			if f == nil {
				f = x.missing(filepath.Join(k.dir, value))
			}
		}
	case noFile().MatchString(text):
		m := noFile().FindStringSubmatch(text)
		f = x.missing(m[1] + m[2] + m[3])
	}
	if f == nil || !f.Known() {
		f, nowhere = x.atEntry(declined, theirs, err.Error()), ""
	}
	if f == nil || !f.Known() && f.File != "" {
		if text := x.relative(err.Error()); text != err.Error() {
			return &Failure{What: text, err: err}
		}
		return err
	}
	if m := gone().FindStringSubmatch(f.What); m != nil {
		f.What, f.Gone, f.Read = x.relative(f.What), m[1], m[1]
	}
	if m := mergesNothing().FindStringSubmatch(f.What); m != nil {
		f.What = strings.TrimPrefix(strings.Replace(f.What, ` (namespace "")`, "", 1), "id ") + didYouMean(x.nearResource(m[1], m[2]))
		f.Help = fmt.Sprintf("behavior: merge and behavior: replace are for a %s that resources: or an earlier generator brings, by the name and the namespace that it has there; without behavior this makes a new one", m[1])
	}
	f.err = err
	if m := noSourceField().FindStringSubmatch(f.What); m != nil && (m[2] == "ConfigMap" || m[2] == "Secret") {
		f.Takes, _ = strings.CutPrefix(m[1], "data.")
	}
	f.What += didYouMean(x.meant(f.What, theirs, nowhere))
	return f
}

// gone is all that kustomize says of a file that is not there.
var gone = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:[\w ]+: (?:[\w ]+: )?(?:\[[^\]]*\]: )?)?(?:evalsymlink failure on '/[^']+' : )?(?:lstat|open|stat|read) (/[^:']+): (?:no such file or directory|file does not exist)`)
})

// relative is what is said of files, which nobody wants to know the path of as a program does.
func (x *failedTree) relative(text string) string {
	return gone().ReplaceAllStringFunc(text, func(said string) string {
		return "there is no file or directory " + x.tracer.shown(gone().FindStringSubmatch(said)[1])
	})
}

// unknownField says what is wrong with a field that kustomizations do not have.
func unknownField(name string) string {
	what := fmt.Sprintf("a kustomization has no field %q", name)
	if near := suggest.Nearest(name, kustomizationFields(), 1); len(near) > 0 {
		what += didYouMean(near[0])
	}
	return what + fmt.Sprintf(" (unknown field %q)", name)
}

// UnknownInConfiguration begins what is said of a field that the configurations of
// kustomize's transformers do not have. Releases before 5.4 skip it.
const UnknownInConfiguration = "a configuration of kustomize has no field"

func unknownInConfiguration(name string) string {
	return fmt.Sprintf("%s %q (unknown field %q)", UnknownInConfiguration, name, name)
}

// inConfiguration reports whether our builder failed at a file of configurations, whose
// fields are called as those of a kustomization are.
func inConfiguration(declined error) bool {
	es := entries(declined)
	return len(es) > 0 && len(es[0].path) > 0 && es[0].path[0] == "configurations"
}

func kustomizationFields() []string {
	var names []string
	for t := range reflect.TypeFor[types.Kustomization]().Fields() {
		if name, _, _ := strings.Cut(t.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return append(names, "apiVersion", "kind", "metadata", "files", "literals", "envs") // those of generators too
}

// receiptKind is function.ReceiptKind: this package does not import the rules.
const receiptKind = "FunctionRan"

// failedTree is what can be read of a tree that does not build.
type failedTree struct {
	fsys    filesys.FileSystem
	remotes *remotes
	tracer  *tracer
	seen    map[string]bool
	files   []kustomizationFile
	// anywhere says that files outside of the directory of a kustomization are read.
	anywhere bool
}

type kustomizationFile struct {
	dir, path string
	*kustomizationText
}

// read reads a file that the kustomization in a directory names, if a build may.
func (x *failedTree) read(dir, path string) ([]byte, error) {
	path = filepath.Join(dir, path)
	if !x.anywhere {
		root, _, err := x.fsys.CleanedAbs(dir)
		if err != nil {
			return nil, err
		}
		in, _, err := x.fsys.CleanedAbs(path)
		if err != nil {
			return nil, err
		}
		if !in.HasPrefix(root) {
			return nil, fmt.Errorf("%s is outside %s", path, dir)
		}
	}
	return x.fsys.ReadFile(path)
}

// walk reads the kustomizations below a directory.
func (x *failedTree) walk(dir string) {
	if x.seen[dir] {
		return
	}
	x.seen[dir] = true
	for _, name := range kustomizationNames() {
		path := filepath.Join(dir, name)
		text, err := x.fsys.ReadFile(path)
		if err != nil {
			continue
		}
		k := &kustomizationText{file: provenance.NewFile(x.tracer.shown(path), text)}
		var doc yaml.Node
		if yaml.Unmarshal(text, &doc) == nil {
			k.root = yamlnode.Resolve(&doc)
		}
		x.files = append(x.files, kustomizationFile{dir, path, k})
		for _, field := range []string{"resources", "bases", "components", "transformers", "generators", "validators"} {
			for _, e := range yamlnode.Elements(k.node(field)) {
				path := yamlnode.String(e)
				if c := x.remotes.fetched(path); c != nil {
					x.tracer.clones = append(x.tracer.clones, fetchedClone{clone: c})
					x.walk(c.root.String())
				} else if below := filepath.Join(dir, path); isLocal(path) && !strings.Contains(path, "\n") && x.fsys.IsDir(below) {
					x.walk(below)
				}
			}
		}
		return
	}
}

func (x *failedTree) at(f *provenance.File, p provenance.Place, what string) *Failure {
	if !p.Known() {
		return nil
	}
	return &Failure{What: what, Place: p, Text: f.LineText(p.Line)}
}

// field finds a field of a kustomization that stands in one of them alone.
func (x *failedTree) field(name string, what func(string) string) (found *Failure) {
	for _, k := range x.files {
		for key := range fieldsBelow(k.root) {
			if key.Value != name {
				continue
			}
			if found != nil {
				return nil
			}
			found = x.at(k.file, provenance.WholeText(k.file).Scalar(key), what(name))
		}
	}
	return found
}

// fieldsBelow calls yield for the keys of a kustomization and of its entries.
func fieldsBelow(n *yaml.Node) func(yield func(*yaml.Node) bool) {
	return func(yield func(*yaml.Node) bool) {
		for key, value := range yamlnode.Fields(n) {
			if !yield(key) {
				return
			}
			for _, e := range yamlnode.Elements(value) {
				for key := range yamlnode.Fields(e) {
					if !yield(key) {
						return
					}
				}
			}
		}
	}
}

// patch finds the patch for a resource that is not there.
func (x *failedTree) patch(kind, name string) (found *Failure) {
	what := fmt.Sprintf("no resource matches the patch of %s %s", kind, name)
	what += didYouMean(x.nearResource(kind, name))
	help := "a patch is for the name that the resource has in its own file, and for its namespace and apiVersion there"
	if kind == receiptKind {
		what = fmt.Sprintf("the function did not run: there is no receipt %s %s that this patch could take away", kind, name)
		help = "the kustomization that this one builds on must have the ConfigPipeline under transformers:, with receipt: true; kustomize skips it without --enable-alpha-plugins --enable-exec, kubectl always"
	}
	x.patches(func(text *provenance.Text, file *provenance.File) {
		for _, d := range text.Documents() {
			root := d.Parse()
			if yamlnode.GetString(root, "kind") != kind || yamlnode.GetString(root, "metadata", "name") != name {
				continue
			}
			f := x.at(file, d.Scalar(yamlnode.Path(root, "metadata", "name")), what)
			if f == nil || found != nil && found.Place == f.Place {
				continue
			}
			if found != nil {
				found.Line = 0 // not to be told from another
				continue
			}
			f.Help, found = help, f
		}
	})
	return found
}

// operation finds the operation of a JSON patch on a path.
func (x *failedTree) operation(path, what string) (found *Failure) {
	x.patches(func(text *provenance.Text, file *provenance.File) {
		for _, op := range yamlnode.Elements(text.Parse()) {
			n := yamlnode.Get(op, "path")
			if yamlnode.String(n) != path {
				continue
			}
			f := x.at(file, text.Scalar(n), what)
			if f == nil || found != nil && found.Place == f.Place {
				continue
			}
			if found != nil {
				found.Line = 0
				continue
			}
			found = f
		}
	})
	return found
}

// patches calls yield with every patch of the tree.
func (x *failedTree) patches(yield func(text *provenance.Text, file *provenance.File)) {
	for _, k := range x.files {
		inline := func(n *yaml.Node) {
			if n != nil && n.Kind == yaml.ScalarNode && strings.ContainsAny(n.Value, "\n:{[") {
				yield(provenance.ScalarText(k.file, n), k.file)
			}
		}
		named := func(path string) {
			if path == "" || strings.ContainsAny(path, "\n:{") {
				return
			}
			if text, err := x.read(k.dir, path); err == nil {
				f := provenance.NewFile(x.tracer.shown(filepath.Join(k.dir, path)), text)
				yield(provenance.WholeText(f), f)
			}
		}
		for _, field := range []string{"patches", "patchesJson6902"} {
			for _, e := range yamlnode.Elements(k.node(field)) {
				named(yamlnode.GetString(e, "path"))
				inline(yamlnode.Get(e, "patch"))
			}
		}
		for _, e := range yamlnode.Elements(k.node("patchesStrategicMerge")) {
			named(yamlnode.String(e))
			inline(yamlnode.Resolve(e))
		}
	}
}

// words is what a reader says in words of its own alone.
var words = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:[a-z ,:*]|'[^\w\s]+'|<[a-z ]+>)+$`) })

// notYAML finds a file of resources that is no YAML.
func (x *failedTree) notYAML(name string) (found *Failure) {
	for _, k := range x.files {
		for _, e := range yamlnode.Elements(k.node("resources")) {
			path := yamlnode.String(e)
			if filepath.Base(path) != filepath.Base(name) {
				continue
			}
			f := x.malformedFile(k.dir, path)
			if f == nil {
				continue
			}
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}

// notYAMLBeside finds a file that is no YAML among those that kustomize reads without
// saying which one it is: replacements, and what describes kinds.
func (x *failedTree) notYAMLBeside() *Failure {
	for _, k := range x.files {
		names := append(slices.Clone(yamlnode.Elements(k.node("crds"))), yamlnode.Get(k.node("openapi"), "path"))
		for _, e := range yamlnode.Elements(k.node("replacements")) {
			names = append(names, yamlnode.Get(e, "path"))
		}
		for _, n := range names {
			if name := yamlnode.String(n); name != "" {
				if f := x.malformedFile(k.dir, name); f != nil {
					return f
				}
			}
		}
	}
	return nil
}

// malformedFile is about the line of a file at which a reader of YAML gives up, nil if
// there is none.
func (x *failedTree) malformedFile(dir, path string) *Failure {
	text, err := x.read(dir, path)
	if err != nil {
		return nil
	}
	f := provenance.NewFile(x.tracer.shown(filepath.Join(dir, path)), text)
	line, what := f.Malformed()
	if line == 0 {
		return nil
	}
	return x.malformed(f, line, what)
}

// variable finds the declaration of a variable.
func (x *failedTree) variable(name, what string) (found *Failure) {
	for _, k := range x.files {
		for _, e := range yamlnode.Elements(k.node("vars")) {
			if n := yamlnode.Get(e, "name"); yamlnode.String(n) == name {
				if found != nil {
					return nil
				}
				found = x.at(k.file, provenance.WholeText(k.file).Scalar(n), what)
			}
		}
	}
	return found
}

// missing finds the entry that names a file or a directory that is not there.
func (x *failedTree) missing(path string) (found *Failure) {
	for _, k := range x.files {
		made := map[*yaml.Node]string{} // the kind of what a generator makes of it
		for field, kind := range map[string]string{"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"} {
			for n := range scalarsOf(k.node(field)) {
				made[n] = kind
			}
		}
		listed := map[*yaml.Node]bool{}
		for n := range scalarsOf(k.node("resources")) {
			listed[n] = true
		}
		for n := range scalarsOf(k.root) {
			if strings.Contains(n.Value, "\n") {
				continue
			}
			_, value, ok := strings.Cut(n.Value, "=")
			if !ok {
				value = n.Value
			}
			at := filepath.Join(k.dir, value)
			if !isLocal(value) || at != path && !(made[n] != "" && strings.HasPrefix(at, path+"/")) || x.fsys.Exists(path) {
				continue
			}
			if found != nil && (made[n] != "" || found.Read == "") {
				continue // several name it, or its folder
			}
			near := x.nearFile(k.dir, value)
			found = x.at(k.file, provenance.WholeText(k.file).Scalar(n), "there is no file or directory "+value+didYouMean(near))
			if found != nil {
				found.Gone, found.Near, found.Others = at, near, x.alsoMissing(&k, value)
			}
			if found != nil && made[n] != "" {
				found.Read, found.Makes = at, made[n]
			}
			if ext := filepath.Ext(path); found != nil && listed[n] && (ext == ".yaml" || ext == ".yml" || ext == ".json") {
				found.Lacks = path
			}
		}
	}
	return found
}

// Lacking are the files that the kustomizations below a directory name as resources,
// patches or configurations and that are not there, each with its entry: of a build that
// fails for something else before it gets to them.
func Lacking(fsys filesys.FileSystem, dir string) []*Failure {
	root, err := rootOf(fsys, dir)
	if err != nil || !filepath.IsAbs(root) {
		return nil
	}
	x := &failedTree{fsys: fsys, remotes: &remotes{}, tracer: newTracer(&provenance.Trace{}), seen: map[string]bool{}}
	x.walk(root)
	var all []*Failure
	for _, k := range x.files {
		var named []*yaml.Node
		for _, field := range []string{"resources", "bases", "components", "patchesStrategicMerge", "configurations", "crds", "transformers", "generators", "validators"} {
			named = append(named, yamlnode.Elements(k.node(field))...)
		}
		for _, field := range []string{"patches", "patchesJson6902", "replacements"} {
			for _, e := range yamlnode.Elements(k.node(field)) {
				named = append(named, yamlnode.Get(e, "path"))
			}
		}
		for _, n := range named {
			n = yamlnode.Resolve(n)
			value := yamlnode.String(n)
			path := filepath.Join(k.dir, value)
			if !isLocal(value) || strings.ContainsAny(value, "\n{") || x.fsys.Exists(path) {
				continue
			}
			near := x.nearFile(k.dir, value)
			if f := x.at(k.file, provenance.WholeText(k.file).Scalar(n), "there is no file or directory "+value+didYouMean(near)); f != nil {
				f.Gone, f.Near = path, near
				all = append(all, f)
			}
		}
	}
	return all
}

// alsoMissing says which other resources and patches of a kustomization are not there:
// whoever adds one wants to know of all.
func (x *failedTree) alsoMissing(k *kustomizationFile, but string) string {
	var others []string
	for _, field := range []string{"resources", "bases", "components", "patchesStrategicMerge"} {
		for _, e := range yamlnode.Elements(k.node(field)) {
			value := yamlnode.String(e)
			if value != but && value != "" && isLocal(value) && !strings.Contains(value, "\n") && !x.fsys.Exists(filepath.Join(k.dir, value)) {
				others = append(others, value)
			}
		}
	}
	const most = 5
	switch more := len(others) - most; {
	case len(others) == 0:
		return ""
	case more > 0:
		return fmt.Sprintf("; nor %s and %d more", strings.Join(others[:most], ", "), more)
	}
	return "; nor " + strings.Join(others, ", ")
}

func scalarsOf(n *yaml.Node) func(yield func(*yaml.Node) bool) {
	return func(yield func(*yaml.Node) bool) {
		if n == nil {
			return
		}
		for _, s := range provenance.Scalars(n) {
			if !yield(s) {
				return
			}
		}
	}
}
