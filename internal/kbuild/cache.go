package kbuild

import (
	"crypto/sha256"
	"sync"

	"sigs.k8s.io/kustomize/api/resource"
)

// Cache keeps what builds parse, so that what many overlays share is not parsed
// for each of them. It goes by content: a file that changes is another one. Of
// what is read a single time, the sum alone is kept.
//
// The zero value is ready to use, a nil one keeps nothing. Builds that run at
// once may share a Cache.
type Cache struct {
	kustomizations memo[*parsedKustomization]
	files          memo[[]*resource.Resource]
	kustomized     memo[[]*resource.Resource] // see memoKey
}

// kustomization parses a kustomization file. The result is not to be changed.
func (c *Cache) kustomization(content []byte) (*parsedKustomization, error) {
	if c == nil {
		return parseKustomization(content)
	}
	k, _, err := c.kustomizations.get(content, parseKustomization)
	return k, err
}

// resources parses a file of resources, which are the caller's own.
func (c *Cache) resources(f *resource.Factory, content []byte) ([]*resource.Resource, error) {
	if c == nil {
		return slice(f, content)
	}
	rs, shared, err := c.files.get(content, func(content []byte) ([]*resource.Resource, error) { return slice(f, content) })
	if err != nil || !shared {
		return rs, err
	}
	return copies(rs), nil
}

func copies(rs []*resource.Resource) []*resource.Resource {
	own := make([]*resource.Resource, len(rs))
	for i, r := range rs {
		own[i] = r.DeepCopy()
	}
	return own
}

// memo keeps what is made of contents that it has seen before.
type memo[T any] struct {
	mu     sync.Mutex
	seen   map[sum]bool
	values map[sum]T
}

type sum [sha256.Size]byte

// get returns what is made of a content, and whether others may get the same.
func (m *memo[T]) get(content []byte, parse func([]byte) (T, error)) (value T, shared bool, err error) {
	key := sum(sha256.Sum256(content))
	if value, shared = m.have(key); shared {
		return value, true, nil
	}
	if value, err = parse(content); err != nil {
		return value, false, err
	}
	return value, m.keep(key, func() T { return value }), nil
}

func (m *memo[T]) have(key sum) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok = m.values[key]
	return value, ok
}

// keep keeps a value, unless it is the first that has the key, and says whether it
// does.
func (m *memo[T]) keep(key sum, value func() T) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen, m.values = map[sum]bool{}, map[sum]T{}
	}
	again := m.seen[key]
	if _, ok := m.values[key]; again && !ok {
		m.values[key] = value()
	}
	m.seen[key] = true
	return again
}
