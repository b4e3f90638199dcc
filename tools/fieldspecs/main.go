// Fieldspecs writes kustomize's default table of the fields that its
// transformers act on. It is data that no public call of kustomize's gives away,
// and internal/kbuild has a copy.
package main

import (
	"fmt"
	"os"
	_ "unsafe" // for go:linkname

	_ "sigs.k8s.io/kustomize/api/krusty" // has the table
)

//go:linkname defaultFieldSpecs sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts.GetDefaultFieldSpecs
func defaultFieldSpecs() []byte

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: fieldspecs FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], defaultFieldSpecs(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
