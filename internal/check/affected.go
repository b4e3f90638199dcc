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

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Affected returns the indexes of the trees that a change of files can affect: through the
// kustomizations they refer to, and whatever these name, be it resources, patches,
// files of generators, configurations of functions or charts. Files are absolute,
// without symbolic links in their folders; they may be gone.
//
// What is not affected is certain not to be: where a kustomization cannot be
// read, or names a file in a way that is not understood, no tree is left out.
func Affected(trees []Tree, files []string) []int {
	a := affected{changed: map[string]bool{}, above: map[string]bool{}, known: map[string]bool{}}
	for _, f := range files {
		a.changed[f] = true
		for d := filepath.Dir(f); !a.above[d]; d = filepath.Dir(d) {
			a.above[d] = true
		}
	}
	var out []int
	for i, t := range trees {
		if t.Root != "" && a.kustomization(absolute(t.Root)) || t.Root == "" && a.plain(t) {
			out = append(out, i)
		}
	}
	return out
}

type affected struct {
	changed map[string]bool // files
	above   map[string]bool // folders with changed files in or below them
	known   map[string]bool // kustomizations, by folder; false while one is looked at
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
		if f == "-" || a.changed[absolute(f)] {
			return true
		}
	}
	dir := absolute(t.Name)
	for f := range a.changed {
		_, err := os.Lstat(f)
		if err != nil && strings.HasPrefix(f, dir+string(filepath.Separator)) && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(f)) {
			return true
		}
	}
	return false
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
		w.configure = isKustomization && slices.Contains([]string{"generators", "transformers", "validators"}, key.Value)
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
	if a.changed[path] {
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
		return a.kustomization(path)
	case info.IsDir():
		// One that holds the kustomization itself is no part of it: "/" is a
		// delimiter, "." a text.
		return a.above[path] && (w.charts || !holds(path, absolute(w.dir)))
	case w.configure:
		return a.names(filepath.Dir(path), path, false)
	}
	return false
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
