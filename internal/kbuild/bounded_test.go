package kbuild_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
)

// bomb is the billion laughs in YAML.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	return b.String()
}

// TestWhatNeverEndsIsRefused builds trees that kustomize would not survive.
func TestWhatNeverEndsIsRefused(t *testing.T) {
	const pod = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	cyclic := "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: b, labels: *m}\n"
	deep := pod + "data: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"cyclic anchor in a resource":        {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": cyclic}, "anchor &m contains itself"},
		"cyclic anchor in a second document": {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + "---\n" + cyclic}, "anchor &m contains itself"},
		"cyclic anchor after ...":            {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + "...\n" + cyclic}, "anchor &m contains itself"},
		"cyclic anchor in a kustomization":   {map[string]string{"kustomization.yaml": "resources: &r [x.yaml, *r]\n", "x.yaml": pod}, "anchor &r contains itself"},
		"cyclic anchor in a patch":           {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches: [{path: p.yaml}]\n", "x.yaml": pod, "p.yaml": strings.Replace(cyclic, "name: b", "name: a", 1)}, "anchor &m contains itself"},
		"cyclic anchor in an inline patch":   {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: &m {name: a, labels: *m}\n", "x.yaml": pod}, "anchor &m contains itself"},
		"cyclic anchor in a transformer":     {map[string]string{"kustomization.yaml": "resources: [x.yaml]\ntransformers: [t.yaml]\n", "x.yaml": pod, "t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: p}\npatch: |\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: &m {name: a, labels: *m}\n"}, "anchor &m contains itself"},
		"cyclic anchor in a base":            {map[string]string{"kustomization.yaml": "resources: [base]\n", "base/kustomization.yaml": "resources: [x.yaml]\n", "base/x.yaml": cyclic}, "anchor &m contains itself"},
		"alias bomb in a resource":           {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + bomb()}, "aliases expand to more than 1048576 nodes"},
		"alias bomb in a kustomization":      {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n" + bomb(), "x.yaml": pod}, "aliases expand to more than 1048576 nodes"},
		"9,000 levels":                       {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": deep}, "nested more than 500 levels deep"},
		"9,000 levels of lists":              {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + "data:\n  " + strings.Repeat("- ", 9000) + "a\n"}, "nested more than 500 levels deep"},
		"a million levels":                   {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + "data: " + strings.Repeat("{a: ", 1000000) + "\n"}, "nested more than 500 levels deep"},
		"9,000 levels of aliases":            {map[string]string{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": pod + chain(9000)}, "nested more than 500 levels deep"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := filesys.MakeFsInMemory()
			for name, text := range c.files {
				require.NoError(t, fsys.WriteFile("/top/"+name, []byte(text)))
			}
			_, err := kbuild.Build(fsys, "/top", kbuild.Options{})
			require.ErrorContains(t, err, c.want)
			_, err = kbuild.Stock(fsys, "/top", kbuild.Options{})
			require.ErrorContains(t, err, c.want)
		})
	}
}

// chain is a list of anchors, each around the one before.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d]\n", i, i, i-1)
	}
	return b.String()
}

// TestAliasesWithinTheLimitsBuild: honest anchors are none of that.
func TestAliasesWithinTheLimitsBuild(t *testing.T) {
	fsys := filesys.MakeFsInMemory()
	for name, text := range map[string]string{
		"kustomization.yaml": "resources: [x.yaml]\nconfigMapGenerator:\n- {name: g, files: [text.txt]}\n",
		"x.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: &l {app: a}, annotations: *l}\ndata: {k: 'a: &a [*a]'}\n",
		"text.txt":           "# no YAML: [[[ &a *a\n\tx: [\n",
	} {
		require.NoError(t, fsys.WriteFile("/top/"+name, []byte(text)))
	}
	result, err := kbuild.Build(fsys, "/top", kbuild.Options{})
	require.NoError(t, err)
	assert.Equal(t, 2, result.Resources.Size())
}

// TestSizeIsThatOfAllFiles: many small files are as much as a large one.
func TestSizeIsThatOfAllFiles(t *testing.T) {
	require.NoError(t, limits.Set("size=10Ki"))
	t.Cleanup(func() { require.NoError(t, limits.Set("")) })
	fsys := filesys.MakeFsInMemory()
	list := "resources:\n"
	for i := range 20 {
		list += fmt.Sprintf("- %d.yaml\n", i)
		require.NoError(t, fsys.WriteFile(fmt.Sprintf("/top/%d.yaml", i), fmt.Appendf(nil, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a%d}\n#%s\n", i, strings.Repeat("x", 1000))))
	}
	require.NoError(t, fsys.WriteFile("/top/kustomization.yaml", []byte(list)))
	_, err := kbuild.Build(fsys, "/top", kbuild.Options{})
	require.ErrorContains(t, err, "more than 10Ki of input: if that is meant, raise the limit with --limits=size=20Ki or KRM_VALIDATE_LIMITS=size=20Ki")
	require.NoError(t, limits.Set("size=1Mi"))
	_, err = kbuild.Build(fsys, "/top", kbuild.Options{})
	require.NoError(t, err)
}

// TestEndlessAnswersAreRefused: a server that never stops, or sends what
// kustomize would not survive.
func TestEndlessAnswersAreRefused(t *testing.T) {
	require.NoError(t, limits.Set("size=1Mi"))
	t.Cleanup(func() { require.NoError(t, limits.Set("")) })
	for name, answer := range map[string]func(w http.ResponseWriter){
		"endless": func(w http.ResponseWriter) {
			for {
				if _, err := w.Write([]byte(strings.Repeat("#\n", 1000))); err != nil {
					return
				}
			}
		},
		"cyclic": func(w http.ResponseWriter) {
			fmt.Fprint(w, "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: b, labels: *m}\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
			defer server.Close()
			fsys := filesys.MakeFsInMemory()
			require.NoError(t, fsys.WriteFile("/top/kustomization.yaml", []byte("resources: ['"+server.URL+"/x.yaml']\n")))
			_, err := kbuild.Build(fsys, "/top", kbuild.Options{})
			require.Error(t, err)
		})
	}
}

// TestLogFatalEndsOneBuildOnly: kustomize calls it for keys that are no strings
// in a tree with two Secrets of one name.
func TestLogFatalEndsOneBuildOnly(t *testing.T) {
	var logged strings.Builder
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(log.Default().Writer()) })
	fsys := filesys.MakeFsInMemory()
	for name, text := range map[string]string{
		"kustomization.yaml":   "resources: [a, b, p.yaml]\nnamePrefix: z-\n",
		"p.yaml":               "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, image: 'i:1', envFrom: [{secretRef: {name: s}}]}]\n",
		"a/kustomization.yaml": "resources: [s.yaml]\nnamePrefix: a-\n",
		"a/s.yaml":             "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {1: SENTINEL}\n",
		"b/kustomization.yaml": "resources: [s.yaml]\nnamePrefix: b-\n",
		"b/s.yaml":             "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {1: SENTINEL}\n",
	} {
		require.NoError(t, fsys.WriteFile("/top/"+name, []byte(text)))
	}
	_, err := kbuild.Build(fsys, "/top", kbuild.Options{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "SENTINEL")
	_, err = kbuild.Stock(fsys, "/top", kbuild.Options{})
	require.Error(t, err)
	log.Print("still here")
	assert.Contains(t, logged.String(), "still here")
}

// TestSlowServersAreGivenUp: one that sends a byte now and then, and one that
// never begins.
func TestSlowServersAreGivenUp(t *testing.T) {
	require.NoError(t, limits.Set("remote=200ms"))
	t.Cleanup(func() { require.NoError(t, limits.Set("")) })
	for name, drip := range map[string]bool{"drip": true, "silence": false} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for r.Context().Err() == nil {
					if drip {
						fmt.Fprint(w, "#")
						_ = http.NewResponseController(w).Flush()
					}
					time.Sleep(10 * time.Millisecond)
				}
			}))
			defer server.Close()
			fsys := filesys.MakeFsInMemory()
			require.NoError(t, fsys.WriteFile("/top/kustomization.yaml", []byte("resources: ['"+server.URL+"/x.yaml']\n")))
			_, err := kbuild.Build(fsys, "/top", kbuild.Options{})
			require.ErrorContains(t, err, "no whole answer within 200ms")
			require.ErrorContains(t, err, "--limits=remote=800ms")
		})
	}
}
