package kbuild

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Loss is an entry of a kustomization that a build went on without: see Options.Lost.
type Loss struct {
	// Dir is the folder of the kustomization, Entry the path or the address that the
	// entry names, without what may be a secret, "" where it names none.
	Dir, Entry string
	// Namespace is the one that it goes to, "" where nothing says so.
	Namespace string
	// Resources says that the entry adds resources, and does nothing to others.
	Resources bool
	// Chart says that helm would have to run for it.
	Chart bool
	// Patch says that it changes resources that are there.
	Patch bool
	// Generates is the name of the ConfigMap or the Secret that it generates, or adds
	// keys to: those of its literals, a line each, and others where it Reads files.
	Generates, Keys string
	Reads           bool
}

// generator is what is lost with a generator.
func generator(args *types.GeneratorArgs) Loss {
	l := Loss{Generates: args.Name, Reads: len(args.FileSources)+len(args.EnvSources) > 0 || args.EnvSource != ""}
	for _, literal := range args.LiteralSources {
		key, _, _ := strings.Cut(literal, "=")
		l.Keys += key + "\n"
	}
	return l
}

// MayGive reports whether the entry may give an object of that name the key.
func (l *Loss) MayGive(name, key string) bool {
	return l.Generates != "" && strings.Contains(name, l.Generates) && (l.Reads || slices.Contains(strings.Split(l.Keys, "\n"), key))
}

// MayNeed reports whether the entry may have failed for want of another one: a patch of the
// kustomization that it is in changes nothing that others are for.
func (l *Loss) MayNeed(other Loss) bool {
	return !(other.Patch && other.Dir == l.Dir) && (other.Generates == "" || l.Generates == "" || other.Generates == l.Generates)
}

// adding are the fields of kustomizations whose entries add resources.
var adding = map[string]bool{"resources": true, "generators": true, "configMapGenerator": true, "secretGenerator": true, "helmCharts": true}

// lose reports whether the build goes on without the entry of a field that an error
// is about. The function's end is that of the build, and limits are kept.
func (v *level) lose(err error, field, entry, namespace string) bool {
	return v.loses(err, field, Loss{Entry: entry, Namespace: namespace})
}

// loses is lose, of what is known of the entry.
func (v *level) loses(err error, field string, l Loss) bool {
	if v.opts.Lost == nil || errors.As(err, new(*FunctionError)) || errors.As(err, new(*beyond)) || errors.Is(err, errOwnSchema) || asRefused(err) != nil {
		return false
	}
	if !isLocal(l.Entry) {
		l.Entry = showAddress(l.Entry)
	}
	l.Dir, l.Namespace = v.dir().String(), cmp.Or(v.above, v.k.Namespace, l.Namespace)
	l.Resources, l.Chart, l.Patch = adding[field] && !v.configures, field == "helmCharts", kustomizes[field]
	v.opts.Lost(l, err)
	return true
}

// Explain says what a build was told of with a Loss, nil where that is not certain.
func Explain(fsys filesys.FileSystem, dir string, err error, opts Options) *Failure {
	said := sure(err)
	if said == "" {
		return nil
	}
	b := newBuilder(fsys, opts)
	if b.opts.Secrets == nil {
		b.opts.Secrets = &redact.Secrets{}
	}
	root, _ := rootOf(b.fsys, dir)
	var f *Failure
	if !errors.As(b.explainFailure(root, b.opts.Secrets.Foreign(simplify(errors.New(said))), err, said), &f) || !f.Known() {
		return nil
	}
	return f
}
