package kbuild_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// harmless is a plugin that anybody may use.
const harmless = `apiVersion: builtin
kind: PrefixTransformer
metadata: {name: x}
prefix: q-
fieldSpecs: [{path: metadata/name}]
`

// harmlessGenerator is one for generators.
const harmlessGenerator = `apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: made}
literals: [a=b]
`

// leaves returns a plugin that leaves a file when it runs.
func leaves(evidence string) string {
	return fmt.Sprintf(`apiVersion: evil.example/v1
kind: Anything
metadata:
  name: x
  annotations:
    config.kubernetes.io/function: |
      exec: {path: /bin/sh, args: [-c, 'touch %s; cat']}
`, evidence)
}

// ways are those to use a build.
var ways = map[string]func(fsys filesys.FileSystem, dir string, opts kbuild.Options) error{
	"build": func(fsys filesys.FileSystem, dir string, opts kbuild.Options) error {
		_, err := kbuild.Build(fsys, dir, opts)
		return err
	},
	"build with the function in this process": func(fsys filesys.FileSystem, dir string, opts kbuild.Options) error {
		opts.InProcess = kbuild.StampNodes
		_, err := kbuild.Build(fsys, dir, opts)
		return err
	},
	"capture": func(fsys filesys.FileSystem, dir string, opts kbuild.Options) error {
		_, err := kbuild.Capture(fsys, dir, opts)
		return err
	},
	"stock": func(fsys filesys.FileSystem, dir string, _ kbuild.Options) error {
		_, err := kbuild.Stock(fsys, dir, kbuild.Options{})
		return err
	},
}

// changing answers with something else the second time and later.
type changing struct {
	mu     sync.Mutex
	asked  map[string]int
	first  func(path string) string
	second string
}

func (c *changing) content(path string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	c.asked[path]++
	if c.asked[path] == 1 {
		return c.first(path)
	}
	return c.second
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, c.content(r.URL.Path))
}

// harmlessFor is a plugin for the field that a path begins with.
func harmlessFor(path string) string {
	if strings.Contains(path, "generators") {
		return harmlessGenerator
	}
	return harmless
}

// remoteTrees name an address in every field and at every level.
func remoteTrees(address string) map[string]files {
	trees := map[string]files{}
	for _, field := range []string{"generators", "transformers", "validators"} {
		own := fmt.Sprintf("%s: [%s/%s.yaml]\n", field, address, field)
		plain := files{"kustomization.yaml": "resources: [base]\n", "cm.yaml": configMap, "base/cm.yaml": configMap, "base/kustomization.yaml": "resources: [cm.yaml]\n"}
		trees[field] = plain.with(files{"kustomization.yaml": "resources: [base]\n" + own})
		trees[field+" twice"] = plain.with(files{"kustomization.yaml": "resources: [base]\n" + own, "base/kustomization.yaml": "resources: [cm.yaml]\n" + own})
		trees[field+" of a base"] = plain.with(files{"base/kustomization.yaml": "resources: [cm.yaml]\n" + own})
		trees[field+" of a component"] = plain.with(files{
			"kustomization.yaml": "resources: [base]\ncomponents: [c]\n", "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" + own,
		})
		trees[field+" in a directory"] = plain.with(files{
			"kustomization.yaml": "resources: [base]\n" + field + ": [dir]\n", "dir/kustomization.yaml": "resources: [" + address + "/" + field + ".yaml]\n",
		})
		beside := "transformers: [fn.yaml]\n" + own
		if field == "transformers" {
			beside = strings.Replace(own, "[", "[fn.yaml, ", 1)
		}
		trees[field+" beside our function"] = plain.with(files{"kustomization.yaml": "resources: [base]\n" + beside, "fn.yaml": pipeline(execSpec)})
		trees[field+" and something that only kustomize builds"] = plain.with(files{"kustomization.yaml": "resources: [base]\nopenapi: {version: v1.21.2}\n" + own})
	}
	return trees
}

// A server that answers differently the second time has nothing run.
func TestWhatAnAddressAnswersFirstIsBuilt(t *testing.T) {
	for name := range remoteTrees("") {
		t.Run(name, func(t *testing.T) {
			for way, use := range ways {
				evidence := filepath.Join(t.TempDir(), "evidence")
				server := httptest.NewServer(&changing{first: harmlessFor, second: leaves(evidence)})
				dir := remoteTrees(server.URL)[name].write(t)
				err := use(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
				if err != nil && strings.Contains(name, "twice") {
					err = nil // two levels, two fetches: the second is refused
				}
				server.Close()
				if way != "stock" && !strings.HasPrefix(name, "validators") {
					assert.NoError(t, err, way)
				}
				assert.NoFileExists(t, evidence, way)
			}
		})
	}
}

// flipping is a file system in which files say something else, and paths lead
// somewhere else, from the second time on.
type flipping struct {
	filesys.FileSystem
	contents map[string]string // by base name: the second content
	paths    map[string]string // by base name: where it leads the second time
	asked    map[string]int
}

func (f *flipping) again(what, path string) bool {
	f.asked[what+path]++
	return f.asked[what+path] > 1
}

func (f *flipping) ReadFile(path string) ([]byte, error) {
	if second, ok := f.contents[filepath.Base(path)]; ok && f.again("read ", path) {
		return []byte(second), nil
	}
	return f.FileSystem.ReadFile(path)
}

func (f *flipping) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if second, ok := f.paths[filepath.Base(path)]; ok && f.again("clean ", path) {
		path = filepath.Join(filepath.Dir(path), second)
	}
	return f.FileSystem.CleanedAbs(path)
}

// Files that change between two reads have nothing run.
func TestWhatAFileSaysFirstIsBuilt(t *testing.T) {
	for _, field := range []string{"generators", "transformers", "validators"} {
		for name, tree := range map[string]files{
			"file":      {"kustomization.yaml": field + ": [x.yaml]\n"},
			"directory": {"kustomization.yaml": field + ": [dir]\n", "dir/kustomization.yaml": "resources: [x.yaml]\n", "dir/x.yaml": harmlessFor(field)},
			"base":      {"kustomization.yaml": "resources: [base]\n", "base/kustomization.yaml": field + ": [x.yaml]\n", "base/x.yaml": harmlessFor(field)},
			"stock":     {"kustomization.yaml": field + ": [x.yaml]\nopenapi: {version: v1.21.2}\n"},
		} {
			for _, how := range []string{"content", "symlink", "kustomization"} {
				t.Run(field+", "+name+", "+how, func(t *testing.T) {
					for way, use := range ways {
						evidence := filepath.Join(t.TempDir(), "evidence")
						dir := tree.with(files{"x.yaml": harmlessFor(field), "evil.yaml": leaves(evidence), "dir/evil.yaml": leaves(evidence), "base/evil.yaml": leaves(evidence)}).write(t)
						fsys := &flipping{FileSystem: filesys.MakeFsOnDisk(), asked: map[string]int{}}
						switch how {
						case "content":
							fsys.contents = map[string]string{"x.yaml": leaves(evidence)}
						case "symlink":
							fsys.paths = map[string]string{"x.yaml": "evil.yaml"}
						case "kustomization":
							fsys.contents = map[string]string{"kustomization.yaml": field + ": [evil.yaml]\n"}
						}
						_ = use(fsys, dir, kbuild.Options{})
						assert.NoFileExists(t, evidence, way)
					}
				})
			}
		}
	}
}

// However a plugin says what it runs, and wherever it stands, nothing runs.
func TestNothingElseRuns(t *testing.T) {
	annotated := func(key, spec string) string {
		return "apiVersion: example.com/v1\nkind: Evil\nmetadata:\n  name: x\n  annotations:\n    " + key + ": |\n      " + spec + "\n"
	}
	for how, plugin := range map[string]func(run string) string{
		"exec":      func(run string) string { return annotated("config.kubernetes.io/function", "exec: {path: "+run+"}") },
		"exec, old": func(run string) string { return annotated("config.k8s.io/function", "exec: {path: "+run+"}") },
		"starlark": func(run string) string {
			return annotated("config.kubernetes.io/function", "starlark: {path: "+run+"}")
		},
		"container":      func(string) string { return annotated("config.kubernetes.io/function", "container: {image: evil}") },
		"container, old": func(string) string { return annotated("config.kubernetes.io/container", "evil") },
		"configFn": func(run string) string {
			return "apiVersion: example.com/v1\nkind: Evil\nmetadata:\n  name: x\n  configFn: {exec: {path: " + run + "}}\n"
		},
		"plugin by a name": func(string) string { return "apiVersion: example.com/v1\nkind: Evil\nmetadata: {name: x}\n" },
		"ours with an old annotation too": func(run string) string {
			return strings.Replace(pipeline(execSpec), "  annotations:\n", "  annotations:\n    config.k8s.io/function: 'exec: {path: "+run+"}'\n    config.kubernetes.io/container: evil\n", 1)
		},
		"ours under another group": func(run string) string {
			return strings.Replace(pipeline("exec: {path: "+run+"}"), "wealist.io", "Wealist.io", 1)
		},
		"ours, another program": func(run string) string { return pipeline("exec: {path: " + run + "}") },
	} {
		for _, field := range []string{"generators", "transformers", "validators", "resources"} {
			t.Run(how+" in "+field, func(t *testing.T) {
				home := t.TempDir()
				evidence := filepath.Join(home, "evidence")
				run := filepath.Join(home, "example.com", "v1", "evil", "Evil") // where kustomize looks for plugins too
				require.NoError(t, os.MkdirAll(filepath.Dir(run), 0o755))
				require.NoError(t, os.WriteFile(run, []byte("#!/bin/sh\ntouch "+evidence+"\ncat\n"), 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(home, "docker"), []byte("#!/bin/sh\ntouch "+evidence+"\ncat\n"), 0o755))
				t.Setenv("KUSTOMIZE_PLUGIN_HOME", home)
				t.Setenv("PATH", home+string(os.PathListSeparator)+os.Getenv("PATH"))
				indented := "|-\n  " + strings.ReplaceAll(strings.TrimSpace(plugin(run)), "\n", "\n  ")
				for name, tree := range map[string]files{
					"file":      {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": [x.yaml]\n"},
					"inline":    {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ":\n- " + indented + "\n"},
					"nested":    {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": [dir]\n", "dir/kustomization.yaml": "resources: [x.yaml]\n", "dir/x.yaml": plugin(run)},
					"symlink":   {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": [link.yaml]\n"},
					"in a List": {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": [list.yaml]\n", "list.yaml": "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(plugin(run)), "\n", "\n  ") + "\n"},
				} {
					if field == "resources" {
						tree["kustomization.yaml"] = strings.Replace(tree["kustomization.yaml"], "resources: [cm.yaml]\n", "", 1)
					}
					for way, use := range ways {
						dir := tree.with(files{"cm.yaml": configMap, "x.yaml": plugin(run)}).write(t)
						require.NoError(t, os.Symlink("x.yaml", filepath.Join(dir, "link.yaml")))
						_ = use(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
						assert.NoFileExists(t, evidence, name+", "+way)
					}
				}
			})
		}
	}
}

// gitRepository makes a repository of a tree and returns its address.
func gitRepository(t *testing.T, tree files) string {
	t.Helper()
	dir := tree.write(t)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			t.Skip("no git")
		}
		require.NoError(t, err, string(out))
	}
	return "file://" + dir
}

// What comes out of a repository is vetted like any other file.
func TestRepositoriesRunNothing(t *testing.T) {
	evidence := filepath.Join(t.TempDir(), "evidence")
	for _, field := range []string{"generators", "transformers", "validators"} {
		address := gitRepository(t, files{"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": [x.yaml]\n", "cm.yaml": configMap, "x.yaml": leaves(evidence)})
		bare := gitRepository(t, files{"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": leaves(evidence)})
		for name, tree := range map[string]files{
			"base":         {"kustomization.yaml": "resources: ['" + address + "']\n"},
			"plugins":      {"kustomization.yaml": "resources: [cm.yaml]\n" + field + ": ['" + bare + "']\n", "cm.yaml": configMap},
			"legacy bases": {"kustomization.yaml": "bases: ['" + address + "']\n"},
		} {
			t.Run(field+", "+name, func(t *testing.T) {
				for way, use := range ways {
					err := use(filesys.MakeFsOnDisk(), tree.write(t), kbuild.Options{})
					require.Error(t, err, way)
					assert.NoFileExists(t, evidence, way)
				}
			})
		}
	}
}

// git takes a ref that begins with a dash for an option, some of which run
// programs.
func TestRefsAreNoOptions(t *testing.T) {
	evidence := filepath.Join(t.TempDir(), "evidence")
	plain := gitRepository(t, files{"kustomization.yaml": "resources: [cm.yaml]\n", "cm.yaml": configMap})
	for _, query := range []string{"ref=--upload-pack=touch%20", "version=--upload-pack=touch%20", "ref=%2d-upload-pack=touch+", "submodules=0&ref=-u/x&ref=--upload-pack=touch%20"} {
		address := "'" + plain + "?" + query + evidence + "'"
		for _, field := range []string{"resources", "bases", "components", "generators", "transformers", "validators"} {
			t.Run(query+" in "+field, func(t *testing.T) {
				for _, tree := range []files{
					{"kustomization.yaml": field + ": [" + address + "]\n"},
					{"kustomization.yaml": strings.ReplaceAll(field+":\n- "+address+"\n", "?", "\\\n    ?"), "x": ""},
					{"kustomization.yaml": "resources: [base]\n", "base/kustomization.yaml": field + ": [" + address + "]\n"},
					{"kustomization.yaml": "transformers: [dir]\n", "dir/kustomization.yaml": field + ": [" + address + "]\n"},
				} {
					for way, use := range ways {
						require.NoError(t, os.RemoveAll(evidence))
						err := use(filesys.MakeFsOnDisk(), tree.write(t), kbuild.Options{})
						require.Error(t, err, way)
						assert.NoFileExists(t, evidence, way)
					}
				}
			})
		}
		for way, use := range ways {
			err := use(filesys.MakeFsOnDisk(), strings.Trim(address, "'"), kbuild.Options{})
			require.ErrorContains(t, err, "dash", way)
			assert.NoFileExists(t, evidence, way)
		}
	}
}

// An address may ask for more time than git is given, and not for all of it.
func TestAddressesDoNotWaitForEver(t *testing.T) {
	plain := gitRepository(t, files{"kustomization.yaml": "resources: [cm.yaml]\n", "cm.yaml": configMap})
	for query, refused := range map[string]bool{
		"timeout=1000h": true, "timeout=601": true, "timeout=99999999999": true, "ref=main&timeout=11m": true,
		"timeout=600": false, "timeout=120s": false, "timeout=": false, "timeout=x": false, "timeout=-5": false,
	} {
		for _, field := range []string{"resources", "bases", "components"} {
			tree := files{"kustomization.yaml": field + ": ['" + plain + "?" + query + "']\n"}
			for way, use := range ways {
				err := use(filesys.MakeFsOnDisk(), tree.write(t), kbuild.Options{})
				if refused {
					require.ErrorContains(t, err, "10m is the most", way)
					require.ErrorContains(t, err, "--limits=remote=", way)
				} else if err != nil {
					require.NotContains(t, err.Error(), "is the most", way)
				}
			}
		}
	}
}

// helm runs plugins that it finds in its own configuration, which a tree may
// bring along.
func TestHelmRunsNoPluginsOfATree(t *testing.T) {
	bin := t.TempDir()
	helm, evidence := filepath.Join(bin, "helm"), filepath.Join(bin, "evidence")
	require.NoError(t, os.WriteFile(helm, []byte("#!/bin/sh\ntest -n \"$1\" && touch "+evidence+"\n"), 0o755))
	for name, tree := range map[string]files{
		"helmGlobals":                 {"kustomization.yaml": "helmGlobals: {configHome: x}\nhelmCharts: [{name: a, repo: 'evil://x'}]\n"},
		"HelmGlobals":                 {"kustomization.yaml": "HelmGlobals: {ConfigHome: x}\nhelmCharts: [{name: a, repo: 'evil://x'}]\n"},
		"helmChartInflationGenerator": {"kustomization.yaml": "helmChartInflationGenerator: [{chartName: a, helmHome: x, chartRepoUrl: 'evil://x'}]\n"},
		"generators":                  {"kustomization.yaml": "generators: [h.yaml]\n", "h.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: h}\nname: a\nrepo: evil://x\nConfighome: x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for way, use := range ways {
				err := use(filesys.MakeFsOnDisk(), tree.write(t), kbuild.Options{Helm: true, HelmCommand: helm})
				require.Error(t, err, way)
				assert.NoFileExists(t, evidence, way)
				if way != "stock" {
					var foreign *kbuild.ForeignFunctionError
					require.ErrorAs(t, err, &foreign, way)
				}
			}
		})
	}
}

// TestHelmStaysInTheTree: what a chart can make helm read, write and run.
func TestHelmStaysInTheTree(t *testing.T) {
	outside := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(outside, "c"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "c", "values.yaml"), nil, 0o644))
	bin := t.TempDir()
	helm, evidence := filepath.Join(bin, "helm"), filepath.Join(bin, "evidence")
	script := "#!/bin/sh\nif [ $1 = version ]; then echo v3.20.0; exit; fi\necho \"$@\" >>" + evidence + "\n" +
		"if [ $1 = pull ]; then mkdir -p \"$4/c\"; echo '{}' >\"$4/c/values.yaml\"; exit; fi\n" +
		"printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: x}\\n'\n"
	require.NoError(t, os.WriteFile(helm, []byte(script), 0o755))
	chart := func(globals, fields string) files {
		return files{"k/kustomization.yaml": "helmGlobals: {" + globals + "}\nhelmCharts: [{" + fields + "}]\n"}
	}
	with := func(f files, more ...string) files {
		for i := 0; i < len(more); i += 2 {
			f[more[i]] = more[i+1]
		}
		return f
	}
	generator := func(text string) files {
		return files{"k/kustomization.yaml": "generators: [h.yaml]\n", "k/h.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: h}\n" + text}
	}
	refused := map[string]files{
		"absolute chartHome":           chart("chartHome: "+outside, "name: c"),
		"chartHome to write":           chart("chartHome: "+outside, "name: d, repo: 'https://example.com'"),
		"chartHome up":                 chart("chartHome: ../../../../../../../../"+outside, "name: c"),
		"the name up":                  chart("", "name: ../c"),
		"the name far up":              chart("", "name: ../../../../../../../.."+outside+"/c"),
		"the version up":               chart("", "name: c, repo: 'https://example.com', version: '/../../../../../../../../../.."+outside+"'"),
		"git's folder":                 chart("chartHome: .git", "name: hooks, repo: 'https://example.com'"),
		"git's folder, by name":        chart("chartHome: ..", "name: .git, repo: 'https://example.com'"),
		"a hidden folder":              chart("chartHome: ../.config", "name: c, repo: 'https://example.com'"),
		"a link as chartHome":          with(chart("chartHome: link", "name: c"), "k/link", "-> "+outside),
		"a link as chart":              with(chart("", "name: c"), "k/charts/c", "-> "+outside+"/c"),
		"a link in a chart":            with(chart("", "name: c"), "k/charts/c/values.yaml", "", "k/charts/c/files/x", "-> /etc/passwd"),
		"a link to a folder":           with(chart("", "name: c"), "k/charts/c/values.yaml", "", "k/charts/c/files", "-> /etc"),
		"a link to one with a link":    with(chart("", "name: c"), "k/charts/c/values.yaml", "", "k/charts/c/files", "-> ../../../other", "other/x", "-> /etc/passwd"),
		"a link to git's folder":       with(chart("", "name: c"), "k/charts/c/values.yaml", "", "k/charts/c/files", "-> ../../../.git"),
		"the environment":              with(chart("", "name: c, nameTemplate: '{{ env \"HOME\" }}'"), "k/charts/c/values.yaml", ""),
		"the environment, expanded":    with(chart("", "name: c, nameTemplate: '{{expandenv `$HOME`}}'"), "k/charts/c/values.yaml", ""),
		"the environment, hidden":      with(chart("", "name: c, nameTemplate: '{{ \"}}\" | printf \"%s%s\" (env \"HOME\") }}'"), "k/charts/c/values.yaml", ""),
		"names of hosts":               with(chart("", "name: c, nameTemplate: '{{ getHostByName `x` }}'"), "k/charts/c/values.yaml", ""),
		"configHome":                   with(chart("configHome: x", "name: c"), "k/charts/c/values.yaml", ""),
		"the old field":                {"k/kustomization.yaml": "helmChartInflationGenerator: [{chartName: c, chartHome: " + outside + "}]\n"},
		"the old field with globals":   {"k/kustomization.yaml": "helmGlobals: {chartHome: charts}\nhelmChartInflationGenerator: [{chartName: ../c, chartHome: " + outside + "}]\n"},
		"a generator":                  generator("name: c\nchartHome: " + outside + "\n"),
		"a generator in other letters": generator("Name: c\nCHARTHOME: " + outside + "\n"),
		"a generator's environment":    with(generator("name: c\nnametemplate: '{{env `HOME`}}'\n"), "k/charts/c/values.yaml", ""),
		"a patched generator": {
			"k/kustomization.yaml": "generators: [g]\n", "k/g/kustomization.yaml": "resources: [h.yaml]\npatches:\n- patch: '[{op: add, path: /chartHome, value: " + outside + "}]'\n  target: {kind: HelmChartInflationGenerator}\n",
			"k/g/h.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: h}\nname: c\n",
		},
		"a base": {"k/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "helmCharts: [{name: c}]\nhelmGlobals: {chartHome: " + outside + "}\n"},
	}
	taken := map[string]files{
		"a chart of the kustomization": with(chart("", "name: c"), "k/charts/c/values.yaml", ""),
		"one beside it":                with(chart("chartHome: ../charts", "name: c, valuesFile: v.yaml"), "charts/c/Chart.yaml", "", "k/v.yaml", ""),
		"one to pull":                  chart("", "name: c, repo: 'https://example.com', version: 1.2.3"),
		"one to pull beside it":        with(chart("chartHome: ../charts", "name: c, repo: 'oci://example.com', valuesFile: v.yaml"), "k/v.yaml", ""),
		"links within":                 with(chart("", "name: c"), "k/charts/c/values.yaml", "", "k/charts/c/files", "-> ../../../other", "other/x", "x"),
		"a name for an environment":    with(chart("", "name: c, nameTemplate: 'env-{{ randAlpha 5 | lower }}-env'"), "k/charts/c/values.yaml", ""),
		"a template of the name":       with(chart("", "name: c, nameTemplate: 'a-{{ randAlpha 5 | lower }}'"), "k/charts/c/values.yaml", ""),
	}
	write := func(t *testing.T, f files) string {
		top := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(top, ".git"), 0o755))
		for name, text := range f {
			file := filepath.Join(top, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			if to, ok := strings.CutPrefix(text, "-> "); ok {
				require.NoError(t, os.Symlink(to, file))
				continue
			}
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		return filepath.Join(top, "k")
	}
	ways := maps.Clone(ways)
	ways["stock"] = func(fsys filesys.FileSystem, dir string, opts kbuild.Options) error {
		_, err := kbuild.Stock(fsys, dir, opts)
		return err
	}
	for way, use := range ways {
		for name, tree := range refused {
			t.Run(way+", "+name, func(t *testing.T) {
				require.NoError(t, os.RemoveAll(evidence))
				require.Error(t, use(filesys.MakeFsOnDisk(), write(t, tree), kbuild.Options{Helm: true, HelmCommand: helm}))
				assert.NoFileExists(t, evidence)
			})
		}
		for name, tree := range taken {
			t.Run(way+", "+name, func(t *testing.T) {
				require.NoError(t, use(filesys.MakeFsOnDisk(), write(t, tree), kbuild.Options{Helm: true, HelmCommand: helm}))
			})
		}
	}
}

// spied remembers the files that are read.
type spied struct {
	filesys.FileSystem
	mu   sync.Mutex
	read []string
}

func (s *spied) ReadFile(path string) ([]byte, error) {
	s.mu.Lock()
	s.read = append(s.read, path)
	s.mu.Unlock()
	return s.FileSystem.ReadFile(path)
}

// Nor is a file outside read to say why a build fails.
func TestFailuresReadNothingOutside(t *testing.T) {
	outside := t.TempDir()
	for _, name := range []string{"r.yaml", "p.yaml", "e.env"} {
		require.NoError(t, os.WriteFile(filepath.Join(outside, name), []byte(configMap), 0o644))
	}
	for name, text := range map[string]string{
		"resources":            "resources: [@/r.yaml, gone.yaml]\n",
		"patches":              "resources: [c.yaml]\npatches: [{path: @/p.yaml}]\n",
		"a patch beside":       "resources: [c.yaml]\npatches: [{path: @/p.yaml}, {patch: 'kind: Gone'}]\n",
		"old patches":          "resources: [c.yaml]\npatchesStrategicMerge: [@/p.yaml]\n",
		"old JSON patches":     "resources: [c.yaml]\npatchesJson6902: [{target: {version: v1, kind: ConfigMap, name: c}, path: @/p.yaml}]\n",
		"files":                "configMapGenerator: [{name: g, files: [@/e.env]}]\n",
		"env files":            "secretGenerator: [{name: g, envs: [@/e.env]}]\n",
		"replacements":         "resources: [c.yaml]\nreplacements: [{path: @/r.yaml}]\n",
		"transformers":         "resources: [c.yaml]\ntransformers: [@/r.yaml]\n",
		"generators":           "generators: [@/r.yaml]\n",
		"validators":           "resources: [c.yaml]\nvalidators: [@/r.yaml]\n",
		"a schema":             "resources: [c.yaml]\nopenapi: {path: @/r.yaml}\n",
		"crds, configurations": "resources: [c.yaml]\ncrds: [@/r.yaml]\nconfigurations: [@/r.yaml]\n",
	} {
		t.Run(name, func(t *testing.T) {
			for style, prefix := range map[string]string{"relative": "../../../../../../.." + outside, "absolute": outside, "a link": "link"} {
				dir := files{"kustomization.yaml": strings.ReplaceAll(text, "@", prefix), "c.yaml": configMap}.write(t)
				require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link")))
				for way, use := range ways {
					s := &spied{FileSystem: filesys.MakeFsOnDisk()}
					require.Error(t, use(s, dir, kbuild.Options{}), way)
					for _, path := range s.read {
						real, err := filepath.EvalSymlinks(path)
						if err != nil {
							continue
						}
						assert.False(t, strings.HasPrefix(real, outside), "%s, %s: %s", way, style, path)
					}
				}
			}
		})
	}
}
