// Package kpt runs the function in kpt, where there is one.
package kpt

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program builds krm-validate and returns its path; it skips where there is no kpt.
func program(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("kpt"); err != nil {
		t.Skip("needs kpt: https://kpt.dev/installation/")
	}
	bin := filepath.Join(t.TempDir(), "krm-validate")
	out, err := exec.Command("go", "build", "-o", bin, "../../cmd/krm-validate").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

// kpt runs it and returns what it printed.
func kpt(dir string, args ...string) (string, error) {
	cmd := exec.Command("kpt", args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files[filepath.Base(name)] = string(text)
	}
	return files
}

const (
	pipeline = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: shop
pipeline:
  STEP:
  - exec: PROGRAM
    configPath: krm-validate.yaml
`
	config = `# what the team agreed on
apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: shop
  annotations:
    config.kubernetes.io/local-config: "true"
spec:
  normalize:
    labels:
      set: {team: shop}
`
	app = `# the head of the file
# has two lines
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop # behind a value
  namespace: shop
spec:
  # above a field
  replicas: 2
  selector: {matchLabels: {app: shop}} # flow style
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      # above an item
      - name: api
        image: registry.example.com/api:1.2.3
        env:
        - name: A
          valueFrom:
            secretKeyRef: {name: shop-secret, key: token}
---
# the head of the second
apiVersion: v1
kind: Secret
metadata:
  name: shop-secret
  namespace: shop
stringData:
  token: "1" # quoted
`
)

// pack writes a package with the function as a step of its pipeline.
func pack(t *testing.T, step, bin string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Kptfile": strings.NewReplacer("STEP", step, "PROGRAM", bin).Replace(pipeline), "krm-validate.yaml": config, "app.yaml": app,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// A function gets the Kptfile and its own configuration among the items. It must
// leave both alone, and every comment of the rest; and twice is the same as once.
func TestRender(t *testing.T) {
	bin := program(t)
	dir := pack(t, "mutators", bin)
	before := read(t, dir)
	out, err := kpt(dir, "fn", "render", "--allow-exec")
	require.NoError(t, err, out)
	once := read(t, dir)
	assert.Equal(t, before["Kptfile"], once["Kptfile"])
	assert.Equal(t, before["krm-validate.yaml"], once["krm-validate.yaml"])
	labels := "  namespace: shop\n  labels:\n    team: shop\n"
	assert.Equal(t, strings.ReplaceAll(app, "  namespace: shop\n", labels), once["app.yaml"])

	out, err = kpt(dir, "fn", "render", "--allow-exec")
	require.NoError(t, err, out)
	assert.Equal(t, once, read(t, dir))
}

// As a validator it says what is wrong, changes nothing, and fails.
func TestRenderFails(t *testing.T) {
	bin := program(t)
	dir := pack(t, "validators", bin)
	broken := strings.Replace(app, "key: token", "key: tokne", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(broken), 0o600))
	out, err := kpt(dir, "fn", "render", "--allow-exec")
	require.Error(t, err)
	assert.Contains(t, out, `Secret "shop-secret" in namespace "shop" has no key "tokne"`)
	assert.Equal(t, broken, read(t, dir)["app.yaml"])
}

// kpt hands comments on, so they silence what they are about.
func TestComments(t *testing.T) {
	bin := program(t)
	dir := pack(t, "validators", bin)
	broken := strings.Replace(app, "secretKeyRef: {name: shop-secret, key: token}", "secretKeyRef: {name: shop-secret, key: tokne} # krm-validate:ignore key-not-found: comes later", 1)
	require.NotEqual(t, app, broken)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(broken), 0o600))
	out, err := kpt(dir, "fn", "render", "--allow-exec")
	require.NoError(t, err, out)
	assert.Equal(t, broken, read(t, dir)["app.yaml"])
}

// The way the README has it, without a Kptfile.
func TestEval(t *testing.T) {
	bin := program(t)
	dir := pack(t, "mutators", bin)
	require.NoError(t, os.Remove(filepath.Join(dir, "Kptfile")))
	require.NoError(t, os.Rename(filepath.Join(dir, "krm-validate.yaml"), filepath.Join(dir, "..", "krm-validate.yaml")))
	var once map[string]string
	for range 2 {
		out, err := kpt(dir, "fn", "eval", ".", "--exec", bin, "--fn-config", filepath.Join("..", "krm-validate.yaml"))
		require.NoError(t, err, out)
		now := read(t, dir)
		if once != nil {
			assert.Equal(t, once, now)
		}
		once = now
	}
	assert.Contains(t, once["app.yaml"], "team: shop")
	assert.Equal(t, strings.Count(app, "#"), strings.Count(once["app.yaml"], "#"))
}
