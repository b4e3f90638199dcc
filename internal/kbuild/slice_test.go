package kbuild

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resource"
)

// odd are files that slice and SliceFromBytes could read differently.
var odd = []string{
	"",
	"---\n---\n",
	"# nothing\n",
	"a: b\n",
	"kind: ConfigMap\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: &x b, c: *x}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {\"<<\": b}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a}\nspec: {<<: *m, b: c}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, a: c}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {? [a, b] : c}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nspec: {a: [~]}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: \"true\"}}\n",
	"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
	"apiVersion: v1\nkind: ConfigMapList\nitems:\n- {metadata: {name: a}}\n",
	"apiVersion: v1\nkind: FooList\nmetadata: {name: a}\n",
	"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a} # behind\n# below\n---\n# above\napiVersion: v1\nkind: Secret\nmetadata: {generateName: b}\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
	"{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: !!str 1, b: !mine c}\n",
	"- a\n- b\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n...\n---\nbroken: [\n",
}

// checkSlice compares slice with SliceFromBytes: nodes, places and comments.
func checkSlice(t *testing.T, content []byte) {
	t.Helper()
	f := provider.NewDefaultDepProvider().GetResourceFactory()
	got, gotErr := slice(f, content)
	want, wantErr := f.SliceFromBytes(content)
	if (gotErr == nil) != (wantErr == nil) || gotErr != nil && gotErr.Error() != wantErr.Error() {
		t.Fatalf("error %v, want %v, of\n%s", gotErr, wantErr, content)
	}
	if len(got) != len(want) {
		t.Fatalf("%d resources, want %d, of\n%s", len(got), len(want), content)
	}
	for i := range got {
		if !reflect.DeepEqual(got[i].YNode(), want[i].YNode()) || !sameResource(got[i], want[i]) {
			t.Fatalf("resource %d differs: %s, want %s, of\n%s", i, got[i].MustYaml(), want[i].MustYaml(), content)
		}
	}
}

func sameResource(a, b *resource.Resource) bool {
	return a.CurId() == b.CurId() && a.OrgId() == b.OrgId() && reflect.DeepEqual(a.GetAnnotations(), b.GetAnnotations())
}

func TestSlice(t *testing.T) {
	for _, text := range odd {
		checkSlice(t, []byte(text))
	}
	dirs := []string{"../../base", "../../overlays", "../../fn/rules/testdata"}
	if corpus := os.Getenv("CORPUS"); corpus != "" {
		dirs = append(dirs, corpus)
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") {
				return err
			}
			content, err := os.ReadFile(path)
			if err == nil {
				checkSlice(t, content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzSlice(f *testing.F) {
	for _, text := range odd {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) { checkSlice(t, content) })
}
