package limits_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

func set(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, limits.Set(text))
	t.Cleanup(func() { require.NoError(t, limits.Set("")) })
}

func TestSet(t *testing.T) {
	set(t, "size=1Gi, depth=7,aliases=9,remote=90s")
	assert.Equal(t, limits.Limits{Size: 1 << 30, Depth: 7, Aliases: 9, Remote: 90 * time.Second}, limits.Current())
	require.NoError(t, limits.Set("size=12"))
	assert.Equal(t, limits.Limits{Size: 12, Depth: limits.Default.Depth, Aliases: limits.Default.Aliases, Remote: limits.Default.Remote}, limits.Current())
	for _, text := range []string{"size", "size=", "size=-1", "size=0", "size=1GB", "bytes=1", "size=99999999999999999999", "depth=x", "remote=1", "remote=-1s", "remote="} {
		require.Error(t, limits.Set(text), text)
	}
	t.Setenv(limits.Env, "size=x")
	require.ErrorContains(t, limits.Check(), limits.Env)
}

// endless never ends.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for n := 0; ; {
		c := copy(p[n:], e)
		if n += c; c < len(e) {
			return n, nil
		}
	}
}

func TestReadEnds(t *testing.T) {
	set(t, "size=1Mi")
	_, err := limits.Read(endless("y\n"))
	require.EqualError(t, err, "more than 1Mi of input: if that is meant, raise the limit with --limits=size=2Mi or KRM_VALIDATE_LIMITS=size=2Mi")
	_, err = limits.Read(endless("\x00"))
	require.ErrorIs(t, err, limits.ErrBinary)

	exactly := strings.Repeat("x", 1<<20)
	got, err := limits.Read(strings.NewReader(exactly))
	require.NoError(t, err)
	assert.Equal(t, exactly, string(got))
	_, err = limits.Read(strings.NewReader(exactly + "x"))
	require.Error(t, err)
	_, err = limits.Read(io.MultiReader(strings.NewReader("a"), broken{}))
	require.EqualError(t, err, "broken")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestReadFile(t *testing.T) {
	set(t, "size=10")
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	got, err := limits.ReadRegular(path)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", string(got))
	require.NoError(t, os.WriteFile(path, []byte("0123456789a"), 0o600))
	_, err = limits.ReadRegular(path)
	require.ErrorContains(t, err, path+": more than 10 bytes of input")
	_, err = limits.ReadFile(filepath.Dir(path))
	require.ErrorContains(t, err, "is a directory")
	_, err = limits.ReadFile(path + "x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
