//go:build unix && !solaris && !aix

package cleanup_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
)

// asProgram makes the test binary a program that makes temporary files and waits.
const asProgram = "CLEANUP_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if folder := os.Getenv(asProgram); folder != "" {
		waiting(folder)
	}
	os.Exit(m.Run())
}

// waiting never returns. It says what it has made, and ends what it does when its
// input ends.
func waiting(folder string) {
	cleanup.OnSignals()
	remove := cleanup.TempDir()
	must := func(err error) {
		if err != nil {
			fmt.Println("Error:", err)
			os.Exit(1)
		}
	}
	must(os.WriteFile(filepath.Join(os.TempDir(), "secret"), []byte("x"), 0o600))
	f, removeFile, err := cleanup.File(folder)
	must(err)
	child := exec.Command("sleep", "600")
	child.Stdout = os.Stdout // which is open for as long as it runs
	must(child.Start())
	ended := cleanup.Process(child.Process)
	ready := func() { fmt.Printf("%s\n%s\n%d\nready\n", os.TempDir(), f.Name(), child.Process.Pid) }
	if os.Getenv("CLEANUP_TEST_BUSY") != "" {
		must(cleanup.Uninterrupted(func() error {
			ready()
			_, err := io.ReadAll(os.Stdin)
			fmt.Println("done")
			return err
		}))
		time.Sleep(time.Minute) // the signal comes first
	}
	ready()
	_, _ = io.ReadAll(os.Stdin)
	_ = child.Process.Kill()
	_ = child.Wait()
	ended()
	removeFile()
	remove()
	os.Exit(0)
}

// program is a run of waiting.
type program struct {
	*exec.Cmd
	dir, file string // of its own, and beside what it writes
	child     int
	in        io.WriteCloser
	out       io.Reader
}

func start(t *testing.T, tmp, folder string, env ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0])}
	p.Env = append(append(os.Environ(), asProgram+"="+folder, "TMPDIR="+tmp), env...)
	var err error
	p.in, err = p.StdinPipe()
	require.NoError(t, err)
	p.out, err = p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	var ready string
	_, err = fmt.Fscan(p.out, &p.dir, &p.file, &p.child, &ready)
	require.NoError(t, err)
	require.Equal(t, "ready", ready)
	return p
}

// everything are the files below a folder.
func everything(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if path != folder {
			all = append(all, strings.TrimPrefix(path, folder+"/"))
		}
		return err
	}))
	return all
}

func TestNothingIsLeft(t *testing.T) {
	for name, end := range map[string]func(p *program) error{
		"in time": func(p *program) error { return p.in.Close() },
		"SIGTERM": func(p *program) error { return p.Process.Signal(syscall.SIGTERM) },
		"SIGINT":  func(p *program) error { return p.Process.Signal(os.Interrupt) },
		"SIGHUP":  func(p *program) error { return p.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			tmp, folder := t.TempDir(), t.TempDir()
			p := start(t, tmp, folder)
			assert.FileExists(t, filepath.Join(p.dir, "secret"))
			assert.FileExists(t, p.file)
			require.NoError(t, end(p))
			_, err := io.ReadAll(p.out) // its program has ended
			require.NoError(t, err)
			_ = p.Wait()
			assert.Empty(t, everything(t, tmp))
			assert.Empty(t, everything(t, folder))
		})
	}
}

// A signal waits for what must not be interrupted.
func TestUninterrupted(t *testing.T) {
	p := start(t, t.TempDir(), t.TempDir(), "CLEANUP_TEST_BUSY=1")
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.in.Close())
	said, err := io.ReadAll(p.out)
	require.NoError(t, err)
	assert.Equal(t, "done", strings.TrimSpace(string(said)))
	_ = p.Wait()
	assert.Equal(t, 128+int(syscall.SIGTERM), p.ProcessState.ExitCode())
	assert.NoDirExists(t, p.dir)
}

// What a program that was killed has left goes with the next one, and what one that
// lives has stays.
func TestKilled(t *testing.T) {
	tmp, folder := t.TempDir(), t.TempDir()
	mine := filepath.Join(folder, ".krm-validate-mine")
	require.NoError(t, os.WriteFile(mine, nil, 0o600))
	require.NoError(t, os.Symlink(mine, filepath.Join(folder, ".krm-validate-link.tmp")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(folder, ".krm-validate-pipe.tmp"), 0o600))
	killed, lives := start(t, tmp, folder), start(t, tmp, folder)
	require.NoError(t, killed.Process.Kill())
	_ = killed.Wait()
	_ = syscall.Kill(killed.child, syscall.SIGKILL)
	assert.FileExists(t, killed.file)
	assert.DirExists(t, killed.dir)
	next := start(t, tmp, folder)
	assert.NoFileExists(t, killed.file)
	assert.NoDirExists(t, killed.dir)
	for _, p := range []*program{lives, next} {
		assert.FileExists(t, p.file)
		assert.FileExists(t, filepath.Join(p.dir, "secret"))
		require.NoError(t, p.in.Close())
		_ = p.Wait()
	}
	assert.Empty(t, everything(t, tmp))
	assert.ElementsMatch(t, []string{".krm-validate-mine", ".krm-validate-link.tmp", ".krm-validate-pipe.tmp"}, everything(t, folder))
}

// Many at once take nothing away from each other.
func TestAtOnce(t *testing.T) {
	tmp, folder := t.TempDir(), t.TempDir()
	var all []*program
	for range 8 {
		all = append(all, start(t, tmp, folder))
	}
	for i, p := range all {
		assert.FileExists(t, p.file)
		assert.FileExists(t, filepath.Join(p.dir, "secret"))
		if i%2 == 0 {
			require.NoError(t, p.Process.Kill())
			_ = syscall.Kill(p.child, syscall.SIGKILL)
		} else {
			require.NoError(t, p.in.Close())
		}
		_ = p.Wait()
	}
	last := start(t, tmp, folder)
	require.NoError(t, last.in.Close())
	_ = last.Wait()
	assert.Empty(t, everything(t, tmp))
	assert.Empty(t, everything(t, folder))
}

// A folder that somebody else has made, or can look into, is not used.
func TestFoldersOfOthers(t *testing.T) {
	own := fmt.Sprint("krm-validate-", os.Getuid())
	for name, prepare := range map[string]func(tmp, elsewhere string) error{
		"a link":               func(tmp, elsewhere string) error { return os.Symlink(elsewhere, filepath.Join(tmp, own)) },
		"a link to nothing":    func(tmp, _ string) error { return os.Symlink("nothing", filepath.Join(tmp, own)) },
		"a file":               func(tmp, _ string) error { return os.WriteFile(filepath.Join(tmp, own), nil, 0o600) },
		"that others can read": func(tmp, _ string) error { return os.Mkdir(filepath.Join(tmp, own), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			tmp, elsewhere := t.TempDir(), t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Join(elsewhere, "run-1"), 0o700))
			require.NoError(t, prepare(tmp, elsewhere))
			p := start(t, tmp, t.TempDir())
			assert.Equal(t, tmp, filepath.Dir(p.dir))
			info, err := os.Stat(p.dir)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
			require.NoError(t, p.in.Close())
			_ = p.Wait()
			assert.NoDirExists(t, p.dir)
			assert.DirExists(t, filepath.Join(elsewhere, "run-1"))
		})
	}
}
