package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestPodsOfOtherFiles: what a Service leads to may stand in a file that is applied beside the
// kustomization. One with the workload that the Service has already is a copy of it.
func TestPodsOfOtherFiles(t *testing.T) {
	const pods = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec:\n  selector: {matchLabels: {app: till}}\n  template:\n    metadata: {labels: {app: till, part: NAME}}\n    spec: {containers: [{name: NAME, image: 'example.com/NAME:1.0', ports: [{name: PORT, containerPort: 80}]}]}\n"
	const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: till}\nspec: {selector: {app: till}, ports: [{name: web, port: 80, targetPort: web}, {name: scans, port: 81, targetPort: scans}]}\n"
	named := func(name, port string) string { return strings.NewReplacer("NAME", name, "PORT", port).Replace(pods) }
	said := []string{"error target-port-not-found"}
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"nothing":              {"shop/readme.yaml", "scans: till\n", said},
		"above":                {"shop/scanner.yaml", named("scanner", "scans"), nil},
		"above, another port":  {"shop/scanner.yaml", named("scanner", "scan"), said},
		"above, another label": {"shop/scanner.yaml", strings.ReplaceAll(named("scanner", "scans"), "app: till", "app: tills"), said},
		"a copy":               {"shop/till.yaml", named("till", "scans"), said},
		"of another folder":    {"desk/scanner.yaml", named("scanner", "scans"), said},
		"a template":           {"shop/scanner.yaml", named("scanner", "scans") + "# {{ .Values.x }}\n", said},
		"above, no YAML":       {"shop/other.yaml", "a: [\n", said},
	} {
		files := map[string]string{"shop/prod/kustomization.yaml": kustomization + "- till.yaml\n", "shop/prod/till.yaml": named("till", "web") + service, ".git/config": "", c.file: c.text}
		assert.ElementsMatch(t, c.want, above(run(t, check.Options{}, tree(t, files)), finding.Note), name)
	}
}

// TestPodsOfComponents: a policy of a base names a port of what a component adds.
func TestPodsOfComponents(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME, labels: {app: NAME}}\nspec: {containers: [{name: NAME, image: 'example.com/NAME:1.0', ports: [{name: PORT, containerPort: 80}]}]}\n"
	const policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: till}\nspec: {podSelector: {}, ingress: [{ports: [{port: scans}]}]}\n"
	named := func(name, port string) string { return strings.NewReplacer("NAME", name, "PORT", port).Replace(pod) }
	for port, want := range map[string][]string{"scans": nil, "scan": {"error policy-port-not-served"}} {
		files := map[string]string{
			"till/kustomization.yaml": kustomization + "- till.yaml\n", "till/till.yaml": named("till", "web") + policy, ".git/config": "",
			"till/components/scanner/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources:\n- scanner.yaml\n", "till/components/scanner/scanner.yaml": named("scanner", port),
		}
		assert.Equal(t, want, above(run(t, check.Options{}, tree(t, files)), finding.Note), port)
	}
}

// TestPodsOfPeers: a policy that is applied to several clusters names pods of each.
func TestPodsOfPeers(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME, labels: {app: NAME}}\nspec: {containers: [{name: NAME, image: 'example.com/NAME:1.0'}]}\n"
	const policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: till}\nspec: {podSelector: {matchLabels: {app: till}}, ingress: [{from: [{podSelector: {matchLabels: {app: scanners}}}]}]}\n"
	named := func(name string) string { return strings.ReplaceAll(pod, "NAME", name) }
	for other, want := range map[string][]string{"scales": {"error policy-selects-nothing"}, "scanners": nil} {
		files := map[string]string{
			"small/kustomization.yaml": kustomization + "- all.yaml\n", "small/all.yaml": named("till") + "---\n" + named("scanner") + policy,
			"large/kustomization.yaml": kustomization + "- all.yaml\n", "large/all.yaml": named(other), ".git/config": "",
		}
		assert.Equal(t, want, above(run(t, check.Options{}, tree(t, files)), finding.Note), other)
	}
}
