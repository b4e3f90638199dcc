package rules

import (
	"slices"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// wiringRules are about how configuration reaches containers: everything they
// refer to exists, and yet they get the wrong value, or none.
func wiringRules() []*Rule {
	return append([]*Rule{envFromConflict, envOverridesConfig, variableNotExpandedInData, urlContradictsParts, configNotUsed, bracesNotExpanded, scriptVariableSubstituted, addressDiffers}, typedRules()...)
}

// containerEnv is what is known of the variables of one container.
type containerEnv struct {
	owner     *inventory.Object
	container *inventory.Container
	sources   []envSource
	entries   []envEntry
	// last is the index of the entry that wins, by name; nil until it is asked for.
	last atomic.Pointer[map[string]int32]
}

// envSource is one element of envFrom.
type envSource struct {
	// node is the scalar with the name of the object.
	node   *yaml.Node
	prefix string
	// data is nil where nothing is known of the object.
	data *settings
}

// envEntry is one element of env.
type envEntry struct {
	name string
	// node is what says the value: a scalar, or the name of the object in a
	// valueFrom.
	node *yaml.Node
	// from is what says where else the value is, nil where node is the value; data
	// is the object that has it under key.
	from *yaml.Node
	data *settings
}

// ref says that the value is in data under key.
func (e *envEntry) ref() bool { return e.from != nil }

func (e *envEntry) key() string { return yamlnode.GetString(e.from, "key") }

// settings are the values of one ConfigMap or Secret as containers see them.
type settings struct {
	object    *inventory.Object
	content   *inventory.Content
	encrypted bool
	names     []string
	// urls are the keys of database and broker URLs, expanding those of values
	// with $(NAME) in them.
	urls, expanding []string
}

// variable is one variable of a container, from one place.
type variable struct {
	name, text string
	known      bool
	// holder and node are where the value is written: in the workload, a
	// ConfigMap or a Secret. node is nil where it is written nowhere.
	holder *inventory.Object
	node   *yaml.Node
}

// wiring is what the rules about variables share. It is only read.
type wiring struct {
	containers []*containerEnv
	settings   map[*inventory.Object]*settings
}

// wired is how the configuration of a build reaches its containers.
var wired = NewFact(func(b *Build) *wiring {
	w := &wiring{settings: map[*inventory.Object]*settings{}}
	targets := map[spot]*inventory.Object{}
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, r := range b.refs.To(inventory.GroupKind{Kind: kind}) {
			if r.Pod == nil || !strings.HasPrefix(r.Row.Path, "container.env") {
				continue
			}
			if res := b.resolve(r); res.Status == reference.Found && res.Target != nil {
				targets[spot{r.From, r.Parent}] = res.Target
			}
		}
	}
	b.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		envFrom := yamlnode.Elements(yamlnode.Get(c.Node, "envFrom"))
		env := yamlnode.Elements(yamlnode.Get(c.Node, "env"))
		if len(envFrom) == 0 && len(env) == 0 {
			return
		}
		e := &containerEnv{owner: o, container: c}
		e.sources = make([]envSource, 0, len(envFrom))
		for _, n := range envFrom {
			e.sources = append(e.sources, w.source(o, n, targets))
		}
		e.entries = make([]envEntry, 0, len(env))
		for _, n := range env {
			e.entries = append(e.entries, w.entry(o, n, targets))
		}
		w.containers = append(w.containers, e)
	})
	return w
})

// containerEnvs are the variables of the containers that have some.
var containerEnvs = NewFact(func(b *Build) map[*inventory.Container]*containerEnv {
	all := map[*inventory.Container]*containerEnv{}
	for _, e := range wired.Of(b).containers {
		all[e.container] = e
	}
	return all
})

func (w *wiring) source(o *inventory.Object, n *yaml.Node, targets map[spot]*inventory.Object) envSource {
	s := envSource{prefix: yamlnode.GetString(n, "prefix")}
	for _, field := range [...]string{"configMapRef", "secretRef"} {
		if ref := yamlnode.Get(n, field); ref != nil {
			s.node = yamlnode.Get(ref, "name")
			s.data = w.of(targets[spot{o, ref}])
		}
	}
	return s
}

func (w *wiring) entry(o *inventory.Object, n *yaml.Node, targets map[spot]*inventory.Object) envEntry {
	e := envEntry{name: yamlnode.GetString(n, "name"), node: yamlnode.Get(n, "value")}
	from := yamlnode.Get(n, "valueFrom")
	if from == nil || yamlnode.String(e.node) != "" {
		return e
	}
	e.node, e.from = from, from
	for _, field := range [...]string{"configMapKeyRef", "secretKeyRef"} {
		if ref := yamlnode.Get(from, field); ref != nil {
			e.node, e.from = yamlnode.Get(ref, "name"), ref
			e.data = w.of(targets[spot{o, ref}])
		}
	}
	return e
}

// of reads a ConfigMap or Secret, once.
func (w *wiring) of(o *inventory.Object) *settings {
	if o == nil {
		return nil
	}
	s := w.settings[o]
	if s != nil {
		return s
	}
	s = &settings{object: o, content: o.Content(), encrypted: o.Node != nil && o.Get("sops") != nil}
	s.names = make([]string, 0, len(s.content.Keys))
	for _, key := range s.content.Keys {
		if !s.has(key) {
			continue
		}
		s.names = append(s.names, key)
		text, known := s.value(key)
		if !known {
			continue
		}
		if isServiceURL(text) {
			s.urls = append(s.urls, key)
		}
		if strings.Contains(text, "$(") && len(expansions(text)) > 0 {
			s.expanding = append(s.expanding, key)
		}
	}
	w.settings[o] = s
	return s
}

// has reports whether a key is there. Binary data is not for environments.
func (s *settings) has(key string) bool {
	v, written := s.content.Get(key)
	return v.Field != "binaryData" && (written || slices.Contains(s.content.Keys, key))
}

// value returns the value of a key, if it is known.
func (s *settings) value(key string) (text string, known bool) {
	v, written := s.content.Get(key)
	if !written || s.encrypted || v.Field == "binaryData" {
		return "", false
	}
	text, ok := plainText(v)
	if !ok && yamlnode.String(v.Node) != "" || filledLater(text) {
		return "", false
	}
	return text, true
}

// filledLater reports whether something puts the real value in the place of
// text: a deployment tool, or a secret store at the start of the container.
func filledLater(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<%") ||
		strings.HasPrefix(text, "ENC[") || strings.HasPrefix(text, "vault:") || apischema.IsSecretReference(text) ||
		strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">")
}

func (s *settings) variable(name, key string) *variable {
	v := &variable{name: name, holder: s.object}
	v.text, v.known = s.value(key)
	if value, ok := s.content.Get(key); ok {
		v.node = value.Node
	}
	return v
}

// String is `ConfigMap "shared"`.
func (s *settings) String() string { return s.object.Kind + ` "` + s.object.Name + `"` }

// get returns the variable that a source gives the container, or nil.
func (s *envSource) get(name string) *variable {
	if s.data == nil {
		return nil
	}
	key, ok := strings.CutPrefix(name, s.prefix)
	if !ok || !s.data.has(key) {
		return nil
	}
	return s.data.variable(name, key)
}

// fromSources returns what envFrom makes of a name, and the index of the source
// that wins.
func (e *containerEnv) fromSources(name string) (*variable, int) {
	for i, s := range slices.Backward(e.sources) {
		if v := s.get(name); v != nil {
			return v, i
		}
	}
	return nil, -1
}

// entry returns the variable that entry i of env makes.
func (e *containerEnv) entry(i int) *variable {
	entry := &e.entries[i]
	if entry.ref() {
		if entry.data == nil {
			return &variable{name: entry.name, holder: e.owner}
		}
		return entry.data.variable(entry.name, entry.key())
	}
	v := &variable{name: entry.name, holder: e.owner, node: entry.node}
	v.text, v.known = e.expand(yamlnode.String(entry.node), i, 0)
	return v
}

// lastEntry returns the index of the entry of a name that wins, or -1.
func (e *containerEnv) lastEntry(name string) int {
	const few = 16 // entries are looked through
	if len(e.entries) <= few {
		for i := len(e.entries) - 1; i >= 0; i-- {
			if e.entries[i].name == name {
				return i
			}
		}
		return -1
	}
	last := e.last.Load()
	if last == nil {
		made := make(map[string]int32, len(e.entries))
		for i := range e.entries {
			made[e.entries[i].name] = int32(i)
		}
		last = &made
		e.last.Store(last)
	}
	if i, ok := (*last)[name]; ok {
		return int(i)
	}
	return -1
}

// get returns the variable as the container sees it in the end, or nil.
func (e *containerEnv) get(name string) *variable {
	if i := e.lastEntry(name); i >= 0 {
		return e.entry(i)
	}
	v, _ := e.fromSources(name)
	return v
}

// expand does what the kubelet does with $(NAME) in the value of entry i: it
// puts in what envFrom and the entries before this one say. The answer is not
// known where one of these is not.
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
func (e *containerEnv) expand(text string, i, depth int) (string, bool) {
	if filledLater(text) || depth > 10 {
		return "", false
	}
	if !strings.Contains(text, "$") {
		return text, true
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 == len(text) {
			b.WriteString(text)
			return b.String(), true
		}
		b.WriteString(text[:at])
		text = text[at:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			b.WriteByte('$')
			text = text[2:]
			continue
		case text[1] != '(' || end < 0:
			b.WriteByte('$')
			text = text[1:]
			continue
		}
		value, ok := e.before(text[2:end], i, depth)
		if !ok {
			return "", false
		}
		b.WriteString(value)
		text = text[end+1:]
	}
}

// before returns the value of a variable at the time entry i is made.
func (e *containerEnv) before(name string, i, depth int) (string, bool) {
	for j := i - 1; j >= 0; j-- {
		entry := &e.entries[j]
		switch {
		case entry.name != name:
		case !entry.ref():
			return e.expand(yamlnode.String(entry.node), j, depth+1)
		case entry.data == nil:
			return "", false
		default:
			v := entry.data.variable(name, entry.key())
			return v.text, v.known
		}
	}
	if v, _ := e.fromSources(name); v != nil {
		return v.text, v.known
	}
	return "", false // a Service's variable, or nothing
}
