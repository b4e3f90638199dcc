package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// A planted tree is made up, for what rendered trees of others hardly have: the
// Secrets and ConfigMaps that a database is set up from beside the URLs that lead
// to it, single files of ConfigMaps, prefixes of variables, GitOps objects.

var plantedWords = []string{
	"orders", "billing", "catalog", "ledger", "stock", "mailer", "sessions", "search", "reports", "courier",
	"pricing", "loyalty", "gateway", "tickets", "invoices", "profiles", "uploads", "webhooks", "audit", "recipes",
}

// engine is how a server is set up, and what leads to it.
type engine struct {
	image, scheme, port            string
	user, password, database, data string
}

var engines = []engine{
	{"postgres:17.2", "postgresql", "5432", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "/var/lib/postgresql/data"},
	{"mysql:8.4.3", "mysql", "3306", "MYSQL_USER", "MYSQL_PASSWORD", "MYSQL_DATABASE", "/var/lib/mysql"},
	{"mariadb:11.6.2", "mysql", "3306", "MARIADB_USER", "MARIADB_PASSWORD", "MARIADB_DATABASE", "/var/lib/mysql"},
}

// planted returns the files of a tree, one resource in each, by name.
func planted(r *rand.Rand) (app, namespace string, files map[string]string) {
	word := func() string { return plantedWords[r.IntN(len(plantedWords))] }
	app = word()
	other := word()
	for other == app {
		other = word()
	}
	namespace = other + "-" + [...]string{"system", "team", "zone"}[r.IntN(3)]
	db := app + "-" + [...]string{"db", "database", "store"}[r.IntN(3)]
	if r.IntN(3) == 0 {
		db = [...]string{"postgres", "primary", "datastore"}[r.IntN(3)] + "-" + other
	}
	e := engines[r.IntN(len(engines))]
	user, database, secret, settings := app+"_rw", other+"_"+app, db+"-credentials", app+"-settings"
	port := fmt.Sprint(8000 + r.IntN(999))
	prefix := strings.ToUpper(app[:4]) + "_"
	class, priority := other+"-ssd", app+"-critical"
	text := func(s string) string {
		return strings.NewReplacer("APP", app, "NAMESPACE", namespace, "DATABASE", database, "DBHOST", db, "USER_VAR", e.user, "PASSWORD_VAR", e.password, "DB_VAR", e.database,
			"IMAGE", e.image, "SCHEME", e.scheme, "DBPORT", e.port, "DATADIR", e.data, "DBUSER", user, "SECRET", secret, "SETTINGS", settings, "PORT", port, "PREFIX_", prefix, "SCLASS", class, "PCLASS", priority).Replace(s)
	}
	files = map[string]string{}
	for name, s := range map[string]string{
		"namespace":     "apiVersion: v1\nkind: Namespace\nmetadata: {name: NAMESPACE}\n",
		"class":         "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: SCLASS}\nprovisioner: ebs.csi.aws.com\n",
		"priority":      "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: PCLASS}\nvalue: 1000\n",
		"credentials":   "apiVersion: v1\nkind: Secret\nmetadata: {name: SECRET, namespace: NAMESPACE}\nstringData:\n  username: DBUSER\n  password: correct-horse\n",
		"settings":      plantedSettings,
		"database":      plantedDatabase,
		"db-service":    "apiVersion: v1\nkind: Service\nmetadata: {name: DBHOST, namespace: NAMESPACE, labels: {app: DBHOST}}\nspec:\n  clusterIP: None\n  selector: {app: DBHOST}\n  ports: [{name: sql, port: DBPORT, targetPort: sql}]\n",
		"account":       "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: APP, namespace: NAMESPACE}\n",
		"role":          "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: APP-reader, namespace: NAMESPACE}\nrules:\n- {apiGroups: [\"\"], resources: [configmaps], verbs: [get, list]}\n",
		"binding":       "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: APP-reader, namespace: NAMESPACE}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: APP-reader}\nsubjects:\n- {kind: ServiceAccount, name: APP, namespace: NAMESPACE}\n",
		"workload":      plantedWorkload,
		"service":       "apiVersion: v1\nkind: Service\nmetadata: {name: APP, namespace: NAMESPACE, labels: {app: APP}}\nspec:\n  selector: {app: APP}\n  ports: [{name: web, port: 80, targetPort: web}]\n",
		"ingress":       "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: APP, namespace: NAMESPACE}\nspec:\n  rules:\n  - host: APP.example.com\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend: {service: {name: APP, port: {name: web}}}\n",
		"route":         "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: APP, namespace: NAMESPACE}\nspec:\n  parentRefs: [{name: APP-edge}]\n  hostnames: [www.APP.example.com]\n  rules:\n  - backendRefs: [{name: APP, port: 80}]\n",
		"edge":          "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: APP-edge, namespace: NAMESPACE}\nspec:\n  gatewayClassName: istio\n  listeners: [{name: http, port: 80, protocol: HTTP}]\n",
		"scaler":        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: DBHOST-reads, namespace: NAMESPACE}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: APP}\n  minReplicas: 2\n  maxReplicas: 4\n  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]\n",
		"budget":        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: APP, namespace: NAMESPACE}\nspec:\n  maxUnavailable: 1\n  selector: {matchLabels: {app: APP}}\n",
		"scaled-object": "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: DBHOST, namespace: NAMESPACE}\nspec:\n  scaleTargetRef: {kind: StatefulSet, name: DBHOST}\n  triggers:\n  - type: metrics-api\n    metadata: {url: \"http://APP.NAMESPACE.svc:80/queue\", targetValue: \"5\", valueLocation: length}\n",
		"monitor":       "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: APP, namespace: NAMESPACE}\nspec:\n  selector: {matchLabels: {app: APP}}\n  endpoints: [{port: web}]\n",
	} {
		files[name+".yaml"] = text(s)
	}
	return app, namespace, files
}

const plantedSettings = `apiVersion: v1
kind: ConfigMap
metadata: {name: SETTINGS, namespace: NAMESPACE}
data:
  DB_NAME: DATABASE
  MODE: production
  server.conf: |
    listen PORT
    upstream http://APP.NAMESPACE.svc.cluster.local:80/
  rules.conf: |
    allow all
  DATABASE_URL: SCHEME://DBUSER@DBHOST.NAMESPACE.svc.cluster.local:DBPORT/DATABASE
`

const plantedDatabase = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: DBHOST, namespace: NAMESPACE}
spec:
  serviceName: DBHOST
  replicas: 1
  selector: {matchLabels: {app: DBHOST}}
  template:
    metadata: {labels: {app: DBHOST}}
    spec:
      priorityClassName: PCLASS
      containers:
      - name: server
        image: IMAGE
        ports: [{name: sql, containerPort: DBPORT}]
        env:
        - {name: USER_VAR, valueFrom: {secretKeyRef: {name: SECRET, key: username}}}
        - {name: PASSWORD_VAR, valueFrom: {secretKeyRef: {name: SECRET, key: password}}}
        - {name: DB_VAR, valueFrom: {configMapKeyRef: {name: SETTINGS, key: DB_NAME}}}
        volumeMounts: [{name: data, mountPath: DATADIR, subPath: files}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: SCLASS, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`

const plantedWorkload = `apiVersion: apps/v1
kind: Deployment
metadata: {name: APP, namespace: NAMESPACE, labels: {app: APP}}
spec:
  selector: {matchLabels: {app: APP}}
  template:
    metadata: {labels: {app: APP}}
    spec:
      serviceAccountName: APP
      priorityClassName: PCLASS
      containers:
      - name: main
        image: registry.example.com/APP:1.4.0
        args: ["--mode=$(PREFIX_MODE)", "--config=/etc/APP/server.conf"]
        ports: [{name: web, containerPort: PORT}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
        envFrom:
        - {configMapRef: {name: SETTINGS}, prefix: PREFIX_}
        env:
        - {name: PGURL, value: "SCHEME://DBUSER@DBHOST:DBPORT/DATABASE"}
        - {name: TOKEN, valueFrom: {secretKeyRef: {name: SECRET, key: password}}}
        volumeMounts:
        - {name: files, mountPath: /etc/APP/server.conf, subPath: server.conf}
        - {name: picked, mountPath: /etc/rules/active.conf, subPath: active.conf}
        - {name: both, mountPath: /etc/both}
      volumes:
      - {name: files, configMap: {name: SETTINGS}}
      - {name: picked, configMap: {name: SETTINGS, items: [{key: rules.conf, path: active.conf}]}}
      - name: both
        projected:
          sources:
          - configMap: {name: SETTINGS, items: [{key: server.conf, path: conf}]}
          - secret: {name: SECRET, items: [{key: username, path: user}]}
`

// plantedText is a planted tree as one file.
func plantedText(r *rand.Rand) string {
	_, _, files := planted(r)
	var docs []string
	for _, name := range keysOf(files) {
		docs = append(docs, files[name])
	}
	return strings.Join(docs, "---\n")
}

// partsOfURLs are users and databases in URLs which a server in the tree is set up
// with.
func partsOfURLs(part string) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		for _, p := range t.places {
			if p.value.Kind != yaml.ScalarNode || p.kind == "CustomResourceDefinition" {
				continue
			}
			_, rest, ok := strings.Cut(p.value.Value, "://")
			user, _, has := strings.Cut(rest, "@")
			slash := strings.LastIndexByte(p.value.Value, '/')
			if !ok || !has || strings.ContainsAny(p.value.Value, " \n") || !t.taken[p.value.Value[slash+1:]] || !t.taken[user] {
				continue
			}
			start := len(p.value.Value) - len(rest)
			if part == "user" {
				sites = append(sites, site{node: p.value, start: start, end: start + len(user)})
			} else {
				sites = append(sites, site{node: p.value, start: slash + 1, end: len(p.value.Value)})
			}
		}
		return sites
	}
}

// volumeHas reports whether a mount's subPath is a key, or an item's path, of the
// ConfigMap or Secret that its volume is.
func volumeHas(t *tree, p *place) bool {
	name := yamlnode.GetString(p.parent, "name")
	for _, m := range p.outer {
		for _, v := range yamlnode.Elements(yamlnode.Get(m, "volumes")) {
			if yamlnode.GetString(v, "name") != name {
				continue
			}
			for _, kind := range [...]string{"configMap", "secret"} {
				source := yamlnode.Get(v, kind)
				for _, item := range yamlnode.Elements(yamlnode.Get(source, "items")) {
					if yamlnode.GetString(item, "path") == p.value.Value {
						return true
					}
				}
				if yamlnode.Get(source, "items") != nil {
					return false
				}
				for _, o := range t.inv.Objects() {
					if o.Node == nil || o.Kind != "ConfigMap" && o.Kind != "Secret" || o.Name != yamlnode.GetString(source, "name") && o.Name != yamlnode.GetString(source, "secretName") {
						continue
					}
					if yamlnode.Get(o.Get("data"), p.value.Value) != nil || yamlnode.Get(o.Get("stringData"), p.value.Value) != nil {
						return true
					}
				}
			}
		}
	}
	return false
}

// itemsMounted reports whether an item's path is the subPath of a mount.
func itemsMounted(t *tree, p *place) bool {
	for _, s := range t.places {
		if s.root == p.root && matches("**.volumeMounts.subPath", s.path) && s.value.Value == p.value.Value && volumeHas(t, s) {
			return true
		}
	}
	return false
}

// prefixUsed reports whether a container has $(PREFIXname) in its arguments.
func prefixUsed(_ *tree, p *place) bool {
	container := p.outer[len(p.outer)-2]
	used := false
	eachScalar(yamlnode.Get(container, "args"), func(n *yaml.Node) { used = used || strings.Contains(n.Value, "$("+p.value.Value) })
	return used
}
