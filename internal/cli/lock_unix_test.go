//go:build unix

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// As somebody who may not write there.
func TestLockReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, environment)
	self, err := os.Executable()
	require.NoError(t, err)
	program := filepath.Join(dir, "program")
	content, err := os.ReadFile(self)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program, content, 0o755))
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })

	cmd := exec.Command(program, "lock", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if os.Geteuid() == 0 { // root may write anywhere
		require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	require.Error(t, err, string(out))
	assert.Equal(t, ExitFailure, cmd.ProcessState.ExitCode())
	assert.Contains(t, string(out), "lock: nothing was written")
	assert.Contains(t, string(out), "permission denied")
	assert.NoDirExists(t, filepath.Join(dir, "lock"))
	assert.NoFileExists(t, filepath.Join(dir, "kustomization.yaml"))
}
