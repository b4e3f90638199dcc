package lock_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
)

// For random trees and random functions: the lock is exact, deterministic, the
// same for any order of resources, stable when made again, and holds no secret.
// LOCK_SEEDS sets how many of them.
func TestLockProperties(t *testing.T) {
	n := 12
	if s := os.Getenv("LOCK_SEEDS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	for seed := range uint64(n) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := func() *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
			dir := generate(r(), ordered).with(seeded(seed + 1)).write(t)
			writeLock(t, dir)
			exact(t, dir)

			first := contents(t, filepath.Join(dir, "lock"))
			other := generate(r(), reversed).with(seeded(seed + 1)).write(t)
			writeLock(t, other)
			assert.Equal(t, first, contents(t, filepath.Join(other, "lock")))
			for name, text := range first {
				assert.NotContains(t, text, "s3cr3t-sentinel", name)
				assert.NotContains(t, text, "czNjcjN0LXNlbnRpbmVs", name)
			}
		})
	}
}

// exact asserts that every kustomize builds from source and lock what the
// pipeline builds, and that the lock is the same when it is made again.
func exact(t *testing.T, dir string) {
	t.Helper()
	want := build(t, filepath.Join(dir, "pipeline"))
	for name, build := range builders(t) {
		got, err := build(dir)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	stale, err := makeLock(t, dir).Check()
	require.NoError(t, err)
	assert.Nil(t, stale, "made again, it is the same")
}

func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = string(text)
	}
	return all
}

// A pipeline that only validates has a lock like any other.
func TestLockOfAPipelineThatChangesNothing(t *testing.T) {
	dir := shop.with(edits()).write(t)
	writeLock(t, dir)
	exact(t, dir)

	shop.with(inject).writeTo(t, dir)
	stale, err := makeLock(t, dir).Check()
	require.NoError(t, err)
	assert.NotNil(t, stale, "it changes something now")
}

// Whatever happens to the source after it was locked, stock kustomize fails or
// builds what the pipeline builds.
func TestStaleLockNeverAppliesAWrongValue(t *testing.T) {
	all := shop["source/all.yaml"]
	replace := func(old, new string) files {
		require.Contains(t, all, old)
		return files{"source/all.yaml": strings.ReplaceAll(all, old, new)}
	}
	kustomization := func(text string) files {
		return files{"source/kustomization.yaml": shop["source/kustomization.yaml"] + text}
	}
	for name, tc := range map[string]struct {
		change files
		fails  string // the error; "" when the result must be right
	}{
		"Service renamed":              {replace("name: postgres", "name: postgresql"), "no matches for Id Service"},
		"Service renamed by a prefix":  {kustomization("namePrefix: x-\n"), "/metadata/name"},
		"Service removed":              {files{"source/all.yaml": strings.Split(all, "---")[0]}, "no matches for Id Service"},
		"port changed":                 {replace("port: 5432", "port: 5433"), "/spec/ports/0/port"},
		"container renamed":            {replace("- name: api", "- name: server"), "/spec/template/spec/containers/0/name"},
		"namespace moved":              {files{"source/kustomization.yaml": strings.ReplaceAll(shop["source/kustomization.yaml"], "shop", "store")}, "no matches for Id"},
		"workload removed":             {files{"source/all.yaml": strings.Split(all, "---\n")[1]}, "no matches for Id Deployment"},
		"workload became another kind": {replace("kind: Deployment", "kind: StatefulSet"), "no matches for Id Deployment"},
		"sidecar in front":             {replace("      - name: api\n", "      - {name: proxy, image: p}\n      - name: api\n"), "/spec/template/spec/containers/0/name"},
		"sidecar behind":               {replace("---\n", "      - {name: proxy, image: p}\n---\n"), ""},
		"env added":                    {replace("        - {name: LEVEL, value: info}\n", "        - {name: LEVEL, value: info}\n        - {name: MORE, value: x}\n"), ""},
		"env removed whole":            {replace("        env:\n        - {name: LEVEL, value: info}\n", ""), "/spec/template/spec/containers/0/env"},
		"replicas changed":             {replace("replicas: 1", "replicas: 3"), ""},
		"new image":                    {replace("api:1", "api:2"), ""},
		"generated ConfigMap changed":  {files{"source/kustomization.yaml": strings.ReplaceAll(shop["source/kustomization.yaml"], "A=1", "A=2")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := shop.with(inject).write(t)
			writeLock(t, dir)
			tc.change.writeTo(t, dir)
			for name, stale := range builders(t) {
				got, err := stale(dir)
				if tc.fails != "" {
					assert.ErrorContains(t, err, tc.fails, name)
					continue
				}
				require.NoError(t, err, name)
				assert.Equal(t, build(t, filepath.Join(dir, "pipeline")), got, name)
			}
			if tc.fails != "" {
				return
			}
			stale, err := makeLock(t, dir).Check()
			require.NoError(t, err)
			assert.Nil(t, stale, "what needs no new lock asks for none")
		})
	}
}

func TestLockRefusesSecrets(t *testing.T) {
	secret := files{
		"source/kustomization.yaml": shop["source/kustomization.yaml"] + "secretGenerator:\n- name: db\n  literals: [password=p@ss/w:rd-sentinel, user=postgres]\n",
	}
	for name, spec := range map[string]files{
		"plain in an env value":    edits(object{"object": "Deployment api", "env": object{"name": "X", "value": "p@ss/w:rd-sentinel"}}),
		"in a URL":                 edits(object{"object": "Deployment api", "env": object{"name": "X", "value": "postgresql://postgres:p%40ss%2Fw%3Ard-sentinel@postgres:5432/x"}}),
		"in base64 in a ConfigMap": edits(object{"object": "ConfigMap settings", "data": object{"X": "cEBzcy93OnJkLXNlbnRpbmVs"}}),
		"added Secret":             edits(object{"add": object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "url", "namespace": "shop"}, "stringData": object{"a": "b"}}}),
		"changed Secret":           edits(object{"object": "Secret db", "data": object{"url": "eA=="}}),
		"password nobody knows":    edits(object{"object": "Deployment api", "env": object{"name": "X", "value": "redis://:typed-by-hand@redis:6379"}}),
	} {
		t.Run(name, func(t *testing.T) {
			dir := shop.with(secret).with(spec).write(t)
			_, err := lock.Make(open(t, dir), lock.Options{})
			var refused *lock.SecretError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, err.Error(), "as: variable")
			assert.Contains(t, err.Error(), "as: externalSecret")
			assert.NotContains(t, err.Error(), "sentinel")
			assert.NotContains(t, err.Error(), "typed-by-hand")
			assert.NoDirExists(t, filepath.Join(dir, "lock"))
		})
	}
	// A value of a Secret that also stands elsewhere is no secret.
	dir := shop.with(secret).with(inject).write(t)
	writeLock(t, dir)
	// Nor is what the kubelet puts in, whoever the user is.
	for _, value := range []string{"postgresql://postgres:$(PASSWORD)@postgres:5432/x", "app:$(PASSWORD)@tcp(mysql:3306)/x", "Host=postgres;Username=app;Password=$(PASSWORD)"} {
		writeLock(t, shop.with(secret).with(edits(object{"object": "Deployment api", "env": object{"name": "X", "value": value}})).write(t))
	}
}

// TestLockForgetsTypedPasswords: what is replaced is tested, unless that would
// write a password down.
func TestLockForgetsTypedPasswords(t *testing.T) {
	dir := shop.with(files{"source/more.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typed}\ndata: {URL: 'redis://:typed-sentinel@redis:6379', B: c}\n"}).
		with(files{"source/kustomization.yaml": strings.Replace(shop["source/kustomization.yaml"], "[all.yaml]", "[all.yaml, more.yaml]", 1)}).
		with(edits(object{"object": "ConfigMap typed", "data": object{"URL": "redis://redis:6379"}})).write(t)
	writeLock(t, dir)
	for name, text := range contents(t, filepath.Join(dir, "lock")) {
		assert.NotContains(t, text, "sentinel", name)
	}
	exact(t, dir)
}

// TestSourceAnywhere: the pipeline says where the source is.
func TestSourceAnywhere(t *testing.T) {
	run := edits(object{"object": "ConfigMap settings", "data": object{"A": "2"}})
	run["pipeline/run/kustomization.yaml"] = "resources: [../../../../overlays/prod]\ntransformers: [fn.yaml]\n"
	tree := files{}
	for name, content := range shop {
		tree[strings.Replace(name, "source/", "overlays/prod/", 1)] = content
	}
	for name, content := range run {
		tree["environments/prod/"+name] = content
	}
	root := tree.write(t)
	dir := filepath.Join(root, "environments", "prod")
	writeLock(t, dir)
	exact(t, dir)
	found, err := lock.Find(root)
	require.NoError(t, err)
	assert.Equal(t, []string{dir}, found)
	text, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "- ../../overlays/prod\n")
	text, err = os.ReadFile(filepath.Join(dir, "lock", "kustomization.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "changes in ../../../overlays/prod, as patches")
	stale, err := makeLock(t, dir).Check()
	require.NoError(t, err)
	assert.Nil(t, stale)
}

// TestPipelineInsideItsSource is the layout that a reader tries first.
func TestPipelineInsideItsSource(t *testing.T) {
	tree := files{}
	for name, content := range shop {
		tree[strings.Replace(name, "source/", "", 1)] = content
	}
	run := edits()
	run["pipeline/run/kustomization.yaml"] = "resources: [../..]\ntransformers: [fn.yaml]\n"
	dir := tree.with(run).write(t)
	_, err := lock.Open(dir)
	require.Error(t, err)
	for _, want := range []string{"a cycle", filepath.Join(dir, "source"), "krm-validate init"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestOpenErrors(t *testing.T) {
	env := shop.with(inject)
	without := func(prefix string) files {
		f := files{}
		for name, text := range env {
			if !strings.HasPrefix(name, prefix) {
				f[name] = text
			}
		}
		return f
	}
	for name, tc := range map[string]struct {
		tree  files
		setup func(t *testing.T, dir string)
		dir   string
		want  []string
	}{
		"nowhere":     {tree: env, dir: "nowhere", want: []string{"no such directory"}},
		"a file":      {tree: env, dir: "source/all.yaml", want: []string{"is a file"}},
		"no source":   {tree: without("source"), want: []string{"has no source/", "pipeline/ "}},
		"no pipeline": {tree: without("pipeline"), want: []string{"has no pipeline/"}},
		"lock is a symlink": {tree: env, setup: func(t *testing.T, dir string) {
			require.NoError(t, os.Symlink(t.TempDir(), filepath.Join(dir, "lock")))
		}, want: []string{"lock is a symlink to", "of its own"}},
		"lock is a file": {tree: env.with(files{"lock": "x"}), want: []string{"lock is a file"}},
		"source leads outside": {tree: without("source"), setup: func(t *testing.T, dir string) {
			require.NoError(t, os.Symlink(filepath.Join(shop.write(t), "source"), filepath.Join(dir, "source")))
		}, want: []string{"source is a symlink that leads outside"}},
		"another's lock": {tree: files{
			"dev/source/kustomization.yaml": "resources: []\n", "dev/pipeline/kustomization.yaml": "resources: [../source]\n",
			"dev/kustomization.yaml":       "resources: [source]\ncomponents: [../prod/lock]\n",
			"prod/lock/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
		}, dir: "dev", want: []string{"kustomization.yaml", "../prod/lock", "components:\n  - lock"}},
		"used by another": {tree: files{
			"dev/kustomization.yaml":         "resources: [source]\ncomponents: [../prod/lock]\n",
			"prod/source/kustomization.yaml": "resources: []\n", "prod/pipeline/kustomization.yaml": "resources: [../source]\n",
		}, dir: "prod", want: []string{"lock is used by", "dev"}},
		"kustomization without components": {tree: env.with(files{"kustomization.yaml": "resources: [source]\n"}),
			want: []string{"expected lock alone"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tc.tree.write(t)
			if tc.setup != nil {
				tc.setup(t, dir)
			}
			_, err := lock.Open(filepath.Join(dir, tc.dir))
			require.Error(t, err)
			for _, w := range tc.want {
				assert.Contains(t, err.Error(), w)
			}
		})
	}
}

func TestWriteKeepsWhatSomebodyEdited(t *testing.T) {
	for name, change := range map[string]files{
		"edited":          {"lock/kustomization.yaml": "# mine\n"},
		"a file more":     {"lock/notes.txt": "mine\n"},
		"written by hand": {"lock/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := shop.with(inject).write(t)
			writeLock(t, dir)
			clean := contents(t, filepath.Join(dir, "lock"))
			change.writeTo(t, dir)
			edited := contents(t, filepath.Join(dir, "lock"))

			l := makeLock(t, dir)
			stale, err := l.Check()
			require.NoError(t, err)
			require.NotNil(t, stale)
			assert.True(t, stale.Edited)

			_, err = l.Write(false)
			require.ErrorIs(t, err, lock.ErrEdited)
			assert.ErrorContains(t, err, "--force")
			assert.Equal(t, edited, contents(t, filepath.Join(dir, "lock")))

			changed, err := l.Write(true)
			require.NoError(t, err)
			assert.True(t, changed)
			assert.Equal(t, clean, contents(t, filepath.Join(dir, "lock")))
		})
	}
}

func TestCheckSaysWhatChanged(t *testing.T) {
	dir := shop.with(inject).write(t)
	writeLock(t, dir)
	files{"source/all.yaml": strings.ReplaceAll(shop["source/all.yaml"], "port: 5432", "port: 6432")}.with(
		edits(object{"object": "Deployment api", "env": object{"name": "DATABASE_URL", "value": strings.ReplaceAll(url, "5432", "6432")}})).writeTo(t, dir)
	stale, err := makeLock(t, dir).Check()
	require.NoError(t, err)
	require.NotNil(t, stale)
	assert.Equal(t, []string{"Deployment shop/api", "Service shop/postgres"}, stale.Objects)
	assert.Contains(t, stale.Diff, "-        value: postgresql://$(USER):$(PASS)@postgres.shop.svc.cluster.local:5432/shop\n")
	assert.Contains(t, stale.Diff, "+      value: 6432\n")
	assert.NotContains(t, stale.Diff, "sha256")
}

// An object that kustomize cannot tell from another by name alone.
func TestLockTellsNamesakesApart(t *testing.T) {
	namesakes := files{
		"source/kustomization.yaml":          "resources: [plain.yaml, prefixed]\n",
		"source/plain.yaml":                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db, labels: {which: plain}}\ndata: {k1: a}\n",
		"source/prefixed/kustomization.yaml": "namePrefix: x-\nresources: [cm.yaml]\n",
		"source/prefixed/cm.yaml":            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\ndata: {k1: b}\n",
	}
	dir := namesakes.with(edits(object{"object": "ConfigMap db", "data": object{"k1": "c"}})).write(t)
	writeLock(t, dir)
	got, err := stock(dir)
	require.NoError(t, err)
	assert.Equal(t, build(t, filepath.Join(dir, "pipeline")), got)

	// With nothing to tell them apart, it says so and writes nothing.
	dir = namesakes.with(files{"source/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\ndata: {k1: a}\n"}).
		with(edits(object{"object": "ConfigMap db", "data": object{"k1": "c"}})).write(t)
	_, err = lock.Make(open(t, dir), lock.Options{})
	require.ErrorContains(t, err, "ConfigMap db: kustomize cannot tell it from another ConfigMap")
}
