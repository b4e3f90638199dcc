package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

func TestBlameOutput(t *testing.T) {
	in := filepath.Join(repo, "testdata", "blame")
	t.Chdir(in)
	outputs := map[string]string{}
	for file, args := range map[string][]string{
		"blame/prod.txt":   {"blame", "prod"},
		"blame/prod.json":  {"blame", "-o", "json", "prod"},
		"blame/image.txt":  {"blame", "prod", "deploy/shop", "spec.template.spec.containers[shop].image"},
		"blame/secret.txt": {"blame", "prod", "secrets", "data"},
	} {
		code, text, stderr := run(t, args...)
		assert.Equal(t, ExitOK, code, stderr)
		assert.Empty(t, stderr)
		assert.NotContains(t, text, "\x1b", "no colours into a pipe")
		assert.NotContains(t, text, "of-the-test-alone")
		assert.NotContains(t, text, "b2YtdGhlLXRlc3QtYWxvbmU")
		outputs[file] = text
	}
	t.Chdir(filepath.Join("..", "..", "internal", "cli"))
	for file, text := range outputs {
		golden(t, file, text)
	}
}

func TestBlameJSONIsOneObjectForEachScalar(t *testing.T) {
	t.Chdir(filepath.Join(repo, "testdata", "blame"))
	_, text, _ := run(t, "blame", "-o", "json", "prod", "svc", "spec.ports[0].port")
	type step struct {
		File, Via    string
		Line, Column int
		Value        *string
	}
	var values []struct {
		step
		Resource struct{ APIVersion, Kind, Namespace, Name string }
		Field    string
		History  []step
	}
	require.NoError(t, json.Unmarshal([]byte(text), &values))
	require.Len(t, values, 1)
	v := values[0]
	was, is := "80", "8080"
	assert.Equal(t, step{"prod/kustomization.yaml", "jsonPatch", 23, 14, &is}, v.step)
	assert.Equal(t, []step{{"base/shop.yaml", "resource", 34, 11, &was}, v.step}, v.History)
	assert.Equal(t, "spec.ports[0].port", v.Field)
	assert.Equal(t, "shop-prod", v.Resource.Namespace)
}

func TestBlameSaysWhatThereIs(t *testing.T) {
	dir := filepath.Join(repo, "testdata", "blame", "prod")
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a kind", []string{dir, "servce"}, `there is no resource of kind "servce" in this build; did you mean "Service"?`},
		{"a name", []string{dir, "deploy/shpo"}, `there is no deploy "shpo" in this build; there are prod-shop`},
		{"a field", []string{dir, "svc/shop", "spec.prots"}, `there is no field "spec.prots"`},
		{"a namespace", []string{dir, "-n", "prod"}, `there is no resource in namespace "prod"`},
		{"a directory", []string{"gone"}, "gone: no such directory"},
		{"no directory", nil, "accepts between 1 and 3 arg(s)"},
		{"an output", []string{dir, "-o", "yaml"}, "--output=yaml: expected text or json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t, append([]string{"blame"}, c.args...)...)
			assert.Equal(t, ExitFailure, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
}

// TestBlameDocs compares the guide with what is printed.
func TestBlameDocs(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(repo, "docs", "blame.md"))
	require.NoError(t, err)
	quotes := regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	require.Len(t, quotes, 2)
	for _, q := range quotes {
		text, err := os.ReadFile(filepath.Join(repo, filepath.FromSlash(q[1])))
		require.NoError(t, err)
		assert.Contains(t, string(text), q[2], q[1])
	}
	for _, via := range provenance.Vias() {
		assert.Contains(t, string(guide), "`"+string(via)+"`")
	}
}
