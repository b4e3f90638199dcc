//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ownProgram is krm-validate as a process of its own, without a terminal.
func ownProgram(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := program(t, "", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// A hook of git has variables that name its repository. What kustomize has git
// clone goes elsewhere, and nothing of the clone runs.
func TestClonesLeaveTheRepositoryOfAHookAlone(t *testing.T) {
	evidence := filepath.Join(t.TempDir(), "evidence")
	repository(t, map[string]string{
		"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": untagged, "hooks/post-checkout": "#!/bin/sh\ntouch " + evidence + "\n",
	})
	address, err := os.Getwd()
	require.NoError(t, err)
	require.NoError(t, os.Chmod("hooks/post-checkout", 0o755))
	gitRun(t, "commit", "-q", "-a", "-m", "x")
	repository(t, map[string]string{
		"k/kustomization.yaml": "resources: ['file://" + address + "']\n",
		// kustomize itself builds what has validators.
		"v/kustomization.yaml": "resources: ['file://" + address + "']\nvalidators: [../t]\n",
		"t/kustomization.yaml": "resources: [t.yaml]\n",
		"t/t.yaml":             "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\n",
	})
	top, err := os.Getwd()
	require.NoError(t, err)
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[core]\n hooksPath = hooks\n"), 0o600))
	state := func() string {
		said := ""
		for _, args := range []string{"status --porcelain", "remote -v", "branch", "rev-parse HEAD"} {
			out, err := exec.Command("git", strings.Fields(args)...).CombinedOutput()
			require.NoError(t, err, string(out))
			said += string(out)
		}
		return said
	}
	before := state()
	for _, dir := range []string{"k", "v"} {
		cmd := ownProgram(t, "build", dir)
		cmd.Env = append(cmd.Env, "GIT_DIR="+filepath.Join(top, ".git"), "GIT_INDEX_FILE="+filepath.Join(top, ".git", "index"), "GIT_WORK_TREE="+top, "GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"))
		out, err := cmd.CombinedOutput()
		if dir == "k" {
			require.NoError(t, err, string(out))
		}
		assert.Equal(t, before, state(), dir)
		assert.NoFileExists(t, evidence, dir)
	}
}

// A git that waits for a server ends with this program, and with its time.
func TestGitEndsWithTheProgram(t *testing.T) {
	for name, timeout := range map[string]string{"SIGTERM": "60s", "SIGINT": "60s", "time": "1s"} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			pids := filepath.Join(bin, "pids")
			script := "#!/bin/sh\ncase $1 in fetch) sleep 600 & echo $$ $! >" + pids + ".new; mv " + pids + ".new " + pids + "; wait;; esac\n"
			require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755))
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), fmt.Appendf(nil, "resources: ['https://127.0.0.1:1/a/b.git?timeout=%s']\n", timeout), 0o644))
			cmd := ownProgram(t, "build", dir)
			cmd.Env = append(cmd.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			require.NoError(t, cmd.Start())
			var started []string
			require.Eventually(t, func() bool {
				text, err := os.ReadFile(pids)
				started = strings.Fields(string(text))
				return err == nil
			}, 30*time.Second, 10*time.Millisecond)
			require.Len(t, started, 2)
			switch name {
			case "SIGTERM":
				require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
			case "SIGINT":
				require.NoError(t, cmd.Process.Signal(os.Interrupt))
			}
			require.Error(t, cmd.Wait())
			for _, text := range started {
				pid, err := strconv.Atoi(text)
				require.NoError(t, err)
				assert.Eventually(t, func() bool { return !lives(pid) }, 10*time.Second, 10*time.Millisecond, "of %v, %d goes on", started, pid)
			}
		})
	}
}

// lives reports whether a process runs: one that has ended may still be listed.
func lives(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}
