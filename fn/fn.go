// Package fn is the KRM function: it injects connection URLs, normalizes
// resources and validates cross-references, in that order, over the resources
// of one build.
//
// Run is the function as a filter, for programs that are a function themselves
// or start one in their own process. Process works on an inventory in memory,
// for programs that do more with the resources than our function does. The
// configuration is a ConfigPipeline; its JSON schema is
// fn/schema/configpipeline.json.
//
// This package and those below it are all that other programs can import. Each
// says to whom it is promised; this one is promised to programs that run the
// function.
package fn

import (
	"context"
	"io"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
)

// ConfigPipeline is the function's configuration.
type ConfigPipeline = config.ConfigPipeline

// Result is what a run found and did.
type Result = result.Result

// Process runs the pipeline over inv, whose resources it edits in place.
// Edited resources are Modified. cfg may be nil: then nothing is
// injected or normalized, and every rule runs at its default severity. An error
// says which rules could not judge the resources, or that ctx is done; the
// result holds what is known all the same.
func Process(ctx context.Context, inv *inventory.Inventory, cfg *ConfigPipeline) (Result, error) {
	return function.Process(ctx, inv, cfg)
}

// Run is the function as a filter, as krm-validate without arguments is: it
// reads a ResourceList from stdin, writes the processed one with its results to
// stdout, and what it found, as text for people, to stderr. Resources that are
// not changed are written byte for byte as they came.
//
// It returns the exit code: 0, 1 where something is at error level, or 2 where
// the input or the configuration could not be read, ctx was done, or stdout
// failed; stderr says why. See
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
func Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) int {
	return function.Run(ctx, stdin, stdout, stderr)
}
