package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fleet() map[string]string {
	files := map[string]string{"base/kustomization.yaml": "resources: [pod.yaml]\n", "base/pod.yaml": dangling}
	for i := range 7 {
		files[fmt.Sprintf("overlays/o%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../../base]\nnamePrefix: o%d-\n", i)
	}
	return files
}

func TestChangedSince(t *testing.T) {
	repository(t, fleet())
	code, _, stderr := run(t, "check", "--changed-since", "main", "overlays")
	assert.Equal(t, ExitOK, code)
	assert.Equal(t, "0 of 7 trees are checked\n", stderr)

	write(t, ".", map[string]string{"overlays/o3/kustomization.yaml": "resources: [../../base]\n", "overlays/new/kustomization.yaml": "resources: [../../base]\n", "README": "x"})
	code, stdout, stderr := run(t, "check", "--changed-since", "main", "--unresolved=error", "overlays")
	assert.Equal(t, ExitFindings, code)
	assert.Equal(t, "2 of 8 trees are checked\nSome findings depend on what the other trees have: they are looked at too\n", stderr)
	assert.Contains(t, stdout, "in 2 overlays: overlays/new, overlays/o3\n")

	write(t, ".", map[string]string{"base/pod.yaml": dangling + "# x\n"})
	_, _, stderr = run(t, "check", "--changed-since", "main", "overlays")
	assert.Equal(t, "8 of 8 trees are checked\n", stderr)

	// What decides about all trees.
	gitRun(t, "checkout", "-q", ".")
	write(t, ".", map[string]string{".krm-validate.yaml": "fail-on: warning\n"})
	_, _, stderr = run(t, "check", "--changed-since", "main", "overlays")
	assert.Equal(t, "8 of 8 trees are checked\n", stderr)

	gitRun(t, "checkout", "-q", ".")
	require.NoError(t, os.Remove(".krm-validate.yaml"))
	write(t, ".", map[string]string{"known.json": `{"version": 1, "findings": []}`})
	_, _, stderr = run(t, "check", "--changed-since", "main", "--baseline", "known.json", "overlays")
	assert.Contains(t, stderr, "8 of 8 trees are checked\n")

	code, _, stderr = run(t, "check", "--changed-since", "gone", "overlays")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, `Error: --changed-since=gone: there is no commit "gone" in this repository`)
}

// TestChangedScript: a script that changes has a say in what trees miss that do not name it.
func TestChangedScript(t *testing.T) {
	files := fleet()
	files["README.md"] = "# Shop\n\nWelcome.\n"
	files["overlays/sound/kustomization.yaml"] = "resources: [service.yaml]\n"
	files["overlays/sound/service.yaml"] = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
	repository(t, files)
	for _, c := range []struct {
		name string
		file map[string]string
		want string
	}{
		{"nothing of it", map[string]string{"README.md": "# Shop\n\nWelcome back.\n"}, "0 of 8"},
		{"a command", map[string]string{"setup.sh": "kubectl create secret generic anything\n"}, "7 of 8"},
		{"a name", map[string]string{"README.md": "# Shop\n\nWelcome.\nThe Secret gone is there.\n"}, "7 of 8"},
		{"a comment", map[string]string{"other.yaml": "# kubectl create secret generic gone\napiVersion: v1\nkind: ConfigMap\n"}, "7 of 8"},
	} {
		gitRun(t, "checkout", "-q", ".")
		gitRun(t, "clean", "-qfd")
		write(t, ".", c.file)
		_, _, stderr := run(t, "check", "--changed-since", "main", "overlays")
		assert.Contains(t, stderr, c.want+" trees are checked\n", c.name)
	}
}

// TestChangedBesideTrees: what files say that no tree has, of builds, of files that are made
// and of charts that are installed, is followed to the trees that it is about.
func TestChangedBesideTrees(t *testing.T) {
	const cm = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n"
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: data, labels: {app: %[1]s}}\nspec: {containers: [{name: web, image: 'shop/web:1.2', ports: [{containerPort: 80}]%s}]}\n"
	files := map[string]string{
		"k8s/made/kustomization.yaml":    "resources: [shop.yaml, routes.yaml]\n",
		"k8s/made/shop.yaml":             cm,
		"k8s/outside/kustomization.yaml": "configMapGenerator: [{name: shop, files: [../shared.conf]}]\n",
		"k8s/shared.conf":                "a=b\n",
		"k8s/chart/kustomization.yaml":   "resources: [pod.yaml]\n",
		"k8s/chart/pod.yaml":             fmt.Sprintf(pod, "web", ", envFrom: [{secretRef: {name: warehouse-login}}]"),
		"k8s/apart/kustomization.yaml":   "resources: [all.yaml]\n",
		"k8s/apart/all.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: till, namespace: data}\nspec: {selector: {app: till}, ports: [{port: 80}]}\n---\n" + fmt.Sprintf(pod, "till", "") + "---\n" +
			"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: till, namespace: prod}\nspec: {defaultBackend: {service: {name: till, port: {number: 80}}}}\n",
		"k8s/kept/kustomization.yaml": "resources: [secret.yaml]\n",
		"k8s/kept/secret.yaml":        "apiVersion: v1\nkind: Secret\nmetadata: {name: mill, namespace: data}\nstringData: {wheel: turns}\n",
		"k8s/argo/kustomization.yaml": "resources: [app.yaml]\n",
		"k8s/argo/app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: till, namespace: argocd}\n" +
			"spec: {project: default, source: {repoURL: https://charts.example.com, chart: till, targetRevision: 1.0.0}, destination: {server: https://kubernetes.default.svc, namespace: prod}}\n",
		"up.sh":         "./render > routes.yaml\n",
		"helmfile.yaml": "releases: [{name: redis, namespace: data, chart: shop/redis}]\n",
	}
	repository(t, files)
	for _, c := range []struct {
		name string
		file map[string]string
		want string
	}{
		{"who makes a file", map[string]string{"up.sh": "true\n"}, "error[build-fails]"},
		{"who applies a kustomization", map[string]string{"README.md": "kubectl apply -k k8s/outside\n"}, "error[file-outside-root]"},
		{"charts", map[string]string{"helmfile.yaml": "releases: []\n"}, "warning[secret-not-found]"},
		{"a release", map[string]string{"k8s/argo/app.yaml": cm}, "[service-not-found]: Service \"till\" in namespace \"prod\""},
	} {
		gitRun(t, "checkout", "-q", ".")
		gitRun(t, "clean", "-qfd")
		write(t, ".", c.file)
		_, whole, _ := run(t, "check", "k8s")
		assert.Contains(t, whole, c.want, c.name)
		_, part, _ := run(t, "check", "--changed-since", "main", "k8s")
		assert.Contains(t, part, c.want, c.name)
	}
}

// TestChangedEntry: what sets an image in one kustomization answers for that of another.
func TestChangedEntry(t *testing.T) {
	const entry = "resources: [../../base]\nimages: [{name: example.com/mysql, newTag: %s}]\n"
	repository(t, map[string]string{
		"base/kustomization.yaml":          "resources: [pod.yaml]\n",
		"base/pod.yaml":                    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: \"example.com/mysql\", volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}], volumes: [{name: data, hostPath: {path: /srv/data}}]}\n",
		"overlays/dev/kustomization.yaml":  "resources: [../../base]\n",
		"overlays/prod/kustomization.yaml": fmt.Sprintf(entry, "v1"),
	})
	_, stdout, _ := run(t, "check", "overlays")
	assert.Contains(t, stdout, "overlays/prod/kustomization.yaml sets the image")
	write(t, ".", map[string]string{"overlays/prod/kustomization.yaml": fmt.Sprintf(entry, "v2")})
	_, _, stderr := run(t, "check", "--changed-since", "main", "overlays")
	assert.Contains(t, stderr, "1 of 2 trees are checked\n")
	write(t, ".", map[string]string{"overlays/prod/kustomization.yaml": fmt.Sprintf(entry, "latest")})
	_, stdout, _ = run(t, "check", "--changed-since", "main", "overlays")
	assert.Contains(t, stdout, "warning[image-tag-latest]")
	assert.Contains(t, stdout, "overlays/dev")
}

// TestChangedPods: pods of a file beside a kustomization answer for its Service by their labels
// and ports, and by nothing else.
func TestChangedPods(t *testing.T) {
	const pods = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: %s\n  labels:\n    app: till\nspec:\n  containers:\n  - name: a\n    image: example.com/a:%s\n    ports:\n    - name: %s\n      containerPort: 80\n"
	repository(t, map[string]string{
		"shop/prod/kustomization.yaml": "resources: [till.yaml]\n",
		"shop/prod/till.yaml": fmt.Sprintf(pods, "till", "1", "web") + "---\napiVersion: v1\nkind: Service\nmetadata: {name: till}\n" +
			"spec: {selector: {app: till}, ports: [{name: web, port: 80, targetPort: web}, {name: scans, port: 81, targetPort: scans}]}\n",
		"shop/scanner.yaml": fmt.Sprintf(pods, "scanner", "1", "scans"),
	})
	_, stdout, _ := run(t, "check", ".")
	assert.Contains(t, stdout, "note[target-port-not-found]")
	write(t, ".", map[string]string{"shop/scanner.yaml": fmt.Sprintf(pods, "scanner", "2", "scans")})
	_, _, stderr := run(t, "check", "--changed-since", "main", ".")
	assert.Contains(t, stderr, "1 of 2 trees are checked\n")
	write(t, ".", map[string]string{"shop/scanner.yaml": fmt.Sprintf(pods, "scanner", "1", "scan")})
	_, stdout, _ = run(t, "check", "--changed-since", "main", ".")
	assert.Contains(t, stdout, "error[target-port-not-found]")
}

// TestChangedMachine: what a document says of the cluster answers for volumes' roots.
func TestChangedMachine(t *testing.T) {
	repository(t, map[string]string{
		"k8s/db/kustomization.yaml": "resources: [db.yaml]\n",
		"k8s/db/db.yaml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n" +
			"    spec: {containers: [{name: db, image: 'postgres:16', volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}\n" +
			"  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n",
		"k8s/web/kustomization.yaml": "resources: [web.yaml]\n",
		"k8s/web/web.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
		"README.md":                  "Run minikube start.\n",
	})
	write(t, ".", map[string]string{"README.md": "Run eksctl create cluster.\n"})
	_, stdout, stderr := run(t, "check", "--changed-since", "main", "k8s")
	assert.Contains(t, stderr, "1 of 2 trees are checked\n")
	assert.Contains(t, stdout, "warning[data-folder-not-empty]")
	write(t, ".", map[string]string{"README.md": "Run minikube start, and wait.\n"})
	_, _, stderr = run(t, "check", "--changed-since", "main", "k8s")
	assert.Contains(t, stderr, "1 of 2 trees are checked\n")
	write(t, ".", map[string]string{"README.md": "Run minikube start.\nWelcome.\n"})
	_, _, stderr = run(t, "check", "--changed-since", "main", "k8s")
	assert.Contains(t, stderr, "0 of 2 trees are checked\n")
}

// TestChangedAnswers: what a file says of products, releases and packages answers for what
// a tree lacks that has not changed.
func TestChangedAnswers(t *testing.T) {
	ingress := func(service string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\"}]}\n---\n" +
			"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: " + service + ", port: {number: 80}}}}\n"
	}
	for name, c := range map[string]struct{ service, file, text, said string }{
		"a product":          {"jaeger-collector", "setup.sh", "helm repo add jaegertracing https://example.com/jaegertracing\n", "1 of 2 trees are checked\n"},
		"values of a chart":  {"cart-master", "values/cart-values.yaml", "architecture: standalone\n", "1 of 2 trees are checked\n"},
		"values in a folder": {"cart-master", "cart/values.yaml", "architecture: standalone\n", "1 of 2 trees are checked\n"},
		"values of another":  {"cart-master", "values/queue-values.yaml", "architecture: standalone\n", "0 of 2 trees are checked\n"},
		"a package of kpt":   {"checkout", "k8s/Kptfile", "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata: {name: shop}\n", "1 of 2 trees are checked\n"},
		"what lists it not":  {"checkout", "k8s/all/kustomization.yaml", "resources: [../other]\n#- ../web\n", "2 of 2 trees are checked\n"},
		"a document of none": {"checkout", "README.md", "Welcome.\n", "0 of 2 trees are checked\n"},
	} {
		t.Run(name, func(t *testing.T) {
			repository(t, map[string]string{
				"k8s/web/kustomization.yaml":   "resources: [web.yaml]\n",
				"k8s/web/web.yaml":             ingress(c.service),
				"k8s/other/kustomization.yaml": "resources: [other.yaml]\n",
				"k8s/other/other.yaml":         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n",
				"README.md":                    "Hello.\n",
			})
			_, before, _ := run(t, "check", "k8s")
			assert.Contains(t, before, "warning[service-not-found]")
			write(t, ".", map[string]string{c.file: c.text})
			_, part, stderr := run(t, "check", "--changed-since", "main", "k8s")
			assert.Contains(t, stderr, c.said)
			_, whole, _ := run(t, "check", "k8s")
			assert.Equal(t, !strings.HasPrefix(c.said, "0 of"), !strings.Contains(whole, "warning[service-not-found]"))
			assert.NotContains(t, part, "warning[service-not-found]")
		})
	}
}

// TestChangedFacts: a script that sets namespaces, and a plan of a release, are about trees
// that do not change.
func TestChangedFacts(t *testing.T) {
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: till}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: till}]\n"
	const ingress = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: till}\nspec: {rules: [{host: till.example.com}]}\n"
	plan := func(release string) string {
		return "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: server}\nspec:\n  version: " + release + "\n"
	}
	for name, c := range map[string]struct{ object, file, before, after, lost string }{
		"namespaces": {binding, "hack/install.sh", "kustomize build rbac\n", "kustomize edit set namespace $NS\n", "warning[access-invalid]"},
		"a release":  {ingress, "upgrade/server-plan.yaml", plan("v1.28.2+k3s1"), plan("v1.21.6+k3s1"), "error[api-removed]"},
	} {
		t.Run(name, func(t *testing.T) {
			repository(t, map[string]string{"k8s/till/kustomization.yaml": "resources: [till.yaml]\n", "k8s/till/till.yaml": c.object, c.file: c.before})
			_, whole, _ := run(t, "check", "k8s")
			assert.Contains(t, whole, c.lost)
			write(t, ".", map[string]string{c.file: c.after})
			_, whole, _ = run(t, "check", "k8s")
			assert.NotContains(t, whole, c.lost)
			_, part, stderr := run(t, "check", "--changed-since", "main", "k8s")
			assert.Contains(t, stderr, "1 of 1 trees")
			assert.NotContains(t, part, c.lost)
		})
	}
}

// Shards are disjoint and complete.
func TestShards(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", fleet())
	seen := map[string]int{}
	for i := 1; i <= 3; i++ {
		_, stdout, _ := run(t, "check", "-o", "junit", "--shard", fmt.Sprintf("%d/3", i), "overlays")
		for j := range 7 {
			if name := fmt.Sprintf(`testsuite name="overlays/o%d"`, j); strings.Contains(stdout, name) {
				seen[name]++
			}
		}
	}
	assert.Len(t, seen, 7)
	for name, times := range seen {
		assert.Equal(t, 1, times, name)
	}
	for shard, want := range map[string]string{
		"0/3": `--shard "0/3": expected 1/3 to 3/3`, "4/3": `--shard "4/3": expected 1/3 to 3/3`, "1/0": `--shard "1/0": expected 1/1 to 1/1`,
		"x": `--shard "x": expected i/n, as in 2/5`, "1/x": `--shard "1/x": expected i/n`, "-1/3": `--shard "-1/3": expected 1/3 to 3/3`,
	} {
		for _, command := range [][]string{{"check", "overlays"}, {"lock"}} {
			if command[0] == "lock" {
				write(t, ".", map[string]string{"env/source/kustomization.yaml": "resources: []\n", "env/pipeline/kustomization.yaml": "resources: [../source]\n"})
			}
			code, stdout, stderr := run(t, append(command, "--shard", shard)...)
			assert.Equal(t, ExitFailure, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, want)
		}
	}
	code, _, stderr := run(t, "check", "--shard", "1/3", "--write-baseline", "x.json", "overlays")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "a part of the trees has a part of the findings")
	assert.NoFileExists(t, "x.json")
}

// What merge makes of shards is what one run over everything gives.
func TestMergedShardsAreTheWhole(t *testing.T) {
	files := fleet()
	files["overlays/o2/kustomization.yaml"] += "images: [{name: example.com/db, newName: example.com/other, newTag: latest}]\n"
	files["overlays/bad/kustomization.yaml"] = "resources: [gone.yaml]\n"
	files["overlays/o8/kustomization.yaml"] = "resources: [pod.yaml]\n"
	files["overlays/o8/pod.yaml"] = strings.Replace(untagged, "containers:", "contaners:", 1)
	files["overlays/o9/kustomization.yaml"] = "resources: [pod.yaml]\nsecretGenerator: [{name: db, literals: [a=b]}]\n"
	files["overlays/o9/pod.yaml"] = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: example.com/web:1\n    env:\n" +
		"    - {name: A, valueFrom: {secretKeyRef: {name: db, key: username}}}\n    - {name: B, valueFrom: {secretKeyRef: {name: db, key: password}}}\n"
	t.Chdir(t.TempDir())
	write(t, ".", files)
	_, whole, _ := run(t, "check", "-o", "json", "overlays")
	_, junit, _ := run(t, "check", "-o", "junit", "overlays")
	args := []string{"report", "merge"}
	for i := 1; i <= 3; i++ {
		part := fmt.Sprintf("part-%d.json", i)
		run(t, "check", "-o", "json="+part, "--shard", fmt.Sprintf("%d/3", i), "overlays")
		args = append(args, part)
	}
	code, merged, stderr := run(t, append(args, "-o", "json")...)
	assert.Equal(t, ExitFindings, code)
	assert.Contains(t, stderr, "Not checked: overlays/bad: ")
	assert.Equal(t, whole, merged)
	_, merged, _ = run(t, append(args, "-o", "junit")...)
	assert.Equal(t, junit, merged)
	_, merged, _ = run(t, args...)
	assert.Contains(t, merged, "error[key-not-found]: Secret")
	assert.Contains(t, merged, `= also: overlays/o9/pod.yaml:10  Secret`, "one object that lacks two keys is one entry")

	write(t, ".", map[string]string{"x.json": "{}", "y.json": "[", "z.json": `{"findings": []} 1`})
	for _, file := range []string{"x.json", "y.json", "z.json", "gone.json"} {
		code, stdout, stderr := run(t, "report", "merge", file)
		assert.Equal(t, ExitFailure, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "Error: ")
		assert.Contains(t, stderr, file)
	}
	code, _, stderr = run(t, "report", "merge", "part-1.json", "./part-1.json")
	assert.Equal(t, ExitFailure, code)
	assert.Contains(t, stderr, "part-1.json and ./part-1.json are the same report")
	for want, files := range map[string][]string{
		"the report of shard 2/3 is missing: there are 2 of 3":            {"part-1.json", "part-3.json"},
		"part-1.json and again.json are both of shard 1/3":                {"part-1.json", "part-2.json", "part-3.json", "again.json"},
		"part-1.json was written by version devel of krm-validate, and o": {"part-1.json", "old.json"},
		"not a report of check --output=json: shard \"7/3\": expected":    {"odd.json"},
	} {
		first := readFile(t, "part-1.json")
		write(t, ".", map[string]string{"again.json": first, "old.json": strings.Replace(first, `"devel"`, `"v0"`, 1), "odd.json": strings.Replace(first, `"1/3"`, `"7/3"`, 1)})
		code, stdout, stderr := run(t, append([]string{"report", "merge", "-o", "sarif=none.sarif"}, files...)...)
		assert.Equal(t, ExitFailure, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, want)
		assert.NoFileExists(t, "none.sarif")
	}
	code, _, _ = run(t, "report", "mrge")
	assert.Equal(t, ExitFailure, code)
}

// TestChangedLevels: the level of a finding that stays where it is follows what has changed
// in other trees.
func TestChangedLevels(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: shop, labels: {app: %s}}\nspec: {containers: [{name: web, image: 'example.com/web:1'%s}]}\n---\n"
	const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  podSelector: {}\n  ingress:\n  - from: [{namespaceSelector: {matchLabels: {ns: kube-system}}}]\n"
	const binding = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web, namespace: dev-shop}]\n"
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, namespace: shop}\nspec: {selector: {matchLabels: {app: cart}}, template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: web, image: 'example.com/web:1'}]}}}\n"
	const route = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: shop-cart, port: {number: 80}}}}\n"
	const namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kube-system\n"
	for name, c := range map[string]struct{ one, before, after, want string }{
		"the label of a namespace":      {policy, namespace + "  labels:\n    ns: kube-system\n", namespace, "namespace-not-labelled"},
		"another environment":           {binding, fmt.Sprintf(pod, "a", "a", ""), strings.ReplaceAll(fmt.Sprintf(pod, "a", "a", ""), "namespace: shop", "namespace: dev-shop"), "serviceaccount-not-found"},
		"a Deployment behind a Service": {fmt.Sprintf(pod, "web", "web", "") + route, fmt.Sprintf(deployment, "shop-till"), fmt.Sprintf(deployment, "shop-cart"), "service-not-found"},
	} {
		repository(t, map[string]string{
			"one/kustomization.yaml": "resources: [all.yaml]\n", "one/all.yaml": c.one, "two/kustomization.yaml": "resources: [all.yaml]\n", "two/all.yaml": c.before,
			"README.md": "# Shop\n\n    kubectl rollout status deployment/shop-cart -n shop\n",
		})
		write(t, ".", map[string]string{"two/all.yaml": c.after})
		for _, args := range [][]string{{"check", "."}, {"check", "--changed-since", "main", "."}} {
			_, stdout, _ := run(t, args...)
			assert.Regexp(t, "(?:warning|error)\\["+c.want, stdout, "%s: %v", name, args)
		}
	}
}
