package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// Every format is written as it always was: others read them.
func TestCheckFormats(t *testing.T) {
	t.Chdir(filepath.Join(repo, "testdata", "check"))
	reports, stderr := everyFormat(t, "", "broken.yaml")
	assert.Empty(t, stderr)
	assert.Empty(t, reports["on stdout"])
	t.Chdir(filepath.Join("..", "..", "internal", "cli"))
	for _, name := range report.Names() {
		if name != "text" && name != "json" && name != "sarif" { // the version is in SARIF; test/reports has its schema
			golden(t, "check/broken."+name, reports[name])
		}
	}
}

func TestSeveralOutputs(t *testing.T) {
	broken, err := filepath.Abs(filepath.Join(repo, "testdata", "check", "broken.yaml"))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	code, stdout, stderr := run(t, "check", "-o", "text", "-o", "sarif=a.sarif", "-o", "junit=a.xml", broken)
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "1 error, 1 warning")
	assert.Empty(t, stderr)
	assert.Contains(t, readFile(t, "a.sarif"), `"version": "2.1.0"`)
	assert.Contains(t, readFile(t, "a.xml"), `<testsuites`)

	_, stdout, _ = run(t, "check", "-o", "json=-", broken)
	assert.Contains(t, stdout, `"findings"`)
}

// What cannot be written is said before anything is checked, in one line, and
// nothing is written.
func TestOutputsThatCannotBeWritten(t *testing.T) {
	broken, err := filepath.Abs(filepath.Join(repo, "testdata", "check", "broken.yaml"))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("dir", 0o755))
	require.NoError(t, os.Symlink("dir", "link"))
	require.NoError(t, os.WriteFile("kept", []byte("kept"), 0o444))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"text and json would both be written to stdout: give one of them a file of its own, as in json=FILE", []string{"-o", "text", "-o", "json"}},
		{"text and json would both be written to stdout", []string{"-o", "text", "-o", "json=-"}},
		{"sarif and junit would both be written to ./a", []string{"-o", "sarif=a", "-o", "junit=./a"}},
		{"sarif and junit would both be written to dir/a", []string{"-o", "sarif=link/a", "-o", "junit=dir/a"}},
		{"json and json would both be written to a", []string{"-o", "json=a", "-o", "json=a"}},
		{"--output=json=gone/a: gone/a: there is no folder gone", []string{"-o", "json=gone/a"}},
		{"--output=json=dir: dir is a directory", []string{"-o", "json=dir"}},
		{"--output=json=: expected the name of a file after the equals sign", []string{"-o", "json="}},
		{"--output=pdf: expected text, github, gitlab, json, junit, markdown or sarif", []string{"-o", "pdf=a"}},
		{"--output=json=kept: write kept: the file is read-only", []string{"-o", "text", "-o", "json=kept"}},
	} {
		code, stdout, stderr := run(t, append([]string{"check", broken}, c.args...)...)
		assert.Equal(t, ExitFailure, code, c.args)
		assert.Empty(t, stdout, c.args)
		assert.Contains(t, stderr, c.want, c.args)
		assert.Regexp(t, `^Error: [^\n]*\n$`, stderr)
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Len(t, entries, 3, "nothing is left behind")
	assert.Equal(t, "kept", readFile(t, "kept"))
}
