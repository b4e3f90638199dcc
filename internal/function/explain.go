package function

import (
	"fmt"
	"io"
	"os"

	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
)

// ExplainEnv is the environment variable with which, set to anything but the
// empty string, Run says on stderr what it changed: one line for each value,
// with the part of the configuration that asked for it. krm-validate build
// --explain sets it.
const ExplainEnv = "KRM_VALIDATE_EXPLAIN"

func explaining() bool { return os.Getenv(ExplainEnv) != "" }

// Explain writes what a run did, one line for each value. Values that may hold
// secrets are left out.
func Explain(w io.Writer, res result.Result) {
	for _, i := range res.Injections {
		fmt.Fprintf(w, "connections: %s: %s: %s (spec.connections.%s)\n", i.Object, i.Field, i.Variable, i.Connection)
	}
	for _, c := range res.Changes {
		fmt.Fprintln(w, c)
	}
}
