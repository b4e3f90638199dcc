package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], function.RunFilter, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  containers:
  - name: app
    image: example.com/app:1.0
    envFrom:
    - secretRef:
        name: db-secret
`

const kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"

// tree writes files and returns their directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func run(t *testing.T, opts check.Options, paths ...string) *check.Report {
	t.Helper()
	trees, err := check.Find(paths, check.FindOptions{Whole: true})
	require.NoError(t, err)
	return check.Run(t.Context(), trees, opts)
}

// rulesOf are the rules of the errors, and of what is said not to be in a tree of which
// nobody knows whether it is whole.
func rulesOf(fs []finding.Finding) []string {
	names := []string{}
	for _, f := range fs {
		if f.Severity == finding.Error || f.Severity == finding.Warning && f.Missing != nil {
			names = append(names, f.Rule)
		}
	}
	return names
}

func TestFilesNamedTogetherAreOneTree(t *testing.T) {
	dir := tree(t, map[string]string{
		"pod.yaml":    pod,
		"secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret, namespace: shop}\ntype: Opaque\n",
	})
	alone := run(t, check.Options{}, filepath.Join(dir, "pod.yaml"))
	require.Equal(t, []string{"secret-not-found"}, rulesOf(alone.Findings))
	assert.Equal(t, filepath.Join(dir, "pod.yaml"), alone.Findings[0].File)
	assert.Equal(t, 12, alone.Findings[0].Line)

	for _, paths := range [][]string{
		{filepath.Join(dir, "pod.yaml"), filepath.Join(dir, "secret.yaml")},
		{filepath.Join(dir, "*.yaml")},
		{dir},
	} {
		assert.Empty(t, rulesOf(run(t, check.Options{}, paths...).Findings), "%v", paths)
	}
}

func TestStdin(t *testing.T) {
	rep := run(t, check.Options{Stdin: strings.NewReader(pod)}, "-")
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, "stdin", rep.Findings[0].File)
}

func TestListsAreUnwrapped(t *testing.T) {
	list := "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(pod), "\n", "\n  ") + "\n"
	rep := run(t, check.Options{Stdin: strings.NewReader(list)}, "-")
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, 15, rep.Findings[0].Line)
}

func TestEachRootKustomizationIsATree(t *testing.T) {
	dir := tree(t, map[string]string{
		"base/kustomization.yaml":          kustomization + "- pod.yaml\n",
		"base/pod.yaml":                    pod,
		"overlays/a/kustomization.yaml":    kustomization + "- ../../base\nnamePrefix: a-\n",
		"overlays/b/kustomization.yaml":    kustomization + "- ../../base\nnamePrefix: b-\nsecretGenerator:\n- {name: db-secret, namespace: shop, literals: [a=b]}\n",
		"overlays/part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
	})
	trees, err := check.Find([]string{dir}, check.FindOptions{})
	require.NoError(t, err)
	var roots []string
	for _, tr := range trees {
		roots = append(roots, tr.Root)
	}
	assert.Equal(t, []string{filepath.Join(dir, "overlays", "a"), filepath.Join(dir, "overlays", "b")}, roots)

	rep := check.Run(t.Context(), trees, check.Options{})
	require.Empty(t, rep.Unread)
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, "a-app", rep.Findings[0].Resource.Name)
	// The place is the line in the base, not the built document.
	assert.FileExists(t, rep.Findings[0].File)
	assert.True(t, strings.HasSuffix(rep.Findings[0].File, "/base/pod.yaml"), rep.Findings[0].File)
	assert.Equal(t, 12, rep.Findings[0].Line)
}

// However its kind is spelt, a configuration that edits meets resources that
// share nothing: the other Deployment is not edited with the first.
func TestAConfigurationEditsOneResourceAtATime(t *testing.T) {
	deployment := func(name, namespace string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name + "\n  namespace: " + namespace + "\n" +
			"spec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers:\n      - name: app\n        image: example.com/app:1.0\n        env: []\n"
	}
	dir := tree(t, map[string]string{
		"all.yaml": deployment("one", "shop") + "---\n" + deployment("two", "other") + `---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {ports: [{port: 5432}], clusterIP: None}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
data: {u: YQ==, p: Yg==}
---
apiVersion: wealist.io/v1alpha1
kind: "Config\u0050ipeline"
metadata: {name: shop}
spec:
  connections:
    db:
      engine: postgresql
      service: {name: db, namespace: shop}
      database: shop
      credentials: {secret: db, usernameKey: u, passwordKey: p}
      into:
      - workload: {kind: Deployment, name: one}
        variables: {DATABASE_URL: url}
`,
	})
	rep := run(t, check.Options{}, dir)
	require.Empty(t, rep.Unread)
	assert.Empty(t, rulesOf(rep.Findings), "in other there is no Secret")
}

func TestThePlaceIsThatOfTheResourceWithTheLongestName(t *testing.T) {
	second := strings.NewReplacer("name: app\n  namespace", "name: app-two\n  namespace", "db-secret", "other-secret").Replace(pod)
	dir := tree(t, map[string]string{
		"kustomization.yaml": kustomization + "- pods.yaml\nnameSuffix: -v1\nsecretGenerator:\n- {name: db-secret, namespace: shop, literals: [a=b]}\n",
		"pods.yaml":          pod + "---\n" + second,
	})
	rep := run(t, check.Options{}, dir)
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, "app-two-v1", rep.Findings[0].Resource.Name)
	assert.Equal(t, 13+12, rep.Findings[0].Line)
}

func TestPipelinesAreCheckedWithTheirOwnConfiguration(t *testing.T) {
	files := map[string]string{
		"kustomization.yaml": kustomization + "- pod.yaml\ntransformers:\n- config.yaml\n",
		"pod.yaml":           pod,
		"config.yaml": `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: shop
  annotations:
    config.kubernetes.io/function: |
      exec: {path: krm-validate}
spec: {}
`,
	}
	rep := run(t, check.Options{}, tree(t, files))
	require.Empty(t, rep.Unread)
	require.Equal(t, []string{"secret-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, "pod.yaml", filepath.Base(rep.Findings[0].File))
	assert.Equal(t, 12, rep.Findings[0].Line)

	files["config.yaml"] = strings.Replace(files["config.yaml"], "spec: {}", "spec: {validate: {externals: [{kind: Secret, name: db-secret, reason: made by Vault}]}}", 1)
	rep = run(t, check.Options{}, tree(t, files))
	require.Empty(t, rep.Unread)
	assert.Empty(t, rulesOf(rep.Findings))
}

func TestEnvironmentFoldersAreCheckedByTheirPipeline(t *testing.T) {
	dir := tree(t, map[string]string{
		"prod/kustomization.yaml":          kustomization + "- source\n",
		"prod/lock/kustomization.yaml":     "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
		"prod/source/kustomization.yaml":   kustomization + "- pod.yaml\n",
		"prod/source/pod.yaml":             pod,
		"prod/pipeline/kustomization.yaml": kustomization + "- ../source\n",
		"testdata/broken.yaml":             pod,
	})
	want := filepath.Join(dir, "prod", "pipeline")
	for _, path := range []string{filepath.Join(dir, "prod"), dir} {
		trees, err := check.Find([]string{path}, check.FindOptions{})
		require.NoError(t, err)
		require.Len(t, trees, 1)
		assert.Equal(t, want, trees[0].Root, path)
	}
}

func TestOneUnreadableTreeDoesNotHideTheOthers(t *testing.T) {
	dir := tree(t, map[string]string{
		"a/kustomization.yaml": kustomization + "- gone.yaml\n",
		"b/kustomization.yaml": kustomization + "- pod.yaml\n",
		"b/pod.yaml":           pod,
	})
	rep := run(t, check.Options{}, dir)
	require.Len(t, rep.Unread, 1)
	assert.ErrorContains(t, rep.Unread[0], "gone.yaml")
	assert.True(t, rep.Unread[0].Found)
	assert.Equal(t, []string{"build-fails", "secret-not-found"}, rulesOf(rep.Findings))
}

func TestBadInput(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"not YAML":       {"a: [", "stdin:1: not YAML"},
		"second broken":  {"a: b\n---\nc: {\n", "stdin:3"},
		"not UTF-8":      {"a: b\nc: \xff\n", "stdin:2: not UTF-8"},
		"alias bomb":     {bomb(), "aliases expand to more than 1048576 nodes: if that is meant, raise the limit with --limits=aliases=4194304"},
		"cyclic anchor":  {"a: &x\n  b: *x\n", "contains itself"},
		"empty":          {"", "no Kubernetes resource in stdin"},
		"comments only":  {"# nothing\n---\n# here\n", "no Kubernetes resource in stdin"},
		"not a resource": {"replicas: 3\n", "stdin:1: not a Kubernetes resource: it has no kind"},
		"scalars":        {"hello\n---\n[1, 2]\n", "stdin:1: not a Kubernetes resource but text"},
		"wrong types":    {"apiVersion: [1]\nkind: {a: b}\nmetadata: 7\n", "it has no kind"},
		"misspelt field": {"apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: a}\nspec: {valdate: {}}\n", `unknown field "valdate"; did you mean "validate"?`},
	} {
		t.Run(name, func(t *testing.T) {
			rep := run(t, check.Options{Stdin: strings.NewReader(c.text)}, "-")
			require.Len(t, rep.Unread, 1)
			assert.ErrorContains(t, rep.Unread[0], c.want)
		})
	}
	for name, text := range map[string]string{
		"wrong types":     "apiVersion: v1\nkind: Pod\nmetadata: {name: [x], labels: 3}\nspec: {containers: {a: b}, volumes: x}\n",
		"nulls":           "apiVersion: v1\nkind: Service\nmetadata:\nspec:\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ~}\nspec: {template: ~, selector: ~}\n",
		"numbers as text": "apiVersion: v1\nkind: Secret\nmetadata: {name: 12, namespace: 0x1F}\ndata: {a: 1, b: true}\n",
	} {
		t.Run(name, func(t *testing.T) {
			rep := run(t, check.Options{Stdin: strings.NewReader(text)}, "-")
			assert.Empty(t, rep.Unread)
		})
	}
	_, err := check.Find([]string{"no/such/file.yaml"}, check.FindOptions{})
	assert.ErrorContains(t, err, "no such file or directory")
	_, err = check.Find([]string{t.TempDir()}, check.FindOptions{})
	assert.ErrorContains(t, err, "nothing to check")
}

// bomb is the billion laughs in YAML.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		p, n := string(rune('0'+i-1)), string(rune('0'+i))
		b.WriteString("a" + n + ": &a" + n + " [" + strings.Repeat("*a"+p+", ", 9) + "*a" + p + "]\n")
	}
	return b.String()
}

func TestExternals(t *testing.T) {
	rep := run(t, check.Options{Stdin: strings.NewReader(pod)}, "-")
	text, err := check.Externals(rep.Findings)
	require.NoError(t, err)
	assert.Contains(t, string(text), "    - kind: Secret\n      name: db-secret\n      namespace: shop\n      reason: \"\"\n")

	text, err = check.Externals(nil)
	require.NoError(t, err)
	assert.Contains(t, string(text), "nothing is missing")
	assert.Contains(t, string(text), "kind: ConfigPipeline", "what the help says to pass as --config is one")
}

const pipeline = `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata: {name: shop}
spec:
  connections:
    cache:
      engine: redis
      service:
        name: reddis
      into:
      - workload: {name: app}
        variables: {REDIS_URL: url}
  validate:
    externals:
    - {kind: Secret, name: db-*, reason: made by the platform team}
`

const redis = "apiVersion: v1\nkind: Service\nmetadata: {name: redis, namespace: shop}\nspec:\n  ports:\n  - port: 6379\n"

// What is wrong with the configuration is found by running it, and reported
// where it stands.
func TestTheConfigurationIsCheckedAtItsOwnLines(t *testing.T) {
	dir := tree(t, map[string]string{"all.yaml": redis + "---\n" + pipeline + "---\n" + pod})
	all := filepath.Join(dir, "all.yaml")
	before, err := os.ReadFile(all)
	require.NoError(t, err)
	rep := run(t, check.Options{}, all)
	require.Equal(t, []string{"service-not-found"}, rulesOf(rep.Findings))
	f := rep.Findings[0]
	assert.Equal(t, "ConfigPipeline shop", f.Resource.String())
	assert.Equal(t, []string{"redis"}, f.Suggestions)
	assert.Equal(t, all, f.File)
	assert.Equal(t, 16, f.Line)
	assert.Equal(t, 15, f.Column)
	after, err := os.ReadFile(all)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

func TestTheConfigurationOfAKustomizationIsCheckedAtItsOwnLines(t *testing.T) {
	dir := tree(t, map[string]string{
		"kustomization.yaml": kustomization + "- pod.yaml\n- redis.yaml\n",
		"pod.yaml":           pod,
		"redis.yaml":         redis,
		"config.yaml":        pipeline,
	})
	cfg := readConfig(t, filepath.Join(dir, "config.yaml"))
	rep := run(t, check.Options{Config: cfg}, dir)
	require.Equal(t, []string{"service-not-found"}, rulesOf(rep.Findings))
	assert.Equal(t, filepath.Join(dir, "config.yaml"), rep.Findings[0].File)
	assert.Equal(t, 9, rep.Findings[0].Line)
}

// readConfig reads a configuration as --config does.
func readConfig(t *testing.T, file string) *config.ConfigPipeline {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	docs, err := manifest.Read(file, text)
	require.NoError(t, err)
	cfg, err := config.Decode(docs[0].Node)
	require.NoError(t, err)
	cfg.File, cfg.Line = file, docs[0].Line
	return cfg
}

// What has no schema is said, whichever way the tree was read; what has one, or is
// for no cluster, is not.
func TestWithoutSchema(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("kustomization.yaml", "resources: [all.yaml]\n")
	write("all.yaml", `apiVersion: gadgets.example.org/v1
kind: Gadget
metadata: {name: a}
---
apiVersion: gadgets.example.org/v1
kind: Gizmo
metadata: {name: a}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object}
`)
	// A base with a schema of its own is left to kustomize's builder.
	stock := filepath.Join(dir, "stock")
	require.NoError(t, os.MkdirAll(filepath.Join(stock, "base"), 0o700))
	write("stock/kustomization.yaml", "resources: [base]\n")
	write("stock/base/kustomization.yaml", "resources: [all.yaml]\nopenapi: {path: schema.json}\n")
	write("stock/base/schema.json", `{"definitions": {}}`)
	text, err := os.ReadFile(filepath.Join(dir, "all.yaml"))
	require.NoError(t, err)
	write("stock/base/all.yaml", string(text))
	for _, path := range []string{dir, filepath.Join(dir, "all.yaml"), stock} {
		rep := run(t, check.Options{}, path)
		assert.Empty(t, rep.Unread, path)
		assert.Equal(t, map[string]int{"gadgets.example.org": 2}, rep.WithoutSchema, path)
		var text, doc strings.Builder
		r := &report.Report{Findings: rep.Findings, WithoutSchema: rep.WithoutSchema}
		require.NoError(t, report.Text(&text, r))
		assert.Contains(t, text.String(), "\nfields not checked of 2 resources, for want of a CustomResourceDefinition: gadgets.example.org\n")
		require.NoError(t, report.JSON(&doc, r))
		assert.Regexp(t, `"withoutSchema": \{\s+"gadgets.example.org": 2`, doc.String())
	}
}

// What an editor holds is what is read, also for the entries of kustomizations.
func TestEntriesOfAnEditedKustomization(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	write("pod.yaml", strings.Replace(pod, "    envFrom:\n    - secretRef:\n        name: db-secret\n", "", 1))
	file := write("kustomization.yaml", "resources: [pod.yaml]\n")
	write("a.env", "A_HOST=\"a\"\n")
	trees, err := check.Find([]string{dir}, check.FindOptions{})
	require.NoError(t, err)
	rep := check.Run(t.Context(), trees, check.Options{Edited: map[string][]byte{
		file: []byte("resources: [pod.yaml]\n\nimages:\n- name: example.com/ap\n  newTag: v2\n"),
	}})
	require.Empty(t, rep.Unread)
	var at []int
	for _, f := range rep.Findings {
		if f.Rule == "images-entry-unused" {
			at = append(at, f.Line)
		}
	}
	assert.Equal(t, []int{4}, at)
}
