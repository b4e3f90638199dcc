package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestOldKustomize: releases of kustomize before 5.4 skip fields that configurations do not have.
func TestOldKustomize(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       finding.Severity
	}{
		"nothing":         {"README.md", "kustomize build config/hook\n", finding.Error},
		"a Makefile":      {"Makefile", "KUSTOMIZE_VERSION ?= v4.5.7\n", finding.Note},
		"a later release": {"Makefile", "KUSTOMIZE_VERSION ?= v5.4.1\n", finding.Error},
		"go install":      {"hack/tools.sh", "go install sigs.k8s.io/kustomize/kustomize/v5@v5.3.0\n", finding.Note},
		"a download":      {"build/tools.bzl", "urls = [\"https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv4.2.0/kustomize_v4.2.0_linux_amd64.tar.gz\"]\n", finding.Note},
		"an image":        {".github/workflows/ci.yaml", "jobs: {a: {steps: [{uses: 'docker://acme/kustomize:v3.8'}]}}\n", finding.Note},
		"in a document":   {"docs/tools.md", "KUSTOMIZE_VERSION=v4.5.7\n", finding.Error},
		"to be installed": {"docs/tools.md", "- [kustomize](https://kustomize.example.com) v4.5.7\n", finding.Error},
		"a prerequisite":  {"README.md", "You need:\n\n- `kubectl`\n- `kustomize` version 4.5.7\n", finding.Note},
		"or a later one":  {"README.md", "You need kustomize 4.5.7 or later.\n", finding.Error},
		"or any above":    {"README.md", "You need kustomize 4.5.7+\n", finding.Error},
		"of another tool": {"Makefile", "CONTROLLER_TOOLS_VERSION ?= v0.4.1\n", finding.Error},
	} {
		dir := tree(t, map[string]string{
			"config/hook/kustomization.yaml": "resources: [service.yaml]\nconfigurations: [names.yaml]\n",
			"config/hook/service.yaml":       "apiVersion: v1\nkind: Service\nmetadata: {name: hook}\nspec: {selector: {app: hook}, ports: [{port: 443}]}\n",
			"config/hook/names.yaml":         "nameReference:\n- kind: Service\n  name: hook\n  version: v1\n  fieldSpecs:\n  - kind: ValidatingWebhookConfiguration\n    path: webhooks/clientConfig/service/name\n",
			c.file:                           c.text,
		})
		assert.Equal(t, c.want, severityOf(t, check.BuildFails, dir), name)
	}
}

// TestKustomizeWithoutImagesOfVolumes: releases of kustomize before 5.6 look for no images in
// volumes, which are types where a policy lists them.
func TestKustomizeWithoutImagesOfVolumes(t *testing.T) {
	for version, want := range map[string]finding.Severity{"v5.5.0": finding.Note, "v4.5.7": finding.Note, "v5.6.0": finding.Error, "v5.7.1": finding.Error} {
		dir := tree(t, map[string]string{
			"config/hook/kustomization.yaml": "resources: [policy.yaml]\nimages: [{name: hook, newTag: '2'}]\n",
			"config/hook/policy.yaml":        "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: hook}\nspec: {volumes: [configMap]}\n",
			"Makefile":                       "KUSTOMIZE_VERSION ?= " + version + "\n",
		})
		assert.Equal(t, want, severityOf(t, check.BuildFails, dir), version)
	}
}

// TestKustomizeOfEmpty: releases of kustomize before 5.1 build nothing of what is empty.
func TestKustomizeOfEmpty(t *testing.T) {
	for version, want := range map[string]finding.Severity{"v5.0.3": finding.Note, "v5.1.0": finding.Error} {
		for _, text := range []string{"", "kind: Kustomization\n"} {
			dir := tree(t, map[string]string{
				"apps/kustomization.yaml":       "resources: [later, shop.yaml]\n",
				"apps/shop.yaml":                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {a: b}\n",
				"apps/later/kustomization.yaml": text,
				"Makefile":                      "KUSTOMIZE_VERSION ?= " + version + "\n",
			})
			assert.Equal(t, want, severityOf(t, check.BuildFails, dir), version+text)
		}
	}
}

// TestKustomizeOfPatchFiles: releases of kustomize before 5.0 take names of files under patches.
func TestKustomizeOfPatchFiles(t *testing.T) {
	const shop = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {a: b}\n"
	for version, want := range map[string]finding.Severity{"v3.2.0": finding.Note, "v5.0.0": finding.Error} {
		dir := tree(t, map[string]string{
			"apps/kustomization.yaml": "resources: [shop.yaml]\npatches: [more.yaml]\n", "apps/shop.yaml": shop, "apps/more.yaml": shop,
			"Makefile": "KUSTOMIZE_VERSION ?= " + version + "\n",
		})
		assert.Equal(t, want, severityOf(t, check.BuildFails, dir), version)
	}
}
