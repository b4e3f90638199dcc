// Package kbuild is kustomize build with krm-validate's function in place: no
// kustomize binary, no PATH entry and no flags are needed, and no other
// program runs unless the caller allows it.
//
// # One door
//
// [Build] is the door, and [Result] is all that a build comes to: the resources,
// what the function found and did, and what is deprecated where. It reads a
// [Snapshot]: no file and no plugin's address is asked twice, so that what has
// been vetted is what is built, whichever way builds it. [Capture] is Build
// stopped before names are final, and [Stock] what kubectl apply -k makes of a
// tree.
//
// # Two ways
//
// Ours (linear*.go) walks the kustomizations of a local tree as kustomize does
// and calls its public transformers, generators and filters, on a map that finds
// resources by their ids: kustomize compares each with all others. The function
// is a call in it, over nodes that look as if they had been written and read
// again. It knows every field but validators. What is remote (linear_remote.go)
// kustomize's own loader fetches, once for all builds of a snapshot. In traced
// builds (trace*.go) it follows where each value was written.
//
// Whatever ours does not know, is not sure of, or fails at, kustomize's own
// library builds (stock: tree.go, vet.go, child.go), or says why not. Nobody gets
// to see why ours declined. kustomize runs the function as a child process, which
// is this very program: [Child] is its side and must be reachable through
// [Options.Command]. What a kustomization asks to run is resolved into plain
// documents and judged when kustomize reads the file, and handed to it as text.
//
// The second way is the oracle of the first: tests build random trees, every
// shape that is known and every kustomization of the repository both ways, and
// compare bytes.
package kbuild

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/git"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/silence"
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

	// Namespace takes the place of the namespace that the kustomization sets, as the
	// targetNamespace of Flux does. A build by kustomize itself knows nothing of it.
	Namespace string

	// Components are added to those of the kustomization, as the components of a Flux
	// Kustomization are. A build by kustomize itself knows nothing of them.
	Components []string

	// KubernetesVersion is the release of the cluster, such as 1.33. It takes the
	// place of what the function's configuration says, unless it is empty.
	KubernetesVersion string

	// InProcess is the function. Where nobody can tell the difference it is
	// called instead of a child process, which is much faster. It may be nil.
	InProcess Function

	// Secrets gets to know what the build reads, and says what may be printed of
	// kustomize's errors. It may be nil.
	Secrets *redact.Secrets

	// KeepNames leaves kustomize's notes of what resources were called before
	// they were renamed on them. A build by kustomize itself has none.
	KeepNames bool

	// Cache keeps what several builds read. It may be nil.
	Cache *Cache

	// Unreached keeps what several builds could not have. It may be nil.
	Unreached *Unreached

	// Trace is told where each value of the build was written. It stays empty
	// when kustomize itself builds the tree. It may be nil.
	Trace *provenance.Trace

	// Spare returns what is left of what the function found: without what comments
	// in the files silence, whose texts read returns. It is called where the
	// function would end the build and a file has such a comment; the build goes on
	// if no error is left. It may be nil.
	Spare func(trace *provenance.Trace, read func(file string) ([]byte, error), findings []finding.Finding) []finding.Finding

	// Observe is called before each step of a build, and what it returns, if
	// anything, after it. Nobody is told of the steps of a tree that kustomize
	// itself builds, or not of all of them. It may be nil.
	Observe func(*Step) (done func())

	// Told counts what Observe has found out. Of what is built once for several
	// builds nobody is told, unless there was something. It is nil if Observe is.
	Told func() int

	// Lost has a build go on without the entries of kustomizations that it cannot be had
	// with, and is told of each, by itself or more than once, and why: see Explain. Ours
	// alone builds so. It is nil for a build of what is there.
	Lost func(Loss, error)

	// Command runs this program as the child of a build: a program and its
	// arguments. It is the running executable with ChildCommand if empty.
	Command []string
}

// Result is what a build comes to.
type Result struct {
	// Resources are in the order of kustomize build. Their AsYaml is what
	// kustomize build prints.
	Resources resmap.ResMap
	// Runs are those of the function: what it found and did.
	Runs []Run
	// Configs are the function's configurations in the build, as YAML.
	Configs []string
	// Warnings are about the kustomization files. kustomize prints its own when
	// it builds the tree.
	Warnings []Warning
}

// Run is one run of the function in a build.
type Run struct {
	function.Report
	explanation string // of a run in another process
}

// Explanation says what the run wrote, one line for each value.
func (r *Run) Explanation() string {
	if r.explanation != "" {
		return r.explanation
	}
	return r.Report.Explanation()
}

// failed returns the exit code of the last run that ended with another than 0.
func (r *Result) failed() int {
	code := function.ExitOK
	for i := range r.Runs {
		if r.Runs[i].Code != function.ExitOK {
			code = r.Runs[i].Code
		}
	}
	return code
}

// Warning is something that the author of a file should know.
type Warning struct {
	File string // an absolute path
	Text string
}

// FunctionError says that the function ended a build. The result has what it
// found.
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

// Build builds the kustomization in dir. There is a result also with a
// [FunctionError]: it says what the function found.
//
// Builds may run at once. Those that kustomize builds, or that bring an OpenAPI
// schema, wait for each other: kustomize keeps one schema for all.
func Build(fsys filesys.FileSystem, dir string, opts Options) (*Result, error) {
	return newBuilder(fsys, opts).run(dir)
}

type builder struct {
	fsys    filesys.FileSystem
	seen    *Snapshot // what is below fsys
	remotes *remotes
	opts    Options
	// captured, if set, ends the build early: it gets the resources as they are
	// before names are finally fixed.
	captured *Captured
	passing  *passing // gets the same from a build that goes on; it may be nil
	said     string   // by kustomize of a build that failed; it may hold secrets
}

func newBuilder(fsys filesys.FileSystem, opts Options) *builder {
	s := NewSnapshot(fsys)
	s.remotes.waits(opts.Unreached)
	return &builder{fsys: s, seen: s, remotes: &s.remotes, opts: opts}
}

func (b *builder) run(dir string) (*Result, error) {
	if b.opts.Secrets == nil {
		b.opts.Secrets = &redact.Secrets{}
	}
	boundHTTP()
	git.Isolate()
	defer surviving()()
	b.opts.Secrets.Name(dir)
	defer b.remotes.begin()()
	b.fsys = &recorded{b.fsys, b.opts.Secrets}
	root, err := rootOf(b.fsys, dir)
	if err != nil {
		return nil, err
	}
	result, declined := b.spared(root)
	var failed *FunctionError
	var certain *certainError
	switch {
	case declined == nil:
		return result, nil
	case errors.As(declined, &failed):
		return result, failed
	case b.opts.Lost != nil:
		return nil, declined
	case errors.As(declined, &certain):
		if refused := asRefused(certain.error); refused != nil {
			return nil, refused
		}
		return nil, b.explainFailure(root, certain.error, declined, certain.Error())
	}
	if refused := (*beyond)(nil); errors.As(declined, &refused) {
		return nil, refused
	}
	if said := sure(declined); said != "" {
		// It takes as long as the build to hear the same from kustomize.
		failure := (*Failure)(nil)
		err := b.explainFailure(root, b.opts.Secrets.Foreign(simplify(errors.New(said))), declined, said)
		if errors.As(err, &failure) {
			return nil, err
		}
	}
	if b.opts.Trace != nil {
		*b.opts.Trace = provenance.Trace{}
	}
	if result, err = b.stock(root); err != nil && !errors.As(err, &failed) {
		if refused := asRefused(err); refused != nil {
			return nil, refused
		}
		if b.said == "" {
			b.said = err.Error()
		}
		err = b.explainFailure(root, err, declined, b.said)
	}
	return result, err
}

// spared is ours, once more where comments may silence what the function found.
func (b *builder) spared(root string) (*Result, error) {
	spare := b.opts.Spare
	b.opts.Spare = nil
	result, declined := b.ours(root)
	var failed *FunctionError
	if spare == nil || !errors.As(declined, &failed) || failed.Code != function.ExitFindings || !b.seen.Has(silence.Mark) {
		return result, declined
	}
	asked := b.opts.Trace
	b.opts.Spare, b.opts.Trace = spare, &provenance.Trace{}
	result, declined = b.ours(root)
	if asked != nil {
		*asked = *b.opts.Trace
	}
	b.opts.Trace = asked
	return result, declined
}

// ours builds root in linear time. Whatever goes wrong but for the function is
// no error: kustomize says what it makes of it.
func (b *builder) ours(root string) (*Result, error) {
	done := readSchema(b.opts.Cache != nil)
	l, m, err := b.linear(root, false)
	done()
	if errors.Is(err, errOwnSchema) {
		done = ownSchema()
		l, m, err = b.linear(root, true)
		done()
	}
	return &Result{Resources: m, Runs: l.runs, Configs: l.configs, Warnings: l.warnings}, err
}

func (b *builder) linear(root string, ownSchema bool) (l *linearBuild, m resmap.ResMap, err error) {
	l = newLinearBuild(b.fsys, root, b.opts)
	l.remotes = b.remotes
	l.ownSchema = ownSchema
	l.passing = b.passing
	if b.captured != nil {
		b.captured.Items, err = l.capture()
		b.captured.Configs = l.configs
	} else {
		m, err = l.build()
	}
	if err != nil && b.passing != nil {
		b.passing.before, b.passing.after = nil, nil
	}
	return l, m, err
}

// stock has kustomize build root, with the function in a process of its own.
func (b *builder) stock(root string) (result *Result, err error) {
	stockSchema(func() { result, err = b.krusty(root) })
	return result, err
}

func (b *builder) krusty(root string) (*Result, error) {
	command, err := b.opts.command()
	if err != nil {
		return nil, err
	}
	var said reports
	defer said.close()
	t := &tree{FileSystem: b.fsys, remotes: b.remotes, root: root, opts: b.opts, command: command, report: &said}
	if b.captured != nil {
		tmp, err := os.MkdirTemp("", "krm-validate-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(tmp)
		t.capture = filepath.Join(tmp, "resources.yaml")
	}
	m, err := krustyRun(t, root, krustyOptions(&b.opts))
	result := &Result{Resources: m, Runs: said.read(), Configs: t.configs}
	if b.captured != nil {
		content, readErr := os.ReadFile(t.capture)
		if readErr == nil {
			b.captured.Configs = t.configs
			return result, b.captured.read(content) // the build was ended on purpose
		}
		if err == nil {
			return nil, readErr
		}
	}
	switch {
	case t.err != nil:
		return nil, t.err
	case err != nil && result.failed() != function.ExitOK:
		return result, &FunctionError{Code: result.failed()}
	case err != nil:
		b.said = unquoted(err.Error())
		return nil, b.opts.Secrets.Foreign(simplify(err))
	}
	return result, t.restore(m)
}

// Stock builds the kustomization in dir as kubectl apply -k does, which runs
// neither functions nor plugins. Of opts only LoadRestrictor, Helm and
// HelmCommand count, which kustomize build has flags for.
func Stock(fsys filesys.FileSystem, dir string, opts Options) (resmap.ResMap, error) {
	boundHTTP()
	git.Isolate()
	defer surviving()()
	root, err := rootOf(fsys, dir)
	if err != nil {
		return nil, err
	}
	t := &tree{FileSystem: NewSnapshot(fsys), root: root, plain: true}
	t.opts.LoadRestrictor, t.opts.Helm, t.opts.HelmCommand = opts.LoadRestrictor, opts.Helm, opts.HelmCommand
	o := krustyOptions(&t.opts)
	helm := o.PluginConfig.HelmConfig
	o.PluginConfig = types.DisabledPluginConfig()
	o.PluginConfig.HelmConfig = helm
	var m resmap.ResMap
	stockSchema(func() { m, err = krustyRun(t, root, o) })
	switch {
	case t.err != nil:
		return nil, t.err
	case err != nil:
		return nil, (*redact.Secrets)(nil).Foreign(simplify(err))
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

func (o *Options) told() int {
	if o.Told == nil {
		return 0
	}
	return o.Told()
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

// krustyOptions are kustomize's, as its build command sets them.
func krustyOptions(opts *Options) *krusty.Options {
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified
	if opts.LoadRestrictor != types.LoadRestrictionsUnknown {
		o.LoadRestrictions = opts.LoadRestrictor
	}
	o.PluginConfig = pluginConfig(opts)
	return o
}

// pluginConfig lets kustomize run functions: everything a kustomization asks to
// run has been vetted when kustomize reads it. See tree.ReadFile.
func pluginConfig(opts *Options) *types.PluginConfig {
	c := types.EnabledPluginConfig(types.BploUseStaticallyLinked)
	c.FnpLoadingOptions.EnableExec = true
	c.HelmConfig.Enabled = opts.Helm
	c.HelmConfig.Command = "helm"
	if opts.HelmCommand != "" {
		c.HelmConfig.Command = opts.HelmCommand
	}
	return c
}
