package function_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
)

func stream(t *testing.T, cfg *config.ConfigPipeline, input string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = function.RunStream(t.Context(), cfg, strings.NewReader(input), &out, &errs)
	return code, out.String(), errs.String()
}

func decode(t *testing.T, text string) *config.ConfigPipeline {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &n))
	cfg, err := config.Decode(&n)
	require.NoError(t, err)
	return cfg
}

const (
	streamService = `---
# Source: shop/templates/postgres.yaml
apiVersion: v1   # comments stay
kind: Service
metadata: {name: postgres,   labels: {a:   b}}
spec:
  ports: [{port: 5432}]
  selector: {app: postgres}
`
	streamPods = `---
# Source: shop/templates/postgres.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres}
spec:
  serviceName: postgres
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec: {containers: [{name: postgres, image: "postgres:16"}]}
---
# Source: shop/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {username: shop, password: sentinel-4711}
`
	streamAPI = `---
# Source: shop/templates/api.yaml

apiVersion: apps/v1
kind: Deployment
metadata:
  name: api # behind a value
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        # above an item
        - name: api
          image: example.com/api:1.0
`
	streamConfig = `---
apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata: {name: shop}
spec:
  receipt: true
  normalize: {resources: {enabled: false}}
  connections:
    database:
      engine: postgresql
      service: {name: postgres}
      database: shop
      credentials: {secret: db, usernameKey: username, passwordKey: password}
      into:
      - workload: {kind: Deployment, name: api}
        variables: {DATABASE_URL: url}
`
)

func TestStream(t *testing.T) {
	code, out, errs := stream(t, nil, streamService+streamPods+streamAPI+streamConfig)
	require.Equal(t, function.ExitOK, code, errs)
	before, injected, found := strings.Cut(out, streamAPI)
	require.True(t, found, "what came is there, with its comments:\n%s", out)
	assert.Equal(t, streamService+streamPods, before, "what is not changed keeps its bytes")
	assert.Contains(t, injected, "value: postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres:5432/shop\n")
	assert.NotContains(t, out, "wealist.io", "neither the configuration nor a receipt is for a cluster")

	code, twice, errs := stream(t, decode(t, streamConfig), out)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Equal(t, out, twice)
}

// A configuration that is named counts; the one in the stream still leaves it.
func TestStreamConfigurationThatIsNamed(t *testing.T) {
	cfg := decode(t, strings.Replace(streamConfig, "DATABASE_URL", "NAMED_URL", 1))
	code, out, errs := stream(t, cfg, streamConfig+streamService+streamPods+streamAPI)
	require.Equal(t, function.ExitOK, code, errs)
	assert.Contains(t, out, "NAMED_URL")
	assert.NotContains(t, out, "DATABASE_URL")
	assert.NotContains(t, out, "ConfigPipeline")
}

// The documents of any stream come through, however they are written.
func TestStreamKeepsBytes(t *testing.T) {
	const cm = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: 'b'}"
	doc := func(name string) string { return strings.Replace(cm, "NAME", name, 1) }
	for name, c := range map[string]struct{ in, want string }{
		"no newline at the end": {doc("a"), "---\n" + doc("a") + "\n"},
		"content behind ---":    {"--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n" + doc("b") + "\n", "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n" + doc("b") + "\n"},
		"empty documents":       {"---\n---\n# nothing\n---\n" + doc("a") + "\n---\n", "---\n" + doc("a") + "\n"},
		"JSON":                  {`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`, "---\n" + `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}` + "\n"},
		"an end":                {doc("a") + "\n...\n---\n" + doc("b") + "\n", "---\n" + doc("a") + "\n---\n" + doc("b") + "\n"},
		"a list":                {"apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(doc("a"), "\n", "\n  ") + "\n", "---\napiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(doc("a"), "\n", "\n  ") + "\n"},
		"nothing":               {"", ""},
		"windows":               {strings.ReplaceAll(doc("a")+"\n", "\n", "\r\n"), "---\n" + strings.ReplaceAll(doc("a")+"\n", "\n", "\r\n")},
	} {
		code, out, errs := stream(t, nil, c.in)
		assert.Equal(t, function.ExitOK, code, name+errs)
		assert.Equal(t, c.want, out, name)
	}
}

func TestStreamWritesNothingWhenItFails(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		code     int
	}{
		"an error":          {strings.Replace(streamService+streamPods+streamAPI+streamConfig, "service: {name: postgres}", "service: {name: postgers}", 1), `did you mean "postgres"?`, function.ExitFindings},
		"two":               {streamConfig + streamConfig, "a second ConfigPipeline: the first is in line 2; name the one that counts with --config", function.ExitFailure},
		"a field":           {strings.Replace(streamConfig, "receipt", "receipts", 1), `did you mean "receipt"?`, function.ExitFailure},
		"one in a List":     {"kind: List\napiVersion: v1\nitems:\n- {apiVersion: wealist.io/v1alpha1, kind: ConfigPipeline, metadata: {name: a}}\n", "stdin:4: a ConfigPipeline in a List: make it a document of its own", function.ExitFailure},
		"a ResourceList":    {"kind: ResourceList\nitems: []\n", "call krm-validate without arguments", function.ExitFailure},
		"values":            {"replicas: 3\n", "not a Kubernetes resource", function.ExitFailure},
		"a template's text": {streamService + "---\nfoo {{ .Values.x }\n", "stdin:10: not a Kubernetes resource", function.ExitFailure},
		"not YAML":          {"a: [\n", "not YAML", function.ExitFailure},
	} {
		code, out, errs := stream(t, nil, c.in)
		assert.Equal(t, c.code, code, name)
		assert.Contains(t, errs, c.want, name)
		assert.Empty(t, out, name)
		assert.NotContains(t, errs, "sentinel-4711", name)
	}
}
