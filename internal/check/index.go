package check

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// index parses and indexes files. cfg is the configuration: the one given, or
// else the one among the files. Only a configuration has resources edited;
// without one, documents may share what they have in common. patches are the
// files that are known to hold patches.
func (rep *Report) index(sources []manifest.Source, patches map[string]bool, given *config.ConfigPipeline) (inv *inventory.Inventory, cfg *config.ConfigPipeline, err error) {
	parse := manifest.ReadOnly
	if given != nil {
		parse = manifest.ReadAll
	}
	docs, unread := parse(sources...)
	if inv, cfg, err = indexDocuments(docs, patches, given, unread); given == nil && unread == nil && (err != nil || cfg != nil) {
		// A configuration is read with its places, also where it is wrong.
		docs, err = manifest.ReadAll(sources...)
		inv, cfg, err = indexDocuments(docs, patches, given, err)
	}
	for i := range docs {
		rep.nodes = append(rep.nodes, docs[i].Node)
	}
	if given != nil {
		cfg = given
	}
	return inv, cfg, err
}

func indexDocuments(docs []manifest.Document, patches map[string]bool, given *config.ConfigPipeline, err error) (*inventory.Inventory, *config.ConfigPipeline, error) {
	if err != nil {
		return nil, nil, err
	}
	x := indexer{inv: &inventory.Inventory{}, patches: patches, given: given}
	foreign := foreignFiles(docs)
	for i := range docs {
		if foreign[docs[i].File] {
			continue
		}
		if err := x.add(&docs[i]); err != nil {
			return nil, nil, err
		}
	}
	return x.inv, x.cfg, x.strays(docs)
}

// foreignFiles are the files of other programs that name kinds as Kubernetes does, such
// as Service and Namespace: no document in one has an apiVersion, and one has a spec
// that is not of its kind.
func foreignFiles(docs []manifest.Document) map[string]bool {
	versioned, foreign := map[string]bool{}, map[string]bool{}
	for i := range docs {
		n := docs[i].Node
		kind := yamlnode.GetString(n, "kind")
		switch {
		case kind == "" || apischema.HeadingKey(n, "apiVersion") != nil:
			versioned[docs[i].File] = true
		case !foreign[docs[i].File]:
			foreign[docs[i].File] = isForeign(n, kind)
		}
	}
	maps.DeleteFunc(foreign, func(file string, is bool) bool { return !is || versioned[file] })
	return foreign
}

// isForeign reports whether most fields in the spec of a resource are none of its kind.
func isForeign(n *yaml.Node, kind string) bool {
	versions := apischema.Kubernetes().Versions(kind)
	if len(versions) == 0 {
		return false
	}
	spec := versions[0].Field("spec")
	if spec == nil {
		return false
	}
	own, others := 0, 0
	for k := range yamlnode.Fields(yamlnode.Get(n, "spec")) {
		if spec.Field(k.Value) != nil {
			own++
		} else {
			others++
		}
	}
	return others > own
}

// indexer indexes the resources of documents.
type indexer struct {
	inv        *inventory.Inventory
	patches    map[string]bool
	given, cfg *config.ConfigPipeline
	resources  map[string]bool // files with resources
	stray      map[string]error
}

// add indexes the resources of a document. A ConfigPipeline among them
// configures the check instead.
func (x *indexer) add(d *manifest.Document) error {
	kind := yamlnode.GetString(d.Node, "kind")
	apiVersion := yamlnode.GetString(d.Node, "apiVersion")
	switch {
	case config.Is(apiVersion, kind):
		return x.configure(d.Node, d)
	case kind != "" && strings.HasPrefix(apiVersion, "kustomize.config.k8s.io/"):
		return nil // it says how to build resources
	case yamlnode.Get(d.Node, "$patch") != nil:
		return nil // it says what to do with one
	}
	resources, err := d.Resources()
	switch {
	case kind == "" && apiVersion != "" && yamlnode.Get(d.Node, "metadata") != nil:
		resources = append(resources, d.Node) // a resource that lacks its kind
	case errors.Is(err, manifest.ErrNoResource) && kind == "":
		// Values files and the like, unless resources stand beside it.
		if x.stray == nil {
			x.stray = map[string]error{}
		}
		if x.stray[d.File] == nil {
			x.stray[d.File] = err
		}
		return nil
	case err != nil:
		return err
	}
	for _, n := range resources {
		if config.Is(yamlnode.GetString(n, "apiVersion"), yamlnode.GetString(n, "kind")) { // in a List
			if err := x.configure(n, d); err != nil {
				return err
			}
			continue
		}
		x.inv.Add(n, inventory.Source{File: d.File, Line: d.Line, Patch: x.patches[d.File]})
	}
	if x.resources == nil {
		x.resources = map[string]bool{}
	}
	x.resources[d.File] = true
	if own := yamlnode.Get(d.Node, "functionConfig"); kind == "ResourceList" && !yamlnode.IsNull(own) {
		return x.configure(own, d)
	}
	return nil
}

// configure takes a configuration that stands among the resources.
func (x *indexer) configure(n *yaml.Node, d *manifest.Document) error {
	if x.given != nil {
		return nil // the one that was named counts
	}
	if yamlnode.Repeats(d.Node) {
		return &manifest.Error{File: d.File, Line: d.Line, Err: fmt.Errorf("a field is there twice: readers take one of them and lose the other")}
	}
	cfg, err := config.Decode(n)
	if err != nil {
		return &manifest.Error{File: d.File, Line: d.Line, Err: err}
	}
	cfg.File, cfg.Line = d.File, d.Line
	if x.cfg != nil {
		return &manifest.Error{File: d.File, Line: d.Line, Err: fmt.Errorf("a second %s: the first is in %s:%d; name the one that counts with --config", config.Kind, x.cfg.File, x.cfg.Line)}
	}
	x.cfg = cfg
	return nil
}

// strays reports documents without a resource where every one is meant to be
// one: on stdin, beside resources, and where resources stand in them.
func (x *indexer) strays(docs []manifest.Document) error {
	for i := range docs {
		file := docs[i].File
		if err := x.stray[file]; err != nil && (file == "stdin" || x.resources[file] || holdsResources(docs[i].Node)) {
			return err
		}
	}
	return nil
}

// holdsResources reports whether a document that is no resource is a list of some,
// or has them as its items: kubectl and kustomize refuse it.
func holdsResources(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode {
		n = yamlnode.Get(n, "items")
	}
	for _, e := range yamlnode.Elements(n) {
		if e.Kind == yaml.SequenceNode && holdsResources(e) ||
			yamlnode.GetString(e, "apiVersion") != "" && yamlnode.GetString(e, "kind") != "" && yamlnode.Get(e, "metadata") != nil {
			return true
		}
	}
	return false
}
