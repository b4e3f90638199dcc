package cli

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fixes = regexp.MustCompile(`(?ms)^          "fixes": \[.*?^          \],\n|,\n      "fix": \{[^}]*\}`)

// randomFleet is a repository of overlays that have in common what a run can know
// of several trees alone: what one misses and another has, definitions that differ,
// comments in files that they share.
func randomFleet(seed uint64) map[string]string {
	r := rand.New(rand.NewPCG(seed, 1))
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	name := func() string { return one("alpha", "beta", "gamma", "delta") }
	files := map[string]string{}
	bases := 1 + r.IntN(3)
	for b := range bases {
		files[fmt.Sprintf("base%d/kustomization.yaml", b)] = "resources: [pod.yaml]\n"
		ignore := one("", "", "  # krm-validate:ignore secret-not-found: made elsewhere", "  # krm-validate:ignore host-not-found, secret-not-found: why not", "  # krm-validate:ignore secret-not-found")
		files[fmt.Sprintf("base%d/pod.yaml", b)] = fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: %s-pod}
spec:
  containers:
  - name: app
    image: example.com/app:v1
    envFrom:
    - secretRef: {name: %s}%s
    - configMapRef: {name: %s-settings}
    env:
    - {name: HOST, value: "http://%s-service"}
`, name(), name(), ignore, name(), name())
	}
	for o := range 1 + r.IntN(7) {
		dir := fmt.Sprintf("overlays/%c/", 'a'+o)
		k := fmt.Sprintf("resources:\n- ../../base%d\n", r.IntN(bases))
		if r.IntN(2) == 0 {
			files[dir+"own.yaml"] = fmt.Sprintf("apiVersion: v1\nkind: %s\nmetadata: {name: %s%s}\n", one("Secret", "ConfigMap", "Service"), name(), one("", "-settings", "-service", "x"))
			k += "- own.yaml\n"
		}
		if r.IntN(3) == 0 {
			files[dir+"crd.yaml"] = fmt.Sprintf(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: toys.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Toy, plural: toys}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {%s: {type: string}}}}}}}
`, one("size", "weight"))
			files[dir+"toy.yaml"] = "apiVersion: example.com/v1\nkind: Toy\nmetadata: {name: toy}\nspec: {size: '1'}\n"
			k += "- crd.yaml\n- toy.yaml\n"
		}
		switch r.IntN(8) {
		case 0:
			k += "- gone.yaml\n"
		case 1:
			k += "images: [{name: example.com/ap, newTag: v2}]\n"
		case 2:
			k += "namePrefix: p-\n"
		case 3:
			files[dir+"unlisted.yaml"] = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\n", name())
		}
		files[dir+"kustomization.yaml"] = k
	}
	if r.IntN(2) == 0 {
		files["overlays/plain/a.yaml"] = strings.ReplaceAll(files["base0/pod.yaml"], "-pod", "-plain")
		files["overlays/plain/b.yaml"] = fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: %s}\n", name())
	}
	return files
}

// Into however many parts a run is cut, they make what the whole makes, in every
// format; and what a part of it finds after a change is what the whole finds there.
func TestPartsOfRandomFleets(t *testing.T) {
	formats := []string{"json", "sarif", "junit", "markdown", "gitlab", "github"}
	beside := 0
	for seed := range uint64(25) {
		t.Chdir(t.TempDir())
		files := randomFleet(seed)
		write(t, ".", files)
		var outputs []string
		for _, f := range formats {
			outputs = append(outputs, "-o", f+"=whole."+f)
		}
		wantCode, _, _ := run(t, append([]string{"check", "--notes", "overlays"}, outputs...)...)
		for _, n := range []int{1, 2, 3, 20} {
			args := []string{"report", "merge", "--notes"}
			for i := 1; i <= n; i++ {
				part := fmt.Sprintf("part-%d-%d.json", n, i)
				_, _, stderr := run(t, "check", "--notes", "-o", "json="+part, "--shard", fmt.Sprintf("%d/%d", i, n), "overlays")
				if strings.Contains(stderr, "depend on what the other trees have") {
					beside++
				}
				args = append(args, part)
			}
			for i, f := range formats {
				outputs[2*i+1] = f + "=merged." + f
			}
			code, _, stderr := run(t, append(args, outputs...)...)
			require.Equal(t, wantCode, code, stderr)
			for _, f := range formats {
				want, got := readFile(t, "whole."+f), readFile(t, "merged."+f)
				// Whether a fix is certain depends on all that was read.
				want, got = fixes.ReplaceAllString(want, ""), fixes.ReplaceAllString(got, "")
				if !assert.Equal(t, want, got, "seed %d in %d parts as %s", seed, n, f) {
					t.Log(files)
					t.FailNow()
				}
			}
		}
	}
	assert.Positive(t, beside)
}
