package lock_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], edit, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

type object = map[string]any

// edit is a function that changes resources in every way a function can. Its
// configuration either lists edits or seeds random ones.
//
//	spec:
//	  seed: 1
//	  edits:
//	  - {object: Deployment api, env: {name: URL, value: …}}
//	  - {object: ConfigMap app, data: {KEY: value}}
//	  - {remove: Service api}
//	  - {add: {…}}
func edit(stdin io.Reader, stdout io.Writer) function.Report {
	if err := editList(stdin, stdout); err != nil {
		return function.Report{Code: function.ExitFailure, Failure: err.Error()}
	}
	return function.Report{}
}

func editList(stdin io.Reader, stdout io.Writer) error {
	content, err := io.ReadAll(stdin)
	if err != nil {
		return err
	}
	var list struct {
		APIVersion     string   `json:"apiVersion"`
		Kind           string   `json:"kind"`
		Items          []object `json:"items"`
		FunctionConfig struct {
			Spec struct {
				Seed  uint64   `json:"seed"`
				Edits []object `json:"edits"`
			} `json:"spec"`
		} `json:"functionConfig"`
	}
	if err := yaml.Unmarshal(content, &list); err != nil {
		return err
	}
	for _, e := range list.FunctionConfig.Spec.Edits {
		list.Items = apply(list.Items, e)
	}
	if seed := list.FunctionConfig.Spec.Seed; seed != 0 {
		// The same object is edited in the same way wherever it is in the list.
		for _, item := range list.Items {
			mutate(rand.New(rand.NewPCG(seed, hash(title(item)))), item)
		}
		r := rand.New(rand.NewPCG(seed, 0))
		list.Items = slices.DeleteFunc(list.Items, func(o object) bool {
			return rand.New(rand.NewPCG(seed, hash("remove "+title(o)))).IntN(12) == 0
		})
		if r.IntN(2) == 0 {
			list.Items = append(list.Items, object{
				"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "added", "namespace": "shop"},
				"data": object{"k": text(r), "on": "yes"},
			})
		}
	}
	out, err := yaml.Marshal(object{"apiVersion": list.APIVersion, "kind": list.Kind, "items": list.Items})
	if err != nil {
		return err
	}
	_, err = stdout.Write(out)
	return err
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(s) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

func title(o object) string {
	metadata, _ := o["metadata"].(object)
	return fmt.Sprint(o["kind"], " ", metadata["name"])
}

func apply(items []object, e object) []object {
	if add, ok := e["add"].(object); ok {
		return append(items, add)
	}
	if remove, ok := e["remove"].(string); ok {
		return slices.DeleteFunc(items, func(o object) bool { return title(o) == remove })
	}
	for _, o := range items {
		if title(o) != e["object"] {
			continue
		}
		if env, ok := e["env"].(object); ok {
			container := containers(o)[0].(object)
			env = maps.Clone(env)
			list, _ := container["env"].([]any)
			container["env"] = append(list, env)
		}
		if data, ok := e["data"].(object); ok {
			maps.Copy(child(o, "data"), data)
		}
		if spec, ok := e["spec"].(object); ok {
			maps.Copy(child(o, "spec"), spec)
		}
	}
	return items
}

func child(o object, key string) object {
	c, ok := o[key].(object)
	if !ok {
		c = object{}
		o[key] = c
	}
	return c
}

func containers(o object) []any {
	spec, _ := o["spec"].(object)
	template, _ := spec["template"].(object)
	pod, _ := template["spec"].(object)
	list, _ := pod["containers"].([]any)
	return list
}

// awkward are texts that YAML readers and patch formats disagree about.
var awkward = []string{
	"plain", "", "yes", "0123", "1e3", "null", "~", "a: b", "# no", "- no", "{", "multi\nline\n", "multi\nline",
	"trailing \nspace\n", "\n leading", "tab\tin", "tab\n\tat start\n", "<&>\u2028", "한국어", "'\"", "0x1F", "1_000", "2026-01-01",
	"http://postgres.shop.svc:5432/x", "\r\n", "|", "end\n\n\n", "# (end)", "$(VAR)", "é\u0301", "12345678901234567890",
}

func text(r *rand.Rand) string { return awkward[r.IntN(len(awkward))] }

// mutate edits one resource at random, but never what kustomize itself edits
// (names, namespaces) or a Secret's content.
func mutate(r *rand.Rand, o object) {
	if r.IntN(4) == 0 {
		return
	}
	metadata := child(o, "metadata")
	if r.IntN(3) == 0 {
		child(metadata, "labels")["example.com/added"] = "x"
	}
	if r.IntN(3) == 0 {
		delete(child(metadata, "labels"), "tier")
	}
	if r.IntN(3) == 0 {
		child(metadata, "annotations")["example.com/note"] = text(r)
	}
	if r.IntN(3) == 0 {
		delete(child(metadata, "annotations"), "note")
	}
	switch o["kind"] {
	case "ConfigMap":
		data := child(o, "data")
		for range r.IntN(3) {
			data[fmt.Sprint("k", r.IntN(4))] = text(r)
		}
		if r.IntN(3) == 0 {
			delete(data, "k1")
		}
	case "Deployment", "StatefulSet":
		for _, c := range containers(o) {
			mutateContainer(r, c.(object))
		}
		if r.IntN(4) == 0 {
			child(o, "spec")["replicas"] = r.IntN(5)
		}
	case "Widget":
		// kustomize cannot take back a value of another kind.
		delete(child(o, "spec"), "free")
		child(o, "spec")["fresh"] = value(r, 3)
		if r.IntN(2) == 0 {
			delete(child(o, "spec"), "tags")
		}
	}
}

func mutateContainer(r *rand.Rand, c object) {
	env, _ := c["env"].([]any)
	for range r.IntN(3) {
		at := r.IntN(len(env) + 1)
		env = slices.Insert(env, at, any(object{"name": fmt.Sprint("NEW", r.Uint32()), "value": text(r)}))
	}
	if len(env) > 0 && r.IntN(2) == 0 {
		at := r.IntN(len(env))
		env = slices.Delete(env, at, at+1)
	}
	if len(env) > 1 && r.IntN(3) == 0 {
		env[0], env[len(env)-1] = env[len(env)-1], env[0]
	}
	if len(env) > 0 && r.IntN(2) == 0 {
		env[r.IntN(len(env))].(object)["value"] = text(r)
	}
	if len(env) > 0 {
		c["env"] = env
	} else {
		delete(c, "env")
	}
	if r.IntN(2) == 0 {
		args, _ := c["args"].([]any)
		c["args"] = append(slices.Clone(args), text(r), text(r))
	}
	if r.IntN(3) == 0 {
		delete(c, "ports")
	}
	if r.IntN(3) == 0 {
		c["resources"] = object{"limits": object{"cpu": 2, "memory": "512Mi"}}
	}
	if r.IntN(3) == 0 {
		c["imagePullPolicy"] = "Never"
	}
}

// value is a random JSON value.
func value(r *rand.Rand, depth int) any {
	switch n := r.IntN(7); {
	case n == 0:
		return r.IntN(2) == 0
	case n == 1:
		return r.IntN(100000)
	case n == 2:
		return 0.25
	case n == 3 && depth > 0:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, value(r, depth-1))
		}
		return list
	case n == 4 && depth > 0:
		m := object{}
		for range r.IntN(4) {
			m[fmt.Sprint("a/b~", r.IntN(5))] = value(r, depth-1)
		}
		return m
	}
	return text(r)
}
