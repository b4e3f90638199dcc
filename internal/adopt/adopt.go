// Package adopt makes environments of overlays that somebody has: it gives each
// the layout that package lock keeps, and the configuration that follows from what
// is in it. Everything is built in memory first. It is written whole, with locks,
// once each environment has proved to build to the objects that it built to
// before, or to ones that differ for a known reason.
package adopt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Options say how environments are made.
type Options struct {
	// InPlace leaves the overlays where they are: the environment of overlays/dev
	// is overlays/dev-pipeline.
	InPlace bool
	Build   kbuild.Options
	// Inputs are those that a lock lists, of the source and the configurations.
	Inputs func(source []*yaml.Node, configs []string) ([]lock.Input, error)
	// DryRun leaves the disk as it is, also where a run before this one was killed.
	DryRun bool
}

// Result is what is to be written, and what there is to say of it.
type Result struct {
	Environments []*Environment
	tree         *tree
	snapshots    []*kbuild.Snapshot
}

// Environment is one that was made.
type Environment struct {
	// Name is the overlay as the user named it, Dir the environment's directory.
	Name, Dir string
	// Done says that it was an environment before.
	Done bool
	// Connections are those that were recognized.
	Connections []Connection
	// Left is what was typed and stays as it is.
	Left []Left
	// Externals and Ignored count the entries whose reason is to be filled in.
	Externals, Ignored []string
	// Differences are what the environment builds to now and did not before.
	Differences []Difference
	Resources   int

	overlay *overlay
	before  *kbuild.Result
	list    []byte // its resources, as the function gets them
	inv     *inventory.Inventory
	spec    config.Spec
	found   []*candidate
}

// Connection is one that was recognized.
type Connection struct {
	Name, Engine, Target string
	// Variables are those that it computes, with what has them.
	Variables []string
}

// Difference is something that an environment builds to now and did not before.
type Difference struct {
	// What is the object and the field, Reason why it is no change of meaning.
	What, Reason string
}

// UnexplainedError says that an environment would not build to what it builds to,
// and that nobody knows why.
type UnexplainedError struct {
	Name        string
	Differences []string
}

func (e *UnexplainedError) Error() string {
	return fmt.Sprintf("%s would build to something else than before, for reasons that init does not know; nothing was written:\n  %s", e.Name, strings.Join(e.Differences, "\n  "))
}

// Plan makes environments of overlays, in memory.
func Plan(ctx context.Context, dirs []string, opts Options) (*Result, error) {
	l := &layout{tree: newTree()}
	r := &Result{tree: l.tree}
	if !opts.DryRun {
		for _, dir := range dirs {
			if err := recover(dir); err != nil {
				return nil, err
			}
		}
	}
	for _, dir := range dirs {
		o, done, err := open(dir, opts.InPlace)
		if err != nil {
			return nil, err
		}
		e := &Environment{Name: dir, Dir: o.envName, Done: done, overlay: o}
		if slices.ContainsFunc(r.Environments, func(other *Environment) bool { return other.overlay.dir == o.dir }) {
			continue // named twice
		}
		r.Environments = append(r.Environments, e)
		if done {
			continue
		}
		l.overlays = append(l.overlays, o)
		l.top = common(l.top, topOf(o.dir))
	}
	for i, o := range l.overlays {
		for _, other := range l.overlays[i+1:] {
			for _, pair := range [][2]*overlay{{o, other}, {other, o}} {
				if rel, err := filepath.Rel(pair[0].dir, pair[1].dir); err == nil && filepath.IsLocal(rel) {
					return nil, fmt.Errorf("%s is inside of %s: init takes overlays one beside the other", pair[1].name, pair[0].name)
				}
			}
		}
	}
	if len(l.overlays) == 0 {
		return r, nil
	}
	disk := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
	r.snapshots = append(r.snapshots, disk)
	var fresh []*Environment
	for _, e := range r.Environments {
		if e.Done {
			continue
		}
		fresh = append(fresh, e)
		if err := e.look(disk, opts); err != nil {
			return nil, err
		}
	}
	for _, e := range fresh {
		e.found = append(e.found, e.outside(fresh)...)
	}
	keepShared(fresh)
	for _, e := range fresh {
		if err := e.describe(ctx, opts.Build.Secrets); err != nil {
			return nil, err
		}
	}
	if err := l.moveAll(); err != nil {
		return nil, err
	}
	moved := maps.Clone(l.tree.write)
	for {
		l.tree.write = maps.Clone(moved)
		locks, err := l.pipelines(fresh, opts)
		if refused := (*lock.SecretError)(nil); errors.As(err, &refused) && drop(fresh, refused) {
			continue // without the value that a lock cannot have
		}
		if err != nil {
			return nil, err
		}
		for path, content := range locks {
			l.tree.add(path, content, 0o644)
		}
		return r, nil
	}
}

// keepShared leaves out the variables of servers where another environment has none
// of its own: what goes where is the same in all then, and is written once.
func keepShared(envs []*Environment) {
	outside := map[string]bool{}
	for _, e := range envs {
		for _, c := range e.found {
			outside[c.name] = outside[c.name] || c.host != ""
		}
	}
	for _, e := range envs {
		for _, c := range e.found {
			if outside[c.name] {
				c.values = slices.DeleteFunc(c.values, func(t typed) bool { return t.server })
			}
		}
	}
}

// pipelines writes the pipelines of environments into the tree, and returns their
// locks.
func (l *layout) pipelines(envs []*Environment, opts Options) (map[string][]byte, error) {
	if err := configure(l, envs); err != nil {
		return nil, err
	}
	planned := kbuild.NewSnapshot(l.tree)
	locks := map[string][]byte{}
	for _, e := range envs {
		err := e.lock(planned, opts, locks, func(path string) string { return path })
		if err != nil && strings.Contains(err.Error(), "couldn't execute function") {
			// kustomize runs the function in a directory that has to be there.
			err = l.onDisk(func(files *kbuild.Snapshot, there func(string) string) error {
				return e.lock(files, opts, locks, there)
			})
		}
		if err != nil {
			return nil, err
		}
	}
	return locks, nil
}

// drop leaves a value alone that the lock would have to write a secret for.
func drop(envs []*Environment, refused *lock.SecretError) bool {
	dropped := false
	for _, e := range envs {
		for _, c := range e.found {
			c.values = slices.DeleteFunc(c.values, func(t typed) bool {
				id := t.owner.Resource()
				if t.variable != refused.Field || !strings.Contains(refused.Object, id.Kind) || !strings.Contains(refused.Object, id.Name) {
					return false
				}
				dropped = true
				e.Left = append(e.Left, Left{Where: t.owner.Kind + " " + t.owner.Name, Variable: t.variable, Reason: "a part of it stands in Secrets only, and a lock holds nothing of a Secret"})
				return true
			})
		}
		e.found = slices.DeleteFunc(e.found, func(c *candidate) bool { return len(c.values) == 0 })
		e.connect()
	}
	return dropped
}

// recover undoes what a run that was killed has left, in the directories where it
// may have begun.
func recover(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for range 12 {
		if err := atomicfile.Recover(abs); err != nil {
			return err
		}
		if _, err := os.Lstat(filepath.Join(abs, ".git")); err == nil || abs == filepath.Dir(abs) {
			return nil
		}
		abs = filepath.Dir(abs)
	}
	return nil
}

// Write writes everything, or nothing.
func (r *Result) Write() error {
	if len(r.tree.write) == 0 {
		return nil
	}
	if err := kbuild.Unchanged(r.snapshots...); err != nil {
		return err
	}
	return r.tree.commit()
}

// Todos is how many reasons are to be filled in.
func (r *Result) Todos() int {
	n := 0
	for path, f := range r.tree.write {
		if name := filepath.Base(path); (name == "config.yaml" || name == "pipeline.yaml") && r.tree.from[path] == "" {
			n += strings.Count(string(f.Content), "reason: "+todo+"\n")
		}
	}
	return n
}

// Changes are the files that change, by their paths.
func (r *Result) Changes() []Change {
	var all []Change
	moved := map[string]bool{}
	for to, f := range r.tree.write {
		c := Change{To: to, New: f.Content}
		if from, ok := r.tree.from[to]; ok {
			c.From, c.Old = from, r.tree.gone[from]
			moved[from] = true
		} else if was, ok := r.tree.gone[to]; ok {
			c.Old = was
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Change) int { return cmp.Compare(a.To, b.To) })
	return all
}

// Change is a file that is written: From, if that is not empty, says where it was.
type Change struct {
	From, To string // absolute paths
	Old, New []byte
}

// look builds an overlay as it is, and recognizes what is in it.
func (e *Environment) look(disk *kbuild.Snapshot, opts Options) error {
	dir := e.overlay.dir
	var err error
	if e.before, err = kbuild.Build(disk, dir, opts.Build); err != nil {
		var failed *kbuild.FunctionError
		if errors.As(err, &failed) {
			return fmt.Errorf("%s runs the function already, which ends its build: mend what it finds (krm-validate build %s), then run init again", e.Name, e.Name)
		}
		return fmt.Errorf("%s has to build before it can be an environment: %w", e.Name, err)
	}
	if len(e.before.Configs) > 0 {
		return fmt.Errorf("%s runs the function already: it has a %s in transformers:. Take it out of the overlay, and run init again", e.Name, config.Kind)
	}
	e.Resources = e.before.Resources.Size()
	if e.Resources == 0 {
		return fmt.Errorf("%s builds to nothing: there is nothing to make an environment of", e.Name)
	}
	captured, err := kbuild.Capture(disk, dir, opts.Build)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	if e.list, err = captured.List(); err != nil {
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	if e.inv, err = e.inventory(); err != nil {
		return err
	}
	e.found, e.Left = recognize(e.inv)
	return nil
}

// describe writes the configuration that follows from what was recognized.
func (e *Environment) describe(ctx context.Context, secrets *redact.Secrets) error {
	if err := e.try(); err != nil {
		return err
	}
	e.spec = config.Spec{Receipt: true}
	e.connect()
	if images, res := imagesOf(e.inv), resourcesOf(e.inv); images != nil || res != nil {
		e.spec.Normalize = &config.Normalize{Images: images, Resources: res}
	}
	return e.settle(ctx, secrets)
}

// connect writes the connections that were found into the configuration.
func (e *Environment) connect() {
	e.spec.Connections, e.Connections = nil, nil
	for _, c := range e.found {
		if e.spec.Connections == nil {
			e.spec.Connections = map[string]config.Connection{}
		}
		conf := c.config(e.inv)
		sortSinks(conf.Into)
		e.spec.Connections[c.name] = conf
		shown := Connection{Name: c.name, Engine: c.engine.Name, Target: "host " + c.host}
		if c.service != nil {
			shown.Target = "Service " + c.service.BaseName()
		}
		for _, t := range c.values {
			shown.Variables = append(shown.Variables, t.owner.Kind+" "+t.owner.BaseName()+": "+t.variable)
		}
		e.Connections = append(e.Connections, shown)
	}
}

// inventory reads the environment's resources anew.
func (e *Environment) inventory() (*inventory.Inventory, error) {
	list, err := manifest.ReadResourceList(e.list)
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{}
	for _, item := range list.Items {
		resources, err := manifest.ItemResources(item)
		if err != nil {
			return nil, err
		}
		for _, n := range resources {
			inv.Add(n, inventory.Source{})
		}
	}
	reference.Produce(inv)
	return inv, nil
}

// pipeline is a configuration with some connections and nothing else.
func (e *Environment) pipeline(connections ...*candidate) (*config.ConfigPipeline, *inventory.Inventory, error) {
	inv, err := e.inventory()
	if err != nil {
		return nil, nil, err
	}
	cfg := &config.ConfigPipeline{APIVersion: config.APIVersion, Kind: config.Kind, Metadata: config.Metadata{Name: "try"}}
	cfg.Spec.Connections = map[string]config.Connection{}
	for _, c := range connections {
		cfg.Spec.Connections[c.name] = c.config(inv)
	}
	// Which Secrets there are outside of the build is not what is tried here.
	cfg.Spec.Validate = &config.Validate{Unresolved: "ignore"}
	return cfg, inv, nil
}

// works reports why connections would not compute what is there, "" if they do.
func (e *Environment) works(connections ...*candidate) (string, error) {
	cfg, inv, err := e.pipeline(connections...)
	if err != nil {
		return "", err
	}
	problem := ""
	connection.Apply(inv, cfg, func(f finding.Finding) {
		if f.Rule != connection.RuleReplaced && f.Rule != connection.RuleNoNamespace && problem == "" {
			problem = f.Message
		}
	})
	if problem != "" {
		return problem, nil
	}
	for _, c := range connections {
		for _, t := range c.values {
			if !c.computes(inv, &t) {
				return fmt.Sprintf("connection %s would compute another value", c.name), nil
			}
		}
	}
	return "", nil
}

// computes reports whether a value means what somebody typed, after the
// connections were applied to inv.
func (c *candidate) computes(inv *inventory.Inventory, t *typed) bool {
	before, after := "", ""
	owner := find(inv, t.owner)
	var service *inventory.Object
	if c.service != nil {
		service = find(inv, c.service)
	}
	if owner == nil || service == nil && c.host == "" {
		return false
	}
	if t.container == nil {
		text, ok := valueOf(owner, t.variable)
		return ok && (text == t.meant || service != nil && connection.SameAddress(service, defaultDomain, owner.Namespace, text, t.meant))
	}
	env := environmentIn(inv, owner, t.container)
	if env == nil {
		return false
	}
	for _, v := range env {
		if v.name == t.variable {
			after = v.text
			if v.kind == "Secret" && !v.known && t.text == "" {
				return true
			}
		}
	}
	before, after = expand(t.meant, env), expand(after, env)
	return after == before || service != nil && connection.SameAddress(service, defaultDomain, owner.Namespace, after, before)
}

var defaultDomain = (*config.Spec)(nil).GetClusterDomain()

func find(inv *inventory.Inventory, o *inventory.Object) *inventory.Object {
	for _, other := range inv.Find(o.GroupKind, o.Name) {
		if other.Namespace == o.Namespace && other.Node != nil {
			return other
		}
	}
	return nil
}

func environmentIn(inv *inventory.Inventory, owner *inventory.Object, c *inventory.Container) []*variable {
	for _, pod := range owner.Pods() {
		for _, other := range pod.Containers {
			if other.Path == c.Path {
				return environmentOf(inv, other)
			}
		}
	}
	return nil
}

// expand puts the values of variables in the place of $(VAR), as far as they are
// known, as the kubelet does.
func expand(text string, env []*variable) string {
	return expansion().ReplaceAllStringFunc(text, func(ref string) string {
		for _, v := range env {
			if "$("+v.name+")" != ref {
				continue
			}
			switch {
			case v.known:
				return v.text
			case v.ref != "":
				return "\x00" + v.kind + " " + v.ref + " " + v.key + "\x00"
			}
		}
		return ref
	})
}

// try keeps the connections that compute what is there; of the others it keeps the
// values that they do.
func (e *Environment) try() error {
	problem, err := e.works(e.found...)
	if err != nil || problem == "" {
		return err
	}
	var kept []*candidate
	for _, c := range e.found {
		if problem, err = e.works(c); err != nil {
			return err
		}
		if problem == "" {
			kept = append(kept, c)
			continue
		}
		var values []typed
		for _, t := range c.values {
			one := *c
			one.values = []typed{t}
			if problem, err = e.works(&one); err != nil {
				return err
			}
			if problem == "" {
				values = append(values, t)
			} else {
				e.Left = append(e.Left, Left{Where: t.owner.Kind + " " + t.owner.Name, Variable: t.variable, Reason: problem})
			}
		}
		c.values = values
		if slices.ContainsFunc(values, func(t typed) bool { return t.carries&engine.Hosts != 0 }) {
			kept = append(kept, c)
		}
	}
	e.found = kept
	if problem, err = e.works(kept...); err == nil && problem != "" {
		err = fmt.Errorf("%s: the connections that were recognized contradict each other: %s", e.Name, problem)
	}
	return err
}

// settle runs the function over the build until nothing ends it: what is missing
// becomes an external, and any other finding is set aside, each for somebody to
// say why.
func (e *Environment) settle(ctx context.Context, secrets *redact.Secrets) error {
	outside := map[string]bool{}
	for round := 0; ; round++ {
		inv, err := e.inventory()
		if err != nil {
			return err
		}
		cfg := &config.ConfigPipeline{APIVersion: config.APIVersion, Kind: config.Kind, Metadata: config.Metadata{Name: "try"}, Spec: e.spec}
		cfg.Spec.Receipt = false
		res, err := fn.Process(ctx, inv, cfg)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		for _, c := range res.Changes {
			e.switchOff(c.Normalizer)
		}
		changed := false
		said := func(name string) bool {
			is, ok := outside[name]
			if !ok {
				is = saidOutsideSecrets(inv, name)
				outside[name] = is
			}
			return is
		}
		for i := range res.Findings {
			f := &res.Findings[i]
			switch {
			case f.Missing != nil && f.Missing.Kind == serviceKind.Kind && !said(f.Missing.Name):
				// The host of an address that is a Secret whole.
				changed = f.Severity == finding.Error && e.ignore(f) || changed
			case f.Missing != nil && f.Severity >= finding.Warning && round == 0 || f.Missing != nil && f.Severity == finding.Error:
				changed = e.external(f.Missing) || changed
			case f.Severity == finding.Error:
				if secret := e.secretOf(f); secret != "" {
					changed = e.external(&finding.Resource{Kind: "Secret", Name: secret}) || changed
					continue
				}
				if config.Is(f.Resource.APIVersion, f.Resource.Kind) {
					return fmt.Errorf("%s: %s", e.Name, f.Message)
				}
				changed = e.ignore(f) || changed
			}
		}
		if !changed && finding.Count(res.Findings, finding.Error) == 0 {
			break
		}
		if !changed || round > 20 {
			return fmt.Errorf("%s: the function ends its build, and nothing sets that aside: krm-validate check %s says why", e.Name, e.Name)
		}
	}
	if v := e.spec.Validate; v != nil {
		// A replacement may have put it there.
		public := func(kind, name string) error {
			if secrets.Masked(name) == name {
				return nil
			}
			return fmt.Errorf("%s: the name of a %s is made of a value of a Secret, and a configuration holds nothing of one: see krm-validate check %s", e.Name, kind, e.Name)
		}
		for _, x := range v.Externals {
			if err := public(x.Kind, x.Name); err != nil {
				return err
			}
		}
		for _, x := range v.Ignore {
			if err := public(x.Kind, x.Name); err != nil {
				return err
			}
		}
		slices.SortFunc(v.Externals, func(a, b config.External) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
		})
		slices.SortFunc(v.Ignore, func(a, b config.Ignore) int {
			return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
		})
	}
	return nil
}

// secretOf is the Secret that a connection takes its credentials from, where a
// finding is that the build does not make it.
func (e *Environment) secretOf(f *finding.Finding) string {
	if f.Rule != connection.RuleSecretNotFound || f.Resource.Kind != config.Kind {
		return ""
	}
	for name, c := range e.spec.Connections {
		if c.Credentials != nil && f.Field == "spec.connections"+fieldpath.ToKey(name)+".credentials.secret" {
			return c.Credentials.Secret
		}
	}
	return ""
}

// switchOff keeps a normalizer from changing what is there.
func (e *Environment) switchOff(normalizer string) {
	off := false
	if e.spec.Normalize == nil {
		e.spec.Normalize = &config.Normalize{}
	}
	n := e.spec.Normalize
	switch normalizer {
	case "quantities":
		n.Quantities = &config.Quantities{Toggle: config.Toggle{Enabled: &off}}
	case "env":
		n.Env = &config.Env{Toggle: config.Toggle{Enabled: &off}}
	case "resources":
		n.Resources = nil
	case "images":
		n.Images = nil
	}
}

func (e *Environment) validate() *config.Validate {
	if e.spec.Validate == nil {
		e.spec.Validate = &config.Validate{}
	}
	return e.spec.Validate
}

func (e *Environment) external(missing *finding.Resource) bool {
	v := e.validate()
	entry := config.External{Kind: missing.Kind, Name: missing.Name, Reason: todo}
	if slices.ContainsFunc(v.Externals, func(x config.External) bool { return x.Kind == entry.Kind && x.Name == entry.Name }) {
		return false
	}
	v.Externals = append(v.Externals, entry)
	e.Externals = append(e.Externals, missing.Kind+" "+missing.Name)
	return true
}

func (e *Environment) ignore(f *finding.Finding) bool {
	v := e.validate()
	entry := config.Ignore{Rule: f.Rule, Kind: f.Resource.Kind, Name: f.Resource.Name, Reason: todo}
	if slices.ContainsFunc(v.Ignore, func(x config.Ignore) bool {
		return x.Rule == entry.Rule && x.Kind == entry.Kind && x.Name == entry.Name
	}) {
		return false
	}
	v.Ignore = append(v.Ignore, entry)
	e.Ignored = append(e.Ignored, f.Rule+": "+f.Resource.Kind+" "+unhashed(&f.Resource)+": "+f.Sentence())
	return true
}

// configure writes the pipelines of environments, and what they have in common
// once.
func configure(l *layout, envs []*Environment) error {
	var specs []*yaml.Node
	for _, e := range envs {
		n, err := specNode(&e.spec)
		if err != nil {
			return err
		}
		specs = append(specs, n)
	}
	name := nameOf(envs)
	shared := ""
	var rest []*yaml.Node
	if len(envs) > 1 {
		common, own := share(specs)
		if common != nil && (len(common.Content) > 2 || common.Content[0].Value != "receipt") {
			dir, err := sharedDir(l, envs)
			if err != nil {
				return err
			}
			text, err := document(name, common, true)
			if err != nil {
				return err
			}
			l.tree.add(filepath.Join(dir, "pipeline.yaml"), text, 0o644)
			l.tree.add(filepath.Join(dir, "kustomization.yaml"), []byte(sharedKustomization()), 0o644)
			shared, rest = dir, own
		}
	}
	for i, e := range envs {
		o := e.overlay
		pipeline := filepath.Join(o.env, "pipeline")
		run := filepath.Join(pipeline, "run")
		add := func(dir, file, text string) { l.tree.add(filepath.Join(dir, file), []byte(text), 0o644) }
		add(pipeline, "kustomization.yaml", outerKustomization(name, relative(pipeline, o.source)))
		configPath := "config.yaml"
		switch {
		case shared == "":
			text, err := document(name, specs[i], true)
			if err != nil {
				return err
			}
			add(run, configPath, string(text))
		case rest[i] == nil:
			configPath = relative(run, shared)
		default:
			text, err := document(name, rest[i], false)
			if err != nil {
				return err
			}
			own := filepath.Join(pipeline, "config")
			add(own, "config.yaml", string(text))
			add(own, "kustomization.yaml", ownKustomization(relative(own, shared)))
			configPath = relative(run, own)
		}
		add(run, "kustomization.yaml", runKustomization(relative(run, o.source), configPath))
	}
	return nil
}

// sharedDir is where what environments have in common goes: beside the base that
// all build on, or beside the overlays.
func sharedDir(l *layout, envs []*Environment) (string, error) {
	base, above := "", ""
	for i, e := range envs {
		o := e.overlay
		above = common(above, filepath.Dir(o.dir))
		mine := ""
		for _, r := range append(slices.Clone(o.kustomization.Resources), o.kustomization.Bases...) { //nolint:staticcheck // people have bases
			dir := filepath.Join(o.dir, filepath.FromSlash(r))
			rel, err := filepath.Rel(o.dir, dir)
			if err == nil && lock.KustomizationIn(dir) != "" && !filepath.IsLocal(rel) && mine == "" {
				mine = dir
			}
		}
		if i == 0 {
			base = mine
		} else if mine != base {
			base = ""
		}
	}
	root := filepath.Dir(above)
	if rel, err := filepath.Rel(l.top, base); base != "" && err == nil && filepath.IsLocal(rel) && rel != "." {
		root = base
	}
	if rel, err := filepath.Rel(l.top, root); err != nil || !filepath.IsLocal(rel) {
		root = above
	}
	if dir := filepath.Join(root, "base"); lock.KustomizationIn(dir) != "" && base == "" {
		root = dir
	}
	for _, name := range []string{"config", "pipeline-config"} {
		dir := filepath.Join(root, name)
		if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) || empty(dir) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s has a config and a pipeline-config already, and the configuration that the environments share has to go somewhere: name them one by one, then each gets its own", root)
}

var notInName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9.-]+`) })

// nameOf is the name of the configuration: that of the application as its labels
// have it.
func nameOf(envs []*Environment) string {
	names := map[string]bool{}
	for _, e := range envs {
		inv, err := e.inventory()
		if err != nil {
			continue
		}
		for _, o := range inv.Objects() {
			if part := o.Label("app.kubernetes.io/part-of"); part != "" {
				names[part] = true
			}
		}
	}
	if all := slices.Sorted(maps.Keys(names)); len(all) == 1 {
		if name := strings.Trim(notInName().ReplaceAllString(strings.ToLower(all[0]), "-"), "-."); name != "" {
			return name
		}
	}
	return "pipeline"
}

// lock makes the environment's lock, and compares what it builds to with
// what it was. there says where a path of the environment is in files.
func (e *Environment) lock(planned *kbuild.Snapshot, opts Options, files map[string][]byte, there func(string) string) error {
	o := e.overlay
	e.Differences = nil
	var after *kbuild.Result
	var failed []string
	made, err := lock.Make(lock.Planned(o.envName, there(o.env), there(o.source)), lock.Options{
		Build: opts.Build, Files: planned, Inputs: opts.Inputs,
		Built: func(_ *kbuild.Snapshot, result *kbuild.Result) {
			after = result
			if result == nil {
				return
			}
			for i := range result.Runs {
				for _, f := range result.Runs[i].Findings {
					if f.Severity == finding.Error {
						failed = append(failed, f.Resource.String()+": "+f.Message)
					}
				}
			}
		},
	})
	if err != nil {
		if len(failed) > 0 {
			return fmt.Errorf("%s: its pipeline would not build:\n  %s", e.Name, strings.Join(failed, "\n  "))
		}
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	for path, content := range made.Files() {
		rel, err := filepath.Rel(there(o.env), path)
		if err != nil {
			return err
		}
		files[filepath.Join(o.env, rel)] = content
	}
	before, err := inventoryOf(e.before.Resources)
	if err != nil {
		return err
	}
	now, err := inventoryOf(after.Resources)
	if err != nil {
		return err
	}
	return e.explain(compare.Builds(before, now), now)
}

func inventoryOf(m resmap.ResMap) (*inventory.Inventory, error) {
	inv := &inventory.Inventory{Finished: true}
	for _, r := range m.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return nil, err
		}
		docs, err := manifest.Read("", bytes.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			inv.Add(d.Node, inventory.Source{})
		}
	}
	return inv, nil
}

// inContainer matches the field of a variable of a container.
var inContainer = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:containers|initContainers)\[([^\]]*)\]\.env\[([^\]]*)\]`)
})

// inData matches the key of a ConfigMap.
var inData = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:data|stringData)(?:\.([^.\[]+)|\["(.+)"\])$`) })

// helperField matches what the entry of a variable that reads a Secret consists of.
var helperField = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\](?:\.name|\.valueFrom\.secretKeyRef(?:\..+)?)$`) })

// explain says of each difference why it is none in meaning.
func (e *Environment) explain(changes []compare.Change, now *inventory.Inventory) error {
	var unknown []string
	for _, c := range changes {
		what := ""
		if c.New != nil {
			what = c.New.Kind + " " + unhashed(c.New)
		} else {
			what = c.Old.Kind + " " + unhashed(c.Old)
		}
		if c.Old == nil || c.New == nil {
			unknown = append(unknown, what)
			continue
		}
		said := map[string]bool{}
		for _, f := range c.Fields {
			name, reason := e.reason(c.New, f.Path, now)
			if reason == "" {
				unknown = append(unknown, what+": "+f.Path)
				continue
			}
			if !said[name] {
				said[name] = true
				e.Differences = append(e.Differences, Difference{What: what + ": " + name, Reason: reason})
			}
		}
	}
	if len(unknown) > 0 {
		return &UnexplainedError{Name: e.Name, Differences: unknown}
	}
	return nil
}

// unhashed is a resource's name without the hash of a generator.
func unhashed(r *finding.Resource) string {
	if m := hash().FindStringSubmatch(r.Name); m != nil && (r.Kind == "ConfigMap" || r.Kind == "Secret") {
		return m[1]
	}
	return r.Name
}

var hash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)-[2-9bcdfghkmt]{10}$`) })

// reason finds the connection that a field was written by.
func (e *Environment) reason(r *finding.Resource, path string, now *inventory.Inventory) (name, reason string) {
	is := func(o *inventory.Object) bool {
		return o.Kind == r.Kind && (o.Namespace == r.Namespace) && (o.Name == r.Name || strings.HasPrefix(r.Name, o.Name+"-"))
	}
	if m := inData().FindStringSubmatch(path); m != nil {
		key := m[1] + m[2]
		for _, c := range e.found {
			for _, t := range c.values {
				if t.container == nil && t.variable == key && is(t.owner) {
					return key, c.why(&t)
				}
			}
		}
	}
	m := inContainer().FindStringSubmatch(path)
	if m == nil {
		return "", ""
	}
	for _, c := range e.found {
		for _, t := range c.values {
			if t.container == nil || t.container.Name != m[1] || !is(t.owner) {
				continue
			}
			if t.variable == m[2] {
				return m[2], c.why(&t)
			}
			if helperField().MatchString(path) && puts(now, r, m[1], t.variable, m[2]) {
				return m[2], fmt.Sprintf("a key of Secret %s, which the kubelet puts into %s", c.credentials.Secret, t.variable)
			}
		}
	}
	return "", ""
}

// puts reports whether a variable of a container has another one put into it.
func puts(now *inventory.Inventory, r *finding.Resource, container, variable, other string) bool {
	for _, o := range now.Objects() {
		if o.Resource() != *r {
			continue
		}
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
					if c.Name == container && yamlnode.GetString(n, "name") == variable && strings.Contains(yamlnode.GetString(n, "value"), "$("+other+")") {
						return true
					}
				}
			}
		}
	}
	return false
}

// why says why what is computed means what was typed.
func (c *candidate) why(t *typed) string {
	service := "the same Service by its full name"
	if c.service == nil {
		service = "the same address"
	}
	if t.meant != t.text {
		return fmt.Sprintf("the Service is called %s in this build, and what was typed leads nowhere: kustomize renames no text", c.service.Name)
	}
	if t.secret {
		return service + "; it is no value of the Secret any more, the kubelet puts it together from the Secret's keys"
	}
	if a, _ := withoutReferences(t.text); a == t.text && c.credentials.PasswordKey != "" && strings.Contains(t.text, "@") {
		return service + "; what was typed in it comes from Secret " + c.credentials.Secret + " now, which has the same"
	}
	return service
}
