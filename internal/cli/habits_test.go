package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pod with a warning (its image has no tag), and one with an error.
const (
	untagged = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: example.com/web}]}\n"
	dangling = "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n  - name: db\n    image: example.com/db:1.0\n    envFrom:\n    - secretRef:\n        name: gone\n"
)

func TestFailOn(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"a.yaml": untagged, "b.yaml": dangling})
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"a.yaml"}, ExitOK},
		{[]string{"--fail-on=error", "a.yaml"}, ExitOK},
		{[]string{"--fail-on=warning", "a.yaml"}, ExitFindings},
		{[]string{"--fail-on=note", "a.yaml"}, ExitFindings},
		{[]string{"--fail-on=error", "b.yaml"}, ExitOK}, // somebody else may make it
		{[]string{"--fail-on=error", "--unresolved=error", "b.yaml"}, ExitFindings},
		{[]string{"--fail-on=never", "b.yaml"}, ExitFailure},
	} {
		code, stdout, stderr := run(t, append([]string{"check"}, c.args...)...)
		assert.Equal(t, c.want, code, "%v: %s%s", c.args, stdout, stderr)
	}
	_, stdout, _ := run(t, "check", "--fail-on=warning", "-o", "junit", "a.yaml")
	assert.Contains(t, stdout, `failures="1"`, "what fails is a failure")
	_, stdout, _ = run(t, "check", "-o", "junit", "a.yaml")
	assert.Contains(t, stdout, `failures="0"`)
}

func TestQuiet(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"a.yaml": untagged, "good.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"})
	_, stdout, stderr := run(t, "check", "--quiet", "good.yaml")
	assert.Empty(t, stdout+stderr)
	_, stdout, stderr = run(t, "check", "-q", "a.yaml")
	assert.Contains(t, stdout, "warning[")
	assert.NotContains(t, stdout, "1 warning\n")
	assert.Empty(t, stderr)
}

func TestColor(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"a.yaml": untagged})
	_, stdout, _ := run(t, "check", "--color=always", "a.yaml")
	assert.Contains(t, stdout, "\x1b[")
	_, stdout, _ = run(t, "check", "--color", "always", "-o", "text=a.txt", "a.yaml")
	assert.Empty(t, stdout)
	assert.NotContains(t, readFile(t, "a.txt"), "\x1b", "files have no colours")
	_, stdout, _ = run(t, "--color=never", "check", "a.yaml")
	assert.NotContains(t, stdout, "\x1b")
	t.Setenv("FORCE_COLOR", "1")
	_, stdout, _ = run(t, "check", "a.yaml")
	assert.Contains(t, stdout, "\x1b[")
	code, _, stderr := run(t, "check", "--color=blue", "a.yaml")
	assert.Equal(t, ExitFailure, code)
	assert.Equal(t, "Error: --color: \"blue\": expected auto, always or never\n", stderr)
}

func TestProgressInLogs(t *testing.T) {
	var log bytes.Buffer
	now := time.Unix(0, 0)
	tell := progress(&log, func() time.Time { return now })
	for done := range 30 {
		tell(done, 30, "x")
		now = now.Add(time.Second)
	}
	assert.Equal(t, "10 of 30 trees checked after 10s\n20 of 30 trees checked after 20s\n", log.String())
}

func TestSchema(t *testing.T) {
	code, stdout, _ := run(t, "schema")
	assert.Equal(t, ExitOK, code)
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &document))
	assert.Contains(t, document["title"], "ConfigPipeline")
	described(t, document, "$")
}

// described asserts that everything an editor can ask a schema about is
// described.
func described(t *testing.T, node map[string]any, path string) {
	t.Helper()
	children := func(of any, path string) {
		named, _ := of.(map[string]any)
		for name, child := range named {
			if child, ok := child.(map[string]any); ok {
				assert.True(t, child["description"] != nil || child["$ref"] != nil, path+"."+name)
				described(t, child, path+"."+name)
			}
		}
	}
	children(node["$defs"], path)
	children(node["properties"], path)
	children(map[string]any{"items": node["items"], "additionalProperties": node["additionalProperties"]}, path)
	alternatives, _ := node["oneOf"].([]any)
	for i, alternative := range alternatives {
		children(map[string]any{strconv.Itoa(i): alternative}, path)
	}
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir(".git", 0o755))
	write(t, ".", map[string]string{
		".krm-validate.yaml": "# how this repository is checked\nroots: [apps]\nexclude: [old/]\noutput: [text, json=out.json]\nfail-on: warning\nrules:\n  image-tag-latest: warning\n",
		"apps/a.yaml":        untagged, "apps/old/b.yaml": dangling, "other/c.yaml": dangling,
	})
	text := readFile(t, ".krm-validate.yaml")
	code, stdout, stderr := run(t, "check")
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Contains(t, stdout, "1 warning")
	assert.NotContains(t, stdout, "gone")
	assert.FileExists(t, "out.json")

	// From a folder below; a flag comes before the file.
	require.NoError(t, os.Remove("out.json"))
	t.Chdir("apps")
	code, _, _ = run(t, "check", "--fail-on=error")
	assert.Equal(t, ExitOK, code)
	assert.FileExists(t, filepath.Join("..", "out.json"))
	require.NoError(t, os.Remove(filepath.Join("..", "out.json")))
	code, stdout, _ = run(t, "check", "-o", "text", filepath.Join("..", "other"))
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "gone")
	assert.NoFileExists(t, filepath.Join("..", "out.json"))
	code, _, stderr = run(t, "check", "--no-defaults")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "no .krm-validate.yaml has roots")

	// Severities.
	t.Chdir("..")
	write(t, ".", map[string]string{".krm-validate.yaml": strings.Replace(text, "latest: warning", "latest: off", 1)})
	code, stdout, _ = run(t, "check")
	assert.Equal(t, ExitOK, code)
	assert.Contains(t, stdout, "no findings")
}

func TestDefaultsThatAreWrong(t *testing.T) {
	outside := t.TempDir()
	t.Chdir(t.TempDir())
	require.NoError(t, os.Symlink(outside, "link"))
	require.NoError(t, os.MkdirAll(".git/hooks", 0o755))
	require.NoError(t, os.WriteFile(".git/hooks/pre-commit", nil, 0o755))
	require.NoError(t, os.Symlink(".git", "inner"))
	for text, want := range map[string]string{
		"output: [text=.git/hooks/pre-commit]\n":  `.krm-validate.yaml:1: output: .git/hooks/pre-commit: expected no path in git's own folder`,
		"output: [text=a/../.GIT/config]\n":       `a/../.GIT/config: expected no path in git's own folder`,
		"output: ['text=sub/.git/hooks/x']\n":     `sub/.git/hooks/x: expected no path in git's own folder`,
		"baseline: .git/config\n":                 `.git/config: expected no path in git's own folder`,
		"output: [text=inner/hooks/pre-commit]\n": `inner/hooks/pre-commit leads into git's own folder`,
		"rots: [a]\n":                        `.krm-validate.yaml:1: rots: no such setting; did you mean "roots"?`,
		"roots: a\n":                         `.krm-validate.yaml:1: roots: expected a list of paths`,
		"\nroots: [../a]\n":                  `.krm-validate.yaml:2: roots: ../a: expected a path in the folder of .krm-validate.yaml`,
		"output: [json=/etc/x]\n":            `.krm-validate.yaml:1: output: /etc/x: expected a path in the folder of .krm-validate.yaml`,
		"output: [json=link/x]\n":            `link/x leads out of the folder of .krm-validate.yaml`,
		"roots: [link]\n":                    `link leads out of the folder of .krm-validate.yaml`,
		"baseline: ../known.json\n":          `.krm-validate.yaml:1: baseline: ../known.json: expected a path`,
		"fail-on: never\n":                   `.krm-validate.yaml:1: fail-on: "never": expected one of error, warning, note`,
		"unresolved: never\n":                `.krm-validate.yaml:1: unresolved: "never": expected one of error, warning, ignore`,
		"output: [text, sarf=a]\n":           `.krm-validate.yaml:1: output: "sarf": expected one of text`,
		"roots: [a]\nroots: [b]\n":           `.krm-validate.yaml:2: roots: it is there twice`,
		"rules: {secret-not-fond: off}\n":    `there is no rule "secret-not-fond"; did you mean "secret-not-found"?`,
		"rules: {secret-not-found: never}\n": `.krm-validate.yaml:1: rules: secret-not-found: severity "never": expected one of off, note, warning, error`,
		"rules: {secret-not-found: error, secret-not-found: note}\n": `.krm-validate.yaml:1: rules: secret-not-found: it is there twice`,
		"exclude: [a]\n---\nroots: [b]\n":                            `.krm-validate.yaml:2: expected one document`,
		"- a\n":                                                      `.krm-validate.yaml:1: expected fields: roots, exclude`,
		"a: [\n":                                                     `.krm-validate.yaml: line`,
	} {
		write(t, ".", map[string]string{".krm-validate.yaml": text})
		args := []string{"check"}
		if !strings.Contains(text, "roots") {
			args = append(args, ".")
		}
		code, stdout, stderr := run(t, args...)
		assert.Equal(t, ExitFailure, code, text)
		assert.Empty(t, stdout, text)
		assert.Contains(t, stderr, want)
	}
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	assert.Empty(t, entries)
	assert.Empty(t, readFile(t, ".git/hooks/pre-commit"))
	write(t, ".", map[string]string{".krm-validate.yaml": "", "a.yaml": untagged})
	code, _, stderr := run(t, "check", "a.yaml")
	assert.Equal(t, ExitOK, code, stderr)
}

func TestIgnoreComments(t *testing.T) {
	t.Chdir(t.TempDir())
	comment := func(where, text string) string { return strings.Replace(dangling, where, text, 1) }
	for name, c := range map[string]struct {
		text string
		want string // in what is printed
		code int
	}{
		"on the line":           {comment("name: gone", "name: gone # krm-validate:ignore secret-not-found: made by hand"), "no findings", ExitOK},
		"above the line":        {comment("        name: gone", "        # krm-validate:ignore secret-not-found: made by hand\n        # and never changed\n\n        name: gone"), "no findings", ExitOK},
		"several rules":         {comment("name: gone", "name: gone # krm-validate:ignore key-not-found, secret-not-found: made by hand"), `there is no finding of "key-not-found" here`, ExitOK},
		"another line":          {comment("- name: db", "- name: db # krm-validate:ignore secret-not-found: made by hand"), "warning[unused-ignore]: comment krm-validate:ignore: there is no finding of \"secret-not-found\" here\n  --> ", ExitFindings},
		"no reason":             {comment("name: gone", "name: gone # krm-validate:ignore secret-not-found"), "[ignore-without-reason]", ExitFindings},
		"an empty reason":       {comment("name: gone", "name: gone # krm-validate:ignore secret-not-found: "), "[ignore-without-reason]", ExitFindings},
		"no rule":               {comment("name: gone", "name: gone # krm-validate:ignore: because"), "[ignore-without-reason]", ExitFindings},
		"a rule that is none":   {comment("name: gone", "name: gone # krm-validate:ignore secret-not-fond: because"), "[unknown-rule]", ExitFindings},
		"no comment":            {comment("name: gone", "name: 'gone#krm-validate:ignore secret-not-found: because'"), "[secret-not-found]", ExitFindings},
		"a comment of the past": {untagged + "# krm-validate:ignore secret-not-found: made by hand\n", "[unused-ignore]", ExitOK},
	} {
		write(t, ".", map[string]string{"a.yaml": c.text, "k/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: x-\n", "k/a.yaml": c.text})
		for _, path := range []string{"a.yaml", "k"} {
			code, stdout, stderr := run(t, "check", "--unresolved=error", path)
			assert.Equal(t, c.code, code, "%s, %s: %s%s", name, path, stdout, stderr)
			want := c.want
			if path == "k" {
				want = strings.TrimSuffix(want, "\n  --> ")
			}
			assert.Contains(t, strings.ReplaceAll(stdout, "   -->", "  -->"), want, name+path)
		}
	}
}

// Whatever builds with the function in it knows the comments that check knows; what
// kustomize hands the function has none.
func TestIgnoreCommentsInBuilds(t *testing.T) {
	dir := t.TempDir()
	original := copyTree(t, dir)
	t.Chdir(dir)
	const file, pipeline = "base/front/deployment.yaml", "overlays/prod/pipeline"
	broken := strings.Replace(original[file], "        - name: NGINX_ENVSUBST_FILTER\n", "        - name: TOKEN\n          valueFrom:\n            secretKeyRef:\n              name: handmade # IGNORE\n              key: token\n        - name: NGINX_ENVSUBST_FILTER\n", 1)
	require.NotEqual(t, original[file], broken)
	write(t, ".", map[string]string{file: broken})
	commands := [][]string{
		{"check", pipeline}, {"build", pipeline}, {"lock", "overlays/prod"}, {"lock", "--check", "overlays/prod"},
		{"blame", pipeline, "deploy/frontend", "spec.replicas"}, {"trace", pipeline, "http://wealist.local/"},
	}
	for _, args := range commands {
		code, stdout, stderr := run(t, args...)
		assert.Equal(t, ExitFindings, code, "%v: %s", args, stdout)
		assert.Contains(t, stdout+stderr, `Secret "handmade"`, args)
	}
	write(t, ".", map[string]string{file: strings.Replace(broken, "IGNORE", "krm-validate:ignore secret-not-found: made by hand", 1)})
	for _, args := range commands {
		code, stdout, stderr := run(t, args...)
		assert.Equal(t, ExitOK, code, "%v: %s%s", args, stdout, stderr)
		assert.NotContains(t, stdout+stderr, `Secret "handmade"`, args)
		assert.NotContains(t, stdout+stderr, "unused-ignore", args)
	}
	_, err := kustomize(t, "build", "--enable-alpha-plugins", "--enable-exec", pipeline)
	require.Error(t, err)
	// Another rule is none of it.
	write(t, ".", map[string]string{file: strings.Replace(broken, "IGNORE", "krm-validate:ignore key-not-found: made by hand", 1)})
	code, _, stderr := run(t, "build", pipeline)
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stderr, `Secret "handmade"`)
}

// Behind the equals sign of -o files are completed with the format before them, as zsh
// needs it; a folder goes on.
func TestCompletionOfOutputs(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"report.json": "", "reports/x": "", ".hidden": ""})
	for typed, want := range map[string]string{
		"sar": "sarif\nsarif=\n:6\n", "json=": "json=report.json\njson=reports/\n:6\n", "json=report.": "json=report.json\n:4\n",
		"json=reports/": "json=reports/x\n:4\n", "json=none/": ":4\n", "json=.": "json=.hidden\n:4\n",
	} {
		_, stdout, _ := run(t, "__complete", "check", "-o", typed)
		if typed == "sar" {
			assert.Contains(t, stdout, "sarif\nsarif=\n")
			continue
		}
		assert.Equal(t, want, stdout, typed)
	}
}
