package cli

import "strings"

// strangersTrees are like furtherTrees: what nobody had tried when they were written.
func strangersTrees() map[string]map[string]string {
	pod := func(container string) string { return podTree(container)["a.yaml"] }
	db := secretYAML("stringData: {x: '@S@'}")
	generated := "secretGenerator: [{name: db, literals: ['x=@S@']}]\n"
	configMap := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"
	custom := "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {a: b}\n"
	into := func(select_, paths, more string) string {
		return "replacements:\n- source: {kind: Secret, name: db, fieldPath: stringData.x}\n  targets: [{select: {" + select_ + "}, fieldPaths: [" + paths + "], options: {create: true" + more + "}}]\n"
	}
	dockerConfig := `{"auths": {"r.example.com": {"username": "u", "password": "@S@", "auth": "@S@", "identitytoken": "@S@"}}, "HttpHeaders": {"X-Auth-Token": "@S@"}}`
	cloud := `{"type": "service_account", "private_key_id": "@S@", "private_key": "-----BEGIN PRIVATE KEY-----\n@S@\n-----END PRIVATE KEY-----\n", "client_secret": "@S@"}`
	return map[string]map[string]string{
		// Where replacements and variables put it.
		"a name":                              withResources(into("kind: ConfigMap", "metadata.name", ""), db, configMap, pod("image: x, envFrom: [{configMapRef: {name: c}}]")),
		"a name of a Service":                 withResources(into("kind: Service", "metadata.name", ""), db, taintedService, pod("image: x, env: [{name: DB_HOST, value: postgress}]")),
		"a namespace":                         withResources(into("kind: ConfigMap", "metadata.namespace", ""), db, configMap),
		"a label and an annotation":           withResources(into("kind: ConfigMap", "metadata.labels.a, metadata.annotations.b", ""), db, configMap),
		"a label of pods":                     withResources(into("kind: Deployment", "spec.template.metadata.labels.v, spec.selector.matchLabels.w", ""), db, pod("image: x")),
		"a tag of an image":                   withResources(into("kind: Deployment", "'spec.template.spec.containers.0.image'", ", delimiter: ':', index: 1"), db, pod("image: 'x:1'")),
		"a container's name":                  withResources(into("kind: Deployment", "'spec.template.spec.containers.0.name'", ""), db, pod("image: x, volumeMounts: [{name: gone, mountPath: /x}]")),
		"a volume's name and path":            withResources(into("kind: Deployment", "'spec.template.spec.containers.0.volumeMounts.0.mountPath', 'spec.template.spec.containers.0.volumeMounts.0.name'", ""), db, pod("image: x, volumeMounts: [{name: gone, mountPath: /x}]")),
		"a host of an Ingress":                withResources(into("kind: Ingress", "'spec.rules.0.host', spec.ingressClassName", ""), db, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: a, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gone, port: {number: 80}}}}]}}], tls: [{secretName: gone}]}\n"),
		"a key of a ConfigMap's data":         withResources(into("kind: ConfigMap", "data.conf", ""), db, configMap, pod("image: x, env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: cnf}}}]")),
		"a field of a custom resource":        withResources(into("kind: Widget", "spec.a, spec.tag, spec.name", ""), db, custom),
		"a name of a reference":               withResources(into("kind: Deployment", "'spec.template.spec.serviceAccountName', 'spec.template.spec.containers.0.envFrom.0.configMapRef.name'", ""), db, pod("image: x, envFrom: [{configMapRef: {name: c}}]")),
		"a number of replicas":                withResources(into("kind: Deployment", "spec.replicas, spec.strategy.type", ""), db, pod("image: x")),
		"a part of a URL":                     withResources(into("kind: Deployment", "'spec.template.spec.containers.0.env.0.value'", ", delimiter: '/', index: 3"), db, pod("image: x, env: [{name: A, value: 'http://postgress:5432/b'}]"), taintedService),
		"from data, as it is encoded":         withResources("replacements:\n- source: {kind: Secret, name: db, fieldPath: data.x}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.name, data.k], options: {create: true}}]\n", secretYAML("data: {x: '@B@'}"), configMap),
		"from a generator, with a file":       {"kustomization.yaml": "resources: [a.yaml]\n" + generated + "replacements: [{path: r.yaml}]\n", "r.yaml": "source: {kind: Secret, name: db, fieldPath: data.x}\ntargets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.annotations.x, metadata.gone.x]}]\n", "a.yaml": configMap},
		"a variable into a name":              withResources("vars: [{name: X, objref: {apiVersion: v1, kind: Secret, name: db}, fieldref: {fieldpath: stringData.x}}]\nconfigurations: [v.yaml]\n", db, strings.Replace(configMap, "name: c", "name: 'c-$(X)', annotations: {a: '$(X)'}", 1)),
		"a variable into a container's field": withResources("vars: [{name: X, objref: {apiVersion: v1, kind: Secret, name: db}, fieldref: {fieldpath: stringData.x}}]\n", db, pod("image: x, workingDir: '$(X)', command: ['$(X)', '--x=$(X)'], volumeMounts: [{name: gone, mountPath: '/$(X)'}]")),
		"a prefix":                            withResources("namePrefix: p-\n"+into("kind: ConfigMap", "metadata.name", ""), db, configMap),
		"two ways from a component":           {"kustomization.yaml": "resources: [a.yaml]\ncomponents: [c]\n", "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" + into("kind: ConfigMap", "metadata.name, data.z", ""), "a.yaml": db + "---\n" + configMap},
		// Builds that fail beside it.
		"a literal without a key":           {"kustomization.yaml": "secretGenerator: [{name: db, literals: ['@S@', 'x=@S@']}]\n"},
		"an env file with a bad name":       {"kustomization.yaml": "secretGenerator: [{name: db, envs: [x.env]}]\n", "x.env": "1 @S@=x\nX=@S@\n=@S@\n"},
		"an env file that is no UTF-8":      {"kustomization.yaml": "secretGenerator: [{name: db, envs: [x.env]}]\n", "x.env": "X=@S@\n\xff=@S@\n"},
		"a file of a generator in no place": {"kustomization.yaml": "secretGenerator: [{name: db, files: ['@A@=gone.txt', 'a=b=@A@', there.txt]}]\n", "there.txt": "@S@\n"},
		"a merge with nothing":              {"kustomization.yaml": "secretGenerator: [{name: db, behavior: merge, literals: ['x=@S@']}]\n"},
		"an odd behavior":                   {"kustomization.yaml": "secretGenerator: [{name: db, behavior: mrege, type: Opaqe, literals: ['x=@S@']}]\n"},
		"two generators of one name":        {"kustomization.yaml": "secretGenerator: [{name: db, literals: ['x=@S@']}, {name: db, literals: ['x=@S@', 'y=@S@']}]\n"},
		"a generator with an odd field":     {"kustomization.yaml": "secretGenerator: [{name: db, literal: ['x=@S@'], env: [a], kvs: '@S@'}]\n"},
		"a generator as text":               {"kustomization.yaml": "secretGenerator: 'x=@S@'\n"},
		"a generator inline":                {"kustomization.yaml": "generators:\n- |\n  apiVersion: builtin\n  kind: SecretGenerator\n  metadata: {name: db}\n  literals: ['x=@S@', '@S@']\n"},
		"a patch that is not one":           withResources("patches:\n- patch: '@S@'\n- patch: '[{op: replce, path: /stringData/x, value: @S@}]'\n  target: {kind: Secret}\n", db),
		"a patch without its target":        withResources("patches:\n- patch: '[{op: replace, path: /stringData/gone/x, value: \"@S@\"}]'\n  target: {kind: Secret}\n", db),
		"a patch with a test":               withResources("patches:\n- patch: '[{op: test, path: /stringData/x, value: \"@S@1\"}, {op: copy, from: /stringData/x, path: /metadata/name}]'\n  target: {kind: Secret}\n", db),
		"a patch that copies":               withResources("patches:\n- patch: '[{op: copy, from: /stringData/x, path: /metadata/annotations}, {op: move, from: /stringData/x, path: /metadata/labels}]'\n  target: {kind: Secret}\n", db),
		"an old JSON patch":                 withResources("patchesJson6902:\n- target: {version: v1, kind: Secret, name: db}\n  patch: '[{\"op\": \"add\", \"path\": \"/stringData/x/y\", \"value\": \"@S@\"}]'\n", db),
		"an old merge patch":                withResources("patchesStrategicMerge:\n- |\n  apiVersion: v1\n  kind: Secret\n  metadata: {name: gone}\n  stringData: {x: '@S@'}\n", db),
		"a transformer of values":           withResources("transformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: p}\n  target: {kind: Secret}\n  patch: '[{op: add, path: /stringData, value: \"@S@\"}, {op: add, path: /stringData/x/y, value: \"@S@\"}]'\n", db),
		"a schema that is none":             withResources("openapi: {path: a.yaml}\ncrds: [a.yaml]\nconfigurations: [a.yaml]\n", db),
		"a Secret as a kustomization":       {"kustomization.yaml": secretYAML("stringData: {x: '@S@'}")},
		"a Secret as a component":           {"kustomization.yaml": "components: [c]\n", "c/kustomization.yaml": secretYAML("stringData: {x: '@S@'}")},
		"a Secret as replacements":          withResources("replacements: [{path: a.yaml}]\n", db),
		"a Secret as values":                {"kustomization.yaml": "helmCharts: [{name: c, valuesFile: a.yaml, additionalValuesFiles: [a.yaml]}]\n", "a.yaml": db},
		"a Secret cut short":                {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {x: '@S@', y: \"@S@\n"},
		"a Secret with a tab":               {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  x: @S@\n\ty: @S@\n  @S@\n"},
		"a Secret in JSON cut short":        {"kustomization.yaml": "resources: [a.json]\n", "a.json": "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"db\"}, \"stringData\": {\"x\": \"@S@\", \"y\": @S@}"},
		// What others make of it.
		"Flux's substitutions":           withResources("", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {interval: 1x, path: ./gone, prune: true, sourceRef: {kind: GitRepository, name: gone}, postBuild: {substitute: {DB_PASSWORD: '@S@', apiToken: '@S@'}, substituteFrom: [{kind: Secret, name: db, optinal: true}]}}\n", db),
		"a HelmRelease's values from":    withResources("", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\nspec: {interval: 5m, chart: {spec: {chart: c, sourceRef: {kind: HelmRepository, name: gone}}}, valuesFrom: [{kind: Secret, name: db, valuesKey: gone, targetPath: a}], values: {postgresql: {auth: {postgresPassword: '@S@', url: 'postgres://u:@U@@postgress/d'}}}}\n", db),
		"an ApplicationSet's list":       withResources("", "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec: {generators: [{list: {elements: [{name: x, token: '@S@', dbPassword: '@S@'}]}}], template: {metadata: {name: x}, spec: {project: gone, source: {repoURL: 'https://u:@U@@h/x', plugin: {env: [{name: API_TOKEN, value: '@S@'}]}}, destination: {}}}}\n"),
		"a SopsSecret":                   withResources("", "apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nmetadata: {name: s}\nspec: {secretTemplates: [{name: db, stringData: {x: '@S@'}, data: {y: '@B@'}, typ: x}]}\n"),
		"a VaultStaticSecret's template": withResources("", "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: {name: v}\nspec: {destination: {name: db, transformation: {templates: {x: {text: 'password=@S@'}}}}, moutn: x}\n"),
		"a docker config of base64":      withResources("", secretYAML("type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '"+dockerConfig+"', other: '@S@'}\nimmutble: true")),
		"a docker config in a ConfigMap": withResources("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  config.json: '"+dockerConfig+"'\n  config.json: x\n"),
		"a key of a cloud":               withResources("", secretYAML("stringData:\n  key.json: '"+cloud+"'\n  key.json: x"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  credentials.json: '"+cloud+"'\n  credentials.json: y\n"),
		"basic auth":                     withResources("", secretYAML("type: kubernetes.io/basic-auth\nstringData: {username: u, password: '@S@', auth: 'u:@S@', passwrd: '@S@'}\ndata: {auth: '@B@!'}")),
		"a key of TLS":                   withResources("", secretYAML("type: kubernetes.io/tls\ndata: {tls.crt: x, tls.key: '@B@'}\nstringData: {tls.crt: '@S@', tls.kye: '@S@'}"), "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {tls: [{secretName: db}], defaultBackend: {service: {name: gone, port: {number: 1}}}}\n"),
		"a kubeconfig in a ConfigMap":    withResources("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  config: |\n    apiVersion: v1\n    kind: Config\n    users:\n    - name: u\n      user: {token: '@S@', client-key-data: '@B@', password: '@S@'}\n  config: x\n"),
		"AWS credentials":                withResources("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  credentials: |\n    [default]\n    aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n    aws_secret_access_key = @S@\n    aws_session_token=@S@\n  credentials: x\n"),
		"headers of a probe":             withResources("", pod("image: x, readinessProbe: {httpGet: {port: gone, path: '/h?token=@U@', httpHeaders: [{name: Authorization, value: 'Bearer @S@'}, {name: X-Api-Key, value: '@S@'}, {name: Cookie, value: 'session_token=@S@'}]}}")),
		"a hook's command":               withResources("", pod("image: x, lifecycle: {postStart: {exec: {comand: [curl, '--user', 'u:@S@', '-H', 'X-Auth-Token: @S@', 'https://u:@U@@postgress:5432/']}}}"), taintedService),
		"URLs in annotations":            withResources("", strings.Replace(configMap, "name: c", "name: c, annotations: {link: 'https://u:@U@@h/x', 'example.com/password': '@S@', 1: x}", 1)),
		"flags":                          withResources("", pod("image: x, args: ['--db-password=@S@', '--token', '@S@', '-Dspring.datasource.password=@S@', '--set=auth.password=@S@', 'postgres://u:@U@@postgress:5432/d'], prts: []"), taintedService),
		"a password over two lines":      withResources("", secretYAML("stringData:\n  x: \"@S@\\\n    tail@S@\"\n  y: >-\n    @S@\n    @S@\n  y: z")),
		"keys that say nothing":          withResources("", secretYAML("stringData: {data: '@S@', value: '@S@', config: \"a=@S@\\nb: @S@\\n\", value: x}")),
		"a name that is the value":       withResources("", strings.Replace(db, "name: db", "name: db, annotations: {note: 'the value is @S@'}, labels: {l: x}", 1), pod("image: x, env: [{name: A, value: 'see @S@'}, {name: A, value: y}]")),
	}
}
