package check

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Places says where what findings are about was written.
type Places struct {
	trace *provenance.Trace
	nodes map[finding.Resource]*yaml.Node
	// config is the ConfigPipeline of the build.
	config *yaml.Node
	files  map[string][]byte
	read   func(file string) ([]byte, error)
}

// NewPlaces returns the places of a build: those of what the function saw, if it
// ran, or else those of the resources that came out.
func NewPlaces(trace *provenance.Trace, resources []*yaml.Node) *Places {
	p := &Places{trace: trace, nodes: map[finding.Resource]*yaml.Node{}, files: map[string][]byte{}, read: os.ReadFile}
	for i := len(trace.Functions) - 1; i >= 0; i-- {
		p.config = trace.Functions[i].Config
		resources = append(slices.Clip(trace.Functions[i].Items), resources...)
	}
	for _, n := range resources {
		id := finding.Resource{
			APIVersion: yamlnode.GetString(n, "apiVersion"), Kind: yamlnode.GetString(n, "kind"),
			Namespace: yamlnode.GetString(n, "metadata", "namespace"), Name: yamlnode.GetString(n, "metadata", "name"),
		}
		if p.nodes[id] == nil {
			p.nodes[id] = n
		}
	}
	return p
}

// Locate gives findings the places that decide what they are about. What is not
// known is left out: no file is named by guess.
func (p *Places) Locate(fs []finding.Finding) {
	for i := range fs {
		p.locate(&fs[i])
	}
}

func (p *Places) locate(f *finding.Finding) {
	root := p.nodes[f.Resource]
	if isConfig(f) {
		if f.Line > 0 {
			return // the file given with --config
		}
		root = p.config
	}
	f.File, f.Line, f.Column, f.Also = "", 0, 0, nil
	if root == nil {
		return
	}
	defer p.fetched(f)
	r, n, whole := p.trace.Locate(root, f.Field)
	if whole && n.Kind == yaml.ScalarNode && f.Sum != 0 && finding.Sum(n.Value) != f.Sum && !isConfig(f) {
		return // it has been changed since
	}
	if f.Key && whole {
		key := p.trace.Key(root, f.Field).Place
		if !key.Known() && r.Known() { // kustomize has made it anew
			key = provenance.NewFile(r.File, p.file(r.File)).KeyBefore(r.Place, lastKey(f.Field))
		}
		if key.Known() {
			f.File, f.Line, f.Column = key.File, key.Line, key.Column
			return
		}
	}
	if !r.Known() {
		if start, _, _ := p.trace.Locate(root, ""); start.Known() {
			f.File = start.File
		}
		return
	}
	if f.Rule == "config-not-used" && f.Field == "metadata.name" {
		// It is about the object: a prefix only says what it is called.
		for base := p.trace.Base(r); base.Known(); base = p.trace.Base(r) {
			r = base
		}
	}
	if word, ok := rules.PlaceholderLeft(f); ok && whole && r.Via == provenance.Images {
		r = p.imagePart(r, n.Value, word)
	}
	place := r.Place
	if at := f.Position; at.Line > 0 && whole {
		if inner := r.Within(p.file(r.File), at.Line, at.Column); inner.Known() {
			place = inner
		}
	}
	f.File, f.Line, f.Column = place.File, place.Line, place.Column
	if r.Via == provenance.GeneratorFile && f.Rule == "data-trailing-newline" {
		p.generated(f, root)
	}
	if whole && n.Kind == yaml.ScalarNode {
		if base := p.trace.Base(r); base.Known() {
			f.Also = []finding.Place{{File: base.File, Line: base.Line, Column: base.Column, Via: string(base.Via)}}
		}
	}
}

// imagePart returns who wrote the part of an image that a word is in: an entry of images
// may give a name and a tag, or one of them to what the base has.
func (p *Places) imagePart(r provenance.Record, image, word string) provenance.Record {
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	if !strings.Contains(name, word) {
		return r
	}
	for _, id := range r.Others {
		if other := p.trace.Record(id); other.Known() && strings.Contains(other.Value, word) {
			return other
		}
	}
	if base := p.trace.Base(r); base.Known() && strings.Contains(base.Value, word) {
		return base
	}
	return r
}

// fetched adds the entry that a remote file was fetched for: that is what can be
// edited here.
func (p *Places) fetched(f *finding.Finding) {
	if entry, ok := p.trace.Fetched[f.File]; ok && entry.Known() && f.File != "" {
		f.Also = append(f.Also, finding.Place{File: entry.File, Line: entry.Line, Column: entry.Column, Via: finding.Fetched})
	}
}

// generated says of a value that a generator takes from a file who takes it:
// nobody encodes it by hand.
func (p *Places) generated(f *finding.Finding, root *yaml.Node) {
	by := "a generator takes the file as it is"
	if name, _, _ := p.trace.Locate(root, "metadata.name"); name.Known() && (name.Via == provenance.Hash || name.Via == provenance.Generator) {
		by = fmt.Sprintf("the generator at %s:%d takes the file as it is", name.File, name.Line)
	}
	f.Help = by + ": save it without a newline at its end: printf %s VALUE > " + filepath.Base(f.File)
}

// lastKey is the key at a field, "" for an element of a list.
func lastKey(field string) string {
	path := fieldpath.Parse(field)
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1].Key
}

func isConfig(f *finding.Finding) bool {
	return config.Is(f.Resource.APIVersion, f.Resource.Kind)
}

// file returns the text of a file that the build has read.
func (p *Places) file(path string) []byte {
	text, ok := p.files[path]
	if !ok {
		text, _ = p.read(filepath.FromSlash(path))
		p.files[path] = text
	}
	return text
}

// sources adds the texts of the files that findings point to.
func (p *Places) sources(fs []finding.Finding, into map[string][]byte) {
	for i := range fs {
		if f := &fs[i]; f.Line > 0 && into[f.File] == nil {
			into[f.File] = p.file(f.File)
		}
	}
}

// shown is the name of a tree in findings. Files that were named together have
// no name.
func (t Tree) shown() string {
	if len(t.Files) > 1 && t.Name == fmt.Sprintf("%d files", len(t.Files)) {
		return ""
	}
	return filepath.ToSlash(filepath.Clean(t.Name))
}

// Merge makes one report's findings of those of several, each of which may be in
// several trees.
func Merge(reports ...[]finding.Finding) []finding.Finding {
	var all []finding.Finding
	for _, fs := range reports {
		for _, f := range fs {
			trees := f.Trees
			if len(trees) == 0 {
				trees = []string{f.Tree}
			}
			f.Trees = nil
			for _, f.Tree = range trees {
				all = append(all, f)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b finding.Finding) int { return strings.Compare(a.Tree, b.Tree) })
	all = merge(all)
	finding.Sort(all)
	return all
}

// merge makes one finding of those that several trees have in a file they share.
// Within one tree no two are the same.
func merge(fs []finding.Finding) []finding.Finding {
	type key struct {
		rule     string
		file     string
		line     int
		column   int
		resource finding.Resource
		field    string
		position finding.Position
	}
	byKey := map[key][]int{} // places in out
	var out []finding.Finding
	for _, f := range fs {
		k := key{rule: f.Rule, file: f.File, line: f.Line, column: f.Column}
		if k.resource.Kind = f.Resource.Kind; f.Line == 0 {
			k.resource, k.field, k.position = f.Resource, indexes().ReplaceAllString(f.Field, "[]"), f.Position
		}
		at := -1
		for _, i := range byKey[k] {
			if slices.Contains(out[i].Trees, f.Tree) {
				if out[i].Identity() == f.Identity() {
					at = i // twice in one tree, as when a base is in it twice
					break
				}
				continue
			}
			// A test may reach what is applied as well: there it is less of a mistake.
			if same := out[i].Message == f.Message; (same || out[i].Severity == f.Severity) && (at < 0 || same && out[at].Message != f.Message) {
				at = i
			}
		}
		if at >= 0 {
			out[at].Severity = max(out[at].Severity, f.Severity)
			if !slices.Contains(out[at].Trees, f.Tree) {
				out[at].Trees = append(out[at].Trees, f.Tree)
			}
			continue
		}
		f.Trees = []string{f.Tree}
		byKey[k] = append(byKey[k], len(out))
		out = append(out, f)
	}
	for i := range out {
		if len(out[i].Trees) < 2 {
			out[i].Trees = nil
		}
	}
	return out
}

// once sorts findings and leaves out what is twice in one tree, as when a base
// is in it twice.
func once(fs []finding.Finding) []finding.Finding {
	finding.Sort(fs)
	return slices.CompactFunc(fs, func(a, b finding.Finding) bool { return a.Identity() == b.Identity() })
}

var indexes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\d+\]`) })
