// Package flux builds the overlays with the code of Flux's kustomize-controller.
package flux

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/kustomize"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const repository = "../.."

// clone is a copy of what Flux's source is, because Flux may write into it.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"base", "overlays"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(repository, part))))
	}
	return dir
}

// example is the Kustomization in integrations/flux.
func example(t *testing.T) unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "integrations", "flux", "wealist-prod.yaml"))
	require.NoError(t, err)
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		var object unstructured.Unstructured
		require.NoError(t, yaml.Unmarshal([]byte(doc), &object.Object))
		if object.GetKind() == "Kustomization" {
			return object
		}
	}
	t.Fatal("there is no Kustomization")
	return unstructured.Unstructured{}
}

// objects are those of a stream, by kind, namespace and name.
func objects(t *testing.T, text string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var object unstructured.Unstructured
		require.NoError(t, yaml.Unmarshal([]byte(doc), &object.Object))
		all[object.GetKind()+" "+object.GetNamespace()+"/"+object.GetName()] = object.Object
	}
	return all
}

// build is what kustomize-controller does with a Kustomization and a source.
func build(t *testing.T, root string, k unstructured.Unstructured, path string) (string, error) {
	t.Helper()
	dir := filepath.Join(root, filepath.FromSlash(path))
	action, err := kustomize.NewGenerator(root, k).WriteFile(dir)
	if err != nil {
		return "", err
	}
	defer func() { assert.NoError(t, kustomize.CleanDirectory(dir, action)) }()
	m, err := kustomize.SecureBuild(root, dir, false)
	if err != nil {
		return "", err
	}
	for _, r := range m.Resources() {
		if _, err := kustomize.SubstituteVariables(context.Background(), nil, k, r); err != nil {
			return "", err
		}
	}
	text, err := m.AsYaml()
	return string(text), err
}

// Flux applies the objects that the pipeline makes, by the lock.
func TestOverlay(t *testing.T) {
	k := example(t)
	path, _, err := unstructured.NestedString(k.Object, "spec", "path")
	require.NoError(t, err)
	got, err := build(t, clone(t), k, path)
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(repository, "testdata", "wealist", "prod.pipeline.yaml"))
	require.NoError(t, err)
	assert.Equal(t, objects(t, string(want)), objects(t, got))
}

// Flux runs no function, and says so instead of leaving it out.
func TestPipelineIsRefused(t *testing.T) {
	_, err := build(t, clone(t), example(t), "./overlays/prod/pipeline")
	require.Error(t, err)
	t.Log(err)
	assert.Contains(t, err.Error(), "external plugins disabled")
}

// A lock that is out of date is not applied.
func TestStaleLockIsRefused(t *testing.T) {
	root := clone(t)
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "base"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "postgres-service", "postgres-server")), 0o600)
	}))
	_, err := build(t, root, example(t), "./overlays/prod")
	require.Error(t, err)
	t.Log(err)
	assert.Contains(t, err.Error(), "postgres-service")
}
