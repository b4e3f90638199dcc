// Package fixes makes typing errors in sound trees and expects fix to undo them.
package fixes

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
	"github.com/ressKim-io/wealist-k8s-migration/test/slips"
)

// Kinds are the kinds of typing errors, in the order of the table.
var Kinds = []string{"name", "key", "port", "namespace", "host", "selector", "field", "value", "quantity", "version", "newline"}

// Mutant is a mistake: the bytes of a file from Start to End are New instead of
// what stands there.
type Mutant struct {
	Kind       string
	File       string
	Start, End int
	New        string
}

// Apply makes the mistake.
func (m Mutant) Apply(text []byte) []byte {
	return slices.Concat(text[:m.Start], []byte(m.New), text[m.End:])
}

// file is a file with the offsets of its lines.
type file struct {
	name  string
	text  []byte
	lines []int
	docs  []*yaml.Node
}

func parse(name string, text []byte) *file {
	f := &file{name: name, text: text}
	at := 0
	for line := range bytes.Lines(text) {
		f.lines = append(f.lines, at)
		at += len(line)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); err != nil {
			return f
		}
		if n := yamlnode.Resolve(&doc); n != nil && n.Kind == yaml.MappingNode {
			f.docs = append(f.docs, n)
		}
	}
}

// span is where the text of a scalar stands, without its quotes. ok is false where
// that is not what it says: in block scalars, and behind escapes.
func (f *file) span(n *yaml.Node) (start, end int, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Line < 1 || n.Line > len(f.lines) || n.Value == "" {
		return 0, 0, false
	}
	start = f.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(f.text[start:])
		start += size
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		start++
	}
	end = start + len(n.Value)
	return start, end, end <= len(f.text) && string(f.text[start:end]) == n.Value
}

// finder collects mutants.
type finder struct {
	random *rand.Rand
	files  map[*yaml.Node]*file // by document
	taken  map[string]bool      // texts of the tree: an edit that makes one may be right
	found  map[string][]Mutant
}

// Mutants returns up to each mistakes of every kind in the files of a tree, which
// refer to one another.
func Mutants(texts map[string][]byte, each int, random *rand.Rand) []Mutant {
	m := finder{random: random, files: map[*yaml.Node]*file{}, taken: map[string]bool{}, found: map[string][]Mutant{}}
	inv := &inventory.Inventory{}
	names := make([]string, 0, len(texts))
	for name := range texts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := parse(name, texts[name])
		for _, doc := range f.docs {
			if yamlnode.GetString(doc, "kind") == "" || yamlnode.GetString(doc, "apiVersion") == "" {
				continue
			}
			m.files[doc] = f
			walk(doc, func(_, n *yaml.Node) { m.taken[n.Value] = true })
			inv.Add(doc, inventory.Source{File: name, Line: doc.Line})
		}
	}
	m.references(inv)
	for _, o := range inv.Objects() {
		if o.Node != nil && m.files[o.Node] != nil {
			m.object(o)
		}
	}
	var all []Mutant
	for _, kind := range Kinds {
		some := m.found[kind]
		random.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		all = append(all, some[:min(each, len(some))]...)
	}
	return all
}

// add adds a mistyped part of a scalar, or key, of an object.
func (m *finder) add(kind string, o *inventory.Object, n *yaml.Node, from, to int) {
	if o == nil || n == nil || m.files[o.Node] == nil || reference.IsPlaceholder(n.Value) {
		return
	}
	f := m.files[o.Node]
	start, _, ok := f.span(n)
	if !ok {
		return
	}
	right := n.Value[from:to]
	wrong, ok := m.mistype(right)
	if !ok || m.taken[wrong] || m.taken[n.Value[:from]+wrong+n.Value[to:]] {
		return
	}
	m.found[kind] = append(m.found[kind], Mutant{kind, f.name, start + from, start + to, wrong})
}

// replace adds a scalar that is another one.
func (m *finder) replace(kind string, o *inventory.Object, n *yaml.Node, text string) {
	if f := m.files[o.Node]; f != nil && n != nil {
		if start, end, ok := f.span(n); ok {
			m.found[kind] = append(m.found[kind], Mutant{kind, f.name, start, end, text})
		}
	}
}

// references finds what refers to something in the tree, and resolves.
func (m *finder) references(inv *inventory.Inventory) {
	resolver := reference.NewResolver(inv, nil)
	services := map[string]bool{}
	for _, o := range inv.OfKind(inventory.ParseGroupKind("Service")) {
		services[o.Name] = true
	}
	for _, r := range reference.NewTable(nil).Extract(inv, "cluster.local").All {
		res := resolver.Resolve(r)
		if r.Optional || r.Vague || res.Status != reference.Found || res.Target == nil || res.Target.Node == nil {
			continue
		}
		if r.Row.Parse == reference.Plain && r.Node.Value == r.Name {
			m.add("name", r.From, r.Node, 0, len(r.Name))
		}
		if n := r.NamespaceNode; n != nil && n.Value == res.Target.Namespace {
			m.add("namespace", r.From, n, 0, len(n.Value))
		}
		for _, k := range r.Keys {
			if !res.Target.Content().Open && slices.Contains(res.Target.Content().Keys, k.Name) {
				m.add("key", r.From, k.Node, 0, len(k.Node.Value))
			}
		}
		if r.Port != nil && r.Port.Kind == yaml.ScalarNode && !number(r.Port.Value) {
			m.add("port", r.From, r.Port, 0, len(r.Port.Value))
		}
	}
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Kind == "Secret" {
			continue
		}
		walk(o.Node, func(_, n *yaml.Node) {
			i := strings.Index(n.Value, "://")
			if i < 0 {
				return
			}
			host := n.Value[i+3:]
			if at := strings.IndexByte(host, '@'); at >= 0 {
				i, host = i+at+1, host[at+1:]
			}
			if end := strings.IndexAny(host, ":/."); end > 3 && services[host[:end]] {
				m.add("host", o, n, i+3, i+3+end)
			}
		})
	}
}

// enums are fields that take a few values.
var enums = []string{"restartPolicy", "imagePullPolicy", "pathType", "type", "protocol", "concurrencyPolicy", "sessionAffinity", "whenUnsatisfiable", "terminationMessagePolicy", "podManagementPolicy", "dnsPolicy"}

// versions are removed versions that convert without loss, by their successors.
var versions = map[string]string{
	"batch/v1 CronJob":                       "batch/v1beta1",
	"apps/v1 Deployment":                     "apps/v1beta2",
	"apps/v1 DaemonSet":                      "apps/v1beta2",
	"apps/v1 StatefulSet":                    "apps/v1beta2",
	"autoscaling/v2 HorizontalPodAutoscaler": "autoscaling/v2beta2",
	"rbac.authorization.k8s.io/v1 Role":      "rbac.authorization.k8s.io/v1beta1",
	"policy/v1 PodDisruptionBudget":          "policy/v1beta1",
}

// object finds mistakes in one object that refer to no other.
func (m *finder) object(o *inventory.Object) {
	if old := versions[o.APIVersion()+" "+o.Kind]; old != "" {
		m.replace("version", o, yamlnode.Get(o.Node, "apiVersion"), old)
	}
	if o.Kind == "Secret" {
		for _, v := range yamlnode.Fields(yamlnode.Get(o.Node, "data")) {
			if text, err := base64.StdEncoding.DecodeString(v.Value); err == nil && len(text) > 0 && !bytes.Contains(text, []byte("\n")) {
				m.replace("newline", o, v, base64.StdEncoding.EncodeToString(append(text, '\n')))
			}
		}
		return
	}
	if o.Kind == "CustomResourceDefinition" || o.Kind == "ConfigMap" {
		return
	}
	keys(o.Node, nil, func(path []string, k, v *yaml.Node) {
		last := path[len(path)-1]
		switch in := strings.Join(path[:len(path)-1], "."); {
		case strings.HasSuffix(in, "resources.limits"), strings.HasSuffix(in, "resources.requests"):
			if number, ok := strings.CutSuffix(v.Value, "Mi"); ok {
				m.replace("quantity", o, v, number+[]string{"mi", "MI", "MiB", " Mi"}[m.random.IntN(4)])
			}
		case strings.HasSuffix(in, "matchLabels"), o.Kind == "Service" && in == "spec.selector":
			m.add("selector", o, v, 0, len(v.Value))
		case free(path):
		default:
			m.add("field", o, k, 0, len(k.Value))
			if slices.Contains(enums, last) {
				m.add("value", o, v, 0, len(v.Value))
			}
		}
	})
}

// free reports whether keys at a path are anybody's.
func free(path []string) bool {
	for i, p := range path {
		switch p {
		case "labels", "annotations", "data", "stringData", "binaryData", "matchLabels", "nodeSelector", "selector", "limits", "requests", "values", "parameters", "config", "status", "hard":
			return i < len(path)-1
		}
	}
	return len(path) < 2
}

// keys calls f with the keys below a node and their values.
func keys(n *yaml.Node, path []string, f func(path []string, k, v *yaml.Node)) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			below := append(slices.Clip(path), n.Content[i].Value)
			f(below, n.Content[i], n.Content[i+1])
			keys(n.Content[i+1], below, f)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			keys(e, path, f)
		}
	}
}

// walk calls f with the scalars below a node, not with keys.
func walk(n *yaml.Node, f func(key, n *yaml.Node)) {
	if n.Kind == yaml.ScalarNode {
		f(nil, n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			walk(c, f)
		}
	}
}

func number(text string) bool { return strings.Trim(text, "0123456789") == "" }

// mistype makes one typing error, behind the first character: names begin with
// what they are about.
func (m *finder) mistype(right string) (wrong string, ok bool) {
	if len(right) < 3 {
		return "", false
	}
	slip := slips.All[m.random.IntN(len(slips.All))]
	wrong = slip.Make(right, slips.Inside(m.random, right))
	return wrong, wrong != right && !strings.ContainsAny(wrong[len(wrong)-1:], "-._")
}
