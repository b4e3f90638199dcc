package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestScriptsGiveKeys: a key that something else in the repository gives is no error.
func TestScriptsGiveKeys(t *testing.T) {
	const both = `apiVersion: v1
kind: ConfigMap
metadata: {name: shop-config}
data: {MODE: fast}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - {name: web, image: "shop/web:1.2", volumeMounts: [{name: c, mountPath: /etc/web}]}
  volumes: [{name: c, configMap: {name: shop-config, items: [{key: routes.conf, path: routes.conf}]}}]
`
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":               {"README.md", "Have fun with the shop.\n", "error"},
		"mentioned":             {"README.md", "kubectl get cm shop-config, then look at routes.conf\n", "error"},
		"another object":        {"deploy.sh", "kubectl create configmap other-config --from-file=routes.conf\n", "error"},
		"longer name":           {"deploy.sh", "kubectl create configmap my-shop-config --from-file=routes.conf\n", "error"},
		"another key":           {"deploy.sh", "kubectl create configmap shop-config --from-file=routes.conf.bak\n", "error"},
		"another command":       {"deploy.sh", "kubectl create configmap shop-config --from-literal=a=b\n\ncp routes.conf /tmp\n", "error"},
		"a script":              {"deploy.sh", "kubectl create configmap shop-config \\\n  --from-file=conf/routes.conf\n", "warning"},
		"a Makefile":            {"Makefile", "config:\n\tkubectl -n shop create configmap shop-config --from-file routes.conf=conf/dev.conf --dry-run=client -o yaml | kubectl apply -f -\n", "note"},
		"a literal":             {"deploy.sh", "kubectl create configmap shop-config --from-literal=routes.conf=$ROUTES\n", "note"},
		"a document":            {"docs/install.md", "    oc create cm shop-config --from-file=routes.conf\n", "warning"},
		"a folder":              {"hack/run", "kubectl create configmap shop-config --from-file=conf/\n", "warning"},
		"variables from a file": {"up.ps1", "kubectl create configmap shop-config --from-env-file=.env\n", "warning"},
		"terraform":             {"infra/main.tf", "resource \"kubernetes_config_map\" \"c\" {\n  metadata {\n    name = \"shop-config\"\n  }\n  data = {\n    \"routes.conf\" = file(\"routes.conf\")\n  }\n}\n", "warning"},
		"a workflow":            {".github/workflows/ci.yml", "jobs:\n  x:\n    steps:\n      - run: kubectl create configmap shop-config --from-file=routes.conf\n", "warning"},
		"a file beside":         {"k8s/routes.conf", "route / web\n", "warning"},
		"a file somewhere else": {"nginx/routes.conf", "route / web\n", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": both, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" key-not-found", name)
	}
	// A kustomization says itself what its objects are made of.
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"k8s/kustomization.yaml": kustomization + "- all.yaml\n", "k8s/all.yaml": both, "k8s/routes.conf": "route / web\n",
	}))
	assert.Contains(t, above(rep, finding.Note), "error key-not-found")
}

// TestScriptsFillPlaceholders: what a script puts a value in for was not forgotten.
func TestScriptsFillPlaceholders(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: REPLACE_ME/web:1.2}]}\n"
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":      {"README.md", "Have fun.\n", "error"},
		"another word": {"up.sh", "sed -i s/REPLACE_ME_TOO/x/ k8s/pod.yaml\n", "error"},
		"no replacing": {"notes.txt", "REPLACE_ME\n", "error"},
		"sed":          {"up.sh", "sed -e \"s|REPLACE_ME|$REGISTRY|\" k8s/pod.yaml | kubectl apply -f -\n", "note"},
		"a Makefile":   {"deploy/Makefile", "up:\n\tsed 's/REPLACE_ME/eu.gcr.io/' ../k8s/pod.yaml\n", "note"},
		"a program":    {"cmd/up.py", "text = text.replace('REPLACE_ME', registry)\n", "note"},
		"in Go":        {"cmd/up.go", "package main\n\nvar image = strings.ReplaceAll(template, \"REPLACE_ME\", registry)\n", "note"},
		"it asks for":  {"cmd/up.py", "# replace it\nassert 'REPLACE_ME' not in text\n", "warning"},
		"a document":   {"README.md", "Replace `REPLACE_ME` in k8s/pod.yaml with your registry.\n", "warning"},
		"both":         {"up.sh", "# see README.md\nsed -i.bak \\\n  -e s/REPLACE_ME/$1/ k8s/pod.yaml\n", "note"},
		"perl":         {"hack/render", "#!/bin/sh\nperl -pe 's/REPLACE_ME/x/' k8s/pod.yaml\n", "note"},
		"a function":   {"up.sh", "put() { sed -i s/$1/$2/ $3; }\nreplace_all \"$dir/pod.yaml\" \\\n  OTHER x \\\n  REPLACE_ME \"$registry\"\n", "note"},
		"another line": {"up.sh", "sed -i s/TAG/x/ k8s/pod.yaml\necho replace REPLACE_ME\n", "warning"},
		"a pipeline":   {".gitlab-ci.yml", "deploy:\n  script:\n    - sed -i \"s#REPLACE_ME#$CI_REGISTRY#\" k8s/pod.yaml\n", "note"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": text, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" placeholder-left", name)
	}
}

// TestScriptsFillValues: nor was what it puts in for a quantity, a schedule or a name in
// braces.
func TestScriptsFillValues(t *testing.T) {
	for word, c := range map[string]struct{ text, rule string }{
		"CART_CPU_LIMIT": {"apiVersion: v1\nkind: LimitRange\nmetadata: {name: shop}\nspec: {limits: [{type: Container, max: {cpu: CART_CPU_LIMIT}}]}\n", "quantity-invalid"},
		"CART_SCHEDULE":  {"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: shop}\nspec:\n  schedule: CART_SCHEDULE\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: \"shop/web:1.2\"}]}}}}\n", "schedule-invalid"},
		"{cart}":         {"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {cart}\ndata: {a: b}\n", "wrong-type"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": c.text, "Makefile": "all:\n"}))
		assert.Contains(t, above(rep, finding.Off), "warning "+c.rule, word)
		assert.Len(t, rep.Findings, 1, word)
		rep = run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": c.text, "Jenkinsfile": "sh(\"sed -i -e 's/" + word + "/${value}/g' k8s/*.yaml\")\n"}))
		assert.Contains(t, above(rep, finding.Off), "note "+c.rule, word)
	}
}

// TestCommentsSayWhoFills: a file may say itself that a program writes its values.
func TestCommentsSayWhoFills(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: REPLACE_ME/web:1.2}]}\n"
	for comment, want := range map[string]string{
		"# The values below are overwritten by the deploy\n# pipeline (fill.mjs) at rollout.\n": "note",
		"# Placeholders are replaced in CI.\n":                                                  "note",
		"# Replace the placeholder before you apply this.\n":                                    "error",
		"# The pipeline builds the image.\n":                                                    "error",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": comment + text, "Makefile": "all:\n"}))
		assert.Contains(t, above(rep, finding.Off), want+" placeholder-left", comment)
	}
}

// TestChartsElsewhere: what is in another namespace only may be installed by its chart.
func TestChartsElsewhere(t *testing.T) {
	const text = "apiVersion: v1\nkind: Service\nmetadata: {name: till, namespace: one}\nspec: {selector: {app: till}, ports: [{port: 80}]}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: till, namespace: one, labels: {app: till}}\nspec: {containers: [{name: till, image: \"shop/till:1.2\", ports: [{containerPort: 80}]}]}\n---\n" +
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: till, namespace: two}\nspec: {defaultBackend: {service: {name: till, port: {number: 80}}}}\n"
	for chart, want := range map[string]string{"till": "warning", "tills": "error"} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"k8s/all.yaml": text, "charts/" + chart + "/Chart.yaml": "apiVersion: v2\nname: " + chart + "\nversion: 0.1.0\n", "Makefile": "all:\n",
		}))
		assert.Contains(t, above(rep, finding.Note), want+" service-not-found", chart)
	}
	// That of another environment is a warning without the chart.
	environments := strings.NewReplacer("namespace: one", "namespace: staging", "namespace: two", "namespace: production").Replace(text)
	for chart, want := range map[string]string{"till": "note", "tills": "warning"} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"k8s/all.yaml": environments, "charts/" + chart + "/Chart.yaml": "apiVersion: v2\nname: " + chart + "\nversion: 0.1.0\n",
		}))
		assert.Contains(t, above(rep, finding.Off), want+" service-not-found", chart)
	}
}

// TestScriptsMakeObjects: what a document says how to make is made by somebody.
func TestScriptsMakeObjects(t *testing.T) {
	const secret = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", envFrom: [{secretRef: {name: shop-keys}}]}]}\n"
	const account = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {serviceAccountName: shop-keys, containers: [{name: web, image: \"shop/web:1.2\"}]}\n"
	const claim = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}], volumes: [{name: d, persistentVolumeClaim: {claimName: shop-keys}}]}\n"
	const word = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {serviceAccountName: pusher, containers: [{name: web, image: \"shop/web:1.2\"}]}\n"
	const route = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec: {defaultBackend: {service: {name: shop-keys, port: {number: 80}}}}\n"
	for name, c := range map[string]struct{ pod, file, text, want string }{
		"nothing":                 {secret, "README.md", "Have fun with shop-keys.\n", "warning secret-not-found"},
		"another name":            {secret, "README.md", "kubectl create secret generic shop-keys-2 --from-literal=a=b\n", "warning secret-not-found"},
		"one of them":             {strings.ReplaceAll(secret, "shop-keys", "shop-ada-keys"), "README.md", "kubectl create secret generic -n shop shop-grace-keys --from-literal=a=b\n", "note secret-not-found"},
		"two other words":         {strings.ReplaceAll(secret, "shop-keys", "shop-ada-keys"), "README.md", "kubectl create secret generic -n shop shop-grace-tls\n", "warning secret-not-found"},
		"another kind":            {secret, "README.md", "kubectl create configmap shop-keys --from-literal=a=b\n", "warning secret-not-found"},
		"the next command":        {secret, "README.md", "kubectl create secret generic other\nkubectl apply -f shop-keys/\n", "warning secret-not-found"},
		"a file of its name":      {secret, "README.md", "kubectl apply -f shop-keys.yaml\n", "note secret-not-found"},
		"one that git ignores":    {secret, ".gitignore", "local/shop-keys-secret.yaml\n", "note secret-not-found"},
		"a file that is here":     {secret, "README.md", "kubectl apply -f k8s/all.yaml -f k8s/shop-keys-2.yaml\n", "warning secret-not-found"},
		"a certificate of cnpg":   {secret, "k8s/example.yaml", "# kubectl-cnpg  certificate shop-keys --cnpg-cluster shop\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "note secret-not-found"},
		"shown in a document":     {secret, "docs/keys.md", "```yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop-keys\n```\n", "note secret-not-found"},
		"a pattern":               {secret, "k8s/secrets.yml.example", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop-keys\n", "note secret-not-found"},
		"a pattern of another":    {secret, "k8s/secrets.yml.example", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\n  labels: {for: shop-keys}\n", "warning secret-not-found"},
		"another one is shown":    {secret, "docs/keys.md", "```yaml\nkind: Deployment\nmetadata:\n  name: shop-keys\n```\n", "warning secret-not-found"},
		"a chart's helper":        {route, "chart/templates/_helpers.tpl", "{{- define \"shop.svc\" -}}\n{{- printf \"shop-keys\" -}}\n{{- end -}}\n", "note service-not-found"},
		"a chart's template":      {route, "chart/templates/service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop-keys\n  labels: {{ .Values.labels }}\n", "note service-not-found"},
		"another's template":      {route, "chart/templates/ingress.yaml", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  labels: {{ .Values.labels }}\nspec:\n  service:\n    name: shop-keys\n", "warning service-not-found"},
		"a name that is replaced": {account, "Makefile", "deploy:\n\tsed 's/serviceAccountName: shop-keys/serviceAccountName: $(SA)/' k8s/all.yaml | kubectl apply -f -\n", "note serviceaccount-not-found"},
		"a part that is":          {account, "Makefile", "deploy:\n\tsed 's/shop-keys-2/$(SA)/' k8s/all.yaml | kubectl apply -f -\n", "warning serviceaccount-not-found"},
		"another command":         {secret, "up.sh", "kubectl get secret shop-keys -o yaml\n", "note secret-not-found"},
		"a sentence":              {secret, "README.md", "The Secret `shop-keys` is kept in the vault.\n", "note secret-not-found"},
		"a field":                 {secret, "README.md", "      secretName: shop-keys\n      - secretRef: {name: shop-keys}\n", "warning secret-not-found"},
		"a document":              {secret, "README.md", "Before:\n\n    kubectl create secret generic shop-keys --from-literal=a=b\n", "note secret-not-found"},
		"a command of two lines":  {secret, "up.sh", "kubectl -n shop create secret docker-registry \\\n  shop-keys --docker-username=a\n", "note secret-not-found"},
		"a comment":               {secret, "k8s/example.yaml", "# kubectl create secret generic shop-keys --from-literal=a=b\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "note secret-not-found"},
		"terraform":               {secret, "main.tf", "resource \"kubernetes_secret\" \"keys\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note secret-not-found"},
		"a provider first":        {secret, "main.tf", "resource \"kubernetes_secret_v1\" \"keys\" {\n  provider = kubernetes.tokyo\n\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note secret-not-found"},
		"an account of terraform": {account, "main.tf", "resource \"kubernetes_service_account_v1\" \"x\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note serviceaccount-not-found"},
		"a Service of terraform":  {route, "main.tf", "resource \"kubernetes_service\" \"x\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note service-not-found"},
		"a claim of terraform":    {claim, "main.tf", "resource \"kubernetes_persistent_volume_claim\" \"x\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note pvc-not-found"},
		"a claim's volume":        {claim, "main.tf", "resource \"kubernetes_persistent_volume\" \"x\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "warning pvc-not-found"},
		"it is only read":         {claim, "main.tf", "data \"kubernetes_persistent_volume_claim\" \"x\" {\n  metadata {\n    name = \"shop-keys\"\n  }\n}\n", "note pvc-not-found"},
		"a manifest of terraform": {claim, "main.tf", "resource \"kubernetes_manifest\" \"x\" {\n  manifest = {\n    apiVersion = \"v1\"\n    kind       = \"PersistentVolumeClaim\"\n    metadata   = { name = \"shop-keys\" }\n  }\n}\n", "note pvc-not-found"},
		"of another kind there":   {claim, "main.tf", "resource \"kubernetes_manifest\" \"x\" {\n  manifest = {\n    apiVersion = \"v1\"\n    kind       = \"ConfigMap\"\n    metadata   = { name = \"shop-keys\" }\n  }\n}\n", "warning pvc-not-found"},
		"a manifest's text":       {claim, "main.tf", "resource \"kubectl_manifest\" \"x\" {\n  yaml_body = <<YAML\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: shop-keys\nYAML\n}\n", "note pvc-not-found"},
		"kubectl's Service":       {route, "up.sh", "kubectl create service clusterip shop-keys --tcp=80\n", "note service-not-found"},
		"the next resource":       {secret, "main.tf", "resource \"kubernetes_secret_v1\" \"keys\" {\n  metadata {\n    name = \"other\"\n  }\n}\n\nlocals {\n  name = \"shop-keys\"\n}\n", "warning secret-not-found"},
		"an encrypted file":       {secret, "gen.yaml", "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: all\nfiles:\n- shop-keys.enc.yaml\n", "note secret-not-found"},
		"a role to write it":      {secret, "k8s/role.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: hook}\nrules:\n- {apiGroups: [''], resources: [secrets], resourceNames: [shop-keys], verbs: [get, update]}\n", "note secret-not-found"},
		"a role to read it":       {secret, "k8s/role.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: hook}\nrules:\n- {apiGroups: [''], resources: [secrets], resourceNames: [shop-keys], verbs: [get]}\n", "warning secret-not-found"},
		"left out":                {secret, ".gitignore", "node_modules/\nk8s/secrets.yaml\n", "note secret-not-found"},
		"left out by a pattern":   {secret, ".gitignore", "# of the cluster\n*-secret.y*ml\n", "note secret-not-found"},
		"variables left out":      {secret, ".gitignore", ".env\n.env.k8s\n", "note secret-not-found"},
		"a folder left out":       {secret, "k8s/.gitignore", "secrets/\n", "note secret-not-found"},
		"a folder of something":   {secret, ".gitignore", "secrets/\n", "warning secret-not-found"},
		"left out elsewhere":      {secret, "web/.gitignore", "secret.yaml\n", "warning secret-not-found"},
		"of Rails":                {secret, ".gitignore", "/config/secrets.yml\nclient_secret.json\n", "warning secret-not-found"},
		"left in":                 {secret, ".gitignore", "#k8s/secrets.yaml\n!secrets.yaml\n", "warning secret-not-found"},
		"of another kind":         {account, ".gitignore", "k8s/secrets.yaml\n", "warning serviceaccount-not-found"},
		"an account":              {account, "up.sh", "kubectl create sa shop-keys\n", "note serviceaccount-not-found"},
		"an account of a release": {account, "README.md", "helm install shop-keys charts/keys -n shop\n", "note serviceaccount-not-found"},
		"a secret of a release":   {secret, "README.md", "helm upgrade --install shop-keys charts/keys\n", "note secret-not-found"},
		"another's secret":        {secret, "README.md", "helm upgrade --install shop charts/keys\n", "warning secret-not-found"},
		"text of a program":       {account, "deploy/up.py", "ACCOUNT = \"\"\"\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: shop-keys\n\"\"\"\nrun(\"kubectl apply -f -\", ACCOUNT)\n", "note serviceaccount-not-found"},
		"text that asks for it":   {account, "deploy/up.py", "POD = \"\"\"\nkind: Pod\nmetadata:\n  name: shop-keys\n\"\"\"\nrun(\"kubectl apply -f -\", POD)\n", "warning serviceaccount-not-found"},
		"Terraform has it by now": {account, "flux/all.yaml", "# The roles have been migrated to Terraform (infra/).\nkind: Kustomization\n", "note serviceaccount-not-found"},
		"Terraform has others":    {account, "flux/all.yaml", "# The zones have moved to Terraform (infra/).\nkind: Kustomization\n", "warning serviceaccount-not-found"},
		"Terraform has a cluster": {account, "README.md", "The cluster was moved to Terraform.\n", "warning serviceaccount-not-found"},
		"a secret of its name":    {account, "up.sh", "kubectl create secret generic shop-keys\n", "warning serviceaccount-not-found"},
		"a release":               {route, "README.md", "helm upgrade --install -n prod shop oci://example.com/shop\n", "note service-not-found"},
		"flags before":            {route, "deploy.sh", "helm --kube-context \"$CTX\" -n prod upgrade --install shop oci://example.com/shop\n", "note service-not-found"},
		"another release":         {route, "README.md", "helm install keys shop/keys -n shop\n", "warning service-not-found"},
		"a chart's secret":        {secret, "README.md", "helm install shop oci://example.com/charts/keys\n", "note secret-not-found"},
		"another chart's secret":  {secret, "README.md", "helm install shop oci://example.com/charts/mysql\n", "warning secret-not-found"},
		"a Service's name":        {route, "README.md", "helm install till \\\n  --set shards=2,service.name=shop-keys \\\n  oci://example.com/charts/mysql\n", "note service-not-found"},
		"another name is set":     {route, "README.md", "helm install till --set database.name=shop-keys oci://example.com/charts/mysql\n", "warning service-not-found"},
		"a release of terraform":  {route, "main.tf", "resource \"helm_release\" \"x\" {\n  name  = \"shop\"\n  chart = \"redis\"\n}\n", "note service-not-found"},
		"its resource's name":     {route, "main.tf", "resource \"helm_release\" \"shop\" {\n  name  = \"x\"\n  chart = \"shop\"\n}\n", "warning service-not-found"},
		"the next release":        {route, "main.tf", "resource \"helm_release\" \"x\" {\n  name = var.name\n}\nlocals {\n  name = \"shop\"\n}\n", "warning service-not-found"},
		"a module's account":      {account, "iam.tf", "module \"shop_irsa\" {\n  source = \"./irsa\"\n  name   = \"shop-keys\"\n}\n", "note serviceaccount-not-found"},
		"workload identity":       {account, "iam.tf", "module \"shop\" {\n  source = \"terraform-google-modules/kubernetes-engine/google//modules/workload-identity\"\n  name   = \"shop-keys\"\n}\n", "note serviceaccount-not-found"},
		"another module":          {account, "db.tf", "module \"db\" {\n  source = \"./rds\"\n  name   = \"shop-keys\"\n}\n", "warning serviceaccount-not-found"},
		"the module before":       {account, "iam.tf", "module \"irsa\" {\n  name = \"other\"\n}\nmodule \"db\" {\n  name = \"shop-keys\"\n}\n", "warning serviceaccount-not-found"},
		"a namespace":             {route, "README.md", "helm install -n shop keys shop/keys\n", "warning service-not-found"},
		"a pod of its set":        {route, "README.md", "kubectl exec -n shop shop-keys-0 -- date\n", "note service-not-found"},
		"a forwarded port":        {route, "up.sh", "kubectl -n shop port-forward svc/shop-keys 80\n", "note service-not-found"},
		"another pod":             {route, "README.md", "kubectl exec -n shop shop-keys-web-0 -- date\n", "warning service-not-found"},
		"a Service's own file":    {route, "README.md", "kubectl apply -f k8s/shop-keys.yaml\n", "warning service-not-found"},
		"a word in a template":    {word, "chart/templates/account.yaml", "kind: ServiceAccount\napiVersion: v1\nmetadata:\n  name: pusher\n  labels: {{ .Values.labels }}\n", "note serviceaccount-not-found"},
		"a word in another":       {word, "chart/templates/account.yaml", "kind: ServiceAccount\napiVersion: v1\nmetadata:\n  name: {{ .Release.Name }}\n---\nkind: Role\nmetadata:\n  name: pusher\n", "warning serviceaccount-not-found"},
		"a Deployment is asked":   {route, "README.md", "kubectl logs -f deployment/shop-keys-deployment -n shop\n", "note service-not-found"},
		"one with another name":   {route, "README.md", "kubectl logs -f deployment/shop-keys-web -n shop\n", "warning service-not-found"},
		"one here, and said":      {route + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop-keys}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: \"shop/web:1.2\"}]}}}\n", "README.md", "kubectl logs -f deployment/shop-keys -n shop\n\nThe Service `shop-keys` is there.\n", "note service-not-found"},
		"one that is here":        {route + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop-keys}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: \"shop/web:1.2\"}]}}}\n", "README.md", "kubectl logs -f deployment/shop-keys -n shop\n", "warning service-not-found"},
		"a chart of its name":     {secret, "charts/shop/templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"shop.keys\" . }}\n", "note secret-not-found"},
		"with another kind":       {secret, "charts/shop/templates/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"shop.keys\" . }}\n", "warning secret-not-found"},
		"another chart":           {secret, "charts/till/templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"till.keys\" . }}\n", "warning secret-not-found"},
		"shown in a comment":      {secret, "k8s/example.yaml", "# For example:\n# kind: Secret\n# metadata:\n#   name: shop-keys\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "note secret-not-found"},
		"kept up by hand":         {secret, "k8s/example.yaml", "# shop-keys is managed manually\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "note secret-not-found"},
		"an account as code":      {word, "README.md", "The `pusher` ServiceAccount comes with the registry.\n", "note serviceaccount-not-found"},
		"a plain word":            {word, "README.md", "The pusher runs at night.\n", "warning serviceaccount-not-found"},
		"a Service as code":       {route, "README.md", "Have a Service `shop-keys` there.\n", "note service-not-found"},
		"code of something else":  {route, "README.md", "Have a look at `shop-keys`.\n", "warning service-not-found"},
		"values that name it":     {route, "chart/values.yaml", "till:\n  name: shop-keys\n", "note service-not-found"},
		"values that ask for it":  {route, "chart/values.yaml", "till:\n  host: shop-keys\n", "warning service-not-found"},
		"more words than a chart": {strings.ReplaceAll(secret, "shop-keys", "shop-till-keys"), "charts/shop/templates/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"shop.keys\" . }}\n", "warning secret-not-found"},
		"in a package of kpt":     {secret, "k8s/Kptfile", "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: shop}\n", "note secret-not-found"},
		"beside one":              {secret, "other/Kptfile", "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: shop}\n", "warning secret-not-found"},
		"a word in a document":    {word, "docs/a.md", "kind: ServiceAccount\nmetadata:\n  name: pusher\n", "warning serviceaccount-not-found"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": c.pod, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want, name)
	}
	declared := tree(t, map[string]string{"k8s/all.yaml": secret, "README.md": "The Secret `shop-keys` is made by up.sh.\n", "up.sh": "kubectl create secret generic shop-keys\n"})
	assert.Contains(t, above(run(t, check.Options{Unresolved: "error"}, declared), finding.Off), "warning secret-not-found", "who speaks of it before does not hide who makes it")
	near := tree(t, map[string]string{"k8s/all.yaml": secret + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop-key}\n", "up.sh": "kubectl create secret generic shop-keys\n"})
	assert.Contains(t, above(run(t, check.Options{}, near), finding.Note), "error secret-not-found", "one that is nearly called so is here")
}

// TestScriptsCopyObjects: what a script copies into a namespace is there, but that its owners
// have said how severe it is.
func TestScriptsCopyObjects(t *testing.T) {
	const text = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-keys, namespace: data}\nstringData: {A: b}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: shop, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", envFrom: [{secretRef: {name: shop-keys}}]}]}\n"
	const both = "kubectl get secret shop-keys -n data -o yaml | sed s/data/shop/ | kubectl apply -f -\n"
	for name, c := range map[string]struct{ file, text, want, declared string }{
		"a script":          {"up.sh", both, "note", "warning"},
		"a variable":        {"up.sh", "name=shop-keys\nkubectl get secret $name -n data -o yaml | kubectl apply -f -\n", "note", "warning"},
		"a document":        {"README.md", both, "note", "warning"},
		"other commands":    {"README.md", "The Secret shop-keys is here.\nTry `kubectl get secret other` or `kubectl apply -f -`.\n", "error", "error"},
		"nothing is copied": {"up.sh", "kubectl get secret shop-keys -n data\n", "error", "error"},
	} {
		dir := tree(t, map[string]string{"k8s/all.yaml": text, c.file: c.text})
		assert.Contains(t, above(run(t, check.Options{}, dir), finding.Off), c.want+" secret-not-found", name)
		assert.Contains(t, above(run(t, check.Options{Unresolved: "error"}, dir), finding.Off), c.declared+" secret-not-found", name)
	}
}

// TestPodmanReadsPods: it takes a port of the host for that of the container.
func TestPodmanReadsPods(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", ports: [{hostPort: 8080}]}]}\n"
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":      {"README.md", "Have podman ready, and kubectl.\n", "error required-field-missing"},
		"another file": {"up.sh", "podman play kube k8s/other-pod.yaml\n", "error required-field-missing"},
		"kubectl":      {"up.sh", "podman play kube k8s/desk.yaml\nkubectl apply -f k8s/pod.yaml\n", "error required-field-missing"},
		"a script":     {"up.sh", "podman play kube \\\n  --configmap c.yaml k8s/pod.yaml\n", ""},
		"a document":   {"docs/run.md", "    $ podman kube play pod.yaml\n", ""},
		"a Makefile":   {"Makefile", "up:\n\tpodman play kube ./k8s/pod.yaml\n", ""},
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": pod, c.file: c.text})), finding.Note)
		if c.want == "" {
			assert.NotContains(t, found, "required-field-missing", name)
		} else {
			assert.Contains(t, found, c.want, name)
		}
	}
}

// TestJenkinsReadsPods: it names the pods of its builds.
func TestJenkinsReadsPods(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: go, image: \"golang:1.24\", command: [cat]}]}\n"
	for text, want := range map[string]string{
		"agent { kubernetes { yamlFile 'ci/pod.yaml' } }\n":   "note required-field-missing",
		"agent { kubernetes { yamlFile 'ci/other.yaml' } }\n": "warning required-field-missing",
		"sh 'kubectl apply -f ci/pod.yaml'\n":                 "warning required-field-missing",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"ci/pod.yaml": pod, "Jenkinsfile": text}))
		assert.Contains(t, above(rep, finding.Off), want, text)
	}
}

// TestMoreReplicasElsewhere: a budget of a base is meant for the environment that has
// more pods than one.
func TestMoreReplicasElsewhere(t *testing.T) {
	const app = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: quotes}\nspec:\n  selector: {matchLabels: {app: quotes}}\n  template:\n    metadata: {labels: {app: quotes}}\n    spec: {containers: [{name: web, image: \"shop/quotes:1.2\"}]}\n" +
		"---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: quotes}\nspec: {minAvailable: 1, selector: {matchLabels: {app: quotes}}}\n"
	patch := func(name, spec string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name + "\nspec:\n  " + spec + "\n"
	}
	for name, c := range map[string]struct{ patch, want string }{
		"more":             {patch("quotes", "replicas: 2"), "note eviction-blocked"},
		"no more":          {patch("quotes", "replicas: 1"), "warning eviction-blocked"},
		"another workload": {patch("orders", "replicas: 3"), "warning eviction-blocked"},
		"in two documents": {patch("orders", "replicas: 3") + "---\n" + patch("quotes", "paused: false"), "warning eviction-blocked"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"base/kustomization.yaml": kustomization + "- app.yaml\n", "base/app.yaml": app,
			"dev/kustomization.yaml":  kustomization + "- ../base\nnamePrefix: dev-\n",
			"prod/kustomization.yaml": kustomization + "- ../base\n- missing.yaml\npatches:\n- path: more.yaml\n", "prod/more.yaml": c.patch,
		}))
		assert.Contains(t, above(rep, finding.Off), c.want, name)
	}
}

// TestBudgetsThatMayBeMeantSo: a budget that says itself that nothing may be missing, or has as
// many as an autoscaler leaves of more, is advice.
func TestBudgetsThatMayBeMeantSo(t *testing.T) {
	app := func(budget string, most int) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: quotes}\nspec:\n  selector: {matchLabels: {app: quotes}}\n  template:\n    metadata: {labels: {app: quotes}}\n    spec: {containers: [{name: web, image: \"shop/quotes:1.2\"}]}\n" +
			"---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: quotes}\nspec: {" + budget + ", selector: {matchLabels: {app: quotes}}}\n" +
			fmt.Sprintf("---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: quotes}\nspec: {minReplicas: 1, maxReplicas: %d, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: quotes}}\n", most)
	}
	for text, want := range map[string]string{
		app("minAvailable: 1", 3):        "note eviction-blocked",
		app("minAvailable: 1", 1):        "warning eviction-blocked",
		app("maxUnavailable: 0", 1):      "note eviction-blocked",
		app("minAvailable: \"100%\"", 1): "note eviction-blocked",
	} {
		dir := tree(t, map[string]string{"k8s/app.yaml": text})
		assert.Contains(t, above(run(t, check.Options{}, dir), finding.Off), want, text)
		assert.Contains(t, above(run(t, check.Options{Unresolved: "error"}, dir), finding.Off), "warning eviction-blocked", text)
	}
}

// TestWebhooksComplete: what a definition wants may come from a webhook of the program
// that is in the same repository.
func TestWebhooksComplete(t *testing.T) {
	const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n" +
		"  names: {kind: Widget, plural: widgets}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
		"          spec: {type: object, required: [color], properties: {color: {type: string}, size: {type: string}}}\n"
	const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {size: big}\n"
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":       {"main.go", "package main\n", "error"},
		"validates":     {"api/v1/widget.go", "// +kubebuilder:webhook:path=/v,mutating=false,groups=example.com,resources=widgets\n", "error"},
		"another group": {"api/v1/widget.go", "// +kubebuilder:webhook:path=/m,mutating=true,groups=gadgets.example.com,resources=gadgets\n", "error"},
		"mutates":       {"api/v1/widget.go", "// +kubebuilder:webhook:path=/m,mutating=true,failurePolicy=fail,groups=example.com,resources=widgets\n", "warning"},
		"another kind":  {"api/v1/gadget.go", "// +kubebuilder:webhook:path=/m,mutating=true,failurePolicy=fail,groups=example.com,resources=gadgets\n", "error"},
		"compares":      {"api/v1/widget.go", "// +kubebuilder:webhook:path=/m,mutating=true,groups=example.com,resources=widgets\n\nfunc f(w Widget) bool { return w.Spec.Color == \"\" }\n", "warning"},
		"sets it":       {"api/v1/widget.go", "// +kubebuilder:webhook:path=/m,mutating=true,groups=example.com,resources=widgets\n\nfunc f(w *Widget) {\n\tw.Spec.Color = \"red\"\n}\n", "note"},
		"of a bundle": {"bundle/csv.yaml", "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: {name: widgets.v1.0.0}\nspec:\n  webhookdefinitions:\n" +
			"  - {type: MutatingAdmissionWebhook, generateName: m.example.com, rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [widgets]}]}\n", "note"},
		"a bundle that validates": {"bundle/csv.yaml", "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: {name: widgets.v1.0.0}\nspec:\n  webhookdefinitions:\n" +
			"  - {type: ValidatingAdmissionWebhook, generateName: v.example.com, rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [widgets]}]}\n", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"crd.yaml": crd, "samples/widget.yaml": widget, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" required-field-missing", name)
	}
}

// TestWebhooksWriteBack: a webhook in Go answers with the whole object, and what has to be
// in it is there then, if only empty.
func TestWebhooksWriteBack(t *testing.T) {
	const webhook = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: defaults}\nwebhooks:\n" +
		"- {name: %s, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {service: {name: widgets, namespace: widgets}}%s}\n"
	const rule = ", rules: [{apiGroups: [parts.example.com], apiVersions: [v1], operations: [CREATE], resources: [%s]}]"
	rules := func(resource string) string { return fmt.Sprintf(rule, resource) }
	for name, c := range map[string]struct{ webhook, rules, color, want string }{
		"of the kind":       {"widgets.example.com", rules("widgets"), "type: string", "note"},
		"of all":            {"widgets.example.com", rules("'*'"), "type: integer, format: int32", "note"},
		"of another kind":   {"widgets.example.com", rules("gadgets"), "type: string", "error"},
		"of a longer kind":  {"widgets.example.com", rules("widgetclasses"), "type: string", "error"},
		"one of these":      {"widgets.example.com", rules("widgets"), "type: string, enum: [red, blue]", "warning"},
		"not empty":         {"widgets.example.com", rules("widgets"), "type: string, minLength: 1", "warning"},
		"a list":            {"widgets.example.com", rules("widgets"), "type: array, items: {type: string}", "warning"},
		"an object":         {"widgets.example.com", rules("widgets"), "type: object, required: [name], properties: {name: {type: string}}", "note"},
		"without rules":     {"defaults.webhook.parts.example.com", "", "type: string", "note"},
		"of the domain":     {"webhook.example.com", "", "type: string", "note"},
		"of another domain": {"webhook.example.org", "", "type: string", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"config/widgets.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.parts.example.com}\nspec:\n  group: parts.example.com\n  scope: Namespaced\n" +
				"  names: {kind: Widget, plural: widgets}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n" +
				"          spec: {type: object, required: [color], properties: {color: {" + c.color + "}, size: {type: string}}}\n",
			"config/webhook.yaml":        fmt.Sprintf(webhook, c.webhook, c.rules),
			"samples/kustomization.yaml": kustomization + "- widget.yaml\n",
			"samples/widget.yaml":        "apiVersion: parts.example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {size: big}\n",
		}))
		assert.Contains(t, above(rep, finding.Off), c.want+" required-field-missing", name)
	}
}

// TestProgramsCompleteFiles: what a Go program carries along it may also complete.
func TestProgramsCompleteFiles(t *testing.T) {
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: shop}\nsubjects: [{kind: ServiceAccount, name: shop}]\n" +
		"roleRef: {kind: ClusterRole, name: view, apiGroup: rbac.authorization.k8s.io}\n"
	embed := func(pattern string) string {
		return "package assets\n\nimport \"embed\"\n\n//go:embed " + pattern + "\nvar files embed.FS\n"
	}
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"nothing":               {"pkg/assets/assets.go", "package assets // go:embed files\n", "error"},
		"another folder":        {"pkg/assets/assets.go", embed("data"), "error"},
		"a folder beside":       {"pkg/other/other.go", embed("files"), "error"},
		"other files":           {"pkg/assets/assets.go", embed("files/*.json"), "error"},
		"the folder":            {"pkg/assets/assets.go", embed("files"), ""},
		"the files":             {"pkg/assets/assets.go", embed("README.md files/*.yaml"), ""},
		"all that is there":     {"pkg/assets/assets.go", embed("all:*"), ""},
		"the file itself":       {"pkg/assets/files/f.go", embed("binding.yaml"), ""},
		"from the top, quoted":  {"main.go", embed("\"pkg/assets/files\""), ""},
		"tests are no programs": {"pkg/assets/files/testing.md", embed("binding.yaml"), "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"pkg/assets/files/binding.yaml": binding, c.file: c.text}))
		if found := above(rep, finding.Note); c.want == "" {
			assert.Empty(t, found, name)
		} else {
			assert.Contains(t, found, c.want+" access-invalid", name)
		}
	}
	// A misspelt field stays one.
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"assets/assets.go": embed("*.yaml"), "assets/api.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n",
	}))
	assert.Contains(t, above(rep, finding.Note), "error unknown-field")
}

// TestProgramsReadFiles: what a program loads it may complete, and what kubectl is given
// nobody does.
func TestProgramsReadFiles(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{name: http}], selector: {app: shop}}\n"
	for name, c := range map[string]struct {
		file, text string
		want       string
	}{
		"a document":      {"README.md", "See templates/service.yaml.\n", "error"},
		"a comment":       {"main.go", "// The port is set in 'op/templates/service.yaml'.\n", "error"},
		"another file":    {"op/handlers.py", "open('other/service.yaml')\n", "error"},
		"a test":          {"op/e2e/shop_test.go", "apply(\"../templates/service.yaml\")\n", "error"},
		"kubectl":         {"op/up.py", "run(['kubectl', 'apply', '-f', 'templates/service.yaml'])\n", "error"},
		"a client":        {"op/up.py", "utils.create_from_yaml(client, 'templates/service.yaml')\n", "error"},
		"a script":        {"up.sh", "oc apply -f op/templates/service.yaml\n", "error"},
		"Python":          {"op/handlers.py", "open(os.path.join(here, 'templates/service.yaml'))\n", "warning"},
		"Java":            {"src/main/java/Shop.java", "loadYaml(Service.class, Shop.class, \"/templates/service.yaml\");\n", "warning"},
		"beside the file": {"op/templates/load.ts", "readFileSync(join(__dirname, 'service.yaml'))\n", "warning"},
		"Go":              {"main.go", "b, err := os.ReadFile(\"op/templates/service.yaml\")\n", "warning"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"op/templates/service.yaml": service, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Note), c.want+" required-field-missing", name)
	}
	// A misspelt field stays one.
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"op/load.py": "open('templates/service.yaml')\n", "op/templates/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selectr: {app: api}, ports: [{port: 80}]}\n",
	}))
	assert.Contains(t, above(rep, finding.Note), "error unknown-field")
}

// TestProgramsReadFolders: who loads a workload with a placeholder puts something in.
func TestProgramsReadFolders(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: crane}\nspec: {containers: [{name: crane, image: \"crane:placeholder\"}]}\n"
	for name, c := range map[string]struct{ file, text, want string }{
		"the image":      {"cmd/main.go", "const replaced = \"crane:placeholder\"\n", "note"},
		"the folder":     {"pkg/assets.go", "const cranes = \"assets/cranes/\"\n", "note"},
		"below another":  {"pkg/assets.go", "const cranes = \"../../assets/cranes\"\n", "note"},
		"another folder": {"pkg/assets.go", "const cranes = \"assets/cranes-old/\"\n", "warning"},
		"as it is":       {"pkg/assets.go", "exec.Command(\"kubectl\", \"apply\", \"-f\", \"assets/cranes/\")\n", "warning"},
		"a test":         {"pkg/assets_test.go", "const cranes = \"assets/cranes/\"\n", "warning"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"assets/cranes/pod.yaml": pod, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" placeholder-left", name)
	}
}

// TestProgramsOfOtherLanguages: port 8000 says little where the repository has the program.
func TestProgramsOfOtherLanguages(t *testing.T) {
	const app = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: farm-backend}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n" +
		"    spec: {containers: [{name: api, image: \"shop/farm-backend:1.2\", ports: [{containerPort: 8000}], resources: {limits: {memory: 128Mi}}}]}\n"
	for file, want := range map[string]int{"backend/go.mod": 0, "services/farm-backend/pom.xml": 0, "frontend/package.json": 1, "backend/requirements.txt": 1} {
		dir := tree(t, map[string]string{".git/HEAD": "ref: refs/heads/main\n", "k8s/app.yaml": app, file: "a\n"})
		rep, found := run(t, check.Options{Unresolved: "error"}, dir), 0
		for _, text := range above(rep, finding.Note) {
			if text == "warning memory-likely-low" {
				found++
			}
		}
		assert.Equal(t, want, found, file)
	}
}

// TestSaidToBeOld: what a comment calls old still serves what later releases do not.
func TestSaidToBeOld(t *testing.T) {
	const issuer = "apiVersion: cert-manager.io/v1alpha3\nkind: Issuer\nmetadata: {name: own, namespace: harbor}\nspec: {selfSigned: {}}\n"
	for comment, want := range map[string]string{
		"# The cert-manager here is ancient.\n": "note",
		"# The harbor's radio is ancient.\n":    "error",
		"":                                      "error",
		"# The cert-manager here is ancient.\napiVersion: v1\nkind: Namespace\nmetadata: {name: harbor}\n---\n": "error", // another's
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"issuer.yaml": comment + issuer}))
		assert.Contains(t, above(rep, finding.Off), want+" api-removed", comment)
	}
}

// TestWrongOnPurpose: who says that something is wrong knows it.
func TestWrongOnPurpose(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: pier\n%sspec:\n  ports: [{port: 80}]\n%s  selectr: {app: pier}%s\n"
	for name, c := range map[string]struct{ meta, above, beside, want string }{
		"beside it":          {"", "", " # intentionally misspelt", "note"},
		"what comes of it":   {"", "", " # this port is not open on the pods, so clients get 503", "note"},
		"what has no port":   {"", "", " # This port is not open on \"shop\"!", "note"},
		"what is not open":   {"", "", " # this port is not open to the world", "error"},
		"above it":           {"", "  # This will be rejected.\n", "", "note"},
		"alone":              {"", "", " # invalid", "note"},
		"in an annotation":   {"  annotations: {a: b}\n  labels:\n    expected-result: should-be-rejected\n", "", "", "note"},
		"under a condition":  {"", "  # This will fail if the pier is closed.\n", "", "error"},
		"of something else":  {"", "  # Ports that are invalid are left out.\n", "", "error"},
		"of what is refused": {"", "  # All that is from elsewhere must be rejected.\n", "", "error"},
		"what is expected":   {"  annotations:\n    expected-load: low\n", "", "", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"pier.yaml": fmt.Sprintf(service, c.meta, c.above, c.beside)}))
		assert.Contains(t, above(rep, finding.Off), c.want+" unknown-field", name)
	}
	const ports = "apiVersion: v1\nkind: Service\nmetadata: {name: pier}\nspec:\n  selector: {app: pier}\n  ports:\n%s  - name: former\n    port: 8443\n    targetPort: hook\n  - name: web\n    port: 80\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: pier, labels: {app: pier}}\nspec: {containers: [{name: pier, image: 'example.com/pier:1', ports: [{name: web, containerPort: 80}]}]}\n"
	for comment, want := range map[string]string{
		"  # This port does nothing, but allows upgrades.\n": "note", "  # This port is for the hook.\n": "error", "": "error",
	} {
		assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"pier.yaml": fmt.Sprintf(ports, comment)})), finding.Off), want+" target-port-not-found", comment)
	}
	rep := run(t, check.Options{}, tree(t, map[string]string{"pier.yaml": "# A Service that the policy must refuse: it should be rejected.\n" + fmt.Sprintf(service, "", "", "") + "---\n" + strings.ReplaceAll(fmt.Sprintf(service, "", "", ""), "pier", "quay")}))
	assert.Subset(t, above(rep, finding.Off), []string{"note unknown-field", "error unknown-field"})
	for head, want := range map[string]string{
		"# An intentionally broken Service.\n":                      "note",
		"# This Service must be denied.\n":                          "note",
		"# Deliberately without a host: it is for the harbor.\n":    "error", // which is another matter
		"# All other traffic should be denied.\n":                   "error", // and not the Service
		"# Boats that are older than a year must be rejected.\n":    "error",
		"# Deliberately one port, as the other one is for tests.\n": "error",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"pier.yaml": head + fmt.Sprintf(service, "", "", "")}))
		assert.Contains(t, above(rep, finding.Off), want+" unknown-field", head)
	}
	declared := run(t, check.Options{Unresolved: "error"}, tree(t, map[string]string{"pier.yaml": "# An intentionally broken Service.\n" + fmt.Sprintf(service, "", "", "")}))
	assert.Contains(t, above(declared, finding.Off), "error unknown-field")
}

// TestOldClusters: what a repository says that its cluster is may still serve what later
// ones do not.
func TestOldClusters(t *testing.T) {
	const ingress = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: pier}\nspec: {rules: [{host: pier.example.com}]}\n"
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"of tests":                 {"Makefile", "e2e:\n\tkind create cluster --image kindest/node:v1.18.2\n", "note"},
		"of kind":                  {"tools/kind-config/v1.18/one.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n  image: kindest/node:v1.18.2\n", "note"},
		"what kind has said":       {"docs/install.md", "    kind create cluster\n     ✓ Ensuring node image (kindest/node:v1.20.2)\n", "error"},
		"that serves it no more":   {"Makefile", "e2e:\n\tkind create cluster --image kindest/node:v1.22.0\n", "error"},
		"one of several":           {"README.md", "minikube start --kubernetes-version=v1.16.0\n\nTested with Kubernetes 1.25 too.\n", "error"},
		"beside one of Terraform":  {"README.md", "minikube start --kubernetes-version=v1.16.0\n\n    cluster_version = \"1.29\"\n", "error"},
		"beside one of a pipeline": {"README.md", "minikube start --kubernetes-version=v1.16.0\n\n    kubernetes-version: v1.28.3\n", "error"},
		"of a demo":                {"demo/README.md", "minikube start --kubernetes-version=v1.16.0\n", "error"},
		"of a pipeline":            {".github/workflows/e2e.yaml", "env: {K8S_VERSION: 1.16}\n", "note"},
		"of a pipeline of Gitea":   {".gitea/workflows/e2e.yaml", "env: {K8S_VERSION: 1.16}\n", "note"},
		"of a package":             {"ansible/nodes.yaml", "- hosts: all\n  tasks:\n  - shell: apt-get install -y kubelet=1.21.9-00 kubeadm=1.21.9-00\n", "note"},
		"of a script for nodes":    {"setup/install-arm.sh", "apt-get install -y kubelet=1.5.2-00\n", "note"},
		"of a newer package":       {"ansible/nodes.yaml", "- hosts: all\n  tasks:\n  - shell: apt-get install -y kubelet=1.31.1-1.1\n", "error"},
		"of a plan of k3s":         {"clusters/one/upgrade/server-plan.yaml", "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: server}\nspec:\n  version: v1.21.6+k3s1\n", "note"},
		"of a newer plan":          {"clusters/one/upgrade/server-plan.yaml", "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: server}\nspec:\n  version: v1.24.6+k3s1\n", "error"},
		"of OpenShift 3":           {"docs/install.md", "Log in to OKD 3.11, made by `oc cluster up`.\n", "note"},
		"of OpenShift 4":           {"docs/install.md", "Log in to OpenShift 3.11 or OpenShift 4.\n", "error"},
		"that is the oldest":       {"README.md", "Needs OpenShift 3.11 or later.\n", "error"},
		"that a document names":    {"README.md", "Needs Kubernetes 1.14.\n", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"ingress.yaml": ingress, c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" api-removed", name)
	}
	const role = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: pier}\nrules: [{apiGroups: [extensions], resources: [deployments], verbs: [create]}]\n"
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"a.yaml": ingress + role})), finding.Off), "note access-invalid")
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"a.yaml": role})), finding.Off), "warning access-invalid")
}

// TestOldCertManager: what is for a release that somebody installs is right there.
func TestOldCertManager(t *testing.T) {
	const issuer = "apiVersion: cert-manager.io/v1alpha2\nkind: Issuer\nmetadata: {name: pier}\nspec: {selfSigned: {}}\n"
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"from its address":  {"demo/README.md", "kubectl apply -f https://example.com/cert-manager/releases/download/v0.15.0/cert-manager.yaml\n", "note"},
		"in a folder below": {"demo/k8s/certs/install.sh", "kubectl apply -f https://example.com/cert-manager/releases/download/v0.15.0/cert-manager.yaml\n", "note"},
		"of its image":      {"demo/k8s/certs/controller.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec: {containers: [{name: c, image: \"quay.io/jetstack/cert-manager-controller:v0.15.0\"}]}\n", "note"},
		"from its chart":    {"README.md", "helm install certs --namespace certs \\\n  --version v0.13.0 jetstack/cert-manager\n", "note"},
		"of another chart":  {"README.md", "helm install certs jetstack/cert-manager\nhelm install pier ./pier --version 0.13.0\n", "error"},
		"of another demo":   {"tour/README.md", "kubectl apply -f https://example.com/cert-manager/releases/download/v0.15.0/cert-manager.yaml\n", "error"},
		"that is later":     {"README.md", "kubectl apply -f https://example.com/cert-manager/releases/download/v1.6.1/cert-manager.yaml\n", "error"},
		"beside a later":    {"README.md", "kubectl apply -f https://example.com/cert-manager/releases/download/v0.15.0/cert-manager.yaml\n\nTested with cert-manager v1.12 too.\n", "error"},
		"of a release":      {"flux.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cert-manager}\nspec:\n  interval: 1h\n  chart:\n    spec:\n      chart: cert-manager\n      version: v1.14.0\n      sourceRef: {kind: HelmRepository, name: a}\n", "error"},
		"that nobody names": {"README.md", "Install cert-manager first.\n", "error"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"demo/k8s/issuer.yaml": issuer, "Makefile": "certs:\n\t# " + name + "\n", c.file: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want+" api-removed", name)
	}
}

// TestPartsOfReleases: what is applied over the object of a chart has what it changes.
func TestPartsOfReleases(t *testing.T) {
	const part = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, namespace: harbor}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec: {nodeSelector: {pier: north}}\n"
	for name, want := range map[string]string{"beacon-lamp": "note", "beacon": "note", "foghorn": "warning"} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"part.yaml":    fmt.Sprintf(part, name),
			"release.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: beacon, namespace: harbor}\nspec:\n  interval: 1h\n  chart: {spec: {chart: beacon, sourceRef: {kind: HelmRepository, name: a}}}\n",
		}))
		assert.Contains(t, above(rep, finding.Off), want+" required-field-missing", name)
	}
}
