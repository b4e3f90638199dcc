package kbuild

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
)

// chart is an entry of helmCharts, or what configures the generator of that name,
// as kustomize hands it to helm.
type chart struct {
	types.HelmGlobals
	types.HelmChart
}

// chartOf returns the chart of a resource that configures a plugin, nil if it
// configures another than kustomize's for helm.
func chartOf(r *resource.Resource) (*chart, error) {
	if !strings.HasPrefix(r.GetKind(), "Helm") {
		return nil, nil
	}
	text, err := r.AsYAML()
	if err != nil {
		return nil, err
	}
	var c chart
	if yaml.Unmarshal(text, &c) != nil {
		return nil, nil // kustomize decodes with the same call
	}
	return &c, nil
}

// chartsOf are those of a kustomization.
func chartsOf(k *types.Kustomization) []chart {
	old, oldGlobals := types.SplitHelmParameters(k.HelmChartInflationGenerator)
	var globals types.HelmGlobals
	if k.HelmGlobals != nil {
		globals = *k.HelmGlobals
	}
	var all []chart
	for _, c := range slices.Concat(k.HelmCharts, old) {
		all = append(all, chart{globals, c})
	}
	for _, c := range old {
		all = append(all, chart{oldGlobals, c})
	}
	if len(all) == 0 && globals != (types.HelmGlobals{}) {
		all = append(all, chart{HelmGlobals: globals})
	}
	return all
}

// vetChart refuses a chart with which helm would run a program, read or write files
// outside of the repository that the kustomization in dir is in, or read the
// environment. kustomize itself looks only after the files of values.
func (o *Options) vetChart(file, field, dir string, c chart) error {
	if !o.Helm || o.EnableExec {
		return nil
	}
	if c.ConfigHome != "" {
		// helm looks there for plugins, and runs one for whatever protocol it says
		// it is for. https://helm.sh/docs/topics/plugins/
		return &ForeignFunctionError{File: file, Field: field, What: "configHome lets helm run the plugins that it finds below " + c.ConfigHome}
	}
	// https://masterminds.github.io/sprig/os.html
	if f := ofTheMachine().FindString(actions().FindString(c.NameTemplate)); f != "" {
		return &ForeignFunctionError{File: file, Field: field, What: "nameTemplate calls " + f + ", which tells the chart of the machine that it is built on"}
	}
	// The name becomes part of the path of a file with values that kustomize writes.
	if slices.Contains(strings.FieldsFunc(c.Name, func(r rune) bool { return r == '/' || r == '\\' }), "..") {
		return fmt.Errorf("%s: %s: the name of a chart has .. in it, and would lead out of chartHome: %s", file, field, c.Name)
	}
	if c.Name == "" || o.LoadRestrictor == types.LoadRestrictionsNone {
		return nil
	}
	return vetChartPlace(file, field, dir, c)
}

// actions are what a template calls functions in, with the text between them.
var actions = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\{\{.*\}\}`) })

var ofTheMachine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:env|expandenv|getHostByName)\b`) })

func vetChartPlace(file, field, dir string, c chart) error {
	home := c.ChartHome
	if home == "" {
		home = types.HelmDefaultHome
	}
	if !filepath.IsAbs(home) {
		home = filepath.Join(dir, home)
	}
	if c.Version != "" && c.Repo != "" {
		home = filepath.Join(home, c.Name+"-"+c.Version)
	}
	place := filepath.Join(home, c.Name)
	top := realPath(dir)
	top = cmp.Or(git.Top(top), top)
	outside := func(what, path string) error {
		return fmt.Errorf("%s: %s: %s %s, which is not in %s: have it in there, or add --load-restrictor LoadRestrictionsNone if you trust the tree", file, field, what, path, top)
	}
	inside := func(path string) bool {
		rel, err := filepath.Rel(top, path)
		return err == nil && filepath.IsLocal(rel) && !git.Owns(rel)
	}
	real := realPath(place)
	if info, err := os.Stat(place); err != nil || !info.IsDir() {
		// helm pull writes the files of the archive there, whatever their names.
		if !inside(real) {
			return outside("helm would write the chart into", place)
		}
		if hidden(strings.TrimPrefix(real, top)) {
			return fmt.Errorf("%s: %s: helm would write the chart into %s, a hidden folder: name another one, or add --load-restrictor LoadRestrictionsNone if you trust the tree", file, field, place)
		}
		return nil
	}
	if !inside(real) {
		return outside("helm would read the chart in", place)
	}
	// helm follows links, and .Files of a chart has what they lead to.
	seen := map[string]bool{}
	var walk func(dir string) error
	walk = func(dir string) error {
		if seen[dir] {
			return nil
		}
		seen[dir] = true
		return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.Type()&fs.ModeSymlink == 0 {
				return nil
			}
			target, err := filepath.EvalSymlinks(path)
			if err != nil {
				return nil // helm fails too
			}
			if !inside(target) {
				return outside("a link in the chart leads helm to", path)
			}
			if info, err := os.Stat(target); err == nil && info.IsDir() {
				return walk(target)
			}
			return nil
		})
	}
	return walk(real)
}

// hidden reports whether a part of a path begins with a dot.
func hidden(path string) bool {
	return slices.ContainsFunc(strings.Split(path, string(filepath.Separator)), func(part string) bool { return len(part) > 1 && part[0] == '.' })
}

// realPath is a path without links, also where nothing is there yet.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(realPath(parent), filepath.Base(path))
	}
	return path
}
