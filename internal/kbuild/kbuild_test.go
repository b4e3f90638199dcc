package kbuild_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

// files is a tree: content by slashed path.
type files map[string]string

func (f files) with(more files) files {
	all := files{}
	for k, v := range f {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func (f files) write(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, content := range f {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	return dir
}

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {a: "1"}
`

func pipeline(spec string) string {
	return `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: wealist
  annotations:
    config.kubernetes.io/local-config: "true"
    config.kubernetes.io/function: |
      ` + spec + `
spec:
  stamp: base
  receipt: true
`
}

const (
	execSpec      = "exec: {path: krm-validate}"
	containerSpec = "container: {image: ghcr.io/example/krm-validate:v1}"
)

// source has what kustomize's own machinery acts on around a function: a
// prefix, a namespace, a generator with a hash and references to repair.
var source = files{
	"source/kustomization.yaml": `
namePrefix: prod-
namespace: shop
resources: [app.yaml, list.yaml]
configMapGenerator:
- name: settings
  literals: [A=1]
`,
	"source/app.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - name: api
        envFrom:
        - configMapRef: {name: settings}
`,
	"source/list.yaml": `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: api}
  spec: {ports: [{port: 80}]}
- apiVersion: example.com/v1
  kind: Widget
  metadata: {name: w}
  spec: {size: 3, on: "yes", ratio: 0.5}
`,
}

const deleteReceipt = `
patches:
- patch: |
    apiVersion: wealist.io/v1alpha1
    kind: FunctionRan
    metadata: {name: wealist}
    $patch: delete
`

// trees are ways to wire the function into a build. Each is built at pipeline/.
var trees = map[string]files{
	"file": source.with(files{
		"pipeline/kustomization.yaml":     "resources: [run]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [fn.yaml]\n",
		"pipeline/run/fn.yaml":            pipeline(execSpec),
	}),
	"inline": source.with(files{
		"pipeline/kustomization.yaml":     "resources: [run]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers:\n- |\n  " + strings.ReplaceAll(strings.TrimSpace(pipeline(execSpec)), "\n", "\n  ") + "\n",
	}),
	"directory with patches": source.with(files{
		"pipeline/kustomization.yaml":     "resources: [run]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [../fn]\n",
		"pipeline/fn/kustomization.yaml":  "resources: [../../config]\npatches: [{path: p.yaml}]\n",
		"pipeline/fn/p.yaml":              "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: wealist}\nspec: {stamp: prod}\n",
		"config/kustomization.yaml":       "resources: [fn.yaml]\n",
		"config/fn.yaml":                  pipeline(execSpec),
	}),
	"function set by a patch": source.with(files{
		"pipeline/kustomization.yaml":     "resources: [run]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [../fn]\n",
		"pipeline/fn/kustomization.yaml":  "resources: [fn.yaml]\ncommonAnnotations: {config.kubernetes.io/function: 'exec: {path: krm-validate}'}\n",
		"pipeline/fn/fn.yaml":             "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: wealist}\nspec: {stamp: prod, receipt: true}\n",
	}),
	"with built-in transformers and metadata": source.with(files{
		"pipeline/kustomization.yaml":        "resources: [run]\nbuildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml":    "resources: [../../source]\ntransformers: [suffix.yaml, fn, label.yaml]\n",
		"pipeline/run/suffix.yaml":           "apiVersion: builtin\nkind: PrefixSuffixTransformer\nmetadata: {name: s}\nsuffix: -x\nfieldSpecs: [{path: metadata/name, kind: ConfigMap}]\n",
		"pipeline/run/label.yaml":            "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: s}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n",
		"pipeline/run/fn/kustomization.yaml": "resources: [fn.yaml]\n",
		"pipeline/run/fn/fn.yaml":            pipeline(execSpec),
	}),
	"two functions, one in the base": {
		"base/kustomization.yaml":     "resources: [cm.yaml]\ntransformers: [fn.yaml]\n",
		"base/cm.yaml":                configMap,
		"base/fn.yaml":                strings.ReplaceAll(pipeline(execSpec), "receipt: true", "receipt: false"),
		"pipeline/kustomization.yaml": "resources: [../base]\nnameSuffix: -z\ntransformers: [fn.yaml]\n",
		"pipeline/fn.yaml":            strings.ReplaceAll(pipeline(execSpec), "receipt: true", "receipt: false"),
	},
	"kustomization as symlink name": {
		"pipeline/Kustomization": "resources: [cm.yaml]\ntransformers: [fn.yaml]\n",
		"pipeline/cm.yaml":       configMap,
		"pipeline/fn.yaml":       pipeline(execSpec),
	},
	"order of inline and named entries": source.with(files{
		"pipeline/kustomization.yaml": "resources: [../source]\ntransformers:\n- second.yaml\n- |\n  " + strings.ReplaceAll(strings.TrimSpace(pipeline(execSpec)), "\n", "\n  ") + "\n- third.yaml\n",
		"pipeline/second.yaml":        strings.ReplaceAll(strings.ReplaceAll(pipeline(execSpec), "wealist\n", "second\n"), "receipt: true", "receipt: false"),
		"pipeline/third.yaml":         strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(pipeline(execSpec), "wealist\n", "third\n"), "base", "third"), "receipt: true", "receipt: false"),
	}),
	"no function": source.with(files{
		"pipeline/kustomization.yaml": "resources: [../source]\nnameSuffix: -z\n",
	}),
	"sort options": source.with(files{
		"pipeline/kustomization.yaml": "resources: [../source]\nsortOptions: {order: fifo}\ntransformers: [fn.yaml]\n",
		"pipeline/fn.yaml":            pipeline(execSpec),
	}),
}

func build(t *testing.T, dir string, opts kbuild.Options) (string, string, error) {
	t.Helper()
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, opts)
	said := ""
	if result != nil {
		for _, r := range result.Runs {
			for _, f := range r.Findings {
				said += f.Severity.String() + ": " + f.Message + "\n"
			}
		}
	}
	if err != nil {
		return "", said, err
	}
	out, err := result.Resources.AsYaml()
	require.NoError(t, err)
	return string(out), said, nil
}

// realBuild is kustomize build with krm-validate on the PATH.
func realBuild(t *testing.T, dir string, flags ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.Symlink(self, filepath.Join(bin, "krm-validate")))
	cmd := exec.Command(kustomizebin.Path(t), append([]string{"build", dir}, flags...)...)
	cmd.Env = append(os.Environ(), kbuild.AsFunction+"=1", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, &stderr)
	}
	return string(out), err
}

func TestBuildEqualsKustomize(t *testing.T) {
	for name, tree := range trees {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(tree.write(t), "pipeline")
			want, err := realBuild(t, dir, "--enable-alpha-plugins", "--enable-exec")
			require.NoError(t, err)
			got, stderr, err := build(t, dir, kbuild.Options{})
			require.NoError(t, err)
			assert.Equal(t, want, got)
			if name != "no function" {
				assert.Contains(t, got, "stamp: ")
				assert.Contains(t, stderr, "note: stamped")
			}
		})
	}
}

// A container image of the function is the function.
func TestBuildRunsContainerFunctionInProcess(t *testing.T) {
	exec := trees["file"]
	container := exec.with(files{"pipeline/run/fn.yaml": pipeline(containerSpec)})
	want, _, err := build(t, filepath.Join(exec.write(t), "pipeline"), kbuild.Options{})
	require.NoError(t, err)
	got, _, err := build(t, filepath.Join(container.write(t), "pipeline"), kbuild.Options{})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestBuildRefusesOtherPrograms(t *testing.T) {
	plain := files{"kustomization.yaml": "resources: [cm.yaml]\n", "cm.yaml": configMap}
	other := func(kind, spec string) string {
		return "apiVersion: example.com/v1\nkind: " + kind + "\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: '" + spec + "'}\n"
	}
	for name, tc := range map[string]struct {
		tree files
		file string // the file the message names
		what string
	}{
		"exec": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [evil.yaml]\n",
			"evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}), "evil.yaml", "runs the program ./evil.sh"},
		"container": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ngenerators: [evil.yaml]\n",
			"evil.yaml":          other("Evil", "container: {image: evil:v1}"),
		}), "evil.yaml", "runs the container evil:v1"},
		"legacy plugin": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\nvalidators: [evil.yaml]\n",
			"evil.yaml":          "apiVersion: example.com/v1\nkind: Evil\nmetadata: {name: x}\n",
		}), "evil.yaml", "kustomize plugin"},
		"inline": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ntransformers:\n- |-\n  " + strings.ReplaceAll(other("Evil", "exec: {path: ./evil.sh}"), "\n", "\n  "),
		}), "kustomization.yaml", "./evil.sh"},
		"set by a patch, in a directory, hidden as local config": {plain.with(files{
			"kustomization.yaml":     "resources: [cm.yaml]\ntransformers: [dir]\n",
			"dir/kustomization.yaml": "resources: [fn.yaml]\ncommonAnnotations:\n  config.kubernetes.io/local-config: 'true'\n  config.kubernetes.io/function: 'exec: {path: ./evil.sh}'\n",
			"dir/fn.yaml":            "apiVersion: example.com/v1\nkind: Evil\nmetadata: {name: x}\n",
		}), "dir/fn.yaml", "./evil.sh"},
		"in a base": {files{
			"kustomization.yaml":      "resources: [base]\n",
			"base/cm.yaml":            configMap,
			"base/kustomization.yaml": "resources: [cm.yaml]\ntransformers: [evil.yaml]\n",
			"base/evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}, "base/evil.yaml", "./evil.sh"},
		"in a component, field in capitals": {files{
			"kustomization.yaml":   "resources: [cm.yaml]\ncomponents: [c]\n",
			"cm.yaml":              configMap,
			"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nTransformers: [evil.yaml]\n",
			"c/evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}, "c/evil.yaml", "./evil.sh"},
		"field name with a letter that folds to s": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ntranſformers: [evil.yaml]\n",
			"evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}), "evil.yaml", "./evil.sh"},
		"field name escaped": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\n\"\\x74ransformers\": [evil.yaml]\n",
			"evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}), "evil.yaml", "./evil.sh"},
		"function that configures a function": {plain.with(files{
			"kustomization.yaml":     "resources: [cm.yaml]\ntransformers: [dir]\n",
			"dir/kustomization.yaml": "resources: [fn.yaml]\ntransformers: [evil.yaml]\n",
			"dir/fn.yaml":            pipeline(execSpec),
			"dir/evil.yaml":          other("Evil", "exec: {path: ./evil.sh}"),
		}), "dir/evil.yaml", "./evil.sh"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tc.tree.with(files{"evil.sh": "#!/bin/sh\ntouch evidence\ncat\n"}).write(t)
			for _, d := range []string{"", "base", "c", "dir"} {
				if file := filepath.Join(dir, d); exists(file) {
					require.NoError(t, os.WriteFile(filepath.Join(file, "evil.sh"), []byte("#!/bin/sh\ntouch "+dir+"/evidence\ncat\n"), 0o755))
				}
			}
			_, _, err := build(t, dir, kbuild.Options{})
			var foreign *kbuild.ForeignFunctionError
			require.ErrorAs(t, err, &foreign)
			assert.Equal(t, filepath.Join(dir, tc.file), foreign.File)
			assert.Contains(t, err.Error(), tc.what)
			assert.Contains(t, err.Error(), "--enable-exec")
			assert.NoFileExists(t, filepath.Join(dir, "evidence"))
		})
	}
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

// A symlink as kustomization file: kustomize reads the file behind it, whose
// name says nothing, and resolves entries where the symlink is.
func TestBuildVetsSymlinkedKustomization(t *testing.T) {
	dir := files{
		"cm.yaml":       configMap,
		"sub/k.yaml":    "resources: [cm.yaml]\ntransformers: [evil.yaml]\n",
		"evil.yaml":     "apiVersion: example.com/v1\nkind: Evil\nmetadata: {name: x}\n",
		"sub/evil.yaml": pipeline(execSpec),
	}.write(t)
	require.NoError(t, os.Symlink(filepath.Join("sub", "k.yaml"), filepath.Join(dir, "kustomization.yaml")))
	_, _, err := build(t, dir, kbuild.Options{})
	var foreign *kbuild.ForeignFunctionError
	require.ErrorAs(t, err, &foreign)
	assert.Equal(t, filepath.Join(dir, "evil.yaml"), foreign.File)
}

func TestBuildEnableExec(t *testing.T) {
	dir := files{
		"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [sed.yaml, fn.yaml]\n",
		"cm.yaml":            configMap,
		"fn.yaml":            pipeline(execSpec),
		"sed.yaml":           "apiVersion: example.com/v1\nkind: Sed\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: 'exec: {path: ./sed.sh}'}\n",
	}.write(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sed.sh"), []byte("#!/bin/sh\nexec sed 's/a: \"1\"/a: \"2\"/'\n"), 0o755))
	want, err := realBuild(t, dir, "--enable-alpha-plugins", "--enable-exec")
	require.NoError(t, err)
	got, _, err := build(t, dir, kbuild.Options{EnableExec: true})
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Contains(t, got, `a: "2"`)
}

func TestBuildReportsFindings(t *testing.T) {
	dir := trees["file"].with(files{"source/list.yaml": strings.ReplaceAll(configMap, "app", "broken")}).write(t)
	_, stderr, err := build(t, filepath.Join(dir, "pipeline"), kbuild.Options{})
	var failed *kbuild.FunctionError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, 1, failed.Code)
	assert.Equal(t, "error: prod-broken is broken\n", stderr)
}

func TestBuildErrors(t *testing.T) {
	plain := files{"kustomization.yaml": "resources: [cm.yaml]\n", "cm.yaml": configMap}
	for name, tc := range map[string]struct {
		tree files
		dir  string
		want []string
	}{
		"no directory":     {plain, "nowhere", []string{"nowhere: no such directory"}},
		"a file":           {plain, "cm.yaml", []string{"cm.yaml is a file", "name the directory"}},
		"no kustomization": {plain.with(files{"empty/x.yaml": ""}), "empty", []string{"no kustomization file"}},
		"no annotation": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [fn.yaml]\n",
			"fn.yaml":            "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata: {name: x}\n",
		}), "", []string{"fn.yaml: ConfigPipeline x has no annotation config.kubernetes.io/function", "exec: {path: krm-validate}"}},
		"missing function file": {plain.with(files{
			"kustomization.yaml": "resources: [cm.yaml]\ntransformers: [fn.yaml]\n",
		}), "", []string{"there is no file or directory fn.yaml"}},
		"missing base": {files{"kustomization.yaml": "resources: [a]\n", "a/kustomization.yaml": "resources: [../b]\n"}, "",
			[]string{"/b"}},
		"misspelt field": {files{"kustomization.yaml": "resorces: [a]\n"}, "", []string{`unknown field "resorces"`}},
		"not yaml":       {files{"kustomization.yaml": "a: [\n"}, "", []string{"not YAML"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := build(t, filepath.Join(tc.tree.write(t), tc.dir), kbuild.Options{})
			require.Error(t, err)
			for _, w := range tc.want {
				assert.Contains(t, err.Error(), w)
			}
			assert.NotContains(t, err.Error(), "must resolve to a file", "noise of kustomize")
		})
	}
}

func TestCapture(t *testing.T) {
	list := func(c *kbuild.Captured) string {
		text, err := c.List()
		require.NoError(t, err)
		return string(text)
	}
	dir := trees["file"].write(t)
	source, err := kbuild.Capture(filesys.MakeFsOnDisk(), filepath.Join(dir, "source"), kbuild.Options{})
	require.NoError(t, err)
	// Names carry the prefix and no hash yet; references are as written.
	assert.Contains(t, list(source), "name: prod-settings\n")
	assert.Contains(t, list(source), "name: settings\n")
	assert.Empty(t, source.Configs)

	result, err := kbuild.Capture(filesys.MakeFsOnDisk(), filepath.Join(dir, "pipeline"), kbuild.Options{})
	require.NoError(t, err)
	assert.Contains(t, list(result), "stamp: base\n")
	assert.NotContains(t, list(result), "FunctionRan")
	require.Len(t, result.Configs, 1)
	assert.Contains(t, result.Configs[0], "stamp: base\n")
}
