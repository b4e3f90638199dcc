// Package helm runs krm-validate as the post-renderer of Helm 3 and Helm 4,
// built from their modules.
package helm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../.."

// bin holds helm3, helm4, krm-validate and the post-renderer's name.
var bin string

// TestMain builds the programs; HELM_BIN keeps them in a directory across runs.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		bin = os.Getenv("HELM_BIN")
		if bin == "" {
			dir, err := os.MkdirTemp("", "helm-")
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			defer os.RemoveAll(dir)
			bin = dir
		}
		for _, p := range []struct{ dir, name, pkg string }{
			{".", "helm3", "helm.sh/helm/v3/cmd/helm"},
			{".", "helm4", "helm.sh/helm/v4/cmd/helm"},
			{repository, "krm-validate", "./cmd/krm-validate"},
		} {
			cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(bin, p.name), p.pkg)
			cmd.Dir = p.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "%v: %v\n%s", cmd.Args, err, out)
				return 1
			}
		}
		link := filepath.Join(bin, "krm-validate-post-renderer")
		_ = os.Remove(link)
		if err := os.Symlink("krm-validate", link); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// call runs a program with the others on its PATH, and homes of its own.
func call(t *testing.T, home, stdin, name string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, name), args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"HELM_CACHE_HOME="+home+"/cache", "HELM_CONFIG_HOME="+home+"/config", "HELM_DATA_HOME="+home+"/data", "KUBECONFIG="+home+"/none")
	err = cmd.Run()
	return out.String(), errs.String(), err
}

const (
	chart  = "testdata/shop"
	config = "testdata/shop/krm-validate.yaml"
)

// versions are the programs, with what --post-renderer is given.
func versions(t *testing.T) map[string]struct{ home, renderer string } {
	home := t.TempDir()
	plugin, err := filepath.Abs(filepath.Join(repository, "integrations", "helm"))
	require.NoError(t, err)
	_, stderr, err := call(t, home, "", "helm4", "plugin", "install", plugin)
	require.NoError(t, err, stderr)
	return map[string]struct{ home, renderer string }{
		"helm3": {t.TempDir(), "krm-validate-post-renderer"},
		"helm4": {home, "krm-validate"},
	}
}

func TestPostRenderer(t *testing.T) {
	for helm, v := range versions(t) {
		for name, args := range map[string][]string{
			"the configuration in a file":   {"--post-renderer-args=--config=" + config},
			"the configuration as template": {"--set", "pipeline=true"},
		} {
			t.Run(helm+"/"+name, func(t *testing.T) {
				plain, stderr, err := call(t, v.home, "", helm, "template", "shop", chart)
				require.NoError(t, err, stderr)
				out, stderr, err := call(t, v.home, "", helm, append([]string{"template", "shop", chart, "--post-renderer", v.renderer}, args...)...)
				require.NoError(t, err, stderr)
				assert.Contains(t, out, "value: postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@shop-postgres:5432/shop\n")
				assert.Contains(t, out, "memory: 512Mi\n")
				assert.NotContains(t, out, "ConfigPipeline")
				assert.Equal(t, strings.Count(plain, "\nkind: "), strings.Count(out, "\nkind: "), "all documents came through, hooks too")
				assert.Contains(t, out, "      # the only one\n")
			})
		}
	}
}

// Helm 3 shows what was found; of a plugin of Helm 4 it is in the report.
func TestPostRendererRefuses(t *testing.T) {
	for helm, v := range versions(t) {
		for name, c := range map[string]struct{ file, set, want string }{
			"a name":           {config, "database=postgress", `there is no Service shop-postgres in this build; did you mean "shop-postgress"?`},
			"a file":           {"gone.yaml", "database=postgres", "gone.yaml: no such file"},
			"no configuration": {"testdata/shop/Chart.yaml", "database=postgres", "expected apiVersion wealist.io/v1alpha1 and kind ConfigPipeline"},
			"a template":       {"testdata/shop/templates/api.yaml", "database=postgres", "testdata/shop/templates/api.yaml"},
		} {
			t.Run(helm+"/"+name, func(t *testing.T) {
				report := filepath.Join(t.TempDir(), "found.txt")
				out, stderr, err := call(t, v.home, "", helm, "template", "shop", chart, "--set", c.set,
					"--post-renderer", v.renderer, "--post-renderer-args=--config="+c.file, "--post-renderer-args=--report="+report)
				require.Error(t, err)
				text, err := os.ReadFile(report)
				require.NoError(t, err)
				assert.Contains(t, string(text), c.want)
				if helm == "helm3" {
					assert.Contains(t, stderr, c.want)
				}
				assert.NotContains(t, out+stderr+string(text), "throw-away")
			})
		}
	}
}

// Without a post-renderer: what a chart makes is checked in a pipe, hooks
// included, and any other program takes the processed stream.
func TestPipes(t *testing.T) {
	for _, helm := range []string{"helm3", "helm4"} {
		home := t.TempDir()
		plain, stderr, err := call(t, home, "", helm, "template", "shop", chart)
		require.NoError(t, err, stderr)
		out, stderr, err := call(t, home, plain, "krm-validate", "check", "-")
		require.NoError(t, err, out+stderr)
		assert.Contains(t, out, "no findings in 5 resources")

		broken := strings.Replace(plain, "name: shop-db\n", "name: shop-bd\n", 1)
		out, _, err = call(t, home, broken, "krm-validate", "check", "-")
		require.Error(t, err)
		assert.Contains(t, out, "did you mean")

		out, stderr, err = call(t, home, plain, "krm-validate", "post-render", "--config", config)
		require.NoError(t, err, stderr)
		assert.Contains(t, out, "@shop-postgres:5432/shop\n")
	}
}
