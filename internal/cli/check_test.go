package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// golden compares with a file under testdata; UPDATE=1 rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join(repo, "testdata", filepath.FromSlash(file))
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "UPDATE=1 go test ./internal/cli writes it")
	assert.Equal(t, string(want), got, "UPDATE=1 go test ./internal/cli, when the change is meant")
}

func TestCheckOutput(t *testing.T) {
	t.Chdir(filepath.Join(repo, "testdata", "check"))
	code, text, stderr := run(t, "check", "broken.yaml")
	assert.Equal(t, ExitFindings, code)
	assert.Empty(t, stderr)
	assert.NotContains(t, text, "\x1b", "no colours into a pipe")
	jsonCode, document, _ := run(t, "check", "-o", "json", "broken.yaml")
	assert.Equal(t, ExitFindings, jsonCode)
	t.Chdir(filepath.Join("..", "..", "internal", "cli"))
	golden(t, "check/broken.txt", text)
	golden(t, "check/broken.json", document)
}

func TestCheckExitCodes(t *testing.T) {
	broken := filepath.Join(repo, "testdata", "check", "broken.yaml")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string // in stdout or stderr
	}{
		{"typos stay errors", []string{"check", "--unresolved=ignore", broken}, ExitFindings, "did you mean"},
		{"no such file", []string{"check", "gone.yaml"}, ExitFailure, "gone.yaml: no such file or directory"},
		{"no path", []string{"check"}, ExitFailure, "which PATH? None is given, and no .krm-validate.yaml has roots\nUsage: krm-validate check [PATH...]"},
		{"unknown flag", []string{"check", "--uresolved=error", broken}, ExitFailure, "unknown flag: --uresolved; did you mean --unresolved?"},
		{"unknown flag like no other", []string{"check", "--frobnicate"}, ExitFailure, "unknown flag: --frobnicate; krm-validate check --help lists the flags"},
		{"unknown short flag", []string{"check", "-Z"}, ExitFailure, "unknown shorthand flag: 'Z' in -Z; krm-validate check --help lists the flags"},
		{"help about nothing", []string{"help", "chek"}, ExitFailure, `unknown command "chek" for "krm-validate"; did you mean check?`},
		{"help about nothing below a command", []string{"help", "report", "merg"}, ExitFailure, `unknown command "merg" for "krm-validate report"; did you mean merge?`},
		{"help", []string{"help", "report", "merge"}, ExitOK, "krm-validate report merge"},
		{"bad value", []string{"check", "--unresolved=none", broken}, ExitFailure, `--unresolved=none: expected error, warning or ignore`},
		{"bad output", []string{"check", "-o", "yaml", broken}, ExitFailure, `--output=yaml: expected text, github, gitlab, json, junit, markdown or sarif`},
		{"bad config", []string{"check", "-c", broken, broken}, ExitFailure, "expected one ConfigPipeline, got 2 documents"},
		{"unknown command", []string{"chek"}, ExitFailure, `unknown command "chek" for "krm-validate"; did you mean check?`},
		{"no command at all", []string{"frobnicate"}, ExitFailure, `krm-validate --help lists the commands`},
		{"rules", []string{"rules"}, ExitOK, "secret-not-found"},
		{"rules as JSON", []string{"rules", "-o", "json"}, ExitOK, `"name": "secret-not-found"`},
		{"explain", []string{"explain", "secret-not-found"}, ExitOK, "name: db-secrt} # <-- here\n"},
		{"explain a typo", []string{"explain", "secret-not-fond"}, ExitFailure, `did you mean "secret-not-found"?`},
		{"version", []string{"version"}, ExitOK, "kustomize    v5.8.2"},
		{"version as a flag", []string{"--version"}, ExitOK, "krm-validate version "},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t, c.args...)
			assert.Equal(t, c.code, code)
			assert.Contains(t, stdout+stderr, c.want)
		})
	}
}

// TestCharts: who has charts is told what to do with them.
func TestCharts(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a/Chart.yaml": "name: a\n", "b/Chart.yaml": "name: b\n"})
	const say = "2 Helm charts, which are not rendered: helm template CHART | krm-validate check -\n"
	code, _, stderr := run(t, "check", dir)
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "nothing to check but "+say)
	write(t, dir, map[string]string{"ct.yaml": "remote: origin\n"})
	code, _, stderr = run(t, "check", dir)
	assert.Equal(t, 0, code)
	assert.Equal(t, "Not checked: "+say, stderr)
	write(t, dir, map[string]string{"cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
	_, _, stderr = run(t, "check", dir)
	assert.Equal(t, "Not checked: "+say, stderr)
	_, _, stderr = run(t, "check", "--quiet", dir)
	assert.Empty(t, stderr)
}

// TestOneNeedIsOneLine: kustomizations that all need one program to run are told so at once.
func TestOneNeedIsOneLine(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		write(t, ".", map[string]string{
			name + "/kustomization.yaml": "resources: [cm.yaml]\ngenerators: [keep.yaml]\n",
			name + "/cm.yaml":            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n",
			name + "/keep.yaml":          "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: keep-" + name + "\n  annotations: {config.kubernetes.io/function: 'exec: {path: ksops}'}\nfiles: []\n",
		})
	}
	write(t, ".", map[string]string{"e/keep.yaml": "apiVersion: other.example.com/v1\nkind: Keeper\nmetadata: {name: keep}\n"})
	_, _, stderr := run(t, "check", ".")
	assert.Equal(t, "Not checked: a, b, c and 1 more: ksops (viaduct.ai/v1) runs the program ksops: --enable-exec runs it, if you trust it; the rest is checked without that\n"+
		"Not checked: e: Keeper keep (other.example.com/v1) is a kustomize plugin, a program of its own: --enable-exec runs it, if you trust it; the rest is checked without it\n", stderr)
}

func TestCheckPassesWithExternals(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"web.yaml": strings.NewReplacer("db-secrt", "db-secret").Replace(readFile(t, filepath.Join(repo, "testdata", "check", "broken.yaml"))),
	})
	web := filepath.Join(dir, "web.yaml")
	code, externals, _ := run(t, "check", "--print-externals", web)
	require.Equal(t, ExitOK, code)
	config := filepath.Join(dir, "externals.yaml")

	// Without reasons the list is refused: nobody has looked at it.
	write(t, dir, map[string]string{"externals.yaml": externals})
	code, _, stderr := run(t, "check", "--config", config, web)
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "a reason is required")

	write(t, dir, map[string]string{"externals.yaml": strings.ReplaceAll(externals, `reason: ""`, "reason: made by the platform team")})
	code, stdout, stderr := run(t, "check", "--config", config, web)
	assert.Equal(t, ExitOK, code, stdout+stderr)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// The release of the cluster decides which API versions there are.
func TestKubernetesVersion(t *testing.T) {
	dir := t.TempDir()
	pdb := "kind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n"
	write(t, dir, map[string]string{
		"old.yaml":          "apiVersion: policy/v1beta1\n" + pdb,
		"new.yaml":          "apiVersion: policy/v1\n" + pdb,
		"field.yaml":        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: None, comesLater: true, selektor: {a: b}}\n",
		"function/new.yaml": "apiVersion: policy/v1\n" + pdb + "---\napiVersion: example.org/v1\nkind: Gadget\nmetadata: {name: web}\n",
		"function/kustomization.yaml": `
resources: [new.yaml]
transformers:
- |-
  apiVersion: wealist.io/v1alpha1
  kind: ConfigPipeline
  metadata:
    name: config
    annotations:
      config.kubernetes.io/function: "exec: {path: krm-validate}"
`,
	})
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"check", dir + "/old.yaml"}, ExitFindings, "not served since Kubernetes 1.25; use policy/v1"},
		{[]string{"check", "--kubernetes-version=1.24", dir + "/old.yaml"}, ExitOK, ""},
		{[]string{"check", "--kubernetes-version", "v1.20.3", dir + "/new.yaml"}, ExitFindings, "served from Kubernetes 1.21 on, and the cluster has 1.20"},
		{[]string{"build", "--kubernetes-version=1.20", dir + "/function"}, ExitFindings, "the cluster has 1.20"},
		{[]string{"check", "--kubernetes-version=1.20", dir + "/function"}, ExitFindings, "the cluster has 1.20"},
		{[]string{"build", dir + "/function"}, ExitOK, ""},
		{[]string{"build", "--kubernetes-version=1.20", dir + "/function"}, ExitFindings, "\nfields not checked of 1 resource, for want of a CustomResourceDefinition: example.org\n"},
		{[]string{"check", dir + "/field.yaml"}, ExitFindings, "no field \"comesLater\""},
		{[]string{"check", "--kubernetes-version=1.99", dir + "/field.yaml"}, ExitOK, "warning[unknown-field]: spec has no field \"selektor\""},
		{[]string{"check", "--kubernetes-version=newest", dir + "/new.yaml"}, ExitFailure, "--kubernetes-version newest: expected a release of Kubernetes, such as 1.37"},
	} {
		code, stdout, stderr := run(t, c.args...)
		assert.Equal(t, c.code, code, "%v: %s%s", c.args, stdout, stderr)
		assert.Contains(t, stdout+stderr, c.says, c.args)
	}
}
