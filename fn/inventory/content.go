package inventory

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Content is what a ConfigMap or Secret holds.
type Content struct {
	// Keys are the keys in the order of the file, and then those that are added
	// at run time.
	Keys []string
	// Open says that there may be more keys than Keys: the object is filled at
	// run time.
	Open bool

	values []Value        // of Keys; none for those added at run time
	places map[string]int // of Keys, where there are many
}

// fewKeys are faster looked through than looked up.
const fewKeys = 16

// place returns the index of key in Keys, or -1.
func (c *Content) place(key string) int {
	if c.places == nil {
		return slices.Index(c.Keys, key)
	}
	if i, ok := c.places[key]; ok {
		return i
	}
	return -1
}

func (c *Content) set(key string, v Value) {
	if i := c.place(key); i >= 0 {
		c.values[i] = v
		return
	}
	c.values = append(c.values, v)
	c.add(key)
}

func (c *Content) add(key string) {
	c.Keys = append(c.Keys, key)
	switch n := len(c.Keys); {
	case n > fewKeys+1:
		c.places[key] = n - 1
	case n > fewKeys:
		c.places = make(map[string]int, 2*n)
		for i, k := range c.Keys {
			c.places[k] = i
		}
	}
}

// Value is the value of one key. Its Node is nil for objects made at run time.
type Value struct {
	Node *yaml.Node
	// Base64 says that the node's text is base64, as under data of a Secret.
	Base64 bool
	// Field is data, stringData or binaryData.
	Field string
}

// Has reports whether key is there, or might be.
func (c *Content) Has(key string) bool {
	return c.Open || c.place(key) >= 0
}

// Get returns the value of key where it is part of the build.
func (c *Content) Get(key string) (Value, bool) {
	if i := c.place(key); i >= 0 && i < len(c.values) {
		return c.values[i], true
	}
	return Value{}, false
}

// annotations and labels that have a controller fill a ConfigMap or Secret.
var filledBy = []struct{ field, key string }{
	{"labels", "config.openshift.io/inject-trusted-cabundle"},
	{"annotations", "service.beta.openshift.io/inject-cabundle"},
	{"annotations", "service.alpha.openshift.io/inject-cabundle"},
	{"annotations", "reflector.v1.k8s.emberstack.com/reflects"},
	{"annotations", "replicator.v1.mittwald.de/replicate-from"},
	{"annotations", "cert-manager.io/allow-direct-injection"},
}

// conjurMap is the key of a Secret that says what CyberArk's provider puts in:
// https://docs.cyberark.com/conjur-enterprise/latest/en/content/integrations/k8s-ocp/cjr-k8s-secrets-provider-ic.htm
const conjurMap = "conjur-map"

// Content returns what a ConfigMap or Secret holds. One without any data is
// Open: it exists to be filled at run time.
func (o *Object) Content() *Content {
	if c := o.content.Load(); c != nil {
		return c
	}
	o.content.CompareAndSwap(nil, o.readContent())
	return o.content.Load()
}

// Edited says that Node was edited: the resource is written anew, and what was
// read of it is read again. Whoever edits a resource calls it afterwards.
func (o *Object) Edited() {
	o.modified = true
	o.content.Store(nil)
	o.pods.Store(nil)
}

// Modified reports whether Node was edited, so that untouched resources can be
// written as they came.
func (o *Object) Modified() bool { return o.modified }

// AddKey says that a ConfigMap or Secret gets a key at run time.
func (o *Object) AddKey(key string) {
	a := o.additions()
	if !slices.Contains(a.keys, key) {
		a.keys = append(slices.Clip(a.keys), key)
		o.content.Store(nil)
	}
}

// Fill says that a ConfigMap or Secret gets keys at run time that nobody can
// tell.
func (o *Object) Fill() {
	o.additions().open = true
	o.content.Store(nil)
}

// additions are the keys that an object gets at run time; open says that there
// may be more. They outlive any edit.
type additions struct {
	keys []string
	open bool
}

func (o *Object) additions() *additions {
	if o.added == nil {
		o.added = &additions{}
	}
	return o.added
}

func (o *Object) readContent() *Content {
	c := &Content{}
	if o.Node != nil {
		c = o.readData()
	}
	if o.added == nil {
		return c
	}
	for _, key := range o.added.keys {
		if c.place(key) < 0 {
			c.add(key)
		}
	}
	c.Open = c.Open || o.added.open
	return c
}

// readData reads what Node says.
func (o *Object) readData() *Content {
	c := &Content{}
	for _, field := range []string{"data", "binaryData", "stringData"} {
		base64 := field == "binaryData" || field == "data" && o.Kind == "Secret"
		n := o.Get(field)
		if n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			c.Open = true // a placeholder that something replaces
		}
		for k, v := range yamlnode.Fields(n) {
			if c.Keys == nil {
				fields := len(n.Content) / 2
				c.Keys, c.values = make([]string, 0, fields), make([]Value, 0, fields)
			}
			c.set(k.Value, Value{Node: v, Base64: base64, Field: field})
			if k.Value == "<<" || k.Value == conjurMap {
				c.Open = true
			}
		}
	}
	if len(c.Keys) == 0 {
		c.Open = true
	}
	metadata := o.Get("metadata")
	for _, f := range filledBy {
		if yamlnode.Path(metadata, f.field, f.key) != nil {
			c.Open = true
		}
	}
	if yamlnode.GetString(o.Node, "type") == "kubernetes.io/service-account-token" {
		c.Open = true
	}
	return c
}
