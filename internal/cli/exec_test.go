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
	for name, args := range map[string][]string{
		"build": {"build", "pipeline"}, "check": {"check", "pipeline"}, "check of a folder": {"check", "."}, "lock": {"lock", "."},
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
			var stdout, stderr bytes.Buffer
			Main(args, strings.NewReader(""), &stdout, &stderr)
			assert.Positive(t, asked.Load(), "it was asked: %s", &stderr)
			assert.NoFileExists(t, evidence)
		})
	}
}
