package kbuild_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// TestFailuresHaveAPlace builds trees with one mistake each: the error says what
// is wrong on one line, and where that is written.
func TestFailuresHaveAPlace(t *testing.T) {
	const config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
	const head = "resources:\n- a.yaml\n"
	const component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
	const names = "nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs:\n  - path: spec/config\n    name: shop\n    kind: Shop\n  - path: spec/other\n    name: shop\n    kind: Shop\n"
	for name, c := range map[string]struct {
		files map[string]string
		where string
		what  string
	}{
		"not YAML": {map[string]string{"kustomization.yaml": "resources:\n- a.yaml\n- b.yaml\n", "b.yaml": config + "---\nkind: A\n b: c\n"},
			"b.yaml:9:2", "not YAML: mapping values are not allowed in this context"},
		"a file that is missing": {map[string]string{"kustomization.yaml": head + "- gone.yaml\n"},
			"kustomization.yaml:3:3", "there is no file or directory gone.yaml"},
		"several files that are missing": {map[string]string{"kustomization.yaml": head + "- gone.yaml\n- ../b\n- a/1.yaml\n- a/2.yaml\n- a/3.yaml\n- a/4.yaml\n- a/5.yaml\n"},
			"kustomization.yaml:3:3", "there is no file or directory gone.yaml; nor ../b, a/1.yaml, a/2.yaml, a/3.yaml, a/4.yaml and 1 more"},
		"a file of nearly that name": {map[string]string{"kustomization.yaml": head + "- servces/service.yaml\n", "services/service.yaml": config},
			"kustomization.yaml:3:3", `did you mean "services/service.yaml"?`},
		"a base with other dots": {map[string]string{"kustomization.yaml": head + "- .x/../other\n", "../other/kustomization.yaml": "namePrefix: a-\n"},
			"kustomization.yaml:3:3", `did you mean "../other"?`},
		"a slash that is lost": {map[string]string{"kustomization.yaml": head + "configMapGenerator:\n- name: c\n  envs: [filesapp.env]\n", "files/app.env": "A=b\n"},
			"kustomization.yaml:5:10", `did you mean "files/app.env"?`},
		"a file of a generator in a directory that is missing": {map[string]string{"kustomization.yaml": head + "configMapGenerator:\n- name: c\n  files: [rules=filse/app.env]\n", "files/app.env": "A=b\n"},
			"kustomization.yaml:5:11", `did you mean "files/app.env"?`},
		"a file of a generator, seen from above": {map[string]string{"app/kustomization.yaml": "configMapGenerator:\n- name: c\n  files: [rules=app/conf/rules.conf, app/conf/b.conf]\n", "app/conf/rules.conf": "A=b\n", "app/conf/b.conf": "A=b\n", "kustomization.yaml": "resources: [app]\n"},
			"kustomization.yaml:3:11", `did you mean "conf/rules.conf"?`},
		"a patch of nearly that name": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\npatches:\n- path: p.yaml\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: setings\n"},
			"p.yaml:4:9", `did you mean "settings"?`},
		"a source of a replacement": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\nreplacements:\n- source: {kind: ConfigMap, name: setings, fieldPath: metadata.name}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k]}]\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {k: v}\n"},
			"kustomization.yaml:3:35", `did you mean "settings"?`},
		"a field of a replacement's source": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\nreplacements:\n- source: {kind: ConfigMap, name: settings, fieldPath: data.hots}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k]}]\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {k: v, host: w}\n"},
			"kustomization.yaml:3:56", `did you mean "data.host"?`},
		"a field that does not exist": {map[string]string{"kustomization.yaml": head + "resource: [b]\n"},
			"kustomization.yaml:3:1", `did you mean "resources"?`},
		"a patch file without a target": {map[string]string{"kustomization.yaml": head + "patches:\n- path: p.yaml\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: gone\n"},
			"p.yaml:4:9", "no resource matches the patch of ConfigMap gone"},
		"an inline patch without a target": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: gone}\n"},
			"kustomization.yaml:7:22", "no resource matches the patch of ConfigMap gone"},
		"an operation on nothing": {map[string]string{"kustomization.yaml": head + "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - {op: replace, path: /data/none/x, value: 1}\n"},
			"kustomization.yaml:6:27", "nothing at /data/none/x"},
		"a receipt that is missing": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    apiVersion: wealist.io/v1alpha1\n    kind: FunctionRan\n    metadata: {name: shop}\n    $patch: delete\n"},
			"kustomization.yaml:7:22", "the function did not run"},
		"a kustomization on one line": {map[string]string{"kustomization.yaml": "{resources: [a.yaml] namePrefix: b-}\n"},
			"kustomization.yaml:1:1", "not YAML: did not find expected ',' or '}'"},
		"a list that is not closed": {map[string]string{"kustomization.yaml": "namePrefix: b-\nresources: [a.yaml\ncomponents: [b]\n"},
			"kustomization.yaml:2:1", "not YAML: did not find expected ',' or ']'"},
		"an alias of nothing": {map[string]string{"kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {k: *x}\n"},
			"b.yaml:4:1", "not YAML: a value starts with *"},
		"a value of another type": {map[string]string{"kustomization.yaml": head + "replicas:\n- name: a\n  count: three\n"},
			"kustomization.yaml:5:10", "count: expected a whole number, got a value of type string"},
		"a list for a text": {map[string]string{"kustomization.yaml": head + "namePrefix: [b]\n"},
			"kustomization.yaml:3:13", "namePrefix: expected a value of type string, got one of type array"},
		"a number for a text, deeper": {map[string]string{"kustomization.yaml": head + "labels:\n- pairs: {a: b, c: 1}\n"},
			"kustomization.yaml:4:20", "pairs: expected a value of type string, got one of type number"},
		"another kind": {map[string]string{"kustomization.yaml": "kind: Kustomisation\n" + head},
			"kustomization.yaml:1:7", "kind should be Kustomization or Component, not Kustomisation"},
		"a cycle": {map[string]string{"kustomization.yaml": "resources: [b]\n", "b/kustomization.yaml": "resources:\n- ..\n"},
			"kustomization.yaml:2:3", "a cycle"},
		"a directory without a kustomization": {map[string]string{"kustomization.yaml": "resources: [b]\n", "b/c.yaml": config},
			"kustomization.yaml:1:13", "there is no kustomization.yaml in the directory b"},
		"a base under components": {map[string]string{"kustomization.yaml": head + "components: [b]\n", "b/kustomization.yaml": "resources: [c.yaml]\n", "b/c.yaml": config},
			"kustomization.yaml:3:14", "b is not what belongs under components"},
		"two of a kind": {map[string]string{"kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "b.yaml": "# again\n" + config},
			"b.yaml:5:9", "there are two of ConfigMap a"},
		"a file twice": {map[string]string{"kustomization.yaml": "resources:\n- a.yaml\n- a.yaml\n"},
			"kustomization.yaml:3:3", "a.yaml is there twice"},
		"two once they have a namespace": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\nnamespace: one\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: z}\n"},
			"kustomization.yaml:2:12", "there are two of ConfigMap a once all are in namespace one"},
		"no resource": {map[string]string{"kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "b.yaml": config + "---\nfoo: bar\n"},
			"b.yaml:8:1", "this resource has no kind"},
		"no name": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\n", "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {a: b}\n"},
			"b.yaml:3:1", "this ConfigMap has no metadata.name"},
		"a file of others": {map[string]string{"kustomization.yaml": head + "- ../other/b.yaml\n", "../other/b.yaml": config},
			"kustomization.yaml:3:3", "../other/b.yaml is outside the directory of this kustomization"},
		"a patch that is not YAML": {map[string]string{"kustomization.yaml": head + "patches:\n- path: p.yaml\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  b: [\n"},
			"p.yaml:6:3", "the patch is not YAML"},
		"replacements that are not YAML": {map[string]string{"kustomization.yaml": head + "replacements:\n- path: r.yaml\n", "r.yaml": "source: {kind: Service}\n target: x\n"},
			"r.yaml:2:2", "not YAML"},
		"definitions that are not YAML": {map[string]string{"kustomization.yaml": head + "crds: [d.yaml]\n", "d.yaml": "a: b\n c: d\n"},
			"d.yaml:2:2", "not YAML"},
		"an inline patch that is not YAML": {map[string]string{"kustomization.yaml": head + "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: replace\n      path: /data/k\n     value: 3\n"},
			"kustomization.yaml:8:6", "the patch is not YAML"},
		"a patch of nobody": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    apiVersion: v1\n    data: {k: w}\n"},
			"kustomization.yaml:5:5", "the patch has no kind"},
		"an operation that there is not": {map[string]string{"kustomization.yaml": head + "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: change\n      path: /data/k\n      value: w\n"},
			"kustomization.yaml:6:11", `a JSON patch has no operation "change"`},
		"a path that there is not": {map[string]string{"kustomization.yaml": head + "patches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: remove\n      path: /data/x\n"},
			"kustomization.yaml:7:13", "/data/x"},
		"a JSON patch without a target": {map[string]string{"kustomization.yaml": head + "patches:\n- patch: |\n    - {op: remove, path: /data/k}\n"},
			"kustomization.yaml:4:3", "must specify a target for JSON patch"},
		"a value over a mapping": {map[string]string{"kustomization.yaml": head + "patches:\n- path: p.yaml\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: text\n"},
			"kustomization.yaml:4:3", "a patch has a single value where the resource has a mapping"},
		"a directive that there is not": {map[string]string{"kustomization.yaml": head + "patches:\n- path: p.yaml\n", "p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  $patch: destroy\n"},
			"p.yaml:6:11", `"destroy" is nothing that $patch can say`},
		"a generator's literal": {map[string]string{"kustomization.yaml": head + "configMapGenerator:\n- name: g\n  literals:\n  - a=b\n  - novalue\n"},
			"kustomization.yaml:7:5", "one of the literals is not of the form key=value"},
		"a generator's key twice": {map[string]string{"kustomization.yaml": head + "configMapGenerator:\n- name: g\n  literals: [a=b, a=c]\n"},
			"kustomization.yaml:5:19", "repeats the key"},
		"a generator that merges into nothing": {map[string]string{"kustomization.yaml": head + "configMapGenerator:\n- name: f\n  literals: [a=b]\n- name: g\n  behavior: merge\n"},
			"kustomization.yaml:6:3", "does not exist; cannot merge or replace"},
		"a replacement's source": {map[string]string{"kustomization.yaml": head + "replacements:\n- source: {kind: ConfigMap, name: a, fieldPath: data.gone}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.k]\n"},
			"kustomization.yaml:4:49", "`data.gone` is missing"},
		"a replacement's target": {map[string]string{"kustomization.yaml": head + "replacements:\n- source: {kind: ConfigMap, name: a}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths:\n    - data.gone\n"},
			"kustomization.yaml:8:7", `unable to find field "data.gone"`},
		"a variable of nothing": {map[string]string{"kustomization.yaml": head + "vars:\n- name: V\n  objref: {apiVersion: v1, kind: Service, name: gone}\n"},
			"kustomization.yaml:4:9", "there is no Service that the variable V could be read from"},
		"a transformer that there is not": {map[string]string{"kustomization.yaml": head + "transformers:\n- t.yaml\n", "t.yaml": "apiVersion: builtin\nkind: PrefxTransformer\nmetadata: {name: p}\n"},
			"kustomization.yaml:4:3", "unable to load builtin PrefxTransformer"},
		"a transformer's configuration": {map[string]string{"kustomization.yaml": head + "transformers:\n- t.yaml\n", "t.yaml": "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefx: x\n"},
			"kustomization.yaml:4:3", "PrefixTransformer p fails configuration"},
		"an order that there is not": {map[string]string{"kustomization.yaml": head + "sortOptions: {order: alphabetical}\n"},
			"kustomization.yaml:3:14", "must be one of [fifo, legacy]"},
		"configurations of another shape": {map[string]string{"kustomization.yaml": head + "configurations: [c.yaml]\n", "c.yaml": "images: []\nnamePrefix: text\n"},
			"c.yaml:2:13", "namePrefix: expected"},
		"a field that configurations have not": {map[string]string{"kustomization.yaml": head + "configurations: [c.yaml]\nimages:\n- name: a\n  newTag: b\n", "c.yaml": names},
			"c.yaml:6:5", `a configuration of kustomize has no field "name"`},
		"the same in a component": {map[string]string{"kustomization.yaml": head + "components: [c]\n", "c/kustomization.yaml": component + "configurations: [names.yaml]\n", "c/names.yaml": names},
			"names.yaml:6:5", `a configuration of kustomize has no field "name"`},
		"the same in a component of a component": {map[string]string{"kustomization.yaml": head + "components: [b]\n", "b/kustomization.yaml": component + "components: [../c]\n", "c/kustomization.yaml": component + "configurations: [names.yaml]\n", "c/names.yaml": names},
			"names.yaml:6:5", `a configuration of kustomize has no field "name"`},
		"a field that configurations have elsewhere": {map[string]string{"kustomization.yaml": head + "configurations: [c.yaml]\n", "c.yaml": "kind: Shop\n"},
			"c.yaml:1:1", `a configuration of kustomize has no field "kind"`},
		"a name to be filled in": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\n", "b.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{SHOP}}\n"},
			"b.yaml:4:3", kbuild.IsTemplate},
		"itself": {map[string]string{"kustomization.yaml": head + "- kustomization.yaml\n"},
			"kustomization.yaml:3:3", "kustomization.yaml lists itself"},
		"itself, with a heading": {map[string]string{"kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n" + head + "- ./kustomization.yaml\n"},
			"kustomization.yaml:5:3", "kustomization.yaml lists itself"},
		"the file of a base": {map[string]string{"kustomization.yaml": head + "- b/kustomization.yaml\n", "b/kustomization.yaml": "namePrefix: a-\n"},
			"kustomization.yaml:3:3", "b/kustomization.yaml is a kustomization, and no resource"},
		"a resource of Flux without a name": {map[string]string{"kustomization.yaml": head + "- b/kustomization.yaml\n", "b/kustomization.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {}\n"},
			"kustomization.yaml:3:1", "this Kustomization has no metadata.name"},
		"images beside the volumes of a policy": {map[string]string{"kustomization.yaml": "resources: [b.yaml]\nimages:\n- name: shop\n  newTag: b\n", "b.yaml": "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: shop}\nspec: {volumes: [configMap, secret]}\n"},
			"kustomization.yaml:3:9", kbuild.ImagesOfVolumes + " of PodSecurityPolicy shop, and fails where one is no mapping"},
		"an empty base": {map[string]string{"kustomization.yaml": "resources:\n- b\n", "b/kustomization.yaml": "\n"},
			"kustomization.yaml:2:3", "b/kustomization.yaml: it is empty: expected resources, or another field"},
		"nothing but a comment": {map[string]string{"kustomization.yaml": "# later\n"},
			"kustomization.yaml:1:1", "it is empty: expected resources, or another field"},
		"a base with two files": {map[string]string{"kustomization.yaml": "components: []\nresources: [b]\n", "b/kustomization.yaml": head, "b/kustomization.yml": head, "b/a.yaml": config},
			"kustomization.yaml:2:13", "there are several kustomization files in this directory"},
		"a server that is not there": {map[string]string{"kustomization.yaml": head + "- http://127.0.0.1:1/b.yaml\n"},
			"kustomization.yaml:3:3", "http://127.0.0.1:1/b.yaml cannot be had"},
		"a repository that is not there": {map[string]string{"kustomization.yaml": head + "components:\n- file:///nowhere/at/all.git//b?ref=v1\n"},
			"kustomization.yaml:4:3", "file:///nowhere/at/all.git//b?ref=v1 cannot be had: fatal: "},
		"replicas of nothing": {map[string]string{"kustomization.yaml": head + "replicas:\n- name: gone\n  count: 2\n"},
			"kustomization.yaml:4:9", "there is no gone with replicas"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := filesys.MakeFsInMemory()
			c.files["a.yaml"] = config
			for file, text := range c.files {
				require.NoError(t, fsys.WriteFile(filepath.Join("/tree", file), []byte(text)))
			}
			_, err := kbuild.Build(fsys, "/tree", kbuild.Options{})
			var failure *kbuild.Failure
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, failure.Error(), c.what)
			assert.Equal(t, c.where, fmt.Sprintf("%s:%d:%d", filepath.Base(failure.File), failure.Line, failure.Column))
			hidden := strings.Contains(failure.What, "not YAML") || strings.HasPrefix(name, "a generator's") // nobody can tell what is a secret in them
			assert.Equal(t, !hidden, failure.Text != "", failure.Text)
			for _, raw := range []string{"[no", "0x", `{"`, "map[", "&{", "Node", "/tree"} {
				assert.NotContains(t, failure.Error(), raw)
			}
			require.Error(t, errors.Unwrap(err), "what kustomize says")
		})
	}
}

// What kustomize would refuse as well is not suggested.
func TestNothingElseIsMeant(t *testing.T) {
	role := func(kind, namespace string) string {
		return "apiVersion: rbac.authorization.k8s.io/v1\nkind: " + kind + "\nmetadata: {name: view, namespace: " + namespace + "}\n"
	}
	outside := map[string]string{"tree/kustomization.yaml": "resources: [./app.yaml]\n", "app.yaml": role("Role", "a")}
	for name, c := range map[string]struct {
		files   map[string]string
		options kbuild.Options
		meant   bool
	}{
		"a file outside":                    {files: outside},
		"a file outside, which may be read": {files: outside, options: kbuild.Options{LoadRestrictor: types.LoadRestrictionsNone}, meant: true},
		"a name and a kind that are right": {files: map[string]string{
			"tree/kustomization.yaml": "resources: [roles.yaml]\npatches: [{path: p.yaml}]\n", "tree/roles.yaml": role("Role", "a") + "---\n" + role("Roles", "a"), "tree/p.yaml": role("Role", "b"),
		}},
	} {
		fsys := filesys.MakeFsInMemory()
		for file, text := range c.files {
			require.NoError(t, fsys.WriteFile("/"+file, []byte(text)))
		}
		_, err := kbuild.Build(fsys, "/tree", c.options)
		require.Error(t, err, name)
		assert.Equal(t, c.meant, strings.Contains(err.Error(), "did you mean"), "%s: %v", name, err)
	}
}

// What is to be filled in is found where it was written: YAML cannot write it.
func TestTemplatesHaveAPlace(t *testing.T) {
	for where, labels := range map[string]string{"a.yaml:5:3": "{{LABELS}}", "a.yaml:6:5": "\n    shop: {{LABEL}}"} {
		fsys := filesys.MakeFsInMemory()
		require.NoError(t, fsys.WriteFile("/tree/kustomization.yaml", []byte("resources: [a.yaml]\n")))
		require.NoError(t, fsys.WriteFile("/tree/a.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: "+labels+"\n")))
		result, err := kbuild.Build(fsys, "/tree", kbuild.Options{})
		require.NoError(t, err)
		unwritable := kbuild.Writable(result.Resources, nil)
		require.Error(t, unwritable)
		var failure *kbuild.Failure
		require.ErrorAs(t, kbuild.Unwritable(fsys, "/tree", kbuild.Options{}, unwritable), &failure)
		assert.Equal(t, kbuild.IsTemplate, failure.Error())
		assert.Equal(t, where, fmt.Sprintf("%s:%d:%d", filepath.Base(failure.File), failure.Line, failure.Column))
	}
}

// A key that a resource has twice is found where it was written: kustomize builds
// it, and fails when it writes it.
func TestTwoOfAKeyHaveAPlace(t *testing.T) {
	const config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
	for name, c := range map[string]struct {
		files       map[string]string
		where, help string
	}{
		"in a resource":    {map[string]string{"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": config + "  k: w\n"}, "a.yaml:7:3", "a.yaml:6"},
		"in one of a file": {map[string]string{"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": strings.Replace(config, "a\n", "b\n", 1) + "---\n" + config + "  k: w\n"}, "a.yaml:14:3", "a.yaml:13"},
		"in a base":        {map[string]string{"kustomization.yaml": "resources: [b]\nnamePrefix: x-\n", "b/kustomization.yaml": "resources: [a.yaml]\n", "b/a.yaml": config + "  k: w\n"}, "a.yaml:7:3", "a.yaml:6"},
		"in a patch":       {map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches: [path: p.yaml]\n", "a.yaml": strings.Replace(config, "data:\n  k: v\n", "", 1), "p.yaml": config + "  l: w\n  k: w\n"}, "p.yaml:8:3", "p.yaml:6"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := filesys.MakeFsInMemory()
			for file, text := range c.files {
				require.NoError(t, fsys.WriteFile(filepath.Join("/tree", file), []byte(text)))
			}
			result, err := kbuild.Build(fsys, "/tree", kbuild.Options{})
			require.NoError(t, err)
			unwritable := kbuild.Writable(result.Resources, nil)
			require.Error(t, unwritable)
			var failure *kbuild.Failure
			require.ErrorAs(t, kbuild.Unwritable(fsys, "/tree", kbuild.Options{}, unwritable), &failure)
			assert.Contains(t, failure.Error(), `a has the key "k" twice`)
			assert.Equal(t, c.where, fmt.Sprintf("%s:%d:%d", filepath.Base(failure.File), failure.Line, failure.Column))
			assert.True(t, strings.HasSuffix(failure.Help, c.help), failure.Help)
		})
	}
}
