package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// tree is one rendered tree, and what kinds of mutants ask about it.
type tree struct {
	file   string
	docs   []manifest.Document
	inv    *inventory.Inventory
	places []*place
	// known are the findings without an edit, with what is merely not in the tree
	// and without.
	known [2]map[key]int
	taken map[string]bool // texts of the tree: an edit that makes one may be right

	names  map[string]map[string]bool // of objects, by kind
	labels map[string][]labelled      // "Pod", "Service", "Namespace": what selectors may mean
	needed []needed
}

// labelled is something with labels.
type labelled struct {
	namespace string
	labels    *yaml.Node
}

// needed is a selector: its labels, and what it selects from.
type needed struct {
	of        string
	namespace string
	service   *yaml.Node // the Service it is of
	labels    *yaml.Node
}

// place is a field of a document.
type place struct {
	doc        int
	kind       string
	root       *yaml.Node
	path       []string // keys from the root; elements of lists have none
	key, value *yaml.Node
	parent     *yaml.Node // the mapping or list around it
	outer      []*yaml.Node
}

func load(file string) (*tree, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return read(file, text)
}

// read reads a tree in memory.
func read(file string, text []byte) (*tree, error) {
	var err error
	t := &tree{file: filepath.Base(file), taken: map[string]bool{}, names: map[string]map[string]bool{}, labels: map[string][]labelled{}}
	if t.docs, err = manifest.Read(file, text); err != nil {
		return nil, err
	}
	t.inv = index(t.docs)
	for i, absent := range [...]bool{false, true} {
		before, err := findings(t.docs, absent)
		if err != nil {
			return nil, err
		}
		t.known[i] = map[key]int{}
		for j := range before {
			t.known[i][keyOf(&before[j])]++
		}
	}
	for i, d := range t.docs {
		eachScalar(d.Node, func(n *yaml.Node) { t.taken[n.Value] = true })
		kind, name := yamlnode.GetString(d.Node, "kind"), yamlnode.GetString(d.Node, "metadata", "name")
		if t.names[kind] == nil {
			t.names[kind] = map[string]bool{}
		}
		t.names[kind][name] = true
		t.walk(&place{doc: i, kind: kind, root: d.Node, value: d.Node})
	}
	for _, o := range t.inv.Objects() {
		switch o.Kind {
		case "Service", "Namespace", "Pod", "Node":
			t.labels[o.Kind] = append(t.labels[o.Kind], labelled{o.Namespace, yamlnode.Path(o.Node, "metadata", "labels")})
		}
		for _, pod := range o.Pods() {
			if o.Kind != "Pod" {
				t.labels["Pod"] = append(t.labels["Pod"], labelled{o.Namespace, yamlnode.Path(pod.Template, "metadata", "labels")})
			}
		}
	}
	for _, p := range t.places {
		if of := selectorOf(p); of != "" {
			n := needed{of: of, namespace: yamlnode.GetString(p.root, "metadata", "namespace"), labels: p.value}
			if p.kind == "Service" {
				n.service = p.root
			}
			t.needed = append(t.needed, n)
		}
	}
	return t, nil
}

func (t *tree) walk(p *place) {
	v := yamlnode.Resolve(p.value)
	if v == nil {
		return
	}
	switch v.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(v.Content); i += 2 {
			if twice(v, i) { // nobody knows which one counts
				continue
			}
			c := &place{p.doc, p.kind, p.root, append(slices.Clip(p.path), v.Content[i].Value), v.Content[i], v.Content[i+1], v, append(slices.Clip(p.outer), v)}
			t.places = append(t.places, c)
			t.walk(c)
		}
	case yaml.SequenceNode:
		for _, e := range v.Content {
			c := &place{p.doc, p.kind, p.root, p.path, p.key, e, v, append(slices.Clip(p.outer), v)}
			t.places = append(t.places, c)
			t.walk(c)
		}
	}
}

// twice reports whether a mapping has the key at i elsewhere too.
func twice(mapping *yaml.Node, i int) bool {
	for j := 0; j < len(mapping.Content); j += 2 {
		if j != i && mapping.Content[j].Value == mapping.Content[i].Value {
			return true
		}
	}
	return false
}

// matches reports whether the path is as a pattern says: keys with dots between
// them, * for any one key and ** for any number of them.
func matches(pattern string, path []string) bool {
	for {
		step, rest, more := strings.Cut(pattern, ".")
		if step == "**" {
			if !more {
				return true
			}
			for i := range path {
				if matches(rest, path[i:]) {
					return true
				}
			}
			return false
		}
		if len(path) == 0 || step != "*" && step != path[0] {
			return false
		}
		path = path[1:]
		if !more {
			return len(path) == 0
		}
		pattern = rest
	}
}

// selectors are the fields with labels, and what is selected by them.
var selectors = []struct{ in, at, of string }{
	{"Service", "spec.selector", "Pod"},
	{"Deployment,StatefulSet,DaemonSet,ReplicaSet,Rollout,PodDisruptionBudget,PodMonitor", "spec.selector.matchLabels", "Pod"},
	{"NetworkPolicy", "spec.podSelector.matchLabels", "Pod"},
	{"NetworkPolicy", "spec.ingress.from.podSelector.matchLabels", "Pod"},
	{"NetworkPolicy", "spec.egress.to.podSelector.matchLabels", "Pod"},
	{"NetworkPolicy", "spec.ingress.from.namespaceSelector.matchLabels", "Namespace"},
	{"NetworkPolicy", "spec.egress.to.namespaceSelector.matchLabels", "Namespace"},
	{"ServiceMonitor", "spec.selector.matchLabels", "Service"},
	{"AuthorizationPolicy,PeerAuthentication,RequestAuthentication", "spec.selector.matchLabels", "Pod"},
	{"", "**.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.labelSelector.matchLabels", "Pod"},
	{"", "**.topologySpreadConstraints.labelSelector.matchLabels", "Pod"},
}

// selectorOf returns what the labels at a place select, or "".
func selectorOf(p *place) string {
	if p.value.Kind != yaml.MappingNode || len(p.value.Content) == 0 {
		return ""
	}
	for _, s := range selectors {
		if inKinds(s.in, p.kind) && matches(s.at, p.path) {
			return s.of
		}
	}
	return ""
}

func inKinds(kinds, kind string) bool {
	return kinds == "" || slices.Contains(strings.Split(kinds, ","), kind)
}

// within reports whether all labels of one mapping are in another.
func within(labels, in *yaml.Node) bool {
	for k, v := range yamlnode.Fields(labels) {
		if n := yamlnode.Get(in, k.Value); n == nil || n.Value != v.Value {
			return false
		}
	}
	return true
}

// selected are what has the labels of a selector.
func (t *tree) selected(n needed) []labelled {
	var all []labelled
	for _, l := range t.labels[n.of] {
		if l.labels != nil && within(n.labels, l.labels) && (n.of == "Namespace" || inventory.SameNamespace(l.namespace, n.namespace)) {
			all = append(all, l)
		}
	}
	return all
}

// key is what tells findings apart.
type key struct{ rule, resource, field, message string }

func keyOf(f *finding.Finding) key { return key{f.Rule, f.Resource.String(), f.Field, f.Message} }

// asCheck, if it is set, is a folder: trees are written there and checked as files of
// others are, with what check knows of evidence.
var asCheck string

// findings runs every rule. Nobody declared externals for these trees, so that what is
// merely not in the tree is counted only where absent says so.
func findings(docs []manifest.Document, absent bool) ([]finding.Finding, error) {
	if asCheck != "" {
		return checked(docs, absent)
	}
	cfg := &config.ConfigPipeline{}
	if !absent {
		cfg.Spec.Validate = &config.Validate{Unresolved: "ignore"}
	}
	res, err := fn.Process(context.Background(), index(docs), cfg)
	return res.Findings, err
}

func checked(docs []manifest.Document, absent bool) ([]finding.Finding, error) {
	var all []byte
	for _, d := range docs {
		text, err := manifest.Encode(d.Node)
		if err != nil {
			return nil, err
		}
		all = append(append(all, "---\n"...), text...)
	}
	file := filepath.Join(asCheck, "tree.yaml")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		return nil, err
	}
	opts := check.Options{}
	if !absent {
		opts.Unresolved = "ignore"
	}
	return reported(file, opts)
}

func index(docs []manifest.Document) *inventory.Inventory {
	inv := &inventory.Inventory{}
	for _, d := range docs {
		inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
	}
	return inv
}

// eachScalar calls f for the values below n, not for keys.
func eachScalar(n *yaml.Node, f func(*yaml.Node)) {
	n = yamlnode.Resolve(n)
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		f(n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			eachScalar(c, f)
		}
	}
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
