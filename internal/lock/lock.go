// Package lock pins the result of a pipeline as a kustomize Component, so that
// tools that never run functions (kubectl apply -k, Flux) apply it too.
//
// An environment is a directory with source/ (resources; they may be elsewhere),
// pipeline/ (source with the function run over it), lock/ (written here) and a
// kustomization.yaml of source and lock. A lock is the difference of the first
// two at the point of a build where a component is applied: before hashes are
// added to names and references are repaired. Both then happen to the locked
// build exactly as to the pipeline's.
package lock

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// Options tune how locks are made. The zero value is ready to use.
type Options struct {
	// Build is how kustomizations are built.
	Build kbuild.Options
	// Files is where they are, the disk unless set.
	Files *kbuild.Snapshot
	// Recheck has what was proved when a lock was written proved again without
	// stock kustomize, by the builder that is tested against it. What that one does
	// not take is still for stock kustomize.
	Recheck bool
	// Built gets what building the pipeline came to, nil if there is nothing to
	// say. It may be nil.
	Built func(*kbuild.Snapshot, *kbuild.Result)
	// Inputs returns the fields that values were computed from, beyond those
	// that show in the values. It gets the source's resources, which are not to be
	// changed, and the configurations that the pipeline runs the function with.
	Inputs func(source []*yaml.Node, configs []string) ([]Input, error)
}

// Lock is the lock of one environment as it should be.
type Lock struct {
	env   *Environment
	files files
	// addKustomization says that the environment has no kustomization.yaml yet.
	addKustomization bool
	// inputs are what the lock was made of.
	inputs *kbuild.Snapshot
}

// NotEqualError says that the environment with its lock does not build to what
// its pipeline builds to.
type NotEqualError struct {
	Dir string
	// Differences name objects and fields, never values.
	Differences []string
}

func (e *NotEqualError) Error() string {
	const most = 10
	list := e.Differences
	more := ""
	if len(list) > most {
		more = fmt.Sprintf("\n  and %d more", len(list)-most)
		list = list[:most]
	}
	return fmt.Sprintf("%s: the pipeline cannot be locked: with the lock, stock kustomize builds something else:\n  %s%s",
		e.Dir, strings.Join(list, "\n  "), more)
}

// Make builds the environment's source and pipeline and returns its lock. It
// has proved that stock kustomize builds the same from source and lock as the
// pipeline builds. Nothing is written.
func Make(env *Environment, opts Options) (*Lock, error) {
	// All builds see one state of the tree.
	fsys := opts.Files
	if fsys == nil {
		fsys = kbuild.NewSnapshot(filesys.MakeFsOnDisk())
	}
	want, before, after, err := kbuild.BuildCaptured(fsys, env.Pipeline(), env.Source, opts.Build)
	if opts.Built != nil {
		opts.Built(fsys, want)
	}
	if err != nil {
		return nil, err
	}
	var inputs []Input
	if opts.Inputs != nil {
		if inputs, err = opts.Inputs(before.Items, after.Configs); err != nil {
			return nil, err
		}
	}
	l := &Lock{env: env, inputs: fsys, addKustomization: !fsys.Exists(env.kustomization())}
	if err := kbuild.WithSchema(func() error { return l.plan(before, after, inputs) }); err != nil {
		return nil, err
	}
	return l, l.prove(fsys, want.Resources, opts)
}

// plan makes the files of the lock.
func (l *Lock) plan(before, after *kbuild.Captured, inputs []Input) error {
	source, err := readState(before.Items)
	if err != nil {
		return fmt.Errorf("%s: %w", l.env.Source, err)
	}
	result, err := readState(after.Items)
	if err != nil {
		return fmt.Errorf("%s: %w", l.env.Pipeline(), err)
	}
	p, err := newPlan(source, result, after.Configs, inputs)
	if err == nil {
		err = p.refuseSecrets(source, result)
	}
	if err == nil {
		l.files, err = p.render("../" + l.env.relative(l.env.Source))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", l.env.Dir, err)
	}
	return nil
}

// Changed reports whether what the lock was made of has changed since.
func (l *Lock) Changed() bool { return l.inputs.Unchanged() != nil }

// Files are the files of the environment that are lock's, by their absolute
// paths: those of the lock, and the environment's own kustomization if there is
// none yet.
func (l *Lock) Files() map[string][]byte {
	all := map[string][]byte{}
	for name, content := range l.files {
		all[l.env.lockFile(name)] = content
	}
	if l.addKustomization {
		all[l.env.kustomization()] = []byte(l.env.ownKustomization())
	}
	return all
}

// prove builds the environment with the lock as any kustomize does, without
// plugins, and compares.
func (l *Lock) prove(fsys filesys.FileSystem, want resmap.ResMap, opts Options) error {
	mounted := &mount{FileSystem: fsys, files: l.Files()}
	if opts.Recheck {
		// Where anything is different, stock kustomize says what.
		b := opts.Build
		plain := kbuild.Options{LoadRestrictor: b.LoadRestrictor, Helm: b.Helm, HelmCommand: b.HelmCommand, Secrets: b.Secrets, Cache: b.Cache}
		if got, err := kbuild.Build(mounted, l.env.Dir, plain); err == nil && len(got.Configs) == 0 {
			if differences, err := compare(want, got.Resources); err == nil && len(differences) == 0 {
				return nil
			}
		}
	}
	got, err := kbuild.Stock(mounted, l.env.Dir, opts.Build)
	if err != nil {
		return fmt.Errorf("%s: stock kustomize cannot build it: %w", l.env.Dir, opts.Build.Secrets.Foreign(err))
	}
	differences, err := compare(want, got)
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		return &NotEqualError{Dir: l.env.Dir, Differences: differences}
	}
	return nil
}

// compare says how got differs from want: objects and fields, no values. The
// order of resources counts only if the sets are the same.
func compare(want, got resmap.ResMap) (differences []string, err error) {
	err = kbuild.WithSchema(func() error {
		differences, err = compareAll(want, got)
		return err
	})
	return differences, err
}

func compareAll(want, got resmap.ResMap) ([]string, error) {
	if kbuild.Same(want, got) {
		return nil, nil
	}
	var differences []string
	theirs := map[string]map[string]any{}
	for _, r := range got.Resources() {
		content, err := r.Map()
		if err != nil {
			return nil, err
		}
		theirs[r.CurId().String()] = content
	}
	for _, r := range want.Resources() {
		id := r.CurId()
		content, ok := theirs[id.String()]
		if !ok {
			differences = append(differences, title(id)+" is missing")
			continue
		}
		delete(theirs, id.String())
		mine, err := r.Map()
		if err != nil {
			return nil, err
		}
		for _, o := range diff("", mine, content) {
			if o.Op == "test" {
				continue
			}
			path := o.Path
			if id.Kind == "Secret" { // its keys may be what should have been values
				path = strings.Join(strings.SplitN(path, "/", 3)[:2], "/")
			}
			differences = append(differences, title(id)+": "+path)
		}
	}
	for _, r := range got.Resources() {
		if _, ok := theirs[r.CurId().String()]; ok {
			differences = append(differences, title(r.CurId())+" should not be there")
		}
	}
	if len(differences) > 0 {
		return differences, nil
	}
	// Nothing that the comparison above overlooks may differ either.
	a, err := sortedYAML(want)
	if err != nil {
		return nil, err
	}
	b, err := sortedYAML(got)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(a, b) {
		return []string{"the same objects are written differently"}, nil
	}
	return nil, nil
}

func sortedYAML(m resmap.ResMap) ([]byte, error) {
	var docs [][]byte
	for _, r := range m.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return nil, err
		}
		docs = append(docs, text)
	}
	slices.SortFunc(docs, bytes.Compare)
	return bytes.Join(docs, []byte("---\n")), nil
}

// ErrEdited is wrapped when lock/ is not as it was written.
var ErrEdited = errors.New("somebody edited the lock by hand")

// mount is a file system with files that need not exist on the disk.
type mount struct {
	filesys.FileSystem
	files map[string][]byte
}

func (m *mount) isDir(path string) bool {
	for name := range m.files {
		if strings.HasPrefix(name, strings.TrimSuffix(path, "/")+"/") {
			return true
		}
	}
	return false
}
