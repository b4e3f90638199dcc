package kbuild

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"sigs.k8s.io/kustomize/api/resmap"
)

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
