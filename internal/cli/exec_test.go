package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No command runs what a server answers once it has been vetted.
func TestAddressesRunNothing(t *testing.T) {
	evidence := filepath.Join(t.TempDir(), "evidence")
	self, err := os.Executable()
	require.NoError(t, err)
	for name, args := range map[string][]string{
		"build": {"build", "pipeline"}, "check": {"check", "pipeline"}, "check of a folder": {"check", "."}, "lock": {"lock", "."},
		"build into a folder": {"build", "-o", "out", "pipeline"}, "lock --check": {"lock", "--check", "."}, "blame": {"blame", "pipeline"},
		"trace": {"trace", "pipeline", "deploy/api"}, "graph": {"graph", "pipeline"}, "fix": {"fix", "."}, "diff": {"diff", "source", "pipeline"},
		"init":  {"init", "--in-place", "source"},
		"apply": {"apply", "-k", "pipeline", "--kubectl", "true"}, "diff -k": {"diff", "-k", "pipeline", "--kubectl", "true"},
		"baseline": {"check", "--write-baseline", "known.json", "."}, "check --cluster": {"check", "--cluster", "--kubectl", self, "."},
		"argocd": {"argocd", "generate"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if asked.Add(1) == 1 {
					fmt.Fprint(w, "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n")
					return
				}
				fmt.Fprintf(w, "apiVersion: evil.example/v1\nkind: Anything\nmetadata:\n  name: t\n  annotations:\n    config.kubernetes.io/function: |\n"+
					"      exec: {path: /bin/sh, args: [-c, 'touch %s; cat']}\n", evidence)
			}))
			defer server.Close()
			dir := t.TempDir()
			for file, content := range environment {
				if file == "source/kustomization.yaml" {
					content += "transformers: ['" + server.URL + "/t.yaml']\n"
				}
				file = filepath.Join(dir, filepath.FromSlash(file))
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
			}
			t.Chdir(dir)
			switch name {
			case "argocd":
				t.Chdir("pipeline")
			case "check --cluster":
				t.Setenv(asKubectl, "nothing")
			}
			var stdout, stderr bytes.Buffer
			Main(args, strings.NewReader(""), &stdout, &stderr)
			assert.Positive(t, asked.Load(), "it was asked: %s", &stderr)
			assert.NoFileExists(t, evidence)
		})
	}
}

// The files of a bare repository among those of another have git run nothing.
func TestFilesOfARepositoryRunNothing(t *testing.T) {
	for name, config := range map[string]string{
		"filter":                 "[core]\n repositoryformatversion = 0\n bare = false\n worktree = .\n[filter \"x\"]\n clean = touch %s; cat\n smudge = touch %[1]s; cat\n",
		"filter, outer worktree": "[core]\n repositoryformatversion = 0\n bare = false\n worktree = ..\n[filter \"x\"]\n clean = touch %s; cat\n smudge = touch %[1]s; cat\n",
		"hooks":                  "[core]\n repositoryformatversion = 0\n bare = false\n worktree = .\n hooksPath = bin\n # %s\n",
		"fsmonitor":              "[core]\n repositoryformatversion = 0\n bare = false\n worktree = .\n fsmonitor = touch %s;\n",
	} {
		t.Run(name, func(t *testing.T) {
			evidence := filepath.Join(t.TempDir(), "evidence")
			repository(t, map[string]string{
				"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": untagged, ".gitattributes": "* filter=x\n", "sub/x": "",
				"bin/post-index-change": "#!/bin/sh\ntouch " + evidence + "\n",
			})
			require.NoError(t, os.Chmod("bin/post-index-change", 0o755))
			inner, err := os.Getwd()
			require.NoError(t, err)
			repository(t, map[string]string{"README": ""})
			require.NoError(t, os.CopyFS("overlay", os.DirFS(inner)))
			require.NoError(t, os.CopyFS("overlay", os.DirFS("overlay/.git")))
			require.NoError(t, os.RemoveAll("overlay/.git"))
			require.NoError(t, os.WriteFile("overlay/config", fmt.Appendf(nil, config, evidence), 0o644))
			t.Chdir("overlay")
			for _, args := range [][]string{
				{"check", "--changed-since", "HEAD", "."}, {"check", "--new-from", "HEAD", "."}, {"diff", "--against", "HEAD", "."}, {"fix", "."},
				{"fix", "--diff", "sub"},
			} {
				write(t, ".", map[string]string{"a.yaml": untagged}) // as new, for git to look into it
				run(t, args...)
				assert.NoFileExists(t, evidence, args)
			}
			t.Chdir("sub")
			code, _, stderr := run(t, "check", "--changed-since", "HEAD", "..")
			assert.NoFileExists(t, evidence)
			assert.Equal(t, ExitFailure, code)
			assert.Contains(t, stderr, "has the files of a bare repository")
		})
	}
}

// A work tree of a bare repository is one like any other.
func TestWorkTreeOfABareRepository(t *testing.T) {
	repository(t, map[string]string{"a.yaml": untagged})
	inner, err := os.Getwd()
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	gitRun(t, "clone", "-q", "--bare", inner, "bare")
	gitRun(t, "-C", "bare", "worktree", "add", "-q", "../tree", "main")
	t.Chdir("tree")
	code, _, stderr := run(t, "check", "--changed-since", "HEAD", ".")
	assert.Equal(t, ExitOK, code, stderr)
}
