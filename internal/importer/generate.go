package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// datum is a key of a ConfigMap or Secret with its value.
type datum struct {
	key, value string
	node       *yaml.Node // of the key
	comment    string     // behind the value
	secret     bool
}

// secretData decodes a Secret.
func secretData(o *object) (data []datum, err error) {
	for k, v := range yamlnode.Fields(yamlnode.Get(o.node, "data")) {
		if yamlnode.IsNull(v) {
			data = append(data, datum{key: k.Value, node: k, secret: true})
			continue
		}
		value, err := compare.Decode(v.Value)
		if err != nil || v.Kind != yaml.ScalarNode {
			return nil, &manifest.Error{File: o.file, Line: o.line + max(v.Line-o.node.Line, 0), Err: fmt.Errorf("%s: data.%s is not base64, as the API server reads it; clear text belongs into stringData", o, k.Value)}
		}
		data = append(data, datum{key: k.Value, value: value, node: k, comment: v.LineComment, secret: true})
	}
	for k, v := range yamlnode.Fields(yamlnode.Get(o.node, "stringData")) {
		data = slices.DeleteFunc(data, func(d datum) bool { return d.key == k.Value })
		data = append(data, datum{key: k.Value, value: yamlnode.String(v), node: k, comment: v.LineComment, secret: true})
	}
	return data, nil
}

// envName is what kustomize takes for a key in an env file.
var envName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-._a-zA-Z][-._a-zA-Z0-9]*$`) })

// inEnvFile reports whether an env file says this value and no other.
func inEnvFile(d datum) bool {
	return envName().MatchString(d.key) && d.key != "." && !strings.HasPrefix(d.key, "..") && utf8.ValidString(d.value) &&
		!strings.ContainsAny(d.value, "\n\r\x00")
}

// asLiteral reports whether a literal does: kustomize takes quotes around a value
// off.
func asLiteral(d datum) bool {
	v := d.value
	quoted := len(v) >= 2 && v[0] == v[len(v)-1] && (v[0] == '"' || v[0] == '\'')
	return !quoted && !strings.Contains(v, "\n") && utf8.ValidString(v) && d.key != "" && !strings.Contains(d.key, "=")
}

// generator is an entry of configMapGenerator or secretGenerator.
func (a *attempt) generator(k *kustomization, m *match, env int, name string, behavior string, data []datum, dir string) (*yaml.Node, error) {
	g := mapping("name", name)
	o := m.first()
	if env >= 0 {
		o = m.objects[env]
	}
	if m.unit.fixed && o.namespace != "" {
		add(g, "namespace", text(o.namespace))
	}
	if behavior != "" {
		add(g, "behavior", text(behavior))
	}
	literals, files, envs := yamlnode.NewSequence(), yamlnode.NewSequence(), yamlnode.NewSequence()
	var lines []string
	folder := func(d datum) string {
		if d.secret {
			return "secrets/" + name
		}
		return name
	}
	for _, d := range data {
		switch {
		case d.secret && inEnvFile(d):
			lines = append(lines, d.key+"="+d.value)
			continue
		case !d.secret && asLiteral(d):
			n := text(d.key + "=" + d.value)
			if d.node != nil {
				n.HeadComment = d.node.HeadComment
			}
			n.LineComment = d.comment
			literals.Content = append(literals.Content, n)
			continue
		}
		if !path.IsAbs(d.key) && path.Base(d.key) == d.key && d.key != "." && d.key != ".." {
			file := folder(d) + "/" + d.key
			perm := 0o644
			if d.secret {
				perm = 0o600
				a.secretFiles[path.Join(dir, file)] = []string{d.key}
			}
			a.files[path.Join(dir, file)] = atomicfile.File{Content: []byte(d.value), Perm: modeOf(perm)}
			n := text(file)
			if d.node != nil {
				n.HeadComment = d.node.HeadComment
			}
			if d.secret && n.HeadComment == "" {
				n.HeadComment = "# not in git"
			}
			files.Content = append(files.Content, n)
			continue
		}
		return nil, fmt.Errorf("%s: %s: the key %q is no name of a file", o.place(), o, d.key)
	}
	if len(lines) > 0 {
		file := "secrets/" + name + ".env"
		a.files[path.Join(dir, file)] = atomicfile.File{Content: []byte(strings.Join(lines, "\n") + "\n"), Perm: 0o600}
		var keys []string
		for _, l := range lines {
			k, _, _ := strings.Cut(l, "=")
			keys = append(keys, k)
		}
		a.secretFiles[path.Join(dir, file)] = keys
		n := text(file)
		n.HeadComment = "# not in git; keys: " + strings.Join(keys, ", ")
		envs.Content = append(envs.Content, n)
	}
	for _, list := range []struct {
		field string
		n     *yaml.Node
	}{{"literals", literals}, {"files", files}, {"envs", envs}} {
		if len(list.n.Content) > 0 {
			add(g, list.field, list.n)
		}
	}
	if o.stem == "" {
		k.unhashed = append(k.unhashed, g)
	} else {
		k.hashed = append(k.hashed, g)
	}
	return g, nil
}

// generatorOptions adds what an object has besides its data. Those that cannot be said in
// options are an error.
func generatorOptions(g *yaml.Node, view *yaml.Node, less *yaml.Node, hides func(name string, v *yaml.Node) bool) error {
	for _, field := range []string{"labels", "annotations"} {
		all := yamlnode.NewMapping()
		for k, v := range yamlnode.Fields(yamlnode.Path(view, "metadata", field)) {
			if hides(k.Value, v) {
				return errors.New("has a secret in its " + field)
			}
			if was := yamlnode.Path(less, "metadata", field, k.Value); was == nil || !same(was, v) {
				value := text(v.Value)
				value.LineComment = v.LineComment
				all.Content = append(all.Content, clone(k), value)
			}
		}
		if len(all.Content) > 0 {
			add(yamlnode.Ensure(g, "options"), field, all)
		}
	}
	if yamlnode.Bool(yamlnode.Get(view, "immutable")) {
		add(yamlnode.Ensure(g, "options"), "immutable", boolean(true))
	}
	for k := range yamlnode.Fields(view) {
		switch k.Value {
		case "apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable":
		default:
			return errors.New("has a field " + k.Value)
		}
	}
	for k := range yamlnode.Fields(yamlnode.Get(view, "metadata")) {
		switch k.Value {
		case "name", "namespace", "labels", "annotations":
		default:
			return errors.New("has a field metadata." + k.Value)
		}
	}
	return nil
}

// secret writes what makes a Secret in an environment.
func (a *attempt) secret(k *kustomization, m *match, o *object) error {
	data, err := secretData(o)
	if err != nil {
		return err
	}
	if a.p.opts.Secrets == ExternalSecrets {
		return a.externalSecret(k, m, o, data)
	}
	dir := a.overlayPath(o.env, m.unit)
	g, err := a.generator(k, m, o.env, a.nameIn(m, o.env), "", data, dir)
	if err != nil {
		return err
	}
	if t := yamlnode.GetString(o.node, "type"); t != "" && t != "Opaque" {
		add(g, "type", text(t))
	}
	view := clone(o.node)
	for i := range a.labels {
		a.labels[i].takeOff(view)
	}
	if err := generatorOptions(g, view, nil, a.p.known.shown); err != nil {
		return fmt.Errorf("%s: %s %w, which no generator writes", o.place(), o, err)
	}
	g.HeadComment = headComment(o)
	k.secrets = append(k.secrets, g)
	return nil
}

// headComment is what the document of a generated object had in front.
func headComment(o *object) string {
	c := o.head
	if len(o.node.Content) > 0 {
		if c != "" && o.node.Content[0].HeadComment != "" {
			c += "\n"
		}
		c += o.node.Content[0].HeadComment
	}
	return c
}

// externalSecret writes an ExternalSecret in the place of a Secret.
// https://external-secrets.io/latest/api/externalsecret/
func (a *attempt) externalSecret(k *kustomization, m *match, o *object, data []datum) error {
	e := a.p.envs[o.env].Name
	name := a.nameIn(m, o.env)
	meta := mapping("name", name)
	if m.unit.fixed && o.namespace != "" {
		add(meta, "namespace", text(o.namespace))
	}
	var items []*yaml.Node
	for _, d := range data {
		items = append(items, yamlnode.NewMapping(text("secretKey"), text(d.key), text("remoteRef"), mapping("key", e+"/"+name, "property", d.key)))
	}
	into := mapping("name", o.plainName())
	template := yamlnode.NewMapping()
	if t := yamlnode.GetString(o.node, "type"); t != "" && t != "Opaque" {
		add(template, "type", text(t))
	}
	tmeta := yamlnode.NewMapping()
	for _, field := range []string{"labels", "annotations"} {
		if v := yamlnode.Path(o.node, "metadata", field); v != nil {
			v, _ = a.p.known.without(v)
			add(tmeta, field, v)
		}
	}
	if len(tmeta.Content) > 0 {
		add(template, "metadata", tmeta)
	}
	if len(template.Content) > 0 {
		add(into, "template", template)
	}
	store := mapping("kind", "ClusterSecretStore", "name", "TODO")
	store.Content[3].LineComment = "# the store of this cluster"
	n := yamlnode.NewMapping(text("apiVersion"), text("external-secrets.io/v1"), text("kind"), text("ExternalSecret"), text("metadata"), meta,
		text("spec"), yamlnode.NewMapping(text("refreshInterval"), text("1h"), text("secretStoreRef"), store, text("target"), into, text("data"), yamlnode.NewSequence(items...)))
	n.HeadComment = headComment(o)
	file := oddInNames().ReplaceAllString(m.name, "-") + "-external-secret.yaml"
	if err := a.write(path.Join(a.overlayPath(o.env, m.unit), file), n, nil); err != nil {
		return err
	}
	k.resources = append(k.resources, file)
	return nil
}

// secretPatch writes what is secret in an object that is no Secret into a patch
// that git ignores.
func (a *attempt) secretPatch(env int, m *match, o *object, public *yaml.Node) (*yaml.Node, error) {
	var keys []string
	differences(o, nil, o.node, public, func(p []string, _, _ *yaml.Node) {
		keys = append(keys, strings.ReplaceAll(strings.Join(p, "."), ".[", "["))
	})
	body, ok := strategic(o, nil, public, o.node)
	e := yamlnode.NewMapping()
	file := "secrets/" + a.folders[m.unit].names[m]
	add(e, "path", text(file))
	if ok && m.how == merged && body != nil {
		id := a.identity(m, o)
		if !m.shared() {
			setString(yamlnode.Get(id, "metadata"), "name", a.nameIn(m, env))
		}
		for i := 0; i+1 < len(body.Content); i += 2 {
			if k := body.Content[i].Value; k == "metadata" {
				meta := yamlnode.Get(id, "metadata")
				meta.Content = append(meta.Content, body.Content[i+1].Content...)
			} else {
				id.Content = append(id.Content, body.Content[i], body.Content[i+1])
			}
		}
		body = id
	} else {
		body = yamlnode.NewSequence(operations("", public, o.node)...)
		t := target(m)
		setString(t, "name", regexpQuote(a.nameIn(m, env)))
		add(e, "target", t)
	}
	b, err := manifest.Encode(body)
	if err != nil {
		return nil, err
	}
	full := path.Join(a.overlayPath(env, m.unit), file)
	a.files[full] = atomicfile.File{Content: b, Perm: 0o600}
	a.secretFiles[full] = keys
	a.patched[m] = true
	e.HeadComment = "# not in git; it has " + strings.Join(keys, ", ")
	a.notes = append(a.notes, fmt.Sprintf("%s has what looks like a secret in clear, which is in %s now: better a secretKeyRef to a Secret", o, full))
	return e, nil
}

// configMap writes a ConfigMap that generators make, and reports whether they do.
func (a *attempt) configMap(f *folder, m *match) (ok bool, err error) {
	o := m.first()
	if o.kind != "ConfigMap" || o.group != "" || m.plain {
		return false, nil
	}
	n := len(m.objects)
	all := make([][]datum, n)
	views := make([]*yaml.Node, 0, n)
	viewOf := make([]*yaml.Node, n)
	differ, secret := false, false
	for env, o := range m.objects {
		if o == nil {
			continue
		}
		if yamlnode.Get(o.node, "binaryData") != nil {
			return false, nil
		}
		for k, v := range yamlnode.Fields(yamlnode.Get(o.node, "data")) {
			if v.Kind != yaml.ScalarNode || path.Base(k.Value) != k.Value {
				return false, nil
			}
			d := datum{key: k.Value, value: v.Value, node: k, comment: v.LineComment, secret: a.p.known.secret(k.Value, v)}
			secret = secret || d.secret
			all[env] = append(all[env], d)
		}
		viewOf[env] = a.configView(m, o)
		views = append(views, viewOf[env])
		differ = differ || !same(views[0], viewOf[env])
		if err := generatorOptions(yamlnode.NewMapping(), viewOf[env], nil, a.p.known.secret); err != nil {
			return false, nil
		}
		if (o.stem == "") != (m.first().stem == "") {
			return false, nil
		}
	}
	if o.stem == "" && !secret && (!differ || !m.shared()) {
		return false, nil
	}
	a.generated[m] = true
	var common []datum
	if m.shared() && m.count() == n {
		for _, d := range all[0] {
			everywhere := !d.secret
			for _, other := range all[1:] {
				i := slices.IndexFunc(other, func(x datum) bool { return x.key == d.key })
				everywhere = everywhere && i >= 0 && other[i].value == d.value && !other[i].secret
				if everywhere {
					keepComments(d.node, other[i].node)
				}
			}
			if everywhere {
				common = append(common, d)
			}
		}
	}
	var shared *yaml.Node
	if len(common) > 0 {
		shared = a.merger(m).merge(nil, views)
		g, err := a.generator(f.base, m, -1, m.name, "", common, a.basePath(m.unit))
		if err != nil {
			return false, err
		}
		if err := generatorOptions(g, shared, nil, a.p.known.secret); err != nil {
			return false, err
		}
		g.HeadComment = headComment(o)
		f.base.configMaps = append(f.base.configMaps, g)
	}
	for env, o := range m.objects {
		if o == nil {
			continue
		}
		behavior := ""
		own := all[env]
		if shared != nil {
			a.common[env]++
			behavior = "merge"
			own = slices.DeleteFunc(slices.Clone(own), func(d datum) bool {
				return slices.ContainsFunc(common, func(c datum) bool { return c.key == d.key })
			})
		}
		name := m.name
		if shared == nil {
			name = a.nameIn(m, env)
		} else if len(own) == 0 && same(yamlnode.Get(viewOf[env], "metadata"), yamlnode.Get(shared, "metadata")) {
			continue
		}
		g, err := a.generator(f.overlays[env], m, env, name, behavior, own, a.overlayPath(env, m.unit))
		if err != nil {
			return false, err
		}
		if err := generatorOptions(g, viewOf[env], shared, a.p.known.secret); err != nil {
			return false, err
		}
		if shared == nil {
			g.HeadComment = headComment(o)
		}
		f.overlays[env].configMaps = append(f.overlays[env].configMaps, g)
		if shared != nil && o.plainName() != m.name && !a.p.affixed[env] {
			f.overlays[env].patches = append(f.overlays[env].patches, a.renaming(m, o))
		}
	}
	return true, nil
}

// configView is a ConfigMap as the base would have it, with its data.
func (a *attempt) configView(m *match, o *object) *yaml.Node {
	n := clone(o.node)
	meta := yamlnode.Get(n, "metadata")
	setString(meta, "name", m.name)
	yamlnode.Delete(meta, "namespace")
	for i := range a.labels {
		a.labels[i].takeOff(n)
	}
	return n
}

func modeOf(perm int) fs.FileMode { return fs.FileMode(perm) }
