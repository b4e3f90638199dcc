package check

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	pathpkg "path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/gitignore"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// FindOptions say what is left out. The zero value leaves out what git ignores.
type FindOptions struct {
	// Exclude are patterns as in .gitignore, relative to each named folder.
	Exclude []string
	// Whole says that the top of a repository stands for all that is in it, also where
	// it has a kustomization. Top is such a folder without a .git, if there is one.
	Whole bool
	Top   string
}

// isTop reports whether a folder is the top of a repository that is checked as a whole.
func (opts *FindOptions) isTop(dir string) bool {
	abs, err := filepath.Abs(dir)
	return opts.Whole && err == nil && (abs == opts.Top || git.Top(abs) == abs)
}

// Tree is one set of resources that is checked on its own.
type Tree struct {
	// Name is what was named on the command line, or found below it.
	Name string
	// Root is set for kustomizations, Files for plain files ("-" is stdin).
	Root  string
	Files []string
	// Named is set if the tree was named by itself, so that it has to be readable.
	Named bool
	// Within is the folder in which the tree was found, if it was not named by
	// itself. Its kustomizations may refer to any file in there.
	Within string
	// Remote are the bases that are not on this machine.
	Remote []string
	// Unlisted are files in the folders of kustomizations that none lists.
	Unlisted []string
	// Base is set for a kustomization that no other refers to, where those beside it
	// are bases of others.
	Base bool
	// Folders are those of the kustomizations that the tree consists of.
	Folders []string
	// Charts is how many Helm charts are in the folder that was named. Only its first
	// tree says so.
	Charts int
	// Unread is what is below the folder that was named and is not read, though it
	// looks like resources. Only its first tree says so.
	Unread []Unread

	// alone says that each of its resources is judged by itself: no build is known that
	// it is in.
	alone bool
	// torn says that the kustomization which the tree is a part of does not build: who
	// knows what else is in that? changed says that it may change what is in the tree.
	torn, changed bool
	// lost are the entries that the tree was built without, walked is what was found
	// where it was.
	lost   []kbuild.Loss
	walked *walked
	// unlisted says that none is known since none lists it: who knows whether it is
	// ever applied?
	unlisted bool
	// off is what kustomizations of the walk have commented out, by absolute path.
	off map[string]bool
}

// Find says which trees the paths stand for: a folder with a kustomization is
// one tree, unless it is a repository that is checked as a whole; in any other
// folder every kustomization that no other refers to is
// a tree, and the remaining files together are one; the files named by
// themselves are one.
func Find(paths []string, opts FindOptions) ([]Tree, error) {
	var trees []Tree
	var files []string
	for _, p := range paths {
		if p == "-" {
			files = append(files, p)
			continue
		}
		matches := []string{p}
		if _, err := os.Lstat(p); err != nil {
			if matches, err = filepath.Glob(p); err != nil {
				return nil, fmt.Errorf("%s: not a glob: %w", p, err)
			}
			if len(matches) == 0 {
				return nil, fmt.Errorf("%s: no such file or directory", p)
			}
		}
		for _, m := range matches {
			info, err := os.Stat(m)
			if err != nil {
				return nil, err
			}
			switch {
			case !info.IsDir() && isKustomizationFile(m):
				trees = append(trees, Tree{Name: filepath.Dir(m), Root: filepath.Dir(m), Named: true})
			case !info.IsDir():
				files = append(files, m)
			default:
				below, err := findBelow(m, opts)
				if err != nil {
					return nil, err
				}
				trees = append(trees, below...)
			}
		}
	}
	if len(files) > 0 {
		name := files[0]
		if len(files) > 1 {
			name = fmt.Sprintf("%d files", len(files))
		}
		trees = append(trees, Tree{Name: name, Files: files, Named: true})
	}
	return trees, nil
}

// repository are the files of the repository that a tree is in, nil if it is in
// none.
func (t *Tree) repository() fs.FS {
	if top := t.top(); top != "" {
		return os.DirFS(top)
	}
	return nil
}

// top is the folder of the repository that a tree is in: the nearest with a .git,
// or else the one that was named. It is "" for files that are not in one.
func (t *Tree) top() string {
	dir := t.Root
	switch {
	case t.Within != "":
		dir = t.Within
	case dir == "" && t.Named:
		return ""
	case dir == "":
		dir = t.Name
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	return cmp.Or(git.Top(dir), dir)
}

func isKustomizationFile(path string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
}

// isOfFlux reports whether a file that is called as those of kustomize has a Kustomization of
// Flux, which somebody applies.
func isOfFlux(path string) bool {
	text, err := limits.ReadRegular(path)
	return err == nil && (bytes.HasPrefix(text, []byte("apiVersion: "+fluxKustomize)) || bytes.Contains(text, []byte("\napiVersion: "+fluxKustomize))) && !bytes.Contains(text, []byte("\nresources:"))
}

// findBelow finds the trees in a folder.
func findBelow(dir string, opts FindOptions) ([]Tree, error) {
	w, err := walk(dir, opts)
	if err != nil {
		return nil, err
	}
	if _, ok := w.kustomizations[filepath.Clean(dir)]; ok && !opts.isTop(dir) {
		root := pipelineOf(dir)
		t := w.tree(root)
		t.Name, t.Named = root, true
		return []Tree{t}, nil
	}
	var trees []Tree
	for _, root := range w.roots() {
		root = pipelineOf(root)
		if !slices.ContainsFunc(trees, func(t Tree) bool { return t.Root == root }) {
			trees = append(trees, w.tree(root))
		}
	}
	if len(w.plain) > 0 {
		trees = append(trees, Tree{Name: dir, Files: w.plain})
	}
	if len(trees) > 0 && len(w.unlisted) > 0 {
		trees = append(trees, Tree{Name: dir, Files: w.unlisted, alone: true, unlisted: true, off: w.off})
	}
	switch {
	case len(trees) > 0:
		trees[0].Charts, trees[0].Unread = w.charts, w.unread
		return trees, nil
	case len(w.unread) > 0:
		return nil, fmt.Errorf("%s: nothing to check: %w", dir, w.unread[0])
	case w.charts > 0:
		return nil, fmt.Errorf("%s: nothing to check but %s", dir, NotRendered(w.charts))
	default:
		return nil, fmt.Errorf("%s: nothing to check: no kustomization and no .yaml, .yml or .json file", dir)
	}
}

// NotRendered says of so many Helm charts what to do about them.
func NotRendered(charts int) string {
	what := "1 Helm chart, which is"
	if charts > 1 {
		what = strconv.Itoa(charts) + " Helm charts, which are"
	}
	return what + " not rendered: helm template CHART | krm-validate check -"
}

// walked is what a folder holds.
type walked struct {
	dir            string
	kustomizations map[string]*kustomizationFile // by folder
	plain          []string                      // files that no kustomization has to do with
	unlisted       []string                      // files in their folders that none refers to
	charts         int
	unread         []Unread
	off            map[string]bool // what kustomizations have commented out, by absolute path
}

// leave tells of what is not read.
func (w *walked) leave(name string, err error) {
	w.unread = append(w.unread, Unread{Name: name, Err: err})
}

func walk(dir string, opts FindOptions) (*walked, error) {
	w := &walked{dir: dir, kustomizations: map[string]*kustomizationFile{}}
	ignored := gitignore.Patterns{}.Add("", strings.Join(opts.Exclude, "\n"))
	above, at := ignoredAbove(dir)
	tracked := &trackedFiles{of: dir, at: at}
	var files []string
	var partial []string // folders whose chart is skipped, though other files are read
	follow := dir
	if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		follow += string(filepath.Separator) // a link that was named is followed
	}
	err := filepath.WalkDir(follow, func(path string, d fs.DirEntry, err error) error {
		if path == follow {
			path = dir
		}
		if err != nil {
			if path == dir {
				return err
			}
			w.leave(path, err) // a folder that may not be read
			return nil
		}
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		if path != dir && (ignored.Ignores(rel, d.IsDir()) || tracked.leavesOut(above, at+rel, d.IsDir())) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch {
		case d.IsDir():
			if path != dir && skipped(path) {
				if holdsManifests(path) {
					w.leave(path, errors.New("a hidden folder: it is not read unless it is named itself"))
				}
				return fs.SkipDir
			}
			if text, err := limits.ReadRegular(filepath.Join(path, ".gitignore")); err == nil {
				here := strings.TrimSuffix(at+rel, "/.")
				above = above.Add(strings.TrimSuffix(here, "."), string(text))
			}
			if isFile(filepath.Join(path, "Chart.yaml")) {
				w.charts++
				if path != dir {
					return fs.SkipDir
				}
				partial = append(partial, path)
			}
		case slices.Contains(partial, filepath.Dir(filepath.Dir(path))) && isChartFolder(filepath.Base(filepath.Dir(path))):
			return fs.SkipDir
		case slices.Contains(partial, filepath.Dir(path)) && isChartFile(d.Name()):
		case isAssertion(d.Name()):
		case d.Type()&fs.ModeSymlink != 0 && (w.leadsAway(path) || w.isAgain(path)):
		case isKustomizationFile(path) && !isOfFlux(path):
			w.kustomizations[filepath.Dir(path)] = readKustomization(path)
		case isManifestFile(path) && exists(path):
			files = append(files, path)
		case isManifestFile(strings.ToLower(path)) && hasManifest(path):
			w.leave(path, errors.New("kubectl and other programs read .yaml, .yml and .json in small letters: rename it, or name it itself"))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, k := range w.kustomizations {
		for _, f := range k.files {
			listed[f] = true
		}
	}
	for _, f := range files {
		if scenarioName(filepath.Base(f)) {
			for _, asserted := range assertedFiles(f) {
				listed[asserted] = true
			}
		}
	}
	w.off = w.switchedOff(listed)
	w.unread = slices.DeleteFunc(w.unread, func(u Unread) bool {
		below := filepath.Clean(u.Name) + string(filepath.Separator)
		for f := range listed {
			if strings.HasPrefix(f, below) { // a kustomization reads it
				return true
			}
		}
		return false
	})
	for _, f := range files {
		switch {
		case listed[filepath.Clean(f)]:
		case w.isBelowKustomization(f):
			w.unlisted = append(w.unlisted, f)
		default:
			w.plain = append(w.plain, f)
		}
	}
	return w, nil
}

// isManifestFile reports whether kubectl reads a file of this name in a folder.
func isManifestFile(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path))
}

// leadsAway reports whether a symbolic link is not followed, and tells of it where
// something is lost by that: it leads nowhere, or to a folder that is not below the
// one that is walked.
func (w *walked) leadsAway(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil && isManifestFile(path):
		w.leave(path, errors.New("a symbolic link that leads nowhere"))
	case err != nil || !info.IsDir():
		return false
	default:
		if outside, err := leaves(w.dir, path); err == nil && outside != "" && holdsManifests(outside) {
			w.leave(path, errors.New("a symbolic link to a folder outside: it is not followed unless it is named itself"))
		}
	}
	return true
}

// isAgain reports whether a symbolic link is to a file that is walked too.
func (w *walked) isAgain(path string) bool {
	top, err := filepath.EvalSymlinks(w.dir)
	if err != nil || isKustomizationFile(path) {
		return false
	}
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(top, file)
	return err == nil && filepath.IsLocal(rel) && isManifestFile(rel) && !strings.Contains(filepath.ToSlash("/"+rel), "/.")
}

// holdsManifests reports whether a folder that is left out has a resource in one of
// its files. Folders that are left out by convention, and those of programs, have
// nothing that is applied; what is looked at has a bound.
func holdsManifests(dir string) (found bool) {
	if name := filepath.Base(dir); !strings.HasPrefix(name, ".") && skipped(dir) || slices.Contains([]string{".git", ".github", ".terraform", ".terragrunt-cache", ".venv", ".tox", ".cache"}, name) {
		return false
	}
	left := 200
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if left--; err != nil || left < 0 || found {
			return fs.SkipAll
		}
		if path != dir && d.IsDir() && skipped(path) {
			return fs.SkipDir
		}
		found = d.Type().IsRegular() && isManifestFile(path) && hasManifest(path)
		return nil
	})
	return found
}

// hasManifest reports whether a file looks like a resource.
func hasManifest(path string) bool {
	text, err := limits.ReadRegular(path)
	return err == nil && (manifestFields().Match(text) || bytes.Contains(text, []byte(`"apiVersion"`)) && bytes.Contains(text, []byte(`"kind"`)))
}

var manifestFields = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:apiVersion:.*\n(?:.*\n)*?kind:|kind:.*\n(?:.*\n)*?apiVersion:)`)
})

// exists reports whether path is there, and no folder. What is no file either is
// told of when it is read.
func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// isFile reports whether path is a file, or a symbolic link to one.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// A chart's own files: https://helm.sh/docs/topics/charts/#the-chart-file-structure.
func isChartFolder(name string) bool {
	return slices.Contains([]string{"templates", "charts", "crds"}, name)
}

func isChartFile(name string) bool {
	return name == "Chart.yaml" || name == "requirements.yaml" || strings.HasPrefix(name, "values") || strings.HasSuffix(name, "values.yaml")
}

// isAssertion reports whether a file says what a test expects of resources,
// which are written in part there: https://kuttl.dev/docs/testing/steps.html
func isAssertion(name string) bool {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	step, what, ok := strings.Cut(base, "-")
	return ok && step != "" && strings.Trim(step, "0123456789") == "" && (strings.HasPrefix(what, "assert") || strings.HasPrefix(what, "error"))
}

// scenarioName reports whether a file says what a Chainsaw test does.
func scenarioName(name string) bool {
	return strings.HasPrefix(name, "chainsaw-test") || strings.HasPrefix(name, "chainsaw-step")
}

// assertedFiles are the files that a Chainsaw test compares with what is in the
// cluster. They hold resources in part:
// https://kyverno.github.io/chainsaw/latest/operations/assert/
func assertedFiles(scenario string) []string {
	text, err := limits.ReadRegular(scenario)
	if err != nil {
		return nil
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return nil
	}
	var files []string
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		for k, v := range yamlnode.Fields(n) {
			if k.Value != "assert" && k.Value != "error" {
				continue
			}
			if file := yamlnode.GetString(v, "file"); file != "" {
				at := filepath.Join(filepath.Dir(scenario), filepath.FromSlash(file))
				matches, _ := filepath.Glob(at)
				files = append(files, append(matches, at)...)
			}
		}
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(&doc)
	return files
}

// manifestFolders are hidden folders whose names say that they hold manifests.
var manifestFolders = []string{".k8s", ".kubernetes", ".kustomize"}

// skipped reports whether a folder below a named one is left out: it is hidden,
// or by convention not part of what is applied. Maven's src/test is what testdata
// is to Go.
func skipped(path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, ".") && !slices.Contains(manifestFolders, name) || slices.Contains([]string{"testdata", "node_modules", "vendor", "Godeps", "bower_components"}, name) ||
		name == "test" && filepath.Base(filepath.Dir(path)) == "src"
}

// trackedFiles are those that git tracks, which .gitignore has no say in:
// https://git-scm.com/docs/gitignore#_description. They are read once one is asked for.
type trackedFiles struct {
	of, at string          // a folder, and where it is in its repository
	known  map[string]bool // those files, and the folders they are in
	within string          // the ignored folder that was entered last, with a slash
}

// leavesOut reports whether a path of the repository is ignored and not tracked.
func (t *trackedFiles) leavesOut(ignored gitignore.Patterns, path string, dir bool) bool {
	inside := t.within != "" && strings.HasPrefix(path, t.within)
	if !inside && !ignored.Ignores(path, dir) {
		return false
	}
	if t.known == nil {
		t.known = map[string]bool{}
		top, err := filepath.Abs(t.of)
		if err != nil {
			return true
		}
		for range strings.Count(t.at, "/") {
			top = filepath.Dir(top)
		}
		for _, file := range git.Tracked(top) {
			for ; file != "." && !t.known[file]; file = pathpkg.Dir(file) {
				t.known[file] = true
			}
		}
	}
	if !t.known[path] {
		return true
	}
	if dir && !inside {
		t.within = path + "/"
	}
	return false
}

// ignoredAbove returns what the .gitignore files between the top of dir's
// repository and dir say, and where dir is: "" or a path that ends in a slash.
func ignoredAbove(dir string) (p gitignore.Patterns, at string) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return p, ""
	}
	var above []string // folders, the nearest first
	top := ""
	for d := abs; ; d = filepath.Dir(d) {
		if d != abs {
			above = append(above, d)
		}
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			top = d
			break
		}
		if d == filepath.Dir(d) {
			return p, ""
		}
	}
	slices.Reverse(above)
	for _, d := range above {
		if text, err := limits.ReadRegular(filepath.Join(d, ".gitignore")); err == nil {
			rel, _ := filepath.Rel(top, d)
			p = p.Add(strings.TrimSuffix(filepath.ToSlash(rel), "."), string(text))
		}
	}
	if rel, _ := filepath.Rel(top, abs); rel != "." {
		at = filepath.ToSlash(rel) + "/"
	}
	return p, at
}

func (w *walked) isBelowKustomization(file string) bool {
	for d := filepath.Dir(file); ; d = filepath.Dir(d) {
		if _, ok := w.kustomizations[d]; ok {
			return true
		}
		if len(d) <= len(w.dir) || d == filepath.Dir(d) {
			return false
		}
	}
}

// pipelineOf returns the pipeline of a folder that lock keeps: its lock gives
// the same resources, and the pipeline has the configuration besides. Any other
// folder is returned as it is.
func pipelineOf(dir string) string {
	pipeline := filepath.Join(dir, "pipeline")
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if isFile(filepath.Join(pipeline, name)) {
			if _, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
				return pipeline
			}
		}
	}
	return dir
}

// kustomizationFile is what one kustomization refers to.
type kustomizationFile struct {
	component bool
	dirs      []string // folders
	files     []string // files: resources, patches, what generators read
	resources []string // those that are resources
	remote    []string // addresses
	changes   bool     // it may change what is in those, but for labels
	off       []string // what is commented out
}

// readKustomization reads what a kustomization refers to. Whatever is wrong
// with it, building it will say.
func readKustomization(file string) *kustomizationFile {
	text, err := limits.ReadRegular(file)
	if err != nil {
		return &kustomizationFile{}
	}
	return parseKustomization(filepath.Dir(file), text)
}

// parseKustomization is readKustomization of a text in a folder.
func parseKustomization(dir string, text []byte) *kustomizationFile {
	k := &kustomizationFile{}
	for entry := range commentedEntries(text) {
		k.off = append(k.off, filepath.Join(dir, entry))
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return k
	}
	top := yamlnode.Resolve(&doc)
	k.component = yamlnode.GetString(top, "kind") == "Component"
	for key, list := range yamlnode.Fields(top) {
		switch key.Value {
		case "resources", "bases", "components", "transformers", "generators", "validators":
			for _, e := range yamlnode.Elements(list) {
				ref := yamlnode.String(e)
				switch path := filepath.Join(dir, ref); {
				case ref == "" || strings.Contains(ref, "\n"):
				case isFile(path):
					k.files = append(k.files, path)
					if key.Value == "resources" || key.Value == "bases" {
						k.resources = append(k.resources, path)
					}
				case kbuild.LooksRemote(ref):
					k.remote = append(k.remote, ref)
				default:
					k.dirs = append(k.dirs, path)
				}
			}
		default:
			k.addFiles(dir, list)
		}
		k.changes = k.changes || !slices.Contains(adding, key.Value)
	}
	return k
}

// adding are the fields of a kustomization that leave what is in its resources alone, but
// for labels and annotations.
var adding = []string{"apiVersion", "kind", "metadata", "resources", "bases", "labels", "commonLabels", "commonAnnotations", "buildMetadata", "sortOptions"}

// addFiles adds the files that are named anywhere below n: patches, what
// generators read, configurations of transformers.
func (k *kustomizationFile) addFiles(dir string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		for _, name := range [...]string{n.Value, n.Value[strings.IndexByte(n.Value, '=')+1:]} {
			if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" || ext == ".json" {
				k.files = append(k.files, filepath.Join(dir, name))
			}
		}
	}
	for _, c := range n.Content {
		k.addFiles(dir, c)
	}
}

// roots returns the kustomizations that no other one refers to. Components are
// parts of other kustomizations by nature.
func (w *walked) roots() []string {
	used := map[string]bool{}
	for dir, k := range w.kustomizations {
		if k.component {
			used[dir] = true
		}
		for _, d := range k.dirs {
			used[d] = true
		}
	}
	var out []string
	for dir := range w.kustomizations {
		if !used[dir] {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// tree is the tree of a kustomization.
func (w *walked) tree(root string) Tree {
	t := Tree{Name: root, Root: root, Within: w.dir, Unlisted: w.unlisted, walked: w, off: w.off}
	for dir, k := range w.below(filepath.Clean(root), nil) {
		t.Folders, t.Remote = append(t.Folders, dir), append(t.Remote, k.remote...)
	}
	t.Base = w.besideBases(filepath.Clean(root))
	slices.Sort(t.Remote)
	t.Remote = slices.Compact(t.Remote)
	return t
}

// below are a kustomization and those that it refers to, without some of them and what
// only these refer to.
func (w *walked) below(root string, without []string) iter.Seq2[string, *kustomizationFile] {
	return func(yield func(string, *kustomizationFile) bool) {
		seen := map[string]bool{}
		var visit func(dir string) bool
		visit = func(dir string) bool {
			k := w.kustomizations[dir]
			if k == nil || seen[dir] || slices.Contains(without, dir) {
				return true
			}
			seen[dir] = true
			return yield(dir, k) && !slices.ContainsFunc(k.dirs, func(d string) bool { return !visit(d) })
		}
		visit(root)
	}
}

// besideBases reports whether a kustomization is in a folder called base, bases or
// components, or such a folder itself, and kustomizations outside of that refer to others in
// it.
func (w *walked) besideBases(root string) bool {
	for at := root; at != "." && at != filepath.Dir(at) && at != w.dir; at = filepath.Dir(at) {
		switch filepath.Base(at) {
		case "base", "bases", "components":
			inside := at + string(filepath.Separator)
			for dir, k := range w.kustomizations {
				if dir != root && !strings.HasPrefix(dir, inside) && slices.ContainsFunc(slices.Concat(k.dirs, k.files), func(path string) bool {
					return strings.HasPrefix(path, inside) && path != root && (root == at || !strings.HasPrefix(path, root+string(filepath.Separator)))
				}) {
					return true
				}
			}
		}
	}
	return false
}

// patches returns the files of a tree that were named by themselves and that the
// nearest kustomization above them lists as patches.
func (t *Tree) patches() map[string]bool {
	if !t.Named {
		return nil // those that kustomizations list are not in the tree
	}
	known := map[string]map[string]bool{} // by folder
	patches := map[string]bool{}
	for _, file := range t.Files {
		if file == "-" {
			continue
		}
		path, err := filepath.Abs(file)
		if err != nil {
			continue
		}
		for d := filepath.Dir(path); ; d = filepath.Dir(d) {
			listed, ok := known[d]
			if !ok {
				listed = patchesOf(d)
				known[d] = listed
			}
			if listed[path] {
				patches[file] = true
			}
			if _, err := os.Lstat(filepath.Join(d, ".git")); listed != nil || err == nil || d == filepath.Dir(d) {
				break
			}
		}
	}
	return patches
}

// patchesOf returns the files that the kustomization of a folder has as patches,
// nil if there is no kustomization.
func patchesOf(dir string) map[string]bool {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		text, err := limits.ReadRegular(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		var doc yaml.Node
		_ = yaml.Unmarshal(text, &doc)
		k := &kustomizationFile{}
		for key, list := range yamlnode.Fields(yamlnode.Resolve(&doc)) {
			switch key.Value {
			case "patches", "patchesStrategicMerge", "patchesJson6902":
				k.addFiles(dir, list)
			}
		}
		listed := map[string]bool{}
		for _, f := range k.files {
			listed[f] = true
		}
		return listed
	}
	return nil
}

// errTemplate says that a file becomes YAML only when something fills it in.
var errTemplate = errors.New("a template, not YAML")

// unreadable says what is to be told of a file below a named folder that could
// not be parsed: nothing if it is no manifest.
func unreadable(text []byte, err error) error {
	text = bytes.ReplaceAll(text, []byte{0}, nil) // UTF-16 has one beside each letter
	switch {
	case !bytes.Contains(text, []byte("apiVersion")) || !bytes.Contains(text, []byte("kind")):
		return nil
	case bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("{%")) || bytes.Contains(text, []byte("<%")):
		return errTemplate
	default:
		return err
	}
}
