// Command write writes a tree of test/bench/gen, for work by hand:
//
//	go run ./test/bench/write -resources 10000 -as list > /tmp/list.yaml
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

func main() {
	resources := flag.Int("resources", 1000, "number of resources, or of overlays of a monorepo")
	as := flag.String("as", "stream", "stream, list (a ResourceList), pipeline or monorepo; the last two need -dir")
	typos := flag.Bool("typos", false, "misspell the references")
	one := flag.Bool("one-namespace", false, "leave the namespaces out")
	dir := flag.String("dir", "", "directory to write a pipeline or a monorepo into")
	flag.Parse()
	tree := gen.Tree{Resources: *resources, Typos: *typos, NoNamespace: *one}
	var err error
	switch *as {
	case "stream":
		_, err = os.Stdout.Write(tree.Stream())
	case "list":
		_, err = os.Stdout.Write(tree.ResourceList(""))
	case "pipeline":
		err = tree.Pipeline(*dir)
	case "monorepo":
		_, err = gen.Monorepo(*dir, *resources)
	default:
		err = fmt.Errorf("-as %s: expected stream, list, pipeline or monorepo", *as)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
