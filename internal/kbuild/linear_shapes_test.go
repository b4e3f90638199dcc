package kbuild

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// small is a tree to add fields to: top of base, which has something of most kinds
// that fields act on.
func small(fields string, more ...string) map[string]string {
	files := map[string]string{
		"top/kustomization.yaml":  "resources: [../base, own.yaml]\n" + fields,
		"top/own.yaml":            "apiVersion: v1\nkind: Service\nmetadata: {name: own, labels: {app: own}}\nspec: {selector: {app: own}}\n",
		"base/kustomization.yaml": "resources: [all.yaml]\nconfigMapGenerator: [{name: generated, literals: [A=1]}]\n",
		"base/all.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: app, annotations: {note: x}}
spec:
  template:
    spec:
      containers:
      - {name: app, image: 'nginx:1', envFrom: [{configMapRef: {name: generated}}, {secretRef: {name: secret}}]}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
data: {a: YQ==}
---
apiVersion: v1
kind: Namespace
metadata: {name: space}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: role}
subjects: [{kind: ServiceAccount, name: default}, {kind: ServiceAccount, name: default, namespace: other}]
`,
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

const component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"

// covered are trees that a linear build has to take: one that left them to
// kustomize would be right, and slow.
func covered() map[string]map[string]string {
	return map[string]map[string]string{
		"resources":                    small(""),
		"namespace":                    small("namespace: prod\n"),
		"prefix, suffix":               small("namePrefix: pre-\nnameSuffix: -suf\n"),
		"prefixes at two levels":       small("namePrefix: pre-\n", "base/kustomization.yaml", "namePrefix: base-\nresources: [all.yaml]\nconfigMapGenerator: [{name: generated}]\n"),
		"labels":                       small("labels: [{pairs: {a: b}}, {pairs: {c: d}, includeSelectors: true}, {pairs: {e: f}, includeTemplates: true, fields: [{path: spec/x, create: true}]}]\n"),
		"commonLabels":                 small("commonLabels: {a: b}\n"),
		"commonAnnotations":            small("commonAnnotations: {a: b}\n"),
		"images":                       small("images: [{name: nginx, newTag: '2'}]\n"),
		"images that become others":    small("images: [{name: none, newTag: x}, {name: nginx, newName: a.b/c}, {name: a.b/c, newTag: '2'}, {name: axb/c, newTag: '4'}, {name: d, digest: 'sha256:1'}, {name: 'reg:5000/e', newTag: '3'}]\n", "top/own.yaml", pods),
		"images by patterns":           small("images: [{name: none, newTag: x}, {name: 'a..*', newTag: '5'}, {name: '[', newTag: '6'}, {name: 'd|e', newTag: '7'}, {name: '', newTag: '8'}]\n", "top/own.yaml", pods),
		"images of custom fields":      small("images: [{name: none, newTag: x}, {name: nginx, newTag: '5'}, {name: w, newName: v}]\nconfigurations: [c.yaml]\n", "top/own.yaml", widget, "top/c.yaml", "images: [{path: spec/prefixed, kind: Widget}, {path: spec/list/ref, kind: Widget}, {path: spec/image, kind: Widget}]\n"),
		"imageTags":                    small("imageTags: [{name: nginx, newTag: '2'}]\n"),
		"replicas":                     small("replicas: [{name: app, count: 3}]\n"),
		"bases":                        small("", "top/kustomization.yaml", "bases: [../base]\nnamePrefix: x-\n"),
		"replicas in quotes":           small("replicas: [{name: q, count: 3}]\n", "top/own.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: q}\nspec: {replicas: '2', template: {spec: {containers: []}}}\n"),
		"patch in place":               small("patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: {replicas: 2}}'}]\n"),
		"patch in a file":              small("patches: [{path: p.yaml, target: {kind: Deployment}}]\n", "top/p.yaml", "- {op: add, path: /spec/replicas, value: 2}\n"),
		"patch that deletes":           small("patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: secret}, $patch: delete}'}]\nnamePrefix: x-\n"),
		"patch that renames":           small("patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: other}}', target: {kind: Secret}, options: {allowNameChange: true}}]\n"),
		"patch with selectors":         small("patches: [{patch: '{apiVersion: v1, kind: X, metadata: {name: x, labels: {p: q}}}', target: {labelSelector: app=own}}, {patch: '[{\"op\": \"remove\", \"path\": \"/metadata/annotations\"}]', target: {annotationSelector: note=x}}]\n"),
		"patches of older fields":      small("patchesStrategicMerge: [p.yaml]\npatchesJson6902: [{target: {version: v1, kind: Service, name: own}, path: j.json}]\n", "top/p.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\nstringData: {b: c}\n", "top/j.json", `[{"op": "add", "path": "/spec/type", "value": "NodePort"}]`),
		"replacements":                 small("replacements: [{source: {kind: Service, name: own}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.serviceAccountName], options: {create: true}}]}]\n"),
		"replacements in a file":       small("replacements: [{path: r.yaml}]\n", "top/r.yaml", "source: {kind: Service, name: own}\ntargets: [{select: {kind: Deployment}, fieldPaths: [metadata.name]}]\n"),
		"merged generator":             small("configMapGenerator: [{name: generated, behavior: merge, literals: [B=2]}]\n"),
		"replaced generator":           small("namePrefix: x-\nconfigMapGenerator: [{name: generated, behavior: replace, files: [own.yaml]}]\n"),
		"merged secret":                small("secretGenerator: [{name: secret, behavior: merge, literals: [b=c]}, {name: tls, type: kubernetes.io/tls, files: [tls.crt=own.yaml]}]\n"),
		"generator options":            small("configMapGenerator: [{name: c, envs: [e]}]\ngeneratorOptions: {disableNameSuffixHash: true, labels: {l: m}, immutable: true}\n", "top/e", "A=1\n"),
		"component":                    small("components: [../c]\n", "c/kustomization.yaml", component+"namePrefix: c-\npatches: [{patch: '[{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 9}]', target: {kind: Deployment}}]\n"),
		"two components":               small("components: [../c, ../d]\n", "c/kustomization.yaml", component+"resources: [cm.yaml]\n", "c/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", "d/kustomization.yaml", component+"nameSuffix: -d\ncomponents: [../e]\n", "e/kustomization.yaml", component+"labels: [{pairs: {e: f}}]\n"),
		"origins":                      small("buildMetadata: [originAnnotations]\nnamespace: prod\ncommonLabels: {a: b}\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n"),
		"order as written":             small("sortOptions: {order: fifo}\n"),
		"order of its own":             small("sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Service], orderLast: [Namespace]}}\n"),
		"local config":                 small("commonAnnotations: {config.kubernetes.io/local-config: 'false'}\n", "top/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, annotations: {config.kubernetes.io/local-config: 'true'}}\n"),
		"a list":                       small("namePrefix: x-\n", "top/own.yaml", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}, {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}]\n"),
		"JSON":                         small("", "top/own.yaml", `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}, "data": {"a": "\u00e9"}}`),
		"anchors":                      small("namePrefix: x-\n", "top/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, labels: &l {a: b}, annotations: *l}\ndata: {<<: *l, c: d}\n"),
		"annotations of all sorts":     small("commonAnnotations: {z: 'yes'}\nbuildMetadata: [originAnnotations]\n", "top/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, annotations: {b: 2, c: null, d: 'no', config.kubernetes.io/origin: 'path: x'}}\n"),
		"annotations that are numbers": small("namePrefix: x-\n", "top/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, annotations: {a: 1, b: x}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: own, annotations: {c: 2}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: none, annotations: {}}\n"),
		"Namespaces of two groups":     small("", "top/own.yaml", "{apiVersion: example.com/v1, kind: Namespace, metadata: {name: a}}\n---\n{apiVersion: a.example.com/v1, kind: Namespace, metadata: {name: a}}\n"),
		"instances by suffix": small("", "top/kustomization.yaml", "resources: [../a, ../b]\n",
			"a/kustomization.yaml", "resources: [own.yaml]\nnameSuffix: -a\n", "a/own.yaml", instance,
			"b/kustomization.yaml", "resources: [own.yaml]\nnameSuffix: -b\n", "b/own.yaml", instance),
		"patch by an old name":      small("patches: [{target: {kind: Deployment, name: app}, patch: '[{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 9}]'}]\n", "base/kustomization.yaml", "namePrefix: b-\nnamespace: moved\nresources: [all.yaml]\nconfigMapGenerator: [{name: generated}]\n"),
		"patch by an old namespace": small("patches: [{target: {kind: Deployment, namespace: default}, patch: '[{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 9}]'}]\n", "base/kustomization.yaml", "namePrefix: b-\nnamespace: moved\nresources: [all.yaml]\nconfigMapGenerator: [{name: generated}]\n"),
		"patch by what is now":      small("patches: [{target: {kind: Deployment, name: b-.*, namespace: moved}, patch: '[{\"op\": \"add\", \"path\": \"/spec/replicas\", \"value\": 9}]'}]\n", "base/kustomization.yaml", "namePrefix: b-\nnamespace: moved\nresources: [all.yaml]\nconfigMapGenerator: [{name: generated}]\n"),
		"patch that changes a kind": small("patches: [{target: {kind: Secret}, options: {allowKindChange: true}, patch: '{apiVersion: v1, kind: Sealed, metadata: {name: x}}'}]\n"),
		"configurations": small("namePrefix: x-\nnamespace: prod\ncommonLabels: {l: m}\nimages: [{name: nginx, newTag: '2'}]\nconfigurations: [c.yaml, d.yaml]\n", "top/own.yaml", widget,
			"top/c.yaml", "nameReference:\n- {kind: Secret, fieldSpecs: [{path: spec/secret, kind: Widget}]}\n- {kind: Widget, group: example.com, fieldSpecs: [{path: spec/widget/name, kind: Widget}, {path: spec/list/ref, kind: Widget}]}\n",
			"top/d.yaml", "namePrefix: [{path: spec/prefixed, kind: Widget}]\nnamespace: [{path: spec/namespace, create: true, kind: Widget}]\ncommonLabels: [{path: spec/labels, create: true, kind: Widget}]\nimages: [{path: spec/image, kind: Widget}]\nnameReference: [{kind: Secret, fieldSpecs: [{path: spec/other, kind: Widget}]}]\n"),
		"configurations of a base": small("namePrefix: x-\nnameSuffix: -s\n", "top/own.yaml", widget,
			"base/kustomization.yaml", "resources: [all.yaml]\nconfigurations: [c.yaml]\nconfigMapGenerator: [{name: generated}]\n", "base/c.yaml", "nameReference: [{kind: Secret, version: v1, fieldSpecs: [{path: spec/secret, kind: Widget}]}]\nnameSuffix: [{path: spec/prefixed}]\n"),
		"configurations of a component": small("namePrefix: x-\ncomponents: [../c]\n", "top/own.yaml", widget,
			"c/kustomization.yaml", component+"configurations: [c.yaml]\n", "c/c.yaml", "nameReference: [{kind: Secret, version: v1, fieldSpecs: [{path: spec/secret, kind: Widget}]}]\nnamePrefix: [{path: spec/prefixed}]\n"),
		"transformer notes":   small("buildMetadata: [transformerAnnotations]\nnamespace: prod\ncommonLabels: {a: b}\ncomponents: [../c]\n", "c/kustomization.yaml", component+"commonAnnotations: {c: d}\n"),
		"all metadata":        small("buildMetadata: [transformerAnnotations, originAnnotations, managedByLabel]\nnamePrefix: x-\nconfigMapGenerator: [{name: c}]\n", "top/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, annotations: {a: 1}, labels: {b: c}}\n"),
		"patch of a new name": small("patches:\n- {target: {kind: Secret}, options: {allowNameChange: true}, patch: '{apiVersion: v1, kind: Secret, metadata: {name: other}}'}\n- {patch: '{apiVersion: v1, kind: Secret, metadata: {name: other}, type: X}'}\n- {patch: '{apiVersion: v1, kind: Secret, metadata: {name: secret}, data: {b: Yg==}}'}\n"),
		"patch that copies notes": small("buildMetadata: [originAnnotations]\ncomponents: [../c]\nnamespace: prod\nnamePrefix: x-\ncommonLabels: {a: b}\n", "c/kustomization.yaml", component+"commonAnnotations: {c: d}\nnamespace: any\n",
			"top/kustomization.yaml", "resources: [../mid]\nbuildMetadata: [originAnnotations]\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: copy, from: /metadata/annotations/alpha.config.kubernetes.io~1transformations, path: /metadata/annotations/copied}\n",
			"mid/kustomization.yaml", "resources: [../base]\nnamespace: prod\nnamePrefix: x-\ncommonLabels: {a: b}\nimages: [{name: nginx, newTag: '2'}]\n"),
		"patch that drops origins": small("buildMetadata: [originAnnotations]\nnamePrefix: x-\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: remove, path: /metadata/annotations}\n"),
		"vars": small("namePrefix: x-\nvars:\n- {name: S, objref: {apiVersion: v1, kind: Secret, name: secret}}\n- {name: NOTE, objref: {apiVersion: apps/v1, kind: Deployment, name: app}, fieldref: {fieldpath: metadata.annotations.note}}\n- {name: UNUSED, objref: {kind: Namespace, version: v1, name: space}}\n",
			"top/own.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: own, annotations: {a: $(S)}}\nspec: {containers: [{name: $(NOTE), command: [a, '$(S)-$(NOTE)', $$(S)], env: [{name: A, value: 'http://$(S)/$(NONE)'}]}]}\n"),
		"vars of a base and a component": small("namespace: prod\ncomponents: [../c]\nvars: [{name: T, objref: {apiVersion: v1, kind: Service, name: own, namespace: ''}}]\n",
			"base/kustomization.yaml", "namePrefix: b-\nresources: [all.yaml]\nconfigMapGenerator: [{name: generated}]\nvars: [{name: C, objref: {apiVersion: v1, kind: ConfigMap, name: generated}}]\n",
			"c/kustomization.yaml", component+"vars: [{name: D, objref: {apiVersion: apps/v1, kind: Deployment, name: app}, fieldref: {fieldpath: 'spec.template.spec.containers[0].image'}}]\n",
			"top/own.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: own}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec: {containers: [{name: c, args: [$(C), $(D), $(T)]}]}\n"),
		"crds": small("namePrefix: x-\ncommonLabels: {l: m}\ncommonAnnotations: {note: o}\ncrds: [c.json, d.yaml]\n", "top/own.yaml", widget,
			"top/c.json", `{"com.example.Widget": {"Schema": {"properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "Spec"}}}}, "Spec": {"Schema": {"properties": {"notes": {"x-kubernetes-annotation": "x"}, "widget": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret"}, "prefixed": {"x-kubernetes-identity": ""}, "labels": {"x-kubernetes-label-selector": ""}}}}}`,
			"top/d.yaml", "Other:\n  Schema: {properties: {kind: {}}}\n"),
		"openapi version": small("openapi: {version: v1.21.2}\nnamePrefix: x-\n"),
		"openapi of a file": small("openapi: {path: o.json}\npatches: [{patch: '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {list: [{ref: w, more: x}]}}'}]\n", "top/own.yaml", widget,
			"top/o.json", `{"definitions": {"com.example.v1.Widget": {"properties": {"spec": {"properties": {"list": {"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": "ref", "x-kubernetes-patch-strategy": "merge"}}}}, "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Widget", "version": "v1"}]}}}`),
		"openapi at two levels": small("openapi: {version: v1.21.2}\n", "base/kustomization.yaml", "resources: [all.yaml]\nopenapi: {version: v1.21.2}\n"),
		"generators": small("buildMetadata: [originAnnotations]\nnamePrefix: x-\ngenerators:\n- dir\n- g.yaml\n- |\n  {apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: c}, literals: [a=b]}\n",
			"top/g.yaml", "{apiVersion: builtin, kind: SecretGenerator, metadata: {name: secret}, behavior: merge, files: [own.yaml]}", "top/dir/kustomization.yaml", "namePrefix: y-\nresources: [g.yaml]\n", "top/dir/g.yaml", "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: c}, literals: [c=d]}"),
		"transformers": small("buildMetadata: [transformerAnnotations]\ntransformers:\n- dir\n- t.yaml\n- |\n  {apiVersion: builtin, kind: NamespaceTransformer, metadata: {name: n, namespace: moved}, fieldSpecs: [{path: metadata/namespace, create: true}], unsetOnly: true}\n",
			"top/t.yaml", "{apiVersion: builtin, kind: PatchTransformer, metadata: {name: p}, path: p.yaml}", "top/p.yaml", "{apiVersion: v1, kind: Service, metadata: {name: own}, spec: {type: NodePort}}",
			"top/dir/kustomization.yaml", "resources: [t.yaml]\npatches: [{target: {kind: PrefixSuffixTransformer}, patch: '[{\"op\": \"add\", \"path\": \"/suffix\", \"value\": \"-s\"}]'}]\n", "top/dir/t.yaml", "{apiVersion: builtin, kind: PrefixSuffixTransformer, metadata: {name: p}, prefix: p-, fieldSpecs: [{path: metadata/name}]}"),
		"transformers that are none": small("transformers: [dir]\n", "top/dir/kustomization.yaml", "resources: [t.yaml]\n", "top/dir/t.yaml", "{apiVersion: builtin, kind: NamespaceTransformer, metadata: {name: n}}"),
		"our function, traced":       small("buildMetadata: [transformerAnnotations, originAnnotations, managedByLabel]\nnamespace: prod\ntransformers: [dir, fn.yaml]\n", "top/fn.yaml", ourFunction, "top/dir/kustomization.yaml", "resources: [t.yaml]\n", "top/dir/t.yaml", "{apiVersion: builtin, kind: LabelTransformer, metadata: {name: l}, labels: {a: b}, fieldSpecs: [{path: metadata/labels, create: true}]}"),
		"our function":               small("namespace: prod\ntransformers: [fn.yaml]\n", "top/fn.yaml", ourFunction),
		"our function in a base":     small("namePrefix: x-\n", "base/fn.yaml", ourFunction, "base/kustomization.yaml", "resources: [all.yaml]\ntransformers: [fn.yaml]\n"),
		"a name in two namespaces": small("namePrefix: x-\n", "top/own.yaml", strings.Join([]string{
			"{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, namespace: a}}", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, namespace: b}}",
			"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: r}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: x}, subjects: [{kind: ServiceAccount, name: sa, namespace: b}, {kind: ServiceAccount, name: sa, namespace: c}]}",
		}, "\n---\n")),
		"a namespace left and entered": small("resources: [../base, own.yaml, ../left, ../entered]\n",
			"left/kustomization.yaml", "namespace: gone\nnamePrefix: l-\nresources: [sa.yaml]\n", "left/sa.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa, namespace: here}}\n",
			"entered/kustomization.yaml", "namespace: here\nnamePrefix: e-\nresources: [sa.yaml]\n", "entered/sa.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sb}}\n",
			"top/own.yaml", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: r}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: x}, subjects: [{kind: ServiceAccount, name: sb, namespace: here}]}\n",
			"top/kustomization.yaml", "resources: [own.yaml, ../left, ../entered]\n"),
	}
}

const ourFunction = `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: p
  annotations: {config.kubernetes.io/function: 'exec: {path: krm-validate}'}`

// widget has fields that kustomize knows nothing of.
const widget = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {secret: secret, other: secret, prefixed: p, image: 'nginx:1', widget: {name: w}, list: [{ref: w}, {ref: none}]}}\n"

// pods have images in many places, and nothing where there could be some.
const pods = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: a, image: 'a.b/c:1'}, {name: b, image: axb/c}, {name: c, image: 'reg:5000/e:1'}, {name: d}]
  initContainers: null
  volumes: [{name: v, image: {reference: 'd:1'}}]
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {deep: {containers: [{image: 'nginx:1'}, {image: 'd@sha256:0'}]}, image: nginx}
---
apiVersion: v1
kind: Pod
metadata: {name: empty}
spec: {containers: null, volumes: null}
`

// instance has something that refers to something.
const instance = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: sa}}\n"

// namesakes have names and namespaces that are easily made the same.
const namesakes = "{apiVersion: v1, kind: Service, metadata: {name: a, labels: {x: y}}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b, labels: {x: z}}}\n"

// renameLabelled is a patch of Services with the label that follows.
const renameLabelled = "- target: {kind: Service, labelSelector: x="

// rename is a kustomization that calls a ServiceAccount what follows.
const rename = "resources: [sa.yaml]\npatches:\n- target: {kind: ServiceAccount}\n  patch: |-\n    - {op: replace, path: /metadata/name, value: "

func TestLinearCovers(t *testing.T) {
	for name, files := range covered() {
		t.Run(name, func(t *testing.T) {
			fsys, dir := written(t, files)
			declined, failed := sameAsKustomize(t, fsys, filepath.Join(dir, "top"))
			require.NoError(t, failed)
			require.NoError(t, declined)
		})
	}
}

// What a linear build does not know, and what does not build, is left to
// kustomize.
func TestLinearLeaves(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"vars twice":                     small("vars: [{name: V, objref: {apiVersion: v1, kind: Secret, name: secret}}, {name: V, objref: {apiVersion: v1, kind: Secret, name: secret}}]\n"),
		"vars of nothing":                small("vars: [{name: V, objref: {apiVersion: v1, kind: Secret, name: none}}]\n"),
		"vars of no field":               small("vars: [{name: V, objref: {apiVersion: v1, kind: Secret, name: secret}, fieldref: {fieldpath: spec.none}}]\n"),
		"openapi unknown":                small("openapi: {version: v1.20.0}\n"),
		"openapi of a base":              small("", "base/kustomization.yaml", "resources: [all.yaml]\nopenapi: {version: v1.21.2}\n"),
		"generator of another":           small("generators: [fn.yaml]\n", "top/fn.yaml", "{apiVersion: builtin, kind: PrefixTransformer, metadata: {name: p}}"),
		"transformer unknown":            small("transformers:\n- |\n  {apiVersion: builtin, kind: Unknown, metadata: {name: p}}\n"),
		"configuration of a path to all": small("namePrefix: x-\nconfigurations: [c.yaml]\n", "top/c.yaml", "nameReference: [{kind: Secret, fieldSpecs: [{path: 'spec/list[]/ref', kind: Widget}]}]\n", "top/own.yaml", widget),
		"configuration that contradicts": small("configurations: [c.yaml]\n", "top/c.yaml", "replicas: [{path: spec/replicas, kind: Deployment}]\n"),
		"configuration of a name":        small("namePrefix: x-\nconfigurations: [c.yaml]\n", "top/c.yaml", "nameReference: [{kind: Secret, fieldSpecs: [{path: metadata/name, kind: Widget}]}]\n", "top/own.yaml", widget),
		"unknown metadata":               small("buildMetadata: [other]\n"),
		"function as validator":          small("validators: [fn.yaml]\n", "top/fn.yaml", ourFunction),
		"function as generator":          small("generators: [fn.yaml]\n", "top/fn.yaml", ourFunction),
		"two functions":                  small("transformers: [fn.yaml, fn2.yaml]\n", "top/fn.yaml", ourFunction, "top/fn2.yaml", strings.ReplaceAll(ourFunction, "name: p", "name: q")),
		"helm":                           small("helmCharts: [{name: x}]\n"),
		"remote base":                    small("resources: ['https://example.invalid/x']\n"),
		"missing file":                   small("patches: [{path: none.yaml}]\n"),
		"file outside":                   small("patches: [{path: ../base/all.yaml}]\n"),
		"cycle":                          small("components: ['../top']\n"),
		"unknown field":                  small("namePrefixx: a\n"),
		"empty":                          small("", "base/kustomization.yaml", "{}\n"),
		"component as a base":            small("", "base/kustomization.yaml", component+"resources: [all.yaml]\n"),
		"base as a component":            small("components: [../base]\n"),
		"one id twice":                   small("", "top/own.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: secret, namespace: default}}\n"),
		"one id after a rename":          small("namePrefix: x-\n", "top/own.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}}\n", "top/kustomization.yaml", "resources: [own.yaml]\nnamespace: c\n"),
		"patch without a target":         small("patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: none}}'}]\n"),
		"generator of an old id":         small("configMapGenerator: [{name: generated}]\n"),
		"merge of nothing":               small("configMapGenerator: [{name: none, behavior: merge}]\n"),
		"replicas of nothing":            small("replicas: [{name: none, count: 1}]\n"),
		"ambiguous reference":            small("", "top/kustomization.yaml", "resources: [own.yaml, ../a, ../b]\n", "top/own.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: sa}}\n", "a/kustomization.yaml", rename+"a}\n", "a/sa.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}\n", "b/kustomization.yaml", rename+"b}\n", "b/sa.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: sa}}\n"),
		"two items in one":               small("", "top/kustomization.yaml", "resources: ['x - ../../../base']\n"),
		"subject without a name":         small("", "top/own.yaml", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: r}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: x}, subjects: [{kind: ServiceAccount}]}\n"),
		"one id on the way":              small("", "top/own.yaml", namesakes, "top/kustomization.yaml", "resources: [own.yaml]\nnamespace: c\npatchesJson6902:\n- {target: {version: v1, kind: Service, name: a, labelSelector: x=z}, patch: '[{\"op\": \"replace\", \"path\": \"/metadata/name\", \"value\": \"n\"}]'}\n"),
		"one id in a component": small("", "top/own.yaml", strings.ReplaceAll(namesakes, "name: a, namespace: b, ", "name: b, "), "top/kustomization.yaml", "resources: [own.yaml]\ncomponents: [../c]\npatches:\n"+renameLabelled+"z}\n  patch: |\n    - {op: replace, path: /metadata/name, value: third}\n",
			"c/kustomization.yaml", component+"patches:\n"+renameLabelled+"z}\n  patch: |\n    - {op: replace, path: /metadata/name, value: a}\n"),
		"one id at the end":        small("sortOptions: {order: fifo}\npatches:\n- target: {kind: Secret|Service}\n  patch: |\n    - {op: replace, path: /kind, value: Same}\n    - {op: replace, path: /metadata/name, value: same}\n"),
		"patch of what is deleted": small("patches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: secret}, $patch: delete}'}, {patch: '{apiVersion: v1, kind: Secret, metadata: {name: secret}, type: x}'}]\n"),
		"odd version":              small("", "top/own.yaml", "{apiVersion: /v1, kind: Pod, metadata: {name: p}}\n"),
		"sort order unknown":       small("sortOptions: {order: random}\n"),
		"two kustomizations":       small("", "top/Kustomization", "resources: [own.yaml]\n"),
		"reference is no name":     small("", "top/own.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: x}}\n"),
	} {
		t.Run(name, func(t *testing.T) {
			_, declined := buildBy(t, inMemory(t, files), "/top", Options{}, linearWay)
			require.Error(t, declined)
		})
	}
}

// Builds with an index share nothing that changes, but for what they read.
func TestLinearBuildsSideBySide(t *testing.T) {
	cache := &Cache{}
	var wg sync.WaitGroup
	for name, files := range covered() {
		fsys := inMemory(t, files)
		want, err := buildBy(t, fsys, "/top", Options{}, linearWay)
		require.NoError(t, err)
		for range 3 {
			wg.Go(func() {
				got, err := buildBy(t, fsys, "/top", Options{Cache: cache}, linearWay)
				assert.NoError(t, err, name)
				assert.Equal(t, want, got, name)
			})
		}
	}
	wg.Wait()
}

// A file outside the kustomization's directory is read if that is permitted.
func TestLinearLoadRestrictions(t *testing.T) {
	files := small("patches: [{path: ../base/p.yaml}]\n", "base/p.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\nstringData: {b: c}\n")
	fsys := inMemory(t, files)
	anywhere := Options{LoadRestrictor: types.LoadRestrictionsNone}
	want, err := buildBy(t, fsys, "/top", anywhere, stockWay)
	require.NoError(t, err)
	got, err := buildBy(t, fsys, "/top", anywhere, linearWay)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = buildBy(t, fsys, "/top", Options{}, linearWay)
	require.Error(t, err)
}

// Symlinks lead where they lead for kustomize.
func TestLinearFollowsSymlinks(t *testing.T) {
	for name, link := range map[string][2]string{
		"resource":               {"own.yaml", "top/linked.yaml"},
		"kustomization":          {"k.yaml", "top/kustomization.yaml"},
		"base":                   {"base", "linked"},
		"resource from outside":  {"../base/all.yaml", "top/linked.yaml"},
		"kustomization outside":  {"../base/kustomization.yaml", "top/kustomization.yaml"},
		"base that is a cycle":   {"top", "linked"},
		"base that is above top": {".", "linked"},
	} {
		t.Run(name, func(t *testing.T) {
			files := small("")
			files["top/k.yaml"] = files["top/kustomization.yaml"]
			switch link[1] {
			case "top/kustomization.yaml":
				delete(files, link[1])
			case "top/linked.yaml":
				files["top/kustomization.yaml"] = "resources: [linked.yaml]\nnamePrefix: x-\n"
			default:
				files["top/kustomization.yaml"] = "resources: [../linked]\nnamePrefix: x-\n"
			}
			dir := onDisk(t, files)
			require.NoError(t, os.Symlink(link[0], filepath.Join(dir, link[1])))
			declined, _ := sameAsKustomize(t, filesys.MakeFsOnDisk(), dir+"/top")
			require.NoError(t, declined)
		})
	}
}

// onDisk writes files into a directory.
func onDisk(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, text := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return dir
}

// A list of transformers with one more is its text with one more entry.
func TestTransformationNotesAreWhatKustomizeWrites(t *testing.T) {
	var all resource.Transformations
	text := ""
	for _, o := range []*resource.Origin{
		{ConfiguredIn: "a/kustomization.yaml", ConfiguredBy: kyaml.ResourceIdentifier{TypeMeta: kyaml.TypeMeta{APIVersion: "builtin", Kind: "X"}}},
		{ConfiguredIn: "no: 'yes'", ConfiguredBy: kyaml.ResourceIdentifier{NameMeta: kyaml.NameMeta{Name: "- a", Namespace: "1"}}},
		{Path: "x\ny"},
		{},
	} {
		entry, err := (&resource.Transformations{o}).String()
		require.NoError(t, err)
		all, text = append(all, o), text+entry
		want, err := all.String()
		require.NoError(t, err)
		require.Equal(t, want, text)
	}
}
