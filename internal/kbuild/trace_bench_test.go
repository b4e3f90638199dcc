package kbuild_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// BenchmarkTrace is what a build takes when somebody asks where values were
// written, and when nobody does.
func BenchmarkTrace(b *testing.B) {
	dir := b.TempDir()
	require.NoError(b, gen.Tree{Resources: 1000}.Pipeline(dir))
	for _, traced := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "traced"}[traced], func(b *testing.B) {
			for range b.N {
				opts := kbuild.Options{InProcess: function.RunNodes}
				if traced {
					opts.Trace = &provenance.Trace{}
				}
				_, err := kbuild.Build(filesys.MakeFsOnDisk(), dir+"/source", opts)
				require.NoError(b, err)
			}
		})
	}
}
