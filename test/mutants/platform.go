package main

import (
	"math/rand/v2"
	"strings"
)

// platformKinds are the kinds of mistakes in resources of operators and in the fields
// of Kubernetes' own kinds that no tree of others need have.
var platformKinds = []layoutKind{
	{name: "secret store", edits: typing},
	{name: "produced Secret", edits: names},
	{name: "produced key", edits: typing},
	{name: "Secret of a certificate", edits: typing},
	{name: "name in a certificate", edits: typing},
	{name: "issuer", edits: typing},
	{name: "issuer in an annotation", edits: typing},
	{name: "host in tls", edits: typing},
	{name: "Istio gateway", edits: typing},
	{name: "Istio host", edits: typing},
	{name: "Istio port", edits: digits},
	{name: "subset", edits: typing},
	{name: "label of a subset", edits: typing},
	{name: "principal", edits: typing},
	{name: "listener", edits: typing},
	{name: "host of a route", edits: typing},
	{name: "port of a backend", edits: digits},
	{name: "trigger", edits: typing},
	{name: "scaled workload", edits: names},
	{name: "trigger authentication", edits: typing},
	{name: "key of a trigger", edits: typing},
	{name: "kind of a target", edits: typing},
	{name: "metric", edits: typing},
	{name: "container of a metric", edits: typing},
	{name: "port of a monitor", edits: typing},
	{name: "port of a pod monitor", edits: typing},
	{name: "namespace of a monitor", edits: typing},
	{name: "label of a monitor", edits: typing},
	{name: "port of a policy", edits: typing},
	{name: "number of a policy", edits: digits},
	{name: "peer of a policy", edits: typing},
	{name: "namespace of a policy", edits: typing},
	{name: "label of a budget", edits: typing},
	{name: "projected key", edits: typing},
	{name: "projected source", edits: typing},
	{name: "field of a pod", edits: typing},
	{name: "resource of a container", edits: typing},
	{name: "container of a resource", edits: typing},
	{name: "resource name", edits: typing},
	{name: "topology key", edits: typing},
	{name: "node label", edits: typing},
	{name: "type of a Secret", edits: typing},
	{name: "key of a TLS Secret", edits: typing},
	{name: "annotation", edits: typing},
	{name: "class of an Ingress", edits: typing},
	{name: "named probe port", edits: typing},
	{name: "namespace of a destination", edits: typing},
	{name: "value file", edits: typing},
	{name: "source repository", edits: typing, unsuggested: true},
	{name: "chart source", edits: typing},
	{name: "values from", edits: typing},
	{name: "key of values from", edits: typing},
	{name: "substituted from", edits: typing},
	{name: "health check", edits: typing},
	{name: "canary Service", edits: typing},
	{name: "analysis template", edits: typing},
	{name: "workflow template", edits: typing},
	{name: "template of a workflow", edits: typing},
	{name: "task", edits: typing},
	{name: "parameter of a task", edits: typing},
	{name: "workspace of a task", edits: typing},
	{name: "namespace of a kustomization", edits: typing, unsuggested: true}, // which of the two names is wrong nobody can tell
}

// platform writes what operators are told about a planted tree, with marks. Its
// kustomization is left out of half of the trees: people apply folders too.
func platform(r *rand.Rand, app, namespace string, resources map[string]string) map[string]string {
	port := between(resources["workload.yaml"], "containerPort: ", "}")
	expand := strings.NewReplacer("APP", app, "NAMESPACE", namespace, "PORT", port).Replace
	files := map[string]string{}
	var list []string
	for _, name := range keysOf(platformFiles) {
		files["platform/"+name+".yaml"] = expand(platformFiles[name])
		list = append(list, "- "+name+".yaml\n")
	}
	if r.IntN(2) == 0 {
		files["platform/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + strings.Join(list, "")
	}
	for name, text := range platformFolders {
		files[expand(name)] = expand(text)
	}
	return files
}

var platformFolders = map[string]string{
	"charts/APP/Chart.yaml":               "apiVersion: v2\nname: APP\nversion: 0.1.0\n",
	"charts/APP/values.yaml":              "replicas: 1\n",
	"charts/APP/values-prod.yaml":         "replicas: 3\n",
	"charts/APP/templates/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: APP-chart}\ndata: {replicas: \"{{ .Values.replicas }}\"}\n",
	"teams/namespace.yaml":                "apiVersion: v1\nkind: Namespace\nmetadata: {name: NAMESPACE-jobs}\n",
	"teams/kustomization.yaml":            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- namespace.yaml\n",
	"jobs/kustomization.yaml":             "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: «namespace of a kustomization|NAMESPACE-jobs»\nresources:\n- job.yaml\n- service.yaml\n",
	"jobs/service.yaml":                   "apiVersion: v1\nkind: Service\nmetadata: {name: APP-reports}\nspec:\n  clusterIP: None\n  selector: {app: APP-reports}\n  ports: [{port: 8090}]\n",
	"jobs/job.yaml":                       "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: APP-sweep}\nspec:\n  schedule: \"5 3 * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers: [{name: sweep, image: \"registry.example.com/sweep:1.2.0\", args: [\"--report=http://APP-reports.NAMESPACE-jobs.svc:8090\"]}]\n",
}

var platformFiles = map[string]string{
	"namespace": "apiVersion: v1\nkind: Namespace\nmetadata: {name: NAMESPACE-web}\n",
	"store": `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: APP-vault, namespace: NAMESPACE-web}
spec: {provider: {fake: {data: [{key: a, value: b}]}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: APP-token, namespace: NAMESPACE-web}
spec:
  secretStoreRef: {kind: SecretStore, name: «secret store|APP-vault»}
  target: {name: «produced Secret|APP-session-token»}
  data:
  - secretKey: «produced key|session-key»
    remoteRef: {key: apps/session}
`,
	"workload": `apiVersion: v1
kind: ServiceAccount
metadata: {name: APP-web, namespace: NAMESPACE-web}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: APP-pages, namespace: NAMESPACE-web}
data: {index.html: "<p>hello</p>", limits.json: "{}"}
---
apiVersion: v1
kind: Secret
metadata: {name: APP-static-tls, namespace: NAMESPACE-web}
type: «type of a Secret|kubernetes.io/tls»
data: {«key of a TLS Secret|tls.crt»: "", tls.key: ""}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: APP-web, namespace: NAMESPACE-web, labels: {app: APP-web}}
spec:
  selector: {matchLabels: {app: APP-web}}
  template:
    metadata: {labels: {app: APP-web, version: stable}}
    spec:
      serviceAccountName: APP-web
      nodeSelector: {«node label|kubernetes.io/os»: linux}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: «topology key|kubernetes.io/hostname», whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: APP-web}}}
      containers:
      - name: main
        image: registry.example.com/APP-web:2.0.1
        args: ["--index=/etc/pages/index.html"]
        ports: [{name: web, containerPort: PORT}, {name: metrics, containerPort: 9102}]
        readinessProbe: {httpGet: {path: /ready, port: «named probe port|metrics»}}
        resources:
          requests: {cpu: 100m, «resource name|memory»: 64Mi}
          limits: {memory: 128Mi}
        env:
        - {name: SESSION_KEY, valueFrom: {secretKeyRef: {name: APP-session-token, key: session-key}}}
        - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: «field of a pod|metadata.namespace»}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {containerName: «container of a resource|main», resource: «resource of a container|limits.memory»}}}
        volumeMounts:
        - {name: pages, mountPath: /etc/pages}
        - {name: tls, mountPath: /etc/tls}
      volumes:
      - name: pages
        projected:
          sources:
          - configMap: {name: «projected source|APP-pages», items: [{key: «projected key|index.html», path: index.html}]}
      - {name: tls, secret: {secretName: APP-inner-tls}}
---
apiVersion: v1
kind: Service
metadata: {name: APP-web, namespace: NAMESPACE-web, labels: {app: APP-web}}
spec:
  selector: {app: APP-web}
  ports: [{name: web, port: 8080, targetPort: web}, {name: metrics, port: 9102, targetPort: metrics}]
---
apiVersion: v1
kind: Service
metadata: {name: APP-web-canary, namespace: NAMESPACE-web}
spec:
  selector: {app: APP-web}
  ports: [{name: web, port: 8080, targetPort: web}]
`,
	"certificate": `apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: APP-internal, namespace: NAMESPACE-web}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: APP-site, namespace: NAMESPACE-web}
spec:
  secretName: «Secret of a certificate|APP-inner-tls»
  issuerRef: {kind: Issuer, name: «issuer|APP-internal»}
  dnsNames: [site.APP.example.com, «name in a certificate|APP-web».NAMESPACE-web.svc]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: APP-public}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: APP-site
  namespace: NAMESPACE-web
  annotations:
    cert-manager.io/issuer: «issuer in an annotation|APP-internal»
    «annotation|nginx.ingress.kubernetes.io/ssl-redirect»: "true"
spec:
  ingressClassName: «class of an Ingress|APP-public»
  tls: [{hosts: [«host in tls|site.APP.example.com»], secretName: APP-site-tls}]
  rules:
  - host: site.APP.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: APP-web, port: {number: «port of a backend|8080»}}}}]}
`,
	"mesh": `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: APP-mesh, namespace: NAMESPACE-web}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [mesh.APP.example.com]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: APP-mesh, namespace: NAMESPACE-web}
spec:
  hosts: [mesh.APP.example.com]
  gateways: [«Istio gateway|APP-mesh»]
  http:
  - route:
    - destination: {host: «Istio host|APP-web».NAMESPACE-web.svc.cluster.local, subset: «subset|steady», port: {number: «Istio port|8080»}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec:
  host: APP-web.NAMESPACE-web.svc.cluster.local
  subsets: [{name: steady, labels: {version: «label of a subset|stable»}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec:
  selector: {matchLabels: {app: APP-web}}
  rules: [{from: [{source: {principals: [cluster.local/ns/NAMESPACE-web/sa/«principal|APP-web»]}}]}]
`,
	"gateway": `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: APP-door, namespace: NAMESPACE-web}
spec:
  gatewayClassName: istio
  listeners: [{name: plain, port: 80, protocol: HTTP, hostname: "*.door.example.com"}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: APP-door, namespace: NAMESPACE-web}
spec:
  parentRefs: [{name: APP-door, sectionName: «listener|plain»}]
  hostnames: [APP.«host of a route|door.example.com»]
  rules: [{backendRefs: [{name: APP-web, port: 8080}]}]
`,
	"scaling": `apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {name: APP-queue, namespace: NAMESPACE-web}
spec:
  secretTargetRef: [{parameter: key, name: APP-session-token, key: «key of a trigger|session-key»}]
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec:
  scaleTargetRef: {name: «scaled workload|APP-web»}
  triggers:
  - type: «trigger|prometheus»
    metadata: {serverAddress: "https://metrics.example.com", query: up, threshold: "5"}
    authenticationRef: {name: «trigger authentication|APP-queue»}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: APP-worker, namespace: NAMESPACE-web}
spec:
  serviceName: APP-worker
  selector: {matchLabels: {app: APP-worker}}
  template:
    metadata: {labels: {app: APP-worker}}
    spec:
      containers:
      - name: main
        image: registry.example.com/worker:1.1.0
        ports: [{name: admin, containerPort: 7001}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: APP-worker, namespace: NAMESPACE-web}
spec:
  clusterIP: None
  selector: {app: APP-worker}
  ports: [{name: admin, port: 7001}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: APP-worker, namespace: NAMESPACE-web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: «kind of a target|StatefulSet», name: APP-worker}
  maxReplicas: 4
  metrics:
  - {type: Resource, resource: {name: «metric|memory», target: {type: Utilization, averageUtilization: 70}}}
  - {type: ContainerResource, containerResource: {name: cpu, container: «container of a metric|main», target: {type: Utilization, averageUtilization: 70}}}
`,
	"monitoring": `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec:
  namespaceSelector: {matchNames: [«namespace of a monitor|NAMESPACE-web»]}
  selector: {matchLabels: {app: «label of a monitor|APP-web»}}
  endpoints: [{port: «port of a monitor|metrics»}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: APP-worker, namespace: NAMESPACE-web}
spec:
  selector: {matchLabels: {app: APP-worker}}
  podMetricsEndpoints: [{port: «port of a pod monitor|admin»}]
`,
	"policies": `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec:
  podSelector: {matchLabels: {app: APP-web}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: «peer of a policy|APP-worker»}}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: «namespace of a policy|NAMESPACE-web»}}
    ports: [{port: «port of a policy|metrics»}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: APP-worker, namespace: NAMESPACE-web}
spec:
  podSelector: {matchLabels: {app: APP-worker}}
  policyTypes: [Ingress]
  ingress:
  - ports: [{port: «number of a policy|7001»}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: APP-web, namespace: NAMESPACE-web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: «label of a budget|APP-web»}}}
`,
	"rollout": `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: APP-errors, namespace: NAMESPACE-web}
spec:
  metrics: [{name: errors, provider: {job: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: probe, image: "registry.example.com/probe:1.0.0"}]}}}}}}]
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: APP-canary, namespace: NAMESPACE-web}
spec:
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: APP-web}
  selector: {matchLabels: {app: APP-web}}
  strategy:
    canary:
      canaryService: «canary Service|APP-web-canary»
      stableService: APP-web
      steps: [{setWeight: 20}, {analysis: {templates: [{templateName: «analysis template|APP-errors»}]}}]
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: APP-nightly, namespace: NAMESPACE-web}
spec:
  templates: [{name: sweep, container: {image: "registry.example.com/sweep:1.0.0"}}]
---
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: APP-nightly, namespace: NAMESPACE-web}
spec:
  schedules: ["5 3 * * *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      steps: [[{name: sweep, templateRef: {name: «workflow template|APP-nightly», template: «template of a workflow|sweep»}}]]
---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: APP-compile, namespace: NAMESPACE-web}
spec:
  params: [{name: revision}]
  workspaces: [{name: source}]
  steps: [{name: build, image: "registry.example.com/build:1.0.0", script: "make $(params.revision)"}]
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: APP-build, namespace: NAMESPACE-web}
spec:
  params: [{name: revision}]
  workspaces: [{name: shared}]
  tasks:
  - name: compile
    taskRef: {name: «task|APP-compile»}
    params: [{name: «parameter of a task|revision», value: $(params.revision)}]
    workspaces: [{name: «workspace of a task|source», workspace: shared}]
`,
	"delivery": `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: APP-charts, namespace: argocd}
spec:
  sourceRepos: ["https://git.example.com/charts.git"]
  destinations: [{namespace: NAMESPACE-web, server: "https://kubernetes.default.svc"}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: APP-chart, namespace: argocd}
spec:
  project: APP-charts
  source: {repoURL: «source repository|https://git.example.com/charts.git», path: charts/APP, targetRevision: main, helm: {valueFiles: [values.yaml, «value file|values-prod.yaml»]}}
  destination: {server: "https://kubernetes.default.svc", namespace: «namespace of a destination|NAMESPACE-web»}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: APP-charts, namespace: flux-system}
spec: {interval: 1h, url: "https://charts.example.com"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: APP-flux-values, namespace: flux-system}
data: {values.yaml: "replicas: 2\n", CLUSTER: prod}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: APP-cache, namespace: flux-system}
spec:
  interval: 1h
  chart: {spec: {chart: cache, version: 1.2.3, sourceRef: {kind: HelmRepository, name: «chart source|APP-charts»}}}
  valuesFrom: [{kind: ConfigMap, name: «values from|APP-flux-values», valuesKey: «key of values from|values.yaml»}]
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: APP-platform, namespace: flux-system}
spec:
  interval: 5m
  prune: true
  path: ./overlays/dev
  sourceRef: {kind: GitRepository, name: APP-source}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: «substituted from|APP-flux-values»}]}
  healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: «health check|APP-web», namespace: NAMESPACE-web}]
`,
}
