// Package defaults reads what a repository says about how it is checked:
// .krm-validate.yaml, whose fields are named as the flags of check are.
package defaults

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// File is the name of the file.
const File = ".krm-validate.yaml"

// Defaults are what a file says. What it does not say is empty. Paths are
// relative to the file's folder and stay in it: a repository that somebody else
// wrote decides nothing outside of it.
type Defaults struct {
	// Path is the file, "" if there is none.
	Path string
	// Roots are what is checked when no path is given.
	Roots []string
	// Exclude are patterns as in .gitignore.
	Exclude []string
	// Output are values of --output.
	Output []string
	// FailOn, Unresolved and Baseline are values of the flags of these names.
	FailOn, Unresolved, Baseline string
	// Rules are severities by rule.
	Rules map[string]finding.Severity
}

// setting is one field of the file.
type setting struct {
	name string
	doc  string
	read func(*Defaults, *yaml.Node) error
}

var settings = []setting{
	{"roots", "a list of paths", func(d *Defaults, n *yaml.Node) error { return list(n, &d.Roots, local) }},
	{"exclude", "a list of patterns", func(d *Defaults, n *yaml.Node) error { return list(n, &d.Exclude, nil) }},
	{"output", "a list of FORMAT or FORMAT=FILE", func(d *Defaults, n *yaml.Node) error { return list(n, &d.Output, output) }},
	{"fail-on", "error, warning or note", func(d *Defaults, n *yaml.Node) error { return text(n, &d.FailOn, among("error", "warning", "note")) }},
	{"unresolved", "error, warning or ignore", func(d *Defaults, n *yaml.Node) error {
		return text(n, &d.Unresolved, among("error", "warning", "ignore"))
	}},
	{"baseline", "a path", func(d *Defaults, n *yaml.Node) error { return text(n, &d.Baseline, local) }},
	{"rules", "severities by rule", rules},
}

// Find reads the file in a folder or the nearest one above, up to the top of a
// git repository; outside of one only the folder itself is looked at. Where there
// is none, the defaults are empty.
func Find(dir string) (*Defaults, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	found := ""
	for d := abs; ; d = filepath.Dir(d) {
		name := filepath.Join(d, File)
		if info, err := os.Stat(name); err == nil && !info.IsDir() && found == "" {
			found = name
		}
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			break
		}
		if d == filepath.Dir(d) { // in no repository
			if found != filepath.Join(abs, File) {
				found = ""
			}
			break
		}
	}
	if found == "" {
		return &Defaults{}, nil
	}
	return Read(found)
}

// Read reads a file. Its error names the file and the line.
func Read(file string) (*Defaults, error) {
	d := &Defaults{Path: file}
	content, err := limits.ReadRegular(file)
	if err != nil {
		return nil, err
	}
	shown := file
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, file); err == nil {
			shown = rel
		}
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err = decoder.Decode(&doc); err == nil {
		err = decoder.Decode(&more)
	}
	switch {
	case err == nil:
		return nil, fmt.Errorf("%s:%d: expected one document", shown, more.Line)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: %s", shown, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	top := yamlnode.Resolve(&doc)
	if doc.Kind == 0 || yamlnode.IsNull(top) {
		return d, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: expected fields: %s", shown, top.Line, strings.Join(names(), ", "))
	}
	seen := map[string]bool{}
	for k, v := range yamlnode.Fields(top) {
		err := d.set(k.Value, yamlnode.Resolve(v))
		if seen[k.Value] {
			err = errTwice
		}
		if seen[k.Value] = true; err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", shown, k.Line, k.Value, err)
		}
	}
	return d, nil
}

func names() []string {
	var out []string
	for _, s := range settings {
		out = append(out, s.name)
	}
	return out
}

func (d *Defaults) set(name string, n *yaml.Node) error {
	for _, s := range settings {
		if s.name == name {
			err := s.read(d, n)
			if errors.Is(err, errType) {
				err = fmt.Errorf("expected %s", s.doc)
			}
			return err
		}
	}
	if near := suggest.Nearest(name, names(), 1); len(near) > 0 {
		return fmt.Errorf("no such setting; did you mean %q?", near[0])
	}
	return fmt.Errorf("no such setting: there are %s", strings.Join(names(), ", "))
}

var (
	errType  = errors.New("another type")
	errTwice = errors.New("it is there twice")
)

func text(n *yaml.Node, into *string, judge func(string) error) error {
	if n == nil || n.Kind != yaml.ScalarNode || n.Value == "" {
		return errType
	}
	*into = n.Value
	if judge != nil {
		return judge(n.Value)
	}
	return nil
}

func list(n *yaml.Node, into *[]string, judge func(string) error) error {
	if n == nil || n.Kind != yaml.SequenceNode {
		return errType
	}
	for _, e := range n.Content {
		var s string
		if err := text(yamlnode.Resolve(e), &s, judge); err != nil {
			return err
		}
		*into = append(*into, s)
	}
	return nil
}

func rules(d *Defaults, n *yaml.Node) error {
	if n == nil || n.Kind != yaml.MappingNode {
		return errType
	}
	d.Rules = map[string]finding.Severity{}
	for k, v := range yamlnode.Fields(n) {
		s, err := finding.ParseSeverity(yamlnode.String(v))
		if _, twice := d.Rules[k.Value]; twice {
			err = errTwice
		}
		if err != nil {
			return fmt.Errorf("%s: %w", k.Value, err)
		}
		d.Rules[k.Value] = s
	}
	return nil
}

// local refuses what is not in the folder of the file.
func local(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%s: expected a path in the folder of %s", name, File)
	}
	if git.Owns(name) {
		return fmt.Errorf("%s: expected no path in git's own folder", name)
	}
	return nil
}

func output(value string) error {
	format, name, ok := strings.Cut(value, "=")
	if err := among(report.Names()...)(format); err != nil || !ok || name == "-" {
		return err
	}
	return local(name)
}

func among(values ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(values, value) {
			return fmt.Errorf("%q: expected one of %s", value, strings.Join(values, ", "))
		}
		return nil
	}
}

// From is a path of the file as seen from the working directory. It is an error
// if symbolic links lead it out of the file's folder.
func (d *Defaults) From(name string) (string, error) {
	top, err := filepath.EvalSymlinks(filepath.Dir(d.Path))
	if err != nil {
		return "", err
	}
	full := filepath.Join(top, filepath.FromSlash(name))
	real, err := filepath.EvalSymlinks(full)
	if errors.Is(err, fs.ErrNotExist) { // a report that is not there yet
		if real, err = filepath.EvalSymlinks(filepath.Dir(full)); err == nil {
			real = filepath.Join(real, filepath.Base(full))
		}
	}
	if err == nil {
		rel, err := filepath.Rel(top, real)
		if err != nil || !filepath.IsLocal(rel) {
			return "", fmt.Errorf("%s: %s leads out of the folder of %s", d.Path, name, File)
		}
		if git.Owns(rel) {
			return "", fmt.Errorf("%s: %s leads into git's own folder", d.Path, name)
		}
	}
	cwd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if cwd, err = filepath.EvalSymlinks(cwd); err != nil {
		return "", err
	}
	return filepath.Rel(cwd, full)
}
