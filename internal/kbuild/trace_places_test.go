package kbuild

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	traceDeployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: shop:1
        env:
        - name: A
          value: a
        - name: B
          value: b
`
	traceConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  k: v\n"
)

// TestPlaces says where values of small trees are, and has kustomize prove it.
func TestPlaces(t *testing.T) {
	// A want is a field, and the file, line, column and via of its value; "-" is
	// for a value without a place.
	type wants map[string]string
	shop := "Deployment/shop "
	builtin := func(kind, fields string) string {
		return "apiVersion: builtin\nkind: " + kind + "\nmetadata:\n  name: p\n" + fields
	}
	plugin := func(kind, fields string, more ...string) map[string]string {
		files := map[string]string{
			"kustomization.yaml": "resources: [d.yaml]\ntransformers: [p.yaml]\n",
			"d.yaml":             traceDeployment, "p.yaml": builtin(kind, fields),
		}
		for i := 0; i+1 < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  wants
	}{
		"a patch over a value in flow style": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: '1', template: {spec: {containers: [{name: app, image: \"shop:1\", command: ['sh']}]}}}\n",
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: app\n        image: shop:2\n        command:\n        - |\n          run\n",
			},
			wants{
				shop + "spec.template.spec.containers[0].image":      "p.yaml:11:16 strategicMergePatch",
				shop + "spec.template.spec.containers[0].name":       "d.yaml:4:61 resource",
				shop + "spec.template.spec.containers[0].command[0]": "p.yaml:13:11 strategicMergePatch",
				shop + "spec.replicas":                               "p.yaml:6:13 strategicMergePatch",
			},
		},
		"quoted over plain": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {spec: {containers: [{name: app, image: 'shop:2', env: [{name: A, value: \"\"}, {name: B, value: c d}]}]}}}\n",
			},
			wants{
				shop + "spec.template.spec.containers[0].image":        "p.yaml:4:58 strategicMergePatch",
				shop + "spec.template.spec.containers[0].env[0].value": "p.yaml:4:91 strategicMergePatch",
			},
		},
		"a patch that begins with dashes": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches:\n- path: p.yaml\n- path: q.yaml\n  target: {kind: Deployment}\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  paused: true\n  template:\n    spec:\n      containers:\n      - name: app\n        env:\n        - name: X\n          value: x\n        - name: Z\n          value: x\n",
				"q.yaml":             "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  template:\n    metadata:\n      labels:\n        app: shop\n        tier: shop\n---\n# nothing\n",
			},
			wants{
				shop + "spec.paused": "p.yaml:6:11 strategicMergePatch",
				shop + "spec.template.spec.containers[0].env[0].value": "p.yaml:13:18 strategicMergePatch",
				shop + "spec.template.spec.containers[0].env[1].value": "p.yaml:15:18 strategicMergePatch",
				shop + "spec.template.metadata.labels.tier":            "q.yaml:10:15 strategicMergePatch",
			},
		},
		"numbers that JSON writes in another way": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches:\n- target: {kind: Pod}\n  patch: '- {op: add, path: /spec/x, value: 1}'\n",
				"d.yaml":             "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes:\n  - name: v\n    secret:\n      defaultMode: 0400\n  - name: w\n    secret:\n      defaultMode: 0o755\n",
			},
			wants{
				"Pod/p spec.volumes[0].secret.defaultMode": "d.yaml:8:20 resource",
				"Pod/p spec.volumes[1].secret.defaultMode": "d.yaml:11:20 resource",
				"Pod/p spec.x": "kustomization.yaml:4:45 jsonPatch",
			},
		},
		"an element in another's place": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n      - $patch: replace\n      - name: app\n        image: other:1\n",
			},
			wants{
				shop + "spec.template.spec.containers[0].image": "p.yaml:11:16 strategicMergePatch",
				shop + "spec.template.spec.containers[0].name":  "p.yaml:10:15 strategicMergePatch",
				shop + "spec.replicas":                          "d.yaml:6:13 resource",
			},
		},
		"elements in others' places, of two lists": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        env:\n        - $patch: replace\n        - name: A\n          value: x\n",
			},
			wants{
				shop + "spec.template.spec.containers[0].env[0].name":  "p.yaml:12:17 strategicMergePatch",
				shop + "spec.template.spec.containers[0].env[0].value": "p.yaml:13:18 strategicMergePatch",
				shop + "spec.template.spec.containers[0].name":         "d.yaml:10:15 resource",
			},
		},
		"a mapping in another's place": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  $patch: replace\n  replicas: 1\n  paused: true\n",
			},
			wants{shop + "spec.replicas": "p.yaml:7:13 strategicMergePatch", shop + "metadata.name": "d.yaml:4:9 resource"},
		},
		"an element that a patch takes away": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\npatches: [path: p.yaml]\n",
				"d.yaml":             traceDeployment,
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        env:\n        - $patch: delete\n          name: A\n",
			},
			wants{shop + "spec.template.spec.containers[0].env[0].name": "d.yaml:15:17 resource"},
		},
		"a component": {
			map[string]string{
				"kustomization.yaml":   "resources: [d.yaml]\ncomponents: [c]\nnameSuffix: -x\n",
				"d.yaml":               traceDeployment,
				"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\nreplicas:\n- name: shop\n  count: 3\n",
				"c/c.yaml":             traceConfigMap,
			},
			wants{
				"Deployment/shop-x spec.replicas": "c/kustomization.yaml:6:10 replicas in c",
				"Deployment/shop-x metadata.name": "kustomization.yaml:3:13 nameSuffix",
				"ConfigMap/c-x data.k":            "c/c.yaml:6:6 resource in c",
			},
		},
		"metadata of builds": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\nnamePrefix: a-\nbuildMetadata:\n- originAnnotations\n- managedByLabel\n- transformerAnnotations\n",
				"d.yaml":             traceDeployment,
			},
			wants{
				`Deployment/a-shop metadata.annotations["config.kubernetes.io/origin"]`:                "kustomization.yaml:4:3 buildMetadata",
				`Deployment/a-shop metadata.labels["app.kubernetes.io/managed-by"]`:                    "kustomization.yaml:5:3 buildMetadata",
				`Deployment/a-shop metadata.annotations["alpha.config.kubernetes.io/transformations"]`: "kustomization.yaml:6:3 buildMetadata",
			},
		},
		"patches that are noted": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\nbuildMetadata: [transformerAnnotations, originAnnotations]\npatchesStrategicMerge: [p.yaml, q.yaml]\npatches: [path: r.yaml]\n",
				"d.yaml":             traceDeployment + "---\n" + traceConfigMap,
				"p.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  k: w\n",
				"q.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  l: w\n",
				"r.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  m: w\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  n: w\n",
			},
			wants{
				"ConfigMap/c data.k": "p.yaml:5:6 strategicMergePatch",
				"ConfigMap/c data.l": "q.yaml:5:6 strategicMergePatch",
				"ConfigMap/c data.n": "r.yaml:11:6 strategicMergePatch",
			},
		},
		"a generator that is merged": {
			map[string]string{
				"kustomization.yaml":   "resources: [b]\nsecretGenerator:\n- name: s\n  behavior: merge\n  literals: [b=2, 'c=\"3\"']\n  envs: [e.env]\n  files: [f=f.txt]\n",
				"b/kustomization.yaml": "secretGenerator:\n- name: s\n  type: example.com/t\n  literals:\n  - a=1\n  - b=1\n",
				"e.env":                "d=4\n", "f.txt": "text\n",
			},
			wants{
				"Secret/s data.a": "b/kustomization.yaml:5:7 literal",
				"Secret/s data.b": "kustomization.yaml:5:16 literal",
				"Secret/s data.c": "kustomization.yaml:5:23 literal",
				"Secret/s data.d": "e.env:1:3 envFile",
				"Secret/s data.f": "f.txt:1:1 file",
				"Secret/s type":   "-", // Opaque, which the second one makes it,
			},
		},
		"a Secret in a file that a generator is merged into": {
			map[string]string{
				"kustomization.yaml": "resources: [s.yaml]\nsecretGenerator:\n- name: s\n  behavior: merge\n  literals: [b=2]\n",
				"s.yaml":             "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  labels: {l: m}\ntype: Opaque\ndata:\n  a: eA==\nstringData:\n  z: plain\n",
			},
			wants{
				"Secret/s data.a":            "s.yaml:8:6 resource",
				"Secret/s data.b":            "kustomization.yaml:5:16 literal",
				"Secret/s metadata.labels.l": "s.yaml:5:15 resource",
				"Secret/s data.z":            "s.yaml:10:6 resource",
			},
		},
		"generators in files": {
			map[string]string{
				"kustomization.yaml": "generators: [g.yaml]\n",
				"g.yaml":             "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata:\n  name: c\n  namespace: n\nliterals:\n- a=1\nenvs: [e.env]\noptions:\n  labels: {l: m}\n  disableNameSuffixHash: true\n---\napiVersion: builtin\nkind: SecretGenerator\nmetadata:\n  name: s\ntype: example.com/t\nliterals: ['a=1']\n",
				"e.env":              "d=4\n",
			},
			wants{
				"ConfigMap/c data.a":             "g.yaml:7:5 literal",
				"ConfigMap/c data.d":             "e.env:1:3 envFile",
				"ConfigMap/c metadata.name":      "g.yaml:4:9 generator",
				"ConfigMap/c metadata.namespace": "g.yaml:5:14 generator",
				"ConfigMap/c metadata.labels.l":  "g.yaml:10:15 generator",
				"Secret/s data.a":                "g.yaml:18:15 literal",
				"Secret/s type":                  "g.yaml:17:7 generator",
			},
		},
		"a generator in the kustomization": {
			map[string]string{"kustomization.yaml": "generators:\n- |\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: c}\n  literals: [a=1]\n"},
			wants{"ConfigMap/c data.a": "kustomization.yaml:6:16 literal", "ConfigMap/c metadata.name": "kustomization.yaml:5:20 nameHash"},
		},
		"a prefix plugin":      {plugin("PrefixTransformer", "prefix: x-\nfieldSpecs: [{path: metadata/name}]\n"), wants{"Deployment/x-shop metadata.name": "p.yaml:5:9 namePrefix"}},
		"a suffix plugin":      {plugin("SuffixTransformer", "suffix: -x\nfieldSpecs: [{path: metadata/name}]\n"), wants{"Deployment/shop-x metadata.name": "p.yaml:5:9 nameSuffix"}},
		"both":                 {plugin("PrefixSuffixTransformer", "prefix: x-\nsuffix: -y\nfieldSpecs: [{path: metadata/name}]\n"), wants{"Deployment/x-shop-y metadata.name": "p.yaml:6:9 nameSuffix"}},
		"a namespace plugin":   {plugin("NamespaceTransformer", "fieldSpecs: [{path: metadata/namespace, create: true}]\n"), wants{}},
		"a label plugin":       {plugin("LabelTransformer", "labels: {l: m}\nfieldSpecs: [{path: metadata/labels, create: true}]\n"), wants{shop + "metadata.labels.l": "p.yaml:5:13 labels"}},
		"an annotation plugin": {plugin("AnnotationsTransformer", "annotations: {l: m}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n"), wants{shop + "metadata.annotations.l": "p.yaml:5:18 commonAnnotations"}},
		"an image plugin": {plugin("ImageTagTransformer", "imageTag:\n  name: shop\n  newTag: '2'\nfieldSpecs:\n- path: spec/template/spec/containers[]/image\n"),
			wants{shop + "spec.template.spec.containers[0].image": "p.yaml:7:11 images"}},
		"a replica plugin": {plugin("ReplicaCountTransformer", "replica:\n  name: shop\n  count: 5\nfieldSpecs: [{path: spec/replicas}]\n"),
			wants{shop + "spec.replicas": "p.yaml:7:10 replicas"}},
		"a patch plugin": {plugin("PatchTransformer", "patch: |\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: shop}\n  spec:\n    replicas: 7\n"),
			wants{shop + "spec.replicas": "p.yaml:10:15 strategicMergePatch"}},
		"a patch plugin with a file": {plugin("PatchTransformer", "path: q.yaml\ntarget: {kind: Deployment}\n", "q.yaml", "- op: replace\n  path: /spec/replicas\n  value: 6\n"),
			wants{shop + "spec.replicas": "q.yaml:3:10 jsonPatch", shop + "metadata.name": "d.yaml:4:9 resource"}},
		"a JSON patch plugin": {plugin("PatchJson6902Transformer", "target: {kind: Deployment, name: shop, group: apps, version: v1}\njsonOp: |-\n  - {op: replace, path: /spec/replicas, value: 6}\n"),
			wants{shop + "spec.replicas": "p.yaml:7:48 jsonPatch"}},
		"a merge plugin": {plugin("PatchStrategicMergeTransformer", "paths: [q.yaml]\n", "q.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 7\n"),
			wants{shop + "spec.replicas": "q.yaml:5:13 strategicMergePatch"}},
		"a replacement plugin": {plugin("ReplacementTransformer", "replacements:\n- source: {kind: Deployment, name: shop, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths:\n    - spec.template.spec.containers.[name=app].env.[name=A].value\n"),
			wants{shop + "spec.template.spec.containers[0].env[0].value": "d.yaml:4:9 replacement"}},
		"a plugin that adds values": {plugin("ValueAddTransformer", "value: x\ntargets:\n- fieldPath: spec/template/spec/containers[]/image\n"), wants{}},
		"a transformer in the kustomization": {
			map[string]string{
				"kustomization.yaml": "resources: [d.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: ReplicaCountTransformer\n  metadata: {name: r}\n  replica: {name: shop, count: 4}\n  fieldSpecs: [{path: spec/replicas}]\n",
				"d.yaml":             traceDeployment,
			},
			wants{shop + "spec.replicas": "kustomization.yaml:7:32 replicas"},
		},
		"a transformer that is built": {
			map[string]string{
				"kustomization.yaml":   "resources: [d.yaml]\ntransformers: [t]\n",
				"d.yaml":               traceDeployment,
				"t/kustomization.yaml": "resources: [p.yaml]\npatches:\n- patch: '{apiVersion: builtin, kind: ReplicaCountTransformer, metadata: {name: p}, replica: {count: 9}}'\n",
				"t/p.yaml":             builtin("ReplicaCountTransformer", "replica: {name: shop, count: 4}\nfieldSpecs: [{path: spec/replicas}]\n"),
			},
			wants{shop + "spec.replicas": "t/kustomization.yaml:3:102 replicas"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			for file, text := range c.files {
				files["/tree/"+file] = text
			}
			o := newOracle(t, inMemory(t, files), "/tree")
			all, ok := o.scalarsOf(t)
			if !ok {
				_, err := o.stock(nil)
				require.NoError(t, err)
			}
			got := map[string]string{}
			for _, p := range all {
				name := p.resource.kind + "/" + p.resource.name
				if p.made {
					name = name[:strings.IndexByte(name+"-", '-')]
				}
				where := "-"
				if rec := p.rec; rec.Known() {
					file, err := filepath.Rel("/tree", rec.File)
					require.NoError(t, err)
					where = fmt.Sprintf("%s:%d:%d %s", file, rec.Line, rec.Column, rec.Via)
					if rec.Component != "" {
						where += " in " + filepath.Base(rec.Component)
					}
				}
				got[name+" "+p.field] = where
			}
			for field, want := range c.want {
				assert.Equal(t, want, got[field], field)
			}
			require.True(t, o.prove(t))
			o.verdict(t, name)
		})
	}
}
