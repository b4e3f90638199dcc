package kbuild_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// shapes are pipelines that are nearly, but not quite, as the documentation
// writes them, and resources that are not written as kustomize writes them.
func shapes() map[string]files {
	plain := source.with(files{
		"pipeline/kustomization.yaml":     "resources: [run]\n" + deleteReceipt,
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [fn.yaml]\n",
		"pipeline/run/fn.yaml":            pipeline(execSpec),
	})
	outer := func(more string) files {
		return plain.with(files{"pipeline/kustomization.yaml": "resources: [run]\n" + deleteReceipt + more})
	}
	run := func(text string) files { return plain.with(files{"pipeline/run/kustomization.yaml": text}) }
	inner := func(more string) files {
		return plain.with(files{"source/kustomization.yaml": source["source/kustomization.yaml"] + more})
	}
	resource := func(text string) files { return plain.with(files{"source/list.yaml": text}) }
	object := func(fields string) files {
		return resource("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n" + fields)
	}
	all := map[string]files{
		"plain":                         plain,
		"outer prefix":                  outer("namePrefix: x-\n"),
		"outer labels":                  outer("labels: [{pairs: {a: b}}]\n"),
		"outer sort":                    outer("sortOptions: {order: legacy}\n"),
		"outer metadata":                outer("buildMetadata: [originAnnotations]\n"),
		"outer in other case":           outer("NamePrefix: x-\n"),
		"outer generator":               outer("configMapGenerator: [{name: g, literals: [a=b]}]\n"),
		"outer patch of a resource":     plain.with(files{"pipeline/kustomization.yaml": "resources: [run]\n" + strings.TrimRight(deleteReceipt, "\n") + "\n- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: prod-api}, spec: {replicas: 3}}'\n"}),
		"receipt with a namespace":      plain.with(files{"pipeline/kustomization.yaml": "resources: [run]\n" + strings.ReplaceAll(deleteReceipt, "{name: wealist}", "{name: wealist, namespace: x}")}),
		"receipt that nobody leaves":    plain.with(files{"pipeline/kustomization.yaml": "resources: [run]\n" + strings.ReplaceAll(deleteReceipt, "wealist}", "other}")}),
		"no receipt demanded":           plain.with(files{"pipeline/kustomization.yaml": "resources: [run]\n"}),
		"two resources":                 plain.with(files{"pipeline/kustomization.yaml": "resources: [run, cm.yaml]\n" + deleteReceipt, "pipeline/cm.yaml": configMap}),
		"run with a prefix":             run("resources: [../../source]\nnamePrefix: r-\ntransformers: [fn.yaml]\n"),
		"run without function":          run("resources: [../../source]\n"),
		"run with a built-in":           run("resources: [../../source]\ntransformers:\n- fn.yaml\n- |\n  {apiVersion: builtin, kind: PrefixTransformer, metadata: {name: p}, prefix: q-, fieldSpecs: [{path: metadata/name}]}\n"),
		"run with an unknown built-in":  run("resources: [../../source]\ntransformers:\n- fn.yaml\n- |\n  {apiVersion: builtin, kind: Unknown, metadata: {name: p}}\n"),
		"function as a validator":       run("resources: [../../source]\nvalidators: [fn.yaml]\n"),
		"function as a generator":       run("resources: [../../source]\ngenerators: [fn.yaml]\n"),
		"source with sort order":        inner("sortOptions: {order: legacy}\n"),
		"source with metadata":          inner("buildMetadata: [managedByLabel]\n"),
		"source with vars":              inner("vars: [{name: V, objref: {apiVersion: apps/v1, kind: Deployment, name: api}}]\n"),
		"source with replacements":      inner("replacements: [{source: {kind: Deployment, name: api}, targets: [{select: {kind: Widget}, fieldPaths: [spec.on]}]}]\n"),
		"source with a transformer":     inner("transformers:\n- |\n  {apiVersion: builtin, kind: PrefixTransformer, metadata: {name: p}, prefix: q-, fieldSpecs: [{path: metadata/name}]}\n"),
		"source with a suffix":          inner("nameSuffix: -s\ncommonLabels: {l: m}\ncommonAnnotations: {n: o}\n"),
		"source as a component":         inner("kind: Component\n"),
		"source with a secret":          inner("secretGenerator: [{name: s, literals: [a=b]}]\n"),
		"source that does not build":    inner("resources: [missing.yaml]\n"),
		"source with a missing file":    plain.with(files{"source/kustomization.yaml": "resources: [missing.yaml]\n"}),
		"source with a bad field":       inner("resourcez: []\n"),
		"source that is not YAML":       inner("]\n"),
		"function that fails":           resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: broken}\n"),
		"local config":                  resource("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: l\n  annotations: {config.kubernetes.io/local-config: 'true'}\n"),
		"empty annotations":             resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: l, annotations: {}, labels: {}}\n"),
		"null annotations":              resource("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: l, annotations: null, creationTimestamp: null}\n"),
		"comments, anchors, merge keys": object("# c\nx: &a {b: 1} # d\ny: *a\nz: {<<: *a, c: 2}\n"),
		"numbers":                       object("a: 0644\nb: 0x1F\nc: 1e3\nd: 1.0\ne: 12345678901234567890\nf: -0\ng: 1_000\nh: +1\ni: .5\nj: .inf\n"),
		"fractions":                     object("a: 0.5\nb: -12.25\nc: 999999.9\nd: '0.5'\n"),
		"fractions that are long":       object("a: 1234567.5\nb: 0.00001\n"),
		"words":                         object("a: yes\nb: 'yes'\nc: on\nd: True\ne: ~\nf:\ng: 'null'\nh: '0o7'\ni: '1:30'\nj: 2001-01-01\nk: '2001-01-01'\nl: =\n"),
		"keys":                          object("1: a\ntrue: b\nnull: c\n'1.5': d\n"),
		"texts":                         object("a: |\n  x\n\n   y\nb: |+\n  x\n\nc: \"\\n x\"\nd: ' x '\ne: \"a\\tb\\u2028c\"\nf: '{{ x }}'\ng: \"é\\u0001\"\nh: >-\n  long\n  text\n"),
		"a list that is not one":        resource("apiVersion: example.com/v1\nkind: WidgetList\nmetadata: {name: w}\nspec: {}\n"),
	}
	for name, tree := range trees {
		all[name] = tree
	}
	return all
}

// What the function in this process builds, level by level or as one, is what
// it builds in one of its own.
func TestInProcessEqualsChild(t *testing.T) {
	for name, tree := range shapes() {
		t.Run(name, func(t *testing.T) { inProcessEqualsChild(t, tree) })
	}
}

// The same where resources say what they come from, as for a check.
func TestTracedInProcessEqualsChild(t *testing.T) {
	for name, tree := range shapes() {
		file := "pipeline/kustomization.yaml"
		traced := tree.with(files{file: "buildMetadata: [originAnnotations]\n" + tree[file]})
		t.Run(name, func(t *testing.T) { inProcessEqualsChild(t, traced) })
		file = "source/list.yaml"
		plain := traced.with(files{file: strings.ReplaceAll(tree[file], ", ratio: 0.5", "")})
		t.Run(name+", plain numbers", func(t *testing.T) { inProcessEqualsChild(t, plain) })
		file = "pipeline/kustomization.yaml"
		all := plain.with(files{file: strings.ReplaceAll(traced[file], "[originAnnotations]", "[transformerAnnotations, managedByLabel, originAnnotations]")})
		t.Run(name+", all metadata", func(t *testing.T) { inProcessEqualsChild(t, all) })
	}
}

func inProcessEqualsChild(t *testing.T, tree files) {
	t.Helper()
	dir := filepath.Join(tree.write(t), "pipeline")
	want, wantStderr, wantErr := build(t, dir, kbuild.Options{})
	got, gotStderr, gotErr := build(t, dir, kbuild.Options{InProcess: kbuild.StampNodes})
	assert.Equal(t, want, got)
	assert.Equal(t, wantStderr, gotStderr)
	if wantErr == nil {
		require.NoError(t, gotErr)
		return
	}
	require.Error(t, gotErr)
	var child, own *kbuild.FunctionError
	if !errors.As(wantErr, &child) || !errors.As(gotErr, &own) {
		address := regexp.MustCompile(`0x[0-9a-f]+`) // kustomize prints pointers
		assert.Equal(t, address.ReplaceAllString(wantErr.Error(), ""), address.ReplaceAllString(gotErr.Error(), ""))
	}
}
