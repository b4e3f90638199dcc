package lock_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
)

type files map[string]string

func (f files) with(more files) files {
	all := files{}
	for k, v := range f {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

func (f files) write(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	f.writeTo(t, dir)
	return dir
}

func (f files) writeTo(t testing.TB, dir string) {
	t.Helper()
	for name, content := range f {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
}

// pipeline runs edit over source/, with the receipt-like outer kustomization
// that real pipelines have.
func pipeline(spec object) files {
	text, err := yaml.Marshal(object{
		"apiVersion": "wealist.io/v1alpha1", "kind": "ConfigPipeline",
		"metadata": object{"name": "wealist", "annotations": object{"config.kubernetes.io/function": "exec: {path: krm-validate}"}},
		"spec":     spec,
	})
	if err != nil {
		panic(err)
	}
	return files{
		"pipeline/kustomization.yaml":     "resources: [run]\n",
		"pipeline/run/kustomization.yaml": "resources: [../../source]\ntransformers: [fn.yaml]\n",
		"pipeline/run/fn.yaml":            string(text),
	}
}

func seeded(seed uint64) files { return pipeline(object{"seed": seed}) }

func edits(edits ...object) files { return pipeline(object{"edits": edits}) }

// shop is a small environment: an API that talks to a database.
var shop = files{
	"source/kustomization.yaml": "namespace: shop\nresources: [all.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [A=1]\n",
	"source/all.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: api
        image: api:1
        args: [serve, --verbose]
        env:
        - {name: LEVEL, value: info}
        envFrom:
        - configMapRef: {name: settings}
---
apiVersion: v1
kind: Service
metadata: {name: postgres}
spec:
  ports: [{name: sql, port: 5432}]
`,
}

const url = "postgresql://$(USER):$(PASS)@postgres.shop.svc.cluster.local:5432/shop"

var inject = edits(object{"object": "Deployment api", "env": object{"name": "DATABASE_URL", "value": url}})

func open(t testing.TB, dir string) *lock.Environment {
	t.Helper()
	e, err := lock.Open(dir)
	require.NoError(t, err)
	return e
}

func makeLock(t testing.TB, dir string) *lock.Lock {
	t.Helper()
	l, err := lock.Make(open(t, dir), lock.Options{})
	require.NoError(t, err)
	return l
}

func writeLock(t testing.TB, dir string) {
	t.Helper()
	_, err := makeLock(t, dir).Write(false)
	require.NoError(t, err)
}

// builders are the programs that must apply locks, from the oldest on; none
// has plugins.
func builders(t testing.TB) map[string]func(dir string) (string, error) {
	t.Helper()
	program := func(file string, args ...string) func(string) (string, error) {
		return func(dir string) (string, error) {
			cmd := exec.Command(file, append(args, dir)...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, &stderr)
			}
			return string(out), err
		}
	}
	all := map[string]func(dir string) (string, error){
		"in process":                       stock,
		"kustomize " + kustomizebin.Oldest: program(kustomizebin.PathOf(t, kustomizebin.Oldest), "build"),
	}
	if kubectl, err := exec.LookPath("kubectl"); err == nil {
		all["kubectl"] = program(kubectl, "kustomize")
	} else {
		t.Log("no kubectl on the PATH: only kustomize", kustomizebin.Oldest, "and", kustomizebin.Version, "are tested")
	}
	return all
}

// stock builds with kustomize as kubectl has it embedded.
func stock(dir string) (string, error) {
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified
	m, err := krusty.MakeKustomizer(o).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return "", err
	}
	text, err := m.AsYaml()
	return string(text), err
}

func build(t testing.TB, dir string) string {
	t.Helper()
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, kbuild.Options{})
	require.NoError(t, err)
	text, err := result.Resources.AsYaml()
	require.NoError(t, err)
	return string(text)
}

// generate makes a random source tree: nested kustomizations that each may add
// a prefix, a suffix or a namespace, generators with hashes, lists, and custom
// resources. Resources stand in the order of the permutation.
func generate(r *rand.Rand, order func(n int) []int) files {
	tree := files{}
	var level func(dir string, depth int)
	level = func(dir string, depth int) {
		k := object{"resources": []string{"all.yaml"}}
		if r.IntN(2) == 0 {
			k["namePrefix"] = fmt.Sprintf("p%d-", depth)
		}
		if r.IntN(3) == 0 {
			k["nameSuffix"] = fmt.Sprintf("-s%d", depth)
		}
		if r.IntN(2) == 0 {
			k["namespace"] = []string{"shop", "other"}[r.IntN(2)]
		}
		if r.IntN(2) == 0 {
			k["commonAnnotations"] = object{"note": "x"}
		}
		k["configMapGenerator"] = []object{{"name": fmt.Sprint("settings", depth), "literals": []string{"k1=a", "k2=b"}}}
		k["secretGenerator"] = []object{{"name": fmt.Sprint("secret", depth), "literals": []string{"password=s3cr3t-sentinel-" + fmt.Sprint(depth)}}}
		var docs []string
		for i := range 2 + r.IntN(4) {
			docs = append(docs, resource(r, depth, i))
		}
		var sorted []string
		for _, i := range order(len(docs)) {
			sorted = append(sorted, docs[i])
		}
		if r.IntN(3) == 0 {
			var items []any
			for _, d := range sorted {
				var o object
				if err := yaml.Unmarshal([]byte(d), &o); err != nil {
					panic(err)
				}
				items = append(items, o)
			}
			text, _ := yaml.Marshal(object{"apiVersion": "v1", "kind": "List", "items": items})
			tree[dir+"/all.yaml"] = string(text)
		} else {
			tree[dir+"/all.yaml"] = strings.Join(sorted, "---\n")
		}
		if depth > 0 {
			sub := fmt.Sprintf("base%d", depth)
			level(dir+"/"+sub, depth-1)
			k["resources"] = []string{"all.yaml", sub}
		}
		text, _ := yaml.Marshal(k)
		tree[dir+"/kustomization.yaml"] = string(text)
	}
	level("source", r.IntN(3))
	return tree
}

func resource(r *rand.Rand, depth, i int) string {
	name := fmt.Sprintf("n%d-%d", depth, i)
	metadata := object{"name": name}
	if r.IntN(3) == 0 {
		metadata["namespace"] = "shop"
	}
	if r.IntN(2) == 0 {
		metadata["labels"] = object{"tier": "back", "app.kubernetes.io/name": name}
	}
	o := object{"metadata": metadata}
	switch r.IntN(5) {
	case 0:
		o["apiVersion"], o["kind"] = "v1", "ConfigMap"
		o["data"] = object{"k1": text(r), "k2": text(r)}
	case 1:
		o["apiVersion"], o["kind"] = "v1", "Service"
		o["spec"] = object{"ports": []any{object{"port": 80, "name": "a"}, object{"port": 443, "name": "b"}}}
	case 2:
		o["apiVersion"], o["kind"] = "example.com/v1", "Widget"
		o["spec"] = object{"free": value(r, 3), "tags": []any{"a", "b"}, "items": []any{object{"name": "x", "v": 1}, object{"name": "y"}}}
	case 3:
		o["apiVersion"], o["kind"] = "rbac.authorization.k8s.io/v1", "ClusterRole"
		delete(metadata, "namespace")
		metadata["name"] = "system:" + name + ".x"
		o["rules"] = []any{}
	default:
		o["apiVersion"], o["kind"] = "apps/v1", "Deployment"
		var env []any
		for j := range r.IntN(4) {
			env = append(env, object{"name": fmt.Sprint("E", j), "value": text(r)})
		}
		c := object{
			"name": "main", "image": "x:1", "args": []any{text(r), text(r)},
			"ports":   []any{object{"containerPort": 80}},
			"envFrom": []any{object{"configMapRef": object{"name": fmt.Sprint("settings", depth)}}, object{"secretRef": object{"name": fmt.Sprint("secret", depth)}}},
		}
		if env != nil {
			c["env"] = env
		}
		o["spec"] = object{"template": object{"spec": object{"containers": []any{c}}}}
	}
	text, err := yaml.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func ordered(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func reversed(n int) []int {
	order := ordered(n)
	slices.Reverse(order)
	return order
}
