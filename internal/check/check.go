// Package check runs the rules over what somebody names on a command line:
// kustomizations, files, folders of files, or a stream.
package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Options tune a check.
type Options struct {
	// Config is used for what does not bring its own.
	Config *config.ConfigPipeline
	// Unresolved overrides validate.unresolved of the configuration if set.
	Unresolved string
	Stdin      io.Reader
	Build      kbuild.Options
	// Progress is called before each tree is checked. It may be nil.
	Progress func(done, total int, name string)
}

// Tree is one set of resources that is checked on its own.
type Tree struct {
	// Name is what was named on the command line, or found below it.
	Name string
	// Root is set for kustomizations, Files for plain files ("-" is stdin).
	Root  string
	Files []string
}

// Report is what a check found.
type Report struct {
	Findings []finding.Finding
	// Trees and Resources count what was checked.
	Trees, Resources int
	// Sources are the texts of the files that were read.
	Sources map[string][]byte
	// Unread are the trees that could not be checked.
	Unread []error

	docs    map[string]documents // by file
	secrets *redact.Secrets
}

// Find says which trees the paths stand for: a folder with a kustomization is
// one tree; in any other folder every kustomization that no other refers to is
// a tree, and the remaining files together are one; the files named by
// themselves are one.
func Find(paths []string) ([]Tree, error) {
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
				trees = append(trees, Tree{Name: filepath.Dir(m), Root: filepath.Dir(m)})
			case !info.IsDir():
				files = append(files, m)
			default:
				below, err := findBelow(m)
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
		trees = append(trees, Tree{Name: name, Files: files})
	}
	return trees, nil
}

func isKustomizationFile(path string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
}

// findBelow finds the trees in a folder.
func findBelow(dir string) ([]Tree, error) {
	var files []string
	kustomizations := map[string]string{} // folder → file
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if path != dir && skipped(d.Name()) {
				return fs.SkipDir
			}
		case isKustomizationFile(path):
			kustomizations[filepath.Dir(path)] = path
		case slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, ok := kustomizations[dir]; ok {
		root := environment(dir)
		return []Tree{{Name: root, Root: root}}, nil
	}
	var trees []Tree
	for _, root := range roots(kustomizations) {
		root = environment(root)
		if tree := (Tree{Name: root, Root: root}); !slices.ContainsFunc(trees, func(t Tree) bool { return t.Root == root }) {
			trees = append(trees, tree)
		}
	}
	files = slices.DeleteFunc(files, func(f string) bool {
		for d := filepath.Dir(f); ; d = filepath.Dir(d) {
			if _, ok := kustomizations[d]; ok {
				return true
			}
			if len(d) <= len(dir) || d == filepath.Dir(d) {
				return false
			}
		}
	})
	if len(files) > 0 {
		trees = append(trees, Tree{Name: dir, Files: files})
	}
	if len(trees) == 0 {
		return nil, fmt.Errorf("%s: nothing to check: no kustomization and no .yaml, .yml or .json file", dir)
	}
	return trees, nil
}

// skipped reports whether a folder below a named one is left out: it is hidden,
// or by convention not part of what is applied.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"testdata", "node_modules", "vendor", "charts"}, name)
}

// environment returns the pipeline of a folder that lock keeps: its lock gives
// the same resources, and the pipeline has the configuration besides. Any other
// folder is returned as it is.
func environment(dir string) string {
	pipeline := filepath.Join(dir, "pipeline")
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if _, err := os.Stat(filepath.Join(pipeline, name)); err == nil {
			if _, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
				return pipeline
			}
		}
	}
	return dir
}

// roots returns the kustomizations that no other one refers to. Components are
// parts of other kustomizations by nature.
func roots(kustomizations map[string]string) []string {
	used := map[string]bool{}
	for dir, file := range kustomizations {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // building it says what is wrong
		}
		var k struct {
			Kind                                                               string
			Resources, Bases, Components, Transformers, Generators, Validators []string
		}
		if yaml.Unmarshal(text, &k) != nil {
			continue
		}
		if k.Kind == "Component" {
			used[dir] = true
		}
		for _, ref := range slices.Concat(k.Resources, k.Bases, k.Components, k.Transformers, k.Generators, k.Validators) {
			used[filepath.Join(dir, ref)] = true
		}
	}
	var out []string
	for dir := range kustomizations {
		if !used[filepath.Clean(dir)] {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// Run checks the trees one by one. A tree that cannot be read does not keep
// the others from being checked.
func Run(trees []Tree, opts Options) *Report {
	if opts.Build.Secrets == nil {
		opts.Build.Secrets = &redact.Secrets{}
	}
	rep := &Report{Sources: map[string][]byte{}, secrets: opts.Build.Secrets}
	if opts.Build.Cache == nil && len(trees) > 1 {
		opts.Build.Cache = &kbuild.Cache{} // overlays share their bases
	}
	for i, t := range trees {
		if opts.Progress != nil {
			opts.Progress(i, len(trees), t.Name)
		}
		findings, err := rep.check(t, opts)
		if err != nil {
			rep.Unread = append(rep.Unread, fmt.Errorf("%s: %w", t.Name, err))
		}
		rep.Findings = append(rep.Findings, findings...)
		rep.Trees++
	}
	finding.Sort(rep.Findings)
	rep.Findings = report.Clean(slices.CompactFunc(rep.Findings, same), rep.secrets)
	return rep
}

// same reports whether two overlays led to one finding in a file they share.
func same(a, b finding.Finding) bool {
	return a.Rule == b.Rule && a.Resource == b.Resource && a.Field == b.Field && a.Message == b.Message && a.File == b.File && a.Line == b.Line
}

func (rep *Report) check(t Tree, opts Options) ([]finding.Finding, error) {
	if t.Root != "" {
		return rep.checkKustomization(t, opts)
	}
	sources := make([]manifest.Source, len(t.Files))
	for i, file := range t.Files {
		text, err := read(file, opts.Stdin)
		if err != nil {
			return nil, err
		}
		if file == "-" {
			file = "stdin"
		}
		sources[i] = manifest.Source{File: file, Data: text}
		rep.Sources[file] = text
	}
	inv, cfg, err := index(sources, opts.Config, rep.secrets)
	if err != nil {
		return nil, err
	}
	rep.Resources += len(inv.Objects())
	return validate(inv, cfg, opts), nil
}

// index parses and indexes files. cfg is the configuration: the one given, or
// else the last among the files. Only a configuration has resources edited;
// without one, documents may share what they have in common.
func index(sources []manifest.Source, given *config.ConfigPipeline, secrets *redact.Secrets) (inv *inventory.Inventory, cfg *config.ConfigPipeline, err error) {
	parse := manifest.ReadOnly
	if given != nil {
		parse = manifest.ReadAll
	}
	docs, err := parse(sources...)
	if inv, cfg, err = indexDocuments(docs, err); err == nil && given == nil && cfg != nil {
		docs, err = manifest.ReadAll(sources...)
		inv, cfg, err = indexDocuments(docs, err)
	}
	for i := range docs {
		secrets.Node(docs[i].Node)
	}
	if given != nil {
		cfg = given
	}
	return inv, cfg, err
}

func indexDocuments(docs []manifest.Document, err error) (*inventory.Inventory, *config.ConfigPipeline, error) {
	if err != nil {
		return nil, nil, err
	}
	inv := &inventory.Inventory{}
	var cfg *config.ConfigPipeline
	for i := range docs {
		own, err := add(inv, &docs[i])
		if err != nil {
			return nil, nil, err
		}
		if own != nil {
			cfg = own
		}
	}
	return inv, cfg, nil
}

func read(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		text, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("reading stdin: %w", err)
		}
		return text, nil
	}
	return os.ReadFile(file)
}

// add indexes the resources of a document. A ConfigPipeline among them is
// returned instead: it configures the check.
func add(inv *inventory.Inventory, d *manifest.Document) (*config.ConfigPipeline, error) {
	kind := yamlnode.GetString(d.Node, "kind")
	apiVersion := yamlnode.GetString(d.Node, "apiVersion")
	switch {
	case apiVersion == config.APIVersion && kind == config.Kind:
		cfg, err := config.Decode(d.Node)
		if err != nil {
			return nil, &manifest.Error{File: d.File, Line: d.Line, Err: err}
		}
		cfg.File, cfg.Line = d.File, d.Line
		return cfg, nil
	case kind == "" && (apiVersion == "" || yamlnode.Get(d.Node, "metadata") == nil), strings.HasPrefix(apiVersion, "kustomize.config.k8s.io/"):
		return nil, nil // values files and the like
	case strings.HasSuffix(kind, "List") && yamlnode.Get(d.Node, "items") != nil && apiVersion == "v1", kind == "ResourceList":
		for _, item := range yamlnode.Elements(yamlnode.Get(d.Node, "items")) {
			inv.Add(item, inventory.Source{File: d.File, Line: d.Line})
		}
	default:
		inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
	}
	return nil, nil
}

// validate runs the pipeline in memory: rules judge what it would hand to a
// cluster, and connections are checked by computing them.
func validate(inv *inventory.Inventory, cfg *config.ConfigPipeline, opts Options) []finding.Finding {
	own := config.ConfigPipeline{}
	if cfg != nil {
		own = *cfg
	}
	own.Spec.Receipt = false
	if opts.Unresolved != "" {
		v := config.Validate{}
		if own.Spec.Validate != nil {
			v = *own.Spec.Validate
		}
		v.Unresolved = opts.Unresolved
		own.Spec.Validate = &v
	}
	return fn.Process(inv, &own).Findings
}

// checkKustomization builds a kustomization. If it runs the function itself,
// what the function found is the answer; else the result is checked.
func (rep *Report) checkKustomization(t Tree, opts Options) ([]finding.Finding, error) {
	var stderr bytes.Buffer
	build := opts.Build
	build.Stderr = &stderr
	build.InProcess = fn.RunNodes
	restore := setenv(fn.ReportEnv, fn.ReportJSON)
	disk, err := newTracing(t.Root)
	if err != nil {
		return nil, err
	}
	m, err := kbuild.Build(disk, t.Root, build)
	restore()
	findings, ran := decodeReport(&stderr)
	rep.locate(findings, t.Root)
	var failed *kbuild.FunctionError
	if errors.As(err, &failed) && finding.Count(findings, finding.Error) > 0 {
		return findings, nil
	}
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%s: %w", text, err)
		}
		return nil, err
	}
	rep.Resources += m.Size()
	for _, r := range m.Resources() {
		rep.secrets.Node(r.YNode()) // a remote base is no file of the build
	}
	if ran {
		return findings, nil
	}
	inv := &inventory.Inventory{}
	for _, r := range m.Resources() {
		inv.Add(r.YNode(), inventory.Source{})
	}
	findings = validate(inv, opts.Config, opts)
	rep.locate(findings, t.Root)
	return findings, nil
}

func setenv(key, value string) (restore func()) {
	old, had := os.LookupEnv(key)
	os.Setenv(key, value)
	return func() {
		if had {
			os.Setenv(key, old)
		} else {
			os.Unsetenv(key)
		}
	}
}

// decodeReport reads the JSON lines that the function wrote. ran is false
// when there are none: no function was part of the build.
func decodeReport(r *bytes.Buffer) (fs []finding.Finding, ran bool) {
	dec := json.NewDecoder(bytes.NewReader(r.Bytes()))
	for {
		more, err := report.ReadJSONLine(dec)
		if err != nil {
			return fs, ran
		}
		ran = true
		fs = append(fs, more...)
	}
}
