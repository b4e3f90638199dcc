package check

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// tracing is a file system in which the kustomization of root asks kustomize
// to say where each resource comes from:
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/buildmetadata/
type tracing struct {
	filesys.FileSystem
	root string
}

func newTracing(root string) (tracing, error) {
	disk := filesys.MakeFsOnDisk()
	dir, _, err := disk.CleanedAbs(root)
	if err != nil {
		return tracing{}, err
	}
	return tracing{FileSystem: disk, root: dir.String()}, nil
}

// ReadFile reads a file as it is, but for the kustomization of the root.
func (t tracing) ReadFile(path string) ([]byte, error) {
	text, err := t.FileSystem.ReadFile(path)
	if err != nil || filepath.Dir(path) != t.root || !isKustomizationFile(path) {
		return text, err
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return text, nil // kustomize says what is wrong with it
	}
	list := yamlnode.EnsureSequence(&doc, "buildMetadata")
	if list == nil {
		return text, nil
	}
	list.Content = append(list.Content, yamlnode.NewString("originAnnotations"))
	if traced, err := manifest.Encode(&doc); err == nil {
		return traced, nil
	}
	return text, nil
}

// locate turns the origins that kustomize gave, which are relative to root,
// into files and lines.
func (rep *Report) locate(fs []finding.Finding, root string) {
	for i := range fs {
		f := &fs[i]
		if f.File == "" {
			f.File = root
			continue
		}
		if f.Resource.Kind == config.Kind {
			continue // the file given with --config
		}
		if strings.Contains(f.File, "://") || filepath.IsAbs(f.File) {
			continue // a remote base
		}
		f.File = filepath.Join(root, f.File)
		for _, d := range rep.documents(f.File) {
			if yamlnode.GetString(d.Node, "kind") == f.Resource.Kind && sameName(yamlnode.GetString(d.Node, "metadata", "name"), f.Resource.Name) {
				f.Line, f.Column = d.Line, 0
				if n, whole := yamlnode.Follow(d.Node, f.Field); whole && finding.Sum(n.Value) == f.Sum {
					// Otherwise a patch gave the field another value.
					f.Line, f.Column = d.Line+n.Line-1, n.Column
				}
				break
			}
		}
	}
}

// sameName reports whether a resource called name in its file may be called
// built after prefixes, suffixes and hashes.
func sameName(name, built string) bool { return name != "" && strings.Contains(built, name) }

// documents reads a file once.
func (rep *Report) documents(file string) []manifest.Document {
	if docs, ok := rep.docs[file]; ok {
		return docs
	}
	if rep.docs == nil {
		rep.docs = map[string][]manifest.Document{}
	}
	var docs []manifest.Document
	if text, err := read(file, nil); err == nil {
		if docs, err = manifest.Read(file, text); err == nil {
			rep.Sources[file] = text
		}
	}
	rep.docs[file] = docs
	return docs
}
