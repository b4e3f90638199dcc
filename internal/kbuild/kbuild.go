// Package kbuild is kustomize build with krm-validate's function in place: no
// kustomize binary, no PATH entry and no flags are needed, and no other
// program runs unless the caller allows it.
//
// kustomize runs a function as a child process. Here that child is this very
// program. [Child] is the child's side and must be reachable through
// [Options.Command].
package kbuild

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// ChildCommand is the argument that makes the program the child of a build:
// what follows it belongs to [Child].
const ChildCommand = "__kbuild"

// KustomizeVersion is the release of kustomize that Build equals byte for byte.
const KustomizeVersion = "v5.8.2"

// Options tune a build. The zero value builds as kustomize does by default.
type Options struct {
	// EnableExec also runs the functions and plugins of others, as
	// kustomize build --enable-alpha-plugins --enable-exec does.
	EnableExec bool

	// LoadRestrictor is LoadRestrictionsRootOnly unless set: files outside a
	// kustomization's own directory are not read.
	LoadRestrictor types.LoadRestrictions

	// Helm inflates helmCharts with HelmCommand ("helm" if empty).
	Helm        bool
	HelmCommand string

	// Stderr receives what the function reports, os.Stderr if nil.
	Stderr io.Writer

	// InProcess is the function. Where nobody can tell the difference it is
	// called instead of a child process, which is much faster. It may be nil.
	InProcess NodeFunction

	// Secrets gets to know what the build reads, and says what may be printed of
	// kustomize's errors. It may be nil.
	Secrets *redact.Secrets

	// Cache keeps what several builds read. It may be nil.
	Cache *Cache

	// Trace is told where each value of the build was written. It stays empty
	// when kustomize itself builds the tree. It may be nil.
	Trace *provenance.Trace

	// Command runs this program as the child of a build: a program and its
	// arguments. It is the running executable with ChildCommand if empty.
	Command []string
}

// FunctionError says that the function ended a build. What it found has been
// written to Options.Stderr.
type FunctionError struct {
	// Code is the function's exit code.
	Code int
}

func (e *FunctionError) Error() string {
	return fmt.Sprintf("the build failed: the function ended with exit code %d", e.Code)
}

// ErrNoKustomization is wrapped by errors about directories without a
// kustomization file.
var ErrNoKustomization = errors.New("no kustomization file")

// Build builds the kustomization in dir and returns its resources in the
// order of kustomize build. Their AsYaml is what kustomize build prints.
//
// Builds share kustomize's global OpenAPI schema: run one at a time.
func Build(fsys filesys.FileSystem, dir string, opts Options) (resmap.ResMap, error) {
	return newBuilder(fsys, opts).run(dir)
}

func newBuilder(fsys filesys.FileSystem, opts Options) *builder {
	return &builder{fsys: NewSnapshot(fsys), opts: opts, resolved: map[pluginEntry]resmap.ResMap{}}
}

type builder struct {
	fsys filesys.FileSystem
	opts Options
	// capture, if set, ends the build early: the resources as they are before
	// names are finally fixed go into this file.
	capture string
	configs []string // see Captured
	// resolved is what entries of plugin fields stand for. An address is asked
	// once: what it answers the second time could be something else.
	resolved map[pluginEntry]resmap.ResMap
}

func (b *builder) run(dir string) (resmap.ResMap, error) {
	if b.opts.Secrets == nil {
		b.opts.Secrets = &redact.Secrets{}
	}
	b.opts.Secrets.Name(dir)
	b.fsys = &recorded{b.fsys, b.opts.Secrets}
	root, err := rootOf(b.fsys, dir)
	if err != nil {
		return nil, err
	}
	command, err := b.opts.command()
	if err != nil {
		return nil, err
	}
	rep := newReport(b.opts.Stderr)
	defer rep.close()

	t, m, err := b.fastest(root, command, rep)
	b.configs = t.configs
	code := rep.flush()
	switch {
	case t.err != nil:
		return nil, t.err
	case err != nil && code != 0:
		return nil, &FunctionError{Code: code}
	case err != nil:
		return nil, b.opts.Secrets.Foreign(simplify(err))
	}
	return m, t.restore(m)
}

// fastest builds root in the fastest way that gives the result of kustomize
// build: first with an index over the resources, then as kustomize does it, as
// one level with the function in this process, as it stands, and with the
// function in a process of its own. It is the last that defines the result, and
// what errors say.
func (b *builder) fastest(root string, command []string, rep *report) (*tree, resmap.ResMap, error) {
	newTree := func() *tree {
		return &tree{FileSystem: b.fsys, root: root, opts: b.opts, command: command, report: rep, capture: b.capture, resolved: b.resolved}
	}
	build := func(t *tree, prepare func() bool) (resmap.ResMap, error, bool) {
		defer t.enlist()()
		if !prepare() {
			return nil, nil, false
		}
		m, err := krustyRun(t, t.root, t.options())
		return m, err, true
	}
	t := newTree()
	m, err := t.linear()
	if err == nil || t.failed {
		return t, m, err
	}
	if b.opts.Trace != nil {
		*b.opts.Trace = provenance.Trace{}
	}
	rep.reset()
	inProcess := !t.unusual
	t = newTree()
	if !inProcess {
		t.opts.InProcess = nil
	}
	if f, ok := t.flatten(root); ok {
		m, err, ok := build(t, func() bool { return t.use(&f) })
		if ok && (err == nil || t.failed) {
			return t, m, err
		}
		rep.reset()
		t = newTree()
	}
	m, err, _ = build(t, func() bool { return true })
	if t.unusual {
		rep.reset()
		t = newTree()
		t.opts.InProcess = nil
		m, err, _ = build(t, func() bool { return true })
	}
	return t, m, err
}

// Stock builds the kustomization in dir as kubectl apply -k does, which runs
// neither functions nor plugins.
func Stock(fsys filesys.FileSystem, dir string) (resmap.ResMap, error) {
	root, err := rootOf(fsys, dir)
	if err != nil {
		return nil, err
	}
	t := &tree{FileSystem: NewSnapshot(fsys), root: root, plain: true}
	o := t.options()
	o.PluginConfig = types.DisabledPluginConfig()
	m, err := krustyRun(t, root, o)
	switch {
	case t.err != nil:
		return nil, t.err
	case err != nil:
		return nil, simplify(err)
	}
	return m, t.restore(m)
}

// krustyRun is krusty's Run, with panics on malformed input made errors.
func krustyRun(fsys filesys.FileSystem, dir string, opts *krusty.Options) (m resmap.ResMap, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("kustomize gave up on %s: %v", dir, r)
			if os.Getenv("KRM_VALIDATE_DEBUG") != "" {
				err = fmt.Errorf("%w\n%s", err, debug.Stack())
			}
		}
	}()
	return krusty.MakeKustomizer(opts).Run(fsys, dir)
}

// rootOf returns the absolute path of a kustomization's directory, without
// symlinks, or an error in plain words. Addresses of remote kustomizations are
// returned as they are.
func rootOf(fsys filesys.FileSystem, dir string) (string, error) {
	if !fsys.Exists(dir) {
		if LooksRemote(dir) {
			return dir, vetAddress(dir)
		}
		return "", fmt.Errorf("%s: no such directory", dir)
	}
	if !fsys.IsDir(dir) {
		return "", fmt.Errorf("%s is a file: name the directory of its kustomization instead: %s", dir, filepath.Dir(dir))
	}
	root, _, err := fsys.CleanedAbs(dir)
	if err != nil {
		return "", err
	}
	for _, name := range kustomizationNames() {
		if fsys.Exists(root.Join(name)) {
			return root.String(), nil
		}
	}
	return "", fmt.Errorf("%s: %w: expected kustomization.yaml", dir, ErrNoKustomization)
}

func (o *Options) command() ([]string, error) {
	if len(o.Command) > 0 {
		return o.Command, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	return []string{exe, ChildCommand}, nil
}

// options are kustomize's, as its build command sets them.
func (t *tree) options() *krusty.Options {
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified
	if t.opts.LoadRestrictor != types.LoadRestrictionsUnknown {
		o.LoadRestrictions = t.opts.LoadRestrictor
	}
	// Everything a kustomization asks to run has been vetted when kustomize
	// reads it, so execution can be on. See tree.ReadFile.
	o.PluginConfig = types.EnabledPluginConfig(types.BploUseStaticallyLinked)
	o.PluginConfig.FnpLoadingOptions.EnableExec = true
	o.PluginConfig.HelmConfig.Enabled = t.opts.Helm
	o.PluginConfig.HelmConfig.Command = "helm"
	if t.opts.HelmCommand != "" {
		o.PluginConfig.HelmConfig.Command = t.opts.HelmCommand
	}
	return o
}
