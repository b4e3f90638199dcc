// Package argocd has Argo CD's own code make the manifests of Applications: what
// its repo-server does, and its server for plugins.
package argocd

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/cmpserver"
	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

const root = "../.."

// TestMain builds krm-validate, and kustomize, which Argo CD calls, into the PATH.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		bin, err := os.MkdirTemp("", "argocd-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(bin)
		for dir, args := range map[string][]string{
			root: {"build", "-o", filepath.Join(bin, "krm-validate"), "./cmd/krm-validate"},
			filepath.Join(root, "internal", "kustomizebin", "newest"): {"build", "-o", filepath.Join(bin, "kustomize"), "sigs.k8s.io/kustomize/kustomize/v5"},
		} {
			cmd := exec.Command("go", args...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "%v: %v\n%s", cmd.Args, err, out)
				return 1
			}
		}
		os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		return m.Run()
	}())
}

// clone is a copy of what Argo CD's checkout is.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"base", "overlays", "testdata/incidents", "integrations"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))))
	}
	return dir
}

// application is the source of an Application in integrations/argocd.
func application(t *testing.T, name string) *v1alpha1.ApplicationSource {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "integrations", "argocd", "applications.yaml"))
	require.NoError(t, err)
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		var app v1alpha1.Application
		require.NoError(t, yaml.UnmarshalStrict([]byte(doc), &app))
		if app.Name == name {
			return app.Spec.Source
		}
	}
	t.Fatalf("there is no Application %s", name)
	return nil
}

// generate is what a repo-server does with a source.
func generate(t *testing.T, repo string, source *v1alpha1.ApplicationSource, buildOptions string) ([]string, error) {
	t.Helper()
	q := apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: source.RepoURL}, ApplicationSource: source, AppName: "wealist", Namespace: "default",
		KustomizeOptions: &v1alpha1.KustomizeOptions{BuildOptions: buildOptions}, KubeVersion: "v1.33.2",
		ProjectName: "default", ProjectSourceRepos: []string{"*"}, TrackingMethod: string(v1alpha1.TrackingMethodAnnotation),
	}
	res, err := repository.GenerateManifests(t.Context(), filepath.Join(repo, source.Path), repo, "", &q, true, &git.NoopCredsStore{}, resource.MustParse("0"), nil)
	if err != nil {
		return nil, err
	}
	return res.Manifests, nil
}

// objects are manifests by kind, namespace and name, without Argo CD's tracking.
func objects(t *testing.T, manifests []string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, text := range manifests {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &object))
		metadata := object["metadata"].(map[string]any)
		if annotations, ok := metadata["annotations"].(map[string]any); ok {
			delete(annotations, common.AnnotationKeyAppInstance)
			if len(annotations) == 0 {
				delete(metadata, "annotations")
			}
		}
		all[fmt.Sprint(object["kind"], " ", metadata["namespace"], "/", metadata["name"])] = object
	}
	return all
}

func want(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "testdata", "wealist", "prod.pipeline.yaml"))
	require.NoError(t, err)
	var manifests []string
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		object, err := yaml.YAMLToJSON([]byte(doc))
		require.NoError(t, err)
		manifests = append(manifests, string(object))
	}
	return objects(t, manifests)
}

const buildOptions = "--enable-alpha-plugins --enable-exec"

// The overlay with its lock needs nothing of Argo CD.
func TestPlainApplication(t *testing.T) {
	got, err := generate(t, clone(t), application(t, "wealist-prod"), "")
	require.NoError(t, err)
	assert.Equal(t, want(t), objects(t, got))
}

func TestBuildOptions(t *testing.T) {
	source := application(t, "wealist-prod-pipeline")
	got, err := generate(t, clone(t), source, buildOptions)
	require.NoError(t, err)
	assert.Equal(t, want(t), objects(t, got))

	// With half of them kustomize skips the function, and the receipt says so.
	for _, options := range []string{"", "--enable-alpha-plugins"} {
		_, err = generate(t, clone(t), source, options)
		require.Error(t, err, options)
		t.Log(err)
	}
	assert.Contains(t, err.Error(), "FunctionRan")
}

// serve starts the server of the sidecar with our configuration.
func serve(t *testing.T) {
	t.Helper()
	sockets, err := os.MkdirTemp("", "cmp-") // paths of sockets have 100 bytes
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(sockets) })
	t.Setenv(common.EnvPluginSockFilePath, sockets)
	t.Setenv(common.EnvCMPWorkDir, t.TempDir())
	config, err := plugin.ReadPluginConfig(filepath.Join(root, "integrations", "argocd"))
	require.NoError(t, err)
	server, err := cmpserver.NewServer(plugin.CMPServerInitConstants{PluginConfig: *config})
	require.NoError(t, err)
	go server.Run()
	require.Eventually(t, func() bool {
		_, err := os.Stat(config.Address())
		return err == nil
	}, time.Minute, 10*time.Millisecond)
}

func TestPlugin(t *testing.T) {
	serve(t)
	named := application(t, "wealist-prod-plugin")

	t.Run("by name", func(t *testing.T) {
		got, err := generate(t, clone(t), named, "")
		require.NoError(t, err)
		assert.Equal(t, want(t), objects(t, got))
	})
	t.Run("discovered", func(t *testing.T) {
		source := named.DeepCopy()
		source.Plugin = nil
		got, err := generate(t, clone(t), source, "")
		require.NoError(t, err)
		assert.Equal(t, want(t), objects(t, got))
	})
	t.Run("a lock is kustomize's", func(t *testing.T) {
		got, err := generate(t, clone(t), application(t, "wealist-prod"), "")
		require.NoError(t, err)
		assert.Equal(t, want(t), objects(t, got))
	})
	t.Run("what is wrong is in the condition", func(t *testing.T) {
		source := named.DeepCopy()
		source.Path = "testdata/incidents/4-database-unreachable"
		_, err := generate(t, clone(t), source, "")
		require.Error(t, err)
		t.Log(err)
		assert.Contains(t, err.Error(), `kustomization.yaml:13: host "postgress-service.postgresql-dev.svc.cluster.local": there is no Service "postgress-service"`)
		assert.Less(t, len(err.Error()), 1000)
	})
	t.Run("a parameter that is wrong", func(t *testing.T) {
		source := named.DeepCopy()
		value := "newest"
		source.Plugin.Parameters = v1alpha1.ApplicationSourcePluginParameters{{Name: "kubernetes-version", String_: &value}}
		_, err := generate(t, clone(t), source, "")
		require.ErrorContains(t, err, `parameter kubernetes-version "newest": expected a release of Kubernetes`)
	})
}
