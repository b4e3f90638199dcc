package check_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestVarsElsewhere: what a base declares is for all that build on it.
func TestVarsElsewhere(t *testing.T) {
	const base = kustomization + "- map.yaml\nvars:\n- name: ZONE\n  objref: {kind: ConfigMap, name: place, apiVersion: v1}\n  fieldref: {fieldpath: data.zone}\n"
	const place = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: place}\ndata: {zone: a}\n"
	for text, want := range map[string][]string{"$(ZONE)": nil, "$(ZONES)": {"warning variable-not-expanded", "warning var-unused"}, "$ZONE": {"warning var-unused"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"base/kustomization.yaml": base, "base/map.yaml": place,
			"site/kustomization.yaml": kustomization + "- ../base\n- pod.yaml\n",
			"site/pod.yaml":           "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'example.com/a:1', args: ['" + text + "']}]}\n",
		}))
		assert.Equal(t, want, above(rep, finding.Note), text)
	}
}

// TestReadByPrograms: what a program has the name of is read by it, or for the pods it makes.
func TestReadByPrograms(t *testing.T) {
	const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-config}\ndata: {LEVEL: info}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: 'example.com/a:1'}]}\n"
	for file, want := range map[string][]string{
		"sync.py": nil, "README.md": {"error config-not-used"}, "sync_test.go": {"error config-not-used"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": text, file: "name = \"shop-config\"\n"}))
		assert.Equal(t, want, above(rep, finding.Note), file)
	}
	for shown, want := range map[string][]string{
		"spec:\n  urlFrom:\n    configMapKeyRef:\n      key: url\n      name: shop-config\n":    nil,
		"spec:\n  serviceAccountName: shop-config\n":                                            {"error config-not-used"},
		"spec:\n  configMapName: \"shop-config\"\n":                                             nil,
		"kind: ConfigMap\nmetadata:\n  name: shop-config\n":                                     {"error config-not-used"},
		"spec:\n  tokenRef:\n    key: token\n    path: a\n    kind: b\n    name: shop-config\n": {"error config-not-used"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/all.yaml": text, "README.md": "```yaml\n" + shown + "```\n"}))
		assert.Equal(t, want, above(rep, finding.Note), shown)
	}
}

// TestPortsOfPrograms: a number that a program has is no slip.
func TestPortsOfPrograms(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: 'example.com/a:1', ports: [{containerPort: 1024}], livenessProbe: {httpGet: {port: 1042}}}]}\n"
	for file, want := range map[string][]string{
		"flags.go": nil, "Dockerfile": nil, "till/src/main/resources/application.properties": nil, "till/src/test/resources/application.properties": {"warning container-port-not-found"}, "README.md": {"warning container-port-not-found"}, "flags_test.go": {"warning container-port-not-found"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": pod, file: "EXPOSE \"1042\"\n"}))
		assert.Equal(t, want, above(rep, finding.Note), file)
	}
	for text, want := range map[string][]string{
		"const port = 10420\n": {"warning container-port-not-found"}, "const width = 1042\n": {"warning container-port-not-found"}, "serve(\":1042\")\n": nil, "flag.Int(\"port\", 1042)\n": nil,
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": pod, "flags.go": text}))
		assert.Equal(t, want, above(rep, finding.Note), text)
	}
}

// TestFlagsOfPrograms: a variable that nothing hands on sets no heap.
func TestFlagsOfPrograms(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: 'example.com/a:1', env: [{name: NAME, value: -Xmx512m}], resources: {limits: {memory: 512Mi}}}]}\n"
	said := []string{"warning heap-above-limit"}
	for _, c := range []struct {
		name, dockerfile string
		want             []string
	}{
		{"JAVA_OPTS", "ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]\n", nil},
		{"JAVA_OPTS", "ENTRYPOINT exec java $JAVA_OPTS -jar app.jar\n", said},
		{"JAVA_OPTS", "ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]\nENV JDK_JAVA_OPTIONS=$JAVA_OPTS\n", said},
		{"JAVA_OPTS", "FROM tomcat:10\n", said},
		{"JAVA_TOOL_OPTIONS", "ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]\n", said},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"k8s/pod.yaml": strings.Replace(pod, "NAME", c.name, 1), "Dockerfile": c.dockerfile}))
		assert.Equal(t, c.want, above(rep, finding.Note), c.dockerfile)
	}
}

// TestAddedLater: an entry of images is for what a script adds.
func TestAddedLater(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {containers: [{name: a, image: 'example.com/a:1'}]}\n"
	for script, want := range map[string][]string{
		"cd deploy/shop && kustomize edit add resource ../../extra\n":                              nil,
		"cd deploy/till && kustomize edit add resource ../../extra\n":                              {"warning images-entry-unused"},
		"kustomize build deploy/shop\ncd deploy/till && kustomize edit add resource ../../extra\n": {"warning images-entry-unused"},
		"cd deploy/shop\nkustomize edit add resource ../../extra\n":                                nil,
		"kustomize build deploy/shop\n":                                                            {"warning images-entry-unused"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"deploy/shop/kustomization.yaml": kustomization + "- pod.yaml\nimages:\n- {name: beacon, newTag: '2'}\n", "deploy/shop/pod.yaml": pod, "run.sh": script,
		}))
		assert.Equal(t, want, above(rep, finding.Note), script)
	}
}

// TestImagesElsewhere: an entry of images is for what another file has.
func TestImagesElsewhere(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  containers:\n  - name: a\n    image: %s\n"
	for image, want := range map[string]string{
		"beacon-light": "note", "'beacon-light:1.2'": "note", "beacon-light@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef": "note",
		"beacon-lights": "warning", "example.com/beacon-light": "warning",
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"deploy/shop/kustomization.yaml": kustomization + "- pod.yaml\nimages:\n- {name: beacon-light, newTag: '2'}\n", "deploy/shop/pod.yaml": fmt.Sprintf(pod, "shop", "'example.com/a:1'"),
			"deploy/shop/later.yaml": fmt.Sprintf(pod, "later", image),
		}))
		assert.Contains(t, above(rep, finding.Off), want+" images-entry-unused", image)
	}
}

// TestUnusedWhereItIsWritten: a prefix only says what an object is called, in each overlay
// otherwise.
func TestUnusedWhereItIsWritten(t *testing.T) {
	const web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'example.com/web:1.0', envFrom: [{configMapRef: {name: web-env}}]}]}\n"
	const configs = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-env\ndata: {LEVEL: info}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-config\ndata: {LEVEL: info}\n"
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"base/kustomization.yaml": kustomization + "- web.yaml\n- configs.yaml\n", "base/web.yaml": web, "base/configs.yaml": configs,
		"overlays/dev/kustomization.yaml":  "namePrefix: dev-\nnamespace: dev\n" + kustomization + "- ../../base\n",
		"overlays/prod/kustomization.yaml": "nameSuffix: -prod\nnamespace: prod\n" + kustomization + "- ../../base\n",
	}))
	var unused []finding.Finding
	for _, f := range rep.Findings {
		if f.Rule == "config-not-used" {
			unused = append(unused, f)
		}
	}
	if assert.Len(t, unused, 1) {
		assert.Equal(t, "configs.yaml", filepath.Base(unused[0].File))
		assert.Equal(t, 10, unused[0].Line)
		assert.Len(t, unused[0].Trees, 2)
	}
}

// TestLabelsAreSaidOnce: which labels have broken a selector is said, and not again that it
// selects nothing.
func TestLabelsAreSaidOnce(t *testing.T) {
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"kustomization.yaml":       kustomization + "- front\n- web.yaml\n",
		"front/kustomization.yaml": kustomization + "- service.yaml\ncommonLabels: {tier: front}\n",
		"front/service.yaml":       "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: wbe}\nspec: {selector: {app: wbe}, ports: [{port: 80}]}\n",
		"web.yaml":                 "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'example.com/web:1.0', ports: [{containerPort: 80}]}]}\n",
	}))
	var found []string
	for _, f := range rep.Findings {
		found = append(found, f.Rule+" "+f.Resource.Name)
	}
	assert.ElementsMatch(t, []string{"labels-break-selector front", "selector-matches-nothing wbe"}, found)
}

// TestNamespacesAreLabelled: a namespace without a label may be given it by what is no part
// of the build.
func TestNamespacesAreLabelled(t *testing.T) {
	const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n  - to: [{namespaceSelector: {matchLabels: {name: kube-system}}}]\n"
	const namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kube-system\n  labels:\n    name: kube-system\n"
	said := []string{"warning namespace-not-labelled"}
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"nothing":                 {"README.md", "kube-system is the namespace of the cluster's own pods.\n", said},
		"a script":                {"setup.sh", "kubectl label namespace kube-system name=kube-system\n", nil},
		"a script, of another":    {"setup.sh", "kubectl label namespace monitoring name=monitoring\n", said},
		"a script, another label": {"setup.sh", "kubectl label namespace kube-system team=kube-system\n", said},
		"a document":              {"docs/setup.md", "```\nkubectl label ns kube-system --overwrite name=kube-system\n```\n", nil},
		"Terraform":               {"main.tf", "resource \"kubernetes_labels\" \"ns\" {\n  metadata { name = \"kube-system\" }\n  labels = { name = \"kube-system\" }\n}\n", nil},
		"a script that asks":      {"setup.sh", "kubectl get ns --show-labels -l kubernetes.io/metadata.name=kube-system\n", said},
		"Terraform, no labels":    {"main.tf", "resource \"kubernetes_namespace\" \"ns\" {\n  metadata { name = \"shop\" }\n}\nresource \"helm_release\" \"dns\" { namespace = \"kube-system\" }\n", said},
		"a policy in its file":    {"shop/policy.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + policy + "  - to:\n    - namespaceSelector:\n        matchLabels:\n          name: kube-system\n", append(said, said...)},
		"Helm, which has it":      {"setup.sh", "helm install dns repo/dns --create-namespace -n kube-system\n", said},
		"another tree":            {"cluster/kustomization.yaml", kustomization + "- namespace.yaml\n", nil},
	} {
		files := map[string]string{"shop/kustomization.yaml": kustomization + "- policy.yaml\n", "shop/policy.yaml": policy, ".git/config": "", c.file: c.text}
		if name == "another tree" {
			files["cluster/namespace.yaml"] = namespace
		}
		assert.Equal(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}

// TestDNSForAll: a policy for all pods of a namespace may be in another tree.
func TestDNSForAll(t *testing.T) {
	const shop = "apiVersion: v1\nkind: Service\nmetadata: {name: stock, namespace: shop}\nspec: {type: ExternalName, externalName: stock.example.com}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: till, namespace: shop, labels: {app: till}}\nspec: {containers: [{name: till, image: 'example.com/till:1.0', env: [{name: STOCK_URL, value: 'http://stock'}]}]}\n---\n" +
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: till, namespace: shop}\nspec: {podSelector: {matchLabels: {app: till}}, egress: [{to: [{podSelector: {}}]}]}\n"
	const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: dns, namespace: shop}\nspec: {podSelector: {%s}, egress: [{ports: [{protocol: UDP, port: 53}]}]}\n"
	said := []string{"warning egress-without-dns"}
	for name, c := range map[string]struct {
		other string
		want  []string
	}{"nothing": {"", said}, "a comment": {"", nil}, "of all": {fmt.Sprintf(policy, ""), nil}, "of another namespace": {strings.Replace(fmt.Sprintf(policy, ""), "namespace: shop", "namespace: desk", 1), said}, "of some": {fmt.Sprintf(policy, "matchLabels: {app: desk}"), said}} {
		files := map[string]string{"shop/kustomization.yaml": kustomization + "- shop.yaml\n", "shop/shop.yaml": shop, ".git/config": ""}
		if name == "a comment" {
			files["shop/shop.yaml"] += "# DNS is let through for all of the cluster.\n"
		}
		if c.other != "" {
			files["cluster/kustomization.yaml"], files["cluster/dns.yaml"] = kustomization+"- dns.yaml\n", c.other
		}
		assert.Equal(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}

// TestValuesWithComments: who says why a variable has another value than a ConfigMap has
// chosen it.
func TestValuesWithComments(t *testing.T) {
	const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: till}\ndata: {DISK: '0'}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: till}\nspec:\n  containers:\n  - name: till\n    image: example.com/till:1.0\n    envFrom: [{configMapRef: {name: till}}]\n    env:\n    - name: DISK\n      value: disk-7\n"
	for with, want := range map[string][]string{"\n": {"error env-overrides-config"}, "  # the fast one\n": {"warning env-overrides-config"}} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"till.yaml": strings.TrimSuffix(text, "\n") + with}))
		assert.Equal(t, want, above(rep, finding.Note), with)
	}
}

// TestAccountsOfPrograms: an operator makes accounts for what it runs.
func TestAccountsOfPrograms(t *testing.T) {
	const text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: harbour, namespace: sea}\n---\n" +
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: view, namespace: sea}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: harbou9, namespace: sea}]\n"
	for source, want := range map[string][]string{
		"const SERVICE_ACCOUNT: &str = \"harbou9\";\n": nil,
		"const SERVICE_ACCOUNT: &str = \"harbour\";\n": {"error serviceaccount-not-found"},
		"const NAME: &str = \"harbou9\";\n":            {"error serviceaccount-not-found"},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"deploy/all.yaml": text, "src/names.rs": source}))
		assert.Equal(t, want, above(rep, finding.Note), source)
	}
}

// TestAnAccountOfARenamedNamespaceIsOneFinding: the namespace of the account is not said to
// lack as well.
func TestAnAccountOfARenamedNamespaceIsOneFinding(t *testing.T) {
	dir := tree(t, map[string]string{
		"kustomization.yaml": "namespace: shop-dev\nresources:\n- shop.yaml\n",
		"shop.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: web}\n---\n" +
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: web}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n---\n" +
			"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: web}\n" +
			"subjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n",
	})
	assert.Equal(t, []string{"error serviceaccount-not-found"}, above(run(t, check.Options{}, dir), finding.Note))
}
