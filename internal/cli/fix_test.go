package cli

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// copyTree copies weAlist.
func copyTree(t *testing.T, to string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, root := range []string{"base", "overlays"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(repo, root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(repo, path)
			files[filepath.ToSlash(rel)] = readFile(t, path)
			return err
		}))
	}
	write(t, to, files)
	return files
}

// One letter of a reference is broken at a time. What fix changes is what it was:
// the file as a whole, with its comments and its layout.
func TestFixBringsTheOriginalBack(t *testing.T) {
	from := regexp.MustCompile(`(?:name|key|app\.kubernetes\.io/name|claimName|serviceAccountName|port|targetPort|configMapRef|secretKeyRef|readinessProbe|imagePullPolicy|serviceName): *([A-Za-z][A-Za-z_-]{4,})`)
	dir := t.TempDir()
	original := copyTree(t, dir)
	t.Chdir(dir)
	broken, restored, left, other := 0, 0, 0, []string{}
	r := rand.New(rand.NewPCG(1, 2))
	for file, text := range original {
		if !strings.HasPrefix(file, "base/") || strings.HasPrefix(file, "base/config/") || filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		for _, at := range from.FindAllStringSubmatchIndex(text, -1) {
			i := at[2] + 1 + r.IntN(at[3]-at[2]-2) // neither the first nor the last letter
			if text[i] == text[i+1] {
				continue
			}
			mutant := text[:i] + string(text[i+1]) + string(text[i]) + text[i+2:]
			write(t, ".", map[string]string{file: mutant})
			broken++
			run(t, "fix", "overlays/prod/source")
			switch readFile(t, file) {
			case text:
				restored++
			case mutant:
				left++
			default:
				other = append(other, file+": "+mutant[at[2]:at[3]])
			}
			for name, want := range original {
				if name != file && readFile(t, name) != want {
					other = append(other, file+": "+mutant[at[2]:at[3]]+" changed "+name)
					write(t, ".", map[string]string{name: want})
				}
			}
			write(t, ".", map[string]string{file: text})
		}
	}
	t.Logf("%d broken, %d restored, %d left alone", broken, restored, left)
	assert.Empty(t, other)
	assert.Greater(t, restored, 10)
}

func TestFix(t *testing.T) {
	t.Chdir(t.TempDir())
	pod := strings.Replace(knownPod, "  containers:", "  # the comment\n  containers:", 1) + "    livenessProbe: {exec: {command: ['true']}}   # layout   stays\n"
	pod = strings.Replace(pod, "livenessProbe", "livenesProbe", 1)
	job := "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: job, namespace: shop}\nspec:\n  schedule: '* * * * *'\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: example.com/job:1.0}]}}}}\n"
	write(t, ".", map[string]string{
		"base/kustomization.yaml": "resources: [pod.yaml, job.yaml, secret.yaml]\n", "base/pod.yaml": pod, "base/job.yaml": job, "base/secret.yaml": knownSecret,
		"prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\n",
	})
	code, stdout, stderr := run(t, "fix", "--diff", "prod")
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Contains(t, stdout, "+        name: db-secret\n")
	assert.Contains(t, stdout, "-apiVersion: batch/v1beta1\n+apiVersion: batch/v1\n")
	assert.Equal(t, pod, readFile(t, "base/pod.yaml"), "--diff writes nothing")

	code, stdout, stderr = run(t, "fix", "prod")
	assert.Equal(t, ExitOK, code, stdout+stderr)
	assert.Contains(t, stdout, "base/pod.yaml:11: db-secrt -> db-secret (secret-not-found)\n")
	assert.Contains(t, stdout, "livenesProbe -> livenessProbe (unknown-field)\n")
	assert.Contains(t, stdout, "3 fixed, ")
	want := strings.NewReplacer("db-secrt", "db-secret", "livenesProbe", "livenessProbe").Replace(pod)
	assert.Equal(t, want, readFile(t, "base/pod.yaml"))
	assert.Equal(t, strings.Replace(job, "v1beta1", "v1", 1), readFile(t, "base/job.yaml"))

	code, stdout, _ = run(t, "fix", "prod")
	assert.Equal(t, ExitOK, code)
	assert.Contains(t, stdout, "0 fixed, ")
	code, stdout, _ = run(t, "fix", "--diff", "prod")
	assert.Equal(t, ExitOK, code)
	assert.Empty(t, stdout)
}

// What --diff prints is a patch for git, and makes of files what fix makes of them.
func TestFixDiffIsAPatch(t *testing.T) {
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec:\n  containers:\n  - name: web\n    image: example.com/web:1.0\n    imagePullPolcy: Always"
	files := map[string]string{"end.yaml": strings.Replace(pod, "NAME", "end", 1) + "\n", "none.yaml": strings.Replace(pod, "NAME", "none", 1)}
	repository(t, files)
	code, patch, stderr := run(t, "fix", "--diff", ".")
	require.Equal(t, ExitFindings, code, stderr)
	write(t, ".", map[string]string{"fix.patch": patch})
	gitRun(t, "apply", "fix.patch")
	for name, text := range files {
		assert.Equal(t, strings.Replace(text, "imagePullPolcy", "imagePullPolicy", 1), readFile(t, name))
	}
}

// A connection's Service is named without quotes in what is found about it.
func TestFixOfAConnection(t *testing.T) {
	dir := t.TempDir()
	original := copyTree(t, dir)
	t.Chdir(dir)
	const file = "base/config/connections.yaml"
	write(t, ".", map[string]string{file: strings.Replace(original[file], "name: postgres-service", "name: postgress-service", 1)})
	code, stdout, stderr := run(t, "trace", "overlays/prod/pipeline", "http://wealist.local/api")
	assert.Equal(t, ExitFindings, code, stderr)
	assert.Contains(t, stdout, "✗ ConfigPipeline wealist\n    connection database: there is no Service postgress-service")
	code, stdout, stderr = run(t, "fix", "overlays")
	assert.Equal(t, ExitOK, code, stdout+stderr)
	assert.Equal(t, original[file], readFile(t, file))
}

// Whoever makes the changes that a SARIF report proposes gets what fix writes.
func TestSARIFCarriesFixes(t *testing.T) {
	t.Chdir(t.TempDir())
	pod := strings.Replace(knownPod, "        name: db-secrt", "        name: \"db-secrt\" # \u00e9", 1)
	write(t, ".", map[string]string{"pod.yaml": pod, "secret.yaml": knownSecret})
	code, stdout, stderr := run(t, "check", "-o", "sarif", "pod.yaml", "secret.yaml")
	require.Equal(t, ExitFindings, code, stderr)
	var log struct {
		Runs []struct {
			Results []struct {
				Fixes []struct {
					ArtifactChanges []struct {
						ArtifactLocation struct{ URI string }
						Replacements     []struct {
							DeletedRegion   struct{ StartLine, StartColumn, EndColumn int }
							InsertedContent struct{ Text string }
						}
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &log))
	lines, fixes := strings.Split(pod, "\n"), 0
	for _, r := range log.Runs[0].Results {
		for _, f := range r.Fixes {
			change := f.ArtifactChanges[0]
			assert.Equal(t, "pod.yaml", change.ArtifactLocation.URI)
			at := change.Replacements[0].DeletedRegion
			line := []rune(lines[at.StartLine-1])
			lines[at.StartLine-1] = string(line[:at.StartColumn-1]) + change.Replacements[0].InsertedContent.Text + string(line[at.EndColumn-1:])
			fixes++
		}
	}
	assert.Equal(t, 1, fixes)
	// JSON says the same, and a merged report keeps it.
	code, stdout, stderr = run(t, "check", "-o", "json=1.json", "pod.yaml", "secret.yaml")
	require.Equal(t, ExitFindings, code, stderr)
	code, merged, stderr := run(t, "report", "merge", "-o", "json", "1.json")
	require.Equal(t, ExitFindings, code, stderr)
	code, again, stderr := run(t, "report", "merge", "-o", "sarif", "1.json")
	require.Equal(t, ExitFindings, code, stderr)
	assert.Contains(t, again, `"insertedContent": {`)
	for _, text := range []string{readFile(t, "1.json"), merged} {
		var d struct{ Findings []struct{ Fix *report.Fix } }
		require.NoError(t, json.Unmarshal([]byte(text), &d))
		line := 1 + strings.Count(pod[:strings.Index(pod, "db-secrt")], "\n")
		var fixes []*report.Fix
		for _, f := range d.Findings {
			if f.Fix != nil {
				fixes = append(fixes, f.Fix)
			}
		}
		assert.Equal(t, []*report.Fix{{Line: line, Column: 16, EndLine: line, EndColumn: 24, Old: "db-secrt", New: "db-secret"}}, fixes, stdout)
	}
	run(t, "fix", "pod.yaml", "secret.yaml")
	assert.Equal(t, readFile(t, "pod.yaml"), strings.Join(lines, "\n"))
}

// What is not certain stays as it is.
func TestFixLeavesAlone(t *testing.T) {
	two := strings.Replace(knownPod, "name: web, n", "name: other, n", 1)
	for name, text := range map[string]string{
		"two names that are near":           knownSecret + "---\n" + strings.ReplaceAll(knownSecret, "db-secret", "db-secre") + "---\n" + knownPod,
		"several places that agree":         knownSecret + "---\n" + knownPod + "---\n" + two,
		"nothing that is near":              dangling,
		"what is in a Secret":               "apiVersion: v1\nkind: Service\nmetadata: {name: postgres-service, namespace: shop}\nspec: {ports: [{port: 5432}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {DATABASE_HOST: postgress-service}\n",
		"a name that would collide":         strings.Replace(knownPod, "    image:", "    imagePullPolicy: Never\n    imagePullPolcy: Never\n    image:", 1) + "---\n" + strings.ReplaceAll(knownSecret, "db-secret", "db-secrt"),
		"a version with other fields":       "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {backend: {serviceName: web, servicePort: 80}}\n",
		"another kind of short name":        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'example.com/web:1', resources: {limits: {gpu: 1}}}]}\n",
		"a value with two that are as near": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: None, ports: [{port: 80, protocol: TDP}]}\n",
		"a unit that may be M or Mi":        strings.Replace(knownPod, "    image:", "    resources: {limits: {memory: 512MB}}\n    image:", 1) + "---\n" + strings.ReplaceAll(knownSecret, "db-secret", "db-secrt"),
		"a budget that selected nothing":    "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {}}\n",
		"a host with two that are as near":  "apiVersion: v1\nkind: Service\nmetadata: {name: orders-a}\nspec: {clusterIP: None, ports: [{port: 8080}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: orderss}\nspec: {clusterIP: None, ports: [{port: 8080}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: ordersx}\nspec: {clusterIP: None, ports: [{port: 8080}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'example.com/web:1', env: [{name: ORDERS_URL, value: 'http://orders:8080'}]}]}\n",
		"an alias":                          knownSecret + "---\n" + strings.Replace(strings.Replace(knownPod, "name: web, n", "name: &n db-secrt, n", 1), "        name: db-secrt", "        name: *n", 1),
		"a word in quotes with an escape":   knownSecret + "---\n" + strings.Replace(knownPod, "db-secrt", `"db-\x73ecrt"`, 1),
	} {
		t.Chdir(t.TempDir())
		write(t, ".", map[string]string{"a.yaml": text})
		code, stdout, stderr := run(t, "fix", "a.yaml")
		want := ExitFindings
		if text == dangling {
			want = ExitOK // a warning
		}
		assert.Equal(t, want, code, "%s: %s%s", name, stdout, stderr)
		assert.Contains(t, stdout, "0 fixed", name)
		assert.Equal(t, text, readFile(t, "a.yaml"), name)
	}
}

// What is in Secrets is changed where that is asked for, and never shown.
func TestFixInSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: postgres-service, namespace: shop}\nspec: {ports: [{port: 5432}], clusterIP: None}\n---\n"
	const pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: 'example.com/web:1', envFrom: [{secretRef: {name: db}}]}]}\n"
	secret := func(values string) string {
		return service + "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop} # of the database\n" + values + pod
	}
	for _, c := range []struct{ name, before, after string }{
		{"base64", "data:\n  PASSWORD: " + encode("swordfish1234\n") + " # here\n", "data:\n  PASSWORD: " + encode("swordfish1234") + " # here\n"},
		{"base64 in quotes", "data: {PASSWORD: '" + encode("swordfish1234\r\n") + "'}\n", "data: {PASSWORD: '" + encode("swordfish1234") + "'}\n"},
		{"a block", "stringData:\n  PASSWORD: | # here\n    swordfish1234\n", "stringData:\n  PASSWORD: |- # here\n    swordfish1234\n"},
		{"an escape", `stringData: {PASSWORD: "swordfish1234\n"}` + "\n", `stringData: {PASSWORD: "swordfish1234"}` + "\n"},
		{"a name in base64", "data:\n  DATABASE_URL: " + encode("postgresql://u:swordfish1234@postgress-service:5432/db") + "\n", "data:\n  DATABASE_URL: " + encode("postgresql://u:swordfish1234@postgres-service:5432/db") + "\n"},
		{"a name", "stringData:\n  DATABASE_URL: postgresql://u:swordfish1234@postgress-service:5432/db\n", "stringData:\n  DATABASE_URL: postgresql://u:swordfish1234@postgres-service:5432/db\n"},
	} {
		write(t, ".", map[string]string{"a.yaml": secret(c.before)})
		code, stdout, stderr := run(t, "fix", "a.yaml")
		assert.Equal(t, ExitFindings, code, c.name)
		assert.Equal(t, secret(c.before), readFile(t, "a.yaml"), c.name)
		hidden := []string{"swordfish", encode("swordfish1234")[:12]}
		shows := func(text string) {
			for _, h := range hidden {
				assert.NotContains(t, text, h, c.name)
			}
		}
		shows(stdout + stderr)
		_, stdout, stderr = run(t, "fix", "--secrets", "--diff", "a.yaml")
		shows(stdout + stderr)
		assert.Contains(t, stdout, "***", c.name)
		code, stdout, stderr = run(t, "fix", "--secrets", "a.yaml")
		shows(stdout + stderr)
		assert.Equal(t, ExitOK, code, "%s: %s%s", c.name, stdout, stderr)
		assert.Contains(t, stdout, "1 fixed", c.name)
		assert.Equal(t, secret(c.after), readFile(t, "a.yaml"), c.name)
	}
	// What a generator takes.
	write(t, "k", map[string]string{
		"kustomization.yaml": "secretGenerator:\n- name: db\n  files: [PASSWORD]\n  literals: [\"USER=annabelle\\n\"] # who\nresources: [pod.yaml]\n",
		"PASSWORD":           "swordfish1234\n", "pod.yaml": strings.Replace(strings.TrimPrefix(pod, "---\n"), ", namespace: shop", "", 1),
	})
	code, stdout, stderr := run(t, "fix", "--secrets", "k")
	assert.Equal(t, ExitOK, code, stdout+stderr)
	assert.Equal(t, "swordfish1234", readFile(t, "k/PASSWORD"))
	assert.Contains(t, readFile(t, "k/kustomization.yaml"), "literals: [\"USER=annabelle\"] # who\n")
}

func TestFixWritesNothing(t *testing.T) {
	outside := t.TempDir()
	t.Chdir(t.TempDir())
	write(t, outside, map[string]string{"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": knownSecret + "---\n" + knownPod})
	rel, err := filepath.Rel(mustGetwd(t), outside)
	require.NoError(t, err)
	code, stdout, _ := run(t, "fix", rel)
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "0 fixed, 1 error left")
	write(t, ".", map[string]string{"a.yaml": knownSecret + "---\n" + knownPod})
	require.NoError(t, os.Chmod("a.yaml", 0o444))
	code, _, stderr := run(t, "fix", "a.yaml")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "the file is read-only")
	require.NoError(t, os.Symlink(filepath.Join(outside, "a.yaml"), "link.yaml"))
	code, stdout, _ = run(t, "fix", "link.yaml")
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stdout, "0 fixed")
	code, _, stderr = run(t, "fix", "-")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "stdin cannot be changed")
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	cwd, err := os.Getwd()
	require.NoError(t, err)
	return cwd
}
