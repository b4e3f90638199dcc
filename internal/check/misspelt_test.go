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
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: %, namespace: %NS}\nspec: {interval: 1h, chart: {spec: {chart: probe, sourceRef: {kind: HelmRepository, name: %KIND}}}}\n"
	const charts = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: %, namespace: %NS}\nspec: {interval: 1h, url: \"https://charts.example.com\"}\n"
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
		"a source of its own": {map[string]string{"base/a.yaml": of(charts, "", "probe", "probe"), "apps/b.yaml": of(release, "cilium", "probe", "probe")}, true},
		"another's source":    {map[string]string{"base/a.yaml": of(charts, "", "other", "probe"), "apps/b.yaml": of(release, "cilium", "probe", "probe")}, false},
		"of two sources":      {map[string]string{"base/a.yaml": of(charts, "", "probe", "probe") + "---\n" + of(charts, "", "other", "probe"), "apps/b.yaml": of(release, "cilium", "probe", "probe")}, false},
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

// TestNamesThatNoFileHas: who waits for a Kustomization, HelmRelease or source that no
// file of the repository has waits for good, where others are written there.
func TestNamesThatNoFileHas(t *testing.T) {
	const ks = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: %\n  namespace: flux-system\nspec:\n  interval: 1h\n  prune: true\n  path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n"
	const release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: %\n  namespace: wiki\nspec:\n  interval: 1h\n  chart: {spec: {chart: wiki, version: 1.x, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}\n"
	named := func(text, name string) string { return strings.ReplaceAll(text, "%", name) }
	all := named(ks, "network") + "---\n" + named(ks, "storage") + "---\n" + named(ks, "database")
	waits := func(name string) string { return named(ks, "wiki") + "  dependsOn:\n  - name: " + name + "\n" }
	const none = "warning no file of the repository has one of that name"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nobody's":                       {map[string]string{"wiki/ks.yaml": waits("vault-operator")}, []string{none}},
		"one of them":                    {map[string]string{"wiki/ks.yaml": waits("storage")}, nil},
		"of another namespace":           {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "clusters/vault.yaml": strings.Replace(named(ks, "vault-operator"), "namespace: flux-system", "namespace: vault", 1)}, nil},
		"in a template":                  {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "templates/vault.yaml.j2": named(ks, "vault-operator")}, nil},
		"where nothing builds":           {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "more/kustomization.yaml": kustomization + "- missing.yaml\n", "more/vault.yaml": named(ks, "&app vault-operator")}, nil},
		"a script makes it":              {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "up.sh": "flux create kustomization vault-operator --path=./vault\n"}, nil},
		"a document says how":            {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "README.md": "Run `flux create kustomization vault-operator`.\n"}, nil},
		"a document speaks of flux only": {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "README.md": "We use flux, and a vault-operator.\n"}, []string{none}},
		"names are filled in":            {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "component/ks.yaml": named(ks, "${APP}")}, nil},
		"a prefix":                       {map[string]string{"wiki/ks.yaml": waits("vault-storage"), "vault/kustomization.yaml": "namePrefix: vault-\n" + kustomization + "- ../clusters\n"}, nil},
		"what bootstrap makes":           {map[string]string{"wiki/ks.yaml": waits("flux-system")}, nil},
		"few of them are here":           {map[string]string{"wiki/ks.yaml": waits("vault-operator"), "clusters/all.yaml": named(ks, "network")}, nil},
		"the folder is off":              {map[string]string{"desk/wiki/ks.yaml": waits("vault-operator"), "wiki/ks.yaml": named(ks, "wiki"), "desk/kustomization.yaml": kustomization + "- mail.yaml\n#- ./wiki\n", "desk/mail.yaml": named(ks, "mail")}, nil},
		"and on elsewhere":               {map[string]string{"desk/wiki/ks.yaml": waits("vault-operator"), "wiki/ks.yaml": named(ks, "wiki"), "desk/kustomization.yaml": kustomization + "- mail.yaml\n#- ./wiki\n", "desk/mail.yaml": named(ks, "mail"), "shed/kustomization.yaml": kustomization + "- ../desk/wiki\n", "desk/wiki/kustomization.yaml": kustomization + "- ks.yaml\n"}, []string{none}},
		"in what is kept":                {map[string]string{"archive/ks.yaml": waits("vault-operator"), "wiki/ks.yaml": named(ks, "wiki")}, nil},
		"a check of its health":          {map[string]string{"wiki/ks.yaml": named(ks, "wiki") + "  healthChecks:\n  - {apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: forum, namespace: wiki}\n", "clusters/one.yaml": named(release, "one") + "---\n" + named(release, "two") + "---\n" + named(release, "three")}, []string{none}},
	} {
		files := map[string]string{".git/HEAD": "ref: refs/heads/main\n", "wiki/kustomization.yaml": kustomization + "- ks.yaml\n", "clusters/all.yaml": all}
		maps.Copy(files, c.files)
		var got []string
		for _, f := range run(t, check.Options{}, tree(t, files)).Findings {
			if f.Severity > finding.Note && f.Rule != check.BuildFails {
				_, of, _ := strings.Cut(f.Message, ", and ")
				got = append(got, f.Severity.String()+" "+of)
			}
		}
		assert.Equal(t, c.want, got, name)
	}
}
