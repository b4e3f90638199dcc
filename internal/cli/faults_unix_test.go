//go:build unix

package cli

import (
	"bytes"
	"fmt"
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
	broken, err := filepath.Abs(filepath.Join(repo, "testdata", "check", "broken.yaml"))
	require.NoError(t, err)
	sound := filepath.Join(dir, "source")
	misspelt := filepath.Join(t.TempDir(), "a.yaml")
	require.NoError(t, os.WriteFile(misspelt, []byte("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], clusterIp: None}\n"), 0o644))
	t.Chdir(filepath.Dir(misspelt))
	shard := filepath.Join(t.TempDir(), "1.json")
	run(t, "check", "-o", "json="+shard, broken)
	for _, args := range [][]string{
		{"build", sound}, {"check", broken}, {"check", sound}, {"check", "-o", "json", sound}, {"check", "-o", "json", broken}, {"check", "--print-externals", broken},
		{"blame", sound}, {"blame", "-o", "json", sound}, {"lock", dir}, {"lock", dir}, {"lock", "--check", dir}, {"rules"}, {"rules", "-o", "json"},
		{"explain", "secret-not-found"}, {"version"}, {"--help"}, {"check", "--help"}, {"completion", "bash"},
		{"check", "-o", "sarif", broken}, {"check", "-o", "junit", broken}, {"check", "-o", "github", broken}, {"check", "-o", "gitlab", broken}, {"check", "-o", "markdown", broken},
		{"check", "--write-baseline", filepath.Join(t.TempDir(), "known.json"), broken},
		{"fix", "--diff", misspelt}, {"fix", misspelt}, {"graph", broken}, {"graph", "-o", "html", broken}, {"graph", "-o", "json", broken}, {"graph", "-o", "mermaid", broken},
		{"trace", sound, "deploy/api"}, {"trace", "-o", "json", sound, "deploy/api"}, {"diff", sound, filepath.Join(dir, "pipeline")}, {"schema"},
		{"import", "--dry-run", "--env", "prod=" + broken}, {"report", "merge", shard}, {"init", "--dry-run", sound},
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

// A report that cannot be written is no report.
func TestPostRenderReportThatCannotBeWritten(t *testing.T) {
	for _, stream := range []string{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a b}]}\n"} {
		var stdout, stderr bytes.Buffer
		gone := filepath.Join(t.TempDir(), "gone", "report.txt")
		assert.Equal(t, ExitFailure, Main([]string{"post-render", "--report", gone}, strings.NewReader(stream), &stdout, &stderr))
		assert.Contains(t, stderr.String(), "writing the report: ")
	}
}

// What fix has tried is all of its edits: where the disk is full it makes none.
func TestFixIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\nspec: {ports: [{port: 80}], clusterIp: None}\n"
	before := map[string]string{
		"a.yaml": strings.Replace(service, "NAME", "a", 1),
		"b.yaml": strings.Replace(service, "NAME", "b", 1) + strings.Repeat("# a comment\n", 1000),
	}
	write(t, dir, before)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command("/bin/sh", "-c", `ulimit -f 8; trap "" XFSZ; exec "$0" fix .`, self)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), asProgram+"=1")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err)
	assert.Equal(t, ExitFailure, cmd.ProcessState.ExitCode(), string(out))
	assert.Contains(t, string(out), "too large")
	assert.Equal(t, before, contents(t, dir))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2)

	out, err = program(t, dir, "fix", ".").CombinedOutput()
	require.NoError(t, err, string(out))
	after := contents(t, dir)
	for name := range before {
		assert.Contains(t, after[name], "clusterIP")
	}
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

// slowBuild starts a build that runs until it is ended, and waits until it does.
func slowBuild(t *testing.T, tmp string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"kustomization.yaml": "resources: [all.yaml]\ntransformers: [slow.yaml]\n",
		"all.yaml":           "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n",
		"slow.yaml":          "apiVersion: example.com/v1\nkind: Slow\nmetadata:\n  name: a\n  annotations: {config.kubernetes.io/function: \"exec: {path: ./slow}\"}\n",
		"slow":               "#!/bin/sh\necho secret >$TMPDIR/left\ntouch started\nexec sleep 60\n",
	})
	require.NoError(t, os.Chmod(filepath.Join(dir, "slow"), 0o755))
	cmd := program(t, dir, "build", "--enable-exec", ".")
	cmd.Env = append(cmd.Env, "TMPDIR="+tmp)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	started := filepath.Join(dir, "started")
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, 30*time.Second, 10*time.Millisecond)
	return cmd
}

func TestTemporaryFilesGoWithTheProgram(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		tmp := t.TempDir()
		cmd := slowBuild(t, tmp)
		require.NoError(t, cmd.Process.Signal(signal))
		_ = cmd.Wait()
		assert.Equal(t, 128+int(signal), cmd.ProcessState.ExitCode())
		left, err := os.ReadDir(tmp)
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

// Nothing can be done when the program is killed; the next run does it. It leaves
// alone what a run that lives has.
func TestTemporaryFilesOfAKilledProgramGoWithTheNext(t *testing.T) {
	tmp := t.TempDir()
	killed, lives := slowBuild(t, tmp), slowBuild(t, tmp)
	require.NoError(t, syscall.Kill(-killed.Process.Pid, syscall.SIGKILL))
	_ = killed.Wait()
	require.Len(t, contents(t, tmp), 2, "what the two have written")
	for range 2 {
		next := program(t, t.TempDir(), "version")
		next.Env = append(next.Env, "TMPDIR="+tmp)
		out, err := next.CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Len(t, contents(t, tmp), 1)
	}
	require.NoError(t, lives.Process.Signal(syscall.SIGTERM))
	_ = lives.Wait()
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	assert.Empty(t, left)

	// A folder that others can write to is not used, nor what a link leads to.
	elsewhere := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(elsewhere, "run-1"), 0o700))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(tmp, fmt.Sprint("krm-validate-", os.Getuid()))))
	next := program(t, t.TempDir(), "version")
	next.Env = append(next.Env, "TMPDIR="+tmp)
	out, err := next.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.DirExists(t, filepath.Join(elsewhere, "run-1"))
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
