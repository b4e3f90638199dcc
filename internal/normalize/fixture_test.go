package normalize_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
)

// Fixtures are testdata/<normalizer>/<case>: before.yaml normalized with
// config.yaml gives after.yaml and, one line each, changes.txt. All normalizers
// that the configuration enables run. UPDATE=1 rewrites what is expected.
func TestFixtures(t *testing.T) {
	for _, n := range normalize.All() {
		t.Run(n.Name, func(t *testing.T) {
			cases, err := filepath.Glob(filepath.Join("testdata", n.Name, "*"))
			require.NoError(t, err)
			require.NotEmpty(t, cases, "every normalizer has an example")
			for _, dir := range cases {
				t.Run(filepath.Base(dir), func(t *testing.T) { checkFixture(t, dir) })
			}
		})
	}
}

func checkFixture(t *testing.T, dir string) {
	cfg := readConfig(t, filepath.Join(dir, "config.yaml"))
	before, err := os.ReadFile(filepath.Join(dir, "before.yaml"))
	require.NoError(t, err)

	after, changes := apply(t, before, cfg)
	var log strings.Builder
	for _, c := range changes {
		log.WriteString(c.String() + "\n")
	}
	golden(t, filepath.Join(dir, "after.yaml"), string(after))
	golden(t, filepath.Join(dir, "changes.txt"), log.String())

	again, changes := apply(t, after, cfg)
	assert.Equal(t, string(after), string(again), "a second run changes something")
	assert.Empty(t, changes)
}

func readConfig(t *testing.T, file string) *config.Normalize {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	docs, err := manifest.Read(file, data)
	require.NoError(t, err)
	require.Len(t, docs, 1)
	cfg, err := config.Decode(docs[0].Node)
	require.NoError(t, err)
	return cfg.Spec.Normalize
}

// apply normalizes a stream. Documents that are not marked Modified come out
// byte for byte.
func apply(t *testing.T, data []byte, cfg *config.Normalize) ([]byte, []result.Change) {
	t.Helper()
	docs, err := manifest.Read("before.yaml", data)
	require.NoError(t, err)
	inv := &inventory.Inventory{}
	for _, d := range docs {
		inv.Add(d.Node, inventory.Source{})
	}
	changes := normalize.Apply(inv, cfg)
	var b bytes.Buffer
	for i, o := range inv.Objects() {
		if i > 0 {
			b.WriteString("---\n")
		}
		text := docs[i].Text
		if o.Modified() {
			text, err = manifest.Encode(o.Node)
			require.NoError(t, err)
		}
		b.Write(text)
	}
	return b.Bytes(), changes
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "UPDATE=1 go test ./internal/normalize writes it")
	assert.Equal(t, string(want), got, "UPDATE=1 go test ./internal/normalize, when the change is meant")
}
