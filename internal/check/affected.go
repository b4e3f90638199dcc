package check

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Affected returns the indexes of the trees that a change of files can affect: through the
// kustomizations they refer to, and whatever these name, be it resources, patches,
// files of generators, configurations of functions or charts, also through symbolic
// links; and through the folders that Argo CD and Flux are told to apply. Files are
// absolute, without symbolic links in their folders; they may be gone.
//
// What is not affected is certain not to be by itself: where a kustomization cannot
// be read, or names a file in a way that is not understood, no tree is left out.
// What one tree misses may be in another, whose change does not affect the first.
//
// old returns what a file was before: a folder that a kustomization does not refer
// to any more may be a tree of its own now. It may be nil.
func Affected(trees []Tree, files []string, old func(file string) []byte) []int {
	a := affected{changed: map[string]bool{}, above: map[string]bool{}, known: map[string]bool{}, sources: map[string]bool{}, released: map[string]bool{}, fresh: map[string]bool{}}
	for _, f := range withSubmodules(files) {
		a.changed[f] = true
		if info, err := os.Lstat(f); err != nil || info.Mode()&os.ModeSymlink != 0 {
			a.links = true // or it was one
		}
		if old != nil && isKustomizationFile(f) {
			for _, dir := range parseKustomization(filepath.Dir(f), old(f)).dirs {
				a.released[absolute(dir)] = true
			}
		}
		for d := filepath.Dir(f); !a.above[d]; d = filepath.Dir(d) {
			a.above[d] = true
		}
	}
	var out []int
	all := slices.ContainsFunc(files, decidesAboutOthers) || slices.ContainsFunc(files, func(f string) bool { return a.judgesOthers(f, old) })
	if slices.ContainsFunc(files, inComponent) {
		a.deployed = map[string]map[string]*deployment{}
	}
	for i, t := range trees {
		a.top = t.top()
		if all || a.ignores(&t) || t.Root != "" && (a.released[absolute(t.Root)] || a.link(t.Root) || a.kustomization(absolute(t.Root)) || a.added(t.Root)) || t.Root == "" && a.plain(t) {
			out = append(out, i)
		}
	}
	return out
}

type affected struct {
	changed  map[string]bool // files
	above    map[string]bool // folders with changed files in or below them
	known    map[string]bool // kustomizations, by folder; false while one is looked at
	sources  map[string]bool // files of resources
	released map[string]bool // folders that a kustomization which has changed referred to
	fresh    map[string]bool // whether what is there is new
	links    bool            // a symbolic link has changed
	top      string          // of the repository of the tree at hand

	// deployed is what is done with the folders of a repository, by its top; nil where no
	// file of a component has changed.
	deployed map[string]map[string]*deployment
}

// inComponent reports whether a file is below a folder with a component, or may have been
// one.
func inComponent(file string) bool {
	for d := filepath.Dir(file); d != filepath.Dir(d); d = filepath.Dir(d) {
		for _, name := range konfig.RecognizedKustomizationFileNames() {
			if at := filepath.Join(d, name); contains(at, types.ComponentKind) || at == file && !isFile(at) {
				return true
			}
		}
	}
	return false
}

// added reports whether a component that Flux or Argo CD adds to a kustomization is affected.
func (a *affected) added(dir string) bool {
	rel, ok := below(a.top, dir)
	if a.deployed == nil || a.top == "" || !ok {
		return false
	}
	if a.deployed[a.top] == nil {
		a.deployed[a.top] = readDeployed(os.DirFS(a.top))
	}
	d := a.deployed[a.top][rel]
	return d != nil && slices.ContainsFunc(d.components, func(c string) bool { return a.kustomization(absolute(filepath.Join(dir, c))) })
}

// decidesAboutOthers reports whether a file says what Flux makes of folders that do
// not name it, or what is in the custom resources of other trees.
func decidesAboutOthers(file string) bool {
	return isManifest(file) && contains(file, "kustomize.toolkit.fluxcd.io", definition)
}

// withSubmodules adds the files in changed folders: git names a submodule, not what is
// in it.
func withSubmodules(files []string) []string {
	all := slices.Clone(files)
	for _, f := range files {
		if info, err := os.Lstat(f); err != nil || !info.IsDir() {
			continue
		}
		_ = filepath.WalkDir(f, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Name() == ".git" {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			if err == nil && !d.IsDir() {
				all = append(all, path)
			}
			return nil
		})
	}
	return all
}

// judgesOthers reports whether a file, or a folder that it is in, has come or gone
// whose name says what the ones beside it are there for; see [purpose].
func (a *affected) judgesOthers(file string, old func(file string) []byte) bool {
	for at := file; at != filepath.Dir(at); at = filepath.Dir(at) {
		if name := filepath.Base(at); !slices.Contains(environments, name) && !release().MatchString(name) {
			continue
		}
		if _, err := os.Lstat(at); err != nil || a.isNew(at, old) {
			return true
		}
	}
	return false
}

// isNew reports whether nothing of what is there now seems to have been there before.
func (a *affected) isNew(path string, old func(file string) []byte) bool {
	if old == nil {
		return false
	}
	if is, ok := a.fresh[path]; ok {
		return is
	}
	was, asked := false, 0
	_ = filepath.WalkDir(path, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		was = !a.changed[file] || old(file) != nil
		if asked++; was || asked > 20 {
			return filepath.SkipAll
		}
		return nil
	})
	a.fresh[path] = !was
	return !was
}

func isManifest(file string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file))
}

func contains(file string, words ...string) bool {
	text, err := limits.ReadRegular(file)
	return err == nil && slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(text, []byte(w)) })
}

// ignores reports whether what is left out of a tree has changed, by git or because
// it is a chart: files of it that have not changed may come and go.
func (a *affected) ignores(t *Tree) bool {
	dirs := []string{t.Root}
	if t.Root == "" {
		dirs = t.Files
		if !t.Named {
			dirs = []string{t.Name}
		}
	}
	for f := range a.changed {
		if base := filepath.Base(f); base != ".gitignore" && base != "Chart.yaml" {
			continue
		}
		if slices.ContainsFunc(dirs, func(d string) bool { return holds(filepath.Dir(f), absolute(d)) || holds(absolute(d), f) }) {
			return true
		}
	}
	return false
}

// link reports whether a symbolic link that a path leads through has changed.
func (a *affected) link(path string) bool {
	if !a.links {
		return false
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return true
	}
	for range 64 {
		next := ""
		for at := path; at != filepath.Dir(at); at = filepath.Dir(at) {
			if a.changed[filepath.Join(absolute(filepath.Dir(at)), filepath.Base(at))] {
				return true
			}
			info, err := os.Lstat(at)
			if err != nil || info.Mode()&os.ModeSymlink == 0 {
				continue
			}
			target, err := os.Readlink(at)
			if err != nil {
				return true
			}
			if !filepath.IsAbs(target) {
				target = filepath.Join(absolute(filepath.Dir(at)), target)
			}
			rel, _ := filepath.Rel(at, path)
			next = filepath.Join(target, rel)
			break
		}
		if next == "" {
			return false
		}
		path = next
	}
	return true
}

// absolute is a path as those of changed files are.
func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// plain reports whether files that are one tree have changed, or files were
// taken from among them.
func (a *affected) plain(t Tree) bool {
	for _, f := range t.Files {
		if f == "-" || a.changed[absolute(f)] || a.link(f) || a.source(f) || t.Named && a.patches(f) {
			return true
		}
	}
	dir := absolute(t.Name)
	for f := range a.changed {
		if !strings.HasPrefix(f, dir+string(filepath.Separator)) {
			continue
		}
		if isKustomizationFile(f) && !t.Named {
			return true // the files that it lists are none of these
		}
		if _, err := os.Lstat(f); err != nil && isManifest(f) {
			return true
		}
	}
	return false
}

// patches reports whether a kustomization above a file has changed: it says whether
// the file is a patch.
func (a *affected) patches(file string) bool {
	for d := filepath.Dir(absolute(file)); d != filepath.Dir(d); d = filepath.Dir(d) {
		if slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool { return a.changed[filepath.Join(d, name)] }) {
			return true
		}
		if d == a.top {
			return false
		}
	}
	return false
}

// source reports whether a file of resources names folders of the repository that
// have changed: those that Argo CD and Flux apply have to be there.
func (a *affected) source(file string) bool {
	if a.top == "" || !isManifest(file) {
		return false
	}
	key := a.top + "\x00" + file
	is, ok := a.sources[key]
	if !ok {
		is = contains(file, "argoproj.io", "fluxcd.io") && a.names(a.top, file, false)
		a.sources[key] = is
	}
	return is
}

// kustomization reports whether the kustomization in a folder is affected.
func (a *affected) kustomization(dir string) bool {
	if known, ok := a.known[dir]; ok {
		return known
	}
	a.known[dir] = false // one that refers to itself does not build
	a.known[dir] = a.look(dir)
	return a.known[dir]
}

func (a *affected) look(dir string) bool {
	file := ""
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		path := filepath.Join(dir, name)
		if a.changed[path] {
			return true // it may be gone: another one counts now
		}
		if isFile(path) {
			file = path
		}
	}
	if file == "" {
		return a.above[dir]
	}
	return a.names(dir, file, true)
}

// names reports whether something that a YAML file names is affected. Any word of
// any value may be a path; those in lists of generators and transformers are
// files that name others.
func (a *affected) names(dir, file string, isKustomization bool) bool {
	if a.changed[absolute(file)] {
		return true
	}
	text, err := limits.ReadRegular(file)
	if err != nil {
		return true
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			return !errors.Is(err, io.EOF)
		}
		if a.document(dir, yamlnode.Resolve(&doc), isKustomization) {
			return true
		}
	}
}

func (a *affected) document(dir string, top *yaml.Node, isKustomization bool) bool {
	w := words{dir: dir, charts: !isKustomization}
	for key := range yamlnode.Fields(top) {
		switch key.Value {
		case "helmCharts", "helmChartInflationGenerator", "helmGlobals":
			w.charts = true
		}
	}
	if isKustomization && w.charts && a.above[absolute(filepath.Join(dir, "charts"))] {
		return true
	}
	for key, value := range yamlnode.Fields(top) {
		w.configure = isKustomization && isConfiguration(key.Value)
		if a.value(w, value) {
			return true
		}
	}
	return false
}

// words says what the words of a value may be.
type words struct {
	dir       string // the folder that paths start from
	configure bool   // files that name other files
	charts    bool   // folders with charts in them
}

// value looks at the words of the scalars below n.
func (a *affected) value(w words, n *yaml.Node) bool {
	n = yamlnode.Resolve(n)
	if n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode {
		return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return a.value(w, c) })
	}
	all := []string{n.Value}
	if _, file, ok := strings.Cut(n.Value, "="); ok {
		all = append(all, file) // its name may have blanks in it
	}
	if strings.ContainsAny(n.Value, " \t\n=,'\"") {
		all = append(all, strings.FieldsFunc(n.Value, func(r rune) bool { return strings.ContainsRune(" \t\r\n=,'\"[]{}", r) })...)
	}
	for _, word := range all {
		if word == "" || len(word) > 4096 || strings.ContainsAny(word, "\n\x00") {
			continue
		}
		path := filepath.Join(w.dir, filepath.FromSlash(word))
		if filepath.IsAbs(word) {
			path = filepath.Clean(word)
		}
		if a.path(w, path) {
			return true
		}
	}
	return false
}

func (a *affected) path(w words, path string) bool {
	if a.changed[path] || a.link(path) {
		return true
	}
	info, err := os.Stat(path)
	if err != nil {
		return a.above[path] // a folder that is gone
	}
	path = absolute(path)
	switch {
	case a.changed[path]:
		return true
	case info.IsDir() && HasKustomization(path):
		return a.kustomization(path) || w.configure && a.configurations(w.dir, path, 0)
	case info.IsDir():
		// One that holds the kustomization itself is no part of it: "/" is a
		// delimiter, "." a text.
		return a.above[path] && (w.charts || !holds(path, absolute(w.dir)))
	case w.configure:
		return a.names(filepath.Dir(path), path, false) || a.names(w.dir, path, false)
	}
	return a.source(path)
}

func isConfiguration(field string) bool {
	return slices.Contains([]string{"generators", "transformers", "validators"}, field)
}

// configurations reports whether a file has changed that is named by what a
// kustomization has in it: it configures plugins of another one, in whose folder
// they look for files.
func (a *affected) configurations(home, dir string, depth int) bool {
	if depth > 20 {
		return true
	}
	k := &kustomizationFile{}
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := filepath.Join(dir, name); isFile(file) {
			k = readKustomization(file)
			if a.names(home, file, false) {
				return true
			}
		}
	}
	return slices.ContainsFunc(k.files, func(f string) bool { return isFile(f) && a.names(home, f, false) }) ||
		slices.ContainsFunc(k.dirs, func(d string) bool { return a.configurations(home, d, depth+1) })
}

// HasKustomization reports whether a kustomization is in a folder.
func HasKustomization(dir string) bool {
	return slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool { return isFile(filepath.Join(dir, name)) })
}

// holds reports whether a folder is another one, or has it below.
func holds(folder, other string) bool {
	rel, err := filepath.Rel(folder, other)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
