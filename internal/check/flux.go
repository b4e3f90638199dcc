package check

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
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
}

// substitutes lets rules ask whether Flux puts values into the resources of a
// tree.
func (rep *Report) substitutes(t *Tree, inv *inventory.Inventory) {
	top := t.top()
	if inv.Repository == nil || top == "" {
		return
	}
	rep.shared.mu.Lock()
	if rep.shared.flux == nil {
		rep.shared.flux = map[string]func() []fluxFolder{}
	}
	if rep.shared.flux[top] == nil {
		rep.shared.flux[top] = sync.OnceValue(func() []fluxFolder { return readFluxFolders(os.DirFS(top)) })
	}
	folders := rep.shared.flux[top]
	rep.shared.mu.Unlock()
	inv.Substituted = func(o *inventory.Object) *inventory.Substitution {
		at, built := t.Root, true
		if at == "" {
			at, built = filepath.Dir(o.File), false
		}
		abs, err := filepath.Abs(at)
		if err != nil {
			return nil
		}
		rel, err := filepath.Rel(top, abs)
		if err != nil {
			return nil
		}
		rel = filepath.ToSlash(rel)
		for _, f := range folders() {
			if f.path == rel && (built || !f.alone) || !f.alone && (f.path == "." || strings.HasPrefix(rel, f.path+"/")) {
				return &f.Substitution
			}
		}
		return nil
	}
}

// readFluxFolders finds the Flux Kustomizations of a repository with values.
func readFluxFolders(repository fs.FS) []fluxFolder {
	var folders []fluxFolder
	var from [][]*yaml.Node // the objects that each takes values from
	names := map[string]bool{}
	eachDocument(repository, func(text []byte) bool { return bytes.Contains(text, []byte("postBuild:")) }, func(n *yaml.Node) {
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
		f.alone = slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(name string) bool {
			_, err := fs.Stat(repository, path.Join(dir, name))
			return err == nil
		})
		for k := range yamlnode.Fields(yamlnode.Get(post, "substitute")) {
			f.Values[k.Value] = true
		}
		sources := yamlnode.Elements(yamlnode.Get(post, "substituteFrom"))
		for _, s := range sources {
			names[yamlnode.GetString(s, "kind")+" "+yamlnode.GetString(s, "name")] = true
		}
		folders, from = append(folders, f), append(from, sources)
	})
	if len(names) > 0 {
		keys := map[string][]string{}
		eachDocument(repository, func(text []byte) bool { return bytes.Contains(text, []byte("ata:")) }, func(n *yaml.Node) {
			id := yamlnode.GetString(n, "kind") + " " + yamlnode.GetString(n, "metadata", "name")
			if !names[id] {
				return
			}
			keys[id] = append(keys[id], "")
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
			}
		}
	}
	// Without a value Flux leaves everything as it is.
	return slices.DeleteFunc(folders, func(f fluxFolder) bool { return len(f.Values) == 0 && f.Complete })
}

// eachDocument calls f for the documents of the YAML files of a repository whose
// texts are wanted. Files that cannot be read are for others to report.
func eachDocument(repository fs.FS, wanted func([]byte) bool, f func(*yaml.Node)) {
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
		if info, err := d.Info(); err != nil || info.Size() > 1<<20 {
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
			f(docs[i].Node)
		}
		return nil
	})
}
