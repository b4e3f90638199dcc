package kbuild

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// random makes kustomizations that have little to do with each other but names.
type random struct {
	*rand.Rand
	files map[string]string
	dirs  int
	all   bool // with what few kustomizations have, too
}

// object is something that a kustomization has.
type object struct{ kind, name, namespace string }

// randomTree returns the files of a tree of kustomizations below /top.
func randomTree(seed uint64) map[string]string {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 0)), files: map[string]string{}, all: true}
	r.overlay("top", r.IntN(4), true)
	return r.files
}

func (r *random) one(of ...string) string { return of[r.IntN(len(of))] }
func (r *random) chance(percent int) bool { return r.IntN(100) < percent }
func (r *random) name() string            { return r.one("alpha", "beta", "gamma", "delta", "eps") }
func (r *random) namespace() string       { return r.one("", "", "", "default", "east", "west") }

// some returns an object of a kind, mostly one there is. ok is false where there
// is none, but for a few that make kustomize fail.
func (r *random) some(have []object, kind string) (o object, ok bool) {
	of := slices.DeleteFunc(slices.Clone(have), func(o object) bool { return o.kind != kind })
	if len(of) == 0 || r.chance(1) {
		return object{kind, r.name(), ""}, r.chance(2)
	}
	return of[r.IntN(len(of))], true
}

// dir returns a directory that nothing is in.
func (r *random) dir(of string) string {
	r.dirs++
	return fmt.Sprint(of, r.dirs)
}

// reference is a name, or what another level could have made of it.
func (r *random) reference() string {
	return r.one("", "", "", "", "", "", "pre-", "in-") + r.name() + r.one("", "", "", "", "", "", "-suf")
}

// overlay writes a kustomization into dir. Its bases are next to the top, each
// in a directory of its own. It returns what there is to refer to.
func (r *random) overlay(dir string, depth int, function bool) (have []object) {
	var k strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&k, format, args...) }
	line("resources:\n")
	up := strings.Repeat("../", strings.Count(dir, "/")+1)
	n := 1 + r.IntN(2)
	if depth == 0 || r.chance(30) {
		have = append(have, r.resources(dir+"/own.yaml", 1+r.IntN(10))...)
		line("- own.yaml\n")
		if depth == 0 {
			n = 0
		}
	}
	for range n {
		base := r.dir("base")
		have = append(have, r.overlay(base, depth-1, false)...)
		line("- %s%s\n", up, base)
	}
	have = append(have, r.generators(dir, line, have)...)
	if r.chance(20) {
		c := r.dir("component")
		have = append(have, r.component(c, have)...)
		line("components:\n- %s%s\n", up, c)
	}
	r.transformers(dir, line, have)
	if dir == "top" {
		if r.chance(30) {
			line("sortOptions: %s\n", r.one("{order: fifo}", "{order: legacy}",
				"{order: legacy, legacySortOptions: {orderFirst: [Deployment, Secret], orderLast: [Namespace]}}"))
		}
		if r.chance(20) {
			line("buildMetadata: [%s]\n", r.one("originAnnotations", "transformerAnnotations, originAnnotations", "transformerAnnotations", "managedByLabel"))
		}
	}
	plugins := r.all && r.plugins(dir, line, have)
	if function && r.chance(50) {
		if !plugins {
			line("transformers:\n")
		}
		if r.chance(40) {
			r.configured(dir, line, "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata:\n  name: p\n  annotations: {config.kubernetes.io/function: 'exec: {path: krm-validate}', x: ''}\nspec: {edit: true, stamp: a}\n", "images: []")
		} else {
			line("- |\n  apiVersion: wealist.io/v1alpha1\n  kind: ConfigPipeline\n  metadata:\n    name: p\n    annotations: {config.kubernetes.io/function: 'exec: {path: krm-validate}'}\n  spec: {edit: true, stamp: a}\n")
		}
	}
	r.files[dir+"/"+r.one("kustomization.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization")] = k.String()
	return have
}

// rare adds what few kustomizations have.
func (r *random) rare(dir string, line func(string, ...any), have []object) {
	if o, ok := r.some(have, r.one("Service", "ConfigMap", "Deployment")); ok && r.chance(15) {
		version := map[string]string{"Service": "v1", "ConfigMap": "v1", "Deployment": "apps/v1"}[o.kind]
		line("vars:\n- {name: %s, objref: {apiVersion: %s, kind: %s, name: %s%s}%s}\n", r.dir("V"), version, o.kind, o.name,
			r.one("", "", ", namespace: '"+o.namespace+"'"), r.one("", ", fieldref: {fieldpath: metadata.namespace}", ", fieldref: {fieldPath: metadata.labels.app}", ", fieldref: {fieldpath: kind}"))
	}
	if r.chance(15) {
		r.files[dir+"/crds.json"] = `{"example.com.Widget": {"Schema": {"properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "WidgetSpec"}}}},
"WidgetSpec": {"Schema": {"properties": {"ref": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "` + r.one("Secret", "ConfigMap") + `", "x-kubernetes-object-ref-name-key": "name"},
"note": {"x-kubernetes-annotation": ""}, "select": {"x-kubernetes-label-selector": ""}, "id": {"x-kubernetes-identity": ""}}}}}`
		line("crds: [crds.json]\n")
	}
	if dir == "top" && r.chance(10) {
		line("openapi: {version: v1.21.2}\n")
	}
	if r.chance(15) {
		r.files[dir+"/generators/kustomization.yaml"] = "resources: [g.yaml]\n"
		r.files[dir+"/generators/g.yaml"] = fmt.Sprintf("apiVersion: builtin\nkind: %s\nmetadata: {name: %s}\nliterals: [A=1]\n%s",
			r.one("ConfigMapGenerator", "SecretGenerator"), r.dir("made"), r.one("", "", "behavior: create\n", "namespace: east\n"))
		line("generators: [generators]\n")
	}
}

// plugins adds built-in transformers, and reports whether it did.
func (r *random) plugins(dir string, line func(string, ...any), have []object) bool {
	r.rare(dir, line, have)
	if !r.chance(25) {
		return false
	}
	line("transformers:\n")
	for range 1 + r.IntN(2) {
		text := "apiVersion: builtin\nmetadata: {annotations: {x: ''}, name: " + r.dir("plugin") + "}\n" + r.one(
			"kind: PrefixTransformer\nprefix: q-\nfieldSpecs: [{path: metadata/name}]\n",
			"kind: PrefixSuffixTransformer\nprefix: q-\nsuffix: -z\nfieldSpecs: [{path: metadata/name, kind: ConfigMap}]\n",
			"kind: SuffixTransformer\nsuffix: -z\nfieldSpecs: [{path: metadata/name, kind: Secret}]\n",
			"kind: LabelTransformer\nlabels: {plugged: 'yes'}\nfieldSpecs: [{path: metadata/labels, create: true}, {path: spec/selector/matchLabels, kind: Deployment}]\n",
			"kind: AnnotationsTransformer\nannotations: {plugged: 'yes'}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n",
			"kind: NamespaceTransformer\nmetadata: {name: ns, namespace: south}\nunsetOnly: true\nfieldSpecs: [{path: metadata/namespace, create: true}]\n",
			"kind: NamespaceTransformer\nmetadata: {name: ns, namespace: south}\nsetRoleBindingSubjects: allServiceAccounts\nfieldSpecs: [{path: metadata/namespace, create: true}]\n",
			"kind: ImageTagTransformer\nimageTag: {name: registry/app, newTag: v3}\nfieldSpecs: [{path: spec/template/spec/containers[]/image, kind: Deployment}]\n",
			"kind: PatchTransformer\ntarget: {kind: Deployment}\npatch: '[{\"op\": \"add\", \"path\": \"/spec/paused\", \"value\": true}]'\n",
			"kind: ReplicaCountTransformer\nreplica: {name: alpha, count: 7}\nfieldSpecs: [{path: spec/replicas, kind: Deployment, create: true}]\n",
			"kind: ValueAddTransformer\nvalue: added\ntargets: [{selector: {kind: ConfigMap}, fieldPath: data/added}]\n",
			"kind: HashTransformer\n",
		)
		if strings.Contains(text, "{name: ns,") {
			text = text[:strings.Index(text, "metadata:")] + text[strings.Index(text, "kind:"):]
		}
		if r.chance(50) {
			line("- |\n  %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "))
			continue
		}
		if r.chance(50) {
			r.configured(dir, line, text, "images: []")
			continue
		}
		file := r.dir("plugin") + ".yaml"
		r.files[dir+"/"+file] = text
		line("- %s\n", file)
	}
	return true
}

// configured writes a kustomization of a plugin's configuration, with a base that
// all trees share or one of its own, and patches. Some do not build.
func (r *random) configured(dir string, line func(string, ...any), text, unused string) {
	up := strings.Repeat("../", strings.Count(dir, "/")+2)
	config := r.dir("config")
	base := "shared"
	if r.chance(30) {
		base = r.dir("shared")
		text += "note: own\n"
	} else {
		base += fmt.Sprint(len(text))
	}
	r.files[base+"/plugin.yaml"] = text
	r.files[base+"/kustomization.yaml"] = "resources: [plugin.yaml]\n" + r.one("", "", "commonAnnotations: {shared: 'yes'}\n")
	k := "resources: [" + up + base + "]\n" + r.one("", "", "", "", "namePrefix: own-\n", unused+"\n")
	if r.chance(80) {
		k += "patches:\n"
		for range 1 + r.IntN(3) {
			file := r.dir("patch") + ".yaml"
			add := `[{"op": "add", "path": "/metadata/annotations/x", "value": "y"}]`
			merge := `{apiVersion: x, kind: y, metadata: {name: z, annotations: {n: "1"}}, more: {a: [1, 2.5, null, "x"]}}`
			switch patch := r.one(add, add, add, merge, merge, `[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]`,
				`[{"op": "replace", "path": "/metadata/name", "value": "other"}]`, `[{"op": "test", "path": "/kind", "value": "Other"}]`); {
			case r.chance(50):
				r.files[dir+"/"+config+"/"+file] = patch + "\n"
				k += r.one("- {path: "+file+", target: {kind: .*}}\n", "- {path: "+file+", target: {name: none}}\n", "- {path: "+file+", target: {kind: .*}, options: {allowNameChange: true}}\n")
			default:
				k += "- {target: {kind: .*}, patch: '" + patch + "'}\n"
			}
		}
	}
	r.files[dir+"/"+config+"/kustomization.yaml"] = k
	line("- %s\n", config)
}

func (r *random) component(dir string, have []object) (more []object) {
	var k strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&k, format, args...) }
	line("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n")
	if r.chance(40) {
		more = r.resources(dir+"/own.yaml", 1)
		line("resources: [own.yaml]\n")
	}
	more = append(more, r.generators(dir, line, have)...)
	r.transformers(dir, line, append(more, have...))
	r.files[dir+"/kustomization.yaml"] = k.String()
	return more
}

func (r *random) generators(dir string, line func(string, ...any), have []object) (made []object) {
	for _, field := range []string{"configMapGenerator", "secretGenerator"} {
		if !r.chance(25) {
			continue
		}
		line("%s:\n", field)
		for range 1 + r.IntN(2) {
			kind := map[string]string{"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}[field]
			name := r.one("generated", r.dir("generated"), r.dir("generated"), r.dir("generated"))
			ns := r.one("", "", "", "", "", "", "", "", "east")
			old, ok := r.some(have, kind)
			if ok = ok && r.chance(50); ok {
				name, ns = old.name, old.namespace
			}
			line("- name: %s\n", name)
			if ok {
				line("  behavior: %s\n", r.one("merge", "replace", "merge", "replace", "merge", "create"))
			}
			made = append(made, object{kind, name, ns})
			if ns != "" {
				line("  namespace: %s\n", ns)
			}
			if r.chance(20) {
				line("  options: {disableNameSuffixHash: true, labels: {from: local}}\n")
			}
			switch r.IntN(3) {
			case 0:
				line("  literals: [A=%d, B='yes', \"C=x: y\"]\n", r.IntN(9))
			case 1:
				r.files[dir+"/data.txt"] = "some\ntext\n"
				line("  files: [data.txt, other=data.txt]\n")
			default:
				r.files[dir+"/data.env"] = "# comment\nX=1\nY=\n"
				line("  envs: [data.env]\n")
			}
		}
	}
	if r.chance(15) {
		line("generatorOptions: {%s}\n", r.one("disableNameSuffixHash: true", "labels: {generated: 'true'}, annotations: {note: x}", "immutable: true"))
	}
	return made
}

func (r *random) transformers(dir string, line func(string, ...any), have []object) {
	if r.chance(35) {
		line("namespace: %s\n", r.one("east", "west", "north"))
	}
	if r.chance(40) {
		line("namePrefix: %s\n", r.one("pre-", "in-", "pre-", "in-", "a-"))
	}
	if r.chance(25) {
		line("nameSuffix: -suf\n")
	}
	if r.chance(30) {
		line("labels:\n- pairs: {team: %s}\n", r.one("red", "'1'", "blue"))
		if r.chance(50) {
			line("  %s: true\n", r.one("includeSelectors", "includeTemplates", "includeVolumeClaimTemplates"))
		}
		if r.chance(20) {
			line("  fields: [{path: spec/custom, create: true, kind: Widget}]\n")
		}
	}
	if r.chance(15) {
		line("commonLabels: {owner: %s}\n", r.one("them", "us"))
	}
	if r.chance(20) {
		line("commonAnnotations: {note: %s, other: 'true'}\n", r.one("x", "'2'"))
	}
	if r.chance(20) {
		line("images: [{name: registry/app, newTag: v2}, {name: nginx, newName: other/nginx, digest: 'sha256:0'}]\n")
	}
	if o, ok := r.some(have, "Deployment"); ok && r.chance(20) {
		line("replicas: [{name: %s, count: 5}]\n", o.name)
	}
	if o, ok := r.some(have, r.one("Deployment", "Service", "Widget")); ok && r.chance(20) {
		line("replacements:\n- source: {kind: %s, name: %s}\n  targets: [{select: {kind: %s}, fieldPaths: [metadata.annotations.copied], options: {create: true}}]\n",
			o.kind, o.name, r.one("ConfigMap", "Widget", "Deployment"))
	}
	if r.chance(15) {
		r.files[dir+"/config.yaml"] = fmt.Sprintf("nameReference: [{kind: %s, fieldSpecs: [{path: spec/ref, kind: Widget}]}]\n%s: [{path: spec/size, kind: Widget}]\n",
			r.one("ConfigMap", "Secret", "Service", "Deployment"), r.one("namePrefix", "namespace", "images", "varReference"))
		line("configurations: [config.yaml]\n")
	}
	r.patches(dir, line, have)
}

func (r *random) patches(dir string, line func(string, ...any), have []object) {
	kind := func() string {
		return r.one("Deployment", "Service", "ConfigMap", "Secret", "Widget", "ServiceAccount")
	}
	var ps []string
	patch := func(format string, args ...any) { ps = append(ps, fmt.Sprintf(format, args...)) }
	if r.chance(20) {
		patch("- target: {kind: %s}\n  patch: |\n    - {op: add, path: /metadata/annotations, value: {replaced: 'all'}}\n", kind())
	}
	if r.chance(15) {
		patch("- target: {kind: %s, name: '%s'}\n  patch: |\n    - {op: replace, path: /metadata/name, value: renamed}\n", kind(), r.one(r.name(), ".*a", "pre-.*"))
	}
	if r.chance(20) {
		patch("- target: {kind: %s, labelSelector: 'app=%s'}\n  patch: |\n    {apiVersion: v1, kind: Any, metadata: {name: any, labels: {patched: 'yes'}, annotations: {n: 1}}}\n", kind(), r.name())
	}
	if r.chance(10) {
		patch("- target: {kind: %s, name: %s}\n  patch: |\n    {apiVersion: v1, kind: Any, metadata: {name: any}, $patch: delete}\n", kind(), r.name())
	}
	if r.chance(10) {
		patch("- target: {kind: %s, name: %s}\n  options: {allowNameChange: true%s}\n  patch: |\n    {apiVersion: v1, kind: ConfigMap, metadata: {name: changed}}\n", kind(), r.name(), r.one("", ", allowKindChange: true"))
	}
	if o, ok := r.some(have, "Deployment"); ok && r.chance(25) {
		r.files[dir+"/patch.yaml"] = fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, namespace: '%s'}\nspec: {template: {spec: {containers: [{name: app, env: [{name: P, value: x}]}]}}}\n", o.name, o.namespace)
		patch("- path: patch.yaml\n")
	}
	if r.chance(20) {
		patch("- target: {kind: %s, annotationSelector: 'note in (x, y)', namespace: %s}\n  patch: |\n    - {op: add, path: /spec, value: {from: json}}\n", kind(), r.one("east", "west"))
	}
	if len(ps) > 0 {
		line("patches:\n%s", strings.Join(ps, ""))
	}
	if o, ok := r.some(have, "Service"); ok && r.chance(15) {
		line("patchesStrategicMerge:\n- |\n  {apiVersion: v1, kind: Service, metadata: {name: %s, namespace: '%s'}, spec: {type: NodePort}}\n", o.name, o.namespace)
	}
	if o, ok := r.some(have, "Service"); ok && r.chance(15) {
		line("patchesJson6902:\n- target: {version: v1, kind: Service, name: %s}\n  patch: |\n    - {op: add, path: /spec/extra, value: 1}\n", o.name)
	}
}

// resources writes up to n resources, no two with one id, into a file.
func (r *random) resources(file string, n int) (have []object) {
	var docs, taken []string
	for range n {
		kind := r.IntN(len(kinds))
		name, ns := r.name(), r.namespace()
		if id := fmt.Sprint(kind, name, ns == "" || ns == "default", ns); slices.Contains(taken, id) {
			continue
		} else if taken = append(taken, id); ns == "default" {
			taken = append(taken, fmt.Sprint(kind, name, true, ""))
		} else if ns == "" {
			taken = append(taken, fmt.Sprint(kind, name, true, "default"))
		}
		in := ""
		if ns != "" && !kinds[kind].cluster {
			in = ", namespace: " + ns
		} else if kinds[kind].cluster {
			taken = append(taken, fmt.Sprint(kind, name, true, ""), fmt.Sprint(kind, name, true, "default"),
				fmt.Sprint(kind, name, false, "east"), fmt.Sprint(kind, name, false, "west"))
		}
		more := r.one("", "", ", annotations: {note: x}", ", annotations: {config.kubernetes.io/local-config: 'true'}",
			", annotations: {a: b, n: 1}", ", labels: {app: "+name+"}", ", annotations: {}")
		meta := "metadata: {name: " + name + in + more + "}\n"
		text := kinds[kind].head + meta + kinds[kind].rest
		for strings.Contains(text, "$REF") {
			text = strings.Replace(text, "$REF", r.reference(), 1)
		}
		for strings.Contains(text, "$NS") {
			text = strings.Replace(text, "$NS", r.one("east", "west", "default", "north"), 1)
		}
		docs = append(docs, text)
		_, k, _ := strings.Cut(kinds[kind].head, "kind: ")
		have = append(have, object{strings.TrimSpace(k), name, map[bool]string{true: ns}[in != ""]})
	}
	r.files[file] = strings.Join(docs, "---\n")
	return have
}

const podSpec = `containers:
      - name: app
        image: registry/app:v1
        env: [{name: A, valueFrom: {configMapKeyRef: {name: $REF, key: a}}}, {name: B, valueFrom: {secretKeyRef: {name: $REF, key: a}}}]
        envFrom: [{configMapRef: {name: generated}}, {secretRef: {name: generated2}}]
      - {name: side, image: nginx}
      serviceAccountName: $REF
      priorityClassName: $REF
      imagePullSecrets: [{name: $REF}]
      volumes:
      - {name: a, configMap: {name: $REF}}
      - {name: b, secret: {secretName: $REF}}
      - {name: c, persistentVolumeClaim: {claimName: $REF}}
      - {name: d, projected: {sources: [{configMap: {name: $REF}}, {secret: {name: generated}}]}}
`

// kinds are kinds that refer to others, or are referred to.
var kinds = []struct {
	head, rest string
	cluster    bool
}{
	{head: "apiVersion: v1\nkind: ConfigMap\n", rest: "data: {a: \"1\", generated: x}\n"},
	{head: "apiVersion: v1\nkind: Secret\n", rest: "data: {a: YQ==}\nstringData: {s: t}\n"},
	{head: "apiVersion: v1\nkind: Service\n", rest: "spec:\n  selector: {app: x}\n  ports: [{port: 80}]\n"},
	{head: "apiVersion: v1\nkind: ServiceAccount\n", rest: "imagePullSecrets: [{name: $REF}]\n"},
	{head: "apiVersion: v1\nkind: PersistentVolumeClaim\n", rest: "spec: {storageClassName: $REF, volumeName: $REF}\n"},
	{head: "apiVersion: apps/v1\nkind: Deployment\n", rest: "spec:\n  replicas: 1\n  template:\n    spec:\n      " + podSpec},
	{head: "apiVersion: apps/v1\nkind: StatefulSet\n", rest: "spec:\n  serviceName: $REF\n  volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: $REF}}]\n  template:\n    spec:\n      " + podSpec},
	{head: "apiVersion: v1\nkind: Pod\n", rest: "spec:\n      " + podSpec},
	{head: "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n", rest: "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: $REF}}\n"},
	{head: "apiVersion: networking.k8s.io/v1\nkind: Ingress\n", rest: "spec:\n  ingressClassName: $REF\n  tls: [{secretName: $REF}]\n  defaultBackend: {service: {name: $REF, port: {number: 80}}}\n  rules: [{http: {paths: [{path: /, backend: {service: {name: $REF}}}]}}]\n"},
	{head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n", rest: "rules: [{apiGroups: [''], resources: [configmaps], resourceNames: [$REF, $REF], verbs: [get]}]\n"},
	{head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n", rest: "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: $REF}\nsubjects:\n- {kind: ServiceAccount, name: $REF, namespace: $NS}\n- {kind: ServiceAccount, name: $REF}\n- {kind: ServiceAccount, name: default}\n"},
	{head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n", rest: "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: $REF}\nsubjects:\n- {kind: User, name: $REF}\n- {kind: ServiceAccount, name: $REF, namespace: $NS}\n- {kind: ServiceAccount, name: $REF, namespace: $NS}\n"},
	{head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n", rest: "rules: [{apiGroups: [''], resources: [secrets], resourceNames: [$REF, $REF], verbs: [get]}]\n", cluster: true},
	{head: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n", rest: "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: $REF}\nsubjects:\n- {kind: ServiceAccount, name: $REF, namespace: $NS}\n- {kind: ServiceAccount, name: $REF, namespace: $NS}\n", cluster: true},
	{head: "apiVersion: v1\nkind: Namespace\n", cluster: true},
	{head: "apiVersion: storage.k8s.io/v1\nkind: StorageClass\n", rest: "parameters: {secretName: $REF}\n", cluster: true},
	{head: "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\n", rest: "value: 1\n", cluster: true},
	{head: "apiVersion: v1\nkind: PersistentVolume\n", rest: "spec: {storageClassName: $REF}\n", cluster: true},
	{head: "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n", rest: "spec: {conversion: {webhook: {clientConfig: {service: {name: x, namespace: y}}}}}\n", cluster: true},
	{head: "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n", rest: "webhooks:\n- {name: a, clientConfig: {service: {name: $REF, namespace: $NS}}}\n- {name: b, clientConfig: {service: {name: $REF}}}\n", cluster: true},
	{head: "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\n", rest: "spec: {service: {name: $REF, namespace: $NS}}\n", cluster: true},
	{head: "apiVersion: batch/v1\nkind: CronJob\n", rest: "spec:\n  jobTemplate:\n    spec:\n      template:\n        spec: {containers: [{name: app, image: 'registry/app:v1', envFrom: [{configMapRef: {name: $REF}}]}], serviceAccountName: $REF}\n"},
	{head: "apiVersion: example.com/v1\nkind: Widget\n", rest: "spec: {size: 3, ref: $REF}\n"},
	{head: "apiVersion: policy/v1\nkind: PodDisruptionBudget\n", rest: "spec: {selector: {matchLabels: {app: x}}}\n"},
}

// randomPlainTree is randomTree without a function.
func randomPlainTree(seed uint64) map[string]string {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 1)), files: map[string]string{}}
	r.overlay("top", r.IntN(4), false)
	return r.files
}
