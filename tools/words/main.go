// Command words writes the words that messages are made of: those of the string
// literals in the sources of kustomize, of the YAML libraries under it, of the
// packages of the standard library that it uses, and of this module.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// packages are those whose errors reach people, with what is below them.
var packages = []string{
	"sigs.k8s.io/kustomize/api/...", "sigs.k8s.io/kustomize/kyaml/...", "sigs.k8s.io/yaml/...", "go.yaml.in/yaml/v3", "go.yaml.in/yaml/v2",
	"gopkg.in/evanphx/json-patch.v4", "github.com/go-errors/errors", "k8s.io/kube-openapi/pkg/validation/spec",
	"./fn/...", "./internal/...",
	"os", "io", "io/fs", "syscall", "net", "net/url", "net/http", "encoding/json", "encoding/base64", "strconv", "os/exec", "regexp", "regexp/syntax", "context",
}

// others are words that no literal has in a form that is recognized: YAML's tags,
// the API groups of Kubernetes, parts of kustomize's ids.
const others = "str int float bool map seq null binary timestamp merge apps batch autoscaling policy rbac authorization k8s io networking storage " +
	"apiextensions admissionregistration apiregistration certificates coordination discovery events scheduling nons nogrp nover nokind noname " +
	"fatal cloning repository username terminal prompts ms " +
	"kustomization kustomize yaml yml json env txt krm validate tmp home"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: words MODULE FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

func write(module, file string) error {
	cmd := exec.Command("go", append([]string{"list", "-e", "-f", "{{.Dir}}"}, packages...)...)
	cmd.Dir = module
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	words := map[string]bool{}
	for w := range strings.FieldsSeq(others) {
		words[w] = true
	}
	for dir := range strings.FieldsSeq(string(out)) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := collect(words, filepath.Join(dir, e.Name()), e); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(file, []byte(strings.Join(slices.Sorted(maps.Keys(words)), "\n")+"\n"), 0o644)
}

var (
	word = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]+`)
	verb = regexp.MustCompile(`%[-+# 0]*[\d.]*[a-zA-Z]`)
	name = regexp.MustCompile(`^[A-Za-z]{3,40}$`)
)

// collect takes the words of sentences, and names of kinds and fields.
func collect(words map[string]bool, file string, e fs.DirEntry) error {
	if e.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
		return nil
	}
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || len(text) > 2000 {
			return true
		}
		if !strings.Contains(text, " ") && !name.MatchString(text) {
			return true
		}
		for _, w := range word.FindAllString(verb.ReplaceAllString(text, " "), -1) {
			if len(w) < 40 {
				words[strings.ToLower(w)] = true
			}
		}
		return true
	})
	return nil
}
