// Package parts holds benchmarks of the parts of a run, on 1,000 resources.
// Compare two versions with benchstat.
package parts

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// BenchmarkFunction is a whole run of the function, text in, text out.
func BenchmarkFunction(b *testing.B) {
	list := gen.Tree{Resources: 1000}.ResourceList(gen.Config)
	b.SetBytes(int64(len(list)))
	for range b.N {
		require.Equal(b, function.ExitOK, function.Run(b.Context(), bytes.NewReader(list), io.Discard, io.Discard))
	}
}

// BenchmarkProcess is the work on resources in memory: all rules.
func BenchmarkProcess(b *testing.B) {
	for name, tree := range map[string]gen.Tree{
		"sound":                {Resources: 1000},
		"broken":               {Resources: 1000, Typos: true},
		"broken one namespace": {Resources: 1000, Typos: true, NoNamespace: true},
	} {
		docs, err := manifest.Read("f", tree.Stream())
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for range b.N {
				inv := &inventory.Inventory{}
				for _, d := range docs {
					inv.Add(d.Node, inventory.Source{})
				}
				_, err := fn.Process(b.Context(), inv, nil)
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkBuild is a pipeline of 100 resources.
func BenchmarkBuild(b *testing.B) {
	dir := b.TempDir()
	require.NoError(b, gen.Tree{Resources: 100}.Pipeline(dir))
	for name, bm := range map[string]struct {
		dir string
		f   kbuild.Function
	}{"source": {"/source", nil}, "pipeline": {"/pipeline", function.RunNodes}} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				_, err := kbuild.Build(filesys.MakeFsOnDisk(), dir+bm.dir, kbuild.Options{InProcess: bm.f})
				require.NoError(b, err)
			}
		})
	}
}
