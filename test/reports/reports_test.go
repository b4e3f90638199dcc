// Package reports compares reports with what reads them.
package reports

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xeipuuv/gojsonschema"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cli"
)

// TestReports writes a report of every incident, and of every mistake that the
// rules have an example of.
func TestReports(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	var inputs []string
	for _, root := range []string{"testdata/incidents", "fn/rules/testdata"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case root == "testdata/incidents" && d.Name() == "kustomization.yaml":
				inputs = append(inputs, filepath.Dir(path))
			case d.Name() == "bad.yaml":
				inputs = append(inputs, path)
			}
			return nil
		}))
	}
	inputs = append(inputs, "testdata/check/broken.yaml")
	require.Greater(t, len(inputs), 50)
	for _, input := range inputs {
		t.Run(input, func(t *testing.T) { read(t, "check", "--notes", input) })
	}
	t.Run("all at once", func(t *testing.T) { read(t, append([]string{"check"}, inputs...)...) })
	t.Run("nothing", func(t *testing.T) { read(t, "check", "base/front") })
	t.Run("what is no YAML", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "a b?#%.yaml")
		require.NoError(t, os.WriteFile(file, []byte("a: [\n"), 0o600))
		read(t, "check", file, "testdata/check/broken.yaml")
	})
}

// schema is that of SARIF 2.1.0. The library has it in its source: what its own
// Validate judges is the report as it would write it, not as it was written.
var parsed *gojsonschema.Schema

func schema(t *testing.T) *gojsonschema.Schema {
	if parsed != nil {
		return parsed
	}
	dir, err := exec.Command("go", "list", "-C", "test/reports", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	require.NoError(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "pkg", "report", "v210", "sarif", "schema.go"), nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && s.Names[0].Name == "schema" {
			text, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			parsed, err = gojsonschema.NewSchema(gojsonschema.NewStringLoader(text))
			require.NoError(t, err)
		}
		return true
	})
	require.NotNil(t, parsed)
	return parsed
}

// read has reports of a check read by others.
func read(t *testing.T, args ...string) {
	dir := t.TempDir()
	sarifFile, junitFile := filepath.Join(dir, "a.sarif"), filepath.Join(dir, "a.xml")
	var out, errs bytes.Buffer
	cli.Main(append(args, "-o", "sarif="+sarifFile, "-o", "junit="+junitFile, "-o", "json"), strings.NewReader(""), &out, &errs)

	text, err := os.ReadFile(sarifFile)
	require.NoError(t, err, errs.String())
	report, err := sarif.FromBytes(text)
	require.NoError(t, err)
	result, err := schema(t).Validate(gojsonschema.NewBytesLoader(text))
	require.NoError(t, err)
	for _, e := range result.Errors() {
		t.Error("against the schema: ", e)
	}
	seen := map[string]bool{}
	for _, r := range report.Runs[0].Results {
		print := r.PartialFingerprints["krmValidate/v1"]
		assert.False(t, seen[print], "a fingerprint twice: %s", print)
		seen[print] = true
	}

	suites, err := junit.IngestFile(junitFile)
	require.NoError(t, err)
	failed := 0
	for _, s := range suites {
		failed += s.Totals.Failed
	}
	if len(args) == 2 || args[1] == "--notes" {
		assert.Equal(t, strings.Count(out.String(), `"severity": "error"`), failed)
	}
}
