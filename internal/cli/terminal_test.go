package cli

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// forged are names that would do something to a terminal or to a log.
var forged = []string{
	"p\n::error file=x::forged",
	"p\r::error::forged",
	"p\n##[error]forged",
	"p ##vso[task.setvariable variable=x]forged",
	"p\x1b[31mforged\x1b[2J",
	"p\x1b]0;forged\x07",
	"p\u009b31mforged",
	"p\u202egreat\u202c",
	"p\u2066x\u2069\u200b\ufeff",
	"p\u2028forged\u2029\u0085",
	"p\x7f\b\b\b",
	"p\U000e0041\U000e0042",
}

// harmless checks that nothing in a text controls a terminal, turns its
// direction or is a command to the system that reads the log.
func harmless(t *testing.T, what, text string) {
	t.Helper()
	assert.True(t, utf8.ValidString(text), "%s: not UTF-8: %q", what, text)
	for _, r := range text {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			i := strings.IndexRune(text, r)
			t.Errorf("%s prints %U: %q", what, r, text[max(0, i-100):min(len(text), i+100)])
			return
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			t.Errorf("%s prints a command: %.200q", what, line)
			return
		}
	}
}

// wellFormed checks that a report is nothing but what its format is.
func wellFormed(t *testing.T, what, format, text string) {
	t.Helper()
	switch format {
	case "github":
		// Its lines are commands, all of them ours.
		for line := range strings.Lines(text) {
			assert.Regexp(t, "^::(error|warning|notice) (file=|title=)", line, what)
			harmless(t, what, strings.TrimPrefix(line, "::"))
		}
	case "junit":
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); err != nil {
				assert.ErrorIs(t, err, io.EOF, what)
				break
			}
		}
		harmless(t, what, text)
	case "json", "sarif", "gitlab":
		assert.True(t, json.Valid([]byte(text)), what)
		harmless(t, what, text)
	default:
		harmless(t, what, text)
	}
}

func TestNamesCannotForgeOutput(t *testing.T) {
	texts := 0
	for i, name := range forged {
		quoted, err := json.Marshal(name)
		require.NoError(t, err)
		n := string(quoted)
		resources := `
{apiVersion: v1, kind: Secret, metadata: {name: ` + n + `, namespace: ` + n + `}, stringData: {` + n + `: x, ` + n + `: y}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {` + n + `: ` + n + `}}, data: {` + n + `: "http://postgress:5432"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ` + n + `, namespace: ` + n + `, annotations: {wealist.io/ignore: ` + n + `}}
spec:
  selector: {matchLabels: {a: ` + n + `}}
  template:
    metadata: {labels: {a: b}}
    spec:
      serviceAccountName: ` + n + `
      containers:
      - {name: ` + n + `, image: ` + n + `, imagePullPolicy: ` + n + `, env: [{name: ` + n + `, valueFrom: {secretKeyRef: {name: ` + n + `x, key: ` + n + `}}}, {name: ` + n + `, value: ` + n + `}], ports: [{name: ` + n + `, containerPort: 1}, {name: ` + n + `, containerPort: 2}]}
---
{apiVersion: v1, kind: Service, metadata: {name: ` + n + `}, spec: {selector: {a: ` + n + `}, ports: [{port: 1, targetPort: ` + n + `}]}}
---
{apiVersion: ` + n + `, kind: ` + n + `, metadata: {name: ` + n + `}}
`
		sound := `{apiVersion: v1, kind: ConfigMap, metadata: {name: ` + n + `, namespace: ` + n + `}, data: {` + n + `: ` + n + `, x: "http://postgress:5432"}}
---
{apiVersion: v1, kind: Pod, metadata: {name: ` + n + `}, spec: {containers: [{name: ` + n + `, image: x, envFrom: [{secretRef: {name: ` + n + `}}]}]}}
`
		pipeline := `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata: {name: ` + n + `, annotations: {config.kubernetes.io/function: "exec: {path: krm-validate}"}}
spec: {connections: {` + n + `: {engine: ` + n + `, service: {name: ` + n + `}, database: d, into: [{workload: {kind: Deployment, name: ` + n + `}, variables: {` + n + `: url}}]}}, validate: {rules: {` + n + `: error}, externals: [{kind: Secret, name: ` + n + `, reason: x}], ignore: [{rule: ` + n + `, reason: x}]}}
`
		for what, files := range map[string]map[string]string{
			"resources":  {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": resources},
			"pipeline":   {"kustomization.yaml": "resources: [a.yaml]\ntransformers: [fn.yaml]\n", "a.yaml": resources, "fn.yaml": pipeline},
			"sound":      {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": sound},
			"locked":     {"kustomization.yaml": "resources: [a.yaml]\nsecretGenerator: [{name: " + n + ", literals: [a=b]}]\n", "a.yaml": sound},
			"field":      {"kustomization.yaml": n + ": 1\n"},
			"file":       {"kustomization.yaml": "resources: [" + n + "]\n"},
			"twice":      {"kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "a.yaml": resources, "b.yaml": resources},
			"patch":      {"kustomization.yaml": "patches: [{patch: '{\"kind\": " + n + ", \"metadata\": {\"name\": " + n + "}}'}, {path: " + n + "}]\n"},
			"plugin":     {"kustomization.yaml": "transformers: [fn.yaml]\n", "fn.yaml": "apiVersion: example.com/v1\nkind: " + n + "\nmetadata: {name: " + n + "}\n"},
			"generator":  {"kustomization.yaml": "secretGenerator: [{name: " + n + ", files: [" + n + "], envs: [" + n + "], literals: [" + n + "]}]\n"},
			"config":     {"kustomization.yaml": "transformers: [fn.yaml]\n", "fn.yaml": strings.Replace(pipeline, "spec:", "spec: {"+n+": 1}\nspec:", 1)},
			"a document": {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "kind: " + n + "\n" + n + "\n"},
		} {
			dir := t.TempDir()
			write(t, dir, files)
			env := t.TempDir()
			for name, text := range files {
				write(t, env, map[string]string{"source/" + name: text, "pipeline/" + name: text})
			}
			write(t, env, map[string]string{"nothing/kustomization.yaml": "resources: []\nconfigMapGenerator: [{name: x}]\n"})
			commands := [][]string{{"build", dir}, {"build", "--explain", dir}, {"build", "-o", t.TempDir(), dir}, {"lock", env}, {"lock", "--check", env}}
			for _, args := range commands {
				_, _, stderr := run(t, args...)
				harmless(t, fmt.Sprint(i, " ", what, " ", args[0]), stderr)
				texts++
			}
			if what == "resources" || what == "pipeline" || what == "sound" {
				dir := filepath.Join(t.TempDir(), "overlays", "prod") // init looks around
				write(t, dir, files)
				t.Chdir(dir)
				_, _, stderr := run(t, "argocd", "generate")
				harmless(t, fmt.Sprint(i, " ", what, " argocd generate"), stderr)
				for _, args := range [][]string{{"init", "--dry-run", dir}, {"import", "--dry-run", "--env", "prod=" + filepath.Join(dir, "a.yaml")}, {"diff", "-k", dir, "--kubectl", "false"}, {"apply", "-k", dir, "--kubectl", "false"},
					{"diff", "-o", "markdown", dir, env + "/nothing"}, {"diff", "-o", "markdown", env + "/nothing", dir}, {"trace", "-o", "json", dir, "deploy/" + name}, {"check", "--write-baseline", filepath.Join(env, "known.json"), dir}, {"check", "--baseline", filepath.Join(env, "known.json"), env + "/nothing"}} {
					_, stdout, stderr := run(t, args...)
					harmless(t, fmt.Sprint(i, " ", what, " ", args[:2]), stdout+stderr)
					texts++
				}
			}
			for _, args := range [][]string{{"check", "--notes", dir}, {"fix", "--diff", dir}, {"diff", dir, env + "/nothing"}, {"diff", env + "/nothing", dir}, {"trace", dir, "deploy/" + name}, {"trace", dir, "http://" + name}, {"graph", dir}, {"graph", "-o", "mermaid", dir}, {"graph", "-o", "html", dir}, {"blame", dir}} {
				_, stdout, stderr := run(t, args...)
				harmless(t, fmt.Sprint(i, " ", what, " ", args[0]), stdout+stderr)
				texts++
			}
			for _, args := range [][]string{{"check", "-o", "json", dir}, {"blame", "-o", "json", dir}, {"graph", "-o", "json", dir}} {
				code, stdout, stderr := run(t, args...)
				harmless(t, fmt.Sprint(i, " ", what, " ", args), stdout+stderr)
				assert.True(t, json.Valid([]byte(stdout)) || code == ExitFailure && stdout == "", "%s %s: %q", what, args, stdout)
				texts++
			}
			reports, _ := everyFormat(t, "", "--notes", dir)
			for format, text := range reports {
				wellFormed(t, fmt.Sprint(i, " ", what, " as "+format), format, text)
				texts++
			}
			_, stdout, stderr := run(t, "check", "--print-externals", dir)
			harmless(t, fmt.Sprint(i, " ", what, " externals"), stdout+stderr)
			assert.NoError(t, yaml.Unmarshal([]byte(stdout), new(any)), stdout)
			for name, text := range files {
				if name != "kustomization.yaml" {
					stdout, stderr := piped(t, text, "check", "--notes", "-")
					harmless(t, fmt.Sprint(i, " ", what, " -"), stdout+stderr)
					texts++
				}
			}
		}
		for _, args := range [][]string{
			{"check", name}, {"check", "-o", name, "x"}, {"build", name}, {"lock", name}, {"blame", ".", name, name}, {"explain", name}, {name}, {"--" + name}, {"check", "--config", name, "x"},
			{"check", "--unresolved", name, "x"}, {"build", "--load-restrictor", name, "."},
		} {
			_, stdout, stderr := run(t, args...)
			harmless(t, fmt.Sprint(i, " ", args), stdout+stderr)
			texts++
		}
	}
	t.Logf("%d texts", texts)
}

// A report that is merged may have been written by anybody.
func TestReportsCannotForgeOutput(t *testing.T) {
	for _, name := range forged {
		quoted, err := json.Marshal(name)
		require.NoError(t, err)
		document := strings.ReplaceAll(`{"findings": [{"rule": "RULE", "severity": "error", "message": N, "meant": N, "help": N, "field": N, "file": N, "line": 1, "column": 1, "tree": N, "trees": [N, N],
"resource": {"apiVersion": N, "kind": N, "name": N, "namespace": N}, "suggestions": [N, N], "consequences": [N], "also": [{"file": N, "line": 1, "via": N}], "missing": {"kind": N, "name": N, "namespace": N}, "fingerprint": N}],
"summary": {"errors": 1, "withoutSchema": {N: 1}}, "unread": [{"name": N, "reason": N}], "checked": [N]}`, "N", string(quoted))
		file := filepath.Join(t.TempDir(), "1.json")
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(document, `"RULE"`, string(quoted), 1)), 0o644))
		code, stdout, stderr := run(t, "report", "merge", file)
		assert.Equal(t, ExitFailure, code)
		assert.Contains(t, stderr, "is no name of a rule")
		harmless(t, "report merge", stdout+stderr)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(document, "RULE", "image-invalid", 1)), 0o644))
		for _, format := range report.Names() {
			code, stdout, stderr := run(t, "report", "merge", "--notes", "-o", format, file)
			assert.Equal(t, ExitFindings, code, stderr)
			wellFormed(t, "report merge -o "+format, format, stdout)
			harmless(t, "report merge", stderr)
		}
		known := filepath.Join(t.TempDir(), "known.json")
		require.NoError(t, os.WriteFile(known, []byte(strings.ReplaceAll(`{"version": 1, "findings": [{"fingerprint": N, "rule": N, "file": N, "resource": N, "message": N}]}`, "N", string(quoted))), 0o644))
		_, stdout, stderr = run(t, "check", "--baseline", known, filepath.Join(repo, "overlays", "dev", "source"))
		harmless(t, "check --baseline", stdout+stderr)
	}
}

func TestFilesCannotForgeOutput(t *testing.T) {
	for _, name := range append([]string{"p\xff\xfe.yaml"}, forged...) {
		dir := t.TempDir()
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "_")+".yaml")
		if os.WriteFile(file, []byte("kind: Pod\nmetadata: {name: a, name: b}\nspec: {containers: [{name: a, image: x y}]}\n---\n[\n"), 0o644) != nil {
			continue // not a name here
		}
		for _, args := range [][]string{{"check", file}, {"check", dir}, {"build", file}} {
			_, stdout, stderr := run(t, args...)
			harmless(t, fmt.Sprint(args), stdout+stderr)
		}
		require.NoError(t, os.WriteFile(file, []byte("kind: Pod\nmetadata: {name: a, name: b}\nspec: {containers: [{name: a, image: x y}]}\n"), 0o644))
		_, stdout, stderr := run(t, "check", file)
		harmless(t, file, stdout+stderr)
		_, stdout, _ = run(t, "check", "-o", "json", file)
		assert.True(t, json.Valid([]byte(stdout)))
		require.NoError(t, os.WriteFile(file, []byte("a: \"\xff\x1b[31m\"\n"), 0o644))
		_, stdout, stderr = run(t, "check", file)
		harmless(t, file, stdout+stderr)
	}
}
