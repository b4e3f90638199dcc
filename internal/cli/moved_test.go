package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const customResource = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: thing}\nspec: {size: many}\n"

func thingDefinition(size string) string {
	return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing, plural: things, singular: thing}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: ` + size + `}}}}}}
`
}

// dependents writes roots whose findings depend on each other: one misses what another
// has, they share a base with comments that silence a finding in some of them, and
// define a kind, each in its own way.
func dependents(t *testing.T, r *rand.Rand) {
	t.Helper()
	pod := func(secret, comment string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: p-%s}\nspec:\n  containers:\n  - name: c\n    image: example.com/c:1\n    envFrom:\n    - secretRef:\n        name: %[1]s%s\n", secret, comment)
	}
	files := map[string]string{
		"base/kustomization.yaml": "resources: [pod.yaml]\n", "base/pod.yaml": pod("s1", " # krm-validate:ignore secret-not-found: made by hand"),
	}
	for i := range 7 {
		dir := fmt.Sprintf("roots/%d", i)
		resources := []string{"pod.yaml"}
		files[dir+"/pod.yaml"] = pod(fmt.Sprintf("s%d", r.IntN(4)), "")
		if r.IntN(3) == 0 {
			resources = append(resources, "../../base")
		}
		if r.IntN(2) == 0 {
			resources = append(resources, "secret.yaml")
		}
		files[dir+"/secret.yaml"] = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: s%d}\nstringData: {a: b}\n", r.IntN(4))
		if r.IntN(3) == 0 {
			resources = append(resources, "crd.yaml")
		}
		files[dir+"/crd.yaml"] = thingDefinition([]string{"integer", "boolean"}[r.IntN(2)])
		if r.IntN(3) == 0 {
			resources = append(resources, "thing.yaml")
		}
		files[dir+"/thing.yaml"] = customResource
		namespace := ""
		if n := r.IntN(3); n > 0 {
			namespace = fmt.Sprintf("namespace: n%d\n", n)
		}
		files[dir+"/kustomization.yaml"] = namespace + "resources:\n- " + strings.Join(resources, "\n- ") + "\n"
	}
	write(t, ".", files)
}

// rearrange changes one root in a way that others may notice.
func rearrange(t *testing.T, r *rand.Rand) string {
	t.Helper()
	dir := fmt.Sprintf("roots/%d", r.IntN(7))
	file := dir + "/kustomization.yaml"
	edit := func(file, old, text string) {
		b, err := os.ReadFile(file)
		if err == nil {
			write(t, ".", map[string]string{file: strings.Replace(string(b), old, text, 1)})
		}
	}
	if _, err := os.Stat(dir); err != nil {
		write(t, ".", map[string]string{file: "resources: []\nsecretGenerator:\n- {name: s1, literals: [a=b], options: {disableNameSuffixHash: true}}\n"})
		return dir + " came"
	}
	switch r.IntN(10) {
	case 0, 1:
		edit(file, "- secret.yaml\n", "")
		return file + " lost its secret"
	case 2:
		edit(file, "- pod.yaml\n", "- pod.yaml\n- secret.yaml\n")
		return file + " gained a secret"
	case 3:
		edit(dir+"/secret.yaml", "name: s", "name: other-s")
		return dir + "/secret.yaml has another name"
	case 4:
		edit(file, "namespace: n", "namespace: m")
		return file + " has another namespace"
	case 5:
		edit(dir+"/crd.yaml", "type: integer", "type: string")
		return dir + "/crd.yaml defines another type"
	case 6:
		require.NoError(t, os.RemoveAll(dir))
		return dir + " is gone"
	case 7:
		edit(file, "- pod.yaml\n", "- gone.yaml\n")
		return file + " does not build"
	case 8:
		edit(file, "- ../../base\n", "")
		return file + " lost the base"
	}
	edit(file, "- pod.yaml\n", "- pod.yaml\n- crd.yaml\n")
	return file + " gained a definition"
}

// foundIn is what a run found, by tree, and which trees it checked.
func foundIn(t *testing.T, args ...string) (found map[string]string, trees map[string]bool) {
	t.Helper()
	_, stdout, _ := run(t, append([]string{"check", "-o", "json", "-o", "junit=../junit.xml"}, args...)...)
	var rep struct {
		Findings []struct {
			Rule, Severity, Message, File, Tree string
			Trees                               []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &rep), stdout)
	found, trees = map[string]string{}, map[string]bool{}
	for _, f := range rep.Findings {
		in := f.Trees
		if len(in) == 0 {
			in = []string{f.Tree}
		}
		for _, tree := range in {
			found[tree] += fmt.Sprintln(f.Rule, f.Severity, f.Message, f.File)
		}
	}
	for line := range strings.SplitSeq(readFile(t, "../junit.xml"), "\n") {
		if _, rest, ok := strings.Cut(line, `testsuite name="`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			trees[name] = true
		}
	}
	return found, trees
}

// What a change makes another finding of is checked, in whichever tree it is.
func TestChangedSinceFollowsWhatMoves(t *testing.T) {
	differ, selected, total := 0, 0, 0
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		t.Chdir(t.TempDir())
		require.NoError(t, os.Mkdir("repository", 0o755))
		t.Chdir("repository")
		dependents(t, r)
		repositoryHere(t)
		before, was := foundIn(t, "roots")
		for i := range 3 {
			what := rearrange(t, r)
			after, all := foundIn(t, "roots")
			part, trees := foundIn(t, "--changed-since", "HEAD", "roots")
			for tree := range all {
				if before[tree] != after[tree] || !was[tree] {
					differ++
					assert.True(t, trees[tree], "seed %d: %s, and %s is not checked\n%s\n%s", seed, what, tree, before[tree], after[tree])
				}
				if trees[tree] {
					selected++
					assert.Equal(t, after[tree], part[tree], "seed %d: %s", seed, what)
				}
			}
			total += len(all)
			before, was = after, all
			write(t, ".", map[string]string{"README.md": fmt.Sprint(i)}) // so that there is something to commit
			commitAll(t)
		}
	}
	t.Logf("of %d trees %d are another, and %d were checked", total, differ, selected)
	assert.Less(t, selected, total*3/4)
}

// A webhook may add what a resource of another tree lacks.
func TestChangedSinceFollowsWebhooks(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("repository", 0o755))
	t.Chdir("repository")
	const webhooks = `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: hooks}
webhooks:
- {name: mthing.example.com, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {url: "https://hooks.example.com/"}, rules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [things]}]}
`
	write(t, ".", map[string]string{
		"roots/things/kustomization.yaml": "resources: [crd.yaml, thing.yaml]\n",
		"roots/things/crd.yaml":           strings.Replace(thingDefinition("integer"), "spec: {type: object, properties: {", "spec: {type: object, required: [size], properties: {color: {type: string}, ", 1),
		"roots/things/thing.yaml":         strings.Replace(customResource, "size: many", "color: red", 1),
		"roots/hooks/kustomization.yaml":  "resources: [hooks.yaml]\n",
		"roots/hooks/hooks.yaml":          webhooks,
	})
	repositoryHere(t)
	before, _ := foundIn(t, "roots")
	assert.Contains(t, before["roots/things"], "required-field-missing note")
	write(t, ".", map[string]string{"roots/hooks/hooks.yaml": strings.Replace(webhooks, "apiGroups: [example.com]", "apiGroups: [example.org]", 1)})
	part, trees := foundIn(t, "--changed-since", "HEAD", "roots")
	assert.Equal(t, map[string]bool{"roots/hooks": true, "roots/things": true}, trees)
	assert.Contains(t, part["roots/things"], "required-field-missing error")
}
