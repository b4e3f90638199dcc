package normalize_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// TestProperties normalizes generated trees with generated configurations.
func TestProperties(t *testing.T) {
	for seed := range uint64(400) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			g := generator{rand.New(rand.NewPCG(seed, 0))}
			tree, cfg := g.tree(), g.config()
			docs := strings.Split(tree, "---\n")

			after, changes := apply(t, []byte(tree), cfg)
			again, none := apply(t, after, cfg)
			assert.Equal(t, string(after), string(again), "not idempotent")
			assert.Empty(t, none)

			// Each resource comes out the same wherever it stands.
			order := g.Perm(len(docs))
			shuffled := make([]string, len(docs))
			for to, from := range order {
				shuffled[to] = docs[from]
			}
			other, _ := apply(t, []byte(strings.Join(shuffled, "---\n")), cfg)
			got, want := strings.Split(string(other), "---\n"), strings.Split(string(after), "---\n")
			for to, from := range order {
				assert.Equal(t, want[from], got[to], "depends on the order")
			}

			for i, doc := range docs {
				checkReasons(t, doc, want[i], changes, cfg)
			}
			if t.Failed() {
				text, _ := yaml.Marshal(cfg)
				t.Logf("%s\n%s\n=>\n%s\n%v", text, tree, after, changes)
			}
		})
	}
}

// checkReasons compares a resource before and after, field by field: what
// changed is on record, what is on record changed, and what somebody had set
// is as it was.
func checkReasons(t *testing.T, before, after string, changes []result.Change, cfg *config.Normalize) {
	t.Helper()
	old, now := fields(t, before), fields(t, after)
	name := now["metadata.name"]
	recorded := map[string]result.Change{}
	for _, c := range changes {
		if c.Resource.Name == name {
			assert.NotEmpty(t, c.Cause)
			recorded[c.Field] = c
		}
	}
	if len(recorded) == 0 {
		assert.Equal(t, before, after, "changed without a reason")
		return
	}
	for field, value := range now {
		c, ok := recorded[field]
		switch was, had := old[field]; {
		case strings.Contains(field, ".env["): // positions move
		case had && was == value:
			assert.False(t, ok && c.New != strconv.Quote(value), "%s is on record and did not change", field)
		default:
			assert.True(t, ok, "%s changed without a reason: %q -> %q", field, was, value)
			if !c.Hidden && c.New != strconv.Quote(value) {
				assert.Equal(t, value, c.New, field)
			}
		}
	}
	for field, was := range old {
		value, has := now[field]
		switch {
		case strings.Contains(field, ".env["):
		case strings.HasPrefix(field, "stringData."):
			_, moved := now["data."+strings.TrimPrefix(field, "stringData.")]
			assert.True(t, has || moved, "%s is gone", field)
		case !has:
			assert.Fail(t, "a field is gone", field)
		case was != value && !enforced(field, cfg) && !sameAmount(was, value) && !strings.HasPrefix(field, "data.") && !strings.HasPrefix(value, was+"@sha256:"):
			assert.Fail(t, "a value that was set is another", "%s: %q -> %q", field, was, value)
		}
	}
	checkLimits(t, old, now)
}

func enforced(field string, cfg *config.Normalize) bool {
	switch {
	case strings.Contains(field, ".resources."):
		return cfg.Resources != nil && cfg.Resources.Enforce
	case strings.HasSuffix(field, ".imagePullPolicy"):
		return cfg.Images != nil && cfg.Images.Enforce
	case strings.Contains(field, "labels."):
		return cfg.Labels != nil && cfg.Labels.Enforce
	}
	return false
}

func sameAmount(a, b string) bool {
	x, err1 := resource.ParseQuantity(a)
	y, err2 := resource.ParseQuantity(b)
	return err1 == nil && err2 == nil && x.Cmp(y) == 0
}

// checkLimits looks for limits below requests that were not there before.
func checkLimits(t *testing.T, old, now map[string]string) {
	t.Helper()
	below := func(fields map[string]string, field string) bool {
		limit, err1 := resource.ParseQuantity(fields[field])
		request, err2 := resource.ParseQuantity(fields[strings.Replace(field, ".limits.", ".requests.", 1)])
		return err1 == nil && err2 == nil && limit.Cmp(request) < 0
	}
	for field := range now {
		if strings.Contains(field, ".resources.limits.") && below(now, field) {
			assert.True(t, below(old, field), "%s was put below the request", field)
		}
	}
}

// fields are the scalars of a document by path, without nulls.
func fields(t *testing.T, doc string) map[string]string {
	t.Helper()
	docs, err := manifest.Read("doc.yaml", []byte(doc))
	require.NoError(t, err)
	require.Len(t, docs, 1)
	out := map[string]string{}
	var walk func(n *yaml.Node, at string)
	walk = func(n *yaml.Node, at string) {
		switch n.Kind {
		case yaml.MappingNode:
			for k, v := range yamlnode.Fields(n) {
				walk(v, strings.TrimPrefix(at+"."+k.Value, "."))
			}
		case yaml.SequenceNode:
			for i, e := range n.Content {
				walk(e, fmt.Sprintf("%s[%d]", at, i))
			}
		default:
			if n.Tag != "!!null" {
				out[at] = n.Value
			}
		}
	}
	walk(docs[0].Node, "")
	return out
}

// generator makes trees and configurations that reach every branch of the
// normalizers now and then.
type generator struct{ *rand.Rand }

func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }
func (g generator) maybe() bool             { return g.IntN(2) == 0 }

func (g generator) tree() string {
	docs := make([]string, 1+g.IntN(6))
	for i := range docs {
		docs[i] = g.object(i)
	}
	return strings.Join(docs, "---\n")
}

func (g generator) object(i int) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	meta := func() {
		line("metadata:")
		line("  name: o%d # number %d", i, i)
		line("  namespace: %s", g.one("shop", "front"))
		if g.maybe() {
			line("  labels: {app: %s, environment: %s}", g.one("a", "b"), g.one("dev", "prod"))
		}
		if g.maybe() {
			line("  annotations:")
			line("    wealist.io/resource-profile: %s", g.one("python", "java, c1=static", "none", "worker", "missing", "=,", "c0=go"))
		}
	}
	switch g.IntN(6) {
	case 0:
		line("apiVersion: v1\nkind: Secret")
		meta()
		for _, field := range []string{"stringData", "data"} {
			if g.maybe() {
				line("%s:", field)
				for _, key := range []string{"A", "B_PASSWORD", "C"} {
					value := g.one("throw-away", `"throw-away\n"`, "${LATER}", `"a\nb\n"`, `""`)
					if field == "data" {
						value = g.one("dGhyb3ctYXdheQ==", "dGhyb3ctYXdheQo=", "not base64", `""`)
					}
					if g.maybe() {
						line("  %s: %s", key, value)
					}
				}
			}
		}
	case 1:
		line("apiVersion: v1\nkind: Service")
		meta()
		line("spec:\n  selector: {%s: x}", g.one("app", "tier", "app.kubernetes.io/name"))
	case 2:
		line("apiVersion: v1\nkind: ServiceAccount")
		meta()
		line("imagePullSecrets: [{name: %s}]", g.one("ghcr", "other"))
	default:
		line("apiVersion: apps/v1\nkind: %s", g.one("Deployment", "StatefulSet", "DaemonSet"))
		meta()
		line("spec:\n  template:\n    spec:")
		if g.maybe() {
			line("      serviceAccountName: o%d", g.IntN(6))
		}
		if g.IntN(5) == 0 {
			line("      imagePullSecrets: %s", g.one("[]", "[{name: ghcr}]", "null"))
		}
		line("      containers:")
		for c := range 1 + g.IntN(3) {
			line("      - name: c%d", c)
			line("        image: %s", g.one("wealist-api:latest", "ghcr.io/acme/api:1.0", `"nginx"`, "nginx:1.27", "${IMAGE}", "ghcr.io/x:1@sha256:"+strings.Repeat("c", 64)))
			if g.IntN(3) == 0 {
				line("        imagePullPolicy: %s", g.one("Always", "Never", "null"))
			}
			if g.maybe() {
				line("        resources: %s", g.one("{}", "null", "{limits: {}}"))
			} else {
				line("        resources:")
				for _, field := range []string{"requests", "limits"} {
					if g.maybe() {
						line("          %s: {%s}", field, strings.Join(g.quantities(), ", "))
					}
				}
				line("          claims: []")
			}
			if g.maybe() {
				line("        env:")
				for range 1 + g.IntN(4) {
					line("        - {name: %s, value: %s}", g.one("A", "B"), g.one(`"1"`, "x", "$(A)"))
				}
			}
		}
	}
	return b.String()
}

func (g generator) quantities() []string {
	var out []string
	for _, name := range []string{"cpu", "memory", "example.com/gpu"} {
		if g.maybe() {
			out = append(out, name+": "+g.one("0.5", "100m", "1", `"2"`, "1024Mi", "512Mi", "1.5Gi", "1e3", "100", `"${X}"`, "null", "7777777777777777777777"))
		}
	}
	return out
}

func (g generator) config() *config.Normalize {
	n := &config.Normalize{Resources: &config.Resources{Enforce: g.IntN(4) == 0}, Images: &config.Images{Enforce: g.IntN(4) == 0}}
	n.Resources.Profiles = map[string]config.Profile{"worker": {
		Requests: map[string]config.Quantity{"cpu": "333m", "memory": "1Gi", "example.com/gpu": "1"},
		Limits:   map[string]config.Quantity{"memory": "1500Mi"},
	}}
	if g.maybe() {
		n.Resources.Scale = map[string]config.Factor{"cpu": config.Factor(g.one("0.5", "0.333", "3")), "memory": config.Factor(g.one("0.7", "1", "1.1"))}
	}
	if g.maybe() {
		n.Resources.Ratio = map[string]config.Factor{"memory": config.Factor(g.one("1", "1.5", "2")), "cpu": "4"}
	}
	if g.maybe() {
		n.Resources.Match = map[string]config.ProfileMatch{"nginx": {Image: "nginx", Profile: "static"}, "api": {Image: "*/api", Profile: "java"}}
	}
	if g.maybe() {
		n.Images.Local = []string{"wealist-*"}
		n.Images.PullPolicy = g.one("", "Always", "IfNotPresent")
	}
	if g.maybe() {
		n.Images.Registries = map[string]config.Registry{"docker.io": {}, "ghcr.io": {PullSecret: "ghcr"}, "ghcr.io/acme": {PullSecret: "acme"}}
		n.Images.Digests = map[string]string{"nginx:1.27": "sha256:" + strings.Repeat("a", 64), "ghcr.io/acme/api:1.0": "sha256:" + strings.Repeat("b", 64)}
	}
	if g.maybe() {
		n.Labels = &config.Labels{
			Set:         map[string]string{"environment": "prod", "tier": "x"},
			Recommended: g.maybe(), Templates: g.maybe(), Enforce: g.IntN(4) == 0,
		}
	}
	if g.maybe() {
		n.Secrets = &config.Secrets{TrimNewlines: []string{"*_PASSWORD"}}
	}
	return n
}

// TestEnabled is about which normalizers run.
func TestEnabled(t *testing.T) {
	no := false
	off := config.Toggle{Enabled: &no}
	names := func(cfg *config.Normalize) []string {
		var out []string
		for _, n := range normalize.All() {
			if n.Enabled(cfg) {
				out = append(out, n.Name)
			}
		}
		return out
	}
	assert.Empty(t, names(nil))
	assert.Equal(t, []string{"quantities", "resources", "images", "env"}, names(&config.Normalize{}))
	assert.Equal(t, []string{"quantities", "resources", "images", "env", "labels", "secrets"},
		names(&config.Normalize{Labels: &config.Labels{}, Secrets: &config.Secrets{}}))
	assert.Empty(t, names(&config.Normalize{
		Quantities: &config.Quantities{Toggle: off}, Resources: &config.Resources{Toggle: off}, Images: &config.Images{Toggle: off},
		Env: &config.Env{Toggle: off}, Labels: &config.Labels{Toggle: off}, Secrets: &config.Secrets{Toggle: off},
	}))
}

// TestDocumented keeps what the docs are made of complete.
func TestDocumented(t *testing.T) {
	for i, n := range normalize.All() {
		if assert.NotNil(t, n, "%s has a configuration and no normalizer", config.Normalizers()[i]) {
			assert.Regexp(t, `^[A-Z].*\.$`, n.Doc, n.Name)
		}
	}
}

func TestParseImage(t *testing.T) {
	for text, want := range map[string]normalize.Image{
		"nginx":                          {Name: "nginx", Registry: "docker.io", Repository: "library/nginx"},
		"nginx:1.27":                     {Name: "nginx", Registry: "docker.io", Repository: "library/nginx", Tag: "1.27"},
		"acme/shop":                      {Name: "acme/shop", Registry: "docker.io", Repository: "acme/shop"},
		"localhost/shop:1":               {Name: "localhost/shop", Registry: "localhost", Repository: "shop", Tag: "1"},
		"registry:5000/shop":             {Name: "registry:5000/shop", Registry: "registry:5000", Repository: "shop"},
		"example.com:5000/a/b:1@sha256:": {Name: "example.com:5000/a/b", Registry: "example.com:5000", Repository: "a/b", Tag: "1", Digest: "sha256:"},
		"index.docker.io/library/nginx":  {Name: "index.docker.io/library/nginx", Registry: "docker.io", Repository: "library/nginx"},
	} {
		got, ok := normalize.ParseImage(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", ":", "nginx:", "@sha256:1", "${IMAGE}", "nginx:{{tag}}", "<image>", "a b", "example.com/", "nginx@"} {
		_, ok := normalize.ParseImage(text)
		assert.False(t, ok, text)
	}
}

// FuzzApply looks for input that panics, or that a second run changes again.
func FuzzApply(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*/before.yaml")
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data, uint64(len(data)))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		docs, err := manifest.Read("in.yaml", data)
		if err != nil {
			return // not read as resources, so nothing is normalized
		}
		inv := &inventory.Inventory{}
		for _, d := range docs {
			inv.Add(d.Node, inventory.Source{})
		}
		cfg := generator{rand.New(rand.NewPCG(seed, 0))}.config()
		normalize.Apply(inv, cfg)
		if again := normalize.Apply(inv, cfg); len(again) > 0 {
			t.Errorf("a second run changes something: %v", again)
		}
	})
}

// TestCorpus normalizes every tree of a folder of rendered manifests, twice.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("CORPUS names no folder")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	counts := map[string]int{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		docs, err := manifest.Read(file, data)
		if err != nil {
			t.Logf("%s: %v", file, err)
			continue
		}
		inv := &inventory.Inventory{}
		before := make([]string, len(docs))
		for i, d := range docs {
			text, err := manifest.Encode(d.Node)
			require.NoError(t, err)
			before[i] = string(text)
			inv.Add(d.Node, inventory.Source{})
		}
		cfg := &config.Normalize{}
		for _, c := range normalize.Apply(inv, cfg) {
			counts[c.Normalizer]++
		}
		for i, o := range inv.Objects() {
			text, err := manifest.Encode(o.Node)
			require.NoError(t, err)
			assert.Equal(t, o.Modified(), before[i] != string(text), "%s: %s: Modified is wrong", file, o)
		}
		assert.Empty(t, normalize.Apply(inv, cfg), file)
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%s: %d changes in %d trees", name, counts[name], len(files))
	}
}
