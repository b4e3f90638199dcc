// Package identity_test builds trees in which kustomize renames things and
// asserts what the function says of the references to them. The trees are
// testdata/identity/*.txtar: files of a kustomization, and a file want with one
// line, "severity rule Kind/name field", for each finding at warning or above.
package identity_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], function.RunFilter, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestIdentities(t *testing.T) {
	files, err := filepath.Glob("../../testdata/identity/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { check(t, file) })
	}
}

func check(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	dir := t.TempDir()
	want := ""
	for i, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			if os.Getenv("UPDATE") != "" {
				archive.Files[i].Data = []byte(strings.Join(build(t, dir), ""))
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				return
			}
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, f.Data, 0o644))
	}
	assert.Equal(t, want, strings.Join(build(t, dir), ""))
}

// build runs kustomize with the function over dir and returns what it found.
func build(t *testing.T, dir string) []string {
	t.Helper()
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
	var failed *kbuild.FunctionError
	if err != nil && !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	require.Len(t, result.Runs, 1)
	var lines []string
	for _, f := range result.Runs[0].Findings {
		if f.Severity >= finding.Warning {
			lines = append(lines, fmt.Sprintf("%s %s %s/%s %s\n", f.Severity, f.Rule, f.Resource.Kind, f.Resource.Name, f.Field))
		}
	}
	return lines
}
