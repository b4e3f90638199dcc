package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// sentinels stand for secrets. The second has what encodings change.
var sentinels = []string{"Zq7SENTINELx9Kw", "aB3/+dE7kLm9+Q"}

// spelt are the spellings of a secret that must not be printed. A beginning is
// enough to tell: the YAML library cuts the values that it prints.
func spelt(secret string) map[string]string {
	all := map[string]string{
		"as it is": secret, "its beginning": secret[:7], "its end": secret[len(secret)-8:],
		"in lower case": strings.ToLower(secret), "in capitals": strings.ToUpper(secret), "in capital hexadecimal": strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"in a query": url.QueryEscape(secret), "in a path": url.PathEscape(secret), "in hexadecimal": hex.EncodeToString([]byte(secret)),
	}
	for offset := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte("xxx"[:offset] + secret))
		all[fmt.Sprint("in base64, shifted by ", offset)] = text[(offset*8+5)/6+1 : len(text)-4]
	}
	return all
}

// tainted are trees with @S@, @B@ (base64) or @U@ (URL-encoded) wherever a
// secret may stand: many are broken in the place beside it, so that something
// is said about it. A file that is named twice has one text after the other.
var tainted = map[string]map[string]string{
	"a key that is a number":   secretTree("stringData: {1: @S@}"),
	"a value that is a list":   secretTree("stringData: {x: [@S@], y: {z: @S@}}"),
	"data that is no base64":   secretTree("data: {x: '@S@!', y: @B@, z: '@B@ '}"),
	"data encoded twice":       secretTree("data: {x: " + base64.StdEncoding.EncodeToString([]byte("@B@")) + "}\nstringData: {y: @B@}"),
	"a key twice":              secretTree("stringData: {x: @S@, x: @S@1}"),
	"a tag of another type":    secretTree("stringData: {x: !!int @S@, y: !!float @S@}"),
	"a binary tag":             secretTree("stringData: {x: !!binary '@S@!'}"),
	"an own tag":               secretTree("stringData: {x: !vault @S@}"),
	"an alias of nothing":      secretTree("stringData: {x: *@A@}"),
	"an anchor":                secretTree("stringData: {x: &@A@ @S@, y: *@A@, y: *@A@}"),
	"a tab":                    secretTree("stringData:\n\tx: @S@"),
	"an open quote":            secretTree("stringData: {x: \"@S@}"),
	"a line too far in":        secretTree("stringData:\n  x: @S@\n    y: @S@"),
	"a value without its key":  secretTree("stringData: {@S@}"),
	"a value in place of all":  secretTree("stringData: @S@"),
	"a misspelt field":         secretTree("strngData: {x: @S@}"),
	"a field of its own":       secretTree("password: @S@"),
	"an annotation that lasts": secretTree("stringData: {x: y}\nannotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"kind\":\"Secret\",\"stringData\":{\"x\":\"@S@\"}}'}"),
	"no name":                  {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: Secret\nstringData: {x: @S@}\n"},
	"no kind":                  {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nmetadata: {name: db}\nstringData: {x: @S@}\n"},
	"no apiVersion":            {"kustomization.yaml": "resources: [a.yaml]\nnamePrefix: p-\n", "a.yaml": "kind: Secret\nmetadata: {name: db}\nstringData: {x: @S@}\n"},
	"a kind in lower case":     {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: secret\nmetadata: {name: db}\ndata: {x: @S@, x: @S@, y: '@B@!'}\n"},
	"a misspelt kind":          {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: Secert\nmetadata: {name: db}\nstringData: {x: @S@, x: @S@}\n"},
	"a list of them":           {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {x: @S@, x: @S@}}\n- {apiVersion: v1, kind: Secret, stringData: {1: @S@}}\n"},
	"one name twice":           {"kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "a.yaml": secretYAML("stringData: {x: @S@}"), "b.yaml": secretYAML("stringData: {x: @S@}")},

	"a literal without a key":       {"kustomization.yaml": "secretGenerator: [{name: db, literals: [@S@]}]\n"},
	"a literal with an empty key":   {"kustomization.yaml": "secretGenerator: [{name: db, literals: ['=@S@']}]\n"},
	"a literal twice":               {"kustomization.yaml": "secretGenerator: [{name: db, literals: [x=@S@, x=@S@]}]\n"},
	"literals that are a mapping":   {"kustomization.yaml": "secretGenerator: [{name: db, literals: {x: @S@}}]\n"},
	"a literal that is a mapping":   {"kustomization.yaml": "secretGenerator: [{name: db, literals: [{x: @S@}]}]\n"},
	"a misspelt literals":           {"kustomization.yaml": "secretGenerator: [{name: db, literal: [x=@S@]}]\n"},
	"a generator that is a mapping": {"kustomization.yaml": "secretGenerator: {name: db, literals: [x=@S@]}\n"},
	"a generator without a name":    {"kustomization.yaml": "secretGenerator: [{literals: [x=@S@]}]\n"},
	"a generator of another kind":   {"kustomization.yaml": "secretGenerator: [{name: db, kind: ConfigMap, literals: [x=@S@]}]\n"},
	"a merge with none":             {"kustomization.yaml": "secretGenerator: [{name: db, behavior: merge, literals: [x=@S@]}]\n"},
	"a merge with two":              {"kustomization.yaml": "resources: [a.yaml, b.yaml]\nsecretGenerator: [{name: db, behavior: merge, literals: [x=@S@]}]\n", "a.yaml": strings.ReplaceAll(secretYAML("stringData: {x: @S@}"), "db}", "db, namespace: a}"), "b.yaml": strings.ReplaceAll(secretYAML("stringData: {x: @S@}"), "db}", "db, namespace: b}")},
	"two of one name":               {"kustomization.yaml": "secretGenerator: [{name: db, literals: [x=@S@]}, {name: db, literals: [x=@S@]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n"},
	"a behavior with a merge":       {"kustomization.yaml": "resources: [a.yaml]\nsecretGenerator: [{name: db, behavior: create, literals: [x=@S@]}]\n", "a.yaml": secretYAML("stringData: {x: @S@}")},
	"an env file":                   {"kustomization.yaml": "secretGenerator: [{name: db, envs: [db.env]}]\n", "db.env": "a b=@S@\n=@S@\n@S@\n"},
	"an env file that is not UTF-8": {"kustomization.yaml": "secretGenerator: [{name: db, envs: [db.env]}]\n", "db.env": "a=@S@\xff\n"},
	"a file with an odd key":        {"kustomization.yaml": "secretGenerator: [{name: db, files: ['a b=db.txt', '=db.txt', 'x=']}]\n", "db.txt": "@S@\n"},
	"a file and a merge":            {"kustomization.yaml": "secretGenerator: [{name: db, behavior: replace, files: [db.txt]}]\n", "db.txt": "a: @S@\nb: [\n"},
	"a generator in a file":         {"kustomization.yaml": "generators: [g.yaml]\n", "g.yaml": "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: db}\nliterals: [@S@]\n"},

	"a patch that is no YAML":        patchTree("kind: Secret\nmetadata: {name: db\nstringData: {x: @S@}"),
	"a patch without a kind":         patchTree("stringData: {x: @S@}"),
	"a patch of nothing":             patchTree("apiVersion: v1\nkind: Secret\nmetadata: {name: gone}\nstringData: {x: @S@}"),
	"a patch that is a text":         patchTree("@S@"),
	"a patch with an odd directive":  patchTree("apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {$patch: '@S@', x: @S@}"),
	"a patch of a number":            patchTree("apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {1: @S@}"),
	"a JSON patch with an odd op":    jsonPatchTree("[{op: repalce, path: /stringData/x, value: @S@}]"),
	"a JSON patch of nothing":        jsonPatchTree("[{op: replace, path: /stringData/y, value: @S@}]"),
	"a JSON patch that tests":        jsonPatchTree("[{op: test, path: /stringData/x, value: @S@2}]"),
	"a JSON patch that is no list":   jsonPatchTree("{op: test, path: /stringData/x, value: @S@2}"),
	"a JSON patch that is no YAML":   jsonPatchTree("[{op: test, path: /stringData/x, value: @S@"),
	"a JSON patch without a path":    jsonPatchTree("[{op: add, value: @S@}]"),
	"a patch that is a mapping":      {"kustomization.yaml": "resources: [a.yaml]\npatches:\n- patch: {kind: Secret, stringData: {x: @S@}}\n", "a.yaml": secretYAML("stringData: {x: y}")},
	"an old patch that is no YAML":   {"kustomization.yaml": "resources: [a.yaml]\npatchesStrategicMerge:\n- |\n  kind: Secret\n  stringData: {x: @S@\n", "a.yaml": secretYAML("stringData: {x: y}")},
	"an old JSON patch":              {"kustomization.yaml": "resources: [a.yaml]\npatchesJson6902:\n- target: {version: v1, kind: Secret, name: db}\n  patch: '[{\"op\": \"test\", \"path\": \"/stringData/x\", \"value\": \"@S@\"}]'\n", "a.yaml": secretYAML("stringData: {x: y}")},
	"a patch in a file":              {"kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n", "a.yaml": secretYAML("stringData: {x: y}"), "p.yaml": "kind: Secret\nmetadata: {name: db\nstringData: {x: @S@}\n"},
	"a JSON patch in a file":         {"kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml, target: {kind: Secret}}]\n", "a.yaml": secretYAML("stringData: {x: y}"), "p.yaml": "- {op: replace, path: /stringData/z, value: @S@}\n"},
	"a replacement out of range":     {"kustomization.yaml": "resources: [a.yaml]\nreplacements:\n- source: {kind: Secret, fieldPath: stringData.x, options: {delimiter: ':', index: 9}}\n  targets: [{select: {kind: Secret}, fieldPaths: [stringData.y]}]\n", "a.yaml": secretYAML("stringData: {x: 'u:@S@'}")},
	"a replacement of a list":        {"kustomization.yaml": "resources: [a.yaml]\nreplacements:\n- source: {kind: Secret, fieldPath: stringData}\n  targets: [{select: {kind: Secret}, fieldPaths: [metadata.name, stringData.y.z]}]\n", "a.yaml": secretYAML("stringData: {x: '@S@', y: @S@}")},
	"a variable":                     {"kustomization.yaml": "resources: [a.yaml]\nvars: [{name: X, objref: {apiVersion: v1, kind: Secret, name: db}, fieldref: {fieldpath: stringData}}]\n", "a.yaml": secretYAML("stringData: {x: '@S@ $(X)'}")},
	"an ambiguous reference":         {"kustomization.yaml": "resources: [a.yaml, b.yaml, c.yaml]\nnameSuffix: -x\n", "a.yaml": strings.ReplaceAll(secretYAML("stringData: {x: @S@}"), "db}", "db, namespace: a}"), "b.yaml": strings.ReplaceAll(secretYAML("stringData: {x: @S@}"), "db}", "db, namespace: b}"), "c.yaml": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, annotations: {nginx.ingress.kubernetes.io/auth-secret: db}}\nspec: {tls: [{secretName: db}]}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nsecrets: [{name: db}]\n"},
	"a remote base with a password":  {"kustomization.yaml": "resources: ['http://u:@U@@127.0.0.1:1/x.yaml']\n"},
	"a remote tree with a password":  {"kustomization.yaml": "resources: ['https://u:@U@@127.0.0.1:1/x/y?ref=v1']\n"},
	"a remote tree with a token":     {"kustomization.yaml": "resources: ['https://@U@@127.0.0.1:1/x/y?ref=v1', gone.yaml]\n"},
	"a chart's values":               {"kustomization.yaml": "helmCharts: [{name: x, repo: 'https://u:@U@@127.0.0.1:1/', valuesInline: {auth: {password: @S@}}}]\n"},
	"a kustomization that is broken": {"kustomization.yaml": "secretGenerator:\n- name: db\n  literals:\n  - x=@S@\n - y=@S@\n"},
	"a nested base that is broken":   {"kustomization.yaml": "resources: [base]\nnamePrefix: p-\n", "base/kustomization.yaml": "secretGenerator: [{name: db, literals: [@S@]}]\n"},
	"a transformer in the file":      {"kustomization.yaml": "resources: [a.yaml]\ntransformers:\n- |\n  apiVersion: example.com/v1\n  kind: Vault\n  metadata: {name: x}\n  token: @S@\n", "a.yaml": secretYAML("stringData: {x: @S@}")},
	"a transformer that is no YAML":  {"kustomization.yaml": "resources: [a.yaml]\ntransformers:\n- |\n  apiVersion: example.com/v1\n  kind: [Vault\n  token: @S@\n", "a.yaml": secretYAML("stringData: {x: @S@}")},

	"variables on one line":        podTree("env: [{name: U, value: 'postgres://u:@U@@postgress:5432/d'}, {name: U, value: 'mysql://u:@U@@h/d'}, {name: DB_PASSWORD, value: '@S@'}, {name: DB_PASSWORD, value: 'x'}], imagePullPolicy: Nevr"),
	"arguments on one line":        podTree("args: [--password, '@S@', '--token=@S@', 'x'], ports: [{name: a, containerPort: 1}, {name: a, containerPort: 1}], envFrom: [{secretRef: {name: gone}}]"),
	"an image with a password":     podTree("image: 'https://u:@U@@registry/x'"),
	"an image with a password too": podTree("image: 'u:@S@@registry/x y'"),
	"a probe with a password":      podTree("livenessProbe: {httpGet: {port: nope, path: /, httpHeaders: [{name: Authorization, value: 'x'}]}}, env: [{name: API_TOKEN, value: '@S@'}]"),
	"a ConfigMap's file":           {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a.properties: \"spring.datasource.password=@S@\\nurl=jdbc:postgresql://postgress:5432/x?user=u&password=@U@\\n\", k: v, k: w}\n"},
	"an Application":               {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: p, namespace: argocd}\nspec: {sourceRepos: ['https://x/y'], destinations: [{namespace: a, server: 'https://k'}]}\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: p, namespace: argocd}\nspec: {project: p, source: {repoURL: 'https://u:@U@@x/z', path: a}, destination: {namespace: b, server: 'https://u:@U@@k2'}}\n"},
	"a host in a Secret":           secretTree("stringData: {DATABASE_URL: 'postgresql://u:@U@@postgress-service:5432/d', DB_HOST: postgress-service, x: '@S@'}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: postgres-service}\nspec: {ports: [{port: 5432}]}"),
	"a file in a Secret":           secretTree("stringData: {app.ini: \"[db]\\nhost = postgress-service:5432\\npassword = @S@\\n\", a.json: '{\"a\": [{\"b\": \"@S@\"}]}', .dockerconfigjson: '{\"auths\": {\"x\": {\"auth\": \"@B@\"}}}', .dockerconfigjson: x}"),

	"a replacement into an image":  {"kustomization.yaml": "resources: [a.yaml]\nreplacements:\n- source: {kind: Secret, fieldPath: stringData.x}\n  targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image', metadata.annotations.a]}]\n", "a.yaml": secretYAML("stringData: {x: @S@}") + "---\n" + strings.Replace(podTree("image: x")["a.yaml"], "{name: api}", "{name: api, annotations: {a: b}}", 1)},
	"a template of a Secret":       {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {secretStoreRef: {name: s}, target: {name: db, template: {data: {password: '@S@'}}}, dta: [x]}\n"},
	"a ConfigMap's flow":           {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p.yml: |\n    - basic_auth: {username: u, password: \"@S@\"}\n      targets: ['postgress:5432']\n"},
	"a ConfigMap's JSON":           {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p.json: '{\"db\": {\"password\": \"@S@\", \"host\": \"postgress:5432\"}}'\n"},
	"headers":                      podTree("livenessProbe: {httpGet: {port: nope, httpHeaders: [{name: Authorization, value: 'Bearer @S@'}, {name: X-Api-Key, value: '@S@'}]}}"),
	"commands":                     podTree("command: [sh, -c, 'mysql -p@S@ -h postgress:5432; redis-cli -a @S@ -h postgress'], imagePullPolcy: Never"),
	"escapes after a typing error": {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}], clusterIp: None}}\n- {apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {x: \"@E@\"}}\n"},
	"two lines after an error":     {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}], clusterIp: None}}\n- {apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {x: \"@S@\\\n  @S@\"}}\n"},
	"a comment beside an error":    {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": secretYAML("stringData: {x: '@S@'}") + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n  # not @S@ any more\n  clusterIp: None # password: @S@\n"},
	"names that are near":          {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": secretYAML("stringData: {PASSWORD: '@S@'}") + "---\n" + podTree("env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: PASWORD}}}, {name: API_TOKEN, value: '@S@'}], ports: [{containerPort: 80}]")["a.yaml"] + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: x.example.com, http: {paths: [{path: '/?token=@U@', pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n"},

	"a typed URL of a Service":    typedTree("env: [{name: A, value: 'postgresql://u:@U@@postgres:5432/d'}, {name: B, value: 'postgresql://@U@@postgres:5432/d'}, {name: C, value: 'postgresql://postgres:5432/d?password=@U@'}]"),
	"a typed URL in a Secret":     typedTree("envFrom: [{secretRef: {name: db}}], env: [{name: DB_HOST, value: postgres}, {name: DB_NAME, value: d}, {name: DB_PASSWORD, value: '@S@'}]"),
	"a typed URL from a Secret":   typedTree("env: [{name: X, valueFrom: {secretKeyRef: {name: db, key: DATABASE_URL}}}, {name: DB_HOST, valueFrom: {secretKeyRef: {name: db, key: host}}}, {name: DB_USER, valueFrom: {secretKeyRef: {name: db, key: user}}}]"),
	"parameters of a connection":  pipelineTree("connections: {db: {engine: postgresql, host: {name: h}, database: d, parameters: {password: '@S@', sslmode: '@S@'}, into: [{workload: {kind: Deployment, name: api}, variables: {DATABASE_URL: url}}]}}"),
	"a host with a password":      pipelineTree("connections: {db: {engine: postgresql, host: {name: 'postgres://u:@U@@h'}, database: d, into: [{workload: {kind: Deployment, name: api}, variables: {DATABASE_URL: url}}]}}"),
	"a field that is not there":   pipelineTree("connections: {db: {engine: postgresql, password: '@S@', host: {name: h}}}"),
	"credentials in clear":        pipelineTree("connections: {db: {engine: postgresql, host: {name: h}, credentials: {secret: db, password: '@S@'}}}"),
	"credentials of a wrong type": pipelineTree("connections: {db: {engine: postgresql, host: {name: h}, credentials: {secret: [{password: '@S@'}]}}}"),
	"a Secret beside a pipeline":  pipelineTree("connections: {db: {engine: postgresql, host: {name: h}, database: d, credentials: {secret: db, usernameKey: u, passwordKey: p}, into: [{workload: {kind: Deployment, name: api}, variables: {DATABASE_URL: url}}]}}"),
	"a URL in a Secret":           pipelineTree("connections: {db: {engine: postgresql, host: {name: h}, database: d, credentials: {secret: db, usernameKey: u, passwordKey: p}, into: [{secret: db, variables: {DATABASE_URL: url}}]}}"),
}

func secretYAML(fields string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n" + fields + "\n"
}

func secretTree(fields string) map[string]string {
	return map[string]string{"kustomization.yaml": "resources: [a.yaml]\nnamePrefix: p-\n", "a.yaml": secretYAML(fields)}
}

func patchTree(patch string) map[string]string {
	return map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches:\n- patch: |\n    " + strings.ReplaceAll(patch, "\n", "\n    ") + "\n", "a.yaml": secretYAML("stringData: {x: @S@}")}
}

func jsonPatchTree(patch string) map[string]string {
	return map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches:\n- target: {kind: Secret}\n  patch: |\n    " + patch + "\n", "a.yaml": secretYAML("stringData: {x: @S@}")}
}

func typedTree(container string) map[string]string {
	tree := podTree(container)
	tree["a.yaml"] += "---\n" + secretYAML("stringData: {user: u, host: postgres, password: '@S@', DATABASE_URL: 'postgresql://u:@U@@postgres:5432/@U@', OTHER: 'postgresql://@U@:@U@@postgres:5432/d?application_name=@U@'}") +
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: postgres}\nspec: {ports: [{port: 5432}]}\n"
	return tree
}

func podTree(container string) map[string]string {
	return map[string]string{"kustomization.yaml": "resources: [a.yaml]\n",
		"a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, " + container + "}]}}}\n"}
}

func pipelineTree(spec string) map[string]string {
	return map[string]string{
		"kustomization.yaml": "resources: [a.yaml]\ntransformers: [fn.yaml]\n",
		"a.yaml":             secretYAML("stringData: {u: me, p: '@S@'}") + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}\n",
		"fn.yaml":            "apiVersion: wealist.io/v1alpha1\nkind: ConfigPipeline\nmetadata:\n  name: p\n  annotations:\n    config.kubernetes.io/function: \"exec: {path: krm-validate}\"\nspec: {" + spec + "}\n",
	}
}

// taint counts what it has looked at.
type taint struct {
	secret string
	texts  int
	leaks  int
	ran    map[string]bool // the commands that ran
	// suggested and followed count the texts with suggestions and with what follows:
	// they are made of names and values around a finding.
	suggested, followed int
	looked              int // runs that asked the cluster for something
}

// run is [run] that remembers which command it was.
func (c *taint) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	if c.ran == nil {
		c.ran = map[string]bool{}
	}
	c.ran[args[0]] = true
	return run(t, args...)
}

// withoutTrees are the commands that read no tree: they print what is built in.
var withoutTrees = []string{"completion", "explain", "help", "rules", "schema", "version"}

// clean checks that a text says nothing of the secret.
func (c *taint) clean(t *testing.T, what, text string) {
	t.Helper()
	c.texts++
	if strings.Contains(text, "did you mean") || strings.Contains(text, `"suggestions": [`) && !strings.Contains(text, `"suggestions": []`) {
		c.suggested++
	}
	if strings.Contains(text, "then: ") {
		c.followed++
	}
	for how, spelling := range spelt(c.secret) {
		if i := strings.Index(text, spelling); i >= 0 {
			c.leaks++
			t.Errorf("%s prints the secret, %s:\n%s", what, how, text)
			return
		}
	}
}

func (c *taint) fill(text string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return 'x'
	}, c.secret)
	if name != c.secret {
		name = "anchor"
	}
	escaped := ""
	for _, b := range []byte(c.secret) {
		escaped += fmt.Sprintf(`\x%02x`, b)
	}
	return strings.NewReplacer("@E@", escaped, "@S@", c.secret, "@A@", name, "@U@", url.QueryEscape(c.secret), "@B@", base64.StdEncoding.EncodeToString([]byte(c.secret)),
		base64.StdEncoding.EncodeToString([]byte("@B@")), base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(c.secret))))).Replace(text)
}

// thinned is of how many of the further trees one is run. With the race detector a tree
// takes five times as long, and finds no more secrets.
func thinned() int {
	if testing.Short() {
		return 4
	}
	return 1
}

// TestNoSecretIsPrinted runs every command in every format over trees with
// secrets in every place that may hold one.
func TestNoSecretIsPrinted(t *testing.T) {
	for i, secret := range sentinels {
		c := &taint{secret: secret}
		trees, further := maps.Clone(tainted), furtherTrees()
		maps.Copy(further, strangersTrees())
		for j, name := range slices.Sorted(maps.Keys(further)) {
			if j%(len(sentinels)*thinned()) == i {
				trees[name] = further[name]
			}
		}
		for _, name := range slices.Sorted(maps.Keys(trees)) {
			files := map[string]string{}
			for file, text := range trees[name] {
				files[file] = c.fill(text)
			}
			t.Run(fmt.Sprint(i, "/", name), func(t *testing.T) { c.tree(t, files) })
		}
		t.Logf("%d texts printed about %d trees, %d with suggestions, %d with consequences, %d with the secret", c.texts, len(trees), c.suggested, c.followed, c.leaks)
		assert.Greater(t, c.suggested, 100)
		assert.Greater(t, c.followed, 10)
		assert.Greater(t, c.looked, 4)
		c.ran["check"] = true // everyFormat
		for _, cmd := range newRootCommand().Commands() {
			if !cmd.Hidden && !slices.Contains(withoutTrees, cmd.Name()) {
				assert.True(t, c.ran[cmd.Name()], "%s reads trees: run it here, or put it among withoutTrees", cmd.Name())
			}
		}
	}
}

func (c *taint) tree(t *testing.T, files map[string]string) {
	dir := t.TempDir()
	write(t, dir, files)
	var plain []string
	for name := range files {
		if filepath.Ext(name) == ".yaml" && !strings.HasSuffix(name, "kustomization.yaml") {
			plain = append(plain, filepath.Join(dir, name))
		}
	}
	slices.Sort(plain)

	for _, args := range [][]string{{"build", dir}, {"build", "--explain", dir}, {"build", "-o", t.TempDir(), dir}} {
		_, _, stderr := c.run(t, args...)
		c.clean(t, args[0], stderr)
	}
	all := [][]string{{"check", "--print-externals", dir}, {"fix", "--diff", dir}, {"graph", dir}, {"graph", "-o", "json", dir}, {"graph", "-o", "html", dir}, {"trace", dir, "secret/p-db"}, {"blame", dir}, {"blame", "-o", "json", dir},
		{"trace", dir, "deploy/api"}, {"trace", "-o", "json", dir, "deploy/api"}, {"trace", dir, "pod/p"}, {"trace", dir, "http://u:" + url.QueryEscape(c.secret) + "@x/"}}
	checks := [][]string{{"--notes", dir}}
	if len(plain) > 0 {
		checks = append(checks, plain, []string{"--config", plain[len(plain)-1], plain[0]})
	}
	for _, args := range checks {
		reports, stderr := everyFormat(t, "", args...)
		c.clean(t, "check", stderr)
		for format, text := range reports {
			c.clean(t, "check -o "+format, text)
		}
	}
	for _, args := range all {
		_, stdout, stderr := c.run(t, args...)
		c.clean(t, strings.Join(args[:min(3, len(args))], " "), stdout+stderr)
	}
	for _, args := range [][]string{{"apply", "-k", dir, "--kubectl", "false"}, {"diff", "-k", dir, "--kubectl", "false"}} {
		_, stdout, stderr := c.run(t, args...)
		c.clean(t, args[0]+" -k", stdout+stderr)
	}
	c.cluster(t, dir)
	t.Chdir(dir)
	for _, args := range [][]string{{"argocd", "generate"}, {"argocd", "discover"}} {
		_, stdout, stderr := c.run(t, args...)
		c.clean(t, "argocd", stderr)
		if args[1] == "discover" {
			c.clean(t, "argocd discover", stdout)
		}
	}
	shard := filepath.Join(t.TempDir(), "shard.json")
	c.run(t, "check", "-o", "json="+shard, dir)
	_, stdout, stderr := c.run(t, "report", "merge", shard)
	c.clean(t, "report merge", stdout+stderr)
	other := map[string]string{}
	for name, text := range files {
		other[name] = strings.NewReplacer(c.secret, "another", base64.StdEncoding.EncodeToString([]byte(c.secret)), "YW5vdGhlcg==").Replace(text)
	}
	otherDir := t.TempDir()
	write(t, otherDir, other)
	for _, args := range [][]string{{"diff", dir, otherDir}, {"diff", "-o", "markdown", otherDir, dir}} {
		_, stdout, stderr := c.run(t, args...)
		c.clean(t, "diff", stdout+stderr)
	}
	known := filepath.Join(t.TempDir(), "known.json")
	_, stdout, stderr = c.run(t, "check", "--write-baseline", known, dir)
	c.clean(t, "check --write-baseline", stdout+stderr)
	if text, err := os.ReadFile(known); err == nil {
		c.clean(t, "the baseline", string(text))
	}
	for _, file := range plain {
		text := readFile(t, file)
		reports, stderr := everyFormat(t, text, "-")
		c.clean(t, "check -", stderr)
		for format, text := range reports {
			c.clean(t, "check -o "+format+" -", text)
		}
		c.function(t, text, "")
		c.ran["post-render"] = true
		_, stderr = piped(t, text, "post-render")
		c.clean(t, "post-render", stderr)
		_, stderr = piped(t, text, "post-render", "--config", file)
		c.clean(t, "post-render --config", stderr)
		if config, ok := files["fn.yaml"]; ok {
			c.function(t, text, config)
		}
	}
	c.imported(t, plain)
	c.lock(t, files)
	c.init(t, files)
}

// cluster looks things up in a cluster that answers with the secret: an admission
// webhook, or a proxy, may say anything.
func (c *taint) cluster(t *testing.T, dir string) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, says := range []string{"forbidden", "missing"} {
		t.Setenv(asKubectl, says)
		reports, stderr := everyFormat(t, "", "--cluster", "--kubectl", self, "--notes", dir)
		if strings.Contains(stderr, "cluster prod") {
			c.looked++
		}
		c.clean(t, "check --cluster", stderr)
		for format, text := range reports {
			c.clean(t, "check --cluster -o "+format, text)
		}
	}
	t.Setenv(asKubectl, "")
}

// kubectlThatSays is a kubectl whose cluster has Secrets, Services and the like, and
// shows none.
func kubectlThatSays(what string, args []string) int {
	call := strings.Join(args, " ")
	switch {
	case strings.HasPrefix(call, "config current-context"):
		fmt.Println("prod")
	case strings.HasPrefix(call, "config view"):
		fmt.Print("shop")
	case args[0] == "proxy":
		l, err := net.Listen("unix", strings.TrimPrefix(args[1], "--unix-socket="))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println("Starting to serve on", l.Addr())
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			const empty = `{"kind":"APIGroupDiscoveryList","items":[]}`
			switch r.URL.Path {
			case "/version":
				fmt.Fprint(w, `{"gitVersion":"v1.33.2"}`)
			case "/api":
				fmt.Fprint(w, `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
{"resource":"secrets","scope":"Namespaced","responseKind":{"kind":"Secret"}},{"resource":"configmaps","scope":"Namespaced","responseKind":{"kind":"ConfigMap"}},{"resource":"services","scope":"Namespaced","responseKind":{"kind":"Service"}}]}]}]}`)
			case "/apis":
				fmt.Fprint(w, empty)
			default:
				code := http.StatusNotFound
				if what == "forbidden" {
					code = http.StatusForbidden
				}
				http.Error(w, strings.Join(sentinels, " ")+" forbidden: "+r.URL.String(), code)
			}
		}))
	}
	return 0
}

// init makes an environment of a tree: the configuration and the lock that it
// writes are printed by whoever reads them.
func (c *taint) init(t *testing.T, files map[string]string) {
	for _, inPlace := range []string{"--in-place", "--in-place=false"} {
		dir := t.TempDir()
		overlay := filepath.Join(dir, "overlays", "prod")
		write(t, overlay, files)
		for _, args := range [][]string{{"init", "--dry-run", inPlace, overlay}, {"init", inPlace, overlay}, {"init", inPlace, overlay}} {
			_, stdout, stderr := c.run(t, args...)
			c.clean(t, strings.Join(args[:3], " "), stdout+stderr)
		}
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(overlay, path)
			if err == nil && !d.IsDir() && files[filepath.ToSlash(rel)] == "" && !strings.HasPrefix(rel, "source") {
				c.clean(t, path, readFile(t, path))
			}
			return err
		}))
	}
}

// imported makes layouts of plain files: what git is to have is no place for
// secrets either.
func (c *taint) imported(t *testing.T, plain []string) {
	if len(plain) == 0 {
		return
	}
	inputs := []string{"import"}
	for _, file := range plain {
		inputs = append(inputs, "--env", "prod="+file)
	}
	for _, args := range [][]string{{"--dry-run"}, {"--new-env", "dev"}, {"--secrets", "external-secret"}} {
		dir := t.TempDir()
		_, stdout, stderr := c.run(t, slices.Concat(inputs, args, []string{"-o", dir})...)
		c.clean(t, "import "+args[0], stdout+stderr)
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.Contains(path, "/secrets/") {
				c.clean(t, "import "+args[0]+" in "+filepath.Base(path), readFile(t, path))
			}
			return err
		}))
	}
}

// function runs the program as a function: its results are what others print.
func (c *taint) function(t *testing.T, items, config string) {
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
	if config != "" {
		list += "functionConfig:\n" + indent(config)
	}
	list += "items:\n"
	for item := range strings.SplitSeq(items, "---\n") {
		list += "- " + strings.TrimPrefix(indent(item), "  ")
	}
	t.Setenv(function.ExplainEnv, "1")
	stdout, stderr := piped(t, list)
	t.Setenv(function.ExplainEnv, "")
	c.clean(t, "the function", stderr)
	var out yaml.Node
	if yaml.Unmarshal([]byte(stdout), &out) == nil {
		results, err := yaml.Marshal(yamlnode.Get(yamlnode.Resolve(&out), "results"))
		require.NoError(t, err)
		c.clean(t, "the function's results", string(results))
	}
}

// lock makes an environment of a tree: what is written into a lock is printed
// by whoever reads it.
func (c *taint) lock(t *testing.T, files map[string]string) {
	dir := t.TempDir()
	source, pipeline := map[string]string{}, map[string]string{"kustomization.yaml": files["kustomization.yaml"]}
	for name, text := range files {
		source["source/"+name] = text
		pipeline["pipeline/"+name] = text
	}
	if _, ok := files["fn.yaml"]; ok {
		source["source/kustomization.yaml"] = "resources: [a.yaml]\n"
		pipeline = map[string]string{"pipeline/kustomization.yaml": "resources: [../source]\ntransformers: [fn.yaml]\n", "pipeline/fn.yaml": files["fn.yaml"]}
	}
	delete(pipeline, "kustomization.yaml")
	write(t, dir, source)
	write(t, dir, pipeline)
	for _, args := range [][]string{{"lock", "--check", dir}, {"lock", dir}} {
		_, stdout, stderr := c.run(t, args...)
		c.clean(t, args[0], stdout+stderr)
	}
	locked, err := filepath.Glob(filepath.Join(dir, "lock", "*"))
	require.NoError(t, err)
	for _, file := range locked {
		c.clean(t, "the lock", readFile(t, file))
	}
	if len(locked) > 0 {
		// A hand edit shows up in the difference.
		require.NoError(t, os.WriteFile(locked[0], []byte(readFile(t, locked[0])+"# password: "+c.secret+"\n"), 0o644))
		_, stdout, stderr := c.run(t, "lock", "--check", dir)
		c.clean(t, "the difference", stdout+stderr)
	}
}

// everyFormat runs one check with reports in all formats.
func everyFormat(t *testing.T, stdin string, args ...string) (reports map[string]string, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for _, format := range report.Names() {
		args = append(args, "-o", format+"="+filepath.Join(dir, format))
	}
	reports = map[string]string{}
	reports["on stdout"], stderr = piped(t, stdin, append([]string{"check"}, args...)...)
	for _, format := range report.Names() {
		if text, err := os.ReadFile(filepath.Join(dir, format)); err == nil {
			reports[format] = string(text)
		}
	}
	return reports, stderr
}

func piped(t *testing.T, stdin string, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	Main(args, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String()
}

// TestNoSecretOfAFixtureIsPrinted puts secrets into the fixtures of all rules,
// in block and in flow style, where everything is on the line that is shown.
func TestNoSecretOfAFixtureIsPrinted(t *testing.T) {
	c := &taint{secret: sentinels[0]}
	fixtures, places := 0, 0
	for _, root := range []string{filepath.Join(repo, "fn", "rules", "testdata"), filepath.Join(repo, "testdata")} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
				return err
			}
			dec := yaml.NewDecoder(strings.NewReader(readFile(t, path)))
			var block, flow bytes.Buffer
			for {
				var doc yaml.Node
				if err := dec.Decode(&doc); err != nil {
					if !errors.Is(err, io.EOF) {
						return nil
					}
					break
				}
				places += c.inject(yamlnode.Resolve(&doc), "", false)
				for _, w := range []*bytes.Buffer{&block, &flow} {
					if w == &flow {
						toFlow(&doc)
					}
					text, err := yaml.Marshal(&doc)
					if err != nil {
						return nil
					}
					w.WriteString("---\n" + string(text))
				}
			}
			fixtures++
			for _, text := range []string{block.String(), flow.String()} {
				reports, stderr := everyFormat(t, text, "--notes", "-")
				c.clean(t, path, stderr)
				for format, text := range reports {
					c.clean(t, path+" as "+format, text)
				}
			}
			return nil
		}))
	}
	assert.Greater(t, fixtures, 200)
	assert.Greater(t, places, 500)
	t.Logf("%d texts about %d fixtures with secrets in %d places, %d with the secret", c.texts, fixtures, places, c.leaks)
}

// inject replaces what is secret below n, and puts a secret beside every
// variable of a container.
func (c *taint) inject(n *yaml.Node, key string, secret bool) (count int) {
	if n == nil {
		return 0
	}
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	switch n.Kind {
	case yaml.ScalarNode:
		switch {
		case secret && key != "" && n.Value != "":
			n.Value, n.Tag, n.Style = c.secret+n.Value, "!!str", 0
			if _, err := base64.StdEncoding.DecodeString(n.Value[len(c.secret):]); err == nil {
				n.Value = base64.StdEncoding.EncodeToString([]byte(c.secret))
			}
			return 1
		case strings.Contains(n.Value, "://") && !strings.Contains(n.Value, "@") && !strings.Contains(n.Value, "\n"):
			n.Value = strings.Replace(n.Value, "://", "://u:"+c.secret+"@", 1)
			return 1
		}
	case yaml.MappingNode:
		isSecret := strings.EqualFold(yamlnode.GetString(n, "kind"), "Secret")
		for k, v := range yamlnode.Fields(n) {
			k.HeadComment, k.LineComment, k.FootComment = "", "", ""
			below := secret || isSecret && (k.Value == "data" || k.Value == "stringData")
			count += c.inject(v, k.Value, below)
			if k.Value == "image" && yamlnode.Get(n, "name") != nil && yamlnode.Get(n, "env") == nil {
				yamlnode.Set(n, "env", yamlnode.NewSequence())
			}
			if k.Value == "env" && v.Kind == yaml.SequenceNode {
				for _, name := range []string{"DB_PASSWORD", "DB_PASSWORD"} {
					v.Content = append(v.Content, yamlnode.NewMapping(yamlnode.NewString("name"), yamlnode.NewString(name), yamlnode.NewString("value"), yamlnode.NewString(c.secret)))
					count++
				}
			}
		}
	default:
		for _, e := range n.Content {
			count += c.inject(e, key, secret)
		}
	}
	return count
}

func toFlow(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		n.Style = yaml.FlowStyle
	case yaml.ScalarNode:
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	for _, e := range n.Content {
		toFlow(e)
	}
}
