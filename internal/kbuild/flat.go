package kbuild

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// flat is a pipeline in the shape that the documentation gives it:
//
//	pipeline/       resources: [run], and patches that delete receipts
//	pipeline/run/   resources: [source], transformers: [the function]
//
// kustomize compares every resource with every other at each level. The same
// comes out when the function is the last transformer of the source itself and
// leaves no receipt, so the two levels above it need not be built.
type flat struct {
	run      kustomization
	entries  []string // run's transformers
	source   kustomization
	root     string          // the source's directory
	receipts map[string]bool // what pipeline deletes
}

// flatten recognizes a flat pipeline in root. It reads the two upper levels and
// the source's own kustomization file; whatever else they say than what is
// known to be the same, they are built as they stand.
func (t *tree) flatten(root string) (f flat, ok bool) {
	if t.opts.InProcess == nil || t.capture != "" {
		return f, false
	}
	_, outer, ok := t.readPlain(root, "resources", "patches")
	if !ok {
		return f, false
	}
	if f.receipts, ok = deletedReceipts(outer.Patches); !ok || len(outer.Resources) != 1 {
		return f, false
	}
	runDir := filepath.Join(root, outer.Resources[0])
	run, inner, ok := t.readPlain(runDir, "resources", "transformers")
	if !ok || len(inner.Resources) != 1 || len(inner.Transformers) == 0 {
		return f, false
	}
	f.root = filepath.Join(runDir, inner.Resources[0])
	// What acts on the whole build, or comes after the transformers, is not the
	// same one level down.
	source, _, ok := t.readPlain(f.root, "resources", "components", "bases", "namespace", "namePrefix", "nameSuffix",
		"labels", "commonLabels", "commonAnnotations", "images", "replicas", "patches", "patchesStrategicMerge", "patchesJson6902",
		"replacements", "configMapGenerator", "secretGenerator", "generatorOptions")
	f.run, f.entries, f.source = run, inner.Transformers, source
	return f, ok
}

// readPlain reads a kustomization with no other fields than those given.
func (t *tree) readPlain(dir string, fields ...string) (file kustomization, k types.Kustomization, ok bool) {
	clean, name, err := t.FileSystem.CleanedAbs(dir)
	if err != nil || name != "" || clean.String() != filepath.Clean(dir) {
		return file, k, false // not a directory, or reached through a symlink
	}
	for _, name := range kustomizationNames() {
		path := clean.Join(name)
		if !t.Exists(path) {
			continue
		}
		if file.path != "" {
			return file, k, false
		}
		file.path, file.file = path, path
	}
	if file.path == "" {
		return file, k, false
	}
	if real, base, err := t.FileSystem.CleanedAbs(file.path); err != nil || real.Join(base) != file.path {
		return file, k, false
	}
	if file.content, err = t.FileSystem.ReadFile(file.path); err != nil {
		return file, k, false
	}
	var doc yaml.Node
	if yaml.Unmarshal(file.content, &doc) != nil {
		return file, k, false
	}
	seen := map[string]bool{}
	for key, value := range yamlnode.Fields(&doc) {
		switch {
		case seen[key.Value]:
			return file, k, false
		case key.Value == "apiVersion" && yamlnode.String(value) == types.KustomizationVersion:
		case key.Value == "kind" && yamlnode.String(value) == types.KustomizationKind:
		case !slices.Contains(fields, key.Value):
			return file, k, false
		}
		seen[key.Value] = true
	}
	return file, k, len(seen) > 0 && k.Unmarshal(file.content) == nil
}

// deletedReceipts returns the receipts that patches delete, if they do nothing
// else.
func deletedReceipts(patches []types.Patch) (map[string]bool, bool) {
	receipts := map[string]bool{}
	for _, p := range patches {
		if p.Path != "" || p.Target != nil || p.Options != nil {
			return nil, false
		}
		var doc map[string]any
		if yaml.Unmarshal([]byte(p.Patch), &doc) != nil || strings.Contains(p.Patch, "\n---") {
			return nil, false
		}
		metadata, _ := doc["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if len(doc) != 4 || len(metadata) != 1 || name == "" || receipts[name] ||
			doc["apiVersion"] != config.APIVersion || doc["kind"] != receiptKind || doc["$patch"] != "delete" {
			return nil, false
		}
		receipts[name] = true
	}
	return receipts, true
}

// use makes t build the source of a pipeline with the function in it. It
// reports whether everything that run asks for is the function.
func (t *tree) use(f *flat) bool {
	t.root, t.receipts = f.root, maps.Clone(f.receipts)
	held, err := t.vetEntries(f.run, "transformers", f.entries)
	if err != nil || held == nil || t.foreign {
		return false
	}
	content, err := withEntries(f.source, [][]string{nil, held, nil})
	if err != nil {
		return false
	}
	t.FileSystem = &virtual{FileSystem: t.FileSystem, path: f.source.file, content: content}
	t.vetted = f.source.file
	return true
}
