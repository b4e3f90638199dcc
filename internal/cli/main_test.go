package cli

import (
	"os"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// asProgram makes the test binary be krm-validate, for kustomize to run.
const asProgram = "KRM_VALIDATE_TEST_PROGRAM"

// asKubectl makes the test binary be a kubectl whose cluster has nothing and
// answers with a text.
const asKubectl = "KRM_VALIDATE_TEST_KUBECTL"

func TestMain(m *testing.M) {
	child := len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand
	if child || os.Getenv(asProgram) != "" {
		os.Exit(Program())
	}
	if said := os.Getenv(asKubectl); said != "" && len(os.Args) > 1 {
		os.Exit(kubectlThatSays(said, os.Args[1:]))
	}
	os.Exit(m.Run())
}
