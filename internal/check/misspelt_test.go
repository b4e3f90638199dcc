package check_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestNamesOfOtherTrees: what all trees share is called once what one of them has; a
// name that is a typing error away is one, and what is used twice is a name.
func TestNamesOfOtherTrees(t *testing.T) {
	const project = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: %, namespace: argocd}\nspec: {destinations: [{server: \"*\", namespace: \"*\"}], sourceRepos: [\"*\"]}\n"
	const application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec: {project: %, source: {repoURL: \"https://example.com/shop.git\", path: shop}, destination: {name: in-cluster, namespace: shop}}\n"
	const external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db, namespace: shop}\nspec: {secretStoreRef: {kind: %KIND, name: %}, target: {name: db}}\n"
	const store = "apiVersion: external-secrets.io/v1\nkind: %KIND\nmetadata: {name: vault-shop%NS}\nspec: {provider: {fake: {data: []}}}\n"
	const flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: %, namespace: flux-system}\n"
	named := func(text string, name ...string) string { return strings.ReplaceAll(text, "%", name[0]) }
	of := func(text, kind, name, namespace string) string {
		return strings.NewReplacer("%KIND", kind, "%NS", namespace, "%", name).Replace(text)
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"a project":           {map[string]string{"base/a.yaml": named(project, "storefront"), "apps/b.yaml": named(application, "storefornt")}, true},
		"the project itself":  {map[string]string{"base/a.yaml": named(project, "storefront"), "apps/b.yaml": named(application, "storefront")}, false},
		"used twice":          {map[string]string{"base/a.yaml": named(project, "storefront"), "apps/b.yaml": named(application, "storefornt"), "apps/c.yaml": strings.Replace(named(application, "storefornt"), "name: shop,", "name: other,", 1)}, false},
		"another project":     {map[string]string{"base/a.yaml": named(project, "storefront"), "apps/b.yaml": named(application, "billing")}, false},
		"a number more":       {map[string]string{"base/a.yaml": named(project, "storefront-1"), "apps/b.yaml": named(application, "storefront-2")}, false},
		"two that are near":   {map[string]string{"base/a.yaml": named(project, "storefront") + "---\n" + named(project, "storefrent"), "apps/b.yaml": named(application, "storefornt")}, false},
		"a store of clusters": {map[string]string{"base/a.yaml": of(store, "ClusterSecretStore", "", ""), "apps/b.yaml": of(external, "ClusterSecretStore", "vault-shpo", "")}, true},
		"a store":             {map[string]string{"base/a.yaml": of(store, "SecretStore", "", ", namespace: shop"), "apps/b.yaml": of(external, "SecretStore", "vault-shpo", "")}, true},
		"dependsOn":           {map[string]string{"base/a.yaml": named(flux, "cert-manager") + "spec: {interval: 1h, prune: true, path: ./, sourceRef: {kind: GitRepository, name: flux-system}}\n", "apps/b.yaml": named(flux, "web") + "spec: {interval: 1h, prune: true, path: ./, sourceRef: {kind: GitRepository, name: flux-system}, dependsOn: [{name: cert-manger}]}\n"}, true},
		"dependsOn a part":    {map[string]string{"base/a.yaml": named(flux, "cert-manager-issuers") + "spec: {interval: 1h, prune: true, path: ./, sourceRef: {kind: GitRepository, name: flux-system}}\n", "apps/b.yaml": named(flux, "web") + "spec: {interval: 1h, prune: true, path: ./, sourceRef: {kind: GitRepository, name: flux-system}, dependsOn: [{name: cert-manager}]}\n"}, false},
		"of elsewhere":        {map[string]string{"base/a.yaml": of(store, "SecretStore", "", ", namespace: media"), "apps/b.yaml": of(external, "SecretStore", "vault-shpo", "")}, false},
	} {
		files := map[string]string{"base/kustomization.yaml": kustomization + "- a.yaml\n"}
		maps.Copy(files, c.files)
		dir := tree(t, files)
		got := above(run(t, check.Options{}, dir), finding.Note)
		trees, err := check.Find([]string{dir}, check.FindOptions{})
		require.NoError(t, err)
		var parts []string
		for i := range trees {
			chosen := make([]bool, len(trees))
			chosen[i] = true
			parts = append(parts, above(check.Run(t.Context(), trees, check.Options{Chosen: chosen}), finding.Note)...)
		}
		assert.Equal(t, got, parts, "%s: the same in a part of the trees", name)
		if c.want {
			assert.Equal(t, []string{"warning object-not-found"}, got, name)
		} else {
			assert.Empty(t, got, name)
		}
	}
}
