package connection

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// envList edits the env list of one container. The list's order matters:
// the kubelet expands $(VAR) from entries before it only.
type envList struct {
	s     *sink
	ctr   *inventory.Container
	owner *inventory.Object
	list  *yaml.Node // nil until there is one
}

func newEnvList(s *sink, ctr *inventory.Container) *envList {
	return &envList{s: s, ctr: ctr, owner: ctr.Pod.Owner, list: yamlnode.Get(ctr.Node, "env")}
}

// sequence is the env list, made if need be.
func (e *envList) sequence() *yaml.Node {
	if e.list == nil || e.list.Kind != yaml.SequenceNode {
		e.list = yamlnode.EnsureSequence(e.ctr.Node, "env")
	}
	return e.list
}

// find returns the index of the entry that counts, the last of its name, or -1.
func (e *envList) find(name string) int {
	entries := yamlnode.Elements(e.list)
	for i := len(entries) - 1; i >= 0; i-- {
		if yamlnode.GetString(entries[i], "name") == name {
			return i
		}
	}
	return -1
}

func (e *envList) field(i int) string { return fmt.Sprintf("%s.env[%d]", e.ctr.Path, i) }

// inputs are those of every value in this container.
func (e *envList) inputs() []result.Input {
	return append(identity(e.owner), result.Input{Object: e.owner, Field: e.ctr.Path + ".name", Value: e.ctr.Name})
}

// set makes the entry's value or valueFrom what it should be. An entry with
// another one is replaced where it stands, with a note.
func (e *envList) set(name, kind string, want *yaml.Node) int {
	i := e.find(name)
	if i < 0 {
		seq := e.sequence()
		if seq == nil {
			e.s.c.fail(RuleConfig, e.s.variable(name), nil, "%s: %s.env is not a list", e.owner, e.ctr.Path)
			return -1
		}
		seq.Content = append(seq.Content, entry(name, kind, want))
		seq.Style &^= yaml.FlowStyle
		e.owner.Edited()
		return len(seq.Content) - 1
	}
	old := yamlnode.Resolve(e.list.Content[i])
	if sameEntry(old, kind, want) {
		return i
	}
	if yamlnode.Get(old, "value") != nil || yamlnode.Get(old, "valueFrom") != nil {
		e.s.replaced(e.owner, e.field(i), old, name)
	}
	replacement := entry(name, kind, want)
	replacement.HeadComment, replacement.FootComment = old.HeadComment, old.FootComment
	e.list.Content[i] = replacement
	e.owner.Edited()
	return i
}

func entry(name, kind string, value *yaml.Node) *yaml.Node {
	return yamlnode.NewMapping(yamlnode.NewString("name"), yamlnode.NewString(name), yamlnode.NewString(kind), value)
}

// sameEntry reports whether an entry already is what it should be.
func sameEntry(n *yaml.Node, kind string, want *yaml.Node) bool {
	other := map[string]string{"value": "valueFrom", "valueFrom": "value"}[kind]
	if !yamlnode.IsNull(yamlnode.Get(n, other)) {
		return false
	}
	return sameNode(yamlnode.Get(n, kind), want)
}

// sameNode compares scalars and mappings by content, whatever their style.
func sameNode(a, b *yaml.Node) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if a == nil || b == nil || a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.ScalarNode {
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	}
	if a.Kind == yaml.MappingNode {
		for k, v := range yamlnode.Fields(a) {
			if !sameNode(v, yamlnode.Get(b, k.Value)) {
				return false
			}
		}
		return true
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// secretKeyRef is the valueFrom of an entry.
func secretKeyRef(secret, key string) *yaml.Node {
	return yamlnode.NewMapping(yamlnode.NewString("secretKeyRef"), yamlnode.NewMapping(
		yamlnode.NewString("name"), yamlnode.NewString(secret),
		yamlnode.NewString("key"), yamlnode.NewString(key)))
}

// writeValue writes a variable that needs no Secret.
func (e *envList) writeValue(name string, user, password *engine.Text) {
	v, ok := e.s.format(name, e.owner, user, password)
	if !ok || !e.s.c.claim(e.owner, e.ctr.Node, name, v.Env(), e.s) || e.conflicts(name, v.String(), true, nil) {
		return
	}
	if i := e.set(name, "value", yamlnode.NewString(v.Env())); i >= 0 {
		e.s.record(e.owner, e.field(i)+".value", name, e.inputs()...)
	}
}

// writeRef writes a variable that reads a key of a Secret.
func (e *envList) writeRef(name, secret, key string, object *inventory.Object, value string, known bool) {
	if !e.s.c.claim(e.owner, e.ctr.Node, name, secret+"/"+key, e.s) ||
		e.conflicts(name, value, known, &keyOf{object, key}) {
		return
	}
	want := secretKeyRef(secret, key)
	if i := e.find(name); i >= 0 && e.reads(i, secret, key, object) {
		e.s.record(e.owner, e.field(i)+".valueFrom", name, e.inputs()...)
		return
	}
	if i := e.set(name, "valueFrom", want); i >= 0 {
		e.s.record(e.owner, e.field(i)+".valueFrom", name, e.inputs()...)
	}
}

// reads reports whether entry i takes its value from a key of the Secret.
func (e *envList) reads(i int, secret, key string, object *inventory.Object) bool {
	ref := yamlnode.Path(e.list.Content[i], "valueFrom", "secretKeyRef")
	name := yamlnode.GetString(ref, "name")
	if ref == nil || yamlnode.GetString(ref, "key") != key || yamlnode.Bool(yamlnode.Get(ref, "optional")) {
		return false
	}
	return name == secret || object != nil && e.s.c.secret(name, e.owner) == object
}

// keyOf is a key of an object.
type keyOf struct {
	object *inventory.Object
	key    string
}

// envFrom is one source of variables of a container.
type envFrom struct {
	object *inventory.Object
	prefix string
}

// sources are the container's envFrom sources, as far as they are known.
func (e *envList) sources() []envFrom {
	var sources []envFrom
	for _, n := range yamlnode.Elements(yamlnode.Get(e.ctr.Node, "envFrom")) {
		src := envFrom{prefix: yamlnode.GetString(n, "prefix")}
		if name := yamlnode.GetString(n, "secretRef", "name"); name != "" {
			src.object = e.s.c.secret(name, e.owner)
		} else if name := yamlnode.GetString(n, "configMapRef", "name"); name != "" {
			src.object = e.s.c.inv.Lookup(configMapKind, e.owner.Namespace, name, true, e.owner)
		}
		if src.object != nil {
			sources = append(sources, src)
		}
	}
	return sources
}

// conflicts reports an envFrom source that gives the variable another value.
// same is the key that the variable itself reads, if any.
func (e *envList) conflicts(name, value string, known bool, same *keyOf) bool {
	for _, src := range e.sources() {
		key, ok := strings.CutPrefix(name, src.prefix)
		if !ok || !slices.Contains(src.object.Content().Keys, key) {
			continue
		}
		if same != nil && same.object == src.object && same.key == key {
			continue
		}
		if v, ok := src.object.Content().Get(key); ok && known {
			if text, ok := valueOf(v); ok && (text == value || e.s.c.sameAddress(e.owner, value, text)) {
				continue
			}
		}
		e.s.c.add(finding.Finding{
			Rule: RuleConflict, Resource: e.owner.Resource(),
			Field: e.ctr.Path + ".envFrom", File: e.owner.File, Line: e.owner.LineOf(e.ctr.Node),
			Message: fmt.Sprintf("container %s of %s gets %s from %s through envFrom, with another value than connection %s computes",
				e.ctr.Name, e.owner, name, src.object, e.s.c.name),
			Help: removeKey(key, src.object, e.otherReaders(src.object, key)),
		})
		return true
	}
	return false
}

// removeKey says what to do about a key that a connection replaces, and who else
// reads it.
func removeKey(key string, from *inventory.Object, others []string) string {
	if len(others) == 0 {
		return fmt.Sprintf("remove the key %s from %s: the connection replaces it", key, from)
	}
	slices.Sort(others) // the same in whichever order the files come
	return fmt.Sprintf("the connection replaces the key %s of %s here, and it is read by %s too: let the connection go into that as well before you remove it, or give this workload a source without it",
		key, from, strings.Join(others, ", "))
}

// otherReaders are who takes a key of a ConfigMap or Secret besides this
// container: as a variable, or in a volume.
func (e *envList) otherReaders(from *inventory.Object, key string) []string {
	field := map[string][2]string{"ConfigMap": {"configMapRef", "configMapKeyRef"}, "Secret": {"secretRef", "secretKeyRef"}}[from.Kind]
	var others []string
	add := func(name string) {
		if !slices.Contains(others, name) {
			others = append(others, name)
		}
	}
	for _, o := range e.s.c.inv.Objects() {
		if o.Node == nil || !inventory.SameNamespace(o.Namespace, from.Namespace) {
			continue
		}
		is := func(name string) bool { return name != "" && (name == from.Name || from.WasCalled(name)) }
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				reads := false
				for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "envFrom")) {
					reads = reads || is(yamlnode.GetString(n, field[0], "name"))
				}
				for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
					ref := yamlnode.Path(n, "valueFrom", field[1])
					reads = reads || is(yamlnode.GetString(ref, "name")) && yamlnode.GetString(ref, "key") == key
				}
				switch {
				case !reads || c.Node == e.ctr.Node:
				case o == e.owner:
					add("container " + c.Name + " of it")
				default:
					add(o.Kind + " " + o.Name)
				}
			}
			if mountsKey(pod, from.Kind, key, is) {
				add("a volume of " + o.Kind + " " + o.Name)
			}
		}
	}
	return others
}

// mountsKey reports whether a volume of a pod has a key of a ConfigMap or Secret
// as a file.
func mountsKey(pod *inventory.Pod, kind, key string, is func(string) bool) bool {
	takes := func(source *yaml.Node) bool {
		if source == nil || !is(yamlnode.GetString(source, "name")) && !is(yamlnode.GetString(source, "secretName")) {
			return false
		}
		items := yamlnode.Elements(yamlnode.Get(source, "items"))
		return len(items) == 0 || slices.ContainsFunc(items, func(n *yaml.Node) bool { return yamlnode.GetString(n, "key") == key })
	}
	source := map[string]string{"ConfigMap": "configMap", "Secret": "secret"}[kind]
	for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
		if takes(yamlnode.Get(v, source)) {
			return true
		}
		for _, s := range yamlnode.Elements(yamlnode.Path(v, "projected", "sources")) {
			if takes(yamlnode.Get(s, source)) {
				return true
			}
		}
	}
	return false
}

// provides reports whether an envFrom source has the variable, from another
// key than same.
func (e *envList) provides(name string, same *keyOf) bool {
	return slices.ContainsFunc(e.sources(), func(src envFrom) bool {
		key, ok := strings.CutPrefix(name, src.prefix)
		return ok && slices.Contains(src.object.Content().Keys, key) &&
			(same == nil || same.object != src.object || same.key != key)
	})
}

// helper returns the name of an entry that reads the key and stands before
// the entry of variable, if that is there yet. An entry that somebody already
// wrote is reused.
func (e *envList) helper(cred credentials, k secretKey, variable, suffix string) string {
	name, at := "", -1
	for i, n := range yamlnode.Elements(e.list) {
		own := yamlnode.GetString(n, "name")
		if own != "" && e.reads(i, cred.name, k.key, cred.object) && e.find(own) == i {
			name, at = own, i
			break
		}
	}
	seq := e.sequence()
	if seq == nil {
		return ""
	}
	if name == "" {
		name = e.freeName(helperBase(variable)+suffix, variable+suffix, &keyOf{cred.object, k.key})
		seq.Content = append(seq.Content, entry(name, "valueFrom", secretKeyRef(cred.name, k.key)))
		seq.Style &^= yaml.FlowStyle
		at = len(seq.Content) - 1
		e.owner.Edited()
	}
	if i := e.find(variable); i >= 0 && i < at {
		n := seq.Content[at]
		seq.Content = slices.Insert(slices.Delete(seq.Content, at, at+1), i, n)
		e.owner.Edited()
	}
	return name
}

// freeName is the first of the names, or of the last with a number, that the
// container has no other use for.
func (e *envList) freeName(first, second string, same *keyOf) string {
	free := func(name string) bool { return e.find(name) < 0 && !e.provides(name, same) }
	for _, name := range []string{first, second} {
		if free(name) {
			return name
		}
	}
	for i := 2; ; i++ {
		if name := fmt.Sprintf("%s_%d", second, i); free(name) {
			return name
		}
	}
}

// helperBase is the name of a variable without what says that it is an
// address: DATABASE_URL and DATABASE_USERNAME are the names that people expect
// side by side.
func helperBase(variable string) string {
	for _, suffix := range []string{"_CONNECTION_STRING", "_CONNECTION", "_JDBC_URL", "_URL", "_URI", "_DSN", "_ADDRESS", "_ADDR"} {
		if base, ok := strings.CutSuffix(variable, suffix); ok && base != "" {
			return base
		}
	}
	return variable
}

// writeVariables puts references $(VAR) to entries with secretKeyRef into
// the values, for the kubelet to expand.
func (s *sink) writeVariables(e *envList, cred credentials, names []string) {
	// Variables that are a credential and nothing else read the key themselves;
	// the others can then refer to them.
	for _, name := range names {
		if k, ok := cred.only(s.Variables[name]); ok {
			if k.key == "" {
				if s.c.credentials().Username != "" {
					e.writeValue(name, nil, nil)
					continue
				}
				s.c.fail(RuleConfig, s.variable(name), nil, "connection %s has no %s", s.c.name, s.Variables[name])
				continue
			}
			e.writeRef(name, cred.name, k.key, cred.object, k.value, k.known)
		}
	}
	for _, name := range names {
		if _, ok := cred.only(s.Variables[name]); !ok {
			s.writeExpanded(e, cred, name)
		}
	}
}

// only returns the key that a format consists of.
func (cred credentials) only(format string) (secretKey, bool) {
	switch format {
	case "username":
		return cred.username, true
	case "password":
		return cred.password, true
	}
	return secretKey{}, false
}

// writeExpanded writes one variable with $(VAR) in it.
func (s *sink) writeExpanded(e *envList, cred credentials, name string) {
	carries, _ := s.c.engine.Carries(s.Variables[name])
	need := func(part engine.Parts, k secretKey) bool { return k.key != "" && carries&part != 0 }

	// First see whether it can be done at all, then touch the list.
	if _, ok := s.format(name, e.owner, cred.username.reference("USERNAME"), cred.password.reference("PASSWORD")); !ok {
		return
	}
	plain, known := s.plainValue(name, e.owner, cred)
	if e.conflicts(name, plain, known, nil) {
		return
	}
	var user, password *engine.Text
	if need(engine.Username, cred.username) {
		user = cred.username.reference(e.helper(cred, cred.username, name, "_USERNAME"))
	}
	if need(engine.Password, cred.password) {
		password = cred.password.reference(e.helper(cred, cred.password, name, "_PASSWORD"))
	}
	v, ok := s.format(name, e.owner, user, password)
	if !ok || !s.c.claim(e.owner, e.ctr.Node, name, v.Env(), s) {
		return
	}
	if i := e.set(name, "value", yamlnode.NewString(v.Env())); i >= 0 {
		s.record(e.owner, e.field(i)+".value", name, e.inputs()...)
	}
}

// plainValue is what a variable will be in the container, where the
// credentials are part of the build.
func (s *sink) plainValue(name string, consumer *inventory.Object, cred credentials) (string, bool) {
	carries, _ := s.c.engine.Carries(s.Variables[name])
	for part, k := range map[engine.Parts]secretKey{engine.Username: cred.username, engine.Password: cred.password} {
		if carries&part != 0 && k.key != "" && !k.known {
			return "", false
		}
	}
	v, ok := s.format(name, consumer, cred.username.literal(), cred.password.literal())
	return v.String(), ok
}
