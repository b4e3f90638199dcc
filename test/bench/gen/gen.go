// Package gen makes Kubernetes trees of any size for benchmarks and for
// differential tests: services as teams run them, ten resources each, that
// refer to each other in every way the rules judge.
//
// The trees are sound unless asked otherwise, and the same for the same
// arguments.
package gen

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// PerService is the number of resources of one service.
const PerService = 10

// Tree says what to make.
type Tree struct {
	// Resources is how many; rounded up to whole services.
	Resources int
	// Typos misspells one reference of every resource that has one, so that
	// each is a finding with a suggestion.
	Typos bool
	// NoNamespace leaves the namespace out, for trees that kustomize gives one.
	NoNamespace bool
}

// Documents returns the resources, one document each.
func (t Tree) Documents() []string {
	services := (t.Resources + PerService - 1) / PerService
	docs := make([]string, 0, services*PerService)
	for i := range services {
		docs = append(docs, t.service(i)...)
	}
	return docs
}

// Stream returns the resources as a stream of documents.
func (t Tree) Stream() []byte { return []byte(strings.Join(t.Documents(), "---\n")) }

// ResourceList returns the resources as the input of a function, with config
// as its functionConfig unless that is empty.
func (t Tree) ResourceList(config string) []byte {
	var b bytes.Buffer
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n")
	for _, doc := range t.Documents() {
		b.WriteString(indent(doc, "- ", "  "))
	}
	if config != "" {
		b.WriteString("functionConfig:\n" + indent(config, "  ", "  "))
	}
	return b.Bytes()
}

// words make names that differ in more than a number, so that a misspelt one
// has one nearest name.
var words = [...]string{
	"amber", "birch", "cedar", "delta", "ember", "frost", "grove", "heron", "indigo", "juniper",
	"kelp", "lotus", "maple", "nectar", "ocean", "prairie", "quartz", "raven", "sierra", "tundra",
}

// Name is the name of the i-th service.
func Name(i int) string {
	n := len(words)
	return words[i%n] + "-" + words[i/n%n] + "-" + words[i/n/n%n] + "-" + base26(i)
}

// base26 spells i in letters: names that differ in digits alone count as
// deliberate.
func base26(i int) string {
	s := ""
	for {
		s = string(rune('a'+i%26)) + s
		if i /= 26; i == 0 {
			return s
		}
	}
}

// namespace is where the i-th service lives: twenty share one.
func (t Tree) namespace(i int) string {
	if t.NoNamespace {
		return ""
	}
	return "\n  namespace: team-" + base26(i/20)
}

// refer is a reference to name, misspelt if the tree asks for it.
func (t Tree) refer(name string) string {
	if t.Typos {
		return name[:2] + name[3:] // a letter is missing
	}
	return name
}

func (t Tree) service(i int) []string {
	values := strings.NewReplacer(
		"$NAME", Name(i), "$IN", t.namespace(i),
		"$CONFIG", t.refer(Name(i)+"-config"), "$SECRET", t.refer(Name(i)+"-db"),
		"$ACCOUNT", t.refer(Name(i)+"-account"), "$SERVICE", t.refer(Name(i)),
		"$DEPLOYMENT", t.refer(Name(i)), "$CLAIM", t.refer(Name(i)+"-data"), "$ROLE", t.refer(Name(i)+"-role"),
		"$PEER", Name(i/20*20), "$REPLICAS", fmt.Sprint(1+i%4),
	)
	docs := make([]string, 0, PerService)
	for _, text := range service {
		docs = append(docs, values.Replace(text))
	}
	return docs
}

var service = [PerService]string{
	`apiVersion: v1
kind: ServiceAccount
metadata:
  name: $NAME-account$IN
`, `apiVersion: v1
kind: ConfigMap
metadata:
  name: $NAME-config$IN
data:
  LOG_LEVEL: info
  CACHE_TTL: "300"
  PEER_URL: http://$PEER:8080/api
  application.yaml: |
    server:
      port: 8080
    features:
    - search
    - checkout
`, `apiVersion: v1
kind: Secret
metadata:
  name: $NAME-db$IN
type: Opaque
data:
  username: YXBw
  password: bm90LWEtc2VjcmV0
`, `apiVersion: v1
kind: Service
metadata:
  name: $NAME$IN
  labels:
    app.kubernetes.io/name: $NAME
spec:
  selector:
    app.kubernetes.io/name: $NAME
  ports:
  - name: http
    port: 8080
    targetPort: http
`, `apiVersion: apps/v1
kind: Deployment
metadata:
  name: $NAME$IN
  labels:
    app.kubernetes.io/name: $NAME
spec:
  replicas: $REPLICAS
  selector:
    matchLabels:
      app.kubernetes.io/name: $NAME
  template:
    metadata:
      labels:
        app.kubernetes.io/name: $NAME
    spec:
      serviceAccountName: $ACCOUNT
      containers:
      - name: app
        image: registry.example.com/shop/$NAME:1.4.2
        imagePullPolicy: IfNotPresent
        ports:
        - name: http
          containerPort: 8080
        envFrom:
        - configMapRef:
            name: $CONFIG
        env:
        - name: DB_USERNAME
          valueFrom:
            secretKeyRef:
              name: $SECRET
              key: username
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef:
              name: $SECRET
              key: password
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            cpu: 500m
            memory: 256Mi
        volumeMounts:
        - name: data
          mountPath: /var/lib/app
      volumes:
      - name: data
        persistentVolumeClaim:
          claimName: $CLAIM
`, `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: $NAME-data$IN
spec:
  accessModes:
  - ReadWriteOnce
  resources:
    requests:
      storage: 1Gi
`, `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: $NAME$IN
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: $DEPLOYMENT
  minReplicas: 1
  maxReplicas: 5
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 80
`, `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: $NAME$IN
spec:
  rules:
  - host: $NAME.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: $SERVICE
            port:
              name: http
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: $NAME-role$IN
rules:
- apiGroups:
  - ""
  resources:
  - configmaps
  verbs:
  - get
  - watch
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: $NAME$IN
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: $ROLE
subjects:
- kind: ServiceAccount
  name: $ACCOUNT
`}

// Config is a configuration of the function that computes one connection and
// normalizes everything there is to normalize in a sound tree.
const Config = `apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: wealist
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: krm-validate
spec:
  receipt: true
  normalize:
    quantities: {}
`

// Pipeline writes a source, and a pipeline around it, into dir: what
// kustomize build dir/source and krm-validate build dir/pipeline build.
func (t Tree) Pipeline(dir string) error {
	t.NoNamespace = true
	files := map[string]string{
		"pipeline/kustomization.yaml": `resources:
- run
patches:
- patch: |
    apiVersion: wealist.io/v1alpha1
    kind: FunctionRan
    metadata:
      name: wealist
    $patch: delete
`,
		"pipeline/run/kustomization.yaml":    "resources:\n- ../../source\ntransformers:\n- ../config\n",
		"pipeline/config/kustomization.yaml": "resources:\n- pipeline.yaml\n",
		"pipeline/config/pipeline.yaml":      Config,
		"source/kustomization.yaml": `namespace: prod
resources:
- ../base
labels:
- pairs:
    app.kubernetes.io/part-of: shop
images:
- name: registry.example.com/shop/` + Name(0) + `
  newTag: 1.5.0
configMapGenerator:
- name: build
  literals:
  - REVISION=abc123
patches:
- target:
    kind: Deployment
    name: ` + Name(0) + `
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: any
    spec:
      template:
        spec:
          containers:
          - name: app
            envFrom:
            - configMapRef:
                name: ` + Name(0) + `-config
            - configMapRef:
                name: build
`,
	}
	var names strings.Builder
	docs := t.Documents()
	for i := 0; i < len(docs); i += PerService {
		name := Name(i / PerService)
		files["base/"+name+"/all.yaml"] = strings.Join(docs[i:i+PerService], "---\n")
		files["base/"+name+"/kustomization.yaml"] = "resources:\n- all.yaml\n"
		names.WriteString("- " + name + "\n")
	}
	files["base/kustomization.yaml"] = "resources:\n" + names.String()
	return write(dir, files)
}

// Monorepo writes services with one base each and overlays of them, and
// returns the overlays' directories below dir.
func Monorepo(dir string, overlays int) ([]string, error) {
	files := map[string]string{}
	var dirs []string
	environments := []string{"dev", "test", "stage", "prod"}
	for i := range overlays {
		service := i / len(environments)
		name, environment := Name(service), environments[i%len(environments)]
		base := "services/" + name + "/base/"
		if files[base+"kustomization.yaml"] == "" {
			docs := Tree{NoNamespace: true}.service(service / 20 * 20)
			if service%20 != 0 {
				docs = append(docs[3:4], Tree{NoNamespace: true}.service(service)...)
			}
			files[base+"all.yaml"] = strings.Join(docs, "---\n")
			files[base+"kustomization.yaml"] = "resources:\n- all.yaml\n"
		}
		overlay := "services/" + name + "/overlays/" + environment
		files[overlay+"/kustomization.yaml"] = "namespace: " + environment + `
resources:
- ../../base
labels:
- pairs:
    environment: ` + environment + `
replicas:
- name: ` + name + `
  count: 2
configMapGenerator:
- name: ` + name + `-config
  behavior: merge
  literals:
  - LOG_LEVEL=debug
`
		dirs = append(dirs, overlay)
	}
	return dirs, write(dir, files)
}

func write(dir string, files map[string]string) error {
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// indent puts first in front of the first line of text, rest before the others.
func indent(text, first, rest string) string {
	var b strings.Builder
	prefix := first
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(prefix)
		}
		b.WriteString(line)
		prefix = rest
	}
	return b.String()
}
