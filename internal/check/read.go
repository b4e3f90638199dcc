package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

// read reads the files of a tree. One that was not named by itself may be
// missing.
func (rep *Report) read(t Tree, opts Options) ([]manifest.Source, error) {
	sources := make([]manifest.Source, 0, len(t.Files))
	size := int64(0)
	for _, file := range t.Files {
		text, err := t.read(file, opts)
		switch {
		case err != nil && t.Named:
			return nil, err
		case err != nil:
			rep.Unread = append(rep.Unread, Unread{Name: file, Err: err})
			continue
		case file == "-":
			file = "stdin"
		}
		if !t.Named && isYTT(text) {
			rep.Unread = append(rep.Unread, Unread{Name: file, Err: errTemplate})
			if rep.overlaid == nil {
				rep.overlaid = map[string]bool{}
			}
			rep.overlaid[filepath.Dir(file)] = true
			continue
		}
		if size += int64(len(text)); size > limits.Current().Size {
			return nil, limits.TooLarge()
		}
		sources = append(sources, manifest.Source{File: file, Data: text})
		rep.Sources[file] = text
	}
	return sources, nil
}

// isYTT reports whether a file is a template of ytt, whose instructions are
// comments: #@ at the start of a line or after a value.
// https://carvel.dev/ytt/docs/latest/syntax/
func isYTT(text []byte) bool {
	for {
		i := bytes.Index(text, []byte("#@"))
		if i < 0 || i+2 >= len(text) {
			return false
		}
		before := i == 0 || text[i-1] == '\n' || text[i-1] == ' '
		if after := text[i+2]; before && (after == ' ' || after == '/') {
			return true
		}
		text = text[i+2:]
	}
}

// templates finds the files with a {{ template }} that stands where YAML reads a
// mapping in a mapping's key, and reports them. What they define by name is there
// once they are filled in.
func (rep *Report) templates(sources []manifest.Source, inv *inventory.Inventory) []outcome {
	maybe := map[string]bool{}
	for _, s := range sources {
		if bytes.Contains(s.Data, []byte("{{")) {
			maybe[s.File] = true
		}
	}
	var files []string
	is := map[string]bool{}
	have := map[string]objects{}
	for _, o := range inv.Objects() {
		if !maybe[o.File] {
			continue
		}
		if have[o.File] == nil {
			have[o.File] = objects{}
		}
		have[o.File][finding.Resource{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}] = there
		if !is[o.File] && hasTemplateKey(o.Node) {
			is[o.File] = true
			files = append(files, o.File)
		}
	}
	outcomes := make([]outcome, 0, len(files))
	for _, file := range files {
		rep.Unread = append(rep.Unread, Unread{Name: file, Err: errTemplate})
		outcomes = append(outcomes, outcome{tree: Tree{Name: file}, have: have[file], aside: true})
	}
	return outcomes
}

// without leaves out the files of some trees.
func without(sources []manifest.Source, trees []outcome) []manifest.Source {
	files := map[string]bool{}
	for i := range trees {
		files[trees[i].tree.Name] = true
	}
	return slices.DeleteFunc(slices.Clone(sources), func(s manifest.Source) bool { return files[s.File] })
}

// hasTemplateKey reports whether a mapping has a mapping for a key, which is what
// {{ .Name }} without quotes is to YAML, and which no resource has.
func hasTemplateKey(n *yaml.Node) bool {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Kind == yaml.MappingNode || hasTemplateKey(c) {
			return true
		}
	}
	return false
}

// withoutData leaves out the files of JSON in which no resource can be, for want of the
// words that it begins with: programs have thousands of them.
func withoutData(sources []manifest.Source) []manifest.Source {
	data := func(s manifest.Source) bool {
		return strings.HasSuffix(s.File, ".json") && !bytes.Contains(s.Data, []byte("kind")) && !bytes.Contains(s.Data, []byte("apiVersion"))
	}
	if !slices.ContainsFunc(sources, data) {
		return sources
	}
	return slices.DeleteFunc(slices.Clone(sources), data)
}

// readable leaves out the files that cannot be read, and reports them: those that kubectl
// cannot read either are mistakes.
func (rep *Report) readable(t *Tree, sources []manifest.Source, given *config.ConfigPipeline) (kept []manifest.Source, broken []outcome) {
	kept = slices.DeleteFunc(sources, func(s manifest.Source) bool {
		docs, err := manifest.ReadOnly(s)
		if err == nil {
			_, _, err = indexDocuments(docs, nil, given, nil)
		}
		if err != nil {
			docs, err = manifest.ReadAll(s)
			_, _, err = indexDocuments(docs, nil, given, err)
		}
		if err == nil {
			return false
		}
		f, have := notYAML(t, s, err)
		o := outcome{tree: Tree{Name: s.File, alone: t.alone, unlisted: t.unlisted}, have: have, aside: f == nil}
		if t.alone {
			o.have = nil
		}
		if f != nil {
			o.findings = []finding.Finding{*f}
		} else if err := unreadable(s.Data, err); err != nil {
			rep.Unread = append(rep.Unread, Unread{Name: s.File, Err: err})
		}
		if f != nil || len(o.have) > 0 {
			broken = append(broken, o)
		}
		return true
	})
	return kept, broken
}

// read reads a file of a tree. Nobody named a file that was found in a folder:
// it must be a file, and stay inside.
func (t *Tree) read(file string, opts Options) ([]byte, error) {
	if text, ok := opts.edited(file); ok {
		return text, nil
	}
	switch {
	case file == "-":
		text, err := limits.Read(opts.Stdin)
		if err != nil {
			return nil, fmt.Errorf("reading stdin: %w", err)
		}
		return text, nil
	case t.Named:
		return limits.ReadFile(file)
	}
	folder := t.Name
	if outside, err := leaves(folder, file); err != nil {
		return nil, err
	} else if outside != "" {
		return nil, fmt.Errorf("%s leads to %s, outside of %s: it is not read unless it is named itself", file, outside, folder)
	}
	return limits.ReadRegular(file)
}

// leaves returns where a file really is, if that is outside of a folder.
func leaves(dir, file string) (outside string, err error) {
	info, err := os.Lstat(file)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return "", err // folders that are symlinks are not walked
	}
	target, err := filepath.EvalSymlinks(file)
	if err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	if target, err = filepath.Abs(target); err != nil {
		return "", err
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(root, target); err != nil || !filepath.IsLocal(rel) {
		return target, nil
	}
	return "", nil
}

func names(sources []manifest.Source) []string {
	var out []string
	for _, s := range sources {
		out = append(out, s.File)
	}
	return out
}
