package kbuild

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Writable reports resources that YAML cannot write, without writing those that
// it certainly can.
func Writable(m resmap.ResMap, secrets *redact.Secrets) (err error) {
	defer surviving()()
	defer func() {
		if r := recover(); r != nil {
			err = secrets.Foreign(fmt.Errorf("kustomize gave up on writing the resources: %v", r))
		}
	}()
	for _, r := range m.Resources() {
		if plain(r.YNode()) {
			continue
		}
		if _, err := r.AsYAML(); err != nil {
			id := finding.Resource{Kind: r.GetKind(), Namespace: r.GetNamespace(), Name: r.GetName()}
			return fmt.Errorf("%s cannot be written as YAML: %w", id, secrets.Foreign(err)) // the library's own error has all of it
		}
	}
	return nil
}

// Unwritable returns the error about a build of dir that YAML cannot write, which
// Writable found, as a [Failure] with its place: a key that a resource has twice.
// It builds dir once more. err is what is known without that.
func Unwritable(fsys filesys.FileSystem, dir string, opts Options, err error) error {
	var trace provenance.Trace
	opts.Trace, opts.Observe, opts.Cache = &trace, nil, nil
	files := NewSnapshot(fsys)
	result, buildErr := Build(files, dir, opts)
	if buildErr != nil {
		return err
	}
	for _, r := range result.Resources.Resources() {
		if key := templateKey(r.YNode(), r.YNode()); key != nil {
			if at := trace.Record(provenance.Marked(key)); at.Known() {
				return &Failure{What: IsTemplate, Place: at.Place, err: err}
			}
			return err
		}
		first, again := twice(r.YNode())
		if again == nil {
			continue
		}
		one, other := trace.Record(provenance.Marked(first)), trace.Record(provenance.Marked(again))
		if !other.Known() {
			return err
		}
		id := finding.Resource{Kind: r.GetKind(), Namespace: r.GetNamespace(), Name: r.GetName()}
		f := &Failure{What: fmt.Sprintf("%s has the key %s twice", id, opts.Secrets.Line(strconv.Quote(again.Value))), Place: other.Place, err: err}
		if one.Known() {
			f.Help = fmt.Sprintf("the other one is at %s:%d", one.File, one.Line)
		}
		return f
	}
	return err
}

// twice finds a key that a mapping has twice.
func twice(n *yaml.Node) (first, again *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		seen := map[string]*yaml.Node{}
		for key := range yamlnode.Fields(n) {
			if key.Kind != yaml.ScalarNode {
				continue
			}
			if seen[key.Value] != nil {
				return seen[key.Value], key
			}
			seen[key.Value] = key
		}
	}
	for _, c := range n.Content {
		if first, again = twice(c); again != nil {
			return first, again
		}
	}
	return nil, nil
}

// YAML returns what m.AsYaml does. It writes resources on all processors.
func YAML(m resmap.ResMap) (text []byte, err error) {
	defer surviving()()
	defer func() {
		if r := recover(); r != nil {
			text, err = nil, fmt.Errorf("kustomize gave up on writing the resources: %v", r)
		}
	}()
	resources := m.Resources()
	texts := make([][]byte, len(resources))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(resources)) {
		wg.Go(func() {
			defer func() {
				if recover() != nil {
					failed.Store(true)
				}
			}()
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(resources) {
					return
				}
				text, err := asYAML(resources[i])
				if err != nil {
					failed.Store(true)
				}
				texts[i] = text
			}
		})
	}
	wg.Wait()
	if failed.Load() {
		return m.AsYaml() // says what is wrong
	}
	return bytes.Join(texts, []byte("---\n")), nil
}
