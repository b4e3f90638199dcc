package rules

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// everything is an inventory with the documents of all fixtures.
func everything(t *testing.T) *inventory.Inventory {
	inv := &inventory.Inventory{}
	files, err := filepath.Glob("testdata/*/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		docs, err := manifest.Read(file, text)
		require.NoError(t, err)
		for _, d := range docs {
			if yamlnode.GetString(d.Node, "kind") != "ConfigPipeline" {
				inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
			}
		}
	}
	reference.Produce(inv)
	return inv
}

// What rules find does not depend on their order, nor on which of them run at
// the same time. The race detector watches what they share.
func TestAnyOrder(t *testing.T) {
	inv := everything(t)
	want, err := Run(t.Context(), All(), inv, nil)
	require.NoError(t, err)
	require.NotEmpty(t, want)
	for range 3 {
		var rules []*Rule
		for _, r := range All() {
			alone := *r // in a topic of its own
			rules = append(rules, &alone)
		}
		rand.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		for i, r := range rules {
			r.topic = i
		}
		got, err := Run(t.Context(), rules, inv, nil)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

// A rule that cannot judge a build says so, and keeps no other from it.
func TestErrors(t *testing.T) {
	broken := errors.New("no schema")
	one := &Rule{Name: "one", Severity: finding.Error, Run: func(p *Pass) error {
		p.Report(p.Inventory.Objects()[0], nil, "before")
		return broken
	}}
	other := &Rule{Name: "other", Severity: finding.Error, Run: func(p *Pass) error {
		p.Report(p.Inventory.Objects()[0], nil, "after")
		return nil
	}}
	wrong := &Rule{Name: "wrong", Severity: finding.Error, Run: func(*Pass) error { panic("out of range") }}
	inv := &inventory.Inventory{}
	inv.Add(yamlnode.NewMapping(yamlnode.NewString("kind"), yamlnode.NewString("A")), inventory.Source{})
	found, err := Run(t.Context(), []*Rule{one, wrong, other}, inv, nil)
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "rule wrong: it gave up")
	assert.ErrorContains(t, err, "rule one: no schema")
	assert.Len(t, found, 2)

	done, cancel := context.WithCancel(t.Context())
	cancel()
	found, err = Run(done, []*Rule{one, other}, inv, nil)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, found)
}

// A fact is found out once, whoever asks, and each build has its own.
func TestFacts(t *testing.T) {
	var found atomic.Int32
	number := NewFact(func(*Build) int32 { return found.Add(1) })
	double := NewFact(func(b *Build) int32 { return 2 * number.Of(b) })
	var asking []*Rule
	var wrong atomic.Bool
	for i := range 8 {
		asking = append(asking, &Rule{Name: "x", Severity: finding.Error, topic: i, Run: func(p *Pass) error {
			if double.Of(p.Build) != 2*number.Of(p.Build) {
				wrong.Store(true)
			}
			return nil
		}})
	}
	for builds := range 2 {
		inv := &inventory.Inventory{}
		for range 200 {
			inv.Add(yamlnode.NewMapping(), inventory.Source{})
		}
		_, err := Run(t.Context(), asking, inv, nil)
		require.NoError(t, err)
		assert.EqualValues(t, builds+1, found.Load())
	}
	assert.False(t, wrong.Load())
}
