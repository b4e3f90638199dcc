package kbuild

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"sigs.k8s.io/kustomize/api/resmap"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
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
