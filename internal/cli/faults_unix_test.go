//go:build unix

package cli

import (
	"bytes"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A report that cannot be written is a failure in every command, whatever it
// says.
func TestOutputThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	dir := t.TempDir()
	write(t, dir, environment)
	broken := filepath.Join(repo, "testdata", "check", "broken.yaml")
	sound := filepath.Join(dir, "source")
	for _, args := range [][]string{
		{"build", sound}, {"check", broken}, {"check", sound}, {"check", "-o", "json", sound}, {"check", "-o", "json", broken}, {"check", "--print-externals", broken},
		{"blame", sound}, {"blame", "-o", "json", sound}, {"lock", dir}, {"lock", dir}, {"lock", "--check", dir}, {"rules"}, {"rules", "-o", "json"},
		{"explain", "secret-not-found"}, {"version"}, {"--help"}, {"check", "--help"}, {"completion", "bash"},
	} {
		var stderr bytes.Buffer
		assert.Equal(t, ExitFailure, Main(args, strings.NewReader(""), full, &stderr), args)
		assert.Contains(t, stderr.String(), "no space left", args)
	}
	for _, args := range [][]string{{"build", "--explain", filepath.Join(dir, "pipeline")}, {"check", "gone.yaml"}, {"build", "gone"}} {
		assert.Equal(t, ExitFailure, Main(args, strings.NewReader(""), &bytes.Buffer{}, full), args)
	}
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a b, envFrom: [{secretRef: {name: gone}}]}]}}\n"
	assert.Equal(t, ExitFailure, Main(nil, strings.NewReader(list), full, &bytes.Buffer{}))
	assert.Equal(t, ExitFailure, Main(nil, strings.NewReader(list), &bytes.Buffer{}, full))
}

// program is a run of this program as a process of its own.
func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

func TestTemporaryFilesGoWithTheProgram(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		dir, tmp := t.TempDir(), t.TempDir()
		write(t, dir, map[string]string{
			"kustomization.yaml": "resources: [all.yaml]\ntransformers: [slow.yaml]\n",
			"all.yaml":           "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n",
			"slow.yaml":          "apiVersion: example.com/v1\nkind: Slow\nmetadata:\n  name: a\n  annotations: {config.kubernetes.io/function: \"exec: {path: ./slow}\"}\n",
			"slow":               "#!/bin/sh\ntouch started\nexec sleep 60\n",
		})
		require.NoError(t, os.Chmod(filepath.Join(dir, "slow"), 0o755))
		cmd := program(t, dir, "build", "--enable-exec", ".")
		cmd.Env = append(cmd.Env, "TMPDIR="+tmp)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		require.NoError(t, cmd.Start())
		started := filepath.Join(dir, "started")
		require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, 30*time.Second, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(signal))
		_ = cmd.Wait()
		assert.Equal(t, 128+int(signal), cmd.ProcessState.ExitCode())
		assert.Empty(t, contents(t, tmp))
		left, err := os.ReadDir(tmp)
		require.NoError(t, err)
		assert.Empty(t, left)
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// Whenever a run of lock is killed, there is a lock: the old or the new one.
func TestLockSurvivesKills(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, environment)
	out, err := program(t, dir, "lock", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	states := map[string]bool{}
	lock := filepath.Join(dir, "lock")
	state := func() string {
		all := contents(t, lock)
		require.NotEmpty(t, all)
		return all["kustomization.yaml"]
	}
	states[state()] = true
	source := readFile(t, filepath.Join(dir, "source", "all.yaml"))
	other := strings.ReplaceAll(source, "port: 5432", "port: 5433")
	write(t, dir, map[string]string{"source/all.yaml": other})
	start := time.Now()
	out, err = program(t, dir, "lock", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	took := time.Since(start)
	states[state()] = true
	require.Len(t, states, 2)
	for i := range 20 {
		text := source
		if i%2 == 1 {
			text = other
		}
		write(t, dir, map[string]string{"source/all.yaml": text})
		cmd := program(t, dir, "lock", ".")
		require.NoError(t, cmd.Start())
		time.Sleep(took/2 + time.Duration(rand.Int63n(int64(took))))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		assert.True(t, states[state()], "a lock of no state")
	}
	out, err = program(t, dir, "lock", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	left, err := filepath.Glob(filepath.Join(dir, ".lock-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestBuildIntoDirectoryIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, tree)
	into := t.TempDir()
	code, _, stderr := run(t, "build", dir, "-o", into)
	require.Equal(t, ExitOK, code, stderr)
	before := contents(t, into)
	require.Greater(t, len(before), 2)
	write(t, dir, map[string]string{"all.yaml": strings.NewReplacer("k: v", "k: w", `k: "on"`, `k: "off"`).Replace(tree["all.yaml"])})
	for name := range before {
		file := filepath.Join(into, name)
		require.NoError(t, os.Chmod(file, 0o444))
		code, _, stderr = run(t, "build", dir, "-o", into)
		assert.Equal(t, ExitFailure, code)
		assert.Contains(t, stderr, "read-only")
		assert.Equal(t, before, contents(t, into))
		require.NoError(t, os.Chmod(file, 0o644))
	}
	code, _, stderr = run(t, "build", dir, "-o", into)
	require.Equal(t, ExitOK, code, stderr)
	assert.NotEqual(t, before, contents(t, into))
}
