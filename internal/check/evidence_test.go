package check_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// settings is a ConfigMap of some name in some namespace.
const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %NAME, namespace: %NS}\ndata: {a: b}\n"

// TestNamespacesOfSeveralFiles: a name that several files use is no slip, nor is a
// short one that is near to another.
func TestNamespacesOfSeveralFiles(t *testing.T) {
	in := func(name, namespace string) string {
		return strings.NewReplacer("%NAME", name, "%NS", namespace).Replace(settings)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"established": {map[string]string{
			"one/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: lesson-a}\n",
			"two/a.yaml":  in("a", "lesson-b"), "two/b.yaml": in("b", "lesson-b"),
		}, nil},
		"short": {map[string]string{
			"one/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: d92}\n", "one/a.yaml": in("a", "d92"),
			"two/a.yaml": in("b", "h92"),
		}, nil},
		"once, far away": {map[string]string{
			"one/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: payments}\n", "one/a.yaml": in("a", "payments"),
			"two/a.yaml": in("b", "payment"),
		}, []string{"warning namespace-mistyped"}},
		"once, beside": {map[string]string{
			"one/all.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: payments}\n---\n" + in("a", "payments") + "---\n" + in("b", "payment"),
		}, []string{"error namespace-mistyped"}},
	} {
		rep := run(t, check.Options{}, tree(t, c.files))
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
}

// TestMadeByWhatIsElsewhere: who keeps a database elsewhere has what is made for it there.
func TestMadeByWhatIsElsewhere(t *testing.T) {
	app := func(namespace, secret string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: " + namespace + "}\nspec: {containers: [{name: app, image: \"shop/app:1.2\", envFrom: [{secretRef: {name: " + secret + "}}]}]}\n---\n"
	}
	topic := "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata: {name: orders, namespace: queue, labels: {strimzi.io/cluster: events}}\nspec: {partitions: 1, replicas: 1}\n"
	user := strings.NewReplacer("KafkaTopic", "KafkaUser", "{partitions: 1, replicas: 1}", "{authentication: {type: tls}}").Replace(topic)
	pooler := "apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: {name: pool, namespace: queue}\nspec: {cluster: {name: events}, instances: 1, type: rw, pgbouncer: {poolMode: session}}\n"
	backup := "apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: nightly, namespace: queue}\nspec: {schedule: \"0 0 2 * * *\", cluster: {name: events}}\n"
	for name, c := range map[string]struct{ text, want string }{
		"of a topic's":  {app("queue", "events-cluster-ca-cert") + topic, "note secret-not-found"},
		"of a user's":   {app("queue", "events-clients-ca-cert") + user, "note secret-not-found"},
		"of a pooler's": {app("queue", "events-app") + pooler, "note secret-not-found"},
		"of a backup's": {app("queue", "events-superuser") + backup, "note secret-not-found"},
		"the cluster itself": {"apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a, namespace: queue}\nspec: {secretName: a, dnsNames: [a.example.com], issuerRef: {kind: Issuer, name: self-issuer}}\n---\n" +
			"apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: acme-self-issuer, namespace: queue}\nspec: {selfSigned: {}}\n---\n" + app("queue", "acme-b"), "warning object-not-found"},
		"another cluster's":       {app("queue", "metrics-cluster-ca-cert") + topic, "warning secret-not-found"},
		"a word in the middle":    {app("queue", "my-events-cert") + topic, "warning secret-not-found"},
		"another namespace":       {app("shop", "events-superuser") + backup, "warning secret-not-found"},
		"the cluster's, as it is": {app("queue", "events-app-2") + "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: events, namespace: queue}\nspec: {instances: 1, storage: {size: 1Gi}}\n---\n" + pooler, "error secret-not-found"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want, name)
	}
}

// TestForgottenFilesAreNearby: a file that no kustomization lists is the answer
// only where its resource would be in the namespace that is asked about.
func TestForgottenFilesAreNearby(t *testing.T) {
	const nowhere = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret}\nstringData: {password: x}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": pod,
		"video/kustomization.yaml": kustomization + "- other.yaml\n", "video/other.yaml": strings.NewReplacer("%NAME", "other", "%NS", "video").Replace(settings),
		"video/secret.yaml": nowhere,
	}))
	require.Equal(t, []string{"warning secret-not-found"}, above(rep, finding.Note))
	assert.NotContains(t, rep.Findings[0].Help, "video")

	rep = run(t, check.Options{}, tree(t, map[string]string{
		"app/kustomization.yaml": kustomization + "- ../base\n", "base/kustomization.yaml": kustomization + "- pod.yaml\n",
		"base/pod.yaml": pod, "base/secret.yaml": nowhere,
	}))
	require.Equal(t, []string{"warning secret-not-found"}, above(rep, finding.Note))
	assert.Contains(t, rep.Findings[0].Help, "secret.yaml, which no kustomization lists")

	// What is commented out is applied otherwise.
	for comment, want := range map[string][]string{"#- secret.yaml # sealed in the cluster\n": nil, "# - other-secret.yaml\n": {"warning secret-not-found"}} {
		rep = run(t, check.Options{}, tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n" + comment, "app/pod.yaml": pod, "app/secret.yaml": nowhere}))
		assert.Equal(t, want, above(rep, finding.Note), comment)
	}

	// A sample is none of what is applied.
	rep = run(t, check.Options{}, tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": pod, "app/secret-sample.yaml": nowhere}))
	assert.Equal(t, []string{"note secret-not-found"}, above(rep, finding.Off))

	// A program may be called so.
	calls := strings.NewReplacer("db-secret", "sample-secret")
	rep = run(t, check.Options{}, tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": calls.Replace(pod), "app/sample-secret.yaml": calls.Replace(nowhere)}))
	assert.Equal(t, []string{"warning secret-not-found"}, above(rep, finding.Off))

	// A script may apply it before.
	for name, c := range map[string]struct {
		script, text string
		want         finding.Severity
	}{
		"in its folder":      {"app/up.sh", "kubectl apply -f $HERE/secret.yaml\nkubectl apply -k $HERE\n", finding.Note},
		"from the top":       {"README.md", "    kubectl -n shop create -f app/secret.yaml\n", finding.Note},
		"by a variable":      {"deploy.sh", "oc apply -f \"${TOP}/app/secret.yaml\"\n", finding.Note},
		"that of another":    {"other/up.sh", "kubectl apply -f $HERE/secret.yaml\n", finding.Warning},
		"another folder's":   {"up.sh", "kubectl apply -f web/secret.yaml\n", finding.Warning},
		"it is removed":      {"app/up.sh", "kubectl delete -f secret.yaml\n", finding.Warning},
		"the kustomization":  {"app/up.sh", "kubectl apply -k .\n", finding.Warning},
		"in its own command": {"app/up.sh", "kubectl apply -k . && cat secret.yaml.example\n", finding.Warning},
	} {
		rep = run(t, check.Options{}, tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": pod, "app/secret.yaml": nowhere, c.script: c.text}))
		assert.Contains(t, above(rep, finding.Off), c.want.String()+" secret-not-found", name)
		if c.want == finding.Note {
			assert.NotContains(t, rep.Findings[0].Help, "add it to resources", name)
		}
	}

	const there = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret, namespace: %}\nstringData: {password: x}\n"
	forgotten := map[string]string{
		"app/kustomization.yaml": kustomization + "- pod.yaml\n- video.yaml\n", "app/pod.yaml": pod,
		"app/video.yaml": strings.ReplaceAll(there, "%", "video"),
	}
	require.Equal(t, []string{"error secret-not-found"}, above(run(t, check.Options{}, tree(t, forgotten)), finding.Note))
	forgotten["app/secret.yaml"] = strings.ReplaceAll(there, "%", "shop")
	rep = run(t, check.Options{}, tree(t, forgotten))
	require.Equal(t, []string{"warning secret-not-found"}, above(rep, finding.Note))
	assert.Contains(t, rep.Findings[0].Message, "secret.yaml, which no kustomization lists, has it")
}

// TestTreesWithoutNamespace: they go wherever they are applied to.
func TestTreesWithoutNamespace(t *testing.T) {
	const nowhere = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret}\nstringData: {password: x}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"app/kustomization.yaml": kustomization + "- pod.yaml\n", "app/pod.yaml": pod,
		"secrets/kustomization.yaml": kustomization + "- secret.yaml\n", "secrets/secret.yaml": nowhere,
	}))
	assert.Empty(t, above(rep, finding.Note))
	require.Len(t, rep.Findings, 1)
	assert.Contains(t, rep.Findings[0].Message, "; it is in ")
}

// TestBasesThatNobodyBuilds: what overlays are to do to a base may be missing in it.
func TestBasesThatNobodyBuilds(t *testing.T) {
	release := func(name string) string {
		return "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: " + name + ", namespace: flux-system}\nspec:\n  interval: 1h\n  chart: {spec: {chart: " + name + ", sourceRef: {kind: HelmRepository, name: charts}}}\n  valuesFrom: [{kind: ConfigMap, name: " + name + "-values}]\n"
	}
	base := func(name string) string {
		return kustomization + "- release.yaml\nconfigMapGenerator:\n- {name: " + name + "-values, namespace: flux-system, literals: [values.yaml=a]}\n"
	}
	files := map[string]string{
		"base/dns/kustomization.yaml": base("dns"), "base/dns/release.yaml": release("dns"),
		"base/mail/kustomization.yaml": base("mail"), "base/mail/release.yaml": release("mail"),
		"prod/kustomization.yaml": kustomization + "- ../base/dns\nconfigurations: [names.yaml]\n",
		"prod/names.yaml":         "nameReference:\n- {kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/valuesFrom/name, kind: HelmRelease}]}\n",
	}
	assert.Empty(t, above(run(t, check.Options{}, tree(t, files)), finding.Note))

	files["clusters/prod/mail.yaml"] = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: mail, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./base/mail, sourceRef: {kind: GitRepository, name: flux-system}}
`
	assert.Equal(t, []string{"error configmap-not-found"}, above(run(t, check.Options{}, tree(t, files)), finding.Note), "Flux builds the base as it is")
}

// above are the severities and rules of the findings that are worse than a severity.
func above(rep *check.Report, than finding.Severity) []string {
	var found []string
	for _, f := range rep.Findings {
		if f.Severity > than {
			found = append(found, f.Severity.String()+" "+f.Rule)
		}
	}
	return found
}

// TestFluxSetsTheNamespace: with a targetNamespace kustomize rewrites what it leaves
// alone without one.
func TestFluxSetsTheNamespace(t *testing.T) {
	files := map[string]string{
		"app/kustomization.yaml": kustomization + "- pod.yaml\nsecretGenerator:\n- {name: db-secret, literals: [password=x]}\n",
		"app/pod.yaml":           pod,
	}
	assert.Equal(t, []string{"error secret-not-found"}, above(run(t, check.Options{}, tree(t, files)), finding.Note))
	files["cluster.yaml"] = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./app, targetNamespace: shop, sourceRef: {kind: GitRepository, name: flux-system}}
`
	assert.Empty(t, above(run(t, check.Options{}, tree(t, files)), finding.Note))
}

// TestFluxPutsAllIntoANamespace: the targetNamespace of Flux goes before the namespace
// of a kustomization and those of its resources.
func TestFluxPutsAllIntoANamespace(t *testing.T) {
	const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: disks, namespace: flux-system}\nspec: {interval: 1h, prune: true, path: ./disks, %ssourceRef: {kind: GitRepository, name: flux-system}}\n"
	target := func(namespace string) string {
		return strings.Replace(flux, "%s", "targetNamespace: "+namespace+", ", 1)
	}
	const class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: disks.example.com\nparameters:\n  csi.storage.k8s.io/node-stage-secret-name: disk-users\n  csi.storage.k8s.io/node-stage-secret-namespace: storage\n"
	secret := func(namespace string) string {
		return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: disk-users" + namespace + "}\nstringData: {user: a}\n"
	}
	elsewhere := []string{"error secret-not-found"}
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"before that of the kustomization": {map[string]string{"flux.yaml": target("storage"), "disks/kustomization.yaml": "namespace: data\n" + kustomization + "- all.yaml\n"}, nil},
		"before those of resources":        {map[string]string{"flux.yaml": target("storage"), "disks/all.yaml": class + secret(", namespace: data")}, nil},
		"it is another one":                {map[string]string{"flux.yaml": target("disks"), "disks/kustomization.yaml": "namespace: storage\n" + kustomization + "- all.yaml\n"}, elsewhere},
		"in two namespaces":                {map[string]string{"one.yaml": target("storage"), "two.yaml": target("other"), "disks/kustomization.yaml": "namespace: data\n" + kustomization + "- all.yaml\n"}, elsewhere},
		"with and without":                 {map[string]string{"one.yaml": target("other"), "two.yaml": strings.Replace(flux, "%s", "", 1), "disks/kustomization.yaml": "namespace: storage\n" + kustomization + "- all.yaml\n"}, nil},
		"a variable":                       {map[string]string{"flux.yaml": target("'${SPACE}'"), "disks/kustomization.yaml": "namespace: storage\n" + kustomization + "- all.yaml\n"}, nil},
		"nobody says":                      {map[string]string{"disks/kustomization.yaml": "namespace: data\n" + kustomization + "- all.yaml\n"}, elsewhere},
	} {
		files := map[string]string{"disks/kustomization.yaml": kustomization + "- all.yaml\n", "disks/all.yaml": class + secret("")}
		maps.Copy(files, c.files)
		assert.Equal(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}

// TestFluxAddsComponents: those of a Flux Kustomization, and of an Argo CD Application, are
// as if the kustomization named them.
func TestFluxAddsComponents(t *testing.T) {
	const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app, namespace: flux-system}\nspec: {interval: 1h, prune: true, path: ./app, components: [%s], sourceRef: {kind: GitRepository, name: flux-system}}\n"
	const argo = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app, namespace: argocd}\nspec:\n  project: default\n  destination: {server: https://kubernetes.default.svc, namespace: shop}\n  source: {repoURL: https://git.example.com/a/b.git, path: app, targetRevision: HEAD, kustomize: {components: [%s]}}\n"
	const component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
	lacking := []string{"warning secret-not-found"}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none":                     {strings.Replace(flux, "components: [%s], ", "", 1), lacking},
		"of Flux":                  {strings.Replace(flux, "%s", "../parts/login", 1), nil},
		"of Argo CD":               {strings.Replace(argo, "%s", "../parts/login", 1), nil},
		"another one":              {strings.Replace(flux, "%s", "../parts/empty", 1), lacking},
		"two, of which one has it": {strings.Replace(flux, "%s", "../parts/empty, ../parts/login", 1), nil},
		"one that does not build":  {strings.Replace(flux, "%s", "../parts/broken", 1), lacking},
		"of two that do the same":  {strings.Replace(flux, "%s", "../parts/login", 1) + "---\n" + strings.Replace(strings.Replace(flux, "%s", "../parts/login", 1), "name: app,", "name: two,", 1), nil},
	} {
		files := map[string]string{
			"cluster.yaml": c.text, "app/kustomization.yaml": "namespace: shop\n" + kustomization + "- pod.yaml\n", "app/pod.yaml": pod,
			"parts/login/kustomization.yaml":  component + "resources: [secret.yaml]\n",
			"parts/login/secret.yaml":         "apiVersion: v1\nkind: Secret\nmetadata: {name: db-secret}\nstringData: {password: a}\n",
			"parts/empty/kustomization.yaml":  component + "labels:\n- {pairs: {team: shop}}\n",
			"parts/broken/kustomization.yaml": component + "resources: [gone.yaml]\n",
		}
		assert.ElementsMatch(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}

// TestCommentsSayWhoMakes: what a comment beside it says that somebody makes is a note,
// wherever else it is asked for.
func TestCommentsSayWhoMakes(t *testing.T) {
	const job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: %s, namespace: jobs}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: a\n        image: example.com/a:1\n        envFrom:\n%s---\n"
	const pull = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull-shop, namespace: shop}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{}'}\n---\n"
	for entry, want := range map[string]bool{
		"        - secretRef:\n            name: pull-shop\n":                                                              true,
		"        - secretRef:\n            name: pull-shop # bootstrap secret\n":                                           false,
		"        - secretRef:\n            # created by hand, see the wiki\n            name: pull-shop\n":                 false,
		"        - secretRef:\n            name: pull-shop # provisioned out of band\n":                                    false,
		"        - secretRef:\n            # made by the cluster's\n            # operator\n            name: pull-shop\n": false,
		"        - secretRef:\n            name: pull-shop # of the bootstrap servers\n":                                   true,
		"        - secretRef:\n            name: pull-shop # private registry\n":                                           true,
		"        # The chart of the platform adds the Secret.\n        - secretRef:\n            name: pull-shop\n":        false,
		"        # The chart of the platform adds the SecretStore.\n        - secretRef:\n            name: pull-shop\n":   true,
		"        # The Secret has the keys of the registry.\n        - secretRef:\n            name: pull-shop\n":          true,
		"        - secretRef:\n            name: pull-shop # create\n":                                                     true,
		"        - secretRef:\n            name: 'pull-shop#1' \n":                                                         true,
	} {
		first := fmt.Sprintf(job, "one", entry)
		second := fmt.Sprintf(job, "two", "        - secretRef:\n            name: pull-shop\n")
		for _, other := range []string{"", pull} { // it lacks, and is in another namespace
			rep := run(t, check.Options{}, tree(t, map[string]string{"all.yaml": first + second + other}))
			assert.Equal(t, want, len(above(rep, finding.Note)) > 0, entry)
		}
	}
}

// TestRolesOfOtherEnvironments: a role is granted to an account of another environment, of
// which nothing is here.
func TestRolesOfOtherEnvironments(t *testing.T) {
	const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop, namespace: shop}\n---\n"
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: shop, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: shop, namespace: %s}]\n"
	const other = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: other, namespace: dev-shop}\nspec: {containers: [{name: a, image: 'example.com/a:1'}]}\n"
	for text, want := range map[string][]string{
		account + fmt.Sprintf(binding, "shop"):             nil,
		account + fmt.Sprintf(binding, "dev-shop"):         nil,
		account + fmt.Sprintf(binding, "shop-staging"):     nil,
		account + fmt.Sprintf(binding, "default"):          {"error serviceaccount-not-found"},
		account + fmt.Sprintf(binding, "dev"):              {"error serviceaccount-not-found"},
		account + fmt.Sprintf(binding, "shop-api"):         {"error serviceaccount-not-found"},
		account + fmt.Sprintf(binding, "dev-shop") + other: {"error serviceaccount-not-found"},
	} {
		assert.Equal(t, want, above(run(t, check.Options{}, tree(t, map[string]string{"all.yaml": text})), finding.Note), text)
	}
}

// TestNamesOfOtherFolders: what has no namespace and is applied by itself is not what
// a reference into a certain namespace meant.
func TestNamesOfOtherFolders(t *testing.T) {
	const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shopui-server%NS}\n"
	const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: jobs, namespace: jobs}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}\nsubjects: [{kind: ServiceAccount, name: shop-server, namespace: shop}]\n"
	const near = `did you mean "shopui-server"?`
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"of another folder":               {map[string]string{"one/a.yaml": account, "two/b.yaml": binding}, false},
		"of the same folder":              {map[string]string{"one/a.yaml": account, "one/b.yaml": binding}, true},
		"of the same file":                {map[string]string{"one/a.yaml": account + "---\n" + binding}, true},
		"of another folder, and named so": {map[string]string{"one/a.yaml": strings.Replace(account, "%NS", ", namespace: shop", 1), "two/b.yaml": binding}, true},
		"of a kustomization":              {map[string]string{"kustomization.yaml": kustomization + "- one/a.yaml\n- two/b.yaml\n", "one/a.yaml": account, "two/b.yaml": binding}, true},
	} {
		for file, text := range c.files {
			c.files[file] = strings.ReplaceAll(text, "%NS", "")
		}
		var said bool
		for _, f := range run(t, check.Options{}, tree(t, c.files)).Findings {
			said = said || strings.Contains(f.Sentence(), near)
		}
		assert.Equal(t, c.want, said, name)
	}
}

// TestFoldersThatNothingConnects: what one demonstration says of a Service is no
// evidence about that of another.
func TestFoldersThatNothingConnects(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: backend%NS}\nspec: {ports: [{port: 3003}]}\n"
	const ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop%NS}\nspec: {defaultBackend: {service: {name: backend, port: {number: 80}}}}\n"
	const other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
	const reader = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: \"web:1.2\", envFrom: [{configMapRef: {name: settings}}]}]}\n"
	in := func(text, namespace string) string { return strings.ReplaceAll(text, "%NS", namespace) }
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"two demonstrations": {map[string]string{"one/a.yaml": in(service, ""), "two/b.yaml": in(ingress, "")}, "warning"},
		"one file":           {map[string]string{"one/a.yaml": in(service, "") + "---\n" + in(ingress, "")}, "error"},
		"one application":    {map[string]string{"k8s/one/a.yaml": in(service, ""), "k8s/two/b.yaml": in(ingress, "")}, "error"},
		"connected":          {map[string]string{"one/a.yaml": in(service, "") + other, "two/b.yaml": in(ingress, "") + reader}, "error"},
		"one namespace":      {map[string]string{"one/a.yaml": in(service, ", namespace: shop"), "two/b.yaml": in(ingress, ", namespace: shop")}, "error"},
	} {
		dir := tree(t, c.files)
		t.Chdir(dir)
		assert.Equal(t, []string{c.want + " service-port-not-found"}, above(run(t, check.Options{}, "."), finding.Note), name)
	}
}

// TestMostLackInTheRun: what is kept elsewhere for a namespace is so for all trees that
// are applied to it, and a tree that asks for little of it is no exception.
func TestMostLackInTheRun(t *testing.T) {
	app := func(name string, settings ...string) string {
		text := "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: shop}\nspec: {containers: [{name: app, image: \"shop/app:1.2\", envFrom: ["
		for _, s := range settings {
			text += "{configMapRef: {name: " + s + "}}, "
		}
		return text + "]}]}\n"
	}
	files := map[string]string{
		"data/kustomization.yaml": kustomization + "- pod.yaml\n", "data/pod.yaml": app("db", "db-settings"),
		"apps/kustomization.yaml": kustomization + "- pod.yaml\n", "apps/pod.yaml": app("web", "db-settings", "mail-settings"),
	}
	assert.Equal(t, []string{"warning configmap-not-found", "warning configmap-not-found", "warning configmap-not-found"}, above(run(t, check.Options{}, tree(t, files)), finding.Note))
	files["jobs/kustomization.yaml"], files["jobs/pod.yaml"] = kustomization+"- pod.yaml\n", app("nightly", "bucket-settings")
	assert.Empty(t, above(run(t, check.Options{}, tree(t, files)), finding.Note))
	files["data/pod.yaml"] += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %, namespace: shop}\ndata: {a: b}\n"
	for _, name := range []string{"a", "b", "c"} {
		files["data/pod.yaml"] += strings.ReplaceAll("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %, namespace: shop}\ndata: {a: b}\n---\n"+app("reads-%", "%"), "%", name)
	}
	files["data/pod.yaml"] = strings.Replace(files["data/pod.yaml"], "%", "spare", 1)
	assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Note), "warning configmap-not-found")
}

// TestNoSecretsKept: who keeps no Secret in a repository makes all of them elsewhere.
func TestNoSecretsKept(t *testing.T) {
	app := func(name string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + name + "}\nspec: {containers: [{name: app, image: \"shop/app:1.2\", envFrom: [{secretRef: {name: " + name + "-login}}]}]}\n---\n"
	}
	for text, want := range map[string]int{
		app("web"):              1,
		app("web") + app("api"): 0,
		app("web") + app("api") + "apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: api}\nstringData: {user: shop}\n":                                                                                                              2,
		app("web") + app("api") + "apiVersion: v1\nkind: Secret\nmetadata: {name: filled-in-by-a-controller, namespace: api}\n":                                                                                                                    0,
		app("web") + app("api") + "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web, namespace: api}\nspec: {secretName: web-cert, issuerRef: {name: ca}}\n":                                                                0,
		app("web") + app("api") + "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web, namespace: api}\nspec: {target: {name: web-key}, data: [{secretKey: a, remoteRef: {key: a}}], secretStoreRef: {name: vault}}\n": 2,
	} {
		found := above(run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": text})), finding.Note)
		assert.Len(t, found, want, text)
	}
}

// TestClientsMakeObjects: a program in Go that is a client of a cluster may make what it has
// the name of.
func TestClientsMakeObjects(t *testing.T) {
	const program = "package main\n\nconst settings = \"shop-settings\"\n"
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", envFrom: [{configMapRef: {name: shop-settings}}]}]}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  finding.Severity
	}{
		"a client":            {map[string]string{"go.mod": "module shop\n\nrequire k8s.io/client-go v0.34.0\n", "pkg/names.go": program}, finding.Note},
		"another program":     {map[string]string{"go.mod": "module shop\n", "pkg/names.go": program}, finding.Warning},
		"a test of a client":  {map[string]string{"go.mod": "module shop\n\nrequire k8s.io/client-go v0.34.0\n", "pkg/names_test.go": program}, finding.Warning},
		"a part of its names": {map[string]string{"go.mod": "module shop\n\nrequire k8s.io/client-go v0.34.0\n", "pkg/names.go": strings.ReplaceAll(program, "shop-settings", "shop-settings-2")}, finding.Warning},
	} {
		c.files["k8s/all.yaml"] = text
		assert.Equal(t, []string{c.want.String() + " configmap-not-found"}, above(run(t, check.Options{}, tree(t, c.files)), finding.Off), name)
	}
}

// TestForACase: a comment says that a resource is for those who have something, or that a
// value is none yet.
func TestForACase(t *testing.T) {
	const scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: reader, namespace: shop}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: reader}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: \"shop/web:1.2\", env: []}]}\n"
	beside := strings.Replace(scaler, "env: []", "envFrom: [{configMapRef: {\n      name: shop-settings\n      }}]", 1)
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"all.yaml": "# Scales the readers\n" + scaler})), finding.Off), "warning scale-target-not-found")
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"all.yaml": "# Scales the readers, if they are used\n" + scaler})), finding.Off), "note scale-target-not-found")
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"all.yaml": beside})), finding.Off), "warning configmap-not-found")
	beside = strings.Replace(beside, "name: shop-settings", "name: shop-settings # a placeholder", 1)
	assert.Contains(t, above(run(t, check.Options{}, tree(t, map[string]string{"all.yaml": beside})), finding.Off), "note configmap-not-found")
}

// TestReleasesOfAnyNamespace: what says no namespace may be applied where a chart of its name is.
func TestReleasesOfAnyNamespace(t *testing.T) {
	const source = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: backup%s}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'example.com/backup:1'}], volumes: [{name: d, persistentVolumeClaim: {claimName: till-config}}]}}}\n"
	const release = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: till, namespace: argocd}\nspec: {destination: {namespace: till}, source: {chart: %s, repoURL: 'https://example.com', targetRevision: '1', helm: {values: ''}}}\n"
	for name, c := range map[string]struct{ namespace, release, want string }{
		"no namespace":  {"", "app-template", "note"},
		"another one":   {", namespace: quay", "app-template", "warning"},
		"other release": {"", "", "warning"},
	} {
		files := map[string]string{
			"backup/kustomization.yaml": kustomization + "- job.yaml\n", "backup/job.yaml": fmt.Sprintf(source, c.namespace),
			"apps/kustomization.yaml": kustomization + "- till.yaml\n", "apps/till.yaml": fmt.Sprintf(release, c.release),
		}
		if c.release == "" {
			files["apps/till.yaml"] = strings.ReplaceAll(fmt.Sprintf(release, "x"), "name: till,", "name: tills,")
		}
		assert.Contains(t, above(run(t, check.Options{}, tree(t, files)), finding.Off), c.want+" pvc-not-found", name)
	}
}

// TestReleasesOfGenerators: what an ApplicationSet installs may be called after a value of its
// generators.
func TestReleasesOfGenerators(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: disk, namespace: disks}\nspec: {serviceAccountName: disk-provisioner, containers: [{name: a, image: 'example.com/disk:1'}]}\n"
	const set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: addons, namespace: argocd}\nspec:\n  generators: [{merge: {generators: [{clusters: {values: {addonChart: %s}}}]}}]\n" +
		"  template:\n    metadata: {name: 'addon-{{.values.addonChart}}'}\n    spec: {destination: {namespace: '{{.values.namespace}}'}, source: {chart: '{{.values.addonChart}}', repoURL: 'https://example.com', targetRevision: '1'}}\n"
	for chart, want := range map[string]string{"disk-provisioner": "note", "disk-cleaner": "warning"} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"disks/pod.yaml": pod, "apps/addons.yaml": fmt.Sprintf(set, chart)}))
		assert.Contains(t, above(rep, finding.Off), want+" serviceaccount-not-found", chart)
	}
}

// TestKustomizationOfFlux: one of Flux may be in a file that is called as those of kustomize.
func TestKustomizationOfFlux(t *testing.T) {
	const of = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: %s, namespace: flux-system}\nspec: {interval: 10m, prune: true, path: ./base, sourceRef: {kind: GitRepository, name: flux-system}%s}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"clusters/apps.yaml": fmt.Sprintf(of, "apps", ", dependsOn: [{name: base}]"), "clusters/base/kustomization.yaml": fmt.Sprintf(of, "base", ""),
		"base/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
	}))
	assert.Empty(t, rep.Unread)
	assert.NotContains(t, strings.Join(above(rep, finding.Off), " "), "object-not-found")
}
