package kbuild

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// ForeignFunctionError says that a build asks to run a program other than the
// function.
type ForeignFunctionError struct {
	File  string // the file that configures the program
	Field string // the field of the kustomization: transformers, generators, validators
	What  string // what would run
}

func (e *ForeignFunctionError) Error() string {
	return fmt.Sprintf("%s: %s: %s\n"+
		"krm-validate runs its own function (kind %s) and kustomize's built-in ones. "+
		"If you trust this program, add --enable-exec; otherwise take it out of %s:",
		e.File, e.Field, e.What, config.Kind, e.Field)
}

// certainError is an error of our builder that kustomize is not asked about.
type certainError struct{ error }

func describe(d *document) string {
	id := fmt.Sprintf("%s %s (%s)", d.GetKind(), d.GetName(), d.GetApiVersion())
	spec, err := functionSpec(d.Resource)
	switch {
	case err != nil || spec == nil:
		return id + " is a kustomize plugin, a program of its own"
	case spec.Container.Image != "":
		return id + " runs the container " + spec.Container.Image
	case spec.Exec.Path != "":
		return id + " runs the program " + spec.Exec.Path
	default:
		return id + " is a function"
	}
}

// missingSpec is about a configuration of our function that does not say that
// it is one.
func missingSpec(file string, d *document, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %s %s: annotation %s: %w", file, d.GetKind(), d.GetName(), functionAnnotation, (*redact.Secrets)(nil).Foreign(err))
	}
	return fmt.Errorf("%s: %s %s has no annotation %s, so kustomize would not run it. Add:\n"+
		"metadata:\n  annotations:\n    %s: |\n      exec: {path: krm-validate}",
		file, d.GetKind(), d.GetName(), functionAnnotation, functionAnnotation)
}

// wrapping is what kustomize adds in front of an error at every level of a
// tree: first how reading a directory as a file failed, which is no failure.
var wrapping = regexp.MustCompile(`accumulation err='accumulating resources from '[^']*': (?:'[^']*' must resolve to a file|read [^']*: is a directory)': `)

// simplify drops the parts of a kustomize error that say only that a
// directory is not a file.
func simplify(err error) error {
	text := wrapping.ReplaceAllString(err.Error(), "")
	for _, noise := range []string{"accumulating resources: ", "accumulateDirectory: "} {
		for strings.Contains(text, noise+noise) {
			text = strings.ReplaceAll(text, noise+noise, noise)
		}
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

var remote = regexp.MustCompile(`^(?:git::|git@|ssh://|https?://|file://|github\.com[:/]|.*\?ref=)`)

// LooksRemote reports whether an entry of resources is an address, not a path.
func LooksRemote(dir string) bool { return remote.MatchString(dir) }
