package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ressKim-io/wealist-k8s-migration/internal/importer"
)

// FuzzImport reads any two files as environments. A layout is proved before it is
// returned; what there is to find are files that end the program, or a layout of
// which the next run makes none.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		envs := map[string]string{}
		for _, one := range ar.Files {
			top, _, _ := strings.Cut(one.Name, "/")
			envs[top] += "---\n" + string(one.Data)
		}
		var texts []string
		for _, text := range envs {
			texts = append(texts, text)
		}
		f.Add(texts[0], texts[len(texts)-1])
	}
	f.Add("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: \"a\\n b\"}\n", "apiVersion: v1\nkind: List\nitems: []\n")
	f.Add("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {1: x}\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ..}\ndata: {../x: y, \"a=b\": |+\n    z\n\n  }\n")
	f.Fuzz(func(t *testing.T, dev, prod string) {
		if len(dev)+len(prod) > 20_000 {
			return
		}
		dir := t.TempDir()
		var in []importer.Input
		for name, text := range map[string]string{"dev": dev, "prod": prod} {
			file := filepath.Join(dir, name+".yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			in = append(in, importer.Input{Env: name, Paths: []string{file}})
		}
		p, _, err := plan(t, in, importer.Options{Secrets: importer.EnvFiles})
		if err != nil {
			return // says what is wrong
		}
		for name := range p.Files {
			if !filepath.IsLocal(filepath.FromSlash(name)) {
				t.Errorf("%q is outside", name)
			}
		}
	})
}
