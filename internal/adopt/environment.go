package adopt

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var (
	secretKind    = inventory.GroupKind{Kind: "Secret"}
	configMapKind = inventory.GroupKind{Kind: "ConfigMap"}
	serviceKind   = inventory.GroupKind{Kind: "Service"}
)

// variable is one variable of a container as its program sees it.
type variable struct {
	name string
	// text is what it holds, where that is in the build: known. It is a secret if
	// from is one.
	text  string
	known bool
	// from is the ConfigMap or Secret that it comes from, ref that one's name in
	// the workload and kind its kind; from is nil where it is not in the build.
	// kind is empty for a value that is written in the workload itself.
	from      *inventory.Object
	kind, ref string
	key       string
	// entry says that env has an entry of the name, so that it is not one of many
	// from envFrom.
	entry bool
}

// environmentOf are the variables of a container, in order; the one that counts of
// each name.
func environmentOf(inv *inventory.Inventory, c *inventory.Container) []*variable {
	var all []*variable
	byName := map[string]int{}
	add := func(v *variable) {
		if i, ok := byName[v.name]; ok {
			all[i] = v
			return
		}
		byName[v.name] = len(all)
		all = append(all, v)
	}
	owner := c.Pod.Owner
	holder := func(kind, name string) *inventory.Object {
		gk := configMapKind
		if kind == "Secret" {
			gk = secretKind
		}
		o := inv.Lookup(gk, owner.Namespace, name, true, owner)
		if o != nil && o.Node == nil {
			return nil
		}
		return o
	}
	for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "envFrom")) {
		prefix := yamlnode.GetString(n, "prefix")
		for field, kind := range map[string]string{"secretRef": "Secret", "configMapRef": "ConfigMap"} {
			name := yamlnode.GetString(n, field, "name")
			o := holder(kind, name)
			if name == "" || o == nil {
				continue
			}
			for _, key := range o.Content().Keys {
				v := &variable{name: prefix + key, from: o, kind: kind, ref: name, key: key}
				v.text, v.known = valueOf(o, key)
				add(v)
			}
		}
	}
	for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
		v := &variable{name: yamlnode.GetString(n, "name"), entry: true}
		if value := yamlnode.Get(n, "value"); value != nil {
			v.text, v.known = value.Value, value.Kind == yaml.ScalarNode
		}
		for field, kind := range map[string]string{"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"} {
			if ref := yamlnode.Path(n, "valueFrom", field); ref != nil {
				v.kind, v.ref, v.key = kind, yamlnode.GetString(ref, "name"), yamlnode.GetString(ref, "key")
				if v.from = holder(kind, v.ref); v.from != nil {
					v.text, v.known = valueOf(v.from, v.key)
				}
			}
		}
		if v.name != "" {
			add(v)
		}
	}
	return all
}

// valueOf is the value of a key of a ConfigMap or Secret, where it is in the build.
func valueOf(o *inventory.Object, key string) (string, bool) {
	v, ok := o.Content().Get(key)
	if !ok || v.Node == nil {
		return "", false
	}
	if !v.Base64 {
		return v.Node.Value, true
	}
	text, err := compare.Decode(v.Node.Value)
	return text, err == nil
}

// normal is a variable's name without what separates its words: DB_HOST, dbHost
// and db.host are dbhost.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == '.':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// addressWords are how names of variables end that hold an address, the longest
// first where one ends in another.
var addressWords = []string{
	"jdbcurl", "connectionstring", "bootstrapservers", "hostname", "hosts", "host", "address", "addresses", "addr", "server", "servers",
	"endpoint", "url", "uri", "dsn",
}

// stemOf is what the variables beside one with an address begin with: db for
// DB_HOST, and "" with false where that is nothing to go by.
func stemOf(name string) (string, bool) {
	n := normal(name)
	for _, word := range addressWords {
		if stem, ok := strings.CutSuffix(n, word); ok {
			return stem, stem != ""
		}
	}
	return "", false
}

// Parts that stand beside an address, and how their variables end.
var (
	portWords     = []string{"port"}
	userWords     = []string{"user", "username", "usr", "login"}
	passwordWords = []string{"password", "passwd", "pass", "pwd"}
	databaseWords = []string{"name", "database", "db", "dbname", "databasename"}
)

// beside returns the variable with a stem and one of the endings.
func beside(env []*variable, stem string, words []string) *variable {
	for _, word := range words {
		for _, v := range env {
			if normal(v.name) == stem+word {
				return v
			}
		}
	}
	return nil
}
