package wealist_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var console = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// TestRoad goes the way of docs/import.md, from the field report's manifests to
// what is applied: each command is run, in a folder that has nothing but them, and
// prints what the page says. Lines that say … leave some out.
func TestRoad(t *testing.T) {
	for _, program := range []string{"sh", "git", "sed", "grep"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "k8s-manifests"), os.DirFS(absolute(t, "testdata/import/k8s-manifests"))))
	inFolder := func(command string) (string, error) {
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(binary(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		return out.String(), err
	}
	_, err := inFolder("git init -q")
	require.NoError(t, err)

	text, err := os.ReadFile(absolute(t, "docs/import.md"))
	require.NoError(t, err)
	_, road, ok := strings.Cut(string(text), "## The road of the field report\n")
	require.True(t, ok)
	commands := 0
	for _, block := range console.FindAllStringSubmatch(road, -1) {
		for _, step := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(step, "\n")
			if strings.HasPrefix(command, "kubectl apply") {
				continue // needs a cluster
			}
			if _, err := exec.LookPath("kubectl"); err != nil && strings.HasPrefix(command, "kubectl") {
				continue
			}
			commands++
			got, err := inFolder(command)
			require.NoError(t, err, "%s\n%s", command, got)
			matchesPage(t, command, want, got)
		}
	}
	assert.Greater(t, commands, 6)

	// What the page says in words.
	for _, file := range []string{"base", "overlays/dev/kustomization.yaml"} {
		out, _ := inFolder("grep -rE 'not-a-secret|bm90LWEtc2VjcmV0' " + file)
		assert.Empty(t, out)
	}
}

// matchesPage compares what a command printed with what a page says it does.
func matchesPage(t *testing.T, command, want, got string) {
	t.Helper()
	if !strings.Contains(want, "…\n") && !strings.HasSuffix(want, "…") {
		assert.Equal(t, strings.TrimSpace(want), strings.TrimSpace(got), command)
		return
	}
	rest := got
	for _, part := range strings.Split(strings.TrimSuffix(want, "\n"), "…") {
		_, after, found := strings.Cut(rest, strings.TrimPrefix(part, "\n"))
		require.True(t, found, "%s does not print, in this order:\n%s\nbut\n%s", command, part, got)
		rest = after
	}
}
