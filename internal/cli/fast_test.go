package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// The function gives the same result, finds the same and says the same in this
// process as in one of its own.
func TestBuildInProcessEqualsChild(t *testing.T) {
	dirs := kustomizations(t)
	for name, tree := range map[string]gen.Tree{"sound": {Resources: 40}, "broken": {Resources: 40, Typos: true}} {
		dir := filepath.Join(t.TempDir(), name)
		require.NoError(t, tree.Pipeline(dir))
		dirs = append(dirs, dir+"/pipeline", dir+"/pipeline/run")
	}
	for _, dir := range dirs {
		t.Run(strings.TrimPrefix(filepath.ToSlash(dir), repo+"/"), func(t *testing.T) {
			want, wantSaid := built(t, dir, nil)
			got, gotSaid := built(t, dir, function.RunNodes)
			assert.Equal(t, want, got)
			assert.Equal(t, wantSaid, gotSaid)
		})
	}
}

// saying is what a run of the function says.
type saying struct {
	code                 int
	findings             []finding.Finding
	failure, explanation string
}

func built(t *testing.T, dir string, f kbuild.Function) (resources string, said []saying) {
	t.Helper()
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, kbuild.Options{InProcess: f})
	if result != nil {
		for _, r := range result.Runs {
			said = append(said, saying{r.Code, append([]finding.Finding(nil), r.Findings...), r.Failure, r.Explanation()})
		}
	}
	if err != nil {
		return "error: " + err.Error(), said
	}
	text, err := result.Resources.AsYaml()
	require.NoError(t, err)
	return string(text), said
}
