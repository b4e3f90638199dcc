package connection

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var configMapKind = inventory.GroupKind{Kind: "ConfigMap"}

// writeConfigMap puts the variables into a ConfigMap's data.
func (s *sink) writeConfigMap() {
	c, want := s.c, s.ConfigMap
	found := c.named(configMapKind, want.Name, want.Namespace)
	switch {
	case len(found) > 1:
		c.fail(RuleConfig, s.field("configMap.namespace"), nil,
			"several namespaces have a ConfigMap %s: %s; say which with configMap.namespace", want.Name, namespaces(found))
		return
	case len(found) == 0:
		c.fail(RuleConfigMapNotFound, s.field("configMap.name"), c.resolver.ResolveName(configMapKind, want.Namespace, want.Name).Suggestions,
			"connection %s: there is no ConfigMap %s in this build", c.name, want.Name)
		return
	}
	o := found[0]
	for _, name := range s.names() {
		carries, _ := c.engine.Carries(s.Variables[name])
		secret := c.credentials().PasswordKey != "" && carries&engine.Password != 0 ||
			c.credentials().UsernameKey != "" && carries&engine.Username != 0
		if secret {
			c.add(finding.Finding{
				Rule: RuleConfig, Field: s.variable(name),
				Message: fmt.Sprintf("format %s of connection %s has credentials in it, which cannot go to a ConfigMap: nothing expands $(VAR) there", s.Variables[name], c.name),
				Help:    "write it to a workload, or choose a format without credentials such as hostport",
			})
			continue
		}
		if !isDataKey(name) {
			c.fail(RuleConfig, s.variable(name), nil, "%q cannot be a key of a ConfigMap", name)
			continue
		}
		v, ok := s.format(name, o, nil, nil)
		if !ok || !c.claim(o, o.Node, name, v.String(), s) {
			continue
		}
		s.setData(o, name, yamlnode.NewString(v.String()), func(old *yaml.Node) bool { return old.Value == v.String() })
		s.record(o, "data."+name, name, identity(o)...)
	}
}

// setData makes a key of an object's data what it should be.
func (s *sink) setData(o *inventory.Object, key string, want *yaml.Node, same func(old *yaml.Node) bool) {
	if old, there := o.Content().Get(key); there {
		if same(old.Node) && (old.Field == "data" || old.Field == "stringData") {
			return
		}
		s.replaced(o, old.Field+"."+key, old.Node, key)
		if old.Field != "data" {
			yamlnode.Delete(o.Get(old.Field), key)
			if len(o.Get(old.Field).Content) == 0 {
				yamlnode.Delete(o.Node, old.Field)
			}
		}
	}
	m := data(o)
	if m == nil {
		s.c.fail(RuleConfig, s.at(), nil, "%s: data is not a mapping", o)
		return
	}
	yamlnode.Set(m, key, want)
	o.Edited()
}

var dataKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`) })

// isDataKey: https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object
func isDataKey(s string) bool { return dataKey().MatchString(s) }

// writeSecret puts finished values into a Secret of the consumer's namespace.
func (s *sink) writeSecret(e *envList, cred credentials, names []string) {
	c := s.c
	o := c.secret(s.secretName(), e.owner)
	if o != nil && o.Producer != nil {
		c.add(finding.Finding{
			Rule: RuleConfig, Field: s.field("as"),
			Message: fmt.Sprintf("connection %s: %s is made at run time by %s, so that this build cannot write to it", c.name, o, o.Producer),
			Help:    "use as: externalSecret, or name another Secret in secret",
		})
		return
	}
	for _, name := range names {
		if !isDataKey(name) {
			c.fail(RuleConfig, s.variable(name), nil, "%q cannot be a key of a Secret", name)
			continue
		}
		value, known := s.plainValue(name, e.owner, cred)
		if !known {
			s.unknownCredentials(e, cred, name)
			continue
		}
		if o == nil {
			o = s.newSecret(e.owner)
		}
		if !c.claim(o, o.Node, name, value, s) || e.conflicts(name, value, true, &keyOf{o, name}) {
			continue
		}
		encoded := yamlnode.NewString(base64.StdEncoding.EncodeToString([]byte(value)))
		old, there := o.Content().Get(name)
		s.setData(o, name, encoded, func(*yaml.Node) bool {
			text, ok := valueOf(old)
			return there && ok && text == value
		})
		s.record(o, "data."+name, name, identity(e.owner)...)
		e.wire(name, s.secretName(), o)
	}
}

// unknownCredentials reports that a Secret cannot be written, because its
// parts are not in this build.
func (s *sink) unknownCredentials(e *envList, cred credentials, name string) {
	c := s.c
	f := finding.Finding{
		Rule: RuleUnknown, Field: s.field("as"),
		Message: fmt.Sprintf("connection %s: %s for %s cannot be computed, because the values in Secret %s are not part of this build", c.name, name, e.owner, cred.name),
		Help:    "use as: variable, which the kubelet fills in (the password must be URL-safe)",
	}
	if cred.object != nil && cred.object.Producer != nil {
		f.Help = "use as: externalSecret, or as: variable if the password is URL-safe"
	}
	c.add(f)
}

// newSecret adds an empty Secret to the build.
func (s *sink) newSecret(consumer *inventory.Object) *inventory.Object {
	n := newObject("v1", "Secret", s.secretName(), consumer.Namespace)
	yamlnode.Set(n, "type", yamlnode.NewString("Opaque"))
	yamlnode.Set(n, "data", yamlnode.NewMapping())
	o := s.c.inv.Add(n, inventory.Source{})
	o.Edited()
	return o
}

func newObject(apiVersion, kind, name, namespace string) *yaml.Node {
	metadata := yamlnode.NewMapping(yamlnode.NewString("name"), yamlnode.NewString(name))
	if namespace != "" {
		yamlnode.Set(metadata, "namespace", yamlnode.NewString(namespace))
	}
	return yamlnode.NewMapping(
		yamlnode.NewString("apiVersion"), yamlnode.NewString(apiVersion),
		yamlnode.NewString("kind"), yamlnode.NewString(kind),
		yamlnode.NewString("metadata"), metadata)
}

// wire makes a variable read the key of the same name, unless an envFrom
// source does so already.
func (e *envList) wire(name, secret string, o *inventory.Object) {
	ref := secret
	if o.Producer != nil {
		ref = o.Name
	}
	there := slices.ContainsFunc(e.sources(), func(src envFrom) bool { return src.object == o && src.prefix == "" })
	if there && e.find(name) < 0 {
		e.s.record(e.owner, e.ctr.Path+".envFrom", name, e.inputs()...)
		return
	}
	e.writeRef(name, ref, name, o, "", false)
}

// externalSecretKind is the kind of External Secrets.
var externalSecretKind = inventory.GroupKind{Group: "external-secrets.io", Kind: "ExternalSecret"}

// plainKey matches a template that is one key as it is.
var plainKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\{\{-?\s*\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}$`)
})

// writeExternalSecret lets External Secrets format and encode the values:
// https://external-secrets.io/latest/guides/templating/
func (s *sink) writeExternalSecret(e *envList, cred credentials, names []string) {
	c := s.c
	if cred.object == nil || cred.object.Producer == nil || cred.object.Producer.GroupKind != externalSecretKind {
		c.add(finding.Finding{
			Rule: RuleConfig, Field: s.field("as"),
			Message: fmt.Sprintf("connection %s: Secret %s of %s is not made by an ExternalSecret of this build", c.name, cred.name, e.owner),
			Help:    "use as: secret when the build has the password, or as: variable if the password is URL-safe",
		})
		return
	}
	source := cred.object.Producer
	user, ok1 := s.templateKey(source, cred.username, "usernameKey")
	password, ok2 := s.templateKey(source, cred.password, "passwordKey")
	if !ok1 || !ok2 {
		return
	}
	values := map[string]string{}
	for _, name := range names {
		if !isDataKey(name) {
			c.fail(RuleConfig, s.variable(name), nil, "%q cannot be a key of a Secret", name)
			continue
		}
		if v, ok := s.format(name, e.owner, user, password); ok {
			values[name] = v.Template()
		}
	}
	if len(values) == 0 {
		return
	}
	es, made := source, cred.object
	if name := s.secretName(); name != c.credentials().Secret && name != cred.name {
		es, made = s.otherExternalSecret(e, source, cred, name)
		if es == nil {
			return
		}
	}
	template := yamlnode.Ensure(es.Node, "spec", "target", "template")
	if template == nil {
		c.fail(RuleConfig, s.at(), nil, "%s: spec.target.template is not a mapping", es)
		return
	}
	if version := yamlnode.GetString(template, "engineVersion"); version == "v1" {
		c.fail(RuleConfig, s.at(), nil, "%s: spec.target.template.engineVersion v1 has no function that encodes user info: change it to v2", es)
		return
	} else if version == "" {
		yamlnode.Set(template, "engineVersion", yamlnode.NewString("v2"))
		es.Edited()
	}
	if es == source && yamlnode.Get(template, "data") == nil && yamlnode.GetString(template, "mergePolicy") == "" &&
		yamlnode.Get(template, "templateFrom") == nil {
		// With the default policy, Replace, the Secret would lose its other keys.
		yamlnode.Set(template, "mergePolicy", yamlnode.NewString("Merge"))
		es.Edited()
	}
	m := yamlnode.Ensure(template, "data")
	for _, name := range names {
		value, ok := values[name]
		if !ok || !c.claim(es, m, name, value, s) {
			continue
		}
		if old := yamlnode.Get(m, name); old == nil || old.Value != value {
			if old != nil {
				s.replaced(es, "spec.target.template.data."+name, old, name)
			}
			yamlnode.Set(m, name, yamlnode.NewString(value))
			es.Edited()
		}
		made.AddKey(name)
		s.record(es, "spec.target.template.data."+name, name, append(identity(e.owner), storeInputs(source)...)...)
		if !e.conflicts(name, "", false, &keyOf{made, name}) {
			e.wire(name, s.secretName(), made)
		}
	}
}

// templateKey finds what a key of the Secret is called inside the template of
// the ExternalSecret that makes it.
func (s *sink) templateKey(es *inventory.Object, k secretKey, field string) (*engine.Text, bool) {
	if k.key == "" {
		return nil, true
	}
	for _, e := range yamlnode.Elements(es.Get("spec", "data")) {
		if yamlnode.GetString(e, "secretKey") == k.key {
			return engine.TemplateKey(k.key), true
		}
	}
	text := yamlnode.String(es.Get("spec", "target", "template", "data", k.key))
	if m := plainKey().FindStringSubmatch(text); m != nil {
		return engine.TemplateKey(m[1]), true
	}
	if text == "" && len(yamlnode.Elements(es.Get("spec", "dataFrom"))) > 0 {
		return engine.TemplateKey(k.key), true
	}
	s.c.fail(RuleKeyNotFound, s.c.field("credentials."+field), nil,
		"connection %s: %s does not read %s from its store, so that its template cannot use it", s.c.name, es, k.key)
	return nil, false
}

// otherExternalSecret finds or makes the ExternalSecret for another Secret,
// with the store and the remote keys of the one for the credentials.
func (s *sink) otherExternalSecret(e *envList, source *inventory.Object, cred credentials, name string) (es, made *inventory.Object) {
	if made = s.c.secret(name, e.owner); made != nil {
		if made.Producer == nil || made.Producer.GroupKind != externalSecretKind {
			s.c.fail(RuleConfig, s.field("secret"), nil, "%s exists and is not made by an ExternalSecret: name another in secret", made)
			return nil, nil
		}
		return made.Producer, made
	}
	n := newObject(source.APIVersion(), "ExternalSecret", name, e.owner.Namespace)
	spec := yamlnode.NewMapping()
	for _, key := range []string{"refreshInterval", "refreshPolicy", "secretStoreRef"} {
		if v := source.Get("spec", key); v != nil {
			yamlnode.Set(spec, key, clone(v))
		}
	}
	yamlnode.Set(spec, "target", yamlnode.NewMapping(
		yamlnode.NewString("name"), yamlnode.NewString(name),
		yamlnode.NewString("template"), yamlnode.NewMapping(
			yamlnode.NewString("engineVersion"), yamlnode.NewString("v2"))))
	if d := remoteData(source, cred); len(d.Content) > 0 {
		yamlnode.Set(spec, "data", d)
	}
	if from := source.Get("spec", "dataFrom"); from != nil {
		yamlnode.Set(spec, "dataFrom", clone(from))
	}
	yamlnode.Set(n, "spec", spec)
	es = s.c.inv.Add(n, inventory.Source{})
	es.Edited()
	return es, s.c.inv.AddMade(es, secretKind, e.owner.Namespace, name, inventory.Content{})
}

// remoteData are the entries of spec.data that the template can need: all of
// them when the credentials are templated themselves.
func remoteData(source *inventory.Object, cred credentials) *yaml.Node {
	var all, needed []*yaml.Node
	for _, n := range yamlnode.Elements(source.Get("spec", "data")) {
		all = append(all, clone(n))
		if key := yamlnode.GetString(n, "secretKey"); key == cred.username.key || key == cred.password.key {
			needed = append(needed, clone(n))
		}
	}
	if source.Get("spec", "target", "template", "data") != nil {
		needed = all
	}
	return yamlnode.NewSequence(needed...)
}

// storeInputs are the store and remote keys that were copied.
func storeInputs(es *inventory.Object) []result.Input {
	inputs := append(identity(es), input(es, "spec.secretStoreRef.name", "spec", "secretStoreRef", "name"))
	for i, n := range yamlnode.Elements(es.Get("spec", "data")) {
		inputs = append(inputs, result.Input{Object: es, Field: fmt.Sprintf("spec.data[%d].remoteRef.key", i), Value: yamlnode.GetString(n, "remoteRef", "key")})
	}
	return inputs
}

// clone copies a tree, with aliases resolved and without comments.
func clone(n *yaml.Node) *yaml.Node {
	n = yamlnode.Resolve(n)
	if n == nil {
		return nil
	}
	c := &yaml.Node{Kind: n.Kind, Style: n.Style, Tag: n.Tag, Value: n.Value}
	for _, child := range n.Content {
		c.Content = append(c.Content, clone(child))
	}
	return c
}
