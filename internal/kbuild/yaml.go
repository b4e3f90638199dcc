package kbuild

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"sigs.k8s.io/kustomize/api/resmap"
)

// YAML returns what m.AsYaml does. It writes resources on all processors.
func YAML(m resmap.ResMap) ([]byte, error) {
	resources := m.Resources()
	texts := make([][]byte, len(resources))
	var next atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(resources)) {
		wg.Go(func() {
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
