//go:build unix

package check_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestNamesInAFolderLeadToFiles: pipes, devices and files outside of a folder
// are refused by name, and the rest is checked.
func TestNamesInAFolderLeadToFiles(t *testing.T) {
	outside := tree(t, map[string]string{"s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: OUTSIDE}\n"})
	dir := tree(t, map[string]string{"pod.yaml": pod, "sub/other.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero.yaml")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "s.yaml"), filepath.Join(dir, "out.yaml")))
	require.NoError(t, os.Symlink("sub/other.yaml", filepath.Join(dir, "in.yaml")))
	rep := run(t, check.Options{}, dir)
	var unread []string
	for _, u := range rep.Unread {
		unread = append(unread, u.Error())
	}
	require.Len(t, unread, 3)
	assert.Contains(t, unread[0], "out.yaml leads to "+filepath.Join(outside, "s.yaml")+", outside of "+dir)
	assert.Contains(t, unread[1], "pipe.yaml: a named pipe, not a file")
	assert.Contains(t, unread[2], "zero.yaml leads to /dev/zero, outside of "+dir)
	assert.Contains(t, rulesOf(rep.Findings), "secret-not-found")
	assert.Equal(t, 2, rep.Resources) // in.yaml is the file that it leads to
}
