package check

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
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
		if d := rep.documents(f.File).find(f.Resource.Kind, f.Resource.Name); d != nil {
			f.Line, f.Column = d.Line, 0
			if n, whole := yamlnode.Follow(d.Node, f.Field); whole && finding.Sum(n.Value) == f.Sum {
				// Otherwise a patch gave the field another value.
				f.Line, f.Column = d.Line+n.Line-1, n.Column
			}
		}
	}
}

// documents are those of one file, by the kind and name they have there.
type documents map[string]map[string]*manifest.Document

// find returns the document of the resource that is called built after
// prefixes, suffixes and hashes: the one of that very name, or else the one
// with the longest name in it. It may be nil.
func (ds documents) find(kind, built string) *manifest.Document {
	if d := ds[kind][built]; d != nil {
		return d
	}
	var best *manifest.Document
	longest := ""
	for name, d := range ds[kind] {
		if !strings.Contains(built, name) {
			continue
		}
		if best == nil || len(name) > len(longest) || len(name) == len(longest) && d.Line < best.Line {
			best, longest = d, name
		}
	}
	return best
}

// documents reads a file once.
func (rep *Report) documents(file string) documents {
	if ds, ok := rep.docs[file]; ok {
		return ds
	}
	if rep.docs == nil {
		rep.docs = map[string]documents{}
	}
	ds := documents{}
	if text, err := limits.ReadRegular(file); err == nil {
		if docs, err := manifest.ReadOnly(manifest.Source{File: file, Data: text}); err == nil {
			rep.Sources[file] = text
			for i := range docs {
				ds.add(&docs[i])
			}
		}
	}
	rep.docs[file] = ds
	return ds
}

func (ds documents) add(d *manifest.Document) {
	kind, name := yamlnode.GetString(d.Node, "kind"), yamlnode.GetString(d.Node, "metadata", "name")
	if ds[kind] == nil {
		ds[kind] = map[string]*manifest.Document{}
	}
	if ds[kind][name] == nil && name != "" {
		ds[kind][name] = d
	}
}
