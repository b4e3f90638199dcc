package check_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFilesOfGeneratorsThatAreNotThere: a build that lacks what its generators read is
// checked, and nothing is said of keys that the file may have.
// TestWhatIsNotThereDoesNotChange: two kustomizations may ask a file that is not there for different
// keys.
func TestWhatIsNotThereDoesNotChange(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"a", "b"} {
		files[name+"/kustomization.yaml"] = kustomization + "- till.yaml\nconfigMapGenerator: [{name: all, envs: [../all.env]}]\nreplacements:\n" +
			"- {source: {kind: ConfigMap, name: all, version: v1, fieldPath: data.KEY_" + name + "}, targets: [{select: {kind: ConfigMap, name: till}, fieldPaths: [data.y]}]}\n"
		files[name+"/till.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: till}\ndata: {y: v}\n"
	}
	rep := run(t, check.Options{}, tree(t, files))
	assert.Len(t, rep.Unread, 2)
	for _, u := range rep.Unread {
		assert.NotContains(t, u.Err.Error(), "changed")
	}
}

func TestFilesOfGeneratorsThatAreNotThere(t *testing.T) {
	env := func(kind, name, key string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: of-%[2]s}\nspec:\n  containers:\n  - {name: a, image: 'b:1', env: [{name: A, valueFrom: {%[1]sKeyRef: {name: %[2]s, key: %[3]s}}}]}\n", kind, name, key)
	}
	for name, c := range map[string]struct {
		generators, pods string
		unread           int
		want             []string
	}{
		"a Secret":                          {"secretGenerator: [{name: db, envs: [.env]}]", env("secret", "db", "PASSWORD"), 1, nil},
		"a Secret of another name":          {"secretGenerator: [{name: db-secret, envs: [.env]}]", env("secret", "db-secert", "PASSWORD"), 1, []string{"secret-not-found"}},
		"literals beside it":                {"configMapGenerator:\n- name: app\n  literals: [A=b]\n  envs:\n  - conf/app.env", env("configMap", "app", "B"), 1, nil},
		"the old field":                     {"configMapGenerator: [{name: app, env: app.env}]", env("configMap", "app", "B"), 1, nil},
		"a file is a key":                   {"configMapGenerator: [{name: app, files: [app.properties]}]", env("configMap", "app", "app.properties"), 1, nil},
		"and no other":                      {"configMapGenerator: [{name: app, files: [app.properties]}]", env("configMap", "app", "B"), 1, []string{"key-not-found"}},
		"several":                           {"secretGenerator:\n- {name: a, envs: [a.env, b.env]}\n- {name: c, type: kubernetes.io/tls, files: [tls.crt=c.crt, tls.key]}", env("secret", "a", "K") + "---\n" + env("secret", "c", "tls.crt"), 4, nil},
		"one of several generators":         {"secretGenerator:\n- {name: a, envs: [.env]}\n- {name: c, envs: [.env]}", env("secret", "a", "K") + "---\n" + env("secret", "c", "L"), 1, nil},
		"one that no build is without":      {"secretGenerator: [{name: a, envs: [a.env]}]\npatches: [{path: gone.yaml}]", env("secret", "b", "K"), 1, nil},
		"a Secret that is there too":        {"namespace: shop\nsecretGenerator: [{name: shop-keys, envs: [.env]}]", "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-keys}\nstringData: {A: b}\n---\n" + env("secret", "shop-keys", "B"), 1, nil},
		"literals without the key":          {"namespace: shop\nsecretGenerator: [{name: shop-keys, literals: [B=c]}]", "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-keys}\nstringData: {A: b}\n---\n" + env("secret", "shop-keys", "C"), 1, []string{"key-not-found"}},
		"keys of generators that are whole": {"secretGenerator:\n- {name: a, envs: [a.env]}\n- {name: b, literals: [K=v]}", env("secret", "b", "L"), 1, []string{"key-not-found"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pods.yaml\n" + c.generators + "\n", "app/pods.yaml": c.pods})
			rep := run(t, check.Options{}, dir)
			require.Len(t, rep.Unread, c.unread)
			var got []string
			for _, f := range rep.Findings {
				if f.Severity == finding.Error && f.Rule != check.BuildFails {
					got = append(got, f.Rule)
				}
				assert.NotContains(t, f.Message+f.Help, "UNFILLED")
				assert.NotEqual(t, "secret-invalid", f.Rule, f.Message)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestKeysOfFilesThatAreNotThere: what replacements take of a file of variables that is not
// there is in it, and nothing is said of the value.
func TestKeysOfFilesThatAreNotThere(t *testing.T) {
	const source = "{kind: ConfigMap, name: site-params, fieldPath: data.%s}"
	take := func(key, path string) string {
		return fmt.Sprintf("- {source: "+source+", targets: [{select: {kind: Deployment}, fieldPaths: [%s]}]}\n", key, path)
	}
	const site = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: site}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: site}}\n  template:\n    metadata: {labels: {app: site}}\n" +
		"    spec:\n      hostIPC: 'no'\n      containers: [{name: site, image: 'registry.example.com/site:1.2.3'}]\n"
	for name, c := range map[string]struct {
		generator, replacements string
		unread                  int
		want                    []string
	}{
		"two of them":      {"envs: [site.env]", take("IMAGE", "spec.template.spec.containers.0.image") + take("REPLICAS", "spec.replicas"), 1, []string{"error wrong-type"}},
		"a literal":        {"literals: [IMAG=site]", take("IMAGE", "spec.template.spec.containers.0.image"), 1, []string{"error build-fails", "error wrong-type"}},
		"of another":       {"literals: [IMAG=site]\n- {name: other, envs: [other.env]}", take("IMAGE", "spec.template.spec.containers.0.image"), 1, []string{"error build-fails", "error wrong-type"}},
		"the first of two": {"envs: [site.env]\n- {name: other, envs: [other.env]}", take("IMAGE", "spec.template.spec.containers.0.image"), 2, []string{"error wrong-type"}},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{
			"app/kustomization.yaml": kustomization + "- site.yaml\nconfigMapGenerator:\n- name: site-params\n  " + c.generator + "\nreplacements:\n" + c.replacements,
			"app/site.yaml":          site,
		}))
		assert.Len(t, rep.Unread, c.unread, name)
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
}

// TestResourcesThatAreNotThere: a build that lacks a file of its resources is checked as if
// it were empty, and nothing is said of what it may have.
func TestResourcesThatAreNotThere(t *testing.T) {
	const pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: ledger}\nspec:\n  hostIPC: 'no'\n  containers:\n  - {name: a, image: 'b:1', envFrom: [{secretRef: {name: ledger}}, {configMapRef: {name: ledgr-config}}]}\n" +
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ledger-config}\ndata: {A: b}\n"
	for name, c := range map[string]struct {
		more   string
		unread int
		want   []string
	}{
		"Secrets":                 {"- secrets.yaml\n", 1, []string{"error wrong-type", "error configmap-not-found", "error config-not-used"}},
		"anything":                {"- local.yaml\n", 1, []string{"error wrong-type"}},
		"two of them":             {"- local.yaml\n- secrets.yml\n", 2, []string{"error wrong-type"}},
		"a folder":                {"- ../base\n", 1, []string{"error wrong-type"}}, // by the file alone
		"and a patch of it":       {"- secrets.yaml\npatches: [{path: gone.yaml}]\n", 1, []string{"error wrong-type"}},
		"a patch that changes it": {"- secrets.yaml\npatches:\n- target: {kind: Secret, name: ledger}\n  patch: |\n    - {op: add, path: /type, value: Opaque}\n", 1, []string{"error wrong-type", "error configmap-not-found", "error config-not-used"}},
	} {
		rep := run(t, check.Options{}, tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pods.yaml\n" + c.more, "app/pods.yaml": pods}))
		assert.Len(t, rep.Unread, c.unread, name)
		rep.Findings = slices.DeleteFunc(rep.Findings, func(f finding.Finding) bool { return f.Rule == check.BuildFails })
		assert.Equal(t, c.want, above(rep, finding.Note), name)
	}
	// What is in the rest is there for other trees.
	rep := run(t, check.Options{}, tree(t, map[string]string{
		"app/kustomization.yaml": kustomization + "- web.yaml\n- secrets.yaml\nnamespace: shop\n",
		"app/web.yaml":           "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: a, image: 'b:1', ports: [{containerPort: 80}]}]}\n",
		"routes/web.yaml":        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
	}))
	assert.Empty(t, above(rep, finding.Note))
}
