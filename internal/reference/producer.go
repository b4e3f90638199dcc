package reference

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Producer says that resources of a kind make other objects at run time.
type Producer struct {
	// From are the kinds that produce, as group/Kind, separated by commas; *
	// stands for every kind with annotations, Custom for every kind that is not
	// Kubernetes' own and that no other row knows.
	From string
	// Makes is the kind of what is made.
	Makes string
	// Name is the made object's name: a pattern in which {path} stands for the
	// scalar at that path of the producer, and {name} for its metadata.name.
	// A {path} with [] makes one object for each element, one with {} for each key
	// of a map, and ** is any number of levels. When a path is absent Or applies.
	Name string
	// NamesOf finds names that no pattern can say.
	NamesOf func(o *inventory.Object) []string
	// Or are the patterns to try when a path of Name is absent, separated by |.
	Or string
	// Namespace is a pattern like Name, and the objects are made in each namespace that
	// it gives; the producer's own namespace if empty or absent, any namespace if *.
	Namespace string
	// Keys are the keys of a made ConfigMap or Secret, where they are always the same.
	Keys []string
	// KeysOf finds the keys in the producer; open says that there may be more.
	// With neither Keys nor KeysOf the keys are not known.
	KeysOf func(producer *yaml.Node) (keys []string, open bool)
	// Fills says that the object is not made but, where it exists, given more keys.
	Fills bool
	// Likely says that the object may or may not be made: references to it are
	// let be, and it is no suggestion for others.
	Likely bool
	// When are conditions on fields of the producer, separated by commas, as in
	// "spec.crd=true" or "spec.create!=false"; a bare path means that the field is there.
	When string
}

// compiledProducer is a Producer with its texts read.
type compiledProducer struct {
	*Producer
	makes inventory.GroupKind
	when  []fieldCondition
}

// fieldCondition is one of When.
type fieldCondition struct {
	path, want   string
	compare, not bool
}

var producersByKind = sync.OnceValue(func() map[inventory.GroupKind][]*compiledProducer {
	m := map[inventory.GroupKind][]*compiledProducer{}
	for _, rows := range builtinProducers() {
		for i := range rows {
			p := rows[i].compile()
			for from := range strings.SplitSeq(p.From, ",") {
				gk := inventory.ParseGroupKind(strings.TrimSpace(from))
				m[gk] = append(m[gk], p)
			}
		}
	}
	return m
})

func (p *Producer) compile() *compiledProducer {
	c := &compiledProducer{Producer: p, makes: inventory.ParseGroupKind(p.Makes)}
	for when := p.When; when != ""; {
		var one string
		one, when, _ = strings.Cut(when, ",")
		path, want, compare := strings.Cut(one, "=")
		path, not := strings.CutSuffix(path, "!")
		c.when = append(c.when, fieldCondition{path, want, compare, not})
	}
	return c
}

// Produce adds to the inventory what its resources make at run time, once.
func Produce(inv *inventory.Inventory) {
	if inv.Produced {
		return
	}
	inv.Produced = true
	for _, o := range inv.Objects() {
		ProduceFor(inv, o)
	}
}

// ProduceFor adds to the inventory what one resource makes at run time.
func ProduceFor(inv *inventory.Inventory, o *inventory.Object) {
	if o.Local {
		return
	}
	table := producersByKind()
	own := table[o.GroupKind]
	for _, p := range own {
		p.apply(inv, o)
	}
	if o.Annotations() != nil {
		for _, p := range table[anyKind] {
			p.apply(inv, o)
		}
	}
	if len(own) == 0 && unknown(o.GroupKind) {
		for _, p := range table[customKind] {
			p.apply(inv, o)
		}
	}
}

// unknown reports whether the tables of references have nothing for a kind.
func unknown(gk inventory.GroupKind) bool {
	return !inventory.InKubernetes(gk.Group) && defaultTable().rows[gk] == nil
}

// Known reports whether it is known what resources of a kind refer to and make: the
// kind is Kubernetes' own, or the tables have it.
func Known(gk inventory.GroupKind) bool {
	return !unknown(gk) || producersByKind()[gk] != nil
}

// MadeBy reports whether custom resources of some group have objects made that are known,
// by their kind: what a Kafka is called, its Services and Secrets are called after.
func MadeBy(kind string) bool { return makingKinds()[kind] }

var makingKinds = sync.OnceValue(func() map[string]bool {
	kinds := map[string]bool{}
	for gk := range producersByKind() {
		if !inventory.InKubernetes(gk.Group) {
			kinds[gk.Kind] = true
		}
	}
	return kinds
})

// holds reports whether the conditions of When do.
func (p *compiledProducer) holds(o *inventory.Object) bool {
	for i := range p.when {
		c := &p.when[i]
		nodes := fieldpath.Of(c.path).Nodes(o.Node)
		equal := len(nodes) > 0 && (!c.compare || yamlnode.String(nodes[0]) == c.want)
		if equal == c.not {
			return false
		}
	}
	return true
}

func (p *compiledProducer) apply(inv *inventory.Inventory, o *inventory.Object) {
	if !p.holds(o) {
		return
	}
	var names []string
	if p.NamesOf != nil {
		names = p.NamesOf(o)
	} else {
		names = expand(p.Name, o)
	}
	for or := p.Or; len(names) == 0 && or != ""; {
		var pattern string
		pattern, or, _ = strings.Cut(or, "|")
		names = expand(pattern, o)
	}
	if len(names) == 0 {
		return
	}
	namespaces := []string{o.Namespace}
	switch p.Namespace {
	case "":
	case "*":
		namespaces = []string{""}
	default:
		if all := expand(p.Namespace, o); len(all) > 0 {
			namespaces = all
		}
	}
	content := inventory.Content{Open: true}
	switch {
	case p.Keys != nil:
		content = inventory.Content{Keys: p.Keys}
	case p.KeysOf != nil:
		content.Keys, content.Open = p.KeysOf(o.Node)
	}
	gk := p.makes
	if inventory.IsClusterScoped(gk) {
		namespaces = []string{""}
	}
	for _, name := range names {
		if name == "" || IsPlaceholderName(name) {
			continue
		}
		for _, namespace := range namespaces {
			if namespace == "*" {
				namespace = ""
			}
			// What is in the build too gets keys that the build does not show.
			for _, same := range inv.Find(gk, name) {
				if same != o && same.Node != nil && inventory.SameNamespace(same.Namespace, namespace) {
					same.Fill()
				}
			}
			if !p.Fills {
				inv.AddMade(o, gk, namespace, name, content).Likely = p.Likely
			}
		}
	}
}

// expand replaces every {path} of a pattern. With a list in a path there are
// several results; with a path that is absent there are none.
func expand(pattern string, o *inventory.Object) []string {
	results := []string{""}
	for pattern != "" {
		open := strings.IndexByte(pattern, '{')
		if open < 0 {
			open = len(pattern)
		}
		for i := range results {
			results[i] += pattern[:open]
		}
		if open == len(pattern) {
			break
		}
		end := strings.IndexByte(pattern[open:], '}') + open
		path := pattern[open+1 : end]
		pattern = pattern[end+1:]
		var values []string
		if path == "name" {
			values = []string{o.Name}
		} else {
			for _, n := range fieldpath.Of(path).Nodes(o.Node) {
				if s := yamlnode.String(n); s != "" {
					values = append(values, s)
				}
			}
		}
		var next []string
		for _, r := range results {
			for _, v := range values {
				next = append(next, r+v)
			}
		}
		results = next
	}
	return results
}

// keysAt returns a KeysOf that reads scalars or the keys of a map at paths.
func keysAt(paths ...string) func(*yaml.Node) ([]string, bool) {
	return func(n *yaml.Node) (keys []string, open bool) {
		for _, path := range paths {
			for _, at := range fieldpath.Of(path).Nodes(n) {
				switch at.Kind {
				case yaml.ScalarNode:
					keys = append(keys, at.Value)
				case yaml.MappingNode:
					for k := range yamlnode.Fields(at) {
						keys = append(keys, k.Value)
					}
				}
			}
		}
		return keys, len(keys) == 0
	}
}
