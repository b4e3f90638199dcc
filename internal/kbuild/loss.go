package kbuild

import (
	"cmp"
	"errors"
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
	// Generates is the name of the ConfigMap or the Secret that it generates, or adds
	// keys to.
	Generates string
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
	l.Resources, l.Chart = adding[field] && !v.configures, field == "helmCharts"
	v.opts.Lost(l)
	return true
}
