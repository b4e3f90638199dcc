package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/internal/gitignore"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// overlay is an overlay that becomes an environment.
type overlay struct {
	// name is the directory as the user named it, dir its absolute path without
	// symlinks.
	name, dir string
	// env is the directory of the environment, envName what the user would call it,
	// and source where the overlay is then. They are dir and a directory in it
	// unless the overlay stays in its place.
	env, envName, source string
	kustomization        types.Kustomization
}

// open looks at an overlay. done reports that it is an environment already.
func open(name string, inPlace bool) (o *overlay, done bool, err error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, fmt.Errorf("%s: no such directory", name)
	case err != nil:
		return nil, false, err
	case !info.IsDir():
		return nil, false, fmt.Errorf("%s is a file: name the overlay's directory instead", name)
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return nil, false, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, false, err
	}
	o = &overlay{name: name, dir: dir, env: dir, envName: name, source: filepath.Join(dir, "source")}
	if e, err := lock.Open(name); err == nil && e.Source != dir {
		o.source = e.Source
		return o, true, nil
	}
	if inPlace {
		o.env, o.envName, o.source = dir+"-pipeline", filepath.Clean(name)+"-pipeline", dir
		if filepath.Base(dir) != filepath.Base(o.name) { // "." and the like
			o.envName = filepath.Join(name, "..", filepath.Base(o.env))
		}
		if e, err := lock.Open(o.env); err == nil && e.Source == dir {
			return o, true, nil
		}
	}
	file := lock.KustomizationIn(dir)
	if file == "" {
		return nil, false, fmt.Errorf("%s has no kustomization.yaml: init takes the overlay of an environment, such as overlays/prod%s", name, overlaysBelow(name))
	}
	text, err := limits.ReadFile(file)
	if err != nil {
		return nil, false, err
	}
	if err := o.kustomization.Unmarshal(text); err != nil {
		return nil, false, fmt.Errorf("%s: %w", file, err)
	}
	if o.kustomization.Kind == types.ComponentKind {
		return nil, false, fmt.Errorf("%s is a component, which is part of overlays and is not applied itself: name an overlay that uses it", name)
	}
	if inPlace {
		if _, err := os.Lstat(o.env); err == nil {
			return nil, false, fmt.Errorf("%s is there already and is not the environment of %s: move it away, or leave --in-place out", o.envName, name)
		}
		return o, false, nil
	}
	for _, part := range []string{"source", "pipeline", "lock"} {
		if _, err := os.Lstat(filepath.Join(dir, part)); err != nil || empty(filepath.Join(dir, part)) {
			continue
		}
		if inside := lock.KustomizationIn(filepath.Join(dir, "pipeline")); part == "pipeline" && inside != "" {
			if _, err := lock.Open(name); err != nil && strings.Contains(err.Error(), "a cycle") {
				return nil, false, fmt.Errorf("%w. Here: move %s away, then run krm-validate init %s", err, filepath.Join(name, part), name)
			}
		}
		return nil, false, fmt.Errorf("%s is there already, and an environment's own %s has to go there: rename it, or use --in-place, which leaves %s as it is", filepath.Join(name, part), part, name)
	}
	return o, false, nil
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// overlaysBelow says which overlays somebody may have meant.
func overlaysBelow(dir string) string {
	var found []string
	for _, pattern := range []string{"*", "*/*"} {
		matches, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, m := range matches {
			if lock.KustomizationIn(m) != "" && filepath.Base(m) != "base" && len(found) < 6 {
				found = append(found, m)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return "; below it there are " + strings.Join(found, ", ")
}

func isKustomization(path string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
}

// layout is where things go.
type layout struct {
	overlays []*overlay
	tree     *tree
	top      string // of the repository, or what is nearest to one
}

// mostFiles is how many files an overlay may have that is moved: more is a
// mistake, such as the repository itself.
const mostFiles = 2000

// moveAll moves each overlay into its source.
func (l *layout) moveAll() error {
	for _, o := range l.overlays {
		if o.source == o.dir {
			continue
		}
		if err := l.move(o); err != nil {
			return err
		}
	}
	return l.checkOthers()
}

func (l *layout) move(o *overlay) error {
	n := 0
	return filepath.WalkDir(o.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(o.dir, path)
		if err != nil {
			return err
		}
		shown := filepath.Join(o.name, rel)
		switch {
		case d.Name() == ".git":
			return fmt.Errorf("%s is the top of a repository: init moves what is in an overlay, use --in-place", o.name)
		case d.IsDir():
			return nil
		case strings.HasPrefix(d.Name(), ".krm-validate-"):
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is no regular file, and init would have to move it: use --in-place", shown)
		}
		if n++; n > mostFiles {
			return fmt.Errorf("%s has more than %d files, and init would move them all: use --in-place", o.name, mostFiles)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := limits.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(o.source, rel)
		fixed := content
		if isKustomization(path) {
			if fixed, err = l.fixPaths(content, filepath.Dir(path), filepath.Dir(to)); err != nil {
				return fmt.Errorf("%s: %w", shown, err)
			}
		}
		if l.ignored(path) && !l.ignored(to) {
			return fmt.Errorf("%s is ignored by git, and would not be in %s: change the pattern in .gitignore first, such as to one without a slash, or use --in-place", shown, filepath.Join(o.name, "source"))
		}
		l.tree.move(path, to, content, fixed, info.Mode().Perm())
		return nil
	})
}

// whereTo is where a file or directory is in the new layout. An overlay that
// another builds on is its source: what the function does there, it does here.
func (l *layout) whereTo(path string) string {
	for _, o := range l.overlays {
		if rel, err := filepath.Rel(o.dir, path); err == nil && filepath.IsLocal(rel) {
			return filepath.Join(o.source, rel)
		}
	}
	return path
}

// pathFields are the fields of a kustomization that hold paths.
var pathFields = []string{
	"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators",
	"patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator",
	"helmCharts", "helmChartInflationGenerator", "helmGlobals", "openapi",
}

// pathKeys are the keys of their elements that do.
var pathKeys = []string{"path", "files", "envs", "env", "valuesFile", "additionalValuesFiles", "values", "chartHome", "configHome"}

// upward matches a path, or key=path, that leads out of its directory.
var upward = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^=/\s]+=)?(\.\.(?:/[^\n]*)?)$`) })

// fixPaths makes the paths of a kustomization that moves lead where they did.
func (l *layout) fixPaths(text []byte, from, to string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	type edit struct {
		line, at int
		old, new string
	}
	var edits []edit
	var failed error
	var visit func(key string, n *yaml.Node)
	visit = func(key string, n *yaml.Node) {
		switch n = yamlnode.Resolve(n); n.Kind {
		case yaml.SequenceNode:
			for _, e := range n.Content {
				visit(key, e)
			}
		case yaml.MappingNode:
			for k, v := range yamlnode.Fields(n) {
				if slices.Contains(pathKeys, k.Value) {
					visit(k.Value, v)
				}
			}
		case yaml.ScalarNode:
			m := upward().FindStringSubmatch(n.Value)
			if m == nil {
				return
			}
			target := filepath.Join(from, filepath.FromSlash(m[2]))
			rel, err := filepath.Rel(to, l.whereTo(target))
			if err != nil {
				failed = err
				return
			}
			fresh := m[1] + filepath.ToSlash(rel)
			if strings.HasSuffix(m[2], "/") {
				fresh += "/"
			}
			at := n.Column - 1
			if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
				at++
			}
			if n.Line < 1 || n.Line > len(lines) || !bytes.HasPrefix(lines[n.Line-1][min(at, len(lines[n.Line-1])):], []byte(n.Value)) {
				failed = fmt.Errorf("line %d: the path %s cannot be changed in the way it is written: write it plainly, or use --in-place", n.Line, n.Value)
				return
			}
			edits = append(edits, edit{n.Line - 1, at, n.Value, fresh})
		}
	}
	if len(doc.Content) > 0 {
		for k, v := range yamlnode.Fields(doc.Content[0]) {
			if slices.Contains(pathFields, k.Value) {
				visit(k.Value, v)
			}
		}
	}
	if failed != nil {
		return nil, failed
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.at - a.at }) // from the end of each line
	for _, e := range edits {
		line := lines[e.line]
		lines[e.line] = slices.Concat(line[:e.at], []byte(e.new), line[e.at+len(e.old):])
	}
	return bytes.Join(lines, nil), nil
}

// checkOthers refuses to move what another kustomization names by its path.
func (l *layout) checkOthers() error {
	if len(l.tree.gone) == 0 {
		return nil
	}
	const most = 100_000 // outside of a repository the top may be somebody's home
	seen := 0
	return filepath.WalkDir(l.top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // not ours to read
		}
		if seen++; seen > most {
			return fs.SkipAll
		}
		if d.IsDir() {
			if name := d.Name(); path != l.top && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if _, moves := l.tree.gone[path]; moves || !isKustomization(path) || !d.Type().IsRegular() {
			return nil
		}
		text, err := limits.ReadFile(path)
		if err != nil {
			return nil
		}
		var doc yaml.Node
		if yaml.Unmarshal(text, &doc) != nil {
			return nil
		}
		var found error
		var visit func(n *yaml.Node)
		visit = func(n *yaml.Node) {
			if n.Kind == yaml.ScalarNode && n.Value != "" && len(n.Value) < 400 && !strings.ContainsAny(n.Value, "\n:") {
				_, value, ok := strings.Cut(n.Value, "=")
				if !ok {
					value = n.Value
				}
				target := filepath.Join(filepath.Dir(path), filepath.FromSlash(value))
				for _, o := range l.overlays {
					rel, err := filepath.Rel(o.dir, target)
					if err != nil || !filepath.IsLocal(rel) || rel == "." || o.source == o.dir {
						continue
					}
					if _, err := os.Lstat(target); err == nil {
						shown, _ := filepath.Rel(l.top, path)
						found = fmt.Errorf("%s: line %d names %s, which init would move: use --in-place, or move what is shared out of %s", shown, n.Line, n.Value, o.name)
					}
				}
			}
			for _, c := range n.Content {
				visit(c)
			}
		}
		visit(&doc)
		return found
	})
}

// ignored reports whether git ignores a file that is, or will be, at path.
func (l *layout) ignored(path string) bool {
	rel, err := filepath.Rel(l.top, path)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	var patterns gitignore.Patterns
	parts := strings.Split(filepath.ToSlash(rel), "/")
	for i := range parts {
		dir := strings.Join(parts[:i], "/")
		file := filepath.Join(l.top, filepath.FromSlash(dir), ".gitignore")
		if text, err := l.tree.ReadFile(file); err == nil {
			patterns = patterns.Add(dir, string(text))
		}
		if patterns.Ignores(strings.Join(parts[:i+1], "/"), i < len(parts)-1) {
			return true
		}
	}
	return false
}

// topOf is the top of the repository that a directory is in, or the directory two
// levels above if there is none.
func topOf(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return filepath.Dir(filepath.Dir(dir))
		}
	}
}
