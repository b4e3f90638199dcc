package function_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
)

func run(input string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = function.Run(context.Background(), strings.NewReader(input), &out, &errs)
	return code, out.String(), errs.String()
}

const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"

const items = `- apiVersion: v1   # comments stay
  kind: Service
  metadata: {name: postgres-service, namespace: data,   labels: {a:   b}}
  spec:
    clusterIP: None
    ports:
      - {port: 5432, name: postgresql}
- apiVersion: v1
  kind: Secret
  metadata: {name: db-secret, namespace: shop}
  stringData:
    POSTGRES_USER: shop
    POSTGRES_PASSWORD: sentinel-4711
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: api
    namespace: shop
  spec:
    selector: {matchLabels: {app: api}}
    template:
      metadata: {labels: {app: api}}
      spec:
        containers:
        - name: api
          image: example.com/api:1.0
          resources: {limits: {memory: 1Gi}, requests: {memory: 1Gi}}
`

const pipeline = `functionConfig:
  apiVersion: wealist.io/v1alpha1
  kind: ConfigPipeline
  metadata: {name: shop}
  spec:
    receipt: true
    connections:
      database:
        engine: postgresql
        service: {name: postgres-service}
        database: shop
        credentials: {secret: db-secret, usernameKey: POSTGRES_USER, passwordKey: POSTGRES_PASSWORD}
        into:
        - workload: {kind: Deployment, name: api}
          variables: {DATABASE_URL: url}
`

func TestRunInjects(t *testing.T) {
	code, out, errs := run(head + items + pipeline)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Contains(t, out, "value: postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres-service.data.svc.cluster.local:5432/shop\n")
	assert.Contains(t, out, "- apiVersion: wealist.io/v1alpha1\n  kind: FunctionRan\n  metadata:\n    name: shop\n")
	// What is not changed is not touched: comments, order, spacing.
	service, _, _ := strings.Cut(items, "- apiVersion: v1\n  kind: Secret")
	assert.Contains(t, out, service)
	assert.True(t, strings.HasSuffix(out, pipeline), "the configuration comes back as it was")
}

func TestRunTwiceChangesNothing(t *testing.T) {
	_, once, _ := run(head + items + pipeline)
	code, twice, errs := run(once)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Equal(t, once, twice)
}

func TestRunReportsInResults(t *testing.T) {
	broken := strings.Replace(pipeline, "name: postgres-service}", "name: postgress-service}", 1)
	code, out, errs := run(head + items + broken)
	assert.Equal(t, function.ExitFindings, code)
	assert.Contains(t, errs, `did you mean "postgres-service"?`)

	var list struct {
		Results []struct {
			Message, Severity string
			ResourceRef       struct{ Kind, Name string }
			Field             struct{ Path string }
			Tags              map[string]string
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(out), &list))
	require.NotEmpty(t, list.Results)
	r := list.Results[0]
	assert.Equal(t, "error", r.Severity)
	assert.Equal(t, "service-not-found", r.Tags["rule"])
	assert.Contains(t, r.Message, "postgress-service")
	assert.Equal(t, "spec.connections.database.service.name", r.Field.Path)

	// A later run without the mistake takes the results away again.
	code, out, _ = run(strings.Replace(out, "name: postgress-service}", "name: postgres-service}", 1))
	assert.Equal(t, function.ExitOK, code)
	assert.NotContains(t, out, "results:")
}

// The function specification has file, index and field for who shows results:
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
func TestResultsSayWhichFile(t *testing.T) {
	for annotations, want := range map[string]string{
		`{config.kubernetes.io/path: a/web.yaml, config.kubernetes.io/index: '2'}`:                                                  "    path: a/web.yaml\n    index: 2\n",
		`{internal.config.kubernetes.io/path: b.yaml, internal.config.kubernetes.io/index: '0', config.kubernetes.io/path: a.yaml}`: "    path: b.yaml\n    index: 0\n",
		`{config.kubernetes.io/path: a.yaml, config.kubernetes.io/index: x}`:                                                        "  file:\n    path: a.yaml\n  tags:",
		`{config.kubernetes.io/origin: "path: ../base/web.yaml\n"}`:                                                                 "  file:\n    path: ../base/web.yaml\n  tags:",
		`{a: b}`: "",
	} {
		_, out, _ := run("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web, annotations: " + annotations + "}\n  spec: {containers: [{name: web, image: example.com/web:1, envFrom: [{secretRef: {name: gone}}]}]}\n")
		_, results, _ := strings.Cut(out, "\nresults:\n")
		assert.Contains(t, results, "  field:\n    path: spec.containers[0].envFrom[0].secretRef.name\n", annotations)
		if want == "" {
			assert.NotContains(t, results, "file:", annotations)
		} else {
			assert.Contains(t, results, want, annotations)
		}
	}
}

func TestRunWithoutConfigurationValidates(t *testing.T) {
	code, out, _ := run(head + items)
	assert.Equal(t, function.ExitOK, code)
	assert.Equal(t, head+items, out)
}

func TestRunTakesJSON(t *testing.T) {
	code, out, errs := run(`{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"b":"true"}}]}`)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Contains(t, out, `"true"`, "a string stays a string")
}

func TestRunRefusesBadInput(t *testing.T) {
	for name, c := range map[string]struct{ input, want string }{
		"empty":            {"", "stdin is empty: expected a ResourceList"},
		"not YAML":         {"items: [", "not YAML"},
		"plain resources":  {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "krm-validate check -"},
		"items no list":    {"kind: ResourceList\nitems: {a: b}\n", "stdin:2: items of the ResourceList: expected a list"},
		"item no mapping":  {"kind: ResourceList\nitems:\n- a\n", "stdin:3: items[0] of the ResourceList: expected a resource"},
		"items twice":      {"kind: ResourceList\nitems: []\nitems: []\n", "stdin:3: a second field items of the ResourceList"},
		"config twice":     {head + items + pipeline + "functionConfig: {}\n", "a second field functionConfig of the ResourceList"},
		"two lists":        {head + items + "---\n" + head + items, "expected one ResourceList, got 2 document(s)"},
		"list after ...":   {head + items + "...\n" + head + items, "expected one ResourceList, got 2 document(s)"},
		"trailing garbage": {"{kind: ResourceList, items: []}\n}\n", "belongs to no document"},
		"null in a list":   {head + "- {kind: List, items: [null]}\n", "items[0]: line 4: items[0]: expected a resource"},
		"binary":           {"a\x00b", "not UTF-8 text"},
		"other config":     {head + "- {apiVersion: v1, kind: Pod, metadata: {name: a}}\nfunctionConfig: {apiVersion: v1, kind: ConfigMap}\n", "expected apiVersion wealist.io/v1alpha1 and kind ConfigPipeline"},
		"misspelt field":   {head + items + strings.Replace(pipeline, "connections:", "conections:", 1), `unknown field "conections"; did you mean "connections"?`},
		"wrong type":       {head + items + strings.Replace(pipeline, "receipt: true", "receipt: maybe", 1), "receipt"},
		"no reason":        {head + items + pipeline + "    validate: {externals: [{kind: Secret, name: x}]}\n", "a reason is required"},
		"unknown severity": {head + items + pipeline + "    validate: {rules: {secret-not-found: fatal}}\n", `severity "fatal": expected one of off, note, warning, error`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := run(c.input)
			assert.Equal(t, function.ExitFailure, code)
			assert.Empty(t, out, "nothing is written")
			assert.Contains(t, errs, c.want)
			assert.NotContains(t, errs, "sentinel-4711")
		})
	}
}

// TestNoSecretIsShown breaks the pipeline in many ways and looks for the
// password in everything that people get to read.
func TestNoSecretIsShown(t *testing.T) {
	whole := head + items + pipeline
	for _, cut := range []string{"POSTGRES_PASSWORD: ", "db-secret", "postgres-service", "shop", "api", "5432", "url"} {
		for n := range strings.Count(whole, cut) {
			broken := replaceNth(whole, cut, cut+"x", n)
			_, out, errs := run(broken)
			assert.NotContains(t, errs, "sentinel-4711", "%s %d", cut, n)
			if i := strings.Index(out, "results:"); i >= 0 {
				assert.NotContains(t, out[i:], "sentinel-4711", "%s %d", cut, n)
			}
		}
	}
}

func replaceNth(s, old, with string, n int) string {
	at := 0
	for ; n > 0; n-- {
		at += strings.Index(s[at:], old) + len(old)
	}
	i := at + strings.Index(s[at:], old)
	return s[:i] + with + s[i+len(old):]
}

// FuzzRun feeds the function whatever comes: it must neither panic nor hang,
// and its output must be a fixed point.
func FuzzRun(f *testing.F) {
	f.Add(head + items + pipeline)
	f.Add(head + "- {a: &x [*x]}\n")
	f.Add("kind: ResourceList\nitems:\n- kind: Service\n  spec: {ports: {a: b}, selector: [1]}\n")
	for _, dir := range []string{"rules", "connection", "normalize"} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "fn", dir, "testdata", "*", "bad.yaml"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil {
				f.Add(asList(string(text)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, input string) {
		code, out, _ := run(input)
		if code == function.ExitFailure {
			return
		}
		code, again, errs := run(out)
		if code == function.ExitFailure {
			t.Fatalf("its own output is refused: %s\n%s", errs, out)
		}
		if again != out {
			t.Fatalf("a second run changes the first's output\n%s\n---\n%s", out, again)
		}
	})
}

// asList makes a ResourceList of a stream of documents.
func asList(stream string) string {
	var b strings.Builder
	b.WriteString(head)
	for _, doc := range strings.Split(stream, "---\n") {
		lead := "- "
		for line := range strings.Lines(doc) {
			b.WriteString(lead + line)
			lead = "  "
		}
	}
	return b.String()
}

// TestRunReadsListsAmongTheItems: kustomize unwraps lists before a function sees
// them, other orchestrators do not.
func TestRunReadsListsAmongTheItems(t *testing.T) {
	const list = `- apiVersion: v1   # a file of its own
  kind: List
  items:
  - apiVersion: v1
    kind: DeploymentList
    items: []
  - apiVersion: apps/v1
    kind: DeploymentList
    items:
    - metadata: {name: api, namespace: shop}
      spec:
        selector: {matchLabels: {app: api}}
        template:
          metadata: {labels: {app: api}}
          spec:
            containers: [{name: api, image: 'example.com/api:1.0', envFrom: [{secretRef: {name: db-secrt}}]}]
`
	service, _, _ := strings.Cut(items, "- apiVersion: apps/v1")
	code, out, errs := run(head + service + list)
	assert.Equal(t, function.ExitFindings, code)
	assert.Contains(t, errs, `did you mean "db-secret"?`)
	assert.True(t, strings.HasPrefix(out, head+service+list), "what is not changed is not touched")

	code, out, errs = run(head + service + strings.Replace(list, "db-secrt", "db-secret", 1) + pipeline)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Contains(t, out, "postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres-service.data.svc.cluster.local:5432/shop")
	code, again, errs := run(out)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Equal(t, out, again)
}

// TestReceiptsAreForBuilds: who writes items to files would keep the receipt as
// one.
func TestReceiptsAreForBuilds(t *testing.T) {
	annotated := func(annotations string) string {
		return strings.Replace(items, "{name: db-secret, namespace: shop}", "{name: db-secret, namespace: shop, annotations: {"+annotations+"}}", 1)
	}
	for annotations, want := range map[string]bool{
		"":                                  true,
		"kustomize.config.k8s.io/id: '1'":   true,
		"config.kubernetes.io/path: a.yaml": false,
		"internal.config.kubernetes.io/path: a.yaml, internal.config.kubernetes.io/index: '0'": false,
		"config.kubernetes.io/path: a.yaml, kustomize.config.k8s.io/id: '1'":                   true,
	} {
		_, out, errs := run(head + annotated(annotations) + pipeline)
		assert.Empty(t, errs)
		assert.Equal(t, want, strings.Contains(out, function.ReceiptKind), annotations)
	}
}

// Fields that were written are those of items, also behind an item that is a list
// of several; what stands in a list is at no field of an item.
func TestWroteIsAboutItems(t *testing.T) {
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s}\nspec: {template: {spec: {containers: [{name: app, image: shop:1}]}}}\n"
	node := func(text string) *yaml.Node {
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
		return doc.Content[0]
	}
	inList := func(name string) string {
		return "- " + strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf(deployment, name)), "\n", "\n  ") + "\n"
	}
	items := []*yaml.Node{
		node("apiVersion: v1\nkind: List\nitems:\n" + inList("a") + inList("b")),
		node(fmt.Sprintf(deployment, "c")),
		node(fmt.Sprintf(deployment, "twice")),
		node(fmt.Sprintf(deployment, "twice")),
	}
	config := node("apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: x}\nspec: {normalize: {images: {pullPolicy: Always}}}\n")
	out, report := function.RunNodes(items, config)
	require.Empty(t, report.Failure)
	wrote := map[int]int{}
	out.Wrote(func(item int, _, _ string) { wrote[item]++ })
	require.Positive(t, wrote[1])
	delete(wrote, 1)
	require.Empty(t, wrote)
}

// Comments that arrive silence what they are about, and leave as they came.
func TestCommentsSilence(t *testing.T) {
	const list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec:\n" +
		"    containers:\n    - name: web\n      image: example.com/web:1\n      imagePullPolcy: Never # krm-validate:ignore unknown-field: on a key\n      envFrom:\n" +
		"      # krm-validate:ignore secret-not-found: above it\n      - secretRef: {name: db}\n      - configMapRef:\n          name: web # WHAT\n"
	var out, errs strings.Builder
	assert.Equal(t, function.ExitFindings, function.Run(t.Context(), strings.NewReader(list), &out, &errs))
	assert.Contains(t, errs.String(), "1 error\n")
	assert.Contains(t, errs.String(), "configmap-not-found")
	out.Reset()
	silent := strings.Replace(list, "WHAT", "krm-validate:ignore configmap-not-found: behind it", 1)
	assert.Equal(t, function.ExitOK, function.Run(t.Context(), strings.NewReader(silent), &out, &errs))
	assert.Equal(t, silent, out.String())
}
