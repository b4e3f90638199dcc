package connection

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

var secretKind = inventory.GroupKind{Kind: "Secret"}

// credentials are the keys of a Secret as one consumer sees them.
type credentials struct {
	// name is what the consumer's secretKeyRef says. kustomize repairs it where
	// the Secret is still to be renamed.
	name string
	// object is the Secret, or nil when something outside the build makes it.
	object             *inventory.Object
	username, password secretKey
}

// secretKey is one key of the Secret; the zero value means that there is none.
type secretKey struct {
	key   string
	value string
	known bool
}

// reference is the Text that stands for the key in variable, if there is one.
func (k secretKey) reference(variable string) *engine.Text {
	switch {
	case k.key == "":
		return nil
	case k.known:
		return engine.VariableOf(variable, k.value)
	}
	return engine.Variable(variable)
}

// literal is the key's value as a Text, nil if there is none.
func (k secretKey) literal() *engine.Text {
	if k.key == "" {
		return nil
	}
	return engine.Literal(k.value)
}

// resolveCredentials finds the credentials in the consumer's namespace, the
// only one whose Secrets its pods can read.
func (s *sink) resolveCredentials(consumer *inventory.Object) (credentials, bool) {
	c := s.c
	want := c.credentials()
	cred := credentials{
		name:     want.Secret,
		username: secretKey{key: want.UsernameKey},
		password: secretKey{key: want.PasswordKey},
	}
	cred.object = c.secret(want.Secret, consumer)
	if cred.object == nil {
		keys, ok := c.external(want.Secret, consumer.Namespace)
		if !ok {
			return cred, c.noSecret(want.Secret, consumer)
		}
		return cred, keys == nil || c.hasKeys(cred, consumer, keys, func(key string) bool { return slices.Contains(keys, key) })
	}
	if cred.object.Producer != nil || withoutHash(cred.object.Name) == want.Secret {
		cred.name = cred.object.Name // kustomize rewrites no reference to this Secret
	}
	content := cred.object.Content()
	if !c.hasKeys(cred, consumer, content.Keys, content.Has) {
		return cred, false
	}
	cred.username.read(content)
	cred.password.read(content)
	return cred, true
}

// secret finds a Secret by a present or previous name of it or of what makes it.
func (a *applier) secret(name string, consumer *inventory.Object) *inventory.Object {
	if o := a.inv.Lookup(secretKind, consumer.Namespace, name, true, consumer); o != nil {
		return o
	}
	for _, o := range a.madeAs(name) {
		if inventory.SameNamespace(o.Namespace, consumer.Namespace) {
			return o
		}
	}
	// In a finished build a generated Secret has its hash already.
	for _, o := range a.hashed(name) {
		if inventory.SameNamespace(o.Namespace, consumer.Namespace) {
			return o
		}
	}
	return nil
}

// hashed are the Secrets whose names are name and a hash of kustomize's.
func (a *applier) hashed(name string) []*inventory.Object {
	if a.byBase == nil {
		a.byBase = map[string][]*inventory.Object{}
		for _, o := range a.inv.OfKind(secretKind) {
			if base := withoutHash(o.Name); base != o.Name && o.Node != nil {
				a.byBase[base] = append(a.byBase[base], o)
			}
		}
	}
	return a.byBase[name]
}

// withoutHash cuts the suffix off a name that kustomize's generators append:
// ten characters of an alphabet without vowels and look-alikes, see
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go
func withoutHash(name string) string {
	const length = 10
	i := len(name) - length - 1
	if i <= 0 || name[i] != '-' || strings.Trim(name[i+1:], "bcdfghkmt2456789") != "" {
		return name
	}
	return name[:i]
}

// madeAs are the Secrets made at run time that are called as their producer,
// by the producer's previous names.
func (a *applier) madeAs(name string) []*inventory.Object {
	if a.made == nil {
		a.made = map[string][]*inventory.Object{}
		for _, o := range a.inv.OfKind(secretKind) {
			if o.Producer == nil || o.Producer.Name != o.Name {
				continue
			}
			for _, id := range o.Producer.Previous {
				if same := a.made[id.Name]; id.Name != o.Name && !slices.Contains(same, o) {
					a.made[id.Name] = append(same, o)
				}
			}
		}
	}
	return a.made[name]
}

// external reports whether the configuration says that something outside the
// build makes the Secret, and with which keys if it says that too.
func (a *applier) external(name, namespace string) (keys []string, ok bool) {
	for _, e := range a.cfg.Spec.Validate.GetExternals() {
		if inventory.Match(e.Kind, "Secret") && inventory.Match(e.Name, name) &&
			(e.Namespace == "" || namespace == "" || inventory.Match(e.Namespace, namespace)) {
			return e.Keys, true
		}
	}
	return nil, false
}

// noSecret reports that the consumer's namespace has no such Secret, and
// whether to go on all the same, because the rules will judge the reference.
func (c *connection) noSecret(name string, consumer *inventory.Object) bool {
	f := finding.Finding{
		Rule: RuleSecretNotFound, Field: c.field("credentials.secret"),
		Message: fmt.Sprintf("connection %s: %s needs Secret %s, which this build does not make in its namespace", c.name, consumer, name),
	}
	elsewhere := c.inv.Find(secretKind, name)
	if len(elsewhere) == 0 {
		elsewhere = c.inv.FindPrevious(secretKind, name)
	}
	if len(elsewhere) > 0 {
		f.Rule = RuleElsewhere
		f.Message = fmt.Sprintf("connection %s: Secret %s is in namespace %s, but %s can only read Secrets of its own namespace",
			c.name, name, namespaces(elsewhere), consumer)
		f.Help = fmt.Sprintf("make it in %s too: a secretGenerator entry or an ExternalSecret with that namespace, or a replicator of your cluster listed under validate.externals", consumer.Namespace)
		c.add(f)
		return false
	}
	f.Suggestions = suggest.Nearest(name, c.secretNames(consumer), 3)
	if len(f.Suggestions) == 0 {
		if u := c.cfg.Spec.Validate.GetUnresolved(); u == "warning" || u == "ignore" {
			return true
		}
		f.Help = "add it, or say under validate.externals who provides it"
	}
	c.add(f)
	return false
}

func (a *applier) secretNames(consumer *inventory.Object) []string {
	var names []string
	for _, o := range a.inv.OfKind(secretKind) {
		if inventory.SameNamespace(o.Namespace, consumer.Namespace) {
			names = append(names, o.BaseName())
		}
	}
	return names
}

// hasKeys reports keys of the credentials that the Secret does not have.
func (c *connection) hasKeys(cred credentials, consumer *inventory.Object, keys []string, has func(string) bool) bool {
	ok := true
	for _, k := range []secretKey{cred.username, cred.password} {
		if k.key == "" || has(k.key) {
			continue
		}
		field := "usernameKey"
		if k == cred.password {
			field = "passwordKey"
		}
		ok = false
		f := finding.Finding{
			Rule: RuleKeyNotFound, Field: c.field("credentials." + field),
			Message:     fmt.Sprintf("connection %s: Secret %s of %s has no key %s", c.name, cred.name, consumer, k.key),
			Suggestions: suggest.Nearest(k.key, keys, 3),
		}
		if len(f.Suggestions) == 0 && len(keys) > 0 {
			f.Help = "it has " + strings.Join(keys, ", ")
		}
		c.add(f)
	}
	return ok
}

// read takes the key's value from the build, where it is there.
func (k *secretKey) read(content *inventory.Content) {
	v, ok := content.Get(k.key)
	if !ok || k.key == "" {
		return
	}
	if text, ok := valueOf(v); ok && !placeholder().MatchString(text) {
		k.value, k.known = text, true
	}
}

// valueOf decodes a value of a ConfigMap or Secret.
func valueOf(v inventory.Value) (string, bool) {
	if v.Node == nil {
		return "", false
	}
	if !v.Base64 {
		return v.Node.Value, true
	}
	text, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.Node.Value), ""))
	return string(text), err == nil
}

// placeholder matches values that Flux or another tool fills in later.
var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\$\{[^}]*\}|<[^>]*>)$`)
})
