package kbuild

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// repository makes a git repository of files, and returns its directory.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(onDisk(t, map[string]string{"x": ""}), "far.git")
	for name, text := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	runGit(t, dir, "init", "-q", "-b", "main")
	commit(t, dir)
	runGit(t, dir, "tag", "v1")
	return dir
}

func runGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func commit(t *testing.T, dir string) {
	t.Helper()
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-q", "-m", "x")
}

// farFiles are those of a repository with bases and a component.
var farFiles = map[string]string{
	"base/kustomization.yaml":      "resources: [d.yaml, ../more]\nlabels: [{pairs: {far: base}}]\nconfigMapGenerator:\n- {name: g, literals: [a=far], files: [t.txt]}\npatches: [path: p.yaml]\n",
	"base/d.yaml":                  traceDeployment,
	"base/p.yaml":                  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {paused: true}\n",
	"base/t.txt":                   "text\n",
	"more/kustomization.yaml":      "resources: [c.yaml]\nnameSuffix: -more\n",
	"more/c.yaml":                  traceConfigMap,
	"component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: com-\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: replace, path: /spec/replicas, value: 4}\n",
	"plugin/kustomization.yaml":    "resources: [t.yaml]\n",
	"plugin/t.yaml":                "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: plugged-\nfieldSpecs: [{path: metadata/name}]\n",
	"cycle/kustomization.yaml":     "resources: [../base/../cycle]\n",
	"outside/kustomization.yaml":   "resources: [../../../x]\n",
	"escape/kustomization.yaml":    "resources: [../base/d.yaml]\n",
	"gone/kustomization.yaml":      "resources: [gone.yaml]\n",
}

// Remote bases are built as kustomize builds them, and asked for once.
func TestRemoteBases(t *testing.T) {
	far := repository(t, farFiles)
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/c.yaml":
			fmt.Fprint(w, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: served}\ndata:\n  k: v\n")
		case "/p.yaml":
			fmt.Fprint(w, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 9\n")
		case "/k.env":
			fmt.Fprint(w, "served=yes\n")
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	base := "file://" + far + "//base?ref=v1"
	for name, c := range map[string]struct {
		files map[string]string
		want  map[string]string
	}{
		"a base": {
			map[string]string{"kustomization.yaml": "resources:\n- " + base + "\nnamespace: net\n"},
			map[string]string{
				"Deployment/shop spec.replicas":       "FAR//base/d.yaml?ref=v1:6:13 resource",
				"Deployment/shop spec.paused":         "FAR//base/p.yaml?ref=v1:4:16 strategicMergePatch",
				"Deployment/shop metadata.labels.far": "FAR//base/kustomization.yaml?ref=v1:2:24 labels",
				"Deployment/shop metadata.namespace":  "kustomization.yaml:3:12 namespace",
				"ConfigMap/c-more data.k":             "FAR//more/c.yaml?ref=v1:6:6 resource",
				"ConfigMap/c-more metadata.name":      "FAR//more/kustomization.yaml?ref=v1:2:13 nameSuffix",
			},
		},
		"a base of a base, with its origins": {
			map[string]string{
				"kustomization.yaml":   "resources: [b]\nbuildMetadata: [originAnnotations, transformerAnnotations]\npatches: [{path: p.yaml}]\n",
				"p.yaml":               "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: 3}\n",
				"b/kustomization.yaml": "resources: ['" + base + "']\nnamePrefix: b-\n",
			},
			map[string]string{
				"Deployment/b-shop spec.replicas":                           "p.yaml:4:18 strategicMergePatch",
				"Deployment/b-shop spec.template.spec.containers[0].name":   "FAR//base/d.yaml?ref=v1:10:15 resource",
				"Deployment/b-shop spec.template.spec.containers[0].image":  "FAR//base/d.yaml?ref=v1:11:16 resource",
				"Deployment/b-shop metadata.labels.far":                     "FAR//base/kustomization.yaml?ref=v1:2:24 labels",
				"ConfigMap/b-c-more metadata.name":                          "b/kustomization.yaml:2:13 namePrefix",
				"Deployment/b-shop spec.template.spec.containers[0].env[0]": "",
			},
		},
		"a component": {
			map[string]string{"kustomization.yaml": "resources: [d.yaml]\ncomponents: ['file://" + far + "//component']\n", "d.yaml": traceDeployment},
			map[string]string{
				"Deployment/com-shop spec.replicas": "FAR//component/kustomization.yaml:7:50 jsonPatch",
				"Deployment/com-shop metadata.name": "FAR//component/kustomization.yaml:3:13 namePrefix",
			},
		},
		"a transformer": {
			map[string]string{"kustomization.yaml": "resources: [d.yaml]\ntransformers: ['file://" + far + "//plugin']\n", "d.yaml": traceDeployment},
			map[string]string{"Deployment/plugged-shop metadata.name": "FAR//plugin/t.yaml:4:9 namePrefix"},
		},
		"a file that a server has": {
			map[string]string{"kustomization.yaml": "resources: ['" + server.URL + "/c.yaml?token=secret']\n"},
			map[string]string{"ConfigMap/served data.k": "SERVER/c.yaml:5:6 resource"},
		},
		"a patch and an env file that a server has": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: '" + server.URL + "/p.yaml']\nconfigMapGenerator: [{name: g, envs: ['" + server.URL + "/k.env'], options: {disableNameSuffixHash: true}}]\n",
				"d.yaml":             traceDeployment,
			},
			map[string]string{"Deployment/shop spec.replicas": "SERVER/p.yaml:5:13 strategicMergePatch", "ConfigMap/g data.served": "SERVER/k.env:1:8 envFile"},
		},
		"twice": {
			map[string]string{"kustomization.yaml": "resources: [a, b]\n", "a/kustomization.yaml": "resources: ['" + base + "']\nnamePrefix: a-\n", "b/kustomization.yaml": "resources: ['" + base + "']\nnamePrefix: b-\n"},
			map[string]string{"Deployment/a-shop spec.replicas": "FAR//base/d.yaml?ref=v1:6:13 resource", "Deployment/b-shop spec.replicas": "FAR//base/d.yaml?ref=v1:6:13 resource"},
		},
		"a cycle":                {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//cycle']\n"}, nil},
		"outside of it":          {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//outside']\n"}, nil},
		"a file outside":         {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//escape']\n"}, nil},
		"a directory not there":  {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//nothing']\n"}, nil},
		"a file not there":       {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//gone']\n"}, nil},
		"a ref that is not":      {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//base?ref=v2']\n"}, nil},
		"a repository not there": {map[string]string{"kustomization.yaml": "resources: ['file://" + far + "x//base']\n"}, nil},
		"an answer not there":    {map[string]string{"kustomization.yaml": "resources: ['" + server.URL + "/none.yaml']\n"}, nil},
		"a file under components": {
			map[string]string{"kustomization.yaml": "components: ['" + server.URL + "/c.yaml']\n"}, nil,
		},
		"a base under components": {map[string]string{"kustomization.yaml": "components: ['" + base + "']\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := onDisk(t, c.files)
			declined, failed := sameAsKustomize(t, filesys.MakeFsOnDisk(), dir)
			require.NoError(t, declined)
			if c.want == nil {
				require.Error(t, failed)
				return
			}
			require.NoError(t, failed)

			before := asked.Load()
			files := NewSnapshot(filesys.MakeFsOnDisk())
			plain, err := Build(files, dir, Options{})
			require.NoError(t, err)
			once := asked.Load()
			away := far + ".away"
			require.NoError(t, os.Rename(far, away)) // it is not asked again
			defer func() { require.NoError(t, os.Rename(away, far)) }()
			var trace provenance.Trace
			traced, err := Build(files, dir, Options{Trace: &trace})
			require.NoError(t, err)
			assert.Equal(t, once, asked.Load())
			assert.LessOrEqual(t, once-before, int32(2))
			require.NoError(t, files.Unchanged())
			text, err := plain.Resources.AsYaml()
			require.NoError(t, err)
			again, err := traced.Resources.AsYaml()
			require.NoError(t, err)
			assert.Equal(t, string(text), string(again))

			got := map[string]string{}
			cwd, err := os.Getwd()
			require.NoError(t, err)
			for _, r := range traced.Resources.Resources() {
				for field, n := range provenance.Scalars(r.YNode()) {
					p := trace.Record(trace.Of(n))
					if !p.Known() {
						continue // a generator's kind is written nowhere
					}
					shown := p.File
					if rel, err := filepath.Rel(dir, filepath.Join(cwd, p.File)); err == nil && filepath.IsLocal(rel) {
						shown = rel
					} else {
						far, ok := files.Remote(p.File)
						assert.True(t, ok, p.File)
						assert.NotEmpty(t, far)
						if entry := trace.Fetched[p.File]; !strings.Contains(name, "server has") || entry.Known() {
							assert.Equal(t, "kustomization.yaml", filepath.Base(entry.File), p.File)
						}
					}
					shown = strings.NewReplacer("file://"+far, "FAR", server.URL, "SERVER").Replace(shown)
					assert.NotContains(t, shown, "secret")
					name, _, _ := strings.Cut(r.GetName(), "-g-")
					got[r.GetKind()+"/"+name+" "+field] = fmt.Sprintf("%s:%d:%d %s", shown, p.Line, p.Column, p.Via)
				}
			}
			for field, want := range c.want {
				assert.Equal(t, want, got[field], field)
			}
			for _, c := range files.remotes.clones {
				assert.NoDirExists(t, c.repo.String())
			}
		})
	}
}

// The text at a place in a remote base decides the value.
func TestRemotePlacesAreExact(t *testing.T) {
	far := repository(t, farFiles)
	dir := onDisk(t, map[string]string{"kustomization.yaml": "resources: ['file://" + far + "//base']\nnamespace: net\n"})
	var trace provenance.Trace
	traced, err := Build(filesys.MakeFsOnDisk(), dir, Options{Trace: &trace})
	require.NoError(t, err)
	judged := 0
	for i, r := range traced.Resources.Resources() {
		for field, n := range provenance.Scalars(r.YNode()) {
			p := trace.Record(trace.Of(n))
			name, ok := strings.CutPrefix(p.File, "file://"+far+"//")
			if !ok || len(n.Value) != 1 || strings.HasPrefix(p.File, "file://"+far+"//base/kustomization.yaml") {
				continue
			}
			lines := strings.Split(farFiles[name], "\n")
			line := lines[p.Line-1]
			require.Equal(t, n.Value, line[p.Column-1:p.Column], field)
			lines[p.Line-1] = line[:p.Column-1] + "7" + line[p.Column:]
			require.NoError(t, os.WriteFile(filepath.Join(far, name), []byte(strings.Join(lines, "\n")), 0o644))
			commit(t, far)
			m, err := stockWay(newBuilder(filesys.MakeFsOnDisk(), Options{}), dir)
			require.NoError(t, err, field)
			for after, n := range provenance.Scalars(m.Resources()[i].YNode()) {
				if after == field {
					assert.Equal(t, "7", n.Value, field)
					judged++
				}
			}
			require.NoError(t, os.WriteFile(filepath.Join(far, name), []byte(farFiles[name]), 0o644))
			commit(t, far)
		}
	}
	assert.Positive(t, judged)
	t.Logf("%d judged", judged)
}

// What is wrong in a remote base is found in it, and no path of this machine is
// named.
func TestFailuresInRemoteBases(t *testing.T) {
	far := repository(t, map[string]string{
		"gone/kustomization.yaml":   "resources:\n- gone.yaml\n",
		"broken/kustomization.yaml": "resources: [b.yaml]\n", "broken/b.yaml": "a: b\n c: d\n",
		"patch/kustomization.yaml": "resources: [c.yaml]\npatches:\n- path: p.yaml\n", "patch/c.yaml": traceConfigMap,
		"patch/p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: none}\n",
	})
	for dir, want := range map[string]string{
		"gone":   "gone/kustomization.yaml?ref=v1:2:3 there is no file or directory gone.yaml",
		"broken": "broken/b.yaml?ref=v1:2:2 not YAML: mapping values are not allowed in this context",
		"patch":  "patch/p.yaml?ref=v1:3:18 no resource matches the patch of ConfigMap none",
	} {
		t.Run(dir, func(t *testing.T) {
			top := onDisk(t, map[string]string{"kustomization.yaml": "resources: [b]\n", "b/kustomization.yaml": "resources: ['file://" + far + "//" + dir + "?ref=v1']\n"})
			_, err := Build(filesys.MakeFsOnDisk(), top, Options{})
			var f *Failure
			require.ErrorAs(t, err, &f)
			assert.Equal(t, "file://"+far+"//"+want, fmt.Sprintf("%s:%d:%d %s", f.File, f.Line, f.Column, f.What))
			_, err = Build(filesys.MakeFsOnDisk(), "file://"+far+"//"+dir+"?ref=v1", Options{})
			require.ErrorAs(t, err, &f)
			assert.Equal(t, "file://"+far+"//"+want, fmt.Sprintf("%s:%d:%d %s", f.File, f.Line, f.Column, f.What))
		})
	}
}

// What is shown of an address holds no secret.
func TestShownAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/org/repo//base?ref=v1&timeout=90s":      "https://github.com/org/repo//base?ref=v1",
		"https://user:secret@git.example.com/org/repo//base":        "https://git.example.com/org/repo//base",
		"https://secret@git.example.com/org/repo?version=v2":        "https://git.example.com/org/repo?version=v2",
		"https://files.example.com/a.yaml?X-Amz-Signature=secret":   "https://files.example.com/a.yaml",
		"https://files.example.com/a.yaml?token=secret&ref=main":    "https://files.example.com/a.yaml?ref=main",
		"ssh://git@git.example.com/org/repo.git//base?ref=v1":       "ssh://git@git.example.com/org/repo.git//base?ref=v1",
		"ssh://git:secret@git.example.com/org/repo.git//base":       "ssh://git.example.com/org/repo.git//base",
		"git@github.com:org/repo.git//base?ref=v1&submodules=false": "git@github.com:org/repo.git//base?ref=v1",
		"github.com/org/repo/base?ref=main":                         "github.com/org/repo/base?ref=main",
	} {
		assert.Equal(t, want, showAddress(address), address)
		assert.NotContains(t, showAddress(address), "secret")
	}
}
