package importer_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/importer"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// order is that in which environments are usually named.
var order = []string{"dev", "stage", "prod"}

// inputs writes an archive and returns the environments in it: their folders, or
// their files.
func inputs(t *testing.T, ar *txtar.Archive) []importer.Input {
	t.Helper()
	dir := t.TempDir()
	paths := map[string]string{}
	for _, f := range ar.Files {
		name := filepath.Join(dir, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, f.Data, 0o644))
		top, _, _ := strings.Cut(f.Name, "/")
		paths[strings.TrimSuffix(top, ".yaml")] = filepath.Join(dir, top)
	}
	var all []importer.Input
	for _, env := range order {
		if paths[env] != "" {
			all = append(all, importer.Input{Env: env, Paths: []string{paths[env]}})
		}
	}
	return all
}

func plan(t *testing.T, in []importer.Input, opts importer.Options) (*importer.Plan, []*importer.Environment, error) {
	t.Helper()
	opts.Hidden = &redact.Secrets{}
	envs, err := importer.Read(in, strings.NewReader(""), opts.Hidden)
	if err != nil {
		return nil, nil, err
	}
	p, err := importer.New(envs, opts)
	return p, envs, err
}

// TestLayouts holds layouts to what was read and found good.
func TestLayouts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			require.NoError(t, err)
			opts := importer.Options{Secrets: importer.EnvFiles}
			if strings.Contains(string(ar.Comment), "ExternalSecret") {
				opts.Secrets = importer.ExternalSecrets
			}
			p, envs, err := plan(t, inputs(t, ar), opts)
			require.NoError(t, err)
			golden(t, strings.TrimSuffix(file, ".txtar")+".golden", layout(p, envs))
		})
	}
}

func layout(p *importer.Plan, envs []*importer.Environment) string {
	var out txtar.Archive
	for _, e := range envs {
		for _, what := range slices.Sorted(maps.Keys(e.Cleaned)) {
			out.Comment = fmt.Appendf(out.Comment, "%s: %s (%d)\n", e.Name, what, e.Cleaned[what])
		}
		for _, d := range e.Dropped {
			out.Comment = fmt.Appendf(out.Comment, "%s: left out: %s\n", e.Name, d)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		data := p.Files[name].Content
		if !bytes.HasSuffix(data, []byte("\n")) {
			data = append(bytes.Clone(data), []byte("(no line break)\n")...)
		}
		out.Files = append(out.Files, txtar.File{Name: name, Data: data})
	}
	return string(txtar.Format(&out))
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// rendered is what stock kustomize makes of each overlay of a plan.
func rendered(t *testing.T, p *importer.Plan) map[string]string {
	t.Helper()
	fsys := filesys.MakeFsInMemory()
	for name, f := range p.Files {
		require.NoError(t, fsys.WriteFile("/"+name, f.Content))
	}
	all := map[string]string{}
	for _, e := range p.Environments {
		m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fsys, "/overlays/"+e.Name)
		require.NoError(t, err)
		text, err := m.AsYaml()
		require.NoError(t, err)
		all[e.Name] = string(text)
	}
	return all
}

// TestImportedAgain imports what layouts build to: it is the same once more.
func TestImportedAgain(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		require.NoError(t, err)
		p, _, err := plan(t, inputs(t, ar), importer.Options{Secrets: importer.EnvFiles})
		require.NoError(t, err, file)
		first := rendered(t, p)
		var again txtar.Archive
		for env, text := range first {
			again.Files = append(again.Files, txtar.File{Name: env + ".yaml", Data: []byte(text)})
		}
		p, _, err = plan(t, inputs(t, &again), importer.Options{Secrets: importer.EnvFiles})
		require.NoError(t, err, file)
		for env, text := range rendered(t, p) {
			assert.ElementsMatch(t, strings.Split(first[env], "---\n"), strings.Split(text, "---\n"), "%s: %s", file, env)
		}
	}
}

// TestReport imports the manifests of the field report, and makes dev of them.
func TestReport(t *testing.T) {
	opts := importer.Options{Secrets: importer.EnvFiles, Hidden: &redact.Secrets{}}
	dir := filepath.Join("..", "..", "testdata", "import", "k8s-manifests")
	envs, err := importer.Read([]importer.Input{{Env: "prod", Paths: []string{dir}}}, nil, opts.Hidden)
	require.NoError(t, err)
	dev, err := envs[0].Renamed("dev", 1)
	require.NoError(t, err)
	p, err := importer.New(append(envs, dev), opts)
	require.NoError(t, err)
	random := regexp.MustCompile(`\b[A-Za-z0-9_-]{24}(\s|@)`)
	for name, f := range p.Files {
		if strings.HasPrefix(name, "overlays/dev/") && p.SecretFiles[name] != nil {
			require.Regexp(t, random, string(f.Content))
			f.Content = random.ReplaceAll(f.Content, []byte("(random)$1"))
			p.Files[name] = f
		}
		if strings.HasPrefix(name, "base/") {
			assert.NotContains(t, string(f.Content), "not-a-secret")
			assert.NotContains(t, string(f.Content), "bm90LWEtc2VjcmV0")
		}
	}
	golden(t, filepath.Join("..", "..", "testdata", "import", "k8s-manifests.golden"), layout(p, envs))
}

// TestBadInput says what is wrong, and where.
func TestBadInput(t *testing.T) {
	good := "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
	for name, c := range map[string]struct {
		dev, prod string
		want      []string
	}{
		"nothing shared":     {good, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n", []string{"share no object, not even a kind"}},
		"no common affix":    {good, "apiVersion: v1\nkind: Service\nmetadata: {name: front}\n", []string{"names without a common part", "dev/a.yaml:1: Service web in dev", "prod/a.yaml:1: Service front in prod"}},
		"two of one name":    {good + "---\n" + good, good, []string{"dev/a.yaml:5: Service web is at", "dev/a.yaml:1 too"}},
		"no YAML":            {good, "apiVersion: v1\nkind: [Service\n", []string{"prod/a.yaml:", "not YAML"}},
		"a template":         {"apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n", good, []string{"dev/a.yaml:4: this is a template"}},
		"a quoted template":  {"apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: \"{{ .Release.Namespace }}\"\n", good, []string{"dev/a.yaml:5: this is a template"}},
		"a block template":   {"{{- if .Values.x }}\n" + good + "{{- end }}\n", good, []string{"dev/a.yaml:1: this is a template"}},
		"a key twice":        {good + "spec: {a: 1, a: 2}\n", good, []string{"dev/a.yaml:4: the key a is there twice"}},
		"no name":            {"apiVersion: v1\nkind: Service\nmetadata: {generateName: web-}\n", good, []string{"dev/a.yaml:1: Service has no metadata.name"}},
		"no apiVersion":      {"kind: Service\nmetadata: {name: web}\n", good, []string{"dev/a.yaml:1: Service has no apiVersion"}},
		"nothing at all":     {"# empty\n", good, []string{"dev: no Kubernetes objects in"}},
		"data that is clear": {good + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: Y2xlYXI=\n  b: clear!\n", good, []string{"dev/a.yaml:10: Secret s: data.b is not base64"}},
	} {
		t.Run(name, func(t *testing.T) {
			ar := &txtar.Archive{Files: []txtar.File{{Name: "dev/a.yaml", Data: []byte(c.dev)}, {Name: "prod/a.yaml", Data: []byte(c.prod)}}}
			_, _, err := plan(t, inputs(t, ar), importer.Options{Secrets: importer.EnvFiles})
			require.Error(t, err)
			for _, want := range c.want {
				assert.Contains(t, filepath.ToSlash(err.Error()), want)
			}
		})
	}
}

// TestByName takes environments from the names of files and folders.
func TestByName(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"app-dev.yaml":    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n",
		"app-prod.yaml":   "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}\n",
		"common.yaml":     "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n",
		"prod/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	p, _, err := plan(t, []importer.Input{{Env: "dev", Paths: []string{dir}}, {Env: "prod", Paths: []string{dir}}}, importer.Options{Secrets: importer.EnvFiles})
	require.NoError(t, err)
	built := rendered(t, p)
	assert.Contains(t, built["dev"], "type: NodePort")
	assert.NotContains(t, built["dev"], "extra")
	assert.Contains(t, built["dev"], "kind: ServiceAccount")
	assert.Contains(t, built["prod"], "type: LoadBalancer")
	assert.Contains(t, built["prod"], "extra")

	_, _, err = plan(t, []importer.Input{{Env: "dev", Paths: []string{dir}}, {Env: "qa", Paths: []string{dir}}}, importer.Options{Secrets: importer.EnvFiles})
	assert.ErrorContains(t, err, `no file or folder has "qa" in its name`)
}

// TestSecretsElsewhere: where a value of a Secret stands outside of Secrets, it is in
// files of secrets only, and a further environment has its own there.
func TestSecretsElsewhere(t *testing.T) {
	text := `apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {PASSWORD: Old-Pass-1, USER: shop_admin_1, MODE: standalone, TOKEN: web-prod-1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web-prod-1}
data: {init.sql: "ALTER USER shop_admin_1 PASSWORD 'Old-Pass-1';\n", motto: Old-Pass-1, mode: standalone}
---
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {note: see Old-Pass-1}}
spec:
  containers:
  - {name: web, image: web, args: [--with, Old-Pass-1, --as, shop_admin_1], env: [{name: A, value: Old-Pass-1}, {name: CONFIG, value: web-prod-1}]}
`
	dir := t.TempDir()
	for _, env := range []string{"dev", "prod"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, env+".yaml"), []byte(text), 0o644))
	}
	in := []importer.Input{{Env: "prod", Paths: []string{filepath.Join(dir, "prod.yaml")}}}
	one, err := importer.Read(in, nil, nil)
	require.NoError(t, err)
	dev, err := one[0].Renamed("dev", 1)
	require.NoError(t, err)
	made, err := importer.New(append(one, dev), importer.Options{Secrets: importer.EnvFiles})
	require.NoError(t, err)
	copied, _, err := plan(t, append(in, importer.Input{Env: "dev", Paths: []string{filepath.Join(dir, "dev.yaml")}}), importer.Options{Secrets: importer.EnvFiles})
	require.NoError(t, err)
	for _, p := range []*importer.Plan{made, copied} {
		base := ""
		for name, f := range p.Files {
			if p.SecretFiles[name] == nil {
				assert.NotContains(t, string(f.Content), "Old-Pass-1", name)
				base += string(f.Content)
			}
			if p == made && strings.HasPrefix(name, "overlays/dev/") {
				assert.NotContains(t, string(f.Content), "Old-Pass-1", name)
			}
		}
		for _, open := range []string{"mode=standalone", "shop_admin_1", "web-prod-1"} {
			if p == copied || open != "web-prod-1" { // dev has its own name
				assert.Contains(t, strings.ReplaceAll(base, "mode: standalone", "mode=standalone"), open)
			}
		}
	}
	built := rendered(t, made)["dev"]
	fresh := regexp.MustCompile(`motto: (\S+)`).FindStringSubmatch(built)
	require.NotNil(t, fresh)
	assert.Contains(t, built, "PASSWORD '"+fresh[1]+"'")
	assert.Contains(t, built, "note: see "+fresh[1])
}
