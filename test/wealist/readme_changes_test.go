package wealist_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// change is a change that a README shows: a diff of the sources, and after it
// that of the locks.
var change = regexp.MustCompile("(?s)(<!-- edit -->\n```diff\n(.*?)```\n.*?<!-- what it does to the locks -->\n```diff\n)(.*?)```\n")

// TestReadmeChanges makes the READMEs' changes in a copy of the tree, runs
// lock, and compares what git says of it. UPDATE=1 rewrites the locks' diffs.
func TestReadmeChanges(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	var edits [][]string
	for _, name := range []string{"README.md", "README.ko.md"} {
		t.Run(name, func(t *testing.T) {
			path := absolute(t, name)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var made []string
			updated := change.ReplaceAllStringFunc(string(text), func(block string) string {
				m := change.FindStringSubmatch(block)
				made = append(made, m[2])
				return m[1] + lockDiff(t, m[2]) + "```\n"
			})
			if os.Getenv("UPDATE") != "" {
				write(t, path, []byte(updated))
				text = []byte(updated)
			}
			assert.Equal(t, updated, string(text), "UPDATE=1 go test ./test/wealist rewrites the diffs of locks")
			edits = append(edits, made)
		})
	}
	require.Len(t, edits, 2)
	assert.Equal(t, edits[0], edits[1], "both READMEs show the same changes")
	assert.Len(t, edits[0], 2, "for all environments, and for prod alone")
}

// lockDiff is what a diff of the sources changes in the locks.
func lockDiff(t *testing.T, edit string) string {
	t.Helper()
	added, removed := regexp.MustCompile(`(?m)^\+[^+]`), regexp.MustCompile(`(?m)^-[^-]`)
	assert.Len(t, added.FindAllString(edit, -1), 1, "the change is one line:\n%s", edit)
	assert.LessOrEqual(t, len(removed.FindAllString(edit, -1)), 1, "the change is one line:\n%s", edit)

	dir := tree(t)
	git(t, dir, "", "init", "--quiet")
	git(t, dir, "", "add", ".")
	git(t, dir, edit, "apply", "-")

	lock := exec.Command(binary(t), "lock")
	lock.Dir = dir
	out, err := lock.CombinedOutput()
	require.NoError(t, err, string(out))
	command := []string{"diff", "-U1"}
	for _, env := range environments {
		command = append(command, "overlays/"+env+"/lock")
		env = filepath.Join(dir, "overlays", env)
		assert.Equal(t, string(pipeline(t, filepath.Join(env, "pipeline"))), string(source(t, env)))
	}
	diff := git(t, dir, "", command...)
	require.NotEmpty(t, diff)
	// The names of blobs say nothing to readers.
	return regexp.MustCompile(`(?m)^(diff|index) .*\n`).ReplaceAllString(diff, "")
}

// git runs git as if nobody had configured it.
func git(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GIT_") })
	cmd.Env = append(cmd.Env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "git %s: %s\n%s", strings.Join(args, " "), &stderr, stdin)
	return stdout.String()
}
