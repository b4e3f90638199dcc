package kbuild_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// BenchmarkLinear shows that a build takes time in proportion to its resources:
// ns/resource stays what it is.
func BenchmarkLinear(b *testing.B) {
	for _, n := range []int{100, 1000, 4000} {
		dir := b.TempDir()
		require.NoError(b, gen.Tree{Resources: n}.Pipeline(dir))
		for _, tree := range []string{"source", "pipeline"} {
			b.Run(fmt.Sprintf("%s/%d", tree, n), func(b *testing.B) {
				for range b.N {
					result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir+"/"+tree, kbuild.Options{InProcess: function.RunNodes})
					require.NoError(b, err)
					_, err = result.Resources.AsYaml()
					require.NoError(b, err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
			})
		}
	}
}
