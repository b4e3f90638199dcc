package check

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/flux"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// fluxFolder is a folder whose resources a Flux Kustomization puts values into:
// https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
type fluxFolder struct {
	path string // in the repository
	// alone is set for a folder with a kustomization: Flux builds that, and else
	// makes one of all that is below.
	alone bool
	inventory.Substitution
	// texts are the values that are known, of no Secrets.
	texts map[string]string
}

// below is where a folder is, seen from the top of its repository, as Flux writes paths.
func below(top, dir string) (rel string, ok bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	rel, err = filepath.Rel(top, abs)
	return filepath.ToSlash(rel), err == nil
}

// variables are what Flux puts into the resources of a kustomization, or nil. Where
// several Flux Kustomizations have it, and a value is not the same in all, nobody
// knows that value.
func (rep *Report) variables(t *Tree) *flux.Variables {
	top := t.top()
	if t.Root == "" || top == "" {
		return nil
	}
	rel, ok := below(top, t.Root)
	if !ok {
		return nil
	}
	var v *flux.Variables
	for _, f := range rep.fluxFolders(top)() {
		if f.path != rel {
			continue
		}
		if v == nil {
			v = &flux.Variables{Values: maps.Clone(f.texts), Names: maps.Clone(f.Values), Complete: f.Complete}
			continue
		}
		v.Complete = v.Complete && f.Complete
		for name := range f.Values {
			if !v.Names[name] {
				delete(v.Values, name)
			}
			v.Names[name] = true
		}
		for name, text := range v.Values {
			if other, ok := f.texts[name]; !ok || other != text {
				delete(v.Values, name)
			}
		}
	}
	return v
}

func (rep *Report) fluxFolders(top string) func() []fluxFolder {
	rep.shared.mu.Lock()
	defer rep.shared.mu.Unlock()
	if rep.shared.flux == nil {
		rep.shared.flux = map[string]func() []fluxFolder{}
	}
	if rep.shared.flux[top] == nil {
		rep.shared.flux[top] = sync.OnceValue(func() []fluxFolder { return readFluxFolders(os.DirFS(top)) })
	}
	return rep.shared.flux[top]
}

// substitutes lets rules ask whether Flux puts values into the resources of a
// tree.
func (rep *Report) substitutes(t *Tree, inv *inventory.Inventory) {
	top := t.top()
	if inv.Repository == nil || top == "" {
		return
	}
	folders := rep.fluxFolders(top)
	known := map[string]bool{}
	var mu sync.Mutex // rules run at once
	kustomized := func(dir string) bool {
		mu.Lock()
		defer mu.Unlock()
		is, ok := known[dir]
		if !ok {
			is = hasKustomization(os.DirFS(top), dir)
			known[dir] = is
		}
		return is
	}
	inv.Substituted = func(o *inventory.Object) *inventory.Substitution {
		at, built := t.Root, true
		if at == "" {
			at, built = filepath.Dir(o.File), false
		}
		rel, ok := below(top, at)
		if !ok {
			return nil
		}
		for _, f := range folders() {
			if f.path == rel && (built || !f.alone) || !f.alone && f.reaches(rel, built, kustomized) {
				return &f.Substitution
			}
		}
		return nil
	}
}

// reaches reports whether the kustomization that Flux makes of a folder has what is in
// another one below it: of a folder with a kustomization of its own it takes that, and
// does not look further down.
func (f *fluxFolder) reaches(rel string, built bool, kustomized func(dir string) bool) bool {
	if f.path != "." && !strings.HasPrefix(rel, f.path+"/") {
		return false
	}
	if built {
		rel = path.Dir(rel)
	}
	for ; rel != f.path && rel != "."; rel = path.Dir(rel) {
		if kustomized(rel) {
			return false
		}
	}
	return true
}

// hasKustomization reports whether a folder has a kustomization.
func hasKustomization(repository fs.FS, dir string) bool {
	return slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool {
		_, err := fs.Stat(repository, path.Join(dir, name))
		return err == nil
	})
}

// unfinished reports whether something is done to a kustomization besides building
// it: a base that nobody deploys as it is gets it from overlays, and Flux gives
// everything its targetNamespace, which kustomize renames by.
func (rep *Report) unfinished(t *Tree) bool {
	top := t.top()
	rel, ok := below(top, t.Root)
	if top == "" || !ok {
		return false
	}
	d := rep.deployed(top)[rel]
	return t.Base && d == nil || d != nil && slices.ContainsFunc(d.namespaces, func(ns string) bool { return ns != "" })
}

// targetNamespace is the namespace that Flux puts all of a kustomization into, "" if
// there is none or nobody knows it:
// https://fluxcd.io/flux/components/kustomize/kustomizations/#target-namespace
func (rep *Report) targetNamespace(t *Tree) string {
	top := t.top()
	rel, ok := below(top, t.Root)
	if top == "" || !ok || rel == "." { // which may be that of another repository
		return ""
	}
	d := rep.deployed(top)[rel]
	if d == nil || len(d.namespaces) != 1 || strings.Contains(d.namespaces[0], "$") {
		return ""
	}
	return d.namespaces[0]
}

// components are the folders that Flux and Argo CD add to the components of a kustomization,
// as seen from it:
// https://fluxcd.io/flux/components/kustomize/kustomizations/#components
// https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/#components
func (rep *Report) components(t *Tree) []string {
	top := t.top()
	rel, ok := below(top, t.Root)
	if top == "" || !ok {
		return nil
	}
	d := rep.deployed(top)[rel]
	if d == nil {
		return nil
	}
	var there []string
	for _, c := range d.components {
		if hasKustomization(os.DirFS(top), path.Join(rel, c)) {
			there = append(there, c)
		}
	}
	return there
}

// deployment is what Flux Kustomizations and Argo CD's resources do with a folder.
type deployment struct {
	namespaces []string // that Flux gives all of it, each once; "" is that of whoever gives none
	components []string // that are added to its own, by any of them
}

// deployed are the folders that Flux Kustomizations and Argo CD's resources name.
func (rep *Report) deployed(top string) map[string]*deployment {
	rep.shared.mu.Lock()
	if rep.shared.deployed == nil {
		rep.shared.deployed = map[string]func() map[string]*deployment{}
	}
	if rep.shared.deployed[top] == nil {
		rep.shared.deployed[top] = sync.OnceValue(func() map[string]*deployment { return readDeployed(os.DirFS(top)) })
	}
	folders := rep.shared.deployed[top]
	rep.shared.mu.Unlock()
	return folders()
}

func readDeployed(repository fs.FS) map[string]*deployment {
	folders := map[string]*deployment{}
	var paths func(n *yaml.Node)
	paths = func(n *yaml.Node) {
		for k, v := range yamlnode.Fields(n) {
			if k.Value == "path" && yamlnode.String(v) != "" {
				dir := path.Clean(strings.TrimLeft(v.Value, "/"))
				d := folders[dir]
				if d == nil {
					d = &deployment{}
					folders[dir] = d
				}
				if ns := yamlnode.GetString(n, "targetNamespace"); !slices.Contains(d.namespaces, ns) {
					d.namespaces = append(d.namespaces, ns)
				}
				for _, field := range [][]string{{"components"}, {"kustomize", "components"}} {
					for _, c := range yamlnode.Elements(yamlnode.Path(n, field...)) {
						if text := yamlnode.String(c); text != "" && fs.ValidPath(path.Join(dir, text)) && !slices.Contains(d.components, text) {
							d.components = append(d.components, text)
						}
					}
				}
			}
			paths(v)
		}
		for _, e := range yamlnode.Elements(n) {
			paths(e)
		}
	}
	eachDocument(repository, func(text []byte) bool {
		return bytes.Contains(text, []byte("path:")) && (bytes.Contains(text, []byte("kustomize.toolkit.fluxcd.io/")) || bytes.Contains(text, []byte("argoproj.io/")))
	}, func(_ string, n *yaml.Node) { paths(n) })
	return folders
}

// readFluxFolders finds the Flux Kustomizations of a repository with values.
func readFluxFolders(repository fs.FS) []fluxFolder {
	var folders []fluxFolder
	var from [][]*yaml.Node // the objects that each takes values from
	var inline []map[string]bool
	names := map[string]bool{}
	eachDocument(repository, func(text []byte) bool { return bytes.Contains(text, []byte("postBuild:")) }, func(_ string, n *yaml.Node) {
		post := yamlnode.Path(n, "spec", "postBuild")
		dir := path.Clean(strings.TrimLeft(yamlnode.GetString(n, "spec", "path"), "/"))
		if post == nil || !strings.HasPrefix(yamlnode.GetString(n, "apiVersion"), "kustomize.toolkit.fluxcd.io/") || yamlnode.GetString(n, "spec", "sourceRef", "kind") != "GitRepository" || !fs.ValidPath(dir) {
			return
		}
		if dir == "." && yamlnode.GetString(n, "spec", "sourceRef", "name") != "flux-system" {
			return // of another repository, perhaps
		}
		if info, err := fs.Stat(repository, dir); err != nil || !info.IsDir() {
			return
		}
		f := fluxFolder{path: dir, Substitution: inventory.Substitution{By: "Flux Kustomization " + yamlnode.GetString(n, "metadata", "name"), Values: map[string]bool{}, Complete: true}}
		f.alone = hasKustomization(repository, dir)
		f.texts = map[string]string{}
		for k, v := range yamlnode.Fields(yamlnode.Get(post, "substitute")) {
			f.Values[k.Value] = true
			if isKnownText(v) {
				f.texts[k.Value] = v.Value
			}
		}
		sources := yamlnode.Elements(yamlnode.Get(post, "substituteFrom"))
		for _, s := range sources {
			names[yamlnode.GetString(s, "kind")+" "+yamlnode.GetString(s, "name")] = true
		}
		folders, from, inline = append(folders, f), append(from, sources), append(inline, maps.Clone(f.Values))
	})
	if len(names) > 0 {
		keys := map[string][]string{}
		texts := map[string]map[string]string{} // of ConfigMaps that are there once
		eachDocument(repository, func(text []byte) bool { return bytes.Contains(text, []byte("ata:")) }, func(_ string, n *yaml.Node) {
			id := yamlnode.GetString(n, "kind") + " " + yamlnode.GetString(n, "metadata", "name")
			if !names[id] {
				return
			}
			again := len(keys[id]) > 0
			keys[id] = append(keys[id], "")
			if texts[id] = nil; !again && strings.HasPrefix(id, "ConfigMap ") {
				texts[id] = map[string]string{}
				for k, v := range yamlnode.Fields(yamlnode.Get(n, "data")) {
					if isKnownText(v) {
						texts[id][k.Value] = v.Value
					}
				}
			}
			for _, field := range [...]string{"data", "stringData"} {
				for k := range yamlnode.Fields(yamlnode.Get(n, field)) {
					keys[id] = append(keys[id], k.Value)
				}
			}
		})
		for i := range folders {
			for _, s := range from[i] {
				known := keys[yamlnode.GetString(s, "kind")+" "+yamlnode.GetString(s, "name")]
				folders[i].Complete = folders[i].Complete && len(known) > 0
				for _, k := range known {
					folders[i].Values[k] = true
				}
				for _, k := range known {
					if inline[i][k] {
						continue // substitute comes last
					}
					if text, ok := texts[yamlnode.GetString(s, "kind")+" "+yamlnode.GetString(s, "name")][k]; ok {
						folders[i].texts[k] = text
					} else {
						delete(folders[i].texts, k)
					}
				}
			}
			if !folders[i].Complete { // what is not known may say something else
				maps.DeleteFunc(folders[i].texts, func(k, _ string) bool { return !inline[i][k] })
			}
		}
	}
	// Without a value Flux leaves everything as it is.
	return slices.DeleteFunc(folders, func(f fluxFolder) bool { return len(f.Values) == 0 && f.Complete })
}

// isKnownText reports whether a value is what Flux puts in for a variable: not one of whoever
// applies it, nor what SOPS has encrypted.
func isKnownText(v *yaml.Node) bool {
	return v.Kind == yaml.ScalarNode && !strings.Contains(v.Value, "$") && !strings.HasPrefix(v.Value, "ENC[")
}

// eachDocument calls f for the documents of the YAML files of a repository whose
// texts are wanted. Files that cannot be read are for others to report.
func eachDocument(repository fs.FS, wanted func([]byte) bool, f func(file string, n *yaml.Node)) {
	const largest = 4 << 20 // bytes: definitions of custom resources are long
	_ = fs.WalkDir(repository, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // what may not be read is left out
		case d.IsDir():
			if file != "." && skipped(file) {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || path.Ext(file) != ".yaml" && path.Ext(file) != ".yml":
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > largest {
			return nil //nolint:nilerr // as above
		}
		text, err := fs.ReadFile(repository, file)
		if err != nil || !wanted(text) {
			return nil //nolint:nilerr // as above
		}
		docs, err := manifest.ReadOnly(manifest.Source{File: file, Data: text})
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		for i := range docs {
			f(file, docs[i].Node)
		}
		return nil
	})
}
