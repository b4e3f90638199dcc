package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notApplied are documents that nobody gives to a server: what configures
// krm-validate or kustomize, and objects whose names kustomize is yet to write.
var notApplied = regexp.MustCompile(`(?m)^kind: (ConfigPipeline|Kustomization|Component)\b|^# kustomization.yaml`)

// anyNamespace is a namespace, or something that has such a field: one more does no
// harm.
var anyNamespace = regexp.MustCompile(`namespace: ["']?([a-z0-9-]+)`)

// TestExamples has the server try each object of the good examples that the docs of
// the rules show: it takes them. Kinds that the server does not have are left alone.
func TestExamples(t *testing.T) {
	admin := client{t, filepath.Join(control.bin, "kubectl")}
	made := map[string]bool{"default": true}
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(repository, "fn", "rules", "testdata", "*", "good.yaml"))
	require.NoError(t, err)
	taken := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, doc := range strings.Split(string(text), "\n---\n") {
			if !strings.Contains(doc, "kind:") || notApplied.MatchString(doc) {
				continue
			}
			for _, m := range anyNamespace.FindAllStringSubmatch(doc, -1) {
				if !made[m[1]] {
					made[m[1]] = true
					admin.run(nil, "create", "namespace", m[1])
				}
			}
			one := filepath.Join(dir, "one.yaml")
			require.NoError(t, os.WriteFile(one, []byte(doc+"\n"), 0o600))
			code, _, said := as(t, control.kubeconfig, "kubectl", "create", "--dry-run=server", "--validate=strict", "-f", one)
			if elsewhere.MatchString(said) || strings.Contains(said, "(AlreadyExists)") {
				continue
			}
			if code == 0 {
				taken++
			}
			assert.Zero(t, code, "%s document %s: %s", strings.TrimPrefix(file, repository), strconv.Itoa(i+1), said)
		}
	}
	t.Logf("%d taken", taken)
	assert.Greater(t, taken, 100)
}
