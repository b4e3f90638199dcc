// Command krm-validate is a KRM function that injects connection URLs,
// normalizes resources and validates cross-references inside kustomize build.
//
// Without arguments it is the function: a ResourceList on stdin, a
// ResourceList on stdout. Its subcommands build, lock and check by hand; see
// krm-validate --help.
package main

import (
	"os"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cli"
)

func main() {
	os.Exit(cli.Program())
}
