package importer_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/ressKim-io/wealist-k8s-migration/internal/importer"
)

// TestRandomEnvironments makes environments of a random application and random
// differences. New proves each layout; here it must find one, in which overlays
// are smaller than what they replace.
func TestRandomEnvironments(t *testing.T) {
	runs := uint64(40)
	if testing.Short() {
		runs = 15
	}
	for seed := range runs {
		g := generator{rand.New(rand.NewPCG(seed, 7))}
		ar := g.environments()
		p, envs, err := plan(t, inputs(t, ar), importer.Options{Secrets: importer.EnvFiles})
		if err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, changed(err))
			continue
		}
		for _, e := range envs {
			overlay := 0
			for name, f := range p.Files {
				if strings.HasPrefix(name, "overlays/"+e.Name+"/") && p.SecretFiles[name] == nil {
					overlay += strings.Count(string(f.Content), "\n")
				}
			}
			assert.Less(t, overlay, e.Lines, "seed %d, %s", seed, e.Name)
		}
	}
}

// changed lists where a layout differs.
func changed(err error) string {
	var out strings.Builder
	var unequal *importer.UnequalError
	if errors.As(err, &unequal) {
		for _, c := range unequal.Changes {
			fmt.Fprintln(&out, c.Old, c.New)
			for _, f := range c.Fields {
				fmt.Fprintln(&out, "  ", f.Path)
			}
		}
	}
	return out.String()
}

type generator struct{ *rand.Rand }

type object = map[string]any

func (g generator) one(words ...string) string { return words[g.IntN(len(words))] }

func (g generator) coin() bool { return g.IntN(2) == 0 }

// environments are two or three copies of an application.
func (g generator) environments() *txtar.Archive {
	envs := order[:2]
	if g.IntN(4) == 0 {
		envs = order
	}
	style := g.IntN(6) // of namespaces and names
	var apps []string
	for i := range 1 + g.IntN(4) {
		apps = append(apps, fmt.Sprint(g.one("api", "web", "job", "db"), i))
	}
	seed := g.Uint64()
	ar := &txtar.Archive{}
	for _, env := range envs {
		same := generator{rand.New(rand.NewPCG(seed, 1))} // what environments have in common
		var out strings.Builder
		enc := yaml.NewEncoder(&out)
		enc.SetIndent(2)
		for _, app := range apps {
			for _, o := range g.app(same, app, env, map[bool]string{true: "-" + env}[style == 5]) {
				meta := o["metadata"].(object)
				switch style {
				case 1:
					meta["namespace"] = "shop"
				case 2:
					meta["namespace"] = "shop-" + env
				case 3:
					meta["namespace"] = app + "-" + env
				case 4:
					meta["namespace"] = env
				}
				_ = enc.Encode(o)
			}
		}
		ar.Files = append(ar.Files, txtar.File{Name: env + "/all.yaml", Data: []byte(out.String())})
	}
	return ar
}

// maybe is b in some environments of an application, and a in the others.
func (g generator) maybe(a, b any) any {
	if g.IntN(3) == 0 {
		return b
	}
	return a
}

// app is the objects of one program; their names end in suffix.
func (g generator) app(same generator, app, env, suffix string) (objects []object) {
	named := app + suffix
	labels := func() object { return object{"app": app, "tier": "x"} }
	env1 := []any{object{"name": "LOG", "value": g.maybe("info", "debug")}, object{"name": "REGION", "value": "eu"}}
	if g.coin() {
		env1 = append(env1, object{"name": "EXTRA", "value": "$(REGION)-1"})
	}
	if g.IntN(4) == 0 {
		env1 = append([]any{object{"name": "FIRST", "value": "1"}}, env1...)
	}
	if g.IntN(4) == 0 {
		env1 = append(env1, object{"name": "API_PASSWORD", "value": "pw-" + env})
	}
	container := object{
		"name": app, "image": g.one("example.com/a/"+app+":1", "example.com/a/"+app+":2", app+":dev", app+"@sha256:abc"),
		"env": env1, "args": []any{"--level", g.maybe("1", "2")},
		"ports":   []any{object{"containerPort": 8080, "name": "http"}},
		"envFrom": []any{object{"configMapRef": object{"name": named}}},
	}
	if g.coin() {
		container["resources"] = object{"limits": object{"memory": g.one("1Gi", "2Gi"), "cpu": g.maybe(1, "500m")}}
	}
	if same.coin() {
		container["volumeMounts"] = []any{object{"name": "v", "mountPath": "/v"}}
	}
	spec := object{"containers": []any{container}, "volumes": []any{object{"name": "v", "emptyDir": object{}}}}
	if same.coin() {
		spec["initContainers"] = []any{object{"name": "init", "image": "busybox:1", "command": []any{"sh", "-c", g.maybe("true", "sleep 1")}}}
	}
	if g.IntN(4) == 0 {
		spec["nodeSelector"] = object{"pool": env}
	}
	workload := object{
		"apiVersion": "apps/v1", "kind": same.one("Deployment", "StatefulSet"), "metadata": object{"name": named, "labels": labels()},
		"spec": object{"selector": object{"matchLabels": object{"app": app}}, "template": object{"metadata": object{"labels": labels()}, "spec": spec}},
	}
	if g.coin() {
		workload["spec"].(object)["replicas"] = 1 + g.IntN(3)
	}
	if g.IntN(5) == 0 {
		workload["metadata"].(object)["annotations"] = object{"note": g.one("a", "b")}
	}
	data := object{"A": "1", "B": g.maybe("x", "y"), "C": g.one("'q'", "=", "a b ", "", "#"), "file": "a\nb\n"}
	if g.coin() {
		data["only.txt"] = g.one("one\n", "two")
	}
	config := object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": named}, "data": data}
	service := object{
		"apiVersion": "v1", "kind": "Service", "metadata": object{"name": named},
		"spec": object{"selector": object{"app": app}, "type": g.maybe("ClusterIP", "NodePort"), "ports": []any{object{"port": 80, "targetPort": g.maybe("http", 8080)}}},
	}
	objects = append(objects, workload, config, service)
	if same.coin() {
		objects = append(objects, object{
			"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": object{"name": named},
			"spec": object{"rules": []any{object{"host": app + "." + env + ".example.com", "http": object{"paths": []any{object{
				"path": g.maybe("/", "/v1"), "pathType": "Prefix", "backend": object{"service": object{"name": named, "port": object{"number": 80}}},
			}}}}}},
		})
	}
	if same.coin() {
		objects = append(objects, object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": app + "-secret" + suffix}, "stringData": object{"TOKEN": "t-" + env, "key.pem": "a\nb" + env, "EMPTY": ""}})
	}
	if g.IntN(4) == 0 {
		objects = append(objects, object{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": object{"name": named}, "spec": object{"list": []any{object{"name": "a", "v": g.IntN(2)}, object{"name": "b"}}, "target": named}})
	}
	return objects
}
