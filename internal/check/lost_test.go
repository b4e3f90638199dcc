package check_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// compact is pod as JSON on one line.
func compact(t *testing.T) string {
	t.Helper()
	text, err := yaml.YAMLToJSON([]byte(pod))
	require.NoError(t, err)
	return string(text)
}

func configMap(name string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: shop}\n", name)
}

// indented is a text below a dash.
func indented(text string) string {
	return "- " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}

// TestNothingIsLost hands over a broken Pod in every form that streams come in.
// Either it is read, and its mistake found, or the stream is refused: never is
// there silence.
func TestNothingIsLost(t *testing.T) {
	one := compact(t)
	typeless := strings.NewReplacer("apiVersion: v1\n", "", "kind: Pod\n", "").Replace(pod)
	for name, text := range map[string]string{
		"JSON":                       one,
		"JSON lines":                 `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}` + "\n" + one + "\n",
		"JSON without lines":         `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}` + one,
		"JSON over lines":            "{\n \"apiVersion\":\"v1\",\n\t\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"j\"}}\n\n" + one + "\n",
		"JSON after a separator":     configMap("a") + "---\n" + `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}` + "\n" + one + "\n",
		"List":                       "apiVersion: v1\nkind: List\nitems:\n" + indented(pod),
		"List with metadata":         "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ''}\nitems:\n" + indented(pod),
		"List in a List":             "apiVersion: v1\nkind: List\nitems:\n" + indented("apiVersion: v1\nkind: List\nitems:\n"+indented(pod)),
		"PodList in a List":          "apiVersion: v1\nkind: List\nitems:\n" + indented("apiVersion: v1\nkind: PodList\nitems:\n"+indented(pod)),
		"PodList":                    "apiVersion: v1\nkind: PodList\nitems:\n" + indented(pod),
		"PodList with a name":        "apiVersion: v1\nkind: PodList\nmetadata: {name: all}\nitems:\n" + indented(pod),
		"PodList without kinds":      "apiVersion: v1\nkind: PodList\nitems:\n" + indented(typeless),
		"list of a group":            "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n" + indented("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: shop}\nspec:\n  template:\n    spec:\n      containers: [{name: a, image: 'b:1', envFrom: [{secretRef: {name: db-secret}}]}]"),
		"ResourceList":               "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + indented(pod),
		"after ...":                  configMap("a") + "...\n" + pod,
		"after ... and ---":          configMap("a") + "...\n---\n" + pod,
		"after a directive":          "%YAML 1.1\n---\n" + configMap("a") + "---\n" + pod,
		"directives between":         configMap("a") + "...\n%YAML 1.1\n---\n" + pod,
		"directive and comments":     "# a\n%YAML 1.1\n---\n" + configMap("a") + "--- # b\n" + pod,
		"separator with a comment":   configMap("a") + "--- # next\n" + pod,
		"separator with blanks":      configMap("a") + "---  \n" + pod,
		"content at the separator":   "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n" + pod,
		"byte order mark":            "\ufeff" + pod,
		"carriage returns":           strings.ReplaceAll(configMap("a")+"---\n"+pod, "\n", "\r\n"),
		"no newline":                 strings.TrimSuffix(configMap("a")+"---\n"+pod, "\n"),
		"anchors":                    "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: shop}\n  spec: {containers: [{name: a, image: 'b:1', envFrom: [{secretRef: {name: db-secret}}]}]}\n- *a\n",
		"without an apiVersion":      strings.Replace(pod, "apiVersion: v1\n", "", 1),
		"without a kind":             strings.Replace(pod, "kind: Pod\n", "", 1),
		"empty documents":            "---\n---\n# nothing\n---\n" + pod + "---\n",
		"a configuration, then more": "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: a}\n---\n" + pod,
	} {
		t.Run(name, func(t *testing.T) {
			rep := run(t, check.Options{Stdin: strings.NewReader(text)}, "-")
			require.Empty(t, rep.Unread)
			if strings.HasPrefix(name, "without a") {
				require.NotEmpty(t, rulesOf(rep.Findings))
				return
			}
			assert.Contains(t, rulesOf(rep.Findings), "secret-not-found")
		})
	}
	twice := "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: a}\n"
	for name, c := range map[string]struct{ text, want string }{
		"JSON array":               {"[" + one + "]", "stdin:1: not a Kubernetes resource but a list"},
		"sequence":                 {indented(pod), "stdin:1: not a Kubernetes resource but a list"},
		"sequence behind a pod":    {configMap("a") + "---\n" + indented(pod), "stdin:5: not a Kubernetes resource but a list"},
		"text after a dedent":      {"  apiVersion: v1\n  kind: Pod\nspec:\n  serviceAccountName: missing\n", "stdin:3: this text belongs to no document"},
		"garbage behind JSON":      {one + " trailing }}", "stdin:1: this text belongs to no document"},
		"garbage behind a list":    {"[a]\nb: c\n", "stdin:2: this text belongs to no document"},
		"empty":                    {"", "no Kubernetes resource in stdin"},
		"blank":                    {"\n \n", "no Kubernetes resource in stdin"},
		"separators only":          {"---\n...\n---\n", "no Kubernetes resource in stdin"},
		"kustomization only":       {kustomization + "- a.yaml\n", "no Kubernetes resource in stdin"},
		"empty List":               {"apiVersion: v1\nkind: List\nitems: []\n", "no Kubernetes resource in stdin"},
		"line of an error":         {"Error: chart requires kubeVersion\n", "stdin:1: not a Kubernetes resource: it has no kind"},
		"error among resources":    {configMap("a") + "---\nError: timeout\n", "stdin:5: not a Kubernetes resource: it has no kind"},
		"text among resources":     {configMap("a") + "---\nFailed to download\n", "stdin:5: not a Kubernetes resource but text"},
		"no kind, no apiVersion":   {strings.NewReplacer("apiVersion: v1\n", "", "kind: Pod\n", "").Replace(pod), "it has no kind"},
		"no kind in a List":        {"apiVersion: v1\nkind: List\nitems:\n" + indented(typeless), "stdin:4: items[0]: not a Kubernetes resource: it has no kind"},
		"null in a List":           {"apiVersion: v1\nkind: List\nitems:\n- null\n", "stdin:4: items[0]: expected a resource"},
		"text in a List":           {"apiVersion: v1\nkind: PodList\nitems:\n- a\n", "stdin:4: items[0]: expected a resource"},
		"items that are no list":   {"apiVersion: v1\nkind: List\nitems: {a: b}\n", "stdin:3: items of the List: expected a list"},
		"items twice":              {"apiVersion: v1\nkind: List\nitems: []\nitems:\n" + indented(pod), "stdin:4: a List with two fields items"},
		"configuration twice":      {twice + "---\n" + twice + "---\n" + pod, "stdin:5: a second ConfigPipeline: the first is in stdin:1; name the one that counts with --config"},
		"configurations in a List": {"apiVersion: v1\nkind: List\nitems:\n" + indented(twice) + indented(twice) + indented(pod), "a second ConfigPipeline: the first is in stdin:1"},
		"functionConfig twice":     {"kind: ResourceList\nitems:\n" + indented(pod) + "functionConfig: {apiVersion: wealist.io/v1alpha1, kind: ConfigPipeline, metadata: {name: a}}\nfunctionConfig: {}\n", "two fields functionConfig"},
		"configuration in a list":  {"kind: ResourceList\nitems:\n" + indented(pod) + "functionConfig: {apiVersion: wealist.io/v1alpha1, kind: ConfigPipeline, metadata: {name: a}, spec: {valdate: {}}}\n", `did you mean "validate"?`},
	} {
		t.Run(name, func(t *testing.T) {
			rep := run(t, check.Options{Stdin: strings.NewReader(c.text)}, "-")
			if assert.Len(t, rep.Unread, 1) {
				assert.ErrorContains(t, rep.Unread[0], c.want)
			}
		})
	}
}

// TestPlacesInJSONStreams: a value knows its line and column, wherever the ones
// before it ended.
func TestPlacesInJSONStreams(t *testing.T) {
	text := "{\"kind\": \"ConfigMap\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"a\"}}\n" + compact(t)
	rep := run(t, check.Options{Stdin: strings.NewReader(text)}, "-")
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	f := rep.Findings[0]
	assert.Equal(t, 2, f.Line)
	var name string
	line := strings.Split(text, "\n")[1]
	require.NoError(t, json.NewDecoder(strings.NewReader(line[f.Column-1:])).Decode(&name))
	assert.Equal(t, "db-secret", name)

	rep = run(t, check.Options{Stdin: strings.NewReader(strings.Replace(text, "\n", " ", 1))}, "-")
	require.NoError(t, json.NewDecoder(strings.NewReader(strings.Replace(text, "\n", " ", 1)[rep.Findings[0].Column-1:])).Decode(&name))
	assert.Equal(t, "db-secret", name)
}

// TestFilesThatHoldNoResource: values files in a folder are left out, and what
// was named, or stands beside resources, is not.
func TestFilesThatHoldNoResource(t *testing.T) {
	dir := tree(t, map[string]string{
		"a/pod.yaml":    pod,
		"a/values.yaml": "replicas: 3\n",
		"a/list.yaml":   "- a\n- b\n",
		"a/Chart.yaml":  "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		"b/mixed.yaml":  pod + "---\nreplicas: 3\n",
		"c/values.yaml": "replicas: 3\n",
	})
	rep := run(t, check.Options{}, filepath.Join(dir, "a"))
	assert.Empty(t, rep.Unread)
	assert.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	for path, want := range map[string]string{
		"b":             "mixed.yaml:14: not a Kubernetes resource: it has no kind",
		"c/values.yaml": "nothing to check: no Kubernetes resource in",
	} {
		rep := run(t, check.Options{}, filepath.Join(dir, path))
		if assert.Len(t, rep.Unread, 1, path) {
			assert.ErrorContains(t, rep.Unread[0], want)
		}
	}
}

// TestWhatIsNotReadIsNamed: what looks like resources and is left out is named, and
// what no program applies is not.
func TestWhatIsNotReadIsNamed(t *testing.T) {
	dir := tree(t, map[string]string{
		"a/pod.yaml": pod, "a/.deploy/pod.yaml": pod, "a/pod.YAML": pod, "a/pod.Json": compact(t), "outside/pod.yaml": pod, "a/in/pod.yaml": pod,
		"a/.github/workflows/x.yaml": "name: x\non: push\n", "a/.vscode/x.yaml": "a: b\n", "a/.git/x.yaml": pod, "a/NOTES.YAML": "a: b\n", "a/node_modules/.x/a.yaml": pod,
	})
	for link, to := range map[string]string{"gone.yaml": "nowhere", "away": "../outside", "within": "in", "gone": "nowhere", "text.txt": "../outside/pod.yaml"} {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, "a", link)))
	}
	rep := run(t, check.Options{}, filepath.Join(dir, "a"))
	var named []string
	for _, u := range rep.Unread {
		assert.False(t, u.Named)
		rel, err := filepath.Rel(filepath.Join(dir, "a"), u.Name)
		require.NoError(t, err)
		named = append(named, rel)
	}
	assert.ElementsMatch(t, []string{".deploy", "pod.YAML", "pod.Json", "gone.yaml", "away"}, named)
	assert.Equal(t, 2, rep.Resources)

	require.NoError(t, os.Symlink("a", filepath.Join(dir, "link")))
	rep = run(t, check.Options{}, filepath.Join(dir, "link"))
	assert.Equal(t, 2, rep.Resources, "a link that is named is followed")
}

// TestFoldersThatHoldNoResource: nobody checks a folder to hear that nothing is in it.
func TestFoldersThatHoldNoResource(t *testing.T) {
	for _, text := range []string{"Error: could not find the chart\n", "[]\n", "<html></html>\n", "# nothing\n", ""} {
		dir := tree(t, map[string]string{"a.yaml": text})
		rep := run(t, check.Options{}, dir)
		if assert.Len(t, rep.Unread, 1, text) {
			assert.ErrorContains(t, rep.Unread[0], "nothing to check: no Kubernetes resource in")
		}
	}
}

// TestWhatABuildRefusesIsNoCleanTree: kustomize finds out when it writes.
func TestWhatABuildRefusesIsNoCleanTree(t *testing.T) {
	for name, data := range map[string]string{
		"number as a key":   "{8080: x}",
		"list as a key":     "{a: b, ? [c] : d}",
		"control character": `{k: "\x80"}`,
		"not a character":   `{k: "\uffff"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{
				"a/kustomization.yaml": kustomization + "- x.yaml\n",
				"a/x.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: " + data + "\n",
				"b/kustomization.yaml": kustomization + "- pod.yaml\n",
				"b/pod.yaml":           pod,
			})
			result, err := kbuild.Build(filesys.MakeFsOnDisk(), filepath.Join(dir, "a"), kbuild.Options{})
			if err == nil {
				_, err = kbuild.YAML(result.Resources)
			}
			require.Error(t, err, "the build itself")
			rep := run(t, check.Options{}, dir)
			require.Len(t, rep.Unread, 1)
			assert.Contains(t, rep.Unread[0].Error(), filepath.Join(dir, "a"))
			assert.Contains(t, rulesOf(rep.Findings), "secret-not-found", "the other tree")
		})
	}
}

// TestNoFileOfAFolderIsLost: files of a folder may be anything, but one that holds
// resources in a form that nobody takes is named.
func TestNoFileOfAFolderIsLost(t *testing.T) {
	var wide []byte
	for _, c := range []byte(pod) {
		wide = append(wide, c, 0)
	}
	for name, text := range map[string]string{
		"UTF-16":             "\xff\xfe" + string(wide),
		"UTF-16, unmarked":   string(wide),
		"a list":             indented(pod),
		"a list in a list":   "- " + strings.TrimLeft(strings.ReplaceAll(indented(pod), "\n", "\n  "), " "),
		"JSON":               "[" + compact(t) + "]",
		"items without kind": "apiVersion: v1\nitems:\n" + indented(pod),
		"Items":              "apiVersion: v1\nkind: List\nItems:\n" + indented(pod),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "ok.yaml"), []byte(configMap("a")), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "pod.yaml"), []byte(text), 0o644))
			rep := run(t, check.Options{}, dir)
			require.Len(t, rep.Unread, 1)
			require.Contains(t, rep.Unread[0].Name, "pod.yaml")
		})
	}
	for name, text := range map[string]string{
		"values":      "- name: a\n  kind: b\n",
		"a patch":     "- {op: add, path: /metadata/labels/a, value: {apiVersion: v1, kind: b}}\n",
		"text":        "apiVersion and kind\n",
		"values file": "apiVersion: v1\nitems: [a, b]\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "ok.yaml"), []byte(configMap("a")), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "other.yaml"), []byte(text), 0o644))
			require.Empty(t, run(t, check.Options{}, dir).Unread)
		})
	}
}
