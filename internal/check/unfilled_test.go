package check_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestFilesOfGeneratorsThatAreNotThere: a build that lacks what its generators read is
// checked, and nothing is said of keys that the file may have.
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
		"one that no build is without":      {"secretGenerator: [{name: a, envs: [a.env]}]\npatches: [{path: gone.yaml}]", env("secret", "b", "K"), 1, nil},
		"keys of generators that are whole": {"secretGenerator:\n- {name: a, envs: [a.env]}\n- {name: b, literals: [K=v]}", env("secret", "b", "L"), 1, []string{"key-not-found"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"app/kustomization.yaml": kustomization + "- pods.yaml\n" + c.generators + "\n", "app/pods.yaml": c.pods})
			rep := run(t, check.Options{}, dir)
			require.Len(t, rep.Unread, c.unread)
			var got []string
			for _, f := range rep.Findings {
				if f.Severity == finding.Error {
					got = append(got, f.Rule)
				}
				assert.NotContains(t, f.Message+f.Help, "UNFILLED")
				assert.NotEqual(t, "secret-invalid", f.Rule, f.Message)
			}
			assert.Equal(t, c.want, got)
		})
	}
}
